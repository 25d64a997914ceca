import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../memory.ts';
import {decimalType, fixedType, valueOfType, variableType} from '../row/arbitraries.test.ts';
import {checkRow} from '../row/check.ts';
import {readColumn} from '../row/decode.ts';
import {DateTime} from '../value/temporal.ts';
import {findTimeZone} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';
import {decodableParts, decodeKeyPart, keyPartEnd, rowFromKey} from './decode-key.ts';
import {encodeKey} from './encode-key.ts';
import {KEY_BYTES_MAX, KeyLayout, keyPart} from './key-layout.ts';
import {printKey} from './print-key.ts';

const mem = new Memory(new ArrayBuffer(1 << 16));
const key = new Uint8Array(KEY_BYTES_MAX + 64);
const AI_CI = 255;
const BIN = 309;
const PADDED = 45;
const PADDED_UNICODE = 224;

const type = fc.oneof(fixedType, decimalType, variableType([AI_CI, BIN, PADDED, PADDED_UNICODE]));
const part = fc.record({type, nullable: fc.boolean(), descending: fc.boolean()});
const sample = fc.array(part, {minLength: 1, maxLength: 5}).chain(drawn => {
  const parts = drawn.map((p, c) => keyPart(c, p.type, p.nullable, {descending: p.descending}));
  const values = parts.map(p => (p.nullable ? fc.option(valueOfType(p.type), {freq: 4}) : valueOfType(p.type)));
  return fc.tuple(...values).map(row => ({layout: new KeyLayout(parts), values: row as Value[]}));
});

/** Floats have one key for both zeros. */
function plain(value: Value): Value {
  return Object.is(value, -0) ? 0 : value;
}

test('what can be decoded comes back, and the rest says so', () => {
  fc.assert(
    fc.property(sample, ({layout, values}) => {
      const end = encodeKey(layout, values, key, 2);
      const decodable = decodableParts(layout);
      for (const [p, value] of values.entries()) {
        const {kind, collation} = layout.parts[p].type;
        const collated = kind >= Kind.char && kind <= Kind.text && collation !== BIN;
        assert.equal(decodable[p], !collated);
        const decoded = decodeKeyPart(layout, p, key, 2, end);
        assert.deepEqual(decoded, decodable[p] ? plain(value) : undefined);
      }
    }),
    {numRuns: 400},
  );
});

test('a decoded key is a row that its readers understand', () => {
  fc.assert(
    fc.property(sample, ({layout, values}) => {
      fc.pre(decodableParts(layout).every(yes => yes));
      const end = encodeKey(layout, values, key, 0);
      const length = rowFromKey(layout, key, 0, end, mem, 9);
      assert.equal(checkRow(layout.valueLayout, mem, 9, length), '');
      assert.deepEqual(
        values.map((_, p) => readColumn(layout.valueLayout, mem, 9, p)),
        values.map(plain),
      );
    }),
    {numRuns: 200},
  );
});

test('parts end where the next begins', () => {
  fc.assert(
    fc.property(sample, ({layout, values}) => {
      const end = encodeKey(layout, values, key, 0);
      key.fill(0x41, end, end + 20);
      let at = 0;
      for (let p = 0; p < layout.partCount; p++) {
        const begin = encodeKey(layout, values.slice(0, p + 1), new Uint8Array(KEY_BYTES_MAX + 64), 0);
        at = keyPartEnd(layout, p, key, at, end);
        assert.equal(at, begin);
      }
    }),
    {numRuns: 200},
  );
});

test('a key that is cut is damage', () => {
  const layout = new KeyLayout([keyPart(0, sqlType(Kind.varbinary), true), keyPart(1, sqlType(Kind.int), false)]);
  const end = encodeKey(layout, [Uint8Array.of(1, 2), 5], key, 0);
  for (let length = 0; length < end; length++) {
    assert.throws(() => decodeKeyPart(layout, 1, key, 0, length), CorruptionError);
  }
});

test('a TIMESTAMP in a key is seen through the zone of the reader', () => {
  const layout = new KeyLayout([keyPart(0, sqlType(Kind.timestamp), false, {descending: true})]);
  const zone = findTimeZone('+02:00');
  assert(zone !== undefined);
  const end = encodeKey(layout, [DateTime.of(2024, 1, 1, 1)], key, 0, zone);
  assert.equal(String(decodeKeyPart(layout, 0, key, 0, end)), '2023-12-31 23:00:00');
  assert.equal(String(decodeKeyPart(layout, 0, key, 0, end, zone)), '2024-01-01 01:00:00');
});

test('a printed key shows values, weights and the primary key behind them', () => {
  const layout = new KeyLayout([
    keyPart(0, sqlType(Kind.int), false, {descending: true}),
    keyPart(1, sqlType(Kind.varchar, {length: 9, collation: BIN}), true),
    keyPart(2, sqlType(Kind.varchar, {length: 9, collation: AI_CI}), true),
    keyPart(3, sqlType(Kind.blob), true),
  ]);
  const end = encodeKey(layout, [-3, 'abc', 'x', null], key, 0);
  key.set([0x80, 7], end);
  assert.match(printKey(layout, key, 0, end + 2), /^\(-3, 'abc', ~01[0-9a-f]{2}00, NULL\) \+ 8007$/);
  const padded = new KeyLayout([
    keyPart(0, sqlType(Kind.char, {length: 9, collation: PADDED}), false),
    keyPart(1, sqlType(Kind.int), false),
  ]);
  assert.match(printKey(padded, key, 0, encodeKey(padded, ['a', 1], key, 0)), /^\(~[0-9a-f]+, 1\)$/);
});
