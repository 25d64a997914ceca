// Are two images of a page the same version of the same page? The checker of I3 asks it: the page in somebody's memory against what
// applyRedo makes of the log.
//
// Equal means: header, slots, live records, boundary keys, trailer. Not compared are the checksum (made on the way out), the CTS hints (S11)
// and bytes that nothing names: garbage and free space.

import type {Memory} from '../memory.ts';
import {At, Clustered, PAGE_HEADER, PAGE_TRAILER, SLOT_SIZE} from './layout.ts';
import {
  heapTop,
  highKeyAt,
  highKeyLength,
  INFINITE,
  isTreeType,
  lowKeyAt,
  lowKeyLength,
  pageType,
  slotCount,
} from './page.ts';
import {holdsRows, recordAt, recordLength} from './records.ts';

/** Tells the first difference between two page images, CTS hints aside; undefined when they are the same. */
export function samePageExceptHints(
  a: Memory,
  aBase: number,
  b: Memory,
  bBase: number,
  pageSize: number,
): string | undefined {
  const differ = (at: number, length: number): number => firstDifference(a, aBase + at, b, bBase + at, length);
  const header = differ(At.magic, PAGE_HEADER - At.magic);
  if (header >= 0) return `header differs at byte ${At.magic + header}`;
  if (differ(pageSize - PAGE_TRAILER, PAGE_TRAILER) >= 0) return 'trailers differ';
  if (!isTreeType(pageType(a, aBase))) {
    const body = differ(PAGE_HEADER, heapTop(a, aBase) - PAGE_HEADER);
    return body < 0 ? undefined : `contents differ at byte ${PAGE_HEADER + body}`;
  }
  const slots = differ(PAGE_HEADER, slotCount(a, aBase) * SLOT_SIZE);
  if (slots >= 0) return `slot ${Math.floor(slots / SLOT_SIZE)} differs`;
  return differentHeap(a, aBase, b, bBase);
}

/** Compares boundary keys and records; headers and slots are known to be equal. */
function differentHeap(a: Memory, aBase: number, b: Memory, bBase: number): string | undefined {
  const low = lowKeyLength(a, aBase);
  const high = highKeyLength(a, aBase);
  if (low !== INFINITE && firstDifference(a, lowKeyAt(a, aBase), b, lowKeyAt(b, bBase), low) >= 0) {
    return 'low keys differ';
  }
  if (high !== INFINITE && firstDifference(a, highKeyAt(a, aBase), b, highKeyAt(b, bBase), high) >= 0) {
    return 'high keys differ';
  }
  const rows = holdsRows(a, aBase);
  const count = slotCount(a, aBase);
  for (let slot = 0; slot < count; slot++) {
    const at = differentRecord(a, recordAt(a, aBase, slot), b, recordAt(b, bBase, slot), rows);
    if (at >= 0) return `record of slot ${slot} differs at byte ${at}`;
  }
  return undefined;
}

function differentRecord(a: Memory, aAt: number, b: Memory, bAt: number, row: boolean): number {
  const length = recordLength(a, aAt);
  if (!row) return firstDifference(a, aAt, b, bAt, length);
  const head = firstDifference(a, aAt, b, bAt, Clustered.cts);
  if (head >= 0) return head;
  const behind = Clustered.cts + 8;
  const rest = firstDifference(a, aAt + behind, b, bAt + behind, length - behind);
  return rest < 0 ? rest : behind + rest;
}

/** Offset of the first byte that differs, or -1. */
function firstDifference(a: Memory, aAt: number, b: Memory, bAt: number, length: number): number {
  for (let i = 0; i < length; i++) if (a.bytes[aAt + i] !== b.bytes[bAt + i]) return i;
  return -1;
}
