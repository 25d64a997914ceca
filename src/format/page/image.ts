// Building the compact image of a page out of a part of another one: the right half of a split, the child that takes a growing root's
// records, a page whose low key moves down because its left neighbour dies (S5).
//
// The image is a page in a scratch memory; the redo record `image` carries it whole, so that applying it reads no second page (G13).

import type {Memory} from '../memory.ts';
import {bytesAfterRebuild, fitsPage, moveRecords} from './edit.ts';
import {At, PAGE_SIZE_MAX, PageFlag} from './layout.ts';
import {
  copyHighKey,
  formatPage,
  pageFlags,
  pageLevel,
  pageMaxStart,
  pageNo,
  pageRight,
  pageTreeId,
  pageType,
  raiseMaxStart,
  slotCount,
} from './page.ts';

const NO_SLOT = -1;
const highScratch = new Uint8Array(PAGE_SIZE_MAX);

/**
 * Builds in `target` a page with the slots [from, to) of the source page between the given boundary keys (INFINITE lengths allowed), which
 * must enclose the keys. Type, tree, level, right link, flags, maxStart are the source's; pageNo too, until the image is applied
 * elsewhere. Returns false, with nothing written, when it does not fit.
 */
export function buildImage(
  target: Memory,
  targetBase: number,
  source: Memory,
  sourceBase: number,
  pageSize: number,
  from: number,
  to: number,
  low: Uint8Array,
  lowLength: number,
  high: Uint8Array,
  highLength: number,
): boolean {
  const bytes = bytesAfterRebuild(source, sourceBase, from, to, low, 0, lowLength, high, 0, highLength);
  if (!fitsPage(bytes, pageSize)) return false;
  const type = pageType(source, sourceBase);
  formatPage(
    target,
    targetBase,
    pageSize,
    pageNo(source, sourceBase),
    type,
    pageLevel(source, sourceBase),
    pageTreeId(source, sourceBase),
    pageRight(source, sourceBase),
    low,
    0,
    lowLength,
    high,
    0,
    highLength,
  );
  target.view.setUint16(targetBase + At.flags, pageFlags(source, sourceBase), true);
  target.view.setUint16(targetBase + At.slotCount, to - from, true);
  raiseMaxStart(target, targetBase, pageMaxStart(source, sourceBase));
  moveRecords(target, targetBase, source, sourceBase, from, to, NO_SLOT);
  return true;
}

/**
 * Builds the right half of a split: the slots from `from` on, with the separator as low key. It inherits right link, high key and an
 * incomplete split of the source, whose right sibling becomes its own. The left half is redo type splitLeft with the same separator.
 */
export function buildRightImage(
  target: Memory,
  targetBase: number,
  source: Memory,
  sourceBase: number,
  pageSize: number,
  from: number,
  separator: Uint8Array,
  separatorLength: number,
): boolean {
  const highLength = copyHighKey(source, sourceBase, highScratch, 0);
  const built = buildImage(
    target,
    targetBase,
    source,
    sourceBase,
    pageSize,
    from,
    slotCount(source, sourceBase),
    separator,
    separatorLength,
    highScratch,
    highLength,
  );
  if (built) {
    const flags = pageFlags(target, targetBase) & PageFlag.incompleteSplit;
    target.view.setUint16(targetBase + At.flags, flags, true);
  }
  return built;
}
