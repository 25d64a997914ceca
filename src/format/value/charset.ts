// Character sets: names, and conversions between bytes and strings.
//
// All text is UTF-8 in rows, keys and on the inner roads, whatever the column says. The character set of a column or
// connection matters at the edges: which characters are allowed, how a client's bytes are read, how CONVERT and HEX see
// the text. MySQL's latin1 is Windows-1252 with its five unused bytes mapped to the control characters of the same number.

import {assert} from '../../base/assert.ts';

export interface Charset {
  readonly name: string;
  readonly description: string;
  /** Most bytes of one character. */
  readonly maxBytes: number;
  readonly defaultCollation: number;
}

function charset(name: string, description: string, maxBytes: number, defaultCollation: number): Charset {
  return {name, description, maxBytes, defaultCollation};
}

export const UTF8MB4: Charset = charset('utf8mb4', 'UTF-8 Unicode', 4, 255);
export const UTF8MB3: Charset = charset('utf8mb3', 'UTF-8 Unicode', 3, 33);
export const LATIN1: Charset = charset('latin1', 'cp1252 West European', 1, 8);
export const ASCII: Charset = charset('ascii', 'US ASCII', 1, 11);
export const BINARY: Charset = charset('binary', 'Binary pseudo charset', 1, 63);

export const CHARSETS: readonly Charset[] = [ASCII, BINARY, LATIN1, UTF8MB3, UTF8MB4];

const BY_NAME: ReadonlyMap<string, Charset> = new Map([...CHARSETS.map(c => [c.name, c] as const), ['utf8', UTF8MB3]]);

/** The character set of this name, case ignored; `utf8` is utf8mb3. */
export function findCharset(name: string): Charset | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Code points of bytes 0x80 to 0x9F of Windows-1252. */
const CP1252_UPPER: readonly number[] = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d,
  0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,
  0x017e, 0x0178,
];

/** Code point of each latin1 byte. */
export const LATIN1_TO_CODE_POINT: Uint16Array = Uint16Array.from({length: 256}, (_, byte) =>
  byte >= 0x80 && byte <= 0x9f ? CP1252_UPPER[byte - 0x80] : byte,
);

const CODE_POINT_TO_LATIN1: ReadonlyMap<number, number> = new Map(
  Array.from(LATIN1_TO_CODE_POINT, (code, byte) => [code, byte] as const),
);

const QUESTION_MARK = 63;

/** The latin1 byte of a code point, or -1. */
export function latin1Byte(codePoint: number): number {
  if (codePoint < 0x80 || (codePoint >= 0xa0 && codePoint <= 0xff)) return codePoint;
  return CODE_POINT_TO_LATIN1.get(codePoint) ?? -1;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {fatal: false, ignoreBOM: true});

/** Bytes in a character set as a string. Bytes that are not characters become U+FFFD (latin1 has none; ascii from 0x80 on). */
export function decodeText(bytes: Uint8Array, from: Charset): string {
  if (from === LATIN1) return decodeLatin1(bytes);
  if (from === ASCII) return decodeAscii(bytes);
  return decoder.decode(bytes);
}

function decodeLatin1(bytes: Uint8Array): string {
  const text = asBuffer(bytes).toString('latin1');
  return /[\x80-\x9f]/.test(text)
    ? text.replace(/[\x80-\x9f]/g, c => String.fromCharCode(LATIN1_TO_CODE_POINT[c.charCodeAt(0)]))
    : text;
}

function decodeAscii(bytes: Uint8Array): string {
  return asBuffer(bytes)
    .toString('latin1')
    .replace(/[\x80-\xff]/g, '\ufffd');
}

/** A string as bytes in a character set. Characters that it lacks become `?`; in UTF-8 lone surrogates become U+FFFD. */
export function encodeText(text: string, to: Charset): Uint8Array {
  if (to === UTF8MB4 || to === BINARY) return encoder.encode(text);
  if (to === UTF8MB3) return encoder.encode(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '?'));
  const bytes = new Uint8Array(text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0xffff) i++;
    const byte = to === ASCII ? (code < 0x80 ? code : -1) : latin1Byte(code);
    bytes[at++] = byte < 0 ? QUESTION_MARK : byte;
  }
  return bytes.subarray(0, at);
}

/** Index of the first character of `text` that the character set cannot hold, or -1. */
export function firstUnencodable(text: string, to: Charset): number {
  if (to === BINARY) return -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit >= 0xd800 && unit < 0xe000) {
      if (to !== UTF8MB4 || !isPair(text, i)) return i;
      i++;
    } else if (to === ASCII || (to === LATIN1 && latin1Byte(unit) < 0)) {
      return i;
    }
  }
  return -1;
}

function isPair(text: string, at: number): boolean {
  return text.charCodeAt(at) < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** Number of characters (code points) in a string. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && isPair(text, i)) {
      count--;
      i++;
    }
  }
  return count;
}

/** The first `characters` code points of a string. */
export function prefixCharacters(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, offsetOfCharacter(text, characters));
}

/** Offset in UTF-16 units of the character with this index; the length of the text when it has no more than that many. */
export function offsetOfCharacter(text: string, index: number): number {
  let at = 0;
  for (let i = 0; i < index && at < text.length; i++) {
    const unit = text.charCodeAt(at);
    at += unit >= 0xd800 && unit < 0xdc00 && isPair(text, at) ? 2 : 1;
  }
  return at;
}

/** Number of characters in valid UTF-8 bytes: all but the continuation bytes. */
export function utf8CharacterCount(bytes: Uint8Array, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) if ((bytes[i] & 0xc0) !== 0x80) count++;
  return count;
}

/** Offset behind the first `characters` characters of valid UTF-8 bytes, at most `end`. */
export function utf8PrefixEnd(bytes: Uint8Array, at: number, end: number, characters: number): number {
  if (end - at <= characters) return end;
  let left = characters;
  for (let i = at; i < end; i++) {
    if ((bytes[i] & 0xc0) === 0x80) continue;
    if (left === 0) return i;
    left--;
  }
  return end;
}

/** Length of the well-formed UTF-8 sequence at `i`, or 0 (overlong, surrogate, beyond U+10FFFF, cut off). */
function sequenceLength(bytes: Uint8Array, i: number, end: number): number {
  const lead = bytes[i];
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > end) return 0;
  const second = bytes[i + 1];
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < length; k++) if ((bytes[i + k] & 0xc0) !== 0x80) return 0;
  return length;
}

/** Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or `end`. */
export function firstInvalidUtf8(bytes: Uint8Array, at: number, end: number): number {
  assert(at >= 0 && end <= bytes.length, () => `range ${at}..${end} of ${bytes.length} bytes`);
  let i = at;
  while (i < end) {
    const length = sequenceLength(bytes, i, end);
    if (length === 0) return i;
    i += length;
  }
  return end;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
