// Long values in chains of overflow pages (design 10).
//
// A value is written from its end to its beginning, one page per mini-transaction, each page linked to the one behind it; the row that names the first
// page is written after. Every page is first named by an undo record of the transaction, so a rollback frees what was written (S14).

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER, PAGE_TRAILER, PageType} from '../../format/page/layout.ts';
import {pageRight, pageType} from '../../format/page/page.ts';
import {bytesMax, formatMax} from '../../format/redo/bounds.ts';
import {writeUndoPages} from '../../format/undo/encode.ts';
import {UNDO_HEADER, UndoType} from '../../format/undo/layout.ts';
import {PLockMode} from '../../fusion/api.ts';
import {BLOCKED, ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import {Extents} from '../space/extents.ts';
import type {Session} from './session.ts';
import {TreeMaker} from './tree-maker.ts';

export class OverflowValues {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #chunk: Memory;
  readonly #drops: TreeMaker;
  readonly #pageBytes: number;
  /** Bytes of the value under way that are not written yet; -1 = none under way. */
  #left = -1;
  /** First page of the last value written. */
  firstPage = 0;
  #readFirst = 0;
  #readPage = 0;
  #readDone = 0;

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
    this.#pageBytes = core.pool.pageSize - PAGE_HEADER - PAGE_TRAILER;
    this.#chunk = new Memory(new ArrayBuffer(core.pool.pageSize));
    this.#drops = new TreeMaker(core, session);
  }

  write(bytes: Uint8Array, at: number, length: number): number {
    if (this.#left < 0) {
      this.#left = length;
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
    const again = session.locker.reserve(UNDO_HEADER + 4, redo);
    if (again !== ROW) return again;
    this.#chunk.bytes.set(bytes.subarray(at, at + length));
    mtr.begin();
    const base = extents.take();
    session.locker.prepareUndo(NO_TABLE);
    undo.append(session.trx, writeUndoPages(undo.scratch, 0, session.locker.head, [extents.page]));
    mtr.formatPlain(base, extents.page, PageType.overflow, this.firstPage);
    mtr.bytes(base, PAGE_HEADER, this.#chunk, 0, length);
    mtr.commit();
    session.trx.mustForce = true;
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

  /** Purge will free the chain. */
  drop(firstPage: number): number {
    return this.#drops.noteDrop(UndoType.dropPages, {treeId: 0, rootPage: firstPage});
  }
}

const NO_TABLE = {
  tableId: 0,
  clustered: {treeId: 0, rootPage: 0},
  primaryKey: {extract: () => -1, hasNull: false},
  secondaries: [],
};
