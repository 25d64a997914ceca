// Takes and gives back pages (K11). See space-layout.ts for what is on disk.
//
// `reserve(n)` makes sure that n pages can be taken in the mini-transaction that follows, by fixing a map page in X with n free bytes and the fresh
// frames themselves; it BLOCKs there, before anything changed (S14). `take` is called inside the mini-transaction.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {pageType} from '../../format/page/page.ts';
import {pageRedoMax} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW} from '../api.ts';
import type {MiniTransaction} from '../log/mini-transaction.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {EXTENT_PAGES, extentOf, HeaderAt, MAP_AT, mapPage} from './space-layout.ts';

const USED = 1;
/** Foreign extents looked at for free pages before the volume is extended. */
const PROBES = 4;
/** Pages that one reservation may ask for. */
export const RESERVE_MAX = 8;

export class Extents {
  readonly #pool: PagePool;
  readonly #log: RedoLog;
  readonly #mtr: MiniTransaction;
  readonly #byte = new Memory(new ArrayBuffer(8));
  /** Extents that this node takes pages from, best last. */
  readonly #own: number[] = [];
  readonly #isOwn = new Set<number>();
  /** Next foreign extent to probe. */
  #probe: number;
  #map = -1;
  #extent = 0;
  readonly #pages = new Uint32Array(RESERVE_MAX);
  readonly #bases = new Int32Array(RESERVE_MAX);
  #reserved = 0;
  #taken = 0;

  /** `node` spreads the probing of several nodes over the volume. */
  constructor(pool: PagePool, log: RedoLog, mtr: MiniTransaction, node: number) {
    this.#pool = pool;
    this.#log = log;
    this.#mtr = mtr;
    this.#probe = node * 7;
  }

  /** ROW when `count` pages can be taken; BLOCKED or NO_SPACE. Valid until the poll ends. */
  reserve(count: number, task: Task): number {
    assert(count <= RESERVE_MAX, () => `${count} pages are more than one reservation gives`);
    this.#taken = 0;
    for (;;) {
      if (this.#own.length === 0) {
        const found = this.#findExtent(task);
        if (found !== ROW) return found;
      }
      this.#extent = this.#own[this.#own.length - 1];
      this.#map = this.#pool.fix(mapPage(this.#extent), PLockMode.exclusive, task);
      if (this.#map < 0) return this.#map;
      assert(this.#isMap(), () => `extent ${this.#extent} has no map`);
      this.#pick(count);
      if (this.#reserved === count) break;
      this.#own.pop();
      this.#isOwn.delete(this.#extent);
    }
    for (let i = 0; i < count; i++) {
      const base = this.#pool.fixFresh(this.#pages[i], task);
      if (base < 0) return base;
      this.#bases[i] = base;
    }
    return ROW;
  }

  /** Inside a mini-transaction: marks the next reserved page as used. Its number is `page`; answers its offset in the pool. The caller formats it. */
  take(): number {
    assert(this.#taken < this.#reserved, () => 'no page was reserved');
    const i = this.#taken++;
    this.page = this.#pages[i];
    this.#setByte(this.#map, this.page - this.#extent * EXTENT_PAGES, USED);
    return this.#bases[i];
  }

  /** Number of the page last taken. */
  page = 0;

  /** Redo bound of one `take` or `giveBack`. */
  static readonly redoMax = 64;

  /** Fixes what freeing `pageNo` needs. ROW or BLOCKED; then call `giveBack` inside a mini-transaction, after the page's own `free`. */
  reserveFree(pageNo: number, task: Task): number {
    this.#extent = extentOf(pageNo);
    this.#map = this.#pool.fix(mapPage(this.#extent), PLockMode.exclusive, task);
    return this.#map < 0 ? this.#map : ROW;
  }

  giveBack(pageNo: number): void {
    const index = pageNo - this.#extent * EXTENT_PAGES;
    assert(this.#pool.memory.bytes[this.#map + MAP_AT + index] === USED, () => `page ${pageNo} is freed twice`);
    this.#setByte(this.#map, index, 0);
    this.#adopt(this.#extent, false);
  }

  /** From now on this node takes pages from the extent; `first` before others. */
  #adopt(extent: number, first: boolean): void {
    if (this.#isOwn.has(extent)) return;
    this.#isOwn.add(extent);
    if (first) this.#own.push(extent);
    else this.#own.unshift(extent);
  }

  /** Takes over the extents of a dead incarnation (K11). */
  adopt(extents: readonly number[]): void {
    for (const extent of extents) this.#adopt(extent, false);
  }

  /** Extents that this node takes pages from: for checkpoints. */
  get own(): readonly number[] {
    return this.#own;
  }

  #setByte(map: number, index: number, value: number): void {
    this.#byte.bytes[0] = value;
    this.#mtr.bytes(map, MAP_AT + index, this.#byte, 0, 1);
  }

  #pick(count: number): void {
    const bytes = this.#pool.memory.bytes;
    this.#reserved = 0;
    for (let i = 0; i < EXTENT_PAGES && this.#reserved < count; i++) {
      if (bytes[this.#map + MAP_AT + i] === 0) this.#pages[this.#reserved++] = this.#extent * EXTENT_PAGES + i;
    }
  }

  /** Adopts an extent with free pages, or hands out a new one. */
  #findExtent(task: Task): number {
    const header = this.#pool.fix(0, PLockMode.exclusive, task);
    if (header < 0) return header;
    const extents = this.#pool.memory.view.getUint32(header + HeaderAt.extents, true);
    for (let i = 0; i < PROBES && i < extents; i++) {
      const extent = this.#probe % extents;
      const map = this.#pool.peek(mapPage(extent), PLockMode.shared);
      this.#probe++;
      if (map >= 0 && this.#freeIn(map) > EXTENT_PAGES / 4) {
        this.#adopt(extent, true);
        return ROW;
      }
    }
    return this.#newExtent(header, extents, task);
  }

  #freeIn(map: number): number {
    let free = 0;
    for (let i = 0; i < EXTENT_PAGES; i++) if (this.#pool.memory.bytes[map + MAP_AT + i] === 0) free++;
    return free;
  }

  /** A mini-transaction of its own: the counter on the space header and the formatted map. */
  #newExtent(header: number, extent: number, task: Task): number {
    const pageNo = mapPage(extent);
    const map = this.#pool.fixFresh(pageNo, task);
    if (map < 0) return map;
    const space = this.#log.reserve(pageRedoMax(this.#pool.pageSize), task, true);
    if (space !== ROW) return space;
    this.#mtr.begin();
    this.#byte.view.setUint32(0, extent + 1, true);
    this.#mtr.bytes(header, HeaderAt.extents, this.#byte, 0, 4);
    this.formatMap(map, extent);
    this.#mtr.commit();
    this.#adopt(extent, true);
    return ROW;
  }

  /** Inside a mini-transaction: formats an extent's map with the pages that are always used. */
  formatMap(map: number, extent: number): void {
    const pageNo = mapPage(extent);
    this.#mtr.formatPlain(map, pageNo, PageType.extentMap, 0);
    this.#setByte(map, pageNo - extent * EXTENT_PAGES, USED);
    if (extent === 0) this.#setByte(map, 0, USED);
  }

  #isMap(): boolean {
    return pageType(this.#pool.memory, this.#map) === PageType.extentMap;
  }
}
