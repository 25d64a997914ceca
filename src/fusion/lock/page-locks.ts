// Page locks of one node: acquire, upgrade, downgrade, release, cancel.
//
// Every transition runs under the latch of the page's bucket and is executed by the node that wants it; the others learn of it by
// reading the entry. A bell only says where to look.
//
//   A request is granted at once if nobody waits and the holders are compatible; else it joins the queue, first in, first out: an S
//   request behind a queued X waits, adjacent S waiters are granted together, an upgrade S -> X queues like any request while the node keeps
//   its S. Two nodes that hold S and both want X do not deadlock: the first in the queue is granted once the other, which is
//   recalled like any holder, has given up its S and goes on waiting for X (S6).
//
// A grant has a number; a bell that names another one is ignored (S6). After a bell `granted` the receiver looks whether the page is
// wanted again, so a recall that came too early is not lost.

import {assert} from '../../base/assert.ts';
import {DIRECTORY_FULL, GRANTED, PLockMode, WAITING} from '../api.ts';
import {type Mailbox, Message} from '../mailbox.ts';
import {EntryField} from '../memory/layout.ts';
import type {Directory} from './directory.ts';
import {afterGrant, afterRelease, type Entries, heldBy, holdersOf, isCompatible} from './entries.ts';

export class PageLocks {
  readonly #directory: Directory;
  readonly #entries: Entries;
  readonly #mailbox: Mailbox;
  readonly #node: number;
  /** Pages asked for and not yet granted: what to look at when bells may be lost. */
  readonly #asked = new Set<number>();
  /** Entry of the last granted acquire. */
  entry = -1;
  /** Since birth: grants at once, requests queued, releases, grants handed to others. */
  grants = 0;
  queued = 0;
  releases = 0;
  handovers = 0;

  constructor(directory: Directory, mailbox: Mailbox, node: number) {
    this.#directory = directory;
    this.#entries = directory.entries;
    this.#mailbox = mailbox;
    this.#node = node;
  }

  /** See PageFusion.acquire. */
  acquire(pageNo: number, mode: PLockMode): number {
    let bucket = this.#directory.latchPage(pageNo);
    let entry = this.#directory.find(bucket, pageNo);
    if (entry < 0) entry = this.#directory.insert(bucket, pageNo);
    if (entry < 0) {
      this.#directory.unlatch(bucket);
      if (!this.#directory.sweep()) return DIRECTORY_FULL;
      bucket = this.#directory.latchPage(pageNo);
      entry = this.#directory.find(bucket, pageNo);
      if (entry < 0) entry = this.#directory.insert(bucket, pageNo);
    }
    if (entry < 0) {
      this.#directory.unlatch(bucket);
      return DIRECTORY_FULL;
    }
    const isGranted = this.#request(entry, mode);
    const lock = this.#entries.lock(entry);
    this.#directory.unlatch(bucket);
    if (isGranted) return this.#granted(pageNo, entry);
    this.#asked.add(pageNo);
    this.#recallHolders(pageNo, entry, lock);
    return WAITING;
  }

  /** See PageFusion.release. */
  release(entry: number, keep: PLockMode): PLockMode {
    const page = this.#entries.page(entry);
    const bucket = this.#directory.latchPage(page);
    const lock = this.#entries.lock(entry);
    const held = heldBy(lock, this.#node);
    assert(held > PLockMode.none && keep <= held, () => `release of page ${page} held as ${held}, keeping ${keep}`);
    const granted = keep === held ? 0 : this.#entries.commit(entry, afterRelease(lock, this.#node, keep));
    this.#directory.unlatch(bucket);
    this.releases++;
    this.#ringGranted(page, entry, granted);
    return held;
  }

  /** See PageFusion.cancel. */
  cancel(pageNo: number): void {
    this.#asked.delete(pageNo);
    const bucket = this.#directory.latchPage(pageNo);
    const entry = this.#directory.find(bucket, pageNo);
    let granted = 0;
    if (entry >= 0 && this.#entries.get(entry, EntryField.queue + this.#node) !== 0) {
      this.#entries.dequeue(entry, this.#node);
      granted = this.#entries.commit(entry, this.#entries.lock(entry));
    }
    this.#directory.unlatch(bucket);
    if (granted !== 0) this.#ringGranted(pageNo, entry, granted);
  }

  /** True when this node holds the page under exactly this grant: the bell that names it still means something. */
  holdsUnder(pageNo: number, grant: number): boolean {
    const entry = this.lookUp(pageNo);
    if (entry < 0 || this.#entries.grantOf(entry, this.#node) !== grant) return false;
    return heldBy(this.#entries.lock(entry), this.#node) !== PLockMode.none;
  }

  /** Entry of a page, -1 when it has none. Stays valid only if this node holds the page or waits for it. */
  lookUp(pageNo: number): number {
    const bucket = this.#directory.latchPage(pageNo);
    const entry = this.#directory.find(bucket, pageNo);
    this.#directory.unlatch(bucket);
    return entry;
  }

  /** The page's request has been answered: it need not be looked at any more. */
  forget(pageNo: number): void {
    this.#asked.delete(pageNo);
  }

  /** Pages that were asked for and not yet reported as granted. */
  asked(): readonly number[] {
    return [...this.#asked];
  }

  /** True when the node holds all it asked for on the page. Otherwise rings the holders again. */
  isServed(pageNo: number): boolean {
    const entry = this.lookUp(pageNo);
    if (entry < 0) return true;
    const lock = this.#entries.lock(entry);
    if (this.#entries.wantedBy(entry, this.#node, lock) === PLockMode.none) return true;
    this.#recallHolders(pageNo, entry, lock);
    return false;
  }

  /** Rings everybody in the bitmap of new grants. */
  #ringGranted(pageNo: number, entry: number, granted: number): void {
    for (let rest = granted; rest !== 0; rest &= rest - 1) {
      const node = 31 - Math.clz32(rest & -rest);
      this.handovers++;
      this.#mailbox.send(node, Message.grant, pageNo, this.#entries.grantOf(entry, node));
    }
  }

  /** Grants at once or queues. Under the latch. True: granted, or held already. */
  #request(entry: number, mode: PLockMode): boolean {
    const entries = this.#entries;
    const lock = entries.lock(entry);
    if (heldBy(lock, this.#node) >= mode) return true;
    if (!entries.isWantedByOther(entry, this.#node) && isCompatible(lock, this.#node, mode)) {
      entries.numberGrant(entry, this.#node);
      entries.setLock(entry, afterGrant(lock, this.#node, mode));
      if (entries.get(entry, EntryField.waiters) !== 0) entries.normalize(entry);
      return true;
    }
    if (entries.wantedBy(entry, this.#node, lock) < mode) {
      entries.enqueue(entry, this.#node, mode);
      this.queued++;
    }
    return false;
  }

  #granted(pageNo: number, entry: number): number {
    if (this.#asked.size > 0) this.#asked.delete(pageNo);
    this.entry = entry;
    this.grants++;
    return GRANTED;
  }

  #recallHolders(pageNo: number, entry: number, lock: number): void {
    for (let rest = holdersOf(lock) & ~(1 << this.#node); rest !== 0; rest &= rest - 1) {
      const node = 31 - Math.clz32(rest & -rest);
      this.#mailbox.send(node, Message.recall, pageNo, this.#entries.grantOf(entry, node));
    }
  }
}
