// The tables of FROM, UPDATE and DELETE: base tables with index hints, derived tables, JSON_TABLE, and joins.
//
// Joins without a condition are the tricky part. `a JOIN b JOIN c ON x ON y` is a JOIN (b JOIN c ON x) ON y, so the
// right side of a join may hold joins of its own; `a JOIN b JOIN c ON x` is (a JOIN b) JOIN c ON x, and by the time we
// know that no ON is left for the first join, b JOIN c has been built. Then `a` is joined to its leftmost table, as in
// MySQL: what ON x sees is the same as if the tables had been joined from left to right.

import {SqlError} from '../../base/sql-error.ts';
import type {
  BaseTable,
  DerivedTable,
  IndexHint,
  Join,
  JsonTable,
  JsonTableColumn,
  Query,
  TableReference,
} from './ast.ts';
import {parseJsonResponses} from './call.ts';
import {parseDataType} from './data-type.ts';
import {parseExpression} from './expression.ts';
import type {Parser} from './parser.ts';
import {beginsQuery, continueQuery, parseQuery, parseSubquery} from './query.ts';

/** Table references separated by commas, at least one. */
export function parseTableReferences(parser: Parser): TableReference[] {
  return parser.list(() => parseTableReference(parser));
}

/** One table reference with its joins. */
export function parseTableReference(parser: Parser): TableReference {
  return parseJoins(parser, parseFactor(parser));
}

// --- Joins ---------------------------------------------------------------------------------------------------------

interface JoinOperator {
  readonly type: Join['type'];
  readonly natural: boolean;
}

function parseJoins(parser: Parser, first: TableReference): TableReference {
  parser.enter();
  let left = first;
  for (let operator = parseJoinOperator(parser); operator !== null; operator = parseJoinOperator(parser)) {
    left = parseJoin(parser, left, operator);
    parser.grow(parser.tallest + 1);
  }
  parser.leave();
  return left;
}

/** The operator of a join, or null if no join follows. */
function parseJoinOperator(parser: Parser): JoinOperator | null {
  switch (parser.word) {
    case 'JOIN':
      parser.next();
      return {type: 'inner', natural: false};
    case 'INNER':
    case 'CROSS':
      parser.next();
      parser.expect('JOIN');
      return {type: 'inner', natural: false};
    case 'STRAIGHT_JOIN':
      parser.next();
      return {type: 'straight', natural: false};
    case 'LEFT':
    case 'RIGHT':
      return {type: parseOuter(parser), natural: false};
    case 'NATURAL':
      parser.next();
      if (parser.is('LEFT') || parser.is('RIGHT')) return {type: parseOuter(parser), natural: true};
      parser.accept('INNER');
      parser.expect('JOIN');
      return {type: 'inner', natural: true};
    default:
      return null;
  }
}

function parseOuter(parser: Parser): 'left' | 'right' {
  const type = parser.expectOneOf(['LEFT', 'RIGHT']) === 'LEFT' ? 'left' : 'right';
  parser.accept('OUTER');
  parser.expect('JOIN');
  return type;
}

function parseJoin(parser: Parser, left: TableReference, operator: JoinOperator): TableReference {
  const factor = parseFactor(parser);
  const {type, natural} = operator;
  if (natural) return join(left, factor, operator);
  const hasCondition = parser.word === 'ON' || parser.word === 'USING';
  const right = hasCondition ? factor : parseJoins(parser, factor);
  if (parser.word === 'ON') {
    parser.inLiteralZone = true;
    parser.next();
    return {...join(left, right, operator), on: parseExpression(parser)};
  }
  if (parser.accept('USING')) return {...join(left, right, operator), using: parser.nameList()};
  if (type === 'left' || type === 'right') parser.fail();
  return joinLeftmost(left, right, factor, operator);
}

function join(left: TableReference, right: TableReference, operator: JoinOperator): Join {
  const {type, natural} = operator;
  return {kind: 'join', at: left.at, type, natural, left, right, on: null, using: []};
}

/** Joins `left` without condition to `factor`, which is the leftmost part of the joins in `right`. */
function joinLeftmost(
  left: TableReference,
  right: TableReference,
  factor: TableReference,
  operator: JoinOperator,
): TableReference {
  if (right === factor || right.kind !== 'join') return join(left, right, operator);
  return {...right, at: left.at, left: joinLeftmost(left, right.left, factor, operator)};
}

// --- Tables --------------------------------------------------------------------------------------------------------

function parseFactor(parser: Parser): TableReference {
  switch (parser.word) {
    case '(': {
      const at = parser.start;
      const inside = parseParenthesizedTables(parser);
      if (!Array.isArray(inside)) return parseDerivedAlias(parser, at, false, inside);
      return inside.length === 1 ? inside[0] : {kind: 'tableList', at, tables: inside};
    }
    case 'LATERAL': {
      const at = parser.start;
      parser.next();
      return parseDerivedAlias(parser, at, true, parseSubquery(parser));
    }
    case 'JSON_TABLE':
      return parseJsonTable(parser);
    case '{':
      return parseOdbcJoin(parser);
    default:
      return parseBaseTable(parser);
  }
}

/** `{OJ table_reference}` */
function parseOdbcJoin(parser: Parser): TableReference {
  parser.expect('{');
  parser.expect('OJ');
  const reference = parseTableReference(parser);
  parser.expect('}');
  return reference;
}

/** What stands in parentheses where a table may: a query, or tables; see parseParenthesized of primary.ts. */
function parseParenthesizedTables(parser: Parser): Query | TableReference[] {
  parser.enter();
  parser.expect('(');
  const inside = parseInsideTables(parser);
  parser.expect(')');
  parser.leave();
  return inside;
}

function parseInsideTables(parser: Parser): Query | TableReference[] {
  if (beginsQuery(parser)) return parseQuery(parser);
  if (parser.word !== '(') return parseTableReferences(parser);
  const at = parser.start;
  const inner = parseParenthesizedTables(parser);
  let first: TableReference;
  if (Array.isArray(inner)) first = inner.length === 1 ? inner[0] : {kind: 'tableList', at, tables: inner};
  else {
    const query = continueQuery(parser, inner);
    if (query !== null || parser.is(')')) return query ?? inner;
    first = parseDerivedAlias(parser, at, false, inner);
  }
  const tables = [parseJoins(parser, first)];
  if (parser.accept(',')) tables.push(...parseTableReferences(parser));
  return tables;
}

function parseDerivedAlias(parser: Parser, at: number, lateral: boolean, query: Query): DerivedTable {
  const alias = parser.optionalAlias();
  if (alias === null) throw new SqlError('ER_DERIVED_MUST_HAVE_ALIAS');
  const columns = parser.word === '(' ? parser.nameList() : [];
  return {kind: 'derivedTable', at, lateral, query, alias, columns};
}

/** A table by name, with partitions, alias and index hints. */
export function parseBaseTable(parser: Parser): BaseTable {
  const at = parser.start;
  const table = parser.tableName();
  const partitions = parsePartitionNames(parser);
  const alias = parser.optionalAlias();
  return {kind: 'baseTable', at, table, alias, partitions, indexHints: parseIndexHints(parser)};
}

/** `[PARTITION (name, ...)]` */
export function parsePartitionNames(parser: Parser): string[] {
  return parser.accept('PARTITION') ? parser.nameList() : [];
}

function parseIndexHints(parser: Parser): IndexHint[] {
  const hints: IndexHint[] = [];
  for (;;) {
    const word = parser.acceptOneOf(['USE', 'IGNORE', 'FORCE']);
    if (word === null) return hints;
    parser.expectOneOf(['INDEX', 'KEY']);
    const scope = parseHintScope(parser);
    parser.expect('(');
    const isEmpty = word === 'USE' && parser.word === ')';
    const indexes = isEmpty ? [] : parser.list(() => parseIndexName(parser));
    parser.expect(')');
    hints.push({action: word.toLowerCase() as IndexHint['action'], scope, indexes});
  }
}

function parseHintScope(parser: Parser): IndexHint['scope'] {
  if (!parser.accept('FOR')) return 'all';
  const word = parser.expectOneOf(['JOIN', 'ORDER', 'GROUP']);
  if (word === 'JOIN') return 'join';
  parser.expect('BY');
  return word === 'ORDER' ? 'orderBy' : 'groupBy';
}

function parseIndexName(parser: Parser): string {
  return parser.accept('PRIMARY') ? 'PRIMARY' : parser.identifier();
}

// --- JSON_TABLE ----------------------------------------------------------------------------------------------------

/** JSON_TABLE(document, path COLUMNS (...)) alias */
function parseJsonTable(parser: Parser): JsonTable {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  parser.frozen++;
  const document = parseExpression(parser);
  parser.expect(',');
  const path = parser.string();
  const columns = parseJsonColumns(parser);
  parser.frozen--;
  parser.expect(')');
  const alias = parser.optionalAlias();
  if (alias === null) throw new SqlError('ER_DERIVED_MUST_HAVE_ALIAS');
  return {kind: 'jsonTable', at, document, path, columns, alias};
}

function parseJsonColumns(parser: Parser): JsonTableColumn[] {
  parser.enter();
  parser.expectAll('COLUMNS', '(');
  const columns = parser.list(() => parseJsonColumn(parser));
  parser.expect(')');
  parser.leave();
  return columns;
}

function parseJsonColumn(parser: Parser): JsonTableColumn {
  if (parser.accept('NESTED')) {
    parser.accept('PATH');
    return {kind: 'nested', path: parser.string(), columns: parseJsonColumns(parser)};
  }
  const name = parser.identifier();
  if (parser.accept('FOR')) {
    parser.expect('ORDINALITY');
    return {kind: 'ordinality', name};
  }
  const type = parseDataType(parser);
  if (parser.accept('EXISTS')) {
    parser.expect('PATH');
    return {kind: 'exists', name, type, path: parser.string()};
  }
  parser.expect('PATH');
  return {kind: 'path', name, type, path: parser.string(), ...parseJsonResponses(parser)};
}
