// Hash join for equi-joins without an index: the inner side is read once into a table by key, the outer side probes it.
//
// The inner side is read again at each open only when it depends on rows further out. Residual conditions of the join are tested per pair, so
// that left, semi and anti joins keep their meaning. NULL keys match nothing. Inner rows of one key form a chain by row number, in
// order of arrival.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import {allTrue} from './filter.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {JoinKind} from './nested-loop.ts';
import {RowBuffer, setNull} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

export interface HashJoinParts {
  readonly outer: RowSource;
  readonly inner: RowSource;
  readonly outerKeys: readonly Expression[];
  /** Same types as `outerKeys`, place by place. */
  readonly innerKeys: readonly Expression[];
  readonly residual: readonly Expression[];
  /** What the inner side produces and somebody needs. */
  readonly innerRegisters: Int32Array;
  readonly kind: JoinKind;
  /** Undefined: the inner side depends on outer rows and is read at each open. */
  readonly epoch: Epoch | undefined;
}

/** What a call does next. */
const Phase = {build: 0, outer: 1, pairs: 2} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class HashJoinSource implements RowSource {
  readonly #parts: HashJoinParts;
  readonly #outerKey: KeyMaker;
  readonly #innerKey: KeyMaker;
  readonly #rows: RowBuffer;
  readonly #budget: MemoryBudget;
  /** First row of each key; `#following` chains the rest. */
  readonly #heads: Map<RowKey, number> = new Map();
  readonly #tails: Map<RowKey, number> = new Map();
  readonly #following: number[] = [];
  #phase: Phase = Phase.build;
  #builtIn = -1;
  #at = -1;
  #matched = false;

  constructor(parts: HashJoinParts, budget: MemoryBudget) {
    this.#parts = parts;
    this.#outerKey = new KeyMaker(parts.outerKeys);
    this.#innerKey = new KeyMaker(parts.innerKeys);
    this.#rows = new RowBuffer(parts.innerRegisters.length, budget);
    this.#budget = budget;
  }

  open(context: ExecContext): void {
    const {epoch, inner, outer} = this.#parts;
    if (epoch === undefined || this.#builtIn !== epoch.value) {
      this.#clear();
      this.#phase = Phase.build;
      inner.open(context);
    } else this.#phase = Phase.outer;
    outer.open(context);
  }

  next(context: ExecContext): number {
    if (this.#phase === Phase.build) {
      const result = this.#build(context);
      if (result !== DONE) return result;
      this.#phase = Phase.outer;
    }
    for (;;) {
      if (this.#phase === Phase.outer) {
        const result = this.#parts.outer.next(context);
        if (result !== ROW) return result;
        const key = this.#outerKey.of(context);
        this.#at = this.#outerKey.hasNull ? -1 : (this.#heads.get(key) ?? -1);
        this.#matched = false;
        this.#phase = Phase.pairs;
      }
      if (this.#nextPair(context)) return ROW;
      this.#phase = Phase.outer;
    }
  }

  close(context: ExecContext): void {
    if (this.#phase === Phase.build) this.#parts.inner.close(context);
    if (this.#parts.epoch === undefined) this.#clear();
    this.#parts.outer.close(context);
  }

  #build(context: ExecContext): number {
    const {inner, innerRegisters, epoch} = this.#parts;
    for (;;) {
      const result = inner.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      const key = this.#innerKey.of(context);
      if (!this.#innerKey.hasNull) this.#add(key, this.#rows.push(context.registers, innerRegisters));
    }
    inner.close(context);
    this.#builtIn = epoch === undefined ? -1 : epoch.value;
    return DONE;
  }

  #add(key: RowKey, row: number): void {
    this.#budget.take(48);
    this.#following[row] = -1;
    const tail = this.#tails.get(key);
    if (tail === undefined) this.#heads.set(key, row);
    else this.#following[tail] = row;
    this.#tails.set(key, row);
  }

  /** The next result row of the present outer row. */
  #nextPair(context: ExecContext): boolean {
    const {kind, residual, innerRegisters} = this.#parts;
    while (this.#at >= 0) {
      this.#rows.restore(this.#at, context.registers, innerRegisters);
      this.#at = this.#following[this.#at];
      if (!allTrue(residual, context)) continue;
      this.#matched = true;
      if (kind === 'semi' || kind === 'anti') {
        this.#at = -1;
        return kind === 'semi';
      }
      return true;
    }
    if (this.#matched || kind === 'inner' || kind === 'semi') return false;
    this.#matched = true;
    if (kind === 'left') setNull(context.registers, innerRegisters);
    return true;
  }

  #clear(): void {
    this.#budget.give(48 * this.#rows.count);
    this.#rows.clear();
    this.#heads.clear();
    this.#tails.clear();
    this.#following.length = 0;
    this.#builtIn = -1;
  }
}
