// What a table, its columns and its indexes are: immutable objects built from the catalog for one definition version. Plans keep a
// reference and check the version under the table's metadata lock (protocols G3).

import type {TableHandle, TreeRef} from '../../engine/api.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import type {RowLayout} from '../../format/row/row-layout.ts';
import type {SqlType, Value} from '../../format/value/types.ts';

/** How a column gets a value when a statement gives none. */
export type ColumnDefault =
  | {readonly kind: 'none'}
  | {readonly kind: 'value'; readonly value: Value}
  /** CURRENT_TIMESTAMP[(fsp)] */
  | {readonly kind: 'now'; readonly decimals: number}
  /** DEFAULT (expression), as canonical SQL text, bound when the table is opened. */
  | {readonly kind: 'expression'; readonly sql: string};

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly default: ColumnDefault;
  readonly autoIncrement: boolean;
  /** ON UPDATE CURRENT_TIMESTAMP. */
  readonly onUpdateNow: boolean;
  readonly invisible: boolean;
  readonly comment: string;
  /** Generated column: its expression as canonical SQL; undefined for ordinary columns. */
  readonly generated: {readonly sql: string; readonly stored: boolean} | undefined;
  /** Hidden columns (the row id of a table without a primary key, functional key parts) are in the row but in no name list. */
  readonly hidden: boolean;
}

/** The hidden row id of a table without a primary key. */
export function isRowId({hidden, generated}: Pick<ColumnDefinition, 'hidden' | 'generated'>): boolean {
  return hidden && generated === undefined;
}

/** The hidden column behind a functional key part. */
export function isFunctional({hidden, generated}: Pick<ColumnDefinition, 'hidden' | 'generated'>): boolean {
  return hidden && generated !== undefined;
}

export interface IndexPart {
  /** Position in `TableDefinition.columns`. */
  readonly column: number;
  /** Prefix length in characters (bytes for binary), 0 = whole. */
  readonly length: number;
  readonly descending: boolean;
}

export interface IndexDefinition {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'index';
  readonly parts: readonly IndexPart[];
  readonly tree: TreeRef;
  readonly keyLayout: KeyLayout;
  readonly comment: string;
  readonly invisible: boolean;
}

export interface CheckDefinition {
  readonly name: string;
  readonly sql: string;
  readonly enforced: boolean;
}

export type ReferentialAction = 'restrict' | 'cascade' | 'setNull' | 'noAction' | 'setDefault';

export interface ForeignKeyDefinition {
  readonly name: string;
  readonly columns: readonly number[];
  readonly refSchema: string;
  readonly refTable: string;
  readonly refColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
}

export interface TableDefinition {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Rises with every change; equal on all primaries under the metadata lock. */
  readonly version: number;
  readonly columns: readonly ColumnDefinition[];
  /** indexes[0] is the clustered one: the primary key, or the hidden row id. Then the secondaries in engine order. */
  readonly indexes: readonly IndexDefinition[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
  readonly checks: readonly CheckDefinition[];
  /** Generated columns are in indexes: expressions of statements may be theirs. */
  readonly hasIndexedExpressions: boolean;
  readonly rowLayout: RowLayout;
  readonly handle: TableHandle;
  /** Page of the AUTO_INCREMENT counter; 0 = none. */
  readonly counterPage: number;
  /** Page of the counter of hidden row ids; 0 = the table has a primary key. */
  readonly rowIdPage: number;
  readonly collation: number;
  readonly comment: string;
}

/** What the binder needs of a view. */
export interface ViewDefinition {
  readonly sql: string;
  /** Names of its columns. */
  readonly columns: readonly string[];
  /** WITH CHECK OPTION. */
  readonly check?: 'cascaded' | 'local' | undefined;
  /** `temptable`: never merged, so nothing can be changed through it. */
  readonly algorithm?: 'merge' | 'temptable' | undefined;
}

/** What binder and planner need of the catalog. Lookups are by lower-case name where MySQL folds case (columns, never tables: lower_case_table_names = 0). */
/** The columns of a table that an account may read that may not read all of them. */
export interface ReadableColumns {
  /** In small letters. */
  readonly names: ReadonlySet<string>;
  /** The refusal of one column (1143), and of the table as a whole (1142). */
  denied(column: string): Error;
  deniedTable(): Error;
}

export interface CatalogView {
  /** The table under a metadata lock taken for this statement; undefined when it does not exist. Throws nothing and never blocks: the
   * statement driver has locked and loaded every table named in the statement before binding. */
  table(schema: string, name: string): TableDefinition | undefined;
  /** What may be read of a table; undefined: all. */
  readable?(table: TableDefinition): ReadableColumns | undefined;
  view(schema: string, name: string): ViewDefinition | undefined;
  schemaExists(schema: string): boolean;
  /** Virtual tables of information_schema and performance_schema: their columns and a row producer. */
  virtualTable(schema: string, name: string): VirtualTable | undefined;
}

export interface VirtualTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly {readonly name: string; readonly type: SqlType}[];
  /** All rows, materialised for one statement. */
  rows(): readonly (readonly Value[])[];
}
