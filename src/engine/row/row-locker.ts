// Row locks (design 7): the lock is the g_trx_id in the row. This file takes them for reads FOR UPDATE and for changes.
//
// A lock costs an undo record and a header change (S10). Most locks are followed in the same poll by the change itself, which would make them useless:
// so `acquire` only reserves what the lock needs and notes it as *pending*; `write` makes it real before the poll ends or before anything
// else happens in the session; a change to the very row uses `consume` and writes no lock at all. While the poll runs nobody else can come
// between (D3), so the row is as good as locked.

import {assert} from '../../base/assert.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {
  payloadAt,
  payloadLength,
  RowStamp,
  recordAt,
  recordFlags,
  writerIncarnation,
  writerSlot,
  writerVersion,
} from '../../format/page/records.ts';
import {bytesMax, FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {beginUndo, endUndoWithRow, setOldRow, UndoHead, undoLengthMax} from '../../format/undo/encode.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {
  NO_UNDO,
  oldCts,
  oldFlags,
  oldIncarnation,
  oldSlot,
  oldVersion,
  undoAt,
  undoType,
} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, CONFLICT, DONE, INTERRUPTED, LOCK_BUSY, LockWait, ROW, SKIPPED, type TableHandle} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {type VersionReader, WRITER_ACTIVE, WRITER_SELF} from '../mvcc/version-reader.ts';
import {VersionWalk} from '../mvcc/version-walk.ts';
import type {Session} from '../session/session.ts';
import {rowHash} from './row-hash.ts';

/** Log bytes kept free beside a pending lock, for what a change may write before it takes the lock over. */
const SLACK = 1024;

export class RowLocker {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #versions: VersionReader;
  /** Of the row whose lock is pending. Made for the first one: sessions that only read have none. */
  #key: KeyBuffer | undefined;
  readonly #walk = new VersionWalk();
  #pendingBase = -1;
  #pendingSlot = 0;
  #pendingTable: TableHandle | undefined;
  /** What changes stamp on rows and undo records of this session. */
  readonly stamp = new RowStamp();
  readonly head = new UndoHead();

  constructor(core: EngineCore, session: Session, versions: VersionReader) {
    this.#core = core;
    this.#session = session;
    this.#versions = versions;
  }

  /**
   * Locks the row in `slot` of the leaf at `base` (held in X) for the session's transaction. ROW: locked, or pending and as good as locked.
   * BLOCKED: wait and search again. LOCK_BUSY/SKIPPED by `wait`; CONFLICT when the snapshot is older than the row; the wait results else.
   */
  acquire(table: TableHandle, base: number, slot: number, key: Uint8Array, keyLength: number, wait: LockWait): number {
    this.write();
    const trx = this.#session.trx;
    const task = this.#session.task;
    const record = recordAt(this.#core.pool.memory, base, slot);
    const state = this.#versions.writerState(record, trx, task);
    if (state === BLOCKED) return BLOCKED;
    if (state === WRITER_SELF) return this.#settled();
    if (task.interrupted) return INTERRUPTED;
    if (state === WRITER_ACTIVE) return this.waitFor(table, record, key, keyLength, wait);
    if (state > trx.view.cts) {
      const conflict = this.#conflicts(record, state);
      if (conflict !== ROW) return conflict;
    }
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    if (this.#core.waits.mustQueue(task, rowHash(table.tableId, key, keyLength))) {
      const queued = this.#waitInTurn(table, record, key, keyLength, wait);
      if (queued !== ROW) return queued;
    }
    const room = this.reserve(undoLengthMax(keyLength, 0, 0), FIXED_REDO_MAX + SLACK);
    if (room !== ROW) return room;
    this.#pendingBase = base;
    this.#pendingSlot = slot;
    this.#pendingTable = table;
    this.#key ??= new KeyBuffer();
    this.#key.set(key, 0, keyLength);
    return this.#settled();
  }

  /** A deleted row whose writer has ended is not locked: DONE; or CONFLICT, if the snapshot still shows it (S9). BLOCKED. */
  deleted(record: number): number {
    const session = this.#session;
    if (!session.firstUpdaterWins) return DONE;
    const seen = this.#versions.find(record, session.trx, session.task);
    if (seen !== ROW) return seen;
    return (this.#versions.flags & RecordFlag.deleted) === 0 ? CONFLICT : DONE;
  }

  #settled(): number {
    this.#core.waits.settle(this.#session.task);
    return ROW;
  }

  /** Undo room for a record of `undoLength` and log space for it and `redo` more bytes. */
  reserve(undoLength: number, redo: number): number {
    const task = this.#session.task;
    const undo = this.#core.undo.reserve(undoLength, task);
    if (undo !== ROW) return undo;
    return this.#core.log.reserve(bytesMax(undoLength) + redo, task, false);
  }

  /** Waits for the active writer of `record`, as `wait` says. BLOCKED when the search is to be made again. */
  waitFor(table: TableHandle, record: number, key: Uint8Array, keyLength: number, wait: LockWait): number {
    const result = this.#waitInTurn(table, record, key, keyLength, wait);
    if (result !== ROW) return result;
    this.#session.task.wake();
    return BLOCKED;
  }

  /** Queues for the row behind those who came first (S8). ROW: it is this session's turn. */
  #waitInTurn(table: TableHandle, record: number, key: Uint8Array, keyLength: number, wait: LockWait): number {
    if (wait === LockWait.nowait) return LOCK_BUSY;
    if (wait === LockWait.skip) return SKIPPED;
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    const mem = this.#core.pool.memory;
    const {trx, task, lockWaitTimeoutMs} = this.#session;
    return this.#core.waits.forRow(
      task,
      trx.slot,
      writerIncarnation(mem, record),
      writerSlot(mem, record),
      writerVersion(mem, record),
      rowHash(table.tableId, key, keyLength),
      trx.rowsChanged,
      lockWaitTimeoutMs,
    );
  }

  /** First updater wins: CONFLICT when somebody whose commit the view does not see has written (not merely locked) the row. */
  #conflicts(record: number, cts: number): number {
    const session = this.#session;
    if (!session.firstUpdaterWins) return ROW;
    const mem = this.#core.pool.memory;
    if ((recordFlags(mem, record) & RecordFlag.lockOnly) === 0) return cts > session.trx.view.cts ? CONFLICT : ROW;
    return this.changedBelowLocks(record);
  }

  /** The newest version only locked: the first one below it that did more decides. Many may have locked since: the place is kept when the walk is BLOCKED. */
  changedBelowLocks(record: number): number {
    const mem = this.#core.pool.memory;
    const task = this.#session.task;
    const walk = this.#walk;
    walk.begin(mem, record, this.#session.trx.view.cts);
    while (walk.page !== 0) {
      const base = this.#core.pool.fix(walk.page, PLockMode.shared, task);
      if (base < 0) return BLOCKED;
      const undo = undoAt(mem, base, walk.at, walk.incarnation, walk.slot, walk.version);
      if (undo === NO_UNDO || undoType(mem, undo) === UndoType.insert) break;
      if ((oldFlags(mem, undo) & RecordFlag.lockOnly) === 0) return this.#conflictsWith(undo);
      walk.toOlder(mem, undo);
    }
    walk.end();
    return ROW;
  }

  /** Did the writer of the version before this undo record commit above the view? He has ended, since the row was locked after him. */
  #conflictsWith(undo: number): number {
    const session = this.#session;
    const mem = this.#core.pool.memory;
    const hint = oldCts(mem, undo);
    const {transactions} = this.#core.fusion;
    const cts =
      hint !== 0 ? hint : transactions.slotState(oldIncarnation(mem, undo), oldSlot(mem, undo), oldVersion(mem, undo));
    if (cts > 0) return cts > session.trx.view.cts ? CONFLICT : ROW;
    this.#core.unrecovered.add(session.task);
    return BLOCKED;
  }

  /** Makes a pending lock real. Called before the poll ends and before anything else the session does. */
  write(): void {
    if (this.#pendingBase < 0) return;
    const base = this.#pendingBase;
    const table = this.#pendingTable as TableHandle;
    const key = this.#key as KeyBuffer;
    this.#pendingBase = -1;
    const {mtr, undo, pool} = this.#core;
    const mem = pool.memory;
    const {trx} = this.#session;
    const record = recordAt(mem, base, this.#pendingSlot);
    this.prepareUndo(table);
    const end = beginUndo(undo.scratch, 0, UndoType.lock, this.head, key.bytes, key.length);
    setOldRow(undo.scratch, 0, mem, record);
    const at = payloadAt(mem, record);
    const rowLength = payloadLength(mem, record);
    const length = endUndoWithRow(undo.scratch, 0, end, mem, at, rowLength, mem, at, rowLength);
    mtr.begin();
    undo.append(trx, length);
    const flags = recordFlags(mem, record) & (RecordFlag.overflow | RecordFlag.deleted);
    this.prepareStamp(flags | RecordFlag.lockOnly);
    // Purge will not know the row by its deletion any more; if the lock is rolled back, it looks again.
    if ((flags & RecordFlag.deleted) !== 0) trx.needsPurge = true;
    mtr.setRowHeader(base, this.#pendingSlot, this.stamp);
    mtr.commit();
  }

  /** True when the pending lock is on this very row: the change that follows needs no lock of its own. */
  consume(base: number, slot: number): boolean {
    const same = this.#pendingBase === base && this.#pendingSlot === slot;
    if (same) this.#pendingBase = -1;
    return same;
  }

  isPendingOn(base: number, slot: number): boolean {
    return this.#pendingBase === base && this.#pendingSlot === slot;
  }

  /** Fills `head` for the transaction's next undo record about a row of this table. */
  prepareUndo(table: TableHandle): void {
    this.prepareUndoOf(table.clustered.treeId, table.clustered.rootPage, table.tableId);
  }

  /** The same for a record about something else; what the words mean depends on its type. */
  prepareUndoOf(treeId: number, rootPage: number, tableId: number): void {
    const {trx} = this.#session;
    const {head} = this;
    head.incarnation = this.#core.fusion.incarnation;
    head.slot = trx.slot;
    head.version = trx.version;
    head.previousPage = trx.undoPage;
    head.previousAt = trx.undoAt;
    head.treeId = treeId;
    head.rootPage = rootPage;
    head.tableId = tableId;
  }

  /** Fills `stamp` after the undo record has been appended. */
  prepareStamp(flags: number): void {
    const {trx} = this.#session;
    const {undo} = this.#core;
    assert(trx.slot >= 0, () => 'a row is changed by a transaction without a slot');
    const stamp = this.stamp;
    stamp.flags = flags;
    stamp.incarnation = this.#core.fusion.incarnation;
    stamp.slot = trx.slot;
    stamp.version = trx.version;
    stamp.undoPage = undo.page;
    stamp.undoAt = undo.at;
    stamp.startStamp = trx.startStamp;
  }
}
