import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {MAX_DAY} from './calendar.ts';
import {Decimal} from './decimal.ts';
import {SqlMode} from './sql-mode.ts';
import {DateTime, Duration, MAX_TIME_MICROS} from './temporal.ts';
import {
  dateTimeFromNumber,
  durationFromNumber,
  fractionMicros,
  type ParseOptions,
  Problem,
  parseDateTime,
  parseDuration,
  yearFromNumber,
} from './temporal-parse.ts';
import {findTimeZone, UTC} from './time-zone.ts';

const options = (mode = 0, fsp = 6): ParseOptions => ({mode, fsp, zone: UTC});

/** The parsed value as text, its problem if any behind it. */
function read(text: string, mode = 0, fsp = 6): string {
  const {value, problem} = parseDateTime(text, options(mode, fsp));
  const printed = value === undefined ? 'invalid' : value.toText(value.micros === 0 ? 0 : 6);
  return problem === Problem.truncated ? `${printed} truncated` : printed;
}

function readTime(text: string, fsp = 6): string {
  const {value, problem} = parseDuration(text, options(0, fsp));
  const printed = value === undefined ? 'invalid' : value.toText(value.fraction === 0 ? 0 : 6);
  return problem === Problem.truncated
    ? `${printed} truncated`
    : problem === Problem.outOfRange
      ? `${printed} clipped`
      : printed;
}

test('what is printed is read back', () => {
  const day = fc.integer({min: 1, max: MAX_DAY});
  const second = fc.integer({min: 0, max: 86399});
  const micros = fc.integer({min: 0, max: 999_999});
  fc.assert(
    fc.property(day, second, micros, (d, s, us) => {
      const value = DateTime.fromDay(d, s, us);
      assert.equal(parseDateTime(value.toText(6), options()).value?.toText(6), value.toText(6));
      assert.equal(parseDateTime(value.toDate().toText(), options()).value?.kind, 'date');
      assert.equal(dateTimeFromNumber(value.year < 1000 ? 0 : value.toInteger(), 0, options()).problem, Problem.none);
    }),
  );
  fc.assert(
    fc.property(fc.integer({min: -MAX_TIME_MICROS, max: MAX_TIME_MICROS}), us => {
      assert.equal(parseDuration(new Duration(us).toText(6), options()).value?.micros, us);
    }),
  );
});

test('delimited forms', () => {
  const cases: [string, string][] = [
    ['2020-1-2', '2020-01-02'],
    ['70-1-1', '1970-01-01'],
    ['69-1-1', '2069-01-01'],
    ['1-2-3', '0001-02-03'],
    ['2020/1/2 3:4:5', '2020-01-02 03:04:05'],
    ['2020^01@02 03*04*05', '2020-01-02 03:04:05'],
    ['2020-01-02T03:04', '2020-01-02 03:04:00'],
    ['  2020-01-02  03', '2020-01-02 03:00:00'],
    ['2020.01.02', '2020-01-02'],
    ['2020-01-02abc', '2020-01-02 truncated'],
    ['2020-01-02 03:04:05.5 x', '2020-01-02 03:04:05.500000 truncated'],
    ['2020- 01-02', 'invalid'],
    ['2020-01', 'invalid'],
    ['2020-13-01', 'invalid'],
    ['2020-01-02 24:00:00', 'invalid'],
    ['', 'invalid'],
    ['abc', 'invalid'],
  ];
  for (const [text, expected] of cases) assert.equal(read(text), expected, text);
});

test('compact forms', () => {
  const cases: [string, string][] = [
    ['20200102', '2020-01-02'],
    ['200102', '2020-01-02'],
    ['700102', '1970-01-02'],
    ['20200102030405.25', '2020-01-02 03:04:05.250000'],
    ['200102030405', '2020-01-02 03:04:05'],
    ['20200102T030405', '2020-01-02 03:04:05'],
    ['12345', 'invalid'],
    ['20200102 030405', 'invalid'],
  ];
  for (const [text, expected] of cases) assert.equal(read(text), expected, text);
});

test('fractions round by the seventh digit, or are cut', () => {
  assert.equal(read('2020-01-02 03:04:05.1234565'), '2020-01-02 03:04:05.123457');
  assert.equal(read('2020-01-02 03:04:05.1234564'), '2020-01-02 03:04:05.123456');
  assert.equal(read('2020-12-31 23:59:59.5', 0, 0), '2021-01-01 00:00:00');
  assert.equal(read('2020-12-31 23:59:59.9999999'), '2021-01-01 00:00:00');
  assert.equal(read('2020-12-31 23:59:59.9', SqlMode.timeTruncateFractional, 0), '2020-12-31 23:59:59');
  assert.equal(read('9999-12-31 23:59:59.5', 0, 0), 'invalid');
});

test('sql_mode decides about zero and impossible dates', () => {
  assert.equal(read('0000-00-00'), '0000-00-00');
  assert.equal(read('0000-00-00', SqlMode.noZeroDate), 'invalid');
  assert.equal(read('0000-00-00', SqlMode.noZeroInDate), '0000-00-00');
  assert.equal(read('2020-00-10', SqlMode.noZeroDate), '2020-00-10');
  assert.equal(read('2020-00-10', SqlMode.noZeroInDate), 'invalid');
  assert.equal(read('2021-02-29'), 'invalid');
  assert.equal(read('2020-02-29'), '2020-02-29');
  assert.equal(read('2021-02-31', SqlMode.allowInvalidDates), '2021-02-31');
  assert.equal(read('2021-02-32', SqlMode.allowInvalidDates), 'invalid');
});

test('zone offsets move the value into the session zone', () => {
  assert.equal(read('2020-01-02 03:04:05+02:00'), '2020-01-02 01:04:05');
  assert.equal(read('2020-01-01 23:04:05.5-05:30'), '2020-01-02 04:34:05.500000');
  const zone = findTimeZone('Europe/Berlin') ?? UTC;
  const {value} = parseDateTime('2020-07-01 12:00:00+00:00', {...options(), zone});
  assert.equal(value?.toText(), '2020-07-01 14:00:00');
});

test('TIME texts', () => {
  const cases: [string, string][] = [
    ['10:11:12', '10:11:12'],
    ['-10:11', '-10:11:00'],
    ['1 10:11', '34:11:00'],
    ['2 3', '51:00:00'],
    ['101112', '10:11:12'],
    ['12', '00:00:12'],
    ['12.5', '00:00:12.500000'],
    ['1:2:3.0000005', '01:02:03.000001'],
    ['2020-01-02 03:04:05.5', '03:04:05.500000'],
    ['20200102030405', '03:04:05'],
    ['839:00:00', '838:59:59 clipped'],
    ['10:11:12abc', '10:11:12 truncated'],
    ['10:60:00', 'invalid'],
    ['abc', 'invalid'],
    ['', 'invalid'],
  ];
  for (const [text, expected] of cases) assert.equal(readTime(text), expected, text);
});

test('numbers find their century and their time by size', () => {
  const date = (n: number, fraction = 0): string =>
    dateTimeFromNumber(n, fraction, options()).value?.toString() ?? 'invalid';
  assert.equal(date(0), '0000-00-00');
  assert.equal(date(101), '2000-01-01');
  assert.equal(date(691231), '2069-12-31');
  assert.equal(date(700101), '1970-01-01');
  assert.equal(date(20240229), '2024-02-29');
  assert.equal(date(240229112233), '2024-02-29 11:22:33');
  assert.equal(date(20240229112233, 500_000), '2024-02-29 11:22:33.500000');
  for (const n of [1, 100, 700100, 991232, 20230229, -20240101, 99991231235960])
    assert.equal(date(n), 'invalid', String(n));
  const time = (n: number, fraction = 0): string =>
    durationFromNumber(n, fraction, options()).value?.toString() ?? 'invalid';
  assert.equal(time(101112, 500_000), '10:11:12.500000');
  assert.equal(time(-101112, -500_000), '-10:11:12.500000');
  assert.equal(time(8390000), '838:59:59');
  assert.equal(time(20240229112233), '11:22:33');
  assert.equal(time(106000), 'invalid');
});

test('years and fractions of numbers', () => {
  assert.deepEqual([0, 1, 69, 70, 99, 100, 1900, 1901, 2155, 2156].map(yearFromNumber), [
    ...[0, 2001, 2069, 1970, 1999, undefined, undefined, 1901, 2155, undefined],
  ]);
  assert.equal(fractionMicros(Decimal.parse('-1.1234567') ?? Decimal.zero), 123456);
});
