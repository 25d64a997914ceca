// Chance from the operating system.

import {randomBytes} from 'node:crypto';
import type {Random} from '../env/random.ts';

export class SystemRandom implements Random {
  u32(): number {
    return (Math.random() * 4294967296) >>> 0;
  }

  secretBytes(length: number): Uint8Array {
    return randomBytes(length);
  }
}
