// Roots, ids and counters: small numbers that must never repeat, each change a logged mini-transaction of its own under the page's X lock, so it is in
// the stream before anything that uses it (K11, S17).

import {getU48, setU48} from '../../base/bytes.ts';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {pageType} from '../../format/page/page.ts';
import {bytesMax} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW} from '../api.ts';
import type {MiniTransaction} from '../log/mini-transaction.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import type {Extents} from './extents.ts';
import {COUNTER_AT, HeaderAt} from './space-layout.ts';

/** Ids taken from the space header at a time by one node. */
const ID_BATCH = 16;
const REDO_MAX = bytesMax(8);

export class Ids {
  readonly #pool: PagePool;
  readonly #log: RedoLog;
  readonly #mtr: MiniTransaction;
  readonly #extents: Extents;
  readonly #currentMode: PLockMode;
  readonly #scratch = new Memory(new ArrayBuffer(8));
  #nextId = 0;
  #idLimit = 0;
  /** Result of the last successful call. */
  value = 0;

  /** `currentMode`: in which the newest version of a page is seen. */
  constructor(pool: PagePool, log: RedoLog, mtr: MiniTransaction, extents: Extents, currentMode: PLockMode) {
    this.#pool = pool;
    this.#log = log;
    this.#mtr = mtr;
    this.#extents = extents;
    this.#currentMode = currentMode;
  }

  /** A tree or object id, never given before. ROW (`value`), BLOCKED, NO_SPACE. */
  take(task: Task): number {
    if (this.#nextId === this.#idLimit) {
      const header = this.#pool.fix(0, PLockMode.exclusive, task);
      if (header < 0) return header;
      const space = this.#log.reserve(REDO_MAX, task, true);
      if (space !== ROW) return space;
      const first = this.#pool.memory.view.getUint32(header + HeaderAt.ids, true);
      this.#scratch.view.setUint32(0, first + ID_BATCH, true);
      this.#mtr.begin();
      this.#mtr.bytes(header, HeaderAt.ids, this.#scratch, 0, 4);
      this.#mtr.commit();
      this.#nextId = first + 1;
      this.#idLimit = first + ID_BATCH + 1;
    }
    this.value = this.#nextId++;
    return ROW;
  }

  /** Fixed place `index` of the space header; 0 = nothing there. */
  readRoot(index: number, task: Task): number {
    const header = this.#pool.fix(0, this.#currentMode, task);
    if (header < 0) return header;
    this.value = this.#pool.memory.view.getUint32(header + HeaderAt.roots + index * 4, true);
    return ROW;
  }

  writeRoot(index: number, value: number, task: Task): number {
    const header = this.#pool.fix(0, PLockMode.exclusive, task);
    if (header < 0) return header;
    const space = this.#log.reserve(REDO_MAX, task, false);
    if (space !== ROW) return space;
    this.#scratch.view.setUint32(0, value, true);
    this.#mtr.begin();
    this.#mtr.bytes(header, HeaderAt.roots + index * 4, this.#scratch, 0, 4);
    this.#mtr.commit();
    return ROW;
  }

  /** A new counter page whose next value is `first`. ROW (`value` is the page), BLOCKED, NO_SPACE. */
  createCounter(first: number, task: Task): number {
    const pages = this.#extents.reserve(1, task);
    if (pages !== ROW) return pages;
    const space = this.#log.reserve(1024, task, false);
    if (space !== ROW) return space;
    this.#mtr.begin();
    const base = this.#extents.take();
    this.value = this.#extents.page;
    this.#mtr.formatPlain(base, this.value, PageType.counter, 0);
    this.#setCounter(base, first);
    this.#mtr.commit();
    return ROW;
  }

  /** Takes `count` consecutive values; the first is `value`. */
  takeCounter(page: number, count: number, task: Task): number {
    const base = this.#fixCounter(page, task);
    if (base < 0) return base;
    this.value = getU48(this.#pool.memory.view, base + COUNTER_AT);
    this.#mtr.begin();
    this.#setCounter(base, this.value + count);
    this.#mtr.commit();
    return ROW;
  }

  /** The value that would be taken next. ROW: it is in `value`. */
  readCounter(page: number, task: Task): number {
    const base = this.#pool.fix(page, PLockMode.shared, task);
    if (base < 0) return base;
    this.value = getU48(this.#pool.memory.view, base + COUNTER_AT);
    return ROW;
  }

  /** Makes the next value larger than `value`. */
  raiseCounter(page: number, value: number, task: Task): number {
    const seen = this.#pool.fix(page, PLockMode.shared, task);
    if (seen < 0) return seen;
    if (getU48(this.#pool.memory.view, seen + COUNTER_AT) > value) return ROW;
    const base = this.#fixCounter(page, task);
    if (base < 0) return base;
    this.#mtr.begin();
    this.#setCounter(base, value + 1);
    this.#mtr.commit();
    return ROW;
  }

  #fixCounter(page: number, task: Task): number {
    const base = this.#pool.fix(page, PLockMode.exclusive, task);
    if (base < 0) return base;
    const space = this.#log.reserve(REDO_MAX, task, false);
    return space === ROW ? base : space;
  }

  #setCounter(base: number, value: number): void {
    setU48(this.#scratch.view, 0, value);
    this.#mtr.bytes(base, COUNTER_AT, this.#scratch, 0, 6);
  }

  /** True when the page is a counter: for checkers. */
  isCounter(base: number): boolean {
    return pageType(this.#pool.memory, base) === PageType.counter;
  }
}
