// Collations with one weight per character: the *_general_ci family, latin1_swedish_ci, and the *_bin ones with PAD SPACE.
//
// The weight of a character is a table entry, or its code point where there is no table. PAD SPACE: the shorter text
// counts as if it went on with spaces. A key is self-delimiting: no key is a prefix of another, and memcmp of two
// keys gives `compare` of the texts. Bytes of a key, by what they stand for:
//
//   01..20    weights below the space
//   21        a space, when what follows its run of spaces is below a space
//   22        the end: compares as infinitely many spaces (trailing spaces are not written)
//   23        a space, when what follows its run of spaces is above a space
//   24..82    weights 21..7F
//   83..C2    first of two bytes, weights 80..403F
//   C3..D4    first of three bytes, the weights above
//
// The later bytes of a weight are 01..FF. So 00 occurs nowhere in a key.

import {codePointAt, codePointLength, decodeUtf8, mixHash, utf8Length} from './utf8.ts';

const SPACE = 0x20;
const SPACE_BELOW = 0x21;
const KEY_END = 0x22;
const SPACE_ABOVE = 0x23;
const TWO_BYTES = 0x83;
const TWO_BYTES_FIRST = 0x80;
const THREE_BYTES = 0xc3;
const THREE_BYTES_FIRST = 0x80 + 64 * 255;

/** What tells the collations of this family apart. */
export interface SimpleWeights {
  /** By code point below 65536; undefined: the code point itself. */
  readonly table: Uint16Array | undefined;
  /** Weight of all code points from 65536 on; -1: the code point itself. */
  readonly supplementary: number;
}

function weightOf(weights: SimpleWeights, code: number): number {
  if (code > 0xffff) return weights.supplementary < 0 ? code : weights.supplementary;
  return weights.table === undefined ? code : weights.table[code];
}

/** Compares two texts. Negative, zero or positive. */
export function compareSimple(weights: SimpleWeights, a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = codePointAt(a, i);
    const y = codePointAt(b, j);
    i += codePointLength(x);
    j += codePointLength(y);
    if (x === y) continue;
    const difference = weightOf(weights, x) - weightOf(weights, y);
    if (difference !== 0) return difference;
  }
  return i < a.length ? againstSpaces(weights, a, i) : 0 - againstSpaces(weights, b, j);
}

/** Sign of the rest of a text against infinitely many spaces. */
function againstSpaces(weights: SimpleWeights, text: string, from: number): number {
  for (let i = from; i < text.length; ) {
    const code = codePointAt(text, i);
    const weight = weightOf(weights, code);
    if (weight !== SPACE) return weight - SPACE;
    i += codePointLength(code);
  }
  return 0;
}

/** A 32-bit hash that is equal for texts that compare equal. */
export function hashSimple(weights: SimpleWeights, text: string): number {
  let hash = 0;
  let spaces = 0;
  for (let i = 0; i < text.length; ) {
    const code = codePointAt(text, i);
    i += codePointLength(code);
    const weight = weightOf(weights, code);
    if (weight === SPACE) {
      spaces++;
      continue;
    }
    for (; spaces > 0; spaces--) hash = mixHash(hash, SPACE);
    hash = mixHash(hash, weight + 1);
  }
  return hash >>> 0;
}

/** Writes the weights of valid UTF-8 without an end, trailing spaces dropped; returns their end. */
export function writeSimplePrefix(
  weights: SimpleWeights,
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  let to = targetAt;
  let run = -1;
  for (let i = at; i < end; ) {
    const byte = source[i];
    const weight = weightOf(weights, byte < 128 ? byte : decodeUtf8(source, i));
    i += utf8Length(byte);
    if (weight === SPACE) {
      if (run < 0) run = to;
      target[to++] = SPACE_ABOVE;
      continue;
    }
    if (run >= 0 && weight < SPACE) target.fill(SPACE_BELOW, run, to);
    run = -1;
    to = writeWeight(target, to, weight);
  }
  return run < 0 ? to : run;
}

function writeWeight(target: Uint8Array, at: number, weight: number): number {
  if (weight < TWO_BYTES_FIRST) {
    target[at] = weight < SPACE ? weight + 1 : weight + 3;
    return at + 1;
  }
  if (weight < THREE_BYTES_FIRST) {
    const rest = weight - TWO_BYTES_FIRST;
    target[at] = TWO_BYTES + Math.floor(rest / 255);
    target[at + 1] = 1 + (rest % 255);
    return at + 2;
  }
  const rest = weight - THREE_BYTES_FIRST;
  target[at] = THREE_BYTES + Math.floor(rest / 65025);
  target[at + 1] = 1 + (Math.floor(rest / 255) % 255);
  target[at + 2] = 1 + (rest % 255);
  return at + 3;
}

/** Writes a key; returns its end. */
export function writeSimpleKey(
  weights: SimpleWeights,
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  const to = writeSimplePrefix(weights, source, at, end, target, targetAt);
  target[to] = KEY_END;
  return to + 1;
}

/** End of the key that begins at `at`; behind `end` when the bytes end before it does. `mask` is 255 where the key's bytes are inverted. */
export function simpleKeyEnd(key: Uint8Array, at: number, end: number, mask: number): number {
  let to = at;
  while (to < end) {
    const lead = key[to] ^ mask;
    if (lead === KEY_END) return to + 1;
    to += lead < TWO_BYTES ? 1 : lead < THREE_BYTES ? 2 : 3;
  }
  return end + 1;
}

/** Most bytes of the key of a text of this many characters. */
export function maxSimpleKeyBytes(characters: number): number {
  return characters * 3 + 1;
}
