// The storage nodes of a quorum volume in one thread, from one seed: the real replicas over a simulated network, each on a simulated disk of its own, that can be stopped, wiped and started.

import assert from 'node:assert/strict';
import {crc32} from 'node:zlib';
import {Prng} from '../../../base/prng.ts';
import type {Clock} from '../../../env/clock.ts';
import {SimCrash, SimDisk} from '../../../sim/sim-disk.ts';
import type {StorageEnv} from '../../segment/options.ts';
import type {NodePlace} from '../api.ts';
import {StorageNode} from '../replica/node.ts';
import type {SegmentLimits} from '../replica/segment-pages.ts';
import {SimNetwork} from './sim-network.ts';

/** So small that files are rotated, images written and evicted all the time. */
export const LIMITS = {
  pendingBytesMax: 192 << 10,
  cachedPagesMax: 4,
  batchPages: 5,
  growPages: 8,
  indexRewriteBytes: 600,
  logFileBytes: 1 << 14,
  logFilesBusy: 6,
};

export interface TestStorage {
  readonly number: number;
  readonly zone: string;
  disk: SimDisk;
  node: StorageNode | undefined;
  /** Counts its lives. */
  life: number;
}

export class QuorumNodes<Time extends Clock> {
  readonly time: Time;
  readonly network: SimNetwork;
  readonly prng: Prng;
  readonly storage = new Map<number, TestStorage>();
  readonly notes: string[] = [];
  /** Nodes that have not said yet where they are. */
  readonly silent = new Set<number>();
  readonly #limits: Partial<SegmentLimits>;
  #seed: number;

  constructor(time: Time, seed: number, limits: Partial<SegmentLimits>) {
    this.time = time;
    this.#seed = seed;
    this.#limits = limits;
    this.prng = new Prng(seed);
    this.network = new SimNetwork(time, seed + 1);
  }

  /** Two nodes in each of three zones. */
  addSix(): void {
    for (let number = 1; number <= 6; number++) this.addStorage(number, 'abc'[(number - 1) >> 1]);
  }

  /** The world of one storage node, or of the master. */
  env(disk: SimDisk, who: string): StorageEnv {
    const note = (event: string, fields?: Readonly<Record<string, unknown>>): void =>
      void this.notes.push(`${this.time.now().toFixed(1)} ${who}: ${event} ${JSON.stringify(fields)}`);
    const trace = {info: note, warn: note, error: note};
    const random = {
      u32: () => this.prng.u32(),
      secretBytes: (n: number) => new Uint8Array(n).fill(this.prng.below(256)),
    };
    return {disk, crc32: (bytes, start) => crc32(bytes, start), trace, random};
  }

  addStorage(number: number, zone: string): TestStorage {
    const disk = this.#newDisk(number);
    const one: TestStorage = {number, zone, disk, node: undefined, life: 0};
    this.storage.set(number, one);
    this.startStorage(number);
    return one;
  }

  #newDisk(number: number): SimDisk {
    const later = (run: () => void): void => {
      this.time.after(0.05 + this.prng.float() * 0.3, () => {
        try {
          run();
        } catch (error) {
          if (!(error instanceof SimCrash)) throw error;
          if (disk.isDead) this.stopStorage(number, 'power');
        }
      });
    };
    const disk = new SimDisk({seed: this.#seed++ * 31 + number, later});
    return disk;
  }

  storageOf(number: number): TestStorage {
    const one = this.storage.get(number);
    assert.ok(one, `storage node ${number}`);
    return one;
  }

  /** Starts the process of a node on what its disk holds. */
  startStorage(number: number): void {
    const one = this.storageOf(number);
    assert.equal(one.node, undefined);
    const life = ++one.life;
    const guard = (action: () => void): void => {
      if (one.life !== life) return;
      try {
        action();
      } catch (error) {
        if (!(error instanceof SimCrash)) throw error;
        this.stopStorage(number, 'power');
      }
    };
    const transport = this.network.transport(number);
    guard(() => {
      const options = {
        directory: 'd',
        zone: one.zone,
        limits: this.#limits,
        now: () => this.time.now(),
        onFailure: (reason: string) => void this.notes.push(`node ${number} failed: ${reason}`),
      };
      const node = new StorageNode(this.env(one.disk, `node ${number}`), options, transport);
      const hear = transport.onMessage;
      transport.onMessage = (from, message) => guard(() => hear(from, message));
      one.node = node;
      this.network.receivers.set(number, (message, reply) => guard(() => node.receive(message, reply)));
      const tick = (): void => {
        if (one.life !== life) return;
        if (one.disk.isDead) {
          this.stopStorage(number, 'power');
          return;
        }
        if (!this.network.frozen.has(number)) guard(() => node.tick());
        this.time.after(10, tick);
      };
      tick();
    });
  }

  /** Ends the process: `power` loses what was not synced, `kill` does not, `wipe` loses everything. */
  stopStorage(number: number, how: 'power' | 'kill' | 'wipe'): void {
    const one = this.storageOf(number);
    one.life++;
    one.node = undefined;
    this.network.receivers.delete(number);
    this.network.frozen.delete(number);
    this.network.thaw(number);
    if (how === 'power') one.disk.crash();
    else if (how === 'kill') one.disk.kill();
    else one.disk = this.#newDisk(number);
  }

  places(): Record<string, NodePlace> {
    const addressOf = (number: number): string => (this.silent.has(number) ? '' : `node:${number}`);
    return Object.fromEntries(
      [...this.storage.values()].map(({number, zone}) => [String(number), {zone, address: addressOf(number)}]),
    );
  }
}
