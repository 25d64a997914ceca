// ORDER BY. Rows are kept as the registers that later operators need, plus one prepared value per sort key; what is sorted is an
// array of row numbers. Equal rows keep their order of arrival. NULL sorts below everything. Rows that take more than SORT_MEMORY_MAX go
// to scratch files as sorted runs (sorted-runs.ts), which are merged as they are read.

import {DONE, ROW} from '../../engine/api.ts';
import type {Scratch} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, Registers, RowSource} from './contract.ts';
import {limitValue} from './limit.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {RowBuffer} from './registers.ts';
import {SortedRuns} from './sorted-runs.ts';
import {orderOf, type PreparedOrder, prepareValue} from './value-order.ts';

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
}

/** -1, 0 or 1 between two lists of prepared keys that stand in row buffers behind `first` carried values. */
class KeyOrder {
  readonly #keys: readonly SortKey[];
  readonly #orders: readonly PreparedOrder[];
  readonly #rows: RowBuffer;
  readonly #first: number;

  constructor(keys: readonly SortKey[], rows: RowBuffer, first: number) {
    this.#keys = keys;
    this.#orders = keys.map(key => orderOf(key.expression.type));
    this.#rows = rows;
    this.#first = first;
  }

  compare(a: number, b: number): number {
    for (let k = 0; k < this.#keys.length; k++) {
      const left = this.#rows.get(a, this.#first + k);
      const right = this.#rows.get(b, this.#first + k);
      const order = compareNullable(left, right, this.#orders[k]);
      if (order !== 0) return this.#keys[k].descending ? -order : order;
    }
    return 0;
  }

  /** The same between two rows that are not in the buffer. */
  compareRows(a: readonly Value[], b: readonly Value[], first: number): number {
    for (let k = 0; k < this.#keys.length; k++) {
      const order = compareNullable(a[first + k], b[first + k], this.#orders[k]);
      if (order !== 0) return this.#keys[k].descending ? -order : order;
    }
    return 0;
  }
}

function compareNullable(a: Value, b: Value, order: PreparedOrder): number {
  if (a === null) return b === null ? 0 : -1;
  return b === null ? 1 : order(a, b);
}

/** Estimated heap bytes of rows that one sort keeps before it writes them to a scratch file. */
export const SORT_MEMORY_MAX: number = 64 * 1024 * 1024;

export class SortSource implements RowSource {
  readonly #memoryMax: number;
  #runs: SortedRuns | undefined;
  readonly #child: RowSource;
  readonly #keys: readonly SortKey[];
  readonly #carried: Int32Array;
  readonly #rows: RowBuffer;
  readonly #order: KeyOrder;
  #sorted: Uint32Array | undefined;
  #next = 0;

  /** `carried`: the registers that are put back for each row. */
  constructor(
    child: RowSource,
    keys: readonly SortKey[],
    carried: Int32Array,
    budget: MemoryBudget,
    memoryMax: number = SORT_MEMORY_MAX,
  ) {
    this.#child = child;
    this.#keys = keys;
    this.#carried = carried;
    this.#memoryMax = memoryMax;
    this.#rows = new RowBuffer(carried.length + keys.length, budget);
    this.#order = new KeyOrder(keys, this.#rows, carried.length);
  }

  open(context: ExecContext): void {
    this.#clear();
    this.#next = 0;
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (this.#sorted === undefined) {
      const result = this.#fill(context);
      if (result !== DONE) return result;
    }
    if (this.#runs !== undefined) return this.#nextMerged(this.#runs, context);
    const sorted = this.#sorted as Uint32Array;
    if (this.#next === sorted.length) return DONE;
    this.#rows.restore(sorted[this.#next++], context.registers, this.#carried);
    return ROW;
  }

  close(context: ExecContext): void {
    this.#clear();
    this.#child.close(context);
  }

  #clear(): void {
    this.#rows.clear();
    this.#sorted = undefined;
    this.#runs?.close();
    this.#runs = undefined;
  }

  #fill(context: ExecContext): number {
    for (;;) {
      const result = this.#child.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      const row = this.#rows.push(context.registers, this.#carried);
      for (let k = 0; k < this.#keys.length; k++) {
        const {expression} = this.#keys[k];
        this.#rows.set(row, this.#carried.length + k, prepareValue(expression.evaluate(context), expression.type));
      }
      const {scratch} = context.session;
      if (this.#rows.bytes > this.#memoryMax && scratch !== undefined) this.#spill(scratch);
    }
    const {scratch} = context.session;
    if (this.#runs !== undefined && scratch !== undefined) this.#spill(scratch);
    this.#sorted = this.#sortedNumbers();
    return DONE;
  }

  /** The rows in memory become a run. */
  #spill(scratch: Scratch): void {
    const first = this.#carried.length;
    this.#runs ??= new SortedRuns(scratch, this.#rows.stride, (a, b) => this.#order.compareRows(a, b, first));
    const sorted = this.#sortedNumbers();
    this.#runs.write(sorted.length, (row, column) => this.#rows.get(sorted[row], column));
    this.#rows.clear();
  }

  #nextMerged(runs: SortedRuns, {registers}: ExecContext): number {
    const row = runs.next();
    if (row === undefined) return DONE;
    for (let i = 0; i < this.#carried.length; i++) registers[this.#carried[i]] = row[i];
    return ROW;
  }

  #sortedNumbers(): Uint32Array {
    const numbers = new Uint32Array(this.#rows.count);
    for (let i = 0; i < numbers.length; i++) numbers[i] = i;
    return numbers.sort((a, b) => this.#order.compare(a, b) || a - b);
  }
}

/** ORDER BY with LIMIT: keeps only the first offset + limit rows, in a heap whose top is the worst of them. */
export class TopNSource implements RowSource {
  readonly #child: RowSource;
  readonly #keys: readonly SortKey[];
  readonly #carried: Int32Array;
  readonly #limit: Expression;
  readonly #offset: Expression | undefined;
  readonly #rows: RowBuffer;
  readonly #order: KeyOrder;
  /** Row numbers; a heap until `#isSorted`. */
  readonly #heap: number[] = [];
  /** Arrival number by row, so that ties keep their order. */
  readonly #arrival: number[] = [];
  #arrivals = 0;
  /** The row that is in the buffer but not in the heap, once the heap is full. */
  #free = -1;
  #capacity = 0;
  #isSorted = false;
  #next = 0;

  constructor(
    child: RowSource,
    keys: readonly SortKey[],
    carried: Int32Array,
    limit: Expression,
    offset: Expression | undefined,
    budget: MemoryBudget,
  ) {
    this.#child = child;
    this.#keys = keys;
    this.#carried = carried;
    this.#limit = limit;
    this.#offset = offset;
    this.#rows = new RowBuffer(carried.length + keys.length, budget);
    this.#order = new KeyOrder(keys, this.#rows, carried.length);
  }

  open(context: ExecContext): void {
    this.#reset();
    this.#capacity = limitValue(this.#limit, context, 0) + limitValue(this.#offset, context, 0);
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (!this.#isSorted) {
      const result = this.#fill(context);
      if (result !== DONE) return result;
      this.#heap.sort((a, b) => this.#compare(a, b));
      this.#isSorted = true;
    }
    if (this.#next === this.#heap.length) return DONE;
    this.#rows.restore(this.#heap[this.#next++], context.registers, this.#carried);
    return ROW;
  }

  close(context: ExecContext): void {
    this.#reset();
    this.#child.close(context);
  }

  #reset(): void {
    this.#rows.clear();
    this.#heap.length = 0;
    this.#arrival.length = 0;
    this.#arrivals = 0;
    this.#isSorted = false;
    this.#next = 0;
  }

  #compare(a: number, b: number): number {
    return this.#order.compare(a, b) || this.#arrival[a] - this.#arrival[b];
  }

  /** One row more than the capacity is kept: the scratch row that a new one is written to before it is compared. */
  #fill(context: ExecContext): number {
    let scratch = -1;
    for (;;) {
      const result = this.#capacity === 0 ? DONE : this.#child.next(context);
      if (result !== ROW) return result;
      scratch = this.#store(context, this.#rows.count <= this.#capacity ? -1 : this.#free);
      if (this.#heap.length < this.#capacity) this.#push(scratch);
      else if (this.#compare(scratch, this.#heap[0]) < 0) this.#replaceTop(scratch);
      else this.#free = scratch;
    }
  }

  #store(context: ExecContext, into: number): number {
    const registers: Registers = context.registers;
    let row = into;
    if (row < 0) row = this.#rows.push(registers, this.#carried);
    else this.#rows.replace(row, registers, this.#carried);
    this.#arrival[row] = this.#arrivals++;
    for (let k = 0; k < this.#keys.length; k++) {
      const {expression} = this.#keys[k];
      this.#rows.set(row, this.#carried.length + k, prepareValue(expression.evaluate(context), expression.type));
    }
    return row;
  }

  #push(row: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(row);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(heap[parent], row) >= 0) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = row;
  }

  #replaceTop(row: number): void {
    const heap = this.#heap;
    this.#free = heap[0];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#compare(heap[child + 1], heap[child]) > 0) child++;
      if (this.#compare(heap[child], row) <= 0) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = row;
  }
}
