// Types as people and clients see them: the text of SHOW CREATE TABLE and information_schema, and the numbers of a
// column definition packet.

import {BugError} from '../../base/assert.ts';
import type {Charset} from './charset.ts';
import {collationOf} from './collation.ts';
import {NOT_FIXED} from './domain.ts';
import {Kind, type SqlType} from './types.ts';

/** DATA_TYPE of information_schema: the bare name. */
export function dataTypeName(type: SqlType): string {
  switch (type.kind) {
    case Kind.text:
      return `${sizeWord(type.length)}text`;
    case Kind.blob:
      return `${sizeWord(type.length)}blob`;
    default:
      return NAMES[type.kind];
  }
}

const NAMES: readonly string[] = [
  ...['null', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double', 'bit', 'year'],
  ...['date', 'time', 'datetime', 'timestamp', 'char', 'varchar', 'text', 'binary', 'varbinary', 'blob'],
  ...['enum', 'set', 'json'],
];

/** tiny, nothing, medium or long, by the greatest length in bytes. */
function sizeWord(length: number): string {
  if (length <= 255) return 'tiny';
  if (length <= 65535) return '';
  return length <= 16777215 ? 'medium' : 'long';
}

/** COLUMN_TYPE of information_schema, and the type in SHOW CREATE TABLE: `int unsigned`, `varchar(20)`, `enum('a','b')`. */
export function columnTypeText(type: SqlType): string {
  const name = dataTypeName(type);
  switch (type.kind) {
    case Kind.tinyint:
      // The one display width that MySQL 8 still shows: it marks booleans.
      return withSign(type.length === 1 && !type.unsigned ? 'tinyint(1)' : name, type);
    case Kind.decimal:
      return withSign(`decimal(${type.length},${type.decimals})`, type);
    case Kind.float:
    case Kind.double:
      return withSign(type.decimals < NOT_FIXED ? `${name}(${type.length},${type.decimals})` : name, type);
    case Kind.bit:
    case Kind.char:
    case Kind.varchar:
    case Kind.binary:
    case Kind.varbinary:
      return `${name}(${type.length})`;
    case Kind.time:
    case Kind.datetime:
    case Kind.timestamp:
      return type.decimals > 0 ? `${name}(${type.decimals})` : name;
    case Kind.enum:
    case Kind.set:
      return `${name}(${type.members.map(quoteMember).join(',')})`;
    default:
      return withSign(name, type);
  }
}

function withSign(name: string, type: SqlType): string {
  return type.unsigned ? `${name} unsigned` : name;
}

function quoteMember(member: string): string {
  return `'${member.replaceAll("'", "''")}'`;
}

/** MYSQL_TYPE_* codes by kind. */
const FIELD_TYPES: readonly number[] = [
  ...[6, 1, 2, 9, 3, 8, 246, 4, 5, 16, 13],
  ...[10, 11, 12, 7, 254, 253, 252, 254, 253, 252],
  ...[254, 254, 245],
];

/** The MYSQL_TYPE_* code that a column definition carries. */
export function wireType(type: SqlType): number {
  return FIELD_TYPES[type.kind];
}

const FLAG_BLOB = 16;
const FLAG_UNSIGNED = 32;
const FLAG_ZEROFILL = 64;
const FLAG_BINARY = 128;
const FLAG_ENUM = 256;
const FLAG_SET = 2048;

/** The flags of a column definition that follow from the type; NOT NULL, keys and the like are the caller's. */
export function wireFlags(type: SqlType): number {
  const sign = type.unsigned ? FLAG_UNSIGNED : 0;
  switch (type.kind) {
    case Kind.bit:
      return FLAG_UNSIGNED;
    case Kind.year:
      return FLAG_UNSIGNED | FLAG_ZEROFILL;
    case Kind.date:
    case Kind.time:
    case Kind.datetime:
    case Kind.timestamp:
    case Kind.binary:
    case Kind.varbinary:
      return FLAG_BINARY;
    case Kind.blob:
    case Kind.json:
      return FLAG_BLOB | FLAG_BINARY;
    case Kind.text:
      return FLAG_BLOB | binaryFlag(type);
    case Kind.char:
    case Kind.varchar:
      return binaryFlag(type);
    case Kind.enum:
      return FLAG_ENUM | binaryFlag(type);
    case Kind.set:
      return FLAG_SET | binaryFlag(type);
    default:
      return sign;
  }
}

function binaryFlag(type: SqlType): number {
  return collationOf(type.collation).isBinary ? FLAG_BINARY : 0;
}

/** Collation id of a column definition: that of the connection's results for text, 63 for everything else. */
export function wireCollation(type: SqlType, resultCollation: number): number {
  return hasCharacters(type) ? resultCollation : 63;
}

/** True when values of the type are sent as text in the connection's character set. */
export function hasCharacters(type: SqlType): boolean {
  return (type.kind >= Kind.char && type.kind <= Kind.text) || type.kind === Kind.enum || type.kind === Kind.set;
}

/** The `decimals` field of a column definition. */
export function wireDecimals(type: SqlType): number {
  return type.decimals;
}

const LENGTH_MAX = 4294967295;

/** The `length` field of a column definition: display width in bytes of the results' character set. */
export function wireLength(type: SqlType, results: Charset): number {
  switch (type.kind) {
    case Kind.char:
    case Kind.varchar:
      return type.length * results.maxBytes;
    case Kind.text:
      return Math.min(type.length * results.maxBytes, LENGTH_MAX);
    case Kind.enum:
      return Math.max(0, ...type.members.map(m => m.length)) * results.maxBytes;
    case Kind.set:
      return type.members.join(',').length * results.maxBytes;
    case Kind.binary:
    case Kind.varbinary:
    case Kind.blob:
    case Kind.bit:
      return type.length;
    case Kind.json:
      return LENGTH_MAX;
    case Kind.decimal:
      return type.length + (type.decimals > 0 ? 1 : 0) + (type.unsigned ? 0 : 1);
    default:
      return fixedLength(type);
  }
}

function fixedLength(type: SqlType): number {
  const fraction = type.decimals > 0 ? 1 + type.decimals : 0;
  const sign = type.unsigned ? 0 : 1;
  switch (type.kind) {
    case Kind.null:
      return 0;
    case Kind.tinyint:
      return type.length === 1 && !type.unsigned ? 1 : 3 + sign;
    case Kind.smallint:
      return 5 + sign;
    case Kind.mediumint:
      return 8 + sign;
    case Kind.int:
      return 10 + sign;
    case Kind.bigint:
      return 20;
    case Kind.float:
      return type.decimals < NOT_FIXED ? type.length : 12;
    case Kind.double:
      return type.decimals < NOT_FIXED ? type.length : 22;
    case Kind.year:
      return 4;
    case Kind.date:
      return 10;
    case Kind.time:
      return 10 + fraction;
    case Kind.datetime:
    case Kind.timestamp:
      return 19 + fraction;
    default:
      throw new BugError(`no fixed length for kind ${type.kind}`);
  }
}
