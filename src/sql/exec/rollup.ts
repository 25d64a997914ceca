// GROUP BY ... WITH ROLLUP over input sorted by the keys: groups at every level, from the full key to no key at all.
//
// Level n groups by the first n keys. When key i changes, the groups of all levels above i are complete: the row that changed it is held
// while they are passed on, from the most detailed one up. In a super-aggregate row the keys that it sums over are NULL and their GROUPING
// flags are 1.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {Accumulator, AggregateTask} from './aggregate.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';
import {HeldRow, RowBuffer} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';

export interface RollupParts {
  readonly child: RowSource;
  readonly keys: readonly Expression[];
  /** Where the keys' values go, and the flags that they are summed over. */
  readonly keyRegisters: Int32Array;
  readonly flagRegisters: Int32Array;
  readonly tasks: readonly AggregateTask[];
  /** What later operators read of a group's first row. */
  readonly carried: Int32Array;
  /** All registers that the child fills. */
  readonly produced: Int32Array;
}

/** The group of one level that is being filled. */
interface Level {
  readonly accumulators: readonly Accumulator[];
  /** Carried registers of its first row, then the key values. */
  readonly first: RowBuffer;
}

export class RollupSource implements RowSource {
  readonly #parts: RollupParts;
  readonly #keyMakers: readonly KeyMaker[];
  /** Carried registers and key registers. */
  readonly #saved: Int32Array;
  readonly #levels: readonly Level[];
  readonly #held: HeldRow;
  #keys: readonly RowKey[] = [];
  #hasRows = false;
  /** The level to pass on next; the last one to pass on is `#emitTo`. */
  #emitAt = -1;
  #emitTo = 0;
  #isHolding = false;
  #isEnd = false;

  constructor(parts: RollupParts, budget: MemoryBudget) {
    this.#parts = parts;
    this.#keyMakers = parts.keys.map(key => new KeyMaker([key]));
    this.#saved = Int32Array.from([...parts.carried, ...parts.keyRegisters]);
    this.#held = new HeldRow(Int32Array.from([...parts.produced, ...parts.keyRegisters]));
    this.#levels = Array.from({length: parts.keys.length + 1}, () => ({
      accumulators: parts.tasks.map(task => task.newAccumulator(budget)),
      first: new RowBuffer(this.#saved.length, budget),
    }));
  }

  open(context: ExecContext): void {
    this.#hasRows = false;
    this.#isHolding = false;
    this.#isEnd = false;
    this.#emitAt = -1;
    this.#held.drop();
    this.#parts.child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (this.#emitAt >= this.#emitTo) {
        this.#emit(this.#emitAt--, context);
        return ROW;
      }
      if (this.#isEnd) return DONE;
      if (this.#isHolding) this.#resume(context);
      const result = this.#parts.child.next(context);
      if (result === DONE) this.#finish();
      else if (result !== ROW) return result;
      else this.#take(context);
    }
  }

  close(context: ExecContext): void {
    for (const level of this.#levels) level.first.clear();
    this.#parts.child.close(context);
  }

  #finish(): void {
    this.#isEnd = true;
    this.#emitAt = this.#hasRows ? this.#levels.length - 1 : -1;
    this.#emitTo = 0;
  }

  /** Adds the current row, or holds it while the groups that it ends are passed on. */
  #take(context: ExecContext): void {
    const {keys, keyRegisters} = this.#parts;
    for (let i = 0; i < keys.length; i++) context.registers[keyRegisters[i]] = keys[i].evaluate(context);
    const next = this.#keyMakers.map(maker => maker.of(context));
    const changed = this.#hasRows ? next.findIndex((key, i) => key !== this.#keys[i]) : -1;
    this.#keys = next;
    if (!this.#hasRows) this.#begin(0, context);
    this.#hasRows = true;
    if (changed < 0) {
      this.#add(context);
      return;
    }
    this.#held.hold(context.registers);
    this.#isHolding = true;
    this.#emitAt = this.#levels.length - 1;
    this.#emitTo = changed + 1;
  }

  /** The ended groups are out: the held row begins new ones. */
  #resume(context: ExecContext): void {
    this.#held.release(context.registers);
    this.#isHolding = false;
    this.#begin(this.#emitTo, context);
    this.#add(context);
  }

  /** Starts the groups of the levels from `from` on with the current row. */
  #begin(from: number, context: ExecContext): void {
    for (let i = from; i < this.#levels.length; i++) {
      const {first, accumulators} = this.#levels[i];
      first.clear();
      first.push(context.registers, this.#saved);
      for (const accumulator of accumulators) accumulator.reset();
    }
  }

  #add(context: ExecContext): void {
    for (const {accumulators} of this.#levels) for (const accumulator of accumulators) accumulator.add(context);
  }

  #emit(number: number, context: ExecContext): void {
    const {keyRegisters, flagRegisters, tasks} = this.#parts;
    const {first, accumulators} = this.#levels[number];
    const {registers} = context;
    first.restore(0, registers, this.#saved);
    for (let i = 0; i < keyRegisters.length; i++) {
      const isSummed = i >= number;
      if (isSummed) registers[keyRegisters[i]] = null;
      registers[flagRegisters[i]] = isSummed ? 1 : 0;
    }
    for (let i = 0; i < tasks.length; i++) registers[tasks[i].register] = accumulators[i].value();
  }
}
