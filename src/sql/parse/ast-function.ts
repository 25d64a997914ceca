// The syntax tree of function calls: ordinary ones, and those whose arguments have a syntax of their own.
// The rules that hold for all nodes are in ast.ts.

import type {OrderItem} from './ast.ts';
import type {ColumnName, Expression} from './ast-expression.ts';

export type SimpleUnit = 'microsecond' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
export type IntervalUnit =
  | SimpleUnit
  | 'second_microsecond'
  | 'minute_microsecond'
  | 'minute_second'
  | 'hour_microsecond'
  | 'hour_second'
  | 'hour_minute'
  | 'day_microsecond'
  | 'day_second'
  | 'day_minute'
  | 'day_hour'
  | 'year_month';

/**
 * A function with an ordinary argument list, built in or stored. Special forms come in as the function they stand
 * for: SUBSTRING(a FROM b FOR c) as substring(a, b, c), POSITION(a IN b) as locate(a, b), CURRENT_TIMESTAMP as now().
 */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly schema: string | null;
  readonly name: string;
  readonly args: readonly Expression[];
}

export type AggregateName =
  | 'avg'
  | 'bit_and'
  | 'bit_or'
  | 'bit_xor'
  | 'count'
  | 'group_concat'
  | 'json_arrayagg'
  | 'json_objectagg'
  | 'max'
  | 'min'
  | 'st_collect'
  | 'stddev_pop'
  | 'stddev_samp'
  | 'sum'
  | 'var_pop'
  | 'var_samp';

/** An aggregate, or with `over` the window function of that name. COUNT(*) has no arguments. STD is stddev_pop, VARIANCE var_pop. */
export interface Aggregate {
  readonly kind: 'aggregate';
  readonly at: number;
  readonly name: AggregateName;
  readonly distinct: boolean;
  readonly args: readonly Expression[];
  /** GROUP_CONCAT only. */
  readonly orderBy: readonly OrderItem[];
  /** GROUP_CONCAT only; null means ','. */
  readonly separator: string | null;
  readonly over: Window | string | null;
}

export type WindowFunctionName =
  | 'cume_dist'
  | 'dense_rank'
  | 'first_value'
  | 'lag'
  | 'last_value'
  | 'lead'
  | 'nth_value'
  | 'ntile'
  | 'percent_rank'
  | 'rank'
  | 'row_number';

export interface WindowFunction {
  readonly kind: 'window';
  readonly at: number;
  readonly name: WindowFunctionName;
  readonly args: readonly Expression[];
  readonly fromLast: boolean;
  readonly ignoreNulls: boolean;
  /** A specification, or the name of one in the WINDOW clause. */
  readonly over: Window | string;
}

/** `([base] [PARTITION BY ...] [ORDER BY ...] [frame])` */
export interface Window {
  readonly at: number;
  readonly base: string | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | null;
}

export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  /** CURRENT ROW when only one bound was written. */
  readonly end: FrameBound;
}

export interface FrameBound {
  readonly kind: 'unboundedPreceding' | 'preceding' | 'currentRow' | 'following' | 'unboundedFollowing';
  readonly distance: Expression | null;
  /** With RANGE INTERVAL distance unit. */
  readonly unit: IntervalUnit | null;
}

export type CastTypeName =
  | 'binary'
  | 'char'
  | 'date'
  | 'datetime'
  | 'decimal'
  | 'double'
  | 'float'
  | 'json'
  | 'signed'
  | 'time'
  | 'unsigned'
  | 'year'
  | 'point'
  | 'linestring'
  | 'polygon'
  | 'multipoint'
  | 'multilinestring'
  | 'multipolygon'
  | 'geometrycollection';

export interface CastType {
  readonly name: CastTypeName;
  readonly length: number | null;
  readonly decimals: number | null;
  /** CHAR only; 'utf8mb3' for NCHAR. */
  readonly charset: string | null;
}

/** CAST(value AS type [ARRAY]), CONVERT(value, type). */
export interface Cast {
  readonly kind: 'cast';
  readonly at: number;
  readonly value: Expression;
  readonly type: CastType;
  readonly array: boolean;
  /** CAST(value AT TIME ZONE zone AS DATETIME). */
  readonly timeZone: string | null;
}

/** CONVERT(value USING charset) */
export interface ConvertUsing {
  readonly kind: 'convertUsing';
  readonly at: number;
  readonly value: Expression;
  readonly charset: string;
}

/** CHAR(codes [USING charset]) */
export interface CharCodes {
  readonly kind: 'char';
  readonly at: number;
  readonly codes: readonly Expression[];
  readonly charset: string | null;
}

export interface Extract {
  readonly kind: 'extract';
  readonly at: number;
  readonly unit: IntervalUnit;
  readonly value: Expression;
}

export interface Trim {
  readonly kind: 'trim';
  readonly at: number;
  readonly side: 'both' | 'leading' | 'trailing';
  /** What to remove; null means a blank. */
  readonly removed: Expression | null;
  readonly value: Expression;
}

/** TIMESTAMPADD(unit, amount, value) and TIMESTAMPDIFF(unit, from, to). */
export interface TimestampFunction {
  readonly kind: 'timestampFunction';
  readonly at: number;
  readonly name: 'timestampadd' | 'timestampdiff';
  readonly unit: SimpleUnit;
  readonly args: readonly [Expression, Expression];
}

export interface GetFormat {
  readonly kind: 'getFormat';
  readonly at: number;
  readonly type: 'date' | 'time' | 'datetime';
  readonly region: Expression;
}

export interface WeightString {
  readonly kind: 'weightString';
  readonly at: number;
  readonly value: Expression;
  readonly as: 'char' | 'binary' | null;
  readonly length: number | null;
}

export type MatchMode = 'natural' | 'naturalExpansion' | 'boolean' | 'expansion';

/** MATCH (columns) AGAINST (pattern [mode]) */
export interface Match {
  readonly kind: 'match';
  readonly at: number;
  readonly columns: readonly ColumnName[];
  readonly pattern: Expression;
  readonly mode: MatchMode;
}

/** What JSON_VALUE and JSON_TABLE do when nothing, or nothing usable, is found. */
export interface JsonResponse {
  readonly action: 'null' | 'error' | 'default';
  readonly value: Expression | null;
}

export interface JsonValue {
  readonly kind: 'jsonValue';
  readonly at: number;
  readonly document: Expression;
  readonly path: Expression;
  readonly returning: CastType | null;
  readonly onEmpty: JsonResponse | null;
  readonly onError: JsonResponse | null;
}
