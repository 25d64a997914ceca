// Fusion as a read replica sees it. Pages need no locks: they are what the writer's redo has made of them, up to the replica's cut. Views are taken at the newest view point of the cut. Everything else -
// who is active, metadata locks, named locks, floors, deaths - is the cluster's own.
//
//   pages          any page may be read; who wants to change one is told 1290, before anything has been changed
//   time           readTso is the view point; it starts at the time of birth, and nothing is read before the cut has come so far
//   K1             a start horizon counts once the cut has come to the moment at which it was read: only then are all that started below it over in the replica's pages too
//   metadata lock  granted only when the cut has come to the moment of the grant: what the one before changed must be there
//
// When the replica is made the writer, all this steps aside for the cluster's own verbs (`promote`).

import {SqlError} from '../../base/sql-error.ts';
import {VIRTUAL_PAGE_FIRST} from '../../format/ids.ts';
import type {Memory} from '../../format/memory.ts';
import {
  type Fusion,
  type FusionEvents,
  GRANTED,
  type LockFusion,
  type PageFusion,
  PLockMode,
  type TransactionFusion,
  WAITING,
} from '../../fusion/api.ts';

/** Entry of every page that is only read. */
const READ_ENTRY = -2;

export class ReplicaPages implements PageFusion {
  readonly #pages: PageFusion;
  /** CTS that the cut must have come to before a metadata lock counts, by page. */
  readonly #pending = new Map<number, number>();
  readonly #now: () => number;
  readonly #viewPoint: () => number;
  isReplica = true;
  entry = -1;

  /** `now`: newest CTS of the cluster; `viewPoint`: newest CTS of the cut. */
  constructor(pages: PageFusion, now: () => number, viewPoint: () => number) {
    this.#pages = pages;
    this.#now = now;
    this.#viewPoint = viewPoint;
  }

  #isRead(pageNo: number): boolean {
    return this.isReplica && pageNo < VIRTUAL_PAGE_FIRST;
  }

  acquire(pageNo: number, mode: PLockMode): number {
    if (this.#isRead(pageNo)) {
      if (mode !== PLockMode.shared) throw new SqlError('ER_OPTION_PREVENTS_STATEMENT', '--super-read-only');
      this.entry = READ_ENTRY;
      return GRANTED;
    }
    const result = this.#pages.acquire(pageNo, mode);
    this.entry = this.#pages.entry;
    return result === GRANTED && this.isReplica ? this.#whenReached(pageNo) : result;
  }

  /** The lock is held; it counts when the cut has come to now. */
  #whenReached(pageNo: number): number {
    const target = this.#pending.get(pageNo) ?? this.#now();
    if (this.#viewPoint() >= target) {
      this.#pending.delete(pageNo);
      return GRANTED;
    }
    this.#pending.set(pageNo, target);
    return WAITING;
  }

  /** True when something waits for the cut. */
  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Tells which metadata locks count now. */
  deliver(events: FusionEvents): void {
    if (this.#pending.size === 0) return;
    const reached = this.#viewPoint();
    for (const [pageNo, target] of [...this.#pending]) {
      if (this.isReplica && reached < target) continue;
      if (!this.isReplica) this.#pending.delete(pageNo);
      events.granted(pageNo);
      this.#recallAgain(events, pageNo);
    }
  }

  /** Another node may have asked for it before it counted here: that recall found nobody. */
  #recallAgain(events: FusionEvents, pageNo: number): void {
    const pages = this.#pages;
    if (pages.acquire(pageNo, PLockMode.shared) !== GRANTED) pages.cancel(pageNo);
    else if (pages.isWanted(pages.entry)) events.recalled(pageNo, pages.grantOf(pages.entry));
  }

  heldMode(entry: number): PLockMode {
    return entry === READ_ENTRY ? PLockMode.shared : this.#pages.heldMode(entry);
  }

  grantOf(entry: number): number {
    return entry === READ_ENTRY ? 0 : this.#pages.grantOf(entry);
  }

  newestLlsn(entry: number): number {
    return entry === READ_ENTRY ? 0 : this.#pages.newestLlsn(entry);
  }

  newestIncarnation(entry: number): number {
    return entry === READ_ENTRY ? 0 : this.#pages.newestIncarnation(entry);
  }

  needStream(entry: number): number {
    return entry === READ_ENTRY ? 0 : this.#pages.needStream(entry);
  }

  needLsn(entry: number): number {
    return entry === READ_ENTRY ? 0 : this.#pages.needLsn(entry);
  }

  isWanted(entry: number): boolean {
    return entry !== READ_ENTRY && this.#pages.isWanted(entry);
  }

  copyFromDbp(entry: number, target: Memory, at: number): boolean {
    return entry !== READ_ENTRY && this.#pages.copyFromDbp(entry, target, at);
  }

  push(entry: number, source: Memory, at: number, lsn: number): boolean {
    return this.#pages.push(entry, source, at, lsn);
  }

  setNewest(entry: number, llsn: number, incarnation: number, lsn: number): void {
    this.#pages.setNewest(entry, llsn, incarnation, lsn);
  }

  offer(entry: number, source: Memory, at: number): void {
    if (entry !== READ_ENTRY) this.#pages.offer(entry, source, at);
  }

  release(entry: number, keep: PLockMode): PLockMode {
    return entry === READ_ENTRY ? PLockMode.shared : this.#pages.release(entry, keep);
  }

  cancel(pageNo: number): void {
    this.#pending.delete(pageNo);
    if (!this.#isRead(pageNo)) this.#pages.cancel(pageNo);
  }

  objectVersion(entry: number): number {
    return this.#pages.objectVersion(entry);
  }

  setObjectVersion(entry: number, version: number): void {
    this.#pages.setObjectVersion(entry, version);
  }
}

/** Time as the replica's cut has it. */
export class ReplicaTransactions implements TransactionFusion {
  readonly #real: TransactionFusion;
  readonly #viewPoint: () => number;
  isReplica = true;
  /** Until then the present time is not reached: the time of birth. */
  readonly birth: number;
  /** A start horizon, the time at which it was read, and the last one whose time has been reached. */
  #nextLow = 0;
  #nextLowAt = 0;
  #low = 0;

  constructor(real: TransactionFusion, viewPoint: () => number) {
    this.#real = real;
    this.#viewPoint = viewPoint;
    this.birth = real.readTso();
  }

  readTso(): number {
    return this.isReplica ? Math.max(this.birth, this.#viewPoint()) : this.#real.readTso();
  }

  startHorizon(): number {
    if (!this.isReplica) return this.#real.startHorizon();
    if (this.#viewPoint() >= this.#nextLowAt) {
      this.#low = this.#nextLow;
      this.#nextLow = this.#real.startHorizon();
      this.#nextLowAt = this.#real.readTso();
    }
    return this.#low;
  }

  openSlot(): number {
    return this.#real.openSlot();
  }

  slotVersion(slot: number): number {
    return this.#real.slotVersion(slot);
  }

  commitSlot(slot: number): number {
    return this.#real.commitSlot(slot);
  }

  abortSlot(slot: number): void {
    this.#real.abortSlot(slot);
  }

  endSlot(slot: number): void {
    this.#real.endSlot(slot);
  }

  slotState(incarnation: number, slot: number, version: number): number {
    return this.#real.slotState(incarnation, slot, version);
  }

  publishViewFloor(cts: number): void {
    this.#real.publishViewFloor(cts);
  }

  publishOldestStart(cts: number): void {
    this.#real.publishOldestStart(cts);
  }

  viewHorizon(): number {
    return this.#real.viewHorizon();
  }
}

export class ReplicaFusion implements Fusion {
  readonly #real: Fusion;
  readonly pages: ReplicaPages;
  readonly transactions: ReplicaTransactions;

  constructor(real: Fusion, viewPoint: () => number) {
    this.#real = real;
    this.pages = new ReplicaPages(real.pages, () => real.transactions.readTso(), viewPoint);
    this.transactions = new ReplicaTransactions(real.transactions, viewPoint);
  }

  get node(): number {
    return this.#real.node;
  }

  get incarnation(): number {
    return this.#real.incarnation;
  }

  get locks(): LockFusion {
    return this.#real.locks;
  }

  /** From now on this node reads and writes like any primary. What it had cached must have been forgotten. */
  promote(): void {
    this.pages.isReplica = false;
    this.transactions.isReplica = false;
  }

  hasMail(): boolean {
    return this.#real.hasMail();
  }

  poll(events: FusionEvents): number {
    this.pages.deliver(events);
    return this.#real.poll(events);
  }

  isFenced(): boolean {
    return this.#real.isFenced();
  }

  counters(): ReadonlyMap<string, number> {
    return this.#real.counters();
  }
}
