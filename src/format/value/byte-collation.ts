// Collations that compare bytes, NO PAD: `binary` and utf8mb4_0900_bin.
//
// A key is the bytes with 00 written as 01 01 and 01 as 01 02, then 00: self-delimiting, and memcmp of two keys gives the
// order of the byte strings. Byte 00 occurs only as the end.

import {codePointAt, codePointLength, mixHash} from './utf8.ts';

const KEY_END = 0;
const ESCAPE = 1;

/** Compares by code points, which is the order of the UTF-8 bytes (and not of the UTF-16 units). */
export function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return codePointFrom(a, i) - codePointFrom(b, i);
  }
  return a.length - b.length;
}

/** The code point that the unit at `i` belongs to, when the text before it is equal in both texts. */
function codePointFrom(text: string, i: number): number {
  const inPair = (text.charCodeAt(i) & 0xfc00) === 0xdc00 && i > 0 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
  return codePointAt(text, inPair ? i - 1 : i);
}

/** A 32-bit hash of the code points. */
export function hashCodePoints(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; ) {
    const code = codePointAt(text, i);
    i += codePointLength(code);
    hash = mixHash(hash, code + 1);
  }
  return hash >>> 0;
}

/** Writes the bytes with their escapes, without the end; returns their end. */
export function writeBytesPrefix(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  let to = targetAt;
  for (let i = at; i < end; i++) {
    const byte = source[i];
    if (byte <= ESCAPE) {
      target[to++] = ESCAPE;
      target[to++] = byte + 1;
    } else {
      target[to++] = byte;
    }
  }
  return to;
}

/** Writes a key; returns its end. */
export function writeBytesKey(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  const to = writeBytesPrefix(source, at, end, target, targetAt);
  target[to] = KEY_END;
  return to + 1;
}
