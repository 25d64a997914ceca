// Comparing, hashing and keying text by the Unicode collation elements of uca-table.ts.
//
// A collation looks at 1 level (ai_ci), 2 (as_ci) or 3 (as_cs): the first level that differs decides. ASCII runs are
// handled byte by byte without the table. PAD SPACE collations (the *_unicode_* family, one level) behave as if the
// shorter text went on with spaces.
//
// A key is self-delimiting: no key is a prefix of another, and memcmp of two keys gives `compare` of the texts.
//
//   NO PAD      primary tokens [01 secondaries [01 tertiaries]] 00
//   PAD SPACE   primary tokens PAD_END
//
// Trailing common weights of the second and third level are left out; a level without any is empty, and trailing empty levels
// go with their separator, so that plain lower-case text has nothing but its primary tokens. Byte 00 occurs only as
// the end of a NO PAD key, and nowhere in a PAD SPACE key.
//
// PAD SPACE: trailing spaces are dropped. A space inside is written as SPACE_TOKEN when the first character behind its run of
// spaces sorts above a space, else as PAD_BELOW. As PAD_BELOW < PAD_END < SPACE_TOKEN < tokens above the space, the end of a
// key compares as infinitely many spaces.

import {
  ASCII_RANKS,
  ASCII_TOKENS,
  COMMON_SECONDARY,
  COMMON_TERTIARY,
  madeRank,
  PAD_BELOW,
  PAD_END,
  SPACE_RANK,
  SPACE_TOKEN,
  tokenLength,
  ucaElements,
  writeToken,
} from './uca-table.ts';
import {codePointAt, codePointLength, decodeUtf8, mixHash, utf8Length} from './utf8.ts';

const LEVEL_SEPARATOR = 1;
const KEY_END = 0;
const CAPITAL_TERTIARY = 8;
const COMMON_TAIL = (COMMON_SECONDARY << 5) | COMMON_TERTIARY;

const HANGUL_FIRST = 0xac00;
const HANGUL_COUNT = 11172;
const JAMO_L = 0x1100;
const JAMO_V = 0x1161;
const JAMO_T = 0x11a7;

/** Walks the elements of a text. Two of these are reused for all comparisons, so that none allocates. */
class ElementCursor {
  rank = 0;
  tail = 0;
  #text = '';
  #at = 0;
  #element = 0;
  #elementEnd = 0;
  // Jamo of a Hangul syllable that are still to come; 0 = none.
  #vowel = 0;
  #trail = 0;

  start(text: string, at: number): void {
    this.#text = text;
    this.#at = at;
    this.#elementEnd = this.#element = this.#vowel = this.#trail = 0;
  }

  /** The next rank above 0, or 0 at the end. */
  nextRank(): number {
    while (this.#next()) if (this.rank !== 0) return this.rank;
    return 0;
  }

  /** The next secondary (shift 5) or tertiary (shift 0) weight above 0, or 0 at the end. */
  nextTail(shift: number, mask: number): number {
    while (this.#next()) {
      const weight = (this.tail >> shift) & mask;
      if (weight !== 0) return weight;
    }
    return 0;
  }

  #next(): boolean {
    while (this.#element === this.#elementEnd) {
      const code = this.#nextCodePoint();
      if (code < 0) return false;
      if (this.#load(code)) return true;
    }
    const table = ucaElements();
    this.rank = table.primaries[this.#element];
    this.tail = table.tails[this.#element++];
    return true;
  }

  #nextCodePoint(): number {
    if (this.#vowel !== 0) {
      const vowel = this.#vowel;
      this.#vowel = 0;
      return vowel;
    }
    if (this.#trail !== 0) {
      const trail = this.#trail;
      this.#trail = 0;
      return trail;
    }
    if (this.#at >= this.#text.length) return -1;
    const code = codePointAt(this.#text, this.#at);
    this.#at += codePointLength(code);
    return (code - HANGUL_FIRST) >>> 0 < HANGUL_COUNT ? this.#syllable(code - HANGUL_FIRST) : code;
  }

  /** Queues vowel and trailing consonant; returns the leading one. */
  #syllable(index: number): number {
    this.#vowel = JAMO_V + (Math.floor(index / 28) % 21);
    this.#trail = index % 28 === 0 ? 0 : JAMO_T + (index % 28);
    return JAMO_L + Math.floor(index / 588);
  }

  /** Sets up the elements of a code point. True: it is not in the table and its one element is in `rank` and `tail`. */
  #load(code: number): boolean {
    const entry = ucaElements().pages[code >> 8]?.[code & 255] ?? 0;
    this.#element = entry >> 5;
    this.#elementEnd = this.#element + (entry & 31);
    if (entry !== 0) return false;
    this.rank = madeRank(code);
    this.tail = COMMON_TAIL;
    return true;
  }
}

const left: ElementCursor = new ElementCursor();
const right: ElementCursor = new ElementCursor();

/** Compares two texts on `levels` levels, NO PAD. Negative, zero or positive. */
export function compareUca(a: string, b: string, levels: number): number {
  const shared = sharedAscii(a, b);
  const primary = shared < 0 ? 0 : comparePrimaries(a, b, shared);
  return primary !== 0 || levels === 1 ? primary : compareTails(a, b, levels);
}

/** Compares two texts on the first level, PAD SPACE. */
export function compareUcaPadded(a: string, b: string): number {
  const shared = sharedAscii(a, b);
  if (shared < 0) return 0;
  left.start(a, shared);
  right.start(b, shared);
  for (;;) {
    const x = left.nextRank();
    const y = right.nextRank();
    if (x === 0 || y === 0) return x === y ? 0 : x === 0 ? 0 - restAgainstSpaces(right, y) : restAgainstSpaces(left, x);
    if (x !== y) return x - y;
  }
}

/** Sign of the rest of a text, beginning with `first`, against infinitely many spaces. */
function restAgainstSpaces(cursor: ElementCursor, first: number): number {
  for (let rank = first; rank !== 0; rank = cursor.nextRank()) if (rank !== SPACE_RANK) return rank - SPACE_RANK;
  return 0;
}

/** Length of the common beginning in plain ASCII tokens; -1 when both texts end there, equal on the first level. */
function sharedAscii(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  let i = 0;
  for (; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x > 127 || y > 127) return i;
    const token = ASCII_TOKENS[x];
    if (token === 0 || token !== ASCII_TOKENS[y]) return i;
  }
  return a.length === b.length ? -1 : i;
}

function comparePrimaries(a: string, b: string, from: number): number {
  const x = from < a.length ? a.charCodeAt(from) : 128;
  const y = from < b.length ? b.charCodeAt(from) : 128;
  if (x < 128 && y < 128 && ASCII_TOKENS[x] !== 0 && ASCII_TOKENS[y] !== 0) return ASCII_TOKENS[x] - ASCII_TOKENS[y];
  left.start(a, from);
  right.start(b, from);
  for (;;) {
    const rank = left.nextRank();
    const difference = rank - right.nextRank();
    if (difference !== 0 || rank === 0) return difference;
  }
}

/** Second and third level of texts that are equal on the first. */
function compareTails(a: string, b: string, levels: number): number {
  const secondary = compareTail(a, b, 5, 0x1ff);
  return secondary !== 0 || levels === 2 ? secondary : compareTail(a, b, 0, 31);
}

function compareTail(a: string, b: string, shift: number, mask: number): number {
  left.start(a, 0);
  right.start(b, 0);
  for (;;) {
    const weight = left.nextTail(shift, mask);
    const difference = weight - right.nextTail(shift, mask);
    if (difference !== 0 || weight === 0) return difference;
  }
}

/** A 32-bit hash that is equal for texts that compare equal. Only the first level goes in. */
export function hashUca(text: string, padSpace: boolean): number {
  let hash = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127 || ASCII_TOKENS[code] === 0 || (code === 32 && padSpace)) break;
    hash = mixHash(hash, ASCII_RANKS[code]);
  }
  return (at === text.length ? hash : hashRest(hash, text, at, padSpace)) >>> 0;
}

function hashRest(start: number, text: string, from: number, padSpace: boolean): number {
  let hash = start;
  let spaces = 0;
  left.start(text, from);
  for (let rank = left.nextRank(); rank !== 0; rank = left.nextRank()) {
    if (padSpace && rank === SPACE_RANK) {
      spaces++;
      continue;
    }
    for (; spaces > 0; spaces--) hash = mixHash(hash, SPACE_RANK);
    hash = mixHash(hash, rank);
  }
  return hash;
}

/** Writes the first-level tokens of valid UTF-8, without any end; returns their end. */
export function writePrimaries(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  let to = targetAt;
  for (let i = at; i < end; ) {
    const byte = source[i];
    const token = ASCII_TOKENS[byte];
    if (token !== 0) {
      target[to++] = token;
      i++;
    } else if (byte < 128) {
      i++;
    } else {
      to = writeCodePoint(decodeUtf8(source, i), target, to);
      i += utf8Length(byte);
    }
  }
  return to;
}

function writeCodePoint(code: number, target: Uint8Array, at: number): number {
  if ((code - HANGUL_FIRST) >>> 0 < HANGUL_COUNT) return writeSyllable(code - HANGUL_FIRST, target, at);
  const table = ucaElements();
  const entry = table.pages[code >> 8]?.[code & 255] ?? 0;
  if (entry === 0) return writeToken(target, at, madeRank(code));
  const first = entry >> 5;
  let to = at;
  for (let i = first; i < first + (entry & 31); i++) {
    const rank = table.primaries[i];
    if (rank !== 0) to = writeToken(target, to, rank);
  }
  return to;
}

function writeSyllable(index: number, target: Uint8Array, at: number): number {
  const lead = writeCodePoint(JAMO_L + Math.floor(index / 588), target, at);
  const vowel = writeCodePoint(JAMO_V + (Math.floor(index / 28) % 21), target, lead);
  return index % 28 === 0 ? vowel : writeCodePoint(JAMO_T + (index % 28), target, vowel);
}

/** Writes a NO PAD key; returns its end. */
export function writeUcaKey(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
  levels: number,
): number {
  const primaryEnd = writePrimaries(source, at, end, target, targetAt);
  const tailsEnd = levels === 1 ? primaryEnd : writeTails(source, at, end, target, primaryEnd, levels);
  target[tailsEnd] = KEY_END;
  return tailsEnd + 1;
}

/** Writes the second and third level behind the first, as far as they are not empty; returns their end. */
function writeTails(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
  levels: number,
): number {
  if (isAscii(source, at, end)) {
    return levels === 2 ? targetAt : writeAsciiTertiaries(source, at, end, target, targetAt);
  }
  const text = Buffer.from(source.buffer, source.byteOffset + at, end - at).toString('utf8');
  target[targetAt] = LEVEL_SEPARATOR;
  const secondaryEnd = writeTail(text, 5, 0x1ff, COMMON_SECONDARY, target, targetAt + 1);
  const upToSecondary = secondaryEnd === targetAt + 1 ? targetAt : secondaryEnd;
  if (levels === 2) return upToSecondary;
  target[secondaryEnd] = LEVEL_SEPARATOR;
  const tertiaryEnd = writeTail(text, 0, 31, COMMON_TERTIARY, target, secondaryEnd + 1);
  return tertiaryEnd === secondaryEnd + 1 ? upToSecondary : tertiaryEnd;
}

function isAscii(source: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (source[i] > 127) return false;
  return true;
}

/** Both levels of ASCII text: no accents, and capitals are all that is not common. */
function writeAsciiTertiaries(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  let to = targetAt + 2;
  let kept = targetAt;
  for (let i = at; i < end; i++) {
    const byte = source[i];
    if (ASCII_TOKENS[byte] === 0) continue;
    const capital = byte >= 65 && byte <= 90;
    target[to++] = capital ? CAPITAL_TERTIARY : COMMON_TERTIARY;
    if (capital) kept = to;
  }
  if (kept > targetAt) target[targetAt] = target[targetAt + 1] = LEVEL_SEPARATOR;
  return kept;
}

const tailCursor: ElementCursor = new ElementCursor();

/** Weights of one level, trailing common ones left out. Bytes from 02 on; F2 begins one of two bytes. */
function writeTail(
  text: string,
  shift: number,
  mask: number,
  common: number,
  target: Uint8Array,
  targetAt: number,
): number {
  let to = targetAt;
  let kept = targetAt;
  tailCursor.start(text, 0);
  for (let weight = tailCursor.nextTail(shift, mask); weight !== 0; weight = tailCursor.nextTail(shift, mask)) {
    const value = weight - common + 2;
    if (value < 0xf2) {
      target[to++] = value;
    } else {
      target[to++] = 0xf2;
      target[to++] = value - 0xf2 + 1;
    }
    if (weight !== common) kept = to;
  }
  return kept;
}

/** Writes a PAD SPACE key (one level); returns its end. */
export function writeUcaKeyPadded(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  const to = writePrimaries(source, at, end, target, targetAt);
  let run = -1;
  for (let i = targetAt; i < to; i += tokenLength(target[i])) {
    const lead = target[i];
    if (lead === SPACE_TOKEN) {
      if (run < 0) run = i;
    } else {
      if (run >= 0 && lead < SPACE_TOKEN) target.fill(PAD_BELOW, run, i);
      run = -1;
    }
  }
  const kept = run < 0 ? to : run;
  target[kept] = PAD_END;
  return kept + 1;
}

/** End of the PAD SPACE key that begins at `at`; behind `end` when the bytes end before it does. `mask` is 255 where the key's bytes are inverted. */
export function ucaPaddedKeyEnd(key: Uint8Array, at: number, end: number, mask: number): number {
  for (let to = at; to < end; ) {
    const lead = key[to] ^ mask;
    if (lead === PAD_END) return to + 1;
    to += tokenLength(lead);
  }
  return end + 1;
}

/** Elements of the character with the most of them. */
const ELEMENTS_MAX = 18;

/** Most bytes of the key of a text of this many characters. */
export function maxUcaKeyBytes(characters: number, levels: number): number {
  // Characters of several elements have two-byte tokens; the longer tokens stand for whole characters.
  const tails = levels === 1 ? 0 : (levels === 2 ? 2 : 3) * ELEMENTS_MAX;
  return characters * (ELEMENTS_MAX * 2 + tails) + levels + 1;
}
