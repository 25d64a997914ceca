// Queries: SELECT, set operations, VALUES and TABLE, with what surrounds them (WITH, ORDER BY, LIMIT, locking, INTO).
// The tables of FROM are in table-reference.ts.
//
// Which literals become parameters is settled here clause by clause, as literal-zones.ts says: `frozen` is raised
// around the select list, GROUP BY, HAVING, WINDOW and ORDER BY; `inLiteralZone` is set by WHERE and LIMIT and reset by
// FROM; a query restores what it found.

import type {
  CommonTable,
  IntoClause,
  Limit,
  LimitValue,
  LockingClause,
  NamedWindow,
  OrderItem,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SelectModifier,
  SetOperation,
  TableReference,
  ValuesBody,
  Wildcard,
  WithClause,
} from './ast.ts';
import type {ColumnName, Expression, UserVariable} from './ast-expression.ts';
import {parseExpression, parseExpressions} from './expression.ts';
import {parseFileFormat} from './file-format.ts';
import {QUERY_NESTING_COST} from './limits.ts';
import {integerValue} from './literal.ts';
import type {Parser} from './parser.ts';
import {Token} from './scanner.ts';
import {textOf} from './source.ts';
import {parseTableReferences} from './table-reference.ts';
import {parseWindow} from './window.ts';

/** Whether the current token begins a query other than by a parenthesis. */
export function beginsQuery(parser: Parser): boolean {
  switch (parser.word) {
    case 'SELECT':
    case 'WITH':
    case 'TABLE':
      return true;
    case 'VALUES':
      return parser.peek() === 'ROW';
    default:
      return false;
  }
}

/** A query in parentheses. */
export function parseSubquery(parser: Parser): Query {
  parser.expect('(');
  const query = parseQuery(parser);
  parser.expect(')');
  return query;
}

/** A query; parentheses around all of it leave no trace. */
export function parseQuery(parser: Parser): Query {
  const at = parser.start;
  return parseQueryWith(parser, at, parseWith(parser));
}

/** A query whose WITH clause has been passed. */
export function parseQueryWith(parser: Parser, at: number, withClause: WithClause | null): Query {
  parser.enter(QUERY_NESTING_COST);
  const zone = parser.inLiteralZone;
  const body = parseBody(parser, parseOperand(parser));
  const query = parseQueryEnd(parser, at, withClause, body);
  parser.inLiteralZone = zone;
  parser.leave(QUERY_NESTING_COST);
  return query;
}

/** The query that begins with the parenthesised query `first`, or null when `first` is all of it. */
export function continueQuery(parser: Parser, first: Query): Query | null {
  const zone = parser.inLiteralZone;
  const query = parseQueryEnd(parser, first.at, null, parseBody(parser, first));
  parser.inLiteralZone = zone;
  return query === first ? null : query;
}

/** WITH [RECURSIVE] name [(columns)] AS (query), ...; null if there is none. */
export function parseWith(parser: Parser): WithClause | null {
  if (!parser.accept('WITH')) return null;
  const recursive = parser.accept('RECURSIVE');
  return {recursive, tables: parser.list(() => parseCommonTable(parser))};
}

function parseCommonTable(parser: Parser): CommonTable {
  parser.enter();
  const at = parser.start;
  const name = parser.identifier();
  const columns = parser.word === '(' ? parser.nameList() : [];
  parser.expect('AS');
  const query = parseSubquery(parser);
  parser.leave();
  return {at, name, columns, query};
}

// --- Bodies --------------------------------------------------------------------------------------------------------

/** UNION and EXCEPT over operands that may be chains of INTERSECT; the first operand has been passed. */
function parseBody(parser: Parser, first: QueryBody): QueryBody {
  let left = parseIntersections(parser, first);
  while (parser.word === 'UNION' || parser.word === 'EXCEPT') {
    const operator = parser.word === 'UNION' ? 'union' : 'except';
    const all = parseAll(parser);
    left = joined(parser, left, operator, all, parseIntersections(parser, parseOperand(parser)));
  }
  return left;
}

function parseIntersections(parser: Parser, first: QueryBody): QueryBody {
  let left = first;
  while (parser.word === 'INTERSECT') left = joined(parser, left, 'intersect', parseAll(parser), parseOperand(parser));
  return left;
}

/** Passes the operator and its ALL or DISTINCT. */
function parseAll(parser: Parser): boolean {
  parser.next();
  return parser.acceptOneOf(['ALL', 'DISTINCT']) === 'ALL';
}

/** `left operator right`, in the node of `left` if that is the same chain. */
function joined(
  parser: Parser,
  left: QueryBody,
  operator: SetOperation['operator'],
  all: boolean,
  right: QueryBody,
): SetOperation {
  if (left.kind === 'setOperation' && left.operator === operator && left.all === all) {
    (left.operands as QueryBody[]).push(right);
    return left;
  }
  parser.grow(parser.tallest + 1);
  return {kind: 'setOperation', at: left.at, operator, all, operands: [left, right]};
}

function parseOperand(parser: Parser): QueryBody {
  const at = parser.start;
  switch (parser.word) {
    case 'SELECT':
      return parseSelect(parser);
    case '(':
      return parseSubquery(parser);
    case 'TABLE':
      parser.next();
      return {kind: 'table', at, table: parser.tableName()};
    case 'VALUES':
      return parseValues(parser);
    default:
      return parser.fail();
  }
}

function parseValues(parser: Parser): ValuesBody {
  const at = parser.start;
  parser.expect('VALUES');
  return {kind: 'values', at, rows: parser.list(() => parseRowConstructor(parser))};
}

function parseRowConstructor(parser: Parser): Expression[] {
  parser.expectAll('ROW', '(');
  parser.frozen++;
  const row = parser.word === ')' ? [] : parser.list(() => parseValue(parser));
  parser.frozen--;
  parser.expect(')');
  return row;
}

/** An expression, or DEFAULT as a whole. */
export function parseValue(parser: Parser): Expression {
  if (parser.word !== 'DEFAULT' || parser.isFollowedBy('(')) return parseExpression(parser);
  const at = parser.start;
  parser.next();
  return {kind: 'default', at, column: null};
}

/** What follows the body. A body that is a parenthesised query, with nothing around it, is the query. */
function parseQueryEnd(parser: Parser, at: number, withClause: WithClause | null, body: QueryBody): Query {
  let into = parser.earlyInto;
  parser.earlyInto = null;
  const orderBy = parseOrderBy(parser);
  const limit = parseLimit(parser);
  if (parser.word === 'INTO' && into === null) into = parseInto(parser);
  const locking = parseLocking(parser);
  if (parser.word === 'INTO' && into === null) into = parseInto(parser);
  const isBare = withClause === null && orderBy.length === 0 && limit === null && locking.length === 0 && into === null;
  if (body.kind === 'query' && isBare) return body;
  return {kind: 'query', at, with: withClause, body, orderBy, limit, locking, into};
}

// --- SELECT --------------------------------------------------------------------------------------------------------

function parseSelect(parser: Parser): Select {
  const at = parser.start;
  parser.next();
  const hints = parseHints(parser);
  const {distinct, modifiers} = parseModifiers(parser);
  parser.frozen++;
  const items = parseSelectItems(parser);
  parser.frozen--;
  if (parser.word === 'INTO') parser.earlyInto = parseInto(parser);
  const from = parseFrom(parser);
  const where = parseWhere(parser);
  parser.frozen++;
  const {groupBy, rollup} = parseGroupBy(parser);
  const having = parser.accept('HAVING') ? parseExpression(parser) : null;
  const windows = parser.accept('WINDOW') ? parser.list(() => parseNamedWindow(parser)) : [];
  parser.frozen--;
  return {
    kind: 'select',
    at,
    hints,
    distinct,
    modifiers,
    items,
    from,
    where,
    groupBy,
    rollup,
    having,
    windows,
  };
}

/** The optimizer hints between the verb, which has been passed, and the current token. */
export function parseHints(parser: Parser): string | null {
  return parser.hintStart < 0 ? null : textOf(parser.text.slice(parser.hintStart, parser.hintEnd)).trim();
}

const MODIFIERS = [
  'ALL',
  'DISTINCT',
  'DISTINCTROW',
  'STRAIGHT_JOIN',
  'HIGH_PRIORITY',
  'SQL_SMALL_RESULT',
  'SQL_BIG_RESULT',
  'SQL_BUFFER_RESULT',
  'SQL_NO_CACHE',
  'SQL_CALC_FOUND_ROWS',
] as const;

function parseModifiers(parser: Parser): {distinct: boolean; modifiers: SelectModifier[]} {
  let distinct = false;
  let all = false;
  const modifiers: SelectModifier[] = [];
  while (parser.index !== 0) {
    const word = parser.acceptOneOf(MODIFIERS);
    if (word === null) break;
    if (word === 'ALL') all = true;
    else if (word === 'DISTINCT' || word === 'DISTINCTROW') distinct = true;
    else if (!modifiers.includes(word.toLowerCase() as SelectModifier)) {
      modifiers.push(word.toLowerCase() as SelectModifier);
    }
    if (distinct && all) parser.fail();
  }
  return {distinct, modifiers};
}

/** The select list. A bare `*` may only be its first item. */
function parseSelectItems(parser: Parser): SelectItem[] {
  const at = parser.start;
  const hasStar = parser.accept('*');
  const items: SelectItem[] = [hasStar ? {kind: 'wildcard', at, schema: null, table: null} : parseSelectItem(parser)];
  while (parser.accept(',')) items.push(parseSelectItem(parser));
  return items;
}

function parseSelectItem(parser: Parser): SelectItem {
  const at = parser.start;
  if (parser.isIdentifier() && parser.isFollowedBy('.')) {
    const wildcard = parseQualifiedWildcard(parser);
    if (wildcard !== null) return wildcard;
  }
  const expression = parseExpression(parser);
  const end = parser.previousEnd;
  const alias = parser.optionalAlias(true);
  const isNamed = alias !== null || expression.kind === 'column';
  return {kind: 'item', at, expression, alias, text: isNamed ? '' : textOf(parser.text.slice(at, end))};
}

/** `t.*` or `s.t.*`; null, and nothing passed, if it is something else. */
function parseQualifiedWildcard(parser: Parser): Wildcard | null {
  const at = parser.start;
  const mark = parser.mark();
  const first = parser.identifier();
  parser.expect('.');
  if (parser.accept('*')) return {kind: 'wildcard', at, schema: null, table: first};
  if (parser.isIdentifier() && parser.isFollowedBy('.')) {
    const second = parser.identifier();
    parser.expect('.');
    if (parser.accept('*')) return {kind: 'wildcard', at, schema: first, table: second};
  }
  parser.reset(mark);
  return null;
}

function parseFrom(parser: Parser): TableReference[] {
  if (!parser.accept('FROM')) return [];
  parser.inLiteralZone = false;
  if (parser.accept('DUAL')) return [];
  return parseTableReferences(parser);
}

/** `[WHERE condition]`; its literals are taken. */
export function parseWhere(parser: Parser): Expression | null {
  if (parser.word !== 'WHERE') return null;
  parser.inLiteralZone = true;
  parser.next();
  return parseExpression(parser);
}

function parseGroupBy(parser: Parser): {groupBy: Expression[]; rollup: boolean} {
  if (!parser.accept('GROUP')) return {groupBy: [], rollup: false};
  parser.expect('BY');
  const groupBy = parseExpressions(parser);
  return {groupBy, rollup: parser.acceptBoth('WITH', 'ROLLUP')};
}

function parseNamedWindow(parser: Parser): NamedWindow {
  const name = parser.identifier();
  parser.expect('AS');
  return {name, window: parseWindow(parser)};
}

// --- What surrounds a body -----------------------------------------------------------------------------------------

/** `[ORDER BY expression [ASC | DESC], ...]`; its literals are left. */
export function parseOrderBy(parser: Parser): OrderItem[] {
  if (parser.word !== 'ORDER') return [];
  parser.frozen++;
  parser.next();
  parser.expect('BY');
  const items = parser.list(() => parseOrderItem(parser));
  parser.frozen--;
  return items;
}

function parseOrderItem(parser: Parser): OrderItem {
  const expression = parseExpression(parser);
  return {expression, descending: parser.acceptOneOf(['ASC', 'DESC']) === 'DESC'};
}

/** `[LIMIT count]`, `[LIMIT offset, count]`, `[LIMIT count OFFSET offset]`. */
export function parseLimit(parser: Parser): Limit | null {
  if (parser.word !== 'LIMIT') return null;
  parser.inLiteralZone = true;
  parser.next();
  const first = parseLimitValue(parser);
  if (parser.accept(',')) return {count: parseLimitValue(parser), offset: first};
  return {count: first, offset: parser.accept('OFFSET') ? parseLimitValue(parser) : null};
}

/** `[LIMIT count]` of UPDATE and DELETE. */
export function parseLimitCount(parser: Parser): LimitValue | null {
  if (parser.word !== 'LIMIT') return null;
  parser.inLiteralZone = true;
  parser.next();
  return parseLimitValue(parser);
}

function parseLimitValue(parser: Parser): LimitValue {
  const at = parser.start;
  if (parser.kind === Token.placeholder) return parser.placeholder();
  if (parser.kind !== Token.integer) {
    if (parser.programDepth === 0) parser.fail();
    return {kind: 'column', at, schema: null, table: null, name: parser.identifier()};
  }
  const value = integerValue(parser.tokenText()) ?? parser.fail();
  const limit = parser.literalOrParameter({kind: 'integer', at, value});
  parser.next();
  return limit;
}

function parseLocking(parser: Parser): LockingClause[] {
  const clauses: LockingClause[] = [];
  for (;;) {
    if (parser.accept('LOCK')) {
      parser.expectAll('IN', 'SHARE', 'MODE');
      clauses.push({strength: 'share', of: [], wait: 'wait'});
    } else if (parser.accept('FOR')) {
      const strength = parser.expectOneOf(['UPDATE', 'SHARE']) === 'UPDATE' ? 'update' : 'share';
      const of = parser.accept('OF') ? parser.list(() => parser.tableName()) : [];
      clauses.push({strength, of, wait: parseLockWait(parser)});
    } else return clauses;
  }
}

function parseLockWait(parser: Parser): LockingClause['wait'] {
  if (parser.accept('NOWAIT')) return 'nowait';
  if (!parser.accept('SKIP')) return 'wait';
  parser.expect('LOCKED');
  return 'skipLocked';
}

/** INTO OUTFILE, INTO DUMPFILE, or INTO variables. */
function parseInto(parser: Parser): IntoClause {
  parser.expect('INTO');
  const word = parser.acceptOneOf(['OUTFILE', 'DUMPFILE']);
  if (word === null) return {kind: 'variables', targets: parser.list(() => parseIntoTarget(parser))};
  const path = parser.string();
  const isOutfile = word === 'OUTFILE';
  const charset = isOutfile ? parseCharacterSet(parser) : null;
  return {
    kind: isOutfile ? 'outfile' : 'dumpfile',
    path,
    charset,
    format: parseFileFormat(parser, isOutfile),
  };
}

function parseIntoTarget(parser: Parser): UserVariable | ColumnName {
  return parser.kind === Token.variable ? parser.userVariable() : parser.columnName();
}

/** `[CHARACTER SET name]` */
export function parseCharacterSet(parser: Parser): string | null {
  const word = parser.acceptOneOf(['CHARACTER', 'CHAR', 'CHARSET']);
  if (word === null) return null;
  if (word !== 'CHARSET') parser.expect('SET');
  return parser.charsetName();
}
