// How SHOW answers: columns and rows, filtered by LIKE on one of the columns, or by WHERE.
//
// With WHERE the rows become a virtual table of this one statement, and a SELECT over it does the work.

import {SqlError} from '../../../base/sql-error.ts';
import type {VirtualTable} from '../../catalog/definition.ts';
import {nameMatches} from '../../catalog/name-pattern.ts';
import {INFORMATION_SCHEMA} from '../../catalog/names.ts';
import type {Steps} from '../../catalog/steps.ts';
import {columnTypeOf, type Row, type VirtualColumn} from '../../catalog/virtual/virtual-table.ts';
import type {ResultColumn} from '../../exec/result-column.ts';
import type {BaseTable, Select} from '../../parse/ast.ts';
import type {Show} from '../../parse/ast-command.ts';
import {prepareSelect} from '../../plan/prepare.ts';
import {execute} from '../collect.ts';
import {EMPTY_SELECT, queryOf} from '../evaluate.ts';
import {bindEnvironment} from '../query.ts';
import {StatementCatalog} from '../statement-catalog.ts';
import {type Outcome, ROWS_SENT, type StatementContext} from '../statement-context.ts';

export interface ShowResult {
  readonly columns: readonly VirtualColumn[];
  readonly rows: readonly Row[];
  /** The column that LIKE is about; the first by default. */
  readonly likeColumn?: number;
}

/** Name of the virtual table that WHERE is evaluated over. */
const SHOWN = 'SHOWN';

/** Sends the rows that the filter lets through. */
export function* sendShown(context: StatementContext, ast: Show, result: ShowResult): Steps<Outcome> {
  if (ast.where !== null) return yield* sendWhere(context, ast, result);
  const {like} = ast;
  const column = result.likeColumn ?? 0;
  const rows = like === null ? result.rows : result.rows.filter(row => nameMatches(like, String(row[column])));
  return yield* sendRows(context, result.columns, rows);
}

/** Sends a result set that is at hand. */
export function* sendRows(
  context: StatementContext,
  columns: readonly VirtualColumn[],
  rows: readonly Row[],
): Steps<Outcome> {
  const {sink} = context;
  sink.begin(columns.map(resultColumn), columns);
  for (const row of rows) {
    // False: the row was taken, and the client shall drain before the next one.
    if (!sink.row(row, row.length)) yield;
  }
  sink.end();
  return ROWS_SENT;
}

function resultColumn([name, kind]: VirtualColumn): ResultColumn {
  const type = columnTypeOf(kind);
  return {name, type, nullable: true, schema: '', table: '', orgTable: '', orgName: '', flags: 0};
}

function* sendWhere(context: StatementContext, ast: Show, {columns, rows}: ShowResult): Steps<Outcome> {
  const catalog = new StatementCatalog(context);
  const table: VirtualTable = {
    schema: INFORMATION_SCHEMA,
    name: SHOWN,
    columns: columns.map(([name, kind]) => ({name, type: columnTypeOf(kind)})),
    rows: () => rows,
  };
  if (ast.where === null) throw new SqlError('ER_SYNTAX_ERROR');
  yield* catalog.load(ast.where);
  catalog.addVirtual(table);
  const plan = prepareSelect(queryOf(selectShown(ast.where)), bindEnvironment(context, catalog));
  yield* execute(plan.execution, context.exec, context.sink);
  return ROWS_SENT;
}

function selectShown(where: Select['where']): Select {
  const from: BaseTable = {
    kind: 'baseTable',
    at: 0,
    table: {at: 0, schema: INFORMATION_SCHEMA, name: SHOWN},
    alias: null,
    partitions: [],
    indexHints: [],
  };
  return {...EMPTY_SELECT, items: [{kind: 'wildcard', at: 0, schema: null, table: null}], from: [from], where};
}
