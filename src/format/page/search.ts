// Search inside a page.
//
// The key's prefix is compared once with the page's; then a binary search compares slot heads as int32. Only slots whose head is
// equal touch their record, and then only behind the first four bytes. (hot-path.md 1: 8-byte keys 40 ns against 130 without the prefix.)

import {compareBytes} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {keyHead} from './bytes.ts';
import {At, PAGE_HEADER, SLOT_SIZE} from './layout.ts';
import {highKeyAt, highKeyLength, INFINITE, lowKeyAt, lowKeyLength} from './page.ts';
import {keyOffset} from './records.ts';

/**
 * Slot of the record with exactly this key, or ~(slot where it would be inserted).
 * The key may lie outside the page's range: then the answer is ~0 or ~slotCount.
 */
export function findSlot(mem: Memory, base: number, key: Uint8Array, keyLength: number): number {
  const prefix = mem.view.getUint16(base + At.prefixLength, true);
  let high = mem.view.getUint16(base + At.slotCount, true) - 1;
  if (prefix !== 0) {
    const order = comparePrefix(mem, base, prefix, key, keyLength);
    if (order !== 0) return order > 0 ? ~0 : ~(high + 1);
  }
  const head = keyHead(key, prefix, keyLength - prefix);
  const heads = (base + PAGE_HEADER) >>> 2;
  const ints = mem.ints;
  let low = 0;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const other = ints[heads + (middle << 1)];
    if (other < head) low = middle + 1;
    else if (other > head) high = middle - 1;
    else {
      const order = compareTail(mem, base, middle, key, prefix, keyLength);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
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
export function compareSlotKey(
  mem: Memory,
  base: number,
  slot: number,
  key: Uint8Array,
  keyLength: number,
): number {
  const prefix = mem.view.getUint16(base + At.prefixLength, true);
  if (prefix !== 0) {
    const order = comparePrefix(mem, base, prefix, key, keyLength);
    if (order !== 0) return order;
  }
  const head = keyHead(key, prefix, keyLength - prefix);
  const own = mem.ints[((base + PAGE_HEADER) >>> 2) + (slot << 1)];
  if (own !== head) return own < head ? -1 : 1;
  return compareTail(mem, base, slot, key, prefix, keyLength);
}

/** Compares the page's prefix with the beginning of the key; positive also when the key ends inside the prefix. */
function comparePrefix(
  mem: Memory,
  base: number,
  prefix: number,
  key: Uint8Array,
  keyLength: number,
): number {
  const at = base + mem.view.getUint16(base + At.lowKeyAt, true);
  const length = Math.min(keyLength, prefix);
  for (let i = 0; i < length; i++) {
    const order = mem.bytes[at + i] - key[i];
    if (order !== 0) return order;
  }
  return prefix - length;
}

/** Compares what follows the heads of the slot's key and the given key, whose heads are equal. */
function compareTail(
  mem: Memory,
  base: number,
  slot: number,
  key: Uint8Array,
  prefix: number,
  keyLength: number,
): number {
  const slotAt = base + PAGE_HEADER + slot * SLOT_SIZE;
  const suffix = mem.view.getUint16(slotAt + 6, true);
  const rest = keyLength - prefix;
  const length = Math.min(suffix, rest);
  if (length > 4) {
    const at = base + mem.view.getUint16(slotAt + 4, true) + keyOffset(mem, base);
    for (let i = 4; i < length; i++) {
      const order = mem.bytes[at + i] - key[prefix + i];
      if (order !== 0) return order;
    }
  }
  return suffix - rest;
}
