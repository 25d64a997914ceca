// EXPLAIN: the plan of a statement, as a table (the default), a tree or a document. What is in it is the planner's (plan/explain.ts).

import {BugError} from '../../base/assert.ts';
import {SqlError} from '../../base/sql-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Row, VirtualColumn} from '../catalog/virtual/virtual-table.ts';
import type {ResultSink} from '../exec/result-sink.ts';
import type {ReusableExecution} from '../exec/select-execution.ts';
import type {Explain} from '../parse/ast-command.ts';
import {explainJson, explainTree} from '../plan/explain.ts';
import {EXPLAIN_COLUMNS, explainTable, explainValues} from '../plan/explain-table.ts';
import type {SelectPlan} from '../plan/prepare.ts';
import {execute} from './collect.ts';
import {planDelete} from './delete.ts';
import {planQuery} from './query.ts';
import type {Search} from './search.ts';
import {sendRows} from './show/show-result.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {Outcome, StatementContext} from './statement-context.ts';
import {planUpdate} from './update.ts';

/** Columns of the table that are numbers. */
const NUMBERS = new Set(['id', 'rows', 'filtered']);
const COLUMNS: readonly VirtualColumn[] = EXPLAIN_COLUMNS.map(name => [name, NUMBERS.has(name) ? 'uint' : 'text']);

export function* explain(context: StatementContext, ast: Explain): Steps<Outcome> {
  if (ast.into !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN INTO');
  if (ast.analyze) return yield* explainAnalyze(context, ast);
  if (ast.connection !== null) throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN FOR CONNECTION');
  const {plan, changes} = yield* planOf(context, ast);
  switch (ast.format?.toLowerCase() ?? 'traditional') {
    case 'traditional':
      return yield* sendRows(context, COLUMNS, tableRows(plan, changes));
    case 'tree':
      return yield* sendRows(
        context,
        [['EXPLAIN', 'long']],
        [[plan === undefined ? '-> Insert rows\n' : explainTree(plan)]],
      );
    case 'json':
      return yield* sendRows(context, [['EXPLAIN', 'long']], [[plan === undefined ? '{}' : explainJson(plan)]]);
    default:
      throw new SqlError('ER_UNKNOWN_EXPLAIN_FORMAT', ast.format ?? '');
  }
}

/** Runs the query, keeps nothing of its rows, and shows what each operator has done. */
function* explainAnalyze(context: StatementContext, {statement, format}: Explain): Steps<Outcome> {
  const name = format?.toLowerCase() ?? 'tree';
  if (name === 'traditional') throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN ANALYZE with TRADITIONAL format');
  if (name !== 'tree' && name !== 'json') throw new SqlError('ER_UNKNOWN_EXPLAIN_FORMAT', format ?? '');
  if (statement?.kind !== 'query') throw new SqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN ANALYZE of a change');
  const plan = yield* planQuery(context, statement, new Map());
  yield* execute(plan.execution, {...context.exec, registers: []}, NO_SINK);
  return yield* sendRows(context, [['EXPLAIN', 'long']], [[name === 'tree' ? explainTree(plan) : explainJson(plan)]]);
}

/** Takes rows and forgets them. */
const NO_SINK: ResultSink = {begin: () => {}, row: () => true, rowBytes: () => true, end: () => {}};

interface Explained {
  /** Undefined: rows that are written out. */
  readonly plan: SelectPlan | undefined;
  /** What the first table is for, when it is changed: UPDATE, DELETE, INSERT. */
  readonly changes: string | undefined;
}

function* planOf(context: StatementContext, {statement}: Explain): Steps<Explained> {
  if (statement === null) throw new SqlError('ER_SYNTAX_ERROR');
  if (statement.kind === 'query') return {plan: yield* planQuery(context, statement), changes: undefined};
  const catalog = new StatementCatalog(context);
  yield* catalog.load(statement);
  yield* catalog.loadStatistics();
  switch (statement.kind) {
    case 'update':
      return {plan: searchPlan(planUpdate(context, catalog, statement).search), changes: 'UPDATE'};
    case 'delete':
      return {plan: searchPlan(planDelete(context, catalog, statement).search), changes: 'DELETE'};
    case 'insert': {
      const {source, replace} = statement;
      const plan = source.kind === 'query' ? yield* planQuery(context, source.query) : undefined;
      return {plan, changes: replace ? 'REPLACE' : 'INSERT'};
    }
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', `EXPLAIN of ${statement.kind}`);
  }
}

/** A search as EXPLAIN sees a query; it is never run this way. */
function searchPlan({root, planner}: Search): SelectPlan {
  return {columns: [], execution: NEVER_RUN, root, planner, fused: undefined, measurements: undefined};
}

function neverRun(): never {
  throw new BugError('a plan made for EXPLAIN was run');
}

const NEVER_RUN: ReusableExecution = {start: neverRun, poll: neverRun, finish: neverRun};

function tableRows(plan: SelectPlan | undefined, changes: string | undefined): readonly Row[] {
  if (plan === undefined) return [[1, changes ?? null, ...EXPLAIN_COLUMNS.slice(2).map(() => null)]];
  const rows = explainTable(plan);
  return rows.map((row, i) => explainValues(i === 0 && changes !== undefined ? {...row, selectType: changes} : row));
}
