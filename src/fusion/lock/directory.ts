// The page directory: a hash table from page number to entry, in shared memory.
//
// A bucket is a latch and the first entry of a chain; the latch guards the chain and every entry in it.
//
//   home word of an entry   0            free
//                           bucket + 1   in the chain of that bucket
//                           -(actor + 1) taken by that actor, not yet linked
//
// Linking: claim (compare-and-swap of home), fill, home = bucket + 1, then one store of the chain's head. Unlinking: one store takes the entry out
// of the chain, then home = 0. A death in between leaves an entry that is in no chain; who repairs the bucket frees it.
//
// An entry goes only when nobody holds it or waits for it, and storage has confirmed its page's LSN (K3): otherwise nobody would know
// which version is the newest. Before it goes, a floor above its object version is published, so that a version number that
// was once seen can never come back with another meaning.

import type {FramePool} from '../buffer/frame-pool.ts';
import type {Latch} from '../memory/latch.ts';
import {BUCKET_WORDS, BucketField, EntryField, Header} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';
import type {Regions} from '../transaction/regions.ts';
import {Entries, holdersOf} from './entries.ts';

/** Entries looked at for a free one while a bucket is latched. */
const PROBES = 64;
/** Entries that one sweep frees at most. */
const SWEEP_GOAL = 16;

export class Directory {
  readonly entries: Entries;
  readonly bucketCount: number;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #latch: Latch;
  readonly #frames: FramePool;
  readonly #regions: Regions;
  readonly #claim: number;
  readonly #shift: number;
  /** Entries dropped to make room, since birth. */
  dropped = 0;

  constructor(memory: PmfsMemory, latch: Latch, frames: FramePool, regions: Regions, actor: number) {
    this.entries = new Entries(memory);
    this.bucketCount = memory.layout.bucketCount;
    this.#words = memory.words;
    this.#at = memory.layout.buckets;
    this.#latch = latch;
    this.#frames = frames;
    this.#regions = regions;
    this.#claim = -(actor + 1);
    this.#shift = 32 - Math.log2(this.bucketCount);
  }

  /** Latches the bucket of a page and returns it. */
  latchPage(pageNo: number): number {
    const bucket = this.bucketOf(pageNo);
    this.latchBucket(bucket);
    return bucket;
  }

  latchBucket(bucket: number): void {
    if (this.#latch.acquire(this.#latchAt(bucket))) this.#repair(bucket);
  }

  unlatch(bucket: number): void {
    this.#latch.release(this.#latchAt(bucket));
  }

  bucketOf(pageNo: number): number {
    return this.bucketCount === 1 ? 0 : Math.imul(pageNo, 0x9e3779b1) >>> this.#shift;
  }

  /** First entry of a bucket's chain, -1 at its end; then `next`. */
  first(bucket: number): number {
    return Atomics.load(this.#words, this.#headAt(bucket)) - 1;
  }

  next(entry: number): number {
    return this.entries.get(entry, EntryField.next) - 1;
  }

  /** The page's entry, -1 when it has none. Under the latch. */
  find(bucket: number, pageNo: number): number {
    let entry = this.first(bucket);
    while (entry >= 0 && this.entries.page(entry) !== pageNo) entry = this.next(entry);
    return entry;
  }

  /** Makes an entry for a page that has none; its identity is unknown. Under the latch. -1: no free entry at hand, `sweep` may help. */
  insert(bucket: number, pageNo: number): number {
    const entry = this.#claimFree();
    if (entry < 0) return -1;
    const {entries} = this;
    entries.set(entry, EntryField.page, pageNo | 0);
    entries.set(entry, EntryField.lock, 0);
    entries.set(entry, EntryField.copyset, 0);
    entries.set(entry, EntryField.objectVersion, Atomics.load(this.#words, Header.objectVersionFloor));
    entries.normalize(entry);
    entries.setRecord(entry, 0, 0, 0, 0, -1);
    entries.set(entry, EntryField.next, Atomics.load(this.#words, this.#headAt(bucket)));
    entries.set(entry, EntryField.home, bucket + 1);
    Atomics.store(this.#words, this.#headAt(bucket), entry + 1);
    return entry;
  }

  /** Frees some entries that nobody needs. No latch may be held. False: every entry is held, waited for or not confirmed. */
  sweep(): boolean {
    let freed = 0;
    const start = Atomics.load(this.#words, Header.entryCursor);
    for (let i = 0; i < this.entries.count && freed < SWEEP_GOAL; i++) {
      const entry = (start + i) % this.entries.count;
      const isFree = this.entries.get(entry, EntryField.home) === 0 || this.#dropIfIdle(entry);
      if (!isFree) continue;
      if (freed === 0) Atomics.store(this.#words, Header.entryCursor, entry);
      freed++;
    }
    return freed > 0;
  }

  /** Takes the frame away from an entry whose latch can be had at once. Returns whether it did. */
  evictFrame(entry: number, frame: number): boolean {
    const home = this.entries.get(entry, EntryField.home);
    if (home <= 0 || !this.#latch.tryAcquire(this.#latchAt(home - 1))) return false;
    const isIts = this.entries.get(entry, EntryField.home) === home && this.entries.frame(entry) === frame;
    if (isIts) {
      this.entries.setFrame(entry, -1);
      this.#frames.detach(frame);
    }
    this.unlatch(home - 1);
    return isIts;
  }

  /** Takes over and repairs every bucket that a dead node has latched. Returns how many. */
  repairAfter(deadNode: number): number {
    let repaired = 0;
    for (let bucket = 0; bucket < this.bucketCount; bucket++) {
      if (!this.#latch.takeOverFrom(this.#latchAt(bucket), deadNode)) continue;
      this.#repair(bucket);
      this.unlatch(bucket);
      repaired++;
    }
    return repaired;
  }

  /** Frees the entries that a dead node had claimed and not linked. */
  freeClaimsOf(deadNode: number): void {
    for (let entry = 0; entry < this.entries.count; entry++) {
      this.entries.replace(entry, EntryField.home, -(deadNode + 1), 0);
    }
  }

  #claimFree(): number {
    const {count} = this.entries;
    const start = Atomics.load(this.#words, Header.entryCursor);
    for (let i = 0; i < PROBES && i < count; i++) {
      const entry = (start + i) % count;
      if (this.entries.get(entry, EntryField.home) !== 0) continue;
      if (!this.entries.replace(entry, EntryField.home, 0, this.#claim)) continue;
      Atomics.store(this.#words, Header.entryCursor, (entry + 1) % count);
      return entry;
    }
    return -1;
  }

  #dropIfIdle(entry: number): boolean {
    const home = this.entries.get(entry, EntryField.home);
    if (home <= 0 || !this.#isIdle(entry)) return false;
    if (!this.#latch.tryAcquire(this.#latchAt(home - 1))) return false;
    const drop = this.entries.get(entry, EntryField.home) === home && this.#isIdle(entry);
    if (drop) this.#drop(home - 1, entry);
    this.unlatch(home - 1);
    return drop;
  }

  #isIdle(entry: number): boolean {
    const {entries} = this;
    const lock = entries.lock(entry);
    if (holdersOf(lock) !== 0 || entries.get(entry, EntryField.waiters) !== 0) return false;
    return this.#regions.isConfirmed(entries.needStream(entry), entries.needLsn(entry));
  }

  /** Under the latch; each store leaves a state that the repair understands. */
  #drop(bucket: number, entry: number): void {
    const frame = this.entries.frame(entry);
    if (frame >= 0) {
      this.entries.setFrame(entry, -1);
      this.#frames.free(frame);
    }
    this.#raiseVersionFloor(this.entries.get(entry, EntryField.objectVersion));
    this.#unlink(bucket, entry);
    this.entries.set(entry, EntryField.home, 0);
    this.dropped++;
  }

  #raiseVersionFloor(version: number): void {
    for (;;) {
      const floor = Atomics.load(this.#words, Header.objectVersionFloor);
      if (floor >>> 0 >= version >>> 0) return;
      if (Atomics.compareExchange(this.#words, Header.objectVersionFloor, floor, version) === floor) return;
    }
  }

  #unlink(bucket: number, entry: number): void {
    const next = this.entries.get(entry, EntryField.next);
    let at = this.first(bucket);
    if (at === entry) {
      Atomics.store(this.#words, this.#headAt(bucket), next);
      return;
    }
    while (this.next(at) !== entry) at = this.next(at);
    this.entries.set(at, EntryField.next, next);
  }

  /** Somebody died under this latch: completes what he had committed, forgets the rest. Idempotent. */
  #repair(bucket: number): void {
    const {entries} = this;
    for (let entry = this.first(bucket); entry >= 0; entry = this.next(entry)) {
      entries.normalize(entry);
      entries.commit(entry, entries.lock(entry));
    }
    for (let entry = 0; entry < entries.count; entry++) {
      if (entries.get(entry, EntryField.home) !== bucket + 1) continue;
      if (this.find(bucket, entries.page(entry)) !== entry) entries.set(entry, EntryField.home, 0);
    }
  }

  #latchAt(bucket: number): number {
    return this.#at + bucket * BUCKET_WORDS + BucketField.latch;
  }

  #headAt(bucket: number): number {
    return this.#at + bucket * BUCKET_WORDS + BucketField.head;
  }
}
