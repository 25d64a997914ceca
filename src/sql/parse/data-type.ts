// The types of columns, of parameters and variables of stored programs, and of JSON_TABLE's columns.

import type {DataType, DataTypeName} from './ast-schema.ts';
import type {Word} from './keywords.ts';
import type {Parser} from './parser.ts';

/** How a type goes on behind its name. */
type Form =
  | 'integer'
  | 'bit'
  | 'real'
  | 'decimal'
  | 'fraction'
  | 'char'
  | 'varchar'
  | 'text'
  | 'binary'
  | 'varbinary'
  | 'plain'
  | 'members';

const TYPES = new Map<Word | '', readonly [DataTypeName, Form]>([
  ['TINYINT', ['tinyint', 'integer']],
  ['INT1', ['tinyint', 'integer']],
  ['SMALLINT', ['smallint', 'integer']],
  ['INT2', ['smallint', 'integer']],
  ['MEDIUMINT', ['mediumint', 'integer']],
  ['MIDDLEINT', ['mediumint', 'integer']],
  ['INT3', ['mediumint', 'integer']],
  ['INT', ['int', 'integer']],
  ['INTEGER', ['int', 'integer']],
  ['INT4', ['int', 'integer']],
  ['BIGINT', ['bigint', 'integer']],
  ['INT8', ['bigint', 'integer']],
  ['BIT', ['bit', 'bit']],
  ['DECIMAL', ['decimal', 'decimal']],
  ['DEC', ['decimal', 'decimal']],
  ['NUMERIC', ['decimal', 'decimal']],
  ['FIXED', ['decimal', 'decimal']],
  ['FLOAT', ['float', 'real']],
  ['FLOAT4', ['float', 'real']],
  ['DOUBLE', ['double', 'real']],
  ['FLOAT8', ['double', 'real']],
  ['REAL', ['double', 'real']],
  ['YEAR', ['year', 'integer']],
  ['DATE', ['date', 'plain']],
  ['TIME', ['time', 'fraction']],
  ['DATETIME', ['datetime', 'fraction']],
  ['TIMESTAMP', ['timestamp', 'fraction']],
  ['CHAR', ['char', 'char']],
  ['CHARACTER', ['char', 'char']],
  ['NCHAR', ['char', 'char']],
  ['NATIONAL', ['char', 'char']],
  ['VARCHAR', ['varchar', 'varchar']],
  ['VARCHARACTER', ['varchar', 'varchar']],
  ['NVARCHAR', ['varchar', 'varchar']],
  ['TINYTEXT', ['tinytext', 'text']],
  ['TEXT', ['text', 'text']],
  ['MEDIUMTEXT', ['mediumtext', 'text']],
  ['LONGTEXT', ['longtext', 'text']],
  ['BINARY', ['binary', 'binary']],
  ['VARBINARY', ['varbinary', 'varbinary']],
  ['TINYBLOB', ['tinyblob', 'plain']],
  ['BLOB', ['blob', 'binary']],
  ['MEDIUMBLOB', ['mediumblob', 'plain']],
  ['LONGBLOB', ['longblob', 'plain']],
  ['ENUM', ['enum', 'members']],
  ['SET', ['set', 'members']],
  ['JSON', ['json', 'plain']],
  ['GEOMETRY', ['geometry', 'plain']],
  ['POINT', ['point', 'plain']],
  ['LINESTRING', ['linestring', 'plain']],
  ['POLYGON', ['polygon', 'plain']],
  ['MULTIPOINT', ['multipoint', 'plain']],
  ['MULTILINESTRING', ['multilinestring', 'plain']],
  ['MULTIPOLYGON', ['multipolygon', 'plain']],
  ['GEOMETRYCOLLECTION', ['geometrycollection', 'plain']],
  ['GEOMCOLLECTION', ['geometrycollection', 'plain']],
]);

/** FLOAT(p) with more bits than this is a double. */
const FLOAT_BITS_MAX = 24;

function dataType(at: number, name: DataTypeName, fields: Partial<DataType> = {}): DataType {
  return {
    at,
    name,
    length: null,
    decimals: null,
    unsigned: false,
    zerofill: false,
    charset: null,
    collation: null,
    binary: false,
    members: [],
    ...fields,
  };
}

/** A type with its attributes (UNSIGNED, CHARACTER SET ...). What SERIAL says besides the type is for column.ts to know. */
export function parseDataType(parser: Parser): DataType {
  const at = parser.start;
  const word = parser.word;
  if (word === 'BOOL' || word === 'BOOLEAN') {
    parser.next();
    return dataType(at, 'tinyint', {length: 1});
  }
  if (word === 'SERIAL') {
    parser.next();
    return dataType(at, 'bigint', {unsigned: true});
  }
  if (word === 'LONG') return parseLong(parser);
  const [name, form] = TYPES.get(word) ?? parser.fail();
  parser.next();
  switch (form) {
    case 'integer':
      return dataType(at, name, {length: parseLength(parser), ...parseSign(parser)});
    case 'bit':
    case 'fraction':
    case 'binary':
      return dataType(at, name, {length: parseLength(parser)});
    case 'varbinary':
      return dataType(at, name, {length: parseLength(parser) ?? parser.fail()});
    case 'real':
      return parseReal(parser, at, name);
    case 'decimal':
      return dataType(at, name, {...parsePrecision(parser), ...parseSign(parser)});
    case 'char':
      return parseChar(parser, at, word);
    case 'varchar':
      return parseVarchar(parser, at, word === 'NVARCHAR');
    case 'text':
      return dataType(at, name, {length: name === 'text' ? parseLength(parser) : null, ...parseText(parser)});
    case 'plain':
      return dataType(at, name);
    case 'members':
      return dataType(at, name, {members: parseMembers(parser), ...parseText(parser)});
  }
}

/** `[(length)]` */
function parseLength(parser: Parser): number | null {
  if (!parser.accept('(')) return null;
  const length = parser.integer();
  parser.expect(')');
  return length;
}

/** `[(precision [, scale])]` */
function parsePrecision(parser: Parser): Pick<DataType, 'length' | 'decimals'> {
  if (!parser.accept('(')) return {length: null, decimals: null};
  const length = parser.integer();
  const decimals = parser.accept(',') ? parser.integer() : null;
  parser.expect(')');
  return {length, decimals};
}

function parseReal(parser: Parser, at: number, name: DataTypeName): DataType {
  if (name === 'double') parser.accept('PRECISION');
  const {length, decimals} = parsePrecision(parser);
  const sign = parseSign(parser);
  if (length === null || decimals !== null) return dataType(at, name, {length, decimals, ...sign});
  // One number alone is a precision in bits, and only FLOAT may have it.
  if (name !== 'float') parser.fail();
  return dataType(at, length > FLOAT_BITS_MAX ? 'double' : 'float', sign);
}

function parseSign(parser: Parser): Pick<DataType, 'unsigned' | 'zerofill'> {
  let unsigned = false;
  let zerofill = false;
  for (;;) {
    const word = parser.acceptOneOf(['UNSIGNED', 'SIGNED', 'ZEROFILL']);
    if (word === null) return {unsigned, zerofill};
    if (word !== 'SIGNED') unsigned = true;
    if (word === 'ZEROFILL') zerofill = true;
  }
}

/** What follows CHAR, CHARACTER, NCHAR or NATIONAL. */
function parseChar(parser: Parser, at: number, word: Word | ''): DataType {
  let isNational = word === 'NCHAR';
  if (word === 'NATIONAL') {
    isNational = true;
    const next = parser.expectOneOf(['CHAR', 'CHARACTER', 'VARCHAR', 'VARCHARACTER']);
    if (next === 'VARCHAR' || next === 'VARCHARACTER') return parseVarchar(parser, at, true);
  }
  if (parser.acceptOneOf(['VARYING', 'VARCHAR']) !== null) return parseVarchar(parser, at, isNational);
  const length = parseLength(parser);
  const text = parseText(parser);
  return dataType(at, 'char', {length, ...text, charset: isNational ? 'utf8mb3' : text.charset});
}

function parseVarchar(parser: Parser, at: number, isNational: boolean): DataType {
  const length = parseLength(parser) ?? parser.fail();
  const text = parseText(parser);
  return dataType(at, 'varchar', {length, ...text, charset: isNational ? 'utf8mb3' : text.charset});
}

/** LONG, LONG VARCHAR and LONG VARBINARY: old names of the middle sizes. */
function parseLong(parser: Parser): DataType {
  const at = parser.start;
  parser.next();
  if (parser.accept('VARBINARY')) return dataType(at, 'mediumblob');
  if (parser.acceptOneOf(['CHAR', 'CHARACTER']) !== null) parser.expect('VARYING');
  else parser.acceptOneOf(['VARCHAR', 'VARCHARACTER']);
  return dataType(at, 'mediumtext', parseText(parser));
}

type TextAttributes = Pick<DataType, 'charset' | 'collation' | 'binary'>;

/** Character set, BINARY and COLLATE, in any order. */
function parseText(parser: Parser): TextAttributes {
  let charset: string | null = null;
  let collation: string | null = null;
  let binary = false;
  for (;;) {
    const found: string | null = charset === null ? parseCharset(parser) : null;
    if (found !== null) charset = found;
    else if (parser.accept('BINARY')) binary = true;
    else if (parser.accept('COLLATE')) collation = parser.collationName();
    else return {charset, collation, binary};
  }
}

/** `[CHARACTER SET name | CHARSET name | ASCII | UNICODE | BYTE]` */
export function parseCharset(parser: Parser): string | null {
  if (parser.accept('CHARSET')) return parser.charsetName();
  if (parser.accept('ASCII')) return 'latin1';
  if (parser.accept('UNICODE')) return 'ucs2';
  if (parser.accept('BYTE')) return 'binary';
  if (parser.acceptAll('CHARACTER', 'SET') || parser.acceptAll('CHAR', 'SET')) return parser.charsetName();
  return null;
}

function parseMembers(parser: Parser): string[] {
  parser.expect('(');
  const members = parser.list(() => parser.string());
  parser.expect(')');
  return members;
}
