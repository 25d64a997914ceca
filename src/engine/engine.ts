// One primary's engine as a whole: sessions, the turn of the event loop, background work, clean stop.
//
// A turn: deliver mail (recalls, grants, wake-ups), deliver pages read, poll the ready tasks, act on recalls. It runs when the primary's bell rings, when a
// task became ready, and at the start of every socket callback that finds mail. Nothing in it waits.

import {CorruptionError} from '../base/errors.ts';
import {VIRTUAL_PAGE_FIRST} from '../format/ids.ts';
import type {FusionEvents} from '../fusion/api.ts';
import {
  type Engine,
  type EngineSession,
  type EntryVisitor,
  ROW,
  type TableHandle,
  type TreeRef,
  type TreeStatistics,
} from './api.ts';
import {estimateRange, treeStatistics} from './btree/statistics.ts';
import {TreeSample} from './btree/tree-sample.ts';
import {TableCheck} from './check/table-check.ts';
import {EngineCore, type EngineOptions, type EngineWorld} from './core.ts';
import {Purge} from './purge/purge.ts';
import type {Analysis} from './recovery/analysis.ts';
import {Checkpointer} from './recovery/checkpointer.ts';
import {LoserRollback, type LoserRollbackEvents} from './recovery/loser-rollback.ts';
import {Task} from './schedule/task.ts';
import {metadataPage} from './session/object-locks.ts';
import {Session} from './session/session.ts';
import {SHORTAGE_PAGE} from './txn/slot-shortage.ts';
import {transactionId} from './txn/transaction-id.ts';

/** Views and start stamps are published, and purge looks for work, this often. Milliseconds. */
const REFRESH_MS = 20;
/** The same when nothing has been read or written since the last time; each quiet time doubles the pause up to this. What others may reuse lags by as much. */
const IDLE_REFRESH_MS = 100;
/** A turn gives way to other events of the process after this long. Milliseconds. */
const TURN_MS = 1;

export class PrimaryEngine implements Engine, FusionEvents {
  readonly core: EngineCore;
  readonly #purge: Purge;
  readonly #purgeTask: Task;
  readonly #checkpointer: Checkpointer;
  #stopped = false;
  #pause = REFRESH_MS;
  #activity = 0;
  /** End of the log at the last refresh. */
  #lastEnd = 0;
  /** When the turn has been long enough. Milliseconds. */
  #turnEnd = 0;
  readonly #shouldYield = (): boolean => this.core.fusion.hasMail() || this.core.clock.now() > this.#turnEnd;
  #recoveryWatcher: () => void = () => {};
  rootValue = 0;

  constructor(world: EngineWorld, options: EngineOptions) {
    this.core = new EngineCore(world, options);
    this.#purgeTask = new Task(this.core.scheduler, () => this.#runPurge());
    this.#purge = new Purge(this.core, this.#purgeTask);
    this.#checkpointer = new Checkpointer(this.core, options.checkpointBytes);
    this.#publish();
    this.core.clock.after(REFRESH_MS, () => this.#refresh());
  }

  newSession(poll: () => void): EngineSession {
    return new Session(this.core, poll);
  }

  run(session: EngineSession): void {
    const {task} = session as Session;
    try {
      this.core.scheduler.runNow(task);
      // Others are not made to wait for the event loop: packet follows packet here, and each of them may want a page.
      if (this.core.fusion.hasMail()) this.#turn();
      else if (this.core.pool.isGivingUp) this.core.pool.giveUp();
    } catch (error) {
      this.core.failOn(error);
    }
  }

  /** A background job of the engine or of recovery: polled when woken, until it stops waking itself. */
  newTask(run: () => void): Task {
    return new Task(this.core.scheduler, run);
  }

  /** True when a turn is worth while: mail has come. One atomic load. */
  hasMail(): boolean {
    return this.core.fusion.hasMail();
  }

  /** One turn. Safe to call at any time outside a poll. */
  turn(): void {
    try {
      this.#turn();
    } catch (error) {
      this.core.failOn(error);
    }
  }

  #turn(): void {
    const {fusion, pool, scheduler, clock, log} = this.core;
    fusion.poll(this);
    log.look();
    this.core.reader.poll();
    this.#turnEnd = clock.now() + TURN_MS;
    scheduler.runReady(this.#shouldYield);
    pool.giveUp();
  }

  /**
   * False once this primary has been declared dead: what its sessions have read since may be old, and nothing of it may go to a client (K7). To be asked after the
   * last page read and before bytes are sent. Tells the host to stop.
   */
  mayAnswer(): boolean {
    if (!this.core.fusion.isFenced()) return true;
    this.core.fail('this primary was declared dead by the cluster');
    return false;
  }

  #refresh(): void {
    if (this.#stopped) return;
    this.#publish();
    this.core.refreshed();
    this.core.clock.after(this.#nextPause(), () => this.#refresh());
  }

  #publish(): void {
    this.core.views.refresh();
    if (this.#purge.hasWork) this.#purgeTask.wake();
    this.#flushLeftovers();
    this.#checkpointer.tick();
    this.core.viewPoints?.due();
  }

  /** Redo that nobody waits for, of purge and of statements whose transactions go on, is made durable when no commit has done it for a while. */
  #flushLeftovers(): void {
    const {log} = this.core;
    if (log.durableLsn < this.#lastEnd) this.core.requestFlush();
    this.#lastEnd = log.endLsn;
  }

  #nextPause(): number {
    const {pool, log} = this.core;
    const activity = pool.hits + pool.reads.misses + log.endLsn;
    const isQuiet = activity === this.#activity && !this.#purge.hasWork;
    this.#pause = isQuiet ? Math.min(IDLE_REFRESH_MS, this.#pause * 2) : REFRESH_MS;
    this.#activity = activity;
    return this.#pause;
  }

  /** Purge in the background. A damaged page stops the purge of one transaction, not the primary. */
  #runPurge(): void {
    if (this.#stopped) return;
    try {
      if (this.#purge.poll() === ROW) this.#purgeTask.wake();
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      this.#purge.skip();
    }
  }

  recalled(pageNo: number, grant: number): void {
    if (pageNo === SHORTAGE_PAGE) this.core.slots.recalled();
    else if (pageNo >= VIRTUAL_PAGE_FIRST) this.core.objects.recalled(pageNo);
    else this.core.pool.recalled(pageNo, grant);
  }

  granted(pageNo: number): void {
    if (pageNo === SHORTAGE_PAGE) this.core.slots.granted();
    else if (pageNo >= VIRTUAL_PAGE_FIRST) this.core.objects.granted(pageNo);
    else this.core.pool.granted(pageNo);
  }

  woken(waitId: number): void {
    this.core.waits.woken(waitId);
  }

  victim(waitId: number): void {
    this.core.waits.victim(waitId);
  }

  recovered(): void {
    this.core.unrecovered.wakeAll();
    this.core.waits.wakeAll();
    this.#recoveryWatcher();
  }

  watchRecovery(changed: () => void): void {
    this.#recoveryWatcher = changed;
  }

  readRoot(session: EngineSession, index: number): number {
    const result = this.core.ids.readRoot(index, (session as Session).task);
    this.rootValue = this.core.ids.value;
    return result;
  }

  writeRoot(session: EngineSession, index: number, value: number): number {
    return this.core.ids.writeRoot(index, value, (session as Session).task);
  }

  statistics(session: EngineSession, tree: TreeRef, out: TreeStatistics): number {
    return treeStatistics(this.core.pool, tree, (session as Session).task, out);
  }

  newTreeSample(session: EngineSession, tree: TreeRef, leaves: number, visitor: EntryVisitor): TreeSample {
    return new TreeSample(this.core.pool, tree, (session as Session).task, leaves, visitor);
  }

  estimateRange(
    session: EngineSession,
    tree: TreeRef,
    low: Uint8Array | undefined,
    high: Uint8Array | undefined,
  ): number {
    return estimateRange(this.core.pool, tree, (session as Session).task, low, high);
  }

  newTableCheck(session: EngineSession, table: TableHandle): TableCheck {
    return new TableCheck(this.core, (session as Session).task, table);
  }

  /** Takes over what a dead incarnation left: rolls its losers back, purges its undo. */
  recover(analysis: Analysis, events: LoserRollbackEvents): void {
    new LoserRollback(this.core, this.#checkpointer, analysis, events).start();
  }

  /** Clean stop, after the sessions have ended: makes everything durable and gives every page back. Call until it is true. */
  stop(): boolean {
    this.#stopped = true;
    const {log, pool, objects} = this.core;
    if (log.endLsn !== log.durableLsn) {
      log.kick();
      return false;
    }
    objects.releaseAll();
    return pool.releaseAll();
  }

  watchMetadata(objectId: number, changed: () => void): void {
    this.core.objects.watch(metadataPage(objectId), changed);
  }

  lockWaits(): readonly {readonly waiter: number; readonly holder: number}[] {
    return this.core.fusion.locks.rowWaits().map(({incarnation, slot, holderIncarnation, holderSlot}) => ({
      waiter: transactionId(incarnation, slot),
      holder: transactionId(holderIncarnation, holderSlot),
    }));
  }

  counters(): ReadonlyMap<string, number> {
    const {pool, log, waits, splitter, shrinker, slots, history, undo, views, counters} = this.core;
    return new Map([
      ['transactions', counters.transactions],
      ['page_hits', pool.hits],
      ['page_misses', pool.reads.misses],
      ['dbp_reads', pool.reads.dbpReads],
      ['storage_reads', pool.reads.storageReads],
      ['page_transfers', pool.transfers],
      ['page_returns', pool.returns],
      ['evictions', pool.evictions],
      ['ordered_acquisitions', pool.orderedAcquisitions],
      ['log_flushes', log.flushes],
      ['log_bytes', log.flushedBytes],
      ['lock_waits', waits.waits],
      ['deadlocks', waits.deadlocks],
      ['lock_timeouts', waits.timeouts],
      ['page_splits', splitter.splits],
      ['pages_merged', shrinker.pages],
      ['snapshots_cancelled', slots.cancelledSnapshots],
      ['history_length', history.length],
      ['undo_pages', undo.pages],
      ['undo_seals', undo.seals],
      ['open_views', views.openCount],
      ['purged_records', this.#purge.records],
      ['purge_failures', this.#purge.failures],
      ['checkpoints', this.#checkpointer.written],
    ]);
  }
}
