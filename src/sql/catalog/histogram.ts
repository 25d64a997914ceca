// Histograms: how the values of a column are spread (ANALYZE TABLE ... UPDATE HISTOGRAM). They are about a moment of the past, and only make estimates better.
//
//   singleton     every value that there is, with the share of rows up to it
//   equi-height   ranges with about the same number of rows each: lowest and highest value, share of rows up to it, number of different values
//
// Shares are of all rows, those with NULL too; the last one and the share of NULL make 1. Of long texts the first characters stand for them.

import type {SqlType, Value} from '../../format/value/types.ts';
import {orderOf, prepareValue} from '../exec/value-order.ts';
import {loadValue, type StoredValue, storeValue} from './stored-value.ts';

/** MySQL's limits and default. */
export const BUCKETS_MAX = 1024;
export const BUCKETS_DEFAULT = 100;
/** Characters of a text that a bucket keeps. */
const TEXT_MAX = 42;

export interface Bucket {
  readonly low: Value;
  readonly high: Value;
  /** Share of all rows that are at or below `high`. */
  readonly upTo: number;
  readonly distinct: number;
}

export interface Histogram {
  /** The column's id, and its type at that time. */
  readonly column: number;
  readonly type: SqlType;
  readonly isSingleton: boolean;
  readonly buckets: readonly Bucket[];
  readonly nullShare: number;
  readonly bucketsAsked: number;
  /** Microseconds since 1970 UTC. */
  readonly madeMicros: number;
}

/** Makes a histogram of a column's values, which come in order, each once. */
export class HistogramBuilder {
  readonly #rows: number;
  readonly #bucketsMax: number;
  readonly #singles: Bucket[] = [];
  readonly #ranges: Bucket[] = [];
  #distinct = 0;
  #counted = 0;
  #low: Value = null;
  #high: Value = null;
  #inRange = 0;

  /** `rows`: all rows of the table. */
  constructor(rows: number, bucketsMax: number) {
    this.#rows = rows;
    this.#bucketsMax = bucketsMax;
  }

  add(given: Value, count: number): void {
    const value = typeof given === 'string' ? given.slice(0, TEXT_MAX) : given;
    const upTo = (this.#counted + count) / this.#rows;
    if (this.#distinct++ < this.#bucketsMax) this.#singles.push({low: value, high: value, upTo, distinct: 1});
    const height = this.#rows / this.#bucketsMax;
    if (this.#inRange === 0) this.#low = value;
    this.#high = value;
    this.#inRange++;
    this.#counted += count;
    if (this.#counted >= height * (this.#ranges.length + 1)) this.#closeRange();
  }

  #closeRange(): void {
    if (this.#inRange === 0) return;
    this.#ranges.push({
      low: this.#low,
      high: this.#high,
      upTo: this.#counted / this.#rows,
      distinct: this.#inRange,
    });
    this.#inRange = 0;
  }

  finish(column: number, type: SqlType, madeMicros: number): Histogram {
    this.#closeRange();
    const isSingleton = this.#distinct <= this.#bucketsMax;
    return {
      column,
      type,
      isSingleton,
      buckets: isSingleton ? this.#singles : this.#ranges,
      nullShare: this.#rows === 0 ? 0 : (this.#rows - this.#counted) / this.#rows,
      bucketsAsked: this.#bucketsMax,
      madeMicros,
    };
  }
}

/** Share of all rows whose value is this one. */
export function shareEqual({buckets, type}: Histogram, value: Value): number {
  const at = bucketOf(buckets, value, type);
  if (at < 0) return 0;
  return (buckets[at].upTo - (buckets[at - 1]?.upTo ?? 0)) / buckets[at].distinct;
}

/** Share of all rows whose value is below this one, or equal to it where that counts. */
export function shareBelow(histogram: Histogram, value: Value, inclusive: boolean): number {
  const {buckets, type} = histogram;
  const order = orderOf(type);
  const prepared = prepareValue(value, type);
  let below = 0;
  for (const {low, high, upTo} of buckets) {
    if (order(prepareValue(high, type), prepared) < 0) {
      below = upTo;
      continue;
    }
    const isInside = order(prepareValue(low, type), prepared) < 0;
    if (isInside) below += (upTo - below) * partBelow(low, high, value);
    break;
  }
  return Math.min(1, inclusive ? below + shareEqual(histogram, value) : below);
}

/** How far a value lies between two others, where that can be said. */
function partBelow(low: Value, high: Value, value: Value): number {
  if (typeof low !== 'number' || typeof high !== 'number' || typeof value !== 'number') return 0.5;
  return (value - low) / (high - low);
}

/** The bucket that a value lies in; -1: it lies between two. */
function bucketOf(buckets: readonly Bucket[], value: Value, type: SqlType): number {
  const order = orderOf(type);
  const prepared = prepareValue(value, type);
  let from = 0;
  let to = buckets.length - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    const {low, high} = buckets[middle];
    if (order(prepareValue(high, type), prepared) < 0) from = middle + 1;
    else if (order(prepareValue(low, type), prepared) > 0) to = middle - 1;
    else return middle;
  }
  return -1;
}

// --- As records ----------------------------------------------------------------------------------------------------

interface StoredHistogram extends Omit<Histogram, 'buckets'> {
  readonly buckets: readonly (readonly [low: StoredValue, high: StoredValue, upTo: number, distinct: number])[];
}

/** The text of the record with a table's histograms. */
export function encodeHistograms(histograms: readonly Histogram[]): string {
  const stored = histograms.map(({buckets, ...rest}) => ({
    ...rest,
    buckets: buckets.map(({low, high, upTo, distinct}) => [storeValue(low), storeValue(high), upTo, distinct]),
  }));
  return JSON.stringify({format: 1, histograms: stored});
}

export function decodeHistograms(text: string): readonly Histogram[] {
  const {histograms} = JSON.parse(text) as {readonly histograms: readonly StoredHistogram[]};
  return histograms.map(({buckets, ...rest}) => ({
    ...rest,
    buckets: buckets.map(([low, high, upTo, distinct]) => ({
      low: loadValue(low),
      high: loadValue(high),
      upTo,
      distinct,
    })),
  }));
}
