// One session's transaction on the engine: begin, statements, savepoints, commit, rollback. Reads and writes are in row/.
//
// Commit, in this order (design 6), each step safe to be the last one before a death:
//   1. the commit record is in the log; the log is durable behind it      dead before: loser. dead after: winner, published by the recoverer
//   2. slot ACTIVE -> COMMITTING -> CTS (helpers may have been first)     from here on others see it
//   3. the slot is ended: waiters are woken, purge gets the undo          a recoverer does the same
//   4. the client is answered
// A transaction that only locked forces nothing (G14).

import {assert} from '../../base/assert.ts';
import {FencedError} from '../../base/errors.ts';
import {TRX_REDO_MAX} from '../../format/redo/bounds.ts';
import {writeUndoPages} from '../../format/undo/encode.ts';
import {UNDO_HEADER} from '../../format/undo/layout.ts';
import {
  BLOCKED,
  type Cursor,
  type EngineSession,
  INTERRUPTED,
  type IndexFill,
  Isolation,
  NO_SPACE,
  type PointRead,
  ROW,
  type TreeRef,
} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {VersionReader} from '../mvcc/version-reader.ts';
import {IndexCursor} from '../row/index-cursor.ts';
import {Filler} from '../row/index-fill.ts';
import {RowLocker} from '../row/row-locker.ts';
import {RowReader} from '../row/row-reader.ts';
import {Writer} from '../row/row-writer.ts';
import {Task} from '../schedule/task.ts';
import type {ReadSet} from '../serial/read-set.ts';
import {Validation} from '../serial/validation.ts';
import {Rollback} from '../txn/rollback.ts';
import {Transaction, TrxState} from '../txn/transaction.ts';
import {transactionId} from '../txn/transaction-id.ts';
import {Objects} from './objects.ts';
import {OverflowValues} from './overflow-values.ts';
import {TreeMaker} from './tree-maker.ts';

export class Session implements EngineSession {
  readonly core: EngineCore;
  readonly task: Task;
  readonly trx = new Transaction();
  readonly versions: VersionReader;
  readonly locker: RowLocker;
  /** Made for the first change: sessions that only read are many. */
  #writer: Writer | undefined;
  /** Made for the first thing to be undone. */
  #rollback: Rollback | undefined;
  readonly #objects: Objects;
  readonly #overflow: OverflowValues;
  readonly #trees: TreeMaker;
  /** What the transaction has read and must find unchanged when it commits: SERIALIZABLE only. */
  reads: ReadSet | undefined;
  #validation: Validation | undefined;
  #undoing = false;
  /** What is being undone has to be told to recovery. */
  #mustLogUndone = false;
  lockWaitTimeoutMs = 50_000;
  isolation: Isolation = Isolation.repeatableRead;
  snapshotIsolation = true;
  newCounter = 0;
  counterValue = 0;

  /** `poll` runs whatever the session has to do; it is called when the session's task is woken. */
  constructor(core: EngineCore, poll: () => void) {
    this.core = core;
    this.task = new Task(core.scheduler, () => {
      poll();
      this.locker.write();
    });
    this.versions = new VersionReader(core.pool, core.fusion.transactions, core.fusion.incarnation, core.unrecovered);
    this.locker = new RowLocker(core, this, this.versions);
    this.#objects = new Objects(core, this);
    this.#trees = new TreeMaker(core, this);
    this.#overflow = new OverflowValues(core, this, this.#trees);
    this.trx.view.task = this.task;
  }

  get writer(): Writer {
    this.#writer ??= new Writer(this.core, this, this.locker, this.versions);
    return this.#writer;
  }

  get waiter(): Task {
    return this.task;
  }

  get inTransaction(): boolean {
    return this.trx.isOpen;
  }

  get hasWritten(): boolean {
    return this.trx.slot >= 0;
  }

  get transactionId(): number {
    const {slot} = this.trx;
    return slot < 0 ? 0 : transactionId(this.core.fusion.incarnation, slot);
  }

  get rowsChanged(): number {
    return this.trx.rowsChanged;
  }

  begin(readOnly: boolean, snapshotNow: boolean): void {
    assert(!this.trx.isOpen, () => 'a transaction is already open');
    this.trx.state = TrxState.active;
    this.trx.readOnly = readOnly;
    if (this.isolation === Isolation.serializable) this.#startReads();
    if (snapshotNow) this.core.views.open(this.trx.view);
    // A snapshot that was asked for is kept: no statement takes another one instead.
    this.trx.viewUsed = snapshotNow;
  }

  #startReads(): void {
    this.#validation ??= new Validation(this.core, this);
    this.reads = this.#validation.reads;
  }

  /** First updater wins: an update of a row that has changed since the snapshot is a CONFLICT. */
  get firstUpdaterWins(): boolean {
    return (
      this.isolation === Isolation.serializable ||
      (this.isolation === Isolation.repeatableRead && this.snapshotIsolation)
    );
  }

  beginStatement(): void {
    const {trx} = this;
    assert(trx.isOpen, () => 'a statement begins outside a transaction');
    this.task.interrupted = trx.view.cancelled;
    this.task.mayLose = true;
    if (!trx.view.isOpen && !trx.view.cancelled) {
      this.core.views.open(trx.view);
      trx.viewUsed = false;
    }
    trx.markStatement();
  }

  endStatement(): void {
    this.locker.write();
    this.core.waits.settle(this.task);
    this.trx.viewUsed = true;
    if (this.isolation <= Isolation.readCommitted) this.core.views.close(this.trx.view);
  }

  /** Opens the TIT slot before the first lock or change. ROW, or BLOCKED while slots are short. */
  beginWrite(): number {
    const {trx, core} = this;
    if (trx.slot >= 0) return ROW;
    const slot = core.fusion.transactions.openSlot();
    if (slot < 0) {
      if (this.task.interrupted) return INTERRUPTED;
      core.slots.wait(this.task);
      return BLOCKED;
    }
    trx.startStamp = core.views.start();
    trx.slot = slot;
    trx.version = core.fusion.transactions.slotVersion(slot);
    core.writing.add(trx);
    return ROW;
  }

  #wakeLater(): void {
    this.core.clock.after(5, () => this.task.wake());
  }

  rollbackStatement(): number {
    const {statement} = this.trx;
    return this.#undoTo(statement.page, statement.at, statement.rows);
  }

  renewView(): boolean {
    if (this.trx.viewUsed || this.trx.view.cancelled) return false;
    this.core.catchUp?.();
    this.core.views.close(this.trx.view);
    this.core.views.open(this.trx.view);
    return true;
  }

  savepoint(): number {
    const {trx} = this;
    this.locker.write();
    return trx.savepoints.push({page: trx.undoPage, at: trx.undoAt, rows: trx.rowsChanged}) - 1;
  }

  rollbackTo(savepoint: number): number {
    const mark = this.trx.savepoints[savepoint];
    const result = this.#undoTo(mark.page, mark.at, mark.rows);
    if (result === ROW) this.trx.savepoints.length = savepoint + 1;
    return result;
  }

  /** Undoes back to a position; rollback wakes those who waited for rows that are free again (G5). */
  #undoTo(page: number, at: number, rows: number): number {
    const {trx} = this;
    this.#settle();
    if (trx.slot < 0) return ROW;
    this.#rollback ??= new Rollback(this.core);
    if (!this.#undoing) {
      this.#undoing = true;
      const {incarnation} = this.core.fusion;
      const tails = trx.tails.length;
      trx.addTail(page, at, true);
      this.#mustLogUndone = trx.tails.length > tails;
      this.#rollback.start(incarnation, trx.slot, trx.version, trx.startStamp, trx.undoPage, trx.undoAt, page, at);
    }
    const result = this.#rollback.poll(this.task);
    trx.undoPage = this.#rollback.page;
    trx.undoAt = this.#rollback.at;
    if (result !== ROW) return this.#retryWhenFull(result);
    const marked = trx.state === TrxState.rollingBack ? ROW : this.#logUndone();
    if (marked !== ROW) return this.#retryWhenFull(marked);
    this.#undoing = false;
    trx.rowsChanged = rows;
    return ROW;
  }

  /**
   * A part of the transaction has been undone, and the transaction goes on. An empty undo record behind the part that is left tells recovery, which would take
   * the part for committed if the transaction commits: what it dropped would be freed.
   */
  #logUndone(): number {
    const {trx, core} = this;
    if (!this.#mustLogUndone) return ROW;
    const room = this.locker.reserve(UNDO_HEADER, 0);
    if (room !== ROW) return room;
    this.locker.prepareUndoOf(0, 0, 0);
    core.mtr.begin();
    core.undo.append(trx, writeUndoPages(core.undo.scratch, 0, this.locker.head, []));
    core.mtr.commit();
    this.#mustLogUndone = false;
    return ROW;
  }

  /** A rollback cannot fail: without room for redo it waits for room. */
  #retryWhenFull(result: number): number {
    if (result === NO_SPACE) this.#wakeLater();
    return BLOCKED;
  }

  /** Gives up what the running operation waited for. */
  #settle(): void {
    this.task.mayLose = false;
    this.locker.write();
    this.#writer?.abandon();
    this.#overflow.abandon();
    this.core.objects.abandon(this);
    this.core.waits.settle(this.task);
    this.task.interrupted = false;
  }

  commit(): number {
    const {trx, core} = this;
    if (trx.step === 0) {
      this.locker.write();
      const valid = this.#validate();
      if (valid !== ROW) return valid;
      if (trx.slot < 0) return this.#finish();
      const logged = this.#logCommit();
      if (logged !== ROW) return logged;
      trx.step = 1;
    }
    if (trx.mustForce && !core.log.isDurable(trx.commitLsn, this.task)) return BLOCKED;
    const cts = this.#publish(trx.slot);
    if (cts < 0) return BLOCKED;
    trx.cts = cts;
    core.committed?.(cts, trx.slot, trx.version);
    trx.addTail(0, 0, false);
    return this.#finish();
  }

  /** Of a SERIALIZABLE transaction: nothing that it has read may have changed. From the first look on it reads and changes nothing more. */
  #validate(): number {
    if (this.reads === undefined) return ROW;
    const result = (this.#validation as Validation).poll();
    if (result === ROW) this.reads = undefined;
    return result;
  }

  /** COMMITTING, then the CTS; BLOCKED while the TSO limit is raised, or for ever when this primary has been fenced (K7): the recoverer decides. */
  #publish(slot: number): number {
    try {
      const cts = this.core.fusion.transactions.commitSlot(slot);
      if (cts < 0) this.#wakeLater();
      return cts;
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      this.core.fail(error.message);
      return BLOCKED;
    }
  }

  /** A transaction that only locked writes its record too, so that recovery never takes it for a loser; but nobody waits for it (G14). */
  #logCommit(): number {
    const {trx, core} = this;
    trx.state = TrxState.committing;
    if (!trx.hasUndo) return ROW;
    const space = core.log.reserve(TRX_REDO_MAX, this.task, true);
    if (space !== ROW) return space;
    core.mtr.begin();
    core.mtr.commitRecord(trx.slot, trx.version, trx.startStamp);
    trx.commitLsn = core.mtr.commit();
    if (trx.mustForce) core.requestFlush();
    return ROW;
  }

  rollback(): number {
    const {trx, core} = this;
    if (trx.slot < 0) return this.#finish();
    if (trx.step === 0) {
      this.#settle();
      trx.state = TrxState.rollingBack;
      this.#undoing = false;
      core.fusion.transactions.abortSlot(trx.slot);
      trx.step = 1;
    }
    if (trx.step === 1) {
      const undone = this.#undoTo(0, 0, 0);
      if (undone !== ROW) return undone;
      trx.undoneLsn = core.log.endLsn;
      trx.step = 2;
    }
    if (!trx.hasUndo) return this.#finish();
    if (!this.#isUndoneEverywhere()) return BLOCKED;
    const space = core.log.reserve(TRX_REDO_MAX, this.task, true);
    if (space !== ROW) return this.#retryWhenFull(space);
    core.mtr.begin();
    core.mtr.rollbackEndRecord(trx.slot, trx.version);
    core.mtr.commit();
    core.requestFlush();
    return this.#finish();
  }

  /** Nodes that have no page locks to wait for see the rows restored once that is durable; only then may the slot and the undo go. */
  #isUndoneEverywhere(): boolean {
    const {trx, core} = this;
    if (core.catchUp === undefined || core.log.isDurable(trx.undoneLsn, this.task)) return true;
    core.requestFlush();
    return false;
  }

  /** The transaction is over: slot, view, undo, locks are given back. */
  #finish(): number {
    const {trx, core} = this;
    const rolledBack = trx.state === TrxState.rollingBack;
    if (trx.slot >= 0) {
      core.fusion.transactions.endSlot(trx.slot);
      core.views.endStart(trx.startStamp);
      core.writing.delete(trx);
      // The end of a rollback draws a timestamp, so every view that may be on its way into this undo lies below it (K14).
      if (trx.hasUndo)
        core.history.add({
          stamp: rolledBack ? core.fusion.transactions.readTso() : trx.cts,
          incarnation: core.fusion.incarnation,
          slot: trx.slot,
          version: trx.version,
          undoPages: trx.undoPages.slice(),
          tails: trx.tails.slice(),
        });
    }
    this.#objects.endTransaction();
    core.views.close(trx.view);
    core.counters.transactions++;
    this.#validation?.reset();
    this.reads = undefined;
    trx.reset();
    return ROW;
  }

  holdLocks(): void {
    this.locker.write();
  }

  interrupt(): void {
    this.task.interrupted = true;
    this.task.wake();
  }

  get snapshot(): number {
    return this.trx.view.cts;
  }

  newIndexFill(): IndexFill {
    return new Filler(this.core, this, this.locker, this.versions);
  }

  newPointRead(): PointRead {
    return new RowReader(this.core, this);
  }

  newCursor(): Cursor {
    return new IndexCursor(this.core, this);
  }

  writeOverflow(bytes: Uint8Array, at: number, length: number): number {
    return this.#overflow.write(bytes, at, length);
  }

  get overflowPage(): number {
    return this.#overflow.firstPage;
  }

  readOverflow(firstPage: number, length: number, target: Uint8Array, at: number): number {
    return this.#overflow.read(firstPage, length, target, at);
  }

  dropOverflow(firstPage: number): number {
    return this.#overflow.drop(firstPage);
  }

  lockMetadata(objectId: number, exclusive: boolean): number {
    return this.#objects.lockMetadata(objectId, exclusive);
  }

  unlockMetadata(objectId: number): void {
    this.#objects.unlockMetadata(objectId);
  }

  metadataVersion(objectId: number): number {
    return this.#objects.metadataVersion(objectId);
  }

  bumpMetadata(objectId: number): void {
    this.#objects.bumpMetadata(objectId);
  }

  lockNamed(name: string, timeoutMs: number): number {
    return this.#objects.lockNamed(name, timeoutMs);
  }

  holdsNamed(name: string): boolean {
    return this.#objects.holdsNamed(name);
  }

  unlockNamed(name: string): boolean {
    return this.#objects.unlockNamed(name);
  }

  unlockAllNamed(): number {
    return this.#objects.unlockAllNamed();
  }

  createTree(clustered: boolean): number {
    return this.#trees.create(clustered);
  }

  get newTree(): TreeRef {
    return this.#trees.made;
  }

  dropTree(tree: TreeRef): number {
    return this.#trees.drop(tree);
  }

  createCounter(first: number): number {
    const result = this.core.ids.createCounter(first, this.task);
    this.newCounter = this.core.ids.value;
    return result;
  }

  takeCounter(page: number, count: number): number {
    const result = this.core.ids.takeCounter(page, count, this.task);
    this.counterValue = this.core.ids.value;
    return result;
  }

  readCounter(page: number): number {
    const result = this.core.ids.readCounter(page, this.task);
    this.counterValue = this.core.ids.value;
    return result;
  }

  raiseCounter(page: number, value: number): number {
    return this.core.ids.raiseCounter(page, value, this.task);
  }

  takeId(): number {
    const result = this.core.ids.take(this.task);
    this.counterValue = this.core.ids.value;
    return result;
  }

  /** Rolls back in the background and frees everything. `done` is called when nothing of the session is left. */
  close(done: () => void): void {
    this.task.become(() => {
      if (this.trx.isOpen && this.rollback() !== ROW) return;
      this.#objects.endSession();
      done();
    });
    this.task.wake();
  }
}
