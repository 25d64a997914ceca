// Numbers and text into packet bytes. Everything here writes at an offset and returns the offset behind what
// it wrote, so that a row is a chain of calls without an object between them. Room is the caller's business: each
// function states how much it may write. Depends on nothing, and allocates nothing for numbers below 2^53.

/** The most bytes that the text of any 64-bit integer takes, its sign included. */
export const INT_TEXT_MAX = 20;

/** The most bytes that a length-encoded integer takes. */
export const LENENC_MAX = 9;

const TWO32 = 4294967296;
const BILLION = 1_000_000_000;

/** Size in bytes of `value` as a length-encoded integer. */
export function lenencSize(value: number): number {
  if (value < 251) return 1;
  if (value < 65536) return 3;
  return value < 16777216 ? 4 : 9;
}

/** Writes a length-encoded integer, a non-negative safe integer; at most 9 bytes. */
export function putLenencInt(target: Uint8Array, at: number, value: number): number {
  if (value < 251) {
    target[at] = value;
    return at + 1;
  }
  if (value < 65536) {
    target[at] = 0xfc;
    return putInt16(target, at + 1, value);
  }
  if (value < 16777216) {
    target[at] = 0xfd;
    return putInt24(target, at + 1, value);
  }
  target[at] = 0xfe;
  return putInt64(target, at + 1, value);
}

/** `putLenencInt` for an integer that may need 64 bits. */
export function putLenencInteger(target: Uint8Array, at: number, value: number | bigint): number {
  if (typeof value === 'number') return putLenencInt(target, at, value);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return putLenencInt(target, at, Number(value));
  target[at] = 0xfe;
  return putBigInt64(target, at + 1, value);
}

/** Two bytes, little endian. The value may be signed or unsigned, as in the other `putInt` functions. */
export function putInt16(target: Uint8Array, at: number, value: number): number {
  target[at] = value;
  target[at + 1] = value >>> 8;
  return at + 2;
}

/** Three bytes, little endian. */
export function putInt24(target: Uint8Array, at: number, value: number): number {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  return at + 3;
}

/** Four bytes, little endian. */
export function putInt32(target: Uint8Array, at: number, value: number): number {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
  return at + 4;
}

/** Eight bytes, little endian, of a safe integer (two's complement when negative). */
export function putInt64(target: Uint8Array, at: number, value: number): number {
  putInt32(target, at, lowWord(value));
  return putInt32(target, at + 4, Math.floor(value / TWO32));
}

function lowWord(value: number): number {
  return value - Math.floor(value / TWO32) * TWO32;
}

/** Eight bytes, little endian, of a signed or unsigned 64-bit integer. */
export function putBigInt64(target: Uint8Array, at: number, value: bigint): number {
  const bits = BigInt.asUintN(64, value);
  putInt32(target, at, Number(bits & 0xffff_ffffn));
  return putInt32(target, at + 4, Number(bits >> 32n));
}

/** Decimal text of a safe integer; at most 17 bytes. */
export function putIntText(target: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    target[at++] = 0x2d;
    value = -value;
  }
  if (value < BILLION) return putDigits(target, at, value, digitCount(value));
  const high = Math.floor(value / BILLION);
  at = putDigits(target, at, high, digitCount(high));
  return putDigits(target, at, value - high * BILLION, 9);
}

/** Decimal text of a 64-bit integer; at most 20 bytes. */
export function putBigIntText(target: Uint8Array, at: number, value: bigint): number {
  const text = value.toString();
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Decimal text of a safe integer with its length before it, as text rows want it; at most 18 bytes. */
export function putLenencIntText(target: Uint8Array, at: number, value: number): number {
  const end = putIntText(target, at + 1, value);
  target[at] = end - at - 1;
  return end;
}

/** Writes `count` digits of `value`, a non-negative integer below 10^9, with leading zeros. */
export function putDigits(target: Uint8Array, at: number, value: number, count: number): number {
  let rest = value | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    target[i] = 48 + rest - next * 10;
    rest = next;
  }
  return at + count;
}

function digitCount(value: number): number {
  if (value < 10000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1000 ? 3 : 4;
  }
  if (value < 1000000) return value < 100000 ? 5 : 6;
  if (value < 100000000) return value < 10000000 ? 7 : 8;
  return 9;
}

/** The most bytes `putLenencText` may write for a text of this many UTF-16 units. */
export function lenencTextMax(text: string): number {
  return text.length * 3 + LENENC_MAX;
}

/** Writes text in UTF-8 with its length before it; at most `lenencTextMax(text)` bytes. */
export function putLenencText(target: Buffer, at: number, text: string): number {
  if (text.length * 3 < 251) {
    const end = putText(target, at + 1, text);
    target[at] = end - at - 1;
    return end;
  }
  at = putLenencInt(target, at, Buffer.byteLength(text));
  return at + target.write(text, at);
}

/** Writes text in UTF-8; at most three bytes per UTF-16 unit. Short ASCII goes byte by byte, which is cheaper than a call. */
export function putText(target: Buffer, at: number, text: string): number {
  const length = text.length;
  if (length > 32) return at + target.write(text, at);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return at + target.write(text, at);
    target[at + i] = unit;
  }
  return at + length;
}

/** Writes bytes with their length before them; at most `bytes.length + 9` bytes. */
export function putLenencBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  at = putLenencInt(target, at, bytes.length);
  target.set(bytes, at);
  return at + bytes.length;
}
