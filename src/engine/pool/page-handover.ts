// Gives pages up: because another node recalls them, or to have their frames.
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
import {FrameState, type Frames} from './frames.ts';

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
  /** Pages given to other nodes since birth. */
  transfers = 0;

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
  }

  /** The frame has been recalled: it goes as soon as it can. */
  start(frame: number): void {
    if (!this.#giving.includes(frame)) this.#giving.push(frame);
  }

  /** True when recalls wait for polls or for the log. */
  get isPending(): boolean {
    return this.#giving.length > 0;
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
