// Buffer Fusion of one node: pages into the distributed buffer pool and out of it.
//
// A push goes into a fresh frame; when the copy is whole, the directory's identity record is replaced in one store and the old frame
// becomes free (K4). So a death in the middle of a copy leaves the directory as it was. Any frame may be taken away at any time: the
// identity stays in the directory, and storage serves the page. What a reader copies he verifies, and retries or goes to storage.
//
// Frames are found by a clock that all nodes share: a free frame, else one that was not used since the hand passed.

import {assert} from '../../base/assert.ts';
import {getU48} from '../../base/bytes.ts';
import type {Memory} from '../../format/memory.ts';
import {At} from '../../format/page/layout.ts';
import {PLockMode} from '../api.ts';
import type {Directory} from '../lock/directory.ts';
import {type Entries, heldBy} from '../lock/entries.ts';
import {EntryField} from '../memory/layout.ts';
import type {FramePool} from './frame-pool.ts';

/** Frames that the clock passes before a push gives up. */
const CLOCK_STEPS_MAX = 512;

export class Dbp {
  readonly #directory: Directory;
  readonly #entries: Entries;
  readonly #frames: FramePool;
  readonly #node: number;
  /** Since birth: copies out that hit and missed, pushes, offers taken, frames taken from other pages, pushes without a frame. */
  hits = 0;
  misses = 0;
  pushes = 0;
  offers = 0;
  evictions = 0;
  frameless = 0;

  constructor(directory: Directory, frames: FramePool, node: number) {
    this.#directory = directory;
    this.#entries = directory.entries;
    this.#frames = frames;
    this.#node = node;
  }

  /** See PageFusion.copyFromDbp. */
  copyOut(entry: number, target: Memory, at: number): boolean {
    const entries = this.#entries;
    const frame = entries.frame(entry);
    const llsn = entries.newestLlsn(entry);
    const incarnation = entries.newestIncarnation(entry);
    if (frame < 0 || !this.#frames.read(frame, entries.page(entry), llsn, incarnation, target, at)) {
      this.misses++;
      return false;
    }
    this.hits++;
    this.#noteCopy(entry);
    return true;
  }

  /** See PageFusion.push. The node must hold X. */
  push(entry: number, source: Memory, at: number, lsn: number): boolean {
    this.#assertHeld(entry, PLockMode.exclusive);
    const llsn = getU48(source.view, at + At.llsn);
    const incarnation = source.view.getUint32(at + At.incarnation, true);
    const frame = this.#fill(entry, source, at);
    this.#replace(entry, llsn, incarnation, lsn, frame);
    if (frame < 0) this.frameless++;
    else this.pushes++;
    return frame >= 0;
  }

  /** See PageFusion.setNewest. The node must hold X. */
  setNewest(entry: number, llsn: number, incarnation: number, lsn: number): void {
    this.#assertHeld(entry, PLockMode.exclusive);
    this.#replace(entry, llsn, incarnation, lsn, -1);
  }

  /**
   * See PageFusion.offer. A page that storage has served under this node's lock is the newest version: if nobody knew the identity, it
   * is known now, so that the next reader may keep what he has cached. Nothing is done when the directory knows another version.
   */
  offer(entry: number, source: Memory, at: number): void {
    const entries = this.#entries;
    const llsn = getU48(source.view, at + At.llsn);
    const incarnation = source.view.getUint32(at + At.incarnation, true);
    if (entries.frame(entry) >= 0 || incarnation === 0) return;
    const frame = this.#fill(entry, source, at);
    const bucket = this.#directory.latchPage(entries.page(entry));
    const newest = entries.newestIncarnation(entry);
    const isSame = newest === incarnation && entries.newestLlsn(entry) === llsn;
    const isMissing = entries.frame(entry) < 0;
    if (isMissing && (newest === 0 || isSame)) {
      if (frame >= 0) this.#frames.attach(frame, entry);
      entries.setRecord(entry, llsn, incarnation, entries.needStream(entry), entries.needLsn(entry), frame);
      this.offers++;
    } else if (frame >= 0) {
      this.#frames.free(frame);
    }
    this.#directory.unlatch(bucket);
    this.#noteCopy(entry);
  }

  /**
   * Forgets the identity and the frame: only storage knows the newest version, once it has ingested `stream`, the dead one's, to its end `lsn`. What was needed of
   * another stream stays needed (K3): the dead one may have got the page from there and changed it, or not, without that redo being on disk yet; its own has
   * been ingested when recovery comes here (S18).
   */
  forget(entry: number, stream: number, lsn: number): void {
    const entries = this.#entries;
    const bucket = this.#directory.latchPage(entries.page(entry));
    const old = entries.frame(entry);
    const needed = entries.needStream(entry);
    if (needed === 0 || needed === stream) entries.setRecord(entry, 0, 0, stream, lsn, -1);
    else entries.setRecord(entry, 0, 0, needed, entries.needLsn(entry), -1);
    if (old >= 0) this.#frames.free(old);
    this.#directory.unlatch(bucket);
  }

  /** Frees the frames that a dead node was filling or had not finished handing over (K4). Returns how many. */
  freeTornFrames(deadNode: number): number {
    let freed = 0;
    for (let frame = 0; frame < this.#frames.count; frame++) {
      const owner = this.#frames.owner(frame);
      if (owner !== -(deadNode + 1) && !this.#isOrphan(frame, owner)) continue;
      this.#frames.free(frame);
      freed++;
    }
    return freed;
  }

  /** Fills a fresh frame with the page; -1 when none could be had. */
  #fill(entry: number, source: Memory, at: number): number {
    const frame = this.#claimFrame();
    if (frame >= 0) this.#frames.write(frame, this.#entries.page(entry), source, at);
    return frame;
  }

  /** The transition: new identity and new frame in one store; then the old frame is free. */
  #replace(entry: number, llsn: number, incarnation: number, lsn: number, frame: number): void {
    const entries = this.#entries;
    const bucket = this.#directory.latchPage(entries.page(entry));
    const old = entries.frame(entry);
    if (frame >= 0) this.#frames.attach(frame, entry);
    entries.setRecord(entry, llsn, incarnation, incarnation, lsn, frame);
    entries.set(entry, EntryField.copyset, 1 << this.#node);
    if (old >= 0) this.#frames.free(old);
    this.#directory.unlatch(bucket);
  }

  #claimFrame(): number {
    const steps = Math.min(2 * this.#frames.count, CLOCK_STEPS_MAX);
    for (let i = 0; i < steps; i++) {
      const frame = this.#frames.nextByClock();
      const owner = this.#frames.owner(frame);
      if (owner === 0 && this.#frames.tryClaim(frame)) return frame;
      if (owner <= 0 || this.#frames.takeSecondChance(frame)) continue;
      if (!this.#directory.evictFrame(owner - 1, frame)) continue;
      this.evictions++;
      return frame;
    }
    return -1;
  }

  /** True when the frame claims an entry that does not name it: its pusher died, or let go of it, between two stores. */
  #isOrphan(frame: number, owner: number): boolean {
    if (owner <= 0) return false;
    const entry = owner - 1;
    const bucket = this.#directory.latchPage(this.#entries.page(entry));
    const isOrphan = this.#frames.owner(frame) === owner && this.#entries.frame(entry) !== frame;
    this.#directory.unlatch(bucket);
    return isOrphan;
  }

  /** Statistics only: who has a copy. Correctness never reads it (K10). */
  #noteCopy(entry: number): void {
    const copies = this.#entries.get(entry, EntryField.copyset);
    const mine = 1 << this.#node;
    if ((copies & mine) === 0) this.#entries.set(entry, EntryField.copyset, copies | mine);
  }

  #assertHeld(entry: number, mode: PLockMode): void {
    const held = heldBy(this.#entries.lock(entry), this.#node);
    assert(held >= mode, () => `page ${this.#entries.page(entry)} is held as ${held}, needed ${mode}`);
  }
}
