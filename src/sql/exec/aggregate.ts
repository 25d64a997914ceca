// GROUP BY. Each group keeps the registers of its first row that later operators need, and one accumulator per aggregate function; the results
// go into the registers from which the aggregate expressions read.
//
// Two ways: by hash (hash-aggregate.ts), any order in; or over input that is ordered by the group key, with one group in memory. Without GROUP BY there is exactly one group, and it is there even when there was no row.

import {DONE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {HeldRow, RowBuffer, setNull} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

/** The running state of one aggregate function in one group. */
export interface Accumulator {
  /** Takes the current row in. */
  add(context: ExecContext): void;
  value(): Value;
  /** Back to no rows. */
  reset(): void;
}

/** An aggregate function call, as the operators need it. */
export interface AggregateTask {
  /** Where its result goes. */
  readonly register: number;
  newAccumulator(budget: MemoryBudget): Accumulator;
}

export function newAccumulators(tasks: readonly AggregateTask[], budget: MemoryBudget): Accumulator[] {
  return tasks.map(task => task.newAccumulator(budget));
}

export function addRow(accumulators: readonly Accumulator[], context: ExecContext): void {
  for (let i = 0; i < accumulators.length; i++) accumulators[i].add(context);
}

export function deliver(
  tasks: readonly AggregateTask[],
  accumulators: readonly Accumulator[],
  context: ExecContext,
): void {
  for (let i = 0; i < tasks.length; i++) context.registers[tasks[i].register] = accumulators[i].value();
}

/** All rows are one group. */
export class ScalarAggregateSource implements RowSource {
  readonly #child: RowSource;
  readonly #tasks: readonly AggregateTask[];
  readonly #carried: Int32Array;
  readonly #accumulators: readonly Accumulator[];
  readonly #first: RowBuffer;
  #isDone = false;

  constructor(child: RowSource, tasks: readonly AggregateTask[], carried: Int32Array, budget: MemoryBudget) {
    this.#child = child;
    this.#tasks = tasks;
    this.#carried = carried;
    this.#accumulators = newAccumulators(tasks, budget);
    this.#first = new RowBuffer(carried.length, budget);
  }

  open(context: ExecContext): void {
    for (const accumulator of this.#accumulators) accumulator.reset();
    this.#first.clear();
    this.#isDone = false;
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (this.#isDone) return DONE;
    for (;;) {
      const result = this.#child.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      if (this.#first.count === 0) this.#first.push(context.registers, this.#carried);
      addRow(this.#accumulators, context);
    }
    this.#isDone = true;
    if (this.#first.count === 1) this.#first.restore(0, context.registers, this.#carried);
    else setNull(context.registers, this.#carried);
    deliver(this.#tasks, this.#accumulators, context);
    return ROW;
  }

  close(context: ExecContext): void {
    this.#first.clear();
    this.#child.close(context);
  }
}

/** One group: the kept registers, the key and the accumulators. */
interface OpenGroup {
  key: RowKey;
  readonly first: RowBuffer;
  readonly accumulators: readonly Accumulator[];
}

/** Groups of input that arrives ordered by the keys: holds two groups, the one that is complete and the one that has begun. */
export class OrderedAggregateSource implements RowSource {
  readonly #child: RowSource;
  readonly #keys: KeyMaker;
  readonly #tasks: readonly AggregateTask[];
  readonly #carried: Int32Array;
  #current: OpenGroup;
  #other: OpenGroup;
  readonly #held: HeldRow;
  #hasCurrent = false;
  #isEnd = false;

  /** `produced`: all registers that the child fills. */
  constructor(
    child: RowSource,
    keys: readonly Expression[],
    tasks: readonly AggregateTask[],
    carried: Int32Array,
    produced: Int32Array,
    budget: MemoryBudget,
  ) {
    this.#child = child;
    this.#held = new HeldRow(produced);
    this.#keys = new KeyMaker(keys);
    this.#tasks = tasks;
    this.#carried = carried;
    const group = (): OpenGroup => ({
      key: null,
      first: new RowBuffer(carried.length, budget),
      accumulators: newAccumulators(tasks, budget),
    });
    this.#current = group();
    this.#other = group();
  }

  open(context: ExecContext): void {
    this.#hasCurrent = false;
    this.#isEnd = false;
    this.#held.drop();
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (this.#isEnd) return DONE;
    this.#held.release(context.registers);
    for (;;) {
      const result = this.#child.next(context);
      if (result === DONE) {
        this.#isEnd = true;
        if (!this.#hasCurrent) return DONE;
        this.#emit(this.#current, context);
        return ROW;
      }
      if (result !== ROW) return result;
      const key = this.#keys.of(context);
      if (this.#hasCurrent && key === this.#current.key) {
        addRow(this.#current.accumulators, context);
        continue;
      }
      const finished = this.#current;
      this.#begin(this.#other, key, context);
      this.#other = finished;
      if (this.#hasCurrent) {
        this.#held.hold(context.registers);
        this.#emit(finished, context);
        return ROW;
      }
      this.#hasCurrent = true;
    }
  }

  close(context: ExecContext): void {
    this.#current.first.clear();
    this.#other.first.clear();
    this.#child.close(context);
  }

  #begin(group: OpenGroup, key: RowKey, context: ExecContext): void {
    group.key = key;
    group.first.clear();
    group.first.push(context.registers, this.#carried);
    for (const accumulator of group.accumulators) accumulator.reset();
    addRow(group.accumulators, context);
    this.#current = group;
  }

  #emit(group: OpenGroup, context: ExecContext): void {
    group.first.restore(0, context.registers, this.#carried);
    deliver(this.#tasks, group.accumulators, context);
  }
}
