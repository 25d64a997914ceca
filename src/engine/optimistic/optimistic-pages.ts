// Pages as the pool of the optimistic mode sees the cluster: nobody locks them, so every page is granted at once, for reading and for changing. What they are is the affair of the peers' redo (peers.ts), who may
// change them of the adjudicator (optimistic-pool.ts). Storage is asked for at least this node's own last change of a page; everything that is durable comes with it.

import type {Memory} from '../../format/memory.ts';
import {GRANTED, type PageAdjudicator, type PageFusion, PLockMode} from '../../fusion/api.ts';

export class OptimisticPages implements PageFusion {
  readonly #adjudicator: PageAdjudicator;
  readonly #incarnation: number;
  readonly #flush: () => void;
  /** The page number, as an int32. */
  entry = -1;

  /** `flush` asks for the log to be written soon. */
  constructor(adjudicator: PageAdjudicator, incarnation: number, flush: () => void) {
    this.#adjudicator = adjudicator;
    this.#incarnation = incarnation;
    this.#flush = flush;
  }

  acquire(pageNo: number, _mode: PLockMode): number {
    this.entry = pageNo | 0;
    return GRANTED;
  }

  heldMode(_entry: number): PLockMode {
    return PLockMode.exclusive;
  }

  grantOf(_entry: number): number {
    return 0;
  }

  /** Nobody knows: bytes that were not kept up to date are never used again. */
  newestLlsn(_entry: number): number {
    return 0;
  }

  newestIncarnation(_entry: number): number {
    return 0;
  }

  needStream(entry: number): number {
    return this.needLsn(entry) > 0 ? this.#incarnation : 0;
  }

  /** This node's own last change of the page, if nobody has changed it since. It may not be durable, and storage waits for it. */
  needLsn(entry: number): number {
    const adjudicator = this.#adjudicator;
    if (!adjudicator.newest(entry >>> 0) || adjudicator.incarnation !== this.#incarnation) return 0;
    if (adjudicator.lsn > 0) this.#flush();
    return adjudicator.lsn;
  }

  isWanted(_entry: number): boolean {
    return false;
  }

  copyFromDbp(_entry: number, _target: Memory, _at: number): boolean {
    return false;
  }

  push(_entry: number, _source: Memory, _at: number, _lsn: number): boolean {
    return false;
  }

  setNewest(_entry: number, _llsn: number, _incarnation: number, _lsn: number): void {}

  offer(_entry: number, _source: Memory, _at: number): void {}

  release(_entry: number, _keep: PLockMode): PLockMode {
    return PLockMode.exclusive;
  }

  cancel(_pageNo: number): void {}

  objectVersion(_entry: number): number {
    return 0;
  }

  setObjectVersion(_entry: number, _version: number): void {}
}
