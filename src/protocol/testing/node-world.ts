// The world for tests that go through real sockets: the production network and cryptography, timers of the platform.

import {NodeCrypto} from '../../os/crypto.ts';
import {NodeNetwork} from '../../os/network.ts';
import type {ProtocolEnv} from '../server.ts';

/** `rsaPrivateKey` as for NodeCrypto. */
export function nodeWorld(rsaPrivateKey?: string): ProtocolEnv {
  return {
    clock: {
      now: () => performance.now(),
      wallMicros: () => Date.now() * 1000,
      after: (ms, fn) => {
        const timer = setTimeout(fn, ms);
        timer.unref();
        return {cancel: () => clearTimeout(timer)};
      },
      soon: fn => {
        setImmediate(fn);
      },
    },
    random: {
      u32: () => crypto.getRandomValues(new Uint32Array(1))[0],
      secretBytes: length => crypto.getRandomValues(new Uint8Array(length)),
    },
    crypto: new NodeCrypto(rsaPrivateKey),
    network: new NodeNetwork(),
  };
}
