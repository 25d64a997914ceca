// Undoes a transaction's changes, newest first: for ROLLBACK, for a failed statement, for a savepoint, and for the transactions of a dead primary.
//
// An undo record is applied only to the row version that names it: the row's writer and roll pointer must be exactly this transaction and this record
// (K13). So rollback is idempotent, needs no memory of how far it got, and may be done by several recoverers one after the other. Within a record the
// secondary entries go first and the clustered row last: the row is the mark.
//
// Entries that the change added: if the row did not exist before (insert), they go for good; else they are only marked, because an older version of the row
// may have the same entry, and purge decides. Entries that the change removed are unmarked.

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {freeAfterCompaction, prefixLength} from '../../format/page/page.ts';
import {clusteredLength, payloadAt, payloadLength, recordAt, recordFlags, recordLength, RowStamp, rollAt, rollPage, writtenBy} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, updateMax} from '../../format/redo/bounds.ts';
import {EntryOp, UndoType} from '../../format/undo/layout.ts';
import {
  EntryCursor,
  NO_UNDO,
  oldFlags,
  oldIncarnation,
  oldRollAt,
  oldRollPage,
  oldSlot,
  oldVersion,
  previousAt,
  previousPage,
  reconstructPayload,
  undoAt,
  undoEntryCount,
  undoKeyAt,
  undoKeyLength,
  undoPageNumber,
  undoRootPage,
  undoTreeId,
  undoType,
} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW, type TreeRef} from '../api.ts';
import {descend} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {TreeDrop} from '../space/tree-drop.ts';

export class Rollback {
  readonly #core: EngineCore;
  readonly #entries = new EntryCursor();
  readonly #key = new KeyBuffer();
  readonly #stamp = new RowStamp();
  readonly #old = new Memory(new ArrayBuffer(65536));
  readonly #drop: TreeDrop;
  #incarnation = 0;
  #slot = 0;
  #version = 0;
  #startStamp = 0;
  #stopPage = 0;
  #stopAt = 0;
  /** Next record to undo; page 0 = none left. */
  page = 0;
  at = 0;
  /** Records undone, for metrics and progress lines. */
  undone = 0;

  constructor(core: EngineCore) {
    this.#core = core;
    this.#drop = new TreeDrop(core);
  }

  /** Undoes the transaction's records from (page, at) back to, not including, (stopPage, stopAt); 0, 0 = all. */
  start(
    incarnation: number,
    slot: number,
    version: number,
    startStamp: number,
    page: number,
    at: number,
    stopPage: number,
    stopAt: number,
  ): void {
    this.#incarnation = incarnation;
    this.#slot = slot;
    this.#version = version;
    this.#startStamp = startStamp;
    this.page = page;
    this.at = at;
    this.#stopPage = stopPage;
    this.#stopAt = stopAt;
  }

  /** ROW when everything asked for is undone; BLOCKED or NO_SPACE: call again. */
  poll(task: Task): number {
    while (this.page !== 0 && !(this.page === this.#stopPage && this.at === this.#stopAt)) {
      const base = this.#core.pool.fix(this.page, PLockMode.shared, task);
      if (base < 0) return base;
      const mem = this.#core.pool.memory;
      const undo = undoAt(mem, base, this.at, this.#incarnation, this.#slot, this.#version);
      if (undo === NO_UNDO) throw new CorruptionError(`page ${this.page}`, `no undo record of this transaction at ${this.at}`);
      const result = this.#undo(undo, task);
      if (result !== ROW) return result;
      this.page = previousPage(mem, undo);
      this.at = previousAt(mem, undo);
      this.undone++;
    }
    return ROW;
  }

  #undo(undo: number, task: Task): number {
    const mem = this.#core.pool.memory;
    switch (undoType(mem, undo)) {
      case UndoType.createTree:
        return this.#drop.poll({treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)}, task);
      case UndoType.dropTree:
        return ROW;
      case UndoType.pages:
        return this.#freePages(undo, task);
      case UndoType.moreEntries:
        return this.#undoEntries(undo, false, task);
      default: {
        const isInsert = undoType(mem, undo) === UndoType.insert;
        const entries = this.#undoEntries(undo, isInsert, task);
        return entries === ROW ? this.#undoRow(undo, task) : entries;
      }
    }
  }

  #freePages(undo: number, task: Task): number {
    const mem = this.#core.pool.memory;
    const count = undoEntryCount(mem, undo);
    for (let i = 0; i < count; i++) {
      const freed = this.#drop.freePage(undoPageNumber(mem, undo, i), 0, task);
      if (freed !== ROW) return freed;
    }
    return ROW;
  }

  #undoEntries(undo: number, isInsert: boolean, task: Task): number {
    const mem = this.#core.pool.memory;
    const cursor = this.#entries;
    for (cursor.open(mem, undo); cursor.next(); ) {
      this.#key.set(mem.bytes, cursor.keyAt, cursor.keyLength);
      const result = this.#undoEntry(cursor, isInsert, task);
      if (result !== ROW) return result;
    }
    return ROW;
  }

  #undoEntry(tree: TreeRef & {op: number}, isInsert: boolean, task: Task): number {
    const {pool, mtr, log} = this.#core;
    const mem = pool.memory;
    const base = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.exclusive, task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, this.#key.bytes, this.#key.length);
    if (slot < 0) {
      assert(tree.op === EntryOp.added, () => `an entry of tree ${tree.treeId} that rollback needs is gone`);
      return ROW;
    }
    const wanted = tree.op === EntryOp.added ? RecordFlag.deleted : 0;
    if (!isInsert && recordFlags(mem, recordAt(mem, base, slot)) === wanted) return ROW;
    const space = log.reserve(FIXED_REDO_MAX, task, true);
    if (space !== ROW) return space;
    mtr.begin();
    if (isInsert) mtr.remove(base, slot);
    else mtr.markEntry(base, slot, this.#startStamp, wanted);
    mtr.commit();
    return ROW;
  }

  #undoRow(undo: number, task: Task): number {
    const {pool, mtr, log} = this.#core;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    this.#key.set(mem.bytes, undoKeyAt(undo), undoKeyLength(mem, undo));
    for (;;) {
      const base = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.exclusive, task);
      if (base < 0) return base;
      const slot = findSlot(mem, base, this.#key.bytes, this.#key.length);
      if (slot < 0 || !this.#isMine(recordAt(mem, base, slot))) return ROW;
      const space = log.reserve(updateMax(pool.pageSize) + FIXED_REDO_MAX, task, true);
      if (space !== ROW) return space;
      const type = undoType(mem, undo);
      if (type === UndoType.update || type === UndoType.revive) {
        const result = this.#restorePayload(tree, undo, base, slot, task);
        if (result === SPLIT) continue;
        return result;
      }
      mtr.begin();
      if (type === UndoType.insert) mtr.remove(base, slot);
      else {
        this.#oldHeader(undo);
        mtr.setRowHeader(base, slot, this.#stamp);
      }
      mtr.commit();
      return ROW;
    }
  }

  #isMine(record: number): boolean {
    const mem = this.#core.pool.memory;
    return (
      writtenBy(mem, record, this.#incarnation, this.#slot, this.#version) &&
      rollPage(mem, record) === this.page &&
      rollAt(mem, record) === this.at
    );
  }

  #oldHeader(undo: number): void {
    const mem = this.#core.pool.memory;
    const stamp = this.#stamp;
    stamp.flags = oldFlags(mem, undo);
    stamp.incarnation = oldIncarnation(mem, undo);
    stamp.slot = oldSlot(mem, undo);
    stamp.version = oldVersion(mem, undo);
    stamp.undoPage = oldRollPage(mem, undo);
    stamp.undoAt = oldRollAt(mem, undo);
    stamp.startStamp = this.#startStamp;
  }

  #restorePayload(tree: TreeRef, undo: number, base: number, slot: number, task: Task): number {
    const {pool, mtr, splitter} = this.#core;
    const mem = pool.memory;
    const record = recordAt(mem, base, slot);
    const length = reconstructPayload(mem, undo, mem, payloadAt(mem, record), payloadLength(mem, record), this.#old, 0);
    const needed = clusteredLength(prefixLength(mem, base), this.#key.length, length);
    const grows = needed - recordLength(mem, record);
    if (grows > 0 && freeAfterCompaction(mem, base) < grows) {
      const made = splitter.split(tree, base, slot, this.#key.bytes, this.#key.length, needed, task);
      return made === ROW ? SPLIT : made;
    }
    this.#oldHeader(undo);
    mtr.begin();
    mtr.updateRow(base, slot, this.#stamp, this.#old, 0, length);
    mtr.commit();
    return ROW;
  }
}

/** Internal: the leaf was split to make room, search again. */
const SPLIT = 2;
