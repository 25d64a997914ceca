import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {dayNumber, EPOCH_DAY, MAX_DAY} from './calendar.ts';
import {Decimal} from './decimal.ts';
import {
  addDuration,
  addInterval,
  addIntervalToDuration,
  daysBetween,
  type Interval,
  type IntervalUnit,
  intervalOf,
  isTimeUnit,
  negateInterval,
  parseInterval,
  timeBetween,
  timestampDifference,
} from './interval.ts';
import {DateTime, Duration} from './temporal.ts';
import {LENIENT, parseDateTime} from './temporal-parse.ts';

function at(text: string): DateTime {
  const {value} = parseDateTime(text, LENIENT);
  assert.ok(value !== undefined, text);
  return value;
}

function of(amount: number | string | Decimal, unit: IntervalUnit): Interval {
  const interval = intervalOf(amount, unit);
  assert.ok(interval !== undefined);
  return interval;
}

const plus = (text: string, amount: number | string | Decimal, unit: IntervalUnit): string =>
  addInterval(at(text), of(amount, unit))?.toString() ?? 'none';

test('months keep the day or take the last; days and times carry', () => {
  assert.equal(plus('2020-01-31', 1, 'month'), '2020-02-29');
  assert.equal(plus('2020-02-29', 1, 'year'), '2021-02-28');
  assert.equal(plus('2020-03-31', -1, 'quarter'), '2019-12-31');
  assert.equal(plus('2020-02-28', 1, 'week'), '2020-03-06');
  assert.equal(plus('2020-12-31 23:59:59', 1, 'second'), '2021-01-01 00:00:00');
  assert.equal(plus('2020-01-01', -1, 'microsecond'), '2019-12-31 23:59:59.999999');
  assert.equal(plus('2020-01-01', 90, 'minute'), '2020-01-01 01:30:00');
  assert.equal(plus('2020-01-01', 0, 'hour'), '2020-01-01 00:00:00');
  assert.equal(plus('9999-12-31', 1, 'day'), 'none');
  assert.equal(plus('0000-01-01', -1, 'month'), 'none');
  assert.equal(plus('2020-00-00', 1, 'day'), 'none');
});

test('composed units read numbers between anything, right-aligned', () => {
  assert.equal(plus('2020-01-01', '1:30', 'hour_minute'), '2020-01-01 01:30:00');
  assert.equal(plus('2020-01-01', '1 2:3:4', 'day_second'), '2020-01-02 02:03:04');
  assert.equal(plus('2020-01-01', '-1-6', 'year_month'), '2018-07-01');
  assert.equal(plus('2020-01-01', '90', 'day_second'), '2020-01-01 00:01:30');
  assert.equal(plus('2020-01-01', '1.5', 'second_microsecond'), '2020-01-01 00:00:01.500000');
  assert.equal(parseInterval('1:2:3', 'hour_minute'), undefined);
  assert.equal(parseInterval('99999999999999999999', 'day_hour'), undefined);
});

test('amounts: seconds are exact, others round, texts are cut', () => {
  const decimal = (text: string): Decimal => Decimal.parse(text) ?? Decimal.zero;
  assert.equal(plus('2020-01-01', decimal('1.5'), 'second'), '2020-01-01 00:00:01.500000');
  assert.equal(plus('2020-01-01', decimal('-0.5'), 'second'), '2019-12-31 23:59:59.500000');
  assert.equal(plus('2020-01-01', decimal('1.5'), 'day'), '2020-01-03');
  assert.equal(plus('2020-01-01', '1.9', 'day'), '2020-01-02');
  assert.equal(intervalOf(10n ** 18n, 'day'), undefined);
  assert.ok(!isTimeUnit('year_month') && isTimeUnit('day_hour') && isTimeUnit('microsecond'));
});

const moment = fc
  .tuple(
    fc.integer({min: dayNumber(1000, 1, 1), max: MAX_DAY - 1000}),
    fc.integer({min: 0, max: 86399}),
    fc.integer({min: 0, max: 999_999}),
  )
  .map(([day, second, micros]) => DateTime.fromDay(day, second, micros));

const micros = (v: DateTime): bigint => BigInt(v.dayNumber() - EPOCH_DAY) * 86_400_000_000n + BigInt(v.microsOfDay());

test('fixed lengths add up exactly, and subtraction undoes addition', () => {
  const units = [
    ['microsecond', 1n],
    ['second', 1_000_000n],
    ['minute', 60_000_000n],
    ['hour', 3_600_000_000n],
    ['day', 86_400_000_000n],
    ['week', 604_800_000_000n],
  ] as const;
  fc.assert(
    fc.property(moment, fc.constantFrom(...units), fc.integer({min: -140, max: 140}), (value, [unit, length], n) => {
      const sum = addInterval(value, of(n, unit));
      assert.ok(sum !== undefined);
      assert.equal(micros(sum) - micros(value), BigInt(n) * length);
      assert.equal(addInterval(sum, negateInterval(of(n, unit)))?.compare(value), 0);
      assert.equal(timestampDifference(unit, value, sum), n);
    }),
  );
});

test('differences are cut toward zero in every unit', () => {
  const lengths = {
    second: 1_000_000n,
    minute: 60_000_000n,
    hour: 3_600_000_000n,
    day: 86_400_000_000n,
  } as const;
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const exact = micros(b) - micros(a);
      assert.equal(BigInt(timestampDifference('microsecond', a, b)), exact);
      for (const [unit, length] of Object.entries(lengths)) {
        assert.equal(BigInt(timestampDifference(unit as 'second', a, b)), exact / length, unit);
      }
      const months = Number(timestampDifference('month', a, b));
      // A month's own arithmetic must not lead past b.
      const reached = addInterval(a, of(months, 'month'));
      const next = addInterval(a, of(months + (exact < 0n ? -1 : 1), 'month'));
      assert.ok(reached !== undefined && next !== undefined);
      if (a.day <= 28 && exact >= 0n) assert.ok(reached.compare(b) <= 0 && next.compare(b) > 0);
      if (a.day <= 28 && exact < 0n) assert.ok(reached.compare(b) >= 0 && next.compare(b) < 0);
    }),
  );
});

test('TIME arithmetic', () => {
  assert.equal(timeBetween(at('2020-01-02 01:00:00'), at('2020-01-01 02:00:00.5')).toText(1), '22:59:59.5');
  assert.equal(timeBetween(at('9999-01-01'), at('0001-01-01')).toText(), '838:59:59');
  assert.equal(daysBetween(at('2020-03-01 00:00:00'), at('2020-02-28 23:59:59')), 2);
  assert.equal(
    addDuration(at('2020-01-01 00:00:00'), Duration.of(true, 0, 0, 0, 1))?.toText(6),
    '2019-12-31 23:59:59.999999',
  );
  const ten = Duration.of(false, 10, 0, 0, 0);
  assert.equal(addIntervalToDuration(ten, of('1 1', 'day_hour'))?.toText(), '35:00:00');
  assert.equal(addIntervalToDuration(ten, of(1, 'month')), undefined);
  assert.equal(addIntervalToDuration(ten, of(1000, 'hour')), undefined);
});
