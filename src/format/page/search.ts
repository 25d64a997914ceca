// Search inside a page.
//
// The key's prefix is compared once with the page's; then a binary search compares slot heads as int32, without branches. Only slots whose
// head is equal touch their record, and then only behind the first four bytes. So a page whose keys differ within four bytes behind
// the prefix costs one record at most; one whose heads are all equal costs a cache miss per step.

import {compareBytes} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {keyHead} from './bytes.ts';
import {At, PAGE_HEADER, SLOT_SIZE} from './layout.ts';
import {highKeyAt, highKeyLength, INFINITE, lowKeyAt, lowKeyLength} from './page.ts';
import {keyOffset, keySuffixLength, recordAt} from './records.ts';

/**
 * Slot of the record with exactly this key, or ~(slot where it would be inserted).
 * The key may lie outside the page's range: then the answer is ~0 or ~slotCount.
 */
export function findSlot(mem: Memory, base: number, key: Uint8Array, keyLength: number): number {
  const prefix = mem.view.getUint16(base + At.prefixLength, true);
  const count = mem.view.getUint16(base + At.slotCount, true);
  if (prefix !== 0) {
    const order = comparePrefix(mem, base, prefix, key, keyLength);
    if (order !== 0) return order > 0 ? ~0 : ~count;
  }
  if (count === 0) return ~0;
  const ints = mem.ints;
  const rest = keyLength - prefix;
  const head = keyHead(key, prefix, rest);
  const heads = (base + PAGE_HEADER) >>> 2;
  const last = count - 1;
  if (ints[heads] === head && ints[heads + (last << 1)] === head) {
    return findByTail(mem, base, 0, last, head, key, prefix, keyLength);
  }
  const slot = firstHeadNotBelow(ints, heads, count, head);
  if (slot === count || ints[heads + (slot << 1)] !== head) return ~slot;
  if (rest <= 4 && mem.view.getUint16(base + PAGE_HEADER + slot * SLOT_SIZE + 6, true) === rest) return slot;
  const order = compareSlotTail(mem, base, slot, key, prefix, keyLength);
  if (order >= 0) return order === 0 ? slot : ~slot;
  return findByTail(mem, base, slot + 1, last, head, key, prefix, keyLength);
}

/** First of `count` > 0 slots whose head is not below `head`. No branches in the loop: half of them would be mispredicted. */
function firstHeadNotBelow(ints: Int32Array, heads: number, count: number, head: number): number {
  let low = 0;
  let left = count;
  while (left > 1) {
    const half = left >>> 1;
    low += half & -Number(ints[heads + ((low + half - 1) << 1)] < head);
    left -= half;
  }
  return low + Number(ints[heads + (low << 1)] < head);
}

/** Finishes findSlot among slots low..high, none of whose heads is below this one: tails tell the equal ones apart. */
function findByTail(
  mem: Memory,
  base: number,
  low: number,
  high: number,
  head: number,
  key: Uint8Array,
  prefix: number,
  keyLength: number,
): number {
  const {ints, view, bytes} = mem;
  const heads = (base + PAGE_HEADER) >>> 2;
  const keys = base + keyOffset(mem, base);
  const rest = keyLength - prefix;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (ints[heads + (middle << 1)] > head) {
      high = middle - 1;
      continue;
    }
    const slotAt = base + PAGE_HEADER + middle * SLOT_SIZE;
    const suffix = view.getUint16(slotAt + 6, true);
    const order = compareTail(bytes, keys + view.getUint16(slotAt + 4, true), suffix, key, prefix, rest);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return ~low;
}

/** Slot of the child that covers the key: the last one whose key is not above it. The first entry counts as minus infinity. */
export function findChildSlot(mem: Memory, base: number, key: Uint8Array, keyLength: number): number {
  const slot = findSlot(mem, base, key, keyLength);
  if (slot >= 0) return slot;
  return ~slot === 0 ? 0 : ~slot - 1;
}

/** True when the key is below the page's low key: the search landed too far right and must start again (S5). */
export function keyBelowLow(mem: Memory, base: number, key: Uint8Array, keyLength: number): boolean {
  const length = lowKeyLength(mem, base);
  if (length === INFINITE) return false;
  return compareBytes(key, 0, keyLength, mem.bytes, lowKeyAt(mem, base), length) < 0;
}

/** True when the key is at or above the page's high key: the search must go on at the right sibling. */
export function keyAtOrAboveHigh(mem: Memory, base: number, key: Uint8Array, keyLength: number): boolean {
  const length = highKeyLength(mem, base);
  if (length === INFINITE) return false;
  return compareBytes(key, 0, keyLength, mem.bytes, highKeyAt(mem, base), length) >= 0;
}

/** Compares the key of `slot` with a whole key: negative, zero or positive. The key must begin with the page's prefix. */
export function compareSlotKey(mem: Memory, base: number, slot: number, key: Uint8Array, keyLength: number): number {
  const prefix = mem.view.getUint16(base + At.prefixLength, true);
  if (prefix !== 0) {
    const order = comparePrefix(mem, base, prefix, key, keyLength);
    if (order !== 0) return order;
  }
  const head = keyHead(key, prefix, keyLength - prefix);
  const own = mem.ints[((base + PAGE_HEADER) >>> 2) + (slot << 1)];
  if (own !== head) return own < head ? -1 : 1;
  return compareSlotTail(mem, base, slot, key, prefix, keyLength);
}

/** Compares the page's prefix with the beginning of the key; positive also when the key ends inside the prefix. */
function comparePrefix(mem: Memory, base: number, prefix: number, key: Uint8Array, keyLength: number): number {
  const at = base + mem.view.getUint16(base + At.lowKeyAt, true);
  const length = Math.min(keyLength, prefix);
  for (let i = 0; i < length; i++) {
    const order = mem.bytes[at + i] - key[i];
    if (order !== 0) return order;
  }
  return prefix - length;
}

/** Compares the slot's key with a whole key that has the page's prefix and the slot's head. */
function compareSlotTail(
  mem: Memory,
  base: number,
  slot: number,
  key: Uint8Array,
  prefix: number,
  keyLength: number,
): number {
  const at = recordAt(mem, base, slot) + keyOffset(mem, base);
  return compareTail(mem.bytes, at, keySuffixLength(mem, base, slot), key, prefix, keyLength - prefix);
}

/** Compares the suffix of `length` bytes at `at` with the key's `rest` bytes behind `prefix`; the first four are known to be equal. */
function compareTail(
  bytes: Uint8Array,
  at: number,
  length: number,
  key: Uint8Array,
  prefix: number,
  rest: number,
): number {
  const shared = Math.min(length, rest);
  for (let i = 4; i < shared; i++) {
    const order = bytes[at + i] - key[prefix + i];
    if (order !== 0) return order;
  }
  return length - rest;
}
