// The undo space of one primary: append-only pages, records of many transactions interleaved (design 10).
//
// A row change and its undo record are one mini-transaction, so room for the record is made before it begins: the page being filled is fixed in X, or
// a fresh page takes its place. When another node reads the page (an old version, a long snapshot), the lock goes to and fro; above a
// fill mark the page is sealed instead and a fresh one begun (G6).
//
// A page may be freed when no transaction with records in it can be needed any more: each transaction counts on each of its pages from its first
// record until it has been purged (or, having nothing to purge, until the horizon has passed its end, K14). An undo page is appended to by its incarnation
// alone, so (page, incarnation of its last writer) tells whether it still is the page meant: a page that an earlier recoverer has freed is left alone.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER, PAGE_TRAILER, PageType} from '../../format/page/layout.ts';
import {heapTop} from '../../format/page/page.ts';
import {FIXED_REDO_MAX, formatMax} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW, TOO_BIG} from '../api.ts';
import type {MiniTransaction} from '../log/mini-transaction.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {Extents} from '../space/extents.ts';
import type {Transaction} from './transaction.ts';

/** An undo page and the incarnation that wrote it. */
export interface UndoPage {
  readonly page: number;
  readonly incarnation: number;
}

export class UndoLog {
  readonly #pool: PagePool;
  readonly #log: RedoLog;
  readonly #mtr: MiniTransaction;
  readonly #extents: Extents;
  readonly #incarnation: number;
  /** Undo records are encoded here first. */
  readonly scratch: Memory;
  /** Page being filled, 0 = none. */
  #current = 0;
  #base = -1;
  /** Fill mark of the current page after the last append. */
  #filled = 0;
  /** By incarnation: undo pages and the transactions not purged yet that count on each. */
  readonly #users = new Map<number, Map<number, number>>();
  /** Pages that nobody needs: purge frees them. */
  readonly unneeded: UndoPage[] = [];
  /** Address of the last record appended. */
  page = 0;
  at = 0;
  /** Metrics. */
  seals = 0;

  constructor(pool: PagePool, log: RedoLog, mtr: MiniTransaction, extents: Extents, incarnation: number) {
    this.#pool = pool;
    this.#log = log;
    this.#mtr = mtr;
    this.#extents = extents;
    this.#incarnation = incarnation;
    this.scratch = new Memory(new ArrayBuffer(pool.pageSize * 2));
  }

  /** Longest undo record. */
  get recordMax(): number {
    return this.#pool.pageSize - PAGE_HEADER - PAGE_TRAILER;
  }

  /** Makes sure that a record of `length` bytes can be appended in the next mini-transaction. ROW, BLOCKED, NO_SPACE, TOO_BIG. */
  reserve(length: number, task: Task): number {
    if (length > this.recordMax) return TOO_BIG;
    if (this.#current !== 0) {
      const held = this.#pool.peek(this.#current, PLockMode.exclusive);
      if (held >= 0 && this.#fits(held, length)) {
        this.#base = held;
        return ROW;
      }
      if (held < 0) {
        const back = this.#takeBack(length, task);
        if (back !== 0) return back;
      }
    }
    return this.#newPage(length, task);
  }

  /** The page is with another node: wait for it, or seal it when it is half full (G6). 0: a fresh page is needed. */
  #takeBack(length: number, task: Task): number {
    if (this.#filled > this.#pool.pageSize / 2) {
      this.seals++;
      return 0;
    }
    const base = this.#pool.fix(this.#current, PLockMode.exclusive, task);
    if (base < 0) return base;
    if (!this.#fits(base, length)) return 0;
    this.#base = base;
    return ROW;
  }

  #fits(base: number, length: number): boolean {
    return heapTop(this.#pool.memory, base) + length <= this.#pool.pageSize - PAGE_TRAILER;
  }

  #newPage(length: number, task: Task): number {
    const pages = this.#extents.reserve(1, task);
    if (pages !== ROW) return pages;
    const space = this.#log.reserve(formatMax(0, 0) + Extents.redoMax + FIXED_REDO_MAX, task, true);
    if (space !== ROW) return space;
    this.#mtr.begin();
    this.#base = this.#extents.take();
    const old = this.#current;
    this.#current = this.#extents.page;
    this.#filled = PAGE_HEADER;
    this.#mtr.formatPlain(this.#base, this.#current, PageType.undo, 0);
    this.#mtr.commit();
    this.#count(this.#incarnation, this.#current, 0);
    if (old !== 0) this.#count(this.#incarnation, old, 0);
    assert(this.#fits(this.#base, length), () => `undo record of ${length} bytes does not fit an empty page`);
    return ROW;
  }

  /** Inside the mini-transaction of the change: appends the record that stands in `scratch`; its address is (`page`, `at`). */
  append(trx: Transaction, length: number): void {
    this.page = this.#current;
    this.at = heapTop(this.#pool.memory, this.#base);
    this.#mtr.undoAppend(this.#base, this.scratch, 0, length);
    this.#filled = this.at + length;
    trx.undoPage = this.page;
    trx.undoAt = this.at;
    const pages = trx.undoPages;
    if (pages.length > 0 && pages[pages.length - 1] === this.page) return;
    pages.push(this.page);
    this.#count(this.#incarnation, this.page, 1);
  }

  #count(incarnation: number, page: number, by: number): void {
    let users = this.#users.get(incarnation);
    if (users === undefined) {
      users = new Map();
      this.#users.set(incarnation, users);
    }
    const count = (users.get(page) ?? 0) + by;
    const isCurrent = page === this.#current && incarnation === this.#incarnation;
    if (count > 0 || isCurrent) {
      users.set(page, count);
      return;
    }
    users.delete(page);
    if (users.size === 0) this.#users.delete(incarnation);
    this.unneeded.push({page, incarnation});
  }

  /** Undo pages of a dead incarnation, which one entry of the history counts on: they are ours to free now (G1). */
  adopt(incarnation: number, undoPages: readonly number[]): void {
    for (const page of undoPages) this.#count(incarnation, page, 1);
  }

  /** The transaction needs its undo no more: pages that nobody needs become `unneeded`. */
  forget(incarnation: number, undoPages: readonly number[]): void {
    for (const page of undoPages) this.#count(incarnation, page, -1);
  }

  /** All undo pages that are this primary's to free, for checkpoints. */
  *pagesToFree(): Generator<UndoPage> {
    for (const [incarnation, users] of this.#users) for (const page of users.keys()) yield {page, incarnation};
    yield* this.unneeded;
  }

  /** Undo pages in use, for metrics. */
  get pages(): number {
    let pages = 0;
    for (const users of this.#users.values()) pages += users.size;
    return pages;
  }
}
