// Literals: their values in the value domain and their types. The plan cache, which takes literals out of statements and hands them in as
// parameters, uses the same two functions.

import {SqlError} from '../../base/sql-error.ts';
import {characterCount, encodeText, findCharset} from '../../format/value/charset.ts';
import {defaultCollation} from '../../format/value/collation.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {BIGINT_MAX} from '../../format/value/integer.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import {isValidDate, LENIENT, Problem, parseDateTime, parseDuration} from '../../format/value/temporal-parse.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import type {Literal, ParameterLiteral, TemporalLiteral} from '../parse/ast-expression.ts';
import {HexConstant} from './convert.ts';
import type {Expression} from './expression.ts';
import {BOOLEAN} from './expression.ts';
import {Constant} from './leaf.ts';
import {BINARY_COLLATION, DOUBLE, NULL_TYPE} from './type-classes.ts';

/** Value of a literal that can be a parameter. */
export function literalValue(literal: ParameterLiteral): Value {
  switch (literal.kind) {
    case 'integer':
    case 'double':
    case 'bytes':
      return literal.value;
    case 'decimal':
      return decimalOf(literal.text);
    default:
      return stringValue(literal.value, literal.charset);
  }
}

/** Type of a literal that can be a parameter. `connection` is the id of collation_connection. */
export function literalType(literal: ParameterLiteral, connection: number): SqlType {
  switch (literal.kind) {
    case 'integer':
      return integerType(literal.value);
    case 'double':
      return DOUBLE;
    case 'decimal': {
      const {unscaled, scale} = decimalOf(literal.text);
      const digits = String(unscaled < 0n ? -unscaled : unscaled).length;
      return sqlType(Kind.decimal, {length: Math.max(digits, scale), decimals: scale});
    }
    case 'bytes':
      return sqlType(Kind.varbinary, {length: literal.value.length});
    default:
      return stringType(literal.value, literal.charset, connection);
  }
}

function decimalOf(text: string): Decimal {
  return Decimal.parse(text) ?? Decimal.zero;
}

function integerType(value: number | bigint): SqlType {
  return sqlType(Kind.bigint, {length: String(value).length, unsigned: value > BIGINT_MAX});
}

/** A string under an introducer is bytes of that character set. */
function stringValue(value: string | Uint8Array, charset: string | null): Value {
  if (charset === null) return value;
  const found = findCharset(charset);
  if (found === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  const isBinary = found.defaultCollation === BINARY_COLLATION;
  if (typeof value === 'string') return isBinary ? encodeText(value, found) : value;
  return isBinary ? value : decodeIntroduced(value, found.name);
}

function decodeIntroduced(bytes: Uint8Array, charset: string): string {
  return Buffer.from(bytes).toString(charset === 'latin1' || charset === 'ascii' ? 'latin1' : 'utf8');
}

function stringType(value: string | Uint8Array, charset: string | null, connection: number): SqlType {
  const stored = stringValue(value, charset);
  if (typeof stored !== 'string') return sqlType(Kind.varbinary, {length: (stored as Uint8Array).length});
  const found = charset === null ? undefined : findCharset(charset);
  const collation = found === undefined ? connection : defaultCollation(found).id;
  return sqlType(Kind.varchar, {length: characterCount(stored), collation});
}

/** The expression of a literal. */
export function bindLiteral(literal: Literal, connection: number, sqlMode: number): Expression {
  switch (literal.kind) {
    case 'null':
      return new Constant(null, NULL_TYPE, 'NULL');
    case 'boolean':
      return new Constant(literal.value ? 1 : 0, BOOLEAN, literal.value ? 'true' : 'false');
    case 'temporal':
      return temporalConstant(literal, sqlMode);
    case 'bytes': {
      const hex = `0x${Buffer.from(literal.value).toString('hex').toUpperCase()}`;
      return new HexConstant(literal.value, literalType(literal, connection), hex);
    }
    default: {
      const value = literalValue(literal);
      return new Constant(value, literalType(literal, connection), literalText(value));
    }
  }
}

/** A value as SQL text. */
export function literalText(value: Value): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex').toUpperCase()}`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal) return String(value);
  return `'${value}'`;
}

function temporalConstant({type, text}: TemporalLiteral, sqlMode: number): Expression {
  const isTime = type === 'time';
  const parsed = isTime ? parseDuration(text, LENIENT) : parseDateTime(text, LENIENT);
  const value: DateTime | Duration | undefined = parsed.value;
  if (value === undefined || parsed.problem !== Problem.none) {
    throw new SqlError('ER_WRONG_VALUE', type === 'date' ? 'DATE' : isTime ? 'TIME' : 'DATETIME', text);
  }
  const decimals = /\.(\d{1,6})/.exec(text)?.[1].length ?? 0;
  const shown = `${type.toUpperCase()}'${text}'`;
  if (isTime) return new Constant(value, sqlType(Kind.time, {decimals}), shown);
  const moment = value as DateTime;
  if (type === 'date') {
    if (moment.kind !== 'date' || !isValidDate(moment.year, moment.month, moment.day, sqlMode))
      throw new SqlError('ER_WRONG_VALUE', 'DATE', text);
    return new Constant(moment, sqlType(Kind.date, {length: 10}), shown);
  }
  if (moment.kind === 'date' || !isValidDate(moment.year, moment.month, moment.day, sqlMode)) {
    throw new SqlError('ER_WRONG_VALUE', 'DATETIME', text);
  }
  return new Constant(moment.toDateTime(), sqlType(Kind.datetime, {decimals}), shown);
}
