// Differences, sums and conversions of dates and times.

import {dateOfDay, MAX_DAY} from '../../format/value/calendar.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {integerPrefix} from '../../format/value/number-text.ts';
import {addDuration, addInterval, daysBetween, intervalOf, negateInterval, timeBetween} from '../../format/value/interval.ts';
import {DateTime, Duration, MICROS_PER_SECOND} from '../../format/value/temporal.ts';
import {findTimeZone, fromUtcSeconds, toUtcSeconds} from '../../format/value/time-zone.ts';
import type {Integer} from '../../format/value/integer.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {BIGINT, DATE, datetimeType, decimalType, domainOf, hasDate, INT, textType, timeType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {formatDateTime} from '../../format/value/date-format.ts';
import {call0, call1, call2, call3, callN} from './call.ts';
import {bindInterval} from './temporal-interval.ts';
import {
  type CallSite,
  dateArg,
  dateTimeArg,
  decimalArg,
  define,
  type FunctionDefinition,
  fspOf,
  integerArg,
  textArg,
  timeArg,
} from './definition.ts';

/** Largest instant of FROM_UNIXTIME: 3001-01-18 23:59:59 UTC. */
const UNIX_SECONDS_MAX = 32_536_771_199;

/** ADDTIME, SUBTIME: to a date with time or to a time. */
function addTime(sign: 1 | -1) {
  return ([a, b]: readonly Expression[], {name}: CallSite): Expression => {
    const fsp = Math.max(fspOf(a), fspOf(b));
    const amount = timeArg(b);
    const traits = {name: name.toLowerCase(), canBeNull: true};
    const step = (d: Value): Duration => (sign === 1 ? (d as Duration) : (d as Duration).negate());
    if (hasDate(a.type)) {
      return call2({...traits, type: datetimeType(fsp)}, convertTo(a, datetimeType(fsp)), amount, (m, d) => {
        return addDuration(m as DateTime, step(d)) ?? null;
      });
    }
    return call2({...traits, type: timeType(fsp)}, timeArg(a), amount, (t, d) =>
      new Duration((t as Duration).micros + step(d).micros).clipped(),
    );
  };
}

function timeDiff([a, b]: readonly Expression[]): Expression {
  const fsp = Math.max(fspOf(a), fspOf(b));
  const traits = {name: 'timediff', type: timeType(fsp), canBeNull: true};
  if (hasDate(a.type) || hasDate(b.type) || looksLikeDate(a) || looksLikeDate(b)) {
    return call2(traits, dateTimeArg(a), dateTimeArg(b), (x, y) => timeBetween(x as DateTime, y as DateTime));
  }
  return call2(traits, timeArg(a), timeArg(b), (x, y) => new Duration((x as Duration).micros - (y as Duration).micros).clipped());
}

/** A text constant with a date in it. */
function looksLikeDate(e: Expression): boolean {
  return domainOf(e.type) === 'text' && /\d+-\d+-\d+/.test(String(e));
}

/** UNIX_TIMESTAMP(): now; with an argument, seconds of a local time, with its fraction. */
function unixTimestamp([a]: readonly Expression[]): Expression {
  if (a === undefined) {
    return call0({name: 'unix_timestamp', type: BIGINT, volatility: Volatility.stable}, ({session}) =>
      Math.floor(session.statementMicros / MICROS_PER_SECOND),
    );
  }
  const moment = dateTimeArg(a);
  const fsp = moment.type.kind === Kind.date ? 0 : moment.type.decimals;
  const type: SqlType = fsp === 0 ? BIGINT : decimalType(12 + fsp, fsp);
  return call1({name: 'unix_timestamp', type, canBeNull: true, volatility: Volatility.stable}, moment, (value, {session}) => {
    const at = value as DateTime;
    const seconds = at.hasZeroPart() ? 0 : toUtcSeconds(at, session.timeZone);
    const isLegal = seconds >= 0 && seconds <= UNIX_SECONDS_MAX;
    if (fsp === 0) return isLegal ? seconds : 0;
    return isLegal ? new Decimal(BigInt(seconds) * 1_000_000n + BigInt(at.micros), 6).truncate(fsp) : Decimal.zero.rescale(fsp);
  });
}

/** FROM_UNIXTIME(seconds [, format]). */
function fromUnixTime([a, format]: readonly Expression[], site: CallSite): Expression {
  const seconds = decimalArg(a);
  const fsp = Math.min(seconds.type.decimals, 6);
  const moment = call1(
    {name: 'from_unixtime', type: datetimeType(fsp), canBeNull: true, volatility: Volatility.stable},
    seconds,
    (value, {session}) => momentOfSeconds(value as Decimal, session),
  );
  if (format === undefined) return moment;
  return call2({name: 'from_unixtime', type: textType(255, site.connection), canBeNull: true}, moment, textArg(format, site), (m, f) =>
    formatDateTime(m as DateTime, f as string),
  );
}

function momentOfSeconds(value: Decimal, {timeZone}: ExecContext['session']): Value {
  if (value.sign() < 0) return null;
  const micros = Number(value.rescale(6).unscaled);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  if (seconds > UNIX_SECONDS_MAX) return null;
  return fromUtcSeconds(seconds, micros - seconds * MICROS_PER_SECOND, timeZone);
}

function convertTz([a, from, to]: readonly Expression[], site: CallSite): Expression {
  const moment = dateTimeArg(a);
  const fsp = moment.type.kind === Kind.date ? 0 : moment.type.decimals;
  const args = [textArg(from, site), textArg(to, site)];
  const traits = {name: 'convert_tz', type: datetimeType(fsp), canBeNull: true, volatility: Volatility.stable};
  return call3(traits, moment, args[0], args[1], (value, f, t, {session}) => {
    const zoneOf = (name: string): ReturnType<typeof findTimeZone> =>
      name.toLowerCase() === 'system' ? session.timeZone : findTimeZone(name);
    const source = zoneOf(f as string);
    const target = zoneOf(t as string);
    const at = value as DateTime;
    if (source === undefined || target === undefined || at.hasZeroPart()) return null;
    const seconds = toUtcSeconds(at, source);
    if (seconds < 0 || seconds > UNIX_SECONDS_MAX) return at.toDateTime();
    return fromUtcSeconds(seconds, at.micros, target);
  });
}

/** ADDDATE and SUBDATE with a number of days. */
function addDays(sign: '+' | '-') {
  return ([date, days]: readonly Expression[], {scope}: CallSite): Expression => bindInterval(date, sign, days, 'day', scope);
}

/** Months of a period YYMM or YYYYMM since year 0; undefined when it is none. */
function periodMonths(period: Integer): number | undefined {
  const n = Number(period);
  const month = n % 100;
  if (n < 0 || month < 1 || month > 12) return n === 0 ? 0 : undefined;
  const short = Math.floor(n / 100);
  const year = short < 70 ? short + 2000 : short < 100 ? short + 1900 : short;
  return year * 12 + month - 1;
}

function makeDate([year, day]: readonly Expression[]): Expression {
  return call2({name: 'makedate', type: DATE, canBeNull: true}, integerArg(year), integerArg(day), (y, d) => {
    const given = Number(y);
    const full = given < 70 ? given + 2000 : given < 100 ? given + 1900 : given;
    if (Number(d) <= 0 || given < 0 || full > 9999) return null;
    const first = DateTime.date(full, 1, 1).dayNumber();
    const at = first + Number(d) - 1;
    return at > MAX_DAY ? null : DateTime.dateFromDay(at);
  });
}

function makeTime([h, m, s]: readonly Expression[]): Expression {
  const seconds = decimalArg(s);
  const fsp = Math.min(seconds.type.decimals, 6);
  return call3({name: 'maketime', type: timeType(fsp), canBeNull: true}, integerArg(h), integerArg(m), seconds, (hour, minute, second) => {
    const micros = Number((second as Decimal).rescale(6).unscaled);
    const isLegal = Number(minute) >= 0 && Number(minute) <= 59 && micros >= 0 && micros < 60_000_000;
    if (!isLegal) return null;
    const magnitude = (Math.abs(Number(hour)) * 3600 + Number(minute) * 60) * MICROS_PER_SECOND + micros;
    return new Duration(Number(hour) < 0 ? -magnitude : magnitude).clipped();
  });
}

/** TIMESTAMP(date [, time]). */
function timestamp([a, b]: readonly Expression[]): Expression {
  const fsp = Math.max(fspOf(a), b === undefined ? 0 : fspOf(b));
  const moment = convertTo(a, datetimeType(fsp));
  if (b === undefined) return moment;
  return call2({name: 'timestamp', type: datetimeType(fsp), canBeNull: true}, moment, timeArg(b), (m, t) =>
    addDuration(m as DateTime, t as Duration) ?? null,
  );
}

export const temporalArithmeticFunctions: readonly FunctionDefinition[] = [
  define('DATE', 'temporal', 1, 'The date of a date with time', ([a]) => dateArg(a)),
  define('TIME', 'temporal', 1, 'The time of day of a date with time', ([a]) => timeArg(a)),
  define('TIMESTAMP', 'temporal', [1, 2], 'Date with time; plus a time', timestamp),
  define('DATEDIFF', 'temporal', 2, 'Days from the second date to the first', ([a, b]) =>
    call2({name: 'datediff', type: INT, canBeNull: true}, dateTimeArg(a), dateTimeArg(b), (x, y) => {
      const [left, right] = [x as DateTime, y as DateTime];
      return left.hasZeroPart() || right.hasZeroPart() ? null : daysBetween(left, right);
    }),
  ),
  define('TIMEDIFF', 'temporal', 2, 'Time from the second argument to the first', timeDiff),
  define('ADDTIME', 'temporal', 2, 'The first argument a time later', addTime(1)),
  define('SUBTIME', 'temporal', 2, 'The first argument a time earlier', addTime(-1)),
  define('ADDDATE', 'temporal', 2, 'The date so many days later', addDays('+')),
  define('SUBDATE', 'temporal', 2, 'The date so many days earlier', addDays('-')),
  define('UNIX_TIMESTAMP', 'temporal', [0, 1], 'Seconds since 1970 UTC', unixTimestamp),
  define('FROM_UNIXTIME', 'temporal', [1, 2], 'Date and time of seconds since 1970 UTC', fromUnixTime),
  define('CONVERT_TZ', 'temporal', 3, 'Wall clock of one time zone as that of another', convertTz),
  define('FROM_DAYS', 'temporal', 1, 'The date of a number of days since year 0', ([a]) =>
    call1({name: 'from_days', type: DATE, canBeNull: true}, integerArg(a), n => {
      const days = Number(n);
      if (days > MAX_DAY) return null;
      return days <= 365 ? DateTime.date(0, 0, 0) : DateTime.dateFromDay(days);
    }),
  ),
  define('SEC_TO_TIME', 'temporal', 1, 'Seconds as a time', ([a]) => {
    const seconds = decimalArg(a);
    const fsp = Math.min(seconds.type.decimals, 6);
    return call1({name: 'sec_to_time', type: timeType(fsp)}, seconds, n => {
      const micros = Number((n as Decimal).rescale(6).unscaled);
      return new Duration(micros).clipped();
    });
  }),
  define('MAKEDATE', 'temporal', 2, 'The date of a day of a year', makeDate),
  define('MAKETIME', 'temporal', 3, 'The time of hours, minutes and seconds', makeTime),
  define('PERIOD_ADD', 'temporal', 2, 'The period YYYYMM so many months later', ([p, n]) =>
    call2({name: 'period_add', type: INT, canBeNull: true}, integerArg(p), integerArg(n), (period, months) => {
      const start = periodMonths(period as Integer);
      if (start === undefined || start === 0) return start === 0 ? 0 : null;
      const total = start + Number(months);
      return Math.floor(total / 12) * 100 + (total % 12) + 1;
    }),
  ),
  define('PERIOD_DIFF', 'temporal', 2, 'Months from the second period to the first', ([a, b]) =>
    call2({name: 'period_diff', type: INT, canBeNull: true}, integerArg(a), integerArg(b), (x, y) => {
      const [left, right] = [periodMonths(x as Integer), periodMonths(y as Integer)];
      return left === undefined || right === undefined ? null : left - right;
    }),
  ),
];
