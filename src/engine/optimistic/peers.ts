// A node of the optimistic mode follows all the others: their redo, as far as it is durable, is applied to the pages that are cached here. So all cached pages are of one moment of the
// cluster, the *cut*, and of this node's own changes, which were each made on the newest version of a page.
//
//   - a round first notes the time (the newest CTS), then how far each stream is durable, as it was at one moment; then it applies all up to there. Every commit up to that time had its commit record
//     durable before it drew its CTS: so after the round views may read at that time. That is the *view point*
//   - a record of one stream may build on a record of another one. It waits until that has been applied; within a round it always comes, because nobody builds on what is not durable
//   - a page that is on its way from storage gets what is applied meanwhile when it has come (page-requests.ts)
//
// A node that has fallen behind by more than a ring forgets its pages and begins at the present.

import {assert, BugError} from '../../base/assert.ts';
import type {Memory} from '../../format/memory.ts';
import {pageIncarnation, pageLlsn} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {RedoType} from '../../format/redo/layout.ts';
import {backIncarnation, backLlsn, isControl, redoLlsn, redoPageNo, redoType} from '../../format/redo/read.ts';
import type {RedoFeed} from '../../storage/api.ts';
import type {CachedPages} from '../replica/follower.ts';
import {NOTHING_LEFT, PeerStream, RING_CAME_ROUND} from './peer-stream.ts';

export interface PeerEvents {
  /** Newest CTS of the cluster. */
  now(): number;
  /** This node has been declared dead: what it has cached may be built on what never was. */
  isFenced(): boolean;
  /** Redo of a page that is asked for and has not come. */
  missed(pageNo: number, redo: Memory, at: number, incarnation: number): boolean;
  /** A cached page has changed. */
  changed(pageNo: number): void;
  /** A stream has been applied further. */
  reached(node: number, incarnation: number, lsn: number): void;
  /** Nothing that is cached may be used any more. */
  forget(): void;
}

export class Peers {
  readonly #feed: RedoFeed;
  readonly #own: number;
  readonly #pageSize: number;
  readonly #events: PeerEvents;
  readonly #streams: PeerStream[] = [];
  #sources: readonly CachedPages[] = [];
  readonly #incarnations: Float64Array;
  readonly #durable: Float64Array;
  /** Everything committed up to here can be read. */
  viewPoint = 0;
  /** Metrics. */
  applied = 0;
  passedOver = 0;
  restarts = -1;
  rounds = 0;

  constructor(feed: RedoFeed, own: number, pageSize: number, events: PeerEvents) {
    this.#feed = feed;
    this.#own = own;
    this.#pageSize = pageSize;
    this.#events = events;
    for (let node = 0; node < feed.nodes; node++) this.#streams.push(new PeerStream(feed, node));
    this.#incarnations = new Float64Array(feed.nodes);
    this.#durable = new Float64Array(feed.nodes);
  }

  /** Begins at the present. Nothing is cached. */
  start(): void {
    this.#restart();
  }

  /** Where pages are cached; nothing is there yet. */
  follow(sources: readonly CachedPages[]): void {
    this.#sources = sources;
  }

  /** True when the cut has come to what had been put into the rings when `lsns` was noted. */
  isReached(incarnations: Float64Array, lsns: Float64Array): boolean {
    for (const stream of this.#streams) {
      const {node, incarnation, cutLsn} = stream;
      if (node === this.#own || incarnations[node] === 0 || incarnation > incarnations[node]) continue;
      if (incarnation < incarnations[node]) return false;
      if (cutLsn < lsns[node] && !stream.isAtEnd) return false;
    }
    return true;
  }

  /** How far each stream has been put into its ring: what storage serves now is made of no more. */
  noteWritten(incarnations: Float64Array, lsns: Float64Array): void {
    for (let node = 0; node < this.#feed.nodes; node++) {
      incarnations[node] = this.#feed.incarnation(node);
      lsns[node] = this.#feed.written(node);
    }
  }

  /** Applies everything that is durable now. Where no reference to page bytes is held: between polls, or before a statement reads its first page. */
  run(): void {
    if (this.#events.isFenced()) return;
    const now = this.#events.now();
    this.rounds++;
    this.#collect();
    if (this.#aim() && this.#applyAll()) this.viewPoint = now;
    else this.#restart();
  }

  /** Notes for all streams how far they are durable, as it was at one moment: noted twice the same. */
  #collect(): void {
    for (;;) {
      let isSame = true;
      for (let node = 0; node < this.#feed.nodes; node++) {
        const incarnation = this.#feed.incarnation(node);
        const durable = incarnation === 0 ? 0 : this.#feed.durable(node);
        if (incarnation !== this.#incarnations[node] || durable !== this.#durable[node]) isSame = false;
        this.#incarnations[node] = incarnation;
        this.#durable[node] = durable;
      }
      if (isSame) return;
    }
  }

  /** Sets the targets of the round. False: a stream has been left before it was read to its end. */
  #aim(): boolean {
    for (const stream of this.#streams) {
      const {node} = stream;
      const incarnation = this.#incarnations[node];
      if (node === this.#own || incarnation === 0) continue;
      if (stream.incarnation !== incarnation) {
        if (stream.incarnation !== 0 && !stream.wasAtEnd) return false;
        stream.follow(incarnation, this.#feed.startLsn(node));
      }
      stream.targetLsn = this.#durable[node];
    }
    return true;
  }

  /** False: a ring has come round. */
  #applyAll(): boolean {
    for (let left = true; left; ) {
      left = false;
      let progress = false;
      for (const stream of this.#streams) {
        if (stream.cutLsn >= stream.targetLsn) continue;
        const before = stream.cutLsn;
        if (!this.#applySome(stream)) return false;
        if (stream.cutLsn > before) progress = true;
        if (stream.cutLsn < stream.targetLsn) left = true;
      }
      if (left && !progress) throw new BugError(`redo of peers waits for redo that does not come: ${this.#describe()}`);
    }
    for (const stream of this.#streams) this.#noteEnd(stream);
    return true;
  }

  #noteEnd(stream: PeerStream): void {
    if (stream.incarnation !== 0 && this.#feed.incarnation(stream.node) === stream.incarnation)
      stream.wasAtEnd = stream.isAtEnd;
  }

  #describe(): string {
    return this.#streams
      .filter(({incarnation}) => incarnation !== 0)
      .map(
        stream =>
          `${stream.node}: ${stream.incarnation} at ${stream.cutLsn} of ${stream.targetLsn}${this.#next(stream)}`,
      )
      .join(', ');
  }

  /** What a stream waits with, for messages. */
  #next(stream: PeerStream): string {
    const at = stream.next();
    if (at < 0) return '';
    const {memory} = stream;
    const pageNo = redoPageNo(memory, at);
    const has = this.#sources
      .map(source => ({base: source.find(pageNo), memory: source.memory}))
      .filter(({base}) => base >= 0)
      .map(({base, memory: page}) => `${pageLlsn(page, base)} of ${pageIncarnation(page, base)}`);
    return ` (redo ${redoLlsn(memory, at)} of page ${pageNo} builds on ${backLlsn(memory, at)} of ${backIncarnation(memory, at)}, here is ${has})`;
  }

  /** Applies the stream up to its target, or to a record that builds on another stream's. False: its ring has come round. */
  #applySome(stream: PeerStream): boolean {
    const before = stream.cutLsn;
    for (;;) {
      const at = stream.next();
      if (at === RING_CAME_ROUND) return false;
      if (at === NOTHING_LEFT || !this.#take(stream.memory, at, stream.incarnation)) break;
      stream.advance();
    }
    if (stream.cutLsn > before) this.#events.reached(stream.node, stream.incarnation, stream.cutLsn);
    return true;
  }

  /** False: the record builds on one that has not been applied yet. */
  #take(redo: Memory, at: number, incarnation: number): boolean {
    if (isControl(redo, at)) return true;
    const pageNo = redoPageNo(redo, at);
    for (const source of this.#sources) {
      const base = source.find(pageNo);
      if (base >= 0) return this.#apply(source.memory, base, redo, at, incarnation);
    }
    if (!this.#events.missed(pageNo, redo, at, incarnation)) this.passedOver++;
    return true;
  }

  #apply(memory: Memory, base: number, redo: Memory, at: number, incarnation: number): boolean {
    if (pageLlsn(memory, base) >= redoLlsn(redo, at)) return true;
    if (!buildsOn(memory, base, redo, at)) return false;
    applyRedo(memory, base, this.#pageSize, redo, at, incarnation);
    this.applied++;
    this.#events.changed(redoPageNo(redo, at));
    return true;
  }

  /** Begins at the present, with nothing cached. */
  #restart(): void {
    this.restarts++;
    this.viewPoint = this.#events.now();
    this.#collect();
    for (const stream of this.#streams) {
      const {node} = stream;
      if (node === this.#own || this.#incarnations[node] === 0) continue;
      stream.follow(this.#incarnations[node], this.#durable[node]);
      this.#noteEnd(stream);
      this.#events.reached(node, stream.incarnation, stream.cutLsn);
    }
    this.#events.forget();
  }

  /** The record fits the page as it stands: checked by whoever applies what was kept for it. */
  check(memory: Memory, base: number, redo: Memory, at: number): void {
    assert(
      buildsOn(memory, base, redo, at),
      () =>
        `redo ${redoLlsn(redo, at)} of page ${redoPageNo(redo, at)} builds on ${backLlsn(redo, at)}, the page came at ${pageLlsn(memory, base)}`,
    );
  }
}

/** The root of a chain, or made for exactly this version of the page. */
function buildsOn(memory: Memory, base: number, redo: Memory, at: number): boolean {
  const type = redoType(redo, at);
  if (type === RedoType.format || type === RedoType.image) return true;
  return backLlsn(redo, at) === pageLlsn(memory, base) && backIncarnation(redo, at) === pageIncarnation(memory, base);
}
