// Takes the literals out of a statement, for the plan cache: two statements that differ only in literals whose value
// cannot change the plan get the same key.
//
// This is on the path of every text query that hits the cache, so it is one pass over the tokens, without a tree. What
// it takes out is defined in literal-zones.ts; the parser, given `literalsAsParameters`, numbers the same literals in
// the same order. It follows the clauses with a stack of one small number per open parenthesis:
//
//   list     between SELECT and FROM, and in GROUP BY, HAVING, ORDER BY, WINDOW: nothing is taken,
//            and a parenthesis that opens here is locked
//   other    FROM and everything else: nothing is taken, but a subquery may have zones of its own
//   taking   WHERE, ON, SET, VALUES, LIMIT: literals are taken
//   locked   inside a parenthesis that froze: nothing is taken, whatever words come
//
// The key is the text itself, from the first token to the last, each literal replaced by a control character that says
// its type. (Outside quotes a control character is no SQL, so no statement looks like the key of another.) Blanks,
// letter case and comments stay: they can be part of column names, and clients do not vary them. Comments in front
// and behind are left away, for those do vary.

import {WORDS, type Word, wordIndex} from './keywords.ts';
import {bitValue, hexValue, integerValue, stringValue} from './literal.ts';
import {barredAfter, cachedVerbs, frozenCalls} from './literal-zones.ts';
import type {Modes} from './modes.ts';
import {Scanner, Token} from './scanner.ts';
import {sourceOf} from './source.ts';

/** A literal's value in the domain of format/value; a decimal is its digits. */
export type LiteralValue = number | bigint | string | Uint8Array;

export interface Normalized {
  /** Equal for statements that may share a plan (under equal modes, schema and catalog). */
  readonly key: string;
  /** The literals taken, in textual order. */
  readonly literals: readonly LiteralValue[];
}

/** What stands in the key for a literal of each type. */
export const Marker = {
  /** An integer that fits a signed BIGINT. */
  integer: '\x01',
  /** A larger one that fits BIGINT UNSIGNED. */
  unsigned: '\x02',
  decimal: '\x03',
  double: '\x04',
  string: '\x05',
  /** A string that is not well-formed UTF-8. */
  bytes: '\x06',
  /** x'..' and b'..'. */
  hex: '\x07',
  bit: '\x08',
} as const;

const SIGNED_MAX = 9_223_372_036_854_775_807n;

const Zone = {list: 0, other: 1, taking: 2, locked: 3} as const;

/** What a word does to the zone. */
const Effect = {
  none: 0,
  open: 1,
  close: 2,
  list: 3,
  /** ORDER and GROUP: like `list`, but not in an index hint. */
  sorting: 4,
  from: 5,
  take: 6,
  /** VALUES: only where rows may follow, not as a function. */
  values: 7,
  /** The statement is not for the plan cache. */
  refuse: 8,
  semicolon: 9,
} as const;

const EFFECTS = new Uint8Array(WORDS.length);

function setEffect(effect: number, ...words: readonly Word[]): void {
  for (const word of words) EFFECTS[wordIndex(word)] = effect;
}

setEffect(Effect.open, '(', '{');
setEffect(Effect.close, ')', '}');
setEffect(Effect.list, 'SELECT', 'HAVING', 'WINDOW');
setEffect(Effect.sorting, 'ORDER', 'GROUP');
setEffect(Effect.from, 'FROM');
setEffect(Effect.take, 'WHERE', 'ON', 'SET', 'LIMIT');
setEffect(Effect.values, 'VALUES', 'VALUE');
// NTH_VALUE(...) FROM FIRST has a FROM that ends no select list.
setEffect(Effect.refuse, 'OUTFILE', 'DUMPFILE', 'NTH_VALUE');
setEffect(Effect.semicolon, ';');

const BRACE = wordIndex('{');
const FOR = wordIndex('FOR');
const UNDERSCORE = 0x5f;
const ZERO = 0x30;
/** Integers of at most this many digits are read without cutting a string out. */
const FAST_DIGITS = 15;

/** Open parentheses beyond this many: not for the plan cache. */
const DEPTH_MAX = 256;
const zones = new Uint8Array(DEPTH_MAX);

/**
 * The key and the literals of a statement; null if it is not for the plan cache: another kind of statement than those
 * that read and write rows, several statements, placeholders, adjacent strings, or no SQL at all. Then parse it.
 */
export function normalize(sql: Uint8Array | string, modes: Modes): Normalized | null {
  const scanner = new Scanner(sourceOf(sql), modes);
  scanner.next();
  return cachedVerbs[scanner.index] === 1 ? takeLiterals(scanner) : null;
}

function takeLiterals(scanner: Scanner): Normalized | null {
  const text = scanner.text;
  const literals: LiteralValue[] = [];
  let key = '';
  let from = scanner.start;
  let depth = 0;
  let zone: number = Zone.other;
  let introduced = false;
  let continued = false;
  for (; ; scanner.next()) {
    const kind = scanner.kind;
    if (kind === Token.word || kind === Token.symbol) {
      continued = false;
      introduced = scanner.index === 0 && text.charCodeAt(scanner.start) === UNDERSCORE;
      const effect = EFFECTS[scanner.index];
      if (effect === Effect.none) continue;
      if (effect === Effect.open) {
        if (depth === DEPTH_MAX) return null;
        zones[depth++] = zone;
        if (locks(scanner, zone)) zone = Zone.locked;
      } else if (effect === Effect.close) {
        if (depth === 0) return null;
        zone = zones[--depth];
      } else if (effect === Effect.refuse) return null;
      else if (effect === Effect.semicolon) return endsHere(scanner) ? finish(scanner, key, from, literals) : null;
      else zone = zoneAfter(effect, zone, scanner.previousIndex);
    } else if (kind >= Token.string && kind <= Token.bit) {
      // Adjacent strings are one literal; too rare to be worth joining here.
      if (continued && kind === Token.string && zone === Zone.taking) return null;
      if (kind === Token.double && !Number.isFinite(doubleOf(scanner))) return null;
      const isTaken = zone === Zone.taking && !introduced && barredAfter[scanner.previousIndex] === 0;
      if (isTaken && kind !== Token.nationalString) {
        const start = scanner.start;
        const marker = takeLiteral(scanner, kind, literals);
        key += text.slice(from, start) + marker;
        from = scanner.end;
      }
      continued = kind === Token.string || kind === Token.nationalString;
      introduced = false;
    } else if (kind === Token.end) return finish(scanner, key, from, literals);
    else if (kind === Token.placeholder || kind === Token.bad) return null;
    else introduced = continued = false;
  }
}

/** Whether the parenthesis at hand freezes what is inside. */
function locks(scanner: Scanner, zone: number): boolean {
  return (
    zone === Zone.list || zone === Zone.locked || scanner.index === BRACE || frozenCalls[scanner.previousIndex] === 1
  );
}

function zoneAfter(effect: number, zone: number, previousIndex: number): number {
  if (zone === Zone.locked) return zone;
  switch (effect) {
    case Effect.sorting:
      return previousIndex === FOR ? zone : Zone.list;
    case Effect.from:
      return zone === Zone.list ? Zone.other : zone;
    case Effect.take:
      return Zone.taking;
    case Effect.values:
      return zone === Zone.other ? Zone.taking : zone;
    default:
      return Zone.list;
  }
}

function endsHere(scanner: Scanner): boolean {
  const end = scanner.previousEnd;
  scanner.next();
  scanner.previousEnd = end;
  return scanner.kind === Token.end;
}

function finish(scanner: Scanner, key: string, from: number, literals: LiteralValue[]): Normalized {
  const end = scanner.previousEnd;
  return {key: end > from ? key + scanner.text.slice(from, end) : key, literals};
}

/** Adds the literal at hand to `literals` and returns its marker. */
function takeLiteral(scanner: Scanner, kind: Token, literals: LiteralValue[]): string {
  switch (kind) {
    case Token.integer:
      return takeInteger(scanner, literals);
    case Token.decimal:
      literals.push(scanner.text.slice(scanner.start, scanner.end));
      return Marker.decimal;
    case Token.double:
      literals.push(doubleOf(scanner));
      return Marker.double;
    case Token.hex:
      literals.push(hexValue(scanner.text.slice(scanner.start, scanner.end)));
      return Marker.hex;
    case Token.bit:
      literals.push(bitValue(scanner.text.slice(scanner.start, scanner.end)));
      return Marker.bit;
    default:
      return takeString(scanner, literals);
  }
}

function doubleOf(scanner: Scanner): number {
  return Number(scanner.text.slice(scanner.start, scanner.end));
}

function takeInteger(scanner: Scanner, literals: LiteralValue[]): string {
  const {text, start, end} = scanner;
  if (end - start <= FAST_DIGITS) {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 10 + text.charCodeAt(at) - ZERO;
    literals.push(value);
    return Marker.integer;
  }
  const digits = text.slice(start, end);
  const value = integerValue(digits);
  literals.push(value ?? digits);
  if (value === null) return Marker.decimal;
  return value > SIGNED_MAX ? Marker.unsigned : Marker.integer;
}

function takeString(scanner: Scanner, literals: LiteralValue[]): string {
  const value = stringValue(scanner);
  literals.push(value);
  return typeof value === 'string' ? Marker.string : Marker.bytes;
}
