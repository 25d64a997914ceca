// The last look before a transition counts: has this incarnation been declared dead (K7)?
//
// In one process a dead primary's thread has ended before anybody recovers it, so the look costs one load and finds nothing. In the simulator,
// and once PMFS is reached over a network, a zombie may come back: it must change nothing.

import {FencedError} from '../../base/errors.ts';
import type {Regions} from './regions.ts';

export class Fence {
  readonly #regions: Regions;
  readonly #region: number;
  readonly #incarnation: number;

  constructor(regions: Regions, incarnation: number) {
    this.#regions = regions;
    this.#region = regions.find(incarnation);
    this.#incarnation = incarnation;
  }

  isFenced(): boolean {
    return this.#regions.isFenced(this.#region) || !this.#regions.isOf(this.#region, this.#incarnation);
  }

  /** Throws FencedError once the incarnation is dead. */
  check(): void {
    if (this.isFenced()) throw new FencedError(`incarnation ${this.#incarnation} has been declared dead`);
  }
}
