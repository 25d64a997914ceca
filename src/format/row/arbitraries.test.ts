// Random types, values and schemas for the tests of rows and keys, and SQL's order of values. Exports only.

import fc from 'fast-check';
import {collationOf, compare} from '../value/collation.ts';
import {Decimal} from '../value/decimal.ts';
import {integerFromBigInt, integerMax, integerMin} from '../value/integer.ts';
import {DateTime, Duration} from '../value/temporal.ts';
import type {SqlType, Value} from '../value/types.ts';
import {Kind, sqlType} from '../value/types.ts';

const fsp = fc.constantFrom(0, 0, 1, 3, 6);
const members = fc.uniqueArray(
  fc.string({minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', 'é', '名', 'z')}),
  {
    minLength: 1,
    maxLength: 20,
  },
);
const manyMembers = Array.from({length: 300}, (_, i) => `member ${i}`);

const integerType = fc
  .record({
    kind: fc.constantFrom(Kind.tinyint, Kind.smallint, Kind.mediumint, Kind.int, Kind.bigint),
    unsigned: fc.boolean(),
  })
  .map(({kind, unsigned}) => sqlType(kind, {unsigned}));

/** Any fixed-width type. */
export const fixedType: fc.Arbitrary<SqlType> = fc.oneof(
  integerType,
  fc.constantFrom(
    sqlType(Kind.float, {decimals: 31}),
    sqlType(Kind.double, {decimals: 31}),
    sqlType(Kind.year),
    sqlType(Kind.date),
  ),
  fsp.map(decimals => sqlType(Kind.time, {decimals})),
  fsp.map(decimals => sqlType(Kind.datetime, {decimals})),
  fsp.map(decimals => sqlType(Kind.timestamp, {decimals})),
  fc.integer({min: 1, max: 64}).map(length => sqlType(Kind.bit, {length})),
  members.map(list => sqlType(Kind.enum, {members: list, collation: 255})),
  fc.constant(sqlType(Kind.enum, {members: manyMembers, collation: 255})),
  members.map(list => sqlType(Kind.set, {members: list, collation: 255})),
  fc.constant(sqlType(Kind.set, {members: manyMembers.slice(0, 64), collation: 255})),
);

/** DECIMAL(precision, scale). */
export const decimalType: fc.Arbitrary<SqlType> = fc
  .record({whole: fc.integer({min: 0, max: 35}), decimals: fc.integer({min: 0, max: 30})})
  .map(({whole, decimals}) => sqlType(Kind.decimal, {length: Math.max(whole + decimals, 1), decimals}));

/** Any variable type, character types in the collations given. */
export function variableType(collations: readonly number[] = [255]): fc.Arbitrary<SqlType> {
  const text = fc.record({
    kind: fc.constantFrom(Kind.char, Kind.varchar, Kind.text),
    collation: fc.constantFrom(...collations),
  });
  return fc.oneof(
    decimalType,
    text.map(({kind, collation}) => sqlType(kind, {length: 255, collation})),
    fc.constantFrom(Kind.binary, Kind.varbinary, Kind.blob).map(kind => sqlType(kind, {length: 255})),
  );
}

/** Any column type. */
export const anyType: fc.Arbitrary<SqlType> = fc.oneof(
  fixedType,
  variableType(),
  fc.constant(sqlType(Kind.json, {collation: 255})),
);

const anyDate = fc.record({
  year: fc.integer({min: 0, max: 9999}),
  month: fc.integer({min: 0, max: 12}),
  day: fc.integer({min: 0, max: 31}),
});

function microsOf(decimals: number): fc.Arbitrary<number> {
  const unit = 10 ** (6 - decimals);
  return fc.integer({min: 0, max: 10 ** decimals - 1}).map(n => n * unit);
}

function dateTimes(decimals: number): fc.Arbitrary<DateTime> {
  const clock = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59), microsOf(decimals));
  return fc
    .tuple(anyDate, clock)
    .map(([d, [hour, minute, second, micros]]) => DateTime.of(d.year, d.month, d.day, hour, minute, second, micros));
}

function timestamps(decimals: number): fc.Arbitrary<DateTime> {
  return fc.oneof(
    {weight: 1, arbitrary: fc.constant(DateTime.of(0, 0, 0))},
    {
      weight: 9,
      arbitrary: fc.tuple(fc.integer({min: 1, max: 2147483647}), microsOf(decimals)).map(([seconds, micros]) => {
        const days = Math.floor(seconds / 86400);
        return DateTime.fromDay(days + 719528, seconds - days * 86400, micros);
      }),
    },
  );
}

function durations(decimals: number): fc.Arbitrary<Duration> {
  const unit = 10 ** (6 - decimals);
  const most = Math.floor(3020399000000 / unit);
  return fc.integer({min: -most, max: most}).map(n => new Duration(n * unit));
}

function integers(type: SqlType): fc.Arbitrary<Value> {
  const range = {min: BigInt(integerMin(type)), max: BigInt(integerMax(type))};
  return fc.oneof(fc.bigInt(range), fc.bigInt({min: 0n, max: range.max < 3n ? range.max : 3n})).map(integerFromBigInt);
}

function decimals(type: SqlType): fc.Arbitrary<Decimal> {
  const most = 10n ** BigInt(type.length) - 1n;
  const small = most < 1000n ? most : 1000n;
  return fc
    .oneof(fc.bigInt({min: -most, max: most}), fc.bigInt({min: -small, max: small}))
    .map(unscaled => new Decimal(unscaled, type.decimals));
}

/** Short strings of few letters, so that equal ones and prefixes occur, and now and then any text. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({
      maxLength: 6,
      unit: fc.constantFrom('a', 'b', 'A', 'é', 'ß', ' ', '\0', '\t', '!', '名', '😀'),
    }),
  },
  {weight: 2, arbitrary: fc.string({maxLength: 20, unit: 'grapheme'})},
  {weight: 1, arbitrary: fc.string({minLength: 80, maxLength: 300, unit: fc.constantFrom('x', 'é', '名')})},
);

/** Byte strings with many zeros and 0xFF. */
export const byteStrings: fc.Arbitrary<Uint8Array> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(0, 1, 254, 255, 97), {maxLength: 6}).map(a => Uint8Array.from(a)),
  },
  {weight: 1, arbitrary: fc.uint8Array({maxLength: 300})},
);

/** A non-NULL value of a type, as a conversion to the column leaves it. */
export function valueOfType(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case Kind.float:
      return fc
        .oneof(fc.float({noNaN: true, noDefaultInfinity: true}), fc.constantFrom(0, -0, 1, -1))
        .map(n => Math.fround(n));
    case Kind.double:
      return fc.oneof(fc.double({noNaN: true, noDefaultInfinity: true}), fc.constantFrom(0, -0, 1, -1));
    case Kind.decimal:
      return decimals(type);
    case Kind.year:
      return fc.oneof(fc.constant(0), fc.integer({min: 1901, max: 2155}));
    case Kind.date:
      return anyDate.map(d => DateTime.date(d.year, d.month, d.day));
    case Kind.datetime:
      return dateTimes(type.decimals);
    case Kind.timestamp:
      return timestamps(type.decimals);
    case Kind.time:
      return durations(type.decimals);
    case Kind.enum:
      return fc.constantFrom('', ...type.members);
    case Kind.set:
      return fc.subarray([...type.members]).map(list => list.join(','));
    case Kind.char:
      return texts.map(text => text.replace(/ +$/, ''));
    case Kind.varchar:
    case Kind.text:
      return texts;
    case Kind.json:
      return fc.json({maxDepth: 2});
    case Kind.binary:
    case Kind.varbinary:
    case Kind.blob:
      return byteStrings;
    default:
      return integers(type);
  }
}

/** A schema and rows of it. */
export interface Rows {
  readonly types: readonly SqlType[];
  readonly nullable: readonly boolean[];
  readonly rows: readonly (readonly Value[])[];
}

/** Random schemas of up to `columnsMax` columns with `rowCount` rows each. */
export function rowsOf(type: fc.Arbitrary<SqlType>, columnsMax: number, rowCount: number): fc.Arbitrary<Rows> {
  const column = fc.record({type, nullable: fc.boolean()});
  return fc.array(column, {minLength: 1, maxLength: columnsMax}).chain(columns => {
    const value = columns.map(c => (c.nullable ? fc.option(valueOfType(c.type), {freq: 3}) : valueOfType(c.type)));
    const row = fc.tuple(...value);
    return fc.array(row, {minLength: rowCount, maxLength: rowCount}).map(rows => ({
      types: columns.map(c => c.type),
      nullable: columns.map(c => c.nullable),
      rows,
    }));
  });
}

/** SQL's order of two values that are not NULL, written down a second time and slowly. */
export function compareValues(type: SqlType, a: Value, b: Value): number {
  if (a instanceof Decimal) return a.compare(b as Decimal);
  if (a instanceof DateTime) return a.compare(b as DateTime);
  if (a instanceof Duration) return a.compare(b as Duration);
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  if (type.kind === Kind.enum) return type.members.indexOf(a as string) - type.members.indexOf(b as string);
  if (type.kind === Kind.set) return Number(setBits(type, a as string) - setBits(type, b as string));
  if (typeof a === 'string') return compare(collationOf(type.collation), a, b as string);
  return a === b ? 0 : Number((a as number) > (b as number)) - Number((a as number) < (b as number));
}

function setBits(type: SqlType, value: string): bigint {
  if (value === '') return 0n;
  return value.split(',').reduce((bits, name) => bits | (1n << BigInt(type.members.indexOf(name))), 0n);
}
