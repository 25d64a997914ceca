// JSON paths: `$`, then legs. Parsed once, evaluated on trees.
//
//   .name  ."any name"  .*            member, all members
//   [3]  [last]  [last-2]  [1 to 3]   element, range of elements; a value that is no array counts as an array of itself
//   [*]                               all elements
//   **                                the value and everything below it; must be followed by another leg

import {SqlError} from '../../base/sql-error.ts';
import type {Json} from './json-tree.ts';

/** An array position: counted from the end when `fromLast`. */
export interface ArrayIndex {
  readonly fromLast: boolean;
  readonly index: number;
}

export type PathLeg =
  | {readonly kind: 'member'; readonly name: string}
  | {readonly kind: 'anyMember'}
  | {readonly kind: 'cell'; readonly at: ArrayIndex}
  | {readonly kind: 'range'; readonly from: ArrayIndex; readonly to: ArrayIndex}
  | {readonly kind: 'anyCell'}
  | {readonly kind: 'ellipsis'};

export interface JsonPath {
  readonly legs: readonly PathLeg[];
  /** Some leg may give several values: wildcards, ranges, `**`. */
  readonly hasWildcard: boolean;
}

const LEGS_MAX = 1000;
const INDEX_MAX = 0xffff_ffff;

/** Parses a path; throws SqlError 3143 with the position, counted from 1. */
export function parseJsonPath(text: string): JsonPath {
  const parser = new PathParser(text);
  const legs = parser.legs();
  const hasWildcard = legs.some(leg => leg.kind !== 'member' && leg.kind !== 'cell');
  return {legs, hasWildcard};
}

const BLANKS = /[ \t\r\n]*/y;
const NAME = /[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$\u200c\u200d]*/uy;
const QUOTED = /"(?:[^"\\]|\\.)*"/sy;
const INDEX = /(last)(?:[ \t\r\n]*-[ \t\r\n]*(\d+))?|(\d+)/y;
const TO = /[ \t\r\n]+to[ \t\r\n]+/y;

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  legs(): PathLeg[] {
    this.#match(BLANKS);
    this.#expect('$');
    const legs: PathLeg[] = [];
    for (;;) {
      this.#match(BLANKS);
      if (this.#at === this.#text.length) break;
      if (legs.length === LEGS_MAX) this.#fail();
      legs.push(this.#leg());
    }
    if (legs.at(-1)?.kind === 'ellipsis') this.#fail();
    return legs;
  }

  #fail(): never {
    throw new SqlError('ER_INVALID_JSON_PATH', this.#at + 1);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#fail();
    this.#at++;
  }

  #leg(): PathLeg {
    switch (this.#text[this.#at]) {
      case '.':
        this.#at++;
        return this.#member();
      case '[':
        this.#at++;
        return this.#cell();
      default:
        this.#expect('*');
        this.#expect('*');
        // `***` is not two legs but an error.
        if (this.#text[this.#at] === '*') this.#fail();
        return {kind: 'ellipsis'};
    }
  }

  #member(): PathLeg {
    this.#match(BLANKS);
    if (this.#text[this.#at] === '*') {
      this.#at++;
      return {kind: 'anyMember'};
    }
    if (this.#text[this.#at] === '"') return {kind: 'member', name: this.#quoted()};
    const name = this.#match(NAME);
    if (name === null) this.#fail();
    return {kind: 'member', name: name[0]};
  }

  #quoted(): string {
    const start = this.#at;
    const match = this.#match(QUOTED);
    if (match === null) this.#fail();
    try {
      return JSON.parse(match[0]);
    } catch {
      // Not a JSON string after all: a wrong escape or a raw control character.
      this.#at = start;
      this.#fail();
    }
  }

  #cell(): PathLeg {
    this.#match(BLANKS);
    let leg: PathLeg;
    if (this.#text[this.#at] === '*') {
      this.#at++;
      leg = {kind: 'anyCell'};
    } else {
      const at = this.#index();
      leg = this.#match(TO) === null ? {kind: 'cell', at} : {kind: 'range', from: at, to: this.#index()};
    }
    this.#match(BLANKS);
    this.#expect(']');
    if (leg.kind === 'range' && isBackwards(leg.from, leg.to)) this.#fail();
    return leg;
  }

  #index(): ArrayIndex {
    const match = this.#match(INDEX);
    if (match === null) this.#fail();
    const index = Number(match[3] ?? match[2] ?? 0);
    if (index > INDEX_MAX) this.#fail();
    return {fromLast: match[1] !== undefined, index};
  }
}

function isBackwards(from: ArrayIndex, to: ArrayIndex): boolean {
  if (from.fromLast !== to.fromLast) return false;
  return from.fromLast ? from.index < to.index : from.index > to.index;
}

/** The position in an array of this length; outside of [0, length) when there is no such element. */
export function resolveIndex(at: ArrayIndex, length: number): number {
  return at.fromLast ? length - 1 - at.index : at.index;
}

/**
 * All values that the path leads to, in document order. A path with two `**` reaches places on several ways: arrays and objects
 * come once all the same, scalars, which have no identity, may come again.
 */
export function evaluateJsonPath(root: Json, path: JsonPath): Json[] {
  let current: Json[] = [root];
  let ellipses = 0;
  for (const leg of path.legs) {
    const next: Json[] = [];
    for (const value of current) step(value, leg, next);
    if (leg.kind === 'ellipsis') ellipses++;
    current = ellipses > 1 ? withoutRepeats(next) : next;
  }
  return current;
}

function step(value: Json, leg: PathLeg, found: Json[]): void {
  switch (leg.kind) {
    case 'member': {
      const member = value instanceof Map ? value.get(leg.name) : undefined;
      if (member !== undefined) found.push(member);
      return;
    }
    case 'anyMember':
      if (value instanceof Map) for (const member of value.values()) found.push(member);
      return;
    case 'cell':
      stepRange(value, leg.at, leg.at, found);
      return;
    case 'range':
      stepRange(value, leg.from, leg.to, found);
      return;
    case 'anyCell':
      if (Array.isArray(value)) for (const element of value) found.push(element);
      return;
    case 'ellipsis':
      descend(value, found);
  }
}

function stepRange(value: Json, from: ArrayIndex, to: ArrayIndex, found: Json[]): void {
  const elements = Array.isArray(value) ? value : [value];
  const first = Math.max(resolveIndex(from, elements.length), 0);
  const last = Math.min(resolveIndex(to, elements.length), elements.length - 1);
  for (let i = first; i <= last; i++) {
    if (from === to && i !== resolveIndex(from, elements.length)) return;
    found.push(elements[i]);
  }
}

/** The value itself and all values below it. */
function descend(value: Json, found: Json[]): void {
  found.push(value);
  if (Array.isArray(value)) for (const element of value) descend(element, found);
  else if (value instanceof Map) for (const member of value.values()) descend(member, found);
}

/** The values with each array and object kept once. */
function withoutRepeats(values: readonly Json[]): Json[] {
  const seen = new Set<Json>();
  return values.filter(value => {
    if (!Array.isArray(value) && !(value instanceof Map)) return true;
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}
