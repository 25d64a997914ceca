// Gives pages up: because another node recalls them, because other nodes use them too, or to have their frames.
//
// A recall costs two threads a wake-up each, and the asker a wait; taking a page that nobody holds costs a few atomic operations. So a contended page, one that
// another node has changed or recalled lately, is given back unasked: when the poll that used it is over if it is clean, else when the redo of the
// transaction that changed it is written. Its bytes stay, and are used again unless somebody has changed the page meanwhile (K10). A page that is taken so several
// times in a row, and nobody else has changed it, is kept from then on.
//
// In this order, each step safe to be the last one before a death:
//   1. tasks that waited for the grant have been polled with it once (S3)
//   2. the log is written to the end of the last mini-transaction on the page (K5; looked at in the same step as the copy, G7)
//   3. the page goes to a fresh DBP frame, or at least its identity to the directory (K4, G8)
//   4. the lock is released; the next waiter is granted
// A death before 4 leaves the lock retained; recovery takes the page from storage.
//
// An upgrade may be granted while the S below it is given up, its bell still under way. It must not be lost: seen in time it serves its waiters first;
// released together with the S it is forgotten here too, so that they ask again.

import type {Memory} from '../../format/memory.ts';
import {type PageFusion, PLockMode} from '../../fusion/api.ts';
import type {RedoLog} from '../log/redo-log.ts';
import {CONTENDED_USES, FrameState, type Frames} from './frames.ts';

export class PageHandover {
  readonly #frames: Frames;
  readonly #memory: Memory;
  readonly #pageSize: number;
  readonly #pages: PageFusion;
  readonly #log: RedoLog;
  /** Takes note of a grant, as its bell would. */
  readonly #granted: (pageNo: number) => void;
  /** Frames that are to be given up as soon as nothing stands against it. */
  readonly #giving: number[] = [];
  /** Contended frames to be given back unasked; each is here once. */
  readonly #returning: number[] = [];
  readonly #isReturning: Uint8Array;
  /** Pages given to other nodes, and given back unasked, since birth. */
  transfers = 0;
  returns = 0;

  constructor(
    frames: Frames,
    memory: Memory,
    pageSize: number,
    pages: PageFusion,
    log: RedoLog,
    granted: (pageNo: number) => void,
  ) {
    this.#frames = frames;
    this.#memory = memory;
    this.#pageSize = pageSize;
    this.#pages = pages;
    this.#log = log;
    this.#granted = granted;
    this.#isReturning = new Uint8Array(frames.count);
  }

  /** The frame has been recalled: it goes as soon as it can. */
  start(frame: number): void {
    if (!this.#giving.includes(frame)) this.#giving.push(frame);
  }

  /** The lock of this frame has been taken: if the page is contended it is given back after its use. */
  taken(frame: number): void {
    if (this.#frames.contended[frame] === 0 || this.#isReturning[frame] !== 0) return;
    this.#isReturning[frame] = 1;
    this.#returning.push(frame);
  }

  /** True when pages wait to be given up: for polls, or for the log. */
  get isPending(): boolean {
    return this.#giving.length > 0 || this.#returning.length > 0;
  }

  /** Gives up every recalled frame that can go now. */
  run(): void {
    const giving = this.#giving;
    const count = giving.length;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const frame = giving[i];
      if (this.#frames.recalled[frame] !== 0 && !this.#tryGiveUp(frame)) giving[kept++] = frame;
    }
    giving.splice(kept, count - kept);
    if (this.#returning.length > 0) this.#giveBack();
  }

  /** Gives back the contended frames that nothing here needs any more. */
  #giveBack(): void {
    const returning = this.#returning;
    let kept = 0;
    for (const frame of returning) {
      if (this.#mayStay(frame)) this.#isReturning[frame] = 0;
      else if (this.#isInUse(frame) || this.#frames.dirtyLsn[frame] > this.#log.writtenLsn) returning[kept++] = frame;
      else {
        this.#isReturning[frame] = 0;
        this.letGo(frame);
        this.returns++;
      }
    }
    returning.length = kept;
  }

  /** It is not held any more, or not contended any more, or it is recalled and goes that way. */
  #mayStay(frame: number): boolean {
    const {held, contended, recalled} = this.#frames;
    return held[frame] === PLockMode.none || contended[frame] === 0 || recalled[frame] !== 0;
  }

  #isInUse(frame: number): boolean {
    const frames = this.#frames;
    return frames.wanted[frame] !== PLockMode.none || !frames.isIdle(frame);
  }

  #tryGiveUp(frame: number): boolean {
    const frames = this.#frames;
    if (frames.unserved[frame] > 0 || frames.pins[frame] > 0 || frames.state[frame] === FrameState.loading)
      return false;
    if (!this.#log.mayLeave(frames.dirtyLsn[frame])) return false;
    if (this.#wasUpgraded(frame)) {
      this.#granted(frames.pageNo[frame]);
      return false;
    }
    this.letGo(frame);
    frames.contended[frame] = CONTENDED_USES;
    this.transfers++;
    frames.waiters(frame)?.wakeAll();
    return true;
  }

  #wasUpgraded(frame: number): boolean {
    const {wanted, held, entry} = this.#frames;
    return wanted[frame] !== PLockMode.none && this.#pages.heldMode(entry[frame]) > held[frame];
  }

  /** Publishes the page if it changed here, then releases its lock. The bytes stay, idle. */
  letGo(frame: number): void {
    const frames = this.#frames;
    const entry = frames.entry[frame];
    const dirty = frames.dirtyLsn[frame];
    if (dirty > 0) {
      this.#pages.push(entry, this.#memory, frame * this.#pageSize, dirty);
      frames.dirtyLsn[frame] = 0;
    }
    if (this.#pages.release(entry, PLockMode.none) > frames.held[frame]) frames.wanted[frame] = PLockMode.none;
    frames.held[frame] = PLockMode.none;
    frames.entry[frame] = -1;
    frames.recalled[frame] = 0;
    frames.setState(frame, FrameState.idle);
  }
}
