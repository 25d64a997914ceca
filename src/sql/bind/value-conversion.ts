// Implicit conversions of values between domains, as expressions do them: never an error, at most a warning and the nearest
// value. (Storing a value into a column is stricter: format/value/convert.ts.)
//
// `converter(from, to)` picks one function per pair of types when an expression is bound; nothing here looks at a type per row.

import {errors, fillTemplate} from '../../base/sql-error.ts';
import {decodeText} from '../../format/value/charset.ts';
import {BINARY} from '../../format/value/charset.ts';
import {collationOf} from '../../format/value/collation.ts';
import {Decimal, parseDecimalPrefix} from '../../format/value/decimal.ts';
import {type Integer, integerFromBigInt, integerFromDouble} from '../../format/value/integer.ts';
import {formatDouble, formatFixed, formatFloat, parseDoublePrefix} from '../../format/value/number-text.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import {
  dateTimeFromNumber,
  durationFromNumber,
  fractionMicros,
  parseDateTime,
  parseDuration,
  type Parsed,
  Problem,
} from '../../format/value/temporal-parse.ts';
import {fromUtcSeconds} from '../../format/value/time-zone.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {domainOf} from './type-classes.ts';

/** Turns a value that is not NULL into another domain; may answer NULL. */
export type Converter = (value: Value, context: ExecContext) => Value;

const TEXT_SHOWN_MAX = 128;

/** Warning 1292 in the words for numbers: "Truncated incorrect DOUBLE value: 'abc'". */
function warnTruncated(context: ExecContext, type: string, text: string): void {
  const message = `Truncated incorrect ${type} value: '${text.slice(0, TEXT_SHOWN_MAX)}'`;
  context.session.warning('Warning', errors.ER_TRUNCATED_WRONG_VALUE.errno, message);
}

/** Warning 1292 in the words for dates: "Incorrect datetime value: 'abc'". */
function warnIncorrect(context: ExecContext, type: string, text: string): void {
  const {errno, template} = errors.ER_TRUNCATED_WRONG_VALUE;
  context.session.warning('Warning', errno, fillTemplate(template, [type, text.slice(0, TEXT_SHOWN_MAX)]));
}

// --- Text ----------------------------------------------------------------------------------------------------------

function doubleText(value: number, type: SqlType): string {
  if (type.decimals < 31) return formatFixed(value, type.decimals);
  return type.kind === Kind.float ? formatFloat(value) : formatDouble(value);
}

/** The text of a value that is not NULL. */
export function textOf(value: Value, type: SqlType): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (domainOf(type) === 'double') return doubleText(value, type);
    return type.kind === Kind.year ? String(value).padStart(4, '0') : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8');
  if (value instanceof DateTime || value instanceof Duration) return value.toText(type.decimals);
  return String(value);
}

function bitBytes(value: Integer, bits: number): Uint8Array {
  const bytes = new Uint8Array((bits + 7) >> 3);
  let rest = BigInt(value);
  for (let i = bytes.length - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

function toText(from: SqlType, collation: number): Converter {
  if (domainOf(from) === 'bytes') {
    const charset = collationOf(collation).charset;
    return value => decodeText(value as Uint8Array, charset === BINARY ? collationOf(46).charset : charset);
  }
  if (from.kind === Kind.bit) {
    return value => Buffer.from(bitBytes(value as Integer, from.length)).toString('latin1');
  }
  return value => textOf(value, from);
}

function toBytes(from: SqlType): Converter {
  if (from.kind === Kind.bit) return value => bitBytes(value as Integer, from.length);
  return value => Buffer.from(textOf(value, from), 'utf8');
}

// --- Numbers -------------------------------------------------------------------------------------------------------

/** The double that a text begins with; warns when there is more or nothing. */
export function doubleFromText(text: string, context: ExecContext): number {
  const {value, end} = parseDoublePrefix(text);
  if (end === 0 || end < text.trimEnd().length) warnTruncated(context, 'DOUBLE', text);
  if (Number.isFinite(value)) return value;
  return value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

function decimalFromText(text: string, context: ExecContext): Decimal {
  const {value, end} = parseDecimalPrefix(text);
  if (end === 0 || end < text.trimEnd().length) warnTruncated(context, 'DECIMAL', text);
  return value;
}

const INTEGER_PREFIX = /^[ \t\n\v\f\r]*([+-]?\d+)/;
const I64_MIN = -(2n ** 63n);
const U64_MAX = 2n ** 64n - 1n;

/** The integer that a text begins with (CAST AS SIGNED, bit operations), cut to 64 bits. */
export function integerFromText(text: string, context: ExecContext): Integer {
  const match = INTEGER_PREFIX.exec(text);
  if (match === null || match[0].length !== text.trimEnd().length) warnTruncated(context, 'INTEGER', text);
  if (match === null) return 0;
  return clampInteger(BigInt(match[1]));
}

/** The nearest integer of 64 bits, signed or unsigned. */
export function clampInteger(value: bigint): Integer {
  return integerFromBigInt(value < I64_MIN ? I64_MIN : value > U64_MAX ? U64_MAX : value);
}

/** The nearest integer to a double, half away from zero as doubles round (half to even in MySQL's rint). */
export function roundDouble(value: number): Integer {
  if (!Number.isFinite(value)) return value > 0 ? integerFromBigInt(U64_MAX) : integerFromBigInt(I64_MIN);
  const floor = Math.floor(value);
  const rest = value - floor;
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  const integer = integerFromDouble(rounded);
  return typeof integer === 'bigint' ? clampInteger(integer) : integer;
}

/** Number of an ENUM member, or bits of a SET. */
function memberNumber(type: SqlType): (value: Value) => Integer {
  const numbers = new Map(type.members.map((m, i) => [m, i]));
  if (type.kind === Kind.enum) return value => (numbers.get(value as string) ?? -1) + 1;
  return value => {
    let bits = 0n;
    for (const name of (value as string).split(',')) {
      const bit = numbers.get(name);
      if (bit !== undefined) bits |= 1n << BigInt(bit);
    }
    return integerFromBigInt(bits);
  };
}

/** A date or time as an exact number: YYYYMMDDhhmmss.ffffff, hhmmss.ffffff. */
export function temporalToDecimal(value: DateTime | Duration, fsp: number): Decimal {
  const whole = value.toInteger();
  if (fsp === 0) return Decimal.fromInteger(whole);
  const micros = value instanceof DateTime ? value.micros : value.fraction;
  const fraction = new Decimal(BigInt(micros), 6).truncate(fsp);
  const base = Decimal.fromInteger(whole);
  return value instanceof Duration && value.negative ? base.subtract(fraction) : base.add(fraction);
}

function temporalToInteger(value: Value, fsp: number): Integer {
  const temporal = value as DateTime | Duration;
  return fsp === 0 ? temporal.toInteger() : temporalToDecimal(temporal, fsp).toInteger();
}

function toInteger(from: SqlType): Converter {
  switch (domainOf(from)) {
    case 'decimal':
      return value => clampInteger((value as Decimal).toBigInt());
    case 'double':
      return value => roundDouble(value as number);
    case 'datetime':
    case 'time':
      return value => temporalToInteger(value, from.decimals);
    case 'bytes':
      return (value, context) => integerFromText(textOf(value, from), context);
    default:
      if (from.kind === Kind.enum || from.kind === Kind.set) return memberNumber(from);
      return (value, context) => integerFromText(value as string, context);
  }
}

function toDecimal(from: SqlType): Converter {
  switch (domainOf(from)) {
    case 'integer':
      return value => Decimal.fromInteger(value as Integer);
    case 'double':
      return value => Decimal.fromNumber(value as number);
    case 'datetime':
    case 'time':
      return value => temporalToDecimal(value as DateTime | Duration, from.decimals);
    case 'bytes':
      return (value, context) => decimalFromText(textOf(value, from), context);
    default:
      if (from.kind === Kind.enum || from.kind === Kind.set) {
        const number = memberNumber(from);
        return value => Decimal.fromInteger(number(value));
      }
      return (value, context) => decimalFromText(value as string, context);
  }
}

function toDouble(from: SqlType): Converter {
  switch (domainOf(from)) {
    case 'integer':
      return value => Number(value);
    case 'decimal':
      return value => (value as Decimal).toNumber();
    case 'datetime':
    case 'time':
      return value => temporalToDecimal(value as DateTime | Duration, from.decimals).toNumber();
    case 'bytes':
      return (value, context) => doubleFromText(textOf(value, from), context);
    default:
      if (from.kind === Kind.enum || from.kind === Kind.set) {
        const number = memberNumber(from);
        return value => Number(number(value));
      }
      return (value, context) => doubleFromText(value as string, context);
  }
}

// --- Dates and times -----------------------------------------------------------------------------------------------

/** Modes of the session that say which dates are legal in expressions. */
function dateMode(context: ExecContext): number {
  const {sqlMode} = context.session;
  return sqlMode & (SqlMode.noZeroDate | SqlMode.noZeroInDate | SqlMode.allowInvalidDates | SqlMode.timeTruncateFractional);
}

function parsedOrNull<T extends Value>(parsed: Parsed<T>, type: string, text: string, context: ExecContext): Value {
  if (parsed.value === undefined) {
    warnIncorrect(context, type, text);
    return null;
  }
  if (parsed.problem !== Problem.none) warnTruncated(context, type, text);
  return parsed.value;
}

/** Reads a text as DATE or DATETIME; NULL with a warning when it is none. */
export function dateTimeFromText(text: string, fsp: number, context: ExecContext): Value {
  const options = {mode: dateMode(context), fsp, zone: context.session.timeZone};
  return parsedOrNull(parseDateTime(text, options), 'datetime', text, context);
}

/** Reads a text as TIME; NULL with a warning when it is none. */
export function durationFromText(text: string, fsp: number, context: ExecContext): Value {
  const options = {mode: dateMode(context), fsp, zone: context.session.timeZone};
  return parsedOrNull(parseDuration(text, options), 'time', text, context);
}

/** Midnight of the statement's day in the session's zone. */
export function currentDate(context: ExecContext): DateTime {
  const seconds = Math.floor(context.statementMicros / 1_000_000);
  return fromUtcSeconds(seconds, 0, context.session.timeZone).toDate();
}

function dateOfTime(value: Duration, context: ExecContext): DateTime {
  const today = currentDate(context);
  const days = Math.floor(value.micros / 86_400_000_000);
  const rest = value.micros - days * 86_400_000_000;
  return DateTime.fromDay(today.dayNumber() + days, Math.floor(rest / 1_000_000), rest % 1_000_000);
}

function numberParts(value: Value): {whole: Integer; micros: number} {
  if (value instanceof Decimal) return {whole: integerFromBigInt(value.truncate(0).unscaled), micros: fractionMicros(value)};
  if (typeof value === 'bigint') return {whole: value, micros: 0};
  const number = value as number;
  const whole = Math.trunc(number);
  return {whole, micros: Math.round(Math.abs(number - whole) * 1_000_000)};
}

function numberToDateTime(value: Value, fsp: number, context: ExecContext): Value {
  const {whole, micros} = numberParts(value);
  const options = {mode: dateMode(context), fsp, zone: context.session.timeZone};
  return parsedOrNull(dateTimeFromNumber(whole, micros, options), 'datetime', String(value), context);
}

function numberToDuration(value: Value, fsp: number, context: ExecContext): Value {
  const {whole, micros} = numberParts(value);
  const options = {mode: dateMode(context), fsp, zone: context.session.timeZone};
  return parsedOrNull(durationFromNumber(whole, micros, options), 'time', String(value), context);
}

/** A DateTime in the form of the type: DATE without time, DATETIME and TIMESTAMP with the type's fraction digits. */
function shaped(value: Value, type: SqlType): Value {
  if (value === null) return null;
  const moment = value as DateTime;
  if (type.kind === Kind.date) return moment.toDate();
  return moment.toDateTime().withFsp(type.decimals) ?? null;
}

function toDateTime(from: SqlType, to: SqlType): Converter {
  const fsp = to.kind === Kind.date ? 6 : to.decimals;
  switch (domainOf(from)) {
    case 'datetime':
      return value => shaped(value, to);
    case 'time':
      return (value, context) => shaped(dateOfTime(value as Duration, context), to);
    case 'integer':
    case 'decimal':
    case 'double':
      return (value, context) => shaped(numberToDateTime(value, fsp, context), to);
    default:
      return (value, context) => shaped(dateTimeFromText(textOf(value, from), fsp, context), to);
  }
}

function toTime(from: SqlType, to: SqlType): Converter {
  switch (domainOf(from)) {
    case 'time':
      return value => (value as Duration).withFsp(to.decimals);
    case 'datetime':
      return value => (value as DateTime).toDuration().withFsp(to.decimals);
    case 'integer':
    case 'decimal':
    case 'double':
      return (value, context) => numberToDuration(value, to.decimals, context);
    default:
      return (value, context) => durationFromText(textOf(value, from), to.decimals, context);
  }
}

/** The function that brings values of one type into the domain (and shape) of another; undefined when they need none. */
export function converter(from: SqlType, to: SqlType): Converter | undefined {
  const source = domainOf(from);
  switch (domainOf(to)) {
    case 'integer':
      return source === 'integer' ? undefined : toInteger(from);
    case 'decimal':
      return source === 'decimal' ? undefined : toDecimal(from);
    case 'double':
      return source === 'double' ? undefined : toDouble(from);
    case 'text':
      return source === 'text' || source === 'json' ? undefined : toText(from, to.collation);
    case 'bytes':
      return source === 'bytes' ? undefined : toBytes(from);
    case 'datetime':
      return sameShape(from, to) ? undefined : toDateTime(from, to);
    case 'time':
      return source === 'time' && from.decimals <= to.decimals ? undefined : toTime(from, to);
    default:
      return undefined;
  }
}

function sameShape(from: SqlType, to: SqlType): boolean {
  if (from.kind === Kind.date || to.kind === Kind.date) return from.kind === to.kind;
  return domainOf(from) === 'datetime' && from.decimals <= to.decimals;
}
