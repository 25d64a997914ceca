// LOAD DATA and LOAD XML.

import type {Load} from './ast.ts';
import type {ColumnName, UserVariable} from './ast-expression.ts';
import {parseFileFormat} from './file-format.ts';
import {parseAssignments} from './insert.ts';
import type {Parser} from './parser.ts';
import {parseCharacterSet} from './query.ts';
import {Token} from './scanner.ts';
import {parsePartitionNames} from './table-reference.ts';

/** LOAD DATA or LOAD XML; LOAD is current. */
export function parseLoad(parser: Parser): Load {
  const at = parser.start;
  parser.next();
  const format = parser.expectOneOf(['DATA', 'XML']) === 'XML' ? 'xml' : 'data';
  const word = parser.acceptOneOf(['LOW_PRIORITY', 'CONCURRENT']);
  const priority = word === null ? null : word === 'CONCURRENT' ? 'concurrent' : 'low';
  const local = parser.accept('LOCAL');
  parser.expect('INFILE');
  const path = parser.string();
  const duplicate = parser.acceptOneOf(['REPLACE', 'IGNORE']);
  const duplicates = duplicate === null ? null : duplicate === 'REPLACE' ? 'replace' : 'ignore';
  parser.expectAll('INTO', 'TABLE');
  const table = parser.tableName();
  const partitions = parsePartitionNames(parser);
  const charset = parseCharacterSet(parser);
  const rowTag = parseRowTag(parser, format);
  const fileFormat = parseFileFormat(parser, true);
  const ignoreLines = parseIgnoreLines(parser);
  const targets = parseTargets(parser);
  const assignments = parser.word === 'SET' ? parseAssignments(parser) : [];
  const what = {format, priority, local, path, duplicates, table, partitions, charset} as const;
  return {kind: 'load', at, ...what, rowTag, fileFormat, ignoreLines, targets, assignments};
}

/** `[ROWS IDENTIFIED BY '<tag>']` */
function parseRowTag(parser: Parser, format: Load['format']): string | null {
  if (format !== 'xml' || !parser.accept('ROWS')) return null;
  parser.expectAll('IDENTIFIED', 'BY');
  return parser.string();
}

/** `[IGNORE n LINES | ROWS]` */
function parseIgnoreLines(parser: Parser): number {
  if (!parser.accept('IGNORE')) return 0;
  const count = parser.integer();
  parser.expectOneOf(['LINES', 'ROWS']);
  return count;
}

function parseTargets(parser: Parser): (ColumnName | UserVariable)[] {
  if (!parser.accept('(')) return [];
  if (parser.accept(')')) return [];
  const targets = parser.list(() => (parser.kind === Token.variable ? parser.userVariable() : parser.columnName()));
  parser.expect(')');
  return targets;
}
