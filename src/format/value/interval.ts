// Intervals: INTERVAL expr unit, date arithmetic with them, and the differences between moments.

import {daysInMonth, MAX_DAY} from './calendar.ts';
import {Decimal, parseDecimalPrefix} from './decimal.ts';
import {type Integer, integerFromBigInt} from './integer.ts';
import {integerPrefix} from './number-text.ts';
import {DateTime, Duration, MICROS_PER_SECOND, SECONDS_PER_DAY} from './temporal.ts';
import {fractionMicros} from './temporal-parse.ts';

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

/** A signed amount of time. Months have no fixed length, so they stay apart; the other parts add up. */
export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly seconds: number;
  readonly micros: number;
  /** The unit is finer than a day: adding it to a DATE gives a DATETIME. */
  readonly hasTime: boolean;
}

/** Parts beyond this lead out of every calendar; it keeps sums exact. */
const PART_MAX = 1e12;

function makeInterval(months: number, days: number, seconds: number, micros: number, hasTime: boolean): Interval {
  return {months, days, seconds, micros, hasTime};
}

/** True when the unit is finer than a day. */
export function isTimeUnit(unit: IntervalUnit): boolean {
  return !/^(day|week|month|quarter|year|year_month)$/.test(unit);
}

/** Fraction digits that a value gets by adding an interval of this unit (SECOND: those of its own amount). */
export function unitFsp(unit: IntervalUnit): number {
  return unit.endsWith('microsecond') ? 6 : 0;
}

/** True when amounts of this unit are read from text, part by part. */
export function isComposedUnit(unit: IntervalUnit): boolean {
  return unit.includes('_');
}

/** `amount` of a simple unit; undefined when it is too large for any date. */
export function intervalOfInteger(amount: Integer, unit: SimpleUnit): Interval | undefined {
  const n = Number(amount);
  if (unit === 'microsecond') return intervalOfMicros(amount);
  if (Math.abs(n) > PART_MAX) return undefined;
  switch (unit) {
    case 'second':
      return makeInterval(0, 0, n, 0, true);
    case 'minute':
      return makeInterval(0, 0, n * 60, 0, true);
    case 'hour':
      return makeInterval(0, 0, n * 3600, 0, true);
    case 'day':
      return makeInterval(0, n, 0, 0, false);
    case 'week':
      return makeInterval(0, n * 7, 0, 0, false);
    case 'month':
      return makeInterval(n, 0, 0, 0, false);
    case 'quarter':
      return makeInterval(n * 3, 0, 0, 0, false);
    case 'year':
      return makeInterval(n * 12, 0, 0, 0, false);
  }
}

function intervalOfMicros(amount: Integer): Interval {
  const micros = BigInt(amount);
  const perSecond = BigInt(MICROS_PER_SECOND);
  return makeInterval(0, 0, Number(micros / perSecond), Number(micros % perSecond), true);
}

/** A number of seconds with a fraction: INTERVAL 1.5 SECOND. */
export function intervalOfSeconds(amount: Decimal): Interval | undefined {
  const whole = Number(amount.truncate(0).unscaled);
  if (Math.abs(whole) > PART_MAX) return undefined;
  const micros = fractionMicros(amount);
  return makeInterval(0, 0, whole, amount.sign() < 0 ? 0 - micros : micros, true);
}

/** Seconds of the parts of a composed unit, microseconds and months being special. */
const PART_SECONDS: ReadonlyMap<string, number> = new Map([
  ['day', SECONDS_PER_DAY],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]);

/** The parts that each composed unit is written with, coarse to fine. */
function partsOf(unit: IntervalUnit): readonly string[] {
  const all = ['day', 'hour', 'minute', 'second', 'microsecond'];
  if (unit === 'year_month') return ['year', 'month'];
  const [first, last] = unit.split('_');
  return all.slice(all.indexOf(first), all.indexOf(last) + 1);
}

/**
 * Reads the text of a composed unit: numbers with anything between them, a minus before all. With fewer numbers than parts the last
 * parts are meant; with more the text is wrong and the answer undefined.
 */
export function parseInterval(text: string, unit: IntervalUnit): Interval | undefined {
  const parts = partsOf(unit);
  const numbers = text.match(/\d+/g) ?? [];
  if (numbers.length > parts.length) return undefined;
  const sign = /^\s*-/.test(text) ? -1 : 1;
  let months = 0;
  let seconds = 0;
  let micros = 0;
  const skipped = parts.length - numbers.length;
  for (const [i, digits] of numbers.entries()) {
    const part = parts[skipped + i];
    const n = Number(digits);
    if (n > PART_MAX) return undefined;
    // The fraction is read as one: 1.5 is 500000 microseconds.
    if (part === 'microsecond')
      micros = Math.floor(Number(digits.padEnd(6, '0')) / 10 ** Math.max(digits.length - 6, 0));
    else if (part === 'year') months += n * 12;
    else if (part === 'month') months += n;
    else seconds += n * (PART_SECONDS.get(part) ?? 0);
  }
  return makeInterval(sign * months, 0, sign * seconds, sign * micros, isTimeUnit(unit));
}

/** The interval the other way: for subtraction. */
export function negateInterval(interval: Interval): Interval {
  const {months, days, seconds, micros, hasTime} = interval;
  return makeInterval(0 - months, 0 - days, 0 - seconds, 0 - micros, hasTime);
}

/** The moment an interval later; undefined when it is not in the years 0 to 9999, or the date has a zero part. */
export function addInterval(value: DateTime, interval: Interval): DateTime | undefined {
  const moved = interval.months === 0 ? value : addMonths(value, interval.months);
  if (moved === undefined) return undefined;
  if (interval.days === 0 && interval.seconds === 0 && interval.micros === 0) {
    return interval.hasTime ? moved.toDateTime() : moved;
  }
  return addSeconds(moved, interval.days, interval.seconds, interval.micros, interval.hasTime);
}

/** Months keep the day of the month, or take the month's last. */
function addMonths(value: DateTime, months: number): DateTime | undefined {
  const period = value.year * 12 + value.month - 1 + months;
  if (value.month === 0 || period < 0 || period >= 120_000) return undefined;
  const year = Math.floor(period / 12);
  const month = (period % 12) + 1;
  const day = Math.min(value.day, daysInMonth(year, month));
  if (value.kind === 'date') return DateTime.date(year, month, day);
  return DateTime.of(year, month, day, value.hour, value.minute, value.second, value.micros);
}

function addSeconds(
  value: DateTime,
  days: number,
  seconds: number,
  micros: number,
  hasTime: boolean,
): DateTime | undefined {
  if (value.hasZeroPart()) return undefined;
  const fraction = value.micros + micros;
  const carry = Math.floor(fraction / MICROS_PER_SECOND);
  const total = value.secondOfDay() + seconds + carry;
  const dayCarry = Math.floor(total / SECONDS_PER_DAY);
  const day = value.dayNumber() + days + dayCarry;
  if (day < 1 || day > MAX_DAY) return undefined;
  if (value.kind === 'date' && !hasTime) return DateTime.dateFromDay(day);
  return DateTime.fromDay(day, total - dayCarry * SECONDS_PER_DAY, fraction - carry * MICROS_PER_SECOND);
}

/** A TIME an interval later; undefined for months and beyond +-838:59:59. */
export function addIntervalToDuration(value: Duration, interval: Interval): Duration | undefined {
  if (interval.months !== 0) return undefined;
  const seconds = interval.days * SECONDS_PER_DAY + interval.seconds;
  if (Math.abs(seconds) > 1e9) return undefined;
  const result = new Duration(value.micros + seconds * MICROS_PER_SECOND + interval.micros);
  return result.isOutOfRange() ? undefined : result;
}

/** ADDTIME: the moment a TIME later. */
export function addDuration(value: DateTime, duration: Duration): DateTime | undefined {
  const seconds = Math.trunc(duration.micros / MICROS_PER_SECOND);
  return addSeconds(value, 0, seconds, duration.micros % MICROS_PER_SECOND, true);
}

/** Whole days from `b` to `a`: DATEDIFF. */
export function daysBetween(a: DateTime, b: DateTime): number {
  return a.dayNumber() - b.dayNumber();
}

/** Time from `b` to `a`: TIMEDIFF; beyond the range of TIME it is the nearest TIME. */
export function timeBetween(a: DateTime, b: DateTime): Duration {
  const seconds = secondsBetween(a, b);
  if (Math.abs(seconds) > 1e9) return new Duration(seconds * MICROS_PER_SECOND).clipped();
  return new Duration(seconds * MICROS_PER_SECOND + (a.micros - b.micros)).clipped();
}

/** Seconds from `b` to `a`, the fractions left out. */
function secondsBetween(a: DateTime, b: DateTime): number {
  return daysBetween(a, b) * SECONDS_PER_DAY + a.secondOfDay() - b.secondOfDay();
}

const SECONDS_PER_UNIT: ReadonlyMap<SimpleUnit, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', SECONDS_PER_DAY],
  ['week', 7 * SECONDS_PER_DAY],
]);

const MONTHS_PER_UNIT: ReadonlyMap<SimpleUnit, number> = new Map([
  ['month', 1],
  ['quarter', 3],
  ['year', 12],
]);

/** Whole units from `from` to `to`, cut toward zero: TIMESTAMPDIFF. */
export function timestampDifference(unit: SimpleUnit, from: DateTime, to: DateTime): Integer {
  const months = MONTHS_PER_UNIT.get(unit);
  if (months !== undefined) return Math.trunc(monthsBetween(from, to) / months) + 0;
  const seconds = secondsBetween(to, from);
  const micros = to.micros - from.micros;
  if (unit === 'microsecond') {
    return integerFromBigInt(BigInt(seconds) * BigInt(MICROS_PER_SECOND) + BigInt(micros));
  }
  // A started second counts only when it is over.
  const short = seconds > 0 && micros < 0 ? 1 : seconds < 0 && micros > 0 ? -1 : 0;
  return Math.trunc((seconds - short) / (SECONDS_PER_UNIT.get(unit) ?? 1)) + 0;
}

/** Whole months from `from` to `to`. */
function monthsBetween(from: DateTime, to: DateTime): number {
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const within = compareWithinMonth(to, from);
  if (months > 0 && within < 0) return months - 1;
  return months < 0 && within > 0 ? months + 1 : months;
}

/** Compares day of the month and time. */
function compareWithinMonth(a: DateTime, b: DateTime): number {
  return a.day - b.day || a.secondOfDay() - b.secondOfDay() || a.micros - b.micros;
}

/** Reads the amount of an interval: text for composed units, exact for seconds, else the nearest integer. */
export function intervalOf(amount: Integer | Decimal | string, unit: IntervalUnit): Interval | undefined {
  if (isComposedUnit(unit)) return parseInterval(String(amount), unit);
  if (amount instanceof Decimal) {
    return unit === 'second' ? intervalOfSeconds(amount) : intervalOfInteger(amount.toInteger(), unit as SimpleUnit);
  }
  if (typeof amount !== 'string') return intervalOfInteger(amount, unit as SimpleUnit);
  if (unit === 'second') return intervalOfSeconds(parseDecimalPrefix(amount).value);
  const {digits} = integerPrefix(amount);
  return intervalOfInteger(integerFromBigInt(BigInt(digits === '' ? 0 : digits)), unit as SimpleUnit);
}
