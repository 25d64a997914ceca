// CREATE TABLE ... AS SELECT: the query's columns behind the written ones, then its rows.

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import {buildTable} from '../catalog/build-table.ts';
import {checkColumnName} from '../catalog/names.ts';
import type {Steps} from '../catalog/steps.ts';
import {type StoredTable, storedColumn} from '../catalog/stored-table.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {Insert} from '../parse/ast.ts';
import type {CreateTable} from '../parse/ast-schema.ts';
import type {CollectingSink} from './collect.ts';
import {addNewTable, type CreatePlace, createPlace, newIdentity} from './create-table.ts';
import {defineTable} from './define-table.ts';
import {FunctionalIndexes} from './functional-index.ts';
import {CollectedSupply, InsertRun} from './insert.ts';
import {planInsert} from './insert-plan.ts';
import {bindEnvironment, collectRows} from './query.ts';
import {StatementCatalog} from './statement-catalog.ts';
import {NOTHING_DONE, type Outcome, type StatementContext} from './statement-context.ts';
import type {TableDraft} from './table-draft.ts';

export function* createTableAsSelect(context: StatementContext, ast: CreateTable): Steps<Outcome> {
  if (ast.query === null) throw new SqlError('ER_SYNTAX_ERROR');
  if (ast.foreignKeys.length > 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'FOREIGN KEY in CREATE TABLE ... SELECT');
  const place = yield* createPlace(context, ast);
  if (place.exists) return NOTHING_DONE;
  const selected = yield* collectRows(context, ast.query);
  const draft = selectDraft(context, ast, place, selected.columns);
  const stored = yield* addNewTable(context, draft, newIdentity(context, place, ast.table.name));
  return yield* insertSelected(context, ast, stored, selected);
}

/** The columns as written, and behind them those of the query that have other names. */
export function selectDraft(
  context: StatementContext,
  ast: CreateTable,
  place: CreatePlace,
  columns: readonly ResultColumn[],
): TableDraft {
  // Indexes may name columns that only the query has.
  const draft = defineTable(context, {...ast, indexes: []}, place.collation, place.options);
  for (const column of columns) {
    if (draft.find(column.name) >= 0) continue;
    checkColumnName(column.name);
    draft.addColumn(storedColumn(draft.newColumnId(), column.name, storableType(column), {nullable: column.nullable}));
  }
  const functional = new FunctionalIndexes(context, ast.table.name);
  for (const index of ast.indexes) draft.addIndex(index, functional);
  return draft;
}

/** The rows of the query go into the new table. */
export function* insertSelected(
  context: StatementContext,
  ast: CreateTable,
  stored: StoredTable,
  {rows, columns}: CollectingSink,
): Steps<Outcome> {
  const insert = insertOf(ast, columns);
  const environment = bindEnvironment(context, new StatementCatalog(context));
  const plan = planInsert(insert, buildTable(stored), environment, columns.length);
  const types = columns.map(column => column.type);
  return yield* new InsertRun(context, plan, insert, true, {foreignKeys: undefined, check: undefined}).run(
    new CollectedSupply(rows, types),
  );
}

/** An expression's type as a column's: NULL has none of its own. */
function storableType({type}: ResultColumn): SqlType {
  if (type.kind === Kind.null) return sqlType(Kind.varbinary, {length: 0});
  return type.kind === Kind.bigint && type.length === 1 ? sqlType(Kind.int, {length: 11}) : type;
}

/** The rows go in like those of an INSERT with a column list. */
function insertOf({table, duplicates}: CreateTable, columns: readonly ResultColumn[]): Insert {
  return {
    kind: 'insert',
    at: table.at,
    hints: null,
    replace: duplicates === 'replace',
    priority: null,
    ignore: duplicates === 'ignore',
    table,
    partitions: [],
    columns: columns.map(({name}) => ({kind: 'column', at: table.at, schema: null, table: null, name})),
    source: {kind: 'rows', rows: [], more: null},
    rowAlias: null,
    onDuplicate: [],
  };
}
