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
import {type Source, sourceOf, textOf} from './source.ts';

/** Digest texts are cut at this many characters, as by MySQL's max_digest_length. */
export const DIGEST_CHARACTERS_MAX = 1024;

const VALUE = '?';
const VALUES = '?, ...';
const ROW_OF_ONE = '(?)';
const ROW = '(...)';
const MORE = ' /* , ... */';
/** What rows of literals look like, and of what a row consists that is not closed. */
const ROWS: ReadonlySet<string> = new Set([ROW, ROW + MORE, ROW_OF_ONE, ROW_OF_ONE + MORE]);
const OPEN_ROW: ReadonlySet<string> = new Set([',', '(', '-', '+', VALUE, VALUES]);

/** The digest text of a statement. Never fails: what is no SQL stands in it as it is. */
export function digestText(sql: Uint8Array | string, modes: Modes): string {
  return digestTextOf(sourceOf(sql), modes, Number.POSITIVE_INFINITY);
}

/**
 * The same of a source of which only `charactersMax` are looked at. Statements that differ in how many rows of literals they have share it, wherever in
 * a row that ends.
 */
export function digestTextOf(sql: Source, modes: Modes, charactersMax: number): string {
  if (sql.length <= charactersMax) return joined(tokensOf(sql, modes, Number.POSITIVE_INFINITY));
  const tokens = tokensOf(sql.slice(0, charactersMax), modes, charactersMax);
  dropOpenRow(tokens);
  return joined(tokens);
}

/** The tokens that end before `end`, as the digest shows them. */
function tokensOf(sql: Source, modes: Modes, end: number): string[] {
  const scanner = new Scanner(sql, modes);
  const tokens: string[] = [];
  for (scanner.next(); scanner.kind !== Token.end && scanner.end < end; scanner.next()) {
    if (isValue(scanner)) pushValue(tokens);
    else if (scanner.word === ')') pushClose(tokens);
    else tokens.push(tokenText(scanner));
    // What is shortened does not use up the length; a token and its blank are two characters at least.
    if (tokens.length > DIGEST_CHARACTERS_MAX / 2) break;
  }
  return tokens;
}

function joined(tokens: string[]): string {
  if (tokens.at(-1) === ';') tokens.pop();
  return tokens.join(' ').slice(0, DIGEST_CHARACTERS_MAX);
}

/** Takes a row of literals that is not closed off the end; the rows before it say that there are more. */
function dropOpenRow(tokens: string[]): void {
  let last = tokens.length - 1;
  while (OPEN_ROW.has(tokens[last])) last--;
  if (!ROWS.has(tokens[last]) || (tokens[last + 2] ?? '(') !== '(') return;
  tokens.length = last + 1;
  if (!tokens[last].endsWith(MORE)) tokens[last] += MORE;
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
