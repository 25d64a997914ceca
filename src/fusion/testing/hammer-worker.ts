// One primary of the thread test: takes random pages in S and X, adds one to the counter in each page it holds in X, and checks
// under every lock that the page is the newest version.
//
// What stands for storage and the log is one 64-bit word per page: (incarnation, counter), stored before the page is pushed. A page
// read under a lock must show exactly that.

import assert from 'node:assert/strict';
import {parentPort, workerData} from 'node:worker_threads';
import {getU48, setU48} from '../../base/bytes.ts';
import {Prng} from '../../base/prng.ts';
import type {Doorbells} from '../../env/memory.ts';
import type {Memory} from '../../format/memory.ts';
import {At, PAGE_TRAILER} from '../../format/page/layout.ts';
import {type FusionEvents, GRANTED, PLockMode} from '../api.ts';
import {FusionNode} from '../fusion.ts';
import {type PmfsDescriptor, PmfsMemory} from '../memory/pmfs-memory.ts';
import {makePage} from './world.ts';

/** What the worker is started with. */
export interface HammerData {
  readonly pmfs: PmfsDescriptor;
  readonly node: number;
  readonly incarnation: number;
  readonly pages: number;
  /** Per page: incarnation * 2^32 + counter. */
  readonly storage: SharedArrayBuffer;
  /** Per node: a bell word and the number of operations done. */
  readonly bells: SharedArrayBuffer;
  /** Operations after which the worker reports, and then goes on. */
  readonly reportAt: number;
}

/** A page that this worker has seen: its bytes, and the lock it holds. */
interface Cached {
  readonly bytes: Memory;
  mode: PLockMode;
  entry: number;
  isDirty: boolean;
}

const data = workerData as HammerData;
const storage = new BigUint64Array(data.storage);
const control = new Int32Array(data.bells);
const DONE = 16;
const STOP = 32;

/** Bells over one word per node: the sleeper waits on its own. */
const bells: Doorbells = {
  ring: node => {
    if (node >= DONE) return;
    Atomics.add(control, node, 1);
    Atomics.notify(control, node);
  },
  listen: () => {},
  close: () => {},
};

class Hammer {
  readonly #fusion: FusionNode;
  readonly #prng: Prng;
  readonly #cache = new Map<number, Cached>();
  readonly #events: FusionEvents;
  longestWaitMs = 0;
  transfers = 0;

  constructor() {
    this.#fusion = new FusionNode(PmfsMemory.attach(data.pmfs), data.node, data.incarnation, bells);
    this.#prng = new Prng(data.incarnation);
    this.#events = {
      // While a grant is being asked for, what is recalled of that page is the S of an upgrade (S6).
      recalled: page => this.#giveUp(page),
      granted: () => {},
      woken: () => {},
      victim: () => {},
      recovered: () => {},
    };
  }

  /** One operation: a page, read or changed under its lock. */
  operate(): void {
    const page = this.#prng.below(data.pages);
    const mode = this.#prng.chance(0.5) ? PLockMode.shared : PLockMode.exclusive;
    const cached = this.#page(page);
    if (cached.mode < mode && !this.#take(page, cached, mode)) return;
    const truth = Number(storage[page] & 0xffff_ffffn);
    assert.equal(getU48(cached.bytes.view, At.llsn), truth, `page ${page} is not the newest version`);
    if (mode === PLockMode.exclusive) this.#change(page, cached, truth + 1);
    if (this.#fusion.pages.isWanted(cached.entry)) this.#giveUp(page);
    if (this.#fusion.hasMail()) this.#fusion.poll(this.#events);
  }

  #page(page: number): Cached {
    let cached = this.#cache.get(page);
    if (cached === undefined) {
      cached = {bytes: makePage(page, 0, 0, 0), mode: PLockMode.none, entry: -1, isDirty: false};
      this.#cache.set(page, cached);
    }
    return cached;
  }

  /** False when everybody was told to stop meanwhile. */
  #take(page: number, cached: Cached, mode: PLockMode): boolean {
    const start = process.hrtime.bigint();
    const {pages} = this.#fusion;
    for (;;) {
      const seen = Atomics.load(control, data.node);
      if (pages.acquire(page, mode) === GRANTED) break;
      if (Atomics.load(control, STOP) !== 0) return false;
      this.#fusion.poll(this.#events);
      if (!this.#fusion.hasMail()) Atomics.wait(control, data.node, seen, 2);
    }
    cached.entry = pages.entry;
    cached.mode = pages.heldMode(pages.entry);
    this.#load(page, cached);
    const waited = Number(process.hrtime.bigint() - start) / 1e6;
    if (waited > this.longestWaitMs) this.longestWaitMs = waited;
    this.transfers++;
    return true;
  }

  /** Makes the cached bytes the version of the grant (K10): cached, from DBP, or from storage. */
  #load(page: number, cached: Cached): void {
    const {pages} = this.#fusion;
    const {entry, bytes} = cached;
    const incarnation = pages.newestIncarnation(entry);
    const isNewest =
      incarnation !== 0 &&
      getU48(bytes.view, At.llsn) === pages.newestLlsn(entry) &&
      bytes.view.getUint32(At.incarnation, true) === incarnation;
    if (isNewest || pages.copyFromDbp(entry, bytes, 0)) return;
    const stored = Atomics.load(storage, page);
    this.#stamp(bytes, Number(stored & 0xffff_ffffn), Number(stored >> 32n));
    pages.offer(entry, bytes, 0);
  }

  #change(page: number, cached: Cached, counter: number): void {
    this.#stamp(cached.bytes, counter, data.incarnation);
    Atomics.store(storage, page, (BigInt(data.incarnation) << 32n) | BigInt(counter));
    cached.isDirty = true;
  }

  #stamp(bytes: Memory, counter: number, incarnation: number): void {
    setU48(bytes.view, At.llsn, counter);
    setU48(bytes.view, bytes.size - PAGE_TRAILER, counter);
    bytes.view.setUint32(At.incarnation, incarnation, true);
  }

  #giveUp(page: number): void {
    const cached = this.#page(page);
    if (cached.mode === PLockMode.none) return;
    if (cached.isDirty) this.#fusion.pages.push(cached.entry, cached.bytes, 0, getU48(cached.bytes.view, At.llsn));
    cached.isDirty = false;
    cached.mode = PLockMode.none;
    this.#fusion.pages.release(cached.entry, PLockMode.none);
  }
}

const hammer = new Hammer();
while (Atomics.load(control, STOP) === 0) {
  hammer.operate();
  const done = Atomics.add(control, DONE + data.node, 1) + 1;
  if (done % data.reportAt === 0) parentPort?.postMessage({node: data.node, done});
}
parentPort?.postMessage({node: data.node, longestWaitMs: hammer.longestWaitMs, transfers: hammer.transfers});
