import assert from 'node:assert/strict';
import {test} from 'node:test';
import {collationOf} from './collation.ts';
import {ComparisonKind, comparatorOf, comparisonKind, forComparison} from './compare.ts';
import type {ConversionContext} from './conversion-context.ts';
import {Decimal} from './decimal.ts';
import type {NonNull} from './domain.ts';
import {DateTime, Duration} from './temporal.ts';
import {UTC} from './time-zone.ts';
import {Kind, type SqlType, sqlType} from './types.ts';

const INT = sqlType(Kind.int);
const BIGINT = sqlType(Kind.bigint, {unsigned: true});
const DECIMAL = sqlType(Kind.decimal, {length: 20, decimals: 2});
const DOUBLE = sqlType(Kind.double, {decimals: 31});
const TEXT = sqlType(Kind.varchar, {length: 100, collation: 255});
const BLOB = sqlType(Kind.blob, {length: 65535});
const DATE = sqlType(Kind.date);
const TIME = sqlType(Kind.time);
const JSON_TYPE = sqlType(Kind.json);
const NULL = sqlType(Kind.null);

const context: ConversionContext = {sqlMode: 0, timeZone: UTC, statementMicros: 0, warning: () => {}};

function sign(a: NonNull, typeA: SqlType, b: NonNull, typeB: SqlType): number | null {
  const kind = comparisonKind(typeA, typeB);
  const x = forComparison(a, typeA, kind, context);
  const y = forComparison(b, typeB, kind, context);
  return x === null || y === null ? null : Math.sign(comparatorOf(kind, collationOf(255))(x, y));
}

test('the pair of types decides, in either order', () => {
  const rules: [SqlType, SqlType, ComparisonKind][] = [
    [INT, BIGINT, ComparisonKind.integer],
    [INT, DECIMAL, ComparisonKind.decimal],
    [INT, DOUBLE, ComparisonKind.double],
    [INT, TEXT, ComparisonKind.double],
    [DECIMAL, TEXT, ComparisonKind.double],
    [TEXT, TEXT, ComparisonKind.text],
    [TEXT, BLOB, ComparisonKind.bytes],
    [DATE, TEXT, ComparisonKind.dateTime],
    [DATE, TIME, ComparisonKind.dateTime],
    [TIME, TEXT, ComparisonKind.duration],
    [DATE, INT, ComparisonKind.double],
    [JSON_TYPE, INT, ComparisonKind.json],
    [NULL, TEXT, ComparisonKind.text],
  ];
  for (const [a, b, kind] of rules) {
    assert.equal(comparisonKind(a, b), kind);
    assert.equal(comparisonKind(b, a), kind);
  }
});

test('integers beyond 2^53 are exact against integers and decimals, not against doubles', () => {
  const big = 9007199254740993n;
  assert.equal(sign(big, BIGINT, 9007199254740992n, BIGINT), 1);
  assert.equal(sign(big, BIGINT, Decimal.parse('9007199254740992.50') ?? Decimal.zero, DECIMAL), 1);
  assert.equal(sign(big, BIGINT, 9007199254740992, DOUBLE), 0);
});

test('texts compare with numbers as numbers, with each other under the collation', () => {
  assert.equal(sign('10', TEXT, 9, INT), 1);
  assert.equal(sign('10', TEXT, '9', TEXT), -1);
  assert.equal(sign('abc', TEXT, 0, INT), 0);
  assert.equal(sign('ABC', TEXT, 'abc', TEXT), 0);
  assert.equal(sign('ABC', TEXT, Buffer.from('abc'), BLOB), -1);
});

test('dates and times', () => {
  const date = DateTime.date(2024, 1, 2);
  assert.equal(sign(date, DATE, '2024-1-2', TEXT), 0);
  assert.equal(sign(date, DATE, '2024-01-02 00:00:00.000001', TEXT), -1);
  assert.equal(sign(date, DATE, 20240102, INT), 0);
  assert.equal(sign(date, DATE, 'no date', TEXT), null);
  assert.equal(sign(Duration.of(false, 1, 0, 0, 0), TIME, '1:00', TEXT), 0);
});

test('JSON compares by type, then by value', () => {
  assert.equal(sign('1', JSON_TYPE, 1, INT), 0);
  assert.equal(sign('"1"', JSON_TYPE, 1, INT), 1);
  assert.equal(sign('[1]', JSON_TYPE, '{"a": 1}', JSON_TYPE), 1);
  assert.equal(sign('1.0', JSON_TYPE, '1', JSON_TYPE), 0);
});
