// Ranges of keys: what a condition on the leading parts of an index means in bytes.
//
// A range is half-open: low bound included, high bound not. Because parts delimit themselves, the keys with given values in
// their first parts are exactly the keys that begin with the bytes of those values; they end just before
// `prefixSuccessor` of these bytes. All four kinds of bound come from that:
//
//   >= v   from key(v)                 > v    from successor(key(v))
//   <  v   up to key(v)                <= v   up to successor(key(v))
//
// In a descending part the two ends change places. A comparison is never true for NULL: a range with a bound on one side
// only leaves out the NULLs at the other. A prefix part knows only the beginning of its value, so its bounds are always
// taken as included; the condition itself must be checked on the row (also an equality).

import {utf8PrefixEnd} from '../value/charset.ts';
import {writeWeightsPrefix} from '../value/collation.ts';
import type {TimeZone} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {encodeKey} from './encode-key.ts';
import type {KeyLayout} from './key-layout.ts';
import {KEY_BYTES_MAX, KEY_TOO_LONG, NULL_MARK, VALUE_MARK} from './key-layout.ts';

/** Room for a bound: the longest key and the bytes that text may be written past it before it is found too long. */
const BOUND_BYTES = KEY_BYTES_MAX + 64;

/** Results of the makers of ranges, beside KEY_TOO_LONG. */
export const RANGE_OK = 0;
/** No key is in the range. */
export const RANGE_EMPTY = 1;

/** One end of a condition on a part. */
export interface RangeEnd {
  readonly value: Value;
  readonly inclusive: boolean;
}

/** Byte bounds; reused from one execution to the next. */
export class KeyRange {
  /** The first key that may be in the range; 0 bytes = from the first key of the index. */
  readonly low: Uint8Array = new Uint8Array(BOUND_BYTES);
  lowLength = 0;
  /** The first key behind the range. */
  readonly high: Uint8Array = new Uint8Array(BOUND_BYTES);
  /** -1 = to the last key of the index. */
  highLength = -1;
}

/**
 * Makes the bytes at [at, end) the least byte string that is greater than all that begin with them. Returns its end, or -1
 * when there is none (no bytes, or all 0xFF): then nothing lies behind.
 */
export function prefixSuccessor(target: Uint8Array, at: number, end: number): number {
  let to = end;
  while (to > at && target[to - 1] === 0xff) to--;
  if (to === at) return -1;
  target[to - 1]++;
  return to;
}

/** The range of keys whose first parts equal `values` (NULL finds NULL). RANGE_OK or RANGE_EMPTY. */
export function rangeOfPrefix(
  layout: KeyLayout,
  values: readonly Value[],
  range: KeyRange,
  zone: TimeZone = UTC,
): number {
  if (values.some((value, part) => value === null && layout.nullable[part] === 0)) return RANGE_EMPTY;
  const end = encodeKey(layout, values, range.low, 0, zone);
  if (end === KEY_TOO_LONG) return RANGE_EMPTY;
  range.lowLength = end;
  closeAfter(range, end);
  return RANGE_OK;
}

/**
 * The range of keys whose first parts equal `values` and whose next part lies between `low` and `high` (undefined = open; their
 * values are not NULL). With both open it is the keys whose next part is not NULL. RANGE_OK, RANGE_EMPTY, or KEY_TOO_LONG when a
 * bound is longer than any key: leave that end open and check the condition on the row.
 */
export function rangeBetween(
  layout: KeyLayout,
  values: readonly Value[],
  low: RangeEnd | undefined,
  high: RangeEnd | undefined,
  range: KeyRange,
  zone: TimeZone = UTC,
): number {
  const part = values.length;
  const descending = layout.descending[part] === 1;
  const first = descending ? high : low;
  const last = descending ? low : high;
  const exact = layout.prefixes[part] === 0;
  const begin = writeLow(layout, values, first, exact, range, zone);
  return begin === RANGE_OK ? writeHigh(layout, values, last, exact, range, zone) : begin;
}

function writeLow(
  layout: KeyLayout,
  values: readonly Value[],
  end: RangeEnd | undefined,
  exact: boolean,
  range: KeyRange,
  zone: TimeZone,
): number {
  const part = values.length;
  const length = encodeKey(layout, end === undefined ? values : [...values, end.value], range.low, 0, zone);
  if (length === KEY_TOO_LONG) return KEY_TOO_LONG;
  range.lowLength = length;
  const nullsFirst = layout.nullable[part] === 1 && layout.descending[part] === 0;
  if (end === undefined && nullsFirst) range.low[range.lowLength++] = VALUE_MARK;
  if (end === undefined || end.inclusive || !exact) return RANGE_OK;
  range.lowLength = prefixSuccessor(range.low, 0, length);
  return range.lowLength < 0 ? RANGE_EMPTY : RANGE_OK;
}

function writeHigh(
  layout: KeyLayout,
  values: readonly Value[],
  end: RangeEnd | undefined,
  exact: boolean,
  range: KeyRange,
  zone: TimeZone,
): number {
  const part = values.length;
  const length = encodeKey(layout, end === undefined ? values : [...values, end.value], range.high, 0, zone);
  if (length === KEY_TOO_LONG) return KEY_TOO_LONG;
  range.highLength = length;
  const nullsLast = layout.nullable[part] === 1 && layout.descending[part] === 1;
  if (end === undefined && nullsLast) range.high[range.highLength++] = NULL_MARK ^ 0xff;
  else if (end === undefined || end.inclusive || !exact) range.highLength = prefixSuccessor(range.high, 0, length);
  return RANGE_OK;
}

/**
 * The range of keys whose first parts equal `values` and whose next part, a string, may begin with `beginning`: the range of LIKE
 * 'beginning%'. Other keys can be in it; the condition must be checked on the row. RANGE_OK, or KEY_TOO_LONG.
 */
export function rangeOfBeginning(
  layout: KeyLayout,
  values: readonly Value[],
  beginning: Uint8Array,
  range: KeyRange,
  zone: TimeZone = UTC,
): number {
  const part = values.length;
  const start = encodeKey(layout, values, range.low, 0, zone);
  if (start === KEY_TOO_LONG) return KEY_TOO_LONG;
  let to = start;
  if (layout.nullable[part] === 1) range.low[to++] = VALUE_MARK;
  to = writeWeightsPrefix(layout.collations[part], beginning, 0, beginningEnd(layout, part, beginning), range.low, to);
  if (to > KEY_BYTES_MAX) return KEY_TOO_LONG;
  if (layout.descending[part] === 1) for (let i = start; i < to; i++) range.low[i] ^= 0xff;
  range.lowLength = to;
  closeAfter(range, to);
  return RANGE_OK;
}

/** Where the beginning ends that a prefix part can know. */
function beginningEnd(layout: KeyLayout, part: number, beginning: Uint8Array): number {
  const prefix = layout.prefixes[part];
  if (prefix === 0) return beginning.length;
  return layout.collations[part].id === 63
    ? Math.min(beginning.length, prefix)
    : utf8PrefixEnd(beginning, 0, beginning.length, prefix);
}

/** Ends the range behind all keys that begin with its low bound. */
function closeAfter(range: KeyRange, length: number): void {
  range.high.set(range.low.subarray(0, length));
  range.highLength = prefixSuccessor(range.high, 0, length);
}
