// INSERT and REPLACE.

import type {ColumnAssignment, Insert, InsertRows, RowAlias} from './ast.ts';
import type {ColumnName, Expression} from './ast-expression.ts';
import {parseExpression} from './expression.ts';
import {parseRow, passLiteralRows} from './literal-rows.ts';
import type {Parser} from './parser.ts';
import {beginsQuery, parseHints, parseQuery, parseValue} from './query.ts';
import {parsePartitionNames} from './table-reference.ts';

type Source = Pick<Insert, 'columns' | 'source' | 'rowAlias'>;

/** Of a longer list of rows the rest stays text where it can. */
const ROWS_AT_ONCE = 64;

const PRIORITIES = ['LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED'] as const;

/** INSERT or REPLACE; the verb is current. */
export function parseInsert(parser: Parser): Insert {
  const at = parser.start;
  const replace = parser.word === 'REPLACE';
  parser.next();
  const hints = parseHints(parser);
  const priority = parsePriority(parser, replace);
  const ignore = !replace && parser.accept('IGNORE');
  parser.accept('INTO');
  const table = parser.tableName();
  const partitions = parsePartitionNames(parser);
  const source = parseSource(parser);
  const onDuplicate = replace ? [] : parseOnDuplicate(parser);
  return {kind: 'insert', at, hints, replace, priority, ignore, table, partitions, ...source, onDuplicate};
}

function parsePriority(parser: Parser, replace: boolean): Insert['priority'] {
  const word = parser.acceptOneOf(replace ? (['LOW_PRIORITY', 'DELAYED'] as const) : PRIORITIES);
  if (word === null) return null;
  return word === 'LOW_PRIORITY' ? 'low' : word === 'HIGH_PRIORITY' ? 'high' : 'delayed';
}

/** What comes behind the table: `[(columns)] VALUES ...`, `SET ...`, or `[(columns)] query`. */
function parseSource(parser: Parser): Source {
  if (parser.word === 'SET') return parseSet(parser);
  const columns = parseColumns(parser);
  if (beginsQuery(parser) || parser.word === '(') {
    return {columns, source: {kind: 'query', query: parseQuery(parser)}, rowAlias: null};
  }
  if (parser.word !== 'VALUES' && parser.word !== 'VALUE') parser.fail();
  parser.inLiteralZone = true;
  parser.next();
  const source = parseRows(parser);
  return {columns, source, rowAlias: parseRowAlias(parser)};
}

/** `[(column, ...)]`: null without, and when the parenthesis begins a query. */
function parseColumns(parser: Parser): ColumnName[] | null {
  if (parser.word !== '(') return null;
  const mark = parser.mark();
  parser.next();
  if (parser.word === '(' || beginsQuery(parser)) {
    parser.reset(mark);
    return null;
  }
  const columns = parser.word === ')' ? [] : parser.list(() => parser.columnName());
  parser.expect(')');
  return columns;
}

function parseRows(parser: Parser): InsertRows {
  const rows: Expression[][] = [];
  do {
    if (rows.length === ROWS_AT_ONCE) {
      const more = passLiteralRows(parser, rows[0].length);
      if (more !== undefined) return {kind: 'rows', rows, more};
    }
    rows.push(parseRow(parser));
  } while (parser.accept(','));
  return {kind: 'rows', rows, more: null};
}

/** SET column = value, ... as one row. */
function parseSet(parser: Parser): Source {
  const assignments = parseAssignments(parser);
  const columns = assignments.map(assignment => assignment.column);
  const row = assignments.map(assignment => assignment.value);
  return {columns, source: {kind: 'rows', rows: [row], more: null}, rowAlias: parseRowAlias(parser)};
}

function parseRowAlias(parser: Parser): RowAlias | null {
  if (!parser.accept('AS')) return null;
  const name = parser.identifier();
  return {name, columns: parser.word === '(' ? parser.nameList() : []};
}

function parseOnDuplicate(parser: Parser): ColumnAssignment[] {
  if (parser.word !== 'ON') return [];
  parser.inLiteralZone = true;
  parser.next();
  parser.expectAll('DUPLICATE', 'KEY', 'UPDATE');
  return parser.list(() => parseAssignment(parser));
}

/** SET column = value, ...; SET is current. The literals of the values are taken. */
export function parseAssignments(parser: Parser): ColumnAssignment[] {
  if (parser.word !== 'SET') parser.fail();
  parser.inLiteralZone = true;
  parser.next();
  return parser.list(() => parseAssignment(parser));
}

function parseAssignment(parser: Parser): ColumnAssignment {
  const column = parser.columnName();
  if (!parser.accept('=')) parser.expect(':=');
  if (parser.word === 'DEFAULT') return {column, value: parseValue(parser)};
  return {column, value: parseExpression(parser)};
}
