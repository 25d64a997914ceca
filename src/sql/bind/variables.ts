// @user and @@system variables in expressions.
//
// A user variable has the type of its value when the statement is bound; should another statement have put something else in it
// by the time it is read, the value is converted, so that operators above never meet a foreign domain.

import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import {Coercibility, Expression, Volatility} from './expression.ts';
import {coercibilityOf} from './leaf.ts';
import {BIGINT, bytesType, DATE, DOUBLE, datetimeType, decimalType, domainOf, timeType} from './type-classes.ts';
import {type Converter, converter} from './value-conversion.ts';

/** The type that a value shows by itself; NULL counts as text. */
export function typeOfValue(value: Value, collation: number): SqlType {
  if (value === null || typeof value === 'string') return sqlType(Kind.text, {length: 16777215, collation});
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BIGINT : DOUBLE;
  if (typeof value === 'bigint') return sqlType(Kind.bigint, {length: 20, unsigned: value > 0n});
  if (value instanceof Decimal) return decimalType(65, value.scale);
  if (value instanceof DateTime) return value.kind === 'date' ? DATE : datetimeType(value.micros === 0 ? 0 : 6);
  if (value instanceof Duration) return timeType(value.fraction === 0 ? 0 : 6);
  return bytesType(16777215);
}

export class UserVariableRef extends Expression {
  readonly name: string;
  readonly #collation: number;
  /** How values of a domain other than the type's come in; by source domain. */
  readonly #converters: Map<string, Converter | undefined> = new Map();

  constructor(name: string, type: SqlType, collation: number) {
    super(type, true, [], coercibilityOf(type, Coercibility.implicit), Volatility.stable);
    this.name = name;
    this.#collation = collation;
  }

  override evaluate(context: ExecContext): Value {
    const value = context.session.userVariable(this.name);
    if (value === null) return null;
    const type = typeOfValue(value, this.#collation);
    const domain = domainOf(type);
    if (domain === domainOf(this.type)) return value;
    const known = this.#converters.get(domain);
    const convert = known ?? converter(type, this.type);
    if (known === undefined) this.#converters.set(domain, convert);
    return convert === undefined ? value : convert(value, context);
  }

  override toString(): string {
    return `@${this.name}`;
  }
}

/** `@name := value`: the value, after it has been kept. */
export class UserVariableAssignment extends Expression {
  readonly name: string;
  readonly value: Expression;

  constructor(name: string, value: Expression) {
    super(value.type, value.nullable, [value], value.coercibility, Volatility.volatile);
    this.name = name;
    this.value = value;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.value.evaluate(context);
    context.session.setUserVariable(this.name, value);
    return value;
  }

  override toString(): string {
    return `(@${this.name}:=${this.value})`;
  }
}

export class SystemVariableRef extends Expression {
  readonly name: string;
  readonly scope: 'global' | 'session';

  constructor(name: string, scope: 'global' | 'session', session: SessionState) {
    const type = typeOfValue(session.systemVariable(name, scope), session.collationConnection);
    super(type, true, [], coercibilityOf(type, Coercibility.system), Volatility.stable);
    this.name = name;
    this.scope = scope;
  }

  override evaluate(context: ExecContext): Value {
    return context.session.systemVariable(this.name, this.scope);
  }

  override toString(): string {
    return `@@${this.scope === 'global' ? 'global.' : ''}${this.name}`;
  }
}
