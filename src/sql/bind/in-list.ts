// value IN (list): the items, which do not depend on rows, are hashed once per execution.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {Epoch} from '../exec/epoch.ts';
import {type RowKey, valueKey} from '../exec/row-key.ts';
import {BOOLEAN, Coercibility, Expression} from './expression.ts';
import {domainOf} from './type-classes.ts';

export class InList extends Expression {
  readonly value: Expression;
  readonly items: readonly Expression[];
  /** The type in which value and items are compared; they have its domain. */
  readonly comparedAs: SqlType;
  readonly #isInteger: boolean;
  readonly #epoch: Epoch;
  readonly #keys: Set<RowKey> = new Set();
  #hasNull = false;
  #madeIn = -1;

  constructor(value: Expression, items: readonly Expression[], comparedAs: SqlType, epoch: Epoch) {
    super(BOOLEAN, value.nullable || items.some(i => i.nullable), [value, ...items], Coercibility.numeric);
    this.value = value;
    this.items = items;
    this.comparedAs = comparedAs;
    this.#isInteger = domainOf(comparedAs) === 'integer';
    this.#epoch = epoch;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.value.evaluate(context);
    if (value === null) return null;
    if (this.#madeIn !== this.#epoch.value) this.#make(context);
    if (this.#keys.has(this.#key(value))) return 1;
    return this.#hasNull ? null : 0;
  }

  #key(value: Value): RowKey {
    return this.#isInteger ? (value as RowKey) : valueKey(value, this.comparedAs);
  }

  #make(context: ExecContext): void {
    this.#keys.clear();
    this.#hasNull = false;
    for (const item of this.items) {
      const value = item.evaluate(context);
      if (value === null) this.#hasNull = true;
      else this.#keys.add(this.#key(value));
    }
    this.#madeIn = this.#epoch.value;
  }

  override toString(): string {
    return `(${this.value} in (${this.items.join(',')}))`;
  }
}
