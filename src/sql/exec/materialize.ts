// Derived tables and common table expressions that are not merged into their query: the rows are computed once, kept, and scanned as
// often as needed. Several scans share one store (a CTE that is named twice).

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {PollClock} from './poll-clock.ts';
import {RowBuffer} from './registers.ts';

/** Something that has rows after being filled. */
export interface RowStore {
  /** Called by each scan that opens: starts to fill when what is kept is stale. */
  open(context: ExecContext): void;
  /** DONE when all rows are there; BLOCKED or an engine result code otherwise. */
  fill(context: ExecContext): number;
  /** Called by each scan that closes: gives up an unfinished fill. */
  close(context: ExecContext): void;
  readonly rows: RowBuffer;
}

export class MaterializedStore implements RowStore {
  readonly rows: RowBuffer;
  readonly #source: RowSource;
  readonly #outputs: readonly Expression[];
  /** Undefined: depends on outer rows, so that each open computes it anew. */
  readonly #epoch: Epoch | undefined;
  readonly #scratch: null[];
  #filledIn = -1;
  #isFilling = false;

  constructor(source: RowSource, outputs: readonly Expression[], epoch: Epoch | undefined, budget: MemoryBudget) {
    this.#source = source;
    this.#outputs = outputs;
    this.#epoch = epoch;
    this.rows = new RowBuffer(outputs.length, budget);
    this.#scratch = outputs.map(() => null);
  }

  open(context: ExecContext): void {
    if (this.#epoch !== undefined && this.#filledIn === this.#epoch.value) return;
    this.#filledIn = this.#epoch === undefined ? -1 : this.#epoch.value;
    this.rows.clear();
    this.#source.open(context);
    this.#isFilling = true;
  }

  fill(context: ExecContext): number {
    while (this.#isFilling) {
      const result = this.#source.next(context);
      if (result === DONE) {
        this.#isFilling = false;
        this.#source.close(context);
      } else if (result !== ROW) return result;
      else this.#keep(context);
    }
    return DONE;
  }

  close(context: ExecContext): void {
    if (!this.#isFilling) return;
    this.#isFilling = false;
    this.#filledIn = -1;
    this.#source.close(context);
  }

  #keep(context: ExecContext): void {
    const row = this.rows.pushValues(this.#scratch);
    for (let i = 0; i < this.#outputs.length; i++) this.rows.set(row, i, this.#outputs[i].evaluate(context));
  }
}

/** Scans a store into registers. */
export class StoreScanSource implements RowSource {
  readonly #store: RowStore;
  /** By column of the store: its register, -1 = not needed. */
  readonly #targets: Int32Array;
  readonly #clock: PollClock;
  #next = 0;

  constructor(store: RowStore, targets: Int32Array, clock: PollClock) {
    this.#store = store;
    this.#targets = targets;
    this.#clock = clock;
  }

  open(context: ExecContext): void {
    this.#next = 0;
    this.#store.open(context);
  }

  next(context: ExecContext): number {
    const pause = this.#clock.tick(context);
    if (pause !== ROW) return pause;
    const result = this.#store.fill(context);
    if (result !== DONE) return result;
    const {rows} = this.#store;
    if (this.#next === rows.count) return DONE;
    const row = this.#next++;
    for (let i = 0; i < this.#targets.length; i++) {
      if (this.#targets[i] >= 0) context.registers[this.#targets[i]] = rows.get(row, i);
    }
    return ROW;
  }

  close(context: ExecContext): void {
    this.#store.close(context);
  }
}
