import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Decimal, parseDecimalPrefix} from './decimal.ts';

const d = (text: string): Decimal => {
  const value = Decimal.parse(text);
  assert.ok(value !== undefined, `${text} is a number`);
  return value;
};

/** Small and large values of every scale. */
const decimal = fc
  .tuple(fc.oneof(fc.bigInt(-1000n, 1000n), fc.bigInt(-(10n ** 30n), 10n ** 30n)), fc.integer({min: 0, max: 12}))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

// The oracle: exact fractions of two bigints.
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

function exact(value: Decimal): Fraction {
  return {top: value.unscaled, bottom: 10n ** BigInt(value.scale)};
}

function sameValue(value: Decimal, {top, bottom}: Fraction): boolean {
  const own = exact(value);
  return own.top * bottom === top * own.bottom;
}

/** True when `value` is the fraction rounded half away from zero at its scale: |value - fraction| <= half a unit. */
function isNearest(value: Decimal, {top, bottom}: Fraction): boolean {
  const unit = 10n ** BigInt(value.scale);
  const error = value.unscaled * bottom - top * unit;
  const magnitude = bottom < 0n ? -bottom : bottom;
  const twice = 2n * (error < 0n ? -error : error);
  if (twice < magnitude) return true;
  const away = top < 0n !== bottom < 0n ? value.unscaled < 0n : value.unscaled > 0n;
  return twice === magnitude && away;
}

test('sums, differences and products are exact, with the scales of MySQL', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const x = exact(a);
      const y = exact(b);
      const bottom = x.bottom * y.bottom;
      const sum = a.add(b);
      assert.equal(sum.scale, Math.max(a.scale, b.scale));
      assert.ok(sameValue(sum, {top: x.top * y.bottom + y.top * x.bottom, bottom}));
      assert.ok(sameValue(a.subtract(b), {top: x.top * y.bottom - y.top * x.bottom, bottom}));
      const product = a.multiply(b);
      assert.equal(product.scale, a.scale + b.scale);
      assert.ok(sameValue(product, {top: x.top * y.top, bottom}));
    }),
  );
});

test('a quotient is the nearest value with four more digits; the remainder has the sign of the dividend', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const quotient = a.divide(b);
      const rest = a.modulo(b);
      if (b.unscaled === 0n) {
        assert.deepEqual([quotient, rest, a.divideToInteger(b)], [null, null, null]);
        return;
      }
      assert.ok(quotient !== null && rest !== null);
      assert.equal(quotient.scale, a.scale + 4);
      const x = exact(a);
      const y = exact(b);
      assert.ok(isNearest(quotient, {top: x.top * y.bottom, bottom: x.bottom * y.top}));
      assert.ok(rest.sign() === 0 || rest.sign() === a.sign());
      assert.ok(rest.abs().compare(b.abs()) < 0);
      const whole = Decimal.fromInteger(a.divideToInteger(b) ?? 0);
      assert.ok(whole.multiply(b).add(rest).equals(a));
    }),
  );
});

test('printing and parsing are inverse', () => {
  fc.assert(
    fc.property(decimal, value => {
      const again = d(value.toString());
      assert.equal(again.unscaled, value.unscaled);
      assert.equal(again.scale, value.scale);
    }),
  );
});

test('rounding, cutting, ceiling and floor enclose the value', () => {
  fc.assert(
    fc.property(decimal, fc.integer({min: -6, max: 14}), (value, digits) => {
      const rounded = value.round(digits);
      assert.ok(rounded.scale <= Math.max(digits, value.scale));
      const unit = digits >= 0 ? new Decimal(1n, Math.min(digits, 12)) : new Decimal(10n ** BigInt(-digits), 0);
      assert.ok(rounded.subtract(value).abs().multiply(d('2')).compare(unit) <= 0);
      assert.ok(value.truncate(digits).abs().compare(value.abs()) <= 0);
      assert.ok(value.floor().compare(value) <= 0 && value.floor().add(Decimal.one).compare(value) > 0);
      assert.ok(value.ceil().compare(value) >= 0 && value.ceil().subtract(Decimal.one).compare(value) < 0);
      assert.equal(
        value.rescale(13).toString(),
        `${value.toString()}${value.scale === 0 ? '.' : ''}${'0'.repeat(13 - value.scale)}`,
      );
    }),
  );
});

test('comparison is that of the fractions, and doubles go through unharmed', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const x = exact(a);
      const y = exact(b);
      const difference = x.top * y.bottom - y.top * x.bottom;
      assert.equal(a.compare(b), difference < 0n ? -1 : difference > 0n ? 1 : 0);
      assert.equal(a.toNumber(), Number(a.toString()));
      assert.ok(a.normalize().equals(a));
    }),
  );
  fc.assert(
    fc.property(fc.double({min: -1e30, max: 1e30, noNaN: true}), x => {
      if (Math.abs(x) > 1e-10) assert.equal(Decimal.fromNumber(x).toNumber(), x);
    }),
  );
});

test('texts as MySQL prints them', () => {
  const cases: [string, string][] = [
    ['  12.50 ', '12.50'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    ['+007.10', '7.10'],
    ['1e3', '1000'],
    ['1.5e-3', '0.0015'],
    ['-0.00', '0.00'],
    ['1e-40', `0.${'0'.repeat(30)}`],
    [`0.${'1'.repeat(40)}`, `0.${'1'.repeat(30)}`],
  ];
  for (const [text, printed] of cases) assert.equal(d(text).toString(), printed, text);
  for (const text of ['', 'abc', '1 2', '.', '-', '1e', '0x10', 'Infinity x'])
    assert.equal(Decimal.parse(text), undefined);
});

test('rounding is half away from zero', () => {
  assert.deepEqual(
    ['2.5', '-2.5', '2.4', '0.5', '-0.5'].map(t => d(t).round(0).toString()),
    ['3', '-3', '2', '1', '-1'],
  );
  assert.equal(d('1999').truncate(-2).toString(), '1900');
  assert.equal(d('125').round(-1).toString(), '130');
  assert.equal(d('125').round(-200).toString(), '0');
});

test('prefixes end where the number ends', () => {
  assert.equal(parseDecimalPrefix('12abc').end, 2);
  assert.equal(parseDecimalPrefix('1e+').end, 1);
  assert.equal(parseDecimalPrefix('abc').end, 0);
  assert.equal(String(parseDecimalPrefix('12.5e1x').value), '125');
});

test('width is bounded: the fraction gives way, then the value overflows', () => {
  const wide = Decimal.max(65, 0);
  assert.equal(wide.overflows(), false);
  assert.equal(wide.add(Decimal.one).overflows(), true);
  assert.equal(wide.multiply(d('1.0')).toString(), wide.toString());
  assert.equal(d('1e66').overflows(), true);
  assert.equal(d('1e1000000000').overflows(), true);
  assert.equal(d('0.1').multiply(d(`0.${'0'.repeat(29)}1`)).scale, 30);
  assert.equal(d('1').divide(d('3'), 30)?.toString(), `0.${'3'.repeat(30)}`);
});

test('a quotient keeps groups of nine digits inside', () => {
  const wide = (a: string, b: string): string => String(d(a).divideWide(d(b)));
  assert.equal(wide('1', '3'), '0.333333333');
  assert.equal(wide('-2', '3'), '-0.666666666');
  assert.equal(wide('1.0', '3'), '0.333333333');
  assert.equal(wide('0.333333333', '7'), '0.047619047571428571');
  assert.equal(wide('14620', '9432456'), '0.001549967');
  assert.equal(d('0.001549967').divideWide(d('0.002570910'))?.round(8).toString(), '0.60288653');
  assert.equal(d('1').divideWide(d('0')), null);
});
