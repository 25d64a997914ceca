import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Memory} from '../memory.ts';
import type {Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {anyType, rowsOf} from './arbitraries.test.ts';
import {encodeChanged} from './change.ts';
import {checkRow} from './check.ts';
import {readColumn, valueFromBytes} from './decode.ts';
import {encodeRow, ROW_TOO_LONG} from './encode.ts';
import {chooseOverflow, measureChanged, measureValues} from './measure.ts';
import {hasOverflow, isOverflow, Overflow, readOverflow} from './overflow.ts';
import {printRow} from './print.ts';
import {firstLayout, RowLayout, rowColumn} from './row-layout.ts';

const mem = new Memory(new ArrayBuffer(1 << 17));
const other = new Memory(new ArrayBuffer(1 << 17));
const text = sqlType(Kind.text, {length: 4294967295, collation: 255});
const blob = sqlType(Kind.blob, {length: 4294967295});
const int = sqlType(Kind.int);

test('a value in overflow pages is a marker that survives changes of other columns', () => {
  const layout = firstLayout([int, text, blob, text], [false, true, true, false]);
  const moved = new Overflow(77, 1234567, Uint8Array.of(65, 66));
  const length = encodeRow(layout, [1, 'here', moved, 'there'], mem, 3);
  assert.equal(checkRow(layout, mem, 3, length), '');
  assert.equal(hasOverflow(mem, 3), true);
  assert.deepEqual(
    [0, 1, 2, 3].map(c => isOverflow(layout, mem, 3, c)),
    [false, false, true, false],
  );
  assert.deepEqual(readOverflow(layout, mem, 3, 2), moved);
  assert.throws(() => readColumn(layout, mem, 3, 2), /overflow pages/);
  assert.match(printRow(layout, mem, 3, length), /'here', <1234567 bytes in overflow pages from 77>, 'there'$/);

  encodeChanged(layout, mem, 3, [0, 1], [2, null], other, 0);
  assert.deepEqual(readOverflow(layout, other, 0, 2), moved);
  assert.equal(readColumn(layout, other, 0, 3), 'there');
  encodeChanged(layout, mem, 3, [0], [2], other, 0);
  assert.deepEqual(readOverflow(layout, other, 0, 2), moved);
  encodeChanged(layout, mem, 3, [2], [Uint8Array.of(1)], other, 0);
  assert.equal(hasOverflow(other, 0), false);
});

test('an old row keeps its marker through a newer layout', () => {
  const v1 = new RowLayout(1, [rowColumn(1, text, true)]);
  const v2 = new RowLayout(2, [rowColumn(2, int, true), rowColumn(1, text, true)], [v1]);
  const moved = new Overflow(5, 70000, new Uint8Array(0));
  encodeRow(v1, [moved], mem, 0);
  assert.equal(isOverflow(v2, mem, 0, 1), true);
  assert.equal(isOverflow(v2, mem, 0, 0), false);
  assert.deepEqual(readOverflow(v2, mem, 0, 1), moved);
});

test('fetched bytes become the value', () => {
  const layout = firstLayout([text, blob], [false, false]);
  assert.equal(valueFromBytes(layout, 0, Buffer.from('été')), 'été');
  assert.deepEqual(valueFromBytes(layout, 1, Buffer.from([0, 1])), Uint8Array.of(0, 1));
});

test('a measured row is as long as the encoded one, but for decimals, which it may overrate', () => {
  fc.assert(
    fc.property(rowsOf(anyType, 8, 2), fc.array(fc.boolean(), {minLength: 8, maxLength: 8}), (sample, picks) => {
      const layout = firstLayout(sample.types, sample.nullable);
      const [before, after] = sample.rows;
      const length = encodeRow(layout, before, mem, 0);
      const slack = 64 * sample.types.filter(type => type.kind === Kind.decimal).length;
      const total = measureValues(layout, before).total;
      assert(total >= length && total <= length + slack, `${total} for ${length}`);
      const changed = sample.types.map((_, c) => c).filter(c => picks[c]);
      const values: Value[] = changed.map(c => after[c]);
      const changedTotal = measureChanged(layout, mem, 0, changed, values).total;
      const changedLength = encodeChanged(layout, mem, 0, changed, values, other, 0);
      assert(changedTotal >= changedLength && changedTotal <= changedLength + slack);
    }),
  );
});

test('the longest values move out until the row fits, and keys keep what they need', () => {
  const layout = new RowLayout(1, [
    rowColumn(1, text, true, {keepBytes: 40}),
    rowColumn(2, text, true),
    rowColumn(3, text, true),
    rowColumn(4, text, true, {keepBytes: Number.MAX_SAFE_INTEGER}),
  ]);
  const values = ['a'.repeat(9000), 'b'.repeat(90000), 'c'.repeat(200), 'd'.repeat(3000)];
  assert.equal(encodeRow(layout, values, mem, 0), ROW_TOO_LONG);
  const measure = measureValues(layout, values);
  assert.deepEqual(chooseOverflow(layout, measure, 200000), []);
  assert.deepEqual(chooseOverflow(layout, measure, 16000), [1]);
  assert.deepEqual(chooseOverflow(layout, measure, 4000), [0, 1]);
  assert.deepEqual(chooseOverflow(layout, measure, 3100), [0, 1, 2]);
  assert.equal(chooseOverflow(layout, measure, 3000), undefined);

  const kept = new TextEncoder().encode('a'.repeat(40));
  const row = [new Overflow(9, 9000, kept), new Overflow(10, 90000, new Uint8Array(0)), values[2], values[3]];
  const length = encodeRow(layout, row, mem, 0);
  assert(length <= 4000);
  assert.deepEqual(chooseOverflow(layout, measureValues(layout, row), length), []);
});
