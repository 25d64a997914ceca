// Hash keys: a tuple of values as one JavaScript string or number, equal exactly when SQL's `=` (with NULLs equal to each other) holds for
// each pair. Grouping, DISTINCT, hash joins and set operations are Maps over such keys.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {isIntegerType} from '../bind/type-classes.ts';
import type {ExecContext, Registers} from './contract.ts';
import {keyText, prepareValue} from './value-order.ts';

export type RowKey = string | number | bigint | null;

/** Makes the key of a tuple of expressions; the expressions at one place of two tuples that meet must have one type. */
export class KeyMaker {
  readonly #expressions: readonly Expression[];
  readonly #single: Expression | undefined;
  /** After `of`: some value was NULL, so that `=` cannot hold. */
  hasNull = false;

  constructor(expressions: readonly Expression[]) {
    this.#expressions = expressions;
    this.#single = expressions.length === 1 && isIntegerType(expressions[0].type) ? expressions[0] : undefined;
  }

  /** A lone integer is its own key; bigints are distinct from numbers by the value domain's rule. */
  of(context: ExecContext): RowKey {
    if (this.#single !== undefined) {
      const value = this.#single.evaluate(context);
      this.hasNull = value === null;
      return value as RowKey;
    }
    let key = '';
    this.hasNull = false;
    for (let i = 0; i < this.#expressions.length; i++) {
      const e = this.#expressions[i];
      const value = e.evaluate(context);
      if (value === null) {
        this.hasNull = true;
        key += NULL_PART;
      } else key += part(value, e.type);
    }
    return key;
  }
}

/** A key that no value has. */
const NULL_PART = '!';

function part(value: Value, type: SqlType): string {
  const text = keyText(prepareValue(value, type));
  return `${text.length}:${text}`;
}

/** The key of values that stand in registers. */
export function registerKey(registers: Registers, from: Int32Array, types: readonly SqlType[]): string {
  let key = '';
  for (let i = 0; i < from.length; i++) {
    const value = registers[from[i]];
    key += value === null ? NULL_PART : part(value, types[i]);
  }
  return key;
}

/** The key of one value alone. */
export function valueKey(value: Value, type: SqlType): string {
  return value === null ? NULL_PART : keyText(prepareValue(value, type));
}
