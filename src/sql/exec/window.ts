// Window functions: reads one partition of its sorted input at a time, computes all functions over it, and passes the rows on with the
// results in their registers.

import {DONE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {WindowCall} from '../bind/window-call.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {HeldRow, RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';
import {FrameBounds, type FrameRows} from './window-frame.ts';
import type {WindowPartition} from './window-function.ts';

/** The rows of one partition: carried registers, then one result per call. */
class Partition implements FrameRows {
  readonly budget: MemoryBudget;
  readonly rows: RowBuffer;
  readonly #carried: Int32Array;
  /** By row: its peer group. */
  readonly #groups: number[] = [];
  /** By peer group: its first row. */
  readonly #groupStarts: number[] = [];
  #lastPeerKey: RowKey = null;
  #selected = -1;

  constructor(carried: Int32Array, results: number, budget: MemoryBudget) {
    this.#carried = carried;
    this.rows = new RowBuffer(carried.length + results, budget);
    this.budget = budget;
  }

  get count(): number {
    return this.rows.count;
  }

  clear(): void {
    this.rows.clear();
    this.#groups.length = 0;
    this.#groupStarts.length = 0;
    this.#selected = -1;
  }

  add(context: ExecContext, peerKey: RowKey): void {
    const row = this.rows.push(context.registers, this.#carried);
    if (row === 0 || peerKey !== this.#lastPeerKey) this.#groupStarts.push(row);
    this.#groups.push(this.#groupStarts.length - 1);
    this.#lastPeerKey = peerKey;
  }

  select(row: number, context: ExecContext): void {
    if (this.#selected === row) return;
    this.rows.restore(row, context.registers, this.#carried);
    this.#selected = row;
  }

  evaluate(expression: Expression, row: number, context: ExecContext): Value {
    this.select(row, context);
    return expression.evaluate(context);
  }

  peerGroup(row: number): number {
    return this.#groups[row];
  }

  peerStart(row: number): number {
    return this.#groupStarts[this.#groups[row]];
  }

  peerEnd(row: number): number {
    return this.groupStart(this.#groups[row] + 1);
  }

  groupStart(group: number): number {
    if (group < 0) return 0;
    return group < this.#groupStarts.length ? this.#groupStarts[group] : this.count;
  }
}

/** A partition with the frames and the result column of one call. */
class CallView implements WindowPartition {
  readonly #partition: Partition;
  readonly #bounds: FrameBounds;
  readonly #column: number;

  constructor(partition: Partition, bounds: FrameBounds, column: number) {
    this.#partition = partition;
    this.#bounds = bounds;
    this.#column = column;
  }

  get count(): number {
    return this.#partition.count;
  }

  get budget(): MemoryBudget {
    return this.#partition.budget;
  }

  get framesStartAtZero(): boolean {
    return this.#bounds.startAtZero;
  }

  evaluate(expression: Expression, row: number, context: ExecContext): Value {
    return this.#partition.evaluate(expression, row, context);
  }

  select(row: number, context: ExecContext): void {
    this.#partition.select(row, context);
  }

  peerGroup(row: number): number {
    return this.#partition.peerGroup(row);
  }

  peerStart(row: number): number {
    return this.#partition.peerStart(row);
  }

  peerEnd(row: number): number {
    return this.#partition.peerEnd(row);
  }

  frameStart(row: number): number {
    return this.#bounds.starts[row];
  }

  frameEnd(row: number): number {
    return this.#bounds.ends[row];
  }

  setResult(row: number, value: Value): void {
    this.#partition.rows.set(row, this.#column, value);
  }
}

export class WindowSource implements RowSource {
  readonly #child: RowSource;
  readonly #calls: readonly WindowCall[];
  readonly #carried: Int32Array;
  readonly #partitionKey: KeyMaker;
  readonly #peerKey: KeyMaker;
  readonly #held: HeldRow;
  /** The partition that is passed on, and the first row of the one behind it. */
  #current: Partition;
  #following: Partition;
  #currentKey: RowKey = null;
  #followingKey: RowKey = null;
  #isReady = false;
  #isEnd = false;
  #next = 0;

  /** All calls have the partition and order of the first; the input is sorted by them. `carried`: all that the child fills and somebody needs. */
  constructor(child: RowSource, calls: readonly WindowCall[], carried: Int32Array, budget: MemoryBudget) {
    const {spec} = calls[0];
    this.#child = child;
    this.#calls = calls;
    this.#carried = carried;
    this.#partitionKey = new KeyMaker(spec.partitionBy);
    this.#peerKey = new KeyMaker(spec.orderBy.map(o => o.expression));
    this.#held = new HeldRow(carried);
    this.#current = new Partition(carried, calls.length, budget);
    this.#following = new Partition(carried, calls.length, budget);
  }

  open(context: ExecContext): void {
    this.#current.clear();
    this.#following.clear();
    this.#isReady = false;
    this.#isEnd = false;
    this.#held.drop();
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (this.#isReady) {
        if (this.#next < this.#current.count) {
          this.#emit(this.#next++, context);
          return ROW;
        }
        this.#advance();
      }
      if (this.#isEnd && this.#current.count === 0) return DONE;
      const result = this.#isEnd ? DONE : this.#fill(context);
      if (result !== DONE) return result;
      if (this.#current.count === 0) return DONE;
      this.#compute(context);
    }
  }

  close(context: ExecContext): void {
    this.#current.clear();
    this.#following.clear();
    this.#child.close(context);
  }

  #emit(row: number, context: ExecContext): void {
    this.#current.rows.restore(row, context.registers, this.#carried);
    for (let i = 0; i < this.#calls.length; i++) {
      context.registers[this.#calls[i].register] = this.#current.rows.get(row, this.#carried.length + i);
    }
  }

  /** The next partition, of which one row has been read, becomes the current one. */
  #advance(): void {
    const done = this.#current;
    done.clear();
    this.#current = this.#following;
    this.#currentKey = this.#followingKey;
    this.#following = done;
    this.#isReady = false;
  }

  /** Reads to the end of the current partition. */
  #fill(context: ExecContext): number {
    this.#held.release(context.registers);
    for (;;) {
      const result = this.#child.next(context);
      if (result === DONE) {
        this.#isEnd = true;
        return DONE;
      }
      if (result !== ROW) return result;
      const key = this.#partitionKey.of(context);
      const peerKey = this.#peerKey.of(context);
      if (this.#current.count === 0) this.#currentKey = key;
      if (key === this.#currentKey) {
        this.#current.add(context, peerKey);
        continue;
      }
      this.#following.add(context, peerKey);
      this.#followingKey = key;
      return DONE;
    }
  }

  #compute(context: ExecContext): void {
    this.#held.hold(context.registers);
    for (const [i, call] of this.#calls.entries()) {
      const bounds = new FrameBounds(call.spec, this.#current, context);
      call.computation.compute(new CallView(this.#current, bounds, this.#carried.length + i), context);
    }
    this.#isReady = true;
    this.#next = 0;
  }
}
