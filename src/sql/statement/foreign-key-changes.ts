// What a definition that changes means for the tables on the other sides of its foreign keys: they are locked, checked, and their records follow, in
// the transaction of the statement.

import {SqlError} from '../../base/sql-error.ts';
import {buildTable} from '../catalog/build-table.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import type {ForeignKeyDefinition} from '../catalog/definition.ts';
import {quoteName} from '../catalog/names.ts';
import {
  addReference,
  isSameTable,
  keysTo,
  parentOf,
  parentsOf,
  removeReference,
  takeWaiting,
  writeWaiting,
} from '../catalog/references.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredTable, TableReference} from '../catalog/stored-table.ts';
import {checkAgainst, checksForeignKeys, findColumn} from './define-foreign-key.ts';
import {ForeignKeys} from './foreign-keys.ts';
import {readRow} from './read-row.ts';
import type {StatementContext} from './statement-context.ts';
import {walkRows} from './walk-rows.ts';

function* openedTable(
  {catalog, engine}: StatementContext,
  {schema, name}: TableReference,
  exclusive: boolean,
): Steps<OpenTable | undefined> {
  const opened = yield* catalog.open(engine, schema, name, exclusive);
  return opened?.kind === 'table' ? opened : undefined;
}

// --- A table is made -----------------------------------------------------------------------------------------------

/**
 * The tables that refer to a table which is being made: those that waited for it, and itself. The waiting ones are locked, so that no plan goes on without the
 * parent.
 */
export function* adoptChildren(context: StatementContext, table: StoredTable): Steps<readonly TableReference[]> {
  const {catalog, engine} = context;
  const waiting = yield* takeWaiting(catalog, engine, table);
  for (const reference of waiting) {
    const child = yield* openedTable(context, reference, true);
    if (child === undefined) continue;
    for (const key of keysTo(child.stored, table)) checkAgainst(child.stored, key, table);
    engine.bumpMetadata(child.id);
  }
  const {schema, name} = table;
  return keysTo(table, table).length > 0 ? [...waiting, {schema, name}] : waiting;
}

/**
 * Checks new foreign keys of a table against their parents and notes them there. Parents that do not exist are an error (1824) unless checks are off.
 * The table's own record is the caller's.
 */
export function* referToParents(
  context: StatementContext,
  child: StoredTable,
  keys: readonly ForeignKeyDefinition[],
): Steps<void> {
  if (keys.length === 0) return;
  const {catalog, engine} = context;
  const {schema, name} = child;
  yield* checkKeyNames(context, child, keys);
  for (const key of keys) {
    const parent = parentOf(key);
    if (isSameTable(parent, child)) {
      checkAgainst(child, key, child);
      continue;
    }
    const opened = yield* openedTable(context, parent, true);
    if (opened !== undefined) checkAgainst(child, key, opened.stored);
    else if (checksForeignKeys(context)) throw new SqlError('ER_FK_CANNOT_OPEN_PARENT', parent.name);
    yield* addReference(catalog, engine, parent, {schema, name});
  }
}

/** Names of foreign keys are one to a schema: 1826. */
function* checkKeyNames(
  {catalog, engine}: StatementContext,
  child: StoredTable,
  keys: readonly ForeignKeyDefinition[],
): Steps<void> {
  const names = new Set(keys.map(key => key.name.toLowerCase()));
  for (const object of yield* catalog.list(engine, child.schema)) {
    if (object.kind !== 'table' || object.name === child.name) continue;
    const taken = object.foreignKeys.find(key => names.has(key.name.toLowerCase()));
    if (taken !== undefined) throw new SqlError('ER_FK_DUP_NAME', taken.name);
  }
}

/** Every row that is there must have its parents in these foreign keys: 1452. */
export function* checkRows(
  context: StatementContext,
  table: StoredTable,
  keys: readonly ForeignKeyDefinition[],
): Steps<void> {
  if (keys.length === 0 || !checksForeignKeys(context)) return;
  const parents: OpenTable[] = [];
  for (const parent of parentsOf(keys)) {
    const opened = isSameTable(parent, table) ? undefined : yield* openedTable(context, parent, true);
    if (opened !== undefined) parents.push(opened);
  }
  const stored = {...table, foreignKeys: keys, referencedBy: []};
  const definition = buildTable(stored);
  const related = (schema: string, name: string): OpenTable | undefined =>
    parents.find(parent => isSameTable(parent.stored, {schema, name}));
  const opened: OpenTable = {kind: 'table', id: table.id, epoch: 0, readAt: 0, definition, stored};
  const foreignKeys = new ForeignKeys(context, {related}, opened);
  yield* walkRows(context, definition, function* (cursor) {
    yield* foreignKeys.afterInsert(yield* readRow(context, definition.rowLayout, cursor));
  });
}

// --- A table changes -----------------------------------------------------------------------------------------------

/** A changed definition with what follows from it, for the table itself; under a new name it has the children that have waited for one. */
export function* withReferences(context: StatementContext, old: StoredTable, changed: StoredTable): Steps<StoredTable> {
  const own = withOwnReferences(old, changed);
  if (isSameTable(old, changed)) return own;
  const adopted = yield* adoptChildren(context, {...own, foreignKeys: []});
  return {...own, referencedBy: [...own.referencedBy, ...adopted]};
}

/** Names of constraints and references to itself. */
function withOwnReferences(old: StoredTable, changed: StoredTable): StoredTable {
  const {schema, name} = changed;
  const foreignKeys = changed.foreignKeys.map(key => {
    const renamed = {...key, name: followName(key.name, old.name, name)};
    return isSameTable(parentOf(key), old)
      ? {...renamed, refSchema: schema, refTable: name, refColumns: followColumns(key.refColumns, old, changed)}
      : renamed;
  });
  const others = changed.referencedBy.filter(reference => !isSameTable(reference, old));
  const refersToItself = foreignKeys.some(key => isSameTable(parentOf(key), changed));
  return {...changed, foreignKeys, referencedBy: refersToItself ? [...others, {schema, name}] : others};
}

/** Names that the server has made follow the table's. */
function followName(key: string, from: string, to: string): string {
  const generated = `${from}_ibfk_`;
  return key.startsWith(generated) ? `${to}_ibfk_${key.slice(generated.length)}` : key;
}

function followColumns(columns: readonly string[], old: StoredTable, changed: StoredTable): readonly string[] {
  return columns.map(column => {
    const at = findColumn(old, column);
    const same = at < 0 ? undefined : changed.columns.find(other => other.id === old.columns[at].id);
    return same?.name ?? column;
  });
}

/** Tells parents and children of a table that its name, or the names of its columns, have changed. */
export function* followNames(context: StatementContext, old: StoredTable, changed: StoredTable): Steps<void> {
  if (isSameTable(old, changed) && !renamesColumns(old, changed)) return;
  const {catalog, engine} = context;
  const {schema, name} = changed;
  for (const reference of old.referencedBy) {
    if (isSameTable(reference, old)) continue;
    const child = yield* openedTable(context, reference, true);
    if (child === undefined) continue;
    const foreignKeys = child.stored.foreignKeys.map(key =>
      isSameTable(parentOf(key), old)
        ? {...key, refSchema: schema, refTable: name, refColumns: followColumns(key.refColumns, old, changed)}
        : key,
    );
    yield* catalog.changeTable(engine, child.stored, {...child.stored, foreignKeys});
  }
  if (isSameTable(old, changed)) return;
  for (const parent of parentsOf(old.foreignKeys)) {
    if (isSameTable(parent, old)) continue;
    yield* removeReference(catalog, engine, parent, {schema: old.schema, name: old.name});
    yield* addReference(catalog, engine, parent, {schema, name});
  }
}

export function renamesColumns(old: StoredTable, changed: Pick<StoredTable, 'columns'>): boolean {
  return old.columns.some(column => {
    const same = changed.columns.find(other => other.id === column.id);
    return same !== undefined && same.name !== column.name;
  });
}

/** Parents that no foreign key of the table refers to any more need not know of it. */
export function* leaveParents(context: StatementContext, old: StoredTable, changed: StoredTable): Steps<void> {
  const {catalog, engine} = context;
  const kept = parentsOf(changed.foreignKeys);
  for (const parent of parentsOf(old.foreignKeys)) {
    if (isSameTable(parent, old) || kept.some(other => isSameTable(other, parent))) continue;
    yield* removeReference(catalog, engine, parent, {schema: changed.schema, name: changed.name});
  }
}

// --- Tables go -----------------------------------------------------------------------------------------------------

/** Throws 3730 when a table that is to go has children that stay. */
export function* checkDroppable(context: StatementContext, dropped: readonly StoredTable[]): Steps<void> {
  if (!checksForeignKeys(context)) return;
  for (const table of dropped) {
    const found = yield* keyOfOthers(context, table, dropped);
    if (found !== undefined)
      throw new SqlError('ER_FK_CANNOT_DROP_PARENT', table.name, found.key.name, found.child.name);
  }
}

/** Throws 1701 when other tables refer to a table that is to be emptied. */
export function* checkTruncatable(context: StatementContext, table: StoredTable): Steps<void> {
  if (!checksForeignKeys(context)) return;
  const found = yield* keyOfOthers(context, table, [table]);
  if (found === undefined) return;
  const {schema, name} = found.child;
  const shown = `${quoteName(schema)}.${quoteName(name)}, CONSTRAINT ${quoteName(found.key.name)}`;
  throw new SqlError('ER_TRUNCATE_ILLEGAL_FK', shown);
}

/** A foreign key to `table` of a table that is not among `own`. */
function* keyOfOthers(
  context: StatementContext,
  table: StoredTable,
  own: readonly TableReference[],
): Steps<{readonly child: StoredTable; readonly key: ForeignKeyDefinition} | undefined> {
  for (const reference of table.referencedBy) {
    if (own.some(other => isSameTable(other, reference))) continue;
    const child = (yield* openedTable(context, reference, false))?.stored;
    const key = child === undefined ? undefined : keysTo(child, table).at(0);
    if (child !== undefined && key !== undefined) return {child, key};
  }
  return undefined;
}

/** The tables have gone: their parents forget them; children that stay wait for a parent of the same name. */
export function* forgetTables(context: StatementContext, dropped: readonly StoredTable[]): Steps<void> {
  const {catalog, engine} = context;
  const isDropped = (table: TableReference): boolean => dropped.some(other => isSameTable(other, table));
  for (const {schema, name, foreignKeys, referencedBy} of dropped) {
    for (const parent of parentsOf(foreignKeys)) {
      if (!isDropped(parent)) yield* removeReference(catalog, engine, parent, {schema, name});
    }
    const staying = referencedBy.filter(child => !isDropped(child));
    if (staying.length > 0) yield* writeWaiting(catalog, engine, {schema, name}, staying);
  }
}
