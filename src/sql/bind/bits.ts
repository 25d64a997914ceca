// | & ^ << >> ~ : on 64-bit unsigned integers, or on binary strings of equal length.

import {SqlError} from '../../base/sql-error.ts';
import {asUnsigned64, type Integer, integerFromBigInt} from '../../format/value/integer.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression} from './expression.ts';

export type BitOperator = '|' | '&' | '^' | '<<' | '>>' | '~';

export class BitOperation extends Expression {
  readonly operator: BitOperator;

  constructor(operator: BitOperator, operands: readonly Expression[], type: SqlType) {
    super(
      type,
      operands.some(o => o.nullable),
      operands,
      Coercibility.numeric,
    );
    this.operator = operator;
  }

  override evaluate(context: ExecContext): Value {
    const a = this.children[0].evaluate(context);
    if (a === null) return null;
    const b = this.children.length === 1 ? 0 : this.children[1].evaluate(context);
    if (b === null) return null;
    if (a instanceof Uint8Array) return bytesOperation(this.operator, a, b);
    return integerOperation(this.operator, a as Integer, b as Integer);
  }

  override toString(): string {
    if (this.children.length === 1) return `~${this.children[0]}`;
    return `(${this.children[0]} ${this.operator} ${this.children[1]})`;
  }
}

function integerOperation(operator: BitOperator, left: Integer, right: Integer): Integer {
  const a = asUnsigned64(left);
  const b = asUnsigned64(right);
  switch (operator) {
    case '|':
      return integerFromBigInt(a | b);
    case '&':
      return integerFromBigInt(a & b);
    case '^':
      return integerFromBigInt(a ^ b);
    case '<<':
      return b >= 64n ? 0 : integerFromBigInt(BigInt.asUintN(64, a << b));
    case '>>':
      return b >= 64n ? 0 : integerFromBigInt(a >> b);
    default:
      return integerFromBigInt(BigInt.asUintN(64, ~a));
  }
}

function bytesOperation(operator: BitOperator, a: Uint8Array, b: Value): Uint8Array {
  if (operator === '~') return a.map(byte => ~byte);
  if (operator === '<<' || operator === '>>') return shiftBytes(operator, a, Number(b));
  const other = b as Uint8Array;
  if (a.length !== other.length) throw new SqlError('ER_INVALID_BITWISE_OPERANDS_SIZE', operator);
  return a.map((byte, i) =>
    operator === '|' ? byte | other[i] : operator === '&' ? byte & other[i] : byte ^ other[i],
  );
}

function shiftBytes(operator: '<<' | '>>', bytes: Uint8Array, count: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const whole = Math.floor(count / 8);
  const rest = count % 8;
  for (let i = 0; i < bytes.length; i++) {
    const from = operator === '<<' ? i + whole : i - whole;
    const near = bytes[from] ?? 0;
    const far = (operator === '<<' ? bytes[from + 1] : bytes[from - 1]) ?? 0;
    result[i] = operator === '<<' ? (near << rest) | (far >> (8 - rest)) : (near >> rest) | (far << (8 - rest));
  }
  return result;
}
