// The region table: one region per incarnation, with its state, its floors and its transaction slots.
//
//   state   free -> open -> dead -> decided -> finished -> free (reused)
//
//   open      lives
//   dead      fenced; its log has not been read, so nobody knows who won: its rows wait (K8)
//   decided   winners are published, losers are ABORTING: its rows can be judged; losers are being rolled back
//   finished  nothing is left to do; the region is reused once every view is younger than its end
//
// The horizons are minima over all incarnations that are not finished (K2): an idle node is not infinity, a dead one neither.

import {assert} from '../../base/assert.ts';
import {REGION_WORDS, RegionField, SLOT_WORDS} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';
import type {Tso} from './tso.ts';

export const RegionState = {free: 0, open: 1, dead: 2, decided: 3, finished: 4} as const;
export type RegionState = (typeof RegionState)[keyof typeof RegionState];

/** Entries of the private cache incarnation -> region; a power of two. */
const CACHE_SIZE = 64;

export class Regions {
  readonly count: number;
  readonly #words: Int32Array;
  readonly #words64: BigUint64Array;
  readonly #at: number;
  readonly #slotsAt: number;
  readonly #slotsPerRegion: number;
  readonly #tso: Tso;
  readonly #cachedIncarnation = new Int32Array(CACHE_SIZE);
  readonly #cachedRegion = new Int32Array(CACHE_SIZE);

  constructor(memory: PmfsMemory, tso: Tso) {
    this.count = memory.layout.regionCount;
    this.#words = memory.words;
    this.#words64 = memory.words64;
    this.#at = memory.layout.regions;
    this.#slotsAt = memory.layout.slots;
    this.#slotsPerRegion = memory.options.titSlots;
    this.#tso = tso;
  }

  /** Region of an incarnation, -1 when it has none: it finished long ago. The answer may be stale by the time it is used. */
  find(incarnation: number): number {
    const cell = incarnation & (CACHE_SIZE - 1);
    if (this.#cachedIncarnation[cell] === (incarnation | 0)) {
      const region = this.#cachedRegion[cell];
      if (this.isOf(region, incarnation)) return region;
    }
    for (let region = 0; region < this.count; region++) {
      if (!this.isOf(region, incarnation)) continue;
      this.#cachedIncarnation[cell] = incarnation;
      this.#cachedRegion[cell] = region;
      return region;
    }
    return -1;
  }

  /** Whether the region belongs to this incarnation now. */
  isOf(region: number, incarnation: number): boolean {
    return this.incarnation(region) === incarnation;
  }

  incarnation(region: number): number {
    return Atomics.load(this.#words, this.#word(region, RegionField.incarnation)) >>> 0;
  }

  node(region: number): number {
    return Atomics.load(this.#words, this.#word(region, RegionField.node));
  }

  state(region: number): RegionState {
    return Atomics.load(this.#words, this.#word(region, RegionField.state)) as RegionState;
  }

  /** Moves the region from one state to the next. False when another recoverer was first. */
  advance(region: number, from: RegionState, to: RegionState): boolean {
    return Atomics.compareExchange(this.#words, this.#word(region, RegionField.state), from, to) === from;
  }

  isFenced(region: number): boolean {
    return Atomics.load(this.#words, this.#word(region, RegionField.fenced)) !== 0;
  }

  fence(region: number): void {
    Atomics.store(this.#words, this.#word(region, RegionField.fenced), 1);
  }

  /** First word of a slot. */
  slotAt(region: number, slot: number): number {
    return this.#slotsAt + (region * this.#slotsPerRegion + slot) * SLOT_WORDS;
  }

  get slotsPerRegion(): number {
    return this.#slotsPerRegion;
  }

  viewFloor(region: number): number {
    return this.#load64(region, RegionField.viewFloor64);
  }

  oldestStart(region: number): number {
    return this.#load64(region, RegionField.oldestStart64);
  }

  /** Raises the view floor; lower values are ignored. Only the owner calls it. */
  raiseViewFloor(region: number, cts: number): void {
    if (cts > this.viewFloor(region)) this.#store64(region, RegionField.viewFloor64, cts);
  }

  /** Raises the oldest start stamp; lower values are ignored. Only the owner calls it. */
  raiseOldestStart(region: number, cts: number): void {
    if (cts > this.oldestStart(region)) this.#store64(region, RegionField.oldestStart64, cts);
  }

  /** Minimum of the view floors of all incarnations that are not finished; TSO when there is none. */
  viewHorizon(): number {
    return this.#minimum(RegionField.viewFloor64);
  }

  /** Minimum of their oldest start stamps. */
  startHorizon(): number {
    return this.#minimum(RegionField.oldestStart64);
  }

  /** Records how far storage has taken in (or can take in at once) the stream of this incarnation. Monotonic. */
  confirm(incarnation: number, lsn: number): void {
    const region = this.find(incarnation);
    if (region < 0) return;
    if (lsn > this.#load64(region, RegionField.confirmedLsn64)) {
      this.#store64(region, RegionField.confirmedLsn64, lsn);
    }
  }

  /** True when storage serves the stream up to `lsn` without being told to wait; streams of finished incarnations always. */
  isConfirmed(stream: number, lsn: number): boolean {
    if (lsn === 0) return true;
    const region = this.find(stream);
    if (region < 0 || this.state(region) === RegionState.finished) return true;
    return this.#load64(region, RegionField.confirmedLsn64) >= lsn;
  }

  /**
   * Gives a region to an incarnation, in state `open` or `dead`. -1 when none is free. Under the members latch. The old incarnation's
   * name goes first, so that its readers see it leave before the slots change (K15). The state is the last store: until then the region is free
   * for whoever comes after a death here.
   */
  claim(incarnation: number, node: number, state: RegionState): number {
    assert(incarnation > 0 && incarnation <= 0xffff_ffff, () => `not an incarnation: ${incarnation}`);
    const region = this.#findReusable();
    if (region < 0) return -1;
    Atomics.store(this.#words, this.#word(region, RegionField.state), RegionState.free);
    Atomics.store(this.#words, this.#word(region, RegionField.incarnation), 0);
    const from = this.slotAt(region, 0);
    this.#words.fill(0, from, from + this.#slotsPerRegion * SLOT_WORDS);
    Atomics.store(this.#words, this.#word(region, RegionField.incarnation), incarnation | 0);
    Atomics.store(this.#words, this.#word(region, RegionField.node), node);
    Atomics.store(this.#words, this.#word(region, RegionField.fenced), state === RegionState.open ? 0 : 1);
    this.#store64(region, RegionField.viewFloor64, this.#tso.read());
    // Who is adopted dead used stamps that nobody remembers: until it is finished no page is visible as a whole (K1).
    this.#store64(region, RegionField.oldestStart64, state === RegionState.open ? this.#tso.read() : 0);
    this.#store64(region, RegionField.confirmedLsn64, 0);
    Atomics.store(this.#words, this.#word(region, RegionField.state), state);
    return region;
  }

  /** Ends a decided region: everything of it is restored or published. Views drawn from now on see only that. */
  finish(region: number): void {
    this.#store64(region, RegionField.finishedAt64, this.#tso.draw());
    this.advance(region, RegionState.decided, RegionState.finished);
  }

  /** A free region, or a finished one that no view, present or future, can ask about (K2). */
  #findReusable(): number {
    const horizon = this.viewHorizon();
    for (let region = 0; region < this.count; region++) {
      const state = this.state(region);
      if (state === RegionState.free) return region;
      if (state === RegionState.finished && this.#load64(region, RegionField.finishedAt64) <= horizon) return region;
    }
    return -1;
  }

  #minimum(field: number): number {
    let minimum = this.#tso.read();
    for (let region = 0; region < this.count; region++) {
      const state = this.state(region);
      if (state === RegionState.free || state === RegionState.finished) continue;
      const value = this.#load64(region, field);
      if (value < minimum) minimum = value;
    }
    return minimum;
  }

  #word(region: number, field: number): number {
    return this.#at + region * REGION_WORDS + field;
  }

  #load64(region: number, field: number): number {
    return Number(Atomics.load(this.#words64, ((this.#at + region * REGION_WORDS) >> 1) + field));
  }

  #store64(region: number, field: number, value: number): void {
    Atomics.store(this.#words64, ((this.#at + region * REGION_WORDS) >> 1) + field, BigInt(value));
  }
}
