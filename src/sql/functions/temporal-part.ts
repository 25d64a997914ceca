// Parts of dates and times: YEAR, HOUR, WEEK, DAYNAME, EXTRACT ...
//
// What only the calendar knows (weekdays, weeks, the day of the year) is NULL for dates with a zero in them; plain fields are zero then.

import {dayOfYear, daysInMonth, weekdayOfDay, weekOfDay} from '../../format/value/calendar.ts';
import {DAY_NAMES, MONTH_NAMES} from '../../format/value/date-format.ts';
import type {NonNull} from '../../format/value/domain.ts';
import type {IntervalUnit} from '../../format/value/interval.ts';
import {DateTime, type Duration, SECONDS_PER_DAY} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {BIGINT, DATE, INT, textType, timeType} from '../bind/type-classes.ts';
import type {SessionState} from '../exec/contract.ts';
import {call1, call2} from './call.ts';
import {alias, define, type FunctionDefinition, integerArg, timeArg} from './definition.ts';
import {exactFsp, momentArg, momentOrTimeArg, timeOf} from './temporal-argument.ts';

/** A number that a DATE or DATETIME has. */
function datePart(name: string, summary: string, f: (d: DateTime) => number | null): FunctionDefinition {
  return define(name, 'temporal', 1, summary, ([a]) =>
    call1({name: name.toLowerCase(), type: INT, canBeNull: true}, momentArg(a), v => f(v as DateTime)),
  );
}

/** A number that only a date of the calendar has. */
function calendarPart(name: string, summary: string, f: (d: DateTime) => number): FunctionDefinition {
  return datePart(name, summary, d => (d.hasZeroPart() ? null : f(d)));
}

/** A number that a TIME has. */
function timePart(name: string, summary: string, f: (t: Duration) => number): FunctionDefinition {
  return define(name, 'temporal', 1, summary, ([a]) =>
    call1({name: name.toLowerCase(), type: INT}, timeArg(a), v => f(v as Duration)),
  );
}

/** The English name of a part. */
function partName(name: string, summary: string, f: (d: DateTime) => string | null): FunctionDefinition {
  return define(name, 'temporal', 1, summary, ([a], {connection}) =>
    call1({name: name.toLowerCase(), type: textType(9, connection), canBeNull: true}, momentArg(a), v =>
      f(v as DateTime),
    ),
  );
}

/** The number of a date's day: NULL for the zero date. */
function dayNumberOf(value: NonNull): number | null {
  const moment = value as DateTime;
  return moment.packedDate() === 0 ? null : moment.dayNumber();
}

/** Monday = 0. */
function weekday(d: DateTime): number {
  return weekdayOfDay(d.dayNumber());
}

function quarterOf({month}: DateTime): number {
  return Math.floor((month + 2) / 3);
}

/** Week modes 0 to 7: YEARWEEK always counts in years that belong to the weeks, WEEK only when bit 1 says so. */
const WEEKS_OF_THEIR_YEAR = 2;

function weekOf(d: DateTime, mode: number, withYear: boolean): number | null {
  if (d.hasZeroPart()) return null;
  const week = weekOfDay(d.year, d.month, d.day, withYear ? (mode & 7) | WEEKS_OF_THEIR_YEAR : mode & 7);
  return withYear ? week : week % 100;
}

/** Without a mode: default_week_format for WEEK, 0 for YEARWEEK. */
function bindWeek(name: string, withYear: boolean) {
  return ([date, mode]: readonly Expression[]): Expression => {
    const traits = {name, type: INT, canBeNull: true, volatility: Volatility.stable};
    if (mode === undefined) {
      return call1(traits, momentArg(date), (v, {session}) =>
        weekOf(v as DateTime, withYear ? 0 : defaultMode(session), withYear),
      );
    }
    return call2({...traits, volatility: Volatility.constant}, momentArg(date), integerArg(mode), (v, m) =>
      weekOf(v as DateTime, Number(m) & 7, withYear),
    );
  };
}

function defaultMode(session: SessionState): number {
  return Number(session.systemVariable('default_week_format', 'session'));
}

function lastDay(d: DateTime): DateTime | null {
  return d.month === 0 ? null : DateTime.date(d.year, d.month, daysInMonth(d.year, d.month));
}

// --- EXTRACT -------------------------------------------------------------------------------------------------------

type Reader = (date: DateTime) => number | null;
type TimeReader = (time: Duration) => number;

const DATE_UNITS: ReadonlyMap<IntervalUnit, Reader> = new Map<IntervalUnit, Reader>([
  ['year', d => d.year],
  ['quarter', quarterOf],
  ['month', d => d.month],
  ['week', d => weekOf(d, 0, false)],
  ['day', d => d.day],
  ['year_month', d => d.year * 100 + d.month],
]);

function clockOf(t: Duration): number {
  return t.hours * 10_000 + t.minutes * 100 + t.seconds;
}

/** Units below a day; a composed unit is its parts as digits, one after the other. */
const TIME_UNITS: ReadonlyMap<IntervalUnit, TimeReader> = new Map<IntervalUnit, TimeReader>([
  ['hour', t => t.hours],
  ['minute', t => t.minutes],
  ['second', t => t.seconds],
  ['microsecond', t => t.fraction],
  ['hour_minute', t => t.hours * 100 + t.minutes],
  ['hour_second', clockOf],
  ['hour_microsecond', t => clockOf(t) * 1_000_000 + t.fraction],
  ['minute_second', t => t.minutes * 100 + t.seconds],
  ['minute_microsecond', t => (t.minutes * 100 + t.seconds) * 1_000_000 + t.fraction],
  ['second_microsecond', t => t.seconds * 1_000_000 + t.fraction],
]);

/** Units from days on down: the unit of the time behind the day, and the digits that it takes. */
const DAY_UNITS: ReadonlyMap<IntervalUnit, readonly [IntervalUnit, number]> = new Map<
  IntervalUnit,
  readonly [IntervalUnit, number]
>([
  ['day_hour', ['hour', 100]],
  ['day_minute', ['hour_minute', 10_000]],
  ['day_second', ['hour_second', 1_000_000]],
  ['day_microsecond', ['hour_microsecond', 1_000_000_000_000]],
]);

function signed(t: Duration, value: number): number {
  return t.negative ? 0 - value : value;
}

/** EXTRACT(unit FROM value). */
export function bindExtract(unit: IntervalUnit, value: Expression): Expression {
  const traits = {name: `extract_${unit}`, type: BIGINT, canBeNull: true};
  const ofDate = DATE_UNITS.get(unit);
  if (ofDate !== undefined) return call1(traits, momentArg(value), v => ofDate(v as DateTime));
  const [timeUnit, dayFactor] = DAY_UNITS.get(unit) ?? [unit, 0];
  const ofTime = TIME_UNITS.get(timeUnit) as TimeReader;
  if (dayFactor === 0) return call1(traits, timeArg(value), v => signed(v as Duration, ofTime(v as Duration)));
  return call1(traits, momentOrTimeArg(value), v => {
    if (!(v instanceof DateTime)) return signed(v as Duration, ofTime(v as Duration));
    return v.day * dayFactor + ofTime(v.toDuration());
  });
}

const day = datePart('DAYOFMONTH', 'Day of the month, 0 to 31', d => d.day);

export const temporalPartFunctions: readonly FunctionDefinition[] = [
  define('DATE', 'temporal', 1, 'The date without the time', ([a]) =>
    call1({name: 'date', type: DATE, canBeNull: true}, momentArg(a), v => (v as DateTime).toDate()),
  ),
  define('TIME', 'temporal', 1, 'The time without the date', ([a]) =>
    call1({name: 'time', type: timeType(exactFsp(a)), canBeNull: true}, momentOrTimeArg(a), timeOf),
  ),
  datePart('YEAR', 'The year', d => d.year),
  datePart('QUARTER', 'Quarter of the year, 1 to 4', quarterOf),
  datePart('MONTH', 'The month, 0 to 12', d => d.month),
  day,
  alias('DAY', day),
  calendarPart('DAYOFWEEK', 'Day of the week, 1 for Sunday to 7', d => ((weekday(d) + 1) % 7) + 1),
  calendarPart('WEEKDAY', 'Day of the week, 0 for Monday to 6', weekday),
  calendarPart('DAYOFYEAR', 'Day of the year, 1 to 366', d => dayOfYear(d.year, d.month, d.day)),
  calendarPart('WEEKOFYEAR', 'Week of the year by ISO 8601', d => weekOfDay(d.year, d.month, d.day, 3) % 100),
  define('WEEK', 'temporal', [1, 2], 'Week of the year under a mode', bindWeek('week', false)),
  define('YEARWEEK', 'temporal', [1, 2], 'Year and week as one number', bindWeek('yearweek', true)),
  partName('MONTHNAME', 'English name of the month', d => (d.month === 0 ? null : MONTH_NAMES[d.month - 1])),
  partName('DAYNAME', 'English name of the day of the week', d => (d.hasZeroPart() ? null : DAY_NAMES[weekday(d)])),
  timePart('HOUR', 'The hours of a time, which may be beyond 23', t => t.hours),
  timePart('MINUTE', 'The minutes of a time', t => t.minutes),
  timePart('SECOND', 'The seconds of a time', t => t.seconds),
  timePart('MICROSECOND', 'The microseconds of a time', t => t.fraction),
  define('LAST_DAY', 'temporal', 1, 'The last day of the month', ([a]) =>
    call1({name: 'last_day', type: DATE, canBeNull: true}, momentArg(a), (v): Value => lastDay(v as DateTime)),
  ),
  define('TO_DAYS', 'temporal', 1, 'Number of the day since the year 0', ([a]) =>
    call1({name: 'to_days', type: INT, canBeNull: true}, momentArg(a), dayNumberOf),
  ),
  define('TO_SECONDS', 'temporal', 1, 'Seconds since the year 0', ([a]) =>
    call1({name: 'to_seconds', type: BIGINT, canBeNull: true}, momentArg(a), v => {
      const days = dayNumberOf(v);
      return days === null ? null : days * SECONDS_PER_DAY + (v as DateTime).secondOfDay();
    }),
  ),
];
