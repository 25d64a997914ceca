// DISTINCT by hash: lets the first row of each tuple of values through, in order of arrival.

import {ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {sizeOf} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

export class DistinctSource implements RowSource {
  readonly #child: RowSource;
  readonly #keys: KeyMaker;
  readonly #budget: MemoryBudget;
  readonly #seen: Set<RowKey> = new Set();
  #bytes = 0;

  constructor(child: RowSource, values: readonly Expression[], budget: MemoryBudget) {
    this.#child = child;
    this.#keys = new KeyMaker(values);
    this.#budget = budget;
  }

  open(context: ExecContext): void {
    this.#clear();
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      const result = this.#child.next(context);
      if (result !== ROW) return result;
      const key = this.#keys.of(context);
      if (this.#seen.has(key)) continue;
      const bytes = 40 + sizeOf(key);
      this.#bytes += bytes;
      this.#budget.take(bytes);
      this.#seen.add(key);
      return ROW;
    }
  }

  close(context: ExecContext): void {
    this.#clear();
    this.#child.close(context);
  }

  #clear(): void {
    this.#seen.clear();
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }
}
