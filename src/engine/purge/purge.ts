// Purge: removes what no view can need any more - delete-marked rows, secondary entries that no version has, dropped trees and long values, undo pages
// (design 10, K14, K20).
//
// It takes this node's ended transactions in the order of their end, once every view in the cluster lies above them, and goes through their undo records:
//
//   deleteMark   if the row still is what this record made it: its entries go, then the row (the row last: its roll pointer is the proof)
//   update       entries it removed go, unless a newer version of the row mentions the same entry
//   (rolled back) entries it had added go, under the same condition
//
// "Mentions": every undo record between the present row and this one lists the entries it added or removed. If one names the entry, a later purge of that
// record decides about it. The check is made before the leaf is taken; it is repeated if the leaf has changed meanwhile (K20).

import {RecordFlag} from '../../format/page/layout.ts';
import {pageLlsn, pageRight, pageType} from '../../format/page/page.ts';
import {PageType} from '../../format/page/layout.ts';
import {recordAt, recordFlags, rollAt, rollPage, writerIncarnation, writerSlot, writerVersion} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {EntryOp, UndoType} from '../../format/undo/layout.ts';
import {
  EntryCursor,
  NO_UNDO,
  oldIncarnation,
  oldRollAt,
  oldRollPage,
  oldSlot,
  oldVersion,
  previousAt,
  previousPage,
  undoAt,
  undoKeyAt,
  undoKeyLength,
  undoRootPage,
  undoTreeId,
  undoType,
} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, DONE, ROW, type TreeRef} from '../api.ts';
import {descend} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {TreeDrop} from '../space/tree-drop.ts';
import type {EndedTransaction} from '../txn/history.ts';

/** Undo records handled in one poll before other tasks get their turn. */
const RECORDS_PER_POLL = 64;

export class Purge {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #entries = new EntryCursor();
  readonly #inner = new EntryCursor();
  readonly #key = new KeyBuffer();
  readonly #row = new KeyBuffer();
  readonly #drop: TreeDrop;
  readonly #freePages: number[] = [];
  #current: EndedTransaction | undefined;
  #tail = 0;
  #page = 0;
  #at = 0;
  /** Undo records and rows purged, for metrics. */
  records = 0;
  rows = 0;

  constructor(core: EngineCore, task: Task) {
    this.#core = core;
    this.#task = task;
    this.#drop = new TreeDrop(core);
  }

  /** Works until there is nothing to purge (DONE), something is not here (BLOCKED), or it has had its share (ROW: poll again soon). */
  poll(): number {
    for (let budget = RECORDS_PER_POLL; budget > 0; budget--) {
      const result = this.#step();
      if (result !== ROW) return result;
    }
    return ROW;
  }

  #step(): number {
    if (this.#freePages.length > 0) {
      const freed = this.#drop.freePage(this.#freePages[this.#freePages.length - 1], 0, this.#task);
      if (freed === ROW) this.#freePages.pop();
      return freed;
    }
    if (this.#current === undefined) {
      this.#current = this.#core.history.oldestBelow(this.#core.views.horizon);
      if (this.#current === undefined) return DONE;
      this.#tail = 0;
      this.#page = 0;
    }
    return this.#stepTransaction(this.#current);
  }

  #stepTransaction(ended: EndedTransaction): number {
    const tail = ended.tails[this.#tail];
    if (tail === undefined) {
      this.#core.undo.forget(ended.undoPages, this.#freePages);
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
    this.#page = previousPage(mem, undo);
    this.#at = previousAt(mem, undo);
    if (this.#page === 0 || (this.#page === tail.stopPage && this.#at === tail.stopAt)) return this.#endTail();
    return ROW;
  }

  #endTail(): number {
    this.#page = 0;
    this.#tail++;
    return ROW;
  }

  #purgeRecord(undo: number, rolledBack: boolean): number {
    const mem = this.#core.pool.memory;
    const type = undoType(mem, undo);
    if (type === UndoType.insert || type === UndoType.lock || type === UndoType.pages || type === UndoType.createTree) return ROW;
    if (type === UndoType.dropTree) {
      if (rolledBack) return ROW;
      return this.#drop.poll({treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)}, this.#task);
    }
    if (type === UndoType.dropPages) return rolledBack ? ROW : this.#dropChain(undoRootPage(mem, undo));
    this.#row.set(mem.bytes, undoKeyAt(undo), undoKeyLength(mem, undo));
    const entries = this.#purgeEntries(undo, rolledBack ? EntryOp.added : EntryOp.removed);
    if (entries !== ROW || rolledBack || type !== UndoType.deleteMark) return entries;
    return this.#purgeRow(undo);
  }

  /** Frees a chain of overflow pages from its end, so that a crash leaves a chain that can be walked again. */
  #dropChain(firstPage: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const chain: number[] = [];
    for (let page = firstPage; page !== 0; ) {
      const base = pool.fix(page, PLockMode.shared, this.#task);
      if (base < 0) return base;
      if (pageType(mem, base) !== PageType.overflow) break;
      chain.push(page);
      page = pageRight(mem, base);
    }
    for (let i = chain.length - 1; i >= 0; i--) {
      const freed = this.#drop.freePage(chain[i], 0, this.#task);
      if (freed !== ROW) return freed;
    }
    return ROW;
  }

  #purgeEntries(undo: number, op: number): number {
    const mem = this.#core.pool.memory;
    const cursor = this.#entries;
    for (cursor.open(mem, undo); cursor.next(); ) {
      if (cursor.op !== op) continue;
      this.#key.set(mem.bytes, cursor.keyAt, cursor.keyLength);
      const result = this.#purgeEntry({treeId: cursor.treeId, rootPage: cursor.rootPage}, undo);
      if (result !== ROW) return result;
    }
    return ROW;
  }

  /** Removes the entry in #key if it is marked and no newer version of the row mentions it. */
  #purgeEntry(tree: TreeRef, undo: number): number {
    const {pool, mtr, log} = this.#core;
    const mem = pool.memory;
    for (;;) {
      const seen = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.shared, this.#task);
      if (seen < 0) return seen;
      const llsn = pageLlsn(mem, seen);
      const needed = this.#isMentioned(tree.treeId, undo);
      if (needed === BLOCKED) return BLOCKED;
      if (needed === ROW) return ROW;
      const base = descend(pool, tree, 0, this.#key.bytes, this.#key.length, PLockMode.exclusive, this.#task);
      if (base < 0) return base;
      if (base !== seen || pageLlsn(mem, base) !== llsn) continue;
      const slot = findSlot(mem, base, this.#key.bytes, this.#key.length);
      if (slot < 0 || (recordFlags(mem, recordAt(mem, base, slot)) & RecordFlag.deleted) === 0) return ROW;
      const space = log.reserve(FIXED_REDO_MAX, this.#task, true);
      if (space !== ROW) return space;
      mtr.begin();
      mtr.remove(base, slot);
      mtr.commit();
      return ROW;
    }
  }

  /** ROW: a version newer than `undo` names the entry in #key, leave it. DONE: none does. BLOCKED. */
  #isMentioned(treeId: number, undo: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    const leaf = descend(pool, tree, 0, this.#row.bytes, this.#row.length, PLockMode.shared, this.#task);
    if (leaf < 0) return BLOCKED;
    const slot = findSlot(mem, leaf, this.#row.bytes, this.#row.length);
    if (slot < 0) return DONE;
    const record = recordAt(mem, leaf, slot);
    let page = rollPage(mem, record);
    let at = rollAt(mem, record);
    let incarnation = writerIncarnation(mem, record);
    let trxSlot = writerSlot(mem, record);
    let version = writerVersion(mem, record);
    while (page !== 0 && !(page === this.#page && at === this.#at)) {
      const base = pool.fix(page, PLockMode.shared, this.#task);
      if (base < 0) return BLOCKED;
      const newer = undoAt(mem, base, at, incarnation, trxSlot, version);
      if (newer === NO_UNDO) return DONE;
      if (this.#names(newer, treeId)) return ROW;
      page = oldRollPage(mem, newer);
      at = oldRollAt(mem, newer);
      incarnation = oldIncarnation(mem, newer);
      trxSlot = oldSlot(mem, newer);
      version = oldVersion(mem, newer);
    }
    return DONE;
  }

  #names(undo: number, treeId: number): boolean {
    const mem = this.#core.pool.memory;
    const cursor = this.#inner;
    for (cursor.open(mem, undo); cursor.next(); ) {
      if (cursor.treeId !== treeId || cursor.keyLength !== this.#key.length) continue;
      let same = true;
      for (let i = 0; i < cursor.keyLength && same; i++) same = mem.bytes[cursor.keyAt + i] === this.#key.bytes[i];
      if (same) return true;
    }
    return false;
  }

  /** Removes the delete-marked row if this very record marked it. */
  #purgeRow(undo: number): number {
    const {pool, mtr, log} = this.#core;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    const base = descend(pool, tree, 0, this.#row.bytes, this.#row.length, PLockMode.exclusive, this.#task);
    if (base < 0) return base;
    const slot = findSlot(mem, base, this.#row.bytes, this.#row.length);
    if (slot < 0) return ROW;
    const record = recordAt(mem, base, slot);
    const mine = rollPage(mem, record) === this.#page && rollAt(mem, record) === this.#at;
    if (!mine || (recordFlags(mem, record) & RecordFlag.deleted) === 0) return ROW;
    const space = log.reserve(FIXED_REDO_MAX, this.#task, true);
    if (space !== ROW) return space;
    mtr.begin();
    mtr.remove(base, slot);
    mtr.commit();
    this.rows++;
    return ROW;
  }
}
