// DATE, DATETIME and TIMESTAMP values (DateTime), TIME values (Duration).
//
// A DateTime is wall-clock fields, with no time zone of its own: TIMESTAMP is UTC in rows and in the session's
// zone as a value (time-zone.ts converts). Months and days may be 0 ("zero dates"), which no library's date type can
// hold. A DATE is a DateTime that says so, and prints without a time. A Duration is one signed count of
// microseconds: 838:59:59.999999 is far below 2^53.
//
// How many fraction digits are printed (fsp, 0 to 6) is a property of the static type, never of the value.
// Texts and numbers are read in temporal-parse.ts; intervals are in interval.ts; formats in date-format.ts.

import {dateOfDay, dayNumber} from './calendar.ts';

export const MICROS_PER_SECOND = 1_000_000;
export const SECONDS_PER_DAY = 86_400;
export const MICROS_PER_DAY = 86_400_000_000;
/** 838:59:59 in microseconds: the largest TIME. */
export const MAX_TIME_MICROS = (838 * 3600 + 59 * 60 + 59) * MICROS_PER_SECOND;

/** Two digits with a leading zero. */
export function pad2(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

/** The fraction `.ffffff` cut to `fsp` digits; empty for 0. */
function fractionText(micros: number, fsp: number): string {
  return fsp === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, fsp)}`;
}

const FSP_UNITS = Int32Array.of(1_000_000, 100_000, 10_000, 1_000, 100, 10, 1);

/** Microseconds cut down to `fsp` digits. */
export function truncateMicros(micros: number, fsp: number): number {
  return micros - (micros % FSP_UNITS[fsp]);
}

/** Microseconds rounded to `fsp` digits, half up; may give 1000000. `tenths` is the seventh digit of the fraction. */
export function roundMicros(micros: number, tenths: number, fsp: number): number {
  const unit = FSP_UNITS[fsp];
  const rest = (micros % unit) * 10 + tenths;
  const down = micros - (micros % unit);
  return rest >= unit * 5 ? down + unit : down;
}

/** A time zone (made by time-zone.ts). Seconds are since 1970-01-01; local seconds count as if the wall clock were UTC. */
export interface TimeZone {
  /** As `@@time_zone` shows it. */
  readonly name: string;
  /** Local time minus UTC, in seconds, at an instant. */
  offsetAt(utcSeconds: number): number;
  /** The instant at which the wall clock shows this. */
  utcOf(localSeconds: number): number;
}

export class DateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** 'date': a DATE; the time fields are 0. */
  readonly kind: 'date' | 'datetime';

  /** Takes the fields as they are: validity is the parser's business. Use `date` and `of`. */
  private constructor(
    kind: 'date' | 'datetime',
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
    micros: number,
  ) {
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.micros = micros;
    this.kind = kind;
  }

  static date(year: number, month: number, day: number): DateTime {
    return new DateTime('date', year, month, day, 0, 0, 0, 0);
  }

  static of(
    year: number,
    month: number,
    day: number,
    hour: number = 0,
    minute: number = 0,
    second: number = 0,
    micros: number = 0,
  ): DateTime {
    return new DateTime('datetime', year, month, day, hour, minute, second, micros);
  }

  /** From a day number (calendar.ts), seconds and microseconds of the day, all in range. */
  static fromDay(days: number, secondOfDay: number, micros: number): DateTime {
    const date = dateOfDay(days);
    const month = Math.floor(date / 100) % 100;
    const hour = Math.floor(secondOfDay / 3600);
    const minute = Math.floor(secondOfDay / 60) % 60;
    return DateTime.of(Math.floor(date / 10000), month, date % 100, hour, minute, secondOfDay % 60, micros);
  }

  /** The DATE of a day number in [1, MAX_DAY]. */
  static dateFromDay(days: number): DateTime {
    const date = dateOfDay(days);
    return DateTime.date(Math.floor(date / 10000), Math.floor(date / 100) % 100, date % 100);
  }

  /** The inverse of `packed`. */
  static fromPacked(packed: number, micros: number): DateTime {
    const date = Math.floor(packed / 0x20000);
    const time = packed % 0x20000;
    const months = date >>> 5;
    const year = Math.floor(months / 13);
    return DateTime.of(year, months % 13, date & 31, time >>> 12, (time >>> 6) & 63, time & 63, micros);
  }

  /** The inverse of `packedDate`, as a DATE. */
  static fromPackedDate(packed: number): DateTime {
    const months = packed >>> 5;
    return DateTime.date(Math.floor(months / 13), months % 13, packed & 31);
  }

  /** (year * 13 + month) * 32 + day: 22 bits that order as dates do, zero dates included. */
  packedDate(): number {
    return (this.year * 13 + this.month) * 32 + this.day;
  }

  /** Date and time down to the second in 39 bits; with `micros` behind it, the pair orders as the values do. */
  packed(): number {
    return this.packedDate() * 0x20000 + ((this.hour << 12) | (this.minute << 6) | this.second);
  }

  /** Negative, zero or positive. A DATE is its midnight. */
  compare(other: DateTime): number {
    const difference = this.packed() - other.packed();
    return difference !== 0 ? difference : this.micros - other.micros;
  }

  /** Day number (calendar.ts). Months and days of 0 count on from December 31st before, as in MySQL's arithmetic. */
  dayNumber(): number {
    return this.month === 0 ? dayNumber(this.year, 1, this.day) - 31 : dayNumber(this.year, this.month, this.day);
  }

  secondOfDay(): number {
    return this.hour * 3600 + this.minute * 60 + this.second;
  }

  /** Time of day in microseconds. */
  microsOfDay(): number {
    return this.secondOfDay() * MICROS_PER_SECOND + this.micros;
  }

  /** 0000-00-00 00:00:00. */
  isZero(): boolean {
    return this.packed() === 0 && this.micros === 0;
  }

  /** Month or day is 0, so that the date has no day number in the calendar. */
  hasZeroPart(): boolean {
    return this.month === 0 || this.day === 0;
  }

  /** The DATE part. */
  toDate(): DateTime {
    return this.kind === 'date' ? this : DateTime.date(this.year, this.month, this.day);
  }

  /** As a DATETIME: the same moment, printed with its time. */
  toDateTime(): DateTime {
    return this.kind === 'datetime' ? this : DateTime.of(this.year, this.month, this.day);
  }

  /** The time of day as a TIME. */
  toDuration(): Duration {
    return new Duration(this.microsOfDay());
  }

  /** Fraction rounded (or cut) to `fsp` digits; undefined when rounding leaves the year 9999. */
  withFsp(fsp: number, truncate: boolean = false): DateTime | undefined {
    const micros = truncate ? truncateMicros(this.micros, fsp) : roundMicros(this.micros, 0, fsp);
    if (micros === this.micros) return this;
    return micros < MICROS_PER_SECOND ? this.#withMicros(micros) : this.#nextSecond();
  }

  /** `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss[.ffffff]`. */
  toText(fsp: number = 0): string {
    const year = String(this.year).padStart(4, '0');
    const date = `${year}-${pad2(this.month)}-${pad2(this.day)}`;
    if (this.kind === 'date') return date;
    const time = `${pad2(this.hour)}:${pad2(this.minute)}:${pad2(this.second)}`;
    return `${date} ${time}${fractionText(this.micros, fsp)}`;
  }

  /** YYYYMMDD or YYYYMMDDhhmmss; the fraction is not in it. */
  toInteger(): number {
    const date = this.year * 10000 + this.month * 100 + this.day;
    if (this.kind === 'date') return date;
    return date * 1_000_000 + this.hour * 10000 + this.minute * 100 + this.second;
  }

  /** The text with all six digits where there is a fraction: for people and tests. */
  toString(): string {
    return this.toText(this.micros === 0 ? 0 : 6);
  }

  #withMicros(micros: number): DateTime {
    const {kind, year, month, day, hour, minute, second} = this;
    return new DateTime(kind, year, month, day, hour, minute, second, micros);
  }

  #nextSecond(): DateTime | undefined {
    if (this.hasZeroPart()) return this.#withMicros(0);
    const next = this.secondOfDay() + 1;
    const days = this.dayNumber() + (next === SECONDS_PER_DAY ? 1 : 0);
    const result = DateTime.fromDay(days, next % SECONDS_PER_DAY, 0);
    return result.year > 9999 ? undefined : result;
  }
}

export class Duration {
  /** Signed; never -0. */
  readonly micros: number;

  /** `micros` is a safe integer; values beyond +-838:59:59 exist in between, and `clipped` brings them back. */
  constructor(micros: number) {
    this.micros = micros + 0;
  }

  static of(negative: boolean, hours: number, minutes: number, seconds: number, micros: number): Duration {
    const total = (hours * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND + micros;
    return new Duration(negative ? -total : total);
  }

  get negative(): boolean {
    return this.micros < 0;
  }

  /** Whole hours, without the sign. */
  get hours(): number {
    return Math.floor(Math.abs(this.micros) / 3_600_000_000);
  }

  get minutes(): number {
    return Math.floor(Math.abs(this.micros) / 60_000_000) % 60;
  }

  get seconds(): number {
    return Math.floor(Math.abs(this.micros) / MICROS_PER_SECOND) % 60;
  }

  /** Microseconds of the second, without the sign. */
  get fraction(): number {
    return Math.abs(this.micros) % MICROS_PER_SECOND;
  }

  compare(other: Duration): number {
    return this.micros - other.micros;
  }

  negate(): Duration {
    return new Duration(-this.micros);
  }

  /** True beyond +-838:59:59 (no fraction can go past it, as in MySQL). */
  isOutOfRange(): boolean {
    return Math.abs(this.micros) > MAX_TIME_MICROS;
  }

  /** The nearest legal TIME. */
  clipped(): Duration {
    if (!this.isOutOfRange()) return this;
    return new Duration(this.micros < 0 ? -MAX_TIME_MICROS : MAX_TIME_MICROS);
  }

  /** Fraction rounded half away from zero, or cut, to `fsp` digits. */
  withFsp(fsp: number, truncate: boolean = false): Duration {
    const fraction = this.fraction;
    const rounded = truncate ? truncateMicros(fraction, fsp) : roundMicros(fraction, 0, fsp);
    if (rounded === fraction) return this;
    const total = Math.abs(this.micros) - fraction + rounded;
    return new Duration(this.micros < 0 ? -total : total);
  }

  /** `[-]hh:mm:ss[.ffffff]`, three digits of hours where needed. */
  toText(fsp: number = 0): string {
    const sign = this.micros < 0 ? '-' : '';
    const clock = `${pad2(this.hours)}:${pad2(this.minutes)}:${pad2(this.seconds)}`;
    return `${sign}${clock}${fractionText(this.fraction, fsp)}`;
  }

  /** [-]hhmmss; the fraction is not in it. */
  toInteger(): number {
    const clock = this.hours * 10000 + this.minutes * 100 + this.seconds;
    return this.micros < 0 ? 0 - clock : clock;
  }

  toString(): string {
    return this.toText(this.fraction === 0 ? 0 : 6);
  }
}
