// A hash join whose inner side does not fit into memory: both sides are parted into scratch files by the hash of their keys, and the files are joined pair by
// pair; where an inner file is still too much, its pair is parted again. Joins keep the order of their outer side, so results go to files too, each pair's in
// the order of its outer rows, and are merged by the arrival of those.

import {DONE, ROW} from '../../engine/api.ts';
import type {Scratch} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import type {ExecContext, RowSource} from './contract.ts';
import type {JoinTable} from './join-table.ts';
import {LEVELS_MAX, Partitions} from './partitions.ts';
import {PollClock} from './poll-clock.ts';
import type {KeyMaker} from './row-key.ts';
import {ScratchMerge, ScratchRows} from './scratch-rows.ts';

/** How outer rows are joined with what is in the table. */
export interface Probe {
  /** The outer row in the registers is to be joined. */
  begin(context: ExecContext): void;
  /** Puts the next result row into the registers; false after the last. */
  nextPair(context: ExecContext): boolean;
}

export interface SpilledJoinParts {
  readonly table: JoinTable;
  readonly outer: RowSource;
  readonly outerKey: KeyMaker;
  readonly outerRegisters: Int32Array;
  readonly innerRegisters: Int32Array;
  readonly probe: Probe;
  /** Estimated heap bytes that the table may keep. */
  readonly memoryMax: number;
}

/** Two files whose rows meet only each other. */
interface Pair {
  readonly inner: ScratchRows | undefined;
  readonly outer: ScratchRows;
  readonly level: number;
}

const Phase = {outer: 0, load: 1, probe: 2, pairs: 3, merge: 4} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

export class SpilledJoin {
  readonly #parts: SpilledJoinParts;
  readonly #scratch: Scratch;
  /** The whole inner side. */
  readonly #inner: Partitions;
  readonly #clock: PollClock = new PollClock();
  #phase: Phase = Phase.outer;
  #outer: Partitions | undefined;
  #arrivals = 0;
  readonly #waiting: Pair[] = [];
  #pair: Pair | undefined;
  readonly #results: ScratchRows[] = [];
  #merge: ScratchMerge | undefined;
  readonly #opened: {close(): void}[] = [];

  /** The rows that the table has so far go to files; that added last stays in the registers. */
  constructor(parts: SpilledJoinParts, scratch: Scratch, context: ExecContext) {
    this.#parts = parts;
    this.#scratch = scratch;
    this.#inner = this.#track(new Partitions(scratch, parts.innerRegisters.length, 1));
    const {table} = parts;
    for (let row = 0; row < table.rows.count; row++) {
      table.show(row, context);
      this.addInner(table.keys.of(context), context);
    }
    table.clear();
  }

  /** The inner row in the registers. */
  addInner(key: Parameters<Partitions['add']>[0], {registers}: ExecContext): void {
    const {innerRegisters} = this.#parts;
    this.#inner.add(key, i => registers[innerRegisters[i]]);
  }

  endInner(): void {
    this.#inner.finish();
  }

  next(context: ExecContext): number {
    for (;;) {
      const result = this.#step(context);
      if (result !== DONE) return result;
      if (this.#phase === Phase.merge) break;
    }
    this.#merge ??= new ScratchMerge(this.#results, (a, b) => (a[0] as number) - (b[0] as number));
    const row = this.#merge.next();
    if (row === undefined) return DONE;
    this.#showResult(row, context);
    return ROW;
  }

  /** Works on until a phase is over (DONE) or something has to be waited for. */
  #step(context: ExecContext): number {
    switch (this.#phase) {
      case Phase.outer:
        return this.#readOuter(context);
      case Phase.load:
        return this.#load(context);
      case Phase.probe:
        return this.#probe(context);
      case Phase.pairs:
        return this.#nextPair();
      default:
        return DONE;
    }
  }

  #readOuter(context: ExecContext): number {
    const {outer, outerKey, outerRegisters} = this.#parts;
    this.#outer ??= this.#track(new Partitions(this.#scratch, 1 + outerRegisters.length, 1));
    const files = this.#outer;
    for (;;) {
      const result = outer.next(context);
      if (result !== ROW && result !== DONE) return result;
      if (result === DONE) break;
      const {registers} = context;
      const arrival = this.#arrivals++;
      files.add(outerKey.of(context), i => (i === 0 ? arrival : registers[outerRegisters[i - 1]]));
    }
    files.finish();
    this.#queue(this.#inner, files);
    this.#phase = Phase.pairs;
    return DONE;
  }

  #queue(inner: Partitions, outer: Partitions): void {
    for (const [i, file] of outer.files.entries()) {
      if (file !== undefined) this.#waiting.push({inner: inner.files[i], outer: file, level: outer.level});
    }
  }

  #nextPair(): number {
    this.#parts.table.clear();
    this.#pair = this.#waiting.pop();
    this.#phase = this.#pair === undefined ? Phase.merge : Phase.load;
    return DONE;
  }

  /** The inner rows of the pair come into the table. */
  #load(context: ExecContext): number {
    const {table, memoryMax, innerRegisters} = this.#parts;
    const {inner, level} = this.#pair as Pair;
    while (inner?.advance() === true) {
      for (let i = 0; i < innerRegisters.length; i++) context.registers[innerRegisters[i]] = inner.row[i];
      table.add(table.keys.of(context), context);
      if (table.bytes > memoryMax && level < LEVELS_MAX) {
        this.#partAgain(context);
        return DONE;
      }
      const tick = this.#clock.tick(context);
      if (tick !== ROW) return tick;
    }
    const results = this.#track(new ScratchRows(this.#scratch, this.#resultStride));
    this.#results.push(results);
    this.#phase = Phase.probe;
    return DONE;
  }

  /** The pair is too much: its rows are parted by another hash. */
  #partAgain(context: ExecContext): void {
    const {table, innerRegisters, outerKey, outerRegisters} = this.#parts;
    const {inner, outer, level} = this.#pair as Pair;
    table.clear();
    const innerFiles = this.#track(new Partitions(this.#scratch, innerRegisters.length, level + 1));
    inner?.rewind();
    while (inner?.advance() === true) {
      const {row} = inner;
      for (let i = 0; i < innerRegisters.length; i++) context.registers[innerRegisters[i]] = row[i];
      innerFiles.add(table.keys.of(context), i => row[i]);
    }
    innerFiles.finish();
    const outerFiles = this.#track(new Partitions(this.#scratch, 1 + outerRegisters.length, level + 1));
    while (outer.advance()) {
      const {row} = outer;
      this.#showOuter(row, context);
      outerFiles.add(outerKey.of(context), i => row[i]);
    }
    outerFiles.finish();
    this.#queue(innerFiles, outerFiles);
    this.#phase = Phase.pairs;
  }

  /** Every outer row of the pair with what it meets. */
  #probe(context: ExecContext): number {
    const {probe, outerRegisters, innerRegisters} = this.#parts;
    const {outer} = this.#pair as Pair;
    const results = this.#results[this.#results.length - 1];
    const {registers} = context;
    while (outer.advance()) {
      const {row} = outer;
      this.#showOuter(row, context);
      probe.begin(context);
      while (probe.nextPair(context)) {
        results.add(i =>
          i <= outerRegisters.length ? row[i] : registers[innerRegisters[i - 1 - outerRegisters.length]],
        );
      }
      const tick = this.#clock.tick(context);
      if (tick !== ROW) return tick;
    }
    results.finish();
    this.#phase = Phase.pairs;
    return DONE;
  }

  #showOuter(row: readonly Value[], {registers}: ExecContext): void {
    const {outerRegisters} = this.#parts;
    for (let i = 0; i < outerRegisters.length; i++) registers[outerRegisters[i]] = row[i + 1];
  }

  get #resultStride(): number {
    return 1 + this.#parts.outerRegisters.length + this.#parts.innerRegisters.length;
  }

  #showResult(row: readonly Value[], context: ExecContext): void {
    this.#showOuter(row, context);
    const {outerRegisters, innerRegisters} = this.#parts;
    const from = 1 + outerRegisters.length;
    for (let i = 0; i < innerRegisters.length; i++) context.registers[innerRegisters[i]] = row[from + i];
  }

  #track<T extends {close(): void}>(files: T): T {
    this.#opened.push(files);
    return files;
  }

  close(): void {
    for (const files of this.#opened) files.close();
    this.#parts.table.clear();
  }
}
