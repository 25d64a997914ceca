// Undoes a transaction's changes, newest first: for ROLLBACK, for a failed statement, for a savepoint, and for the transactions of a dead primary.
//
// An undo record is applied only to the row version that names it: the row's writer and roll pointer must be exactly this transaction and this record
// (K13). So rollback is idempotent, needs no memory of how far it got, and may be done by several recoverers one after the other. Within a record the
// secondary entries go first and the clustered row last: the row is the mark, and the lock.
//
// Entries that the change added: if the row did not exist before (insert), they go for good; else they are only marked, because an older version of the row
// may have the same entry, and purge decides. Entries that the change removed are unmarked; in an index that is being built they may be missing, and then
// its builder puts them in (ADR 0009).
//
// What was allocated for long values is left to purge: somebody may still be on his way to it (K14).

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {freeAfterCompaction, prefixLength, slotCount} from '../../format/page/page.ts';
import {
  clusteredLength,
  payloadAt,
  payloadLength,
  RowStamp,
  recordAt,
  recordFlags,
  recordLength,
  rollAt,
  rollPage,
  writtenBy,
} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, updateMax} from '../../format/redo/bounds.ts';
import {EntryOp, UndoType} from '../../format/undo/layout.ts';
import {
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
  undoKeyAt,
  undoKeyLength,
  undoRootPage,
  undoTableId,
  undoTreeId,
  undoType,
} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {DONE, ROW, type TreeRef} from '../api.ts';
import {descend} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {rowHash} from '../row/row-hash.ts';
import type {Task} from '../schedule/task.ts';
import {TreeDrop, treeExists} from '../space/tree-drop.ts';
import {oldRowFlags, UndoEntries} from './undo-entries.ts';

export class Rollback {
  readonly #core: EngineCore;
  readonly #entries: UndoEntries;
  readonly #row = new KeyBuffer();
  readonly #key = new KeyBuffer();
  readonly #stamp = new RowStamp();
  readonly #old: Memory;
  readonly #drop: TreeDrop;
  #incarnation = 0;
  #slot = 0;
  #version = 0;
  #startStamp = 0;
  #stopPage = 0;
  #stopAt = 0;
  /** Leaf and slot of the row whose record is being undone; valid in the poll that found them. */
  #leaf = -1;
  #leafSlot = 0;
  /** Next record to undo; page 0 = none left. */
  page = 0;
  at = 0;

  constructor(core: EngineCore) {
    this.#core = core;
    this.#entries = new UndoEntries(core.pool);
    this.#drop = new TreeDrop(core);
    this.#old = new Memory(new ArrayBuffer(core.pool.pageSize));
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
      if (undo === NO_UNDO) return this.#undoGone();
      const result = this.#undo(undo, task);
      if (result !== ROW) return result;
      this.page = previousPage(mem, undo);
      this.at = previousAt(mem, undo);
    }
    return ROW;
  }

  /** Undo is freed only after its transaction has been rolled back completely: another recoverer has done so. */
  #undoGone(): number {
    if (this.#incarnation === this.#core.fusion.incarnation) {
      throw new CorruptionError(`page ${this.page}`, `no undo record of this transaction at ${this.at}`);
    }
    this.page = 0;
    return ROW;
  }

  #undo(undo: number, task: Task): number {
    const mem = this.#core.pool.memory;
    switch (undoType(mem, undo)) {
      case UndoType.createTree:
        return this.#drop.poll({treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)}, task);
      case UndoType.dropTree:
      case UndoType.dropPages:
      case UndoType.pages:
      case UndoType.moreEntries:
        return ROW;
      default:
        return this.#undoChange(undo, task);
    }
  }

  #undoChange(undo: number, task: Task): number {
    const mem = this.#core.pool.memory;
    this.#row.set(mem.bytes, undoKeyAt(undo), undoKeyLength(mem, undo));
    const found = this.#findRow(undo, task);
    if (found !== ROW) return found === DONE ? ROW : found;
    const entries = this.#undoEntries(undo, undoType(mem, undo) === UndoType.insert, task);
    if (entries !== ROW) return entries;
    const restored = this.#restoreRow(undo, task);
    if (restored === ROW)
      this.#core.fusion.locks.wakeResource(rowHash(undoTableId(mem, undo), this.#row.bytes, this.#row.length));
    return restored;
  }

  /** ROW: the row is in #leaf and #leafSlot, as this very record left it. DONE: it is not; the record has been undone already. */
  #findRow(undo: number, task: Task): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    const exists = treeExists(pool, tree, task);
    if (exists !== ROW) return exists;
    const leaf = descend(pool, tree, 0, this.#row.bytes, this.#row.length, PLockMode.exclusive, task);
    if (leaf < 0) return leaf;
    this.#leaf = leaf;
    this.#leafSlot = findSlot(mem, leaf, this.#row.bytes, this.#row.length);
    if (this.#leafSlot < 0) return DONE;
    const record = recordAt(mem, leaf, this.#leafSlot);
    const isMine =
      writtenBy(mem, record, this.#incarnation, this.#slot, this.#version) &&
      rollPage(mem, record) === this.page &&
      rollAt(mem, record) === this.at;
    return isMine ? ROW : DONE;
  }

  #undoEntries(undo: number, isInsert: boolean, task: Task): number {
    const entries = this.#entries;
    entries.open(undo, task);
    for (let next = entries.next(); next !== DONE; next = entries.next()) {
      if (next !== ROW) return next;
      const {entry} = entries;
      this.#key.set(this.#core.pool.memory.bytes, entry.keyAt, entry.keyLength);
      const result = this.#undoEntry(entry, isInsert, task);
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
      assert(tree.op !== EntryOp.removed, () => `an entry of tree ${tree.treeId} that rollback needs is gone`);
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
    if (slotCount(mem, base) === 0) this.#core.shrinker.note(tree, this.#key);
    return ROW;
  }

  #restoreRow(undo: number, task: Task): number {
    const {mtr, log, pool} = this.#core;
    const mem = pool.memory;
    const type = undoType(mem, undo);
    const space = log.reserve(updateMax(pool.pageSize) + FIXED_REDO_MAX, task, true);
    if (space !== ROW) return space;
    if (type === UndoType.update || type === UndoType.revive) return this.#restorePayload(undo, task);
    mtr.begin();
    if (type === UndoType.insert) mtr.remove(this.#leaf, this.#leafSlot);
    else {
      this.#oldHeader(undo);
      mtr.setRowHeader(this.#leaf, this.#leafSlot, this.#stamp);
    }
    mtr.commit();
    if (slotCount(mem, this.#leaf) === 0) this.#noteEmptyLeaf(undo);
    return ROW;
  }

  #noteEmptyLeaf(undo: number): void {
    const mem = this.#core.pool.memory;
    this.#core.shrinker.note({treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)}, this.#row);
  }

  #oldHeader(undo: number): void {
    const mem = this.#core.pool.memory;
    const stamp = this.#stamp;
    stamp.flags = oldRowFlags(oldFlags(mem, undo));
    stamp.incarnation = oldIncarnation(mem, undo);
    stamp.slot = oldSlot(mem, undo);
    stamp.version = oldVersion(mem, undo);
    stamp.undoPage = oldRollPage(mem, undo);
    stamp.undoAt = oldRollAt(mem, undo);
    stamp.startStamp = this.#startStamp;
  }

  #restorePayload(undo: number, task: Task): number {
    const {pool, mtr, splitter} = this.#core;
    const mem = pool.memory;
    const leaf = this.#leaf;
    const record = recordAt(mem, leaf, this.#leafSlot);
    const length = reconstructPayload(mem, undo, mem, payloadAt(mem, record), payloadLength(mem, record), this.#old, 0);
    const needed = clusteredLength(prefixLength(mem, leaf), this.#row.length, length);
    const grows = needed - recordLength(mem, record);
    if (grows > 0 && freeAfterCompaction(mem, leaf) < grows) {
      const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
      const made = splitter.splitToGrow(tree, leaf, this.#leafSlot, grows, task);
      return made === ROW ? this.#undoChange(undo, task) : made;
    }
    this.#oldHeader(undo);
    mtr.begin();
    mtr.updateRow(leaf, this.#leafSlot, this.#stamp, this.#old, 0, length);
    mtr.commit();
    return ROW;
  }
}
