// Regular expressions: MySQL's (ICU's) syntax translated to JavaScript's, and matched with a bound.
//
// The translation keeps what both have and rewrites what differs: POSIX classes [[:alpha:]], \A \z \Z \h \Q..\E, possessive quantifiers and
// atomic groups are refused. The JavaScript engine backtracks; patterns are bounded in length, and the server starts its engine with a linear
// fallback for patterns that backtrack too much (os room), so that a hostile pattern cannot hold a primary for long.

import {SqlError} from '../../base/sql-error.ts';
import type {Collation} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import {BOOLEAN, Coercibility, Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import type {ExecContext} from '../exec/contract.ts';

/** Longest pattern in characters. */
export const PATTERN_MAX = 10_000;

const POSIX_CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', '\\p{L}'],
  ['digit', '0-9'],
  ['alnum', '\\p{L}\\p{N}'],
  ['upper', '\\p{Lu}'],
  ['lower', '\\p{Ll}'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['punct', '\\p{P}\\p{S}'],
  ['xdigit', '0-9A-Fa-f'],
  ['cntrl', '\\p{Cc}'],
  ['graph', '\\p{L}\\p{N}\\p{P}\\p{S}'],
  ['print', '\\p{L}\\p{N}\\p{P}\\p{S} '],
  ['word', '\\p{L}\\p{N}_'],
]);

function illegal(): never {
  throw new SqlError('ER_REGEXP_ERROR');
}

/** Characters that JavaScript's `u` mode wants escaped, and letters that stay escapes in both. */
const SYNTAX = '^$\\.*+?()[]{}|/';
const SHARED_ESCAPES = 'dDwWsSbBnrtfvpPukx0123456789';

class Translator {
  readonly #pattern: string;
  #at = 0;
  #result = '';

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    while (this.#at < this.#pattern.length) this.#step();
    return this.#result;
  }

  #step(): void {
    const character = this.#pattern[this.#at++];
    if (character === '\\') this.#escape();
    else if (character === '[') this.#class();
    else if (character === '(') this.#group();
    else if (character === '{') this.#brace();
    else if (character === '}' || character === ']') this.#result += `\\${character}`;
    else {
      const isPossessive = character === '+' && /[*+?}]$/.test(this.#result) && !/\\[*+?}]$/.test(this.#result);
      if (isPossessive) illegal();
      this.#result += character;
    }
  }

  #escape(): void {
    const letter = this.#pattern[this.#at++];
    if (letter === undefined) illegal();
    if (letter === 'Q') this.#quoted();
    else if (letter === 'A') this.#result += '(?<![\\s\\S])';
    else if (letter === 'z') this.#result += '(?![\\s\\S])';
    else if (letter === 'Z') this.#result += '(?=\\n?(?![\\s\\S]))';
    else if (letter === 'h') this.#result += '[ \\t]';
    else if (letter === 'R') this.#result += '(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])';
    else if (letter === 'e') this.#result += '\\x1b';
    else if (letter === 'a') this.#result += '\\x07';
    else this.#result += escaped(letter);
  }

  #quoted(): void {
    const end = this.#pattern.indexOf('\\E', this.#at);
    const text = this.#pattern.slice(this.#at, end < 0 ? undefined : end);
    for (const character of text) this.#result += SYNTAX.includes(character) ? `\\${character}` : character;
    this.#at = end < 0 ? this.#pattern.length : end + 2;
  }

  /** Groups that JavaScript does not have are refused; inline flags for the whole pattern are taken by `flagsOf`. */
  #group(): void {
    const rest = this.#pattern.slice(this.#at);
    if (rest.startsWith('?>') || rest.startsWith('?#')) illegal();
    this.#result += '(';
  }

  /** A brace that begins no quantifier stands for itself. */
  #brace(): void {
    const match = /^\{\d+(?:,\d*)?\}/.exec(this.#pattern.slice(this.#at - 1));
    if (match === null) this.#result += '\\{';
    else {
      this.#result += match[0];
      this.#at += match[0].length - 1;
    }
  }

  #class(): void {
    let body = '';
    let isNegated = false;
    if (this.#pattern[this.#at] === '^') {
      isNegated = true;
      this.#at++;
    }
    for (let first = true; ; first = false) {
      const character = this.#pattern[this.#at++];
      if (character === undefined) illegal();
      if (character === ']' && !first) break;
      body += this.#classItem(character);
    }
    this.#result += `[${isNegated ? '^' : ''}${body}]`;
  }

  #classItem(character: string): string {
    if (character === '[') {
      const posix = /^:(\^?)([a-z]+):\]/.exec(this.#pattern.slice(this.#at));
      if (posix === null) return '\\[';
      const known = POSIX_CLASSES.get(posix[2]);
      if (known === undefined || posix[1] !== '') illegal();
      this.#at += posix[0].length;
      return known;
    }
    if (character === '\\') {
      const letter = this.#pattern[this.#at++];
      if (letter === undefined) illegal();
      return letter === 'h' ? ' \\t' : letter === '-' ? '\\-' : escaped(letter);
    }
    return character === ']' || character === '/' ? `\\${character}` : character;
  }
}

function escaped(letter: string): string {
  if (SHARED_ESCAPES.includes(letter) || SYNTAX.includes(letter)) return `\\${letter}`;
  if (/[A-Za-z]/.test(letter)) illegal();
  return letter;
}

/** JavaScript flags of a match type (c i m n u) and a collation. */
export function flagsOf(matchType: string, collation: Collation): string {
  let ignoreCase = !collation.isBinary && !collation.name.endsWith('_cs');
  let flags = 'u';
  for (const letter of matchType) {
    if (letter === 'c') ignoreCase = false;
    else if (letter === 'i') ignoreCase = true;
    else if (letter === 'm') flags += flags.includes('m') ? '' : 'm';
    else if (letter === 'n') flags += flags.includes('s') ? '' : 's';
    else if (letter !== 'u') throw new SqlError('ER_WRONG_ARGUMENTS', 'regexp_like');
  }
  return ignoreCase ? `${flags}i` : flags;
}

/** Compiles a pattern (3685 and its relatives when it is not understood). */
export function compileRegexp(pattern: string, flags: string): RegExp {
  if (pattern === '' || pattern.length > PATTERN_MAX) illegal();
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const body = inline === null ? pattern : pattern.slice(inline[0].length);
  const all = [...new Set(flags + (inline?.[1] ?? ''))].join('');
  try {
    return new RegExp(new Translator(body).translate(), all);
  } catch (error) {
    if (error instanceof SyntaxError) return illegal();
    throw error;
  }
}

/** Keeps the last compiled pattern: patterns seldom change from row to row. */
export class RegexpCache {
  #pattern = '';
  #flags = '';
  #compiled: RegExp | undefined;

  get(pattern: string, flags: string): RegExp {
    if (this.#compiled === undefined || pattern !== this.#pattern || flags !== this.#flags) {
      this.#compiled = compileRegexp(pattern, flags);
      this.#pattern = pattern;
      this.#flags = flags;
    }
    return this.#compiled;
  }
}

/** value REGEXP pattern. */
export class Regexp extends Expression {
  readonly value: Expression;
  readonly pattern: Expression;
  readonly #flags: string;
  readonly #cache: RegexpCache = new RegexpCache();

  constructor(value: Expression, pattern: Expression, collation: Collation) {
    super(BOOLEAN, value.nullable || pattern.nullable, [value, pattern], Coercibility.numeric);
    this.value = value;
    this.pattern = pattern;
    this.#flags = flagsOf('', collation);
  }

  override evaluate(context: ExecContext): Value {
    const value = this.value.evaluate(context);
    const pattern = this.pattern.evaluate(context);
    if (value === null || pattern === null) return null;
    return this.#cache.get(characters(pattern), this.#flags).test(characters(value)) ? 1 : 0;
  }

  override toString(): string {
    return `(${this.value} regexp ${this.pattern})`;
  }
}
