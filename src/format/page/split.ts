// Where to split a full page, and with which separator.
//
// The incoming record is counted as if it were there already: positions 0..n of n records and one more. A split at position p leaves
// positions below p on the left and moves the others. So an ascending load splits at the very end: the full page stays as it is, and
// the new record opens the right sibling.
//
//   records    [ a  c  d  f ]   incoming e (insertSlot 3)        p:  0 a  1 c  2 d  3 e  4 f
//   p = 2:     a c | d e f      slot 2, incoming right           separator: shortest key in (c, d]
//   p = 3:     a c d | e f      slot 3, incoming right           separator: shortest key in (d, e]
//   p = 4:     a c d e | f      slot 3, incoming left            separator: shortest key in (e, f]
//
// Leaf separators are cut to the shortest key that still separates, which keeps internal pages flat. An internal page is split at a whole
// key that it has now, and both halves keep at least one record: the right half is searchable before the incoming record is in it.

import type {Memory} from '../memory.ts';
import {commonKeyPrefix, copyKeyBytes} from './bytes.ts';
import {PAGE_SIZE_MAX, PageType, SLOT_SIZE} from './layout.ts';
import {
  highKeyAt,
  highKeyLength,
  INFINITE,
  lowKeyAt,
  lowKeyLength,
  pageType,
  prefixLength,
  slotCount,
  usableBytes,
} from './page.ts';
import {copyKey, recordAt, recordLength} from './records.ts';

/** A decided split. One object per session or tree, refilled by planSplit. */
export class SplitPlan {
  /** First of the present slots that moves to the right page; may equal the slot count. */
  slot = 0;
  /** The incoming record belongs to the right page. */
  incomingRight = false;
  /** High key of the left, low key of the right page. */
  readonly separator = new Uint8Array(PAGE_SIZE_MAX);
  separatorLength = 0;
}

const leftKey = new Uint8Array(PAGE_SIZE_MAX);

/**
 * Decides how to split the page before a record with this key and length (as it would be in the page now) is put at `insertSlot`.
 * `ascending`: the inserts come in key order, so leave the left page as full as it is. Returns false when no split makes room:
 * the record is too big for the page size.
 */
export function planSplit(
  plan: SplitPlan,
  mem: Memory,
  base: number,
  pageSize: number,
  insertSlot: number,
  key: Uint8Array,
  keyLength: number,
  incomingLength: number,
  ascending: boolean,
): boolean {
  const count = slotCount(mem, base);
  const preferred = ascending && insertSlot === count ? count : middlePosition(mem, base, insertSlot, incomingLength);
  for (let distance = 0; distance <= count; distance++) {
    if (tryPosition(plan, mem, base, pageSize, insertSlot, key, keyLength, incomingLength, preferred - distance)) {
      return true;
    }
    if (tryPosition(plan, mem, base, pageSize, insertSlot, key, keyLength, incomingLength, preferred + distance)) {
      return true;
    }
  }
  return false;
}

/** The position at which the left bytes first reach half of all. */
function middlePosition(mem: Memory, base: number, insertSlot: number, incomingLength: number): number {
  const count = slotCount(mem, base);
  const half = bytesLeft(mem, base, insertSlot, incomingLength, count + 1) / 2;
  let left = 0;
  for (let position = 0; position <= count; position++) {
    const bytes = positionLength(mem, base, insertSlot, incomingLength, position) + SLOT_SIZE;
    if (left + bytes / 2 >= half) return position === 0 ? 1 : position;
    left += bytes;
  }
  return count;
}

/** Length of the record at a position that counts the incoming one. */
function positionLength(
  mem: Memory,
  base: number,
  insertSlot: number,
  incomingLength: number,
  position: number,
): number {
  if (position === insertSlot) return incomingLength;
  const slot = position < insertSlot ? position : position - 1;
  return recordLength(mem, recordAt(mem, base, slot));
}

/** Record and slot bytes of the positions below `position`. */
function bytesLeft(mem: Memory, base: number, insertSlot: number, incomingLength: number, position: number): number {
  let bytes = 0;
  for (let i = 0; i < position; i++) bytes += positionLength(mem, base, insertSlot, incomingLength, i) + SLOT_SIZE;
  return bytes;
}

/** Fills the plan for a split at this position; false when the position is not allowed or a half would not fit. */
function tryPosition(
  plan: SplitPlan,
  mem: Memory,
  base: number,
  pageSize: number,
  insertSlot: number,
  key: Uint8Array,
  keyLength: number,
  incomingLength: number,
  position: number,
): boolean {
  const count = slotCount(mem, base);
  if (position < 1 || position > count) return false;
  plan.incomingRight = position <= insertSlot;
  plan.slot = plan.incomingRight ? position : position - 1;
  const leaf = pageType(mem, base) !== PageType.internal;
  if (!leaf && (plan.slot === 0 || plan.slot === count || position === insertSlot)) return false;
  const rightKey = plan.separator;
  const rightLength =
    position === insertSlot ? copyWhole(rightKey, key, keyLength) : copyKey(mem, base, plan.slot, rightKey, 0);
  plan.separatorLength = rightLength;
  if (leaf) {
    const leftLength =
      position - 1 === insertSlot ? copyWhole(leftKey, key, keyLength) : copyKey(mem, base, plan.slot - 1, leftKey, 0);
    plan.separatorLength = separatorLength(leftKey, leftLength, rightKey, rightLength);
  }
  const left = bytesLeft(mem, base, insertSlot, incomingLength, position);
  const right = bytesLeft(mem, base, insertSlot, incomingLength, count + 1) - left;
  return halvesFit(plan, mem, base, pageSize, left, position, right, count + 1 - position);
}

function copyWhole(target: Uint8Array, key: Uint8Array, length: number): number {
  copyKeyBytes(target, 0, key, 0, length);
  return length;
}

/**
 * Length of the shortest beginning of `right` that is above `left`: the separator between two neighbouring keys of a leaf.
 * `left` must be below `right`.
 */
export function separatorLength(left: Uint8Array, leftLength: number, right: Uint8Array, rightLength: number): number {
  return commonKeyPrefix(left, 0, leftLength, right, 0, rightLength) + 1;
}

/** True when both halves, with the incoming record, their boundary keys and their longer prefixes, fit the page size. */
function halvesFit(
  plan: SplitPlan,
  mem: Memory,
  base: number,
  pageSize: number,
  leftBytes: number,
  leftCount: number,
  rightBytes: number,
  rightCount: number,
): boolean {
  const own = prefixLength(mem, base);
  const low = lowKeyLength(mem, base);
  const high = highKeyLength(mem, base);
  const separator = plan.separator;
  const length = plan.separatorLength;
  const leftPrefix = commonKeyPrefix(mem.bytes, lowKeyAt(mem, base), low, separator, 0, length);
  const rightPrefix = commonKeyPrefix(separator, 0, length, mem.bytes, highKeyAt(mem, base), high);
  const left = leftBytes - leftCount * (leftPrefix - own) + (low === INFINITE ? 0 : low) + length;
  const right = rightBytes - rightCount * (rightPrefix - own) + (high === INFINITE ? 0 : high) + length;
  return left <= usableBytes(pageSize) && right <= usableBytes(pageSize);
}
