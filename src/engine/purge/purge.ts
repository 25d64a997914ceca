// Purge: removes what no view can need any more - delete-marked rows, secondary entries that no version has, dropped trees and long values, undo pages, empty
// leaves (design 10, K14, K20, S5).
//
// It takes this node's ended transactions in the order of their end, once every view in the cluster lies above them, and goes through their undo records:
//
//   any change   an entry that it added or removed goes if it is marked, unless a newer version of the row mentions the same entry
//   deleteMark   if the row still is what this record made it, the row goes (last: its roll pointer is the proof)
//   revive, lock if the run was rolled back and the row is again what it was before: a deleted row, which the purge of its deletion passed over, goes
//   dropTree, dropPages   the pages go, unless the run was rolled back
//   pages        the pages go if the run was rolled back
//
// "Mentions": every undo record between the present row and this one lists the entries it added or removed. If one names the entry, a later purge of that
// record decides about it. The check is made before the leaf is taken; it is repeated if the leaf has changed meanwhile (K20).
//
// Everything here may be done twice (G1): what has gone is not found, and pages are freed only in the life that is meant (page-free.ts).

import {RecordFlag} from '../../format/page/layout.ts';
import {pageLlsn, pageRight, slotCount} from '../../format/page/page.ts';
import {recordAt, recordFlags, rollAt, rollPage} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {UndoType} from '../../format/undo/layout.ts';
import {
  NO_UNDO,
  oldFlags,
  oldRollAt,
  oldRollPage,
  previousAt,
  previousPage,
  undoAt,
  undoEntryCount,
  undoIncarnation,
  undoKeyAt,
  undoKeyLength,
  undoPageNumber,
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
import type {Task} from '../schedule/task.ts';
import {PageFreer} from '../space/page-free.ts';
import {TreeDrop, treeExists} from '../space/tree-drop.ts';
import type {EndedTransaction} from '../txn/history.ts';
import {oldRowFlags, UndoEntries} from '../txn/undo-entries.ts';
import {Mentions} from './mentions.ts';

/** Undo records handled in one poll before other tasks get their turn. */
const RECORDS_PER_POLL = 64;

export class Purge {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #entries: UndoEntries;
  readonly #mentions: Mentions;
  readonly #key = new KeyBuffer();
  readonly #row = new KeyBuffer();
  readonly #drop: TreeDrop;
  readonly #freer: PageFreer;
  #current: EndedTransaction | undefined;
  #tail = 0;
  /** Undo record being purged, and how many of its entries are done. */
  #page = 0;
  #at = 0;
  #entriesDone = 0;
  /** Undo records and rows purged, for metrics. */
  records = 0;
  rows = 0;
  failures = 0;

  constructor(core: EngineCore, task: Task) {
    this.#core = core;
    this.#task = task;
    this.#entries = new UndoEntries(core.pool);
    this.#mentions = new Mentions(core.pool);
    this.#drop = new TreeDrop(core);
    this.#freer = new PageFreer(core);
  }

  /** Gives up the transaction that is being purged, which has met a damaged page: what it left stays. */
  skip(): void {
    if (this.#current === undefined) return;
    this.#core.history.shift();
    this.#current = undefined;
    this.#endTail();
    this.#mentions.forget();
    this.failures++;
  }

  get hasWork(): boolean {
    const {history, undo, shrinker} = this.#core;
    return history.length > 0 || undo.unneeded.length > 0 || shrinker.hasWork;
  }

  /** Works until there is nothing to purge (DONE), something is not here (BLOCKED, NO_SPACE), or it has had its share (ROW: poll again soon). */
  poll(): number {
    for (let budget = RECORDS_PER_POLL; budget > 0; budget--) {
      const result = this.#step();
      if (result !== ROW) return result;
    }
    return ROW;
  }

  #step(): number {
    const {undo, shrinker, history, views} = this.#core;
    const unneeded = undo.unneeded.at(-1);
    if (unneeded !== undefined) {
      const freed = this.#freer.freeUndo(unneeded.page, unneeded.incarnation, this.#task);
      if (freed === ROW) undo.unneeded.pop();
      return freed;
    }
    if (shrinker.hasWork) return shrinker.poll(this.#task);
    if (this.#current === undefined) {
      this.#current = history.oldestBelow(views.horizon);
      if (this.#current === undefined) return DONE;
      this.#tail = 0;
      this.#page = 0;
    }
    return this.#stepTransaction(this.#current);
  }

  #stepTransaction(ended: EndedTransaction): number {
    const tail = ended.tails[this.#tail];
    if (tail === undefined) {
      this.#core.undo.forget(ended.incarnation, ended.undoPages);
      this.#core.history.shift();
      this.#current = undefined;
      return ROW;
    }
    if (this.#page === 0) {
      this.#page = tail.page;
      this.#at = tail.at;
    }
    const mem = this.#core.pool.memory;
    const base = this.#core.pool.fix(this.#page, PLockMode.shared, this.#task);
    if (base < 0) return base;
    const undo = undoAt(mem, base, this.#at, ended.incarnation, ended.slot, ended.version);
    if (undo === NO_UNDO) return this.#endTail();
    const result = this.#purgeRecord(undo, tail.rolledBack);
    if (result !== ROW) return result;
    this.records++;
    this.#entriesDone = 0;
    this.#page = previousPage(mem, undo);
    this.#at = previousAt(mem, undo);
    if (this.#page === 0 || (this.#page === tail.stopPage && this.#at === tail.stopAt)) return this.#endTail();
    return ROW;
  }

  #endTail(): number {
    this.#entriesDone = 0;
    this.#page = 0;
    this.#tail++;
    return ROW;
  }

  #purgeRecord(undo: number, rolledBack: boolean): number {
    const mem = this.#core.pool.memory;
    switch (undoType(mem, undo)) {
      case UndoType.dropTree: {
        const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
        return rolledBack ? ROW : this.#drop.poll(tree, this.#task);
      }
      case UndoType.dropPages:
        return rolledBack ? ROW : this.#dropChain(undo);
      case UndoType.pages:
        return rolledBack ? this.#dropAllocated(undo) : ROW;
      case UndoType.update:
      case UndoType.revive:
      case UndoType.deleteMark:
      case UndoType.lock:
        return this.#purgeChange(undo, rolledBack);
      default:
        return ROW;
    }
  }

  /** Frees a chain of overflow pages from its end, so that a crash leaves a chain that can be walked again. */
  #dropChain(undo: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const value = undoTreeId(mem, undo);
    const writer = undoTableId(mem, undo);
    const chain: number[] = [];
    for (let page = undoRootPage(mem, undo); page !== 0; ) {
      const base = pool.fix(page, PLockMode.shared, this.#task);
      if (base < 0) return base;
      if (!this.#freer.isOverflow(base, value, writer)) break;
      chain.push(page);
      page = pageRight(mem, base);
    }
    for (let i = chain.length - 1; i >= 0; i--) {
      const freed = this.#freer.freeOverflow(chain[i], value, writer, this.#task);
      if (freed !== ROW) return freed;
    }
    return ROW;
  }

  /** Frees overflow pages that a rolled-back transaction had allocated. */
  #dropAllocated(undo: number): number {
    const mem = this.#core.pool.memory;
    const count = undoEntryCount(mem, undo);
    for (let i = 0; i < count; i++) {
      const page = undoPageNumber(mem, undo, i);
      const freed = this.#freer.freeOverflow(page, undoTreeId(mem, undo), undoIncarnation(mem, undo), this.#task);
      if (freed !== ROW) return freed;
    }
    return ROW;
  }

  #purgeChange(undo: number, rolledBack: boolean): number {
    const mem = this.#core.pool.memory;
    this.#row.set(mem.bytes, undoKeyAt(undo), undoKeyLength(mem, undo));
    const rows = treeExists(
      this.#core.pool,
      {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)},
      this.#task,
    );
    if (rows !== ROW) return rows === DONE ? ROW : rows;
    const entries = this.#entries;
    entries.open(undo, this.#task);
    let i = 0;
    for (let next = entries.next(); next !== DONE; next = entries.next()) {
      if (next !== ROW) return next;
      if (i++ < this.#entriesDone) continue;
      this.#key.set(mem.bytes, entries.entry.keyAt, entries.entry.keyLength);
      const result = this.#purgeEntry(entries.entry, undo);
      if (result !== ROW) return result;
      this.#entriesDone = i;
      this.#mentions.forget();
    }
    if (undoType(mem, undo) === UndoType.deleteMark) return this.#purgeRow(undo, this.#page, this.#at);
    const wasDeleted = (oldRowFlags(oldFlags(mem, undo)) & RecordFlag.deleted) !== 0;
    return rolledBack && wasDeleted ? this.#purgeRow(undo, oldRollPage(mem, undo), oldRollAt(mem, undo)) : ROW;
  }

  /** Removes the entry in #key if it is marked and no newer version of the row mentions it. */
  #purgeEntry(tree: TreeRef, undo: number): number {
    const {pool, mtr, log, shrinker} = this.#core;
    const mem = pool.memory;
    const exists = treeExists(pool, tree, this.#task);
    if (exists !== ROW) return exists === DONE ? ROW : exists;
    for (;;) {
      const seen = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.shared, this.#task);
      if (seen < 0) return seen;
      if (!this.#isMarked(seen)) return ROW;
      const llsn = pageLlsn(mem, seen);
      const needed = this.#mentions.look(undo, this.#page, this.#at, tree.treeId, this.#row, this.#key, this.#task);
      if (needed !== DONE) return needed;
      const base = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.exclusive, this.#task);
      if (base < 0) return base;
      if (base !== seen || pageLlsn(mem, base) !== llsn || !this.#isMarked(base)) continue;
      const space = log.reserve(FIXED_REDO_MAX, this.#task, true);
      if (space !== ROW) return space;
      mtr.begin();
      mtr.remove(base, findSlot(mem, base, this.#key.bytes, this.#key.length));
      mtr.commit();
      if (slotCount(mem, base) === 0) shrinker.note(tree, this.#key);
      return ROW;
    }
  }

  /** The entry in #key is in this leaf, and marked. */
  #isMarked(base: number): boolean {
    const mem = this.#core.pool.memory;
    const slot = findSlot(mem, base, this.#key.bytes, this.#key.length);
    return slot >= 0 && (recordFlags(mem, recordAt(mem, base, slot)) & RecordFlag.deleted) !== 0;
  }

  /** Removes the delete-marked row if its roll pointer is this place: nobody has changed it since. */
  #purgeRow(undo: number, rollPageBefore: number, rollAtBefore: number): number {
    const {pool, mtr, log, shrinker} = this.#core;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    const base = descend(pool, tree, 0, this.#row.bytes, this.#row.length, PLockMode.exclusive, this.#task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, this.#row.bytes, this.#row.length);
    if (slot < 0) return ROW;
    const record = recordAt(mem, base, slot);
    const isSame = rollPage(mem, record) === rollPageBefore && rollAt(mem, record) === rollAtBefore;
    if (!isSame || (recordFlags(mem, record) & RecordFlag.deleted) === 0) return ROW;
    const space = log.reserve(FIXED_REDO_MAX, this.#task, true);
    if (space !== ROW) return space;
    mtr.begin();
    mtr.remove(base, slot);
    mtr.commit();
    this.rows++;
    if (slotCount(mem, base) === 0) shrinker.note(tree, this.#row);
    return ROW;
  }
}
