// Sums and differences of dates and times, and dates and times made of numbers. INTERVAL is in temporal-interval.ts.

import {dayNumber, MAX_DAY} from '../../format/value/calendar.ts';
import {shown, warn} from '../../format/value/conversion-context.ts';
import type {Decimal} from '../../format/value/decimal.ts';
import {type NonNull, numberParts} from '../../format/value/domain.ts';
import type {Integer} from '../../format/value/integer.ts';
import {addDuration, daysBetween, timeBetween} from '../../format/value/interval.ts';
import {DateTime, Duration, MICROS_PER_SECOND, type TimeZone} from '../../format/value/temporal.ts';
import {findTimeZone, fromUtcSeconds, toUtcSeconds, UTC} from '../../format/value/time-zone.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {convertTo, nullOf} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import {
  BIGINT,
  DATE,
  datetimeType,
  decimalType,
  hasDate,
  INT,
  isStringType,
  textType,
  timeType,
} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {call1, call2, call3} from './call.ts';
import {type CallSite, define, type FunctionDefinition, fspOf, integerArg, textArg, timeArg} from './definition.ts';
import {exactFsp, momentArg, momentOrTimeArg} from './temporal-argument.ts';

function overflow(session: SessionState, what: 'datetime' | 'time'): null {
  warn(session, 'ER_DATETIME_OVERFLOW', what);
  return null;
}

// --- ADDTIME, SUBTIME, TIMEDIFF ------------------------------------------------------------------------------------

/** A moment or a time, a TIME later. */
function later(value: DateTime | Duration, time: Duration, {session}: ExecContext): DateTime | Duration | null {
  if (value instanceof DateTime) return addDuration(value, time)?.toDateTime() ?? overflow(session, 'datetime');
  return clipped(new Duration(value.micros + time.micros), session);
}

/** A time within its range; cut to it with warning 1292. */
function clipped(time: Duration, session: SessionState): Duration {
  if (!time.isOutOfRange()) return time;
  warn(session, 'ER_TRUNCATED_INCORRECT_VALUE', 'time', shown(String(time)));
  return time.clipped();
}

/** Longest text of a DATETIME with a fraction. */
const MOMENT_TEXT_MAX = 26;

/** ADDTIME and SUBTIME: TIME and DATETIME keep their type, a text gives a text. A second argument with a date is NULL. */
function bindAddTime(sign: 1 | -1) {
  return ([value, time]: readonly Expression[], {name, connection}: CallSite): Expression => {
    const isText = isStringType(value.type);
    const fsp = Math.max(fspOf(value), fspOf(time));
    const type = isText
      ? textType(MOMENT_TEXT_MAX, connection)
      : hasDate(value.type)
        ? datetimeType(fsp)
        : timeType(fsp);
    if (hasDate(time.type)) return nullOf(type);
    const traits = {name: name.toLowerCase(), type, canBeNull: true};
    return call2(traits, momentOrTimeArg(value), momentOrTimeArg(time), (v, t, context) => {
      if (!(t instanceof Duration)) return null;
      const sum = later(v as DateTime | Duration, sign > 0 ? t : t.negate(), context);
      return isText ? (sum?.toString() ?? null) : sum;
    });
  };
}

/** TIMESTAMP(value): as a DATETIME; TIMESTAMP(value, time): so much later. */
function bindTimestamp([value, time]: readonly Expression[]): Expression {
  const moment = momentArg(value);
  const fsp = Math.min(exactFsp(value), 6);
  if (time === undefined) {
    return call1({name: 'timestamp', type: datetimeType(fsp), canBeNull: true}, moment, v =>
      (v as DateTime).toDateTime(),
    );
  }
  const type = datetimeType(Math.max(fsp, exactFsp(time)));
  return call2({name: 'timestamp', type, canBeNull: true}, moment, timeArg(time), (v, t, {session}) => {
    return addDuration(v as DateTime, t as Duration)?.toDateTime() ?? overflow(session, 'datetime');
  });
}

/** TIMEDIFF: of two moments or of two times; NULL for one of each. */
function bindTimeDifference([a, b]: readonly Expression[]): Expression {
  const traits = {name: 'timediff', type: timeType(Math.max(exactFsp(a), exactFsp(b))), canBeNull: true};
  return call2(traits, momentOrTimeArg(a), momentOrTimeArg(b), (x, y, {session}) => {
    if (x instanceof DateTime && y instanceof DateTime)
      return x.hasZeroPart() || y.hasZeroPart() ? null : timeBetween(x, y);
    if (!(x instanceof Duration) || !(y instanceof Duration)) return null;
    return clipped(new Duration(x.micros - y.micros), session);
  });
}

// --- Periods: months as YYMM or YYYYMM -----------------------------------------------------------------------------

function monthsOfPeriod(period: Integer): number {
  const n = Number(period);
  if (n === 0) return 0;
  const year = Math.floor(n / 100);
  return (year >= 100 ? year : year < 70 ? year + 2000 : year + 1900) * 12 + (n % 100) - 1;
}

function periodOfMonths(months: number): number {
  return months === 0 ? 0 : Math.floor(months / 12) * 100 + (months % 12) + 1;
}

// --- Made of numbers -----------------------------------------------------------------------------------------------

/** MAKEDATE: years below 100 get their century; days count on beyond the year. NULL when they lead out of the calendar. */
function makeDate(year: NonNull, day: NonNull): DateTime | null {
  const y = Number(year);
  const d = Number(day);
  if (d <= 0 || y < 0 || y > 9999) return null;
  const full = y < 70 ? y + 2000 : y < 100 ? y + 1900 : y;
  const days = dayNumber(full, 1, 1) + d - 1;
  return days > MAX_DAY ? null : DateTime.dateFromDay(days);
}

/** MAKETIME: minutes and seconds below 60, else NULL; hours beyond 838 give the largest TIME. */
function makeTime(hour: NonNull, minute: NonNull, second: NonNull, {session}: ExecContext): Duration | null {
  const hours = Number(hour);
  const minutes = Number(minute);
  const {whole, micros} = numberParts(second as Decimal);
  const seconds = Number(whole);
  if (minutes < 0 || minutes > 59 || seconds < 0 || micros < 0 || seconds > 59) return null;
  const limited = Math.min(Math.abs(hours), 10_000);
  return clipped(Duration.of(hours < 0, limited, minutes, seconds, micros), session);
}

/** The most seconds that are read exactly; all beyond are out of range anyway. */
const SECONDS_MAX = 1e9;

function secondsToTime(value: NonNull, {session}: ExecContext): Duration {
  const {whole, micros} = numberParts(value as Decimal);
  const seconds = Math.max(Math.min(Number(whole), SECONDS_MAX), -SECONDS_MAX);
  return clipped(new Duration(seconds * MICROS_PER_SECOND + micros), session);
}

/** DECIMAL with as many fraction digits as a time may have. */
function secondsArg(e: Expression): Expression {
  return convertTo(e, decimalType(65, 6));
}

/** A TIME type for a number of seconds. */
function secondsType(e: Expression): SqlType {
  return timeType(exactFsp(e));
}

/** The day of a number; days outside of the calendar give the zero date, as in MySQL. */
function dateOfDays(value: NonNull, {session}: ExecContext): DateTime | null {
  const days = Number(value);
  if (days > MAX_DAY) return overflow(session, 'datetime');
  return days < 366 ? DateTime.date(0, 0, 0) : DateTime.dateFromDay(days);
}

// --- CONVERT_TZ ----------------------------------------------------------------------------------------------------

/** 3001-01-18 23:59:59 UTC: the last moment that zones are applied to. */
const ZONES_END = 32_536_771_199;

/** A zone by name; SYSTEM is UTC here. */
function zoneNamed(name: Value): TimeZone | undefined {
  const text = name as string;
  return text.toUpperCase() === 'SYSTEM' ? UTC : findTimeZone(text);
}

/** The wall clock of another zone; moments before 1970 and after 3001 stay as they are. NULL for unknown zones. */
function convertZone(value: NonNull, from: NonNull, to: NonNull): DateTime | null {
  const moment = value as DateTime;
  const source = zoneNamed(from);
  const target = zoneNamed(to);
  if (source === undefined || target === undefined || moment.hasZeroPart()) return null;
  const seconds = toUtcSeconds(moment, source);
  if (seconds < 0 || seconds > ZONES_END) return moment.toDateTime();
  return fromUtcSeconds(seconds, moment.micros, target);
}

export const temporalArithmeticFunctions: readonly FunctionDefinition[] = [
  define('ADDTIME', 'temporal', 2, 'The first argument, a time later', bindAddTime(1)),
  define('SUBTIME', 'temporal', 2, 'The first argument, a time earlier', bindAddTime(-1)),
  define('TIMESTAMP', 'temporal', [1, 2], 'The moment of a date, or so much later', bindTimestamp),
  define('TIMEDIFF', 'temporal', 2, 'The time from the second argument to the first', bindTimeDifference),
  define('DATEDIFF', 'temporal', 2, 'Days from the second date to the first', ([a, b]) =>
    call2({name: 'datediff', type: INT, canBeNull: true}, momentArg(a), momentArg(b), (x, y) => {
      const [end, start] = [x as DateTime, y as DateTime];
      return end.packedDate() === 0 || start.packedDate() === 0 ? null : daysBetween(end, start);
    }),
  ),
  define('PERIOD_ADD', 'temporal', 2, 'A period (YYYYMM) so many months later', ([period, months]) =>
    call2({name: 'period_add', type: BIGINT}, integerArg(period), integerArg(months), (p, n) =>
      p === 0 ? 0 : periodOfMonths(monthsOfPeriod(p as Integer) + Number(n)),
    ),
  ),
  define('PERIOD_DIFF', 'temporal', 2, 'Months from the second period (YYYYMM) to the first', ([a, b]) =>
    call2(
      {name: 'period_diff', type: BIGINT},
      integerArg(a),
      integerArg(b),
      (x, y) => monthsOfPeriod(x as Integer) - monthsOfPeriod(y as Integer),
    ),
  ),
  define('FROM_DAYS', 'temporal', 1, 'The date of a day number', ([a]) =>
    call1({name: 'from_days', type: DATE, canBeNull: true}, integerArg(a), dateOfDays),
  ),
  define('MAKEDATE', 'temporal', 2, 'The date of a year and a day of the year', ([year, day]) =>
    call2({name: 'makedate', type: DATE, canBeNull: true}, integerArg(year), integerArg(day), makeDate),
  ),
  define('MAKETIME', 'temporal', 3, 'The time of hour, minute and second', ([hour, minute, second]) =>
    call3(
      {name: 'maketime', type: secondsType(second), canBeNull: true},
      integerArg(hour),
      integerArg(minute),
      secondsArg(second),
      makeTime,
    ),
  ),
  define('SEC_TO_TIME', 'temporal', 1, 'A number of seconds as a time', ([a]) =>
    call1({name: 'sec_to_time', type: secondsType(a)}, secondsArg(a), secondsToTime),
  ),
  define('TIME_TO_SEC', 'temporal', 1, 'A time in seconds', ([a]) =>
    call1(
      {name: 'time_to_sec', type: BIGINT},
      timeArg(a),
      v => Math.trunc((v as Duration).micros / MICROS_PER_SECOND) + 0,
    ),
  ),
  define('CONVERT_TZ', 'temporal', 3, 'The moment in another time zone', ([value, from, to], site) => {
    const moment = momentArg(value);
    const type = datetimeType(moment.type.kind === Kind.date ? 0 : Math.min(exactFsp(value), moment.type.decimals));
    const traits = {name: 'convert_tz', type, canBeNull: true};
    return call3(traits, moment, textArg(from, site), textArg(to, site), convertZone);
  }),
];
