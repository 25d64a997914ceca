// Dates and times as the temporal functions take them.
//
// Functions are more lenient than columns: a month or day of zero is fine whatever NO_ZERO_IN_DATE says (MONTH('2008-00-00') is 0). What a
// text means is known only when it is read, so the values here are DATE or DATETIME, or TIME, by the value and not by the type.

import type {ConversionContext} from '../../format/value/conversion-context.ts';
import {dateTimeOfDuration, toDateTime, toDuration, toText} from '../../format/value/domain.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {DateTime, Duration, TimeZone} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {Convert, convertTo} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {Constant} from '../bind/leaf.ts';
import {datetimeType, domainOf, isStringType, timeType} from '../bind/type-classes.ts';
import {call1} from './call.ts';
import {fspOf} from './definition.ts';

/** The session's rules but NO_ZERO_IN_DATE. */
class LenientContext implements ConversionContext {
  readonly sqlMode: number;
  readonly timeZone: TimeZone;
  readonly statementMicros: number;
  readonly #session: ConversionContext;

  constructor(session: ConversionContext) {
    this.sqlMode = session.sqlMode & ~SqlMode.noZeroInDate;
    this.timeZone = session.timeZone;
    this.statementMicros = session.statementMicros;
    this.#session = session;
  }

  warning(level: 'Note' | 'Warning' | 'Error', errno: number, message: string): void {
    this.#session.warning(level, errno, message);
  }
}

/** A DATE or DATETIME; a TIME is one of the current day. Its type's fraction digits are the most that the value has. */
export function momentArg(e: Expression): Expression {
  switch (domainOf(e.type)) {
    case 'null':
      return convertTo(e, datetimeType(0));
    case 'datetime':
      return e;
    case 'time':
      return call1(
        {name: 'timestamp', type: datetimeType(e.type.decimals), volatility: Volatility.stable},
        e,
        (value, {session}) => dateTimeOfDuration(value as Duration, session),
      );
    default:
      return new Convert(e, datetimeType(fspOf(e)), (value, {session}) =>
        toDateTime(value, e.type, 6, new LenientContext(session)),
      );
  }
}

/** A text that begins with a date: what separates the first two numbers is no colon, and a third follows; or 14 digits in a row. */
const DATE_FIRST = /^\s*(?:\d{1,4}[^\d\s:.]\d{1,2}[^\d\s:]\d{1,2}|\d{14})/;

/** True when a text, read as a date or as a time, is a date. */
export function beginsWithDate(text: string): boolean {
  return DATE_FIRST.test(text);
}

/** A DateTime or a Duration, whichever the value is; texts by what they look like. `type` is time's when that is sure, else datetime's. */
export function momentOrTimeArg(e: Expression): Expression {
  const {type} = e;
  const domain = domainOf(type);
  if (domain === 'datetime' || domain === 'time') return e;
  if (!isStringType(type)) return convertTo(e, timeType(fspOf(e)));
  return new Convert(e, datetimeType(6), (value, {session}): Value => {
    const text = toText(value, type);
    return beginsWithDate(text)
      ? toDateTime(value, type, 6, new LenientContext(session))
      : toDuration(value, type, 6, session);
  });
}

/** The time of day of a moment, or the TIME itself. */
export function timeOf(value: Value): Duration {
  const moment = value as DateTime | Duration;
  return 'year' in moment ? moment.toDuration() : moment;
}

/** Fraction digits of a result computed from this: those a constant text really has. */
export function exactFsp(e: Expression): number {
  if (e instanceof Constant && typeof e.value === 'string') return /\.(\d{1,6})/.exec(e.value)?.[1].length ?? 0;
  return fspOf(e);
}
