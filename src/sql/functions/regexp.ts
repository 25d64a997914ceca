// value REGEXP pattern, and what the REGEXP_ functions share: match types and the last compiled pattern.
//
// Patterns are in ICU's syntax (regexp-syntax.ts), matched in time that is bounded whatever the pattern is (regexp-pattern.ts).

import {SqlError} from '../../base/sql-error.ts';
import type {Collation} from '../../format/value/collation.ts';
import type {Value} from '../../format/value/types.ts';
import {BOOLEAN, Coercibility, Expression} from '../bind/expression.ts';
import {characters} from '../bind/like.ts';
import type {ExecContext} from '../exec/contract.ts';
import {RegexpPattern} from './regexp-pattern.ts';
import type {PatternFlags} from './regexp-syntax.ts';

/** How a match type (letters of c i m n u, the last of c and i wins) and a collation make a pattern be read. */
export function flagsOf(matchType: string, collation: Collation): PatternFlags {
  const wrong = /[^cimnu]/.test(matchType);
  if (wrong) throw new SqlError('ER_WRONG_ARGUMENTS', 'regexp_like');
  const byCollation = !collation.isBinary && !collation.name.endsWith('_cs');
  const last = matchType.replace(/[^ci]/g, '').at(-1);
  return {
    ignoreCase: last === undefined ? byCollation : last === 'i',
    multiLine: matchType.includes('m'),
    dotAll: matchType.includes('n'),
    unixLines: matchType.includes('u'),
  };
}

/** Keeps the last compiled pattern: patterns and match types seldom change from row to row. */
export class RegexpCache {
  readonly #collation: Collation;
  #pattern = '';
  #matchType = '';
  #compiled: RegexpPattern | undefined;

  constructor(collation: Collation) {
    this.#collation = collation;
  }

  /** The compiled pattern. Throws SqlError 3685 to 3700. */
  get(pattern: string, matchType: string): RegexpPattern {
    if (this.#compiled === undefined || pattern !== this.#pattern || matchType !== this.#matchType) {
      this.#compiled = new RegexpPattern(pattern, flagsOf(matchType, this.#collation));
      this.#pattern = pattern;
      this.#matchType = matchType;
    }
    return this.#compiled;
  }
}

/** value REGEXP pattern. */
export class Regexp extends Expression {
  readonly value: Expression;
  readonly pattern: Expression;
  readonly #cache: RegexpCache;

  constructor(value: Expression, pattern: Expression, collation: Collation) {
    super(BOOLEAN, value.nullable || pattern.nullable, [value, pattern], Coercibility.numeric);
    this.value = value;
    this.pattern = pattern;
    this.#cache = new RegexpCache(collation);
  }

  override evaluate(context: ExecContext): Value {
    const value = this.value.evaluate(context);
    const pattern = this.pattern.evaluate(context);
    if (value === null || pattern === null) return null;
    return this.#cache.get(characters(pattern), '').test(characters(value)) ? 1 : 0;
  }

  override toString(): string {
    return `(${this.value} regexp ${this.pattern})`;
  }
}
