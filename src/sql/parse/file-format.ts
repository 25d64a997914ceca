// The FIELDS and LINES clauses of LOAD DATA and SELECT ... INTO OUTFILE.

import type {FileFormat} from './ast.ts';
import {hexValue} from './literal.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';

type Mutable<T> = {-readonly [K in keyof T]: T[K]};

/** The clauses; all null when `allowed` is false or none is written. */
export function parseFileFormat(parser: Parser, allowed: boolean): FileFormat {
  const format: Mutable<FileFormat> = {
    fieldsTerminatedBy: null,
    enclosedBy: null,
    optionallyEnclosed: false,
    escapedBy: null,
    linesStartingBy: null,
    linesTerminatedBy: null,
  };
  if (!allowed) return format;
  if (parser.acceptOneOf(['FIELDS', 'COLUMNS']) !== null) parseFields(parser, format);
  if (parser.accept('LINES')) parseLines(parser, format);
  return format;
}

function parseFields(parser: Parser, format: Mutable<FileFormat>): void {
  let count = 0;
  for (; ; count++) {
    if (parser.accept('TERMINATED')) format.fieldsTerminatedBy = parseBy(parser);
    else if (parser.accept('ENCLOSED')) format.enclosedBy = parseBy(parser);
    else if (parser.accept('OPTIONALLY')) {
      parser.expect('ENCLOSED');
      format.optionallyEnclosed = true;
      format.enclosedBy = parseBy(parser);
    } else if (parser.accept('ESCAPED')) format.escapedBy = parseBy(parser);
    else break;
  }
  if (count === 0) parser.fail();
}

function parseLines(parser: Parser, format: Mutable<FileFormat>): void {
  let count = 0;
  for (; ; count++) {
    if (parser.accept('TERMINATED')) format.linesTerminatedBy = parseBy(parser);
    else if (parser.accept('STARTING')) format.linesStartingBy = parseBy(parser);
    else break;
  }
  if (count === 0) parser.fail();
}

/** `BY 'string'`; the string may be given in hexadecimal. */
function parseBy(parser: Parser): string {
  parser.expect('BY');
  if (parser.kind !== Token.hex) return parser.string();
  const value = Buffer.from(hexValue(parser.tokenText())).toString('utf8');
  parser.next();
  return value;
}
