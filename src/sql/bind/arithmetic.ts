// + - * / DIV % and unary minus: one class per operator and domain. Which class, and the result's type, is chosen in
// arithmetic-bind.ts. Integers overflow with 1690 beyond 64 bits, as in MySQL; division by zero is NULL with warning 1365.

import {errors, SqlError} from '../../base/sql-error.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {
  addIntegers,
  divideIntegers,
  fitsBigInt,
  type Integer,
  moduloIntegers,
  multiplyIntegers,
  negateInteger,
  subtractIntegers,
} from '../../format/value/integer.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression} from './expression.ts';

/** What all two-operand arithmetic shares: NULL if an operand is. */
export abstract class BinaryArithmetic extends Expression {
  readonly left: Expression;
  readonly right: Expression;
  readonly operator: string;
  /** A divisor of zero is an error: the statement writes rows in strict mode. */
  readonly refusesZero: boolean;

  constructor(
    operator: string,
    left: Expression,
    right: Expression,
    type: SqlType,
    canBeNull: boolean,
    refusesZero = false,
  ) {
    super(type, canBeNull || left.nullable || right.nullable, [left, right], Coercibility.numeric);
    this.operator = operator;
    this.refusesZero = refusesZero;
    this.left = left;
    this.right = right;
  }

  override toString(): string {
    return `(${this.left} ${this.operator} ${this.right})`;
  }
}

/** A 64-bit result, or error 1690 naming the expression. */
function checked(value: Integer, e: Expression): Integer {
  if (typeof value === 'number' && (value >= 0 || !e.type.unsigned)) return value;
  if (fitsBigInt(value, e.type.unsigned)) return value;
  throw new SqlError('ER_DATA_OUT_OF_RANGE', e.type.unsigned ? 'BIGINT UNSIGNED' : 'BIGINT', String(e));
}

export class AddIntegers extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return null;
    return checked(addIntegers(a as Integer, b as Integer), this);
  }
}

export class SubtractIntegers extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return null;
    return checked(subtractIntegers(a as Integer, b as Integer), this);
  }
}

export class MultiplyIntegers extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return null;
    return checked(multiplyIntegers(a as Integer, b as Integer), this);
  }
}

/** NULL for a zero divisor, with a warning; in a statement that writes rows strictly it is an error. */
function divisionByZero(context: ExecContext, refusesZero: boolean): null {
  if (refusesZero) throw new SqlError('ER_DIVISION_BY_ZERO');
  if ((context.session.sqlMode & SqlMode.errorForDivisionByZero) !== 0) {
    context.session.warning('Warning', errors.ER_DIVISION_BY_ZERO.errno, errors.ER_DIVISION_BY_ZERO.template);
  }
  return null;
}

export class DivideIntegers extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return null;
    const quotient = divideIntegers(a as Integer, b as Integer);
    return quotient === null ? divisionByZero(context, this.refusesZero) : checked(quotient, this);
  }
}

export class ModuloIntegers extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context);
    const b = this.right.evaluate(context);
    if (a === null || b === null) return null;
    return moduloIntegers(a as Integer, b as Integer) ?? divisionByZero(context, this.refusesZero);
  }
}

function checkedDecimal(value: Decimal, e: Expression): Decimal {
  if (!value.overflows()) return value;
  throw new SqlError('ER_DATA_OUT_OF_RANGE', 'DECIMAL', String(e));
}

/** + - * / % on exact numbers; both operands are DECIMAL. */
export class DecimalArithmetic extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as Decimal | null;
    const b = this.right.evaluate(context) as Decimal | null;
    if (a === null || b === null) return null;
    const result = this.#apply(a, b);
    return result === null ? divisionByZero(context, this.refusesZero) : checkedDecimal(result, this);
  }

  #apply(a: Decimal, b: Decimal): Decimal | null {
    switch (this.operator) {
      case '+':
        return a.add(b);
      case '-':
        return a.subtract(b);
      case '*':
        return a.multiply(b);
      case '/':
        return a.divideWide(b);
      default:
        return a.modulo(b);
    }
  }
}

/**
 * An exact number shown with the digits of its type. A quotient has more digits inside (Decimal.divideWide), and what goes on to calculate with
 * it uses them: `unrounded` takes this off again.
 */
export class Rounded extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression) {
    super(operand.type, operand.nullable, [operand], Coercibility.numeric);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context) as Decimal | null;
    return value === null ? null : value.rescale(this.type.decimals);
  }

  override toString(): string {
    return this.operand.toString();
  }
}

/** The operand with all the digits it has. */
export function unrounded(e: Expression): Expression {
  return e instanceof Rounded ? e.operand : e;
}

/** DIV of exact numbers that are not both integers. */
export class DivideDecimals extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as Decimal | null;
    const b = this.right.evaluate(context) as Decimal | null;
    if (a === null || b === null) return null;
    const quotient = a.divideToInteger(b);
    return quotient === null ? divisionByZero(context, this.refusesZero) : checked(quotient, this);
  }
}

export class DoubleArithmetic extends BinaryArithmetic {
  override evaluate(context: ExecContext): Value {
    const a = this.left.evaluate(context) as number | null;
    const b = this.right.evaluate(context) as number | null;
    if (a === null || b === null) return null;
    const result = this.#apply(a, b);
    if (Number.isFinite(result)) return result;
    if (b === 0) return divisionByZero(context, this.refusesZero);
    throw new SqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', String(this));
  }

  #apply(a: number, b: number): number {
    switch (this.operator) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      default:
        return a % b;
    }
  }
}

/** -a for integers, decimals and doubles. */
export class Negate extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression, type: SqlType) {
    super(type, operand.nullable, [operand], Coercibility.numeric);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context);
    if (value === null) return null;
    if (value instanceof Decimal) return value.negate();
    if (this.type.decimals === 31) return -(value as number);
    return checked(negateInteger(value as Integer), this);
  }

  override toString(): string {
    return `-${this.operand}`;
  }
}
