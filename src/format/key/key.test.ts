import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {compareBytes} from '../../base/bytes.ts';
import {Memory} from '../memory.ts';
import {compareValues, decimalType, fixedType, texts, valueOfType, variableType} from '../row/arbitraries.test.ts';
import {encodeRow} from '../row/encode.ts';
import {Overflow} from '../row/overflow.ts';
import {firstLayout, RowLayout, rowColumn} from '../row/row-layout.ts';
import {prefixCharacters} from '../value/charset.ts';
import {COLLATIONS} from '../value/collation.ts';
import {Decimal} from '../value/decimal.ts';
import {DateTime} from '../value/temporal.ts';
import type {SqlType, Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {encodeKey, keyFromRow} from './encode-key.ts';
import {RowKeyExtractor} from './key-extractor.ts';
import type {KeyPart} from './key-layout.ts';
import {KEY_BYTES_MAX, KEY_TOO_LONG, KeyLayout, keepBytesOf, keyPart} from './key-layout.ts';

const utf8 = COLLATIONS.filter(c => c.charset.name === 'utf8mb4').map(c => c.id);
const keyType = fc.oneof(fixedType, decimalType, variableType(utf8));
const mem = new Memory(new ArrayBuffer(1 << 17));

function cut(part: KeyPart, value: Value): Value {
  if (part.prefixLength === 0) return value;
  if (typeof value === 'string') return prefixCharacters(value, part.prefixLength);
  return value instanceof Uint8Array ? value.slice(0, part.prefixLength) : value;
}

/** Order of two rows' keys. NULL is below everything; a descending part turns it all around. */
function compareParts(parts: readonly KeyPart[], a: readonly Value[], b: readonly Value[]): number {
  for (const [p, part] of parts.entries()) {
    const x = cut(part, a[p]);
    const y = cut(part, b[p]);
    const order = x === null || y === null ? Number(x !== null) - Number(y !== null) : compareValues(part.type, x, y);
    if (order !== 0) return part.descending ? -order : order;
  }
  return 0;
}

function keyOf(layout: KeyLayout, values: readonly Value[]): Uint8Array {
  const target = new Uint8Array(KEY_BYTES_MAX + 64);
  const end = encodeKey(layout, values, target, 3);
  assert(end >= 3, 'key fits');
  return target.slice(3, end);
}

function memcmp(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}

interface Sample {
  readonly parts: readonly KeyPart[];
  readonly rows: readonly (readonly Value[])[];
}

/** Keys of up to `partsMax` parts over any types, with rows for them. */
function samples(type: fc.Arbitrary<SqlType>, partsMax: number, rowCount: number): fc.Arbitrary<Sample> {
  const part = fc.record({
    type,
    nullable: fc.boolean(),
    descending: fc.boolean(),
    prefix: fc.integer({min: 1, max: 4}),
    cut: fc.boolean(),
  });
  return fc.array(part, {minLength: 1, maxLength: partsMax}).chain(drawn => {
    const parts = drawn.map((p, column) => {
      const prefixed = p.cut && p.type.kind >= Kind.char && p.type.kind <= Kind.blob;
      return keyPart(column, p.type, p.nullable, {
        descending: p.descending,
        prefixLength: prefixed ? p.prefix : 0,
      });
    });
    const values = parts.map(p => (p.nullable ? fc.option(valueOfType(p.type), {freq: 4}) : valueOfType(p.type)));
    return fc.array(fc.tuple(...values), {minLength: rowCount, maxLength: rowCount}).map(rows => ({parts, rows}));
  });
}

test('keys of one part order as their values, ties equal', () => {
  fc.assert(
    fc.property(samples(keyType, 1, 8), ({parts, rows}) => {
      const layout = new KeyLayout(parts);
      const keys = rows.map(row => keyOf(layout, row));
      for (const [i, a] of rows.entries()) {
        for (const [j, b] of rows.entries()) {
          assert.equal(Math.sign(memcmp(keys[i], keys[j])), Math.sign(compareParts(parts, a, b)));
        }
      }
    }),
    {numRuns: 400},
  );
});

test('keys of several parts order by the first difference, and none is a prefix of another', () => {
  fc.assert(
    fc.property(samples(keyType, 4, 4), ({parts, rows}) => {
      const layout = new KeyLayout(parts);
      // Rows that share values are what puts the later parts to work.
      const mixed = [
        ...rows,
        ...rows.map((row, i) => row.map((value, p) => (p === 0 ? rows[(i + 1) % rows.length][p] : value))),
      ];
      const keys = mixed.map(row => keyOf(layout, row));
      for (const [i, a] of mixed.entries()) {
        for (const [j, b] of mixed.entries()) {
          const order = Math.sign(compareParts(parts, a, b));
          assert.equal(Math.sign(memcmp(keys[i], keys[j])), order);
          const n = Math.min(keys[i].length, keys[j].length);
          if (order !== 0) assert.notEqual(compareBytes(keys[i], 0, n, keys[j], 0, n), 0);
        }
      }
    }),
    {numRuns: 400},
  );
});

test('every collation keys its strings in its order', () => {
  for (const id of utf8) {
    const parts = [keyPart(0, sqlType(Kind.varchar, {length: 100, collation: id}), false)];
    const layout = new KeyLayout(parts);
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        assert.equal(
          Math.sign(memcmp(keyOf(layout, [a]), keyOf(layout, [b]))),
          Math.sign(compareParts(parts, [a], [b])),
        );
      }),
      {numRuns: 60},
    );
  }
});

test('the key from a row is the key from its values', () => {
  fc.assert(
    fc.property(samples(keyType, 4, 1), ({parts, rows: [values]}) => {
      // The row has the parts' columns in reverse, with a column between.
      const n = parts.length;
      const columns = [...parts].reverse();
      const types = [sqlType(Kind.text, {collation: 255}), ...columns.map(p => p.type)];
      const rowLayout = firstLayout(types, [true, ...columns.map(p => p.nullable)]);
      encodeRow(rowLayout, [null, ...[...values].reverse()], mem, 11);
      const layout = new KeyLayout(parts.map((p, i) => ({...p, column: n - i})));
      const target = new Uint8Array(KEY_BYTES_MAX + 64);
      const extractor = new RowKeyExtractor(layout, rowLayout);
      const end = extractor.extract(mem, 11, 0, target, 5);
      assert.deepEqual(target.slice(5, end), keyOf(layout, values));
      assert.equal(extractor.hasNull, values.includes(null));
      assert.equal(keyFromRow(layout, rowLayout, mem, 11, target, 5), end);
    }),
    {numRuns: 200},
  );
});

test('the key of an old row has the initial values of columns it lacks', () => {
  const int = sqlType(Kind.int);
  const v1 = new RowLayout(1, [rowColumn(1, int, false)]);
  const v2 = new RowLayout(
    2,
    [rowColumn(2, int, true, {initial: 9}), rowColumn(3, int, true), rowColumn(1, int, false)],
    [v1],
  );
  encodeRow(v1, [7], mem, 0);
  const layout = new KeyLayout([keyPart(0, int, true), keyPart(2, int, false), keyPart(1, int, true)]);
  const extractor = new RowKeyExtractor(layout, v2);
  const target = new Uint8Array(KEY_BYTES_MAX + 64);
  const end = extractor.extract(mem, 0, 0, target, 0);
  assert.deepEqual(target.slice(0, end), keyOf(layout, [9, 7, null]));
  assert.equal(extractor.hasNull, true);
});

test('decimals order and tie whatever their scale', () => {
  const layout = new KeyLayout([keyPart(0, sqlType(Kind.decimal, {length: 65, decimals: 2}), false)]);
  const decimal = fc
    .tuple(fc.bigInt({min: -(10n ** 20n), max: 10n ** 20n}), fc.nat(30))
    .map(([n, scale]) => new Decimal(n, scale));
  fc.assert(
    fc.property(fc.oneof(decimal, fc.constant(new Decimal(0n, 5))), fc.nat(9), decimal, (a, more, b) => {
      assert.equal(Math.sign(memcmp(keyOf(layout, [a]), keyOf(layout, [b]))), Math.sign(a.compare(b)));
      const wider = a.rescale(Math.min(30, a.scale + more));
      assert.deepEqual(keyOf(layout, [wider]), keyOf(layout, [a]));
    }),
    {numRuns: 500},
  );
});

test('zero has one key, whatever its sign', () => {
  for (const kind of [Kind.float, Kind.double]) {
    const layout = new KeyLayout([keyPart(0, sqlType(kind, {decimals: 31}), false)]);
    assert.deepEqual(keyOf(layout, [-0]), keyOf(layout, [0]));
  }
});

test('a key that would be too long is refused', () => {
  const blob = sqlType(Kind.blob, {length: 65535});
  const text = sqlType(Kind.varchar, {length: 5000, collation: 255});
  const target = new Uint8Array(KEY_BYTES_MAX + 64);
  const layout = new KeyLayout([keyPart(0, blob, false), keyPart(1, text, false)]);
  const fits = KEY_BYTES_MAX - 2;
  assert.equal(encodeKey(layout, [new Uint8Array(fits).fill(9), ''], target, 0), KEY_BYTES_MAX);
  assert.equal(encodeKey(layout, [new Uint8Array(fits + 1).fill(9), ''], target, 0), KEY_TOO_LONG);
  assert.equal(encodeKey(layout, [new Uint8Array(fits).fill(0), ''], target, 0), KEY_TOO_LONG);
  assert.equal(encodeKey(layout, [new Uint8Array(9), 'x'.repeat(4000)], target, 0), KEY_TOO_LONG);
  assert.equal(encodeKey(layout, [new Uint8Array(70000), ''], target, 0), KEY_TOO_LONG);
  assert.equal(encodeKey(layout, [new Uint8Array(9), 'abc'], new Uint8Array(10), 0), KEY_TOO_LONG, 'small target');
  const prefixed = new KeyLayout([
    keyPart(0, blob, false, {prefixLength: 2}),
    keyPart(1, text, false, {prefixLength: 3}),
  ]);
  const short = keyOf(prefixed, [Uint8Array.of(7, 7), 'xxx']);
  assert.deepEqual(keyOf(prefixed, [new Uint8Array(70000).fill(7), 'x'.repeat(80000)]), short);
});

test('a prefix key of a value in overflow pages comes from the bytes the row keeps', () => {
  const text = sqlType(Kind.text, {length: 4294967295, collation: 255});
  const part = keyPart(0, text, true, {prefixLength: 3});
  assert.equal(keepBytesOf(part), 12);
  assert.equal(keepBytesOf(keyPart(0, sqlType(Kind.int), true)), 0);
  const layout = new KeyLayout([part]);
  const rowLayout = firstLayout([text], [true]);
  const value = '名é😀 and more';
  const kept = new TextEncoder().encode(value).slice(0, 12);
  encodeRow(rowLayout, [new Overflow(5, 99999, kept)], mem, 0);
  const target = new Uint8Array(KEY_BYTES_MAX + 64);
  const end = keyFromRow(layout, rowLayout, mem, 0, target, 0);
  assert.deepEqual(target.slice(0, end), keyOf(layout, [value]));
  encodeRow(rowLayout, [new Overflow(5, 99999, kept.slice(0, 4))], mem, 0);
  assert.throws(() => keyFromRow(layout, rowLayout, mem, 0, target, 0), /overflow pages/);
});

test('JSON cannot be in a key, and only strings have prefixes', () => {
  assert.throws(() => new KeyLayout([keyPart(0, sqlType(Kind.json), true)]), /JSON/);
  assert.throws(() => new KeyLayout([keyPart(0, sqlType(Kind.int), true, {prefixLength: 2})]), /prefix/);
});

test('the examples of the format document', () => {
  const hex = (type: SqlType, value: Value, nullable = false, descending = false): string =>
    Buffer.from(keyOf(new KeyLayout([keyPart(0, type, nullable, {descending})]), [value])).toString('hex');
  const decimal = sqlType(Kind.decimal, {length: 9, decimals: 2});
  assert.equal(hex(sqlType(Kind.int), 5), '80000005');
  assert.equal(hex(sqlType(Kind.int), -1, true), '017fffffff');
  assert.equal(hex(decimal, new Decimal(1250n, 2)), 'a10d3300');
  assert.equal(hex(decimal, new Decimal(-1250n, 2)), '5ef2ccff');
  assert.equal(hex(decimal, new Decimal(5n, 2)), 'a00600');
  assert.equal(hex(sqlType(Kind.varbinary), Uint8Array.of(0x61, 0)), '61010100');
  assert.equal(hex(sqlType(Kind.date), DateTime.date(2024, 2, 29), false, true), 'f02fa2');
});
