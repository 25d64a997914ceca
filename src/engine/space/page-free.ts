// Frees pages one at a time: undo pages, overflow pages, pages of dropped trees.
//
// Freeing may be done again after a crash, by another recoverer, when the page has long been given to somebody else. So the caller names the life of the page
// that he means, and a page in another life is left alone (identity rule):
//   undo      the incarnation that appends to it, which is its last writer
//   overflow  the number of its value and the incarnation that wrote it
//   tree      the id of the tree

import {PageType} from '../../format/page/layout.ts';
import {isTreeType, pageIncarnation, pageTreeId, pageType} from '../../format/page/page.ts';
import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {Extents} from './extents.ts';

export class PageFreer {
  readonly #core: EngineCore;

  constructor(core: EngineCore) {
    this.#core = core;
  }

  /** ROW when the page is free, or not this incarnation's undo page any more. BLOCKED, NO_SPACE. */
  freeUndo(pageNo: number, incarnation: number, task: Task): number {
    const base = this.#core.pool.fix(pageNo, PLockMode.exclusive, task);
    if (base < 0) return base;
    const mem = this.#core.pool.memory;
    if (pageType(mem, base) !== PageType.undo || pageIncarnation(mem, base) !== incarnation) return ROW;
    return this.#free(base, pageNo, task);
  }

  /** The same for a page of an overflow value. */
  freeOverflow(pageNo: number, value: number, incarnation: number, task: Task): number {
    const base = this.#core.pool.fix(pageNo, PLockMode.exclusive, task);
    if (base < 0) return base;
    return this.isOverflow(base, value, incarnation) ? this.#free(base, pageNo, task) : ROW;
  }

  /** True when the page at `base` belongs to this overflow value. */
  isOverflow(base: number, value: number, incarnation: number): boolean {
    const mem = this.#core.pool.memory;
    return (
      pageType(mem, base) === PageType.overflow &&
      pageTreeId(mem, base) === value &&
      pageIncarnation(mem, base) === incarnation
    );
  }

  /** The same for a page of a tree. */
  freeTree(pageNo: number, treeId: number, task: Task): number {
    const base = this.#core.pool.fix(pageNo, PLockMode.exclusive, task);
    if (base < 0) return base;
    const mem = this.#core.pool.memory;
    if (!isTreeType(pageType(mem, base)) || pageTreeId(mem, base) !== treeId) return ROW;
    return this.#free(base, pageNo, task);
  }

  #free(base: number, pageNo: number, task: Task): number {
    const {extents, log, mtr} = this.#core;
    const map = extents.reserveFree(pageNo, task);
    if (map !== ROW) return map;
    const space = log.reserve(FIXED_REDO_MAX + Extents.redoMax, task, true);
    if (space !== ROW) return space;
    mtr.begin();
    mtr.free(base);
    extents.giveBack(pageNo);
    mtr.commit();
    return ROW;
  }
}
