// Collations: their names and numbers, and what is done with them: compare, hash, and write index keys.
//
// Three families do the work: uca-collation.ts (Unicode elements, utf8mb4's default), simple-collation.ts (one weight
// per character) and byte-collation.ts. Numbers and names are MySQL's, as clients and dumps know them.
//
// Keys (`writeWeights`) are self-delimiting whatever the family: no key of a collation is a prefix of another key of it, so that
// the next column of an index can follow at once, without a length and without an end mark of its own. memcmp of keys gives
// `compare` of the texts, and equal texts have equal keys. 00 occurs only as the last byte of a key, or nowhere.
//
// Left out: the language-specific collations. The *_unicode_* collations use the table of Unicode 13 instead of 4 and 5.2,
// so a few characters that are newer than those compare differently than in MySQL.

import {must} from '../../base/assert.ts';
import {compareCodePoints, hashCodePoints, writeBytesKey, writeBytesPrefix} from './byte-collation.ts';
import {ASCII, BINARY, type Charset, LATIN1, UTF8MB3, UTF8MB4} from './charset.ts';
import {
  asciiGeneralTable,
  generalCiTable,
  latin1BinTable,
  latin1GeneralTable,
  latin1SwedishTable,
} from './legacy-table.ts';
import {
  compareSimple,
  hashSimple,
  maxSimpleKeyBytes,
  type SimpleWeights,
  simpleKeyEnd,
  writeSimpleKey,
  writeSimplePrefix,
} from './simple-collation.ts';
import {
  compareUca,
  compareUcaPadded,
  hashUca,
  maxUcaKeyBytes,
  ucaPaddedKeyEnd,
  writePrimaries,
  writeUcaKey,
  writeUcaKeyPadded,
} from './uca-collation.ts';

/** Which code serves a collation. */
const Family = {bytes: 0, simple: 1, uca: 2} as const;
type Family = (typeof Family)[keyof typeof Family];

export interface Collation {
  readonly id: number;
  readonly name: string;
  readonly charset: Charset;
  /** The default of its character set. */
  readonly isDefault: boolean;
  /** Compares codes, not letters: the *_bin ones and `binary`. */
  readonly isBinary: boolean;
  readonly padSpace: boolean;
  readonly family: Family;
  /** Family uca: how many levels are compared. */
  readonly levels: number;
  /** Family simple: the weights, made when first needed. */
  readonly weights: () => SimpleWeights;
}

const IDENTITY: SimpleWeights = {table: undefined, supplementary: -1};
const identity = (): SimpleWeights => IDENTITY;

/** Makes the weights once. */
function lazily(makeTable: () => Uint16Array, supplementary: number): () => SimpleWeights {
  let weights: SimpleWeights | undefined;
  return () => (weights ??= {table: makeTable(), supplementary});
}

function bytes(id: number, name: string, charset: Charset): Collation {
  const isDefault = charset.defaultCollation === id;
  return {
    id,
    name,
    charset,
    isDefault,
    isBinary: true,
    padSpace: false,
    family: Family.bytes,
    levels: 1,
    weights: identity,
  };
}

function simple(id: number, name: string, charset: Charset, weights: () => SimpleWeights): Collation {
  const isDefault = charset.defaultCollation === id;
  const isBinary = name.endsWith('_bin');
  return {id, name, charset, isDefault, isBinary, padSpace: true, family: Family.simple, levels: 1, weights};
}

function uca(id: number, name: string, charset: Charset, levels: number, padSpace: boolean): Collation {
  const isDefault = charset.defaultCollation === id;
  return {
    id,
    name,
    charset,
    isDefault,
    isBinary: false,
    padSpace,
    family: Family.uca,
    levels,
    weights: identity,
  };
}

const generalCi = lazily(generalCiTable, 0xfffd);

/** All collations, by name. */
export const COLLATIONS: readonly Collation[] = [
  simple(65, 'ascii_bin', ASCII, identity),
  simple(11, 'ascii_general_ci', ASCII, lazily(asciiGeneralTable, -1)),
  bytes(63, 'binary', BINARY),
  simple(47, 'latin1_bin', LATIN1, lazily(latin1BinTable, -1)),
  simple(48, 'latin1_general_ci', LATIN1, lazily(latin1GeneralTable, -1)),
  simple(8, 'latin1_swedish_ci', LATIN1, lazily(latin1SwedishTable, -1)),
  simple(83, 'utf8mb3_bin', UTF8MB3, identity),
  simple(33, 'utf8mb3_general_ci', UTF8MB3, generalCi),
  uca(192, 'utf8mb3_unicode_ci', UTF8MB3, 1, true),
  uca(255, 'utf8mb4_0900_ai_ci', UTF8MB4, 1, false),
  uca(305, 'utf8mb4_0900_as_ci', UTF8MB4, 2, false),
  uca(278, 'utf8mb4_0900_as_cs', UTF8MB4, 3, false),
  bytes(309, 'utf8mb4_0900_bin', UTF8MB4),
  simple(46, 'utf8mb4_bin', UTF8MB4, identity),
  simple(45, 'utf8mb4_general_ci', UTF8MB4, generalCi),
  uca(246, 'utf8mb4_unicode_520_ci', UTF8MB4, 1, true),
  uca(224, 'utf8mb4_unicode_ci', UTF8MB4, 1, true),
];

const BY_ID: readonly (Collation | undefined)[] = COLLATIONS.reduce<(Collation | undefined)[]>((byId, collation) => {
  byId[collation.id] = collation;
  return byId;
}, []);

const BY_NAME: ReadonlyMap<string, Collation> = new Map(COLLATIONS.map(c => [c.name, c]));

/** The collation of a SqlType. An id that no type can have is a bug. */
export function collationOf(id: number): Collation {
  return must(BY_ID[id], () => `collation ${id}`);
}

/** The collation with this id, if there is one: for ids that come from outside. */
export function findCollationById(id: number): Collation | undefined {
  return BY_ID[id];
}

/** The collation of this name, case ignored; `utf8_` is `utf8mb3_`. */
export function findCollation(name: string): Collation | undefined {
  return BY_NAME.get(name.toLowerCase().replace(/^utf8_/, 'utf8mb3_'));
}

/** The default collation of a character set. */
export function defaultCollation(charset: Charset): Collation {
  return collationOf(charset.defaultCollation);
}

/** The *_bin collation of a character set that `BINARY expr` and `COLLATE` fall back to. */
export function binaryCollation(charset: Charset): Collation {
  return must(
    COLLATIONS.find(c => c.charset === charset && c.isBinary && !c.name.includes('0900')),
    () => `binary collation of ${charset.name}`,
  );
}

/** Compares two texts. Negative, zero or positive. */
export function compare(collation: Collation, a: string, b: string): number {
  switch (collation.family) {
    case Family.uca:
      return collation.padSpace ? compareUcaPadded(a, b) : compareUca(a, b, collation.levels);
    case Family.simple:
      return compareSimple(collation.weights(), a, b);
    default:
      return compareCodePoints(a, b);
  }
}

/** True when the texts are the same under the collation. */
export function equals(collation: Collation, a: string, b: string): boolean {
  return a === b || compare(collation, a, b) === 0;
}

/** A 32-bit hash: equal texts have equal hashes. For this process only; never stored. */
export function hash(collation: Collation, text: string): number {
  switch (collation.family) {
    case Family.uca:
      return hashUca(text, collation.padSpace);
    case Family.simple:
      return hashSimple(collation.weights(), text);
    default:
      return hashCodePoints(text);
  }
}

/**
 * Writes the index key of a text: `source[at, end)` is valid UTF-8 (any bytes for `binary`). Returns the end of the key in
 * `target`. Bytes beyond the end of `target` are dropped: when the result is greater than `target.length`, the key did not fit.
 */
export function writeWeights(
  collation: Collation,
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  switch (collation.family) {
    case Family.uca:
      return collation.padSpace
        ? writeUcaKeyPadded(source, at, end, target, targetAt)
        : writeUcaKey(source, at, end, target, targetAt, collation.levels);
    case Family.simple:
      return writeSimpleKey(collation.weights(), source, at, end, target, targetAt);
    default:
      return writeBytesKey(source, at, end, target, targetAt);
  }
}

/**
 * End of the key of a PAD SPACE collation that begins at `at` (the others end with byte 00); behind `end` when the bytes end before the key does. `mask` is 255 where
 * the bytes are inverted.
 */
export function paddedKeyEnd({family}: Collation, key: Uint8Array, at: number, end: number, mask: number): number {
  return family === Family.uca ? ucaPaddedKeyEnd(key, at, end, mask) : simpleKeyEnd(key, at, end, mask);
}

/**
 * Writes the bytes that the keys of all texts begin with which begin with `source`: the bound of LIKE 'abc%'. (Some other
 * texts' keys may begin with them too.) Returns their end; overflow as in `writeWeights`.
 */
export function writeWeightsPrefix(
  collation: Collation,
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  targetAt: number,
): number {
  switch (collation.family) {
    case Family.uca:
      // A padded key without its end is just what texts that go on begin with.
      return collation.padSpace
        ? writeUcaKeyPadded(source, at, end, target, targetAt) - 1
        : writePrimaries(source, at, end, target, targetAt);
    case Family.simple:
      return writeSimplePrefix(collation.weights(), source, at, end, target, targetAt);
    default:
      return writeBytesPrefix(source, at, end, target, targetAt);
  }
}

/** Most bytes that `writeWeights` can need for a text of this many characters (bytes for `binary`). */
export function maxWeightBytes(collation: Collation, characters: number): number {
  switch (collation.family) {
    case Family.uca:
      return maxUcaKeyBytes(characters, collation.levels);
    case Family.simple:
      return maxSimpleKeyBytes(characters);
    default:
      // utf8mb4_0900_bin: four bytes a character, none of them escaped, or one that is.
      return characters * (collation.charset === BINARY ? 2 : 4) + 1;
  }
}
