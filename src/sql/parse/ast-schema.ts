// The syntax tree of statements that define tables, databases, indexes and views. The rules that hold for all nodes
// are in ast.ts.

import type {OrderItem, Query} from './ast.ts';
import type {AccountName, Expression, TableName} from './ast-expression.ts';

// --- Types and columns ---------------------------------------------------------------------------------------------

export type DataTypeName =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'mediumint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'double'
  | 'year'
  | 'date'
  | 'time'
  | 'datetime'
  | 'timestamp'
  | 'char'
  | 'varchar'
  | 'tinytext'
  | 'text'
  | 'mediumtext'
  | 'longtext'
  | 'binary'
  | 'varbinary'
  | 'tinyblob'
  | 'blob'
  | 'mediumblob'
  | 'longblob'
  | 'enum'
  | 'set'
  | 'json'
  | 'geometry'
  | 'point'
  | 'linestring'
  | 'polygon'
  | 'multipoint'
  | 'multilinestring'
  | 'multipolygon'
  | 'geometrycollection';

/** BOOL is tinyint(1), FLOAT(p) with p > 24 is double, NCHAR is char of utf8mb3, SERIAL sets column attributes too. */
export interface DataType {
  readonly at: number;
  readonly name: DataTypeName;
  readonly length: number | null;
  readonly decimals: number | null;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  readonly charset: string | null;
  readonly collation: string | null;
  /** The BINARY attribute of a character type: the binary collation of its character set. */
  readonly binary: boolean;
  /** ENUM and SET. */
  readonly members: readonly string[];
}

export interface ColumnDefinition {
  readonly at: number;
  readonly name: string;
  readonly type: DataType;
  /** null: neither NULL nor NOT NULL was written. */
  readonly nullable: boolean | null;
  readonly default: Expression | null;
  /** DEFAULT (expression): the only form BLOB, TEXT, GEOMETRY and JSON may have. */
  readonly defaultInParentheses: boolean;
  /** ON UPDATE CURRENT_TIMESTAMP(fraction): the fraction. */
  readonly onUpdateNow: number | null;
  readonly autoIncrement: boolean;
  readonly key: 'primary' | 'unique' | null;
  readonly generated: GeneratedColumn | null;
  readonly visible: boolean | null;
  readonly comment: string | null;
  readonly columnFormat: 'fixed' | 'dynamic' | 'default' | null;
  readonly storage: 'disk' | 'memory' | 'default' | null;
  readonly engineAttribute: string | null;
  readonly secondaryEngineAttribute: string | null;
  readonly srid: number | null;
  readonly checks: readonly CheckConstraint[];
  /** Parsed and, as in MySQL, without effect in a column definition. */
  readonly references: ForeignKeyReference | null;
}

export interface GeneratedColumn {
  readonly expression: Expression;
  readonly stored: boolean;
}

export interface CheckConstraint {
  readonly at: number;
  readonly name: string | null;
  readonly expression: Expression;
  readonly enforced: boolean;
}

export interface ForeignKeyReference {
  readonly table: TableName;
  readonly columns: readonly KeyPart[];
  readonly match: 'full' | 'partial' | 'simple' | null;
  readonly onDelete: ReferenceAction | null;
  readonly onUpdate: ReferenceAction | null;
}

export type ReferenceAction = 'restrict' | 'cascade' | 'setNull' | 'noAction' | 'setDefault';

export interface ForeignKey {
  readonly at: number;
  readonly constraint: string | null;
  readonly index: string | null;
  readonly columns: readonly KeyPart[];
  readonly references: ForeignKeyReference;
}

/** A column with an optional prefix length, or an expression (column null). */
export interface KeyPart {
  readonly at: number;
  readonly column: string | null;
  readonly length: number | null;
  readonly expression: Expression | null;
  readonly descending: boolean;
}

export interface IndexDefinition {
  readonly at: number;
  readonly type: 'primary' | 'unique' | 'index' | 'fulltext' | 'spatial';
  readonly constraint: string | null;
  readonly name: string | null;
  readonly parts: readonly KeyPart[];
  readonly options: IndexOptions;
}

export interface IndexOptions {
  readonly using: 'btree' | 'hash' | 'rtree' | null;
  readonly keyBlockSize: number | null;
  readonly parser: string | null;
  readonly comment: string | null;
  readonly visible: boolean | null;
  readonly engineAttribute: string | null;
  readonly secondaryEngineAttribute: string | null;
}

// --- Tables --------------------------------------------------------------------------------------------------------

/** A table option: its name in capitals (CHARACTER SET, ENGINE, ROW_FORMAT ...) and its value; UNION has names. */
export interface TableOption {
  readonly name: string;
  readonly value: number | bigint | string | readonly TableName[];
}

export interface CreateTable {
  readonly kind: 'createTable';
  readonly at: number;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly indexes: readonly IndexDefinition[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly CheckConstraint[];
  readonly options: readonly TableOption[];
  readonly partitioning: Partitioning | null;
  readonly duplicates: 'ignore' | 'replace' | null;
  readonly query: Query | null;
  /** CREATE TABLE ... LIKE: then all else is empty. */
  readonly like: TableName | null;
}

export interface PartitionMethod {
  readonly type: 'hash' | 'key' | 'range' | 'list';
  readonly linear: boolean;
  /** KEY ALGORITHM = 1 | 2 */
  readonly algorithm: number | null;
  readonly expression: Expression | null;
  /** KEY (...), RANGE COLUMNS (...), LIST COLUMNS (...); null when an expression was written. */
  readonly columns: readonly string[] | null;
}

export interface Partitioning {
  readonly method: PartitionMethod;
  readonly count: number | null;
  readonly subpartition: PartitionMethod | null;
  readonly subpartitionCount: number | null;
  readonly definitions: readonly PartitionDefinition[];
}

export interface PartitionDefinition {
  readonly name: string;
  readonly values: PartitionValues | null;
  readonly options: readonly TableOption[];
  readonly subpartitions: readonly PartitionDefinition[];
}

/** LESS THAN has one row; 'maxvalue' stands for MAXVALUE. IN has one row per value. */
export interface PartitionValues {
  readonly kind: 'lessThan' | 'in';
  readonly rows: readonly (readonly (Expression | 'maxvalue')[])[];
}

export interface AlterTable {
  readonly kind: 'alterTable';
  readonly at: number;
  readonly table: TableName;
  readonly actions: readonly AlterAction[];
}

export type ColumnPosition = {readonly kind: 'first'} | {readonly kind: 'after'; readonly column: string};

/** A bare word of ALTER TABLE that has no operand. */
export type AlterWord =
  | 'dropPrimaryKey'
  | 'enableKeys'
  | 'disableKeys'
  | 'discardTablespace'
  | 'importTablespace'
  | 'force'
  | 'withValidation'
  | 'withoutValidation'
  | 'removePartitioning'
  | 'secondaryLoad'
  | 'secondaryUnload';

export type AlterAction =
  | {readonly kind: AlterWord}
  | {readonly kind: 'addColumn'; readonly column: ColumnDefinition; readonly position: ColumnPosition | null}
  | {readonly kind: 'addIndex'; readonly index: IndexDefinition}
  | {readonly kind: 'addForeignKey'; readonly foreignKey: ForeignKey}
  | {readonly kind: 'addCheck'; readonly check: CheckConstraint}
  | {
      readonly kind: 'dropColumn' | 'dropIndex' | 'dropForeignKey' | 'dropCheck' | 'dropConstraint';
      readonly name: string;
    }
  | {
      readonly kind: 'changeColumn';
      /** The column's name now; the same as the definition's for MODIFY. */
      readonly name: string;
      readonly column: ColumnDefinition;
      readonly position: ColumnPosition | null;
    }
  | {
      readonly kind: 'setDefault';
      readonly column: string;
      readonly value: Expression;
      readonly inParentheses: boolean;
    }
  | {readonly kind: 'dropDefault'; readonly column: string}
  | {readonly kind: 'columnVisibility' | 'indexVisibility'; readonly name: string; readonly visible: boolean}
  | {
      readonly kind: 'checkEnforcement' | 'constraintEnforcement';
      readonly name: string;
      readonly enforced: boolean;
    }
  | {readonly kind: 'renameColumn' | 'renameIndex'; readonly from: string; readonly to: string}
  | {readonly kind: 'renameTable'; readonly to: TableName}
  | {readonly kind: 'orderBy'; readonly items: readonly OrderItem[]}
  | {readonly kind: 'convertCharset'; readonly charset: string | null; readonly collation: string | null}
  | {readonly kind: 'option'; readonly option: TableOption}
  | {readonly kind: 'algorithm' | 'lock'; readonly value: string}
  | {readonly kind: 'partitionBy'; readonly partitioning: Partitioning}
  | {
      readonly kind: 'addPartition';
      readonly definitions: readonly PartitionDefinition[];
      /** PARTITIONS n */
      readonly count: number | null;
    }
  | {readonly kind: 'coalescePartition'; readonly count: number}
  | {
      readonly kind: 'partitions';
      readonly action:
        | 'drop'
        | 'truncate'
        | 'analyze'
        | 'check'
        | 'optimize'
        | 'rebuild'
        | 'repair'
        | 'discard'
        | 'import';
      readonly names: readonly string[] | 'all';
    }
  | {
      readonly kind: 'reorganizePartition';
      /** null without a list: KEY partitions after a change of node groups. */
      readonly names: readonly string[] | null;
      readonly definitions: readonly PartitionDefinition[];
    }
  | {
      readonly kind: 'exchangePartition';
      readonly name: string;
      readonly table: TableName;
      readonly validation: boolean;
    };

export interface DropTables {
  readonly kind: 'dropTables';
  readonly at: number;
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly tables: readonly TableName[];
}

export interface RenameTables {
  readonly kind: 'renameTables';
  readonly at: number;
  readonly renames: readonly {readonly from: TableName; readonly to: TableName}[];
}

export interface TruncateTable {
  readonly kind: 'truncateTable';
  readonly at: number;
  readonly table: TableName;
}

// --- Indexes, views, databases -------------------------------------------------------------------------------------

export interface CreateIndex {
  readonly kind: 'createIndex';
  readonly at: number;
  readonly table: TableName;
  readonly index: IndexDefinition;
  readonly algorithm: string | null;
  readonly lock: string | null;
}

export interface DropIndex {
  readonly kind: 'dropIndex';
  readonly at: number;
  readonly table: TableName;
  readonly name: string;
  readonly algorithm: string | null;
  readonly lock: string | null;
}

export interface CreateView {
  readonly kind: 'createView';
  readonly at: number;
  readonly orReplace: boolean;
  /** ALTER VIEW. */
  readonly alter: boolean;
  readonly algorithm: 'undefined' | 'merge' | 'temptable' | null;
  readonly definer: AccountName | null;
  readonly security: 'definer' | 'invoker' | null;
  readonly view: TableName;
  readonly columns: readonly string[];
  readonly query: Query;
  readonly check: 'cascaded' | 'local' | null;
}

export interface DropViews {
  readonly kind: 'dropViews';
  readonly at: number;
  readonly ifExists: boolean;
  readonly views: readonly TableName[];
}

/** An option of a database: CHARACTER SET, COLLATE, ENCRYPTION, READ ONLY. */
export interface DatabaseOption {
  readonly name: 'charset' | 'collation' | 'encryption' | 'readOnly';
  readonly value: string;
}

export interface CreateDatabase {
  readonly kind: 'createDatabase';
  readonly at: number;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly options: readonly DatabaseOption[];
}

export interface AlterDatabase {
  readonly kind: 'alterDatabase';
  readonly at: number;
  /** null: the current one. */
  readonly name: string | null;
  readonly options: readonly DatabaseOption[];
}

export interface DropDatabase {
  readonly kind: 'dropDatabase';
  readonly at: number;
  readonly ifExists: boolean;
  readonly name: string;
}

export type SchemaStatement =
  | CreateTable
  | AlterTable
  | DropTables
  | RenameTables
  | TruncateTable
  | CreateIndex
  | DropIndex
  | CreateView
  | DropViews
  | CreateDatabase
  | AlterDatabase
  | DropDatabase;
