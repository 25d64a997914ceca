// Copies from row bytes, and MySQL's length-encoded integers.
//
// Short runs are copied word by word, long ones by the platform (hot-path.md 2).

import type {Memory} from '../memory.ts';

const WORD_LOOP_MAX = 44;

/** Copies `length` bytes of `source` to `out`; returns the end in `out`. */
export function copyOut(
  source: Memory,
  from: number,
  length: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  if (length > WORD_LOOP_MAX) {
    source.buffer.copy(out, at, from, from + length);
    return at + length;
  }
  const view = source.view;
  let i = 0;
  for (; i + 4 <= length; i += 4) outView.setUint32(at + i, view.getUint32(from + i));
  for (; i < length; i++) out[at + i] = source.bytes[from + i];
  return at + length;
}

/** Bytes of the length prefix of a string of `length` bytes. */
export function prefixBytes(length: number): number {
  if (length < 251) return 1;
  if (length < 65536) return 3;
  return length < 16777216 ? 4 : 9;
}

/** Writes a length-encoded integer below 2^32; returns the end. */
export function writeLength(out: Uint8Array, at: number, length: number): number {
  if (length < 251) {
    out[at] = length;
    return at + 1;
  }
  const wide = prefixBytes(length);
  out[at] = wide === 3 ? 0xfc : wide === 4 ? 0xfd : 0xfe;
  let rest = length;
  for (let i = 1; i < wide; i++) {
    out[at + i] = rest & 255;
    rest = Math.floor(rest / 256);
  }
  return at + wide;
}

/** Offset of the content of a length-encoded string that starts at `at`. */
export function contentAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 251) return at + 1;
  return at + (first === 0xfc ? 3 : first === 0xfd ? 4 : 9);
}
