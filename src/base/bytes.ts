// Little-endian integers of odd widths inside byte views. Offsets are absolute in the view.
// u48 holds LSNs, LLSNs and timestamps: integers below 2^48 that fit a number exactly.

/** The largest value a u48 field can hold. */
export const U48_MAX = 0xffff_ffff_ffff;

/** Reads an unsigned 48-bit little-endian integer. */
export function getU48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 4294967296;
}

/** Writes an unsigned 48-bit little-endian integer; `value` must be an integer in [0, 2^48). */
export function setU48(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint16(at + 4, (value / 4294967296) | 0, true);
}

/** Copies `length` bytes between views: a word loop for short runs, the platform's copy for long ones (hot-path 2). */
export function copyBytes(
  target: Uint8Array,
  targetView: DataView,
  targetAt: number,
  source: Uint8Array,
  sourceView: DataView,
  sourceAt: number,
  length: number,
): void {
  if (length > 96) {
    target.set(source.subarray(sourceAt, sourceAt + length), targetAt);
    return;
  }
  let i = 0;
  for (; i + 4 <= length; i += 4) targetView.setUint32(targetAt + i, sourceView.getUint32(sourceAt + i));
  for (; i < length; i++) target[targetAt + i] = source[sourceAt + i];
}

/** Compares two byte runs as unsigned bytes: negative, zero or positive. The shorter run sorts first on a tie. */
export function compareBytes(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
): number {
  const n = Math.min(aLength, bLength);
  for (let i = 0; i < n; i++) {
    const d = a[aAt + i] - b[bAt + i];
    if (d !== 0) return d;
  }
  return aLength - bLength;
}

/** The parts, one behind the other. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
