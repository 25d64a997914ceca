// Queries: load the tables, bind and plan, run. SELECT ... INTO variables ends here too.

import {SqlError} from '../../base/sql-error.ts';
import {isStrict, SqlMode} from '../../format/value/sql-mode.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {BindEnvironment} from '../bind/binder.ts';
import {typeOfValue} from '../bind/variables.ts';
import type {Steps} from '../catalog/steps.ts';
import type {IntoVariables, Query} from '../parse/ast.ts';
import {parse} from '../parse/statement.ts';
import type {Measurements} from '../plan/build.ts';
import {prepareSelect, type SelectPlan} from '../plan/prepare.ts';
import {CollectingSink, execute} from './collect.ts';
import {type StatementBody, StepsBody} from './statement-body.ts';
import {StatementCatalog} from './statement-catalog.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';

/** What binding a statement may look at. */
export function bindEnvironment(context: StatementContext, catalog: StatementCatalog): BindEnvironment {
  const {state, exec} = context;
  return {
    catalog,
    session: state,
    parameterTypes: parameterTypes(exec.parameters, state.collationConnection),
    pinned: catalog.pinned,
    refusesZeroDivisor: catalog.writesRows && refusesZeroDivisor(state.sqlMode),
    parseQuery: sql => {
      const statement = parse(sql);
      if (statement.kind !== 'query') throw new SqlError('ER_VIEW_INVALID', '', '');
      return statement;
    },
  };
}

/** ERROR_FOR_DIVISION_BY_ZERO and a strict mode. */
function refusesZeroDivisor(sqlMode: number): boolean {
  return (sqlMode & SqlMode.errorForDivisionByZero) !== 0 && isStrict(sqlMode);
}

/** The types that the values of `?` show by themselves. */
export function parameterTypes(values: readonly Value[], collation: number): readonly SqlType[] {
  return values.map(value => typeOfValue(value, collation));
}

/** Locks and loads the tables of a query, and plans it; to be measured when it runs, perhaps. */
export function* planQuery(context: StatementContext, query: Query, measurements?: Measurements): Steps<SelectPlan> {
  const catalog = new StatementCatalog(context);
  yield* catalog.load(query);
  yield* catalog.loadStatistics();
  const environment = bindEnvironment(context, catalog);
  return prepareSelect(query, environment, context.statistics.for(context.engine), measurements);
}

/** Runs a query for the server's own use; its rows, at most `rowsMax`. */
export function* collectRows(context: StatementContext, query: Query, rowsMax?: number): Steps<CollectingSink> {
  const plan = yield* planQuery(context, query);
  const sink = new CollectingSink(context.state.timeZone, rowsMax);
  yield* execute(plan.execution, {...context.exec, registers: []}, sink);
  return sink;
}

/** The body of SELECT ... INTO. Files are not written: 1290, as with secure_file_priv = NULL. */
export function intoBody(plan: SelectPlan, into: NonNullable<Query['into']>): StatementBody {
  if (into.kind !== 'variables') throw new SqlError('ER_OPTION_PREVENTS_STATEMENT', '--secure-file-priv');
  return new StepsBody(context => selectInto(context, plan, into));
}

function* selectInto(context: StatementContext, plan: SelectPlan, into: IntoVariables): Steps<Outcome> {
  const {targets} = into;
  if (targets.length !== plan.columns.length) throw new SqlError('ER_WRONG_NUMBER_OF_COLUMNS');
  const sink = new CollectingSink(context.state.timeZone, 1);
  yield* execute(plan.execution, context.exec, sink);
  const row = sink.rows.at(0);
  if (row === undefined) {
    context.state.warning('Warning', 1329, 'No data - zero rows fetched, selected, or processed');
    return NOTHING_DONE;
  }
  for (const [i, target] of targets.entries()) {
    if (target.kind !== 'userVariable') throw new SqlError('ER_UNDECLARED_VARIABLE', target.name);
    context.state.setUserVariable(target.name, row[i]);
  }
  return {...NOTHING_DONE, affectedRows: 1};
}
