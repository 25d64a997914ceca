// The redo of the writer on its way to the read replicas: one ring per node, in shared memory, written by the node whose stream it is and read by all others.
//
//   word (uint64, one row per node)   written by   meaning
//   0   incarnation                   the writer   whose stream is fed; 0 = none yet
//   1   written LSN                   the writer   redo up to here has been put into the ring
//   2   durable LSN                   the writer   up to here it counts: whole mini-transactions, on disk with all they rest on
//   3   end LSN                       supervisor   sealed end of the stream; 0 = it goes on
//   4   predecessor                   the writer   incarnation that wrote before this one; 0 = the first
//   5   start LSN                     the writer   where the stream begins
//   6   followed incarnation          a replica    whose stream this node has applied to its pages; 0 = none
//   7   cut                           a replica    up to here
//
// Byte n of a stream stands at n modulo the ring's size. A reader copies and then looks whether the writer has come round meanwhile: if so the bytes mean nothing, and the reader
// has fallen too far behind to go on (K18: it forgets its pages and starts at the present). The ring is no part of the log: what is lost with it is on disk.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import type {RedoFeed} from '../api.ts';

const WORDS = 8;
const Word = {incarnation: 0, written: 1, durable: 2, end: 3, predecessor: 4, start: 5, followed: 6, cut: 7} as const;
/** In front of the rows: node + 1 of the writer (0 = there is none), and how often a view point was asked for. */
const HEAD_BYTES = 64;

/** Bytes of the feed of `nodes` nodes whose rings hold `ringBytes` each. */
export function redoFeedBytes(nodes: number, ringBytes: number): number {
  return HEAD_BYTES + nodes * (WORDS * 8 + ringBytes);
}

export class SharedRedoFeed implements RedoFeed {
  readonly nodes: number;
  readonly ringBytes: number;
  readonly #memory: Memory;
  readonly #words: BigUint64Array;

  constructor(shared: ArrayBufferLike, nodes: number, ringBytes: number) {
    assert(shared.byteLength === redoFeedBytes(nodes, ringBytes), () => `a feed of ${shared.byteLength} bytes`);
    this.nodes = nodes;
    this.ringBytes = ringBytes;
    this.#memory = new Memory(shared);
    this.#words = new BigUint64Array(shared, 0, HEAD_BYTES / 8 + nodes * WORDS);
  }

  #get(node: number, word: number): number {
    return Number(Atomics.load(this.#words, HEAD_BYTES / 8 + node * WORDS + word));
  }

  #set(node: number, word: number, value: number): void {
    Atomics.store(this.#words, HEAD_BYTES / 8 + node * WORDS + word, BigInt(value));
  }

  /** Node whose stream is fed now; -1 = there is no writer. */
  get writer(): number {
    return Number(Atomics.load(this.#words, 0)) - 1;
  }

  /** A replica has begun anew and knows no view point: the writer is to make one. */
  ask(): void {
    Atomics.add(this.#words, 1, 1n);
  }

  /** How often that was asked for. */
  get asked(): number {
    return Number(Atomics.load(this.#words, 1));
  }

  /** A node becomes the writer, in place of the last one, whose stream has ended; its own begins at `startLsn`. */
  begin(node: number, incarnation: number, startLsn: number): void {
    const {writer} = this;
    const predecessor = writer < 0 ? 0 : this.incarnation(writer);
    // Whoever reads the row twice the same has not read half of it.
    this.#set(node, Word.incarnation, 0);
    this.#set(node, Word.written, startLsn);
    this.#set(node, Word.durable, startLsn);
    this.#set(node, Word.end, 0);
    this.#set(node, Word.predecessor, predecessor);
    this.#set(node, Word.start, startLsn);
    this.#set(node, Word.incarnation, incarnation);
    Atomics.store(this.#words, 0, BigInt(node + 1));
  }

  /** The supervisor has sealed the writer's stream: what lies below counts, and nothing else. */
  end(node: number, endLsn: number): void {
    this.#set(node, Word.durable, endLsn);
    this.#set(node, Word.end, endLsn);
  }

  /** A replica: this node has applied the stream of `incarnation` up to `lsn`; 0, 0: it follows nobody. */
  setCut(node: number, incarnation: number, lsn: number): void {
    this.#set(node, Word.cut, lsn);
    this.#set(node, Word.followed, incarnation);
  }

  /** The lowest cut of those who follow `incarnation`, and not above `lsn`: what lies below nobody asks for any more (PGMRPL). */
  lowestCut(incarnation: number, lsn: number): number {
    let lowest = lsn;
    for (let node = 0; node < this.nodes; node++)
      if (this.#get(node, Word.followed) === incarnation) lowest = Math.min(lowest, this.#get(node, Word.cut));
    return lowest;
  }

  /** Somebody lives on this node whose stream is fed and has not ended. */
  isFollowing(node: number): boolean {
    return this.incarnation(node) !== 0 && this.endLsn(node) === 0;
  }

  incarnation(node: number): number {
    return this.#get(node, Word.incarnation);
  }

  predecessor(node: number): number {
    return this.#get(node, Word.predecessor);
  }

  durable(node: number): number {
    return this.#get(node, Word.durable);
  }

  startLsn(node: number): number {
    return this.#get(node, Word.start);
  }

  written(node: number): number {
    return this.#get(node, Word.written);
  }

  /** 0 while the stream goes on. */
  endLsn(node: number): number {
    return this.#get(node, Word.end);
  }

  /** Writer: puts redo in, before it is written to the log. */
  put(node: number, lsn: number, from: Memory, at: number, length: number): void {
    assert(length <= this.ringBytes, () => `${length} bytes of redo for a ring of ${this.ringBytes}`);
    this.#set(node, Word.written, lsn + length);
    const place = lsn % this.ringBytes;
    const first = Math.min(length, this.ringBytes - place);
    const ring = this.#ringAt(node);
    this.#memory.bytes.set(from.bytes.subarray(at, at + first), ring + place);
    this.#memory.bytes.set(from.bytes.subarray(at + first, at + length), ring);
  }

  /** Writer: what is durable now. */
  setDurable(node: number, lsn: number): void {
    if (this.endLsn(node) === 0) this.#set(node, Word.durable, lsn);
  }

  /** Reader: copies redo out. False: it is not in the ring any more. */
  copy(node: number, lsn: number, length: number, target: Memory): boolean {
    if (length > this.ringBytes) return false;
    const place = lsn % this.ringBytes;
    const first = Math.min(length, this.ringBytes - place);
    const ring = this.#ringAt(node);
    target.bytes.set(this.#memory.bytes.subarray(ring + place, ring + place + first), 0);
    target.bytes.set(this.#memory.bytes.subarray(ring, ring + length - first), first);
    // A read-modify-write: on every processor the copy comes before it.
    const written = Number(Atomics.add(this.#words, HEAD_BYTES / 8 + node * WORDS + Word.written, 0n));
    return written - lsn <= this.ringBytes;
  }

  #ringAt(node: number): number {
    return HEAD_BYTES + this.nodes * WORDS * 8 + node * this.ringBytes;
  }
}
