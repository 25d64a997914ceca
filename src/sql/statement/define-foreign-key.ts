// Foreign keys of CREATE TABLE and ALTER TABLE: from syntax to the draft, and what must be true before one is accepted.

import {SqlError} from '../../base/sql-error.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';
import type {ForeignKeyDefinition} from '../catalog/definition.ts';
import {canonicalSchema, checkObjectName} from '../catalog/names.ts';
import {isSameTable, keysTo} from '../catalog/references.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredColumn, StoredIndex, StoredTable, TableReference} from '../catalog/stored-table.ts';
import type {ForeignKey, KeyPart} from '../parse/ast-schema.ts';
import {noIndexOptions} from '../parse/index-definition.ts';
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
  const indexName = ast.index ?? freeIndexName(draft, ast.constraint);
  draft.addIndex(
    {at: ast.at, type: 'index', constraint: null, name: indexName, parts: ast.columns, options: noIndexOptions()},
    undefined,
    true,
  );
}

/** The index is called like the constraint, unless another index is: then after its first column. */
function freeIndexName(draft: TableDraft, constraint: string | null): string | null {
  return constraint !== null && draft.findIndex(constraint) < 0 ? constraint : null;
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

function checkActions(
  {name, onDelete, onUpdate}: Omit<ForeignKeyDefinition, 'columns'>,
  columns: readonly StoredColumn[],
): void {
  if (onDelete === 'setDefault' || onUpdate === 'setDefault')
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'SET DEFAULT of a foreign key');
  const fixed = columns.find(column => !column.nullable);
  const setsNull = onDelete === 'setNull' || onUpdate === 'setNull';
  if (setsNull && fixed !== undefined) throw new SqlError('ER_FK_COLUMN_NOT_NULL', fixed.name, name);
}

// --- Against the parent --------------------------------------------------------------------------------------------

/** Columns of the parent must be there, of the same types, and the first ones of an index. */
export function checkAgainst(child: StoredTable, key: ForeignKeyDefinition, parent: StoredTable): void {
  const positions = key.refColumns.map((column, i) => {
    const at = findColumn(parent, column);
    if (at < 0) throw new SqlError('ER_FK_NO_COLUMN_PARENT', column, key.name, parent.name);
    const own = child.columns[key.columns[i]];
    if (!isComparable(own.type, parent.columns[at].type)) {
      throw new SqlError('ER_FK_INCOMPATIBLE_COLUMNS', own.name, column, key.name);
    }
    return at;
  });
  if (indexOver(parent, positions) < 0) throw new SqlError('ER_FK_NO_INDEX_PARENT', key.name, parent.name);
}

export function findColumn(table: StoredTable, name: string): number {
  const lower = name.toLowerCase();
  return table.columns.findIndex(column => !column.hidden && column.name.toLowerCase() === lower);
}

/** The index whose first columns are these, whole; -1 when there is none. */
export function indexOver(table: Pick<NewShape, 'indexes'>, columns: readonly number[]): number {
  return table.indexes.findIndex(({parts}) =>
    columns.every((column, i) => parts[i]?.column === column && parts[i].length === 0),
  );
}

/** Kinds that differ in how values are padded only. */
const SIMILAR: ReadonlyMap<Kind, Kind> = new Map([
  [Kind.varchar, Kind.char],
  [Kind.varbinary, Kind.binary],
]);

function family(kind: Kind): Kind {
  return SIMILAR.get(kind) ?? kind;
}

/** Equal values have equal keys: the same kind, sign, scale and collation; lengths of strings may differ. */
function isComparable(a: SqlType, b: SqlType): boolean {
  const isSameLength = a.kind !== Kind.decimal || a.length === b.length;
  return (
    family(a.kind) === family(b.kind) &&
    a.unsigned === b.unsigned &&
    a.decimals === b.decimals &&
    a.collation === b.collation &&
    isSameLength
  );
}

// --- When a definition changes -------------------------------------------------------------------------------------

/** A definition that is about to be: what the foreign keys that it keeps look at. */
export interface NewShape {
  readonly columns: readonly StoredColumn[];
  readonly indexes: readonly Pick<StoredIndex, 'name' | 'parts'>[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
}

/**
 * What foreign keys still need of a table whose definition changes. Throws 1553, 1828, 1829, 1830, 1832, 1833. With checks off types may change, on
 * both sides one after the other.
 */
export function* checkStillServes(
  context: StatementContext,
  old: StoredTable,
  changed: NewShape,
  locksChildren: boolean,
): Steps<void> {
  const mayChangeTypes = !checksForeignKeys(context);
  for (const key of changed.foreignKeys) checkOwnKey(old, changed, key, mayChangeTypes);
  const {catalog, engine} = context;
  for (const reference of old.referencedBy) {
    const isSelf = isSameTable(reference, old);
    const opened = isSelf ? undefined : yield* catalog.open(engine, reference.schema, reference.name, locksChildren);
    const child = opened?.kind === 'table' ? opened.stored : undefined;
    for (const key of keysTo(child ?? (isSelf ? changed : NO_KEYS), old)) {
      checkParentOf(old, changed, key, child?.name ?? old.name, mayChangeTypes);
    }
  }
}

const NO_KEYS = {foreignKeys: []};

function checkOwnKey(old: StoredTable, changed: NewShape, key: ForeignKeyDefinition, mayChangeTypes: boolean): void {
  const before = old.foreignKeys.find(other => other.name === key.name);
  if (key.columns.includes(-1)) {
    const lost = before?.columns[key.columns.indexOf(-1)] ?? 0;
    throw new SqlError('ER_FK_COLUMN_CANNOT_DROP', old.columns[lost].name, key.name);
  }
  if (indexOver(changed, key.columns) < 0) throw new SqlError('ER_DROP_INDEX_FK', servingIndex(old, before));
  checkActions(
    key,
    key.columns.map(column => changed.columns[column]),
  );
  if (before === undefined || mayChangeTypes) return;
  for (const [i, column] of key.columns.entries()) {
    const {name, type} = changed.columns[column];
    if (!isComparable(old.columns[before.columns[i]].type, type))
      throw new SqlError('ER_FK_COLUMN_CANNOT_CHANGE', name, key.name);
  }
}

/** Name of the index that a foreign key has used so far. */
function servingIndex(old: StoredTable, key: ForeignKeyDefinition | undefined): string {
  const at = key === undefined ? -1 : indexOver(old, key.columns);
  return at < 0 ? (key?.name ?? '') : old.indexes[at].name;
}

/** `key` belongs to the table `child` and refers to the one that changes. */
function checkParentOf(
  old: StoredTable,
  changed: NewShape,
  key: ForeignKeyDefinition,
  child: string,
  mayChangeTypes: boolean,
): void {
  const before = key.refColumns.map(column => findColumn(old, column));
  if (before.includes(-1)) return;
  const positions = before.map(at => {
    const {id, name, type} = old.columns[at];
    const now = changed.columns.findIndex(column => column.id === id);
    if (now < 0) throw new SqlError('ER_FK_COLUMN_CANNOT_DROP_CHILD', name, key.name, child);
    if (!mayChangeTypes && !isComparable(type, changed.columns[now].type))
      throw new SqlError('ER_FK_COLUMN_CANNOT_CHANGE_CHILD', name, key.name, child);
    return now;
  });
  const index = indexOver(old, before);
  if (index >= 0 && indexOver(changed, positions) < 0) throw new SqlError('ER_DROP_INDEX_FK', old.indexes[index].name);
}
