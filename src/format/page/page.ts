// The page as a whole: header fields, identity, checksum, low and high key, free space.
//
// Every function takes (memory, base): the page lies at `base`, a multiple of 8. The page size is a parameter of the volume
// (512 to 32768) and is passed where the end of the page matters. Nothing here allocates.
//
//   base                                                                              base+pageSize
//   | header 64 | slots -> |              free              | <- records, low, high | trailer 8 |
//               64         64+8n                        heapTop
//
// Identity of a page version is (llsn, incarnation). The LLSN stands in the trailer too: header and trailer that differ
// betray a torn copy without a checksum.

import {getU48, setU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {commonKeyPrefix, copyKeyBytes} from './bytes.ts';
import {At, PAGE_HEADER, PAGE_MAGIC, PAGE_TRAILER, PAGE_VERSION, PageType, SLOT_SIZE} from './layout.ts';

/** Length that stands for an infinite low or high key. */
export const INFINITE = -1;

/** CRC-32 of the bytes. */
export type PageChecksum = (bytes: Uint8Array) => number;

export function pageNo(mem: Memory, base: number): number {
  return mem.view.getUint32(base + At.pageNo, true);
}

/** LLSN of the last redo record applied. */
export function pageLlsn(mem: Memory, base: number): number {
  return getU48(mem.view, base + At.llsn);
}

/** Incarnation of the last writer. */
export function pageIncarnation(mem: Memory, base: number): number {
  return mem.view.getUint32(base + At.incarnation, true);
}

export function pageType(mem: Memory, base: number): PageType {
  return mem.bytes[base + At.type] as PageType;
}

/** PageFlag bits. */
export function pageFlags(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.flags, true);
}

export function pageTreeId(mem: Memory, base: number): number {
  return mem.view.getUint32(base + At.treeId, true);
}

/** Height above the leaves. */
export function pageLevel(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.level, true);
}

export function slotCount(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.slotCount, true);
}

/** Tree pages: lowest byte of the heap. Other pages: fill mark, the first byte not written yet. Relative to the page. */
export function heapTop(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.heapTop, true);
}

/** Bytes in the heap that nothing names. */
export function pageGarbage(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.garbage, true);
}

/** Right sibling, or the next page of an overflow value; 0 = none. */
export function pageRight(mem: Memory, base: number): number {
  return mem.view.getUint32(base + At.right, true);
}

/** Bytes that every key of the page begins with; they are stripped from the records. */
export function prefixLength(mem: Memory, base: number): number {
  return mem.view.getUint16(base + At.prefixLength, true);
}

/** Highest start stamp that ever changed a row of this page (K1). */
export function pageMaxStart(mem: Memory, base: number): number {
  return getU48(mem.view, base + At.maxStart);
}

/** Records that a transaction with this start stamp changed a row here. */
export function raiseMaxStart(mem: Memory, base: number, startStamp: number): void {
  if (startStamp > getU48(mem.view, base + At.maxStart)) setU48(mem.view, base + At.maxStart, startStamp);
}

/** True when pages of this type hold slots and records. */
export function isTreeType(type: number): boolean {
  return type === PageType.clusteredLeaf || type === PageType.secondaryLeaf || type === PageType.internal;
}

/** Length of the low key, or INFINITE. */
export function lowKeyLength(mem: Memory, base: number): number {
  if (mem.view.getUint16(base + At.lowKeyAt, true) === 0) return INFINITE;
  return mem.view.getUint16(base + At.lowKeyLength, true);
}

/** Length of the high key, or INFINITE. */
export function highKeyLength(mem: Memory, base: number): number {
  if (mem.view.getUint16(base + At.highKeyAt, true) === 0) return INFINITE;
  return mem.view.getUint16(base + At.highKeyLength, true);
}

/** Position of the low key in the memory; meaningful when the key is finite. */
export function lowKeyAt(mem: Memory, base: number): number {
  return base + mem.view.getUint16(base + At.lowKeyAt, true);
}

/** Position of the high key in the memory; meaningful when the key is finite. */
export function highKeyAt(mem: Memory, base: number): number {
  return base + mem.view.getUint16(base + At.highKeyAt, true);
}

/** Copies the low key into `target`; returns its length, or INFINITE with nothing copied. */
export function copyLowKey(mem: Memory, base: number, target: Uint8Array, at: number): number {
  const length = lowKeyLength(mem, base);
  if (length > 0) copyKeyBytes(target, at, mem.bytes, lowKeyAt(mem, base), length);
  return length;
}

/** Copies the high key into `target`; returns its length, or INFINITE with nothing copied. */
export function copyHighKey(mem: Memory, base: number, target: Uint8Array, at: number): number {
  const length = highKeyLength(mem, base);
  if (length > 0) copyKeyBytes(target, at, mem.bytes, highKeyAt(mem, base), length);
  return length;
}

/** Bytes between slots and heap: what can be used without moving anything. Tree pages only. */
export function freeSpace(mem: Memory, base: number): number {
  return heapTop(mem, base) - PAGE_HEADER - SLOT_SIZE * slotCount(mem, base);
}

/** Bytes that are free once the heap has been compacted. A new record needs its length plus SLOT_SIZE. Tree pages only. */
export function freeAfterCompaction(mem: Memory, base: number): number {
  return freeSpace(mem, base) + pageGarbage(mem, base);
}

/** Bytes that a page of this size offers to slots, records, low and high key. */
export function usableBytes(pageSize: number): number {
  return pageSize - PAGE_HEADER - PAGE_TRAILER;
}

/** Makes (llsn, incarnation) the identity of the page version, in header and trailer. */
export function setIdentity(mem: Memory, base: number, pageSize: number, llsn: number, incarnation: number): void {
  setU48(mem.view, base + At.llsn, llsn);
  mem.view.setUint32(base + At.incarnation, incarnation, true);
  const trailer = base + pageSize - PAGE_TRAILER;
  setU48(mem.view, trailer, llsn);
  mem.view.setUint16(trailer + 6, PAGE_MAGIC, true);
}

/**
 * Makes an empty page with LLSN 0 (the caller sets the identity). Keys are given as (bytes, position, length), INFINITE for an open
 * end; they must fit the page, which the caller has checked.
 */
export function formatPage(
  mem: Memory,
  base: number,
  pageSize: number,
  number: number,
  type: PageType,
  level: number,
  treeId: number,
  right: number,
  low: Uint8Array,
  lowAt: number,
  lowLength: number,
  high: Uint8Array,
  highAt: number,
  highLength: number,
): void {
  mem.bytes.fill(0, base, base + pageSize);
  mem.view.setUint16(base + At.magic, PAGE_MAGIC, true);
  mem.bytes[base + At.version] = PAGE_VERSION;
  mem.bytes[base + At.type] = type;
  mem.view.setUint32(base + At.pageNo, number, true);
  mem.view.setUint32(base + At.treeId, treeId, true);
  mem.view.setUint16(base + At.level, level, true);
  mem.view.setUint32(base + At.right, right, true);
  setIdentity(mem, base, pageSize, 0, 0);
  if (isTreeType(type)) startHeap(mem, base, pageSize, low, lowAt, lowLength, high, highAt, highLength);
  else mem.view.setUint16(base + At.heapTop, PAGE_HEADER, true);
}

/** Begins an empty heap that holds the low and high key alone, and sets the prefix they share. The slots are the caller's. */
export function startHeap(
  mem: Memory,
  base: number,
  pageSize: number,
  low: Uint8Array,
  lowAt: number,
  lowLength: number,
  high: Uint8Array,
  highAt: number,
  highLength: number,
): void {
  let top = pageSize - PAGE_TRAILER;
  top = placeKey(mem, base, top, At.lowKeyAt, low, lowAt, lowLength);
  top = placeKey(mem, base, top, At.highKeyAt, high, highAt, highLength);
  const prefix = commonKeyPrefix(low, lowAt, lowLength, high, highAt, highLength);
  mem.view.setUint16(base + At.prefixLength, prefix, true);
  mem.view.setUint16(base + At.heapTop, top, true);
  mem.view.setUint16(base + At.garbage, 0, true);
}

/** Puts a boundary key below `top` and its position and length into the header field; returns the new top. */
function placeKey(
  mem: Memory,
  base: number,
  top: number,
  field: number,
  key: Uint8Array,
  keyAt: number,
  length: number,
): number {
  const at = length === INFINITE ? 0 : top - length;
  mem.view.setUint16(base + field, at, true);
  mem.view.setUint16(base + field + 2, length === INFINITE ? 0 : length, true);
  if (length === INFINITE) return top;
  copyKeyBytes(mem.bytes, base + at, key, keyAt, length);
  return at;
}

/** Computes the checksum into the header. Done when the page leaves a primary or is written by storage, never per change. */
export function sealChecksum(mem: Memory, base: number, pageSize: number, crc32: PageChecksum): void {
  mem.view.setUint32(base + At.checksum, crc32(mem.bytes.subarray(base + 4, base + pageSize)) >>> 0, true);
}

/**
 * Tells what is wrong with a sealed page image, or undefined when it is whole: magic, version, number, header against trailer, checksum.
 * The contents are the business of checkPage.
 */
export function verifyPage(
  mem: Memory,
  base: number,
  pageSize: number,
  expectedPageNo: number,
  crc32: PageChecksum,
): string | undefined {
  const {view} = mem;
  const trailer = base + pageSize - PAGE_TRAILER;
  if (view.getUint16(base + At.magic, true) !== PAGE_MAGIC) return 'no page: wrong magic in the header';
  if (mem.bytes[base + At.version] !== PAGE_VERSION) return `unknown version ${mem.bytes[base + At.version]}`;
  if (pageNo(mem, base) !== expectedPageNo) return `is page ${pageNo(mem, base)}, not ${expectedPageNo}`;
  if (view.getUint16(trailer + 6, true) !== PAGE_MAGIC) return 'torn: wrong magic in the trailer';
  const tail = getU48(view, trailer);
  if (tail !== pageLlsn(mem, base)) return `torn: LLSN ${pageLlsn(mem, base)} in the header, ${tail} in the trailer`;
  const sum = crc32(mem.bytes.subarray(base + 4, base + pageSize)) >>> 0;
  const stored = view.getUint32(base + At.checksum, true);
  return sum === stored ? undefined : `checksum is ${sum.toString(16)}, the header says ${stored.toString(16)}`;
}
