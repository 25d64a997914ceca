// The death of one incarnation, step by step, in the order that S18 demands. The caller (cluster) puts the storage steps between:
//
//   fence                 here     nothing of the dead one counts any more; its latches are repaired
//   seal, ingest          storage  the end D of its stream is fixed, and everything to D can be read
//   publishWinner         here     for each transaction with a commit record below D
//   makeLoser             here     for each other transaction with a trace; metadata locks rebuilt by the engine
//   endUntraced           here     slots still ACTIVE that left nothing in the log (K8)
//   decide                here     from now on its rows can be judged
//   handOver              here     metadata locks that losers need go to the node that rolls back (K19)
//   releaseRetained       here     torn frames, places in queues, then X, then S page locks
//   roll back, endLoser   engine   undo; after each transaction its slot ends and its waiters run
//   finish                here     the node id and the region are free again
//
// Every verb may be repeated, by the same or by another recoverer, at any point: each changes only what is still in the old state. A
// recoverer that dies leaves latches in its own name, and is recovered like anybody else.

import {assert} from '../base/assert.ts';
import {PLockMode} from './api.ts';
import type {Attachment} from './attachment.ts';
import {afterHandOver, heldBy} from './lock/entries.ts';
import {PageLocks} from './lock/page-locks.ts';
import {Message} from './mailbox.ts';
import {Members} from './members.ts';
import {EntryField} from './memory/layout.ts';
import {RegionState} from './transaction/regions.ts';
import {SlotTag, TAG_UNIT, tagOf} from './transaction/slot-word.ts';
import {HELP_BLOCKED} from './transaction/slots.ts';

export class Recovery {
  readonly #parts: Attachment;
  readonly #members: Members;

  constructor(parts: Attachment) {
    this.#parts = parts;
    this.#members = new Members(parts);
  }

  /**
   * Declares the incarnation dead. Its thread must have been terminated and its exit awaited (K7). Its latches are taken over and repaired,
   * its waits removed, and every bell rings. False when nobody knows the incarnation: it has finished long ago.
   */
  fence(incarnation: number): boolean {
    const {regions, directory, waits, mailbox} = this.#parts;
    const region = regions.find(incarnation);
    if (region < 0 || regions.state(region) === RegionState.finished) return false;
    regions.fence(region);
    regions.advance(region, RegionState.open, RegionState.dead);
    const node = regions.node(region);
    if (node >= 0 && this.#members.lastOn(node) === incarnation) {
      this.#members.markDead(node);
      this.#members.repairAfter(node);
      directory.repairAfter(node);
      directory.freeClaimsOf(node);
    }
    waits.removeAllOf(incarnation);
    mailbox.sendToAll(Message.look);
    mailbox.flush();
    return true;
  }

  /** A transaction whose commit record is durable: publishes its CTS, unless it or a helper has done so. -1 at the TSO limit: call again. */
  publishWinner(incarnation: number, slot: number, version: number): number {
    const {slots} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.dead);
    if (region < 0 || slots.version(region, slot) !== version) return 0;
    slots.change(region, slot, version, SlotTag.active, SlotTag.committing);
    const word = slots.word(region, slot);
    if (word < TAG_UNIT) return word;
    assert(tagOf(word) === SlotTag.committing, () => `winner ${incarnation}.${slot} is in state ${tagOf(word)}`);
    const cts = slots.help(region, slot, version);
    return cts === HELP_BLOCKED ? -1 : cts;
  }

  /** A transaction that left a trace and did not commit: ABORTING, in a fresh slot if the memory is younger than the transaction. */
  makeLoser(incarnation: number, slot: number, version: number): void {
    const {slots} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.dead);
    if (region < 0) return;
    if (slots.word(region, slot) === 0) slots.occupy(region, slot, version, SlotTag.aborting);
    else slots.change(region, slot, version, SlotTag.active, SlotTag.aborting);
  }

  /**
   * Ends the slots that are still ACTIVE: their transactions left nothing in the durable log. Told who has lost, it also ends those whose rollback had begun and is not needed. Returns how many.
   */
  endUntraced(incarnation: number, losers?: readonly {readonly slot: number}[]): number {
    const {slots, regions, waits} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.dead);
    let ended = 0;
    if (region < 0) return ended;
    const traced = new Set(losers?.map(({slot}) => slot));
    for (let slot = 0; slot < regions.slotsPerRegion; slot++) {
      const tag = tagOf(slots.word(region, slot));
      const isUndone = tag === SlotTag.aborting && losers !== undefined && !traced.has(slot);
      if (tag !== SlotTag.active && !isUndone) continue;
      const version = slots.version(region, slot);
      if (!slots.change(region, slot, version, tag, SlotTag.aborted)) continue;
      waits.holderEnded(incarnation, slot, version);
      ended++;
    }
    return ended;
  }

  /** Winners and losers are known: the rows of the dead one can be judged, and everybody who waited for that is told. */
  decide(incarnation: number): void {
    const {regions, slots, mailbox} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.dead);
    if (region < 0) return;
    for (let slot = 0; slot < regions.slotsPerRegion; slot++) {
      const tag = tagOf(slots.word(region, slot));
      const isOpen = tag === SlotTag.active || tag === SlotTag.committing;
      assert(!isOpen, () => `slot ${incarnation}.${slot} is undecided: state ${tag}`);
    }
    regions.advance(region, RegionState.dead, RegionState.decided);
    this.#parts.waits.settleAll();
    mailbox.sendToAll(Message.judge);
    mailbox.flush();
  }

  /** Pages whose lock the dead one retains in this mode. */
  retainedPages(incarnation: number, mode: PLockMode): number[] {
    const {directory, regions} = this.#parts;
    const pages: number[] = [];
    const region = this.#regionIn(incarnation, RegionState.decided);
    const node = region < 0 ? -1 : regions.node(region);
    if (node < 0) return pages;
    for (let entry = 0; entry < directory.entries.count; entry++) {
      if (this.#isLinked(entry) && heldBy(directory.entries.lock(entry), node) === mode)
        pages.push(directory.entries.page(entry));
    }
    return pages;
  }

  /**
   * Passes a lock that the dead one retains to `node`, which rolls its losers back, past everybody who waits for it: a table must not be
   * dropped under a loser (K19). One store. False when neither of the two holds it (after the death of everything: acquire it).
   */
  handOver(incarnation: number, pageNo: number, node: number): boolean {
    const {directory, regions, mailbox} = this.#parts;
    const {entries} = directory;
    const region = regions.find(incarnation);
    const bucket = directory.latchPage(pageNo);
    const entry = directory.find(bucket, pageNo);
    const lock = entry < 0 ? 0 : entries.lock(entry);
    const dead = region < 0 ? -1 : regions.node(region);
    if (dead >= 0 && heldBy(lock, dead) !== PLockMode.none && this.#members.lastOn(dead) === incarnation) {
      entries.numberGrant(entry, node);
      entries.commit(entry, afterHandOver(lock, dead, node));
      entries.normalize(entry);
    }
    const isHeld = entry >= 0 && heldBy(entries.lock(entry), node) !== PLockMode.none;
    directory.unlatch(bucket);
    if (isHeld) mailbox.send(node, Message.recall, pageNo, entries.grantOf(entry, node));
    return isHeld;
  }

  /**
   * Drops torn frames and the dead node's place in every queue, then gives away the retained page locks, X before S. The queues come first: the living go on
   * meanwhile, and whoever releases a page grants it to the next in its queue; a lock that the dead one was granted behind the search would be held for ever. The
   * newest version of an X page is known to nobody: storage serves it, once it has ingested the dead stream to its sealed end, which it has by now.
   */
  releaseRetained(incarnation: number, sealedLsn: number): void {
    const {directory, regions, dbp, mailbox} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.decided);
    const node = region < 0 ? -1 : regions.node(region);
    if (node < 0 || this.#members.lastOn(node) !== incarnation) return;
    regions.confirm(incarnation, sealedLsn);
    dbp.freeTornFrames(node);
    const locks = new PageLocks(directory, mailbox, node);
    this.#cancelRequests(node, locks);
    this.#releaseAll(node, PLockMode.exclusive, locks, entry => dbp.forget(entry, incarnation, sealedLsn));
    this.#releaseAll(node, PLockMode.shared, locks, () => {});
    mailbox.flush();
  }

  /** A loser's rows are all restored: its slot ends and its waiters run. */
  endLoser(incarnation: number, slot: number, version: number): void {
    const {slots, waits} = this.#parts;
    const region = this.#regionIn(incarnation, RegionState.decided);
    if (region < 0) return;
    slots.change(region, slot, version, SlotTag.aborting, SlotTag.aborted);
    waits.holderEnded(incarnation, slot, version);
    this.#parts.mailbox.flush();
  }

  /** Nothing is left to do for the incarnation: no loser, no lock. Its node id is free, its region after the last view that can ask for it. */
  finish(incarnation: number): void {
    const {regions, slots, waits, mailbox} = this.#parts;
    const region = regions.find(incarnation);
    if (region < 0) return;
    assert(regions.state(region) >= RegionState.decided, () => `incarnation ${incarnation} is not decided`);
    for (let slot = 0; slot < regions.slotsPerRegion; slot++) {
      const tag = tagOf(slots.word(region, slot));
      assert(tag === SlotTag.none || tag === SlotTag.aborted, () => `slot ${incarnation}.${slot} is not ended: ${tag}`);
    }
    if (regions.state(region) === RegionState.decided) regions.finish(region);
    const node = regions.node(region);
    if (node >= 0) this.#members.vacate(node, incarnation);
    waits.settleAll();
    mailbox.sendToAll(Message.look);
    mailbox.sendToAll(Message.judge);
    mailbox.flush();
  }

  /**
   * Rings again what found a full ring. For a timer: whoever has been granted a page by `releaseRetained` waits for that bell, and no other recovery may come for a
   * long time.
   */
  ringAgain(): void {
    this.#parts.mailbox.flush();
  }

  #cancelRequests(node: number, locks: PageLocks): void {
    const {entries} = this.#parts.directory;
    for (let entry = 0; entry < entries.count; entry++) {
      if (this.#isLinked(entry) && entries.get(entry, EntryField.queue + node) !== 0) locks.cancel(entries.page(entry));
    }
  }

  #releaseAll(node: number, mode: PLockMode, locks: PageLocks, before: (entry: number) => void): void {
    const {entries} = this.#parts.directory;
    for (let entry = 0; entry < entries.count; entry++) {
      if (!this.#isLinked(entry) || heldBy(entries.lock(entry), node) !== mode) continue;
      before(entry);
      locks.release(entry, PLockMode.none);
    }
  }

  #isLinked(entry: number): boolean {
    return this.#parts.directory.entries.get(entry, EntryField.home) > 0;
  }

  /** Region of the incarnation, if the step still has to be made: -1 when another recoverer has got further. */
  #regionIn(incarnation: number, step: RegionState): number {
    const region = this.#parts.regions.find(incarnation);
    if (region < 0) return -1;
    const now = this.#parts.regions.state(region);
    assert(now >= step, () => `incarnation ${incarnation} is in state ${now}, the step comes after ${step}`);
    return now === step ? region : -1;
  }
}
