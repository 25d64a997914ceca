// Questions about types that binder, planner and functions ask again and again, and the types that results have.

import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';

/** How the values of a type live in JavaScript: what an expression's operands must agree on before it can work on them. */
export type Domain = 'null' | 'integer' | 'decimal' | 'double' | 'text' | 'bytes' | 'datetime' | 'time' | 'json';

const DOMAINS: readonly Domain[] = [
  'null',
  'integer',
  'integer',
  'integer',
  'integer',
  'integer',
  'decimal',
  'double',
  'double',
  'integer',
  'integer',
  'datetime',
  'time',
  'datetime',
  'datetime',
  'text',
  'text',
  'text',
  'bytes',
  'bytes',
  'bytes',
  'text',
  'text',
  'json',
];

export function domainOf(type: SqlType): Domain {
  return DOMAINS[type.kind];
}

export function isIntegerType(type: SqlType): boolean {
  return DOMAINS[type.kind] === 'integer';
}

export function isNumericType(type: SqlType): boolean {
  const domain = DOMAINS[type.kind];
  return domain === 'integer' || domain === 'decimal' || domain === 'double';
}

/** Character and binary strings, ENUM and SET; not JSON. */
export function isStringType(type: SqlType): boolean {
  const domain = DOMAINS[type.kind];
  return domain === 'text' || domain === 'bytes';
}

export function isTemporalType(type: SqlType): boolean {
  const domain = DOMAINS[type.kind];
  return domain === 'datetime' || domain === 'time';
}

/** Has a date part: DATE, DATETIME, TIMESTAMP. */
export function hasDate(type: SqlType): boolean {
  return DOMAINS[type.kind] === 'datetime';
}

/** Collation id of binary strings and of everything that is no string. */
export const BINARY_COLLATION = 63;

export const NULL_TYPE: SqlType = sqlType(Kind.null);
export const BIGINT: SqlType = sqlType(Kind.bigint, {length: 20});
export const BIGINT_UNSIGNED: SqlType = sqlType(Kind.bigint, {length: 20, unsigned: true});
export const INT: SqlType = sqlType(Kind.int, {length: 11});
export const DOUBLE: SqlType = sqlType(Kind.double, {length: 22, decimals: 31});
export const DATE: SqlType = sqlType(Kind.date, {length: 10});
export const JSON_TYPE: SqlType = sqlType(Kind.json, {length: 4294967295});

/** DECIMAL(precision, scale), brought within 65 digits as MySQL does: the scale gives way last. */
export function decimalType(precision: number, scale: number, unsigned: boolean = false): SqlType {
  const decimals = Math.min(scale, 30);
  return sqlType(Kind.decimal, {length: Math.min(Math.max(precision, decimals, 1), 65), decimals, unsigned});
}

export function datetimeType(fsp: number): SqlType {
  return sqlType(Kind.datetime, {decimals: fsp});
}

export function timeType(fsp: number): SqlType {
  return sqlType(Kind.time, {decimals: fsp});
}

/** A string result of up to `length` characters. */
export function textType(length: number, collation: number): SqlType {
  const limited = Math.min(length, 4294967295);
  if (collation === BINARY_COLLATION) return bytesType(limited);
  return limited > 16383
    ? sqlType(Kind.text, {length: textSize(limited * 4), collation})
    : sqlType(Kind.varchar, {length: limited, collation});
}

/** A binary string result of up to `length` bytes. */
export function bytesType(length: number): SqlType {
  return length > 65535 ? sqlType(Kind.blob, {length: textSize(length)}) : sqlType(Kind.varbinary, {length});
}

function textSize(bytes: number): number {
  return bytes <= 65535 ? 65535 : bytes <= 16777215 ? 16777215 : 4294967295;
}

const INTEGER_DIGITS: readonly number[] = [0, 3, 5, 8, 10, 19];

/** Decimal digits before the point that a numeric type can have. */
export function integerDigits(type: SqlType): number {
  switch (domainOf(type)) {
    case 'decimal':
      return type.length - type.decimals;
    case 'integer':
      if (type.kind === Kind.year) return 4;
      if (type.kind === Kind.bit) return 20;
      if (type.kind === Kind.bigint && type.length > 0 && type.length < 19) return type.length;
      return type.kind === Kind.bigint && type.unsigned ? 20 : INTEGER_DIGITS[type.kind];
    default:
      return 65;
  }
}

/** Longest text of a value of the type, in characters. */
export function displayLength(type: SqlType): number {
  switch (domainOf(type)) {
    case 'null':
      return 0;
    case 'integer':
      return integerDigits(type) + (type.unsigned ? 0 : 1);
    case 'decimal':
      return type.length + (type.decimals > 0 ? 2 : 1);
    case 'double':
      return type.kind === Kind.float ? 12 : 22;
    case 'datetime':
      return type.kind === Kind.date ? 10 : 19 + (type.decimals > 0 ? type.decimals + 1 : 0);
    case 'time':
      return 10 + (type.decimals > 0 ? type.decimals + 1 : 0);
    case 'json':
      return 4294967295;
    default:
      return stringLength(type);
  }
}

function stringLength(type: SqlType): number {
  if (type.kind === Kind.enum) return Math.max(0, ...type.members.map(m => m.length));
  if (type.kind === Kind.set) return type.members.reduce((n, m) => n + m.length + 1, 0);
  return type.kind === Kind.text ? Math.floor(type.length / 4) : type.length;
}

/** Fraction digits that a value of this type has when it is read as an exact number. */
export function scaleOf(type: SqlType): number {
  const domain = domainOf(type);
  return domain === 'decimal' || domain === 'datetime' || domain === 'time' ? type.decimals : 0;
}
