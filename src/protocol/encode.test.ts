import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import * as encode from './encode.ts';
import {PayloadReader} from './payload-reader.ts';

const target = Buffer.alloc(4096);
const safe = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 9, 10, 999_999_999, 1e9, 1e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const natural = fc.oneof(fc.nat(70_000), fc.nat(20_000_000), fc.maxSafeNat());
const bits64 = fc.bigInt({min: -(2n ** 63n), max: 2n ** 64n - 1n});

function written(put: () => number): Buffer {
  target.fill(0xee);
  return target.subarray(5, put());
}

function readerOf(bytes: Buffer): PayloadReader {
  const reader = new PayloadReader();
  reader.reset(bytes, 0, bytes.length);
  return reader;
}

test('the text of an integer is what the language prints', () => {
  fc.assert(
    fc.property(safe, value => {
      assert.equal(written(() => encode.putIntText(target, 5, value)).toString(), String(value));
      const counted = written(() => encode.putLenencIntText(target, 5, value));
      assert.equal(counted[0], counted.length - 1);
    }),
  );
  fc.assert(
    fc.property(bits64, value => {
      assert.equal(written(() => encode.putBigIntText(target, 5, value)).toString(), String(value));
    }),
  );
});

test('a length-encoded integer comes back, in the size that was announced', () => {
  fc.assert(
    fc.property(natural, value => {
      const bytes = written(() => encode.putLenencInt(target, 5, value));
      assert.equal(bytes.length, encode.lenencSize(value));
      assert.equal(readerOf(bytes).lenenc(), value);
    }),
  );
});

test('a 64-bit integer comes back as a number where it is safe, else as a bigint', () => {
  fc.assert(
    fc.property(bits64, value => {
      const bytes = written(() => encode.putBigInt64(target, 5, value));
      const read = readerOf(bytes).int64(value >= 0n);
      assert.equal(BigInt(read), value);
      const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
      assert.equal(typeof read, isSafe ? 'number' : 'bigint');
      if (isSafe)
        assert.deepEqual(
          written(() => encode.putInt64(target, 5, Number(value))),
          Buffer.from(bytes),
        );
    }),
  );
});

test('a length-encoded integer above 2^53 is written from a bigint', () => {
  assert.equal(
    written(() => encode.putLenencInteger(target, 5, 2n ** 64n - 1n)).toString('hex'),
    `fe${'f'.repeat(16)}`,
  );
  assert.equal(written(() => encode.putLenencInteger(target, 5, 250n)).toString('hex'), 'fa');
});

test('text is written in UTF-8 with its length, within the announced room', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', maxLength: 400}), text => {
      const bytes = written(() => encode.putLenencText(target, 5, text));
      assert.ok(bytes.length <= encode.lenencTextMax(text));
      const reader = readerOf(bytes);
      assert.equal(reader.text(reader.lenenc()), text);
      assert.equal(reader.left, 0);
      assert.ok(!reader.failed);
    }),
  );
});

test('narrow integers keep their low bytes', () => {
  assert.equal(written(() => encode.putInt16(target, 5, -2)).toString('hex'), 'feff');
  assert.equal(written(() => encode.putInt24(target, 5, 0x123456)).toString('hex'), '563412');
  assert.equal(written(() => encode.putInt32(target, 5, 0xfedcba98)).toString('hex'), '98badcfe');
});

test('a read beyond the end gives nothing, and stays failed', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 12}), fc.array(fc.nat(9), {maxLength: 12}), (bytes, calls) => {
      const padded = Buffer.concat([Buffer.from(bytes), Buffer.alloc(32, 7)]);
      const reader = new PayloadReader();
      reader.reset(padded, 0, bytes.length);
      for (const call of calls) {
        const before = reader.failed;
        const reads = [
          () => reader.u8(),
          () => reader.u16(),
          () => reader.u24(),
          () => reader.u32(),
          () => reader.int64(true),
          () => reader.double(),
          () => reader.lenenc(),
          () => reader.zeroText(),
          () => reader.copy(3),
          () => reader.float(),
        ];
        reads[call]();
        assert.ok(reader.at <= bytes.length);
        assert.ok(reader.failed || !before);
      }
    }),
  );
});
