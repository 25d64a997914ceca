// Reading and changing the slots of the transaction information table, anybody's.
//
// A slot is {version u32, ref u32, word u64}. The word is the state (slot-word.ts); `ref` is set when somebody waits for the
// transaction, so that a commit that nobody waits for needs no look into the wait table.

import {CSN_MIN} from '../../format/ids.ts';
import {SLOT_ABORTING, SLOT_ACTIVE, SLOT_UNRECOVERED} from '../api.ts';
import {SlotField} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';
import {RegionState, type Regions} from './regions.ts';
import {SlotTag, stateWord, TAG_UNIT, tagOf} from './slot-word.ts';
import type {Tso} from './tso.ts';

/** Results of `help` that are not a CTS. */
export const HELP_BLOCKED = -1;
export const HELP_LOOK_AGAIN = 0;

export class Slots {
  readonly regions: Regions;
  readonly #words: Int32Array;
  readonly #words64: BigUint64Array;
  readonly #tso: Tso;

  constructor(memory: PmfsMemory, regions: Regions, tso: Tso) {
    this.regions = regions;
    this.#words = memory.words;
    this.#words64 = memory.words64;
    this.#tso = tso;
  }

  version(region: number, slot: number): number {
    return Atomics.load(this.#words, this.regions.slotAt(region, slot) + SlotField.version) >>> 0;
  }

  /** The state word as a number: exact for a CTS, right about the tag. */
  word(region: number, slot: number): number {
    return Number(Atomics.load(this.#words64, this.#word64(region, slot)));
  }

  /** The state word exactly. */
  exactWord(region: number, slot: number): bigint {
    return Atomics.load(this.#words64, this.#word64(region, slot));
  }

  /** Changes the state of this occupant. False when the slot was not in state `from` with this version. */
  change(region: number, slot: number, version: number, from: SlotTag, to: SlotTag): boolean {
    const expected = stateWord(from, version);
    return (
      Atomics.compareExchange(this.#words64, this.#word64(region, slot), expected, stateWord(to, version)) === expected
    );
  }

  /** Puts a new occupant into the slot. The version goes first: the old occupant's readers must see it leave before the state changes (K15). */
  occupy(region: number, slot: number, version: number, tag: SlotTag): void {
    const at = this.regions.slotAt(region, slot);
    Atomics.store(this.#words, at + SlotField.ref, 0);
    Atomics.store(this.#words, at + SlotField.version, version | 0);
    Atomics.store(this.#words64, this.#word64(region, slot), stateWord(tag, version));
  }

  /** Marks that somebody waits for the slot's occupant. */
  setRef(region: number, slot: number): void {
    Atomics.store(this.#words, this.regions.slotAt(region, slot) + SlotField.ref, 1);
  }

  /** Whether somebody waits, or waited, for the occupant. */
  hasRef(region: number, slot: number): boolean {
    return Atomics.load(this.#words, this.regions.slotAt(region, slot) + SlotField.ref) !== 0;
  }

  /**
   * COMMITTING -> CTS, by the owner or by anybody who meets it (S1): a view that is newer than a CTS finds the slot at least COMMITTING,
   * so whoever looks can finish what he sees. Returns the CTS (mine or another helper's), HELP_BLOCKED at the TSO limit, or HELP_LOOK_AGAIN
   * when the slot has moved on.
   */
  help(region: number, slot: number, version: number): number {
    const drawn = this.#tso.drawPublishable();
    if (drawn < 0) return HELP_BLOCKED;
    const expected = stateWord(SlotTag.committing, version);
    const before = Atomics.compareExchange(this.#words64, this.#word64(region, slot), expected, BigInt(drawn));
    if (before === expected) return drawn;
    return Number(before) < TAG_UNIT ? Number(before) : HELP_LOOK_AGAIN;
  }

  /** What a reader needs to know of a transaction: see TransactionFusion.slotState. */
  state(incarnation: number, slot: number, version: number): number {
    for (;;) {
      const region = this.regions.find(incarnation);
      if (region < 0) return CSN_MIN;
      const isDead = this.regions.state(region) === RegionState.dead;
      const seen = this.version(region, slot);
      const word = this.word(region, slot);
      if (this.version(region, slot) !== seen || !this.regions.isOf(region, incarnation)) continue;
      if (seen !== version >>> 0) return isDead ? SLOT_UNRECOVERED : CSN_MIN;
      if (word < TAG_UNIT) return word;
      const answer = this.#stateOf(region, slot, version, tagOf(word), isDead);
      if (answer !== HELP_LOOK_AGAIN) return answer;
    }
  }

  /** True while the transaction can still hold row locks: waiting for it makes sense. */
  isRunning(incarnation: number, slot: number, version: number): boolean {
    const region = this.regions.find(incarnation);
    if (region < 0) return false;
    if (this.version(region, slot) !== version >>> 0) return this.regions.state(region) === RegionState.dead;
    const word = this.word(region, slot);
    return word >= TAG_UNIT && tagOf(word) !== SlotTag.aborted && this.regions.isOf(region, incarnation);
  }

  #stateOf(region: number, slot: number, version: number, tag: SlotTag, isDead: boolean): number {
    if (tag === SlotTag.aborting || tag === SlotTag.aborted) return SLOT_ABORTING;
    if (tag === SlotTag.active) return isDead ? SLOT_UNRECOVERED : SLOT_ACTIVE;
    const cts = this.help(region, slot, version);
    return cts === HELP_BLOCKED ? SLOT_UNRECOVERED : cts;
  }

  #word64(region: number, slot: number): number {
    return (this.regions.slotAt(region, slot) >> 1) + SlotField.word64;
  }
}
