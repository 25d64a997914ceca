// Helpers for operators that keep rows over time: they save some registers and put them back later, so that the
// expressions above them read a kept row exactly as they would have read a fresh one.

import type {Value} from '../../format/value/types.ts';
import type {Registers} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';

/** Rows of a fixed number of values in one flat array. */
export class RowBuffer {
  readonly stride: number;
  readonly #values: Value[] = [];
  readonly #budget: MemoryBudget;
  #count = 0;
  #bytes = 0;

  constructor(stride: number, budget: MemoryBudget) {
    this.stride = stride;
    this.#budget = budget;
  }

  get count(): number {
    return this.#count;
  }

  /** Estimated heap bytes of the rows. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends the values of these registers as the first of a row's values; `fill` the rest with `set`. Returns the row's number. */
  push(registers: Registers, from: Int32Array): number {
    const values = this.#values;
    const at = this.#count * this.stride;
    let bytes = ROW_BYTES;
    for (let i = 0; i < from.length; i++) {
      const value = registers[from[i]];
      values[at + i] = value;
      bytes += sizeOf(value);
    }
    for (let i = from.length; i < this.stride; i++) values[at + i] = null;
    this.#charge(bytes);
    return this.#count++;
  }

  /** Appends a row given as values. */
  pushValues(row: readonly Value[]): number {
    const at = this.#count * this.stride;
    let bytes = ROW_BYTES;
    for (let i = 0; i < this.stride; i++) {
      this.#values[at + i] = row[i];
      bytes += sizeOf(row[i]);
    }
    this.#charge(bytes);
    return this.#count++;
  }

  set(row: number, column: number, value: Value): void {
    this.#values[row * this.stride + column] = value;
    this.#charge(sizeOf(value));
  }

  /** Overwrites a row's leading values from registers (a heap that replaces its worst row). */
  replace(row: number, registers: Registers, from: Int32Array): void {
    const at = row * this.stride;
    for (let i = 0; i < from.length; i++) this.#values[at + i] = registers[from[i]];
  }

  get(row: number, column: number): Value {
    return this.#values[row * this.stride + column];
  }

  /** Puts the leading values of a row into registers. */
  restore(row: number, registers: Registers, to: Int32Array): void {
    const at = row * this.stride;
    for (let i = 0; i < to.length; i++) registers[to[i]] = this.#values[at + i];
  }

  clear(): void {
    this.#values.length = 0;
    this.#count = 0;
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }

  #charge(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.take(bytes);
  }
}

const ROW_BYTES = 16;

/** Rough heap bytes of a value, its place in an array included. */
export function sizeOf(value: Value): number {
  if (value === null || typeof value === 'number') return 8;
  if (typeof value === 'string') return 32 + value.length * 2;
  if (value instanceof Uint8Array) return 96 + value.length;
  return 64;
}

export function setNull(registers: Registers, which: Int32Array): void {
  for (let i = 0; i < which.length; i++) registers[which[i]] = null;
}

/**
 * The registers of the row that was read last, kept while another row is shown in its place: the operators below go on from
 * it (a nested loop reads its outer row from registers).
 */
export class HeldRow {
  readonly #which: Int32Array;
  readonly #values: Value[];
  #isHeld = false;

  constructor(which: Int32Array) {
    this.#which = which;
    this.#values = Array.from(which, () => null);
  }

  /** Before registers are overwritten. */
  hold(registers: Registers): void {
    for (let i = 0; i < this.#which.length; i++) this.#values[i] = registers[this.#which[i]];
    this.#isHeld = true;
  }

  /** Before the child is called again. */
  release(registers: Registers): void {
    if (!this.#isHeld) return;
    for (let i = 0; i < this.#which.length; i++) registers[this.#which[i]] = this.#values[i];
    this.#isHeld = false;
  }

  drop(): void {
    this.#isHeld = false;
  }
}
