// CASE, and what is CASE in other words: IF, IFNULL, NULLIF. All results have been converted to the common type.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression} from './expression.ts';
import {coercibilityOf} from './leaf.ts';

export class Case extends Expression {
  readonly conditions: readonly Expression[];
  readonly results: readonly Expression[];
  readonly otherwise: Expression | undefined;

  constructor(
    conditions: readonly Expression[],
    results: readonly Expression[],
    otherwise: Expression | undefined,
    type: SqlType,
  ) {
    const values = otherwise === undefined ? results : [...results, otherwise];
    const nullable = otherwise === undefined || values.some(v => v.nullable);
    super(type, nullable, [...conditions, ...values], strongest(values, type));
    this.conditions = conditions;
    this.results = results;
    this.otherwise = otherwise;
  }

  override evaluate(context: ExecContext): Value {
    for (let i = 0; i < this.conditions.length; i++) {
      if (this.conditions[i].evaluate(context) === 1) return this.results[i].evaluate(context);
    }
    return this.otherwise === undefined ? null : this.otherwise.evaluate(context);
  }

  override toString(): string {
    const clauses = this.conditions.map((c, i) => ` when ${c} then ${this.results[i]}`).join('');
    return `case${clauses}${this.otherwise === undefined ? '' : ` else ${this.otherwise}`} end`;
  }
}

/** The strongest coercibility among string values. */
export function strongest(values: readonly Expression[], type: SqlType): Coercibility {
  let best: Coercibility = Coercibility.ignorable;
  for (const value of values) if (value.coercibility < best) best = value.coercibility;
  return coercibilityOf(type, best);
}

/** The first value that is not NULL. */
export class Coalesce extends Expression {
  readonly #name: string;

  constructor(name: string, values: readonly Expression[], type: SqlType) {
    super(
      type,
      values.every(v => v.nullable),
      values,
      strongest(values, type),
    );
    this.#name = name;
  }

  override evaluate(context: ExecContext): Value {
    for (const child of this.children) {
      const value = child.evaluate(context);
      if (value !== null) return value;
    }
    return null;
  }

  override toString(): string {
    return `${this.#name}(${this.children.join(', ')})`;
  }
}
