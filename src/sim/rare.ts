// Forces rare branches of production code, through the world that it is handed (buggify): nothing in production asks for it, so it costs nothing there.
//
//   clock       a poll takes milliseconds now and then: turns end early, tasks are left over, patience runs out
//   mail        there is mail although there is none: long polls give way
//   DBP frame   is not there any more when it is asked for: the page comes from storage
//   storage     takes no more reads just now
//
// The limits of shared memory and volume are drawn small in some seeds (see `drawLimits`): then rings are full, directory entries are taken away from others, images are
// written and read again all the time, the index is rewritten, redo files are few.

import type {Prng} from '../base/prng.ts';
import type {FusionNode} from '../fusion/fusion.ts';
import type {VolumeLimits} from '../storage/segment/options.ts';
import {SimClock, type SimTime} from './sim-clock.ts';
import type {SimPageReader} from './sim-pages.ts';

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

export class RareBranches {
  readonly #prng: Prng;
  readonly #rate: number;

  /** `rate` is the chance of each of them, each time; 0 = never. */
  constructor(prng: Prng, rate: number) {
    this.#prng = prng;
    this.#rate = rate;
  }

  #now(): boolean {
    return this.#rate > 0 && this.#prng.chance(this.#rate);
  }

  clock(time: SimTime, owner: number): SimClock {
    return this.#rate === 0 ? new SimClock(time, owner) : new HastyClock(time, owner, this.#prng, this.#rate);
  }

  /** Takes hold of the verbs of a node. */
  touchFusion(fusion: FusionNode): void {
    if (this.#rate === 0) return;
    const {pages} = fusion;
    const [hasMail, copyFromDbp] = [fusion.hasMail.bind(fusion), pages.copyFromDbp.bind(pages)];
    fusion.hasMail = () => hasMail() || this.#now();
    pages.copyFromDbp = (...args) => !this.#now() && copyFromDbp(...args);
  }

  /** Who is refused asks again when an answer comes, so one must be under way. */
  touchReader(reader: SimPageReader): void {
    if (this.#rate === 0) return;
    const canRead = reader.canRead.bind(reader);
    reader.canRead = () => canRead() && !(reader.underWay > 0 && this.#now());
  }
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
