import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {digitCount, writeI32, writeI64, writePadded, writeU32, writeU64} from './digits.ts';

const out = new Uint8Array(64);

function written(end: number): string {
  return Buffer.from(out.subarray(0, end)).toString('latin1');
}

test('32-bit integers print as JavaScript prints them', () => {
  const u32 = fc.oneof(
    fc.integer({min: 0, max: 4294967295}),
    fc.nat(9).chain(e => fc.constantFrom(10 ** e, 10 ** e - 1)),
  );
  fc.assert(
    fc.property(u32, n => {
      assert.equal(written(writeU32(out, 0, n)), String(n));
      assert.equal(digitCount(n), String(n).length);
      assert.equal(written(writeI32(out, 0, n | 0)), String(n | 0));
    }),
  );
});

test('64-bit integers print as BigInt prints them', () => {
  const edges = [0n, 1n, 999999999n, 1000000000n, 2n ** 32n, 10n ** 18n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
  const u64 = fc.oneof(
    fc.bigInt({min: 0n, max: 2n ** 64n - 1n}),
    fc.bigInt({min: 0n, max: 2n ** 40n}),
    fc.constantFrom(...edges),
  );
  fc.assert(
    fc.property(u64, n => {
      const high = Number(n >> 32n);
      const low = Number(n & 0xffff_ffffn);
      assert.equal(written(writeU64(out, 0, high, low)), String(n));
      assert.equal(written(writeI64(out, 0, high, low)), String(BigInt.asIntN(64, n)));
    }),
  );
});

test('padded digits fill exactly their width', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 4294967295}), n => {
      out.fill(0);
      assert.equal(written(writePadded(out, 0, n, 10)), String(n).padStart(10, '0'));
      assert.equal(out[10], 0);
    }),
  );
});
