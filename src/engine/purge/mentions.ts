// Does a newer version of a row mention a secondary entry? (K20)
//
// Between the present row and the undo record that purge looks at lie the undo records of all newer versions. A hot row has many: more than the pool has frames, or
// than one poll may read. So the stretch that has been looked at is kept: its newest record and the place behind its oldest one. The next poll looks at
// what has been added on top and jumps over the stretch: undo records do not change, and what was rolled back on top of it is not in the way any more.

import {recordAt} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {NO_UNDO, undoAt, undoRootPage, undoTreeId} from '../../format/undo/read.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, DONE, ROW} from '../api.ts';
import {descend} from '../btree/descend.ts';
import type {KeyBuffer} from '../btree/key-buffer.ts';
import {UndoPlace} from '../mvcc/undo-place.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {UndoEntries} from '../txn/undo-entries.ts';

/** Undo records read in one poll before others get their turn. */
const STEPS_PER_POLL = 500;

export class Mentions {
  readonly #pool: PagePool;
  readonly #entries: UndoEntries;
  readonly #here = new UndoPlace();
  readonly #newest = new UndoPlace();
  /** The stretch looked at: from #top to just before #next. */
  readonly #top = new UndoPlace();
  readonly #next = new UndoPlace();

  constructor(pool: PagePool) {
    this.#pool = pool;
    this.#entries = new UndoEntries(pool);
  }

  /** The next question is about something else. */
  forget(): void {
    this.#top.page = 0;
  }

  /**
   * ROW: a version newer than the undo record at (stopPage, stopAt) names the entry of the tree with this key. DONE: none does. BLOCKED: ask again, with the same
   * question, or call `forget`.
   */
  look(
    undo: number,
    stopPage: number,
    stopAt: number,
    treeId: number,
    row: KeyBuffer,
    key: KeyBuffer,
    task: Task,
  ): number {
    const pool = this.#pool;
    const mem = pool.memory;
    const tree = {treeId: undoTreeId(mem, undo), rootPage: undoRootPage(mem, undo)};
    const leaf = descend(pool, tree, 0, row.bytes, row.length, PLockMode.shared, task);
    if (leaf < 0) return leaf;
    const slot = findSlot(mem, leaf, row.bytes, row.length);
    if (slot < 0) return DONE;
    this.#start(recordAt(mem, leaf, slot));
    const here = this.#here;
    for (let steps = 0; here.page !== 0 && !(here.page === stopPage && here.at === stopAt); steps++) {
      if (this.#top.page !== 0 && here.is(this.#top)) {
        here.set(this.#next);
        this.#top.page = 0;
        continue;
      }
      const found = steps === STEPS_PER_POLL ? this.#yield(task) : this.#lookAt(treeId, key, task);
      if (found === BLOCKED) return this.#keep();
      if (found !== NEXT) return found;
    }
    return DONE;
  }

  #start(record: number): void {
    const here = this.#here;
    here.toNewest(this.#pool.memory, record);
    this.#newest.set(here);
  }

  #yield(task: Task): number {
    task.wake();
    return BLOCKED;
  }

  #keep(): number {
    this.#top.set(this.#newest);
    this.#next.set(this.#here);
    return BLOCKED;
  }

  /** ROW: this change names the entry. DONE: the chain ends here. NEXT: #here is the change before it. BLOCKED. */
  #lookAt(treeId: number, key: KeyBuffer, task: Task): number {
    const pool = this.#pool;
    const mem = pool.memory;
    const here = this.#here;
    const base = pool.fix(here.page, PLockMode.shared, task);
    if (base < 0) return base;
    const undo = undoAt(mem, base, here.at, here.incarnation, here.slot, here.version);
    if (undo === NO_UNDO) return DONE;
    const named = this.#names(undo, treeId, key, task);
    if (named !== DONE) return named;
    here.toOlder(mem, undo);
    return NEXT;
  }

  /** ROW: the change lists the entry. DONE, BLOCKED. */
  #names(undo: number, treeId: number, key: KeyBuffer, task: Task): number {
    const {bytes} = this.#pool.memory;
    const entries = this.#entries;
    entries.open(undo, task);
    for (let next = entries.next(); next !== DONE; next = entries.next()) {
      if (next !== ROW) return BLOCKED;
      const {entry} = entries;
      if (entry.treeId !== treeId || entry.keyLength !== key.length) continue;
      let same = true;
      for (let i = 0; i < entry.keyLength && same; i++) same = bytes[entry.keyAt + i] === key.bytes[i];
      if (same) return ROW;
    }
    return DONE;
  }
}

/** Internal: go on at the change before. */
const NEXT = 2;
