// Types of columns as MySQL 8.4 writes them: in SHOW CREATE TABLE, SHOW COLUMNS and information_schema.

import {unreachable} from '../../base/assert.ts';
import {collationOf} from '../../format/value/collation.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';

const BINARY_COLLATION = 63;

/** The name alone, in small letters: `varchar`, `int`, `mediumtext`. */
export function dataTypeName(type: SqlType): string {
  switch (type.kind) {
    case Kind.text:
      return `${sizePrefix(type.length)}text`;
    case Kind.blob:
      return `${sizePrefix(type.length)}blob`;
    default:
      return NAMES[type.kind];
  }
}

const NAMES: readonly string[] = [
  'null',
  'tinyint',
  'smallint',
  'mediumint',
  'int',
  'bigint',
  'decimal',
  'float',
  'double',
  'bit',
  'year',
  'date',
  'time',
  'datetime',
  'timestamp',
  'char',
  'varchar',
  'text',
  'binary',
  'varbinary',
  'blob',
  'enum',
  'set',
  'json',
];

function sizePrefix(bytes: number): string {
  if (bytes <= 255) return 'tiny';
  if (bytes <= 65535) return '';
  return bytes <= 16777215 ? 'medium' : 'long';
}

/** The whole type without character set: `varchar(20)`, `int unsigned`, `enum('a','b')`. */
export function columnTypeText(type: SqlType): string {
  const name = dataTypeName(type);
  const {kind} = type;
  switch (kind) {
    case Kind.tinyint:
      // The one display width that still means something: a boolean.
      return type.length === 1 && !type.unsigned ? 'tinyint(1)' : name + unsignedText(type);
    case Kind.smallint:
    case Kind.mediumint:
    case Kind.int:
    case Kind.bigint:
      return name + unsignedText(type);
    case Kind.decimal:
      return `decimal(${type.length},${type.decimals})${unsignedText(type)}`;
    case Kind.float:
    case Kind.double:
      return (type.decimals < 31 ? `${name}(${type.length},${type.decimals})` : name) + unsignedText(type);
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
      return `${name}(${type.members.map(quoteText).join(',')})`;
    case Kind.null:
    case Kind.year:
    case Kind.date:
    case Kind.text:
    case Kind.blob:
    case Kind.json:
      return name;
    default:
      return unreachable(kind);
  }
}

function unsignedText(type: SqlType): string {
  return type.unsigned ? ' unsigned' : '';
}

/** A text between single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** True for types whose values are characters of a character set. */
export function isCharacterType(type: SqlType): boolean {
  return type.collation !== BINARY_COLLATION;
}

/** Name of the character set of a character type. */
export function charsetName(type: SqlType): string {
  return collationOf(type.collation).charset.name;
}

export function collationName(type: SqlType): string {
  return collationOf(type.collation).name;
}
