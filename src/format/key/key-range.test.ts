import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {compareBytes} from '../../base/bytes.ts';
import {compareValues, valueOfType} from '../row/arbitraries.test.ts';
import {Decimal} from '../value/decimal.ts';
import type {SqlType, Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {encodeKey} from './encode-key.ts';
import {KEY_BYTES_MAX, KEY_TOO_LONG, KeyLayout, keyPart} from './key-layout.ts';
import type {RangeEnd} from './key-range.ts';
import {
  KeyRange,
  prefixSuccessor,
  RANGE_EMPTY,
  RANGE_OK,
  rangeBetween,
  rangeOfBeginning,
  rangeOfPrefix,
} from './key-range.ts';

const range = new KeyRange();
const tinyint = sqlType(Kind.tinyint, {unsigned: true});
const varchar = sqlType(Kind.varchar, {length: 20, collation: 45});
const blob = sqlType(Kind.blob, {length: 20});
const decimal = sqlType(Kind.decimal, {length: 3, decimals: 1});

function keyOf(layout: KeyLayout, values: readonly Value[]): Uint8Array {
  const target = new Uint8Array(KEY_BYTES_MAX + 64);
  return target.slice(0, encodeKey(layout, values, target, 0));
}

function isInRange(key: Uint8Array): boolean {
  if (compareBytes(key, 0, key.length, range.low, 0, range.lowLength) < 0) return false;
  return range.highLength < 0 || compareBytes(key, 0, key.length, range.high, 0, range.highLength) < 0;
}

function holds(type: SqlType, value: Value, low: RangeEnd | undefined, high: RangeEnd | undefined): boolean {
  if (value === null) return false;
  if (low !== undefined) {
    const order = compareValues(type, value, low.value);
    if (order < 0 || (order === 0 && !low.inclusive)) return false;
  }
  if (high !== undefined) {
    const order = compareValues(type, value, high.value);
    if (order > 0 || (order === 0 && !high.inclusive)) return false;
  }
  return true;
}

const cases = fc
  .record({
    type: fc.constantFrom(tinyint, varchar, blob, decimal),
    nullable: fc.boolean(),
    descending: fc.boolean(),
    firstDescending: fc.boolean(),
  })
  .chain(shape => {
    const value = valueOfType(shape.type);
    const stored = shape.nullable ? fc.option(value, {freq: 3}) : value;
    const end = fc.option(fc.record({value, inclusive: fc.boolean()}), {nil: undefined, freq: 3});
    const byteEdge = fc.constantFrom(0, 1, 255, 254);
    return fc.record({
      shape: fc.constant(shape),
      rows: fc.array(fc.tuple(byteEdge, stored), {minLength: 10, maxLength: 10}),
      first: byteEdge,
      low: end,
      high: end,
    });
  });

test('a range of bytes has exactly the keys for which the condition is true', () => {
  fc.assert(
    fc.property(cases, ({shape, rows, first, low, high}) => {
      const layout = new KeyLayout([
        keyPart(0, tinyint, false, {descending: shape.firstDescending}),
        keyPart(1, shape.type, shape.nullable, {descending: shape.descending}),
      ]);
      const result = rangeBetween(layout, [first], low, high, range);
      for (const row of [...rows, ...rows.map(r => [first, r[1]] as const)]) {
        const wanted = row[0] === first && holds(shape.type, row[1], low, high);
        assert.equal(result === RANGE_OK && isInRange(keyOf(layout, row)), wanted);
      }
      assert.equal(rangeOfPrefix(layout, [first], range), RANGE_OK);
      for (const row of rows) assert.equal(isInRange(keyOf(layout, row)), row[0] === first);
    }),
    {numRuns: 500},
  );
});

test('a range on the first part', () => {
  const end = fc.option(fc.record({value: valueOfType(tinyint), inclusive: fc.boolean()}), {nil: undefined});
  const value = fc.option(fc.oneof(valueOfType(tinyint), fc.constantFrom(0, 255)));
  fc.assert(
    fc.property(end, end, fc.boolean(), fc.boolean(), fc.array(value), (low, high, nullable, descending, values) => {
      const layout = new KeyLayout([keyPart(0, tinyint, nullable, {descending})]);
      const result = rangeBetween(layout, [], low, high, range);
      for (const n of values) {
        if (n === null && !nullable) continue;
        assert.equal(result === RANGE_OK && isInRange(keyOf(layout, [n])), holds(tinyint, n, low, high));
      }
    }),
    {numRuns: 300},
  );
});

test('nothing lies above the greatest value', () => {
  const layout = new KeyLayout([keyPart(0, tinyint, false)]);
  assert.equal(rangeBetween(layout, [], {value: 255, inclusive: false}, undefined, range), RANGE_EMPTY);
  assert.equal(rangeBetween(layout, [], {value: 255, inclusive: true}, undefined, range), RANGE_OK);
  assert.equal(isInRange(keyOf(layout, [255])), true);
});

test('an equality that no key can meet is an empty range', () => {
  const layout = new KeyLayout([keyPart(0, blob, false), keyPart(1, tinyint, true)]);
  assert.equal(rangeOfPrefix(layout, [null], range), RANGE_EMPTY);
  assert.equal(rangeOfPrefix(layout, [new Uint8Array(4000)], range), RANGE_EMPTY);
  assert.equal(rangeOfPrefix(layout, [new Uint8Array(4), null], range), RANGE_OK);
  assert.equal(isInRange(keyOf(layout, [new Uint8Array(4), null])), true);
  assert.equal(isInRange(keyOf(layout, [new Uint8Array(4), 0])), false);
  const long = {value: new Uint8Array(4000), inclusive: true};
  assert.equal(rangeBetween(layout, [], long, undefined, range), KEY_TOO_LONG);
});

test('a search value with more digits than the column lies between the column values', () => {
  const layout = new KeyLayout([keyPart(0, decimal, false)]);
  const edge = {value: new Decimal(1249n, 3), inclusive: true};
  rangeBetween(layout, [], edge, undefined, range);
  assert.deepEqual(
    [12n, 13n].map(n => isInRange(keyOf(layout, [new Decimal(n, 1)]))),
    [false, true],
  );
});

test('bounds of a prefix part let no row slip', () => {
  const text = fc.string({maxLength: 5, unit: fc.constantFrom('a', 'b', 'é')});
  const end = fc.option(fc.record({value: text, inclusive: fc.boolean()}), {nil: undefined});
  fc.assert(
    fc.property(text, end, end, fc.boolean(), (value, low, high, descending) => {
      const layout = new KeyLayout([keyPart(0, varchar, true, {prefixLength: 2, descending})]);
      assert.equal(rangeBetween(layout, [], low, high, range), RANGE_OK);
      if (holds(varchar, value, low, high)) assert.equal(isInRange(keyOf(layout, [value])), true);
      assert.equal(isInRange(keyOf(layout, [null])), false);
    }),
    {numRuns: 300},
  );
});

test('every text with a beginning is in the range of the beginning', () => {
  const text = fc.string({maxLength: 4, unit: fc.constantFrom('a', 'B', ' ', 'é', '\0')});
  const shape = fc.record({
    collation: fc.constantFrom(45, 46, 224, 255, 278, 309),
    descending: fc.boolean(),
    nullable: fc.boolean(),
    prefixLength: fc.constantFrom(0, 0, 2),
  });
  fc.assert(
    fc.property(text, text, shape, (beginning, rest, {collation, ...options}) => {
      const type = sqlType(Kind.varchar, {length: 20, collation});
      const layout = new KeyLayout([keyPart(0, tinyint, false), keyPart(1, type, options.nullable, options)]);
      const bytes = new TextEncoder().encode(beginning);
      assert.equal(rangeOfBeginning(layout, [3], bytes, range), RANGE_OK);
      assert.equal(isInRange(keyOf(layout, [3, beginning + rest])), true);
      assert.equal(isInRange(keyOf(layout, [4, beginning + rest])), false);
      if (options.nullable) assert.equal(isInRange(keyOf(layout, [3, null])), false);
      if (beginning[0] === 'a') assert.equal(isInRange(keyOf(layout, [3, `B${rest}`])), false);
    }),
    {numRuns: 300},
  );
});

test('the successor of a prefix is above all that begin with it, and below all else', () => {
  const short = fc.array(fc.constantFrom(0, 1, 254, 255), {maxLength: 4}).map(a => Uint8Array.from(a));
  fc.assert(
    fc.property(short, short, (prefix, other) => {
      const copy = prefix.slice();
      const end = prefixSuccessor(copy, 0, copy.length);
      assert.equal(
        end < 0,
        prefix.every(byte => byte === 255),
      );
      if (end < 0) return;
      const begins = prefix.every((byte, i) => other[i] === byte);
      const below = compareBytes(other, 0, other.length, copy, 0, end) < 0;
      const above = compareBytes(other, 0, other.length, prefix, 0, prefix.length) >= 0;
      assert.equal(below && above, begins);
    }),
    {numRuns: 500},
  );
});
