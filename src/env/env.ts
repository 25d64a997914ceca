// The bundle that a primary, the storage thread or the supervisor is built from.

import type {Clock} from './clock.ts';
import type {Checksum, Crypto} from './crypto.ts';
import type {Disk} from './disk.ts';
import type {Doorbells} from './memory.ts';
import type {Network} from './network.ts';
import type {Random} from './random.ts';
import type {Scratch} from './scratch.ts';
import type {Trace} from './trace.ts';

export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
  readonly crypto: Crypto;
  readonly crc32: Checksum;
  readonly bells: Doorbells;
  readonly trace: Trace;
  /** Where statements put what does not fit into memory; without it they end with error 1038. */
  readonly scratch?: Scratch;
}
