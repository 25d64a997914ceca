// Aggregates that collect: GROUP_CONCAT, JSON_ARRAYAGG, JSON_OBJECTAGG.

import {errors, fillTemplate} from '../../base/sql-error.ts';
import {utf8PrefixEnd} from '../../format/value/charset.ts';
import {type Json, type JsonObject, printJson} from '../../format/value/json-tree.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {OrderKey} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import type {Accumulator} from '../exec/aggregate.ts';
import type {ExecContext, SessionState} from '../exec/contract.ts';
import type {MemoryBudget} from '../exec/memory-budget.ts';
import {sizeOf} from '../exec/registers.ts';
import {KeyMaker, type RowKey} from '../exec/row-key.ts';
import {orderOf, type PreparedOrder, prepareValue} from '../exec/value-order.ts';
import {memberName} from './json-build.ts';
import {asJson} from './json-value.ts';
import {toResult} from './text-value.ts';

export interface GroupConcatParts {
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly orderBy: readonly OrderKey[];
  readonly separator: string;
  /** group_concat_max_len, in bytes. */
  readonly limit: number;
  readonly type: SqlType;
}

interface Item {
  readonly text: string;
  readonly keys: readonly Value[];
}

export class GroupConcat implements Accumulator {
  readonly #parts: GroupConcatParts;
  readonly #orders: readonly PreparedOrder[];
  readonly #keys: KeyMaker;
  readonly #budget: MemoryBudget;
  readonly #seen: Set<RowKey> = new Set();
  #items: Item[] = [];
  #session: SessionState | undefined;

  constructor(parts: GroupConcatParts, budget: MemoryBudget) {
    this.#parts = parts;
    this.#orders = parts.orderBy.map(o => orderOf(o.expression.type));
    this.#keys = new KeyMaker(parts.args);
    this.#budget = budget;
  }

  add(context: ExecContext): void {
    const {args, distinct, orderBy} = this.#parts;
    let text = '';
    for (const arg of args) {
      const value = arg.evaluate(context);
      if (value === null) return;
      text += characters(value);
    }
    if (distinct) {
      const key = this.#keys.of(context);
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
    }
    this.#session = context.session;
    const keys = orderBy.map(({expression}) => prepareValue(expression.evaluate(context), expression.type));
    this.#budget.take(sizeOf(text) + 64);
    this.#items.push({text, keys});
  }

  value(): Value {
    if (this.#items.length === 0) return null;
    const items = this.#orders.length === 0 ? this.#items : [...this.#items].sort((a, b) => this.#compare(a, b));
    return toResult(this.#cut(items.map(i => i.text).join(this.#parts.separator)), this.#parts.type);
  }

  reset(): void {
    this.#items = [];
    this.#seen.clear();
  }

  #compare(a: Item, b: Item): number {
    for (const [i, order] of this.#orders.entries()) {
      const [x, y] = [a.keys[i], b.keys[i]];
      const result = x === null ? (y === null ? 0 : -1) : y === null ? 1 : order(x, y);
      if (result !== 0) return this.#parts.orderBy[i].descending ? -result : result;
    }
    return 0;
  }

  /** Cuts at group_concat_max_len with warning 1260. */
  #cut(text: string): string {
    const {limit} = this.#parts;
    if (text.length * 3 <= limit) return text;
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length <= limit) return text;
    const {errno, template} = errors.ER_CUT_VALUE_GROUP_CONCAT;
    this.#session?.warning('Warning', errno, fillTemplate(template, [this.#items.length]));
    let end = limit;
    while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
    return bytes.toString('utf8', 0, utf8PrefixEnd(bytes, 0, end, end));
  }
}

export class JsonArrayAccumulator implements Accumulator {
  readonly #arg: Expression;
  readonly #budget: MemoryBudget;
  #values: Json[] = [];

  constructor(arg: Expression, budget: MemoryBudget) {
    this.#arg = arg;
    this.#budget = budget;
  }

  add(context: ExecContext): void {
    const value = this.#arg.evaluate(context);
    this.#budget.take(sizeOf(value));
    this.#values.push(asJson(value, this.#arg.type));
  }

  value(): Value {
    return this.#values.length === 0 ? null : printJson(this.#values);
  }

  reset(): void {
    this.#values = [];
  }
}

export class JsonObjectAccumulator implements Accumulator {
  readonly #name: Expression;
  readonly #value: Expression;
  readonly #budget: MemoryBudget;
  #object: JsonObject = new Map();

  constructor(name: Expression, value: Expression, budget: MemoryBudget) {
    this.#name = name;
    this.#value = value;
    this.#budget = budget;
  }

  add(context: ExecContext): void {
    const value = this.#value.evaluate(context);
    this.#budget.take(sizeOf(value) + 64);
    this.#object.set(memberName(this.#name.evaluate(context)), asJson(value, this.#value.type));
  }

  value(): Value {
    return this.#object.size === 0 ? null : printJson(this.#object);
  }

  reset(): void {
    this.#object = new Map();
  }
}
