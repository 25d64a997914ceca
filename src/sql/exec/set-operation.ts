// UNION, INTERSECT, EXCEPT. Each branch evaluates its outputs, already converted to the result's column types, into the registers
// from which the result is read. UNION DISTINCT is a DistinctSource over ConcatSource.

import {DONE, ROW} from '../../engine/api.ts';
import type {SqlType} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {registerKey} from './row-key.ts';

/** One SELECT of a set operation. */
export interface Branch {
  readonly source: RowSource;
  readonly outputs: readonly Expression[];
}

function produce({source, outputs}: Branch, targets: Int32Array, context: ExecContext): number {
  const result = source.next(context);
  if (result === ROW) {
    for (let i = 0; i < outputs.length; i++) context.registers[targets[i]] = outputs[i].evaluate(context);
  }
  return result;
}

/** UNION ALL: one branch after the other. */
export class ConcatSource implements RowSource {
  readonly #branches: readonly Branch[];
  readonly #targets: Int32Array;
  #at = 0;
  #isOpen = false;

  constructor(branches: readonly Branch[], targets: Int32Array) {
    this.#branches = branches;
    this.#targets = targets;
  }

  open(): void {
    this.#at = 0;
    this.#isOpen = false;
  }

  next(context: ExecContext): number {
    for (; this.#at < this.#branches.length; this.#at++) {
      const branch = this.#branches[this.#at];
      if (!this.#isOpen) {
        branch.source.open(context);
        this.#isOpen = true;
      }
      const result = produce(branch, this.#targets, context);
      if (result !== DONE) return result;
      branch.source.close(context);
      this.#isOpen = false;
    }
    return DONE;
  }

  close(context: ExecContext): void {
    if (this.#isOpen) this.#branches[this.#at].source.close(context);
    this.#isOpen = false;
  }
}

/** INTERSECT and EXCEPT, DISTINCT or ALL: the right branch is counted by key, then the left one is let through or not. */
export class CountingSetSource implements RowSource {
  readonly #left: Branch;
  readonly #right: Branch;
  readonly #targets: Int32Array;
  readonly #types: readonly SqlType[];
  readonly #isExcept: boolean;
  readonly #isAll: boolean;
  readonly #budget: MemoryBudget;
  readonly #counts: Map<string, number> = new Map();
  #isCounted = false;
  #bytes = 0;

  constructor(
    left: Branch,
    right: Branch,
    operation: {readonly isExcept: boolean; readonly isAll: boolean},
    targets: Int32Array,
    types: readonly SqlType[],
    budget: MemoryBudget,
  ) {
    this.#left = left;
    this.#right = right;
    this.#isExcept = operation.isExcept;
    this.#isAll = operation.isAll;
    this.#targets = targets;
    this.#types = types;
    this.#budget = budget;
  }

  open(context: ExecContext): void {
    this.#clear();
    this.#right.source.open(context);
  }

  next(context: ExecContext): number {
    if (!this.#isCounted) {
      const result = this.#count(context);
      if (result !== DONE) return result;
      this.#right.source.close(context);
      this.#left.source.open(context);
      this.#isCounted = true;
    }
    for (;;) {
      const result = produce(this.#left, this.#targets, context);
      if (result !== ROW) return result;
      if (this.#passes(registerKey(context.registers, this.#targets, this.#types))) return ROW;
    }
  }

  close(context: ExecContext): void {
    (this.#isCounted ? this.#left : this.#right).source.close(context);
    this.#clear();
  }

  #count(context: ExecContext): number {
    for (;;) {
      const result = produce(this.#right, this.#targets, context);
      if (result !== ROW) return result;
      const key = registerKey(context.registers, this.#targets, this.#types);
      this.#put(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  /** DISTINCT keeps the answer it gave for a key as a count of its own, so that the key passes at most once. */
  #passes(key: string): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (this.#isAll) {
      if (count > 0) this.#counts.set(key, count - 1);
      return count > 0 !== this.#isExcept;
    }
    if (this.#isExcept) {
      if (count === 0) this.#put(key, 1);
      return count === 0;
    }
    if (count > 0) this.#counts.delete(key);
    return count > 0;
  }

  #put(key: string, count: number): void {
    const bytes = 64 + key.length * 2;
    this.#bytes += bytes;
    this.#budget.take(bytes);
    this.#counts.set(key, count);
  }

  #clear(): void {
    this.#counts.clear();
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#isCounted = false;
  }
}
