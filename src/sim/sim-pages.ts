// A PageReader of the simulated cluster: like the page service between threads, it answers in a later turn, a few requests at a time, and
// holds a request back until storage has taken in what the page needs (K3).

import {Memory} from '../format/memory.ts';
import type {LocalVolume} from '../storage/local/local-volume.ts';
import type {SimReader} from './sim-storage.ts';

/** How pages come from storage. To be changed before primaries start. */
export interface PageWay {
  /** The mean way of 0.12 ms takes so many times longer. */
  slowness: number;
  /** Requests of one primary that can be under way. */
  requestsMax: number;
}

export const PAGE_WAY: PageWay = {slowness: 1, requestsMax: 3};
/** A request that needs redo that is not durable yet is looked at again after this long. Milliseconds. */
const RETRY_MS = 0.2;

interface Request {
  readonly pageNo: number;
  readonly needStream: number;
  readonly needLsn: number;
}

export interface SimPageWorld {
  readonly volume: LocalVolume;
  readonly way: PageWay;
  /** Runs something a random short time later, in the name of the storage thread. */
  later(ms: number, run: () => void): void;
  random(): number;
}

export class SimPageReader implements SimReader {
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

  get hasArrived(): boolean {
    return this.arrived.length > 0;
  }

  canRead(): boolean {
    return this.underWay < this.#world.way.requestsMax;
  }

  read(pageNo: number, needStream: number, needLsn: number): void {
    this.underWay++;
    const request = {pageNo, needStream, needLsn};
    const {way} = this.#world;
    this.#world.later((0.02 + this.#world.random() * 0.2) * way.slowness, () => this.#serve(request));
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
