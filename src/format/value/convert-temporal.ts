// Storing values into DATE, TIME, DATETIME and TIMESTAMP columns (see convert.ts).

import {
  type ColumnContext,
  complain,
  complainOfColumn,
  noteTruncated,
  parseOptions,
  refuses,
  shown,
  warn,
} from './conversion-context.ts';
import {dateTimeOfDuration, type NonNull, numberParts, toText} from './domain.ts';
import {isStrict, SqlMode} from './sql-mode.ts';
import {DateTime, Duration} from './temporal.ts';
import {
  dateTimeFromNumber,
  durationFromNumber,
  isValidDate,
  type Parsed,
  Problem,
  parseDateTime,
  parseDuration,
} from './temporal-parse.ts';
import {fromUtcSeconds, isInGap, TIMESTAMP_MAX_SECONDS, TIMESTAMP_MIN_SECONDS, toUtcSeconds} from './time-zone.ts';
import type {SqlType} from './types.ts';

const ZERO_DATE: DateTime = DateTime.date(0, 0, 0);
const ZERO_DATETIME: DateTime = DateTime.of(0, 0, 0);

/** In strict mode 1292 with the value; else a warning of the weaker kind. */
function complainOfValue(context: ColumnContext, type: string, text: string, outOfRange: boolean): void {
  if (refuses(context)) {
    complain(context, 'ER_WRONG_TEMPORAL_FOR_COLUMN', type, shown(text), context.column, context.row);
  }
  complainOfColumn(context, outOfRange ? 'ER_DATA_OUT_OF_RANGE_WARN' : 'ER_DATA_TRUNCATED');
}

/** Reads any value as a date with time, `fsp` fraction digits; undefined after complaining that it is none. */
function readDateTime(
  value: NonNull,
  from: SqlType,
  fsp: number,
  type: string,
  context: ColumnContext,
): DateTime | undefined {
  const parsed = parseAny(value, from, fsp, context);
  if (parsed.problem !== Problem.none) {
    const isZero = parsed.value === undefined && isZeroDate(value, from, fsp, context);
    complainOfValue(context, type, toText(value, from), isZero || (parsed.value === undefined && isNumeric(value)));
  }
  return parsed.value;
}

/** A date that only NO_ZERO_DATE or NO_ZERO_IN_DATE refuses. */
function isZeroDate(value: NonNull, from: SqlType, fsp: number, context: ColumnContext): boolean {
  const sqlMode = context.sqlMode & ~(SqlMode.noZeroDate | SqlMode.noZeroInDate);
  if (sqlMode === context.sqlMode) return false;
  const {timeZone, statementMicros, column, row, ignore} = context;
  const lenient = {sqlMode, timeZone, statementMicros, column, row, ignore, warning: (): void => {}};
  return parseAny(value, from, fsp, lenient).value !== undefined;
}

function isNumeric(value: NonNull): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function parseAny(value: NonNull, from: SqlType, fsp: number, context: ColumnContext): Parsed<DateTime> {
  if (value instanceof DateTime) return recheck(value, fsp, context);
  if (value instanceof Duration) return recheck(dateTimeOfDuration(value, context), fsp, context);
  const options = parseOptions(context, fsp);
  if (typeof value === 'string' || value instanceof Uint8Array) return parseDateTime(toText(value, from), options);
  const {whole, micros} = numberParts(value);
  return dateTimeFromNumber(whole, micros, options);
}

/** A value that was legal where it was made may not be here: sql_mode differs, or rounding leaves the calendar. */
function recheck(value: DateTime, fsp: number, context: ColumnContext): Parsed<DateTime> {
  const {sqlMode} = context;
  const rounded = value.withFsp(fsp, (sqlMode & SqlMode.timeTruncateFractional) !== 0);
  // A zero date from another column is checked only in strict mode, as in MySQL.
  const checked = isStrict(sqlMode) ? sqlMode : sqlMode & ~(SqlMode.noZeroDate | SqlMode.noZeroInDate);
  const valid = rounded !== undefined && isValidDate(rounded.year, rounded.month, rounded.day, checked);
  return valid ? {value: rounded, problem: Problem.none} : {value: undefined, problem: Problem.invalid};
}

/** DATE: the time is rounded to seconds first, then dropped with a note. */
export function coerceDate(value: NonNull, from: SqlType, context: ColumnContext): DateTime {
  const result = readDateTime(value, from, 0, 'date', context);
  if (result === undefined) return ZERO_DATE;
  if (result.secondOfDay() !== 0) noteTruncated(context);
  return result.toDate();
}

export function coerceDateTime(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): DateTime {
  return readDateTime(value, from, to.decimals, 'datetime', context)?.toDateTime() ?? ZERO_DATETIME;
}

/** TIMESTAMP: like DATETIME, and the instant must lie in the range of 31 bits. The value stays in the session's zone. */
export function coerceTimestamp(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): DateTime {
  const result = readDateTime(value, from, to.decimals, 'datetime', context)?.toDateTime();
  if (result === undefined || result.isZero()) return ZERO_DATETIME;
  const seconds = result.hasZeroPart() ? -1 : toUtcSeconds(result, context.timeZone);
  if (seconds < TIMESTAMP_MIN_SECONDS || seconds > TIMESTAMP_MAX_SECONDS) {
    complainOfValue(context, 'datetime', toText(value, from), true);
    return ZERO_DATETIME;
  }
  if (!isInGap(result, context.timeZone)) return result;
  if (refuses(context)) complainOfValue(context, 'datetime', toText(value, from), false);
  warn(context, 'ER_WARN_INVALID_TIMESTAMP', context.column, context.row);
  return fromUtcSeconds(seconds, 0, context.timeZone);
}

export function coerceTime(value: NonNull, from: SqlType, to: SqlType, context: ColumnContext): Duration {
  const truncate = (context.sqlMode & SqlMode.timeTruncateFractional) !== 0;
  if (value instanceof Duration) return clippedTime(value.withFsp(to.decimals, truncate), value, from, context);
  if (value instanceof DateTime) {
    if (value.packedDate() !== 0) noteTruncated(context);
    return clippedTime(value.toDuration().withFsp(to.decimals, truncate), value, from, context);
  }
  const {value: result, problem} = parseTime(value, from, to, context);
  if (problem !== Problem.none) {
    complainOfValue(context, 'time', toText(value, from), problem === Problem.outOfRange);
  }
  return result ?? new Duration(0);
}

function parseTime(
  value: Exclude<NonNull, DateTime | Duration>,
  from: SqlType,
  to: SqlType,
  context: ColumnContext,
): Parsed<Duration> {
  const options = parseOptions(context, to.decimals);
  if (typeof value === 'string' || value instanceof Uint8Array) return parseDuration(toText(value, from), options);
  const {whole, micros} = numberParts(value);
  return durationFromNumber(whole, micros, options);
}

function clippedTime(result: Duration, value: NonNull, from: SqlType, context: ColumnContext): Duration {
  if (result.isOutOfRange()) complainOfValue(context, 'time', toText(value, from), true);
  return result.clipped();
}
