// A PageReader of the simulated cluster: like the page service between threads, it answers in a later turn, a few requests at a time, and
// holds a request back until storage has taken in what the page needs (K3).

import {Memory} from '../format/memory.ts';
import type {PageReader} from '../storage/api.ts';
import type {LocalVolume} from '../storage/local/local-volume.ts';

/** Requests of one primary that can be under way. */
const REQUESTS_MAX = 3;
/** A request that needs redo that is not durable yet is looked at again after this long. Milliseconds. */
const RETRY_MS = 0.2;

interface Request {
  readonly pageNo: number;
  readonly needStream: number;
  readonly needLsn: number;
}

export interface SimPageWorld {
  readonly volume: LocalVolume;
  /** Runs something a random short time later, in the name of the storage thread. */
  later(ms: number, run: () => void): void;
  random(): number;
}

export class SimPageReader implements PageReader {
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void = () => {};
  readonly #world: SimPageWorld;
  readonly #ring: () => void;
  readonly #staging: Memory;
  readonly arrived: {pageNo: number; status: number; image: Uint8Array}[] = [];
  underWay = 0;

  /** `ring` wakes the primary when an answer has come. */
  constructor(world: SimPageWorld, pageSize: number, ring: () => void) {
    this.#world = world;
    this.#ring = ring;
    this.#staging = new Memory(new ArrayBuffer(pageSize));
  }

  canRead(): boolean {
    return this.underWay < REQUESTS_MAX;
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    this.underWay++;
    const request = {pageNo, needStream, needLsn};
    this.#world.later(0.02 + this.#world.random() * 0.2, () => this.#serve(request));
  }

  #serve(request: Request): void {
    const {volume} = this.#world;
    const {pageNo, needStream, needLsn} = request;
    const status = volume.readPage(pageNo, this.#staging, 0);
    if (needStream !== 0 && !volume.isIngested(needStream, needLsn)) {
      this.#world.later(RETRY_MS, () => this.#serve(request));
      return;
    }
    this.arrived.push({pageNo, status, image: this.#staging.bytes.slice()});
    this.#ring();
  }

  poll(): number {
    const count = this.arrived.length;
    for (let i = 0; i < count; i++) {
      const {pageNo, status, image} = this.arrived.shift() as {pageNo: number; status: number; image: Uint8Array};
      this.underWay--;
      this.#staging.bytes.set(image);
      this.onPage(pageNo, status, this.#staging, 0);
    }
    return count;
  }
}
