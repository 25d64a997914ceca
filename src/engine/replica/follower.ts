// A read replica follows the writer's redo (K18): it changes the pages that it has cached, whole mini-transactions at a time and only what is durable, so that all its pages are
// always of one moment: the *cut*.
//
//   - between polls only: what a poll reads stands still
//   - a page that is not cached is passed over; storage serves it when somebody asks, and it is held back until the cut has reached it (replica-reader.ts)
//   - a view point record says: all commits up to this CTS have their commit record below. The newest one below the cut is what views read at
//
// When the writer dies its stream ends at the sealed LSN, and the next writer's begins where that ended: the pages' LLSNs go on. A replica that has fallen so far
// behind that the ring has come round, or that has missed a writer, forgets its pages and begins at the present.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {pageIncarnation, pageLlsn} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {RedoType} from '../../format/redo/layout.ts';
import {
  backIncarnation,
  backLlsn,
  isControl,
  isCpl,
  redoFault,
  redoLength,
  redoLlsn,
  redoPageNo,
  redoType,
  trxSlot,
  trxStamp,
  trxVersion,
} from '../../format/redo/read.ts';
import type {RedoFeed} from '../../storage/api.ts';
import {isViewPoint} from './view-points.ts';

/** Redo copied out of the ring at once. */
const STEP_BYTES = 1 << 20;
/** A replica that is this much behind gives its sessions a turn after each step. */
export const STEPS_PER_TURN = 4;

/** The pages that are cached: of the pool, and of the reader. */
export interface CachedPages {
  /** Offset of the page in `memory`, -1 when it is not cached there. */
  find(pageNo: number): number;
  readonly memory: Memory;
}

export interface FollowerEvents {
  /** The cut has moved. */
  moved(): void;
  /** Nothing that is cached may be used any more. */
  forget(): void;
  /** There is more than one turn takes. */
  more(): void;
}

export class Follower {
  readonly #feed: RedoFeed;
  readonly #pageSize: number;
  readonly #events: FollowerEvents;
  #sources: readonly CachedPages[] = [];
  readonly #buffer: Memory;
  /** Node whose stream is followed, -1 = none yet; its incarnation. */
  #node = -1;
  #incarnation = 0;
  readonly #own: number;
  /** The cut: all redo of the stream below it has been applied. */
  cutLsn = 0;
  /** CTS of the newest view point below the cut; 0 = none has been met. */
  viewPoint = 0;
  /** Metrics. */
  applied = 0;
  passedOver = 0;
  restarts = 0;

  /** `own`: the node that follows. */
  constructor(feed: RedoFeed, own: number, pageSize: number, events: FollowerEvents) {
    this.#feed = feed;
    this.#own = own;
    this.#pageSize = pageSize;
    this.#events = events;
    this.#buffer = new Memory(new ArrayBuffer(Math.min(STEP_BYTES, feed.ringBytes)));
  }

  /** Where pages are cached. To be called before the first turn. */
  follow(sources: readonly CachedPages[]): void {
    this.#sources = sources;
  }

  /** Stream of the cut; 0 while no writer has been met. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** How far the stream that is followed counts. */
  get durableLsn(): number {
    return this.#node < 0 ? 0 : this.#feed.durable(this.#node);
  }

  /** The stream has ended, and all of it has been applied. */
  get isAtEnd(): boolean {
    if (this.#node < 0 || this.#feed.incarnation(this.#node) !== this.#incarnation) return true;
    const end = this.#feed.endLsn(this.#node);
    return end !== 0 && this.cutLsn >= end;
  }

  /** Bytes of redo that count and are not applied. */
  get behind(): number {
    return Math.max(0, this.durableLsn - this.cutLsn);
  }

  /** Applies what has come, up to a few steps. Between polls only. */
  run(): void {
    for (let steps = 0; steps < STEPS_PER_TURN; steps++) {
      if (!this.#chooseStream() || this.behind === 0) return;
      if (!this.#step()) this.#restart();
      this.#feed.setCut(this.#own, this.#incarnation, this.cutLsn);
      this.#events.moved();
    }
    if (this.behind > 0) this.#events.more();
  }

  /** False when there is no writer to follow. */
  #chooseStream(): boolean {
    const {writer} = this.#feed;
    if (writer < 0) return false;
    const incarnation = this.#feed.incarnation(writer);
    if (incarnation === this.#incarnation) return true;
    if (this.#incarnation === 0) return this.#start(writer, incarnation);
    // The stream before is read to its end first; its words stay as they are until its node is the writer again.
    const isThere = this.#feed.incarnation(this.#node) === this.#incarnation;
    if (isThere && !this.isAtEnd) return true;
    const isNext = isThere && this.#feed.predecessor(writer) === this.#incarnation;
    if (!isNext) return this.#start(writer, incarnation);
    this.#node = writer;
    this.#incarnation = incarnation;
    this.cutLsn = this.#feed.startLsn(writer);
    return true;
  }

  #start(node: number, incarnation: number): boolean {
    this.#node = node;
    this.#incarnation = incarnation;
    this.#restart();
    return true;
  }

  /** Begins at the present, with nothing cached. */
  #restart(): void {
    this.restarts++;
    this.#events.forget();
    this.cutLsn = this.#feed.durable(this.#node);
    this.#feed.ask();
  }

  /** Applies the mini-transactions that are whole in one buffer. False: the ring has come round. */
  #step(): boolean {
    const length = Math.min(this.behind, this.#buffer.size);
    if (!this.#feed.copy(this.#node, this.cutLsn, length, this.#buffer)) return false;
    const whole = this.#wholeLength(length);
    assert(whole > 0, () => `a mini-transaction of more than ${length} bytes at LSN ${this.cutLsn}`);
    for (let at = 0; at < whole; at += redoLength(this.#buffer, at)) this.#take(at);
    this.cutLsn += whole;
    return true;
  }

  /** Bytes up to the end of the last mini-transaction that is whole. */
  #wholeLength(length: number): number {
    const redo = this.#buffer;
    let whole = 0;
    for (let at = 0; at < length && redoFault(redo, at, length) === undefined; ) {
      const isEnd = isCpl(redo, at);
      at += redoLength(redo, at);
      if (isEnd) whole = at;
    }
    return whole;
  }

  #take(at: number): void {
    const redo = this.#buffer;
    if (isControl(redo, at)) {
      if (redoType(redo, at) === RedoType.cts && isViewPoint(trxSlot(redo, at), trxVersion(redo, at)))
        this.viewPoint = Math.max(this.viewPoint, trxStamp(redo, at));
      return;
    }
    const pageNo = redoPageNo(redo, at);
    let isCached = false;
    for (const source of this.#sources) {
      const base = source.find(pageNo);
      if (base < 0) continue;
      isCached = true;
      this.#apply(source.memory, base, at);
    }
    if (isCached) this.applied++;
    else this.passedOver++;
  }

  /** A page that storage has served may be ahead of the cut: what it has already is passed over. */
  #apply(memory: Memory, base: number, at: number): void {
    const redo = this.#buffer;
    const llsn = redoLlsn(redo, at);
    if (pageLlsn(memory, base) >= llsn) return;
    const type = redoType(redo, at);
    const isRoot = type === RedoType.format || type === RedoType.image;
    assert(
      isRoot ||
        (backLlsn(redo, at) === pageLlsn(memory, base) && backIncarnation(redo, at) === pageIncarnation(memory, base)),
      () =>
        `redo ${llsn} of page ${redoPageNo(redo, at)} builds on ${backLlsn(redo, at)}, the replica has ${pageLlsn(memory, base)}`,
    );
    applyRedo(memory, base, this.#pageSize, redo, at, this.#incarnation);
  }
}
