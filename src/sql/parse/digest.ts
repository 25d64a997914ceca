// The digest text of a statement, under which the statement statistics count it: MySQL's form, for the tools that know
// it. Keywords in capitals, identifiers in backticks, one blank between tokens, every literal a `?`, and lists of
// literals shortened:
//
//   a IN (1, 2, 3)              `a` IN (...)
//   VALUES (1, 'a'), (2, 'b')   VALUES (...) /* , ... */
//   f(1)                        `f` (?)
//   LIMIT 5, 10                 LIMIT ?, ...
//
// Not for the plan cache, which needs more (normalize.ts); computed once per cached plan or per statement parsed.

import {nameOf} from './literal.ts';
import type {Modes} from './modes.ts';
import {Scanner, Token} from './scanner.ts';
import {sourceOf, textOf} from './source.ts';

/** Digest texts are cut at this many characters, as by MySQL's max_digest_length. */
export const DIGEST_CHARACTERS_MAX = 1024;

const VALUE = '?';
const VALUES = '?, ...';
const ROW_OF_ONE = '(?)';
const ROW = '(...)';
const MORE = ' /* , ... */';

/** The digest text of a statement. Never fails: what is no SQL stands in it as it is. */
export function digestText(sql: Uint8Array | string, modes: Modes): string {
  const scanner = new Scanner(sourceOf(sql), modes);
  const tokens: string[] = [];
  let length = 0;
  for (scanner.next(); scanner.kind !== Token.end && length <= DIGEST_CHARACTERS_MAX; scanner.next()) {
    if (isValue(scanner)) pushValue(tokens);
    else if (scanner.word === ')') pushClose(tokens);
    else {
      const token = tokenText(scanner);
      tokens.push(token);
      // Only what cannot be shortened any more counts, so that long lists do not use up the length.
      length += token.length + 1;
    }
  }
  if (tokens.at(-1) === ';') tokens.pop();
  return tokens.join(' ').slice(0, DIGEST_CHARACTERS_MAX);
}

function isValue(scanner: Scanner): boolean {
  return (scanner.kind >= Token.string && scanner.kind <= Token.placeholder) || scanner.word === 'NULL';
}

function tokenText(scanner: Scanner): string {
  if (scanner.word !== '') return scanner.word === '|concat|' ? '||' : scanner.word;
  if (scanner.kind === Token.word || scanner.kind === Token.quoted) {
    return `\`${nameOf(scanner).replaceAll('`', '``')}\``;
  }
  return textOf(scanner.text.slice(scanner.start, scanner.end));
}

/** Adds a literal: without its sign, and as part of the list it stands in. */
function pushValue(tokens: string[]): void {
  if (endsWithSign(tokens)) tokens.pop();
  const before = tokens.at(-2);
  if (tokens.at(-1) === ',' && (before === VALUE || before === VALUES)) tokens.splice(-2, 2, VALUES);
  else tokens.push(VALUE);
}

/** Whether the last token is a sign: a `-` or `+` that has no operand on its left. */
function endsWithSign(tokens: readonly string[]): boolean {
  const last = tokens.at(-1);
  if (last !== '-' && last !== '+') return false;
  const before = tokens.at(-2) ?? '(';
  return before !== ')' && !/[`?)/]$/.test(before);
}

/** Adds a closing parenthesis; a row of literals behind a like one joins it. */
function pushClose(tokens: string[]): void {
  const last = tokens.at(-1);
  if (tokens.at(-2) !== '(' || (last !== VALUE && last !== VALUES)) {
    tokens.push(')');
    return;
  }
  const row = last === VALUE ? ROW_OF_ONE : ROW;
  tokens.splice(-2, 2);
  const before = tokens.at(-2);
  if (tokens.at(-1) === ',' && (before === row || before === row + MORE)) tokens.splice(-2, 2, row + MORE);
  else tokens.push(row);
}
