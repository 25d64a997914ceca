// Long values in chains of overflow pages (design 10).
//
// A value is written from its end to its beginning, one page per mini-transaction, each page linked to the one behind it; the row that names the first
// page is written after. Every page is named by an undo record of the transaction in its own mini-transaction, so after a rollback purge frees what was written
// (S14, K14: not before the horizon has passed). A page is never changed once it is written; it carries the number of its value, which with the
// incarnation that wrote it tells this value's pages from those of any other, now and in another life of the page.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER, PAGE_TRAILER, PageType} from '../../format/page/layout.ts';
import {INFINITE, pageIncarnation, pageRight, pageTreeId, pageType} from '../../format/page/page.ts';
import {bytesMax, formatMax} from '../../format/redo/bounds.ts';
import {writeUndoPages} from '../../format/undo/encode.ts';
import {UNDO_HEADER, UndoType} from '../../format/undo/layout.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Extents} from '../space/extents.ts';
import type {Session} from './session.ts';
import type {TreeMaker} from './tree-maker.ts';

const NO_KEY = new Uint8Array(0);

export class OverflowValues {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #trees: TreeMaker;
  /** A page's worth of a value, made for the first long value. */
  #chunk: Memory | undefined;
  readonly #pageBytes: number;
  /** Bytes of the value under way that are not written yet; -1 = none under way. */
  #left = -1;
  /** Number of the value under way. */
  #value = 0;
  /** First page of the last value written. */
  firstPage = 0;
  #readFirst = 0;
  #readPage = 0;
  #readDone = 0;

  constructor(core: EngineCore, session: Session, trees: TreeMaker) {
    this.#core = core;
    this.#session = session;
    this.#trees = trees;
    this.#pageBytes = core.pool.pageSize - PAGE_HEADER - PAGE_TRAILER;
  }

  write(bytes: Uint8Array, at: number, length: number): number {
    if (this.#left < 0) {
      this.#left = length;
      this.#value = this.#core.nextOverflowValue();
      this.firstPage = 0;
    }
    while (this.#left > 0) {
      const start = Math.floor((this.#left - 1) / this.#pageBytes) * this.#pageBytes;
      const result = this.#writePage(bytes, at + start, this.#left - start);
      if (result === BLOCKED) return result;
      if (result !== ROW) {
        this.#left = -1;
        return result;
      }
      this.#left = start;
    }
    this.#left = -1;
    return ROW;
  }

  /** Forgets what is under way: the statement is given up. */
  abandon(): void {
    this.#left = -1;
    this.#readFirst = 0;
  }

  #writePage(bytes: Uint8Array, at: number, length: number): number {
    const {extents, mtr, undo} = this.#core;
    const session = this.#session;
    session.locker.write();
    const began = session.beginWrite();
    if (began !== ROW) return began;
    const redo = formatMax(0, 0) + Extents.redoMax + bytesMax(this.#pageBytes);
    const room = session.locker.reserve(UNDO_HEADER + 4, redo);
    if (room !== ROW) return room;
    const pages = extents.reserve(1, session.task);
    if (pages !== ROW) return pages;
    // Taking a new extent may have used log space; the undo page is held and has room since the first call.
    const again = session.locker.reserve(UNDO_HEADER + 4, redo);
    if (again !== ROW) return again;
    this.#chunk ??= new Memory(new ArrayBuffer(this.#core.pool.pageSize));
    this.#chunk.bytes.set(bytes.subarray(at, at + length));
    mtr.begin();
    const base = extents.take();
    session.locker.prepareUndoOf(this.#value, 0, 0);
    undo.append(session.trx, writeUndoPages(undo.scratch, 0, session.locker.head, [extents.page]));
    mtr.format(
      base,
      extents.page,
      PageType.overflow,
      0,
      this.#value,
      this.firstPage,
      NO_KEY,
      INFINITE,
      NO_KEY,
      INFINITE,
    );
    mtr.bytes(base, PAGE_HEADER, this.#chunk, 0, length);
    mtr.commit();
    session.trx.mustForce = true;
    session.trx.needsPurge = true;
    this.firstPage = extents.page;
    return ROW;
  }

  read(firstPage: number, length: number, target: Uint8Array, at: number): number {
    if (this.#readFirst !== firstPage) {
      this.#readFirst = firstPage;
      this.#readPage = firstPage;
      this.#readDone = 0;
    }
    const {pool} = this.#core;
    const mem = pool.memory;
    while (this.#readDone < length) {
      const base = pool.fix(this.#readPage, PLockMode.shared, this.#session.task);
      if (base < 0) return base;
      assert(pageType(mem, base) === PageType.overflow, () => `page ${this.#readPage} is no overflow page`);
      const count = Math.min(this.#pageBytes, length - this.#readDone);
      target.set(mem.bytes.subarray(base + PAGE_HEADER, base + PAGE_HEADER + count), at + this.#readDone);
      this.#readDone += count;
      this.#readPage = pageRight(mem, base);
    }
    this.#readFirst = 0;
    return ROW;
  }

  /** Purge will free the chain, once the transaction has committed and no view can need it. */
  drop(firstPage: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const base = pool.fix(firstPage, PLockMode.shared, this.#session.task);
    if (base < 0) return base;
    assert(pageType(mem, base) === PageType.overflow, () => `page ${firstPage} is no overflow page`);
    return this.#trees.noteDrop(UndoType.dropPages, pageTreeId(mem, base), firstPage, pageIncarnation(mem, base));
  }
}
