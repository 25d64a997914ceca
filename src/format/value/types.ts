// The type of a column or an expression, and the JavaScript values that stand for SQL values.
//
// The value domain (used by expressions, parameters, defaults; the hot plans copy bytes and never make values):
//
//   SQL                          JavaScript
//   NULL                         null
//   integers, YEAR, BIT          number when it is a safe integer, else bigint (never a bigint that fits a safe number)
//   DECIMAL                      Decimal (decimal.ts): exact
//   FLOAT, DOUBLE                number
//   CHAR, VARCHAR, TEXT, JSON    string (JSON as its normalised text)
//   ENUM, SET                    string; the index/bit form exists only in rows
//   BINARY, VARBINARY, BLOB      Uint8Array
//   DATE, DATETIME, TIMESTAMP    DateTime (temporal.ts); TIMESTAMP is UTC in rows, session time zone as a value
//   TIME                         Duration (temporal.ts)
//
// A plain number is an integer or a double by the static type beside it, never by looking at the number.

import type {Decimal} from './decimal.ts';
import type {DateTime, Duration} from './temporal.ts';

export type Value = null | number | bigint | string | Uint8Array | Decimal | DateTime | Duration;

/** Storage kinds. Numbers are part of the catalog's format: append only. */
export const Kind = {
  null: 0,
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 5,
  decimal: 6,
  float: 7,
  double: 8,
  bit: 9,
  year: 10,
  date: 11,
  time: 12,
  datetime: 13,
  timestamp: 14,
  char: 15,
  varchar: 16,
  text: 17,
  binary: 18,
  varbinary: 19,
  blob: 20,
  enum: 21,
  set: 22,
  json: 23,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A SQL type. Immutable; built by `sqlType` so that every object has one shape. */
export interface SqlType {
  readonly kind: Kind;
  readonly unsigned: boolean;
  /** CHAR/VARCHAR: characters. BINARY/VARBINARY/TEXT/BLOB: bytes (TEXT sizes: 255, 65535, 16777215, 4294967295). DECIMAL: precision.
   * BIT: bits. Integers: display width. Else 0. */
  readonly length: number;
  /** DECIMAL: scale. TIME/DATETIME/TIMESTAMP: fractional digits 0-6. FLOAT/DOUBLE: 31 when not fixed. Else 0. */
  readonly decimals: number;
  /** Collation id of character types (collation.ts); 63 (binary) for all others. */
  readonly collation: number;
  /** ENUM and SET members, in order; else empty. */
  readonly members: readonly string[];
}

/** Builds a type with every field set. */
export function sqlType(kind: Kind, options: Partial<Omit<SqlType, 'kind'>> = {}): SqlType {
  return {
    kind,
    unsigned: options.unsigned ?? false,
    length: options.length ?? 0,
    decimals: options.decimals ?? 0,
    collation: options.collation ?? 63,
    members: options.members ?? [],
  };
}
