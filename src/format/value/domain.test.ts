import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ConversionContext} from './conversion-context.ts';
import {Decimal} from './decimal.ts';
import {
  dateTimeOfDuration,
  isTrue,
  type NonNull,
  toBytes,
  toDateTime,
  toDecimal,
  toDuration,
  toInteger,
  toJsonText,
  toNumber,
  toText,
} from './domain.ts';
import {SqlMode} from './sql-mode.ts';
import {DateTime, Duration} from './temporal.ts';
import {findTimeZone, UTC} from './time-zone.ts';
import {Kind, type SqlType, sqlType} from './types.ts';

const TEXT = sqlType(Kind.varchar, {length: 100, collation: 255});
const INT = sqlType(Kind.bigint);
const DOUBLE = sqlType(Kind.double, {decimals: 31});
const JSON_TYPE = sqlType(Kind.json);
const SET = sqlType(Kind.set, {members: ['x', 'y', 'z'], collation: 255});
const DATETIME = sqlType(Kind.datetime, {decimals: 1});
const moment = DateTime.of(2024, 1, 2, 3, 4, 5, 600_000);

/** Runs a conversion and gives its result with the warnings it left. */
function run<T>(convert: (context: ConversionContext) => T, sqlMode = 0): [T, ...string[]] {
  const warnings: string[] = [];
  const statementMicros = Date.UTC(2024, 1, 29, 23) * 1000;
  const warning = (level: string, errno: number, message: string) => warnings.push(`${level} ${errno} ${message}`);
  const result = convert({sqlMode, timeZone: findTimeZone('+02:00') ?? UTC, statementMicros, warning});
  return [result, ...warnings];
}

test('one number prints by its type', () => {
  assert.equal(toText(1e15, INT), '1000000000000000');
  assert.equal(toText(1e15, DOUBLE), '1e15');
  assert.equal(toText(Math.fround(0.1), sqlType(Kind.float, {decimals: 31})), '0.1');
  assert.equal(toText(1.5, sqlType(Kind.double, {length: 6, decimals: 3})), '1.500');
  assert.equal(toText(7, sqlType(Kind.year)), '0007');
  assert.equal(toText(0x4142, sqlType(Kind.bit, {length: 16})), 'AB');
  assert.equal(toText(moment, DATETIME), '2024-01-02 03:04:05.6');
  assert.deepEqual(toBytes('é', sqlType(Kind.varchar, {length: 1, collation: 8})), Uint8Array.of(0xe9));
  assert.deepEqual(toBytes(258, sqlType(Kind.bit, {length: 9})), Uint8Array.of(1, 2));
});

test('numbers from texts warn of what they leave', () => {
  const cases: [unknown, unknown][] = [
    [run(c => toNumber(' 1.5e1 ', TEXT, c)), [15]],
    [run(c => toNumber('1x', TEXT, c)), [1, "Warning 1292 Truncated incorrect DOUBLE value: '1x'"]],
    [run(c => toNumber('', TEXT, c)), [0, "Warning 1292 Truncated incorrect DOUBLE value: ''"]],
    [run(c => toInteger('12.9', TEXT, c)), [12, "Warning 1292 Truncated incorrect INTEGER value: '12.9'"]],
    [run(c => toInteger('18446744073709551616', TEXT, c)), [18446744073709551615n]],
    [
      run(c => String(toDecimal('1.50abc', TEXT, c))),
      ['1.50', "Warning 1292 Truncated incorrect DECIMAL value: '1.50abc'"],
    ],
  ];
  for (const [actual, expected] of cases) assert.deepEqual(actual, expected);
});

test('numbers from everything else', () => {
  const numbers: [NonNull, SqlType, number][] = [
    [2.5, DOUBLE, 2],
    [Decimal.parse('2.5') ?? Decimal.zero, sqlType(Kind.decimal, {length: 2, decimals: 1}), 3],
    [moment, DATETIME, 20240102030406],
    [Duration.of(true, 0, 1, 2, 0), sqlType(Kind.time), -102],
    ['x,z', SET, 5],
    ['y', sqlType(Kind.enum, {members: ['x', 'y'], collation: 255}), 2],
    ['"7"', JSON_TYPE, 7],
    ['true', JSON_TYPE, 1],
    [Buffer.from('9'), sqlType(Kind.blob), 9],
  ];
  for (const [value, type, expected] of numbers)
    assert.deepEqual(
      run(c => toInteger(value, type, c)),
      [expected],
    );
  assert.deepEqual(
    run(c => toNumber(moment, DATETIME, c)),
    [20240102030405.6],
  );
  assert.deepEqual(
    run(c => toInteger(1e300, DOUBLE, c)),
    [18446744073709551615n],
  );
});

test('truth is being a number that is not zero', () => {
  const truths: [NonNull, SqlType, boolean][] = [
    [0.1, DOUBLE, true],
    [0, INT, false],
    [Decimal.parse('0.00') ?? Decimal.one, sqlType(Kind.decimal, {length: 3, decimals: 2}), false],
    ['0.5', TEXT, true],
    ['abc', TEXT, false],
    [DateTime.date(0, 0, 0), sqlType(Kind.date), false],
    [new Duration(1), sqlType(Kind.time), true],
  ];
  for (const [value, type, expected] of truths) assert.equal(run(c => isTrue(value, type, c))[0], expected);
});

test('dates and times; what is none is NULL with a warning', () => {
  assert.deepEqual(
    run(c => String(toDateTime('2024-1-2 3:4:5.67', TEXT, 1, c))),
    ['2024-01-02 03:04:05.700000'],
  );
  assert.deepEqual(
    run(c => toDateTime('nope', TEXT, 6, c)),
    [null, "Warning 1292 Incorrect datetime value: 'nope'"],
  );
  assert.deepEqual(run(c => toDateTime('2024-00-01', TEXT, 6, c), SqlMode.noZeroInDate)[0], null);
  assert.deepEqual(
    run(c => String(toDateTime(20240102, INT, 6, c))),
    ['2024-01-02'],
  );
  assert.deepEqual(
    run(c => String(toDateTime('"2024-01-02"', JSON_TYPE, 6, c))),
    ['2024-01-02'],
  );
  assert.deepEqual(
    run(c => String(toDuration(moment, DATETIME, 0, c))),
    ['03:04:06'],
  );
  assert.deepEqual(
    run(c => String(toDuration('900:00:00', TEXT, 0, c))),
    ['838:59:59', "Warning 1292 Truncated incorrect time value: '900:00:00'"],
  );
});

test('a TIME belongs to the current day of the session', () => {
  // 23:00 UTC on February 29th is March 1st two hours east.
  assert.deepEqual(
    run(c => String(dateTimeOfDuration(Duration.of(false, 25, 0, 0, 0), c))),
    ['2024-03-02 01:00:00'],
  );
  assert.deepEqual(
    run(c => String(dateTimeOfDuration(Duration.of(true, 0, 0, 1, 0), c))),
    ['2024-02-29 23:59:59'],
  );
});

test('JSON of SQL values', () => {
  const documents: [NonNull | null, SqlType, string][] = [
    [null, sqlType(Kind.null), 'null'],
    ['a"b', TEXT, '"a\\"b"'],
    ['{"a": 1}', JSON_TYPE, '{"a": 1}'],
    [2, DOUBLE, '2.0'],
    [2, INT, '2'],
    [Decimal.parse('1.10') ?? Decimal.zero, sqlType(Kind.decimal, {length: 3, decimals: 2}), '1.10'],
    [moment, DATETIME, '"2024-01-02 03:04:05.600000"'],
    [DateTime.date(2024, 1, 2), sqlType(Kind.date), '"2024-01-02"'],
    [Uint8Array.of(1, 2), sqlType(Kind.blob), '"base64:type252:AQI="'],
  ];
  for (const [value, type, expected] of documents) assert.equal(toJsonText(value, type), expected);
});
