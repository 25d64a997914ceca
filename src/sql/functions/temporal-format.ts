// Dates and times as texts and numbers, and back: DATE_FORMAT, STR_TO_DATE, UNIX_TIMESTAMP and their kin.

import {shown, warn} from '../../format/value/conversion-context.ts';
import {formatDateTime, formatDuration} from '../../format/value/date-format.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {type NonNull, numberParts} from '../../format/value/domain.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import {formatKind, strToDate} from '../../format/value/str-to-date.ts';
import {DateTime, type Duration, MICROS_PER_SECOND} from '../../format/value/temporal.ts';
import {Problem} from '../../format/value/temporal-parse.ts';
import {fromUtcSeconds, toUtcSeconds} from '../../format/value/time-zone.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {constantValue} from '../bind/fold.ts';
import {
  BIGINT,
  DATE,
  datetimeType,
  decimalType,
  displayLength,
  domainOf,
  textType,
  timeType,
} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {call0, call1, call2} from './call.ts';
import {type CallSite, define, type FunctionDefinition, resultCollation, textArg, timeArg} from './definition.ts';
import {exactFsp, momentArg} from './temporal-argument.ts';

/** No specifier becomes longer than six times itself (%r: two characters, eleven). */
const FORMAT_GROWTH = 6;

function formatType(format: Expression, site: CallSite): SqlType {
  return textType(displayLength(format.type) * FORMAT_GROWTH, resultCollation([format], site));
}

// --- Seconds since 1970 --------------------------------------------------------------------------------------------

/** 3001-01-18 23:59:59 UTC: what UNIX_TIMESTAMP and FROM_UNIXTIME know. */
const UNIX_SECONDS_MAX = 32_536_771_199;

/** Microseconds since 1970 of a moment in the session's zone; 0 for moments out of range. */
function unixMicros(moment: DateTime, {timeZone}: SessionState): bigint {
  if (moment.hasZeroPart()) return 0n;
  const seconds = toUtcSeconds(moment, timeZone);
  if (seconds < 0 || seconds > UNIX_SECONDS_MAX) return 0n;
  return BigInt(seconds) * BigInt(MICROS_PER_SECOND) + BigInt(moment.micros);
}

/** UNIX_TIMESTAMP(): of the statement; of a moment: with the moment's fraction digits. */
function bindUnixTimestamp([value]: readonly Expression[]): Expression {
  const name = 'unix_timestamp';
  if (value === undefined) {
    return call0({name, type: BIGINT, volatility: Volatility.stable}, ({session}) =>
      Math.floor(session.statementMicros / MICROS_PER_SECOND),
    );
  }
  const moment = momentArg(value);
  const fsp = Math.min(exactFsp(value), moment.type.decimals);
  if (fsp === 0) {
    return call1({name, type: BIGINT}, moment, (v, {session}) =>
      Number(unixMicros(v as DateTime, session) / BigInt(MICROS_PER_SECOND)),
    );
  }
  return call1({name, type: decimalType(12 + fsp, fsp)}, moment, (v, {session}) =>
    new Decimal(unixMicros(v as DateTime, session), 6).truncate(fsp),
  );
}

/** The moment of a number of seconds in the session's zone; null outside of 1970 to 3001. */
function momentOfUnix(value: NonNull, fsp: number, {session}: ExecContext): DateTime | null {
  const {whole, micros} = numberParts((value as Decimal).round(fsp));
  const seconds = Number(whole);
  if (seconds < 0 || micros < 0 || seconds > UNIX_SECONDS_MAX) return null;
  return fromUtcSeconds(seconds, micros, session.timeZone);
}

function bindFromUnixTime([seconds, format]: readonly Expression[], site: CallSite): Expression {
  const name = 'from_unixtime';
  const fsp = exactFsp(seconds);
  const number = convertTo(seconds, decimalType(65, 6));
  if (format === undefined) {
    return call1({name, type: datetimeType(fsp), canBeNull: true}, number, (v, context) =>
      momentOfUnix(v, fsp, context),
    );
  }
  const text = textArg(format, site);
  return call2({name, type: formatType(text, site), canBeNull: true}, number, text, (v, f, context) => {
    const moment = momentOfUnix(v, fsp, context);
    return moment === null ? null : formatDateTime(moment, f as string);
  });
}

// --- STR_TO_DATE ---------------------------------------------------------------------------------------------------

/** What STR_TO_DATE gives: known when the format is. */
function parsedType(format: Value | undefined): SqlType {
  if (typeof format !== 'string') return datetimeType(6);
  const {kind, fsp} = formatKind(format);
  if (kind === 'date') return DATE;
  return kind === 'time' ? timeType(fsp) : datetimeType(fsp);
}

/** A value in the domain of the type that was announced. */
function asAnnounced(value: DateTime | Duration, type: SqlType): DateTime | Duration {
  if (domainOf(type) === 'time') return value instanceof DateTime ? value.toDuration() : value;
  if (value instanceof DateTime) return type === DATE ? value.toDate() : value.toDateTime();
  return DateTime.of(0, 0, 0, value.hours, value.minutes, value.seconds, value.fraction);
}

const PARSE_MODES = SqlMode.noZeroDate | SqlMode.noZeroInDate | SqlMode.allowInvalidDates;

function bindStrToDate([text, format]: readonly Expression[], site: CallSite): Expression {
  const formatText = textArg(format, site);
  const type = parsedType(constantValue(formatText, site.session));
  return call2({name: 'str_to_date', type, canBeNull: true}, textArg(text, site), formatText, (t, f, {session}) => {
    const options = {mode: session.sqlMode & PARSE_MODES, fsp: 6, zone: session.timeZone};
    const {value, problem} = strToDate(t as string, f as string, options);
    if (value === undefined) {
      warn(session, 'ER_WRONG_VALUE_FOR_TYPE', 'datetime', shown(t as string), 'str_to_date');
      return null;
    }
    if (problem !== Problem.none) warn(session, 'ER_TRUNCATED_INCORRECT_VALUE', 'datetime', shown(t as string));
    return asAnnounced(value, type);
  });
}

// --- GET_FORMAT ----------------------------------------------------------------------------------------------------

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date USA', '%m.%d.%Y'],
  ['date JIS', '%Y-%m-%d'],
  ['date ISO', '%Y-%m-%d'],
  ['date EUR', '%d.%m.%Y'],
  ['date INTERNAL', '%Y%m%d'],
  ['time USA', '%h:%i:%s %p'],
  ['time JIS', '%H:%i:%s'],
  ['time ISO', '%H:%i:%s'],
  ['time EUR', '%H.%i.%s'],
  ['time INTERNAL', '%H%i%s'],
  ['datetime USA', '%Y-%m-%d %H.%i.%s'],
  ['datetime JIS', '%Y-%m-%d %H:%i:%s'],
  ['datetime ISO', '%Y-%m-%d %H:%i:%s'],
  ['datetime EUR', '%Y-%m-%d %H.%i.%s'],
  ['datetime INTERNAL', '%Y%m%d%H%i%s'],
]);

/** GET_FORMAT(type, region): a format for DATE_FORMAT; NULL for a region that is none. */
export function bindGetFormat(type: 'date' | 'time' | 'datetime', region: Expression, site: CallSite): Expression {
  const traits = {name: `get_format_${type}`, type: textType(17, site.connection), canBeNull: true};
  return call1(traits, textArg(region, site), text => FORMATS.get(`${type} ${(text as string).toUpperCase()}`) ?? null);
}

export const temporalFormatFunctions: readonly FunctionDefinition[] = [
  define('DATE_FORMAT', 'temporal', 2, 'The date as a format says', ([value, format], site) => {
    const text = textArg(format, site);
    const traits = {name: 'date_format', type: formatType(text, site), canBeNull: true};
    return call2(traits, momentArg(value), text, (v, f) => formatDateTime(v as DateTime, f as string));
  }),
  define('TIME_FORMAT', 'temporal', 2, 'The time as a format says', ([value, format], site) => {
    const text = textArg(format, site);
    const traits = {name: 'time_format', type: formatType(text, site), canBeNull: true};
    return call2(traits, timeArg(value), text, (v, f) => formatDuration(v as Duration, f as string));
  }),
  define('STR_TO_DATE', 'temporal', 2, 'The date or time that a text in a format stands for', bindStrToDate),
  define('UNIX_TIMESTAMP', 'temporal', [0, 1], 'Seconds since 1970 UTC', bindUnixTimestamp),
  define('FROM_UNIXTIME', 'temporal', [1, 2], 'The moment of a number of seconds since 1970 UTC', bindFromUnixTime),
];
