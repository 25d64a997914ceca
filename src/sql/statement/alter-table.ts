// ALTER TABLE.
//
//   only the definition changes    names, defaults, comments, visibility, dropped indexes, and columns where rows may stay as they are
//                                  (row-changes.ts): the catalog row is replaced
//   indexes are added              they are built beside the rows while others read and write (online-index.ts); then as above
//   rows change their form         the rows are copied into new trees, then the definition points to those; the old trees are freed
//                                  after the commit
// The change of the definition is one transaction under the table's exclusive metadata lock: after a crash the table is as before.

import {SqlError} from '../../base/sql-error.ts';
import {VERSION_MAX} from '../../format/row/layout.ts';
import {buildTable} from '../catalog/build-table.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import {type CheckDefinition, isFunctional, isRowId} from '../catalog/definition.ts';
import {checkTableName} from '../catalog/names.ts';
import {expectRow, type Steps, until} from '../catalog/steps.ts';
import {nextLayout, type StoredColumn, type StoredIndex, type StoredTable} from '../catalog/stored-table.ts';
import type {AlterTable} from '../parse/ast-schema.ts';
import {AlterDraft, type AlterWishes} from './alter-draft.ts';
import {copyRows} from './copy-table.ts';
import {addForeignKey, checkStillServes} from './define-foreign-key.ts';
import {defineEnvironment, renamedChecks} from './define-table.ts';
import {dropLongValues} from './drop-long-values.ts';
import {
  checkRows,
  followNames,
  leaveParents,
  referToParents,
  renamesColumns,
  withReferences,
} from './foreign-key-changes.ts';
import {columnsOf} from './functional-index.ts';
import {type NewIndex, OnlineBuild, type Publication} from './online-index.ts';
import {lockExistingSchema, openTable, schemaOf} from './resolve-name.ts';
import {type KeptRows, keepRows} from './row-changes.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {type FinishedDraft, TableDraft} from './table-draft.ts';
import {makeCounter, makeTree} from './table-trees.ts';

/** What a statement makes of a table. */
interface Alteration {
  readonly wishes: AlterWishes;
  readonly finished: FinishedDraft;
  /** Foreign keys from this one on are new. */
  readonly keysKept: number;
}

function alterationOf(context: StatementContext, ast: AlterTable, stored: StoredTable): Alteration {
  const alter = new AlterDraft(TableDraft.of(stored), stored.name, context, defineEnvironment(context));
  for (const action of ast.actions) alter.apply(action);
  const {draft, wishes} = alter;
  const keysKept = draft.foreignKeys.length;
  for (const key of wishes.foreignKeys) addForeignKey(draft, key, stored);
  return {wishes, finished: draft.finish(), keysKept};
}

export function* alterTable(context: StatementContext, ast: AlterTable): Steps<Outcome> {
  const opened = yield* openTable(context, ast.table, true);
  // Others may have committed while the lock was waited for.
  context.engine.renewView();
  const alteration = alterationOf(context, ast, opened.stored);
  const way = chooseWay(context, opened.stored, alteration);
  if (way === 'online') return yield* alterOnline(context, ast, opened, alteration);
  return yield* carryOut(context, opened, alteration, undefined);
}

/** How the rows come into their new form: they stay (instant), indexes are built beside them (online), or they are copied. Throws where the statement forbids it. */
function chooseWay(
  context: StatementContext,
  stored: StoredTable,
  alteration: Alteration,
): 'instant' | 'online' | 'copy' {
  const {wishes, finished} = alteration;
  const {algorithm, lock} = wishes;
  if (algorithm === 'INSTANT' && lock !== 'DEFAULT')
    throw new SqlError('ER_WRONG_USAGE', 'ALGORITHM=INSTANT', 'LOCK=NONE/SHARED/EXCLUSIVE');
  const isCopyWanted = wishes.rebuild || algorithm === 'COPY';
  if (!isCopyWanted && keptRows(context, stored, finished) !== undefined) return 'instant';
  if (algorithm === 'INSTANT')
    throw new SqlError('ER_ALTER_NOT_SUPPORTED', 'ALGORITHM=INSTANT', 'ALGORITHM=COPY/INPLACE');
  // There is no lock that lets readers in and keeps writers out: SHARED is taken for EXCLUSIVE.
  const keepsOut = lock === 'SHARED' || lock === 'EXCLUSIVE';
  const isOnline = !isCopyWanted && mayBuildOnline(context, stored, finished);
  if (isOnline && !keepsOut) return 'online';
  if (algorithm === 'INPLACE' && !isOnline)
    throw new SqlError('ER_ALTER_NOT_SUPPORTED', 'ALGORITHM=INPLACE', 'ALGORITHM=COPY');
  if (lock === 'NONE')
    throw new SqlError('ER_ALTER_NOT_SUPPORTED_REASON', 'LOCK=NONE', 'COPY algorithm requires a lock', 'LOCK=SHARED');
  return 'copy';
}

/** The statement from its draft to the catalog, under the exclusive lock. `build`: its new indexes have been built. */
function* carryOut(
  context: StatementContext,
  opened: OpenTable,
  alteration: Alteration,
  build: OnlineBuild | undefined,
): Steps<Outcome> {
  const {stored} = opened;
  const {wishes, keysKept} = alteration;
  const named = yield* newName(context, stored, wishes);
  const finished = withTrees(alteration.finished, build);
  yield* checkServes(context, stored, finished, keysKept, wishes);
  const isCopyWanted = wishes.rebuild || wishes.algorithm === 'COPY';
  const kept = isCopyWanted ? undefined : keptRows(context, stored, finished);
  const {table, rows} =
    kept === undefined
      ? yield* rebuilt(context, opened, finished, named)
      : {table: yield* redefined(context, stored, finished, kept, named), rows: 0};
  if (wishes.firstAutoValue !== undefined) yield* raiseCounter(context, table, wishes.firstAutoValue);
  const checks = renamedChecks(table.checks, stored.name, table.name);
  yield* replaceDefinition(context, stored, {...table, checks}, keysKept);
  context.statistics.forget(opened.id);
  const {warningCount} = context.state.diagnostics;
  return changed(rows, `Records: ${rows}  Duplicates: 0  Warnings: ${warningCount}`);
}

/** What foreign keys need must stay: 1553 and others. */
function* checkServes(
  context: StatementContext,
  stored: StoredTable,
  finished: FinishedDraft,
  keysKept: number,
  {rename}: AlterWishes,
): Steps<void> {
  const shape = {...finished, foreignKeys: finished.foreignKeys.slice(0, keysKept)};
  yield* checkStillServes(context, stored, shape, rename !== undefined || renamesColumns(stored, finished));
}

// --- Online --------------------------------------------------------------------------------------------------------

/** Indexes that have to be built. */
function newIndexes(finished: FinishedDraft): NewIndex[] {
  return finished.indexes.filter(index => index.tree === undefined && !isByRowId(finished.columns, index));
}

/** The new indexes are the only work: they are over columns that the table has already in this form, or over expressions of such columns. */
function mayBuildOnline(context: StatementContext, stored: StoredTable, finished: FinishedDraft): boolean {
  const wanted = newIndexes(finished);
  const others = finished.indexes.filter(index => index.tree !== undefined || isByRowId(finished.columns, index));
  if (wanted.length === 0 || wanted.some(index => index.kind === 'primary')) return false;
  const added = newKeyParts(stored, finished);
  if (added.length > 0 && stored.rowVersion === VERSION_MAX) return false;
  if (keptRows(context, stored, {...finished, indexes: others}, added) === undefined) return false;
  const isThere = (column: StoredColumn): boolean =>
    added.includes(column) ? readsOld(stored, finished, column) : oldPosition(stored, column) >= 0;
  return wanted.every(({parts}) => parts.every(part => isThere(finished.columns[part.column])));
}

/** The columns behind functional key parts that the table has not got yet. */
function newKeyParts(stored: StoredTable, finished: FinishedDraft): readonly StoredColumn[] {
  return finished.columns.filter(column => isFunctional(column) && !stored.columns.some(({id}) => id === column.id));
}

/** True when the table has all that the expression reads, under these names and of these types. */
function readsOld(stored: StoredTable, {columns}: FinishedDraft, column: StoredColumn): boolean {
  return [...columnsOf(column)].every(name => {
    const read = columns.find(other => !other.hidden && other.name.toLowerCase() === name);
    const before = read === undefined ? -1 : oldPosition(stored, read);
    return before >= 0 && stored.columns[before].name.toLowerCase() === name;
  });
}

/** Where the table has this column, with the same keys; -1: it has not. */
function oldPosition({columns}: StoredTable, {id, type, nullable}: StoredColumn): number {
  return columns.findIndex(
    column => column.id === id && column.nullable === nullable && JSON.stringify(column.type) === JSON.stringify(type),
  );
}

/** What is to be published: the parts of new indexes name the columns of the table as it is now, and behind them new ones for expressions. */
function buildable(stored: StoredTable, finished: FinishedDraft): Publication {
  const added = newKeyParts(stored, finished);
  const columns = [...stored.columns, ...added.map(column => ({...column, initial: null}))];
  const positionOf = (column: StoredColumn): number =>
    added.includes(column) ? stored.columns.length + added.indexOf(column) : oldPosition(stored, column);
  const indexes = newIndexes(finished).map(({name, kind, parts, comment, invisible}) => ({
    name,
    kind,
    parts: parts.map(part => ({...part, column: positionOf(finished.columns[part.column])})),
    comment,
    invisible,
  }));
  return {indexes, rows: added.length === 0 ? undefined : nextLayout(stored, columns)};
}

function withTrees(finished: FinishedDraft, build: OnlineBuild | undefined): FinishedDraft {
  if (build === undefined) return finished;
  const indexes = finished.indexes.map(index => ({...index, tree: index.tree ?? build.treeOf(index.name)}));
  return {...finished, indexes};
}

/** The exclusive lock is held at the beginning and at the end only; what was looked at under it is looked at again. */
function* alterOnline(
  context: StatementContext,
  ast: AlterTable,
  {stored}: OpenTable,
  {finished, keysKept, wishes}: Alteration,
): Steps<Outcome> {
  const {engine} = context;
  // Rather now than after the work.
  yield* checkServes(context, stored, finished, keysKept, wishes);
  // Nothing has been changed yet. While the index is built, this session keeps no view open and no lock.
  yield* expectRow(() => engine.commit());
  const build = new OnlineBuild(context, stored.schema, stored.name);
  try {
    yield* build.publish(opened => buildable(opened.stored, alterationOf(context, ast, opened.stored).finished));
    yield* build.fill();
    engine.begin(false, false);
    engine.beginStatement();
    const opened = yield* build.end();
    const outcome = yield* carryOut(context, opened, alterationOf(context, ast, opened.stored), build);
    engine.endStatement();
    yield* expectRow(() => engine.commit());
    build.committed();
    return outcome;
  } catch (error) {
    if (engine.inTransaction) yield* until(() => engine.rollback());
    yield* build.revert();
    throw error;
  } finally {
    build.close();
  }
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
function keptRows(
  context: StatementContext,
  old: StoredTable,
  draft: FinishedDraft,
  filled: readonly StoredColumn[] = [],
): KeptRows | undefined {
  const {columns, indexes, checks} = draft;
  if (indexes.some(index => index.tree === undefined && !isByRowId(columns, index))) return undefined;
  if (isByRowId(columns, indexes[0]) !== isByRowId(old.columns, old.indexes[0])) return undefined;
  const isNew = ({name, sql, enforced}: CheckDefinition): boolean =>
    enforced && !old.checks.some(check => check.name === name && check.sql === sql && check.enforced);
  return checks.some(isNew) ? undefined : keepRows(context, old, draft, filled);
}

/** The index over the hidden row id. */
function isByRowId(columns: readonly StoredColumn[], index: Pick<StoredIndex, 'parts'>): boolean {
  return isRowId(columns[index.parts[0].column]);
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
  const hiddenTree = old.indexes.find(index => isByRowId(old.columns, index))?.tree;
  for (const {tree} of old.indexes) {
    if (!kept.has(tree.treeId) && tree !== hiddenTree) yield* expectRow(() => engine.dropTree(tree));
  }
  const indexes = draft.indexes.map(index => ({...index, tree: index.tree ?? (hiddenTree as StoredIndex['tree'])}));
  const {checks, foreignKeys, collation, comment} = draft;
  const definition = {indexes, building: [], checks, foreignKeys, collation, comment};
  return {...old, ...named, ...rows, version: old.version + 1, ...definition};
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
  const hasRowId = draft.columns.some(isRowId);
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
