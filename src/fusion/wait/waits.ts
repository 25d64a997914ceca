// Lock Fusion's waits: who waits for which transaction, who goes first, and who must give way.
//
// A row lock is in the row; only the *waiting* is here. Rules that this file keeps:
//   S2   `ref` is set, the wait inserted, and only then the holder's slot is read (again): if it has ended meanwhile, the holder may have
//        looked for waiters too early, and the caller is told at once.
//   S8   a row passes first in, first out over all nodes. The first waiter is woken and the row reserved for him until he takes
//        his wait out; newcomers who find the row free queue behind (hasWaiters). A reservation lapses at the second tick.
//   S12  one graph for rows, metadata and named locks. The lightest of a cycle is told by wait id; the search is repeated until no
//        cycle is left.
//
// Invariant (check-waits.ts): a resource that has waiting rows has one reserved for a woken waiter, or its first waiter's
// holder still runs and has `ref` set. `#settle` restores it after every change.

import type {LockFusion, RowWait} from '../api.ts';
import {WAIT_DEADLOCK, WAIT_ENDED, WAIT_FULL, WaitKind} from '../api.ts';
import {type Mailbox, Message} from '../mailbox.ts';
import type {Latch} from '../memory/latch.ts';
import {Header, WaitField} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';
import type {Slots} from '../transaction/slots.ts';
import {WaitGraph} from './wait-graph.ts';
import {type WaitRequest, WaitState, WaitTable} from './wait-table.ts';

/** Ticks after which a reservation that was not taken lapses. */
const RESERVATION_TICKS = 2;

export class Waits implements LockFusion {
  readonly table: WaitTable;
  readonly #latch: Latch;
  readonly #slots: Slots;
  readonly #mailbox: Mailbox;
  readonly #graph: WaitGraph;
  readonly #request: WaitRequest;
  /** Wait id of each of this incarnation's slots, 0 = none. Private: only this thread asks. */
  readonly #waitOfSlot: Float64Array;
  /** Waits registered, and deadlock victims chosen here. */
  registered = 0;
  deadlocks = 0;

  /** `node` and `incarnation` are the waiter's; a recoverer without either passes 0 and only removes and wakes. */
  constructor(memory: PmfsMemory, latch: Latch, slots: Slots, mailbox: Mailbox, node: number, incarnation: number) {
    this.table = new WaitTable(memory);
    this.#latch = latch;
    this.#slots = slots;
    this.#mailbox = mailbox;
    this.#graph = new WaitGraph(this.table, slots);
    this.#waitOfSlot = new Float64Array(incarnation === 0 ? 0 : memory.options.titSlots);
    this.#request = {
      incarnation,
      node,
      slot: 0,
      kind: WaitKind.row,
      holderIncarnation: 0,
      holderSlot: 0,
      holderVersion: 0,
      resource: 0,
      weight: 0,
    };
  }

  registerWait(
    slot: number,
    holderIncarnation: number,
    holderSlot: number,
    holderVersion: number,
    resource: number,
    weight: number,
  ): number {
    const region = this.#slots.regions.find(holderIncarnation);
    if (region >= 0) this.#slots.setRef(region, holderSlot);
    this.#prepare(slot, WaitKind.row, resource, weight);
    this.#request.holderIncarnation = holderIncarnation;
    this.#request.holderSlot = holderSlot;
    this.#request.holderVersion = holderVersion;
    this.#lock();
    const index = this.#place();
    const result = index < 0 ? WAIT_FULL : this.#afterInsert(index);
    this.#unlock();
    return result;
  }

  registerObjectWait(slot: number, kind: WaitKind, pageNo: number, weight: number): number {
    this.#prepare(slot, kind, pageNo, weight);
    this.#request.holderIncarnation = 0;
    this.#lock();
    const index = this.#place();
    const result = index < 0 ? WAIT_FULL : this.#breakCycles(index);
    this.#unlock();
    return result;
  }

  cancelWait(waitId: number): void {
    this.#lock();
    const index = this.table.indexOf(waitId);
    if (index >= 0) this.#removeAndSettle(index);
    this.#unlock();
  }

  rowWaits(): readonly RowWait[] {
    const {table} = this;
    const found: RowWait[] = [];
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) !== WaitState.waiting || table.get(index, WaitField.kind) !== WaitKind.row) continue;
      found.push({
        incarnation: table.get(index, WaitField.incarnation),
        slot: table.get(index, WaitField.slot),
        holderIncarnation: table.get(index, WaitField.holderIncarnation),
        holderSlot: table.get(index, WaitField.holderSlot),
      });
    }
    return found;
  }

  hasWaiters(resource: number): boolean {
    const table = this.table;
    if (!table.mayHaveWaiters(resource)) return false;
    for (let index = 0; index < table.high; index++) {
      const state = table.state(index);
      if (state !== WaitState.waiting && state !== WaitState.woken) continue;
      if (this.#isRowOf(index, resource >>> 0)) return true;
    }
    return false;
  }

  wakeResource(resource: number): void {
    if (!this.table.mayHaveWaiters(resource)) return;
    this.#lock();
    if (!this.#isReserved(resource >>> 0)) this.#wake(this.#firstOf(resource >>> 0));
    this.#unlock();
  }

  registerObjectUse(slot: number, pageNo: number): void {
    const {incarnation} = this.#request;
    this.#lock();
    if (this.table.findUse(incarnation, slot, pageNo >>> 0) < 0) {
      this.table.insertUse(incarnation, slot, pageNo);
      const index = this.#graph.waitOf(incarnation, slot);
      if (index >= 0) this.#breakCyclesElsewhere(index);
    }
    this.#unlock();
  }

  unregisterObjectUse(slot: number, pageNo: number): void {
    this.#lock();
    const use = this.table.findUse(this.#request.incarnation, slot, pageNo >>> 0);
    if (use >= 0) this.table.removeUse(use);
    this.#unlock();
  }

  /** The transaction has ended and `ref` was set: the first waiter of each row it held is woken. */
  holderEnded(incarnation: number, slot: number, version: number): void {
    this.#lock();
    const table = this.table;
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) !== WaitState.waiting || table.get(index, WaitField.kind) !== WaitKind.row) continue;
      if (table.get(index, WaitField.holderSlot) !== slot) continue;
      if (table.get(index, WaitField.holderIncarnation) !== incarnation) continue;
      if (table.get(index, WaitField.holderVersion) !== version) continue;
      this.#settle(table.get(index, WaitField.resource));
    }
    this.#unlock();
  }

  /** Takes out a wait that its transaction left behind. */
  dropWaitOf(slot: number): void {
    if (this.#waitOfSlot[slot] !== 0) this.cancelWait(this.#waitOfSlot[slot]);
    this.#waitOfSlot[slot] = 0;
  }

  /** Ages reservations; one that has seen RESERVATION_TICKS ticks lapses, and the next waiter is woken. For a timer of a few milliseconds. */
  tick(): void {
    const table = this.table;
    if (table.high === 0) return;
    let hasLapsed = false;
    this.#lock();
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) !== WaitState.woken) continue;
      const age = table.get(index, WaitField.age) + 1;
      table.set(index, WaitField.age, age);
      if (age < RESERVATION_TICKS) continue;
      table.set(index, WaitField.state, WaitState.lapsed);
      hasLapsed = true;
    }
    if (hasLapsed) this.#settleEverything();
    this.#unlock();
  }

  /** Removes the waits of a dead incarnation's transactions, and the users it registered (S18). */
  removeAllOf(incarnation: number): void {
    this.#lock();
    const table = this.table;
    for (let index = 0; index < table.capacity; index++) {
      if (table.state(index) === WaitState.free || table.get(index, WaitField.incarnation) !== incarnation) continue;
      this.#removeAndSettle(index);
    }
    for (let use = 0; use < table.useCount; use++) {
      if (table.useIncarnation(use) === incarnation) table.removeUse(use);
    }
    this.#unlock();
  }

  /** Restores the invariant for every resource: after a death, and when an incarnation has finished. */
  settleAll(): void {
    this.#lock();
    this.#settleEverything();
    this.#unlock();
  }

  /** True when the wait with this index and generation is over, its reservation lapsed or not. */
  isWoken(index: number, generation: number): boolean {
    const state = this.table.state(index);
    const isOver = state === WaitState.woken || state === WaitState.lapsed;
    return isOver && this.table.get(index, WaitField.generation) === generation;
  }

  /** True when the wait with this index and generation was chosen as victim and is still there (S12). */
  isVictim(index: number, generation: number): boolean {
    return this.table.state(index) === WaitState.victim && this.table.get(index, WaitField.generation) === generation;
  }

  #prepare(slot: number, kind: WaitKind, resource: number, weight: number): void {
    this.#request.slot = slot;
    this.#request.kind = kind;
    this.#request.resource = resource >>> 0;
    this.#request.weight = Math.min(weight, 0xffff_ffff);
    this.registered++;
  }

  /** Inserts the prepared wait, or renews the transaction's wait for the same resource, which keeps its place. */
  #place(): number {
    const request = this.#request;
    const old = this.#waitOfSlot[request.slot] === 0 ? -1 : this.table.indexOf(this.#waitOfSlot[request.slot]);
    let index = old;
    if (old >= 0 && this.#isSameWait(old, request)) {
      this.table.renew(old, request);
    } else {
      if (old >= 0) this.#removeAndSettle(old);
      index = this.table.insert(request);
    }
    this.#waitOfSlot[request.slot] = index < 0 ? 0 : this.table.idOf(index);
    return index;
  }

  #isSameWait(index: number, request: WaitRequest): boolean {
    const table = this.table;
    return (
      table.get(index, WaitField.kind) === request.kind && table.get(index, WaitField.resource) === request.resource
    );
  }

  /** S2: the second look at the holder comes after the insert. Then cycles. */
  #afterInsert(index: number): number {
    const resource = this.table.get(index, WaitField.resource);
    if (this.#firstOf(resource) === index && !this.#isReserved(resource) && !this.#holderRuns(index)) {
      this.#removeAndSettle(index);
      return WAIT_ENDED;
    }
    this.#settle(resource);
    return this.#breakCycles(index);
  }

  /** Breaks every cycle through the caller's wait; returns its id, or WAIT_DEADLOCK when it is itself the lightest. */
  #breakCycles(index: number): number {
    for (;;) {
      const victim = this.#graph.findVictim(index);
      if (victim < 0) return this.table.idOf(index);
      this.deadlocks++;
      if (victim === index) {
        this.#removeAndSettle(index);
        return WAIT_DEADLOCK;
      }
      this.#makeVictim(victim);
    }
  }

  /** The same for a wait that is not being registered now: every victim is told by a bell. */
  #breakCyclesElsewhere(index: number): void {
    for (let victim = this.#graph.findVictim(index); victim >= 0; victim = this.#graph.findVictim(index)) {
      this.deadlocks++;
      this.#makeVictim(victim);
      if (victim === index) return;
    }
  }

  #makeVictim(index: number): void {
    this.table.set(index, WaitField.state, WaitState.victim);
    this.#ring(index, Message.victim);
    this.#settle(this.table.get(index, WaitField.resource));
  }

  #removeAndSettle(index: number): void {
    const resource = this.table.get(index, WaitField.resource);
    this.table.remove(index);
    this.#settle(resource);
  }

  /** Wakes the first waiter of the row unless the row is reserved, or the holder he waits for still runs. */
  #settle(resource: number): void {
    const first = this.#firstOf(resource);
    if (first < 0 || this.#isReserved(resource) || this.#holderRuns(first)) return;
    this.#wake(first);
  }

  #settleEverything(): void {
    const table = this.table;
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) === WaitState.waiting) this.#settle(table.get(index, WaitField.resource));
    }
  }

  #wake(index: number): void {
    if (index < 0) return;
    this.table.set(index, WaitField.state, WaitState.woken);
    this.#ring(index, Message.wake);
  }

  #ring(index: number, message: Message): void {
    this.#mailbox.send(
      this.table.get(index, WaitField.node),
      message,
      index,
      this.table.get(index, WaitField.generation),
    );
  }

  #holderRuns(index: number): boolean {
    const table = this.table;
    return this.#slots.isRunning(
      table.get(index, WaitField.holderIncarnation),
      table.get(index, WaitField.holderSlot),
      table.get(index, WaitField.holderVersion),
    );
  }

  /** First waiting row of the resource in ticket order, -1 when there is none. */
  #firstOf(resource: number): number {
    const table = this.table;
    let first = -1;
    for (let index = 0; index < table.high; index++) {
      if (table.state(index) !== WaitState.waiting || !this.#isRowOf(index, resource)) continue;
      if (first < 0 || table.isBefore(index, first)) first = index;
    }
    return first;
  }

  #isReserved(resource: number): boolean {
    for (let index = 0; index < this.table.high; index++) {
      if (this.table.state(index) === WaitState.woken && this.#isRowOf(index, resource)) return true;
    }
    return false;
  }

  #isRowOf(index: number, resource: number): boolean {
    return (
      this.table.get(index, WaitField.kind) === WaitKind.row && this.table.get(index, WaitField.resource) === resource
    );
  }

  #lock(): void {
    if (this.#latch.acquire(Header.waitLatch)) this.#repair();
  }

  #unlock(): void {
    this.#latch.release(Header.waitLatch);
  }

  /** Somebody died under the latch: a wait is there or not by its state word; all else is counted anew. */
  #repair(): void {
    this.table.recount();
    this.#settleEverything();
  }
}
