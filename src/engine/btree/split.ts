// Splits pages of the B-link tree (design 10).
//
// A split is two mini-transactions, and a small third one. Between them the tree is correct but slower:
//
//        parent [ .. a ........ ]              parent [ .. a    m .. ]
//                    |                                     |    |
//        a: [1 2 | m ->]  m: [3 4 | oo ->]     a: [1 2 | m ->]  m: [3 4 | oo ->]
//        after the first                       after the second and third
//
//   1. The upper half moves to a fresh page m (its image is logged), a gets m as right link and high key, and the mark incompleteSplit.
//   2. m's downlink goes into the parent, unless it is there already.
//   3. a's mark is cleared.
//
// Who writes to a page that carries the mark does 2 and 3 first, on any node: both are idempotent. So a crash after 1 or 2, or a recall between
// them, leaves nothing to repair. Only one contended page is in each of them; m, the extent map and the frame of m are this node's own (S4).
//
// The root never moves and never carries the mark: when it is full, both halves go to fresh pages and the root becomes their parent, one level
// higher, in one mini-transaction.

import {assert} from '../../base/assert.ts';
import {Memory} from '../../format/memory.ts';
import {buildImage, buildRightImage} from '../../format/page/image.ts';
import {PageFlag, type PageType, SLOT_SIZE, PageType as Type} from '../../format/page/layout.ts';
import {
  copyHighKey,
  freeAfterCompaction,
  INFINITE,
  pageFlags,
  pageLevel,
  pageNo,
  pageRight,
  pageTreeId,
  pageType,
  prefixLength,
  slotCount,
} from '../../format/page/page.ts';
import {childPage, internalLength, recordAt} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {planSplit, SplitPlan} from '../../format/page/split.ts';
import {FIXED_REDO_MAX, formatMax, insertChildMax, pageRedoMax, splitLeftMax} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {KEY_BYTES_MAX, ROW, TOO_BIG, type TreeRef} from '../api.ts';
import type {MiniTransaction} from '../log/mini-transaction.ts';
import type {RedoLog} from '../log/redo-log.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {Extents} from '../space/extents.ts';
import {descend, Trail} from './descend.ts';
import {KeyBuffer} from './key-buffer.ts';
import {planGrowth} from './plan-growth.ts';

const NO_KEY = new Uint8Array(0);
/** Internal result of #prepare. */
const READY = 2;

export class Splitter {
  readonly #pool: PagePool;
  readonly #log: RedoLog;
  readonly #mtr: MiniTransaction;
  readonly #extents: Extents;
  readonly #plan = new SplitPlan();
  readonly #trail = new Trail();
  readonly #image: Memory;
  readonly #separators: KeyBuffer[] = [];
  /** Redo of a root split, the longest. */
  readonly #redoMax: number;
  /** Metrics. */
  splits = 0;

  constructor(pool: PagePool, log: RedoLog, mtr: MiniTransaction, extents: Extents) {
    this.#pool = pool;
    this.#log = log;
    this.#mtr = mtr;
    this.#extents = extents;
    this.#image = new Memory(new ArrayBuffer(pool.pageSize));
    const keyMax = Math.min(KEY_BYTES_MAX, pool.pageSize);
    this.#redoMax =
      2 * pageRedoMax(pool.pageSize) +
      2 * (Extents.redoMax + insertChildMax(keyMax)) +
      formatMax(0, 0) +
      FIXED_REDO_MAX;
  }

  /**
   * The page of `level` that covers the key, in X, for a writer: splits met on the way are finished first. BLOCKED, NO_SPACE.
   */
  find(tree: TreeRef, level: number, key: Uint8Array, keyLength: number, task: Task): number {
    const trail = this.#trail;
    for (;;) {
      trail.incomplete = 0;
      const base = descend(this.#pool, tree, level, key, keyLength, PLockMode.exclusive, task, trail);
      if (base < 0 || trail.incomplete === 0) return base;
      const left = this.#pool.fix(trail.incomplete, PLockMode.exclusive, task);
      if (left < 0) return left;
      if (!this.#isOf(left, tree) || !this.isIncomplete(left)) continue;
      const done = this.finish(tree, left, task);
      if (done !== ROW) return done;
    }
  }

  #isOf(base: number, tree: TreeRef): boolean {
    const mem = this.#pool.memory;
    return pageType(mem, base) !== Type.free && pageTreeId(mem, base) === tree.treeId;
  }

  /** True when a record of `length` bytes fits the page without a split. */
  fits(base: number, length: number): boolean {
    return freeAfterCompaction(this.#pool.memory, base) >= length + SLOT_SIZE;
  }

  /** True when the page's own split has not reached its parent. */
  isIncomplete(base: number): boolean {
    return (pageFlags(this.#pool.memory, base) & PageFlag.incompleteSplit) !== 0;
  }

  /**
   * Makes room for a new record with this key at `slot` of the page, which is held in X. ROW: the tree has changed, search again. BLOCKED, NO_SPACE; TOO_BIG
   * when no split can make room.
   */
  split(
    tree: TreeRef,
    base: number,
    slot: number,
    key: Uint8Array,
    keyLength: number,
    length: number,
    task: Task,
  ): number {
    const mem = this.#pool.memory;
    const ready = this.#prepare(tree, base, task);
    if (ready !== READY) return ready;
    const ascending = slot === slotCount(mem, base) && pageRight(mem, base) === 0;
    if (!planSplit(this.#plan, mem, base, this.#pool.pageSize, slot, key, keyLength, length, ascending)) return TOO_BIG;
    return this.#carryOut(tree, base, task);
  }

  /** The same for the record of `slot`, which gets longer by `grows` bytes. */
  splitToGrow(tree: TreeRef, base: number, slot: number, grows: number, task: Task): number {
    const ready = this.#prepare(tree, base, task);
    if (ready !== READY) return ready;
    if (!planGrowth(this.#plan, this.#pool.memory, base, this.#pool.pageSize, slot, grows)) return TOO_BIG;
    return this.#carryOut(tree, base, task);
  }

  /** READY when the page can be split now: fresh pages and log space are there. ROW when an earlier split of it has been finished instead. */
  #prepare(tree: TreeRef, base: number, task: Task): number {
    if (this.isIncomplete(base)) return this.finish(tree, base, task);
    const isRoot = pageNo(this.#pool.memory, base) === tree.rootPage;
    const pages = this.#extents.reserve(isRoot ? 2 : 1, task);
    if (pages !== ROW) return pages;
    const space = this.#log.reserve(this.#redoMax, task, false);
    return space === ROW ? READY : space;
  }

  #carryOut(tree: TreeRef, base: number, task: Task): number {
    this.splits++;
    if (pageNo(this.#pool.memory, base) !== tree.rootPage) {
      this.#splitPage(base);
      return this.finish(tree, base, task);
    }
    this.#splitRoot(base);
    return ROW;
  }

  /** Mini-transaction 1 of a split. */
  #splitPage(base: number): void {
    const plan = this.#plan;
    const mem = this.#pool.memory;
    const built = buildRightImage(
      this.#image,
      0,
      mem,
      base,
      this.#pool.pageSize,
      plan.slot,
      plan.separator,
      plan.separatorLength,
    );
    assert(built, () => `the right half of page ${pageNo(mem, base)} does not fit a page`);
    this.#mtr.begin();
    const right = this.#extents.take();
    const rightNo = this.#extents.page;
    this.#mtr.image(right, rightNo, this.#image, 0);
    this.#mtr.splitLeft(base, plan.slot, rightNo, plan.separator, plan.separatorLength);
    this.#mtr.commit();
  }

  /** Both halves to fresh pages, the root one level up. */
  #splitRoot(base: number): void {
    const plan = this.#plan;
    const mem = this.#pool.memory;
    const size = this.#pool.pageSize;
    const level = pageLevel(mem, base);
    const treeId = pageTreeId(mem, base);
    const rootNo = pageNo(mem, base);
    const count = slotCount(mem, base);
    this.#mtr.begin();
    const left = this.#extents.take();
    const leftNo = this.#extents.page;
    const right = this.#extents.take();
    const rightNo = this.#extents.page;
    this.#build(base, 0, plan.slot, NO_KEY, INFINITE, plan.separator, plan.separatorLength, size);
    this.#mtr.image(left, leftNo, this.#image, 0);
    this.#mtr.setLinks(left, 0, rightNo);
    this.#build(base, plan.slot, count, plan.separator, plan.separatorLength, NO_KEY, INFINITE, size);
    this.#mtr.image(right, rightNo, this.#image, 0);
    this.#mtr.format(base, rootNo, Type.internal as PageType, level + 1, treeId, 0, NO_KEY, INFINITE, NO_KEY, INFINITE);
    this.#mtr.insertChild(base, 0, NO_KEY, 0, leftNo);
    this.#mtr.insertChild(base, 1, plan.separator, plan.separatorLength, rightNo);
    this.#mtr.commit();
  }

  #build(
    base: number,
    from: number,
    to: number,
    low: Uint8Array,
    lowLength: number,
    high: Uint8Array,
    highLength: number,
    size: number,
  ): void {
    const built = buildImage(this.#image, 0, this.#pool.memory, base, size, from, to, low, lowLength, high, highLength);
    assert(built, () => 'half of a root does not fit a page');
  }

  /**
   * Mini-transactions 2 and 3 for a page that carries the mark, held in X. ROW: done or further along, search again; BLOCKED, NO_SPACE.
   */
  finish(tree: TreeRef, base: number, task: Task): number {
    const mem = this.#pool.memory;
    const level = pageLevel(mem, base);
    const left = pageNo(mem, base);
    const right = pageRight(mem, base);
    const separator = this.#separatorOf(level);
    separator.length = copyHighKey(mem, base, separator.bytes, 0);
    assert(
      separator.length !== INFINITE && right !== 0,
      () => `page ${left} is marked as split but has no right sibling`,
    );
    const linked = this.#insertDownlink(tree, level + 1, separator, right, task);
    if (linked !== ROW) return linked;
    return this.#clearMark(left, level, tree, right, task);
  }

  /** Puts the downlink into the parent; ROW only when it is there. */
  #insertDownlink(tree: TreeRef, level: number, separator: KeyBuffer, child: number, task: Task): number {
    const mem = this.#pool.memory;
    for (;;) {
      const parent = this.find(tree, level, separator.bytes, separator.length, task);
      if (parent < 0) return parent;
      if (this.isIncomplete(parent)) {
        const done = this.finish(tree, parent, task);
        if (done !== ROW) return done;
        continue;
      }
      const slot = findSlot(mem, parent, separator.bytes, separator.length);
      if (slot >= 0) {
        const found = childPage(mem, recordAt(mem, parent, slot));
        assert(found === child, () => `downlink of page ${child} leads to page ${found}`);
        return ROW;
      }
      const length = internalLength(prefixLength(mem, parent), separator.length);
      if (!this.fits(parent, length)) {
        const made = this.split(tree, parent, ~slot, separator.bytes, separator.length, length, task);
        if (made !== ROW) return made;
        continue;
      }
      const space = this.#log.reserve(insertChildMax(separator.length), task, false);
      if (space !== ROW) return space;
      this.#mtr.begin();
      this.#mtr.insertChild(parent, ~slot, separator.bytes, separator.length, child);
      this.#mtr.commit();
      return ROW;
    }
  }

  #clearMark(left: number, level: number, tree: TreeRef, right: number, task: Task): number {
    const mem = this.#pool.memory;
    const base = this.#pool.fix(left, PLockMode.exclusive, task);
    if (base < 0) return base;
    const same =
      pageType(mem, base) !== Type.free &&
      pageTreeId(mem, base) === tree.treeId &&
      pageLevel(mem, base) === level &&
      this.isIncomplete(base) &&
      pageRight(mem, base) === right;
    if (!same) return ROW;
    const space = this.#log.reserve(splitLeftMax(0), task, false);
    if (space !== ROW) return space;
    this.#mtr.begin();
    this.#mtr.setLinks(base, pageFlags(mem, base) & ~PageFlag.incompleteSplit, right);
    this.#mtr.commit();
    return ROW;
  }

  #separatorOf(level: number): KeyBuffer {
    while (this.#separators.length <= level) this.#separators.push(new KeyBuffer());
    return this.#separators[level];
  }
}
