import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {dateOfDay, dayNumber, dayOfYear, daysInMonth, EPOCH_DAY, MAX_DAY, weekdayOfDay, weekOfDay} from './calendar.ts';

const parts = (days: number): [number, number, number] => {
  const date = dateOfDay(days);
  return [Math.floor(date / 10000), Math.floor(date / 100) % 100, date % 100];
};

test('day numbers are those of TO_DAYS', () => {
  assert.equal(dayNumber(1970, 1, 1), EPOCH_DAY);
  assert.equal(dayNumber(9999, 12, 31), MAX_DAY);
  assert.equal(dayNumber(0, 1, 1), 1);
  assert.equal(dayNumber(0, 3, 1), 60);
  assert.equal(dayNumber(1, 1, 1), 366);
});

test('each day is one after the day before, from year 0 on', () => {
  let days = 1;
  for (let year = 0; year <= 9999; year += year === 3 ? 1500 : year === 2110 ? 7880 : 1) {
    if (dayNumber(year, 1, 1) !== days) days = dayNumber(year, 1, 1);
    for (let month = 1; month <= 12; month++) {
      for (let day = 1; day <= daysInMonth(year, month); day++, days++) {
        if (dayNumber(year, month, day) !== days || dateOfDay(days) !== year * 10000 + month * 100 + day) {
          assert.fail(`${year}-${month}-${day} is day ${dayNumber(year, month, day)}, counted ${days}`);
        }
      }
    }
  }
});

test('the platform agrees on dates, weekdays and days of the year', () => {
  fc.assert(
    fc.property(fc.integer({min: dayNumber(100, 1, 1), max: MAX_DAY}), days => {
      const oracle = new Date((days - EPOCH_DAY) * 86_400_000);
      assert.deepEqual(parts(days), [oracle.getUTCFullYear(), oracle.getUTCMonth() + 1, oracle.getUTCDate()]);
      assert.equal((weekdayOfDay(days) + 1) % 7, oracle.getUTCDay());
      const newYear = Date.UTC(oracle.getUTCFullYear(), 0, 1);
      assert.equal(dayOfYear(...parts(days)), (oracle.getTime() - newYear) / 86_400_000 + 1);
    }),
    {numRuns: 500},
  );
});

test('week modes, checked against a server', () => {
  const weeks = (y: number, m: number, d: number): number[] =>
    [0, 1, 2, 3, 4, 5, 6, 7].map(mode => weekOfDay(y, m, d, mode));
  assert.deepEqual(weeks(2000, 1, 1), [200000, 200000, 199952, 199952, 200000, 200000, 199952, 199952]);
  assert.deepEqual(weeks(2008, 12, 31), [200852, 200853, 200852, 200901, 200853, 200852, 200853, 200852]);
  assert.deepEqual(weeks(2021, 1, 3), [202101, 202100, 202101, 202053, 202101, 202100, 202101, 202052]);
});

test('modes 1 and 3 are ISO weeks: Thursday decides', () => {
  fc.assert(
    fc.property(fc.integer({min: EPOCH_DAY, max: MAX_DAY - 10}), days => {
      const thursday = days - weekdayOfDay(days) + 3;
      const [year] = parts(thursday);
      const week = Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1;
      assert.equal(weekOfDay(...parts(days), 3), year * 100 + week);
    }),
  );
});
