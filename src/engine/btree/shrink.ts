// Takes empty pages out of the B-link tree (S5), so that a table that is filled at one end and emptied at the other does not grow for ever.
//
// An empty leaf E goes in one mini-transaction, which needs its parent P, its neighbours L and R and the extent map; pages are acquired in order when they are
// contended (S4). E's range falls to R, whose low key moves down.
//
//        P [ .. e  r .. ]                      P [ .. e .. ]            e, the key of E's entry, leads to R now
//             / |  |                                / |
//           L -> E -> R             ==>           L -> R                E is free
//
// Who is on the way from L or P to E meanwhile lands on a free page, or on one of another tree, level or range, and starts again (S5).
//
// The last child of P, but not its only one, stays: R hangs under another parent. The only child takes P with it: P loses its entry and is *half-dead*, its right
// neighbour takes over P's range in the same mini-transaction. A half-dead page is passed over to the right by every search; it is taken out of its own
// parent by the next step, one level up, in the same way (its range has been given away already). A crash between the two leaves a half-dead page, which costs a
// step to the right, until a page beside it goes: whoever shrinks there finds it first and finishes it.
//
// Left out: the rightmost page of a level stays, and the root never gets lower. Work that was noted and not done is lost in a crash: the leaf stays, empty.

import {Memory} from '../../format/memory.ts';
import {buildImage} from '../../format/page/image.ts';
import {PageFlag} from '../../format/page/layout.ts';
import {
  copyHighKey,
  copyLowKey,
  freeAfterCompaction,
  INFINITE,
  isTreeType,
  pageFlags,
  pageLevel,
  pageMaxStart,
  pageNo,
  pageRight,
  pageTreeId,
  pageType,
  prefixLength,
  raiseMaxStart,
  slotCount,
} from '../../format/page/page.ts';
import {childPage, internalLength, recordAt, recordLength} from '../../format/page/records.ts';
import {findChildSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, insertChildMax, pageRedoMax} from '../../format/redo/bounds.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW, type TreeRef} from '../api.ts';
import type {EngineCore} from '../core.ts';
import type {Task} from '../schedule/task.ts';
import {Extents} from '../space/extents.ts';
import {descend, descendBefore} from './descend.ts';
import {KeyBuffer} from './key-buffer.ts';

/** Notes kept; more are forgotten, and their leaves stay. */
const NOTES_MAX = 1024;
/** Internal: there may be more to do at this place. */
const AGAIN = 2;

/** A page of `level` whose range holds the key may be empty. */
interface Note {
  readonly tree: TreeRef;
  readonly level: number;
  readonly key: Uint8Array;
}

export class Shrinker {
  readonly #core: EngineCore;
  readonly #notes: Note[] = [];
  readonly #low = new KeyBuffer();
  readonly #high = new KeyBuffer();
  readonly #parentLow = new KeyBuffer();
  readonly #image: Memory;
  readonly #parentImage: Memory;
  #lowLength = 0;
  #parentLowLength = 0;
  // Offsets in the pool of the pages of one step, valid while a poll lasts; -1 = not needed.
  #parent = -1;
  #slot = 0;
  #page = -1;
  #left = -1;
  #right = -1;
  #parentRight = -1;
  /** Metrics. */
  pages = 0;

  constructor(core: EngineCore) {
    this.#core = core;
    this.#image = new Memory(new ArrayBuffer(core.pool.pageSize));
    this.#parentImage = new Memory(new ArrayBuffer(core.pool.pageSize));
  }

  /** The leaf that holds this key has become empty: worth a look. */
  note(tree: TreeRef, key: KeyBuffer): void {
    this.#note(tree, 0, key.bytes, key.length);
  }

  #note(tree: TreeRef, level: number, key: Uint8Array, length: number): void {
    if (this.#notes.length >= NOTES_MAX) return;
    const {treeId, rootPage} = tree;
    this.#notes.push({tree: {treeId, rootPage}, level, key: key.slice(0, Math.max(0, length))});
  }

  get hasWork(): boolean {
    return this.#notes.length > 0;
  }

  /** Works off one note. ROW, or BLOCKED or NO_SPACE: call again. */
  poll(task: Task): number {
    const note = this.#notes[0];
    if (note === undefined) return ROW;
    for (;;) {
      const result = this.#step(note, task);
      if (result === AGAIN) continue;
      if (result === ROW) this.#notes.shift();
      return result;
    }
  }

  #step(note: Note, task: Task): number {
    const {tree, level, key} = note;
    const {pool} = this.#core;
    const mem = pool.memory;
    const root = pool.fix(tree.rootPage, PLockMode.shared, task);
    if (root < 0) return root;
    if (!isTreeType(pageType(mem, root)) || pageTreeId(mem, root) !== tree.treeId || pageLevel(mem, root) <= level)
      return ROW;
    const parent = descend(pool, tree, level + 1, key, key.length, PLockMode.shared, task);
    if (parent < 0) return parent;
    this.#slot = findChildSlot(mem, parent, key, key.length);
    const page = pool.fix(childPage(mem, recordAt(mem, parent, this.#slot)), PLockMode.shared, task);
    if (page < 0) return page;
    if (!this.#isEmpty(page, tree, level) || !this.#mayGo(parent, tree)) return ROW;
    return this.#takeOut(note, pageNo(mem, parent), pageNo(mem, page), task);
  }

  #isEmpty(page: number, tree: TreeRef, level: number): boolean {
    const mem = this.#core.pool.memory;
    return (
      isTreeType(pageType(mem, page)) &&
      pageTreeId(mem, page) === tree.treeId &&
      pageLevel(mem, page) === level &&
      slotCount(mem, page) === 0 &&
      pageRight(mem, page) !== 0
    );
  }

  /** Not the last of several children; and an only child only if its parent can go too. */
  #mayGo(parent: number, tree: TreeRef): boolean {
    const mem = this.#core.pool.memory;
    const count = slotCount(mem, parent);
    if (count > 1) return this.#slot < count - 1;
    return pageRight(mem, parent) !== 0 && pageNo(mem, parent) !== tree.rootPage;
  }

  #takeOut(note: Note, parentNo: number, emptyNo: number, task: Task): number {
    const fixed = this.#fixAll(note, parentNo, emptyNo, task);
    if (fixed !== ROW) return fixed;
    const {pool, log, extents} = this.#core;
    const mem = pool.memory;
    if (!this.#neighboursFit(note)) return ROW;
    const isOnly = this.#parentRight >= 0;
    if (!this.#buildRight(note.level) || (isOnly && !this.#buildParentRight())) return ROW;
    const map = extents.reserveFree(emptyNo, task);
    if (map !== ROW) return map;
    const redo = 2 * pageRedoMax(pool.pageSize) + 5 * FIXED_REDO_MAX + Extents.redoMax + insertChildMax(pool.pageSize);
    const space = log.reserve(redo, task, true);
    if (space !== ROW) return space;
    const rightNo = pageNo(mem, this.#right);
    this.#change(note.level, emptyNo, rightNo, isOnly);
    this.pages++;
    if (isOnly) this.#note(note.tree, note.level + 1, this.#parentLow.bytes, this.#parentLowLength);
    return AGAIN;
  }

  /** All pages of the step in X, or BLOCKED. An unfinished split at one of them is finished first. */
  #fixAll(note: Note, parentNo: number, emptyNo: number, task: Task): number {
    const {pool, splitter} = this.#core;
    const {tree, level} = note;
    const mem = pool.memory;
    this.#parent = pool.fix(parentNo, PLockMode.exclusive, task);
    if (this.#parent < 0) return this.#parent;
    this.#page = pool.fix(emptyNo, PLockMode.exclusive, task);
    if (this.#page < 0) return this.#page;
    for (const base of [this.#parent, this.#page]) {
      if (!splitter.isIncomplete(base)) continue;
      const finished = splitter.finish(tree, base, task);
      return finished === ROW ? AGAIN : finished;
    }
    this.#right = pool.fix(pageRight(mem, this.#page), PLockMode.exclusive, task);
    if (this.#right < 0) return this.#right;
    this.#parentRight = -1;
    if (slotCount(mem, this.#parent) === 1) {
      this.#parentRight = pool.fix(pageRight(mem, this.#parent), PLockMode.exclusive, task);
      if (this.#parentRight < 0) return this.#parentRight;
    }
    this.#left = -1;
    this.#lowLength = copyLowKey(mem, this.#page, this.#low.bytes, 0);
    if (this.#lowLength === INFINITE) return ROW;
    this.#left = descendBefore(pool, tree, level, this.#low.bytes, this.#lowLength, PLockMode.exclusive, task);
    return this.#left < 0 ? this.#left : ROW;
  }

  /** The links between the pages are what the step assumes. */
  #neighboursFit(note: Note): boolean {
    const mem = this.#core.pool.memory;
    const {level, tree} = note;
    const rightNo = pageNo(mem, this.#right);
    if (pageTreeId(mem, this.#right) !== tree.treeId || pageLevel(mem, this.#right) !== level) return false;
    if (this.#left >= 0 && pageRight(mem, this.#left) !== pageNo(mem, this.#page)) return false;
    const holder = this.#parentRight < 0 ? this.#parent : this.#parentRight;
    const slot = this.#parentRight < 0 ? this.#slot + 1 : 0;
    if (slotCount(mem, holder) <= slot) return false;
    return childPage(mem, recordAt(mem, holder, slot)) === rightNo;
  }

  /** The right neighbour with the low key of the page that goes. One level up it has taken over the range already. */
  #buildRight(level: number): boolean {
    if (level > 0) return true;
    const {pool} = this.#core;
    const mem = pool.memory;
    const right = this.#right;
    const high = this.#high;
    const highLength = copyHighKey(mem, right, high.bytes, 0);
    const count = slotCount(mem, right);
    const {bytes} = this.#low;
    const built = buildImage(
      this.#image,
      0,
      mem,
      right,
      pool.pageSize,
      0,
      count,
      bytes,
      this.#lowLength,
      high.bytes,
      highLength,
    );
    if (built) raiseMaxStart(this.#image, 0, pageMaxStart(mem, this.#page));
    return built;
  }

  /** The parent's right neighbour with the parent's low key, and room for that key in its first entry. */
  #buildParentRight(): boolean {
    const {pool} = this.#core;
    const mem = pool.memory;
    const right = this.#parentRight;
    const low = this.#parentLow;
    const high = this.#high;
    this.#parentLowLength = copyLowKey(mem, this.#parent, low.bytes, 0);
    const highLength = copyHighKey(mem, right, high.bytes, 0);
    const image = this.#parentImage;
    const count = slotCount(mem, right);
    const built = buildImage(
      image,
      0,
      mem,
      right,
      pool.pageSize,
      0,
      count,
      low.bytes,
      this.#parentLowLength,
      high.bytes,
      highLength,
    );
    if (!built) return false;
    const first = internalLength(prefixLength(image, 0), Math.max(0, this.#parentLowLength));
    return first <= freeAfterCompaction(image, 0) + recordLength(image, recordAt(image, 0, 0));
  }

  #change(level: number, emptyNo: number, rightNo: number, isOnly: boolean): void {
    const {pool, mtr, extents} = this.#core;
    const mem = pool.memory;
    mtr.begin();
    if (level === 0) mtr.image(this.#right, rightNo, this.#image, 0);
    if (this.#left >= 0) mtr.setLinks(this.#left, pageFlags(mem, this.#left), rightNo);
    if (isOnly) {
      mtr.remove(this.#parent, 0);
      mtr.setLinks(this.#parent, pageFlags(mem, this.#parent) | PageFlag.halfDead, pageRight(mem, this.#parent));
      mtr.image(this.#parentRight, pageNo(mem, this.#parentRight), this.#parentImage, 0);
      mtr.remove(this.#parentRight, 0);
      mtr.insertChild(this.#parentRight, 0, this.#parentLow.bytes, Math.max(0, this.#parentLowLength), rightNo);
    } else {
      mtr.setChild(this.#parent, this.#slot, rightNo);
      mtr.remove(this.#parent, this.#slot + 1);
    }
    mtr.free(this.#page);
    extents.giveBack(emptyNo);
    mtr.commit();
  }
}
