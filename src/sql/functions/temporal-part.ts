// Parts of dates and times: YEAR, WEEK, EXTRACT and the like.

import {dayOfYear, daysInMonth, weekdayOfDay, weekOfDay} from '../../format/value/calendar.ts';
import {DAY_NAMES, MONTH_NAMES} from '../../format/value/date-format.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {IntervalUnit} from '../parse/ast-function.ts';
import type {Expression} from '../bind/expression.ts';
import {BIGINT, DATE, domainOf, INT, textType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {call1, call2} from './call.ts';
import {alias, dateTimeArg, define, type FunctionDefinition, integerArg, timeArg} from './definition.ts';

/** A function of a date; NULL for NULL and for what is no date. */
function ofDate(name: string, type: SqlType, summary: string, f: (d: DateTime) => Value): FunctionDefinition {
  return define(name, 'temporal', 1, summary, ([a]) =>
    call1({name: name.toLowerCase(), type, canBeNull: true}, dateTimeArg(a), value => f(value as DateTime)),
  );
}

/** A function of a time, or of the time of day of a date. */
function ofTime(name: string, summary: string, f: (t: Duration) => Value): FunctionDefinition {
  return define(name, 'temporal', 1, summary, ([a]) =>
    call1({name: name.toLowerCase(), type: INT, canBeNull: true}, timeArg(a), value => f(value as Duration)),
  );
}

/** A day number of a date without zero parts; undefined else. */
function dayOf(d: DateTime): number | undefined {
  return d.hasZeroPart() ? undefined : d.dayNumber();
}

/** WEEK's mode: the argument's lowest three bits, or default_week_format. */
function week([date, mode]: readonly Expression[]): Expression {
  const weekOf = (d: DateTime, m: number): Value => {
    if (d.hasZeroPart()) return null;
    const result = weekOfDay(d.year, d.month, d.day, m & 7);
    return (m & 2) !== 0 || Math.floor(result / 100) === d.year ? result % 100 : 0;
  };
  if (mode === undefined) {
    return call1({name: 'week', type: INT, canBeNull: true}, dateTimeArg(date), (d, context) => weekOf(d as DateTime, defaultMode(context)));
  }
  return call2({name: 'week', type: INT, canBeNull: true}, dateTimeArg(date), integerArg(mode), (d, m) => weekOf(d as DateTime, Number(m)));
}

function defaultMode({session}: ExecContext): number {
  return Number(session.systemVariable('default_week_format', 'session') ?? 0);
}

function yearWeek([date, mode]: readonly Expression[]): Expression {
  const of = (d: DateTime, m: number): Value => (d.hasZeroPart() ? null : weekOfDay(d.year, d.month, d.day, (m & 7) | 2));
  if (mode === undefined) return call1({name: 'yearweek', type: INT, canBeNull: true}, dateTimeArg(date), d => of(d as DateTime, 0));
  return call2({name: 'yearweek', type: INT, canBeNull: true}, dateTimeArg(date), integerArg(mode), (d, m) => of(d as DateTime, Number(m)));
}

function quarterOf(d: DateTime): number {
  return Math.ceil(d.month / 3);
}

/** EXTRACT(unit FROM value). */
export function bindExtract(unit: IntervalUnit, value: Expression): Expression {
  const traits = {name: `extract(${unit})`, type: BIGINT, canBeNull: true};
  if (isDateUnit(unit)) return call1(traits, dateTimeArg(value), d => extractDate(unit, d as DateTime));
  if (unit.startsWith('day_') && domainOf(value.type) !== 'time') {
    return call1(traits, dateTimeArg(value), d => {
      const moment = d as DateTime;
      return signed(moment.day * dayShift(unit) + extractClock(unit.slice(4), moment.toDuration()), false);
    });
  }
  return call1(traits, timeArg(value), t => {
    const time = t as Duration;
    const part = unit.startsWith('day_') ? `hour_${unit.slice(4)}`.replace('hour_hour', 'hour') : unit;
    return signed(extractClock(part, time), time.negative);
  });
}

function isDateUnit(unit: IntervalUnit): boolean {
  return ['year', 'quarter', 'month', 'week', 'day', 'year_month'].includes(unit);
}

function signed(value: number, negative: boolean): number {
  return negative ? 0 - value : value;
}

function extractDate(unit: IntervalUnit, d: DateTime): Value {
  switch (unit) {
    case 'year':
      return d.year;
    case 'quarter':
      return quarterOf(d);
    case 'month':
      return d.month;
    case 'week':
      return d.hasZeroPart() ? null : weekOfDay(d.year, d.month, d.day, 0) % 100;
    case 'day':
      return d.day;
    default:
      return d.year * 100 + d.month;
  }
}

/** What the day is multiplied with in DAY_xxx. */
function dayShift(unit: IntervalUnit): number {
  switch (unit) {
    case 'day_hour':
      return 100;
    case 'day_minute':
      return 10_000;
    case 'day_second':
      return 1_000_000;
    default:
      return 1_000_000_000_000;
  }
}

/** The time part of a unit; for DAY_xxx, `hour` and finer down to xxx. */
function extractClock(unit: string, t: Duration): number {
  const hm = t.hours * 100 + t.minutes;
  const hms = hm * 100 + t.seconds;
  switch (unit) {
    case 'hour':
      return t.hours;
    case 'minute':
      return unit === 'minute' ? t.minutes : hm;
    case 'second':
      return t.seconds;
    case 'microsecond':
      return t.fraction;
    case 'hour_minute':
      return hm;
    case 'hour_second':
      return hms;
    case 'hour_microsecond':
      return hms * 1_000_000 + t.fraction;
    case 'minute_second':
      return t.minutes * 100 + t.seconds;
    case 'minute_microsecond':
      return (t.minutes * 100 + t.seconds) * 1_000_000 + t.fraction;
    default:
      return t.seconds * 1_000_000 + t.fraction;
  }
}

const TEXT = textType(9, 33);
const dayOfMonth = ofDate('DAYOFMONTH', INT, 'Day of the month', d => d.day);

export const temporalPartFunctions: readonly FunctionDefinition[] = [
  ofDate('YEAR', INT, 'The year', d => d.year),
  ofDate('QUARTER', INT, 'The quarter, 1 to 4', quarterOf),
  ofDate('MONTH', INT, 'The month', d => d.month),
  dayOfMonth,
  alias('DAY', dayOfMonth),
  ofDate('DAYOFYEAR', INT, 'Day of the year', d => (d.hasZeroPart() ? null : dayOfYear(d.year, d.month, d.day))),
  ofDate('DAYOFWEEK', INT, 'Day of the week, 1 is Sunday', d => {
    const day = dayOf(d);
    return day === undefined ? null : ((weekdayOfDay(day) + 1) % 7) + 1;
  }),
  ofDate('WEEKDAY', INT, 'Day of the week, 0 is Monday', d => {
    const day = dayOf(d);
    return day === undefined ? null : weekdayOfDay(day);
  }),
  ofDate('DAYNAME', TEXT, 'Name of the weekday', d => {
    const day = dayOf(d);
    return day === undefined ? null : DAY_NAMES[weekdayOfDay(day)];
  }),
  ofDate('MONTHNAME', TEXT, 'Name of the month', d => (d.month === 0 ? null : MONTH_NAMES[d.month - 1])),
  define('WEEK', 'temporal', [1, 2], 'Week of the year, by a mode', week),
  define('YEARWEEK', 'temporal', [1, 2], 'Year and week', yearWeek),
  ofDate('WEEKOFYEAR', INT, 'Calendar week, 1 to 53', d => (d.hasZeroPart() ? null : weekOfDay(d.year, d.month, d.day, 3) % 100)),
  ofDate('TO_DAYS', INT, 'Days since year 0', d => (d.hasZeroPart() ? null : d.dayNumber())),
  ofDate('TO_SECONDS', BIGINT, 'Seconds since year 0', d => (d.hasZeroPart() ? null : d.dayNumber() * 86_400 + d.secondOfDay())),
  ofDate('LAST_DAY', DATE, 'Last day of the month', d =>
    d.month === 0 ? null : DateTime.date(d.year, d.month, daysInMonth(d.year, d.month)),
  ),
  ofTime('HOUR', 'The hour', t => t.hours),
  ofTime('MINUTE', 'The minute', t => t.minutes),
  ofTime('SECOND', 'The second', t => t.seconds),
  ofTime('MICROSECOND', 'The microseconds', t => t.fraction),
  ofTime('TIME_TO_SEC', 'The time in seconds', t => signed(Math.floor(Math.abs(t.micros) / 1_000_000), t.negative)),
];
