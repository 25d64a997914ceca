// WITH RECURSIVE: the seed's rows, then what the recursive part makes of the rows of the round before, until a round brings nothing new.
//
// All rows stand in one buffer in order of production; a round is a stretch of it. The recursive part reads the stretch of the round before
// through a RecursionScanSource. With UNION (distinct) a row that is already there is not added again. The number of rounds is bounded by
// cte_max_recursion_depth (3636).

import {SqlError} from '../../base/sql-error.ts';
import {DONE, ROW} from '../../engine/api.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import type {RowStore} from './materialize.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {PollClock} from './poll-clock.ts';
import {RowBuffer} from './registers.ts';
import {registerKey} from './row-key.ts';
import type {Branch} from './set-operation.ts';

export interface RecursionParts {
  readonly seed: Branch;
  readonly recursive: Branch;
  readonly types: readonly SqlType[];
  /** Registers in which a produced row stands before it is kept. */
  readonly targets: Int32Array;
  readonly isDistinct: boolean;
  /** Undefined: depends on outer rows. */
  readonly epoch: Epoch | undefined;
}

export class RecursiveStore implements RowStore {
  readonly rows: RowBuffer;
  /** The round that the recursive part reads: rows [from, to). */
  roundFrom = 0;
  roundTo = 0;
  readonly #parts: () => RecursionParts;
  readonly #seen: Set<string> = new Set();
  #filledIn = -1;
  #round = -1;
  #roundsMax = 0;

  /** `parts` is asked when the first fill starts: the recursive part's scan needs this object first. */
  constructor(width: number, parts: () => RecursionParts, budget: MemoryBudget) {
    this.rows = new RowBuffer(width, budget);
    this.#parts = parts;
  }

  open(context: ExecContext): void {
    const {epoch, seed} = this.#parts();
    if (epoch !== undefined && this.#filledIn === epoch.value) return;
    this.#filledIn = epoch === undefined ? -1 : epoch.value;
    this.rows.clear();
    this.#seen.clear();
    this.roundFrom = 0;
    this.roundTo = 0;
    this.#round = 0;
    this.#roundsMax = Number(context.session.systemVariable('cte_max_recursion_depth', 'session') ?? 1000);
    seed.source.open(context);
  }

  fill(context: ExecContext): number {
    while (this.#round >= 0) {
      const branch = this.#branch();
      const result = this.#step(branch, context);
      if (result === DONE) this.#nextRound(branch, context);
      else if (result !== ROW) return result;
    }
    return DONE;
  }

  close(context: ExecContext): void {
    if (this.#round < 0) return;
    this.#branch().source.close(context);
    this.#round = -1;
    this.#filledIn = -1;
  }

  #branch(): Branch {
    const {seed, recursive} = this.#parts();
    return this.#round === 0 ? seed : recursive;
  }

  #step(branch: Branch, context: ExecContext): number {
    const {targets, types, isDistinct} = this.#parts();
    const result = branch.source.next(context);
    if (result !== ROW) return result;
    const row: Value[] = branch.outputs.map(output => output.evaluate(context));
    for (let i = 0; i < row.length; i++) context.registers[targets[i]] = row[i];
    if (isDistinct) {
      const key = registerKey(context.registers, targets, types);
      if (this.#seen.has(key)) return ROW;
      this.#seen.add(key);
    }
    this.rows.pushValues(row);
    return ROW;
  }

  #nextRound(finished: Branch, context: ExecContext): void {
    finished.source.close(context);
    this.roundFrom = this.roundTo;
    this.roundTo = this.rows.count;
    if (this.roundFrom === this.roundTo) {
      this.#round = -1;
      return;
    }
    this.#round++;
    if (this.#round > this.#roundsMax) {
      this.#round = -1;
      this.#filledIn = -1;
      throw new SqlError('ER_CTE_RECURSIVE_LIMIT', this.#roundsMax + 1);
    }
    this.#parts().recursive.source.open(context);
  }
}

/** Reads the round before, inside the recursive part. */
export class RecursionScanSource implements RowSource {
  readonly #store: RecursiveStore;
  readonly #targets: Int32Array;
  readonly #clock: PollClock;
  #next = 0;

  constructor(store: RecursiveStore, targets: Int32Array, clock: PollClock) {
    this.#store = store;
    this.#targets = targets;
    this.#clock = clock;
  }

  open(): void {
    this.#next = this.#store.roundFrom;
  }

  next(context: ExecContext): number {
    if (this.#next === this.#store.roundTo) return DONE;
    const pause = this.#clock.tick(context);
    if (pause !== ROW) return pause;
    const row = this.#next++;
    for (let i = 0; i < this.#targets.length; i++) {
      if (this.#targets[i] >= 0) context.registers[this.#targets[i]] = this.#store.rows.get(row, i);
    }
    return ROW;
  }

  close(): void {}
}
