// One stream in one replica: which of its batches are here, and how far they reach without a hole. Pure.
//
//   collected | held, in order, each one's prev is the end of the one before | hole | waiting
//          base                                                              scl
//
// SCL is the end of the last batch that is held. A batch beyond a hole waits; gossip brings what is missing, and then it is held too.
// Once the stream is sealed with D, batches that have nothing below D are dropped, and the chain is whole when SCL is the tail.

import {assert} from '../../base/assert.ts';
import {STREAM_START} from './api.ts';

/** A batch in a replica's log. */
export interface BatchRef {
  readonly incarnation: number;
  readonly prev: number;
  readonly end: number;
  readonly first: number;
  readonly checkpoint: number;
  readonly vdl: number;
  /** Number of the log file, place in it, bytes. */
  readonly file: number;
  readonly at: number;
  readonly length: number;
  /** Kept until it has been taken in. */
  bytes: Uint8Array | undefined;
  /** When it came, milliseconds of the node's clock. */
  readonly arrived: number;
}

export class StreamChain {
  readonly incarnation: number;
  /** Everything below has been collected, or came as pages. */
  base: number;
  scl: number;
  /** Ascending, from base to SCL. */
  held: BatchRef[] = [];
  /** By `prev`. */
  readonly waiting = new Map<number, BatchRef>();
  /** Highest checkpoint and VDL that any batch, or the writer, has told. */
  checkpoint = 0;
  vdl = 0;
  /** Lowest LSN that a reader may still ask for. */
  readPoint = 0;
  /** Records below have been taken in. */
  taken: number;
  /** Place in `held` of the first batch that may have something to take in. */
  nextToTake = 0;
  /** End of the last batch once D is known, else -1. */
  #tail = -1;
  #end = 0;

  constructor(incarnation: number, base = STREAM_START) {
    this.incarnation = incarnation;
    this.base = base;
    this.scl = base;
    this.taken = base;
  }

  /** D, or 0. */
  get end(): number {
    return this.#end;
  }

  /** End of the last batch that has anything below D; -1 while D is not known. */
  get tail(): number {
    return this.#tail;
  }

  /** Sealed, and everything up to the end is here. */
  get isWhole(): boolean {
    return this.#tail >= 0 && this.scl >= this.#tail;
  }

  /** Everything of the stream below `lsn` that belongs to this PG is here. */
  reaches(lsn: number): boolean {
    return this.scl >= lsn || this.isWhole;
  }

  /** Highest end of anything here. */
  get highest(): number {
    let highest = this.scl;
    for (const ref of this.waiting.values()) highest = Math.max(highest, ref.end);
    return highest;
  }

  has(prev: number, end: number): boolean {
    return end <= this.scl || this.waiting.has(prev);
  }

  /** True when nothing of the batch will ever be wanted. */
  isBeyondEnd(first: number): boolean {
    return this.#end > 0 && first >= this.#end;
  }

  add(ref: BatchRef): void {
    this.checkpoint = Math.max(this.checkpoint, ref.checkpoint);
    this.vdl = Math.max(this.vdl, ref.vdl);
    if (this.has(ref.prev, ref.end) || this.isBeyondEnd(ref.first)) return;
    this.waiting.set(ref.prev, ref);
    this.#chain();
  }

  /** Moves what waits and fits to the end of the chain. A batch that straddles the base (collected here, not everywhere) fits too. */
  #chain(): void {
    for (;;) {
      const next = this.waiting.get(this.scl);
      if (next === undefined) return;
      this.waiting.delete(this.scl);
      assert(next.end > next.prev, () => `batch of stream ${this.incarnation} ends at ${next.end} where it began`);
      this.held.push(next);
      this.scl = next.end;
    }
  }

  /** D is known: drops what lies beyond. May come again, with a later D after a repeated recovery. */
  seal(end: number, tail: number): void {
    this.#end = end;
    this.#tail = tail;
    for (const [prev, ref] of this.waiting) if (ref.first >= end) this.waiting.delete(prev);
    while (this.held.length > 0 && this.held[this.held.length - 1].first >= end) {
      this.scl = (this.held.pop() as BatchRef).prev;
    }
    this.nextToTake = Math.min(this.nextToTake, this.held.length);
  }

  /** Batches that reach beyond `lsn` and came before `before`, in order, as long as they fit into `bytes` (one fits always). */
  after(lsn: number, before: number, bytes: number): {readonly refs: BatchRef[]; readonly more: boolean} {
    const refs: BatchRef[] = [];
    let left = bytes;
    const waiting = [...this.waiting.values()].sort((a, b) => a.prev - b.prev);
    for (const list of [this.held, waiting]) {
      for (let i = list === this.held ? this.#firstBeyond(lsn) : 0; i < list.length; i++) {
        const ref = list[i];
        if (ref.end <= lsn || ref.arrived > before) continue;
        if (refs.length > 0 && ref.length > left) return {refs, more: true};
        refs.push(ref);
        left -= ref.length;
      }
    }
    return {refs, more: false};
  }

  #firstBeyond(lsn: number): number {
    let [low, high] = [0, this.held.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.held[middle].end <= lsn) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The batch at the beginning of the chain is not needed any more. */
  collectTo(end: number): void {
    const count = this.#firstBeyond(end);
    this.held.splice(0, count);
    this.nextToTake = Math.max(0, this.nextToTake - count);
    this.base = Math.max(this.base, end);
    this.scl = Math.max(this.scl, this.base);
    this.taken = Math.max(this.taken, this.base);
  }

  /** Pages have come that hold everything below `base`: the chain goes on from there. */
  restart(base: number): void {
    if (base <= this.base) return;
    this.collectTo(base);
    for (const [prev, ref] of this.waiting) if (ref.end <= base) this.waiting.delete(prev);
    this.#chain();
  }

  /** A batch cannot be read any more: a hole, until a peer brings it. */
  lose(ref: BatchRef): void {
    if (this.waiting.get(ref.prev) === ref) this.waiting.delete(ref.prev);
    const at = this.held.indexOf(ref);
    if (at < 0) return;
    for (const later of this.held.splice(at).slice(1)) this.waiting.set(later.prev, later);
    this.scl = ref.prev;
    this.nextToTake = Math.min(this.nextToTake, at);
  }
}
