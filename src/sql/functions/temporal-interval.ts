// value +- INTERVAL amount unit, TIMESTAMPADD, TIMESTAMPDIFF.

import {toText} from '../../format/value/domain.ts';
import {
  addInterval,
  addIntervalToDuration,
  intervalOf,
  isComposedUnit,
  isTimeUnit,
  negateInterval,
  timestampDifference,
  unitFsp,
} from '../../format/value/interval.ts';
import type {Decimal} from '../../format/value/decimal.ts';
import type {Integer} from '../../format/value/integer.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import type {NonNull} from '../../format/value/domain.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import type {Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import {BIGINT, DATE, datetimeType, decimalType, displayLength, domainOf, textType, timeType} from '../bind/type-classes.ts';
import type {IntervalUnit, SimpleUnit} from '../parse/ast-function.ts';
import type {ExecContext} from '../exec/contract.ts';
import {errors, fillTemplate} from '../../base/sql-error.ts';
import {call2} from './call.ts';
import {dateTimeArg} from './definition.ts';

/** The amount in the form that its unit reads: text for composed units, exact for seconds, else an integer. */
function amountOf(amount: Expression, unit: IntervalUnit, connection: number): Expression {
  if (isComposedUnit(unit)) return convertTo(amount, textType(64, connection));
  if (unit !== 'second') return convertTo(amount, BIGINT);
  return convertTo(amount, decimalType(65, secondScale(amount)));
}

function secondScale(amount: Expression): number {
  const domain = domainOf(amount.type);
  if (domain === 'integer' || domain === 'null') return 0;
  return domain === 'decimal' ? Math.min(amount.type.decimals, 6) : 6;
}

/** NULL with warning 1441. */
function overflow({session}: ExecContext): null {
  const {errno, template} = errors.ER_DATETIME_OVERFLOW;
  session.warning('Warning', errno, fillTemplate(template, ['datetime']));
  return null;
}

function moved(value: NonNull, amount: NonNull, sign: '+' | '-', unit: IntervalUnit): Value {
  const interval = intervalOf(amount as Integer | Decimal | string, unit);
  if (interval === undefined) return null;
  const step = sign === '+' ? interval : negateInterval(interval);
  if (isDuration(value)) return addIntervalToDuration(value, step) ?? null;
  return addInterval(value as DateTime, step) ?? null;
}

function isDuration(value: NonNull): value is Duration {
  return typeof value === 'object' && 'hours' in value;
}

function fspAfter(value: Expression, amount: Expression, unit: IntervalUnit): number {
  const own = domainOf(value.type) === 'datetime' || domainOf(value.type) === 'time' ? value.type.decimals : 0;
  return Math.max(own, unitFsp(unit), unit === 'second' ? secondScale(amount) : 0);
}

/** `value sign INTERVAL amount unit`: a date stays a date under units of days and more; text stays text. */
export function bindInterval(
  value: Expression,
  sign: '+' | '-',
  amount: Expression,
  unit: IntervalUnit,
  scope: Scope,
): Expression {
  const connection = scope.binder.environment.session.collationConnection;
  const count = amountOf(amount, unit, connection);
  const name = sign === '+' ? 'date_add' : 'date_sub';
  const fsp = fspAfter(value, amount, unit);
  const domain = domainOf(value.type);
  if (domain === 'time' && isClockUnit(unit)) {
    return call2({name, type: timeType(fsp), canBeNull: true}, value, count, (v, n, c) => moved(v, n, sign, unit) ?? overflow(c));
  }
  if (domain === 'text' || domain === 'bytes') return overText(value, sign, count, unit, connection);
  const source = dateTimeArg(value);
  const type: SqlType = source.type.kind === Kind.date && !isTimeUnit(unit) ? DATE : datetimeType(fsp);
  const asMoment = source.type.kind === Kind.date ? source : convertTo(source, datetimeType(Math.max(fsp, source.type.decimals)));
  return call2({name, type, canBeNull: true}, asMoment, count, (v, n, c) => moved(v, n, sign, unit) ?? overflow(c));
}

function isClockUnit(unit: IntervalUnit): boolean {
  return !/year|month|quarter|week/.test(unit) && (unit !== 'day');
}

/** A text is read as a date, or a date with time, by how it looks; the result looks alike. */
function overText(value: Expression, sign: '+' | '-', count: Expression, unit: IntervalUnit, connection: number): Expression {
  const moment = convertTo(value, datetimeType(6));
  const isDateOnly = !isTimeUnit(unit);
  const text = convertTo(value, textType(displayLength(value.type), connection));
  const type = textType(26, connection);
  const source = call2({name: 'interval', type: datetimeType(6), canBeNull: true}, moment, text, (m, t) => {
    const date = m as DateTime;
    return isDateOnly && /^\s*\S+\s*$/.test(String(t)) && !/[T:]/.test(String(t)) && date.microsOfDay() === 0 ? date.toDate() : date;
  });
  return call2({name: sign === '+' ? 'date_add' : 'date_sub', type, canBeNull: true}, source, count, (v, n, c) => {
    const result = moved(v, n, sign, unit);
    if (result === null) return overflow(c);
    const after = result as DateTime;
    return toText(after, datetimeType(after.micros === 0 ? 0 : 6));
  });
}

/** TIMESTAMPADD(unit, amount, value). */
export function bindTimestampAdd(unit: SimpleUnit, amount: Expression, value: Expression, scope: Scope): Expression {
  return bindInterval(value, '+', amount, unit, scope);
}

/** TIMESTAMPDIFF(unit, from, to). */
export function bindTimestampDiff(unit: SimpleUnit, from: Expression, to: Expression): Expression {
  return call2({name: `timestampdiff(${unit})`, type: BIGINT, canBeNull: true}, dateTimeArg(from), dateTimeArg(to), (a, b) =>
    timestampDifference(unit, a as DateTime, b as DateTime),
  );
}
