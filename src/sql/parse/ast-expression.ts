// The syntax tree of names, literals, variables and operators. The rules that hold for all nodes are in ast.ts.

import type {Query} from './ast.ts';
import type {
  Aggregate,
  Call,
  Cast,
  CharCodes,
  ConvertUsing,
  Extract,
  GetFormat,
  IntervalUnit,
  JsonValue,
  Match,
  TimestampFunction,
  Trim,
  WeightString,
  WindowFunction,
} from './ast-function.ts';

// --- Names ---------------------------------------------------------------------------------------------------------

export interface TableName {
  readonly at: number;
  readonly schema: string | null;
  readonly name: string;
}

/** `user@host`; CURRENT_USER has user null. The host is '%' when not written. */
export interface AccountName {
  readonly at: number;
  readonly user: string | null;
  readonly host: string;
}

// --- Literals ------------------------------------------------------------------------------------------------------

export interface NullLiteral {
  readonly kind: 'null';
  readonly at: number;
}

export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly at: number;
  readonly value: boolean;
}

/** Never negative: a sign is an operator. A bigint only when it is no safe integer. At most 2^64 - 1. */
export interface IntegerLiteral {
  readonly kind: 'integer';
  readonly at: number;
  readonly value: number | bigint;
}

/** An exact number with a point, or an integer beyond BIGINT UNSIGNED; as its digits. */
export interface DecimalLiteral {
  readonly kind: 'decimal';
  readonly at: number;
  readonly text: string;
}

export interface DoubleLiteral {
  readonly kind: 'double';
  readonly at: number;
  readonly value: number;
}

/**
 * A string; adjacent ones are joined. `charset` is the introducer (`_latin1'x'`; N'x' is utf8mb3), null without. What
 * stands behind an introducer may be in hexadecimal or bits. The value is bytes under an introducer other than utf8,
 * utf8mb3 and utf8mb4, and when it is not well-formed UTF-8.
 */
export interface StringLiteral {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string | Uint8Array;
  readonly charset: string | null;
}

/** x'..', 0x.. (notation 'hex') or b'..', 0b.. ('bit'): a binary string that is a number in numeric context. */
export interface BytesLiteral {
  readonly kind: 'bytes';
  readonly at: number;
  readonly value: Uint8Array;
  readonly notation: 'hex' | 'bit';
}

/** DATE '...', TIME '...', TIMESTAMP '...', and their ODBC forms. */
export interface TemporalLiteral {
  readonly kind: 'temporal';
  readonly at: number;
  readonly type: 'date' | 'time' | 'timestamp';
  readonly text: string;
}

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral
  | BytesLiteral
  | TemporalLiteral;

/** The literals that `literalsAsParameters` turns into parameters. */
export type ParameterLiteral = IntegerLiteral | DecimalLiteral | DoubleLiteral | StringLiteral | BytesLiteral;

/** A `?`, counted from 0 in textual order; or, with `literalsAsParameters`, the literal that stood there. */
export interface Parameter {
  readonly kind: 'parameter';
  readonly at: number;
  readonly index: number;
  readonly literal: ParameterLiteral | null;
}

// --- Columns and variables -----------------------------------------------------------------------------------------

/** A column, an alias, or a variable of a stored program: the binder knows which. */
export interface ColumnName {
  readonly kind: 'column';
  readonly at: number;
  readonly schema: string | null;
  readonly table: string | null;
  readonly name: string;
}

/** `@name` */
export interface UserVariable {
  readonly kind: 'userVariable';
  readonly at: number;
  readonly name: string;
}

/** `@name := value` */
export interface Assignment {
  readonly kind: 'assignment';
  readonly at: number;
  readonly name: string;
  readonly value: Expression;
}

export type VariableScope = 'global' | 'session' | 'persist' | 'persist_only';

/** `@@[scope.][component.]name`; LOCAL is SESSION. */
export interface SystemVariable {
  readonly kind: 'systemVariable';
  readonly at: number;
  readonly scope: VariableScope | null;
  readonly component: string | null;
  readonly name: string;
}

/** DEFAULT as a whole value (column null), or DEFAULT(column). */
export interface DefaultValue {
  readonly kind: 'default';
  readonly at: number;
  readonly column: ColumnName | null;
}

/** VALUES(column) in ON DUPLICATE KEY UPDATE. */
export interface InsertedValue {
  readonly kind: 'insertedValue';
  readonly at: number;
  readonly column: ColumnName;
}

// --- Operators -----------------------------------------------------------------------------------------------------

export type UnaryOperator = '-' | '~' | 'not' | 'binary';

/** `!` and NOT are both 'not'. A plus sign leaves no node. */
export interface Unary {
  readonly kind: 'unary';
  readonly at: number;
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'div' | '%' | '|' | '&' | '^' | '<<' | '>>';

export interface Arithmetic {
  readonly kind: 'arithmetic';
  readonly at: number;
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type ComparisonOperator = '=' | '<=>' | '<' | '<=' | '>' | '>=' | '<>';

export interface Comparison {
  readonly kind: 'comparison';
  readonly at: number;
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `value > ALL (query)`; SOME is ANY. */
export interface QuantifiedComparison {
  readonly kind: 'quantified';
  readonly at: number;
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly left: Expression;
  readonly query: Query;
}

/** AND, OR, XOR over two or more operands: `a AND b AND c` is one node. */
export interface Logical {
  readonly kind: 'logical';
  readonly at: number;
  readonly operator: 'and' | 'or' | 'xor';
  readonly operands: readonly Expression[];
}

export interface Is {
  readonly kind: 'is';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly test: 'null' | 'true' | 'false' | 'unknown';
}

export interface Between {
  readonly kind: 'between';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

export interface InList {
  readonly kind: 'inList';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly items: readonly Expression[];
}

export interface InQuery {
  readonly kind: 'inQuery';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly query: Query;
}

export interface Like {
  readonly kind: 'like';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | null;
}

/** REGEXP, RLIKE. */
export interface Regexp {
  readonly kind: 'regexp';
  readonly at: number;
  readonly negated: boolean;
  readonly value: Expression;
  readonly pattern: Expression;
}

export interface SoundsLike {
  readonly kind: 'soundsLike';
  readonly at: number;
  readonly left: Expression;
  readonly right: Expression;
}

export interface MemberOf {
  readonly kind: 'memberOf';
  readonly at: number;
  readonly value: Expression;
  readonly array: Expression;
}

export interface Collate {
  readonly kind: 'collate';
  readonly at: number;
  readonly value: Expression;
  readonly collation: string;
}

/** `column -> path`, and `->>` with unquote. */
export interface JsonPath {
  readonly kind: 'jsonPath';
  readonly at: number;
  readonly column: ColumnName;
  readonly path: string;
  readonly unquote: boolean;
}

/** `value ± INTERVAL amount unit`, DATE_ADD, DATE_SUB, ADDDATE, SUBDATE. */
export interface DateArithmetic {
  readonly kind: 'dateArithmetic';
  readonly at: number;
  readonly operator: '+' | '-';
  readonly value: Expression;
  readonly amount: Expression;
  readonly unit: IntervalUnit;
}

export interface WhenClause {
  readonly when: Expression;
  readonly result: Expression;
}

/** CASE; `operand` is null in the searched form. */
export interface Case {
  readonly kind: 'case';
  readonly at: number;
  readonly operand: Expression | null;
  readonly clauses: readonly WhenClause[];
  readonly otherwise: Expression | null;
}

export interface Row {
  readonly kind: 'row';
  readonly at: number;
  readonly items: readonly Expression[];
}

export interface Subquery {
  readonly kind: 'subquery';
  readonly at: number;
  readonly query: Query;
}

export interface Exists {
  readonly kind: 'exists';
  readonly at: number;
  readonly query: Query;
}

export type Expression =
  | Literal
  | Parameter
  | ColumnName
  | UserVariable
  | Assignment
  | SystemVariable
  | DefaultValue
  | InsertedValue
  | Unary
  | Arithmetic
  | Comparison
  | QuantifiedComparison
  | Logical
  | Is
  | Between
  | InList
  | InQuery
  | Like
  | Regexp
  | SoundsLike
  | MemberOf
  | Collate
  | JsonPath
  | DateArithmetic
  | Case
  | Row
  | Subquery
  | Exists
  | Call
  | Aggregate
  | WindowFunction
  | Cast
  | ConvertUsing
  | CharCodes
  | Extract
  | Trim
  | TimestampFunction
  | GetFormat
  | WeightString
  | Match
  | JsonValue;
