// The type of a column definition: from syntax to SqlType, with MySQL's defaults and bounds.

import {SqlError} from '../../base/sql-error.ts';
import {characterCount, findCharset} from '../../format/value/charset.ts';
import {
  binaryCollation,
  type Collation,
  collationOf,
  defaultCollation,
  equals,
  findCollation,
} from '../../format/value/collation.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import type {DataType, DataTypeName} from '../parse/ast-schema.ts';

const BINARY = 63;
const FSP_MAX = 6;
/** Bytes a CHAR-like column may declare. */
const VARCHAR_BYTES_MAX = 65535;
const CHAR_CHARACTERS_MAX = 255;
const ENUM_MEMBERS_MAX = 65535;
const SET_MEMBERS_MAX = 64;
const DISPLAY_WIDTH_MAX = 255;

interface IntegerShape {
  readonly kind: Kind;
  readonly signedWidth: number;
  readonly unsignedWidth: number;
}

const INTEGERS: ReadonlyMap<DataTypeName, IntegerShape> = new Map([
  ['tinyint', {kind: Kind.tinyint, signedWidth: 4, unsignedWidth: 3}],
  ['smallint', {kind: Kind.smallint, signedWidth: 6, unsignedWidth: 5}],
  ['mediumint', {kind: Kind.mediumint, signedWidth: 9, unsignedWidth: 8}],
  ['int', {kind: Kind.int, signedWidth: 11, unsignedWidth: 10}],
  ['bigint', {kind: Kind.bigint, signedWidth: 20, unsignedWidth: 20}],
]);

const TEXT_BYTES: ReadonlyMap<DataTypeName, number> = new Map([
  ['tinytext', 255],
  ['text', 65535],
  ['mediumtext', 16777215],
  ['longtext', 4294967295],
  ['tinyblob', 255],
  ['blob', 65535],
  ['mediumblob', 16777215],
  ['longblob', 4294967295],
]);

/** The type of a column of this name; `collation` is the table's. Throws what MySQL throws for types that cannot be. */
export function columnType(name: string, type: DataType, collation: number): SqlType {
  const integer = INTEGERS.get(type.name);
  if (integer !== undefined) return integerType(name, type, integer);
  switch (type.name) {
    case 'decimal':
      return decimalType(name, type);
    case 'float':
    case 'double':
      return floatType(name, type);
    case 'bit':
      return bitType(name, type);
    case 'year':
      return sqlType(Kind.year, {length: 4, unsigned: true});
    case 'date':
      return sqlType(Kind.date, {length: 10});
    case 'time':
      return sqlType(Kind.time, {decimals: fraction(name, type)});
    case 'datetime':
      return sqlType(Kind.datetime, {decimals: fraction(name, type)});
    case 'timestamp':
      return sqlType(Kind.timestamp, {decimals: fraction(name, type)});
    case 'json':
      return sqlType(Kind.json, {length: 4294967295});
    default:
      return stringType(name, type, collation);
  }
}

function integerType(name: string, type: DataType, shape: IntegerShape): SqlType {
  const unsigned = type.unsigned || type.zerofill;
  if (type.length !== null && type.length > DISPLAY_WIDTH_MAX) {
    throw new SqlError('ER_TOO_BIG_DISPLAYWIDTH', name, DISPLAY_WIDTH_MAX);
  }
  const length = type.length ?? (unsigned ? shape.unsignedWidth : shape.signedWidth);
  return sqlType(shape.kind, {unsigned, length});
}

function decimalType(name: string, type: DataType): SqlType {
  const length = type.length === null || type.length === 0 ? 10 : type.length;
  const decimals = type.decimals ?? 0;
  if (decimals > 30) throw new SqlError('ER_TOO_BIG_SCALE', decimals, name, 30);
  if (length > 65) throw new SqlError('ER_TOO_BIG_PRECISION', length, name, 65);
  if (decimals > length) throw new SqlError('ER_M_BIGGER_THAN_D', name);
  return sqlType(Kind.decimal, {length, decimals, unsigned: type.unsigned || type.zerofill});
}

function floatType(name: string, type: DataType): SqlType {
  const kind = type.name === 'float' ? Kind.float : Kind.double;
  const unsigned = type.unsigned || type.zerofill;
  if (type.decimals === null || type.length === null) {
    return sqlType(kind, {unsigned, length: kind === Kind.float ? 12 : 22, decimals: 31});
  }
  if (type.decimals > 30) throw new SqlError('ER_TOO_BIG_SCALE', type.decimals, name, 30);
  if (type.length > 255) throw new SqlError('ER_TOO_BIG_DISPLAYWIDTH', name, 255);
  if (type.decimals > type.length) throw new SqlError('ER_M_BIGGER_THAN_D', name);
  return sqlType(kind, {unsigned, length: type.length, decimals: type.decimals});
}

function bitType(name: string, type: DataType): SqlType {
  const length = type.length === null || type.length === 0 ? 1 : type.length;
  if (length > 64) throw new SqlError('ER_TOO_BIG_DISPLAYWIDTH', name, 64);
  return sqlType(Kind.bit, {length, unsigned: true});
}

function fraction(name: string, type: DataType): number {
  const fsp = type.length ?? type.decimals ?? 0;
  if (fsp > FSP_MAX) throw new SqlError('ER_TOO_BIG_PRECISION', fsp, name, FSP_MAX);
  return fsp;
}

// --- Strings -------------------------------------------------------------------------------------------------------

function stringType(name: string, type: DataType, table: number): SqlType {
  const bytes = TEXT_BYTES.get(type.name);
  switch (type.name) {
    case 'char':
    case 'varchar':
      return charType(name, type, stringCollation(type, table));
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext': {
      const collation = stringCollation(type, table);
      const wanted = type.length === null ? (bytes as number) : textBytes(type.length * collation.charset.maxBytes);
      if (collation.id === BINARY) return sqlType(Kind.blob, {length: wanted});
      return sqlType(Kind.text, {length: wanted, collation: collation.id});
    }
    case 'binary':
      return bytesType(name, Kind.binary, type.length ?? 1, CHAR_CHARACTERS_MAX);
    case 'varbinary':
      return bytesType(name, Kind.varbinary, type.length ?? 1, VARCHAR_BYTES_MAX);
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return sqlType(Kind.blob, {length: type.length === null ? (bytes as number) : textBytes(type.length)});
    case 'enum':
    case 'set':
      return memberType(name, type, stringCollation(type, table));
    default:
      throw new SqlError('ER_NOT_SUPPORTED_YET', `column type ${type.name.toUpperCase()}`);
  }
}

/** The collation that the attributes of a type ask for. Throws 1115, 1273, 1253. */
export function stringCollation(type: DataType, table: number): Collation {
  const collation = type.collation === null ? undefined : findCollation(type.collation);
  if (type.collation !== null && collation === undefined) throw new SqlError('ER_UNKNOWN_COLLATION', type.collation);
  const charset = type.charset === null ? undefined : findCharset(type.charset);
  if (type.charset !== null && charset === undefined) throw new SqlError('ER_UNKNOWN_CHARACTER_SET', type.charset);
  if (collation !== undefined) {
    if (charset !== undefined && collation.charset !== charset) {
      throw new SqlError('ER_COLLATION_CHARSET_MISMATCH', collation.name, charset.name);
    }
    return collation;
  }
  if (charset === undefined) {
    const inherited = collationOf(table);
    return type.binary ? binaryCollation(inherited.charset) : inherited;
  }
  return type.binary ? binaryCollation(charset) : defaultCollation(charset);
}

function charType(name: string, type: DataType, collation: Collation): SqlType {
  const length = type.length ?? 1;
  const isChar = type.name === 'char';
  if (collation.id === BINARY) {
    return bytesType(
      name,
      isChar ? Kind.binary : Kind.varbinary,
      length,
      isChar ? CHAR_CHARACTERS_MAX : VARCHAR_BYTES_MAX,
    );
  }
  const max = isChar ? CHAR_CHARACTERS_MAX : Math.floor(VARCHAR_BYTES_MAX / collation.charset.maxBytes);
  if (length > max) throw new SqlError('ER_TOO_BIG_FIELDLENGTH', name, max);
  return sqlType(isChar ? Kind.char : Kind.varchar, {length, collation: collation.id});
}

function bytesType(name: string, kind: Kind, length: number, max: number): SqlType {
  if (length > max) throw new SqlError('ER_TOO_BIG_FIELDLENGTH', name, max);
  return sqlType(kind, {length});
}

/** The smallest of the four sizes that holds so many bytes. */
function textBytes(bytes: number): number {
  return [255, 65535, 16777215].find(size => bytes <= size) ?? 4294967295;
}

function memberType(name: string, type: DataType, collation: Collation): SqlType {
  const isSet = type.name === 'set';
  const members = type.members.map(member => member.replace(/ +$/, ''));
  const max = isSet ? SET_MEMBERS_MAX : ENUM_MEMBERS_MAX;
  if (members.length > max) throw new SqlError(isSet ? 'ER_TOO_BIG_SET' : 'ER_TOO_BIG_ENUM', name);
  for (const [i, member] of members.entries()) {
    if (isSet && member.includes(',')) throw new SqlError('ER_ILLEGAL_VALUE_FOR_TYPE', 'set', member);
    if (members.some((other, j) => j < i && equals(collation, other, member))) {
      throw new SqlError('ER_DUPLICATED_VALUE_IN_TYPE', name, member, isSet ? 'SET' : 'ENUM');
    }
  }
  const length = isSet
    ? members.reduce((sum, member) => sum + characterCount(member) + 1, -1)
    : members.reduce((longest, member) => Math.max(longest, characterCount(member)), 0);
  return sqlType(isSet ? Kind.set : Kind.enum, {length: Math.max(length, 0), collation: collation.id, members});
}
