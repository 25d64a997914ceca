// The world for tests without sockets: a clock that is moved by hand, and a socket whose other end is the test.

import {Prng} from '../../base/prng.ts';
import type {Clock, Timer} from '../../env/clock.ts';
import type {Network, Socket} from '../../env/network.ts';
import {NodeCrypto} from '../../os/crypto.ts';
import type {ProtocolEnv} from '../server.ts';

/** Time passes only by `pass`, turns of the event loop only by `turns`. */
export class ManualClock implements Clock {
  #now = 0;
  #soon: (() => void)[] = [];
  #timers: {at: number; fn: () => void}[] = [];

  now(): number {
    return this.#now;
  }

  wallMicros(): number {
    return this.#now * 1000;
  }

  after(ms: number, fn: () => void): Timer {
    const timer = {at: this.#now + ms, fn};
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter(other => other !== timer);
      },
    };
  }

  soon(fn: () => void): void {
    this.#soon.push(fn);
  }

  /** Runs turns until nothing is due soon; returns how many there were. */
  turns(): number {
    let count = 0;
    for (; this.#soon.length > 0; count++) for (const fn of this.#soon.splice(0)) fn();
    return count;
  }

  /** Lets time pass, timer by timer. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(timer => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter(timer => timer !== next);
      this.#now = next.at;
      next.fn();
      this.turns();
    }
    this.#now = until;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }
}

/** The server's end of a connection; the test is the peer. */
export class FakeSocket implements Socket {
  readonly remoteAddress = '10.0.0.9';
  readonly remotePort = 4000;
  onData: (chunk: Uint8Array) => void = () => {};
  onClose: () => void = () => {};
  onDrain: () => void = () => {};
  secure = false;
  queued = 0;
  /** What the server wrote, write by write. */
  readonly writes: Buffer[] = [];
  /** False: the kernel takes nothing; bytes are kept by reference until `drain`. */
  takes = true;
  paused = false;
  ended = false;
  destroyed = false;
  /** What startTls was given as already read, and its callback. */
  tlsFirst: Uint8Array | undefined = undefined;
  tlsReady: (() => void) | undefined = undefined;
  #held: Uint8Array[] = [];

  write(bytes: Uint8Array): boolean {
    if (!this.takes) {
      this.#held.push(bytes);
      this.queued += bytes.length;
      return false;
    }
    this.writes.push(Buffer.from(bytes));
    return true;
  }

  /** The kernel takes what was held, as it reads now. */
  drain(): void {
    this.takes = true;
    for (const bytes of this.#held.splice(0)) this.writes.push(Buffer.from(bytes));
    this.queued = 0;
    this.onDrain();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.onClose();
  }

  startTls(_credentials: unknown, first: Uint8Array, ready: () => void): void {
    this.tlsFirst = first;
    this.tlsReady = () => {
      this.secure = true;
      ready();
    };
  }
}

const noNetwork: Network = {
  listen: () => {
    throw new Error('this world has no network');
  },
  connect: () => {
    throw new Error('this world has no network');
  },
};

/** A world with a clock moved by hand and chance from a seed. */
export function fakeWorld(seed: number): ProtocolEnv & {readonly clock: ManualClock} {
  const prng = new Prng(seed);
  const random = {
    u32: () => prng.u32(),
    secretBytes: (length: number) => Uint8Array.from({length}, () => prng.below(256)),
  };
  return {clock: new ManualClock(), random, crypto: new NodeCrypto(), network: noNetwork};
}
