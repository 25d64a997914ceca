// DATE_FORMAT and TIME_FORMAT. Names of months and weekdays are English (lc_time_names is en_US).

import {dayNumber, dayOfYear, weekdayOfDay, weekOfDay} from './calendar.ts';
import {type DateTime, type Duration, pad2} from './temporal.ts';

export const MONTH_NAMES: readonly string[] = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** From Monday on. */
export const DAY_NAMES: readonly string[] = [
  ...['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
];

/** What can be formatted. A TIME has no date, and hours beyond 23. */
interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/** The value as the format says; null when the format asks for something the value does not have (a name for month 0). */
export function formatDateTime(value: DateTime, format: string): string | null {
  return formatFields(value, format);
}

/** TIME_FORMAT: like `formatDateTime` without a date. */
export function formatDuration(value: Duration, format: string): string | null {
  const {hours, minutes, seconds, fraction} = value;
  const fields = {year: 0, month: 0, day: 0, hour: hours, minute: minutes, second: seconds, micros: fraction};
  const text = formatFields(fields, format);
  return text !== null && value.negative ? `-${text}` : text;
}

function formatFields(fields: Fields, format: string): string | null {
  let text = '';
  for (let i = 0; i < format.length; i++) {
    const c = format[i];
    if (c !== '%' || i + 1 === format.length) {
      text += c;
      continue;
    }
    const part = formatPart(fields, format[++i]);
    if (part === null) return null;
    text += part;
  }
  return text;
}

/** One specifier; characters that are none stand for themselves. */
function formatPart(f: Fields, specifier: string): string | null {
  switch (specifier) {
    case 'Y':
      return String(f.year).padStart(4, '0');
    case 'y':
      return pad2(f.year % 100);
    case 'm':
      return pad2(f.month);
    case 'c':
      return String(f.month);
    case 'd':
      return pad2(f.day);
    case 'e':
      return String(f.day);
    case 'D':
      return `${f.day}${ordinalSuffix(f.day)}`;
    case 'H':
      return pad2(f.hour);
    case 'k':
      return String(f.hour);
    case 'h':
    case 'I':
      return pad2(hour12(f.hour));
    case 'l':
      return String(hour12(f.hour));
    case 'i':
      return pad2(f.minute);
    case 's':
    case 'S':
      return pad2(f.second);
    case 'f':
      return String(f.micros).padStart(6, '0');
    case 'p':
      return halfDay(f.hour);
    case 'r':
      return `${pad2(hour12(f.hour))}:${pad2(f.minute)}:${pad2(f.second)} ${halfDay(f.hour)}`;
    case 'T':
      return `${pad2(f.hour)}:${pad2(f.minute)}:${pad2(f.second)}`;
    case 'M':
    case 'b':
      return monthName(f.month, specifier === 'b');
    case 'W':
    case 'a':
    case 'w':
      return weekdayPart(f, specifier);
    case 'j':
      return f.month === 0 ? null : String(dayOfYear(f.year, f.month, f.day)).padStart(3, '0');
    case 'U':
    case 'u':
    case 'V':
    case 'v':
    case 'X':
    case 'x':
      return weekPart(f, specifier);
    default:
      return specifier;
  }
}

function hour12(hour: number): number {
  return ((hour + 11) % 12) + 1;
}

function halfDay(hour: number): string {
  return hour % 24 < 12 ? 'AM' : 'PM';
}

function ordinalSuffix(day: number): string {
  if (day >= 10 && day <= 19) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function monthName(month: number, short: boolean): string | null {
  if (month === 0) return null;
  return short ? MONTH_NAMES[month - 1].slice(0, 3) : MONTH_NAMES[month - 1];
}

function weekdayPart(f: Fields, specifier: string): string | null {
  if (f.month === 0) return null;
  const weekday = weekdayOfDay(dayNumber(f.year, f.month, f.day));
  if (specifier === 'w') return String((weekday + 1) % 7);
  return specifier === 'a' ? DAY_NAMES[weekday].slice(0, 3) : DAY_NAMES[weekday];
}

/** Week mode of each specifier, see `weekOfDay`. */
const WEEK_MODES: ReadonlyMap<string, number> = new Map([
  ['U', 0],
  ['u', 1],
  ['V', 2],
  ['v', 3],
  ['X', 2],
  ['x', 3],
]);

function weekPart(f: Fields, specifier: string): string | null {
  if (f.month === 0) return null;
  const week = weekOfDay(f.year, f.month, f.day, WEEK_MODES.get(specifier) ?? 0);
  if (specifier === 'X' || specifier === 'x') return String(Math.floor(week / 100)).padStart(4, '0');
  return pad2(week % 100);
}
