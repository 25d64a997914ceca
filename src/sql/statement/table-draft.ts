// A table definition under construction: what CREATE TABLE makes, and what ALTER TABLE changes step by step.
//
// While it is a draft, index parts name columns by id, so that columns can be moved; `finish` checks the whole and brings it into
// the catalog's form, in which they are positions. A table without a primary key gets a hidden row id as its clustered key.

import {SqlError} from '../../base/sql-error.ts';
import type {TreeRef} from '../../engine/api.ts';
import {FIRST_VARIABLE, Form, formOf, widthOf} from '../../format/row/layout.ts';
import {collationOf} from '../../format/value/collation.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import {
  type CheckDefinition,
  type ForeignKeyDefinition,
  type IndexPart,
  isFunctional,
  isRowId,
} from '../catalog/definition.ts';
import {checkObjectName} from '../catalog/names.ts';
import {type StoredColumn, type StoredIndex, type StoredTable, storedColumn} from '../catalog/stored-table.ts';
import type {Expression} from '../parse/ast-expression.ts';
import type {IndexDefinition, KeyPart} from '../parse/ast-schema.ts';

/** MySQL's limits for a table. */
const COLUMNS_MAX = 1017;
const INDEXES_MAX = 64;
const KEY_PARTS_MAX = 16;
const KEY_BYTES_MAX = 3072;
const ROW_BYTES_MAX = 65535;

export const PRIMARY = 'PRIMARY';
/** Name of the hidden row id; it cannot be written in SQL without back quotes, and is not in any name list. */
const ROW_ID = 'DB_ROW_ID';
/** What an index with a functional part is called when nobody gives it a name. */
const FUNCTIONAL_NAME = 'functional_index';

interface DraftPart {
  readonly columnId: number;
  readonly length: number;
  readonly descending: boolean;
}

export interface DraftIndex {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'index';
  readonly parts: readonly DraftPart[];
  readonly comment: string;
  readonly invisible: boolean;
  /** Made for a foreign key that had none: it goes when another one can take its place. */
  readonly implicit?: boolean | undefined;
  /** The tree of an index that is there already. */
  readonly tree: TreeRef | undefined;
}

/** Makes the hidden columns behind functional key parts (functional-index.ts). */
export interface FunctionalParts {
  /** The column of part number `part`, from 0, of an index. Throws what MySQL throws for expressions that cannot be indexed. */
  column(draft: TableDraft, expression: Expression, index: string, part: number): StoredColumn;
  /** The column under the types that the columns of the draft have by now. */
  refreshed(draft: TableDraft, column: StoredColumn): StoredColumn;
}

/** A foreign key while columns can move. */
export interface DraftForeignKey extends Omit<ForeignKeyDefinition, 'columns'> {
  readonly columnIds: readonly number[];
}

/** A finished draft: everything but ids, trees and counters. */
export interface FinishedDraft {
  readonly columns: readonly StoredColumn[];
  /** The clustered one first. `tree` as in the draft. */
  readonly indexes: readonly (Omit<StoredIndex, 'tree'> & {readonly tree: TreeRef | undefined})[];
  readonly checks: readonly CheckDefinition[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
  readonly collation: number;
  readonly comment: string;
}

export class TableDraft {
  /** Those that have a name. */
  readonly columns: StoredColumn[] = [];
  /** The hidden columns behind functional key parts. */
  functional: StoredColumn[] = [];
  /** Such columns of an index that is being built, for the index to take when it is added. */
  #prepared: readonly StoredColumn[] = [];
  indexes: DraftIndex[] = [];
  /** Names, in small letters, of indexes of foreign keys that others have taken the place of. */
  readonly replaced: Set<string> = new Set();
  checks: CheckDefinition[] = [];
  foreignKeys: DraftForeignKey[] = [];
  collation: number;
  comment = '';
  #nextId = 0;

  constructor(collation: number) {
    this.collation = collation;
  }

  /** The draft of an existing table, without its hidden row id. */
  static of(table: StoredTable): TableDraft {
    const draft = new TableDraft(table.collation);
    draft.columns.push(...table.columns.filter(column => !column.hidden));
    const layouts = [table, ...table.earlierRows];
    draft.#nextId = Math.max(...layouts.flatMap(layout => layout.columns.map(column => column.id))) + 1;
    draft.indexes = table.indexes
      .filter(index => !index.parts.some(part => isRowId(table.columns[part.column])))
      .map(index => ({...index, parts: index.parts.map(part => ({...part, columnId: table.columns[part.column].id}))}));
    draft.functional = table.columns.filter(isFunctional);
    draft.#prepared = draft.functional;
    draft.dropUnused();
    draft.checks = [...table.checks];
    draft.foreignKeys = table.foreignKeys.map(({columns, ...key}) => ({
      ...key,
      columnIds: columns.map(c => table.columns[c].id),
    }));
    draft.comment = table.comment;
    return draft;
  }

  newColumnId(): number {
    return this.#nextId++;
  }

  /** Position of a column by name, case ignored; -1 when there is none. */
  find(name: string): number {
    const lower = name.toLowerCase();
    return this.columns.findIndex(column => column.name.toLowerCase() === lower);
  }

  /** Position of a column that must be there: 1054. */
  position(name: string, table: string): number {
    const at = this.find(name);
    if (at < 0) throw new SqlError('ER_BAD_FIELD', name, table);
    return at;
  }

  addColumn(column: StoredColumn, at: number = this.columns.length): void {
    if (this.find(column.name) >= 0) throw new SqlError('ER_DUP_FIELDNAME', column.name);
    if (this.columns.length + this.functional.length >= COLUMNS_MAX) throw new SqlError('ER_TOO_MANY_FIELDS');
    this.columns.splice(at, 0, column);
  }

  // --- Indexes -------------------------------------------------------------------------------------------------------

  /** The index whose first columns are these, in this order and whole; undefined when there is none. */
  indexOver(columnIds: readonly number[]): DraftIndex | undefined {
    return this.indexes.find(({parts}) =>
      columnIds.every((id, i) => parts[i]?.columnId === id && parts[i].length === 0),
    );
  }

  findIndex(name: string): number {
    const lower = name.toLowerCase();
    return this.indexes.findIndex(index => index.name.toLowerCase() === lower);
  }

  get primary(): DraftIndex | undefined {
    return this.indexes.find(index => index.kind === 'primary');
  }

  /** `functional`: undefined where key parts can only be columns. `implicit`: for a foreign key. */
  addIndex(ast: IndexDefinition, functional: FunctionalParts | undefined, implicit = false): void {
    const isFunctionalIndex = ast.parts.some(part => part.expression !== null);
    if (isFunctionalIndex) checkMayBeFunctional(ast.type);
    if (ast.type === 'fulltext' || ast.type === 'spatial') {
      throw new SqlError('ER_NOT_SUPPORTED_YET', `${ast.type.toUpperCase()} index`);
    }
    const given = ast.type === 'primary' ? PRIMARY : (ast.name ?? ast.constraint ?? undefined);
    const known = given ?? (isFunctionalIndex ? this.#numbered(FUNCTIONAL_NAME) : undefined);
    const parts = this.#parts(ast.parts, known ?? '', functional);
    const name = known ?? this.#freeName(parts);
    const {comment, visible} = ast.options;
    const index = {name, kind: ast.type, parts, comment: comment ?? '', invisible: visible === false, tree: undefined};
    this.#add(implicit ? {...index, implicit} : index);
  }

  /** UNIQUE or PRIMARY KEY behind a column. */
  addColumnKey(kind: 'primary' | 'unique', column: StoredColumn): void {
    const parts = [{columnId: column.id, length: 0, descending: false}];
    const name = kind === 'primary' ? PRIMARY : this.#freeName(parts);
    this.#checkPart(column, 0);
    this.#add({name, kind, parts, comment: '', invisible: false, tree: undefined});
  }

  #add(index: DraftIndex): void {
    this.#replaceImplicit(index);
    if (index.kind === 'primary' && this.primary !== undefined) throw new SqlError('ER_MULTIPLE_PRI_KEY');
    checkObjectName(index.name);
    if (index.kind !== 'primary' && index.name.toUpperCase() === PRIMARY) {
      throw new SqlError('ER_WRONG_NAME_FOR_INDEX', index.name);
    }
    if (this.findIndex(index.name) >= 0) throw new SqlError('ER_DUP_KEYNAME', index.name);
    if (this.indexes.length >= INDEXES_MAX) throw new SqlError('ER_TOO_MANY_KEYS', INDEXES_MAX);
    if (index.kind === 'primary') this.indexes.unshift(index);
    else this.indexes.push(index);
  }

  /** Indexes that were made for foreign keys go where the new one begins with their columns. */
  #replaceImplicit({parts}: DraftIndex): void {
    const isCovered = (old: DraftIndex): boolean =>
      old.implicit === true &&
      old.parts.every(({columnId}, i) => parts[i]?.columnId === columnId && parts[i].length === 0);
    for (const old of this.indexes.filter(isCovered)) this.replaced.add(old.name.toLowerCase());
    this.indexes = this.indexes.filter(old => !isCovered(old));
  }

  #parts(parts: readonly KeyPart[], index: string, functional: FunctionalParts | undefined): DraftPart[] {
    if (parts.length > KEY_PARTS_MAX) throw new SqlError('ER_TOO_MANY_KEY_PARTS', KEY_PARTS_MAX);
    const seen = new Set<number>();
    return parts.map((part, i) => {
      if (part.expression !== null && functional !== undefined) {
        if (this.columns.length + this.functional.length >= COLUMNS_MAX) throw new SqlError('ER_TOO_MANY_FIELDS');
        const column = this.#asPrepared(functional.column(this, part.expression, index, i));
        this.functional.push(column);
        return {columnId: column.id, length: 0, descending: part.descending};
      }
      if (part.column === null) throw new SqlError('ER_KEY_COLUMN_NOT_EXIST', '');
      const at = this.find(part.column);
      if (at < 0) throw new SqlError('ER_KEY_COLUMN_NOT_EXIST', part.column);
      const column = this.columns[at];
      if (seen.has(at)) throw new SqlError('ER_DUP_FIELDNAME', column.name);
      seen.add(at);
      this.#checkPart(column, part.length ?? 0);
      return {columnId: column.id, length: prefixOf(column.type, part.length ?? 0), descending: part.descending};
    });
  }

  /** The column that rows have already for this key part, or the column itself. */
  #asPrepared(column: StoredColumn): StoredColumn {
    const isSame = ({name, type, generated}: StoredColumn): boolean =>
      name === column.name &&
      generated?.sql === column.generated?.sql &&
      JSON.stringify(type) === JSON.stringify(column.type);
    const ready = this.#prepared.find(isSame);
    return ready === undefined || this.functional.includes(ready) ? column : ready;
  }

  #checkPart({name, type}: StoredColumn, length: number): void {
    const {kind} = type;
    if (kind === Kind.json) throw new SqlError('ER_JSON_USED_AS_KEY', name);
    const isLong = kind === Kind.text || kind === Kind.blob;
    if (isLong && length === 0) throw new SqlError('ER_BLOB_KEY_WITHOUT_LENGTH', name);
    if (length === 0 || isLong) return;
    const isString = formOf(type) >= FIRST_VARIABLE && formOf(type) !== Form.decimal;
    if (!isString || length > type.length) throw new SqlError('ER_WRONG_SUB_KEY');
  }

  /** The name of the first column, with a number when it is taken. */
  #freeName(parts: readonly DraftPart[]): string {
    const first = this.columns.find(column => column.id === parts[0].columnId);
    return this.#numbered(first?.name ?? 'key');
  }

  /** The name, with a number when it is taken. */
  #numbered(base: string): string {
    const isTaken = (name: string): boolean => this.findIndex(name) >= 0 || name.toUpperCase() === PRIMARY;
    let name = base;
    for (let n = 2; isTaken(name); n++) name = `${base}_${n}`;
    return name;
  }

  /** Functional key parts go with their index. */
  dropUnused(): void {
    this.functional = this.functional.filter(({id}) =>
      this.indexes.some(({parts}) => parts.some(({columnId}) => columnId === id)),
    );
  }

  // --- The whole -----------------------------------------------------------------------------------------------------

  finish(): FinishedDraft {
    if (!this.columns.some(column => !column.invisible)) throw new SqlError('ER_TABLE_MUST_HAVE_COLUMNS');
    this.#forceNotNull();
    this.#checkAutoColumn();
    checkRowSize(this.columns);
    this.dropUnused();
    const columns = [...this.columns, ...this.functional];
    const indexes = [...this.indexes];
    if (this.primary === undefined) {
      const rowId = storedColumn(this.newColumnId(), ROW_ID, sqlType(Kind.bigint, {length: 20, unsigned: true}), {
        hidden: true,
      });
      columns.push(rowId);
      indexes.unshift({
        name: 'GEN_CLUST_INDEX',
        kind: 'index',
        parts: [{columnId: rowId.id, length: 0, descending: false}],
        comment: '',
        invisible: false,
        tree: undefined,
      });
    }
    for (const index of indexes)
      checkKeySize(index.parts.map(part => [columnOf(columns, part.columnId), part.length] as const));
    return {
      columns,
      indexes: indexes.map(index => ({...index, parts: index.parts.map(part => positioned(columns, part))})),
      checks: this.checks,
      foreignKeys: this.foreignKeys.map(({columnIds, ...key}) => ({
        ...key,
        columns: columnIds.map(id => columns.findIndex(column => column.id === id)),
      })),
      collation: this.collation,
      comment: this.comment,
    };
  }

  /** The columns of a primary key are NOT NULL. */
  #forceNotNull(): void {
    for (const {columnId} of this.primary?.parts ?? []) {
      const at = this.columns.findIndex(column => column.id === columnId);
      const column = this.columns[at];
      if (column.nullable) this.columns[at] = {...column, nullable: false};
    }
  }

  #checkAutoColumn(): void {
    const auto = this.columns.filter(column => column.autoIncrement);
    if (auto.length === 0) return;
    const isKey = this.indexes.some(index => index.parts[0].columnId === auto[0].id);
    if (auto.length > 1 || !isKey) throw new SqlError('ER_WRONG_AUTO_KEY');
  }
}

/** 3756, 3759, 3760. */
function checkMayBeFunctional(type: IndexDefinition['type']): void {
  if (type === 'primary') throw new SqlError('ER_FUNCTIONAL_INDEX_PRIMARY_KEY');
  if (type === 'fulltext') throw new SqlError('ER_FULLTEXT_FUNCTIONAL_INDEX');
  if (type === 'spatial') throw new SqlError('ER_SPATIAL_FUNCTIONAL_INDEX');
}

/** A prefix as long as the column is the whole column. */
function prefixOf(type: SqlType, length: number): number {
  const isWhole = length === type.length && type.kind !== Kind.text && type.kind !== Kind.blob;
  return isWhole ? 0 : length;
}

function columnOf(columns: readonly StoredColumn[], id: number): StoredColumn {
  return columns[columns.findIndex(column => column.id === id)];
}

function positioned(columns: readonly StoredColumn[], part: DraftPart): IndexPart {
  const column = columns.findIndex(c => c.id === part.columnId);
  return {column, length: part.length, descending: part.descending};
}

/** Bytes that a column adds to MySQL's row size, which decides over 1118. */
function declaredBytes(type: SqlType): number {
  const width = type.kind === Kind.decimal ? Math.ceil(type.length / 2) + 1 : widthOf(type);
  if (width > 0) return width;
  if (type.kind === Kind.text || type.kind === Kind.blob || type.kind === Kind.json) return 12;
  return stringBytes(type, type.length) + (stringBytes(type, type.length) > 255 ? 2 : 1);
}

function stringBytes(type: SqlType, characters: number): number {
  return formOf(type) === Form.text ? characters * collationOf(type.collation).charset.maxBytes : characters;
}

function checkRowSize(columns: readonly StoredColumn[]): void {
  const bytes = columns.reduce((sum, {type}) => sum + declaredBytes(type), 0);
  if (bytes > ROW_BYTES_MAX + 8) throw new SqlError('ER_TOO_BIG_ROWSIZE', ROW_BYTES_MAX);
}

function checkKeySize(parts: readonly (readonly [StoredColumn, number])[]): void {
  let bytes = 0;
  for (const [{type}, length] of parts) {
    const isString = formOf(type) >= FIRST_VARIABLE && type.kind !== Kind.decimal;
    bytes += isString ? stringBytes(type, length > 0 ? length : type.length) : declaredBytes(type);
  }
  if (bytes > KEY_BYTES_MAX) throw new SqlError('ER_TOO_LONG_KEY', KEY_BYTES_MAX);
}
