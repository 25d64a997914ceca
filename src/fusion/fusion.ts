// Fusion for one incarnation: the three services over one attachment, and the delivery of bells.
//
// A bell is delivered only if the shared memory still says what it says: a recall names a grant that is still held and wanted, a wake
// a wait that is still in the table. So bells may be late, twice or lost (S6). After a death (`look`) nothing is trusted: the node looks at every
// page it asked for, every page it holds and every wait it has.

import {assert} from '../base/assert.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Fusion, FusionEvents} from './api.ts';
import {PLockMode} from './api.ts';
import {Attachment} from './attachment.ts';
import {heldBy} from './lock/entries.ts';
import {PageLocks} from './lock/page-locks.ts';
import {Pages} from './lock/pages.ts';
import {Message} from './mailbox.ts';
import {Members} from './members.ts';
import {EntryField, WaitField} from './memory/layout.ts';
import type {PmfsMemory} from './memory/pmfs-memory.ts';
import {Fence} from './transaction/fence.ts';
import {TransactionTable} from './transaction/transaction-table.ts';
import type {Waits} from './wait/waits.ts';

/** Messages that one poll delivers at most; the rest shows as mail. */
const MESSAGES_PER_POLL = 1024;

export class FusionNode implements Fusion {
  readonly node: number;
  readonly incarnation: number;
  readonly transactions: TransactionTable;
  readonly pages: Pages;
  readonly locks: Waits;
  /** For recovery by this node, and for checkers. */
  readonly attachment: Attachment;
  readonly #members: Members;
  readonly #pageLocks: PageLocks;
  readonly #fence: Fence;
  #delivered = 0;
  #ignored = 0;

  /** `incarnation` must have joined on `node` (Members.join). One object per node and thread. */
  constructor(memory: PmfsMemory, node: number, incarnation: number, bells: Doorbells) {
    const parts = new Attachment(memory, node, incarnation, bells);
    this.node = node;
    this.incarnation = incarnation;
    this.attachment = parts;
    this.#members = new Members(parts);
    this.#fence = new Fence(parts.regions, incarnation);
    assert(this.#members.incarnationOn(node) === incarnation, () => `${incarnation} has not joined node ${node}`);
    this.#pageLocks = new PageLocks(parts.directory, parts.mailbox, node);
    this.pages = new Pages(parts.directory, this.#pageLocks, parts.dbp, node, this.#fence);
    this.locks = parts.waits;
    this.transactions = new TransactionTable(parts.tso, parts.slots, parts.waits, incarnation);
  }

  hasMail(): boolean {
    return this.attachment.mailbox.hasMail();
  }

  poll(events: FusionEvents): number {
    this.#fence.check();
    const {mailbox} = this.attachment;
    mailbox.beginRound();
    mailbox.flush();
    let count = 0;
    while (count < MESSAGES_PER_POLL && mailbox.receive()) {
      count++;
      if (this.#deliver(events, mailbox.kind, mailbox.subject, mailbox.number)) this.#delivered++;
      else this.#ignored++;
    }
    return count;
  }

  isFenced(): boolean {
    return this.#fence.isFenced();
  }

  /** For a timer of a few milliseconds: heartbeat, bells that found a full ring, reservations that nobody took (S8). */
  tick(): void {
    this.#members.beat(this.node);
    this.attachment.mailbox.flush();
    if (this.#members.lowestLive() === this.node) this.locks.tick();
  }

  /** Tells everybody how far storage serves this incarnation's stream (K3). Cheap; call it when the stream's durable LSN has moved. */
  confirm(lsn: number): void {
    this.#members.confirm(this.incarnation, lsn);
  }

  counters(): ReadonlyMap<string, number> {
    const {mailbox, dbp, directory, waits} = this.attachment;
    const locks = this.#pageLocks;
    return new Map([
      ['plock_grants', locks.grants],
      ['plock_queued', locks.queued],
      ['plock_releases', locks.releases],
      ['plock_handovers', locks.handovers],
      ['directory_dropped', directory.dropped],
      ['dbp_hits', dbp.hits],
      ['dbp_misses', dbp.misses],
      ['dbp_pushes', dbp.pushes],
      ['dbp_pushes_without_frame', dbp.frameless],
      ['dbp_offers', dbp.offers],
      ['dbp_evictions', dbp.evictions],
      ['transaction_commits', this.transactions.commits],
      ['transaction_aborts', this.transactions.aborts],
      ['transaction_slots_exhausted', this.transactions.exhausted],
      ['waits_registered', waits.registered],
      ['deadlocks', waits.deadlocks],
      ['bells_sent', mailbox.sent],
      ['bells_delayed', mailbox.delayed],
      ['bells_delivered', this.#delivered],
      ['bells_ignored', this.#ignored],
    ]);
  }

  /** True when the bell still meant something. */
  #deliver(events: FusionEvents, kind: number, subject: number, number: number): boolean {
    switch (kind) {
      case Message.recall:
        return this.#recall(events, subject >>> 0, number);
      case Message.grant:
        return this.#grant(events, subject >>> 0, number);
      case Message.wake:
        return this.#wake(events, subject, number);
      case Message.victim:
        return this.#victim(events, subject, number);
      case Message.look:
        this.#lookAtEverything(events);
        return true;
      default:
        assert(kind === Message.judge, () => `unknown message ${kind}`);
        events.recovered();
        return true;
    }
  }

  #recall(events: FusionEvents, pageNo: number, grant: number): boolean {
    if (!this.#pageLocks.holdsUnder(pageNo, grant)) return false;
    if (!this.pages.isWanted(this.#pageLocks.lookUp(pageNo))) return false;
    events.recalled(pageNo, grant);
    return true;
  }

  /** After a grant the node looks whether the page is wanted again: that recall may have come before this bell. */
  #grant(events: FusionEvents, pageNo: number, grant: number): boolean {
    if (!this.#pageLocks.holdsUnder(pageNo, grant)) return false;
    this.#pageLocks.forget(pageNo);
    events.granted(pageNo);
    this.#recall(events, pageNo, grant);
    return true;
  }

  #wake(events: FusionEvents, index: number, generation: number): boolean {
    if (!this.locks.isWoken(index, generation)) return false;
    events.woken(this.locks.table.idOf(index));
    return true;
  }

  #victim(events: FusionEvents, index: number, generation: number): boolean {
    if (!this.locks.isVictim(index, generation)) return false;
    events.victim(this.locks.table.idOf(index));
    return true;
  }

  #lookAtEverything(events: FusionEvents): void {
    for (const pageNo of this.#pageLocks.asked()) {
      if (!this.#pageLocks.isServed(pageNo)) continue;
      this.#pageLocks.forget(pageNo);
      events.granted(pageNo);
    }
    this.#lookAtHeldPages(events);
    this.#lookAtWaits(events);
    events.recovered();
  }

  #lookAtHeldPages(events: FusionEvents): void {
    const {entries} = this.attachment.directory;
    for (let entry = 0; entry < entries.count; entry++) {
      if (entries.get(entry, EntryField.home) <= 0) continue;
      if (heldBy(entries.lock(entry), this.node) === PLockMode.none || !this.pages.isWanted(entry)) continue;
      events.recalled(entries.page(entry), this.pages.grantOf(entry));
    }
  }

  #lookAtWaits(events: FusionEvents): void {
    const {table} = this.locks;
    for (let index = 0; index < table.high; index++) {
      if (table.get(index, WaitField.incarnation) !== this.incarnation) continue;
      const generation = table.get(index, WaitField.generation);
      this.#wake(events, index, generation);
      this.#victim(events, index, generation);
    }
  }
}
