// DECIMAL in a key, made from and turned back into the digits of its text.
//
// A number other than 0 is +-0.d1d2d3... * 100^e in base 100, d1 > 0, without trailing zero digits:
//
//   positive   u8 0xA0 + e, then d + 1 for each digit, then 0
//   zero       u8 0x80
//   negative   the bytes of the positive number, inverted
//
// e is in [-15, 33] for the 65 digits and scale 30 of a DECIMAL, so positive numbers begin with 0x91..0xC1 and negative
// ones with 0x3E..0x6E. A longer number or another scale orders right as well, so that a search value need not have the column's
// precision. 1.5 and 1.50 have the same key.

const ZERO = 0x80;
const EXPONENT_BIAS = 0xa0;
const DIGIT_0 = 48;
const MINUS = 45;
const POINT = 46;

/** Writes the key of the canonical text `[-]digits[.digits]` in `source[from, to)`; returns its end. */
export function writeDecimalKey(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  targetAt: number,
): number {
  const negative = source[from] === MINUS;
  let first = negative ? from + 1 : from;
  let point = first;
  while (point < to && source[point] !== POINT) point++;
  while (first < point && source[first] === DIGIT_0) first++;
  const wholePairs = (point - first + 1) >> 1;
  const fractionPairs = to > point ? (to - point) >> 1 : 0;
  let pair = -wholePairs;
  if (wholePairs === 0) while (pair < fractionPairs && pairAt(source, first, point, to, pair) === 0) pair++;
  if (pair === fractionPairs) {
    target[targetAt] = ZERO;
    return targetAt + 1;
  }
  target[targetAt] = EXPONENT_BIAS - pair;
  let at = targetAt + 1;
  let end = at;
  for (; pair < fractionPairs; pair++) {
    const digit = pairAt(source, first, point, to, pair);
    target[at++] = digit + 1;
    if (digit !== 0) end = at;
  }
  target[end++] = 0;
  if (negative) for (let i = targetAt; i < end; i++) target[i] ^= 0xff;
  return end;
}

/** Digit in base 100: `pair` counts from the point, -1 being the last before it, 0 the first behind it. */
function pairAt(source: Uint8Array, first: number, point: number, to: number, pair: number): number {
  const high = pair < 0 ? point + 2 * pair : point + 1 + 2 * pair;
  return 10 * digitAt(source, first, to, high) + digitAt(source, first, to, high + 1);
}

function digitAt(source: Uint8Array, first: number, to: number, at: number): number {
  return at >= first && at < to ? source[at] - DIGIT_0 : 0;
}

/** End of the decimal key at `at`; `mask` is 0xFF in a descending part, else 0. At most `end` + 1. */
export function decimalKeyEnd(bytes: Uint8Array, at: number, end: number, mask: number): number {
  const head = bytes[at] ^ mask;
  if (head === ZERO) return at + 1;
  const stop = (head < ZERO ? 0xff : 0) ^ mask;
  let to = at + 1;
  while (to < end && bytes[to] !== stop) to++;
  return to + 1;
}

/** The text, with `scale` digits behind the point, of the decimal key at `at`. */
export function decimalKeyText(bytes: Uint8Array, at: number, end: number, mask: number, scale: number): string {
  const head = bytes[at] ^ mask;
  const negative = head < ZERO;
  const flip = negative ? mask ^ 0xff : mask;
  let digits = '';
  for (let i = at + 1; i < end - 1; i++) digits += String((bytes[i] ^ flip) - 1).padStart(2, '0');
  const whole = head === ZERO ? 0 : 2 * ((bytes[at] ^ flip) - EXPONENT_BIAS);
  if (whole < 0) digits = '0'.repeat(-whole) + digits;
  const integer =
    whole > 0
      ? digits
          .padEnd(whole, '0')
          .slice(0, whole)
          .replace(/^0+(?=\d)/, '')
      : '0';
  const fraction = (whole > 0 ? digits.slice(whole) : digits).padEnd(scale, '0').slice(0, scale);
  return `${negative ? '-' : ''}${integer}${scale > 0 ? `.${fraction}` : ''}`;
}
