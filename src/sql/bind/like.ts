// LIKE: `%` any run, `_` any one character, everything else itself under the collation, character by character.

import {type Collation, collationOf} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {CharacterClasses} from './character-classes.ts';
import {BOOLEAN, Coercibility, Expression} from './expression.ts';

/** A pattern, taken apart: classes of characters, and two wildcards. */
const ANY_RUN = -1;
const ANY_ONE = -2;

/** A compiled pattern. */
class Matcher {
  readonly #classes: CharacterClasses;
  readonly #tokens: readonly number[];
  /** The whole pattern is one fixed text. */
  readonly #isFixed: boolean;

  constructor(pattern: string, escapedBy: string | undefined, classes: CharacterClasses) {
    this.#classes = classes;
    this.#tokens = tokensOf(pattern, escapedBy, classes);
    this.#isFixed = this.#tokens.every(t => t >= 0);
  }

  matches(text: string): boolean {
    const subject = this.#classes.of(text);
    if (this.#isFixed)
      return sameFrom(subject, 0, this.#tokens, 0, this.#tokens.length) && subject.length === this.#tokens.length;
    return matchTokens(subject, this.#tokens);
  }
}

function sameFrom(
  subject: readonly number[],
  at: number,
  tokens: readonly number[],
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i++) {
    const token = tokens[i];
    const character = subject[at + i - from];
    if (character === undefined || (token !== ANY_ONE && token !== character)) return false;
  }
  return true;
}

/** Greedy matching with one point to return to: the last `%`. Linear in text times pattern at worst. */
function matchTokens(subject: readonly number[], tokens: readonly number[]): boolean {
  let at = 0;
  let token = 0;
  let lastRun = -1;
  let resumeAt = 0;
  while (at < subject.length) {
    if (token < tokens.length && tokens[token] === ANY_RUN) {
      lastRun = token++;
      resumeAt = at;
    } else if (token < tokens.length && (tokens[token] === ANY_ONE || tokens[token] === subject[at])) {
      token++;
      at++;
    } else if (lastRun >= 0) {
      token = lastRun + 1;
      at = ++resumeAt;
    } else return false;
  }
  while (token < tokens.length && tokens[token] === ANY_RUN) token++;
  return token === tokens.length;
}

function tokensOf(pattern: string, escapedBy: string | undefined, classes: CharacterClasses): readonly number[] {
  const tokens: number[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === escapedBy) escaped = true;
    else {
      const wild = escaped ? undefined : wildcard(character);
      tokens.push(wild ?? classes.ofCharacter(character));
      escaped = false;
    }
  }
  if (escaped && escapedBy !== undefined) tokens.push(classes.ofCharacter(escapedBy));
  return tokens;
}

function wildcard(character: string): number | undefined {
  return character === '%' ? ANY_RUN : character === '_' ? ANY_ONE : undefined;
}

/** The text before the first wildcard, unescaped: what every match begins with. Undefined when there is no wildcard at all. */
export function likePrefix(pattern: string, escapedBy: string | undefined): string | undefined {
  let prefix = '';
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === escapedBy) escaped = true;
    else if (!escaped && wildcard(character) !== undefined) return prefix;
    else {
      prefix += character;
      escaped = false;
    }
  }
  return undefined;
}

export class Like extends Expression {
  readonly value: Expression;
  readonly pattern: Expression;
  readonly escape: string | undefined;
  readonly collation: Collation;
  readonly #classes: CharacterClasses;
  #compiled: string | undefined;
  #matcher: Matcher | undefined;

  constructor(value: Expression, pattern: Expression, escapedBy: string | undefined, collation: Collation) {
    super(BOOLEAN, value.nullable || pattern.nullable, [value, pattern], Coercibility.numeric);
    this.value = value;
    this.pattern = pattern;
    this.escape = escapedBy;
    this.collation = collation;
    this.#classes = CharacterClasses.for(collation);
  }

  override evaluate(context: ExecContext): Value {
    const value = this.value.evaluate(context);
    const pattern = this.pattern.evaluate(context);
    if (value === null || pattern === null) return null;
    return this.#matcherOf(characters(pattern)).matches(characters(value)) ? 1 : 0;
  }

  #matcherOf(pattern: string): Matcher {
    if (this.#matcher === undefined || this.#compiled !== pattern) {
      this.#compiled = pattern;
      this.#matcher = new Matcher(pattern, this.escape, this.#classes);
    }
    return this.#matcher;
  }

  override toString(): string {
    const suffix = this.escape === '\\' ? '' : ` escape '${this.escape ?? ''}'`;
    return `(${this.value} like ${this.pattern}${suffix})`;
  }
}

/** A string as characters: binary strings have one per byte. */
export function characters(value: Value): string {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
    : (value as string);
}

/** Matches one pattern outside of expressions (SHOW ... LIKE). */
export function likeMatcher(pattern: string, collation: number): (text: string) => boolean {
  const matcher = new Matcher(pattern, '\\', CharacterClasses.for(collationOf(collation)));
  return text => matcher.matches(text);
}
