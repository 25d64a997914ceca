// STR_TO_DATE: reads a text by a format, the reverse of DATE_FORMAT.
//
// Blanks in the format match any number of blanks; other characters match themselves. Numbers may be shorter than the
// format's width. Date parts may be missing and are then 0, which sql_mode may forbid. The kind of the result (DATE, TIME,
// DATETIME) follows from the specifiers alone, so that it is known when the format is a constant.

import {dayNumber, weekdayOfDay} from './calendar.ts';
import {DAY_NAMES, MONTH_NAMES} from './date-format.ts';
import {DateTime, Duration} from './temporal.ts';
import {isValidDate, type Parsed, type ParseOptions, Problem} from './temporal-parse.ts';

const SHORT_MONTH_NAMES: readonly string[] = MONTH_NAMES.map(name => name.slice(0, 3));
const SHORT_DAY_NAMES: readonly string[] = DAY_NAMES.map(name => name.slice(0, 3));

const INVALID: Parsed<never> = {value: undefined, problem: Problem.invalid};

/** What a format produces. */
export type FormatKind = 'date' | 'time' | 'datetime';

/** The kind of STR_TO_DATE's result, and whether it has microseconds. */
export function formatKind(format: string): {readonly kind: FormatKind; readonly fsp: number} {
  const specifiers = new Set(Array.from(format.matchAll(/%(.)/gs), match => match[1]));
  const has = (letters: string): boolean => Array.from(letters).some(letter => specifiers.has(letter));
  const time = has('fHhIiklprSsT');
  const date = has('abcDdejMmUuVvWwXxYy');
  const kind = time && date ? 'datetime' : time ? 'time' : 'date';
  return {kind, fsp: specifiers.has('f') ? 6 : 0};
}

/** The fields read so far; -1 where a field was not given. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  /** 0 none, 1 AM, 2 PM. */
  half: number;
  /** %h and its kin were used: hours 1 to 12. */
  twelve: boolean;
  /** Monday = 0. */
  weekday: number;
  dayOfYear: number;
  week: number;
  weekMode: number;
  weekYear: number;
}

function noFields(): Fields {
  return {
    year: 0,
    month: 0,
    day: 0,
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
    half: 0,
    twelve: false,
    weekday: -1,
    dayOfYear: -1,
    week: -1,
    weekMode: 0,
    weekYear: -1,
  };
}

/** Reads `text` by `format`. `truncated` means that text was left over behind the value. */
export function strToDate(text: string, format: string, options: ParseOptions): Parsed<DateTime | Duration> {
  const reader = new FormatReader(text);
  if (!reader.read(format)) return INVALID;
  const problem = reader.rest.trim() === '' ? Problem.none : Problem.truncated;
  const value = assemble(reader.fields, formatKind(format).kind, options);
  return value === undefined ? INVALID : {value, problem};
}

class FormatReader {
  readonly fields: Fields = noFields();
  rest: string;

  constructor(text: string) {
    this.rest = text;
  }

  /** False when the text does not fit the format. A text that ends early is fine: the fields behind are 0. */
  read(format: string): boolean {
    for (let i = 0; i < format.length; i++) {
      if (this.rest.trimStart() === '') return true;
      const c = format[i];
      if (c === '%' && i + 1 < format.length) {
        if (format[i + 1] !== '%') this.rest = this.rest.trimStart();
        if (!this.#specifier(format[++i])) return false;
      } else if (/\s/.test(c)) {
        this.rest = this.rest.trimStart();
      } else {
        this.rest = this.rest.trimStart();
        if (!this.#literal(c)) return false;
      }
    }
    return true;
  }

  #literal(c: string): boolean {
    if (!this.rest.startsWith(c)) return false;
    this.rest = this.rest.slice(c.length);
    return true;
  }

  /** Takes what the pattern matches at the start; undefined when it does not match. */
  #take(pattern: RegExp): string | undefined {
    const match = pattern.exec(this.rest);
    if (match === null) return undefined;
    this.rest = this.rest.slice(match[0].length);
    return match[0];
  }

  /** Takes up to `width` digits into a field. */
  #number(width: number, store: (n: number, digits: number) => void): boolean {
    const digits = this.#take(width === 1 ? /^\d/ : width === 2 ? /^\d{1,2}/ : width === 3 ? /^\d{1,3}/ : /^\d{1,4}/);
    if (digits === undefined) return false;
    store(Number(digits), digits.length);
    return true;
  }

  /** Takes a name, case ignored; a beginning will do if only one name has it. `store` gets its position. */
  #name(names: readonly string[], store: (index: number) => void): boolean {
    const word = this.#take(/^[a-z]+/i)?.toLowerCase();
    if (word === undefined) return false;
    const exact = names.findIndex(name => name.toLowerCase() === word);
    const found = names.flatMap((name, i) => (name.toLowerCase().startsWith(word) ? [i] : []));
    if (exact < 0 && found.length !== 1) return false;
    store(exact < 0 ? found[0] : exact);
    return true;
  }

  #hour12(n: number): void {
    this.fields.hour = n;
    this.fields.twelve = true;
  }

  #week(mode: number, n: number): void {
    this.fields.week = n;
    this.fields.weekMode = mode;
  }

  #micros(): boolean {
    const digits = this.#take(/^\d{1,6}/);
    this.fields.micros = Number((digits ?? '').padEnd(6, '0'));
    return digits !== undefined;
  }

  #halfDay(): boolean {
    const half = this.#take(/^[ap]m/i);
    this.fields.half = half?.[0].toLowerCase() === 'a' ? 1 : 2;
    return half !== undefined;
  }

  #specifier(specifier: string): boolean {
    const f = this.fields;
    switch (specifier) {
      case 'Y':
        return this.#number(4, (n, digits) => (f.year = digits === 2 ? century(n) : n));
      case 'y':
        return this.#number(2, n => (f.year = century(n)));
      case 'm':
      case 'c':
        return this.#number(2, n => (f.month = n));
      case 'M':
        return this.#name(MONTH_NAMES, i => (f.month = i + 1));
      case 'b':
        return this.#name(SHORT_MONTH_NAMES, i => (f.month = i + 1));
      case 'd':
      case 'e':
        return this.#number(2, n => (f.day = n));
      case 'D':
        return this.#number(2, n => (f.day = n)) && this.#take(/^[a-z]{2}/i) !== undefined;
      case 'H':
      case 'k':
        return this.#number(2, n => (f.hour = n));
      case 'h':
      case 'I':
      case 'l':
        return this.#number(2, n => this.#hour12(n));
      case 'i':
        return this.#number(2, n => (f.minute = n));
      case 's':
      case 'S':
        return this.#number(2, n => (f.second = n));
      case 'f':
        return this.#micros();
      case 'p':
        return this.#halfDay();
      case 'W':
        return this.#name(DAY_NAMES, i => (f.weekday = i));
      case 'a':
        return this.#name(SHORT_DAY_NAMES, i => (f.weekday = i));
      case 'w':
        return this.#number(1, n => (f.weekday = (n + 6) % 7));
      case 'j':
        return this.#number(3, n => (f.dayOfYear = n));
      case 'r':
        return this.read('%h:%i:%s %p');
      case 'T':
        return this.read('%H:%i:%s');
      case 'U':
      case 'u':
      case 'V':
      case 'v':
        return this.#number(2, n => this.#week('UuVv'.indexOf(specifier), n));
      case 'X':
      case 'x':
        return this.#number(4, n => (f.weekYear = n));
      case '.':
        return this.#take(/^[!-/:-@[-`{-~]*/) !== undefined;
      case '@':
        return this.#take(/^[a-z]*/i) !== undefined;
      case '#':
        return this.#take(/^\d*/) !== undefined;
      default:
        return this.#literal(specifier);
    }
  }
}

function century(year: number): number {
  return year < 70 ? year + 2000 : year + 1900;
}

/** Puts the fields together; undefined when they are no value. */
function assemble(f: Fields, kind: FormatKind, options: ParseOptions): DateTime | Duration | undefined {
  if (!settleHour(f) || f.hour > 23 || f.minute > 59 || f.second > 59) return undefined;
  if (kind === 'time') return Duration.of(false, f.hour, f.minute, f.second, f.micros);
  const date = settleDate(f);
  if (date === undefined || !isValidDate(date.year, date.month, date.day, options.mode)) return undefined;
  if (kind === 'date') return date;
  return DateTime.of(date.year, date.month, date.day, f.hour, f.minute, f.second, f.micros);
}

function settleHour(f: Fields): boolean {
  if (!f.twelve && f.half === 0) return true;
  if (f.hour < 1 || f.hour > 12) return false;
  if (f.half !== 0 || f.twelve) f.hour = (f.hour % 12) + (f.half === 2 ? 12 : 0);
  return true;
}

/** The date by month and day, by day of the year, or by week and weekday. */
function settleDate(f: Fields): DateTime | undefined {
  if (f.dayOfYear > 0) return dateOfNumber(dayNumber(f.year, 1, 1) + f.dayOfYear - 1);
  if (f.week >= 0 && f.weekday >= 0) return dateOfWeek(f);
  return DateTime.date(f.year, f.month, f.day);
}

function dateOfNumber(days: number): DateTime | undefined {
  return days < 1 || days > 3_652_424 ? undefined : DateTime.dateFromDay(days);
}

/** %U and %u count weeks of the year %Y, %V and %v those of %X and %x. */
function dateOfWeek(f: Fields): DateTime | undefined {
  const strict = f.weekMode >= 2;
  if (f.week > 53 || (strict && (f.week === 0 || f.weekYear < 0))) return undefined;
  const sundayFirst = f.weekMode % 2 === 0;
  const start = dayNumber(strict ? f.weekYear : f.year, 1, 1);
  const first = weekdayOfDay(start);
  if (sundayFirst) {
    const shift = first === 6 ? 0 : 7;
    return dateOfNumber(start + shift - ((first + 1) % 7) + (f.week - 1) * 7 + ((f.weekday + 1) % 7));
  }
  return dateOfNumber(start + (first <= 3 ? 0 : 7) - first + (f.week - 1) * 7 + f.weekday);
}
