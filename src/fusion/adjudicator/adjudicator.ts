// The adjudicator of a volume (optimistic mode, K17): it knows the newest accepted version of every page, and decides who makes the next one.
//
// A node proposes a page together with the version that it has of it, before a mini-transaction begins and before anything has an LSN. First come, first served:
//
//   its version is the newest and nobody's poll has the page    ACCEPTED: the page is the node's to change until its poll ends (a claim)
//   another version is the newest                               STALE: the other's redo must come here first; the page is kept for this node then
//   another poll has the page, or it is kept for another node   BUSY: ask again
//
// A mini-transaction begins once all its pages are accepted, and nobody waits while it has claims: so all of its pages are decided, or none, and there is no circle. Each page that it has changed
// is advanced in the same step in which its redo becomes part of the stream, before anything of it can be written.
//
//   entry     absent ──propose──> base of the first proposal ──advance──> (LLSN, incarnation, LSN of its end)
//                ^                                                              │ maker dies, sealed below the LSN
//                └── swept: every node has applied it               orphan <────┘
//
// An orphan's newest version is the last that the dead one's stream still has, or else the version before the dead one's first. Who has applied that stream to its end has it in his copy of the page,
// and says so by his version.
//
// One latch guards it all: it is held for some tens of nanoseconds, and its dead holder is replaced by the next who comes. What he leaves is whole enough: an entry is written so that each of its halves
// tells of a version that is durable, and `orphan` looks at every entry that he claimed or made.

import {assert} from '../../base/assert.ts';
import {FencedError} from '../../base/errors.ts';
import {ACCEPTED, BUSY, type PageAdjudicator, STALE} from '../api.ts';
import {Latch} from '../memory/latch.ts';
import {NODE_WORDS, NodeField, NodeState} from '../memory/layout.ts';
import {AdjudicatorHeader, type AdjudicatorMemory, WISH_64} from './layout.ts';

/** A page is kept for a node that was refused until so many others were refused for it. */
const PATIENCE = 64;
const NODE_BITS = 255;
const COUNT_UNIT = 256;

export class Adjudicator implements PageAdjudicator {
  readonly #m: AdjudicatorMemory;
  readonly #latch: Latch;
  readonly #node: number;
  readonly #incarnation: number;
  readonly #mask: number;
  llsn = 0;
  incarnation = 0;
  lsn = 0;

  /** `actor` is a node id, or SUPERVISOR_BELL with incarnation 0. */
  constructor(memory: AdjudicatorMemory, actor: number, incarnation: number) {
    this.#m = memory;
    this.#latch = new Latch(memory, actor);
    this.#node = actor;
    this.#incarnation = incarnation;
    this.#mask = memory.options.entries - 1;
    assert((memory.options.entries & this.#mask) === 0, () => `${memory.options.entries} entries`);
  }

  #lock(): void {
    // A dead holder leaves nothing to repair before `orphan` comes by.
    this.#latch.acquire(AdjudicatorHeader.latch);
  }

  #unlock(): void {
    this.#latch.release(AdjudicatorHeader.latch);
  }

  #nodeAt(node: number): number {
    return this.#m.layout.nodes + node * NODE_WORDS;
  }

  /** Incarnation that proposes on this node; 0 = none. */
  #living(node: number): number {
    const at = this.#nodeAt(node);
    if (Atomics.load(this.#m.words, at + NodeField.state) !== NodeState.live) return 0;
    return Atomics.load(this.#m.words, at + NodeField.incarnation) >>> 0;
  }

  /** This incarnation may propose from now on. It has nothing cached. */
  join(): void {
    const {words, words64, cutLsns, cutIncarnations, options} = this.#m;
    const at = this.#nodeAt(this.#node);
    this.#lock();
    for (let stream = 0; stream < options.nodes; stream++) {
      cutIncarnations[this.#node * options.nodes + stream] = 0;
      cutLsns[this.#node * options.nodes + stream] = 0;
    }
    Atomics.store(words64, at / 2 + WISH_64, 0n);
    Atomics.store(words, at + NodeField.incarnation, this.#incarnation | 0);
    Atomics.store(words, at + NodeField.state, NodeState.live);
    this.#unlock();
  }

  /** Who has been declared dead is refused (K7). */
  #check(): void {
    if (this.#living(this.#node) === this.#incarnation) return;
    this.#unlock();
    throw new FencedError(`incarnation ${this.#incarnation} has been declared dead`);
  }

  propose(pageNo: number, llsn: number, incarnation: number): number {
    this.#lock();
    this.#check();
    const entry = this.#enter(pageNo, llsn, incarnation);
    const verdict = entry < 0 ? BUSY : this.#judge(entry, llsn, incarnation);
    this.#unlock();
    return verdict;
  }

  proposeFresh(pageNo: number): number {
    this.#lock();
    this.#check();
    const entry = this.#enter(pageNo, 0, 0);
    let verdict: number = entry >= 0 && this.#mayClaim(entry) ? ACCEPTED : BUSY;
    if (verdict === ACCEPTED && this.#m.lsns[entry] < 0) verdict = STALE;
    if (verdict === ACCEPTED) this.#claim(entry);
    this.#unlock();
    return verdict;
  }

  #judge(entry: number, llsn: number, incarnation: number): number {
    if (!this.#mayClaim(entry)) return BUSY;
    if (!this.#isNewest(entry, llsn, incarnation)) {
      if (this.#m.reserved[entry] === 0) this.#m.reserved[entry] = this.#node + 1;
      return STALE;
    }
    if (this.#m.lsns[entry] < 0) this.#adopt(entry, llsn, incarnation);
    this.#claim(entry);
    return ACCEPTED;
  }

  /** Which version of an orphan is the newest is known now. */
  #adopt(entry: number, llsn: number, incarnation: number): void {
    this.#m.llsns[entry] = llsn;
    this.#m.incarnations[entry] = incarnation;
    this.#m.lsns[entry] = 0;
  }

  #claim(entry: number): void {
    this.#m.claims[entry] = this.#node + 1;
    this.#m.reserved[entry] = 0;
  }

  /** No other poll has it, and it is not kept for another node, or has been for long enough. */
  #mayClaim(entry: number): boolean {
    const {claims, reserved} = this.#m;
    if (claims[entry] !== 0 && claims[entry] !== this.#node + 1) return false;
    const kept = reserved[entry];
    if (kept === 0 || (kept & NODE_BITS) === this.#node + 1) return true;
    if (kept < PATIENCE * COUNT_UNIT) {
      reserved[entry] = kept + COUNT_UNIT;
      return false;
    }
    reserved[entry] = 0;
    return true;
  }

  #isNewest(entry: number, llsn: number, incarnation: number): boolean {
    const {lsns, llsns, incarnations, previousLlsns, previousIncarnations} = this.#m;
    if (lsns[entry] >= 0) return llsns[entry] === llsn && incarnations[entry] === incarnation;
    const dead = incarnations[entry];
    if (!this.#hasAll(dead, -lsns[entry] - 1)) return false;
    if (incarnation === dead) return llsn > previousLlsns[entry];
    return incarnation === previousIncarnations[entry] && llsn === previousLlsns[entry];
  }

  /** Has this node applied the dead one's stream to its end? A stream that it does not follow (any more) ended before. */
  #hasAll(dead: number, endLsn: number): boolean {
    const {cutIncarnations, cutLsns, options} = this.#m;
    const row = this.#node * options.nodes;
    for (let stream = 0; stream < options.nodes; stream++)
      if (cutIncarnations[row + stream] === dead) return cutLsns[row + stream] >= endLsn;
    return true;
  }

  advance(pageNo: number, llsn: number, lsn: number): void {
    const {claims, lsns, llsns, incarnations, previousLlsns, previousIncarnations} = this.#m;
    this.#lock();
    this.#check();
    const entry = this.#find(pageNo);
    assert(entry >= 0 && claims[entry] === this.#node + 1, () => `page ${pageNo} is changed without being accepted`);
    if (incarnations[entry] !== this.#incarnation) {
      // In this order: whoever dies in between leaves an entry that claims too little, never too much.
      previousLlsns[entry] = llsns[entry];
      previousIncarnations[entry] = incarnations[entry];
      lsns[entry] = Number.POSITIVE_INFINITY;
      incarnations[entry] = this.#incarnation;
    }
    llsns[entry] = llsn;
    lsns[entry] = lsn;
    this.#unlock();
  }

  release(pages: readonly number[]): void {
    const {claims} = this.#m;
    this.#lock();
    for (const pageNo of pages) {
      const entry = this.#find(pageNo);
      if (entry >= 0 && claims[entry] === this.#node + 1) claims[entry] = 0;
    }
    this.#unlock();
  }

  giveUp(pageNo: number): void {
    this.#lock();
    const entry = this.#find(pageNo);
    if (entry >= 0 && (this.#m.reserved[entry] & NODE_BITS) === this.#node + 1) this.#m.reserved[entry] = 0;
    this.#unlock();
  }

  newest(pageNo: number): boolean {
    const {llsns, lsns, incarnations} = this.#m;
    this.#lock();
    const entry = this.#find(pageNo);
    if (entry >= 0) {
      this.llsn = llsns[entry];
      this.incarnation = incarnations[entry];
      this.lsn = lsns[entry];
    }
    this.#unlock();
    return entry >= 0;
  }

  want(pageNo: number): number {
    if (!this.newest(pageNo) || this.lsn <= 0 || this.incarnation === this.#incarnation) return -1;
    const {options, words64} = this.#m;
    for (let node = 0; node < options.nodes; node++) {
      if (this.#living(node) !== this.incarnation) continue;
      const at = this.#nodeAt(node) / 2 + WISH_64;
      const wish = BigInt(this.lsn);
      for (let known = Atomics.load(words64, at); known < wish; known = Atomics.load(words64, at))
        if (Atomics.compareExchange(words64, at, known, wish) === known) break;
      return node;
    }
    return -1;
  }

  get wanted(): number {
    return Number(Atomics.load(this.#m.words64, this.#nodeAt(this.#node) / 2 + WISH_64));
  }

  publishCut(stream: number, incarnation: number, lsn: number): void {
    const at = this.#node * this.#m.options.nodes + stream;
    this.#lock();
    this.#m.cutIncarnations[at] = incarnation;
    this.#m.cutLsns[at] = lsn;
    this.#unlock();
  }

  /**
   * Supervisor: an incarnation is dead, and its stream sealed at `endLsn`. It is refused from now on; what it had accepted and not made durable never was. Can be repeated.
   */
  orphan(node: number, incarnation: number, endLsn: number): void {
    const {pages, claims, reserved, lsns, incarnations, words} = this.#m;
    const at = this.#nodeAt(node);
    if (Atomics.load(words, at + NodeField.incarnation) >>> 0 === incarnation)
      Atomics.store(words, at + NodeField.state, NodeState.dead);
    this.#lock();
    for (let entry = 0; entry < pages.length; entry++) {
      if (pages[entry] === 0) continue;
      if (claims[entry] === node + 1) claims[entry] = 0;
      if ((reserved[entry] & NODE_BITS) === node + 1) reserved[entry] = 0;
      if (incarnations[entry] === incarnation && lsns[entry] > endLsn) lsns[entry] = -endLsn - 1;
    }
    this.#unlock();
  }

  #home(pageNo: number): number {
    const h = Math.imul(pageNo, 0x9e3779b1);
    return (h ^ (h >>> 15)) & this.#mask;
  }

  #find(pageNo: number): number {
    const {pages} = this.#m;
    for (let i = this.#home(pageNo); ; i = (i + 1) & this.#mask) {
      if (pages[i] === pageNo + 1) return i;
      if (pages[i] === 0) return -1;
    }
  }

  /** The page's entry; a new one says that the proposer's version is the newest, for all nodes have applied what was swept. -1: no room until others have applied more. */
  #enter(pageNo: number, llsn: number, incarnation: number): number {
    const known = this.#find(pageNo);
    if (known >= 0) return known;
    const {words, pages} = this.#m;
    if (words[AdjudicatorHeader.used] >= (pages.length / 4) * 3) this.#sweep();
    if (words[AdjudicatorHeader.used] >= (pages.length / 8) * 7) return -1;
    return this.#insert(pageNo, llsn, incarnation);
  }

  #insert(pageNo: number, llsn: number, incarnation: number): number {
    const m = this.#m;
    let entry = this.#home(pageNo);
    while (m.pages[entry] !== 0) entry = (entry + 1) & this.#mask;
    m.llsns[entry] = llsn;
    m.incarnations[entry] = incarnation;
    m.lsns[entry] = 0;
    m.previousLlsns[entry] = llsn;
    m.previousIncarnations[entry] = incarnation;
    m.claims[entry] = 0;
    m.reserved[entry] = 0;
    m.pages[entry] = pageNo + 1;
    m.words[AdjudicatorHeader.used]++;
    return entry;
  }

  /** Forgets the versions that every living node has applied. */
  #sweep(): void {
    const m = this.#m;
    const kept: number[][] = [];
    for (let entry = 0; entry < m.pages.length; entry++) {
      if (m.pages[entry] === 0) continue;
      const isNeeded = m.claims[entry] !== 0 || m.reserved[entry] !== 0 || !this.#isEverywhere(entry);
      if (isNeeded) kept.push(this.#row(entry));
      m.pages[entry] = 0;
    }
    m.words[AdjudicatorHeader.used] = 0;
    m.words[AdjudicatorHeader.sweeps]++;
    for (const row of kept) this.#putRow(row);
  }

  #row(entry: number): number[] {
    const {pages, llsns, incarnations, lsns, previousLlsns, previousIncarnations, claims, reserved} = this.#m;
    return [
      pages[entry] - 1,
      llsns[entry],
      incarnations[entry],
      lsns[entry],
      previousLlsns[entry],
      previousIncarnations[entry],
      claims[entry],
      reserved[entry],
    ];
  }

  #putRow([page, llsn, incarnation, lsn, previousLlsn, previousIncarnation, claim, reserved]: number[]): void {
    const m = this.#m;
    const entry = this.#insert(page, llsn, incarnation);
    m.lsns[entry] = lsn;
    m.previousLlsns[entry] = previousLlsn;
    m.previousIncarnations[entry] = previousIncarnation;
    m.claims[entry] = claim;
    m.reserved[entry] = reserved;
  }

  #isEverywhere(entry: number): boolean {
    const {options, lsns, incarnations, cutIncarnations, cutLsns} = this.#m;
    const lsn = lsns[entry];
    if (lsn <= 0) return lsn === 0;
    const maker = this.#nodeOf(incarnations[entry]);
    if (maker < 0) return false;
    for (let node = 0; node < options.nodes; node++) {
      if (node === maker || this.#living(node) === 0) continue;
      const at = node * options.nodes + maker;
      if (cutIncarnations[at] !== incarnations[entry] || cutLsns[at] < lsn) return false;
    }
    return true;
  }

  #nodeOf(incarnation: number): number {
    for (let node = 0; node < this.#m.options.nodes; node++)
      if (Atomics.load(this.#m.words, this.#nodeAt(node) + NodeField.incarnation) >>> 0 === incarnation) return node;
    return -1;
  }

  /** Pages known, for metrics. */
  get used(): number {
    return this.#m.words[AdjudicatorHeader.used];
  }
}
