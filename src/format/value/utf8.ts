// Small steps over UTF-8 bytes and UTF-16 strings, for the collations. Bytes are taken to be valid UTF-8.

/** The code point at `at`; a lone surrogate is U+FFFD, as it is in UTF-8. */
export function codePointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if ((unit & 0xf800) !== 0xd800) return unit;
  const next = text.charCodeAt(at + 1);
  return unit < 0xdc00 && (next & 0xfc00) === 0xdc00 ? (unit - 0xd800) * 0x400 + (next - 0xdc00) + 0x10000 : 0xfffd;
}

/** UTF-16 units of a code point. */
export function codePointLength(code: number): number {
  return code > 0xffff ? 2 : 1;
}

/** Length of the sequence that begins with this byte. */
export function utf8Length(lead: number): number {
  if (lead < 0x80) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point of the sequence at `at`. */
export function decodeUtf8(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return ((lead & 31) << 6) | (bytes[at + 1] & 63);
  if (lead < 0xf0) return ((lead & 15) << 12) | ((bytes[at + 1] & 63) << 6) | (bytes[at + 2] & 63);
  return ((lead & 7) << 18) | ((bytes[at + 1] & 63) << 12) | ((bytes[at + 2] & 63) << 6) | (bytes[at + 3] & 63);
}

/** One step of a 32-bit hash. */
export function mixHash(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}
