// Forces rare branches of production code, through the world that it is handed (buggify): nothing in production asks for it, so it costs nothing there.
//
//   clock       a poll takes milliseconds now and then: turns end early, tasks are left over, patience runs out
//   mail        there is mail although there is none: long polls give way
//   DBP frame   is not there any more when it is asked for: the page comes from storage
//   DBP         somebody else is filling every frame just when a page is pushed: it goes without one
//   storage     takes no more reads just now
//
// The limits of shared memory and volume are drawn small in some seeds (see `drawLimits`): then rings are full, directory entries are taken away from others, images are
// written and read again all the time, the index is rewritten, redo files are few.

import {Prng} from '../base/prng.ts';
import type {Attachment} from '../fusion/attachment.ts';
import type {FusionNode} from '../fusion/fusion.ts';
import type {VolumeLimits} from '../storage/segment/options.ts';
import {SimClock, type SimTime} from './sim-clock.ts';
import type {SimReader} from './sim-storage.ts';

/** A poll that takes long takes up to this long. Milliseconds. */
const LONG_POLL_MS = 3;

/** A clock that jumps ahead of the world's now and then, and never back. */
class HastyClock extends SimClock {
  readonly #prng: Prng;
  readonly #rate: number;
  #last = 0;

  constructor(time: SimTime, owner: number, prng: Prng, rate: number) {
    super(time, owner);
    this.#prng = prng;
    this.#rate = rate;
  }

  override now(): number {
    const ahead = this.#prng.chance(this.#rate) ? this.#prng.float() * LONG_POLL_MS : 0;
    this.#last = Math.max(this.#last, super.now() + ahead);
    return this.#last;
  }
}

/** Share of the seeds with rare branches in which pushes find all frames in use, and the share of their pushes that do. */
const BUSY_SEEDS = 0.3;
const BUSY_PUSHES = 0.02;

export class RareBranches {
  readonly #prng: Prng;
  readonly #rate: number;
  /** Draws of its own: what was added later leaves the others as they were. */
  readonly #busy: Prng;
  readonly #busyRate: number;

  /** `rate` is the chance of each of them, each time; 0 = never. */
  constructor(seed: number, rate: number) {
    this.#prng = new Prng(seed + 2);
    this.#rate = rate;
    this.#busy = new Prng(seed + 5);
    this.#busyRate = rate > 0 && this.#busy.chance(BUSY_SEEDS) ? BUSY_PUSHES : 0;
  }

  #now(): boolean {
    return this.#rate > 0 && this.#prng.chance(this.#rate);
  }

  clock(time: SimTime, owner: number): SimClock {
    return this.#rate === 0 ? new SimClock(time, owner) : new HastyClock(time, owner, this.#prng, this.#rate);
  }

  /** Takes hold of the verbs of a node; `other` stands for another node. */
  touchFusion(fusion: FusionNode, other: Attachment): void {
    if (this.#rate === 0) return;
    const {pages} = fusion;
    const [hasMail, copyFromDbp] = [fusion.hasMail.bind(fusion), pages.copyFromDbp.bind(pages)];
    const push = pages.push.bind(pages);
    fusion.hasMail = () => hasMail() || this.#now();
    pages.copyFromDbp = (...args) => !this.#now() && copyFromDbp(...args);
    pages.push = (...args) => {
      const isBusy = this.#busyRate > 0 && this.#busy.chance(this.#busyRate);
      const taken = isBusy ? takeFrames(other) : [];
      const isPushed = push(...args);
      for (const frame of taken) other.frames.free(frame);
      return isPushed;
    };
  }

  /** Who is refused asks again when an answer comes, so one must be under way. */
  touchReader(reader: SimReader): void {
    if (this.#rate === 0) return;
    const canRead = reader.canRead.bind(reader);
    reader.canRead = () => canRead() && !(reader.underWay > 0 && this.#now());
  }
}

/** Takes every frame of the distributed buffer pool, as one that is about to fill them all. */
function takeFrames({frames, directory}: Attachment): number[] {
  return Array.from({length: frames.count}, (_, frame) => frame).filter(frame => {
    const owner = frames.owner(frame);
    return owner === 0 ? frames.tryClaim(frame) : owner > 0 && directory.evictFrame(owner - 1, frame);
  });
}

/** What shared memory and volume are made of, beside what a run says itself. */
export interface SmallLimits {
  readonly limits: Partial<VolumeLimits>;
  /** Messages that a node's mailbox holds from each other node; a power of two. */
  readonly ringCapacity: number;
  /** Directory entries beyond those that pools and DBP need at once. */
  readonly spareEntries: number;
}

export const PLENTY: SmallLimits = {
  limits: {growPages: 64, pendingBytesMax: 1 << 18},
  ringCapacity: 64,
  spareEntries: 256,
};

/** Limits for one seed: plenty, or little of something. */
export function drawLimits(prng: Prng): SmallLimits {
  const limits = {
    growPages: 1 << prng.below(7),
    pendingBytesMax: 1 << (14 + prng.below(4)),
    cachedPagesMax: 2 + prng.below(62),
    batchPages: 1 + prng.below(24),
    redoFilesAhead: 1 + prng.below(2),
    freeRedoFilesMax: prng.below(4),
    indexRewriteBytes: 1 << (8 + prng.below(8)),
  };
  return {limits, ringCapacity: 1 << (1 + prng.below(6)), spareEntries: prng.chance(0.3) ? 16 : 256};
}
