// The Unicode collation elements behind the utf8mb4_0900_* and *_unicode_* collations, and the bytes that stand for
// their weights in index keys.
//
// An element is three weights. The primary tells letters apart, the secondary accents, the tertiary case and width. Most
// characters have one element; ignorable ones none that counts at the level asked for; ß has two (s s), some ligatures up to 18.
// As in MySQL: punctuation is not ignorable, and there are no contractions, so every character stands for itself and a
// comparison can start at any character.
//
// Primary weights are *ranks*: 1 to UCA_RANKS for the characters in the table. Ideographs and code points that the
// table does not know have a rank of their own, made of a group and the code point, in the order UCA gives them.
// Hangul syllables stand for their jamo.
//
// In keys a rank is a token of 1 to 4 bytes. The tokens form a prefix code that orders as the ranks do:
//
//   ASCII characters          1 byte, each a lead byte of its own
//   the ranks between two     2 bytes: one lead byte per 255 of them, trail bytes 01..FF
//   ideographs by group       a lead byte per group, then 2 bytes (Tangut, Nushu, Khitan, the core block) or 3 bytes
//
// Lead bytes start at 02. 00 and 01 never occur in a token, so that they can end a key and a level. Around the space,
// three lead bytes are set apart for PAD SPACE (see uca-collation.ts).

import {assert} from '../../base/assert.ts';
import {PackedReader} from './packed-table.ts';
import {UCA_ASCII_RANKS, UCA_ENTRIES, UCA_RANKS, UCA_SPACE_RANK} from './uca-weights.ts';

/** Groups of ranks that are made, not looked up: `group << GROUP_SHIFT | codePoint`. */
const GROUP_SHIFT = 21;
const TANGUT = 1;
const NUSHU = 2;
const KHITAN = 3;
const CORE_HAN = 4;
const OTHER_HAN = 5;
const UNASSIGNED = 6;
/** First code point of the groups with two trail bytes. */
const GROUP_FIRST: readonly number[] = [0, 0x17000, 0x1b170, 0x18b00, 0x4e00, 0, 0];

/** Secondary and tertiary weight that plain characters have. */
export const COMMON_SECONDARY = 0x20;
export const COMMON_TERTIARY = 2;

/** The elements of all code points in the table. */
export interface UcaElements {
  /** By code point >> 8: per code point, first element << 5 | number of elements; 0 = not in the table. */
  readonly pages: readonly (Int32Array | undefined)[];
  /** By element: rank. */
  readonly primaries: Int32Array;
  /** By element: secondary << 5 | tertiary. */
  readonly tails: Uint16Array;
}

/** Collects elements while the table is unpacked. */
class Builder {
  readonly pages: (Int32Array | undefined)[] = [];
  // Element 0 is nobody's, so that an entry is never 0.
  readonly primaries: number[] = [0];
  readonly tails: number[] = [0];

  add(codePoint: number, start: number): void {
    const page = (this.pages[codePoint >> 8] ??= new Int32Array(256));
    page[codePoint & 255] = (start << 5) | (this.primaries.length - start);
  }

  element(rank: number, tail: number): void {
    this.primaries.push(rank);
    this.tails.push(tail);
  }
}

function unpack(): UcaElements {
  const builder = new Builder();
  const reader = new PackedReader(UCA_ENTRIES);
  let code = 0;
  let rank = 0;
  while (!reader.done) {
    const head = reader.unsigned();
    code += head >>> 1;
    const count = reader.unsigned();
    if ((head & 1) === 1) {
      rank += reader.signed();
      unpackRun(builder, code, rank, count);
      code += count - 1;
      rank += count - 1;
    } else {
      rank = unpackElements(builder, reader, code, rank, count);
    }
  }
  return {
    pages: builder.pages,
    primaries: Int32Array.from(builder.primaries),
    tails: Uint16Array.from(builder.tails),
  };
}

function unpackRun(builder: Builder, code: number, rank: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const start = builder.primaries.length;
    builder.element(rank + i, (COMMON_SECONDARY << 5) | COMMON_TERTIARY);
    builder.add(code + i, start);
  }
}

/** Reads the elements of one code point; returns the last rank, from which the next is counted. */
function unpackElements(builder: Builder, reader: PackedReader, code: number, lastRank: number, count: number): number {
  let rank = lastRank;
  const start = builder.primaries.length;
  for (let i = 0; i < count; i++) {
    const tail = reader.unsigned();
    if ((tail & 1) === 1) {
      builder.element(madeRank(reader.unsigned()), tail >>> 1);
      continue;
    }
    const primary = rank + reader.signed();
    if (primary > 0) rank = primary;
    if (tail > 0 || primary > 0) builder.element(primary, tail >>> 1);
  }
  builder.add(code, start);
  return rank;
}

let elements: UcaElements | undefined;

/** The table; unpacked when first needed (a few milliseconds), since ASCII text never needs it. */
export function ucaElements(): UcaElements {
  elements ??= unpack();
  return elements;
}

/** The rank of a code point that is not in the table. */
export function madeRank(codePoint: number): number {
  return (groupOf(codePoint) << GROUP_SHIFT) | codePoint;
}

// The twelve unified ideographs in the block of compatibility ideographs.
const COMPATIBILITY_CORE: ReadonlySet<number> = new Set([
  0xfa0e, 0xfa0f, 0xfa11, 0xfa13, 0xfa14, 0xfa1f, 0xfa21, 0xfa23, 0xfa24, 0xfa27, 0xfa28, 0xfa29,
]);

function groupOf(code: number): number {
  if (code >= 0x4e00 && code <= 0x9fff) return CORE_HAN;
  if ((code >= 0x3400 && code <= 0x4dbf) || (code >= 0x20000 && code <= 0x323af)) return OTHER_HAN;
  if (code >= 0x17000 && code <= 0x18d8f) return code >= 0x18b00 && code <= 0x18cff ? KHITAN : TANGUT;
  if (code >= 0x1b170 && code <= 0x1b2ff) return NUSHU;
  return COMPATIBILITY_CORE.has(code) ? CORE_HAN : UNASSIGNED;
}

/** Which bytes stand for which ranks. */
interface TokenLayout {
  /** By rank: token of 1 byte (`lead << 8`) or 2 bytes (`lead << 8 | trail`, trail > 0). */
  readonly tokens: Uint16Array;
  /** Lead byte of the space; the two below it are free for padding. */
  readonly spaceLead: number;
  /** Lead bytes of made ranks are this plus their group. */
  readonly groupLead: number;
}

function layOutTokens(): TokenLayout {
  const tokens = new Uint16Array(UCA_RANKS + 1);
  let spaceLead = 0;
  let lead = 2;
  let rank = 1;
  for (const ascii of UCA_ASCII_RANKS.split(' ').map(Number)) {
    lead = layOutGap(tokens, rank, ascii, lead);
    if (ascii === UCA_SPACE_RANK) spaceLead = lead += 2;
    tokens[ascii] = lead++ << 8;
    rank = ascii + 1;
  }
  const groupLead = layOutGap(tokens, rank, UCA_RANKS + 1, lead) - 1;
  assert(groupLead + UNASSIGNED < 256, () => 'out of lead bytes');
  return {tokens, spaceLead, groupLead};
}

/** Two-byte tokens for ranks in [from, to); returns the next free lead byte. */
function layOutGap(tokens: Uint16Array, from: number, to: number, lead: number): number {
  for (let rank = from; rank < to; rank++) {
    const i = rank - from;
    tokens[rank] = ((lead + Math.floor(i / 255)) << 8) | ((i % 255) + 1);
  }
  return lead + Math.ceil((to - from) / 255);
}

const layout: TokenLayout = layOutTokens();
const TOKENS: Uint16Array = layout.tokens;
const GROUP_LEAD: number = layout.groupLead;

/** Rank of the space. */
export const SPACE_RANK: number = UCA_SPACE_RANK;
/** Token of the space, and of a space that is followed by something above a space. */
export const SPACE_TOKEN: number = layout.spaceLead;
/** PAD SPACE: the end of a key. */
export const PAD_END: number = layout.spaceLead - 1;
/** PAD SPACE: a space that is followed by something below a space. */
export const PAD_BELOW: number = layout.spaceLead - 2;

/** Length of the token that begins with this byte. */
export function tokenLength(lead: number): number {
  return TOKEN_LENGTHS[lead];
}

const TOKEN_LENGTHS: Uint8Array = tokenLengths();

function tokenLengths(): Uint8Array {
  const lengths = new Uint8Array(256).fill(1);
  for (const token of TOKENS) if ((token & 255) !== 0) lengths[token >> 8] = 2;
  for (let group = TANGUT; group <= UNASSIGNED; group++) lengths[GROUP_LEAD + group] = group >= OTHER_HAN ? 4 : 3;
  return lengths;
}

/** Writes the token of a rank; returns its end. */
export function writeToken(target: Uint8Array, at: number, rank: number): number {
  if (rank > UCA_RANKS) return writeMadeToken(target, at, rank);
  const token = TOKENS[rank];
  target[at] = token >> 8;
  if ((token & 255) === 0) return at + 1;
  target[at + 1] = token & 255;
  return at + 2;
}

function writeMadeToken(target: Uint8Array, at: number, rank: number): number {
  const group = rank >> GROUP_SHIFT;
  const code = (rank & 0x1fffff) - GROUP_FIRST[group];
  target[at] = GROUP_LEAD + group;
  let next = at + 1;
  if (group >= OTHER_HAN) target[next++] = 1 + Math.floor(code / 65025);
  target[next] = 1 + (Math.floor(code / 255) % 255);
  target[next + 1] = 1 + (code % 255);
  return next + 2;
}

/** By ASCII code: rank; 0 for ignorable characters. */
export const ASCII_RANKS: Uint16Array = asciiRanks();

/** By byte: the one-byte token of an ASCII character; 0 for ignorable characters and for all bytes from 0x80 on. */
export const ASCII_TOKENS: Uint8Array = Uint8Array.from({length: 256}, (_, byte) =>
  byte < 128 ? TOKENS[ASCII_RANKS[byte]] >> 8 : 0,
);

function asciiRanks(): Uint16Array {
  const byCode = new Uint16Array(128);
  const ranks = UCA_ASCII_RANKS.split(' ').map(Number);
  // In the order of their ranks: white space, punctuation, symbols, digits, letters.
  const characters = '\t\n\v\f\r _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz';
  for (let i = 0; i < characters.length; i++) byCode[characters.charCodeAt(i)] = ranks[i];
  for (let code = 65; code <= 90; code++) byCode[code] = byCode[code + 32];
  return byCode;
}
