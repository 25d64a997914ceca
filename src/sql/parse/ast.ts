// The syntax tree. Here: queries and the statements that change rows. Expressions are in ast-expression.ts and
// ast-function.ts, tables and other objects in ast-schema.ts, all other statements in ast-command.ts and, for the
// bodies of stored programs, ast-program.ts. `Statement` at the end joins them.
//
// Nodes are plain data with a `kind`, so that a `switch` over them is closed. Every field is always there; what was
// not written is null, false or an empty list. `at` is the byte offset in the statement where the node begins (for an
// operator: its left operand). Names are as written, without quotes; names of functions, types, units, character sets
// and collations are in small letters, and operators and enumerated words have the one form given in their type.
// Where MySQL has several spellings for one thing, the tree has one.

import type {CommandStatement} from './ast-command.ts';
import type {ColumnName, Expression, IntegerLiteral, Parameter, TableName, UserVariable} from './ast-expression.ts';
import type {JsonResponse, Window} from './ast-function.ts';
import type {ProgramStatement} from './ast-program.ts';
import type {DataType, SchemaStatement} from './ast-schema.ts';
import type {LiteralRows} from './literal-rows.ts';

// --- Queries -------------------------------------------------------------------------------------------------------

/** A query with what may surround its body. A parenthesised operand of a set operation is a `Query` again. */
export interface Query {
  readonly kind: 'query';
  readonly at: number;
  readonly with: WithClause | null;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | null;
  readonly locking: readonly LockingClause[];
  readonly into: IntoClause | null;
}

export type QueryBody = Select | SetOperation | ValuesBody | TableBody | Query;

export interface WithClause {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable {
  readonly at: number;
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export type SelectModifier =
  | 'straight_join'
  | 'high_priority'
  | 'sql_small_result'
  | 'sql_big_result'
  | 'sql_buffer_result'
  | 'sql_no_cache'
  | 'sql_calc_found_rows';

export interface Select {
  readonly kind: 'select';
  readonly at: number;
  /** The text of the optimizer hint comment, without its marks. */
  readonly hints: string | null;
  readonly distinct: boolean;
  readonly modifiers: readonly SelectModifier[];
  readonly items: readonly SelectItem[];
  /** Empty without FROM, and for FROM DUAL. */
  readonly from: readonly TableReference[];
  readonly where: Expression | null;
  readonly groupBy: readonly Expression[];
  readonly rollup: boolean;
  readonly having: Expression | null;
  readonly windows: readonly NamedWindow[];
}

export type SelectItem = SelectExpression | Wildcard;

export interface SelectExpression {
  readonly kind: 'item';
  readonly at: number;
  readonly expression: Expression;
  readonly alias: string | null;
  /** The expression as written, which names the column. '' when there is an alias or the expression is a column. */
  readonly text: string;
}

/** `*`, `table.*`, `schema.table.*` */
export interface Wildcard {
  readonly kind: 'wildcard';
  readonly at: number;
  readonly schema: string | null;
  readonly table: string | null;
}

export interface NamedWindow {
  readonly name: string;
  readonly window: Window;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

/** Numbers, parameters, or (in stored programs) variables. */
export type LimitValue = IntegerLiteral | Parameter | ColumnName;

export interface Limit {
  readonly count: LimitValue;
  readonly offset: LimitValue | null;
}

export interface LockingClause {
  /** LOCK IN SHARE MODE is 'share'. */
  readonly strength: 'update' | 'share';
  /** Table names or aliases; empty means all. */
  readonly of: readonly TableName[];
  readonly wait: 'wait' | 'nowait' | 'skipLocked';
}

export type IntoClause = IntoVariables | IntoFile;

export interface IntoVariables {
  readonly kind: 'variables';
  /** User variables, or variables of a stored program. */
  readonly targets: readonly (UserVariable | ColumnName)[];
}

export interface IntoFile {
  readonly kind: 'outfile' | 'dumpfile';
  readonly path: string;
  readonly charset: string | null;
  readonly format: FileFormat;
}

/** FIELDS and LINES of LOAD DATA and INTO OUTFILE; null means the default. */
export interface FileFormat {
  readonly fieldsTerminatedBy: string | null;
  readonly enclosedBy: string | null;
  readonly optionallyEnclosed: boolean;
  readonly escapedBy: string | null;
  readonly linesStartingBy: string | null;
  readonly linesTerminatedBy: string | null;
}

/**
 * Two or more operands, applied from left to right: `a EXCEPT b EXCEPT c` is one node. A chain with ALL in some places
 * is nested to the left. INTERSECT binds tighter than UNION and EXCEPT.
 */
export interface SetOperation {
  readonly kind: 'setOperation';
  readonly at: number;
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly operands: readonly QueryBody[];
}

/** VALUES ROW(...), ROW(...) */
export interface ValuesBody {
  readonly kind: 'values';
  readonly at: number;
  readonly rows: readonly (readonly Expression[])[];
}

/** TABLE t */
export interface TableBody {
  readonly kind: 'table';
  readonly at: number;
  readonly table: TableName;
}

// --- Table references ----------------------------------------------------------------------------------------------

export type TableReference = BaseTable | DerivedTable | JsonTable | Join | TableList;

export interface BaseTable {
  readonly kind: 'baseTable';
  readonly at: number;
  readonly table: TableName;
  readonly alias: string | null;
  readonly partitions: readonly string[];
  readonly indexHints: readonly IndexHint[];
}

export interface IndexHint {
  readonly action: 'use' | 'ignore' | 'force';
  readonly scope: 'all' | 'join' | 'orderBy' | 'groupBy';
  /** Index names; 'PRIMARY' for the primary key. */
  readonly indexes: readonly string[];
}

export interface DerivedTable {
  readonly kind: 'derivedTable';
  readonly at: number;
  readonly lateral: boolean;
  readonly query: Query;
  readonly alias: string;
  readonly columns: readonly string[];
}

export interface JsonTable {
  readonly kind: 'jsonTable';
  readonly at: number;
  readonly document: Expression;
  readonly path: string;
  readonly columns: readonly JsonTableColumn[];
  readonly alias: string;
}

export type JsonTableColumn = JsonOrdinality | JsonPathColumn | JsonExistsColumn | JsonNestedColumns;

export interface JsonOrdinality {
  readonly kind: 'ordinality';
  readonly name: string;
}

export interface JsonPathColumn {
  readonly kind: 'path';
  readonly name: string;
  readonly type: DataType;
  readonly path: string;
  readonly onEmpty: JsonResponse | null;
  readonly onError: JsonResponse | null;
}

export interface JsonExistsColumn {
  readonly kind: 'exists';
  readonly name: string;
  readonly type: DataType;
  readonly path: string;
}

export interface JsonNestedColumns {
  readonly kind: 'nested';
  readonly path: string;
  readonly columns: readonly JsonTableColumn[];
}

/** CROSS JOIN, JOIN and INNER JOIN are 'inner'. STRAIGHT_JOIN is 'straight'. */
export interface Join {
  readonly kind: 'join';
  readonly at: number;
  readonly type: 'inner' | 'left' | 'right' | 'straight';
  readonly natural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: Expression | null;
  /** The columns of USING; empty without. */
  readonly using: readonly string[];
}

/** `(a, b)` inside a table reference. */
export interface TableList {
  readonly kind: 'tableList';
  readonly at: number;
  readonly tables: readonly TableReference[];
}

// --- Statements that change rows -----------------------------------------------------------------------------------

/** `column = value` in SET and ON DUPLICATE KEY UPDATE. */
export interface ColumnAssignment {
  readonly column: ColumnName;
  readonly value: Expression;
}

export interface Insert {
  readonly kind: 'insert';
  readonly at: number;
  readonly hints: string | null;
  readonly replace: boolean;
  readonly priority: 'low' | 'high' | 'delayed' | null;
  readonly ignore: boolean;
  readonly table: TableName;
  readonly partitions: readonly string[];
  /** null: no column list was written. INSERT ... SET fills it. */
  readonly columns: readonly ColumnName[] | null;
  readonly source: InsertRows | InsertQuery;
  /** `AS new(a, b)` behind VALUES or SET. */
  readonly rowAlias: RowAlias | null;
  readonly onDuplicate: readonly ColumnAssignment[];
}

/** VALUES (...), (...). A row may be empty; a value may be DEFAULT. */
export interface InsertRows {
  readonly kind: 'rows';
  readonly rows: readonly (readonly Expression[])[];
  /** The rows behind those, when they have been left as text. */
  readonly more: LiteralRows | null;
}

export interface InsertQuery {
  readonly kind: 'query';
  readonly query: Query;
}

export interface RowAlias {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface Update {
  readonly kind: 'update';
  readonly at: number;
  readonly with: WithClause | null;
  readonly hints: string | null;
  readonly lowPriority: boolean;
  readonly ignore: boolean;
  readonly tables: readonly TableReference[];
  readonly assignments: readonly ColumnAssignment[];
  readonly where: Expression | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: LimitValue | null;
}

/** One table: `from` holds it and `targets` is empty. Several: `targets` names tables or aliases in `from`. */
export interface Delete {
  readonly kind: 'delete';
  readonly at: number;
  readonly with: WithClause | null;
  readonly hints: string | null;
  readonly lowPriority: boolean;
  readonly quick: boolean;
  readonly ignore: boolean;
  readonly targets: readonly TableName[];
  readonly from: readonly TableReference[];
  readonly where: Expression | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: LimitValue | null;
}

export interface Load {
  readonly kind: 'load';
  readonly at: number;
  readonly format: 'data' | 'xml';
  readonly priority: 'low' | 'concurrent' | null;
  readonly local: boolean;
  readonly path: string;
  readonly duplicates: 'replace' | 'ignore' | null;
  readonly table: TableName;
  readonly partitions: readonly string[];
  readonly charset: string | null;
  /** XML only: ROWS IDENTIFIED BY. */
  readonly rowTag: string | null;
  readonly fileFormat: FileFormat;
  readonly ignoreLines: number;
  readonly targets: readonly (ColumnName | UserVariable)[];
  readonly assignments: readonly ColumnAssignment[];
}

export type RowStatement = Query | Insert | Update | Delete | Load;

export type Statement = RowStatement | SchemaStatement | CommandStatement | ProgramStatement;
