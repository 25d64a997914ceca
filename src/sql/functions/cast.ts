// CAST, CONVERT, BINARY and the functions that cast: stricter than implicit conversion where a type asks for it (lengths, ranges).

import {SqlError} from '../../base/sql-error.ts';
import {encodeText, findCharset, prefixCharacters} from '../../format/value/charset.ts';
import {defaultCollation} from '../../format/value/collation.ts';
import {shown, warn} from '../../format/value/conversion-context.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {type NonNull, toText} from '../../format/value/domain.ts';
import {asUnsigned64, type Integer, integerFromBigInt} from '../../format/value/integer.ts';
import {parseJson} from '../../format/value/json.ts';
import {printJson} from '../../format/value/json-tree.ts';
import {yearFromNumber} from '../../format/value/temporal-parse.ts';
import {Kind, type SqlType, sqlType, type Value} from '../../format/value/types.ts';
import {asNumber} from '../bind/arithmetic-bind.ts';
import {convertTo, HexConstant, HexParameter, nullOf} from '../bind/convert.ts';
import {Coercibility, type Expression} from '../bind/expression.ts';
import {
  BIGINT,
  BIGINT_UNSIGNED,
  bytesType,
  DATE,
  DOUBLE,
  datetimeType,
  decimalType,
  displayLength,
  domainOf,
  isStringType,
  JSON_TYPE,
  textType,
  timeType,
} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {CastType} from '../parse/ast-function.ts';
import {call1} from './call.ts';
import type {CallSite} from './definition.ts';

/** CAST(e AS type). */
export function bindCast(e: Expression, type: CastType, site: CallSite): Expression {
  switch (type.name) {
    case 'signed':
      return castInteger(e, false);
    case 'unsigned':
      return castInteger(e, true);
    case 'decimal':
      return castDecimal(e, type.length ?? 10, type.decimals ?? 0);
    case 'double':
      return convertTo(asNumberOrText(e), DOUBLE);
    case 'float':
      return castFloat(e, type.length);
    case 'char':
      return castChar(e, type, site);
    case 'binary':
      return castBinary(e, type.length);
    case 'date':
      return castTemporal(e, DATE);
    case 'datetime':
      return castTemporal(e, datetimeType(fspOf(type)));
    case 'time':
      return castTemporal(e, timeType(fspOf(type)));
    case 'year':
      return castYear(e);
    case 'json':
      return castJson(e);
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', `CAST AS ${type.name.toUpperCase()}`);
  }
}

function fspOf({length, decimals}: CastType): number {
  const fsp = decimals ?? length ?? 0;
  if (fsp > 6) throw new SqlError('ER_TOO_BIG_PRECISION', fsp, 'CAST', 6);
  return fsp;
}

/** The same value with exactly the type's digits. */
function castTemporal(e: Expression, type: SqlType): Expression {
  return convertTo(e, type);
}

function asNumberOrText(e: Expression): Expression {
  return isStringType(e.type) ? e : asNumber(e);
}

const SIGNED_MAX = 9223372036854775807n;

function cutToSigned(value: Integer): Integer {
  return value > SIGNED_MAX ? SIGNED_MAX : value;
}

/** 64 bits, signed or not: a value out of range wraps around, as in MySQL; a double is cut to the range of signed integers. */
function castInteger(e: Expression, unsigned: boolean): Expression {
  const type = unsigned ? BIGINT_UNSIGNED : BIGINT;
  const isHex = e instanceof HexConstant || e instanceof HexParameter;
  const integer = convertTo(isHex ? asNumber(e) : e, type);
  const isDoubleSource = domainOf(e.type) === 'double';
  const wrap = (value: NonNull): Value => {
    if (!unsigned && isDoubleSource) return cutToSigned(value as Integer);
    const bits = asUnsigned64(value as Integer);
    return integerFromBigInt(unsigned ? bits : BigInt.asIntN(64, bits));
  };
  return call1({name: unsigned ? 'unsigned' : 'signed', type}, integer, value =>
    typeof value === 'number' && (value >= 0 || !unsigned) ? value : wrap(value),
  );
}

function castDecimal(e: Expression, precision: number, scale: number): Expression {
  if (precision > 65) throw new SqlError('ER_TOO_BIG_PRECISION', precision, 'CAST', 65);
  if (scale > 30) throw new SqlError('ER_TOO_BIG_SCALE', scale, 'CAST', 30);
  if (scale > precision) throw new SqlError('ER_M_BIGGER_THAN_D', 'CAST');
  const type = decimalType(precision === 0 ? 10 : precision, scale);
  const exact = convertTo(e instanceof HexConstant || e instanceof HexParameter ? asNumber(e) : e, decimalType(65, 30));
  const max = Decimal.max(type.length, scale);
  return call1({name: 'decimal', type}, exact, (value, {session}) => {
    const result = (value as Decimal).rescale(scale);
    if (result.abs().compare(max) <= 0) return result;
    warn(session, 'ER_DATA_OUT_OF_RANGE_WARN', String(e), 1);
    return result.sign() < 0 ? max.negate() : max;
  });
}

function castFloat(e: Expression, precision: number | null): Expression {
  const isDouble = precision !== null && precision > 24;
  const double = convertTo(asNumberOrText(e), DOUBLE);
  if (isDouble) return double;
  return call1({name: 'float', type: sqlType(Kind.float, {length: 12, decimals: 31})}, double, v =>
    Math.fround(v as number),
  );
}

function castChar(e: Expression, {length, charset}: CastType, site: CallSite): Expression {
  const found = charset === null ? undefined : findCharset(charset);
  if (charset !== null && found === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  if (found?.name === 'binary') return castBinary(e, length);
  const collation = found === undefined ? site.connection : defaultCollation(found).id;
  const type = textType(length ?? displayLength(e.type), collation);
  const text = convertTo(e, type);
  return call1({name: 'char', type, coercibility: Coercibility.implicit}, text, (value, context) =>
    length === null ? value : cutText(value as string, length, context),
  );
}

function cutText(text: string, length: number, {session}: ExecContext): string {
  const result = prefixCharacters(text, length);
  if (result.length < text.length) warn(session, 'ER_TRUNCATED_INCORRECT_VALUE', `CHAR(${length})`, shown(text));
  return result;
}

/** BINARY(n) is cut or filled with zero bytes. */
function castBinary(e: Expression, length: number | null): Expression {
  const type = bytesType(length ?? displayLength(e.type) * 4);
  const bytes = convertTo(e, type);
  if (length === null) return bytes;
  return call1({name: 'binary', type}, bytes, value => {
    const result = new Uint8Array(length);
    result.set((value as Uint8Array).subarray(0, length));
    return result;
  });
}

function castYear(e: Expression): Expression {
  const isTemporal = domainOf(e.type) === 'datetime';
  const type = sqlType(Kind.year, {length: 4, unsigned: true});
  if (isTemporal) return call1({name: 'year', type, canBeNull: true}, e, v => (v as {readonly year: number}).year);
  return call1({name: 'year', type, canBeNull: true}, convertTo(e, BIGINT), (v, {session}) => {
    const year = yearFromNumber(v as Integer);
    if (year === undefined) warn(session, 'ER_TRUNCATED_INCORRECT_VALUE', 'YEAR', String(v));
    return year ?? null;
  });
}

/** Text is parsed as a document (3141); everything else becomes a scalar. */
function castJson(e: Expression): Expression {
  if (domainOf(e.type) === 'null') return nullOf(JSON_TYPE);
  if (domainOf(e.type) === 'bytes') throw new SqlError('ER_INVALID_JSON_CHARSET', 'binary');
  if (domainOf(e.type) !== 'text') return convertTo(e, JSON_TYPE);
  return call1({name: 'json', type: JSON_TYPE}, e, text => {
    const {value, fault} = parseJson(text as string);
    if (fault !== undefined)
      throw new SqlError('ER_INVALID_JSON_TEXT_IN_PARAM', 1, 'cast_as_json', fault.message, fault.position);
    return printJson(value);
  });
}

/** CONVERT(e USING charset): characters that the set does not have become '?'. */
export function bindConvertUsing(e: Expression, charset: string): Expression {
  const found = findCharset(charset);
  if (found === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', charset);
  if (found.name === 'binary') return convertTo(e, bytesType(displayLength(e.type) * 4));
  const type = textType(displayLength(e.type), defaultCollation(found).id);
  const {type: from} = e;
  if (domainOf(from) === 'bytes') return convertTo(e, type);
  return call1({name: 'convert', type, coercibility: Coercibility.implicit}, e, value => {
    const text = toText(value, from);
    if (found.maxBytes >= 3) return text;
    return Buffer.from(encodeText(text, found)).toString('latin1');
  });
}
