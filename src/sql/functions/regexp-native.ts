// The platform's RegExp for patterns and texts with which it cannot take long: a hundred times as fast as the machine.
//
// A backtracking engine tries at most as many ways as there are to match the pattern against the text. That number is bounded here by
// `factor * length ^ degree` for each place to start from: choices and optional parts multiply the factor, a loop over single characters
// (`a*`) adds one to the degree. Loops over anything else, and what the two engines see differently, are left to the machine.

import type {RegexpMatch} from './regexp-machine.ts';
import {type CharacterSet, codeSource} from './regexp-set.ts';
import {type ParsedPattern, type PatternNode, startsAtText} from './regexp-syntax.ts';

/** Most ways that may be tried: a fraction of a millisecond. */
const WAYS_MAX = 50_000;

interface Ways {
  readonly factor: number;
  readonly degree: number;
}

const ONE: Ways = {factor: 1, degree: 0};
const TOO_MANY: Ways = {factor: Number.POSITIVE_INFINITY, degree: 0};

function waysOf(node: PatternNode): Ways {
  switch (node.kind) {
    case 'set':
      return ONE;
    case 'assertion':
      return /^text|final/.test(node.test) ? ONE : TOO_MANY;
    case 'sequence':
      return node.items.map(waysOf).reduce((a, b) => ({factor: a.factor * b.factor, degree: a.degree + b.degree}), ONE);
    case 'choice':
      return node.options.map(waysOf).reduce((a, b) => ({factor: a.factor + b.factor, degree: a.degree + b.degree}));
    case 'group':
      return waysOf(node.body);
    case 'repeat':
      return waysOfRepeat(node.body, node.min, node.max);
  }
}

function waysOfRepeat(body: PatternNode, min: number, max: number): Ways {
  if (body.kind === 'set')
    return max === Number.POSITIVE_INFINITY ? {factor: 1, degree: 1} : {factor: max - min + 1, degree: 0};
  const {factor, degree} = waysOf(body);
  // A body that may be empty is repeated by rules of its own in JavaScript.
  if (max > 16 || degree > 0 || mayBeEmpty(body)) return TOO_MANY;
  let sum = 0;
  for (let i = min; i <= max; i++) sum += factor ** i;
  return {factor: sum, degree: 0};
}

function mayBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return node.items.every(mayBeEmpty);
    case 'choice':
      return node.options.some(mayBeEmpty);
    case 'group':
      return mayBeEmpty(node.body);
    case 'repeat':
      return node.min === 0 || mayBeEmpty(node.body);
  }
}

/** The pattern in JavaScript's `v` syntax. */
function sourceOf(node: PatternNode): string {
  switch (node.kind) {
    case 'set':
      return node.set.source;
    case 'assertion':
      return node.test === 'textStart' ? '^' : node.test === 'textEnd' ? '$' : finalEnd(node.unixLines);
    case 'sequence':
      return node.items.map(sourceOf).join('');
    case 'choice':
      return `(?:${node.options.map(sourceOf).join('|')})`;
    case 'group':
      return `(${sourceOf(node.body)})`;
    case 'repeat': {
      const max = node.max === Number.POSITIVE_INFINITY ? '' : node.max;
      return `(?:${sourceOf(node.body)}){${node.min},${max}}${node.greedy ? '' : '?'}`;
    }
  }
}

/** The end, or in front of a line end that is the last thing in the text. */
function finalEnd(unixLines: boolean): string {
  const [feed, carriage] = [codeSource(10), codeSource(13)];
  if (unixLines) return `(?=${feed}?$)`;
  return `(?=$|${carriage}${feed}$|(?<!${carriage})${feed}$|[\\v\\f\\r\\x85\\u2028\\u2029]$)`;
}

function setsOf(node: PatternNode): readonly CharacterSet[] {
  switch (node.kind) {
    case 'set':
      return [node.set];
    case 'assertion':
      return [];
    case 'sequence':
      return node.items.flatMap(setsOf);
    case 'choice':
      return node.options.flatMap(setsOf);
    default:
      return setsOf(node.body);
  }
}

export class NativeRegexp {
  readonly #source: string;
  readonly #flags: string;
  readonly #ways: Ways;
  readonly #isAnchored: boolean;
  readonly #tester: RegExp;
  /** Tells offsets, which costs time: made when first needed. */
  #finder: RegExp | undefined;

  private constructor(root: PatternNode, ways: Ways, ignoreCase: boolean) {
    this.#source = sourceOf(root);
    this.#flags = ignoreCase ? 'gvi' : 'gv';
    this.#ways = ways;
    this.#isAnchored = startsAtText(root);
    this.#tester = new RegExp(this.#source, this.#flags);
  }

  /** Undefined for a pattern that is not for the platform. */
  static of({root}: ParsedPattern): NativeRegexp | undefined {
    const ways = waysOf(root);
    const sets = setsOf(root);
    const ignoreCase = sets.some(s => s.ignoreCase);
    if (ways.factor > WAYS_MAX || sets.some(s => s.ignoreCase !== ignoreCase)) return undefined;
    return new NativeRegexp(root, ways, ignoreCase);
  }

  /** True when a text of this length is matched in bounded time. */
  suits(length: number): boolean {
    const {factor, degree} = this.#ways;
    return factor * (length + 1) ** (this.#isAnchored ? degree : degree + 1) <= WAYS_MAX;
  }

  test(text: string, from: number): boolean {
    this.#tester.lastIndex = from;
    return this.#tester.test(text);
  }

  find(text: string, from: number): RegexpMatch | undefined {
    this.#finder ??= new RegExp(this.#source, `d${this.#flags}`);
    this.#finder.lastIndex = from;
    const indices = this.#finder.exec(text)?.indices;
    if (indices === undefined) return undefined;
    const [start, end, ...groups] = indices.flatMap(pair => pair ?? [-1, -1]);
    return {start, end, groups: Int32Array.from(groups)};
  }
}
