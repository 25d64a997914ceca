// The way down the B-link tree (design 10, after Lehman and Yao).
//
// A search holds one page at a time in the sense that matters between nodes: it never waits for a page while it relies on another. Where it waits it
// answers BLOCKED and later starts again from the root, which costs a microsecond when everything is cached. Links that were followed may
// lead to a page that has meanwhile been split (go right), or emptied, freed and used elsewhere (start again): every page carries its tree, level, low
// and high key, so a wrong landing is always seen (S5).
//
//   level 1        [ a | m ]                 a page split but not yet in its parent is reached
//                   |   |                    over the right link of its left sibling
//   level 0       [a..] -> [g..] -> [m..]

import {assert} from '../../base/assert.ts';
import {compareBytes} from '../../base/bytes.ts';
import type {Memory} from '../../format/memory.ts';
import {PageFlag} from '../../format/page/layout.ts';
import {
  highKeyAt,
  highKeyLength,
  INFINITE,
  isTreeType,
  lowKeyAt,
  lowKeyLength,
  pageFlags,
  pageLevel,
  pageRight,
  pageTreeId,
  pageType,
  slotCount,
} from '../../format/page/page.ts';
import {childPage, recordAt} from '../../format/page/records.ts';
import {compareSlotKey, findChildSlot, findSlot, keyAtOrAboveHigh, keyBelowLow} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import type {TreeRef} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';

/** Notes a page whose split has not reached its parent, met on the way of a writer. */
export class Trail {
  /** Page number, 0 = none. */
  incomplete = 0;
}

/** A descent that lands wrong this often in one poll has met a damaged tree, not a concurrent change. */
const RESTARTS_MAX = 1000;

/** True when the page belongs to the tree and level the traversal expects (-1: any level). */
function belongs(mem: Memory, base: number, treeId: number, level: number): boolean {
  return (
    isTreeType(pageType(mem, base)) && pageTreeId(mem, base) === treeId && (level < 0 || pageLevel(mem, base) === level)
  );
}

/**
 * The page of `level` whose range holds the key, fixed in `mode`; or BLOCKED. Internal pages on the way are read under S; when the target
 * level is that of the root's children or below, the target is asked for in `mode` at once, so that no upgrade is needed. Writers give a
 * `trail` and finish the split that it names: readers would pass over that page's right link for ever.
 */
export function descend(
  pool: PagePool,
  tree: TreeRef,
  level: number,
  key: Uint8Array,
  keyLength: number,
  mode: PLockMode,
  task: Task,
  trail?: Trail,
): number {
  const mem = pool.memory;
  for (let restarts = 0; restarts < RESTARTS_MAX; restarts++) {
    let page = tree.rootPage;
    let expected = -1;
    let want: PLockMode = PLockMode.shared;
    for (;;) {
      const base = pool.fix(page, want, task);
      if (base < 0) return base;
      if (!belongs(mem, base, tree.treeId, expected) || keyBelowLow(mem, base, key, keyLength)) break;
      const own = pageLevel(mem, base);
      if ((pageFlags(mem, base) & PageFlag.halfDead) !== 0 || keyAtOrAboveHigh(mem, base, key, keyLength)) {
        if (trail !== undefined && (pageFlags(mem, base) & PageFlag.incompleteSplit) !== 0) trail.incomplete = page;
        page = pageRight(mem, base);
        expected = own;
        if (page === 0) break;
      } else if (own === level) {
        if (want >= mode) return base;
        want = mode;
      } else {
        assert(own > level, () => `tree ${tree.treeId} has no level ${level}: the root is at ${own}`);
        page = childPage(mem, recordAt(mem, base, findChildSlot(mem, base, key, keyLength)));
        expected = own - 1;
        want = expected === level ? mode : PLockMode.shared;
      }
    }
  }
  return lost(tree);
}

/**
 * The page of `level` that holds the largest key below `key` (or the largest key of all when `keyLength` is INFINITE), fixed in `mode`; or BLOCKED.
 * The page's low key is below `key`, so an empty leaf says: go on with "below my low key".
 */
export function descendBefore(
  pool: PagePool,
  tree: TreeRef,
  level: number,
  key: Uint8Array,
  keyLength: number,
  mode: PLockMode,
  task: Task,
): number {
  const mem = pool.memory;
  for (let restarts = 0; restarts < RESTARTS_MAX; restarts++) {
    let page = tree.rootPage;
    let expected = -1;
    let want: PLockMode = PLockMode.shared;
    for (;;) {
      const base = pool.fix(page, want, task);
      if (base < 0) return base;
      if (!belongs(mem, base, tree.treeId, expected) || !lowIsBelow(mem, base, key, keyLength)) break;
      const own = pageLevel(mem, base);
      if ((pageFlags(mem, base) & PageFlag.halfDead) !== 0 || highIsBelow(mem, base, key, keyLength)) {
        page = pageRight(mem, base);
        expected = own;
        if (page === 0) break;
      } else if (own === level) {
        if (want >= mode) return base;
        want = mode;
      } else {
        page = childPage(mem, recordAt(mem, base, slotBefore(mem, base, key, keyLength)));
        expected = own - 1;
        want = expected === level ? mode : PLockMode.shared;
      }
    }
  }
  return lost(tree);
}

function lost(tree: TreeRef): never {
  assert(false, () => `a search in tree ${tree.treeId} (root page ${tree.rootPage}) does not end`);
  throw new Error('unreachable');
}

/** Low key < key; an infinite low key is below everything. */
function lowIsBelow(mem: Memory, base: number, key: Uint8Array, keyLength: number): boolean {
  const length = lowKeyLength(mem, base);
  if (length === INFINITE || keyLength === INFINITE) return true;
  return compareBytes(mem.bytes, lowKeyAt(mem, base), length, key, 0, keyLength) < 0;
}

/** High key < key: the largest key below `key` lies further right. */
function highIsBelow(mem: Memory, base: number, key: Uint8Array, keyLength: number): boolean {
  const length = highKeyLength(mem, base);
  if (length === INFINITE) return false;
  if (keyLength === INFINITE) return true;
  return compareBytes(mem.bytes, highKeyAt(mem, base), length, key, 0, keyLength) < 0;
}

/** Last child whose key is strictly below `key`; the first entry counts as minus infinity. */
function slotBefore(mem: Memory, base: number, key: Uint8Array, keyLength: number): number {
  if (keyLength === INFINITE) return slotCount(mem, base) - 1;
  const slot = findSlot(mem, base, key, keyLength);
  const before = slot >= 0 ? slot - 1 : ~slot - 1;
  return before < 0 ? 0 : before;
}

/** Slot of the first record at or above `key` (above it when not inclusive). */
export function lowerSlot(mem: Memory, base: number, key: Uint8Array, keyLength: number, inclusive: boolean): number {
  const slot = findSlot(mem, base, key, keyLength);
  if (slot < 0) return ~slot;
  return inclusive ? slot : slot + 1;
}

/** Slot of the last record below `key` (at or below it when inclusive); -1 when there is none. */
export function upperSlot(mem: Memory, base: number, key: Uint8Array, keyLength: number, inclusive: boolean): number {
  const slot = findSlot(mem, base, key, keyLength);
  if (slot < 0) return ~slot - 1;
  return inclusive ? slot : slot - 1;
}

/** True when the slot's key is beyond the upper end of a range walk. */
export function slotIsBeyond(
  mem: Memory,
  base: number,
  slot: number,
  high: Uint8Array,
  highLength: number,
  inclusive: boolean,
): boolean {
  const order = compareSlotKey(mem, base, slot, high, highLength);
  return inclusive ? order > 0 : order >= 0;
}
