// A look at some pages of a tree, spread evenly over it, level by level: how many rows there are, and how often neighbours differ. For the planner's
// statistics; cheap and approximate, and exact for a tree whose leaves are all looked at.
//
// Each dive goes down from the root to the leaf at one fraction of the tree. A dive that is BLOCKED begins again; pages that have been visited are not
// visited twice. A page that meanwhile belongs to something else ends its dive.

import {PageType, RecordFlag} from '../../format/page/layout.ts';
import {isTreeType, pageLevel, pageRight, pageTreeId, pageType, slotCount} from '../../format/page/page.ts';
import {childPage, copyKey, primaryKeyLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {PLockMode} from '../../fusion/api.ts';
import {type EntryVisitor, KEY_BYTES_MAX, type LevelSample, ROW, type TreeRef} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';

class Level implements LevelSample {
  readonly visited: Set<number> = new Set();
  /** Right neighbour of the page visited last. */
  right = 0;
  pages = 1;
  entries = 0;

  get seen(): number {
    return this.visited.size;
  }
}

export class TreeSample {
  readonly #pool: PagePool;
  readonly #tree: TreeRef;
  readonly #task: Task;
  readonly #dives: number;
  readonly #visitor: EntryVisitor;
  readonly #key = new Uint8Array(KEY_BYTES_MAX + 16);
  readonly #levels: Level[] = [];
  #dive = 0;

  /** `leaves`: how many of them to look at. */
  constructor(pool: PagePool, tree: TreeRef, task: Task, leaves: number, visitor: EntryVisitor) {
    this.#pool = pool;
    this.#tree = tree;
    this.#task = task;
    this.#dives = leaves;
    this.#visitor = visitor;
  }

  /** Leaf first; meaningful once the sample is taken. Empty: there is no such tree any more. */
  get levels(): readonly LevelSample[] {
    return this.#levels;
  }

  /** ROW: the sample is taken. BLOCKED. */
  poll(): number {
    for (; this.#dive < this.#dives; this.#dive++) {
      const result = this.#descend((this.#dive + 0.5) / this.#dives);
      if (result !== ROW) return result;
    }
    for (let level = this.#levels.length - 2; level >= 0; level--) {
      const above = this.#levels[level + 1];
      this.#levels[level].pages = above.seen === 0 ? 0 : Math.round((above.pages * above.entries) / above.seen);
    }
    return ROW;
  }

  #descend(fraction: number): number {
    const mem = this.#pool.memory;
    let page = this.#tree.rootPage;
    let expected = -1;
    for (let rest = fraction; ; ) {
      const base = this.#pool.fix(page, PLockMode.shared, this.#task);
      if (base < 0) return base;
      if (!isTreeType(pageType(mem, base)) || pageTreeId(mem, base) !== this.#tree.treeId) return ROW;
      const level = pageLevel(mem, base);
      if (expected >= 0 && level !== expected) return ROW;
      const count = slotCount(mem, base);
      this.#visit(base, page, level, count);
      if (level === 0 || count === 0) return ROW;
      const at = rest * count;
      const slot = Math.min(count - 1, Math.floor(at));
      rest = at - slot;
      page = childPage(mem, recordAt(mem, base, slot));
      expected = level - 1;
    }
  }

  #visit(base: number, page: number, level: number, count: number): void {
    while (this.#levels.length <= level) this.#levels.push(new Level());
    const own = this.#levels[level];
    if (own.visited.has(page)) return;
    const mem = this.#pool.memory;
    const isSecondary = pageType(mem, base) === PageType.secondaryLeaf;
    let follows = own.right === page;
    for (let slot = 0; slot < count; slot++) {
      const record = recordAt(mem, base, slot);
      if (level === 0 && (recordFlags(mem, record) & RecordFlag.deleted) !== 0) continue;
      const length = copyKey(mem, base, slot, this.#key, 0);
      const indexed = isSecondary ? length - primaryKeyLength(mem, record) : length;
      this.#visitor.entry(level, this.#key, length, indexed, follows);
      own.entries++;
      follows = true;
    }
    own.visited.add(page);
    own.right = pageRight(mem, base);
  }
}
