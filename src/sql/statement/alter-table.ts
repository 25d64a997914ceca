// ALTER TABLE.
//
//   only the definition changes    names, defaults, comments, visibility, dropped indexes, and columns where rows may stay as they are
//                                  (row-changes.ts): the catalog row is replaced
//   rows or indexes change         the rows are copied into new trees, then the definition points to those; the old trees are freed
//                                  after the commit
// All of it is one transaction under the table's exclusive metadata lock: after a crash the table is as before.

import {SqlError} from '../../base/sql-error.ts';
import {buildTable} from '../catalog/build-table.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import type {CheckDefinition} from '../catalog/definition.ts';
import {checkTableName} from '../catalog/names.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StoredColumn, StoredIndex, StoredTable} from '../catalog/stored-table.ts';
import type {AlterTable} from '../parse/ast-schema.ts';
import {AlterDraft, type AlterWishes} from './alter-draft.ts';
import {copyRows} from './copy-table.ts';
import {addForeignKey, checkStillServes} from './define-foreign-key.ts';
import {defineEnvironment} from './define-table.ts';
import {dropLongValues} from './drop-long-values.ts';
import {
  checkRows,
  followNames,
  leaveParents,
  referToParents,
  renamesColumns,
  withReferences,
} from './foreign-key-changes.ts';
import {lockExistingSchema, openTable, schemaOf} from './resolve-name.ts';
import {type KeptRows, keepRows} from './row-changes.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {type FinishedDraft, TableDraft} from './table-draft.ts';
import {makeCounter, makeTree} from './table-trees.ts';

export function* alterTable(context: StatementContext, ast: AlterTable): Steps<Outcome> {
  const opened = yield* openTable(context, ast.table, true);
  // Others may have committed while the lock was waited for.
  context.engine.renewView();
  const alter = new AlterDraft(TableDraft.of(opened.stored), opened.stored.name, context, defineEnvironment(context));
  for (const action of ast.actions) alter.apply(action);
  const {draft, wishes} = alter;
  const {stored} = opened;
  const named = yield* newName(context, stored, wishes);
  const keysKept = draft.foreignKeys.length;
  for (const key of wishes.foreignKeys) addForeignKey(draft, key, stored);
  const finished = draft.finish();
  const shape = {...finished, foreignKeys: finished.foreignKeys.slice(0, keysKept)};
  yield* checkStillServes(context, stored, shape, wishes.rename !== undefined || renamesColumns(stored, finished));
  const kept = wishes.rebuild ? undefined : keptRows(context, stored, finished);
  if (kept === undefined && wishes.instantOnly)
    throw new SqlError('ER_ALTER_NOT_SUPPORTED', 'ALGORITHM=INSTANT', 'ALGORITHM=COPY');
  const {table, rows} =
    kept === undefined
      ? yield* rebuilt(context, opened, finished, named)
      : {table: yield* redefined(context, stored, finished, kept, named), rows: 0};
  if (wishes.firstAutoValue !== undefined) yield* raiseCounter(context, table, wishes.firstAutoValue);
  yield* replaceDefinition(context, stored, table, keysKept);
  context.statistics.forget(opened.id);
  const {warningCount} = context.state.diagnostics;
  return changed(rows, `Records: ${rows}  Duplicates: 0  Warnings: ${warningCount}`);
}

/** The new definition goes into the catalog, and the tables that foreign keys bind it to learn of it. Keys from `keysKept` on are new. */
function* replaceDefinition(
  context: StatementContext,
  old: StoredTable,
  altered: StoredTable,
  keysKept: number,
): Steps<void> {
  const {catalog, engine} = context;
  const table = yield* withReferences(context, old, altered);
  if (!(yield* catalog.changeTable(engine, old, table))) throw new SqlError('ER_TABLE_EXISTS', table.name);
  yield* followNames(context, old, table);
  yield* leaveParents(context, old, table);
  const added = table.foreignKeys.slice(keysKept);
  yield* referToParents(context, table, added);
  yield* checkRows(context, table, added);
}

interface NewName {
  readonly schema: string;
  readonly name: string;
}

function* newName(context: StatementContext, table: StoredTable, {rename}: AlterWishes): Steps<NewName> {
  if (rename === undefined) return {schema: table.schema, name: table.name};
  const schema = schemaOf(context, rename);
  checkTableName(rename.name);
  yield* lockExistingSchema(context, schema);
  return {schema, name: rename.name};
}

/** The rows as they are under the new definition; undefined when they, or index entries, have to be written anew. */
function keptRows(context: StatementContext, old: StoredTable, draft: FinishedDraft): KeptRows | undefined {
  const {columns, indexes, checks} = draft;
  if (indexes.some(index => index.tree === undefined && !isHidden(columns, index))) return undefined;
  if (isHidden(columns, indexes[0]) !== isHidden(old.columns, old.indexes[0])) return undefined;
  const isNew = ({name, sql, enforced}: CheckDefinition): boolean =>
    enforced && !old.checks.some(check => check.name === name && check.sql === sql && check.enforced);
  return checks.some(isNew) ? undefined : keepRows(context, old, draft);
}

function isHidden(columns: readonly StoredColumn[], index: Pick<StoredIndex, 'parts'>): boolean {
  return columns[index.parts[0].column].hidden;
}

/** The same rows under a new definition; indexes that are gone give up their trees. */
function* redefined(
  context: StatementContext,
  old: StoredTable,
  draft: FinishedDraft,
  rows: KeptRows,
  named: NewName,
): Steps<StoredTable> {
  const {engine} = context;
  const kept = new Set(draft.indexes.map(index => index.tree?.treeId));
  const hiddenTree = old.indexes.find(index => isHidden(old.columns, index))?.tree;
  for (const {tree} of old.indexes) {
    if (!kept.has(tree.treeId) && tree !== hiddenTree) yield* expectRow(() => engine.dropTree(tree));
  }
  const indexes = draft.indexes.map(index => ({...index, tree: index.tree ?? (hiddenTree as StoredIndex['tree'])}));
  const {checks, foreignKeys, collation, comment} = draft;
  return {...old, ...named, ...rows, version: old.version + 1, indexes, checks, foreignKeys, collation, comment};
}

/** New trees with the rows in their new form. */
function* rebuilt(
  context: StatementContext,
  opened: OpenTable,
  draft: FinishedDraft,
  named: NewName,
): Steps<{readonly table: StoredTable; readonly rows: number}> {
  const {engine} = context;
  const old = opened.stored;
  const indexes: StoredIndex[] = [];
  for (const [i, index] of draft.indexes.entries()) indexes.push({...index, tree: yield* makeTree(engine, i === 0)});
  const hasAuto = draft.columns.some(column => column.autoIncrement);
  const hasRowId = draft.columns.some(column => column.hidden);
  const {columns, checks, foreignKeys, collation, comment} = draft;
  const table: StoredTable = {
    ...old,
    ...named,
    version: old.version + 1,
    columns: columns.map(column => ({...column, initial: null})),
    rowVersion: 1,
    earlierRows: [],
    indexes,
    checks,
    foreignKeys,
    collation,
    comment,
    counterPage: hasAuto ? (old.counterPage === 0 ? yield* makeCounter(engine, 1) : old.counterPage) : 0,
    rowIdPage: hasRowId ? (old.rowIdPage === 0 ? yield* makeCounter(engine, 1) : old.rowIdPage) : 0,
  };
  const rows = yield* copyRows(context, opened, {stored: table, definition: buildTable(table)});
  yield* dropLongValues(context, opened.definition);
  for (const {tree} of old.indexes) yield* expectRow(() => engine.dropTree(tree));
  return {table, rows};
}

function* raiseCounter(context: StatementContext, table: StoredTable, first: number): Steps<void> {
  if (table.counterPage === 0) return;
  yield* expectRow(() => context.autoIncrement.raise(context.engine, table.id, table.counterPage, first - 1));
}
