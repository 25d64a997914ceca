import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {EPOCH_DAY, MAX_DAY} from './calendar.ts';
import {DateTime, Duration, MAX_TIME_MICROS, roundMicros} from './temporal.ts';

const moment = fc
  .tuple(fc.integer({min: 1, max: MAX_DAY}), fc.integer({min: 0, max: 86399}), fc.integer({min: 0, max: 999_999}))
  .map(([day, second, micros]) => DateTime.fromDay(day, second, micros));

test('the packed pair orders as the moments do, and unpacks', () => {
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const text = (v: DateTime): string => v.toText(6);
      assert.equal(Math.sign(a.compare(b)), text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
      assert.equal(text(DateTime.fromPacked(a.packed(), a.micros)), text(a));
      assert.equal(DateTime.fromPackedDate(a.packedDate()).toText(), a.toDate().toText());
    }),
  );
});

test('zero dates can be held, ordered and printed', () => {
  const zero = DateTime.date(0, 0, 0);
  assert.equal(zero.toText(), '0000-00-00');
  assert.ok(zero.isZero());
  assert.equal(DateTime.of(2020, 0, 0).toText(), '2020-00-00 00:00:00');
  assert.ok(DateTime.of(2020, 0, 0).compare(DateTime.of(2020, 1, 1)) < 0);
  assert.equal(
    DateTime.fromPacked(DateTime.of(2020, 0, 5, 1, 2, 3).packed(), 7).toText(6),
    '2020-00-05 01:02:03.000007',
  );
});

test('rounding a fraction carries as far as it must', () => {
  fc.assert(
    fc.property(moment, fc.integer({min: 0, max: 6}), (value, fsp) => {
      const rounded = value.withFsp(fsp);
      if (rounded === undefined) {
        assert.equal(value.year, 9999);
        return;
      }
      // In microseconds since 1970, as exact integers.
      const micros = (v: DateTime): bigint =>
        BigInt(v.dayNumber() - EPOCH_DAY) * 86_400_000_000n + BigInt(v.microsOfDay());
      const unit = 10n ** BigInt(6 - fsp);
      const error = micros(rounded) - micros(value);
      assert.equal(((micros(rounded) % unit) + unit) % unit, 0n);
      assert.ok(error * 2n <= unit && error * 2n > -unit, `${value} to ${rounded}`);
      assert.ok((value.withFsp(fsp, true)?.compare(value) ?? 1) <= 0);
    }),
  );
  assert.equal(DateTime.of(9999, 12, 31, 23, 59, 59, 999_999).withFsp(0), undefined);
});

test('the seventh digit rounds the sixth', () => {
  assert.equal(roundMicros(123_456, 5, 6), 123_457);
  assert.equal(roundMicros(123_456, 4, 6), 123_456);
  assert.equal(roundMicros(499_999, 9, 0), 0);
  assert.equal(roundMicros(500_000, 0, 0), 1_000_000);
});

test('kinds and numbers', () => {
  const value = DateTime.of(2024, 2, 29, 13, 4, 5, 600_000);
  assert.equal(value.toText(), '2024-02-29 13:04:05');
  assert.equal(value.toText(3), '2024-02-29 13:04:05.600');
  assert.equal(value.toDate().toText(3), '2024-02-29');
  assert.equal(value.toInteger(), 20240229130405);
  assert.equal(value.toDate().toInteger(), 20240229);
  assert.equal(value.toDate().toDateTime().toText(), '2024-02-29 00:00:00');
  assert.equal(value.toDuration().toText(1), '13:04:05.6');
});

test('durations print, round and clip', () => {
  assert.equal(Duration.of(true, 1, 2, 3, 400_000).toText(1), '-01:02:03.4');
  assert.equal(Duration.of(false, 838, 59, 59, 0).toText(), '838:59:59');
  assert.equal(new Duration(-0).toText(), '00:00:00');
  assert.equal(Duration.of(true, 0, 0, 1, 500_000).withFsp(0).toText(), '-00:00:02');
  assert.equal(Duration.of(true, 1, 2, 3, 0).toInteger(), -10203);
  assert.ok(new Duration(MAX_TIME_MICROS + 1).isOutOfRange());
  assert.equal(new Duration(-MAX_TIME_MICROS - 1).clipped().micros, -MAX_TIME_MICROS);
});
