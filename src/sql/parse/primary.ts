// What stands between operators: literals, names, variables, parentheses, and the functions that begin with a reserved
// word. Calls of all other functions are in call.ts.

import {SqlError} from '../../base/sql-error.ts';
import type {Query} from './ast.ts';
import type {
  Case,
  Expression,
  ParameterLiteral,
  StringLiteral,
  SystemVariable,
  TemporalLiteral,
  VariableScope,
  WhenClause,
} from './ast-expression.ts';
import {parseCall, parseCharCodes, parseConvert, parseMatch, parseWindowFunction} from './call.ts';
import {isCharset} from './charsets.ts';
import {continueRank, parseExpression, parseExpressions, Rank} from './expression.ts';
import type {Word} from './keywords.ts';
import {bitValue, hexValue, integerValue, nameOf, stringBytes, stringValue} from './literal.ts';
import type {Parser} from './parser.ts';
import {beginsQuery, continueQuery, parseQuery, parseSubquery} from './query.ts';
import {Token} from './scanner.ts';
import {textOrBytesOf} from './source.ts';

/** An operand: everything that is not an operator. */
export function parsePrimary(parser: Parser): Expression {
  switch (parser.kind) {
    case Token.word:
      return parser.index === 0 ? parseNamed(parser) : parseWord(parser);
    case Token.quoted:
      return parseNamed(parser);
    case Token.string:
    case Token.nationalString:
    case Token.integer:
    case Token.decimal:
    case Token.double:
    case Token.hex:
    case Token.bit:
      return parseLiteral(parser);
    case Token.placeholder:
      return parser.placeholder();
    case Token.variable:
      return parseUserVariable(parser);
    default:
      return parseSymbol(parser);
  }
}

// --- Literals ------------------------------------------------------------------------------------------------------

function parseLiteral(parser: Parser): Expression {
  if (parser.kind === Token.nationalString) return parseString(parser, 'utf8mb3');
  // Whether it becomes a parameter depends on the token before it, so that is settled before the scanner moves.
  const literal = literalAt(parser);
  const result = parser.literalOrParameter(literal);
  const joins = parser.kind === Token.string;
  parser.next();
  if (!joins || parser.kind !== Token.string) return result;
  const joined: StringLiteral = {
    ...(literal as StringLiteral),
    value: joinStrings(parser, literal as StringLiteral),
  };
  return result.kind === 'parameter' ? {...result, literal: joined} : joined;
}

/** The literal that is the current token. */
function literalAt(parser: Parser): ParameterLiteral {
  const at = parser.start;
  switch (parser.kind) {
    case Token.integer: {
      const text = parser.tokenText();
      const value = integerValue(text);
      return value === null ? {kind: 'decimal', at, text} : {kind: 'integer', at, value};
    }
    case Token.decimal:
      return {kind: 'decimal', at, text: parser.tokenText()};
    case Token.double:
      return {kind: 'double', at, value: doubleValue(parser)};
    case Token.hex:
      return {kind: 'bytes', at, value: hexValue(parser.tokenText()), notation: 'hex'};
    case Token.bit:
      return {kind: 'bytes', at, value: bitValue(parser.tokenText()), notation: 'bit'};
    default:
      return {kind: 'string', at, value: stringValue(parser), charset: null};
  }
}

function doubleValue(parser: Parser): number {
  const text = parser.tokenText();
  const value = Number(text);
  if (!Number.isFinite(value)) throw new SqlError('ER_ILLEGAL_VALUE_FOR_TYPE', 'double', text);
  return value;
}

/** The strings from the current token on, joined to `first`. */
function joinStrings(parser: Parser, first: StringLiteral): string | Uint8Array {
  let value = first.value;
  while (parser.kind === Token.string) {
    const more = stringValue(parser);
    value = typeof value === 'string' && typeof more === 'string' ? value + more : joinBytes(value, more);
    parser.next();
  }
  return value;
}

function joinBytes(first: string | Uint8Array, second: string | Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(first as Uint8Array), Buffer.from(second as Uint8Array)]));
}

/** A string with a character set; its value is text only if the set is Unicode's own. */
function parseString(parser: Parser, charset: string): StringLiteral {
  const at = parser.start;
  const isText = isUnicode(charset);
  let value: string | Uint8Array = isText ? stringValue(parser) : stringBytes(parser);
  parser.next();
  while (parser.kind === Token.string) {
    const more = isText ? stringValue(parser) : stringBytes(parser);
    value = typeof value === 'string' && typeof more === 'string' ? value + more : joinBytes(value, more);
    parser.next();
  }
  return {kind: 'string', at, value, charset};
}

function isUnicode(charset: string): boolean {
  return charset === 'utf8mb4' || charset === 'utf8mb3' || charset === 'utf8';
}

/** The literal behind an introducer that has been passed: always a string of that character set. */
function parseIntroduced(parser: Parser, at: number, charset: string): StringLiteral {
  if (parser.kind === Token.string) return {...parseString(parser, charset), at};
  const token = parser.tokenText();
  const bytes = parser.kind === Token.hex ? hexValue(token) : bitValue(token);
  parser.next();
  const value = isUnicode(charset) ? textOrBytesOf(Buffer.from(bytes).toString('latin1')) : bytes;
  return {kind: 'string', at, value, charset};
}

// --- Names ---------------------------------------------------------------------------------------------------------

/** Something that begins with an identifier: a column, a call, or a literal with an introducer. */
function parseNamed(parser: Parser): Expression {
  const at = parser.start;
  const nameIndex = parser.index;
  const isQuoted = parser.kind === Token.quoted;
  const name = nameOf(parser);
  parser.next();
  return parseNameRest(parser, at, name, nameIndex, isQuoted);
}

/** The rest of something whose first name has been passed; `nameIndex` is its word index if it is a keyword. */
function parseNameRest(parser: Parser, at: number, name: string, nameIndex: number, isQuoted: boolean): Expression {
  if (parser.word === '(') return parseCall(parser, at, null, name, nameIndex, isQuoted);
  if (!isQuoted && name.charCodeAt(0) === 0x5f && isIntroduced(parser)) {
    const charset = name.slice(1).toLowerCase();
    if (isCharset(charset)) return parseIntroduced(parser, at, charset);
  }
  if (parser.word !== '.') return parseJsonPath(parser, {kind: 'column', at, schema: null, table: null, name});
  parser.next();
  const second = parser.identifier();
  if (parser.is('(')) return parseCall(parser, at, name, second, 0, true);
  if (!parser.is('.')) {
    return parseJsonPath(parser, {kind: 'column', at, schema: null, table: name, name: second});
  }
  parser.next();
  return parseJsonPath(parser, {kind: 'column', at, schema: name, table: second, name: parser.identifier()});
}

function isIntroduced(parser: Parser): boolean {
  return parser.kind === Token.string || parser.kind === Token.hex || parser.kind === Token.bit;
}

/** `column -> path` and `column ->> path`; the column itself without either. */
function parseJsonPath(parser: Parser, column: Extract<Expression, {kind: 'column'}>): Expression {
  if (parser.word !== '->' && parser.word !== '->>') return column;
  const unquote = parser.word === '->>';
  parser.next();
  return {kind: 'jsonPath', at: column.at, column, path: parser.string(), unquote};
}

function parseUserVariable(parser: Parser): Expression {
  const at = parser.start;
  const name = nameOf(parser);
  parser.next();
  if (!parser.accept(':=')) return {kind: 'userVariable', at, name};
  return {kind: 'assignment', at, name, value: parseExpression(parser)};
}

const SCOPES = new Map<string, VariableScope>([
  ['GLOBAL', 'global'],
  ['SESSION', 'session'],
  ['LOCAL', 'session'],
  ['PERSIST', 'persist'],
  ['PERSIST_ONLY', 'persist_only'],
]);

/** `@@[scope.][component.]name`; the current token is behind the `@@`. */
export function parseSystemVariable(parser: Parser, at: number): SystemVariable {
  const first = parser.identifier();
  const scope = SCOPES.get(first.toUpperCase()) ?? null;
  if (scope === null || !parser.accept('.')) return variableAfter(parser, at, null, first);
  return variableAfter(parser, at, scope, parser.identifier());
}

/** The rest of a system variable's name, whose scope and first part have been passed. */
export function variableAfter(parser: Parser, at: number, scope: VariableScope | null, first: string): SystemVariable {
  if (!parser.accept('.')) return {kind: 'systemVariable', at, scope, component: null, name: first.toLowerCase()};
  const name = parser.identifier().toLowerCase();
  return {kind: 'systemVariable', at, scope, component: first.toLowerCase(), name};
}

// --- Words ---------------------------------------------------------------------------------------------------------

/** Something that begins with a word of the grammar: an unreserved one may be a name. */
function parseWord(parser: Parser): Expression {
  const at = parser.start;
  switch (parser.word) {
    case 'NULL':
      parser.next();
      return {kind: 'null', at};
    case 'TRUE':
    case 'FALSE': {
      const value = parser.word === 'TRUE';
      parser.next();
      return {kind: 'boolean', at, value};
    }
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return parseTemporal(parser);
    case 'CASE':
      return parseCase(parser);
    case 'EXISTS':
      parser.next();
      return {kind: 'exists', at, query: parseSubquery(parser)};
    case 'ROW':
      return parseRow(parser);
    case 'DEFAULT':
      return parseDefault(parser);
    case 'VALUES':
      return parseInsertedValue(parser);
    case 'CONVERT':
      return parseConvert(parser);
    case 'CHAR':
      return parseCharCodes(parser);
    case 'MATCH':
      return parseMatch(parser);
  }
  if (parser.isIdentifier()) return parseNamed(parser);
  return parseReservedCall(parser);
}

/** DATE '...' and its kin; without a string the word is a name. */
function parseTemporal(parser: Parser): Expression {
  const at = parser.start;
  const nameIndex = parser.index;
  const name = parser.tokenText();
  parser.next();
  if (parser.kind !== Token.string) return parseNameRest(parser, at, name, nameIndex, false);
  return {kind: 'temporal', at, type: name.toLowerCase() as TemporalLiteral['type'], text: parser.string()};
}

function parseCase(parser: Parser): Case {
  const at = parser.start;
  parser.next();
  const operand = parser.word === 'WHEN' ? null : parseExpression(parser);
  const clauses: WhenClause[] = [];
  parser.expect('WHEN');
  do {
    const when = parseExpression(parser);
    parser.expect('THEN');
    clauses.push({when, result: parseExpression(parser)});
  } while (parser.accept('WHEN'));
  const otherwise = parser.accept('ELSE') ? parseExpression(parser) : null;
  parser.expect('END');
  return {kind: 'case', at, operand, clauses, otherwise};
}

/** ROW(a, b, ...): at least two, frozen. */
function parseRow(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  parser.frozen++;
  const items = [parseExpression(parser)];
  parser.expect(',');
  items.push(...parseExpressions(parser));
  parser.frozen--;
  parser.expect(')');
  return {kind: 'row', at, items};
}

function parseDefault(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  const column = parser.columnName();
  parser.expect(')');
  return {kind: 'default', at, column};
}

function parseInsertedValue(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  const column = parser.columnName();
  parser.expect(')');
  return {kind: 'insertedValue', at, column};
}

/** Reserved words that are functions with an ordinary argument list. */
const CALLABLE: ReadonlySet<string> = new Set<Word>([
  'IF',
  'INSERT',
  'LEFT',
  'MOD',
  'REPEAT',
  'REPLACE',
  'RIGHT',
  'DATABASE',
  'SCHEMA',
  'GROUPING',
]);

/** Reserved words that are functions even without parentheses, and the functions they stand for. */
const BARE_CALLS = new Map<string, string>([
  ['CURRENT_DATE', 'curdate'],
  ['CURRENT_TIME', 'curtime'],
  ['CURRENT_TIMESTAMP', 'now'],
  ['CURRENT_USER', 'current_user'],
  ['LOCALTIME', 'now'],
  ['LOCALTIMESTAMP', 'now'],
  ['UTC_DATE', 'utc_date'],
  ['UTC_TIME', 'utc_time'],
  ['UTC_TIMESTAMP', 'utc_timestamp'],
]);

const NO_PRECISION: ReadonlySet<string> = new Set(['curdate', 'current_user', 'utc_date']);

function parseReservedCall(parser: Parser): Expression {
  const at = parser.start;
  const word = parser.word;
  const bare = BARE_CALLS.get(word);
  if (bare !== undefined) {
    parser.next();
    const args = NO_PRECISION.has(bare) ? parseEmptyParentheses(parser) : parsePrecision(parser);
    return {kind: 'call', at, schema: null, name: bare, args};
  }
  if (CALLABLE.has(word)) {
    parser.next();
    if (parser.word !== '(') parser.fail();
    return parseCall(parser, at, null, word, 0, true);
  }
  return parseWindowFunction(parser);
}

function parseEmptyParentheses(parser: Parser): Expression[] {
  if (parser.accept('(')) parser.expect(')');
  return [];
}

/** The `([fraction])` that may follow CURRENT_TIMESTAMP and its kin. */
function parsePrecision(parser: Parser): Expression[] {
  if (!parser.accept('(')) return [];
  if (parser.accept(')')) return [];
  const at = parser.start;
  const args: Expression[] = [{kind: 'integer', at, value: parser.integer()}];
  parser.expect(')');
  return args;
}

// --- Symbols and parentheses ---------------------------------------------------------------------------------------

function parseSymbol(parser: Parser): Expression {
  const at = parser.start;
  switch (parser.word) {
    case '(': {
      const inside = parseParenthesized(parser);
      if (!Array.isArray(inside)) return {kind: 'subquery', at, query: inside};
      return inside.length === 1 ? inside[0] : {kind: 'row', at, items: inside};
    }
    case '@@':
      parser.next();
      return parseSystemVariable(parser, at);
    case '{':
      return parseOdbc(parser);
    default:
      return parser.fail();
  }
}

const ODBC_TYPES = new Map<string, 'date' | 'time' | 'timestamp'>([
  ['d', 'date'],
  ['t', 'time'],
  ['ts', 'timestamp'],
]);

/** `{d '...'}`, `{t '...'}`, `{ts '...'}`; with any other word in front, the expression itself. */
function parseOdbc(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  const type = ODBC_TYPES.get(parser.identifier().toLowerCase());
  parser.frozen++;
  const value: Expression =
    type !== undefined && parser.kind === Token.string
      ? {kind: 'temporal', at, type, text: parser.string()}
      : parseExpression(parser);
  parser.frozen--;
  parser.expect('}');
  return value;
}

/**
 * What stands in parentheses where an expression may: a query, or expressions. `((SELECT 1) UNION (SELECT 2))` is a
 * query, `((SELECT 1) + 2)` an expression: only what follows the inner parentheses tells.
 */
export function parseParenthesized(parser: Parser): Query | Expression[] {
  parser.enter();
  parser.expect('(');
  const inside = parseInside(parser);
  parser.expect(')');
  parser.leave();
  return inside;
}

function parseInside(parser: Parser): Query | Expression[] {
  if (beginsQuery(parser)) return parseQuery(parser);
  if (parser.word !== '(') return parseExpressions(parser);
  const at = parser.start;
  const inner = parseParenthesized(parser);
  let first: Expression;
  if (Array.isArray(inner)) first = inner.length === 1 ? inner[0] : {kind: 'row', at, items: inner};
  else {
    const query = continueQuery(parser, inner);
    if (query !== null || parser.is(')')) return query ?? inner;
    first = {kind: 'subquery', at, query: inner};
  }
  const expressions = [continueRank(parser, first, Rank.or)];
  if (parser.accept(',')) expressions.push(...parseExpressions(parser));
  return expressions;
}
