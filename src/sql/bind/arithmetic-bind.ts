// Operands, classes and result types of arithmetic (MySQL's rules).
//
//   + - * %   both integers: integer, unsigned if one is; exact numbers: DECIMAL; a double, a string or NULL: DOUBLE
//   /         exact numbers: DECIMAL with div_precision_increment more fraction digits; else DOUBLE
//   DIV       integer
//
// Dates and times take part as numbers (YYYYMMDDhhmmss), integers without fraction digits and DECIMAL with.

import {SqlError} from '../../base/sql-error.ts';
import {DIV_PRECISION_INCREMENT} from '../../format/value/decimal.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import {
  AddIntegers,
  DecimalArithmetic,
  DivideDecimals,
  DivideIntegers,
  DoubleArithmetic,
  ModuloIntegers,
  MultiplyIntegers,
  Negate,
  Rounded,
  SubtractIntegers,
  unrounded,
} from './arithmetic.ts';
import {convertTo, exactConstant, HexConstant, HexParameter} from './convert.ts';
import type {Expression} from './expression.ts';
import {Constant, RowValue} from './leaf.ts';
import {BIGINT, BIGINT_UNSIGNED, DOUBLE, type Domain, decimalType, domainOf, integerDigits} from './type-classes.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'div' | '%';

/** The numeric domain an operand has by itself. */
function numericDomain(e: Expression): 'integer' | 'decimal' | 'double' {
  if (e instanceof HexConstant || e instanceof HexParameter) return 'integer';
  const domain: Domain = domainOf(e.type);
  switch (domain) {
    case 'integer':
      return 'integer';
    case 'decimal':
      return 'decimal';
    case 'datetime':
    case 'time':
      return e.type.decimals > 0 ? 'decimal' : 'integer';
    default:
      return e.type.kind === Kind.enum || e.type.kind === Kind.set ? 'integer' : 'double';
  }
}

/** The operand as the number it is: integer, DECIMAL or DOUBLE. */
export function asNumber(e: Expression): Expression {
  if (e instanceof RowValue) throw new SqlError('ER_OPERAND_COLUMNS', 1);
  switch (numericDomain(e)) {
    case 'integer':
      return convertTo(e, isUnsigned(e) ? BIGINT_UNSIGNED : BIGINT);
    case 'decimal':
      return convertTo(unrounded(e), decimalOf(e.type));
    default:
      return convertTo(e, DOUBLE);
  }
}

function isUnsigned(e: Expression): boolean {
  return e.type.unsigned || e.type.kind === Kind.bit || e instanceof HexConstant || e instanceof HexParameter;
}

/** DECIMAL type that holds every value of an exact type. */
export function decimalOf(type: SqlType): SqlType {
  const domain = domainOf(type);
  if (domain === 'decimal') return type;
  if (domain === 'datetime' || domain === 'time') return decimalType(14 + type.decimals, type.decimals);
  return decimalType(integerDigits(type), 0, type.unsigned);
}

/** What of the statement decides how it calculates. */
export interface ArithmeticModes {
  readonly sqlMode: number;
  readonly refusesZeroDivisor: boolean;
}

/** `left operator right`. */
export function bindArithmetic(
  operator: ArithmeticOperator,
  left: Expression,
  right: Expression,
  {sqlMode, refusesZeroDivisor}: ArithmeticModes,
): Expression {
  const a = asNumber(left);
  const b = asNumber(right);
  const isWide = operator === '/' || left instanceof Rounded || right instanceof Rounded;
  if (operator === 'div') return bindDiv(a, b, sqlMode, refusesZeroDivisor);
  const domains = [numericDomain(a), numericDomain(b)];
  if (domains.includes('double')) return doubles(operator, a, b, refusesZeroDivisor);
  if (operator === '/' || domains.includes('decimal')) {
    const result = decimals(operator, a, b, refusesZeroDivisor);
    return isWide ? new Rounded(result) : result;
  }
  return integers(operator, a, b, sqlMode, refusesZeroDivisor);
}

function doubles(operator: ArithmeticOperator, a: Expression, b: Expression, refusesZero: boolean): Expression {
  const canBeNull = operator === '/' || operator === '%';
  return new DoubleArithmetic(operator, convertTo(a, DOUBLE), convertTo(b, DOUBLE), DOUBLE, canBeNull, refusesZero);
}

function integers(
  operator: ArithmeticOperator,
  a: Expression,
  b: Expression,
  sqlMode: number,
  refusesZero: boolean,
): Expression {
  const unsigned = a.type.unsigned || b.type.unsigned;
  const keepsSign = operator === '-' && (sqlMode & SqlMode.noUnsignedSubtraction) !== 0;
  const type = integerResult(operator, a.type, b.type, unsigned && !keepsSign);
  switch (operator) {
    case '+':
      return new AddIntegers('+', a, b, type, false);
    case '-':
      return new SubtractIntegers('-', a, b, type, false);
    case '*':
      return new MultiplyIntegers('*', a, b, type, false);
    default:
      return new ModuloIntegers('%', a, b, {...type, unsigned: a.type.unsigned}, true, refusesZero);
  }
}

function integerResult(operator: ArithmeticOperator, a: SqlType, b: SqlType, unsigned: boolean): SqlType {
  const x = integerDigits(a);
  const y = integerDigits(b);
  const digits = operator === '*' ? x + y : Math.max(x, y) + 1;
  return sqlType(Kind.bigint, {length: Math.min(digits + 1, 21), unsigned});
}

function decimals(operator: ArithmeticOperator, a: Expression, b: Expression, refusesZero: boolean): Expression {
  const left = convertTo(a, decimalOf(a.type));
  const right = convertTo(b, decimalOf(b.type));
  const type = decimalResult(operator, decimalOf(a.type), decimalOf(b.type));
  return new DecimalArithmetic(operator, left, right, type, operator === '/' || operator === '%', refusesZero);
}

function decimalResult(operator: ArithmeticOperator, a: SqlType, b: SqlType): SqlType {
  const scale = Math.max(a.decimals, b.decimals);
  const whole = Math.max(integerDigits(a), integerDigits(b));
  const unsigned = a.unsigned && b.unsigned;
  switch (operator) {
    case '+':
    case '-':
      return decimalType(whole + 1 + scale, scale, unsigned);
    case '*':
      return decimalType(a.length + b.length, a.decimals + b.decimals, unsigned);
    case '/':
      return decimalType(
        a.length + b.decimals + DIV_PRECISION_INCREMENT,
        a.decimals + DIV_PRECISION_INCREMENT,
        unsigned,
      );
    default:
      return decimalType(Math.max(a.length, b.length), scale, a.unsigned);
  }
}

function bindDiv(a: Expression, b: Expression, sqlMode: number, refusesZero: boolean): Expression {
  const unsigned = a.type.unsigned || b.type.unsigned;
  if (numericDomain(a) === 'integer' && numericDomain(b) === 'integer') {
    const keepsSign = (sqlMode & SqlMode.noUnsignedSubtraction) !== 0 && !unsigned;
    const type = sqlType(Kind.bigint, {length: 21, unsigned: unsigned && !keepsSign});
    return new DivideIntegers('DIV', a, b, type, true, refusesZero);
  }
  const left = convertTo(a, decimalOf(exactType(a.type)));
  const right = convertTo(b, decimalOf(exactType(b.type)));
  return new DivideDecimals('DIV', left, right, sqlType(Kind.bigint, {length: 21, unsigned}), true, refusesZero);
}

function exactType(type: SqlType): SqlType {
  return domainOf(type) === 'double' ? decimalType(65, 30) : type;
}

/** Unary minus. A literal becomes its negative value, so that -9223372036854775808 is a BIGINT. */
export function bindNegation(operand: Expression): Expression {
  const exact = exactConstant(operand);
  if (exact !== undefined && operand instanceof Constant) return negativeLiteral(operand);
  const value = asNumber(operand);
  const {type} = value;
  if (domainOf(type) !== 'integer') {
    const negated = new Negate(value, {...type, unsigned: false});
    return operand instanceof Rounded ? new Rounded(negated) : negated;
  }
  return new Negate(value, sqlType(Kind.bigint, {length: Math.min(integerDigits(type) + 1, 20)}));
}

function negativeLiteral(literal: Constant): Expression {
  const {type} = literal;
  if (domainOf(type) === 'decimal') return new Negate(literal, {...type, unsigned: false});
  const value = literal.value as number | bigint;
  if (value > 9223372036854775808n) {
    return new Negate(convertTo(literal, decimalOf(type)), decimalType(20, 0));
  }
  return new Negate(literal, sqlType(Kind.bigint, {length: type.length + 1}));
}
