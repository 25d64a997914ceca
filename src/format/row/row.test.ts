import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../memory.ts';
import {DateTime} from '../value/temporal.ts';
import {findTimeZone} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {anyType, rowsOf, valueOfType} from './arbitraries.test.ts';
import {encodeChanged} from './change.ts';
import {checkRow} from './check.ts';
import {isNull, readColumn, readInt} from './decode.ts';
import {encodeRow, ROW_TOO_LONG} from './encode.ts';
import {upgradeRow} from './older.ts';
import {printRow} from './print.ts';
import {firstLayout, RowLayout, rowColumn} from './row-layout.ts';

const AT = 13;
const mem = new Memory(new ArrayBuffer(1 << 17));
const other = new Memory(new SharedArrayBuffer(1 << 17));

function readAll(layout: RowLayout, from: Memory, at: number): Value[] {
  return layout.columns.map((_, c) => readColumn(layout, from, at, c));
}

function bytesOf(from: Memory, at: number, length: number): string {
  return Buffer.from(from.bytes.slice(at, at + length)).toString('hex');
}

test('every value of every type comes back from a row', () => {
  fc.assert(
    fc.property(rowsOf(anyType, 12, 1), ({types, nullable, rows: [values]}) => {
      const layout = firstLayout(types, nullable);
      mem.bytes.fill(0xee, 0, 4096);
      const length = encodeRow(layout, values, mem, AT);
      assert.equal(checkRow(layout, mem, AT, length), '');
      assert.deepEqual(readAll(layout, mem, AT), values);
      assert.deepEqual(
        types.map((_, c) => isNull(layout, mem, AT, c)),
        values.map(value => value === null),
      );
      assert.equal(mem.bytes[AT + length], 0xee, 'writes nothing behind the row');
    }),
    {numRuns: 300},
  );
});

test('the same values make the same bytes, whatever was there before', () => {
  fc.assert(
    fc.property(rowsOf(anyType, 8, 1), ({types, nullable, rows: [values]}) => {
      const layout = firstLayout(types, nullable);
      mem.bytes.fill(0xff, 0, 4096);
      other.bytes.fill(0x00, 0, 4096);
      const length = encodeRow(layout, values, mem, AT);
      assert.equal(encodeRow(layout, values, other, 0), length);
      assert.equal(bytesOf(other, 0, length), bytesOf(mem, AT, length));
    }),
  );
});

test('integers read as numbers, in all widths and at both ends', () => {
  const kinds = [Kind.tinyint, Kind.smallint, Kind.mediumint, Kind.int];
  const types = kinds.flatMap(kind => [sqlType(kind), sqlType(kind, {unsigned: true})]);
  const layout = firstLayout(
    [...types, sqlType(Kind.bigint), sqlType(Kind.bigint, {unsigned: true}), sqlType(Kind.year)],
    Array(11).fill(false),
  );
  const low = [-128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -(2 ** 53 - 1), 0, 0];
  const high = [127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 2 ** 53 - 1, 2 ** 53 - 1, 2155];
  for (const values of [low, high]) {
    encodeRow(layout, values, mem, AT);
    assert.deepEqual(
      values.map((_, c) => readInt(layout, mem, AT, c)),
      values,
    );
  }
  assert.throws(() => encodeRow(layout, [128, ...high.slice(1)], mem, AT), /out of range/);
});

test('a changed row is the row of the changed values, byte for byte', () => {
  fc.assert(
    fc.property(
      rowsOf(anyType, 10, 2),
      fc.array(fc.boolean(), {minLength: 10, maxLength: 10}),
      ({types, nullable, rows: [before, after]}, picks) => {
        const layout = firstLayout(types, nullable);
        encodeRow(layout, before, mem, AT);
        const changed = types.map((_, c) => c).filter(c => picks[c]);
        const wanted = types.map((_, c) => (picks[c] ? after[c] : before[c]));
        const length = encodeChanged(
          layout,
          mem,
          AT,
          changed,
          changed.map(c => after[c]),
          other,
          7,
        );
        assert.equal(length, encodeRow(layout, wanted, mem, AT));
        assert.equal(bytesOf(other, 7, length), bytesOf(mem, AT, length));
      },
    ),
    {numRuns: 300},
  );
});

test('CHAR loses its trailing spaces, VARCHAR keeps them', () => {
  const layout = firstLayout(
    [sqlType(Kind.char, {length: 9, collation: 255}), sqlType(Kind.varchar, {length: 9, collation: 255})],
    [false, false],
  );
  encodeRow(layout, ['ab  ', 'ab  '], mem, AT);
  assert.deepEqual(readAll(layout, mem, AT), ['ab', 'ab  ']);
});

test('a DECIMAL is kept with all digits of its scale', () => {
  const layout = firstLayout([sqlType(Kind.decimal, {length: 10, decimals: 3})], [false]);
  const value = valueOfType(sqlType(Kind.decimal, {length: 4, decimals: 1}));
  fc.assert(
    fc.property(value, decimal => {
      encodeRow(layout, [decimal], mem, AT);
      assert.equal(String(readColumn(layout, mem, AT, 0)), `${decimal}00`);
    }),
  );
});

test('a TIMESTAMP is one instant, seen through the zone of who writes and who reads', () => {
  const berlin = findTimeZone('Europe/Berlin');
  const tokyo = findTimeZone('+09:00');
  assert(berlin !== undefined && tokyo !== undefined);
  const layout = firstLayout([sqlType(Kind.timestamp, {decimals: 3})], [false]);
  encodeRow(layout, [DateTime.of(2024, 7, 1, 12, 0, 0, 125000)], mem, AT, berlin);
  assert.equal(String(readColumn(layout, mem, AT, 0)), '2024-07-01 10:00:00.125000');
  assert.equal(String(readColumn(layout, mem, AT, 0, tokyo)), '2024-07-01 19:00:00.125000');
  encodeRow(layout, [DateTime.of(0, 0, 0)], mem, AT, berlin);
  assert.equal(String(readColumn(layout, mem, AT, 0, tokyo)), '0000-00-00 00:00:00');
});

test('a row that does not fit is refused', () => {
  const text = sqlType(Kind.text, {length: 65535, collation: 255});
  const layout = firstLayout([text, text], [true, true]);
  assert.equal(encodeRow(layout, ['x'.repeat(65520), ''], mem, 0), 65520 + 3 + 1 + 2 + 1 + 4);
  assert.equal(encodeRow(layout, ['x'.repeat(65530), ''], mem, 0), ROW_TOO_LONG);
  assert.equal(encodeRow(layout, ['x'.repeat(30000), 'é'.repeat(20000)], mem, 0), ROW_TOO_LONG);
  const small = new Memory(new ArrayBuffer(64));
  assert.equal(encodeRow(layout, ['x'.repeat(30), null], small, 32), ROW_TOO_LONG);
  assert.equal(encodeRow(layout, [null, null], small, 60), ROW_TOO_LONG);
  assert.equal(encodeRow(layout, ['x'.repeat(24), null], small, 32), 7 + 25);
});

const int = sqlType(Kind.int);
const varchar = sqlType(Kind.varchar, {length: 50, collation: 255});

/** Version 1: a, b, c. Version 2: b dropped, d added. Version 3: e added in front, and c before a. */
function threeLayouts(): readonly [RowLayout, RowLayout, RowLayout] {
  const a = rowColumn(1, int, false);
  const b = rowColumn(2, varchar, true);
  const c = rowColumn(3, varchar, true);
  const d = rowColumn(4, varchar, false, {initial: 'dflt'});
  const e = rowColumn(5, int, true);
  const v1 = new RowLayout(1, [a, b, c]);
  const v2 = new RowLayout(2, [a, c, d], [v1]);
  return [v1, v2, new RowLayout(3, [e, c, a, d], [v1, v2])];
}

test('rows of older versions are read through newer layouts', () => {
  const [v1, v2, v3] = threeLayouts();
  encodeRow(v1, [7, 'gone', 'see'], mem, AT);
  assert.deepEqual(readAll(v2, mem, AT), [7, 'see', 'dflt']);
  assert.deepEqual(readAll(v3, mem, AT), [null, 'see', 7, 'dflt']);
  assert.equal(readInt(v3, mem, AT, 2), 7);
  assert.equal(isNull(v3, mem, AT, 0), true);
  encodeRow(v2, [8, null, 'own'], mem, AT);
  assert.deepEqual(readAll(v3, mem, AT), [null, null, 8, 'own']);
  assert.equal(isNull(v3, mem, AT, 1), true);
  mem.bytes[AT] = 9;
  assert.throws(() => readColumn(v3, mem, AT, 0), CorruptionError);
});

test('an upgraded or changed old row has the newest version and the same values', () => {
  const [v1, , v3] = threeLayouts();
  encodeRow(v1, [7, 'gone', 'see'], mem, AT);
  const length = upgradeRow(v3, mem, AT, other, 5);
  assert.equal(length, encodeRow(v3, [null, 'see', 7, 'dflt'], mem, 1000));
  assert.equal(bytesOf(other, 5, length), bytesOf(mem, 1000, length));
  const changed = encodeChanged(v3, mem, AT, [0, 3], [1, 'x'], other, 5);
  assert.equal(changed, encodeRow(v3, [1, 'see', 7, 'x'], mem, 1000));
  assert.equal(bytesOf(other, 5, changed), bytesOf(mem, 1000, changed));
});

test('a column that changed its storage form cannot be read in place', () => {
  const v1 = new RowLayout(1, [rowColumn(1, int, false)]);
  assert.throws(() => new RowLayout(2, [rowColumn(1, sqlType(Kind.bigint), false)], [v1]), /rewritten/);
  const nullable = new RowLayout(1, [rowColumn(1, int, true)]);
  assert.throws(() => new RowLayout(2, [rowColumn(1, int, false)], [nullable]), /NOT NULL/);
});

test('the checker finds what a reader would stumble over', () => {
  const layout = firstLayout(
    [int, varchar, sqlType(Kind.enum, {members: ['a', 'b']}), varchar],
    [true, true, false, false],
  );
  const length = encodeRow(layout, [1, 'hello', 'b', 'world'], mem, AT);
  const cases: readonly [offset: number, byte: number, found: RegExp][] = [
    [0, 2, /version/],
    [1, 1, /contradicts the bitmap/],
    [1, 4, /unknown row flags/],
    [2, 1, /contradicts the bitmap/],
    [7, 3, /ENUM member 3/],
    [8, 200, /ends at 200/],
    [12, 6, /prefix says 6/],
    [12, 0xff, /overflow marker/],
    [12, 0xfb, /length prefix/],
  ];
  for (const [offset, byte, found] of cases) {
    const saved = mem.bytes[AT + offset];
    mem.bytes[AT + offset] = byte;
    assert.match(checkRow(layout, mem, AT, length), found);
    mem.bytes[AT + offset] = saved;
  }
  assert.match(checkRow(layout, mem, AT, length - 1), /ends at/);
  assert.match(checkRow(layout, mem, AT, length + 1), /behind the last column/);
  assert.match(checkRow(layout, mem, AT, 3), /at least/);
  assert.equal(checkRow(layout, mem, AT, length), '');
  const withNull = encodeRow(layout, [null, 'hello', 'b', 'world'], mem, AT);
  mem.bytes[AT + 2] |= 4;
  assert.match(checkRow(layout, mem, AT, withNull), /behind the NULL bitmap/);
  mem.bytes[AT + 2] = 2;
  assert.match(checkRow(layout, mem, AT, withNull), /6 bytes contradict the NULL bitmap/);
});

test('the checker bears any bytes', () => {
  const layout = firstLayout(
    [int, varchar, sqlType(Kind.enum, {members: ['a', 'b']}), varchar],
    [true, true, false, false],
  );
  fc.assert(
    fc.property(fc.uint8Array({minLength: 1, maxLength: 40}), bytes => {
      const small = new Memory(new ArrayBuffer(48));
      bytes[0] = 1;
      small.bytes.set(bytes);
      assert.equal(typeof checkRow(layout, small, 0, bytes.length), 'string');
    }),
  );
});

test('a printed row is one line that shows its values', () => {
  const layout = firstLayout([int, varchar, varchar, sqlType(Kind.blob)], [false, true, true, false]);
  const length = encodeRow(layout, [-5, "it's\n", null, Uint8Array.of(0, 255)], mem, AT);
  assert.equal(printRow(layout, mem, AT, length), `v1 ${length} bytes: -5, 'it's\\n', NULL, x'00ff'`);
});

test('the example of the format document', () => {
  const layout = firstLayout([int, varchar, varchar], [false, true, true]);
  const length = encodeRow(layout, [7, 'abc', null], mem, AT);
  assert.equal(bytesOf(mem, AT, length), '010102070000000f000f0003616263');
});
