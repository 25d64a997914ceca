// The storage thread's end of the page channel: answers what all nodes have asked.

import {CorruptionError} from '../base/errors.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Trace} from '../env/trace.ts';
import type {Memory} from '../format/memory.ts';
import {PAGE_DAMAGED} from './api.ts';
import {type PageChannel, REQUEST_SLOTS, SlotState} from './page-channel.ts';

/** What the server reads from; LocalVolume fits. */
export interface PageSource {
  readPage(pageNo: number, target: Memory, at: number): number;
  ingest(): void;
  isIngested(incarnation: number, lsn: number): boolean;
  /** `bell` is to ring, once, when more of this stream is durable. */
  watch(incarnation: number, bell: number): void;
}

export class PageServer {
  readonly #channel: PageChannel;
  readonly #source: PageSource;
  readonly #bells: Doorbells;
  readonly #bell: number;
  readonly #trace: Trace;
  /** Requests of each node that have been answered, modulo 2^32. */
  readonly #answered: Int32Array;
  /** Pages served since the start. */
  served = 0;

  /** `bell` is the server's own. */
  constructor(channel: PageChannel, source: PageSource, bells: Doorbells, bell: number, trace: Trace) {
    this.#channel = channel;
    this.#source = source;
    this.#bells = bells;
    this.#bell = bell;
    this.#trace = trace;
    this.#answered = new Int32Array(channel.nodes);
    for (let node = 0; node < channel.nodes; node++) this.#answered[node] = channel.doneCount(node);
  }

  /**
   * Answers all requests that can be answered and rings the nodes that got something. A request whose `need` has not been taken in
   * yet stays (K3); the caller comes again. Returns how many pages were served.
   */
  servePages(): number {
    let total = 0;
    for (let node = 0; node < this.#channel.nodes; node++) {
      if (this.#channel.requestedCount(node) === this.#answered[node]) continue;
      const count = this.#serveNode(node);
      if (count > 0) this.#bells.ring(node);
      total += count;
    }
    this.served += total;
    return total;
  }

  /** True when requests are waiting for their `need`. */
  hasWaiting(): boolean {
    for (let node = 0; node < this.#channel.nodes; node++) {
      if (this.#channel.requestedCount(node) !== this.#answered[node]) return true;
    }
    return false;
  }

  #serveNode(node: number): number {
    const channel = this.#channel;
    let count = 0;
    for (let slot = 0; slot < REQUEST_SLOTS; slot++) {
      if (channel.state(node, slot) !== SlotState.requested) continue;
      const status = this.#readPage(node, slot);
      if (status === undefined) continue;
      channel.finish(node, slot, status);
      this.#answered[node]++;
      count++;
    }
    return count;
  }

  /** False: the stream is watched, and was so before the last look at it. */
  #hasTakenIn(stream: number, lsn: number): boolean {
    const source = this.#source;
    if (source.isIngested(stream, lsn)) return true;
    source.ingest();
    if (source.isIngested(stream, lsn)) return true;
    source.watch(stream, this.#bell);
    source.ingest();
    return source.isIngested(stream, lsn);
  }

  /** Status of the read; undefined when the request must wait. Damaged redo makes every page that might depend on it unreadable. */
  #readPage(node: number, slot: number): number | undefined {
    const channel = this.#channel;
    const pageNo = channel.pageNo(node, slot);
    const stream = channel.needStream(node, slot);
    try {
      if (stream !== 0 && !this.#hasTakenIn(stream, channel.needLsn(node, slot))) return undefined;
      return this.#source.readPage(pageNo, channel.memory, channel.frame(node, slot));
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      this.#trace.error('damaged data', {page: pageNo, where: error.where, what: error.message});
      return PAGE_DAMAGED;
    }
  }
}
