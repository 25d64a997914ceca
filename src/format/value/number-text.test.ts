import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {
  formatDouble,
  formatFixed,
  formatFloat,
  integerPrefix,
  parseDoublePrefix,
  roundHalfEven,
} from './number-text.ts';

test('doubles print as a server prints them', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '-0'],
    [1e14, '100000000000000'],
    [1e15, '1e15'],
    [123456789012345, '123456789012345'],
    [2 ** 57, '1.4411518807585587e17'],
    [2996858571428571.5, '2996858571428571.5'],
    [1e-5, '0.00001'],
    [1.234e-10, '0.0000000001234'],
    [1e-15, '0.000000000000001'],
    [1e-16, '1e-16'],
    [-1.5e300, '-1.5e300'],
    [0.1 + 0.2, '0.30000000000000004'],
  ];
  for (const [value, text] of cases) assert.equal(formatDouble(value), text);
});

test('every double reads back', () => {
  fc.assert(
    fc.property(fc.double({noNaN: true, noDefaultInfinity: true}), x => {
      const text = formatDouble(x);
      assert.equal(Number(text), x);
      assert.deepEqual(parseDoublePrefix(text), {value: x, end: text.length});
    }),
    {numRuns: 500},
  );
});

test('floats have six digits', () => {
  const cases: [number, string][] = [
    [0.1, '0.1'],
    [1234567, '1234570'],
    [1e10, '10000000000'],
    [3.4e38, '3.4e38'],
    [1e-10, '0.0000000001'],
    [-100, '-100'],
    [999999.9, '1000000'],
  ];
  for (const [value, text] of cases) assert.equal(formatFloat(Math.fround(value)), text);
  assert.equal(formatFixed(1e22, 2), '10000000000000000000000.00');
  assert.equal(formatFixed(1.005, 1), '1.0');
});

test('prefixes', () => {
  assert.deepEqual(parseDoublePrefix(' 1.5e3abc'), {value: 1500, end: 6});
  assert.deepEqual(parseDoublePrefix('1e'), {value: 1, end: 1});
  assert.deepEqual(parseDoublePrefix('abc'), {value: 0, end: 0});
  assert.equal(parseDoublePrefix('1e999').value, Number.POSITIVE_INFINITY);
  assert.deepEqual(integerPrefix('-12.9'), {digits: '-12', end: 3});
  assert.deepEqual(integerPrefix('x'), {digits: '', end: 0});
});

test('rint rounds halves to even', () => {
  assert.deepEqual(
    [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6, 1e300].map(x => roundHalfEven(x) + 0),
    [0, 2, 2, 0, -2, 2, 3, 1e300],
  );
});
