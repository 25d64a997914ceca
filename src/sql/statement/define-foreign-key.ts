// Foreign keys of CREATE TABLE and ALTER TABLE: from syntax to the draft, and what must be true before one is accepted.

import {SqlError} from '../../base/sql-error.ts';
import type {SqlType} from '../../format/value/types.ts';
import type {OpenTable} from '../catalog/catalog.ts';
import {canonicalSchema, checkObjectName} from '../catalog/names.ts';
import {addReference, isSameTable, keysTo, parentOf} from '../catalog/references.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredColumn, StoredTable, TableReference} from '../catalog/stored-table.ts';
import type {ForeignKey, KeyPart} from '../parse/ast-schema.ts';
import type {StatementContext} from './statement-context.ts';
import type {DraftForeignKey, TableDraft} from './table-draft.ts';

/** Are foreign keys checked in this session? */
export function checksForeignKeys(context: StatementContext): boolean {
  return context.state.systemVariable('foreign_key_checks', 'session') === 1;
}

/** Adds a foreign key to the draft of `table`, with an index over its columns where there is none. */
export function addForeignKey(draft: TableDraft, ast: ForeignKey, table: TableReference): void {
  const {references} = ast;
  const columns = ast.columns.map(part => columnOf(draft, part));
  const name = ast.constraint ?? freeName(draft, table.name);
  checkObjectName(name);
  if (references.columns.length !== columns.length) throw new SqlError('ER_WRONG_FK_DEF', name);
  if (draft.foreignKeys.some(key => key.name.toLowerCase() === name.toLowerCase()))
    throw new SqlError('ER_FK_DUP_NAME', name);
  const key: DraftForeignKey = {
    name,
    columnIds: columns.map(column => column.id),
    refSchema: canonicalSchema(references.table.schema ?? table.schema),
    refTable: references.table.name,
    refColumns: references.columns.map(part => part.column ?? ''),
    onDelete: references.onDelete ?? 'noAction',
    onUpdate: references.onUpdate ?? 'noAction',
  };
  checkActions(key, columns);
  draft.foreignKeys.push(key);
  if (draft.indexOver(key.columnIds) !== undefined) return;
  draft.addIndex({
    at: ast.at,
    type: 'index',
    constraint: null,
    name: ast.index ?? ast.constraint,
    parts: ast.columns,
    options: {
      using: null,
      keyBlockSize: null,
      parser: null,
      comment: null,
      visible: null,
      engineAttribute: null,
      secondaryEngineAttribute: null,
    },
  });
}

function columnOf(draft: TableDraft, part: KeyPart): StoredColumn {
  const at = part.column === null ? -1 : draft.find(part.column);
  if (at < 0) throw new SqlError('ER_KEY_COLUMN_NOT_EXIST', part.column ?? '');
  return draft.columns[at];
}

function freeName(draft: TableDraft, table: string): string {
  for (let n = draft.foreignKeys.length + 1; ; n++) {
    const name = `${table}_ibfk_${n}`;
    if (!draft.foreignKeys.some(key => key.name === name)) return name;
  }
}

function checkActions({name, onDelete, onUpdate}: DraftForeignKey, columns: readonly StoredColumn[]): void {
  if (onDelete === 'setDefault' || onUpdate === 'setDefault')
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'SET DEFAULT of a foreign key');
  const fixed = columns.find(column => !column.nullable);
  const setsNull = onDelete === 'setNull' || onUpdate === 'setNull';
  if (setsNull && fixed !== undefined) throw new SqlError('ER_FK_COLUMN_NOT_NULL', fixed.name, name);
}

// --- Against the parent --------------------------------------------------------------------------------------------

/**
 * Checks new foreign keys of a finished child against their parents and notes them there. The child's own record is written by the caller; `child`
 * is what it will be.
 */
export function* referToParents(
  context: StatementContext,
  child: StoredTable,
  names: ReadonlySet<string>,
): Steps<void> {
  const {catalog, engine} = context;
  for (const key of child.foreignKeys) {
    if (!names.has(key.name)) continue;
    const parent = parentOf(key);
    if (isSameTable(parent, child)) {
      checkAgainst(child, key.name, child);
      continue;
    }
    const opened = yield* catalog.open(engine, parent.schema, parent.name, true);
    if (opened?.kind === 'table') checkAgainst(child, key.name, opened.stored);
    else if (checksForeignKeys(context)) throw new SqlError('ER_FK_CANNOT_OPEN_PARENT', parent.name);
    yield* addReference(catalog, engine, parent, {schema: child.schema, name: child.name});
  }
}

/** Columns of the parent must be there, of the same types, and the first ones of an index. */
function checkAgainst(child: StoredTable, name: string, parent: StoredTable): void {
  const key = keysTo(child, parent).find(candidate => candidate.name === name);
  if (key === undefined) return;
  const positions = key.refColumns.map((column, i) => {
    const at = findColumn(parent, column);
    if (at < 0) throw new SqlError('ER_FK_NO_COLUMN_PARENT', column, name, parent.name);
    const own = child.columns[key.columns[i]];
    if (!isComparable(own.type, parent.columns[at].type)) {
      throw new SqlError('ER_FK_INCOMPATIBLE_COLUMNS', own.name, column, name);
    }
    return at;
  });
  if (indexOver(parent, positions) < 0) throw new SqlError('ER_FK_NO_INDEX_PARENT', name, parent.name);
}

export function findColumn(table: StoredTable, name: string): number {
  const lower = name.toLowerCase();
  return table.columns.findIndex(column => !column.hidden && column.name.toLowerCase() === lower);
}

/** The index whose first columns are these, whole; -1 when there is none. */
export function indexOver(table: Pick<StoredTable, 'indexes'>, columns: readonly number[]): number {
  return table.indexes.findIndex(({parts}) =>
    columns.every((column, i) => parts[i]?.column === column && parts[i].length === 0),
  );
}

/** Equal values have equal keys: the same kind, sign, scale and collation; lengths of strings may differ. */
function isComparable(a: SqlType, b: SqlType): boolean {
  return a.kind === b.kind && a.unsigned === b.unsigned && a.decimals === b.decimals && a.collation === b.collation;
}

// --- When a definition changes -------------------------------------------------------------------------------------

/** What foreign keys still need of a table whose definition changes. Throws 1553, 1828, 1829, 1832, 1833. */
export function* checkStillServes(context: StatementContext, old: StoredTable, changed: StoredTable): Steps<void> {
  for (const key of changed.foreignKeys) {
    if (key.columns.includes(-1))
      throw new SqlError('ER_FK_COLUMN_CANNOT_DROP', lostName(old, changed, key.name), key.name);
    if (indexOver(changed, key.columns) < 0) throw new SqlError('ER_DROP_INDEX_FK', key.name);
    const before = old.foreignKeys.find(other => other.name === key.name);
    for (const [i, column] of key.columns.entries()) {
      const was = before === undefined ? undefined : old.columns[before.columns[i]];
      const {name, type} = changed.columns[column];
      if (was !== undefined && !isComparable(was.type, type))
        throw new SqlError('ER_FK_COLUMN_CANNOT_CHANGE', name, key.name);
    }
  }
  const {catalog, engine} = context;
  for (const reference of old.referencedBy) {
    const child: StoredTable | undefined = isSameTable(reference, old)
      ? changed
      : storedOf(yield* catalog.open(engine, reference.schema, reference.name, false));
    if (child !== undefined) checkChild(old, changed, child);
  }
}

function storedOf(opened: {readonly kind: string} | undefined): StoredTable | undefined {
  return opened?.kind === 'table' ? (opened as OpenTable).stored : undefined;
}

function lostName(old: StoredTable, changed: StoredTable, key: string): string {
  const before = old.foreignKeys.find(other => other.name === key);
  const lost = before?.columns.find(column => !changed.columns.some(other => other.id === old.columns[column].id));
  return lost === undefined ? '' : old.columns[lost].name;
}

function checkChild(old: StoredTable, changed: StoredTable, child: StoredTable): void {
  for (const key of keysTo(child, old)) {
    const positions = key.refColumns.map(column => {
      const at = findColumn(changed, column);
      if (at < 0) throw new SqlError('ER_FK_COLUMN_CANNOT_DROP_CHILD', column, key.name, child.name);
      const was = old.columns[findColumn(old, column)];
      if (!isComparable(was.type, changed.columns[at].type)) {
        throw new SqlError('ER_FK_COLUMN_CANNOT_CHANGE_CHILD', column, key.name, child.name);
      }
      return at;
    });
    if (indexOver(changed, positions) < 0) throw new SqlError('ER_DROP_INDEX_FK', key.name);
  }
}
