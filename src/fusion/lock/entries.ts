// The fields of a directory entry, without its latch.
//
//   lock word   bits 0..15  nodes that hold the page lock
//               bits 16..17 mode of the holders (PLockMode)
//               bit  18     which of the two identity records holds
//
// Every transition of an entry ends in one store of the lock word (or of one queue word): before it the entry means the old state,
// after it the new one. What is stored earlier belongs to nobody yet (the grant number of a node that is not a holder, the identity
// record that is not chosen); what is stored later is derived (queue words of satisfied requests, the waiters hint) and is put
// right by `normalize` when somebody dies in between.
//
// Queue word of a node: ticket in bits 3..31, wanted mode in bits 0..1; 0 = no request. A request is live while the node holds less than
// it wants. Tickets are compared by signed difference, so they may wrap.

import {PLockMode} from '../api.ts';
import {ENTRY_WORDS, EntryField, RECORD_WORDS, RecordField} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';

const HOLDERS = 0xffff;
const MODE_SHIFT = 16;
const SELECT = 1 << 18;
const TICKET_STEP = 8;
const TICKET = ~7;
const HIGH_UNIT = 4294967296;

export function holdersOf(lock: number): number {
  return lock & HOLDERS;
}

export function modeOf(lock: number): PLockMode {
  return ((lock >>> MODE_SHIFT) & 3) as PLockMode;
}

/** Mode that the node holds according to this lock word. */
export function heldBy(lock: number, node: number): PLockMode {
  return (lock & (1 << node)) === 0 ? PLockMode.none : modeOf(lock);
}

/** The lock word with other holders, the chosen record unchanged. */
export function withHolders(lock: number, holders: number, mode: PLockMode): number {
  return (lock & SELECT) | holders | ((holders === 0 ? PLockMode.none : mode) << MODE_SHIFT);
}

/** The lock word after the node has given up everything, or (keep = shared) its X down to S. */
export function afterRelease(lock: number, node: number, keep: PLockMode): number {
  if (keep === PLockMode.shared) return withHolders(lock, holdersOf(lock), PLockMode.shared);
  return withHolders(lock, holdersOf(lock) & ~(1 << node), modeOf(lock));
}

/** Whether `node` could hold `mode` beside the others of this lock word. */
export function isCompatible(lock: number, node: number, mode: PLockMode): boolean {
  const others = holdersOf(lock) & ~(1 << node);
  return others === 0 || (mode === PLockMode.shared && modeOf(lock) === PLockMode.shared);
}

/** The lock word after granting `mode` to `node`. */
export function afterGrant(lock: number, node: number, mode: PLockMode): number {
  return withHolders(lock, holdersOf(lock) | (1 << node), mode);
}

/** The lock word after a dead node's hold has passed to another node, in the same mode. */
export function afterHandOver(lock: number, dead: number, node: number): number {
  return withHolders(lock, (holdersOf(lock) & ~(1 << dead)) | (1 << node), modeOf(lock));
}

export class Entries {
  readonly count: number;
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(memory: PmfsMemory) {
    this.count = memory.options.directoryEntries;
    this.#words = memory.words;
    this.#at = memory.layout.entries;
  }

  get(entry: number, field: number): number {
    return Atomics.load(this.#words, this.#at + entry * ENTRY_WORDS + field);
  }

  set(entry: number, field: number, value: number): void {
    Atomics.store(this.#words, this.#at + entry * ENTRY_WORDS + field, value);
  }

  /** Compare-and-swap of a field. */
  replace(entry: number, field: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, this.#at + entry * ENTRY_WORDS + field, from, to) === from;
  }

  page(entry: number): number {
    return this.get(entry, EntryField.page) >>> 0;
  }

  lock(entry: number): number {
    return this.get(entry, EntryField.lock);
  }

  /** Stores the lock word: the commit of a transition. */
  setLock(entry: number, lock: number): void {
    this.set(entry, EntryField.lock, lock);
  }

  grantOf(entry: number, node: number): number {
    return this.get(entry, EntryField.grants + node);
  }

  /** Gives the node a new grant number; means nothing until the lock word names it as holder. */
  numberGrant(entry: number, node: number): void {
    const number = (this.get(entry, EntryField.grantCounter) + 1) | 0;
    this.set(entry, EntryField.grantCounter, number);
    this.set(entry, EntryField.grants + node, number);
  }

  /** What the node waits for; none when it does not wait, or holds as much already. */
  wantedBy(entry: number, node: number, lock: number): PLockMode {
    const wanted = (this.get(entry, EntryField.queue + node) & 3) as PLockMode;
    return wanted > heldBy(lock, node) ? wanted : PLockMode.none;
  }

  /** Puts a request at the end of the queue, or strengthens the one that the node has, which keeps its place. */
  enqueue(entry: number, node: number, mode: PLockMode): void {
    const before = this.get(entry, EntryField.queue + node);
    let ticket = before & TICKET;
    if ((before & 3) === 0) {
      ticket = (this.get(entry, EntryField.ticketCounter) + TICKET_STEP) | 0;
      this.set(entry, EntryField.ticketCounter, ticket);
      this.set(entry, EntryField.waiters, this.get(entry, EntryField.waiters) | (1 << node));
    }
    this.set(entry, EntryField.queue + node, ticket | mode);
  }

  dequeue(entry: number, node: number): void {
    this.set(entry, EntryField.queue + node, 0);
    this.set(entry, EntryField.waiters, this.get(entry, EntryField.waiters) & ~(1 << node));
  }

  /** The waiting node that comes first, -1 when nobody waits. */
  firstWaiter(entry: number, lock: number): number {
    let first = -1;
    let firstTicket = 0;
    for (let rest = this.get(entry, EntryField.waiters); rest !== 0; rest &= rest - 1) {
      const node = 31 - Math.clz32(rest & -rest);
      if (this.wantedBy(entry, node, lock) === PLockMode.none) continue;
      const ticket = this.get(entry, EntryField.queue + node) & TICKET;
      if (first >= 0 && ((ticket - firstTicket) | 0) > 0) continue;
      first = node;
      firstTicket = ticket;
    }
    return first;
  }

  /** True when a node other than `me` waits. One atomic load when nobody does. */
  isWantedByOther(entry: number, me: number): boolean {
    const waiters = this.get(entry, EntryField.waiters) & ~(1 << me);
    if (waiters === 0) return false;
    const lock = this.lock(entry);
    for (let rest = waiters; rest !== 0; rest &= rest - 1) {
      const node = 31 - Math.clz32(rest & -rest);
      if (this.wantedBy(entry, node, lock) !== PLockMode.none) return true;
    }
    return false;
  }

  /**
   * Ends a transition: from the lock word `start`, grants to the first waiters as long as they are compatible, stores the result
   * (the commit), and takes the served requests out. Returns the nodes granted to, as a bitmap.
   */
  commit(entry: number, start: number): number {
    let lock = start;
    let granted = 0;
    for (;;) {
      const node = this.firstWaiter(entry, lock);
      if (node < 0) break;
      const mode = this.wantedBy(entry, node, lock);
      if (!isCompatible(lock, node, mode)) break;
      this.numberGrant(entry, node);
      lock = afterGrant(lock, node, mode);
      granted |= 1 << node;
    }
    this.setLock(entry, lock);
    if (granted !== 0) this.normalize(entry);
    return granted;
  }

  /** Makes the derived words right: served requests go, and the hint names exactly the waiting nodes. */
  normalize(entry: number): void {
    const lock = this.lock(entry);
    let waiters = 0;
    for (let node = 0; node < 16; node++) {
      const word = this.get(entry, EntryField.queue + node);
      if (word === 0) continue;
      if (this.wantedBy(entry, node, lock) === PLockMode.none) this.set(entry, EntryField.queue + node, 0);
      else waiters |= 1 << node;
    }
    this.set(entry, EntryField.waiters, waiters);
  }

  newestLlsn(entry: number): number {
    return this.#number(entry, RecordField.llsnHigh, RecordField.llsnLow);
  }

  newestIncarnation(entry: number): number {
    return this.#record(entry, RecordField.incarnation) >>> 0;
  }

  needStream(entry: number): number {
    return this.#record(entry, RecordField.stream) >>> 0;
  }

  needLsn(entry: number): number {
    return this.#number(entry, RecordField.lsnHigh, RecordField.lsnLow);
  }

  /** DBP frame of the newest version, -1 when it has none. */
  frame(entry: number): number {
    return this.#record(entry, RecordField.frame) - 1;
  }

  /** Replaces the identity record as a whole: written beside the old one, then chosen by one store of the lock word. Under the latch. */
  setRecord(entry: number, llsn: number, incarnation: number, stream: number, lsn: number, frame: number): void {
    const lock = this.lock(entry);
    const at = EntryField.records + ((lock & SELECT) === 0 ? RECORD_WORDS : 0);
    this.set(entry, at + RecordField.llsnLow, llsn | 0);
    this.set(entry, at + RecordField.llsnHigh, Math.floor(llsn / HIGH_UNIT));
    this.set(entry, at + RecordField.incarnation, incarnation | 0);
    this.set(entry, at + RecordField.stream, stream | 0);
    this.set(entry, at + RecordField.lsnLow, lsn | 0);
    this.set(entry, at + RecordField.lsnHigh, Math.floor(lsn / HIGH_UNIT));
    this.set(entry, at + RecordField.frame, frame + 1);
    this.setLock(entry, lock ^ SELECT);
  }

  /** The same record with another frame (-1: none). Under the latch. */
  setFrame(entry: number, frame: number): void {
    this.setRecord(
      entry,
      this.newestLlsn(entry),
      this.newestIncarnation(entry),
      this.needStream(entry),
      this.needLsn(entry),
      frame,
    );
  }

  #record(entry: number, field: number): number {
    const select = this.lock(entry) & SELECT;
    return this.get(entry, EntryField.records + (select === 0 ? 0 : RECORD_WORDS) + field);
  }

  #number(entry: number, high: number, low: number): number {
    return this.#record(entry, high) * HIGH_UNIT + (this.#record(entry, low) >>> 0);
  }
}
