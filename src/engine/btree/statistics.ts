// Estimates for the planner, from a few pages: cheap, approximate, and allowed to be BLOCKED.

import {pageLevel, slotCount} from '../../format/page/page.ts';
import {childPage, recordAt} from '../../format/page/records.ts';
import {findChildSlot} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import {ROW, type TreeRef, type TreeStatistics} from '../api.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {Task} from '../schedule/task.ts';

/** Rows and pages of a tree: the fan-out along its middle, multiplied. ROW or BLOCKED. */
export function treeStatistics(pool: PagePool, tree: TreeRef, task: Task, out: TreeStatistics): number {
  const mem = pool.memory;
  let page = tree.rootPage;
  let nodes = 1;
  out.pages = 0;
  out.levels = 0;
  for (;;) {
    const base = pool.fix(page, PLockMode.shared, task);
    if (base < 0) return base;
    const count = slotCount(mem, base);
    out.levels++;
    out.pages += nodes;
    nodes *= count;
    if (pageLevel(mem, base) === 0 || count === 0) {
      out.rows = nodes;
      return ROW;
    }
    page = childPage(mem, recordAt(mem, base, count >> 1));
  }
}

/** Position of a key in the tree as a fraction of all rows, by its place in the root and one level below. */
function position(pool: PagePool, tree: TreeRef, task: Task, key: Uint8Array | undefined, atEnd: boolean): number {
  if (key === undefined) return atEnd ? 1 : 0;
  const mem = pool.memory;
  let page = tree.rootPage;
  let scale = 1;
  let sum = 0;
  for (let depth = 0; depth < 3; depth++) {
    const base = pool.fix(page, PLockMode.shared, task);
    if (base < 0) return base;
    const count = slotCount(mem, base);
    if (count === 0) return sum;
    const slot = findChildSlot(mem, base, key, key.length);
    sum += (scale * slot) / count;
    scale /= count;
    if (pageLevel(mem, base) === 0) return sum;
    page = childPage(mem, recordAt(mem, base, slot));
  }
  return sum + scale / 2;
}

/** Rows between two keys (undefined = open end), at least 1; below 0: BLOCKED. */
export function estimateRange(
  pool: PagePool,
  tree: TreeRef,
  task: Task,
  low: Uint8Array | undefined,
  high: Uint8Array | undefined,
): number {
  const out = {rows: 0, pages: 0, levels: 0};
  const all = treeStatistics(pool, tree, task, out);
  if (all !== ROW) return all;
  const from = position(pool, tree, task, low, false);
  if (from < 0) return from;
  const to = position(pool, tree, task, high, true);
  if (to < 0) return to;
  return Math.max(1, Math.round((to - from) * out.rows));
}
