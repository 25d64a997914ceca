// Page reads between threads: a node asks, the storage thread answers, through shared memory.
//
// Each node has REQUEST_SLOTS slots, each with a staging frame of one page:
//
//   word (int32)   0 state    FREE -> REQUESTED (node) -> DONE (storage) -> FREE (node)
//                  1 page number   2 status   3 needed stream
//   float64        needed LSN
//
// The node fills the fields and then stores REQUESTED; storage fills frame and status and then stores DONE: the atomic store of the state
// orders the plain fields. Bells may be lost or repeated: the truth is in the state words. Each side has a counter that spares the
// other one looking at all slots when nothing has changed.
//
//   node region:  int32 requested · int32 done · 56 bytes pad | slots x 4 int32 | slots x f64 | slots x page

import {Memory} from '../format/memory.ts';

export const REQUEST_SLOTS = 64;

export const SlotState = {free: 0, requested: 1, done: 2} as const;
export type SlotState = (typeof SlotState)[keyof typeof SlotState];

const HEAD_BYTES = 64;
const SLOT_WORDS = 4;
const REQUESTED_COUNT = 0;
const DONE_COUNT = 1;
const CONTROL_BYTES = HEAD_BYTES + REQUEST_SLOTS * SLOT_WORDS * 4 + REQUEST_SLOTS * 8;

/** Bytes of shared memory for the channels of `nodes` nodes. */
export function pageChannelBytes(nodes: number, pageSize: number): number {
  return nodes * (CONTROL_BYTES + REQUEST_SLOTS * pageSize);
}

/** The channels of all nodes over one shared memory. Both sides make their own over the same memory. */
export class PageChannel {
  readonly memory: Memory;
  readonly nodes: number;
  readonly pageSize: number;
  readonly #words: Int32Array;
  readonly #lsns: Float64Array;

  constructor(shared: ArrayBufferLike, nodes: number, pageSize: number) {
    this.memory = new Memory(shared);
    this.nodes = nodes;
    this.pageSize = pageSize;
    this.#words = this.memory.ints;
    this.#lsns = new Float64Array(shared, 0, shared.byteLength >> 3);
  }

  #region(node: number): number {
    return node * (CONTROL_BYTES + REQUEST_SLOTS * this.pageSize);
  }

  #slotWord(node: number, slot: number): number {
    return (this.#region(node) + HEAD_BYTES) / 4 + slot * SLOT_WORDS;
  }

  #lsnWord(node: number, slot: number): number {
    return (this.#region(node) + HEAD_BYTES + REQUEST_SLOTS * SLOT_WORDS * 4) / 8 + slot;
  }

  /** Offset in `memory` of a slot's staging frame. */
  frame(node: number, slot: number): number {
    return this.#region(node) + CONTROL_BYTES + slot * this.pageSize;
  }

  state(node: number, slot: number): SlotState {
    return Atomics.load(this.#words, this.#slotWord(node, slot)) as SlotState;
  }

  /** Requests ever made by the node, modulo 2^32. */
  requestedCount(node: number): number {
    return Atomics.load(this.#words, this.#region(node) / 4 + REQUESTED_COUNT);
  }

  /** Requests ever answered for the node, modulo 2^32. */
  doneCount(node: number): number {
    return Atomics.load(this.#words, this.#region(node) / 4 + DONE_COUNT);
  }

  /** Node side, on a free slot. */
  request(node: number, slot: number, pageNo: number, needStream: number, needLsn: number): void {
    const word = this.#slotWord(node, slot);
    this.#words[word + 1] = pageNo;
    this.#words[word + 3] = needStream;
    this.#lsns[this.#lsnWord(node, slot)] = needLsn;
    Atomics.store(this.#words, word, SlotState.requested);
    Atomics.add(this.#words, this.#region(node) / 4 + REQUESTED_COUNT, 1);
  }

  pageNo(node: number, slot: number): number {
    return this.#words[this.#slotWord(node, slot) + 1] >>> 0;
  }

  needStream(node: number, slot: number): number {
    return this.#words[this.#slotWord(node, slot) + 3] >>> 0;
  }

  needLsn(node: number, slot: number): number {
    return this.#lsns[this.#lsnWord(node, slot)];
  }

  /** Storage side, on a requested slot whose frame has been filled. */
  finish(node: number, slot: number, status: number): void {
    const word = this.#slotWord(node, slot);
    this.#words[word + 2] = status;
    Atomics.store(this.#words, word, SlotState.done);
    Atomics.add(this.#words, this.#region(node) / 4 + DONE_COUNT, 1);
  }

  status(node: number, slot: number): number {
    return this.#words[this.#slotWord(node, slot) + 2];
  }

  /** Node side, on a slot that is done and has been used. */
  free(node: number, slot: number): void {
    Atomics.store(this.#words, this.#slotWord(node, slot), SlotState.free);
  }
}
