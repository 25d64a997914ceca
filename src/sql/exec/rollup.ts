// GROUP BY ... WITH ROLLUP over input sorted by the keys: groups at every level, from the full key to no key at all.
//
// Level n groups by the first n keys. When key i changes, the groups of all levels above i are complete; they are passed on from the
// most detailed one up. In a super-aggregate row the keys that it sums over are NULL and their GROUPING flags are 1.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {Accumulator, AggregateTask} from './aggregate.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

export interface RollupParts {
  readonly child: RowSource;
  readonly keys: readonly Expression[];
  readonly keyRegisters: Int32Array;
  readonly flagRegisters: Int32Array;
  readonly tasks: readonly AggregateTask[];
  readonly carried: Int32Array;
}

/** The group of one level that is being filled. */
interface Level {
  readonly accumulators: readonly Accumulator[];
  /** Carried registers of its first row, then the values of all keys. */
  readonly first: RowBuffer;
}

export class RollupSource implements RowSource {
  readonly #parts: RollupParts;
  readonly #keyMakers: readonly KeyMaker[];
  readonly #saved: Int32Array;
  readonly #levels: readonly Level[];
  /** Key of the open group by position. */
  #keys: RowKey[] = [];
  #hasRows = false;
  /** Levels from here down to `#emitTo` are to be passed on. */
  #emitFrom = -1;
  #emitTo = 0;
  #hasPending = false;
  #isEnd = false;
  readonly #pending: RowBuffer;

  constructor(parts: RollupParts, budget: MemoryBudget) {
    this.#parts = parts;
    this.#keyMakers = parts.keys.map(key => new KeyMaker([key]));
    this.#saved = Int32Array.from([...parts.carried, ...parts.keyRegisters]);
    this.#pending = new RowBuffer(this.#saved.length, budget);
    this.#levels = Array.from({length: parts.keys.length + 1}, () => ({
      accumulators: parts.tasks.map(task => task.newAccumulator(budget)),
      first: new RowBuffer(this.#saved.length, budget),
    }));
  }

  open(context: ExecContext): void {
    this.#hasRows = false;
    this.#hasPending = false;
    this.#isEnd = false;
    this.#emitFrom = -1;
    this.#parts.child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (this.#emitFrom >= this.#emitTo && this.#emitFrom >= 0) {
        this.#emit(this.#emitFrom--, context);
        return ROW;
      }
      if (this.#isEnd) return DONE;
      if (this.#hasPending) this.#takePending(context);
      const result = this.#parts.child.next(context);
      if (result === DONE) this.#finish();
      else if (result !== ROW) return result;
      else this.#take(context);
    }
  }

  close(context: ExecContext): void {
    for (const level of this.#levels) level.first.clear();
    this.#pending.clear();
    this.#parts.child.close(context);
  }

  #finish(): void {
    this.#isEnd = true;
    if (!this.#hasRows) return;
    this.#emitFrom = this.#levels.length - 1;
    this.#emitTo = 0;
  }

  /** Adds the current row, or first lets the groups out that it ends. */
  #take(context: ExecContext): void {
    const {keys, keyRegisters} = this.#parts;
    for (let i = 0; i < keys.length; i++) context.registers[keyRegisters[i]] = keys[i].evaluate(context);
    const next = this.#keyMakers.map(maker => maker.of(context));
    const changed = this.#hasRows ? next.findIndex((key, i) => key !== this.#keys[i]) : 0;
    this.#keys = next;
    if (!this.#hasRows) {
      this.#begin(0, context);
      this.#hasRows = true;
    } else if (changed >= 0) {
      this.#emitFrom = this.#levels.length - 1;
      this.#emitTo = changed + 1;
      this.#pending.clear();
      this.#pending.push(context.registers, this.#saved);
      this.#addTo(0, changed + 1, context);
      this.#hasPending = true;
      this.#pendingInputs(context);
      return;
    }
    this.#addTo(0, this.#levels.length, context);
  }

  /** The accumulators of the ended levels still hold their results; the pending row goes into fresh ones once they are out. */
  readonly #fresh: Accumulator[][] = [];

  #pendingInputs(context: ExecContext): void {
    this.#fresh.length = 0;
    for (let level = this.#emitTo; level < this.#levels.length; level++) {
      const accumulators = this.#spare(level);
      for (const accumulator of accumulators) {
        accumulator.reset();
        accumulator.add(context);
      }
      this.#fresh[level] = accumulators;
    }
  }

  readonly #spares: Accumulator[][] = [];

  #spare(level: number): Accumulator[] {
    this.#spares[level] ??= this.#parts.tasks.map(task => task.newAccumulator(this.#pendingBudget));
    return this.#spares[level];
  }

  get #pendingBudget(): MemoryBudget {
    return this.#budget;
  }

  #budget!: MemoryBudget;
}
