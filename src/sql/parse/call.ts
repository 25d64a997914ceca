// Function calls, and the functions whose arguments have a syntax of their own.
//
// Two of MySQL's habits: a function such as COUNT is that function only with its parenthesis directly behind it (unless
// IGNORE_SPACE is set), else the name is looked up among stored functions; and several functions have keyword forms
// (SUBSTRING(a FROM b)) that stand for ordinary calls, which is what they become here.

import type {DateArithmetic, Expression} from './ast-expression.ts';
import type {
  Aggregate,
  AggregateName,
  Call,
  CastType,
  JsonResponse,
  MatchMode,
  WindowFunctionName,
} from './ast-function.ts';
import {parseCastType} from './cast-type.ts';
import {parseExpression, parseExpressions, parseRank, Rank} from './expression.ts';
import {intervalUnit, simpleUnit} from './interval.ts';
import type {Word} from './keywords.ts';
import {frozenCalls} from './literal-zones.ts';
import {Mode} from './modes.ts';
import type {Parser} from './parser.ts';
import {parseOrderBy} from './query.ts';
import {parseOver} from './window.ts';

/** Parses what stands between the parentheses of one function. */
type SpecialForm = (parser: Parser, at: number, name: string) => Expression;

/**
 * A call whose name has been passed; its parenthesis is current. `nameIndex` is the name's word index if it is a
 * keyword. A `plain` name (quoted, qualified or reserved) never begins a special form.
 */
export function parseCall(
  parser: Parser,
  at: number,
  schema: string | null,
  name: string,
  nameIndex: number,
  plain: boolean,
): Expression {
  const isAdjacent = parser.start === parser.previousEnd || (parser.modes & Mode.ignoreSpace) !== 0;
  const upper = name.toUpperCase();
  let special = plain ? undefined : SPECIAL_FORMS.get(upper);
  if (!isAdjacent && ADJACENT_ONLY.has(upper)) special = undefined;
  const isFrozen = frozenCalls[nameIndex] === 1;
  if (isFrozen) parser.frozen++;
  parser.expect('(');
  const call = special === undefined ? plainCall(parser, at, schema, name) : special(parser, at, upper);
  parser.expect(')');
  if (isFrozen) parser.frozen--;
  return call.kind === 'aggregate' ? withOver(parser, call) : call;
}

/** Functions whose number of arguments is part of the grammar: another number is a syntax error. */
const ARGUMENT_COUNTS: ReadonlyMap<string, readonly [min: number, max: number]> = new Map([
  ['ASCII', [1, 1]],
  ['CHARSET', [1, 1]],
  ['COLLATION', [1, 1]],
  ['DATE', [1, 1]],
  ['DAY', [1, 1]],
  ['FORMAT', [2, 3]],
  ['HOUR', [1, 1]],
  ['IF', [3, 3]],
  ['INSERT', [4, 4]],
  ['LEFT', [2, 2]],
  ['MICROSECOND', [1, 1]],
  ['MINUTE', [1, 1]],
  ['MOD', [2, 2]],
  ['MONTH', [1, 1]],
  ['QUARTER', [1, 1]],
  ['REPEAT', [2, 2]],
  ['REPLACE', [3, 3]],
  ['REVERSE', [1, 1]],
  ['RIGHT', [2, 2]],
  ['SECOND', [1, 1]],
  ['TIME', [1, 1]],
  ['TIMESTAMP', [1, 2]],
  ['TRUNCATE', [2, 2]],
  ['WEEK', [1, 2]],
  ['YEAR', [1, 1]],
]);

function plainCall(parser: Parser, at: number, schema: string | null, name: string): Call {
  const args = parser.word === ')' ? [] : parseExpressions(parser);
  const count = schema === null ? ARGUMENT_COUNTS.get(name.toUpperCase()) : undefined;
  if (count !== undefined && (args.length < count[0] || args.length > count[1])) parser.fail();
  return {kind: 'call', at, schema, name: name.toLowerCase(), args};
}

function call(at: number, name: string, args: readonly Expression[]): Call {
  return {kind: 'call', at, schema: null, name, args};
}

// --- Aggregates and window functions -------------------------------------------------------------------------------

function withOver(parser: Parser, aggregate: Aggregate): Aggregate {
  return parser.word === 'OVER' ? {...aggregate, over: parseOver(parser)} : aggregate;
}

/** An aggregate of one argument. */
function simpleAggregate(name: AggregateName, mayBeDistinct: boolean): SpecialForm {
  return (parser, at) => {
    const distinct = mayBeDistinct && parser.accept('DISTINCT');
    parser.accept('ALL');
    return aggregateOf(at, name, distinct, [parseExpression(parser)]);
  };
}

function aggregateOf(at: number, name: AggregateName, distinct: boolean, args: readonly Expression[]): Aggregate {
  return {kind: 'aggregate', at, name, distinct, args, orderBy: [], separator: null, over: null};
}

function parseCount(parser: Parser, at: number): Aggregate {
  if (parser.accept('*')) return aggregateOf(at, 'count', false, []);
  if (parser.accept('DISTINCT')) return aggregateOf(at, 'count', true, parseExpressions(parser));
  parser.accept('ALL');
  return aggregateOf(at, 'count', false, [parseExpression(parser)]);
}

function parseGroupConcat(parser: Parser, at: number): Aggregate {
  const distinct = parser.accept('DISTINCT');
  const args = parseExpressions(parser);
  const orderBy = parseOrderBy(parser);
  const separator = parser.accept('SEPARATOR') ? parser.string() : null;
  return {kind: 'aggregate', at, name: 'group_concat', distinct, args, orderBy, separator, over: null};
}

function parseJsonObjectAggregate(parser: Parser, at: number): Aggregate {
  const key = parseExpression(parser);
  parser.expect(',');
  return aggregateOf(at, 'json_objectagg', false, [key, parseExpression(parser)]);
}

/** Least and greatest number of arguments. */
const WINDOW_FUNCTIONS = new Map<string, readonly [number, number]>([
  ['CUME_DIST', [0, 0]],
  ['DENSE_RANK', [0, 0]],
  ['FIRST_VALUE', [1, 1]],
  ['LAG', [1, 3]],
  ['LAST_VALUE', [1, 1]],
  ['LEAD', [1, 3]],
  ['NTH_VALUE', [2, 2]],
  ['NTILE', [1, 1]],
  ['PERCENT_RANK', [0, 0]],
  ['RANK', [0, 0]],
  ['ROW_NUMBER', [0, 0]],
]);

/** A window function; anything else is a syntax error. */
export function parseWindowFunction(parser: Parser): Expression {
  const at = parser.start;
  const word = parser.word;
  const [least, most] = WINDOW_FUNCTIONS.get(word) ?? parser.fail();
  parser.next();
  parser.expect('(');
  const args: Expression[] = [];
  while (args.length < most && parser.word !== ')') {
    if (args.length > 0) parser.expect(',');
    args.push(parseExpression(parser));
  }
  if (args.length < least) parser.fail();
  parser.expect(')');
  const fromLast = word === 'NTH_VALUE' && parseFromLast(parser);
  const ignoreNulls = args.length > 0 && word !== 'NTILE' && parseIgnoreNulls(parser);
  if (parser.word !== 'OVER') parser.fail();
  const name = word.toLowerCase() as WindowFunctionName;
  return {kind: 'window', at, name, args, fromLast, ignoreNulls, over: parseOver(parser)};
}

function parseFromLast(parser: Parser): boolean {
  return parser.accept('FROM') && parser.expectOneOf(['FIRST', 'LAST']) === 'LAST';
}

function parseIgnoreNulls(parser: Parser): boolean {
  const word = parser.acceptOneOf(['RESPECT', 'IGNORE']);
  if (word !== null) parser.expect('NULLS');
  return word === 'IGNORE';
}

// --- Conversions ---------------------------------------------------------------------------------------------------

function parseCast(parser: Parser, at: number): Expression {
  const value = parseExpression(parser);
  const timeZone = parseAtTimeZone(parser);
  parser.expect('AS');
  const type = parseCastType(parser);
  const array = parser.accept('ARRAY');
  return {kind: 'cast', at, value, type, array, timeZone};
}

function parseAtTimeZone(parser: Parser): string | null {
  if (!parser.accept('AT')) return null;
  parser.expectAll('TIME', 'ZONE');
  parser.accept('INTERVAL');
  return parser.string();
}

/** CONVERT(value, type), which is a cast, or CONVERT(value USING charset). */
export function parseConvert(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  parser.frozen++;
  const value = parseExpression(parser);
  let converted: Expression;
  if (parser.accept('USING')) converted = {kind: 'convertUsing', at, value, charset: parser.charsetName()};
  else {
    parser.expect(',');
    converted = {kind: 'cast', at, value, type: parseCastType(parser), array: false, timeZone: null};
  }
  parser.frozen--;
  parser.expect(')');
  return converted;
}

/** CHAR(codes [USING charset]) */
export function parseCharCodes(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  parser.expect('(');
  parser.frozen++;
  const codes = parseExpressions(parser);
  const charset = parser.accept('USING') ? parser.charsetName() : null;
  parser.frozen--;
  parser.expect(')');
  return {kind: 'char', at, codes, charset};
}

function parseWeightString(parser: Parser, at: number): Expression {
  const value = parseExpression(parser);
  if (!parser.accept('AS')) return {kind: 'weightString', at, value, as: null, length: null};
  const as = parser.expectOneOf(['CHAR', 'BINARY']) === 'CHAR' ? 'char' : 'binary';
  parser.expect('(');
  const length = parser.integer();
  parser.expect(')');
  return {kind: 'weightString', at, value, as, length};
}

function parseJsonValue(parser: Parser, at: number): Expression {
  const document = parseExpression(parser);
  parser.expect(',');
  const path = parseExpression(parser);
  const returning: CastType | null = parser.accept('RETURNING') ? parseCastType(parser) : null;
  const {onEmpty, onError} = parseJsonResponses(parser);
  return {kind: 'jsonValue', at, document, path, returning, onEmpty, onError};
}

/** `[response ON EMPTY] [response ON ERROR]` */
export function parseJsonResponses(parser: Parser): {
  onEmpty: JsonResponse | null;
  onError: JsonResponse | null;
} {
  let onEmpty: JsonResponse | null = null;
  for (;;) {
    const response = parseJsonResponse(parser);
    if (response === null) return {onEmpty, onError: null};
    parser.expect('ON');
    if (parser.expectOneOf(['EMPTY', 'ERROR']) === 'ERROR') return {onEmpty, onError: response};
    if (onEmpty !== null) parser.fail();
    onEmpty = response;
  }
}

function parseJsonResponse(parser: Parser): JsonResponse | null {
  const word = parser.acceptOneOf(['NULL', 'ERROR', 'DEFAULT']);
  if (word === null) return null;
  if (word !== 'DEFAULT') return {action: word === 'NULL' ? 'null' : 'error', value: null};
  return {action: 'default', value: parseRank(parser, Rank.negate)};
}

// --- Dates ---------------------------------------------------------------------------------------------------------

/** DATE_ADD and DATE_SUB; ADDDATE and SUBDATE may have a number of days in place of the interval. */
function dateFunction(operator: '+' | '-', mayCountDays: boolean): SpecialForm {
  return (parser, at): DateArithmetic => {
    const value = parseExpression(parser);
    parser.expect(',');
    if (mayCountDays && parser.word !== 'INTERVAL') {
      return {kind: 'dateArithmetic', at, operator, value, amount: parseExpression(parser), unit: 'day'};
    }
    parser.expect('INTERVAL');
    const amount = parseExpression(parser);
    return {kind: 'dateArithmetic', at, operator, value, amount, unit: intervalUnit(parser)};
  };
}

function parseTimestampFunction(parser: Parser, at: number, name: string): Expression {
  const unit = simpleUnit(parser);
  parser.expect(',');
  const first = parseExpression(parser);
  parser.expect(',');
  const args: [Expression, Expression] = [first, parseExpression(parser)];
  return {
    kind: 'timestampFunction',
    at,
    name: name === 'TIMESTAMPADD' ? 'timestampadd' : 'timestampdiff',
    unit,
    args,
  };
}

function parseExtract(parser: Parser, at: number): Expression {
  const unit = intervalUnit(parser);
  parser.expect('FROM');
  return {kind: 'extract', at, unit, value: parseExpression(parser)};
}

function parseGetFormat(parser: Parser, at: number): Expression {
  const word = parser.expectOneOf(['DATE', 'TIME', 'DATETIME', 'TIMESTAMP']);
  const type = word === 'DATE' ? 'date' : word === 'TIME' ? 'time' : 'datetime';
  parser.expect(',');
  return {kind: 'getFormat', at, type, region: parseExpression(parser)};
}

// --- Strings -------------------------------------------------------------------------------------------------------

/** SUBSTRING(a, b [, c]) and SUBSTRING(a FROM b [FOR c]). */
function parseSubstring(parser: Parser, at: number): Expression {
  const args = [parseExpression(parser)];
  const first: Word = parser.word === 'FROM' ? 'FROM' : ',';
  const second: Word = first === 'FROM' ? 'FOR' : ',';
  parser.expect(first);
  args.push(parseExpression(parser));
  if (parser.accept(second)) args.push(parseExpression(parser));
  return call(at, 'substring', args);
}

/** POSITION(a IN b) */
function parsePosition(parser: Parser, at: number): Expression {
  const wanted = parseRank(parser, Rank.bitOr);
  parser.expect('IN');
  return call(at, 'locate', [wanted, parseExpression(parser)]);
}

/** TRIM([[BOTH | LEADING | TRAILING] [removed] FROM] value) */
function parseTrim(parser: Parser, at: number): Expression {
  const word = parser.acceptOneOf(['BOTH', 'LEADING', 'TRAILING']);
  const side = word === null ? 'both' : (word.toLowerCase() as 'both' | 'leading' | 'trailing');
  if (word !== null && parser.accept('FROM')) {
    return {kind: 'trim', at, side, removed: null, value: parseExpression(parser)};
  }
  const first = parseExpression(parser);
  if (word === null && parser.word !== 'FROM') return {kind: 'trim', at, side, removed: null, value: first};
  parser.expect('FROM');
  return {kind: 'trim', at, side, removed: first, value: parseExpression(parser)};
}

/** MATCH (columns) AGAINST (pattern [mode]) */
export function parseMatch(parser: Parser): Expression {
  const at = parser.start;
  parser.next();
  const hasParentheses = parser.accept('(');
  const columns = parser.list(() => parser.columnName());
  if (hasParentheses) parser.expect(')');
  parser.expectAll('AGAINST', '(');
  const pattern = parseRank(parser, Rank.bitOr);
  const mode = parseMatchMode(parser);
  parser.expect(')');
  return {kind: 'match', at, columns, pattern, mode};
}

function parseMatchMode(parser: Parser): MatchMode {
  let natural = false;
  if (parser.accept('IN')) {
    if (parser.accept('BOOLEAN')) {
      parser.expect('MODE');
      return 'boolean';
    }
    parser.expectAll('NATURAL', 'LANGUAGE', 'MODE');
    natural = true;
  }
  if (!parser.accept('WITH')) return 'natural';
  parser.expectAll('QUERY', 'EXPANSION');
  return natural ? 'naturalExpansion' : 'expansion';
}

// --- Tables --------------------------------------------------------------------------------------------------------

/** A function known under a name of its own here, with an ordinary argument list. */
function synonymOf(name: string): SpecialForm {
  return (parser, at) => call(at, name, parser.word === ')' ? [] : parseExpressions(parser));
}

const SPECIAL_FORMS = new Map<string, SpecialForm>([
  ['ADDDATE', dateFunction('+', true)],
  ['AVG', simpleAggregate('avg', true)],
  ['BIT_AND', simpleAggregate('bit_and', false)],
  ['BIT_OR', simpleAggregate('bit_or', false)],
  ['BIT_XOR', simpleAggregate('bit_xor', false)],
  ['CAST', parseCast],
  ['COUNT', parseCount],
  ['DATE_ADD', dateFunction('+', false)],
  ['DATE_SUB', dateFunction('-', false)],
  ['EXTRACT', parseExtract],
  ['GET_FORMAT', parseGetFormat],
  ['GROUP_CONCAT', parseGroupConcat],
  ['JSON_ARRAYAGG', simpleAggregate('json_arrayagg', false)],
  ['JSON_OBJECTAGG', parseJsonObjectAggregate],
  ['JSON_VALUE', parseJsonValue],
  ['MAX', simpleAggregate('max', true)],
  ['MID', parseSubstring],
  ['MIN', simpleAggregate('min', true)],
  ['POSITION', parsePosition],
  ['SESSION_USER', synonymOf('user')],
  ['STD', simpleAggregate('stddev_pop', false)],
  ['STDDEV', simpleAggregate('stddev_pop', false)],
  ['STDDEV_POP', simpleAggregate('stddev_pop', false)],
  ['STDDEV_SAMP', simpleAggregate('stddev_samp', false)],
  ['ST_COLLECT', simpleAggregate('st_collect', true)],
  ['SUBDATE', dateFunction('-', true)],
  ['SUBSTR', parseSubstring],
  ['SUBSTRING', parseSubstring],
  ['SUM', simpleAggregate('sum', true)],
  ['SYSTEM_USER', synonymOf('user')],
  ['TIMESTAMPADD', parseTimestampFunction],
  ['TIMESTAMPDIFF', parseTimestampFunction],
  ['TRIM', parseTrim],
  ['VARIANCE', simpleAggregate('var_pop', false)],
  ['VAR_POP', simpleAggregate('var_pop', false)],
  ['VAR_SAMP', simpleAggregate('var_samp', false)],
  ['WEIGHT_STRING', parseWeightString],
]);

/** Whether a call of an ordinary function of this name, in small letters, would be read as a special form. */
export function isSpecialForm(name: string): boolean {
  return name !== 'substring' && SPECIAL_FORMS.has(name.toUpperCase());
}

/** The special forms that are not lexed as such when a blank stands before the parenthesis. */
const ADJACENT_ONLY: ReadonlySet<string> = new Set(
  [...SPECIAL_FORMS.keys()].filter(
    name => !['AVG', 'GET_FORMAT', 'JSON_VALUE', 'TIMESTAMPADD', 'TIMESTAMPDIFF', 'WEIGHT_STRING'].includes(name),
  ),
);
