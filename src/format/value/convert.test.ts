import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SqlError} from '../../base/sql-error.ts';
import type {ColumnContext} from './conversion-context.ts';
import {coerceForColumn} from './convert.ts';
import {Decimal} from './decimal.ts';
import {toText} from './domain.ts';
import {integerMax, integerMin} from './integer.ts';
import {DEFAULT_SQL_MODE, SqlMode} from './sql-mode.ts';
import {DateTime, Duration, type TimeZone} from './temporal.ts';
import {findTimeZone, UTC} from './time-zone.ts';
import {Kind, type SqlType, sqlType, type Value} from './types.ts';

const TEXT = sqlType(Kind.varchar, {length: 1000, collation: 255});
const INT = sqlType(Kind.bigint);
const DOUBLE = sqlType(Kind.double, {decimals: 31});
const DATETIME6 = sqlType(Kind.datetime, {decimals: 6});
const decimalType = (length: number, decimals: number): SqlType => sqlType(Kind.decimal, {length, decimals});
const varchar = (length: number, collation = 255): SqlType => sqlType(Kind.varchar, {length, collation});

interface Outcome {
  readonly value: Value;
  /** `level errno` of each warning. */
  readonly warnings: readonly string[];
}

interface Session {
  readonly mode?: number;
  readonly zone?: TimeZone;
  readonly ignore?: boolean;
}

function store(value: Value, from: SqlType, to: SqlType, session: Session = {}): Outcome {
  const warnings: string[] = [];
  const context: ColumnContext = {
    sqlMode: session.mode ?? DEFAULT_SQL_MODE,
    timeZone: session.zone ?? UTC,
    statementMicros: Date.UTC(2024, 1, 29, 12) * 1000,
    column: 'c',
    row: 1,
    ignore: session.ignore ?? false,
    warning: (level, errno) => warnings.push(`${level} ${errno}`),
  };
  return {value: coerceForColumn(value, from, to, context), warnings};
}

/** What a strict session says: the stored text, or the error. */
function strict(value: Value, from: SqlType, to: SqlType): string {
  try {
    const {value: stored} = store(value, from, to);
    assert.ok(stored !== null);
    return toText(stored, to);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return `${error.errno} ${error.message}`;
  }
}

/** What a session without strict mode does. */
function lax(value: Value, from: SqlType, to: SqlType): string {
  const {value: stored, warnings} = store(value, from, to, {mode: 0});
  assert.ok(stored !== null);
  return [toText(stored, to), ...warnings].join(', ');
}

const RANGE = "1264 Out of range value for column 'c' at row 1";
const TRUNCATED = "1265 Data truncated for column 'c' at row 1";
const TOO_LONG = "1406 Data too long for column 'c' at row 1";

test('integers: every value of the type passes, its neighbours outside do not', () => {
  for (const kind of [Kind.tinyint, Kind.smallint, Kind.mediumint, Kind.int, Kind.bigint]) {
    for (const unsigned of [false, true]) {
      const type = sqlType(kind, {unsigned});
      const [min, max] = [integerMin(type), integerMax(type)];
      for (const legal of [min, max]) assert.equal(strict(String(legal), TEXT, type), String(legal));
      for (const illegal of [BigInt(min) - 1n, BigInt(max) + 1n]) {
        assert.equal(strict(String(illegal), TEXT, type), RANGE);
        const nearest = illegal < 0n ? min : max;
        assert.equal(lax(String(illegal), TEXT, type), `${nearest}, Warning 1264`);
      }
    }
  }
});

test('integers from other domains', () => {
  const int = sqlType(Kind.int);
  const cases: [Value, SqlType, string][] = [
    ['1.5', TEXT, '2'],
    ['1e2', TEXT, '100'],
    [' 7 ', TEXT, '7'],
    ['abc', TEXT, "1366 Incorrect integer value: 'abc' for column 'c' at row 1"],
    ['', TEXT, "1366 Incorrect integer value: '' for column 'c' at row 1"],
    ['12abc', TEXT, TRUNCATED],
    [2.5, DOUBLE, '2'],
    [3.5, DOUBLE, '4'],
    [1e30, DOUBLE, RANGE],
    [Decimal.parse('2.5') ?? null, decimalType(2, 1), '3'],
    [DateTime.of(2024, 1, 2, 3, 4, 5), sqlType(Kind.datetime), RANGE],
    [DateTime.date(2024, 1, 2), sqlType(Kind.date), '20240102'],
    [Duration.of(true, 1, 2, 3, 0), sqlType(Kind.time), '-10203'],
    ['b', sqlType(Kind.enum, {members: ['a', 'b'], collation: 255}), '2'],
    ['"12"', sqlType(Kind.json), '12'],
    ['true', sqlType(Kind.json), '1'],
    [Uint8Array.of(49, 50), sqlType(Kind.blob), '12'],
  ];
  for (const [value, from, expected] of cases) assert.equal(strict(value, from, int), expected, String(value));
  assert.equal(lax('12abc', TEXT, int), '12, Warning 1265');
  assert.equal(lax('abc', TEXT, int), '0, Warning 1366');
});

test('NULL stays NULL, and IGNORE turns errors into warnings', () => {
  assert.deepEqual(store(null, INT, sqlType(Kind.int)), {value: null, warnings: []});
  assert.deepEqual(store(300, INT, sqlType(Kind.tinyint), {ignore: true}), {
    value: 127,
    warnings: ['Warning 1264'],
  });
});

test('decimals round with a note, and clip', () => {
  const type = decimalType(5, 2);
  assert.deepEqual(store('1.235', TEXT, type).warnings, ['Note 1265']);
  assert.equal(strict('1.235', TEXT, type), '1.24');
  assert.equal(strict('-1.2', TEXT, type), '-1.20');
  assert.deepEqual(store('1.200', TEXT, type).warnings, []);
  assert.equal(strict('999.994', TEXT, type), '999.99');
  assert.equal(strict('999.995', TEXT, type), RANGE);
  assert.equal(lax(-1000, INT, type), '-999.99, Warning 1264');
  assert.equal(strict('abc', TEXT, type), "1366 Incorrect decimal value: 'abc' for column 'c' at row 1");
  assert.equal(strict('-1', TEXT, sqlType(Kind.decimal, {length: 5, decimals: 2, unsigned: true})), RANGE);
  assert.equal(strict(0.1 + 0.2, DOUBLE, decimalType(30, 20)), '0.30000000000000004000');
});

test('floating point', () => {
  const float = sqlType(Kind.float, {decimals: 31});
  assert.equal(store('0.1', TEXT, float).value, Math.fround(0.1));
  assert.equal(strict(1e39, DOUBLE, float), RANGE);
  assert.equal(strict('1e999', TEXT, DOUBLE), RANGE);
  assert.equal(strict('1x', TEXT, DOUBLE), TRUNCATED);
  assert.equal(strict(-1, INT, sqlType(Kind.double, {decimals: 31, unsigned: true})), RANGE);
  assert.equal(strict(12.345, DOUBLE, sqlType(Kind.double, {length: 5, decimals: 2})), '12.35');
  assert.equal(strict(999.999, DOUBLE, sqlType(Kind.double, {length: 5, decimals: 2})), RANGE);
});

test('YEAR and BIT', () => {
  const year = sqlType(Kind.year);
  for (const [text, stored] of [
    ['0', '2000'],
    ['00', '2000'],
    ['0000', '0000'],
    ['69', '2069'],
    ['70', '1970'],
    ['2155', '2155'],
  ]) {
    assert.equal(strict(text, TEXT, year), stored);
  }
  assert.equal(strict(0, INT, year), '0000');
  assert.equal(strict(1900, INT, year), RANGE);
  const bit = sqlType(Kind.bit, {length: 4});
  assert.equal(store(15, INT, bit).value, 15);
  assert.equal(strict(16, INT, bit), TOO_LONG);
  assert.equal(strict('a', TEXT, bit), TOO_LONG);
  assert.equal(store('a', TEXT, sqlType(Kind.bit, {length: 8})).value, 97);
});

test('dates: kinds, notes and errors', () => {
  const date = sqlType(Kind.date);
  const datetime = sqlType(Kind.datetime);
  assert.equal(strict('2024-02-29', TEXT, datetime), '2024-02-29 00:00:00');
  assert.deepEqual(store('2024-02-29 10:00:00', TEXT, date).warnings, ['Note 1265']);
  assert.equal(strict('2024-02-29 23:59:59.5', TEXT, date), '2024-03-01');
  assert.equal(strict(20240229101112, INT, datetime), '2024-02-29 10:11:12');
  assert.equal(strict('2023-02-29', TEXT, date), "1292 Incorrect date value: '2023-02-29' for column 'c' at row 1");
  assert.equal(strict('2024-01-02x', TEXT, date), "1292 Incorrect date value: '2024-01-02x' for column 'c' at row 1");
  assert.equal(strict('0000-00-00', TEXT, date), "1292 Incorrect date value: '0000-00-00' for column 'c' at row 1");
  assert.equal(lax('2024-01-02x', TEXT, date), '2024-01-02, Warning 1265');
  assert.equal(lax('abc', TEXT, date), '0000-00-00, Warning 1265');
  assert.equal(lax('0000-00-00', TEXT, date), '0000-00-00');
  assert.equal(strict(Duration.of(false, 25, 0, 0, 0), sqlType(Kind.time), datetime), '2024-03-01 01:00:00');
  assert.equal(strict(DateTime.of(2024, 1, 2, 3, 4, 5, 600_000), DATETIME6, datetime), '2024-01-02 03:04:06');
});

test('TIMESTAMP knows its range and the gaps of the zone', () => {
  const timestamp = sqlType(Kind.timestamp);
  const late = '2038-01-19 03:14:08';
  assert.equal(strict('2038-01-19 03:14:07', TEXT, timestamp), '2038-01-19 03:14:07');
  assert.equal(strict(late, TEXT, timestamp), `1292 Incorrect datetime value: '${late}' for column 'c' at row 1`);
  assert.equal(lax(late, TEXT, timestamp), '0000-00-00 00:00:00, Warning 1264');
  assert.equal(lax('0000-00-00', TEXT, timestamp), '0000-00-00 00:00:00');
  const zone = findTimeZone('Europe/Berlin') ?? UTC;
  assert.equal(store('1970-01-01 01:00:01', TEXT, timestamp, {zone}).warnings.length, 0);
  assert.throws(() => store('1970-01-01 01:00:00', TEXT, timestamp, {zone}), SqlError);
  assert.throws(() => store('2021-03-28 02:30:00', TEXT, timestamp, {zone}), /Incorrect datetime value/);
  const moved = store('2021-03-28 02:30:00', TEXT, timestamp, {zone, mode: 0});
  assert.equal(String(moved.value), '2021-03-28 03:00:00');
  assert.deepEqual(moved.warnings, ['Warning 1299']);
});

test('TIME', () => {
  const time = sqlType(Kind.time);
  assert.equal(strict('10:11:12.5', TEXT, time), '10:11:13');
  assert.equal(strict('900:00:00', TEXT, time), "1292 Incorrect time value: '900:00:00' for column 'c' at row 1");
  assert.equal(lax('900:00:00', TEXT, time), '838:59:59, Warning 1264');
  assert.deepEqual(store(DateTime.of(2024, 1, 2, 3, 4, 5), DATETIME6, time).warnings, ['Note 1265']);
  assert.equal(strict(101112, INT, time), '10:11:12');
});

test('strings: characters are counted, spaces forgiven, foreign letters refused', () => {
  assert.equal(strict('abcd', TEXT, varchar(3)), TOO_LONG);
  assert.equal(lax('abcd', TEXT, varchar(3)), 'abc, Warning 1265');
  assert.equal(strict('😀😀😀', TEXT, varchar(3)), '😀😀😀');
  assert.equal(strict('😀😀😀😀', TEXT, varchar(3)), TOO_LONG);
  assert.deepEqual(store('abc  ', TEXT, varchar(3)), {value: 'abc', warnings: ['Note 1265']});
  assert.deepEqual(store('ab  ', TEXT, sqlType(Kind.char, {length: 3, collation: 255})), {
    value: 'ab',
    warnings: [],
  });
  assert.equal(strict('ab ', TEXT, varchar(3)), 'ab ');
  assert.equal(
    strict('日本', TEXT, varchar(9, 8)),
    "1366 Incorrect string value: '\\xE6\\x97\\xA5\\xE6\\x9C\\xAC' for column 'c' at row 1",
  );
  assert.equal(lax('a日b', TEXT, varchar(9, 8)), 'a?b, Warning 1366');
  assert.equal(strict('é€', TEXT, varchar(9, 8)), 'é€');
  assert.equal(strict(Uint8Array.of(0xc3, 0xa9), sqlType(Kind.blob), varchar(3)), 'é');
  assert.equal(
    strict(Uint8Array.of(0xff), sqlType(Kind.blob), varchar(3)),
    "1366 Incorrect string value: '\\xFF' for column 'c' at row 1",
  );
  assert.equal(strict(1e20, DOUBLE, varchar(9)), '1e20');
  assert.equal(strict(10n ** 19n, INT, varchar(30)), '10000000000000000000');
});

test('TEXT and BLOB are limited in bytes', () => {
  const tinytext = sqlType(Kind.text, {length: 255, collation: 255});
  assert.equal(strict('é'.repeat(127), TEXT, tinytext), 'é'.repeat(127));
  assert.equal(strict('é'.repeat(128), TEXT, tinytext), TOO_LONG);
  assert.equal(lax('é'.repeat(128), TEXT, tinytext), `${'é'.repeat(127)}, Warning 1265`);
  assert.equal(strict('é'.repeat(255), TEXT, sqlType(Kind.text, {length: 255, collation: 8})), 'é'.repeat(255));
  const binary = sqlType(Kind.binary, {length: 4});
  assert.deepEqual(store('ab', TEXT, binary).value, Uint8Array.of(97, 98, 0, 0));
  assert.equal(strict('abcde', TEXT, binary), TOO_LONG);
  assert.deepEqual(store('é', varchar(9, 8), sqlType(Kind.varbinary, {length: 4})).value, Uint8Array.of(0xe9));
});

test('ENUM and SET', () => {
  const color = sqlType(Kind.enum, {members: ['red', 'Green', '2'], collation: 255});
  for (const [value, from, stored] of [
    ['GREEN ', TEXT, 'Green'],
    ['2', TEXT, '2'],
    ['1', TEXT, 'red'],
    [3, INT, '2'],
    ['blue', TEXT, TRUNCATED],
    ['', TEXT, TRUNCATED],
    [0, INT, TRUNCATED],
    [4, INT, TRUNCATED],
  ] as const) {
    assert.equal(strict(value, from, color), stored);
  }
  assert.equal(lax('blue', TEXT, color), ', Warning 1265');
  const flags = sqlType(Kind.set, {members: ['x', 'y', 'z'], collation: 255});
  assert.equal(strict('z,X,x', TEXT, flags), 'x,z');
  assert.equal(strict('', TEXT, flags), '');
  assert.equal(strict(5, INT, flags), 'x,z');
  assert.equal(strict('x,q', TEXT, flags), TRUNCATED);
  assert.equal(lax('x,q', TEXT, flags), 'x, Warning 1265');
  assert.equal(strict(8, INT, flags), TRUNCATED);
});

test('JSON is normalised, and wrong JSON is an error in every mode', () => {
  const json = sqlType(Kind.json);
  assert.equal(strict('{"bb":1,"a":[1.0,null]}', TEXT, json), '{"a": [1.0, null], "bb": 1}');
  assert.equal(strict(1.5, DOUBLE, json), '1.5');
  assert.equal(strict(DateTime.date(2024, 1, 2), sqlType(Kind.date), json), '"2024-01-02"');
  assert.throws(() => store('{', TEXT, json, {mode: 0}), {
    errno: 3140,
    message: /at position 1 in value for column 'c'/,
  });
  assert.throws(() => store('['.repeat(101) + ']'.repeat(101), TEXT, json), {errno: 3157});
  assert.throws(() => store(Uint8Array.of(49), sqlType(Kind.blob), json), {errno: 3144});
});

test('what a column holds can be stored again without a word', () => {
  const types = [
    sqlType(Kind.int),
    decimalType(10, 3),
    DOUBLE,
    sqlType(Kind.datetime, {decimals: 3}),
    sqlType(Kind.time, {decimals: 1}),
    varchar(8),
    sqlType(Kind.varbinary, {length: 8}),
  ];
  const anything = fc.oneof(
    fc.tuple(fc.string({maxLength: 10}), fc.constant(TEXT)),
    fc.tuple(fc.integer(), fc.constant(INT)),
    fc.tuple(fc.double({noNaN: true, noDefaultInfinity: true}), fc.constant(DOUBLE)),
  );
  const mode = SqlMode.timeTruncateFractional;
  fc.assert(
    fc.property(anything, fc.constantFrom(...types), ([value, from], type) => {
      const once = store(value, from, type, {mode}).value;
      assert.deepEqual(store(once, type, type, {mode}), {value: once, warnings: []});
    }),
    {numRuns: 300},
  );
});
