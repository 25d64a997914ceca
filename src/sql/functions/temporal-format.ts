// Dates and times to texts by a format, and back.

import {formatDateTime, formatDuration} from '../../format/value/date-format.ts';
import {formatKind, strToDate} from '../../format/value/str-to-date.ts';
import {parseOptions, shown, warn} from '../../format/value/conversion-context.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {constantValue} from '../bind/fold.ts';
import type {Expression} from '../bind/expression.ts';
import {DATE, datetimeType, textType, timeType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {call2} from './call.ts';
import {type CallSite, dateTimeArg, define, type FunctionDefinition, textArg, timeArg} from './definition.ts';
import {Constant} from '../bind/leaf.ts';

function dateFormat([date, format]: readonly Expression[], site: CallSite): Expression {
  return call2({name: 'date_format', type: textType(255, site.connection), canBeNull: true}, dateTimeArg(date), textArg(format, site), (d, f) =>
    formatDateTime(d as DateTime, f as string),
  );
}

function timeFormat([time, format]: readonly Expression[], site: CallSite): Expression {
  return call2({name: 'time_format', type: textType(255, site.connection), canBeNull: true}, timeArg(time), textArg(format, site), (t, f) =>
    formatDuration(t as Duration, f as string),
  );
}

/** STR_TO_DATE: a constant format tells whether the result is a DATE, a TIME or a DATETIME. */
function parse([text, format]: readonly Expression[], site: CallSite): Expression {
  const known = constantValue(format, site.session);
  const type = typeof known === 'string' ? kindOf(known) : datetimeType(6);
  return call2({name: 'str_to_date', type, canBeNull: true}, textArg(text, site), textArg(format, site), (t, f, context) =>
    parsed(t as string, f as string, type, context),
  );
}

function kindOf(format: string): SqlType {
  const {kind, fsp} = formatKind(format);
  return kind === 'date' ? DATE : kind === 'time' ? timeType(fsp) : datetimeType(fsp);
}

function parsed(text: string, format: string, type: SqlType, {session}: ExecContext): Value {
  const {value} = strToDate(text, format, parseOptions(session, 6));
  if (value === undefined) {
    warn(session, 'ER_TRUNCATED_WRONG_VALUE', 'datetime', shown(text));
    return null;
  }
  return type === DATE || 'hours' in value ? value : value.toDateTime();
}

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date usa', '%m.%d.%Y'],
  ['date jis', '%Y-%m-%d'],
  ['date iso', '%Y-%m-%d'],
  ['date eur', '%d.%m.%Y'],
  ['date internal', '%Y%m%d'],
  ['datetime usa', '%Y-%m-%d %H.%i.%s'],
  ['datetime jis', '%Y-%m-%d %H:%i:%s'],
  ['datetime iso', '%Y-%m-%d %H:%i:%s'],
  ['datetime eur', '%Y-%m-%d %H.%i.%s'],
  ['datetime internal', '%Y%m%d%H%i%s'],
  ['time usa', '%h:%i:%s %p'],
  ['time jis', '%H:%i:%s'],
  ['time iso', '%H:%i:%s'],
  ['time eur', '%H.%i.%s'],
  ['time internal', '%H%i%s'],
]);

/** GET_FORMAT(type, region). */
export function bindGetFormat(type: string, region: Expression, site: CallSite): Expression {
  const result = textType(17, site.connection);
  const known = new Constant(type, textType(8, site.connection), type);
  return call2({name: 'get_format', type: result, canBeNull: true}, known, textArg(region, site), (t, r) =>
    FORMATS.get(`${t} ${String(r).toLowerCase()}`) ?? null,
  );
}

export const temporalFormatFunctions: readonly FunctionDefinition[] = [
  define('DATE_FORMAT', 'temporal', 2, 'The date as text, by a format', dateFormat),
  define('TIME_FORMAT', 'temporal', 2, 'The time as text, by a format', timeFormat),
  define('STR_TO_DATE', 'temporal', 2, 'The date or time in a text, by a format', parse),
];
