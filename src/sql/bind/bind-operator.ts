// Binding of operators with rules of their own: logic, comparisons, IS, BETWEEN, IN lists, LIKE, CASE, bit operations.

import {SqlError} from '../../base/sql-error.ts';
import {collationOf} from '../../format/value/collation.ts';
import {Regexp} from '../functions/regexp.ts';
import type * as ast from '../parse/ast-expression.ts';
import {bindAny, bindCondition, bindScalar} from './bind-expression.ts';
import {BitOperation, type BitOperator} from './bits.ts';
import {Case} from './case.ts';
import {aggregateCollations} from './collation-rules.ts';
import {CompareTexts} from './comparison.ts';
import {
  betweenType,
  compareExpressions,
  comparisonIn,
  comparisonType,
  isNullTest,
  sameColumns,
} from './comparison-bind.ts';
import {negate} from './condition.ts';
import {convertExactly, convertTo} from './convert.ts';
import {type Expression, isStable, Volatility} from './expression.ts';
import {InList} from './in-list.ts';
import {indexedPrefix, mayBeIndexed} from './indexed-expression.ts';
import {Constant, RowValue} from './leaf.ts';
import {Like} from './like.ts';
import {And, IsNull, IsTruth, Or, Xor} from './logic.ts';
import type {Scope} from './scope.ts';
import {BIGINT_UNSIGNED, BINARY_COLLATION, bytesType, displayLength, domainOf, textType} from './type-classes.ts';
import {unifyTypes} from './unify.ts';

/** Id of utf8mb4_bin, by which `->>` compares. */
const UTF8MB4_BIN = 46;

function connectionOf(scope: Scope): number {
  return scope.binder.environment.session.collationConnection;
}

export function bindLogical(e: ast.Logical, scope: Scope): Expression {
  const operands = e.operands.map(o => bindCondition(o, scope));
  switch (e.operator) {
    case 'and':
      return new And(operands.flatMap(o => (o instanceof And ? o.children : [o])));
    case 'or':
      return new Or(operands.flatMap(o => (o instanceof Or ? o.children : [o])));
    default:
      return new Xor(operands);
  }
}

export function bindComparison(e: ast.Comparison, scope: Scope): Expression {
  const bound = compareExpressions(e.operator, bindAny(e.left, scope), bindAny(e.right, scope), connectionOf(scope));
  if (e.operator !== '=' || !mayBeIndexed(scope)) return bound;
  if (!(bound instanceof CompareTexts) || bound.collation.id !== UTF8MB4_BIN) return bound;
  const found = indexedPrefix(e.left, [e.right], scope) ?? indexedPrefix(e.right, [e.left], scope);
  if (found === undefined) return bound;
  return new And([bound, bindComparison({...e, left: found.prefix, right: found.values[0]}, scope)]);
}

export function bindIs(e: ast.Is, scope: Scope): Expression {
  switch (e.test) {
    case 'null':
      return isNullTest(bindAny(e.value, scope), e.negated);
    case 'unknown':
      return new IsNull(bindCondition(e.value, scope), e.negated);
    default:
      return new IsTruth(bindCondition(e.value, scope), e.test === 'true' ? 1 : 0, e.negated);
  }
}

/** Two comparisons, so that each end can be a bound of an index range. */
export function bindBetween(e: ast.Between, scope: Scope): Expression {
  const value = bindScalar(e.value, scope);
  if (value.volatility === Volatility.volatile)
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'BETWEEN on a volatile value');
  const connection = connectionOf(scope);
  const low = bindScalar(e.low, scope);
  const high = bindScalar(e.high, scope);
  const shared = betweenType(value, low, high, connection);
  const test = (operator: '>=' | '<=', bound: Expression): Expression =>
    shared === undefined
      ? compareExpressions(operator, value, bound, connection)
      : comparisonIn(shared, operator, convertTo(value, shared), convertTo(bound, shared));
  const both = new And([test('>=', low), test('<=', high)]);
  return e.negated ? negate(both) : both;
}

export function bindInList(e: ast.InList, scope: Scope): Expression {
  const value = bindAny(e.value, scope);
  const items = e.items.map(item => bindAny(item, scope));
  for (const item of items) sameColumns(value, item);
  const connection = connectionOf(scope);
  const found = value instanceof RowValue ? rowInList(value, items, connection) : inList(value, items, scope);
  if (e.negated) return negate(found);
  const isText = found instanceof InList && found.comparedAs.collation === UTF8MB4_BIN;
  const indexed = isText && mayBeIndexed(scope) ? indexedPrefix(e.value, e.items, scope) : undefined;
  if (indexed === undefined) return found;
  return new And([found, bindInList({...e, value: indexed.prefix, items: indexed.values}, scope)]);
}

function rowInList(value: Expression, items: readonly Expression[], connection: number): Expression {
  const tests = items.map(item => compareExpressions('=', value, item, connection));
  return tests.length === 1 ? tests[0] : new Or(tests);
}

/** A hashed list where all items compare in one domain and do not depend on rows; else a chain of comparisons. */
function inList(value: Expression, items: readonly Expression[], scope: Scope): Expression {
  const connection = connectionOf(scope);
  if (items.length === 1) return compareExpressions('=', value, items[0], connection);
  const typed = items.filter(i => domainOf(i.type) !== 'null');
  const types = typed.map(item => comparisonType(value, item, connection, '='));
  const uniform = types.every(t => domainOf(t) === domainOf(types[0]) && t.collation === types[0].collation);
  if (typed.length === 0 || !uniform || !items.every(isStable)) return rowInList(value, items, connection);
  const type = types.reduce((widest, t) => (t.decimals > widest.decimals ? t : widest));
  const converted = items.map(item => convertTo(item, type));
  return new InList(convertTo(value, type), converted, type, scope.binder.epoch);
}

export function bindLike(e: ast.Like, scope: Scope): Expression {
  const value = asText(bindScalar(e.value, scope), scope);
  const pattern = asText(bindScalar(e.pattern, scope), scope);
  const escapeText = e.escape === null ? undefined : asText(bindScalar(e.escape, scope), scope);
  if (escapeText !== undefined && !(escapeText instanceof Constant)) throw new SqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
  const {collation} = aggregateCollations([value, pattern], connectionOf(scope), 'like');
  const like = new Like(value, pattern, escapeOf(escapeText, scope), collationOf(collation));
  return e.negated ? negate(like) : like;
}

/** The escape character; undefined when there is none (ESCAPE ''). */
function escapeOf(given: Constant | undefined, scope: Scope): string | undefined {
  if (given === undefined) return scope.binder.likeEscape;
  const text = String(given.value ?? '');
  if ([...text].length > 1) throw new SqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
  return text === '' ? undefined : text;
}

/** A string of some kind: what LIKE and REGEXP work on. Binary strings stay binary, read as one character per byte. */
function asText(e: Expression, scope: Scope): Expression {
  if (domainOf(e.type) === 'bytes') return e;
  return convertTo(e, textType(displayLength(e.type), connectionOf(scope)));
}

export function bindRegexp(e: ast.Regexp, scope: Scope): Expression {
  const value = asText(bindScalar(e.value, scope), scope);
  const pattern = asText(bindScalar(e.pattern, scope), scope);
  const {collation} = aggregateCollations([value, pattern], connectionOf(scope), 'regexp');
  const match = new Regexp(value, pattern, collationOf(collation));
  return e.negated ? negate(match) : match;
}

export function bindCase(e: ast.Case, scope: Scope): Expression {
  const connection = connectionOf(scope);
  const operand = e.operand === null ? undefined : bindScalar(e.operand, scope);
  const conditions = e.clauses.map(({when}) =>
    operand === undefined
      ? bindCondition(when, scope)
      : compareExpressions('=', operand, bindScalar(when, scope), connection),
  );
  const results = e.clauses.map(({result}) => bindScalar(result, scope));
  const otherwise = e.otherwise === null ? undefined : bindScalar(e.otherwise, scope);
  return caseOf(conditions, results, otherwise, connection, 'case');
}

/** CASE with bound parts: all results get their common type. */
export function caseOf(
  conditions: readonly Expression[],
  results: readonly Expression[],
  otherwise: Expression | undefined,
  connection: number,
  operation: string,
): Expression {
  const all = otherwise === undefined ? results : [...results, otherwise];
  const type = unifyTypes(all, connection, operation);
  const convertedElse = otherwise === undefined ? undefined : convertExactly(otherwise, type);
  return new Case(
    conditions,
    results.map(r => convertExactly(r, type)),
    convertedElse,
    type,
  );
}

/** Bit operators: on 64-bit unsigned integers, or byte by byte when all operands are binary strings. */
export function bindBitOperation(operator: BitOperator, operands: readonly Expression[]): Expression {
  for (const operand of operands) if (operand instanceof RowValue) throw new SqlError('ER_OPERAND_COLUMNS', 1);
  const shifts = operator === '<<' || operator === '>>';
  const strings = shifts ? operands.slice(0, 1) : operands;
  if (strings.every(o => domainOf(o.type) === 'bytes' && !isHex(o))) {
    const length = Math.max(...strings.map(o => o.type.length));
    const count = shifts ? [convertTo(operands[1], BIGINT_UNSIGNED)] : [];
    return new BitOperation(operator, [...strings, ...count], bytesType(length));
  }
  return new BitOperation(
    operator,
    operands.map(o => convertTo(o, BIGINT_UNSIGNED)),
    BIGINT_UNSIGNED,
  );
}

function isHex(e: Expression): boolean {
  return e.type.collation === BINARY_COLLATION && convertTo(e, BIGINT_UNSIGNED) instanceof Constant;
}
