// The undo space of one primary: append-only pages, records of many transactions interleaved (design 10).
//
// A row change and its undo record are one mini-transaction, so room for the record is made before it begins: the page being filled is fixed in X, or
// a fresh page takes its place. When another node reads the page (an old version, a long snapshot), the lock goes to and fro; above a
// fill mark the page is sealed instead and a fresh one begun (G6).
//
// A page may be freed when no transaction with records in it can be needed any more: each transaction counts on each of its pages from its first
// record until it has been purged (or, having nothing to purge, until the horizon has passed its end, K14).

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER, PAGE_TRAILER, PageType} from '../../format/page/layout.ts';
import {heapTop} from '../../format/page/page.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW, TOO_BIG} from '../api.ts';
import type {MiniTransaction} from '../log/mini-transaction.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import type {Extents} from '../space/extents.ts';
import type {Transaction} from './transaction.ts';

export class UndoLog {
  readonly #pool: PagePool;
  readonly #log: RedoLog;
  readonly #mtr: MiniTransaction;
  readonly #extents: Extents;
  /** Undo records are encoded here first. */
  readonly scratch: Memory;
  /** Page being filled, 0 = none. */
  #current = 0;
  #base = -1;
  /** Transactions not purged yet, by undo page. */
  readonly #users = new Map<number, number>();
  /** Address of the last record appended. */
  page = 0;
  at = 0;
  /** Metrics. */
  seals = 0;

  constructor(pool: PagePool, log: RedoLog, mtr: MiniTransaction, extents: Extents) {
    this.#pool = pool;
    this.#log = log;
    this.#mtr = mtr;
    this.#extents = extents;
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

  /** The page is with another node: wait for it, or seal it when it is half full. 0: a fresh page is needed. */
  #takeBack(length: number, task: Task): number {
    const filled = this.#filled;
    if (filled > this.#pool.pageSize / 2) {
      this.seals++;
      return 0;
    }
    const base = this.#pool.fix(this.#current, PLockMode.exclusive, task);
    if (base < 0) return base;
    if (!this.#fits(base, length)) return 0;
    this.#base = base;
    return ROW;
  }

  #filled = 0;

  #fits(base: number, length: number): boolean {
    return heapTop(this.#pool.memory, base) + length <= this.#pool.pageSize - PAGE_TRAILER;
  }

  #newPage(length: number, task: Task): number {
    const pages = this.#extents.reserve(1, task);
    if (pages !== ROW) return pages;
    const space = this.#log.reserve(512, task, true);
    if (space !== ROW) return space;
    this.#mtr.begin();
    this.#base = this.#extents.take();
    const old = this.#current;
    this.#current = this.#extents.page;
    this.#mtr.formatPlain(this.#base, this.#current, PageType.undo, 0);
    this.#mtr.commit();
    if (old !== 0 && !this.#users.has(old)) this.#users.set(old, 0);
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
    this.#users.set(this.page, (this.#users.get(this.page) ?? 0) + 1);
  }

  /** Undo pages of a dead incarnation that an ended transaction of it still uses: they are ours to free now (G1). */
  adopt(undoPages: readonly number[]): void {
    for (const page of undoPages) this.#users.set(page, (this.#users.get(page) ?? 0) + 1);
  }

  /** The transaction needs its undo no more: pages that nobody needs go to `free`. */
  forget(undoPages: readonly number[], free: number[]): void {
    for (const page of undoPages) {
      const left = (this.#users.get(page) ?? 0) - 1;
      this.#users.set(page, left);
      if (left <= 0 && page !== this.#current) {
        this.#users.delete(page);
        free.push(page);
      }
    }
  }

  /** Undo pages in use, for metrics. */
  get pages(): number {
    return this.#users.size;
  }
}
