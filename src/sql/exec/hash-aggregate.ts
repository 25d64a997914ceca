// GROUP BY by hash: any order in, order of first appearance out.
//
// When the groups take more than their share of memory, those that are there go on, and rows of other groups go to scratch files by the hash of their keys
// (partitions.ts). Each file is then grouped by itself, and parted again where that is too much. What one group keeps (GROUP_CONCAT, DISTINCT) stays in memory.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import {type Accumulator, type AggregateTask, addRow, deliver, newAccumulators} from './aggregate.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {HASH_MEMORY_MAX, LEVELS_MAX, type Part, Partitions} from './partitions.ts';
import {PollClock} from './poll-clock.ts';
import {RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

export interface HashAggregateParts {
  readonly child: RowSource;
  readonly keys: readonly Expression[];
  readonly tasks: readonly AggregateTask[];
  readonly carried: Int32Array;
  /** All registers that the child fills. */
  readonly produced: Int32Array;
}

/** Where the rows come from that are being grouped. */
const Phase = {child: 0, part: 1, groups: 2} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class HashAggregateSource implements RowSource {
  readonly #parts: HashAggregateParts;
  readonly #keys: KeyMaker;
  readonly #budget: MemoryBudget;
  readonly #memoryMax: number;
  readonly #groups: Map<RowKey, number> = new Map();
  readonly #firstRows: RowBuffer;
  readonly #accumulators: Accumulator[][] = [];
  readonly #clock: PollClock = new PollClock();
  #phase: Phase = Phase.child;
  /** Rows that go to files at present. */
  #spilled: Partitions | undefined;
  /** Files that are still to be grouped, and the one that is. */
  readonly #waiting: Part[] = [];
  #part: Part | undefined;
  readonly #opened: Partitions[] = [];
  #next = 0;
  #bytes = 0;

  constructor(parts: HashAggregateParts, budget: MemoryBudget, memoryMax: number = HASH_MEMORY_MAX) {
    this.#parts = parts;
    this.#keys = new KeyMaker(parts.keys);
    this.#budget = budget;
    this.#memoryMax = memoryMax;
    this.#firstRows = new RowBuffer(parts.carried.length, budget);
  }

  open(context: ExecContext): void {
    this.#clear();
    this.#parts.child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (this.#phase !== Phase.groups) {
        const result = this.#phase === Phase.child ? this.#fill(context) : this.#fillFromPart(context);
        if (result !== DONE) return result;
        this.#endInput();
      }
      if (this.#next < this.#firstRows.count) {
        const group = this.#next++;
        this.#firstRows.restore(group, context.registers, this.#parts.carried);
        deliver(this.#parts.tasks, this.#accumulators[group], context);
        return ROW;
      }
      if (!this.#nextPart()) return DONE;
    }
  }

  close(context: ExecContext): void {
    this.#clear();
    this.#parts.child.close(context);
  }

  #fill(context: ExecContext): number {
    for (;;) {
      const result = this.#parts.child.next(context);
      if (result !== ROW) return result;
      this.#take(context, 0);
    }
  }

  #fillFromPart(context: ExecContext): number {
    const {rows, level} = this.#part as Part;
    const {produced} = this.#parts;
    for (;;) {
      const tick = this.#clock.tick(context);
      if (tick !== ROW) return tick;
      if (!rows.advance()) return DONE;
      for (let i = 0; i < produced.length; i++) context.registers[produced[i]] = rows.row[i];
      this.#take(context, level);
    }
  }

  /** The row in the registers joins its group, begins one, or goes to a file. */
  #take(context: ExecContext, level: number): void {
    const key = this.#keys.of(context);
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#isFull(context, level)) {
        this.#spill(key, context, level + 1);
        return;
      }
      group = this.#newGroup(key, context);
    }
    addRow(this.#accumulators[group], context);
  }

  #isFull({session}: ExecContext, level: number): boolean {
    const isTooMuch = this.#firstRows.bytes + this.#bytes > this.#memoryMax;
    return isTooMuch && level < LEVELS_MAX && session.scratch !== undefined;
  }

  #spill(key: RowKey, {registers, session}: ExecContext, level: number): void {
    const {produced} = this.#parts;
    if (this.#spilled === undefined && session.scratch !== undefined) {
      this.#spilled = new Partitions(session.scratch, produced.length, level);
      this.#opened.push(this.#spilled);
    }
    this.#spilled?.add(key, i => registers[produced[i]]);
  }

  #newGroup(key: RowKey, context: ExecContext): number {
    const group = this.#firstRows.push(context.registers, this.#parts.carried);
    this.#groups.set(key, group);
    this.#accumulators.push(newAccumulators(this.#parts.tasks, this.#budget));
    const bytes = 96 + 64 * this.#parts.tasks.length + (typeof key === 'string' ? 2 * key.length : 0);
    this.#bytes += bytes;
    this.#budget.take(bytes);
    return group;
  }

  /** All rows of this round have been taken: its groups are complete. */
  #endInput(): void {
    this.#phase = Phase.groups;
    this.#next = 0;
    this.#part?.rows.close();
    this.#part = undefined;
    const spilled = this.#spilled;
    if (spilled === undefined) return;
    this.#spilled = undefined;
    spilled.finish();
    for (const rows of spilled.files) if (rows !== undefined) this.#waiting.push({rows, level: spilled.level});
  }

  /** Begins with the groups of the next file; false when there is none. */
  #nextPart(): boolean {
    const part = this.#waiting.pop();
    if (part === undefined) return false;
    this.#dropGroups();
    this.#part = part;
    this.#phase = Phase.part;
    return true;
  }

  #dropGroups(): void {
    this.#groups.clear();
    this.#firstRows.clear();
    this.#accumulators.length = 0;
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
    this.#next = 0;
  }

  #clear(): void {
    this.#dropGroups();
    for (const partitions of this.#opened) partitions.close();
    this.#opened.length = 0;
    this.#waiting.length = 0;
    this.#part = undefined;
    this.#spilled = undefined;
    this.#phase = Phase.child;
  }
}
