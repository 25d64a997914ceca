// Transaction Fusion for one incarnation: its slots from birth to reuse, its floors, and the oracle.
//
// Slots are reused strictly first in, first out, and only when no view, present or future, could tell the difference (K2, K8): the
// stamp taken at the end must lie at or below every view floor. For a commit the stamp is its CTS: every view that is left sees it
// committed, which is what "version differs" will say. For an abort it is a value drawn after the rows were restored, so that every
// view that is left was taken after that. A slot whose version would wrap is retired.

import {assert} from '../../base/assert.ts';
import type {TransactionFusion} from '../api.ts';
import type {Waits} from '../wait/waits.ts';
import {Fence} from './fence.ts';
import type {Regions} from './regions.ts';
import {SlotTag, TAG_UNIT, tagOf} from './slot-word.ts';
import {HELP_BLOCKED, HELP_LOOK_AGAIN, type Slots} from './slots.ts';
import type {Tso} from './tso.ts';

/** commitSlot's answer while the TSO limit is being raised. */
export const BLOCKED = -1;
const VERSION_LAST = 0xffff_ffff;

export class TransactionTable implements TransactionFusion {
  readonly #tso: Tso;
  readonly #regions: Regions;
  readonly #slots: Slots;
  readonly #waits: Waits;
  readonly #incarnation: number;
  readonly #region: number;
  readonly #fence: Fence;
  /** Slots in the order of reuse, a circular queue, and the stamp below which each becomes free. */
  readonly #queue: Int32Array;
  readonly #stamps: Float64Array;
  #head = 0;
  #count: number;
  #horizon = 0;
  /** Commits, aborts and refused openings since birth. */
  commits = 0;
  aborts = 0;
  exhausted = 0;

  /** The incarnation must have joined: its region is open. */
  constructor(tso: Tso, slots: Slots, waits: Waits, incarnation: number) {
    this.#tso = tso;
    this.#slots = slots;
    this.#regions = slots.regions;
    this.#waits = waits;
    this.#incarnation = incarnation;
    this.#region = slots.regions.find(incarnation);
    this.#fence = new Fence(slots.regions, incarnation);
    assert(this.#region >= 0, () => `incarnation ${incarnation} has not joined`);
    this.#count = slots.regions.slotsPerRegion;
    this.#queue = Int32Array.from({length: this.#count}, (_, slot) => slot);
    this.#stamps = new Float64Array(this.#count);
  }

  readTso(): number {
    return this.#tso.read();
  }

  openSlot(): number {
    if (this.#count === 0 || !this.#isFree(this.#stamps[this.#head])) {
      this.exhausted++;
      return -1;
    }
    const slot = this.#queue[this.#head];
    this.#head = (this.#head + 1) % this.#queue.length;
    this.#count--;
    this.#slots.occupy(this.#region, slot, this.slotVersion(slot) + 1, SlotTag.active);
    return slot;
  }

  slotVersion(slot: number): number {
    return this.#slots.version(this.#region, slot);
  }

  commitSlot(slot: number): number {
    const version = this.slotVersion(slot);
    if (tagOf(this.#slots.word(this.#region, slot)) === SlotTag.active) this.#beginCommit(slot, version);
    for (;;) {
      const word = this.#slots.word(this.#region, slot);
      if (word < TAG_UNIT) return this.#committed(word);
      this.#assertTag(slot, word, SlotTag.committing);
      const cts = this.#slots.help(this.#region, slot, version);
      if (cts === HELP_BLOCKED) return BLOCKED;
      if (cts !== HELP_LOOK_AGAIN) return this.#committed(cts);
    }
  }

  abortSlot(slot: number): void {
    const isAborting = this.#slots.change(this.#region, slot, this.slotVersion(slot), SlotTag.active, SlotTag.aborting);
    if (!isAborting) this.#assertTag(slot, this.#slots.word(this.#region, slot), SlotTag.active);
    this.aborts++;
  }

  endSlot(slot: number): void {
    const version = this.slotVersion(slot);
    const word = this.#slots.word(this.#region, slot);
    const stamp = word < TAG_UNIT ? word : this.#endAborted(slot, version, word);
    this.#waits.dropWaitOf(slot);
    if (this.#slots.hasRef(this.#region, slot)) this.#waits.holderEnded(this.#incarnation, slot, version);
    if (version === VERSION_LAST) return;
    const tail = (this.#head + this.#count) % this.#queue.length;
    this.#queue[tail] = slot;
    this.#stamps[tail] = stamp;
    this.#count++;
  }

  slotState(incarnation: number, slot: number, version: number): number {
    return this.#slots.state(incarnation, slot, version);
  }

  publishViewFloor(cts: number): void {
    this.#regions.raiseViewFloor(this.#region, cts);
  }

  publishOldestStart(cts: number): void {
    this.#regions.raiseOldestStart(this.#region, cts);
  }

  viewHorizon(): number {
    return this.#regions.viewHorizon();
  }

  startHorizon(): number {
    return this.#regions.startHorizon();
  }

  /** Idle refresh (K2): raises both floors to the oracle's present value. For the timer of a node that holds no view and no stamp. */
  refreshIdleFloors(): void {
    const now = this.#tso.read();
    this.publishViewFloor(now);
    this.publishOldestStart(now);
  }

  /** Slots that are neither in use nor waiting for the horizon, at least: those known to be free at the last look. */
  get slotsInQueue(): number {
    return this.#count;
  }

  #isFree(stamp: number): boolean {
    if (stamp <= this.#horizon) return true;
    this.#horizon = this.#regions.viewHorizon();
    return stamp <= this.#horizon;
  }

  /** The last look at `fenced`, then ACTIVE -> COMMITTING; a recoverer who was first has the last word (K7). */
  #beginCommit(slot: number, version: number): void {
    this.#fence.check();
    this.#slots.change(this.#region, slot, version, SlotTag.active, SlotTag.committing);
  }

  #endAborted(slot: number, version: number, word: number): number {
    this.#assertTag(slot, word, SlotTag.aborting);
    const stamp = this.#tso.draw();
    this.#slots.change(this.#region, slot, version, SlotTag.aborting, SlotTag.aborted);
    return stamp;
  }

  #committed(cts: number): number {
    this.commits++;
    return cts;
  }

  /** Another state than `tag` is a recoverer's doing, or a bug. */
  #assertTag(slot: number, word: number, tag: SlotTag): void {
    if (tagOf(word) === tag) return;
    this.#fence.check();
    assert(false, () => `slot ${slot} is in state ${tagOf(word)}, expected ${tag}`);
  }
}
