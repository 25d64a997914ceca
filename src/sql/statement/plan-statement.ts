// Plans the statements that read and write rows: loads what they name, binds, and makes the body that runs them.

import type {OpenObject} from '../catalog/catalog.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StatisticsBasis} from '../catalog/table-statistics.ts';
import type {Delete, Insert, Query, Update} from '../parse/ast.ts';
import {prepareSelect} from '../plan/prepare.ts';
import {planDeleteBody} from './delete.ts';
import {planInsertBody} from './insert.ts';
import {bindEnvironment, intoBody} from './query.ts';
import {QueryBody, type StatementBody} from './statement-body.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';
import {planUpdateBody} from './update.ts';

/** The statements that have plans. */
export type RowStatement = Query | Insert | Update | Delete;

export interface PlannedStatement {
  readonly body: StatementBody;
  /** Tables and views the plan was made of: it is good as long as their metadata locks show these versions. */
  readonly objects: readonly OpenObject[];
  /** The figures that it was chosen by. */
  readonly statistics: readonly StatisticsBasis[];
  /** Literals taken out of the text on whose values the plan depends: their numbers. */
  readonly pinned: readonly number[];
  /** It reads tables that are made for one statement. */
  readonly readsVirtual: boolean;
}

export function* planStatement(context: StatementContext, statement: RowStatement): Steps<PlannedStatement> {
  const catalog = new StatementCatalog(context);
  yield* catalog.load(statement);
  if (statement.kind !== 'insert') yield* catalog.loadStatistics();
  const body = bodyOf(context, catalog, statement);
  const objects = catalog.dependencies;
  const statistics =
    statement.kind === 'insert'
      ? []
      : objects.map(({id}) => context.statistics.basisOf(id)).filter(basis => basis !== undefined);
  return {body, objects, statistics, pinned: [...catalog.pinned], readsVirtual: catalog.hasVirtual};
}

function bodyOf(context: StatementContext, catalog: StatementCatalog, statement: RowStatement): StatementBody {
  switch (statement.kind) {
    case 'insert':
      return planInsertBody(context, catalog, statement);
    case 'update':
      return planUpdateBody(context, catalog, statement);
    case 'delete':
      return planDeleteBody(context, catalog, statement);
    default: {
      const plan = prepareSelect(statement, bindEnvironment(context, catalog), context.statistics.for(context.engine));
      return statement.into === null ? new QueryBody(plan.execution) : intoBody(plan, statement.into);
    }
  }
}
