// Walks all records of a tree's leaves in key order, and checks the structure of each leaf on the way.
//
// Between two polls the page may have been split, given away or changed: the walk remembers the key of the record it stopped at and searches it again (S13).

import {checkPage} from '../../format/page/check.ts';
import {copyHighKey, INFINITE, pageLevel, pageNo, pageRight, pageTreeId, slotCount} from '../../format/page/page.ts';
import {copyKey} from '../../format/page/records.ts';
import {PLockMode} from '../../fusion/api.ts';
import {DONE, KEY_BYTES_MAX, ROW, type TreeRef} from '../api.ts';
import {descend, lowerSlot} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';

/** Looks at one record; ROW: go on, anything else: poll again with the same record. */
export type VisitRecord = (base: number, slot: number) => number;

export class LeafWalk {
  readonly #core: EngineCore;
  readonly #task: Task;
  readonly #report: (text: string) => void;
  /** First key not looked at yet. */
  readonly #from = new KeyBuffer();
  readonly #high = new Uint8Array(KEY_BYTES_MAX + 16);
  #tree: TreeRef = {treeId: 0, rootPage: 0};
  /** The walk stopped inside a leaf, whose structure has been looked at. */
  #inLeaf = false;

  constructor(core: EngineCore, task: Task, report: (text: string) => void) {
    this.#core = core;
    this.#task = task;
    this.#report = report;
  }

  /** Begins with the first leaf of a tree. */
  start(tree: TreeRef): void {
    this.#tree = tree;
    this.#from.length = 0;
    this.#inLeaf = false;
  }

  /** Visits what is left of the leaf that holds the first key not looked at. ROW: there are more leaves; DONE: it was the last one. */
  leaf(visit: VisitRecord): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const from = this.#from;
    const base = descend(pool, this.#tree, 0, from.bytes, from.length, PLockMode.shared, this.#task);
    if (base < 0) return base;
    if (!this.#inLeaf) this.#structure(base);
    const count = slotCount(mem, base);
    for (let slot = lowerSlot(mem, base, from.bytes, from.length, true); slot < count; slot++) {
      const result = visit(base, slot);
      if (result === ROW) continue;
      from.length = copyKey(mem, base, slot, from.bytes, 0);
      this.#inLeaf = true;
      return result;
    }
    this.#inLeaf = false;
    return this.#advance(base);
  }

  #structure(base: number): void {
    const {pool} = this.#core;
    const mem = pool.memory;
    for (const fault of checkPage(mem, base, pool.pageSize)) this.#report(`page ${pageNo(mem, base)}: ${fault}`);
    if (pageTreeId(mem, base) !== this.#tree.treeId || pageLevel(mem, base) !== 0)
      this.#report(`page ${pageNo(mem, base)} is not a leaf of tree ${this.#tree.treeId}`);
  }

  #advance(base: number): number {
    const mem = this.#core.pool.memory;
    const length = copyHighKey(mem, base, this.#high, 0);
    if (length === INFINITE) return DONE;
    if (pageRight(mem, base) === 0)
      this.#report(`page ${pageNo(mem, base)} ends below infinity but has no right sibling`);
    this.#from.set(this.#high, 0, length);
    return ROW;
  }
}
