// Comparing two values of any types, by MySQL's rules: the pair of types decides in which domain.
//
//   both integers                      integers
//   integer or decimal with decimal    exact numbers
//   temporal with temporal or text     dates with times; TIME with TIME or text as times
//   temporal with a number             as the numbers they print as: doubles
//   text with text                     text under a collation; bytes when one side is binary
//   JSON with anything                 JSON
//   anything else                      doubles
//
// `comparisonKind` is asked once, when a statement is bound; `forComparison` brings a value into the kind's domain, once
// for constants; `comparatorOf` gives the function that then compares two values of that domain.
// (Text with a constant date is compared as dates; the binder knows what is constant and asks accordingly.)

import {compareBytes} from '../../base/bytes.ts';
import {type Collation, compare} from './collation.ts';
import type {ConversionContext} from './conversion-context.ts';
import type {Decimal} from './decimal.ts';
import {
  isDouble,
  type NonNull,
  toBytes,
  toDateTime,
  toDecimal,
  toDuration,
  toInteger,
  toJsonText,
  toNumber,
  toText,
} from './domain.ts';
import {compareIntegers, type Integer} from './integer.ts';
import {compareJsonTexts} from './json.ts';
import type {DateTime, Duration} from './temporal.ts';
import {Kind, type SqlType} from './types.ts';

/** The domain in which two values are compared. */
export const ComparisonKind = {
  integer: 0,
  decimal: 1,
  double: 2,
  text: 3,
  bytes: 4,
  dateTime: 5,
  duration: 6,
  json: 7,
} as const;
export type ComparisonKind = (typeof ComparisonKind)[keyof typeof ComparisonKind];

/** Negative, zero or positive. */
export type Comparator = (a: NonNull, b: NonNull) => number;

/** True for types whose values are whole numbers: integers, BIT, YEAR. */
export function isIntegerType(type: SqlType): boolean {
  return (type.kind >= Kind.tinyint && type.kind <= Kind.bigint) || type.kind === Kind.bit || type.kind === Kind.year;
}

/** True for CHAR, VARCHAR, TEXT, ENUM and SET. */
export function isTextType(type: SqlType): boolean {
  return (type.kind >= Kind.char && type.kind <= Kind.text) || type.kind === Kind.enum || type.kind === Kind.set;
}

/** True for BINARY, VARBINARY and BLOB. */
export function isBytesType(type: SqlType): boolean {
  return type.kind >= Kind.binary && type.kind <= Kind.blob;
}

/** True for DATE, DATETIME and TIMESTAMP. */
export function isDateType(type: SqlType): boolean {
  return type.kind === Kind.date || type.kind === Kind.datetime || type.kind === Kind.timestamp;
}

function isStringType(type: SqlType): boolean {
  return isTextType(type) || isBytesType(type);
}

/** The domain in which values of these types are compared. NULL's type takes the other side's. */
export function comparisonKind(a: SqlType, b: SqlType): ComparisonKind {
  if (a.kind === Kind.null) return b.kind === Kind.null ? ComparisonKind.integer : comparisonKind(b, b);
  if (b.kind === Kind.null) return comparisonKind(a, a);
  if (a.kind === Kind.json || b.kind === Kind.json) return ComparisonKind.json;
  if (isStringType(a) && isStringType(b)) {
    return isBytesType(a) || isBytesType(b) ? ComparisonKind.bytes : ComparisonKind.text;
  }
  return temporalKind(a, b) ?? numericKind(a, b);
}

function temporalKind(a: SqlType, b: SqlType): ComparisonKind | undefined {
  const suits = (type: SqlType): boolean => isStringType(type) || isDateType(type) || type.kind === Kind.time;
  if (!suits(a) || !suits(b)) return undefined;
  if (isDateType(a) || isDateType(b)) return ComparisonKind.dateTime;
  return a.kind === Kind.time || b.kind === Kind.time ? ComparisonKind.duration : undefined;
}

function numericKind(a: SqlType, b: SqlType): ComparisonKind {
  if (isDouble(a) || isDouble(b)) return ComparisonKind.double;
  const exact = (type: SqlType): boolean => isIntegerType(type) || type.kind === Kind.decimal;
  if (!exact(a) || !exact(b)) return ComparisonKind.double;
  return isIntegerType(a) && isIntegerType(b) ? ComparisonKind.integer : ComparisonKind.decimal;
}

/** A value in the domain of a comparison; null when it cannot be there (a text that is no date), which compares as NULL. */
export function forComparison(
  value: NonNull,
  type: SqlType,
  kind: ComparisonKind,
  context: ConversionContext,
): NonNull | null {
  switch (kind) {
    case ComparisonKind.integer:
      return toInteger(value, type, context);
    case ComparisonKind.decimal:
      return toDecimal(value, type, context);
    case ComparisonKind.double:
      return toNumber(value, type, context);
    case ComparisonKind.text:
      return toText(value, type);
    case ComparisonKind.bytes:
      return toBytes(value, type);
    case ComparisonKind.dateTime:
      return toDateTime(value, type, 6, context);
    case ComparisonKind.duration:
      return toDuration(value, type, 6, context);
    case ComparisonKind.json:
      return toJsonText(value, type);
  }
}

/** The function that compares values of a domain. `collation` matters for text only. */
export function comparatorOf(kind: ComparisonKind, collation: Collation): Comparator {
  if (kind === ComparisonKind.text) return (a, b) => compare(collation, a as string, b as string);
  return COMPARATORS[kind];
}

function compareNumbers(a: NonNull, b: NonNull): number {
  return (a as number) - (b as number);
}

function compareTexts(a: NonNull, b: NonNull): number {
  return a === b ? 0 : (a as string) < (b as string) ? -1 : 1;
}

/** Compares binary strings. */
export function compareBinary(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}

const COMPARATORS: readonly Comparator[] = [
  (a, b) => compareIntegers(a as Integer, b as Integer),
  (a, b) => (a as Decimal).compare(b as Decimal),
  compareNumbers,
  compareTexts,
  (a, b) => compareBinary(a as Uint8Array, b as Uint8Array),
  (a, b) => (a as DateTime).compare(b as DateTime),
  (a, b) => (a as Duration).compare(b as Duration),
  (a, b) => compareJsonTexts(a as string, b as string),
];
