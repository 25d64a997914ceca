// Chooses the domain in which two expressions are compared, and converts them to it (MySQL's rules for comparisons).
//
//   both integers                         integers
//   integer or decimal with decimal       exact numbers
//   date or time with one of its kind     date or time
//   date with text or constant number     dates
//   time with text                        times
//   two strings                           text under their common collation, or bytes when one is binary
//   JSON with anything                    JSON
//   integer with an integer in quotes     integers, when that is a constant
//   anything else                         doubles

import {SqlError} from '../../base/sql-error.ts';
import {collationOf} from '../../format/value/collation.ts';
import {integerFromBigInt} from '../../format/value/integer.ts';
import {Kind, type SqlType} from '../../format/value/types.ts';
import type {ComparisonOperator} from '../parse/ast-expression.ts';
import {unrounded} from './arithmetic.ts';
import {aggregateCollations} from './collation-rules.ts';
import {
  CompareBytes,
  CompareDateTimes,
  CompareDecimals,
  CompareJson,
  CompareNumbers,
  CompareTexts,
  CompareTimes,
  type Comparison,
} from './comparison.ts';
import {Convert, convertTo, HexConstant} from './convert.ts';
import {BOOLEAN, type Expression, isStable} from './expression.ts';
import {Constant, RowValue} from './leaf.ts';
import {And, IsNull, Or} from './logic.ts';
import {
  BIGINT,
  bytesType,
  DOUBLE,
  datetimeType,
  decimalType,
  domainOf,
  integerDigits,
  isNumericType,
  isStringType,
  JSON_TYPE,
  scaleOf,
  textType,
  timeType,
} from './type-classes.ts';

/** `left operator right`; rows are compared item by item. Both sides must have the same number of columns (1241). */
export function compareExpressions(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  connection: number,
): Expression {
  if (left instanceof RowValue || right instanceof RowValue) return compareRows(operator, left, right, connection);
  const [a, b] = [yearOperand(left, right), yearOperand(right, left)];
  const type = comparisonType(a, b, connection, operator);
  return comparisonIn(type, operator, convertTo(unrounded(a), type), convertTo(unrounded(b), type));
}

/** What a YEAR column is compared with: a number of one or two digits that is known before rows are read is a year too. */
function yearOperand(e: Expression, other: Expression): Expression {
  const domain = domainOf(e.type);
  if (other.type.kind !== Kind.year || e.type.kind === Kind.year || !isStable(e)) return e;
  if (domain !== 'integer' && domain !== 'text') return e;
  const number = convertTo(e, domain === 'text' ? DOUBLE : BIGINT);
  const isText = domain === 'text';
  return new Convert(number, number.type, value => fullYear(Number(value), isText));
}

/** 1..69 are in this century, 70..99 in the last; zero in quotes is 2000. */
function fullYear(year: number, isText: boolean): number {
  if (year >= 70 && year < 100) return year + 1900;
  return (year > 0 || (year === 0 && isText)) && year < 70 ? year + 2000 : year;
}

/** The comparison class for two sides that are both of this type's domain. */
export function comparisonIn(
  type: SqlType,
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
): Comparison {
  switch (domainOf(type)) {
    case 'decimal':
      return new CompareDecimals(operator, left, right);
    case 'text':
      return new CompareTexts(operator, left, right, collationOf(type.collation));
    case 'bytes':
      return new CompareBytes(operator, left, right);
    case 'datetime':
      return new CompareDateTimes(operator, left, right);
    case 'time':
      return new CompareTimes(operator, left, right);
    case 'json':
      return new CompareJson(operator, left, right);
    default:
      return new CompareNumbers(operator, left, right);
  }
}

/** The type to which both sides are converted before they are compared. */
export function comparisonType(a: Expression, b: Expression, connection: number, operation: string): SqlType {
  const left = domainOf(a.type);
  const right = domainOf(b.type);
  if (left === 'null') return right === 'null' ? BIGINT : plainType(b, connection);
  if (right === 'null') return plainType(a, connection);
  if (left === 'json' || right === 'json') return JSON_TYPE;
  if (left === 'integer' && right === 'integer') return BIGINT;
  if (isExact(a) && isExact(b)) return exactType(a.type, b.type);
  if (isStringType(a.type) && isStringType(b.type)) return stringType(a, b, connection, operation);
  return temporalType(a, b) ?? quotedInteger(a, b) ?? DOUBLE;
}

/**
 * The one type in which BETWEEN compares when its two comparisons alone would disagree between texts and something else: dates if there is one,
 * else doubles. Undefined when each comparison may choose for itself.
 */
export function betweenType(
  value: Expression,
  low: Expression,
  high: Expression,
  connection: number,
): SqlType | undefined {
  if ([value, low, high].some(e => e instanceof RowValue)) return undefined;
  const a = comparisonType(value, low, connection, 'between');
  const b = comparisonType(value, high, connection, 'between');
  if (isStringType(a) === isStringType(b)) return undefined;
  const other = isStringType(a) ? b : a;
  if (domainOf(other) === 'json' || domainOf(low.type) === 'null' || domainOf(high.type) === 'null') return undefined;
  return domainOf(other) === 'datetime' ? datetimeType(6) : DOUBLE;
}

/** The type an expression is compared in when the other side says nothing. */
function plainType(e: Expression, connection: number): SqlType {
  return isStringType(e.type) ? stringType(e, e, connection, '=') : e.type;
}

/** Integers, decimals, and literals that can be either. */
function isExact(e: Expression): boolean {
  const domain = domainOf(e.type);
  return domain === 'integer' || domain === 'decimal' || e instanceof HexConstant;
}

function exactType(a: SqlType, b: SqlType): SqlType {
  if (domainOf(a) !== 'decimal' && domainOf(b) !== 'decimal') return BIGINT;
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return decimalType(Math.max(integerDigits(a), integerDigits(b)) + scale, scale);
}

function stringType(a: Expression, b: Expression, connection: number, operation: string): SqlType {
  if (domainOf(a.type) === 'bytes' || domainOf(b.type) === 'bytes') return bytesType(65535);
  return textType(255, aggregateCollations([a, b], connection, operation).collation);
}

function temporalType(a: Expression, b: Expression): SqlType | undefined {
  const left = domainOf(a.type);
  const right = domainOf(b.type);
  const fsp = Math.max(scaleIfTemporal(a), scaleIfTemporal(b));
  if (left === 'datetime' && right === 'datetime') {
    return a.type.kind === Kind.date && b.type.kind === Kind.date ? a.type : datetimeType(fsp);
  }
  if (left === 'datetime') return comparesAsDate(b) ? datetimeType(Math.max(fsp, textFsp(b))) : undefined;
  if (right === 'datetime') return comparesAsDate(a) ? datetimeType(Math.max(fsp, textFsp(a))) : undefined;
  if (left === 'time' && (right === 'time' || isStringType(b.type))) return timeType(Math.max(fsp, textFsp(b)));
  if (right === 'time' && isStringType(a.type)) return timeType(Math.max(fsp, textFsp(a)));
  return undefined;
}

function scaleIfTemporal(e: Expression): number {
  const domain = domainOf(e.type);
  return domain === 'datetime' || domain === 'time' ? e.type.decimals : 0;
}

/** Text may carry any fraction. */
function textFsp(e: Expression): number {
  return isStringType(e.type) ? 6 : 0;
}

/** What is compared with a date as a date: times, texts, and numbers that are known before rows are read. */
function comparesAsDate(e: Expression): boolean {
  if (domainOf(e.type) === 'time' || isStringType(e.type)) return true;
  return isNumericType(e.type) && isStable(e);
}

const WHOLE = /^[ ]*[+-]?\d{1,19}[ ]*$/;

/** `integer = '5'`: the quoted constant is an integer, so that indexes can be used and big numbers stay exact. */
function quotedInteger(a: Expression, b: Expression): SqlType | undefined {
  const pair = domainOf(a.type) === 'integer' ? b : domainOf(b.type) === 'integer' ? a : undefined;
  if (!(pair instanceof Constant) || typeof pair.value !== 'string') return undefined;
  if (!WHOLE.test(pair.value)) return undefined;
  const value = integerFromBigInt(BigInt(pair.value.trim()));
  return typeof value === 'number' ? BIGINT : undefined;
}

// --- Rows ----------------------------------------------------------------------------------------------------------

/** The number of columns of an operand: a row has several. */
export function columnsOf(e: Expression): number {
  return e instanceof RowValue ? e.children.length : 1;
}

/** Refuses operands with different numbers of columns. */
export function sameColumns(left: Expression, right: Expression): void {
  if (columnsOf(left) !== columnsOf(right)) throw new SqlError('ER_OPERAND_COLUMNS', columnsOf(left));
}

function compareRows(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  connection: number,
): Expression {
  sameColumns(left, right);
  const pairs = left.children.map((l, i) => [l, right.children[i]] as const);
  switch (operator) {
    case '=':
    case '<=>':
      return new And(pairs.map(([l, r]) => compareExpressions(operator, l, r, connection)));
    case '<>':
      return new Or(pairs.map(([l, r]) => compareExpressions('<>', l, r, connection)));
    default:
      return lexicographic(operator, pairs, connection);
  }
}

/** (a, b) < (c, d) is a < c OR (a = c AND b < d). */
function lexicographic(
  operator: ComparisonOperator,
  pairs: readonly (readonly [Expression, Expression])[],
  connection: number,
): Expression {
  const [[left, right], ...rest] = pairs;
  if (rest.length === 0) return compareExpressions(operator, left, right, connection);
  const strict = operator === '<=' ? '<' : operator === '>=' ? '>' : operator;
  return new Or([
    compareExpressions(strict, left, right, connection),
    new And([compareExpressions('=', left, right, connection), lexicographic(operator, rest, connection)]),
  ]);
}

/** IS [NOT] NULL; known at once for what cannot be NULL. Rows are refused (1241). */
export function isNullTest(operand: Expression, negated: boolean): Expression {
  if (operand instanceof RowValue) throw new SqlError('ER_OPERAND_COLUMNS', 1);
  if (operand.nullable) return new IsNull(operand, negated);
  return new Constant(negated ? 1 : 0, BOOLEAN, negated ? 'true' : 'false');
}
