// The checker of a single page (the page part of I8): what must be true of its bytes whatever the tree looks like.
//
//   1  header and trailer carry the same LLSN and the magic numbers
//   2  slots, records, boundary keys and garbage add up to the heap, and nothing overlaps
//   3  every record's own lengths agree with its slot
//   4  heads are those of the keys; keys ascend strictly
//   5  low key <= every key < high key; low < high; the prefix is exactly what low and high key share
//   6  the first key of an internal page is its low key
//
// Used after tests, in the simulator and by `pando check`. It allocates as it likes.

import {compareBytes, getU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {commonKeyPrefix, keyHead} from './bytes.ts';
import {At, PAGE_HEADER, PAGE_MAGIC, PAGE_TRAILER, PAGE_VERSION, PageType, SLOT_SIZE} from './layout.ts';
import {
  copyHighKey,
  copyLowKey,
  freeSpace,
  heapTop,
  highKeyAt,
  highKeyLength,
  INFINITE,
  isTreeType,
  lowKeyAt,
  lowKeyLength,
  pageGarbage,
  pageLlsn,
  pageType,
  prefixLength,
  slotCount,
} from './page.ts';
import {copyKey, keyOffset, keySuffixLength, primaryKeyLength, recordAt, recordLength} from './records.ts';

/** Every violation found in the page, in words; empty when it is sound. Reads inside the page only, however damaged it is. */
export function checkPage(mem: Memory, base: number, pageSize: number): string[] {
  const faults: string[] = [];
  checkFrame(mem, base, pageSize, faults);
  const type = pageType(mem, base);
  if (type > PageType.counter) faults.push(`unknown page type ${type}`);
  if (isTreeType(type)) checkTreePage(mem, base, pageSize, faults);
  else {
    const mark = heapTop(mem, base);
    if (mark < PAGE_HEADER || mark > pageSize - PAGE_TRAILER) faults.push(`fill mark ${mark} outside the page`);
  }
  return faults;
}

function checkFrame(mem: Memory, base: number, pageSize: number, faults: string[]): void {
  const trailer = base + pageSize - PAGE_TRAILER;
  if (mem.view.getUint16(base + At.magic, true) !== PAGE_MAGIC) faults.push('wrong magic in the header');
  if (mem.view.getUint16(trailer + 6, true) !== PAGE_MAGIC) faults.push('wrong magic in the trailer');
  if (mem.bytes[base + At.version] !== PAGE_VERSION) faults.push(`version ${mem.bytes[base + At.version]}`);
  const tail = getU48(mem.view, trailer);
  if (tail !== pageLlsn(mem, base)) faults.push(`LLSN ${pageLlsn(mem, base)} in the header, ${tail} in the trailer`);
}

function checkTreePage(mem: Memory, base: number, pageSize: number, faults: string[]): void {
  const top = heapTop(mem, base);
  if (freeSpace(mem, base) < 0 || top > pageSize - PAGE_TRAILER) {
    faults.push(`heap begins at ${top}, slots end at ${PAGE_HEADER + slotCount(mem, base) * SLOT_SIZE}`);
    return;
  }
  const found = faults.length;
  const runs = collectRuns(mem, base, pageSize, faults);
  if (faults.length > found) return;
  checkHeap(mem, base, pageSize, runs, faults);
  checkBoundaries(mem, base, faults);
  checkKeys(mem, base, pageSize, faults);
}

/** A stretch of the heap that something names. */
interface Run {
  readonly what: string;
  readonly at: number;
  readonly length: number;
}

/** Boundary keys and records as runs, each checked to lie in the heap and to be of one piece. */
function collectRuns(mem: Memory, base: number, pageSize: number, faults: string[]): Run[] {
  const runs: Run[] = [];
  const low = lowKeyLength(mem, base);
  const high = highKeyLength(mem, base);
  if (low !== INFINITE) addRun(runs, mem, base, pageSize, 'low key', lowKeyAt(mem, base), low, faults);
  if (high !== INFINITE) addRun(runs, mem, base, pageSize, 'high key', highKeyAt(mem, base), high, faults);
  if (prefixLength(mem, base) > 0 && prefixLength(mem, base) > low) faults.push('prefix is longer than the low key');
  const head = keyOffset(mem, base);
  for (let slot = 0; slot < slotCount(mem, base); slot++) {
    const record = recordAt(mem, base, slot);
    const what = `record of slot ${slot}`;
    if (!addRun(runs, mem, base, pageSize, what, record, head, faults)) continue;
    const length = recordLength(mem, record);
    runs.pop();
    addRun(runs, mem, base, pageSize, what, record, length, faults);
    const suffix = keySuffixLength(mem, base, slot);
    const own = mem.view.getUint16(record + head - 2, true);
    if (own !== suffix) faults.push(`${what}: key suffix of ${own} bytes, the slot says ${suffix}`);
    if (length < head + suffix) faults.push(`${what}: ${length} bytes cannot hold a key suffix of ${suffix}`);
    if (pageType(mem, base) !== PageType.clusteredLeaf && length !== head + suffix) {
      faults.push(`${what}: ${length} bytes, but head and key are ${head + suffix}`);
    }
  }
  return runs;
}

/** Adds a run if it lies inside the heap, else a fault. */
function addRun(
  runs: Run[],
  mem: Memory,
  base: number,
  pageSize: number,
  what: string,
  position: number,
  length: number,
  faults: string[],
): boolean {
  const at = position - base;
  if (at < heapTop(mem, base) || at + length > pageSize - PAGE_TRAILER) {
    faults.push(`${what} at ${at}, ${length} bytes, lies outside the heap`);
    return false;
  }
  runs.push({what, at, length});
  return true;
}

function checkHeap(mem: Memory, base: number, pageSize: number, runs: Run[], faults: string[]): void {
  let live = 0;
  for (const run of runs) live += run.length;
  const heap = pageSize - PAGE_TRAILER - heapTop(mem, base);
  if (live + pageGarbage(mem, base) !== heap) {
    faults.push(`heap of ${heap} bytes, but ${live} are live and ${pageGarbage(mem, base)} garbage`);
  }
  const ordered = runs.filter(run => run.length > 0).sort((a, b) => a.at - b.at);
  for (let i = 1; i < ordered.length; i++) {
    const left = ordered[i - 1];
    const right = ordered[i];
    if (left.at + left.length > right.at) faults.push(`${left.what} and ${right.what} overlap`);
  }
}

function checkBoundaries(mem: Memory, base: number, faults: string[]): void {
  const low = lowKeyLength(mem, base);
  const high = highKeyLength(mem, base);
  const lowAt = lowKeyAt(mem, base);
  const highAt = highKeyAt(mem, base);
  const shared = commonKeyPrefix(mem.bytes, lowAt, low, mem.bytes, highAt, high);
  if (shared !== prefixLength(mem, base)) {
    faults.push(`prefix of ${prefixLength(mem, base)} bytes, low and high key share ${shared}`);
  }
  if (low === INFINITE || high === INFINITE) return;
  if (compareBytes(mem.bytes, lowAt, low, mem.bytes, highAt, high) >= 0) faults.push('low key is not below high key');
}

function checkKeys(mem: Memory, base: number, pageSize: number, faults: string[]): void {
  const count = slotCount(mem, base);
  const low = boundary(mem, base, pageSize, copyLowKey);
  const high = boundary(mem, base, pageSize, copyHighKey);
  let previous: Uint8Array | undefined;
  for (let slot = 0; slot < count; slot++) {
    const whole = new Uint8Array(2 * pageSize); // prefix and suffix each fit the page
    const key = whole.subarray(0, copyKey(mem, base, slot, whole, 0));
    if (previous && order(previous, key) >= 0) faults.push(`key of slot ${slot} is not above the one before`);
    if (slot === 0 && low && order(key, low) < 0) faults.push('first key is below the low key');
    if (slot === count - 1 && high && order(key, high) >= 0) faults.push('last key is not below the high key');
    checkSlot(mem, base, slot, key, faults);
    previous = key;
  }
  if (pageType(mem, base) === PageType.internal && count > 0) {
    const first = new Uint8Array(pageSize);
    const length = copyKey(mem, base, 0, first, 0);
    if (order(first.subarray(0, length), low ?? new Uint8Array(0)) !== 0) faults.push('first key is not the low key');
  }
}

function checkSlot(mem: Memory, base: number, slot: number, key: Uint8Array, faults: string[]): void {
  const prefix = prefixLength(mem, base);
  const head = mem.view.getInt32(base + PAGE_HEADER + slot * SLOT_SIZE, true);
  if (head !== keyHead(key, prefix, key.length - prefix)) faults.push(`head of slot ${slot} is not that of its key`);
  if (pageType(mem, base) !== PageType.secondaryLeaf) return;
  const primary = primaryKeyLength(mem, recordAt(mem, base, slot));
  if (primary > key.length) faults.push(`slot ${slot}: primary key of ${primary} in a key of ${key.length} bytes`);
}

function boundary(
  mem: Memory,
  base: number,
  pageSize: number,
  copy: (mem: Memory, base: number, target: Uint8Array, at: number) => number,
): Uint8Array | undefined {
  const key = new Uint8Array(pageSize);
  const length = copy(mem, base, key, 0);
  return length === INFINITE ? undefined : key.subarray(0, length);
}

function order(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}
