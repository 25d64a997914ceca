// Copying and comparing runs of bytes between memories.
//
// Short runs go word by word, long ones through the platform's copy: the call into it costs more than sixty bytes of loop
// (hot-path.md 2). Rows live in a Memory, keys in a plain Uint8Array, hence the two families.

import type {Memory} from '../memory.ts';

/** Runs up to this many bytes are copied by a word loop. */
const SHORT = 64;

/**
 * Copies bytes between memories. The runs may overlap in one memory only when the target lies below the source.
 */
export function copyMemory(target: Memory, targetAt: number, source: Memory, sourceAt: number, length: number): void {
  if (length > SHORT) {
    source.buffer.copy(target.buffer, targetAt, sourceAt, sourceAt + length);
    return;
  }
  let i = 0;
  for (; i + 4 <= length; i += 4) target.view.setUint32(targetAt + i, source.view.getUint32(sourceAt + i));
  for (; i < length; i++) target.bytes[targetAt + i] = source.bytes[sourceAt + i];
}

/** Copies key bytes between plain views, which must not overlap. */
export function copyKeyBytes(
  target: Uint8Array,
  targetAt: number,
  source: Uint8Array,
  sourceAt: number,
  length: number,
): void {
  if (length > SHORT) {
    target.set(source.subarray(sourceAt, sourceAt + length), targetAt);
    return;
  }
  for (let i = 0; i < length; i++) target[targetAt + i] = source[sourceAt + i];
}

/** How many bytes two runs share from their beginning, at most `limit`. */
export function samePrefixLength(a: Memory, aAt: number, b: Memory, bAt: number, limit: number): number {
  let i = 0;
  while (i + 4 <= limit && a.view.getInt32(aAt + i) === b.view.getInt32(bAt + i)) i += 4;
  while (i < limit && a.bytes[aAt + i] === b.bytes[bAt + i]) i++;
  return i;
}

/** How many bytes the runs that end at `aEnd` and `bEnd` share from their end, at most `limit`. */
export function sameSuffixLength(a: Memory, aEnd: number, b: Memory, bEnd: number, limit: number): number {
  let i = 0;
  while (i + 4 <= limit && a.view.getInt32(aEnd - i - 4) === b.view.getInt32(bEnd - i - 4)) i += 4;
  while (i < limit && a.bytes[aEnd - i - 1] === b.bytes[bEnd - i - 1]) i++;
  return i;
}

/** Length of the common prefix of two keys; 0 when either is infinite (negative length). */
export function commonKeyPrefix(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
): number {
  const limit = Math.min(aLength, bLength);
  let i = 0;
  while (i < limit && a[aAt + i] === b[bAt + i]) i++;
  return i;
}

const SIGN = -0x8000_0000;

/**
 * The slot head of a key: its first four bytes after the page's prefix, big-endian, zero padded, with the sign bit flipped, so that
 * comparing heads as int32 compares the bytes.
 */
export function keyHead(bytes: Uint8Array, at: number, length: number): number {
  if (length >= 4) {
    return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) ^ SIGN;
  }
  let head = 0;
  for (let i = 0; i < length; i++) head |= bytes[at + i] << (24 - 8 * i);
  return head ^ SIGN;
}
