// DISTINCT by hash: lets the first row of each tuple of values through, in order of arrival.
//
// When the tuples take more than their share of memory, those that are there go on to be known, and rows with others go to scratch files by the hash of their
// values (partitions.ts). Of each file the first rows are found by itself; all of these, merged by their arrival, are the rest of the answer.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {HASH_MEMORY_MAX, LEVELS_MAX, type Part, Partitions} from './partitions.ts';
import {PollClock} from './poll-clock.ts';
import {sizeOf} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';
import {ScratchMerge, ScratchRows} from './scratch-rows.ts';

const Phase = {child: 0, parts: 1, merge: 2} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class DistinctSource implements RowSource {
  readonly #child: RowSource;
  readonly #keys: KeyMaker;
  /** All registers that the child fills. */
  readonly #produced: Int32Array;
  readonly #budget: MemoryBudget;
  readonly #memoryMax: number;
  readonly #seen: Set<RowKey> = new Set();
  readonly #clock: PollClock = new PollClock();
  #phase: Phase = Phase.child;
  #bytes = 0;
  /** Rows that went to files, for their order of arrival. */
  #arrivals = 0;
  #spilled: Partitions | undefined;
  readonly #waiting: Part[] = [];
  #part: Part | undefined;
  /** First rows of the files that have been dealt with, each file's in order of arrival. */
  readonly #firsts: ScratchRows[] = [];
  #merge: ScratchMerge | undefined;
  readonly #opened: {close(): void}[] = [];

  constructor(
    child: RowSource,
    values: readonly Expression[],
    produced: Int32Array,
    budget: MemoryBudget,
    memoryMax: number = HASH_MEMORY_MAX,
  ) {
    this.#child = child;
    this.#keys = new KeyMaker(values);
    this.#produced = produced;
    this.#budget = budget;
    this.#memoryMax = memoryMax;
  }

  open(context: ExecContext): void {
    this.#clear();
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (this.#phase === Phase.child) {
      const result = this.#nextOfChild(context);
      if (result !== DONE || this.#spilled === undefined) return result;
      this.#endRound();
      this.#phase = Phase.parts;
    }
    if (this.#phase === Phase.parts) {
      const result = this.#findFirsts(context);
      if (result !== DONE) return result;
      this.#merge = new ScratchMerge(this.#firsts, (a, b) => (a[0] as number) - (b[0] as number));
      this.#phase = Phase.merge;
    }
    const row = this.#merge?.next();
    if (row === undefined) return DONE;
    this.#show(row, context);
    return ROW;
  }

  close(context: ExecContext): void {
    this.#clear();
    this.#child.close(context);
  }

  #nextOfChild(context: ExecContext): number {
    for (;;) {
      const result = this.#child.next(context);
      if (result !== ROW) return result;
      const key = this.#keys.of(context);
      if (this.#seen.has(key)) continue;
      if (!this.#isFull(context, 0)) {
        this.#note(key);
        return ROW;
      }
      const arrival = this.#arrivals++;
      const {registers} = context;
      this.#files(context, 1).add(key, i => (i === 0 ? arrival : registers[this.#produced[i - 1]]));
    }
  }

  #isFull({session}: ExecContext, level: number): boolean {
    return this.#bytes > this.#memoryMax && level < LEVELS_MAX && session.scratch !== undefined;
  }

  #note(key: RowKey): void {
    const bytes = 40 + sizeOf(key);
    this.#bytes += bytes;
    this.#budget.take(bytes);
    this.#seen.add(key);
  }

  #files({session}: ExecContext, level: number): Partitions {
    if (this.#spilled === undefined) {
      this.#spilled = new Partitions(session.scratch as NonNullable<typeof session.scratch>, this.#stride, level);
      this.#opened.push(this.#spilled);
    }
    return this.#spilled;
  }

  /** The number of its arrival, then its registers. */
  get #stride(): number {
    return 1 + this.#produced.length;
  }

  #show(row: readonly unknown[], {registers}: ExecContext): void {
    for (let i = 0; i < this.#produced.length; i++) registers[this.#produced[i]] = row[i + 1] as (typeof registers)[0];
  }

  /** The rows of one source have been gone through: those that went to files wait their turn, and other tuples have room. */
  #endRound(): void {
    const spilled = this.#spilled;
    this.#spilled = undefined;
    spilled?.finish();
    for (const rows of spilled?.files ?? []) {
      if (rows !== undefined && spilled !== undefined) this.#waiting.push({rows, level: spilled.level});
    }
    this.#forget();
  }

  /** Goes through the files; DONE when all first rows are in `#firsts`. */
  #findFirsts(context: ExecContext): number {
    for (;;) {
      if (this.#part === undefined) {
        this.#part = this.#waiting.pop();
        if (this.#part === undefined) return DONE;
        this.#firsts.push(this.#newFirsts(context));
      }
      const {rows, level} = this.#part;
      const firsts = this.#firsts[this.#firsts.length - 1];
      while (rows.advance()) {
        const {row} = rows;
        this.#show(row, context);
        const key = this.#keys.of(context);
        if (this.#seen.has(key)) continue;
        if (this.#isFull(context, level)) this.#files(context, level + 1).add(key, i => row[i]);
        else {
          this.#note(key);
          firsts.add(i => row[i]);
        }
        const tick = this.#clock.tick(context);
        if (tick !== ROW) return tick;
      }
      rows.close();
      this.#part = undefined;
      firsts.finish();
      this.#endRound();
    }
  }

  #newFirsts({session}: ExecContext): ScratchRows {
    const firsts = new ScratchRows(session.scratch as NonNullable<typeof session.scratch>, this.#stride);
    this.#opened.push(firsts);
    return firsts;
  }

  #forget(): void {
    this.#seen.clear();
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
  }

  #clear(): void {
    this.#forget();
    for (const opened of this.#opened) opened.close();
    this.#opened.length = 0;
    this.#spilled = undefined;
    this.#waiting.length = 0;
    this.#part = undefined;
    this.#firsts.length = 0;
    this.#merge = undefined;
    this.#arrivals = 0;
    this.#phase = Phase.child;
  }
}
