// Index ranges at run time: the bounds of a scan, as expressions, become key ranges in bytes when the scan opens.
//
// A scan has one or more branches (the sides of an OR). A branch fixes the leading parts of the index, each to one value, a list of values or
// NULL, and may bound one more part. Every combination of values is one byte range; ranges of all branches are sorted, and what overlaps
// is joined, so that no row is met twice.

import {compareBytes} from '../../base/bytes.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import {KEY_TOO_LONG} from '../../format/key/key-layout.ts';
import {KeyRange, type RangeEnd, rangeBetween, rangeOfBeginning, rangeOfPrefix} from '../../format/key/key-range.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {likePrefix} from '../bind/like.ts';
import {ColumnBound, Side} from './column-bound.ts';
import type {ExecContext} from './contract.ts';

/** One end of a bound on a part. */
export interface BoundEnd {
  readonly expression: Expression;
  readonly inclusive: boolean;
}

/** What is known of one part of the index. */
export type PartBound =
  /** `nullSafe`: NULL finds NULL (<=>); else NULL finds nothing. */
  | {readonly kind: 'equal'; readonly values: readonly Expression[]; readonly nullSafe: boolean}
  | {readonly kind: 'null'}
  | {readonly kind: 'between'; readonly low: BoundEnd | undefined; readonly high: BoundEnd | undefined}
  | {readonly kind: 'like'; readonly pattern: Expression; readonly escape: string | undefined};

/** Bounds of the leading parts; only the last may be `between` or `like`. Empty: the whole index. */
export type RangeBranch = readonly PartBound[];

/** More combinations of values than this are not spelled out: the list is cut to its smallest and largest key. */
export const RANGES_MAX = 100_000;

/** A range that outlives the next: exact copies of the bounds. Undefined = open. */
export interface ByteRange {
  readonly low: Uint8Array | undefined;
  readonly high: Uint8Array | undefined;
}

/** Makes byte ranges for one index. Used again and again by one scan. */
export class IndexRanges {
  readonly #layout: KeyLayout;
  readonly #branches: readonly RangeBranch[];
  readonly #types: readonly SqlType[];
  readonly #scratch: KeyRange = new KeyRange();
  readonly #bound: ColumnBound = new ColumnBound();
  readonly #values: Value[] = [];
  #ranges: ByteRange[] = [];
  #zone!: TimeZone;

  constructor(layout: KeyLayout, branches: readonly RangeBranch[]) {
    this.#layout = layout;
    this.#branches = branches;
    this.#types = layout.parts.map(part => part.type);
  }

  /** The ranges for the present values of the bounds, ascending and apart from each other. Valid until the next call. */
  make(context: ExecContext): readonly ByteRange[] {
    this.#zone = context.session.timeZone;
    this.#ranges = [];
    for (const branch of this.#branches) {
      this.#values.length = 0;
      this.#expand(branch, 0, context);
    }
    if (this.#ranges.length > 1) this.#ranges = merged(this.#ranges);
    return this.#ranges;
  }

  /** Goes through all combinations of values of the parts from `part` on. */
  #expand(branch: RangeBranch, part: number, context: ExecContext): void {
    if (this.#ranges.length >= RANGES_MAX) this.#wholeIndex();
    else if (part === branch.length) this.#addPrefix();
    else this.#expandPart(branch[part], branch, part, context);
  }

  #expandPart(bound: PartBound, branch: RangeBranch, part: number, context: ExecContext): void {
    switch (bound.kind) {
      case 'null':
        if (this.#layout.nullable[part] === 1) this.#with(null, branch, part, context);
        return;
      case 'equal':
        for (const expression of bound.values) this.#equal(expression, bound.nullSafe, branch, part, context);
        return;
      case 'between':
        this.#between(bound.low, bound.high, context);
        return;
      default:
        this.#like(bound.pattern, bound.escape, context);
    }
  }

  #wholeIndex(): void {
    this.#ranges.push({low: undefined, high: undefined});
  }

  #with(value: Value, branch: RangeBranch, part: number, context: ExecContext): void {
    this.#values.push(value);
    this.#expand(branch, part + 1, context);
    this.#values.pop();
  }

  #equal(e: Expression, nullSafe: boolean, branch: RangeBranch, part: number, context: ExecContext): void {
    const value = e.evaluate(context);
    if (value === null) {
      if (nullSafe && this.#layout.nullable[part] === 1) this.#with(null, branch, part, context);
      return;
    }
    this.#bound.find(value, this.#types[part], this.#zone);
    if (this.#bound.side === Side.unknown) this.#addPrefix();
    else if (this.#bound.side === Side.same) this.#with(this.#bound.value, branch, part, context);
  }

  #addPrefix(): void {
    if (rangeOfPrefix(this.#layout, this.#values, this.#scratch, this.#zone) !== KEY_TOO_LONG) this.#keep();
  }

  #between(low: BoundEnd | undefined, high: BoundEnd | undefined, context: ExecContext): void {
    const first = this.#end(low, true, context);
    const last = this.#end(high, false, context);
    if (first === null || last === null) return;
    const result = rangeBetween(this.#layout, this.#values, first, last, this.#scratch, this.#zone);
    if (result === KEY_TOO_LONG) this.#addPrefix();
    else this.#keep();
  }

  /** An end as the part's type has it; undefined = open, null = nothing can match. */
  #end(end: BoundEnd | undefined, isLow: boolean, context: ExecContext): RangeEnd | undefined | null {
    if (end === undefined) return undefined;
    const value = end.expression.evaluate(context);
    if (value === null) return null;
    const bound = this.#bound;
    bound.find(value, this.#types[this.#values.length], this.#zone);
    if (bound.side === Side.unknown) return undefined;
    if (bound.side === Side.same) return {value: bound.value, inclusive: end.inclusive};
    return {value: bound.value, inclusive: (bound.side === Side.below) === isLow};
  }

  #like(pattern: Expression, escapedBy: string | undefined, context: ExecContext): void {
    const value = pattern.evaluate(context);
    if (value === null) return;
    const text = typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('latin1');
    const prefix = likePrefix(text, escapedBy);
    if (prefix === '') {
      this.#addPrefix();
      return;
    }
    const beginning = Buffer.from(prefix ?? literalOf(text, escapedBy), typeof value === 'string' ? 'utf8' : 'latin1');
    const result = rangeOfBeginning(this.#layout, this.#values, beginning, this.#scratch, this.#zone);
    if (result === KEY_TOO_LONG) this.#addPrefix();
    else this.#keep();
  }

  #keep(): void {
    const {low, lowLength, high, highLength} = this.#scratch;
    if (highLength >= 0 && compareBytes(low, 0, lowLength, high, 0, highLength) >= 0) return;
    this.#ranges.push({
      low: lowLength === 0 ? undefined : low.slice(0, lowLength),
      high: highLength < 0 ? undefined : high.slice(0, highLength),
    });
  }
}

/** A pattern without wildcards, unescaped. */
function literalOf(pattern: string, escapedBy: string | undefined): string {
  return likePrefix(`${pattern}%`, escapedBy) ?? '';
}

function compareLows(a: ByteRange, b: ByteRange): number {
  if (a.low === undefined) return b.low === undefined ? 0 : -1;
  if (b.low === undefined) return 1;
  return compareBytes(a.low, 0, a.low.length, b.low, 0, b.low.length);
}

/** Sorted, with overlapping and touching ranges joined. */
function merged(ranges: ByteRange[]): ByteRange[] {
  ranges.sort(compareLows);
  const result: ByteRange[] = [ranges[0]];
  for (let i = 1; i < ranges.length; i++) {
    const last = result[result.length - 1];
    const next = ranges[i];
    if (last.high === undefined) break;
    if (next.low !== undefined && compareBytes(next.low, 0, next.low.length, last.high, 0, last.high.length) > 0) {
      result.push(next);
    } else result[result.length - 1] = {low: last.low, high: later(last.high, next.high)};
  }
  return result;
}

function later(a: Uint8Array, b: Uint8Array | undefined): Uint8Array | undefined {
  if (b === undefined) return undefined;
  return compareBytes(a, 0, a.length, b, 0, b.length) >= 0 ? a : b;
}
