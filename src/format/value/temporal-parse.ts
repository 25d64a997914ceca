// Reads temporal values from texts and numbers, as leniently as MySQL does.
//
// Date and time texts come in two shapes:
//
//   delimited   2024-1-2 3:4:5.6   fields of any length, any punctuation between them; blanks or T between date and time
//   compact     20240102030405.6   fixed fields; the year has four digits when the run has 4, 8 or at least 14, else two
//
// Two-digit years from 70 on are 19xx, below 20xx. From the third field on everything may be missing. A zone offset may follow a
// time (+02:00); the value is then moved into the session's zone. Numbers are compact texts whose missing leading digits
// are found by size. TIME texts are `[days ]hh:mm[:ss[.ffffff]]`, `hhmmss`, or a whole date and time.
//
// What was wrong is a Problem, not an exception: the caller knows whether it is an error, a warning or NULL.
// The fraction is rounded to `fsp` digits by the seventh digit, or cut under TIME_TRUNCATE_FRACTIONAL.

import {daysInMonth} from './calendar.ts';
import {DECIMAL_MAX_SCALE, type Decimal, powerOfTen} from './decimal.ts';
import type {Integer} from './integer.ts';
import {SqlMode} from './sql-mode.ts';
import {DateTime, Duration, MICROS_PER_SECOND, roundMicros, type TimeZone, truncateMicros} from './temporal.ts';
import {fromUtcSeconds, localSeconds, parseOffset, UTC} from './time-zone.ts';

/** What was wrong with a literal. */
export const Problem = {
  none: 0,
  /** A value was found, and something behind it that was not understood. */
  truncated: 1,
  /** A TIME beyond its range: the value is the nearest legal one. */
  outOfRange: 2,
  /** No value: not a date, or one that sql_mode forbids. */
  invalid: 3,
} as const;
export type Problem = (typeof Problem)[keyof typeof Problem];

/** A value and what was wrong with its literal. `value` is undefined exactly when the problem is `invalid`. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly problem: Problem;
}

/** What reading depends on. */
export interface ParseOptions {
  /** SqlMode bits: noZeroDate, noZeroInDate, allowInvalidDates, timeTruncateFractional are looked at. */
  readonly mode: number;
  /** Fraction digits of the result. */
  readonly fsp: number;
  /** Where texts with a zone offset are moved to. */
  readonly zone: TimeZone;
}

/** What functions take in expressions: zero dates and zero parts are fine, a 30th of February is not. */
export const LENIENT: ParseOptions = {mode: 0, fsp: 6, zone: UTC};

const INVALID: Parsed<never> = {value: undefined, problem: Problem.invalid};

function found<T>(value: T, problem: Problem): Parsed<T> {
  return {value, problem};
}

const DOT = 46;
const COLON = 58;
const MINUS = 45;
const PLUS = 43;
const LETTER_T = 84;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}

/** A position in a text, and the fields read so far. One is made per literal. */
class Scanner {
  readonly text: string;
  at = 0;
  /** year, month, day, hour, minute, second, as far as `count` says. */
  readonly fields: number[] = [0, 0, 0, 0, 0, 0];
  count = 0;
  yearDigits = 0;
  /** The fields are a date and a time for certain: compact, or with a blank or T in the middle. */
  isDateTime = false;
  micros = 0;
  /** Seventh digit of the fraction. */
  tenths = 0;

  constructor(text: string) {
    this.text = text;
    this.skipBlanks();
  }

  get code(): number {
    return this.text.charCodeAt(this.at);
  }

  skipBlanks(): void {
    while (isBlank(this.code)) this.at++;
  }

  digitRun(): number {
    let end = this.at;
    while (isDigit(this.text.charCodeAt(end))) end++;
    return end - this.at;
  }

  /** Reads up to `limit` digits as a number. */
  digits(limit: number): number {
    let value = 0;
    for (let n = 0; n < limit && isDigit(this.code); n++) value = value * 10 + this.text.charCodeAt(this.at++) - 48;
    return value;
  }

  /** At a dot: reads the fraction behind it. */
  fraction(): void {
    this.at++;
    let scale = MICROS_PER_SECOND / 10;
    for (; isDigit(this.code); this.at++) {
      const digit = this.code - 48;
      if (scale >= 1) this.micros += digit * scale;
      else if (scale > 0.01) this.tenths = digit;
      scale /= 10;
    }
  }

  /** True when nothing but blanks is left. */
  atEnd(): boolean {
    this.skipBlanks();
    return this.at >= this.text.length;
  }
}

/** Reads date and time fields; false when the text does not begin with such a thing. */
function scanFields(s: Scanner): boolean {
  const run = s.digitRun();
  if (run === 0) return false;
  const after = s.text.charCodeAt(s.at + run);
  const compact = s.at + run >= s.text.length || after === DOT || (after === LETTER_T && run >= 6);
  const yearDigits = !compact ? run : run === 4 || run === 8 || run >= 14 ? 4 : 2;
  if (yearDigits > 6) return false;
  s.yearDigits = yearDigits;
  s.isDateTime = compact && run >= 12;
  while (s.count < 6 && isDigit(s.code)) {
    const limit = s.count === 0 ? yearDigits : compact ? 2 : 6;
    s.fields[s.count++] = s.digits(limit);
    if (!scanDelimiter(s)) return false;
  }
  return true;
}

/** Skips what stands between two fields; false when it may not stand there. */
function scanDelimiter(s: Scanner): boolean {
  if (s.count === 6) {
    if (s.code === DOT) s.fraction();
    return true;
  }
  if (s.count === 3) {
    const after = s.at;
    if (s.code === LETTER_T && isDigit(s.text.charCodeAt(s.at + 1))) s.at++;
    else s.skipBlanks();
    if (s.at > after && isDigit(s.code)) s.isDateTime = true;
  } else if (isBlank(s.code)) {
    // A blank inside of the date is an error; inside of the time it ends the value.
    return s.count > 3 || s.text.slice(s.at).trim() === '';
  }
  if (s.count > 3 && s.code === PLUS) return true;
  if (s.count > 3 && s.code === MINUS && parseOffset(s.text.slice(s.at).trimEnd()) !== undefined) return true;
  while (isPunctuation(s.code)) s.at++;
  return true;
}

/** The zone offset at the scanner, consumed; undefined when there is none. */
function scanOffset(s: Scanner): number | undefined {
  if (s.count < 5 || (s.code !== PLUS && s.code !== MINUS)) return undefined;
  const offset = parseOffset(s.text.slice(s.at, s.at + 6));
  if (offset !== undefined) s.at += 6;
  return offset;
}

function fullYear(year: number): number {
  return year < 70 ? year + 2000 : year + 1900;
}

/** True when the fields lie in their ranges and sql_mode allows the date. */
export function isValidDate(year: number, month: number, day: number, mode: number): boolean {
  if (year > 9999 || month > 12 || day > 31) return false;
  if (year === 0 && month === 0 && day === 0) return (mode & SqlMode.noZeroDate) === 0;
  if (month === 0 || day === 0) return (mode & SqlMode.noZeroInDate) === 0;
  return (mode & SqlMode.allowInvalidDates) !== 0 || day <= daysInMonth(year, month);
}

function isValidClock(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** Reads a DATE, DATETIME or TIMESTAMP text. A text without a time gives a DATE. */
export function parseDateTime(text: string, options: ParseOptions): Parsed<DateTime> {
  const s = new Scanner(text);
  return scanFields(s) ? finishDateTime(s, options) : INVALID;
}

function finishDateTime(s: Scanner, options: ParseOptions): Parsed<DateTime> {
  if (s.count < 3) return INVALID;
  const [rawYear, month, day, hour, minute, second] = s.fields;
  const isZero = rawYear === 0 && month === 0 && day === 0 && hour + minute + second + s.micros === 0;
  const year = s.yearDigits === 2 && !isZero ? fullYear(rawYear) : rawYear;
  if (!isValidDate(year, month, day, options.mode) || !isValidClock(hour, minute, second)) return INVALID;
  const offset = scanOffset(s);
  const problem = s.atEnd() ? Problem.none : Problem.truncated;
  if (s.count === 3) return found(DateTime.date(year, month, day), problem);
  const value = withFraction(DateTime.of(year, month, day, hour, minute, second, s.micros), s.tenths, options);
  return value === undefined ? INVALID : inZone(value, offset, options.zone, problem);
}

function inZone(value: DateTime, offset: number | undefined, zone: TimeZone, problem: Problem): Parsed<DateTime> {
  if (offset === undefined) return found(value, problem);
  if (value.hasZeroPart()) return INVALID;
  return found(fromUtcSeconds(localSeconds(value) - offset, value.micros, zone), problem);
}

/** Applies the fraction rule; undefined when rounding leaves the year 9999. */
function withFraction(value: DateTime, tenths: number, options: ParseOptions): DateTime | undefined {
  const truncate = (options.mode & SqlMode.timeTruncateFractional) !== 0;
  if (options.fsp === 6 && (tenths < 5 || truncate)) return value;
  if (options.fsp < 6) return value.withFsp(options.fsp, truncate);
  if (value.micros + 1 < MICROS_PER_SECOND) {
    return DateTime.fromPacked(value.packed(), value.micros + 1);
  }
  // Half a second more rounds into the next one.
  return value.withFsp(0);
}

/** Digits YYYYMMDDhhmmss of a number in any of the short forms, or -1: the year's century and the time are put in. */
function completeNumber(n: number): number {
  if (n === 0 || n >= 10_000_101_000_000) return n;
  if (n < 101) return -1;
  if (n <= 691_231) return (n + 20_000_000) * 1_000_000;
  if (n < 700_101) return -1;
  if (n <= 991_231) return (n + 19_000_000) * 1_000_000;
  if (n < 10_000_101) return -1;
  if (n <= 99_991_231) return n * 1_000_000;
  if (n < 101_000_000) return -1;
  if (n <= 691_231_235_959) return n + 20_000_000_000_000;
  if (n < 700_101_000_000) return -1;
  return n <= 991_231_235_959 ? n + 19_000_000_000_000 : n;
}

/** Reads a number as a DATE (up to 8 digits, no fraction) or DATETIME. `fraction` is in microseconds, with the number's sign. */
export function dateTimeFromNumber(value: Integer, fraction: number, options: ParseOptions): Parsed<DateTime> {
  const n = Number(value);
  const whole = completeNumber(n);
  if (whole < 0 || whole > 99_991_231_235_959 || n < 0 || fraction < 0) return INVALID;
  const date = Math.floor(whole / 1_000_000);
  const time = whole % 1_000_000;
  const [year, month, day] = [Math.floor(date / 10000), Math.floor(date / 100) % 100, date % 100];
  const [hour, minute, second] = [Math.floor(time / 10000), Math.floor(time / 100) % 100, time % 100];
  if (!isValidDate(year, month, day, options.mode) || !isValidClock(hour, minute, second)) return INVALID;
  if (n <= 99_991_231) {
    return found(DateTime.date(year, month, day), fraction === 0 ? Problem.none : Problem.truncated);
  }
  const result = withFraction(DateTime.of(year, month, day, hour, minute, second, fraction), 0, options);
  return result === undefined ? INVALID : found(result, Problem.none);
}

/** Microseconds of a decimal's fraction, cut. */
export function fractionMicros(value: Decimal): number {
  const {unscaled, scale} = value.abs();
  const fraction = unscaled % powerOfTen(scale);
  return Number((fraction * powerOfTen(DECIMAL_MAX_SCALE - scale)) / powerOfTen(DECIMAL_MAX_SCALE - 6));
}

/** Reads a TIME text. */
export function parseDuration(text: string, options: ParseOptions): Parsed<Duration> {
  const dateTime = scanWholeMoment(text, options);
  if (dateTime !== undefined) return dateTime;
  const s = new Scanner(text);
  const negative = s.code === MINUS;
  if (negative || s.code === PLUS) s.at++;
  if (!scanClock(s)) return INVALID;
  const [hours, minutes, seconds] = s.fields;
  if (minutes > 59 || seconds > 59) return INVALID;
  const problem = s.atEnd() ? Problem.none : Problem.truncated;
  return finishDuration(negative, hours, minutes * 60 + seconds, s.micros, s.tenths, options, problem);
}

/** Texts shorter than this are no date and time. */
const MOMENT_LENGTH_MIN = 12;

/** The time of a text that is a date and a time; undefined when it is not that. */
function scanWholeMoment(text: string, options: ParseOptions): Parsed<Duration> | undefined {
  if (text.length < MOMENT_LENGTH_MIN) return undefined;
  const s = new Scanner(text);
  if (!scanFields(s) || !s.isDateTime) return undefined;
  const {value, problem} = finishDateTime(s, {
    ...options,
    mode: options.mode & SqlMode.timeTruncateFractional,
  });
  return value === undefined ? INVALID : found(value.toDuration(), problem);
}

/** Reads hours, minutes and seconds into the first three fields. */
function scanClock(s: Scanner): boolean {
  const run = s.digitRun();
  if (run === 0) return s.code === DOT && isDigit(s.text.charCodeAt(s.at + 1)) && scanClockFraction(s);
  const first = s.digits(15);
  const after = s.at;
  s.skipBlanks();
  if (s.at > after && isDigit(s.code)) {
    s.fields[0] = s.digits(6);
    scanMinutes(s);
    s.fields[0] += first * 24;
  } else if (s.code === COLON && s.at === after) {
    s.fields[0] = first;
    scanMinutes(s);
  } else {
    s.at = after;
    s.fields[0] = Math.floor(first / 10000);
    s.fields[1] = Math.floor(first / 100) % 100;
    s.fields[2] = first % 100;
  }
  return scanClockFraction(s);
}

function scanMinutes(s: Scanner): void {
  for (let field = 1; field <= 2 && s.code === COLON && isDigit(s.text.charCodeAt(s.at + 1)); field++) {
    s.at++;
    s.fields[field] = s.digits(6);
  }
}

function scanClockFraction(s: Scanner): boolean {
  if (s.code === DOT) s.fraction();
  return true;
}

function finishDuration(
  negative: boolean,
  hours: number,
  seconds: number,
  micros: number,
  tenths: number,
  options: ParseOptions,
  problem: Problem,
): Parsed<Duration> {
  const truncate = (options.mode & SqlMode.timeTruncateFractional) !== 0;
  const fraction = truncate ? truncateMicros(micros, options.fsp) : roundMicros(micros, tenths, options.fsp);
  const value = Duration.of(negative, hours, 0, seconds, fraction);
  return value.isOutOfRange() ? found(value.clipped(), Problem.outOfRange) : found(value, problem);
}

/** Reads a number as a TIME: [h]hmmss, or a whole date and time from ten digits on. `fraction` as in dateTimeFromNumber. */
export function durationFromNumber(value: Integer, fraction: number, options: ParseOptions): Parsed<Duration> {
  const n = Math.abs(Number(value));
  const negative = value < 0 || fraction < 0;
  if (n >= 10_000_000_000 && !negative) {
    const dateTime = dateTimeFromNumber(value, fraction, options);
    return dateTime.value === undefined ? INVALID : found(dateTime.value.toDuration(), dateTime.problem);
  }
  const seconds = (Math.floor(n / 100) % 100) * 60 + (n % 100);
  if (n > 8_385_959) {
    return found(Duration.of(negative, 839, 0, 0, 0).clipped(), Problem.outOfRange);
  }
  if (n % 100 > 59 || Math.floor(n / 100) % 100 > 59) return INVALID;
  return finishDuration(negative, Math.floor(n / 10000), seconds, Math.abs(fraction), 0, options, Problem.none);
}

/** A YEAR from a number: 0 and 1901 to 2155 as they are, 1 to 69 and 70 to 99 with their century; undefined otherwise. */
export function yearFromNumber(value: Integer): number | undefined {
  const n = Number(value);
  if (n === 0 || (n >= 1901 && n <= 2155)) return n;
  return n >= 1 && n <= 99 ? fullYear(n) : undefined;
}
