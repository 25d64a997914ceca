// value ± INTERVAL amount unit, TIMESTAMPADD and TIMESTAMPDIFF.
//
// The type of the sum follows the value's:
//
//   DATE              DATE; with a unit finer than a day, DATETIME
//   DATETIME          DATETIME
//   TIME              TIME; with a unit of a day or more, DATETIME of the current day
//   anything else     a text that looks like DATE or DATETIME, as the value does

import {shown, warn} from '../../format/value/conversion-context.ts';
import type {Decimal} from '../../format/value/decimal.ts';
import type {Integer} from '../../format/value/integer.ts';
import {
  addInterval,
  addIntervalToDuration,
  type Interval,
  type IntervalUnit,
  intervalOf,
  isComposedUnit,
  isTimeUnit,
  negateInterval,
  type SimpleUnit,
  timestampDifference,
  unitFsp,
} from '../../format/value/interval.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {convertTo} from '../bind/convert.ts';
import {Coercibility, Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import {
  BIGINT,
  DATE,
  datetimeType,
  decimalType,
  displayLength,
  domainOf,
  hasDate,
  textType,
  timeType,
} from '../bind/type-classes.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {call2} from './call.ts';
import {fspOf, integerArg} from './definition.ts';
import {momentArg} from './temporal-argument.ts';

/** Most characters of a DATETIME with its fraction. */
const DATETIME_TEXT_MAX = 26;

/** value + or - INTERVAL amount unit; also DATE_ADD, ADDDATE and their opposites. */
export function bindInterval(
  value: Expression,
  operator: '+' | '-',
  amount: Expression,
  unit: IntervalUnit,
  scope: Scope,
): Expression {
  const connection = scope.binder.environment.session.collationConnection;
  const converted = amountArg(amount, unit, connection);
  const fsp = Math.max(fspOf(value), amountFsp(amount, unit));
  const isTime = value.type.kind === Kind.time;
  if (isTime && isTimeUnit(unit)) return new TimeSum(value, operator, converted, unit, timeType(fsp));
  const moment = momentArg(value);
  if (isTime || hasDate(value.type)) {
    const type = value.type.kind === Kind.date && !isTimeUnit(unit) ? DATE : datetimeType(fsp);
    return new MomentSum(moment, operator, converted, unit, type);
  }
  return new TextSum(moment, operator, converted, unit, textType(DATETIME_TEXT_MAX, connection));
}

/** TIMESTAMPADD(unit, amount, value). */
export function bindTimestampAdd(unit: SimpleUnit, amount: Expression, value: Expression, scope: Scope): Expression {
  return bindInterval(value, '+', amount, unit, scope);
}

/** The amount as `intervalOf` reads it: text for composed units, exact for seconds, else an integer. */
function amountArg(amount: Expression, unit: IntervalUnit, connection: number): Expression {
  if (isComposedUnit(unit)) return convertTo(amount, textType(displayLength(amount.type), connection));
  return unit === 'second' ? convertTo(amount, decimalType(65, 6)) : integerArg(amount);
}

/** Fraction digits that the amount may add. */
function amountFsp(amount: Expression, unit: IntervalUnit): number {
  return unit === 'second' ? fspOf(amount) : unitFsp(unit);
}

/** A value and an interval; the unit is part of what the expression is. */
abstract class IntervalSum extends Expression {
  readonly #value: Expression;
  readonly #operator: '+' | '-';
  readonly #amount: Expression;
  readonly #unit: IntervalUnit;

  constructor(value: Expression, operator: '+' | '-', amount: Expression, unit: IntervalUnit, type: SqlType) {
    const isText = domainOf(type) === 'text';
    super(type, true, [value, amount], isText ? Coercibility.literal : Coercibility.numeric);
    this.#value = value;
    this.#operator = operator;
    this.#amount = amount;
    this.#unit = unit;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.#value.evaluate(context);
    if (value === null) return null;
    const amount = this.#amount.evaluate(context);
    if (amount === null) return null;
    const interval = intervalOf(amount as Integer | Decimal | string, this.#unit);
    if (interval === undefined) return overflow(context.session);
    return this.add(value, this.#operator === '-' ? negateInterval(interval) : interval, context);
  }

  protected abstract add(value: Value, interval: Interval, context: ExecContext): Value;

  override toString(): string {
    return `(${this.#value} ${this.#operator} interval ${this.#amount} ${this.#unit})`;
  }
}

/** NULL with warning 1441: the sum is no date, or no TIME. */
function overflow(session: SessionState, what: 'datetime' | 'time' = 'datetime'): null {
  warn(session, 'ER_DATETIME_OVERFLOW', what);
  return null;
}

/** The sum; null with a warning beyond the calendar, and for zero dates. */
function moved(value: DateTime, interval: Interval, session: SessionState): DateTime | null {
  const sum = value.isZero() ? undefined : addInterval(value, interval);
  if (sum !== undefined) return sum;
  if (!value.hasZeroPart()) return overflow(session);
  warn(session, 'ER_TRUNCATED_WRONG_VALUE', 'datetime', shown(String(value)));
  return null;
}

class MomentSum extends IntervalSum {
  protected override add(value: Value, interval: Interval, {session}: ExecContext): Value {
    return moved(value as DateTime, interval, session);
  }
}

class TextSum extends IntervalSum {
  protected override add(value: Value, interval: Interval, {session}: ExecContext): Value {
    return moved(value as DateTime, interval, session)?.toString() ?? null;
  }
}

class TimeSum extends IntervalSum {
  protected override add(value: Value, interval: Interval, {session}: ExecContext): Value {
    return addIntervalToDuration(value as Duration, interval) ?? overflow(session, 'time');
  }
}

/** TIMESTAMPDIFF(unit, from, to): whole units from one moment to another; NULL when one of them is no date. */
export function bindTimestampDiff(unit: SimpleUnit, from: Expression, to: Expression): Expression {
  const traits = {name: `timestampdiff_${unit}`, type: BIGINT, canBeNull: true};
  return call2(traits, momentArg(from), momentArg(to), (a, b) => {
    const start = a as DateTime;
    const end = b as DateTime;
    return start.hasZeroPart() || end.hasZeroPart() ? null : timestampDifference(unit, start, end);
  });
}
