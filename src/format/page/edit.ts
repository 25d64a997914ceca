// The primitive changes of a page: insert, remove and replace a record, compact, rebuild with other boundaries.
//
// Called by applyRedo and by the builder of page images, by nobody else: the engine changes pages only by writing a redo record
// and applying it. Each function has a check of its own (`fits...`) that the caller makes first, because a change must happen as a whole
// or not at all; the functions themselves assert it.
//
// Everything is a function of the page's bytes and the arguments, garbage and compaction included. So the engine, the log applicator and
// recovery get the same bytes from the same records, and pages can be compared (I3). CTS hints of dead records may stand in garbage and
// free space; comparing looks at live bytes only.
//
// Invariant: live record lengths + low key + high key + garbage = pageSize - trailer - heapTop.

import {assert, BugError} from '../../base/assert.ts';
import {Memory} from '../memory.ts';
import {commonKeyPrefix, copyKeyBytes, copyMemory, keyHead} from './bytes.ts';
import {At, Clustered, PAGE_HEADER, PAGE_SIZE_MAX, SLOT_SIZE} from './layout.ts';
import {
  freeAfterCompaction,
  freeSpace,
  heapTop,
  highKeyAt,
  highKeyLength,
  lowKeyAt,
  lowKeyLength,
  pageGarbage,
  prefixLength,
  slotCount,
  startHeap,
  usableBytes,
} from './page.ts';
import {keyOffset, keySuffixLength, recordAt, recordLength} from './records.ts';

/** The page as it was before a rebuild. One per thread is enough: no change is interrupted (D1). */
const before = new Memory(new ArrayBuffer(PAGE_SIZE_MAX));

const NO_SLOT = -1;

/** True when a record of this length and its slot can be added. */
export function fitsInsert(mem: Memory, base: number, length: number): boolean {
  return freeAfterCompaction(mem, base) >= length + SLOT_SIZE;
}

/** True when the clustered record of `slot` can take a payload of this length. */
export function fitsReplace(mem: Memory, base: number, slot: number, newPayloadLength: number): boolean {
  const record = recordAt(mem, base, slot);
  const oldLength = recordLength(mem, record);
  const newLength = rowHead(mem, record) + newPayloadLength;
  return newLength <= oldLength + freeAfterCompaction(mem, base);
}

/** Bytes of a clustered record before its payload. */
function rowHead(mem: Memory, record: number): number {
  return Clustered.header + mem.view.getUint16(record + Clustered.keySuffixLength, true);
}

/** Inserts the record whose bytes stand at `sourceAt` of `source` (another page or buffer) before what is now `slot`. */
export function insertRecord(
  mem: Memory,
  base: number,
  pageSize: number,
  slot: number,
  source: Memory,
  sourceAt: number,
  length: number,
  suffixLength: number,
): void {
  if (!fitsInsert(mem, base, length)) overflow(length);
  if (freeSpace(mem, base) < length + SLOT_SIZE) compactPage(mem, base, pageSize);
  const count = slotCount(mem, base);
  const offset = heapTop(mem, base) - length;
  copyMemory(mem, base + offset, source, sourceAt, length);
  openSlot(mem, base, slot, count);
  mem.view.setUint16(base + At.slotCount, count + 1, true);
  mem.view.setUint16(base + At.heapTop, offset, true);
  setSlot(mem, base, slot, offset, suffixLength);
}

/** Out of line, so that the functions that check make no closure. */
function overflow(length: number): never {
  throw new BugError(`${length} bytes do not fit the page; the caller has not checked`);
}

/** Moves the slots from `slot` on one place up. */
function openSlot(mem: Memory, base: number, slot: number, count: number): void {
  const first = (base + PAGE_HEADER) >>> 2;
  const end = first + 2 * slot;
  for (let i = first + 2 * count - 1; i >= end; i--) mem.ints[i + 2] = mem.ints[i];
}

/** Writes a slot: position and suffix length of its record, and the head made of its key. */
function setSlot(mem: Memory, base: number, slot: number, offset: number, suffixLength: number): void {
  const at = base + PAGE_HEADER + slot * SLOT_SIZE;
  mem.ints[at >>> 2] = keyHead(mem.bytes, base + offset + keyOffset(mem, base), suffixLength);
  mem.view.setUint16(at + 4, offset, true);
  mem.view.setUint16(at + 6, suffixLength, true);
}

/** Removes the record of `slot` for good. */
export function removeRecord(mem: Memory, base: number, slot: number): void {
  const count = slotCount(mem, base);
  assert(slot >= 0 && slot < count, () => `slot ${slot} of ${count}`);
  const record = recordAt(mem, base, slot);
  freeHeap(mem, base, record - base, recordLength(mem, record));
  const end = (base + PAGE_HEADER + count * SLOT_SIZE) >>> 2;
  for (let i = (base + PAGE_HEADER + slot * SLOT_SIZE) >>> 2; i < end - 2; i++) mem.ints[i] = mem.ints[i + 2];
  mem.view.setUint16(base + At.slotCount, count - 1, true);
}

/** Gives heap bytes up: the lowest ones become free space, others garbage. */
function freeHeap(mem: Memory, base: number, offset: number, length: number): void {
  if (offset === heapTop(mem, base)) mem.view.setUint16(base + At.heapTop, offset + length, true);
  else mem.view.setUint16(base + At.garbage, pageGarbage(mem, base) + length, true);
}

/**
 * Gives the clustered record of `slot` a new payload: the first `samePrefix` and last `sameSuffix` bytes of the old one around the
 * middle bytes at `middleAt` of `source`. Header and key stay. samePrefix + sameSuffix must not exceed the old or the new length.
 */
export function replacePayload(
  mem: Memory,
  base: number,
  pageSize: number,
  slot: number,
  newPayloadLength: number,
  samePrefix: number,
  sameSuffix: number,
  source: Memory,
  middleAt: number,
): void {
  assert(fitsReplace(mem, base, slot, newPayloadLength), () => `a payload of ${newPayloadLength} does not fit`);
  const record = recordAt(mem, base, slot);
  const oldLength = recordLength(mem, record);
  const head = rowHead(mem, record);
  const newLength = head + newPayloadLength;
  if (newLength > oldLength) {
    growRecord(mem, base, pageSize, slot, newLength, head + samePrefix, sameSuffix, source, middleAt);
    return;
  }
  if (newLength < oldLength) {
    copyMemory(mem, record + newLength - sameSuffix, mem, record + oldLength - sameSuffix, sameSuffix);
    mem.view.setUint16(record, newLength, true);
    mem.view.setUint16(base + At.garbage, pageGarbage(mem, base) + oldLength - newLength, true);
  }
  const middle = newPayloadLength - samePrefix - sameSuffix;
  copyMemory(mem, record + head + samePrefix, source, middleAt, middle);
}

/** Builds the longer record anew at the heap's top: `keep` bytes of the old one, the middle, the old suffix. */
function growRecord(
  mem: Memory,
  base: number,
  pageSize: number,
  slot: number,
  newLength: number,
  keep: number,
  sameSuffix: number,
  source: Memory,
  middleAt: number,
): void {
  let old = mem;
  let oldAt = recordAt(mem, base, slot);
  const oldLength = recordLength(mem, oldAt);
  if (freeSpace(mem, base) >= newLength) {
    mem.view.setUint16(base + At.garbage, pageGarbage(mem, base) + oldLength, true);
  } else {
    rebuildInPlace(mem, base, pageSize, slot);
    old = before;
    oldAt -= base;
  }
  const offset = heapTop(mem, base) - newLength;
  const record = base + offset;
  copyMemory(mem, record, old, oldAt, keep);
  copyMemory(mem, record + keep, source, middleAt, newLength - keep - sameSuffix);
  copyMemory(mem, record + newLength - sameSuffix, old, oldAt + oldLength - sameSuffix, sameSuffix);
  mem.view.setUint16(record, newLength, true);
  mem.view.setUint16(base + At.heapTop, offset, true);
  mem.view.setUint16(base + PAGE_HEADER + slot * SLOT_SIZE + 4, offset, true);
}

/** Moves all live bytes together, in slot order from the end of the page, and zeroes what is free. */
export function compactPage(mem: Memory, base: number, pageSize: number): void {
  rebuildInPlace(mem, base, pageSize, NO_SLOT);
}

/** Compacts; the record of `skip` is left out and its slot left dangling for the caller. `before` holds the old page. */
function rebuildInPlace(mem: Memory, base: number, pageSize: number, skip: number): void {
  copyMemory(before, 0, mem, base, pageSize);
  const count = slotCount(before, 0);
  startHeap(
    mem,
    base,
    pageSize,
    before.bytes,
    lowKeyAt(before, 0),
    lowKeyLength(before, 0),
    before.bytes,
    highKeyAt(before, 0),
    highKeyLength(before, 0),
  );
  moveRecords(mem, base, before, 0, 0, count, skip);
}

/**
 * Shortens the page to its first `keep` slots and a new high key, and strips the longer prefix. Check with bytesAfterRebuild first.
 * Right link and flags are the caller's.
 */
export function cutRight(
  mem: Memory,
  base: number,
  pageSize: number,
  keep: number,
  high: Uint8Array,
  highLength: number,
): void {
  copyMemory(before, 0, mem, base, pageSize);
  const low = before.bytes;
  startHeap(mem, base, pageSize, low, lowKeyAt(before, 0), lowKeyLength(before, 0), high, 0, highLength);
  mem.view.setUint16(base + At.slotCount, keep, true);
  moveRecords(mem, base, before, 0, 0, keep, NO_SLOT);
}

/**
 * Heap and slot bytes that the slots [from, to) of a page would take under other boundary keys (INFINITE lengths allowed).
 * The keys must fit the new boundaries, so that they share the new prefix.
 */
export function bytesAfterRebuild(
  mem: Memory,
  base: number,
  from: number,
  to: number,
  low: Uint8Array,
  lowAt: number,
  lowLength: number,
  high: Uint8Array,
  highAt: number,
  highLength: number,
): number {
  const prefix = commonKeyPrefix(low, lowAt, lowLength, high, highAt, highLength);
  const shorter = prefix - prefixLength(mem, base);
  let bytes = Math.max(lowLength, 0) + Math.max(highLength, 0);
  for (let slot = from; slot < to; slot++) {
    bytes += recordLength(mem, recordAt(mem, base, slot)) - shorter + SLOT_SIZE;
  }
  return bytes;
}

/**
 * Appends the records of slots [from, to) of another page to the empty heap of a page of the same type, as slots 0.., with its prefix.
 * `skip` (a source slot) is passed over and its slot left as it is. Zeroes the free space and sets heapTop; slotCount is the caller's.
 */
export function moveRecords(
  mem: Memory,
  base: number,
  source: Memory,
  sourceBase: number,
  from: number,
  to: number,
  skip: number,
): void {
  const shorter = prefixLength(mem, base) - prefixLength(source, sourceBase);
  let top = heapTop(mem, base);
  for (let slot = from; slot < to; slot++) {
    if (slot === skip) continue;
    const record = recordAt(source, sourceBase, slot);
    const suffixLength = keySuffixLength(source, sourceBase, slot);
    top -= recordLength(source, record) - shorter;
    if (shorter === 0) copyMemory(mem, base + top, source, record, recordLength(source, record));
    else moveWithPrefix(mem, base, top, source, sourceBase, record, suffixLength, shorter);
    setSlot(mem, base, slot - from, top, suffixLength - shorter);
  }
  const slotsEnd = PAGE_HEADER + (to - from) * SLOT_SIZE;
  assert(top >= slotsEnd, () => `rebuilt page overflows: heap at ${top}, slots to ${slotsEnd}`);
  mem.bytes.fill(0, base + slotsEnd, base + top);
  mem.view.setUint16(base + At.heapTop, top, true);
}

/** Copies one record to `top`, its key suffix made `shorter` bytes shorter, or longer by bytes of the source's prefix if negative. */
function moveWithPrefix(
  mem: Memory,
  base: number,
  top: number,
  source: Memory,
  sourceBase: number,
  record: number,
  suffixLength: number,
  shorter: number,
): void {
  const offset = keyOffset(mem, base);
  const length = recordLength(source, record);
  const target = base + top;
  copyMemory(mem, target, source, record, offset);
  if (shorter > 0) {
    assert(shorter <= suffixLength, () => 'a key does not begin with the new prefix');
    copyMemory(mem, target + offset, source, record + offset + shorter, length - offset - shorter);
  } else {
    const prefixAt = lowKeyAt(source, sourceBase) + prefixLength(mem, base);
    copyKeyBytes(mem.bytes, target + offset, source.bytes, prefixAt, -shorter);
    copyMemory(mem, target + offset - shorter, source, record + offset, length - offset);
  }
  mem.view.setUint16(target, length - shorter, true);
  mem.view.setUint16(target + offset - 2, suffixLength - shorter, true);
}

/** True when slots, records and boundary keys of that many bytes fit a page. */
export function fitsPage(bytes: number, pageSize: number): boolean {
  return bytes <= usableBytes(pageSize);
}
