// The production Env of one thread.

import {crc32} from 'node:zlib';
import type {Env} from '../env/env.ts';
import {AtomicBells} from './bells.ts';
import {SystemClock} from './clock.ts';
import {NodeCrypto} from './crypto.ts';
import {NodeDisk} from './disk.ts';
import {NodeNetwork} from './network.ts';
import {SystemRandom} from './random.ts';
import {NodeScratch} from './scratch.ts';
import {openTrace, type TraceForm} from './trace.ts';

export interface ThreadEnvOptions {
  readonly bells: SharedArrayBuffer;
  /** The server's RSA private key in PEM, for passwords without TLS. */
  readonly rsaKey?: string;
  readonly part: string;
  readonly log: TraceForm;
}

export function threadEnv(options: ThreadEnvOptions): Env {
  return {
    clock: new SystemClock(),
    random: new SystemRandom(),
    disk: new NodeDisk(),
    network: new NodeNetwork(),
    crypto: new NodeCrypto(options.rsaKey),
    crc32: (bytes, seed) => crc32(bytes, seed),
    bells: new AtomicBells(options.bells),
    scratch: new NodeScratch(),
    trace: openTrace({form: options.log, part: options.part}),
  };
}
