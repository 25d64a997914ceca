// Inserts, updates and deletes rows: the clustered row first, then its secondary entries (K20).
//
// The row change and its undo record are one mini-transaction; each entry is another. The operation keeps its place in #phase: 0 is the clustered row,
// i is secondary index i-1. When it is BLOCKED the caller calls again with the same arguments and it goes on there; keys of
// entries are kept, because the row that they were made from may have moved.

import {RecordFlag} from '../../format/page/layout.ts';
import {type Memory} from '../../format/memory.ts';
import {freeAfterCompaction, prefixLength} from '../../format/page/page.ts';
import {clusteredLength, payloadAt, payloadLength, recordAt, recordFlags, recordLength} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, insertRowMax, updateMax} from '../../format/redo/bounds.ts';
import {addUndoEntry, beginUndo, endUndo, endUndoWithRow, setOldRow, undoEntryLength, undoLengthMax} from '../../format/undo/encode.ts';
import {EntryOp, UndoType} from '../../format/undo/layout.ts';
import {BLOCKED, DONE, DUPLICATE, LockWait, ROW, type RowPlace, type RowWriter, type TableHandle, TOO_BIG} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {type VersionReader, WRITER_ACTIVE, WRITER_SELF} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';
import {Entries} from './entries.ts';
import type {RowLocker} from './row-locker.ts';

/** What a change does to one secondary index. */
class EntryChange {
  readonly oldKey = new KeyBuffer();
  readonly newKey = new KeyBuffer();
  removes = false;
  adds = false;
  /** Length of the index parts of the new key; the rest is the primary key. */
  indexLength = 0;
  /** The new key is checked against other rows. */
  unique = false;
  added = false;
  marked = false;
}

export class Writer implements RowWriter {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #locker: RowLocker;
  readonly #versions: VersionReader;
  readonly #entries: Entries;
  readonly #changes: EntryChange[] = [];
  readonly #key = new KeyBuffer();
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
      const end = table.primaryKey.extract(memory, rowAt, rowLength, this.#key.bytes, 0);
      if (end < 0) return TOO_BIG;
      this.#key.length = end;
      if (!this.#planInsert(table, memory, rowAt, rowLength)) return TOO_BIG;
      const result = this.#insertClustered(table, memory, rowAt, rowLength);
      if (result !== ROW) return this.#ended(result);
      this.#phase = 1;
    }
    return this.#finish(table);
  }

  update(table: TableHandle, key: Uint8Array, keyLength: number, memory: Memory, rowAt: number, rowLength: number): number {
    if (this.#phase === 0) {
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
      const result = this.#removeClustered(table, key, keyLength);
      if (result !== ROW) {
        this.#locker.write();
        return this.#ended(result);
      }
      this.#phase = 1;
    }
    return this.#finish(table);
  }

  /** Forgets an operation that is given up in the middle (the statement is rolled back). */
  abandon(): void {
    this.#phase = 0;
  }

  #ended(result: number): number {
    if (result !== BLOCKED) {
      this.#phase = 0;
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
    return this.#ended(ROW);
  }

  #changeEntry(table: TableHandle, i: number): number {
    const index = table.secondaries[i];
    const change = this.#changes[i];
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
    this.conflictIndex = i + 1;
    this.conflictKeyLength = this.#entries.conflict.length;
    return DUPLICATE;
  }

  #change(i: number): EntryChange {
    while (this.#changes.length <= i) this.#changes.push(new EntryChange());
    const change = this.#changes[i];
    change.removes = false;
    change.adds = false;
    change.added = false;
    change.marked = false;
    return change;
  }

  /** Whole entry key of index `i` for a row: index parts, then the primary key in `#key`. -1 when it is too long. */
  #entryKey(table: TableHandle, i: number, memory: Memory, rowAt: number, rowLength: number, into: KeyBuffer): number {
    const end = table.secondaries[i].key.extract(memory, rowAt, rowLength, into.bytes, 0);
    if (end < 0 || end + this.#key.length > into.bytes.length) return -1;
    for (let k = 0; k < this.#key.length; k++) into.bytes[end + k] = this.#key.bytes[k];
    into.length = end + this.#key.length;
    return end;
  }

  #planInsert(table: TableHandle, memory: Memory, rowAt: number, rowLength: number): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#change(i);
      change.adds = true;
      change.indexLength = this.#entryKey(table, i, memory, rowAt, rowLength, change.newKey);
      if (change.indexLength < 0) return false;
      const index = table.secondaries[i];
      change.unique = index.unique && !index.key.hasNull;
    }
    return true;
  }

  /** Which indexes an update changes: entries are compared as bytes. */
  #planUpdate(table: TableHandle, oldAt: number, oldLength: number, memory: Memory, rowAt: number, rowLength: number): boolean {
    const mem = this.#core.pool.memory;
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#change(i);
      if (this.#entryKey(table, i, mem, oldAt, oldLength, change.oldKey) < 0) return false;
      change.indexLength = this.#entryKey(table, i, memory, rowAt, rowLength, change.newKey);
      if (change.indexLength < 0) return false;
      if (change.oldKey.equals(change.newKey.bytes, change.newKey.length)) continue;
      change.removes = true;
      change.adds = true;
      const index = table.secondaries[i];
      change.unique = index.unique && !index.key.hasNull;
    }
    return true;
  }

  #planRemove(table: TableHandle, oldAt: number, oldLength: number): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#change(i);
      if (this.#entryKey(table, i, this.#core.pool.memory, oldAt, oldLength, change.oldKey) < 0) return false;
      change.removes = true;
    }
    return true;
  }

  #entryBytes(table: TableHandle): number {
    let bytes = 0;
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#changes[i];
      if (change.removes) bytes += undoEntryLength(change.oldKey.length);
      if (change.adds) bytes += undoEntryLength(change.newKey.length);
    }
    return bytes;
  }

  #putEntries(table: TableHandle, end: number): number {
    const {scratch} = this.#core.undo;
    const primary = this.#key.length;
    let at = end;
    for (let i = 0; i < table.secondaries.length; i++) {
      const {treeId, rootPage} = table.secondaries[i].tree;
      const change = this.#changes[i];
      if (change.removes) {
        const {bytes, length} = change.oldKey;
        at = addUndoEntry(scratch, 0, at, EntryOp.removed, treeId, rootPage, bytes, length, primary);
      }
      if (change.adds) {
        const {bytes, length} = change.newKey;
        at = addUndoEntry(scratch, 0, at, EntryOp.added, treeId, rootPage, bytes, length, primary);
      }
    }
    return at;
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
      const room = this.#roomFor(undoLengthMax(length, this.#entryBytes(table), 0), insertRowMax(length, rowLength));
      if (room !== ROW) return room;
      this.#putInsert(table, base, ~slot, memory, rowAt, rowLength);
      return ROW;
    }
  }

  #roomFor(undoLength: number, redo: number): number {
    const began = this.#session.beginWrite();
    return began === ROW ? this.#locker.reserve(undoLength, redo) : began;
  }

  #putInsert(table: TableHandle, base: number, slot: number, memory: Memory, rowAt: number, rowLength: number): void {
    const {mtr, undo} = this.#core;
    const {trx} = this.#session;
    this.#locker.prepareUndo(table);
    const end = beginUndo(undo.scratch, 0, UndoType.insert, this.#locker.head, this.#key.bytes, this.#key.length);
    const undoLength = endUndo(undo.scratch, 0, this.#putEntries(table, end));
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

  /** Entries that the change removes stay, marked, until purge. */
  #notePurge(table: TableHandle): void {
    for (let i = 0; i < table.secondaries.length; i++) {
      if (this.#changes[i].removes || this.#changes[i].adds) this.#session.trx.needsPurge = true;
    }
  }

  /** The key is there already: a live row is a duplicate, a deleted one comes back to life. */
  #insertOver(table: TableHandle, base: number, slot: number, memory: Memory, rowAt: number, rowLength: number): number {
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
      if (!this.#planUpdate(table, payloadAt(mem, record), payloadLength(mem, record), memory, rowAt, rowLength)) return TOO_BIG;
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
    if (!this.#locker.isPendingOn(base, this.#slot)) {
      const locked = this.#locker.acquire(table, base, this.#slot, key, keyLength, LockWait.wait);
      if (locked !== ROW) return locked;
    }
    return (recordFlags(mem, recordAt(mem, base, this.#slot)) & RecordFlag.deleted) !== 0 ? NOT_THERE : base;
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
      const made = splitter.split(table.clustered, base, slot, this.#key.bytes, this.#key.length, needed, task);
      return made === ROW ? AGAIN : made;
    }
    const oldAt = payloadAt(mem, record);
    const oldLength = payloadLength(mem, record);
    const undoMax = undoLengthMax(this.#key.length, this.#entryBytes(table), oldLength);
    const room = this.#roomFor(undoMax, updateMax(rowLength));
    if (room !== ROW) return room;
    this.#locker.consume(base, slot);
    this.#locker.prepareUndo(table);
    const start = beginUndo(undo.scratch, 0, type, this.#locker.head, this.#key.bytes, this.#key.length);
    setOldRow(undo.scratch, 0, mem, record);
    const end = this.#putEntries(table, start);
    const undoLength = endUndoWithRow(undo.scratch, 0, end, mem, oldAt, oldLength, memory, rowAt, rowLength);
    mtr.begin();
    undo.append(trx, undoLength);
    this.#locker.prepareStamp(0);
    mtr.updateRow(base, slot, this.#locker.stamp, memory, rowAt, rowLength);
    mtr.commit();
    this.#notePurge(table);
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
    if (!this.#planRemove(table, oldAt, oldLength)) return TOO_BIG;
    const room = this.#roomFor(undoLengthMax(keyLength, this.#entryBytes(table), 0), FIXED_REDO_MAX);
    if (room !== ROW) return room;
    this.#locker.consume(base, this.#slot);
    this.#locker.prepareUndo(table);
    const start = beginUndo(undo.scratch, 0, UndoType.deleteMark, this.#locker.head, key, keyLength);
    setOldRow(undo.scratch, 0, mem, record);
    const end = this.#putEntries(table, start);
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
