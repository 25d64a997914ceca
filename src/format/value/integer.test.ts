import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {
  addIntegers,
  asUnsigned64,
  divideIntegers,
  fitsInteger,
  type Integer,
  integerFromBigInt,
  integerFromDouble,
  integerMax,
  integerMin,
  moduloIntegers,
  multiplyIntegers,
  negateInteger,
  subtractIntegers,
} from './integer.ts';
import {Kind, sqlType} from './types.ts';

const big = fc.oneof(
  fc.bigInt(-10n, 10n),
  fc.bigInt(-(2n ** 64n), 2n ** 64n),
  fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n),
  fc.bigInt(-(2n ** 53n) - 3n, -(2n ** 53n) + 3n),
);

/** The one legal form of an integer. */
function assertForm(value: Integer | null, expected: bigint): void {
  assert.ok(value !== null);
  assert.equal(BigInt(value), expected);
  assert.equal(typeof value, expected > -(2n ** 53n) && expected < 2n ** 53n ? 'number' : 'bigint');
  assert.ok(!Object.is(value, -0));
}

test('arithmetic is exact and keeps numbers wherever they are safe', () => {
  fc.assert(
    fc.property(big, big, (a, b) => {
      const x = integerFromBigInt(a);
      const y = integerFromBigInt(b);
      assertForm(addIntegers(x, y), a + b);
      assertForm(subtractIntegers(x, y), a - b);
      assertForm(multiplyIntegers(x, y), a * b);
      assertForm(negateInteger(x), -a);
      if (b === 0n) assert.equal(divideIntegers(x, y), null);
      else assertForm(divideIntegers(x, y), a / b);
      if (b === 0n) assert.equal(moduloIntegers(x, y), null);
      else assertForm(moduloIntegers(x, y), a % b);
    }),
    {numRuns: 500},
  );
});

test('doubles and bit patterns', () => {
  assert.equal(integerFromDouble(1e20), 100000000000000000000n);
  assert.ok(Object.is(integerFromDouble(-0), 0));
  assert.equal(asUnsigned64(-1), 2n ** 64n - 1n);
});

test('a value fits exactly between the ends of the range', () => {
  for (const kind of [Kind.tinyint, Kind.int, Kind.bigint, Kind.bit]) {
    for (const unsigned of [false, true]) {
      const type = sqlType(kind, {unsigned, length: 64});
      const [min, max] = [BigInt(integerMin(type)), BigInt(integerMax(type))];
      fc.assert(
        fc.property(fc.oneof(big, fc.constantFrom(min, max, min - 1n, max + 1n)), value => {
          assert.equal(fitsInteger(integerFromBigInt(value), type), value >= min && value <= max);
        }),
      );
    }
  }
});

test('ranges of the types', () => {
  const range = (kind: Kind, unsigned: boolean): Integer[] => {
    const type = sqlType(kind, {unsigned, length: 4});
    return [integerMin(type), integerMax(type)];
  };
  assert.deepEqual(range(Kind.tinyint, false), [-128, 127]);
  assert.deepEqual(range(Kind.tinyint, true), [0, 255]);
  assert.deepEqual(range(Kind.mediumint, false), [-8388608, 8388607]);
  assert.deepEqual(range(Kind.int, true), [0, 4294967295]);
  assert.deepEqual(range(Kind.bigint, false), [-(2n ** 63n), 2n ** 63n - 1n]);
  assert.deepEqual(range(Kind.bigint, true), [0, 2n ** 64n - 1n]);
  assert.deepEqual(range(Kind.bit, false), [0, 15]);
  assert.deepEqual(range(Kind.year, false), [0, 2155]);
});
