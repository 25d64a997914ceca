// Operators: one loop over one table of ranks (a Pratt parser). What stands between operators is in primary.ts.
//
// MySQL's ranks, from loose to tight; an operator's operands are of the ranks its grammar demands, which is not always
// "at least my own":
//
//    1  OR ||                        7  [NOT] IN, BETWEEN, LIKE, REGEXP, MEMBER OF, SOUNDS LIKE
//    2  XOR                          8  |      9  &     10  << >>    11  + -    12  * / DIV % MOD    13  ^
//    3  AND &&                      14  || under PIPES_AS_CONCAT
//    4  NOT                         15  - + ~ (prefix)
//    5  IS [NOT] TRUE ...           16  !, and NOT under HIGH_NOT_PRECEDENCE
//    6  = <=> < <= > >= <>, IS NULL 17  BINARY    18  COLLATE
//
// So `NOT a = b` is NOT (a = b) but `!a = b` is (!a) = b; `a = b IS NULL` is (a = b) IS NULL; `a IN (1) IN (1)` and
// `a = NOT b` are syntax errors. The left operand's rank is carried along to refuse what does not associate.
//
// Height. The loop builds left-deep trees without recursion, but everyone after us walks them recursively. So each call
// keeps the height of its tree: `parser.tallest` collects, from the calls inside one operand, the height of the
// tallest; on return it holds the larger of what it held before and the height of the new tree.

import type {ArithmeticOperator, ComparisonOperator, Expression} from './ast-expression.ts';
import {intervalUnit} from './interval.ts';
import {WORDS, type Word, wordIndex} from './keywords.ts';
import {Mode} from './modes.ts';
import type {Parser} from './parser.ts';
import {parseParenthesized, parsePrimary} from './primary.ts';
import {parseSubquery} from './query.ts';
import {Token} from './scanner.ts';

export const Rank = {
  or: 1,
  xor: 2,
  and: 3,
  not: 4,
  isTest: 5,
  comparison: 6,
  predicate: 7,
  bitOr: 8,
  bitAnd: 9,
  shift: 10,
  add: 11,
  multiply: 12,
  bitXor: 13,
  concat: 14,
  negate: 15,
  bang: 16,
  binary: 17,
  collate: 18,
  primary: 19,
} as const;

/** By word index: the rank of the operator that begins with this word behind an operand, 0 for none. */
const RANKS = new Uint8Array(WORDS.length);

function setRank(rank: number, ...words: readonly Word[]): void {
  for (const word of words) RANKS[wordIndex(word)] = rank;
}

setRank(Rank.or, 'OR', '||');
setRank(Rank.xor, 'XOR');
setRank(Rank.and, 'AND', '&&');
setRank(Rank.isTest, 'IS');
setRank(Rank.comparison, '=', '<=>', '<', '<=', '>', '>=', '<>', '!=');
setRank(Rank.predicate, 'NOT', 'IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE', 'MEMBER', 'SOUNDS');
setRank(Rank.bitOr, '|');
setRank(Rank.bitAnd, '&');
setRank(Rank.shift, '<<', '>>');
setRank(Rank.add, '+', '-');
setRank(Rank.multiply, '*', '/', '%', 'DIV', 'MOD');
setRank(Rank.bitXor, '^');
setRank(Rank.concat, '|concat|');
setRank(Rank.collate, 'COLLATE');

/** An expression of any rank. */
export function parseExpression(parser: Parser): Expression {
  return parseRank(parser, Rank.or);
}

/** An expression whose operators are all of rank `least` or tighter. */
export function parseRank(parser: Parser, least: number): Expression {
  const tallestBefore = parser.tallest;
  parser.enter();
  parser.tallest = 0;
  const left = parsePrefix(parser, least);
  const whole = RANKS[parser.index] < least ? left : continueRank(parser, left, least);
  const height = parser.tallest + 1;
  parser.tallest = tallestBefore;
  parser.grow(height);
  parser.leave();
  return whole;
}

/** The operators behind an operand that has been parsed. Leaves the tree's height in `parser.tallest`. */
export function continueRank(parser: Parser, first: Expression, least: number): Expression {
  let left = first;
  let leftRank: number = Rank.primary;
  for (;;) {
    const rank = RANKS[parser.index];
    if (rank < least || rank === 0 || leftRank < leastLeft(rank)) return left;
    const height = parser.tallest;
    const extended = parseInfix(parser, left, rank);
    if (extended === null) return left;
    parser.grow(Math.max(height, parser.tallest) + 1);
    // IS NULL is of a tighter rank than the other tests, and only the test tells.
    leftRank = extended.kind === 'is' && extended.test === 'null' ? Rank.comparison : rank;
    left = extended;
  }
}

/** The loosest rank the left operand of an operator may have. */
function leastLeft(rank: number): number {
  if (rank === Rank.isTest) return Rank.comparison;
  return rank === Rank.predicate ? Rank.bitOr : rank;
}

function parsePrefix(parser: Parser, least: number): Expression {
  if (parser.kind === Token.symbol || parser.index !== 0) {
    const at = parser.start;
    switch (parser.word) {
      case 'NOT':
        return parseNot(parser, least);
      case '-':
      case '~': {
        const operator = parser.word;
        parser.next();
        return {kind: 'unary', at, operator, operand: parseRank(parser, Rank.negate)};
      }
      case '+':
        parser.next();
        return parseRank(parser, Rank.negate);
      case '!':
        parser.next();
        return {kind: 'unary', at, operator: 'not', operand: parseRank(parser, Rank.bang)};
      case 'BINARY':
        parser.next();
        return {kind: 'unary', at, operator: 'binary', operand: parseRank(parser, Rank.binary)};
      case 'INTERVAL':
        return parseInterval(parser, least);
    }
  }
  return parsePrimary(parser);
}

function parseNot(parser: Parser, least: number): Expression {
  const at = parser.start;
  const isHigh = (parser.modes & Mode.highNotPrecedence) !== 0;
  if (!isHigh && least > Rank.not) parser.fail();
  parser.next();
  return {kind: 'unary', at, operator: 'not', operand: parseRank(parser, isHigh ? Rank.bang : Rank.not)};
}

/** One operator behind `left` with its right operand; null if the word at hand is no operator after all. */
function parseInfix(parser: Parser, left: Expression, rank: number): Expression | null {
  switch (rank) {
    case Rank.or:
    case Rank.xor:
    case Rank.and:
      return parseLogical(parser, left, rank);
    case Rank.isTest:
      return parseIs(parser, left);
    case Rank.comparison:
      return parseComparison(parser, left);
    case Rank.predicate:
      return parsePredicate(parser, left);
    case Rank.add:
      return parseAdd(parser, left);
    case Rank.concat:
      parser.next();
      return {
        kind: 'call',
        at: left.at,
        schema: null,
        name: 'concat',
        args: [left, parseRank(parser, rank + 1)],
      };
    case Rank.collate:
      parser.next();
      return {kind: 'collate', at: left.at, value: left, collation: parser.collationName()};
    default:
      return parseArithmetic(parser, left, rank);
  }
}

/** All operands of one chain, so that `a AND b AND c` is one node. */
function parseLogical(parser: Parser, left: Expression, rank: number): Expression {
  const operator = rank === Rank.or ? 'or' : rank === Rank.xor ? 'xor' : 'and';
  const operands = [left];
  while (RANKS[parser.index] === rank) {
    parser.next();
    operands.push(parseRank(parser, rank + 1));
  }
  return {kind: 'logical', at: left.at, operator, operands};
}

function parseIs(parser: Parser, value: Expression): Expression {
  parser.next();
  const negated = parser.accept('NOT');
  const word = parser.expectOneOf(['NULL', 'TRUE', 'FALSE', 'UNKNOWN']);
  const test = word.toLowerCase() as 'null' | 'true' | 'false' | 'unknown';
  return {kind: 'is', at: value.at, negated, value, test};
}

function parseComparison(parser: Parser, left: Expression): Expression {
  const at = left.at;
  const operator = (parser.word === '!=' ? '<>' : parser.word) as ComparisonOperator;
  parser.next();
  if ((parser.word === 'ALL' || parser.word === 'ANY' || parser.word === 'SOME') && parser.isFollowedBy('(')) {
    const quantifier = parser.word === 'ALL' ? 'all' : 'any';
    parser.next();
    return {kind: 'quantified', at, operator, quantifier, left, query: parseSubquery(parser)};
  }
  return {kind: 'comparison', at, operator, left, right: parseRank(parser, Rank.predicate)};
}

function parsePredicate(parser: Parser, value: Expression): Expression | null {
  const at = value.at;
  const negated = parser.accept('NOT');
  switch (parser.word) {
    case 'IN':
      parser.next();
      return parseIn(parser, value, negated);
    case 'BETWEEN': {
      parser.next();
      const low = parseRank(parser, Rank.bitOr);
      parser.expect('AND');
      return {kind: 'between', at, negated, value, low, high: parseRank(parser, Rank.predicate)};
    }
    case 'LIKE': {
      parser.next();
      const pattern = parseRank(parser, Rank.concat);
      const escapeChar = parser.accept('ESCAPE') ? parseRank(parser, Rank.concat) : null;
      return {kind: 'like', at, negated, value, pattern, escape: escapeChar};
    }
    case 'REGEXP':
    case 'RLIKE':
      parser.next();
      return {kind: 'regexp', at, negated, value, pattern: parseRank(parser, Rank.bitOr)};
  }
  return negated ? parser.fail() : parseWordyPredicate(parser, value);
}

/** SOUNDS LIKE and MEMBER OF begin with words that are names anywhere else. */
function parseWordyPredicate(parser: Parser, value: Expression): Expression | null {
  const at = value.at;
  if (parser.acceptBoth('SOUNDS', 'LIKE')) {
    return {kind: 'soundsLike', at, left: value, right: parseRank(parser, Rank.bitOr)};
  }
  if (parser.word !== 'MEMBER') return null;
  const next = parser.peek();
  if (next !== 'OF' && next !== '(') return null;
  parser.next();
  parser.accept('OF');
  parser.expect('(');
  const array = parseRank(parser, Rank.concat);
  parser.expect(')');
  return {kind: 'memberOf', at, value, array};
}

function parseIn(parser: Parser, value: Expression, negated: boolean): Expression {
  const at = value.at;
  const inside = parseParenthesized(parser);
  if (!Array.isArray(inside)) return {kind: 'inQuery', at, negated, value, query: inside};
  return {kind: 'inList', at, negated, value, items: inside};
}

function parseArithmetic(parser: Parser, left: Expression, rank: number): Expression {
  const operator = (parser.word === 'MOD' ? '%' : parser.word.toLowerCase()) as ArithmeticOperator;
  parser.next();
  return {kind: 'arithmetic', at: left.at, operator, left, right: parseRank(parser, rank + 1)};
}

/** `+` and `-`, whose right operand may be an interval. */
function parseAdd(parser: Parser, left: Expression): Expression {
  const operator = parser.word as '+' | '-';
  parser.next();
  if (parser.word === 'INTERVAL') {
    const {amount, unit} = parseIntervalOrCall(parser);
    if (unit !== null) return {kind: 'dateArithmetic', at: left.at, operator, value: left, amount, unit};
    const right = continueRank(parser, amount, Rank.multiply);
    return {kind: 'arithmetic', at: left.at, operator, left, right};
  }
  return {kind: 'arithmetic', at: left.at, operator, left, right: parseRank(parser, Rank.multiply)};
}

/** `INTERVAL amount unit + value`, or a call of the function INTERVAL. */
function parseInterval(parser: Parser, least: number): Expression {
  const at = parser.start;
  const {amount, unit} = parseIntervalOrCall(parser);
  if (unit === null) return amount;
  if (least > Rank.add) parser.fail();
  parser.expect('+');
  const value = parseRank(parser, Rank.multiply);
  return {kind: 'dateArithmetic', at, operator: '+', value, amount, unit};
}

/**
 * What begins with INTERVAL: an amount with its unit, or, when at least two arguments stand in parentheses, a call of
 * the function of that name (unit null). `INTERVAL (1) + 2 DAY` is an amount that begins with parentheses.
 */
function parseIntervalOrCall(parser: Parser): {
  amount: Expression;
  unit: ReturnType<typeof intervalUnit> | null;
} {
  const at = parser.start;
  parser.expect('INTERVAL');
  if (parser.word !== '(') return {amount: parseExpression(parser), unit: intervalUnit(parser)};
  const inside = parseParenthesized(parser);
  if (!Array.isArray(inside)) {
    const first: Expression = {kind: 'subquery', at: inside.at, query: inside};
    return {amount: continueRank(parser, first, Rank.or), unit: intervalUnit(parser)};
  }
  if (inside.length > 1) return {amount: {kind: 'call', at, schema: null, name: 'interval', args: inside}, unit: null};
  return {amount: continueRank(parser, inside[0], Rank.or), unit: intervalUnit(parser)};
}

/** Expressions separated by commas, at least one. */
export function parseExpressions(parser: Parser): Expression[] {
  const expressions = [parseRank(parser, Rank.or)];
  while (parser.word === ',') {
    parser.next();
    expressions.push(parseRank(parser, Rank.or));
  }
  return expressions;
}

/** An expression whose literals stay literals; see literal-zones.ts. */
export function parseFrozen(parser: Parser): Expression {
  parser.frozen++;
  const expression = parseExpression(parser);
  parser.frozen--;
  return expression;
}
