// Inserts, updates and deletes rows: the clustered row first, then its secondary entries (K20).
//
// The row change and its undo record are one mini-transaction; each entry is another. The operation keeps its place in #phase: 0 is the clustered row,
// i is secondary index i-1. When it is BLOCKED the caller calls again with the same arguments and it goes on there; keys of
// entries are kept, because the row that they were made from may have moved.

import type {Memory} from '../../format/memory.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {freeAfterCompaction, prefixLength} from '../../format/page/page.ts';
import {
  clusteredLength,
  payloadAt,
  payloadLength,
  recordAt,
  recordFlags,
  recordLength,
} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, insertRowMax, updateMax} from '../../format/redo/bounds.ts';
import {beginUndo, endUndo, endUndoWithRow, setOldRow, undoLengthMax} from '../../format/undo/encode.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {
  BLOCKED,
  DONE,
  DUPLICATE,
  INTERRUPTED,
  LockWait,
  ROW,
  type RowPlace,
  type RowWriter,
  type TableHandle,
  TOO_BIG,
} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {type VersionReader, WRITER_ACTIVE, WRITER_SELF} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';
import {Entries} from './entries.ts';
import {EntryPlan} from './entry-plan.ts';
import type {RowLocker} from './row-locker.ts';

export class Writer implements RowWriter {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #locker: RowLocker;
  readonly #versions: VersionReader;
  readonly #entries: Entries;
  readonly #key = new KeyBuffer();
  readonly #plan = new EntryPlan(this.#key);
  #phase = 0;
  conflictIndex = 0;
  readonly conflictKey: Uint8Array;
  conflictKeyLength = 0;
  readonly place: RowPlace;

  constructor(core: EngineCore, session: Session, locker: RowLocker, versions: VersionReader) {
    this.#core = core;
    this.#session = session;
    this.#locker = locker;
    this.#versions = versions;
    this.#entries = new Entries(core, session, locker, versions);
    this.conflictKey = this.#entries.conflict.bytes;
    this.place = {memory: core.pool.memory, payloadAt: 0, payloadLength: 0};
  }

  insert(table: TableHandle, memory: Memory, rowAt: number, rowLength: number): number {
    if (this.#phase === 0) {
      this.#locker.write();
      if (this.#session.task.interrupted) return this.#ended(INTERRUPTED);
      const end = table.primaryKey.extract(memory, rowAt, rowLength, this.#key.bytes, 0);
      if (end < 0) return TOO_BIG;
      this.#key.length = end;
      if (!this.#plan.insert(table, memory, rowAt, rowLength)) return TOO_BIG;
      const result = this.#insertClustered(table, memory, rowAt, rowLength);
      if (result !== ROW) return this.#ended(result);
      this.#phase = 1;
    }
    return this.#finish(table);
  }

  update(
    table: TableHandle,
    key: Uint8Array,
    keyLength: number,
    memory: Memory,
    rowAt: number,
    rowLength: number,
  ): number {
    if (this.#phase === 0) {
      if (this.#session.task.interrupted) return this.#ended(INTERRUPTED);
      const result = this.#updateClustered(table, key, keyLength, memory, rowAt, rowLength);
      if (result !== ROW) {
        this.#locker.write();
        return this.#ended(result);
      }
      this.#phase = 1;
    }
    return this.#finish(table);
  }

  remove(table: TableHandle, key: Uint8Array, keyLength: number): number {
    if (this.#phase === 0) {
      if (this.#session.task.interrupted) return this.#ended(INTERRUPTED);
      const result = this.#removeClustered(table, key, keyLength);
      if (result !== ROW) {
        this.#locker.write();
        return this.#ended(result);
      }
      this.#phase = 1;
    }
    return this.#finish(table);
  }

  get isUnderWay(): boolean {
    return this.#phase > 0;
  }

  resume(table: TableHandle): number {
    return this.#finish(table);
  }

  /** Forgets an operation that is given up in the middle (the statement is rolled back). */
  abandon(): void {
    this.#phase = 0;
    this.#plan.startSpill();
  }

  #ended(result: number): number {
    if (result !== BLOCKED) {
      this.abandon();
      this.#core.waits.settle(this.#session.task);
    }
    return result;
  }

  /** The entries, one index after the other. */
  #finish(table: TableHandle): number {
    const {secondaries} = table;
    while (this.#phase <= secondaries.length) {
      const result = this.#changeEntry(table, this.#phase - 1);
      if (result !== ROW) return this.#ended(result);
      this.#phase++;
    }
    table.changes.rows++;
    return this.#ended(ROW);
  }

  #changeEntry(table: TableHandle, i: number): number {
    const index = table.secondaries[i];
    const change = this.#plan.change(i);
    if (change.removes && !change.marked) {
      const marked = this.#entries.mark(index.tree, change.oldKey, this.#key.length);
      if (marked !== ROW) return marked;
      change.marked = true;
    }
    if (!change.adds) return ROW;
    if (!change.added) {
      const added = this.#entries.add(index.tree, change.newKey, this.#key.length);
      if (added !== ROW) return added;
      change.added = true;
    }
    if (!change.unique) return ROW;
    const unique = this.#entries.checkUnique(table, index, change.newKey, change.indexLength);
    if (unique !== DUPLICATE) return unique;
    // The key is not unique yet: its builder judges (ADR 0009).
    if (index.build !== undefined) return this.#entries.add(index.build.notes, change.newKey, this.#key.length);
    this.conflictIndex = i + 1;
    this.conflictKeyLength = this.#entries.conflict.length;
    return DUPLICATE;
  }

  #insertClustered(table: TableHandle, memory: Memory, rowAt: number, rowLength: number): number {
    const {pool, splitter} = this.#core;
    const {task} = this.#session;
    const mem = pool.memory;
    const {bytes, length} = this.#key;
    for (;;) {
      const base = splitter.find(table.clustered, 0, bytes, length, task);
      if (base < 0) return base;
      const slot = findSlot(mem, base, bytes, length);
      if (slot >= 0) {
        const over = this.#insertOver(table, base, slot, memory, rowAt, rowLength);
        if (over === AGAIN) continue;
        return over;
      }
      const needed = clusteredLength(prefixLength(mem, base), length, rowLength);
      if (splitter.isIncomplete(base) || !splitter.fits(base, needed)) {
        const made = splitter.split(table.clustered, base, ~slot, bytes, length, needed, task);
        if (made !== ROW) return made;
        continue;
      }
      const room = this.#roomFor(table, 0, insertRowMax(length, rowLength));
      if (room !== ROW) return room;
      this.#putInsert(table, base, ~slot, memory, rowAt, rowLength);
      return ROW;
    }
  }

  /** Slot, undo room and log space for a change that keeps `oldLength` bytes of payload, and the entries that do not fit its undo record. */
  #roomFor(table: TableHandle, oldLength: number, redo: number): number {
    const {undo} = this.#core;
    const began = this.#session.beginWrite();
    if (began !== ROW) return began;
    const {trx} = this.#session;
    if (this.#plan.hasSpilled && !this.#plan.isSpilledAt(trx.undoPage, trx.undoAt)) this.#plan.startSpill();
    for (;;) {
      const length = undoLengthMax(this.#key.length, this.#plan.bytes(table), oldLength);
      if (length <= undo.recordMax || this.#plan.bytes(table) === 0) return this.#locker.reserve(length, redo);
      const spilled = this.#spill(table);
      if (spilled !== ROW) return spilled;
    }
  }

  /** Writes a moreEntries record. The row must stay as it is meanwhile, so a pending lock becomes real first. */
  #spill(table: TableHandle): number {
    const {undo, mtr} = this.#core;
    if (!this.#plan.hasSpilled) this.#locker.write();
    const length = this.#plan.spillBytes(table, undo.recordMax);
    if (length === 0) return TOO_BIG;
    const room = this.#locker.reserve(length, 0);
    if (room !== ROW) return room;
    this.#locker.prepareUndo(table);
    mtr.begin();
    undo.append(this.#session.trx, this.#plan.spill(table, undo.scratch, this.#locker.head, undo.recordMax));
    mtr.commit();
    this.#plan.spilledTo(undo.page, undo.at);
    return ROW;
  }

  #putInsert(table: TableHandle, base: number, slot: number, memory: Memory, rowAt: number, rowLength: number): void {
    const {mtr, undo} = this.#core;
    const {trx} = this.#session;
    this.#locker.prepareUndo(table);
    const end = beginUndo(undo.scratch, 0, UndoType.insert, this.#locker.head, this.#key.bytes, this.#key.length);
    const undoLength = endUndo(undo.scratch, 0, this.#plan.put(table, undo.scratch, end));
    mtr.begin();
    undo.append(trx, undoLength);
    this.#locker.prepareStamp(0);
    mtr.insertRow(base, slot, this.#locker.stamp, this.#key.bytes, this.#key.length, memory, rowAt, rowLength);
    mtr.commit();
    this.#changed();
  }

  #changed(): void {
    const {trx} = this.#session;
    trx.rowsChanged++;
    trx.mustForce = true;
  }

  /** The key is there already: a live row is a duplicate, a deleted one comes back to life. */
  #insertOver(
    table: TableHandle,
    base: number,
    slot: number,
    memory: Memory,
    rowAt: number,
    rowLength: number,
  ): number {
    const mem = this.#core.pool.memory;
    const {trx, task} = this.#session;
    const record = recordAt(mem, base, slot);
    const state = this.#versions.writerState(record, trx, task);
    if (state === BLOCKED) return BLOCKED;
    if (state === WRITER_ACTIVE) {
      return this.#locker.waitFor(table, record, this.#key.bytes, this.#key.length, LockWait.wait);
    }
    if ((recordFlags(mem, record) & RecordFlag.deleted) === 0) {
      this.conflictIndex = 0;
      this.#entries.conflict.setFrom(this.#key);
      this.conflictKeyLength = this.#key.length;
      return DUPLICATE;
    }
    if (state !== WRITER_SELF) {
      const locked = this.#locker.acquire(table, base, slot, this.#key.bytes, this.#key.length, LockWait.wait);
      if (locked !== ROW) return locked;
    }
    const result = this.#replace(table, base, slot, UndoType.revive, memory, rowAt, rowLength);
    if (result !== ROW) this.#locker.write();
    return result;
  }

  #updateClustered(
    table: TableHandle,
    key: Uint8Array,
    keyLength: number,
    memory: Memory,
    rowAt: number,
    rowLength: number,
  ): number {
    const mem = this.#core.pool.memory;
    for (;;) {
      const base = this.#lockedLeaf(table, key, keyLength);
      if (base < 0) return base === NOT_THERE ? DONE : base;
      const record = recordAt(mem, base, this.#slot);
      const planned = this.#plan.update(
        table,
        mem,
        payloadAt(mem, record),
        payloadLength(mem, record),
        memory,
        rowAt,
        rowLength,
      );
      if (!planned) return TOO_BIG;
      const result = this.#replace(table, base, this.#slot, UndoType.update, memory, rowAt, rowLength);
      if (result !== AGAIN) return result;
    }
  }

  #slot = 0;

  /** The leaf with the row, locked or as good as locked; its slot is in #slot. NOT_THERE, BLOCKED or a lock result else. */
  #lockedLeaf(table: TableHandle, key: Uint8Array, keyLength: number): number {
    const {pool, splitter} = this.#core;
    const mem = pool.memory;
    this.#key.set(key, 0, keyLength);
    const base = splitter.find(table.clustered, 0, key, keyLength, this.#session.task);
    if (base < 0) return base;
    this.#slot = findSlot(mem, base, key, keyLength);
    if (this.#slot < 0) return NOT_THERE;
    const {trx, task} = this.#session;
    const record = recordAt(mem, base, this.#slot);
    const isDeleted = (recordFlags(mem, record) & RecordFlag.deleted) !== 0;
    if (isDeleted && this.#versions.isSettled(record, trx, task)) {
      const gone = this.#locker.deleted(record);
      return gone === DONE ? NOT_THERE : gone;
    }
    if (!this.#locker.isPendingOn(base, this.#slot)) {
      const locked = this.#locker.acquire(table, base, this.#slot, key, keyLength, LockWait.wait);
      if (locked !== ROW) return locked;
    }
    return base;
  }

  /** Puts new bytes into the row. AGAIN: the page was split, search again. */
  #replace(
    table: TableHandle,
    base: number,
    slot: number,
    type: UndoType,
    memory: Memory,
    rowAt: number,
    rowLength: number,
  ): number {
    const {pool, splitter, mtr, undo} = this.#core;
    const {trx, task} = this.#session;
    const mem = pool.memory;
    const record = recordAt(mem, base, slot);
    const needed = clusteredLength(prefixLength(mem, base), this.#key.length, rowLength);
    const grows = needed - recordLength(mem, record);
    if (grows > 0 && freeAfterCompaction(mem, base) < grows) {
      this.#locker.write();
      const made = splitter.splitToGrow(table.clustered, base, slot, grows, task);
      return made === ROW ? AGAIN : made;
    }
    const oldAt = payloadAt(mem, record);
    const oldLength = payloadLength(mem, record);
    const room = this.#roomFor(table, oldLength, updateMax(rowLength));
    if (room !== ROW) return room;
    this.#locker.consume(base, slot);
    this.#locker.prepareUndo(table);
    const start = beginUndo(undo.scratch, 0, type, this.#locker.head, this.#key.bytes, this.#key.length);
    setOldRow(undo.scratch, 0, mem, record);
    const end = this.#plan.put(table, undo.scratch, start);
    const undoLength = endUndoWithRow(undo.scratch, 0, end, mem, oldAt, oldLength, memory, rowAt, rowLength);
    mtr.begin();
    undo.append(trx, undoLength);
    this.#locker.prepareStamp(0);
    mtr.updateRow(base, slot, this.#locker.stamp, memory, rowAt, rowLength);
    mtr.commit();
    if (type === UndoType.revive || this.#plan.changesEntries(table)) trx.needsPurge = true;
    this.#changed();
    return ROW;
  }

  #removeClustered(table: TableHandle, key: Uint8Array, keyLength: number): number {
    const {pool, mtr, undo} = this.#core;
    const mem = pool.memory;
    const base = this.#lockedLeaf(table, key, keyLength);
    if (base < 0) return base === NOT_THERE ? DONE : base;
    const record = recordAt(mem, base, this.#slot);
    const oldAt = payloadAt(mem, record);
    const oldLength = payloadLength(mem, record);
    if (!this.#plan.remove(table, mem, oldAt, oldLength)) return TOO_BIG;
    const room = this.#roomFor(table, 0, FIXED_REDO_MAX);
    if (room !== ROW) return room;
    this.#locker.consume(base, this.#slot);
    this.#locker.prepareUndo(table);
    const start = beginUndo(undo.scratch, 0, UndoType.deleteMark, this.#locker.head, key, keyLength);
    setOldRow(undo.scratch, 0, mem, record);
    const end = this.#plan.put(table, undo.scratch, start);
    const undoLength = endUndoWithRow(undo.scratch, 0, end, mem, oldAt, oldLength, mem, oldAt, oldLength);
    mtr.begin();
    undo.append(this.#session.trx, undoLength);
    this.#locker.prepareStamp((recordFlags(mem, record) & RecordFlag.overflow) | RecordFlag.deleted);
    mtr.setRowHeader(base, this.#slot, this.#locker.stamp);
    mtr.commit();
    this.#session.trx.needsPurge = true;
    this.#changed();
    return ROW;
  }
}

/** Internal results of the steps above. */
const NOT_THERE = -100;
const AGAIN = 2;
