// Where has the space gone? Compares the extent maps with everything that can be reached: a page that is marked as used must be reachable from a tree, a
// long value, a counter or the undo of a living primary; what is reachable must be marked. For a cluster at rest, whose purge has caught up.

import type {TableHandle} from '../engine/api.ts';
import {EXTENT_PAGES, extentOf, HeaderAt, MAP_AT, mapPage} from '../engine/space/space-layout.ts';
import {Memory} from '../format/memory.ts';
import {isTreeType, pageLevel, pageRight, pageTreeId, pageType, slotCount} from '../format/page/page.ts';
import {childPage, recordAt} from '../format/page/records.ts';
import {PAGE_FOUND} from '../storage/api.ts';
import type {SimWorld} from './world.ts';

/** Faults, in words. */
export function checkSpace(
  world: SimWorld,
  tables: readonly TableHandle[],
  overflowPages: readonly number[],
  counterPages: readonly number[],
): string[] {
  const walk = new SpaceWalk(world);
  for (const table of tables) {
    walk.tree(table.clustered.rootPage, table.clustered.treeId);
    for (const index of table.secondaries) walk.tree(index.tree.rootPage, index.tree.treeId);
  }
  for (const page of overflowPages) walk.chain(page);
  for (const page of counterPages) walk.reach(page, 'counter');
  for (const primary of world.alive()) {
    for (const {page} of primary.engine.core.undo.pagesToFree()) walk.reach(page, `undo of node ${primary.node}`);
  }
  return walk.compare();
}

class SpaceWalk {
  readonly #world: SimWorld;
  readonly #page: Memory;
  readonly #reached = new Map<number, string>();
  readonly #faults: string[] = [];

  constructor(world: SimWorld) {
    this.#world = world;
    this.#page = new Memory(new ArrayBuffer(world.options.pageSize));
  }

  #read(pageNo: number): Memory | undefined {
    return this.#world.volume.readPage(pageNo, this.#page, 0) === PAGE_FOUND ? this.#page : undefined;
  }

  /** False when the page has been reached before. */
  reach(pageNo: number, what: string): boolean {
    const before = this.#reached.get(pageNo);
    if (before !== undefined) return false;
    this.#reached.set(pageNo, what);
    return true;
  }

  tree(rootPage: number, treeId: number): void {
    const todo = [rootPage];
    for (let pageNo = todo.pop(); pageNo !== undefined; pageNo = todo.pop()) {
      const page = this.#read(pageNo);
      if (page === undefined || !isTreeType(pageType(page, 0)) || pageTreeId(page, 0) !== treeId) {
        this.#faults.push(`page ${pageNo} is linked in tree ${treeId}, but does not belong to it`);
        continue;
      }
      if (!this.reach(pageNo, `tree ${treeId}`)) continue;
      if (pageRight(page, 0) !== 0) todo.push(pageRight(page, 0));
      if (pageLevel(page, 0) === 0) continue;
      for (let slot = 0; slot < slotCount(page, 0); slot++) todo.push(childPage(page, recordAt(page, 0, slot)));
    }
  }

  chain(firstPage: number): void {
    for (let pageNo = firstPage; pageNo !== 0; ) {
      const page = this.#read(pageNo);
      if (page === undefined) {
        this.#faults.push(`overflow page ${pageNo} is not there`);
        return;
      }
      if (!this.reach(pageNo, 'overflow')) this.#faults.push(`overflow page ${pageNo} is reached twice`);
      pageNo = pageRight(page, 0);
    }
  }

  compare(): string[] {
    const header = this.#read(0);
    const extents = header === undefined ? 0 : header.view.getUint32(HeaderAt.extents, true);
    for (let extent = 0; extent < extents; extent++) this.#compareExtent(extent);
    for (const [pageNo, what] of this.#reached) {
      if (extentOf(pageNo) >= extents) this.#faults.push(`page ${pageNo} of ${what} lies outside the volume`);
    }
    return this.#faults;
  }

  #compareExtent(extent: number): void {
    const map = this.#read(mapPage(extent));
    if (map === undefined) {
      this.#faults.push(`extent ${extent} has no map`);
      return;
    }
    for (let i = 0; i < EXTENT_PAGES; i++) {
      const pageNo = extent * EXTENT_PAGES + i;
      if (pageNo === 0 || pageNo === mapPage(extent)) continue;
      const isUsed = map.bytes[MAP_AT + i] !== 0;
      const reached = this.#reached.get(pageNo);
      if (isUsed && reached === undefined) this.#faults.push(`page ${pageNo} is used, but nothing leads to it`);
      if (!isUsed && reached !== undefined) this.#faults.push(`page ${pageNo} of ${reached} is marked as free`);
    }
  }
}
