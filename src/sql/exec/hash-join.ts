// Hash join for equi-joins without an index: the inner side is read once into a table by key, the outer side probes it.
//
// The inner side is read again at each open only when it depends on rows further out. Residual conditions of the join are tested per pair, so
// that left, semi and anti joins keep their meaning. NULL keys match nothing. An inner side that takes more than its share of memory goes to
// scratch files (spilled-join.ts).

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import {allTrue} from './filter.ts';
import {JoinTable} from './join-table.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {JoinKind} from './nested-loop.ts';
import {HASH_MEMORY_MAX} from './partitions.ts';
import {setNull} from './registers.ts';
import {KeyMaker, type RowKey} from './row-key.ts';
import {type Probe, SpilledJoin} from './spilled-join.ts';

export interface HashJoinParts {
  readonly outer: RowSource;
  readonly inner: RowSource;
  readonly outerKeys: readonly Expression[];
  /** Same types as `outerKeys`, place by place. */
  readonly innerKeys: readonly Expression[];
  readonly residual: readonly Expression[];
  /** What the inner side produces and somebody needs. */
  readonly innerRegisters: Int32Array;
  /** All registers that the outer side fills. */
  readonly outerRegisters: Int32Array;
  readonly kind: JoinKind;
  /** Undefined: the inner side depends on outer rows and is read at each open. */
  readonly epoch: Epoch | undefined;
}

/** What a call does next. */
const Phase = {build: 0, outer: 1, pairs: 2} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class HashJoinSource implements RowSource, Probe {
  readonly #parts: HashJoinParts;
  readonly #outerKey: KeyMaker;
  readonly #table: JoinTable;
  readonly #memoryMax: number;
  #spilled: SpilledJoin | undefined;
  #phase: Phase = Phase.build;
  #builtIn = -1;
  #at = -1;
  #matched = false;

  constructor(parts: HashJoinParts, budget: MemoryBudget, memoryMax: number = HASH_MEMORY_MAX) {
    this.#parts = parts;
    this.#outerKey = new KeyMaker(parts.outerKeys);
    this.#table = new JoinTable(parts.innerKeys, parts.innerRegisters, budget);
    this.#memoryMax = memoryMax;
  }

  open(context: ExecContext): void {
    const {epoch, inner, outer} = this.#parts;
    if (epoch === undefined || this.#builtIn !== epoch.value) {
      this.#clear();
      this.#phase = Phase.build;
      inner.open(context);
    } else this.#phase = Phase.outer;
    outer.open(context);
  }

  next(context: ExecContext): number {
    if (this.#phase === Phase.build) {
      const result = this.#build(context);
      if (result !== DONE) return result;
      this.#phase = Phase.outer;
    }
    if (this.#spilled !== undefined) return this.#spilled.next(context);
    for (;;) {
      if (this.#phase === Phase.outer) {
        const result = this.#parts.outer.next(context);
        if (result !== ROW) return result;
        this.begin(context);
        this.#phase = Phase.pairs;
      }
      if (this.nextPair(context)) return ROW;
      this.#phase = Phase.outer;
    }
  }

  close(context: ExecContext): void {
    if (this.#phase === Phase.build) this.#parts.inner.close(context);
    // Files are not kept for another time.
    if (this.#parts.epoch === undefined || this.#spilled !== undefined) this.#clear();
    this.#parts.outer.close(context);
  }

  #build(context: ExecContext): number {
    const {inner, epoch} = this.#parts;
    const {keys} = this.#table;
    for (;;) {
      const result = inner.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      const key = keys.of(context);
      if (!keys.hasNull) this.#add(key, context);
    }
    inner.close(context);
    this.#spilled?.endInner();
    this.#builtIn = epoch === undefined ? -1 : epoch.value;
    return DONE;
  }

  #add(key: RowKey, context: ExecContext): void {
    if (this.#spilled !== undefined) {
      this.#spilled.addInner(key, context);
      return;
    }
    this.#table.add(key, context);
    const {scratch} = context.session;
    if (this.#table.bytes <= this.#memoryMax || scratch === undefined) return;
    const {outer, outerRegisters, innerRegisters} = this.#parts;
    const [table, outerKey, probe, memoryMax] = [this.#table, this.#outerKey, this, this.#memoryMax];
    const parts = {table, outer, outerKey, outerRegisters, innerRegisters, probe, memoryMax};
    this.#spilled = new SpilledJoin(parts, scratch, context);
  }

  begin(context: ExecContext): void {
    const key = this.#outerKey.of(context);
    this.#at = this.#outerKey.hasNull ? -1 : this.#table.first(key);
    this.#matched = false;
  }

  nextPair(context: ExecContext): boolean {
    const {kind, residual, innerRegisters} = this.#parts;
    while (this.#at >= 0) {
      this.#table.show(this.#at, context);
      this.#at = this.#table.following(this.#at);
      if (!allTrue(residual, context)) continue;
      this.#matched = true;
      if (kind === 'semi' || kind === 'anti') {
        this.#at = -1;
        return kind === 'semi';
      }
      return true;
    }
    if (this.#matched || kind === 'inner' || kind === 'semi') return false;
    this.#matched = true;
    if (kind === 'left') setNull(context.registers, innerRegisters);
    return true;
  }

  #clear(): void {
    this.#table.clear();
    this.#spilled?.close();
    this.#spilled = undefined;
    this.#builtIn = -1;
  }
}
