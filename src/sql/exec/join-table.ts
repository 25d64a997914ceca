// The inner side of a hash join in memory: its rows by key. Rows of one key form a chain by row number, in order of arrival.

import type {Expression} from '../bind/expression.ts';
import type {ExecContext} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

/** Estimated heap bytes of a row besides its values. */
const ROW_BYTES = 48;

export class JoinTable {
  readonly keys: KeyMaker;
  readonly rows: RowBuffer;
  readonly #registers: Int32Array;
  readonly #budget: MemoryBudget;
  /** First row of each key; `#following` chains the rest. */
  readonly #heads: Map<RowKey, number> = new Map();
  readonly #tails: Map<RowKey, number> = new Map();
  readonly #following: number[] = [];

  /** `registers`: what a row consists of. */
  constructor(keys: readonly Expression[], registers: Int32Array, budget: MemoryBudget) {
    this.keys = new KeyMaker(keys);
    this.rows = new RowBuffer(registers.length, budget);
    this.#registers = registers;
    this.#budget = budget;
  }

  /** Estimated heap bytes. */
  get bytes(): number {
    return this.rows.bytes + ROW_BYTES * this.rows.count;
  }

  /** Adds the row in the registers, whose key this is. */
  add(key: RowKey, {registers}: ExecContext): void {
    this.#budget.take(ROW_BYTES);
    const row = this.rows.push(registers, this.#registers);
    this.#following[row] = -1;
    const tail = this.#tails.get(key);
    if (tail === undefined) this.#heads.set(key, row);
    else this.#following[tail] = row;
    this.#tails.set(key, row);
  }

  /** The first row with this key; -1: there is none. */
  first(key: RowKey): number {
    return this.#heads.get(key) ?? -1;
  }

  /** The row behind this one with the same key; -1: it was the last. */
  following(row: number): number {
    return this.#following[row];
  }

  /** Puts a row into the registers. */
  show(row: number, {registers}: ExecContext): void {
    this.rows.restore(row, registers, this.#registers);
  }

  clear(): void {
    this.#budget.give(ROW_BYTES * this.rows.count);
    this.rows.clear();
    this.#heads.clear();
    this.#tails.clear();
    this.#following.length = 0;
  }
}
