// The types of CAST, CONVERT and JSON_VALUE: fewer than columns have, and with names of their own.

import type {CastType, CastTypeName} from './ast-function.ts';
import {parseCharset} from './data-type.ts';
import type {Word} from './keywords.ts';
import type {Parser} from './parser.ts';

const SIMPLE_TYPES = new Map<Word | '', CastTypeName>([
  ['DATE', 'date'],
  ['DOUBLE', 'double'],
  ['JSON', 'json'],
  ['REAL', 'double'],
  ['YEAR', 'year'],
  ['POINT', 'point'],
  ['LINESTRING', 'linestring'],
  ['POLYGON', 'polygon'],
  ['MULTIPOINT', 'multipoint'],
  ['MULTILINESTRING', 'multilinestring'],
  ['MULTIPOLYGON', 'multipolygon'],
  ['GEOMETRYCOLLECTION', 'geometrycollection'],
  ['GEOMCOLLECTION', 'geometrycollection'],
]);

function castType(name: CastTypeName, length: number | null = null, decimals: number | null = null): CastType {
  return {name, length, decimals, charset: null};
}

/** A type to cast to. */
export function parseCastType(parser: Parser): CastType {
  const simple = SIMPLE_TYPES.get(parser.word);
  if (simple !== undefined) {
    parser.next();
    if (simple === 'double') parser.accept('PRECISION');
    return castType(simple);
  }
  const word = parser.expectOneOf([
    'BINARY',
    'CHAR',
    'CHARACTER',
    'NCHAR',
    'NATIONAL',
    'SIGNED',
    'UNSIGNED',
    'DECIMAL',
    'DEC',
    'DATETIME',
    'TIME',
    'FLOAT',
  ]);
  switch (word) {
    case 'BINARY':
      return castType('binary', optionalLength(parser));
    case 'CHAR':
    case 'CHARACTER':
      return {...castType('char', optionalLength(parser)), charset: parseCharset(parser)};
    case 'NATIONAL':
      parser.expectOneOf(['CHAR', 'CHARACTER']);
      return {...castType('char', optionalLength(parser)), charset: 'utf8mb3'};
    case 'NCHAR':
      return {...castType('char', optionalLength(parser)), charset: 'utf8mb3'};
    case 'SIGNED':
    case 'UNSIGNED':
      parser.acceptOneOf(['INT', 'INTEGER']);
      return castType(word === 'SIGNED' ? 'signed' : 'unsigned');
    case 'DECIMAL':
    case 'DEC':
      return parseDecimal(parser);
    default:
      return castType(word === 'DATETIME' ? 'datetime' : word === 'TIME' ? 'time' : 'float', optionalLength(parser));
  }
}

function optionalLength(parser: Parser): number | null {
  if (!parser.accept('(')) return null;
  const length = parser.integer();
  parser.expect(')');
  return length;
}

function parseDecimal(parser: Parser): CastType {
  if (!parser.accept('(')) return castType('decimal');
  const length = parser.integer();
  const decimals = parser.accept(',') ? parser.integer() : null;
  parser.expect(')');
  return castType('decimal', length, decimals);
}
