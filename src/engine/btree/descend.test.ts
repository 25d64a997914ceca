// S5: a link that was followed leads to a page that has been split, or emptied, freed and used elsewhere since. The page says so itself, and the search goes right, or
// starts again. In this engine a search reads a link and the page behind it in one poll, under locks that stay for so long; the test lets the link be older than that.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {INFINITE} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {encodeFormat, encodeInsertChild} from '../../format/redo/encode.ts';
import {PLockMode} from '../../fusion/api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';
import {descend, descendBefore} from './descend.ts';

const SIZE = 1024;
const TREE = 4;
const OTHER_TREE = 5;
const ROOT = 1;
const redo = new Memory(new ArrayBuffer(SIZE));
const memory = new Memory(new ArrayBuffer(8 * SIZE));
const nobody = {} as Task;
const bytes = (key: string): Uint8Array => new TextEncoder().encode(key);

interface TreePage {
  readonly tree?: number;
  readonly level?: number;
  readonly right?: number;
  /** Range of keys; undefined = no bound. */
  readonly low?: string;
  readonly high?: string;
  /** Of an inner page: key and page of each child; the first key counts as minus infinity. */
  readonly children?: readonly (readonly [string, number])[];
}

/** Writes a page into place `at` of the memory; its number is `pageNo`. */
function write(
  at: number,
  pageNo: number,
  {tree = TREE, level = 0, right = 0, low, high, children = []}: TreePage,
): void {
  const type = level === 0 ? PageType.clusteredLeaf : PageType.internal;
  const [lowKey, highKey] = [low, high].map(key => bytes(key ?? ''));
  const lowLength = low === undefined ? INFINITE : lowKey.length;
  const highLength = high === undefined ? INFINITE : highKey.length;
  const base = at * SIZE;
  memory.bytes.fill(0, base, base + SIZE);
  encodeFormat(redo, 0, pageNo, 1, 0, 0, type, level, tree, right, lowKey, lowLength, highKey, highLength);
  applyRedo(memory, base, SIZE, redo, 0, 1);
  children.forEach(([key, child], slot) => {
    encodeInsertChild(redo, 0, memory, base, 2 + slot, slot, bytes(key), key.length, child);
    applyRedo(memory, base, SIZE, redo, 0, 1);
  });
}

/** Pages where their numbers say, but the first look at `pageNo` shows what is in place 7: the page as it was a while ago. */
function poolWithOldLook(pageNo: number): PagePool {
  let looks = 0;
  const fix = (page: number): number => (page === pageNo && looks++ === 0 ? 7 : page) * SIZE;
  return {memory, fix} as unknown as PagePool;
}

/** The page at which a search for the key arrives. */
function arrivesAt(pool: PagePool, search: typeof descend | typeof descendBefore, key: string): number {
  const base = search(pool, {treeId: TREE, rootPage: ROOT}, 0, bytes(key), key.length, PLockMode.shared, nobody);
  return base / SIZE;
}

/** The tree now: leaves 2 [.., g) and 3 [g, ..). A while ago the root led to leaf 4 for the keys below g. */
function twoLeaves(four: TreePage): PagePool {
  write(ROOT, ROOT, {
    level: 1,
    children: [
      ['', 2],
      ['g', 3],
    ],
  });
  write(7, ROOT, {
    level: 1,
    children: [
      ['', 4],
      ['g', 3],
    ],
  });
  write(2, 2, {high: 'g', right: 3});
  write(3, 3, {low: 'g'});
  write(4, 4, four);
  return poolWithOldLook(ROOT);
}

for (const search of [descend, descendBefore]) {
  test(`${search.name}: the page is now a leaf for higher keys of the same tree`, () => {
    assert.equal(arrivesAt(twoLeaves({low: 'p'}), search, 'c'), 2);
  });

  test(`${search.name}: the page belongs to another tree`, () => {
    assert.equal(arrivesAt(twoLeaves({tree: OTHER_TREE}), search, 'c'), 2);
  });

  test(`${search.name}: the page was split: its right sibling has the key`, () => {
    assert.equal(arrivesAt(twoLeaves({high: 'b', right: 2}), search, 'c'), 2);
  });

  test(`${search.name}: the page to the right, of which its left sibling still knows, is now one for higher keys`, () => {
    write(ROOT, ROOT, {level: 1, children: [['', 2]]});
    write(7, 2, {high: 'b', right: 4});
    write(2, 2, {high: 'g', right: 3});
    write(3, 3, {low: 'g'});
    write(4, 4, {low: 'p'});
    assert.equal(arrivesAt(poolWithOldLook(2), search, 'c'), 2);
  });
}
