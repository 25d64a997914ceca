// Conversions of values between domains, as expressions do them: never an error, at most a warning and the nearest value.
// Storing a value into a column is stricter: convert.ts.
//
// Every function takes the value, which is not NULL, and its static type: a plain number is an integer or a double by
// its type alone.

import {BINARY, decodeText, encodeText, UTF8MB4} from './charset.ts';
import {collationOf} from './collation.ts';
import {type ConversionContext, parseOptions, shown, warn} from './conversion-context.ts';
import {Decimal, parseDecimalPrefix} from './decimal.ts';
import {BIGINT_MIN, BIGINT_UNSIGNED_MAX, type Integer, integerFromBigInt, integerFromDouble} from './integer.ts';
import {parseStoredJson} from './json.ts';
import {formatJsonDouble, JsonDouble, quoteJson} from './json-tree.ts';
import {
  formatDouble,
  formatFixed,
  formatFloat,
  integerPrefix,
  parseDoublePrefix,
  roundHalfEven,
} from './number-text.ts';
import {DateTime, Duration, MICROS_PER_DAY, MICROS_PER_SECOND} from './temporal.ts';
import {
  dateTimeFromNumber,
  durationFromNumber,
  fractionMicros,
  type Parsed,
  Problem,
  parseDateTime,
  parseDuration,
} from './temporal-parse.ts';
import {fromUtcSeconds} from './time-zone.ts';
import {Kind, type SqlType, type Value} from './types.ts';

/** A value that is not NULL. */
export type NonNull = Exclude<Value, null>;

/** `decimals` of FLOAT and DOUBLE without a fixed number of digits. */
export const NOT_FIXED = 31;

// --- Text.

/** The text of a value. Binary strings are read as UTF-8, bytes that are none become U+FFFD. */
export function toText(value: NonNull, type: SqlType): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value, type);
  if (value instanceof DateTime || value instanceof Duration) return value.toText(type.decimals);
  if (value instanceof Uint8Array) return decodeText(value, UTF8MB4);
  if (type.kind === Kind.bit) return decodeText(bitBytes(value as bigint, type.length), UTF8MB4);
  return value.toString();
}

function numberText(value: number, type: SqlType): string {
  switch (type.kind) {
    case Kind.float:
      return type.decimals < NOT_FIXED ? formatFixed(value, type.decimals) : formatFloat(value);
    case Kind.double:
      return type.decimals < NOT_FIXED ? formatFixed(value, type.decimals) : formatDouble(value);
    case Kind.year:
      return String(value).padStart(4, '0');
    case Kind.bit:
      return decodeText(bitBytes(value, type.length), UTF8MB4);
    default:
      return String(value);
  }
}

/** The bytes of a BIT(n): big-endian, (n + 7) / 8 of them. */
export function bitBytes(value: Integer, bits: number): Uint8Array {
  const bytes = new Uint8Array((bits + 7) >> 3);
  let rest = BigInt(value);
  for (let i = bytes.length - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

/** The value as a binary string: text in the bytes of its own character set. */
export function toBytes(value: NonNull, type: SqlType): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (type.kind === Kind.bit) return bitBytes(value as Integer, type.length);
  const charset = typeof value === 'string' ? collationOf(type.collation).charset : UTF8MB4;
  return encodeText(toText(value, type), charset === BINARY ? UTF8MB4 : charset);
}

// --- Numbers.

/** Warns when a text has anything behind the number that ends at `end`, or no number at all (`end` 0). */
function warnUnlessWhole(context: ConversionContext, type: string, text: string, end: number): void {
  if (end === 0 || text.slice(end).trim() !== '') warn(context, 'ER_TRUNCATED_INCORRECT_VALUE', type, shown(text));
}

/** The value as a double. */
export function toNumber(value: NonNull, type: SqlType, context: ConversionContext): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Decimal) return value.toNumber();
  if (value instanceof DateTime || value instanceof Duration) return temporalToDecimal(value, type.decimals).toNumber();
  if (typeof value === 'string' && isMember(type)) return Number(memberNumber(value, type));
  return doubleFromText(numericText(value, type), context);
}

function doubleFromText(text: string, context: ConversionContext): number {
  const {value, end} = parseDoublePrefix(text);
  warnUnlessWhole(context, 'DOUBLE', text, Number.isFinite(value) ? end : 0);
  return Number.isFinite(value) ? value : Math.sign(value) * Number.MAX_VALUE;
}

/** The nearest 64-bit integer, signed or unsigned. Texts give the integer they begin with, as in CAST. */
export function toInteger(value: NonNull, type: SqlType, context: ConversionContext): Integer {
  if (typeof value === 'number') return isDouble(type) ? roundDouble(value) : value;
  if (typeof value === 'bigint') return value;
  if (value instanceof Decimal) return clampInteger(value.toBigInt());
  if (value instanceof DateTime || value instanceof Duration) return roundTemporal(value, type.decimals);
  if (typeof value === 'string' && isMember(type)) return memberNumber(value, type);
  const text = numericText(value, type);
  const {digits, end} = integerPrefix(text);
  warnUnlessWhole(context, 'INTEGER', text, end);
  return digits === '' ? 0 : clampInteger(BigInt(digits));
}

/** True for FLOAT and DOUBLE: plain numbers of these types are not integers. */
export function isDouble(type: SqlType): boolean {
  return type.kind === Kind.double || type.kind === Kind.float;
}

/** Cuts an integer to the range of 64 bits, signed or unsigned. */
export function clampInteger(value: bigint): Integer {
  return integerFromBigInt(value < BIGINT_MIN ? BIGINT_MIN : value > BIGINT_UNSIGNED_MAX ? BIGINT_UNSIGNED_MAX : value);
}

/** The nearest 64-bit integer to a double, halves to even. */
export function roundDouble(value: number): Integer {
  if (!Number.isFinite(value)) return clampInteger(value > 0 ? BIGINT_UNSIGNED_MAX : BIGINT_MIN);
  const integer = integerFromDouble(roundHalfEven(value));
  return typeof integer === 'bigint' ? clampInteger(integer) : integer;
}

/** The value as an exact number. */
export function toDecimal(value: NonNull, type: SqlType, context: ConversionContext): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === 'number') return Decimal.fromNumber(value);
  if (typeof value === 'bigint') return Decimal.fromInteger(value);
  if (value instanceof DateTime || value instanceof Duration) return temporalToDecimal(value, type.decimals);
  if (typeof value === 'string' && isMember(type)) return Decimal.fromInteger(memberNumber(value, type));
  const text = numericText(value, type);
  const prefix = parseDecimalPrefix(text);
  warnUnlessWhole(context, 'DECIMAL', text, prefix.end);
  return prefix.value;
}

function isMember(type: SqlType): boolean {
  return type.kind === Kind.enum || type.kind === Kind.set;
}

/** Number of an ENUM member (from 1; 0 for the empty error value), or the bits of a SET. */
export function memberNumber(value: string, type: SqlType): Integer {
  if (type.kind === Kind.enum) return type.members.indexOf(value) + 1;
  let bits = 0n;
  for (const name of value.split(',')) {
    const bit = type.members.indexOf(name);
    if (bit >= 0) bits |= 1n << BigInt(bit);
  }
  return integerFromBigInt(bits);
}

/** The text from which a number is read: of a JSON scalar, its number or the content of its string. */
function numericText(value: string | Uint8Array, type: SqlType): string {
  if (typeof value !== 'string') return toText(value, type);
  if (type.kind !== Kind.json) return value;
  const json = parseStoredJson(value);
  if (typeof json === 'boolean') return json ? '1' : '0';
  if (json instanceof JsonDouble) return formatDouble(json.value);
  return typeof json === 'string' ? json : value;
}

/** YYYYMMDDhhmmss.ffffff, YYYYMMDD or hhmmss.ffffff as an exact number with `fsp` fraction digits. */
export function temporalToDecimal(value: DateTime | Duration, fsp: number): Decimal {
  const whole = Decimal.fromInteger(value.toInteger());
  if (fsp === 0) return whole;
  const micros = value instanceof DateTime ? value.micros : value.fraction;
  const fraction = new Decimal(BigInt(micros), 6).truncate(fsp);
  return value instanceof Duration && value.negative ? whole.subtract(fraction) : whole.add(fraction);
}

function roundTemporal(value: DateTime | Duration, fsp: number): Integer {
  return fsp === 0 ? value.toInteger() : (value.withFsp(0) ?? value).toInteger();
}

// --- Truth.

/** Whether a condition of this value holds: a number that is not zero. */
export function isTrue(value: NonNull, type: SqlType, context: ConversionContext): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  if (value instanceof Decimal) return value.unscaled !== 0n;
  if (value instanceof Duration) return value.micros !== 0;
  if (value instanceof DateTime) return !value.isZero();
  return toNumber(value, type, context) !== 0;
}

// --- Dates and times.

function unlessInvalid<T>(parsed: Parsed<T>, type: string, text: string, context: ConversionContext): T | null {
  if (parsed.value === undefined) {
    warn(context, 'ER_TRUNCATED_WRONG_VALUE', type, shown(text));
    return null;
  }
  if (parsed.problem !== Problem.none) warn(context, 'ER_TRUNCATED_INCORRECT_VALUE', type, shown(text));
  return parsed.value;
}

/** Whole part and microseconds of a number; both have its sign. */
export function numberParts(value: Integer | Decimal): {readonly whole: Integer; readonly micros: number} {
  if (value instanceof Decimal) {
    const micros = fractionMicros(value);
    const whole = integerFromBigInt(value.truncate(0).unscaled);
    return {whole, micros: value.sign() < 0 ? 0 - micros : micros};
  }
  if (typeof value === 'bigint') return {whole: value, micros: 0};
  const whole = Math.trunc(value);
  return {whole: integerFromDouble(whole), micros: Math.round((value - whole) * MICROS_PER_SECOND) + 0};
}

/** The value as DATE or DATETIME with `fsp` fraction digits at most; null with a warning when it is neither. */
export function toDateTime(value: NonNull, type: SqlType, fsp: number, context: ConversionContext): DateTime | null {
  if (value instanceof DateTime) return value.withFsp(fsp) ?? null;
  if (value instanceof Duration) return dateTimeOfDuration(value, context).withFsp(fsp) ?? null;
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const text = temporalText(value, type);
    return unlessInvalid(parseDateTime(text, parseOptions(context, fsp)), 'datetime', text, context);
  }
  const {whole, micros} = numberParts(value);
  const parsed = dateTimeFromNumber(whole, micros, parseOptions(context, fsp));
  return unlessInvalid(parsed, 'datetime', toText(value, type), context);
}

/** The value as TIME with `fsp` fraction digits at most; null with a warning when it is none. */
export function toDuration(value: NonNull, type: SqlType, fsp: number, context: ConversionContext): Duration | null {
  if (value instanceof Duration) return value.withFsp(fsp);
  if (value instanceof DateTime) return value.toDuration().withFsp(fsp);
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const text = temporalText(value, type);
    return unlessInvalid(parseDuration(text, parseOptions(context, fsp)), 'time', text, context);
  }
  const {whole, micros} = numberParts(value);
  const parsed = durationFromNumber(whole, micros, parseOptions(context, fsp));
  return unlessInvalid(parsed, 'time', toText(value, type), context);
}

/** The text from which a date or time is read: JSON strings without their quotes. */
function temporalText(value: string | Uint8Array, type: SqlType): string {
  if (typeof value !== 'string') return toText(value, type);
  if (type.kind !== Kind.json) return value;
  const json = parseStoredJson(value);
  return typeof json === 'string' ? json : value;
}

/** Midnight of the statement's day in the session's zone. */
export function currentDate(context: ConversionContext): DateTime {
  return fromUtcSeconds(Math.floor(context.statementMicros / MICROS_PER_SECOND), 0, context.timeZone).toDate();
}

/** A TIME as a moment of the current day; beyond 24 hours and below zero it leads to other days. */
export function dateTimeOfDuration(value: Duration, context: ConversionContext): DateTime {
  const days = Math.floor(value.micros / MICROS_PER_DAY);
  const rest = value.micros - days * MICROS_PER_DAY;
  const day = currentDate(context).dayNumber() + days;
  return DateTime.fromDay(day, Math.floor(rest / MICROS_PER_SECOND), rest % MICROS_PER_SECOND);
}

// --- JSON.

/** The value as JSON text: texts become strings, JSON stays itself. Binary strings are base64 as in MySQL. */
export function toJsonText(value: Value, type: SqlType): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return type.kind === Kind.json ? value : quoteJson(value);
  if (typeof value === 'number' && isDouble(type)) return formatJsonDouble(value);
  if (value instanceof DateTime) return quoteJson(value.toText(6));
  if (value instanceof Duration) return quoteJson(value.toText(6));
  if (value instanceof Uint8Array) return quoteJson(`base64:type${BLOB_FIELD_TYPE}:${base64(value)}`);
  return toText(value, type);
}

/** MYSQL_TYPE_BLOB, which MySQL puts before base64 in JSON. */
const BLOB_FIELD_TYPE = 252;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
