// Chance from the operating system.

import {randomFillSync} from 'node:crypto';
import type {Random} from '../env/random.ts';

/** Secret bytes are fetched in portions of this many: a call for twenty costs as much. */
const PORTION = 4096;

export class SystemRandom implements Random {
  #portion: Uint8Array = new Uint8Array(0);
  #used = 0;

  u32(): number {
    return (Math.random() * 4294967296) >>> 0;
  }

  secretBytes(length: number): Uint8Array {
    if (length > PORTION) return randomFillSync(new Uint8Array(length));
    if (this.#used + length > this.#portion.length) {
      this.#portion = randomFillSync(new Uint8Array(PORTION));
      this.#used = 0;
    }
    const bytes = this.#portion.slice(this.#used, this.#used + length);
    // What was given out is kept by nobody else.
    this.#portion.fill(0, this.#used, this.#used + length);
    this.#used += length;
    return bytes;
  }
}
