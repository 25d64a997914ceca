// The tables of waits and of object users: records in shared memory, under one latch.
//
//   wait   FREE -> WAITING -> WOKEN -> FREE        woken: the row is reserved for this waiter
//                          -> VICTIM -> FREE       chosen to break a cycle; the owner takes it out
//                  WOKEN -> LAPSED -> FREE         the reservation ran out; the next waiter was woken too
//
// One store of `state` makes or ends a wait. The counters by hash and the high-water mark are derived: they never miss a wait (raised
// before the state, lowered after it) and are counted anew when somebody died under the latch.
//
// A wait id is generation * capacity + index + 1: an id is never used for two waits.

import {Header, USE_WORDS, UseField, WAIT_HASHES, WAIT_WORDS, WaitField} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';

export const WaitState = {free: 0, waiting: 1, woken: 2, victim: 3, lapsed: 4} as const;
export type WaitState = (typeof WaitState)[keyof typeof WaitState];

/** What a wait is made of; see WaitField. */
export interface WaitRequest {
  incarnation: number;
  slot: number;
  node: number;
  kind: number;
  holderIncarnation: number;
  holderSlot: number;
  holderVersion: number;
  resource: number;
  weight: number;
}

export class WaitTable {
  readonly capacity: number;
  readonly useCount: number;
  readonly #words: Int32Array;
  readonly #waits: number;
  readonly #uses: number;
  readonly #hashes: number;

  constructor(memory: PmfsMemory) {
    this.capacity = memory.options.waitEntries;
    this.useCount = memory.layout.useCount;
    this.#words = memory.words;
    this.#waits = memory.layout.waits;
    this.#uses = memory.layout.uses;
    this.#hashes = memory.layout.waitHashes;
  }

  /** A field of wait `index`, as an unsigned integer. */
  get(index: number, field: number): number {
    return Atomics.load(this.#words, this.#waits + index * WAIT_WORDS + field) >>> 0;
  }

  set(index: number, field: number, value: number): void {
    Atomics.store(this.#words, this.#waits + index * WAIT_WORDS + field, value | 0);
  }

  state(index: number): WaitState {
    return this.get(index, WaitField.state) as WaitState;
  }

  /** One more than the highest index that may be in use. */
  get high(): number {
    return Atomics.load(this.#words, Header.waitHigh);
  }

  idOf(index: number): number {
    return this.get(index, WaitField.generation) * this.capacity + index + 1;
  }

  /** Index of a wait that still exists, else -1. */
  indexOf(waitId: number): number {
    const index = (waitId - 1) % this.capacity;
    if (this.state(index) === WaitState.free || this.idOf(index) !== waitId) return -1;
    return index;
  }

  /** Inserts a wait and returns its index; -1 when the table is full. */
  insert(request: WaitRequest): number {
    let index = 0;
    while (index < this.capacity && this.state(index) !== WaitState.free) index++;
    if (index === this.capacity) return -1;
    this.set(index, WaitField.generation, (this.get(index, WaitField.generation) + 1) & 0x7fff_ffff);
    this.set(index, WaitField.ticket, Atomics.add(this.#words, Header.waitTicket, 1));
    this.#fill(index, request);
    if (index >= this.high) Atomics.store(this.#words, Header.waitHigh, index + 1);
    Atomics.add(this.#words, this.#hashAt(request.resource), 1);
    this.set(index, WaitField.state, WaitState.waiting);
    return index;
  }

  /** Turns an existing wait of the same transaction for the same resource into a new one that keeps its place in the queue. */
  renew(index: number, request: WaitRequest): void {
    const ticket = this.get(index, WaitField.ticket);
    this.set(index, WaitField.generation, (this.get(index, WaitField.generation) + 1) & 0x7fff_ffff);
    this.#fill(index, request);
    this.set(index, WaitField.ticket, ticket);
    this.set(index, WaitField.state, WaitState.waiting);
  }

  remove(index: number): void {
    const resource = this.get(index, WaitField.resource);
    this.set(index, WaitField.state, WaitState.free);
    Atomics.sub(this.#words, this.#hashAt(resource), 1);
    let high = this.high;
    while (high > 0 && this.state(high - 1) === WaitState.free) high--;
    Atomics.store(this.#words, Header.waitHigh, high);
  }

  /** False when certainly nobody waits for a resource of this hash. One atomic load. */
  mayHaveWaiters(resource: number): boolean {
    return Atomics.load(this.#words, this.#hashAt(resource)) > 0;
  }

  /** True when wait a came before wait b. */
  isBefore(a: number, b: number): boolean {
    return ((this.get(a, WaitField.ticket) - this.get(b, WaitField.ticket)) | 0) < 0;
  }

  /** Counts everything derived anew, after a death under the latch. */
  recount(): void {
    for (let hash = 0; hash < WAIT_HASHES; hash++) Atomics.store(this.#words, this.#hashes + hash, 0);
    let high = 0;
    for (let index = 0; index < this.capacity; index++) {
      if (this.state(index) === WaitState.free) continue;
      high = index + 1;
      Atomics.add(this.#words, this.#hashAt(this.get(index, WaitField.resource)), 1);
    }
    Atomics.store(this.#words, Header.waitHigh, high);
  }

  /** Number of waits counted under the hash of this resource; for the checker. */
  countOfHash(resource: number): number {
    return Atomics.load(this.#words, this.#hashAt(resource));
  }

  useIncarnation(use: number): number {
    return Atomics.load(this.#words, this.#uses + use * USE_WORDS + UseField.incarnation) >>> 0;
  }

  useSlot(use: number): number {
    return Atomics.load(this.#words, this.#uses + use * USE_WORDS + UseField.slot);
  }

  usePage(use: number): number {
    return Atomics.load(this.#words, this.#uses + use * USE_WORDS + UseField.page) >>> 0;
  }

  /** Index of this transaction's use of the object, else -1. */
  findUse(incarnation: number, slot: number, page: number): number {
    for (let use = 0; use < this.useCount; use++) {
      if (this.useIncarnation(use) !== incarnation) continue;
      if (this.useSlot(use) === slot && this.usePage(use) === page) return use;
    }
    return -1;
  }

  /** Records a use. False when the table is full: the edge is missing, and only the lock timeout would find such a cycle. */
  insertUse(incarnation: number, slot: number, page: number): boolean {
    for (let use = 0; use < this.useCount; use++) {
      if (this.useIncarnation(use) !== 0) continue;
      const at = this.#uses + use * USE_WORDS;
      Atomics.store(this.#words, at + UseField.slot, slot);
      Atomics.store(this.#words, at + UseField.page, page | 0);
      Atomics.store(this.#words, at + UseField.incarnation, incarnation | 0);
      return true;
    }
    return false;
  }

  removeUse(use: number): void {
    Atomics.store(this.#words, this.#uses + use * USE_WORDS + UseField.incarnation, 0);
  }

  #fill(index: number, request: WaitRequest): void {
    this.set(index, WaitField.incarnation, request.incarnation);
    this.set(index, WaitField.slot, request.slot);
    this.set(index, WaitField.node, request.node);
    this.set(index, WaitField.kind, request.kind);
    this.set(index, WaitField.holderIncarnation, request.holderIncarnation);
    this.set(index, WaitField.holderSlot, request.holderSlot);
    this.set(index, WaitField.holderVersion, request.holderVersion);
    this.set(index, WaitField.resource, request.resource);
    this.set(index, WaitField.weight, request.weight);
    this.set(index, WaitField.age, 0);
  }

  #hashAt(resource: number): number {
    return this.#hashes + ((resource ^ (resource >>> 16)) & (WAIT_HASHES - 1));
  }
}
