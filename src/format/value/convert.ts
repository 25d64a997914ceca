// Storing a value into a column: what INSERT and UPDATE do with a value before it goes into a row.
//
// `coerceForColumn` brings a value into the domain of the column's type. Where it does not fit, strict mode stops the
// statement with MySQL's error; without strict mode, or with IGNORE, the nearest legal value is taken and a warning left. What is
// lost without meaning (fraction digits of a DECIMAL, trailing spaces, the time of a DATE) leaves a note in both.
//
//   1264  out of range: numbers, TIME            1366  not a number; a character the column cannot hold
//   1265  text behind a number, wrong member     1406  too long for CHAR, BINARY, TEXT, BLOB, BIT
//   1292  not a date or time, or a forbidden one 3140  not JSON
//
// This file has the numbers; convert-text.ts the strings, ENUM, SET and JSON; convert-temporal.ts dates and times.

import {BugError} from '../../base/assert.ts';
import {type ColumnContext, complain, complainOfColumn, noteTruncated, shown} from './conversion-context.ts';
import {coerceDate, coerceDateTime, coerceTime, coerceTimestamp} from './convert-temporal.ts';
import {coerceBytes, coerceEnum, coerceJson, coerceSet, coerceText} from './convert-text.ts';
import {Decimal, parseDecimalPrefix} from './decimal.ts';
import {isDouble, memberNumber, NOT_FIXED, type NonNull, temporalToDecimal, toText} from './domain.ts';
import {fitsInteger, type Integer, integerFromBigInt, integerFromDouble, integerMax, integerMin} from './integer.ts';
import {parseStoredJson} from './json.ts';
import {JsonDouble} from './json-tree.ts';
import {parseDoublePrefix, roundHalfEven} from './number-text.ts';
import {DateTime, Duration} from './temporal.ts';
import {yearFromNumber} from './temporal-parse.ts';
import {Kind, type SqlType, type Value} from './types.ts';

/**
 * The value as a column of type `to` holds it. `from` is the static type of the value. NULL stays NULL: whether the column
 * takes it is the caller's business. Throws SqlError where strict mode says so.
 */
export function coerceForColumn(value: Value, from: SqlType, to: SqlType, context: ColumnContext): Value {
  if (value === null) return null;
  switch (to.kind) {
    case Kind.tinyint:
    case Kind.smallint:
    case Kind.mediumint:
    case Kind.int:
    case Kind.bigint:
      return coerceInteger(value, from, to, context);
    case Kind.decimal:
      return coerceDecimal(value, from, to, context);
    case Kind.float:
    case Kind.double:
      return coerceDouble(value, from, to, context);
    case Kind.bit:
      return coerceBit(value, from, to, context);
    case Kind.year:
      return coerceYear(value, from, context);
    case Kind.date:
      return coerceDate(value, from, context);
    case Kind.time:
      return coerceTime(value, from, to, context);
    case Kind.datetime:
      return coerceDateTime(value, from, to, context);
    case Kind.timestamp:
      return coerceTimestamp(value, from, to, context);
    case Kind.char:
    case Kind.varchar:
    case Kind.text:
      return coerceText(value, from, to, context);
    case Kind.binary:
    case Kind.varbinary:
    case Kind.blob:
      return coerceBytes(value, from, to, context);
    case Kind.enum:
      return coerceEnum(value, from, to, context);
    case Kind.set:
      return coerceSet(value, from, to, context);
    case Kind.json:
      return coerceJson(value, from, context);
    default:
      throw new BugError(`no column has kind ${to.kind}`);
  }
}

// --- Integers.

function coerceInteger(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): Integer {
  const integer = integerOf(value, from, context);
  if (fitsInteger(integer, to)) return integer;
  complainOfColumn(context, 'ER_DATA_OUT_OF_RANGE_WARN');
  return integer < 0 ? integerMin(to) : integerMax(to);
}

/** The nearest integer, of any size. */
function integerOf(value: NonNull, from: SqlType, context: ColumnContext): Integer {
  if (typeof value === 'number') return isDouble(from) ? integerFromDouble(roundHalfEven(value)) : value;
  if (typeof value === 'bigint') return value;
  return exactOf(value, from, 'integer', context).toInteger();
}

/** Like `integerOf`, but doubles lose their fraction: what YEAR and BIT do. */
function wholeOf(value: NonNull, from: SqlType, context: ColumnContext): Integer {
  return integerOf(typeof value === 'number' ? Math.trunc(value) : value, from, context);
}

/** Any value that is not a plain number as an exact number; complains about texts that are none. */
function exactOf(
  value: Exclude<NonNull, number | bigint>,
  from: SqlType,
  wanted: string,
  context: ColumnContext,
): Decimal {
  if (value instanceof Decimal) return value;
  if (value instanceof DateTime || value instanceof Duration) return temporalToDecimal(value, from.decimals);
  if (typeof value === 'string' && (from.kind === Kind.enum || from.kind === Kind.set)) {
    return Decimal.fromInteger(memberNumber(value, from));
  }
  const text = plainText(value, from);
  const prefix = parseDecimalPrefix(text);
  checkPrefix(text, prefix.end, wanted, context);
  return prefix.value;
}

/** Complains when a text is not one number: 1366 when it does not even begin with one, else 1265. */
function checkPrefix(text: string, end: number, wanted: string, context: ColumnContext): void {
  if (end === 0) {
    complain(context, 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', wanted, shown(text), context.column, context.row);
  } else if (text.slice(end).trim() !== '') {
    complainOfColumn(context, 'ER_DATA_TRUNCATED');
  }
}

/** The text of a string; a JSON scalar without its quotes, JSON's booleans as numbers. */
function plainText(value: string | Uint8Array, from: SqlType): string {
  if (typeof value !== 'string' || from.kind !== Kind.json) return toText(value, from);
  const json = parseStoredJson(value);
  if (typeof json === 'boolean') return json ? '1' : '0';
  if (json instanceof JsonDouble) return String(json.value);
  return typeof json === 'string' ? json : value;
}

function coerceYear(value: NonNull, from: SqlType, context: ColumnContext): number {
  if (value instanceof DateTime) return yearOrComplain(value.year, context);
  const integer = wholeOf(value, from, context);
  // '0' and '00' are 2000; '0000' and the number 0 are 0000.
  if (typeof value === 'string' && integer === 0) return /^\s*00?\s*$/.test(value) ? 2000 : 0;
  return yearOrComplain(integer, context);
}

function yearOrComplain(value: Integer, context: ColumnContext): number {
  const year = yearFromNumber(value);
  if (year === undefined) complainOfColumn(context, 'ER_DATA_OUT_OF_RANGE_WARN');
  return year ?? 0;
}

/** BIT takes numbers by value and strings by their bytes. */
function coerceBit(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): Integer {
  const integer =
    typeof value === 'string' || value instanceof Uint8Array
      ? integerOfBytes(typeof value === 'string' ? Buffer.from(value, 'utf8') : value)
      : wholeOf(value, from, context);
  if (fitsInteger(integer, to)) return integer;
  complainOfColumn(context, 'ER_DATA_TOO_LONG');
  return integerMax(to);
}

/** Bytes as one big-endian number, of which more than 64 bits only say that they are too many. */
function integerOfBytes(bytes: Uint8Array): Integer {
  let first = 0;
  while (first < bytes.length && bytes[first] === 0) first++;
  let value = 0n;
  for (let i = first; i < Math.min(bytes.length, first + 9); i++) value = (value << 8n) | BigInt(bytes[i]);
  return integerFromBigInt(value);
}

// --- DECIMAL.

function coerceDecimal(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): Decimal {
  const exact = decimalOf(value, from, context);
  const rounded = exact.rescale(to.decimals);
  if (to.unsigned && rounded.sign() < 0) {
    complainOfColumn(context, 'ER_DATA_OUT_OF_RANGE_WARN');
    return new Decimal(0n, to.decimals);
  }
  const limit = Decimal.max(to.length, to.decimals);
  if (rounded.abs().unscaled > limit.unscaled) {
    complainOfColumn(context, 'ER_DATA_OUT_OF_RANGE_WARN');
    return rounded.sign() < 0 ? limit.negate() : limit;
  }
  if (exact.scale > to.decimals && !exact.equals(rounded)) noteTruncated(context);
  return rounded;
}

function decimalOf(value: NonNull, from: SqlType, context: ColumnContext): Decimal {
  if (typeof value === 'number') return Decimal.fromNumber(value);
  if (typeof value === 'bigint') return Decimal.fromInteger(value);
  return exactOf(value, from, 'decimal', context);
}

// --- FLOAT and DOUBLE.

/** Largest finite FLOAT. */
const FLOAT_MAX = 3.4028234663852886e38;

function coerceDouble(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): number {
  const double = doubleOf(value, from, context);
  const fixed = to.decimals < NOT_FIXED ? Number(Decimal.fromNumber(double).round(to.decimals)) : double;
  const max = doubleMax(to);
  const min = to.unsigned ? 0 : -max;
  if (fixed >= min && fixed <= max) return to.kind === Kind.float ? Math.fround(fixed) : fixed;
  complainOfColumn(context, 'ER_DATA_OUT_OF_RANGE_WARN');
  return fixed > max ? max : fixed < min ? min : 0;
}

function doubleMax(to: SqlType): number {
  const widest = to.kind === Kind.float ? FLOAT_MAX : Number.MAX_VALUE;
  if (to.decimals >= NOT_FIXED) return widest;
  return Math.min(widest, 10 ** (to.length - to.decimals) - 10 ** -to.decimals);
}

function doubleOf(value: NonNull, from: SqlType, context: ColumnContext): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    return exactOf(value, from, 'double', context).toNumber();
  if (from.kind === Kind.enum || from.kind === Kind.set) return Number(memberNumber(value as string, from));
  const text = plainText(value, from);
  const prefix = parseDoublePrefix(text);
  if (prefix.end === 0 || text.slice(prefix.end).trim() !== '') complainOfColumn(context, 'ER_DATA_TRUNCATED');
  return prefix.value;
}
