// What conversions need to know of the statement they run in, and how they complain.

import {type ErrorName, errors, fillTemplate, SqlError} from '../../base/sql-error.ts';
import {isStrict, SqlMode} from './sql-mode.ts';
import type {TimeZone} from './temporal.ts';
import type {ParseOptions} from './temporal-parse.ts';

export interface ConversionContext {
  /** SqlMode bits. */
  readonly sqlMode: number;
  /** The session's zone: TIMESTAMP limits, zone offsets in texts, today. */
  readonly timeZone: TimeZone;
  /** NOW() in microseconds since 1970 UTC: the date that a TIME gets. */
  readonly statementMicros: number;
  /** Adds to the statement's diagnostics. The receiver bounds their number. */
  warning(level: 'Note' | 'Warning' | 'Error', errno: number, message: string): void;
}

/** The column that a value goes into. One object serves a statement; its owner moves `column` and `row`. */
export interface ColumnContext extends ConversionContext {
  readonly column: string;
  /** Number of the row in the statement, from 1. */
  readonly row: number;
  /** INSERT IGNORE, UPDATE IGNORE: errors become warnings in strict mode too. */
  readonly ignore: boolean;
}

const TEXT_SHOWN_MAX = 128;

/** A value's text as messages show it. */
export function shown(text: string): string {
  return text.slice(0, TEXT_SHOWN_MAX);
}

/** A warning of this error's number and words. */
export function warn(context: ConversionContext, code: ErrorName, ...holes: readonly (string | number)[]): void {
  const {errno, template} = errors[code];
  context.warning('Warning', errno, fillTemplate(template, holes));
}

/** True when a value that does not fit stops the statement. */
export function refuses(context: ColumnContext): boolean {
  return isStrict(context.sqlMode) && !context.ignore;
}

/** Throws in strict mode, else warns: the caller goes on with the nearest value. */
export function complain(context: ColumnContext, code: ErrorName, ...holes: readonly (string | number)[]): void {
  if (refuses(context)) throw new SqlError(code, ...holes);
  warn(context, code, ...holes);
}

/** `complain` for the errors that name just the column and row: 1264, 1265, 1406. */
export function complainOfColumn(context: ColumnContext, code: ErrorName): void {
  complain(context, code, context.column, context.row);
}

/** The note that something unimportant was cut off (fraction digits, trailing spaces). */
export function noteTruncated(context: ColumnContext): void {
  const {errno, template} = errors.ER_DATA_TRUNCATED;
  context.warning('Note', errno, fillTemplate(template, [context.column, context.row]));
}

const DATE_MODES: number =
  SqlMode.noZeroDate | SqlMode.noZeroInDate | SqlMode.allowInvalidDates | SqlMode.timeTruncateFractional;

/** How temporal literals are read in this session. */
export function parseOptions(context: ConversionContext, fsp: number): ParseOptions {
  return {mode: context.sqlMode & DATE_MODES, fsp, zone: context.timeZone};
}
