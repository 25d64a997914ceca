// Frees the pages of a tree: rollback of CREATE, purge of DROP.
//
// First the root is marked half-dead: from now on nobody goes down there (`treeExists`). Then the tree's page numbers are collected from the root down; then they are freed level by level from the leaves up, right to left, the root last.
// So after a crash in the middle everything that is left is still reachable from the root, and the job is simply done again: pages that do
// not belong to the tree any more are passed over. Nobody else can be in the tree: it is dropped for every view (K19).

import type {Memory} from '../../format/memory.ts';
import {PageFlag} from '../../format/page/layout.ts';
import {isTreeType, pageFlags, pageLevel, pageRight, pageTreeId, pageType, slotCount} from '../../format/page/page.ts';
import {childPage, recordAt} from '../../format/page/records.ts';
import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {DONE, ROW, type TreeRef} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {PageFreer} from './page-free.ts';

function isOpenRoot(mem: Memory, base: number, tree: TreeRef): boolean {
  const isRoot = isTreeType(pageType(mem, base)) && pageTreeId(mem, base) === tree.treeId;
  return isRoot && (pageFlags(mem, base) & PageFlag.halfDead) === 0;
}

/**
 * ROW: the tree is there, and stays until the poll ends. DONE: its pages are being freed or have been. BLOCKED. For those who come by an undo record: a transaction
 * may be purged here after another primary has purged the drop of its table.
 */
export function treeExists(pool: PagePool, tree: TreeRef, task: Task): number {
  const base = pool.fix(tree.rootPage, PLockMode.shared, task);
  if (base < 0) return base;
  return isOpenRoot(pool.memory, base, tree) ? ROW : DONE;
}

export class TreeDrop {
  readonly #core: EngineCore;
  readonly #freer: PageFreer;
  #treeId = 0;
  /** Pages found, parents before children, left before right. */
  #pages: number[] = [];
  #seen = new Set<number>();
  #expanded = 0;

  constructor(core: EngineCore) {
    this.#core = core;
    this.#freer = new PageFreer(core);
  }

  /** ROW when all pages of the tree are free; BLOCKED or NO_SPACE: call again with the same tree. */
  poll(tree: TreeRef, task: Task): number {
    if (this.#treeId !== tree.treeId) {
      const closed = this.#close(tree, task);
      if (closed !== ROW) return closed;
      this.#begin(tree);
    }
    while (this.#expanded < this.#pages.length) {
      const result = this.#expand(this.#pages[this.#expanded], task);
      if (result !== ROW) return result;
      this.#expanded++;
    }
    while (this.#pages.length > 0) {
      const page = this.#pages[this.#pages.length - 1];
      const result = this.#freer.freeTree(page, tree.treeId, task);
      if (result !== ROW) return result;
      this.#pages.pop();
      this.#expanded--;
    }
    this.#treeId = 0;
    this.#seen.clear();
    return ROW;
  }

  #close(tree: TreeRef, task: Task): number {
    const {pool, log, mtr} = this.#core;
    const mem = pool.memory;
    const base = pool.fix(tree.rootPage, PLockMode.exclusive, task);
    if (base < 0) return base;
    if (!isOpenRoot(mem, base, tree)) return ROW;
    const space = log.reserve(FIXED_REDO_MAX, task, true);
    if (space !== ROW) return space;
    mtr.begin();
    mtr.setLinks(base, pageFlags(mem, base) | PageFlag.halfDead, 0);
    mtr.commit();
    return ROW;
  }

  #begin(tree: TreeRef): void {
    this.#treeId = tree.treeId;
    this.#seen = new Set([tree.rootPage]);
    this.#pages = [tree.rootPage];
    this.#expanded = 0;
  }

  /** Adds the page's children and right sibling. */
  #expand(pageNo: number, task: Task): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const base = pool.fix(pageNo, PLockMode.shared, task);
    if (base < 0) return base;
    if (!isTreeType(pageType(mem, base)) || pageTreeId(mem, base) !== this.#treeId) return ROW;
    if (pageRight(mem, base) !== 0) this.#add(pageRight(mem, base));
    if (pageLevel(mem, base) === 0) return ROW;
    const count = slotCount(mem, base);
    for (let slot = 0; slot < count; slot++) this.#add(childPage(mem, recordAt(mem, base, slot)));
    return ROW;
  }

  #add(pageNo: number): void {
    if (this.#seen.has(pageNo)) return;
    this.#seen.add(pageNo);
    this.#pages.push(pageNo);
  }
}
