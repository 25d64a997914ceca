// Decimal digits written straight into bytes, without strings. Two digits at a time through a table: one division per pair.

// PAIRS[2*n], PAIRS[2*n+1]: the two ASCII digits of n, for n in [0, 99].
const PAIRS: Uint8Array = Uint8Array.from(
  {length: 200},
  (_, i) => 48 + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
);
const MINUS = 45;
const E9 = 1_000_000_000;

/** Number of decimal digits of an integer in [0, 2^32). */
export function digitCount(n: number): number {
  if (n < 10000) {
    if (n < 100) return n < 10 ? 1 : 2;
    return n < 1000 ? 3 : 4;
  }
  if (n < 1e8) {
    if (n < 1e6) return n < 1e5 ? 5 : 6;
    return n < 1e7 ? 7 : 8;
  }
  return n < E9 ? 9 : 10;
}

/** Writes two digits of `n` in [0, 99]; returns the end. */
export function writePair(out: Uint8Array, at: number, n: number): number {
  out[at] = PAIRS[2 * n];
  out[at + 1] = PAIRS[2 * n + 1];
  return at + 2;
}

/** Writes `n` in [0, 2^32) right-aligned into exactly `count` bytes from `at`, zero-padded; returns the end. */
export function writePadded(out: Uint8Array, at: number, n: number, count: number): number {
  let rest = n;
  let to = at + count;
  while (to - at >= 2) {
    const quotient = (rest / 100) | 0;
    const pair = 2 * (rest - quotient * 100);
    to -= 2;
    out[to] = PAIRS[pair];
    out[to + 1] = PAIRS[pair + 1];
    rest = quotient;
  }
  if (to > at) out[at] = 48 + (rest % 10);
  return at + count;
}

/** Writes an integer in [0, 2^32); returns the end. At most 10 bytes. */
export function writeU32(out: Uint8Array, at: number, n: number): number {
  if (n < 10) {
    out[at] = 48 + n;
    return at + 1;
  }
  return writePadded(out, at, n, digitCount(n));
}

/** Writes an integer in [-2^31, 2^31); returns the end. At most 11 bytes. */
export function writeI32(out: Uint8Array, at: number, n: number): number {
  if (n >= 0) return writeU32(out, at, n);
  out[at] = MINUS;
  return writeU32(out, at + 1, -n);
}

/** Writes the unsigned 64-bit integer `high * 2^32 + low` (both in [0, 2^32)); returns the end. At most 20 bytes. */
export function writeU64(out: Uint8Array, at: number, high: number, low: number): number {
  if (high === 0) return writeU32(out, at, low);
  // Long division by 10^9 in base 2^16, so that no step leaves 2^53.
  const top = Math.floor(high / E9);
  let rest = high - top * E9;
  const upper = rest * 65536 + (low >>> 16);
  const upperQuotient = Math.floor(upper / E9);
  rest = upper - upperQuotient * E9;
  const lower = rest * 65536 + (low & 0xffff);
  const lowerQuotient = Math.floor(lower / E9);
  rest = lower - lowerQuotient * E9;
  // The quotient is top * 2^32 + upperQuotient * 2^16 + lowerQuotient, at most 1.8 * 10^10.
  const quotient = top * 4294967296 + upperQuotient * 65536 + lowerQuotient;
  let to = at;
  if (quotient < E9) {
    to = writeU32(out, to, quotient);
  } else {
    const first = Math.floor(quotient / E9);
    to = writeU32(out, to, first);
    to = writePadded(out, to, quotient - first * E9, 9);
  }
  return writePadded(out, to, rest, 9);
}

/** Writes the signed 64-bit integer of two halves (both in [0, 2^32)); returns the end. At most 20 bytes. */
export function writeI64(out: Uint8Array, at: number, high: number, low: number): number {
  if (high < 0x8000_0000) return writeU64(out, at, high, low);
  out[at] = MINUS;
  const negatedLow = -low >>> 0;
  const negatedHigh = (negatedLow === 0 ? -high : ~high) >>> 0;
  return writeU64(out, at + 1, negatedHigh, negatedLow);
}
