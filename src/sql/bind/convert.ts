// Conversion as an expression: what the binder puts around an operand that lives in another domain than its operator.

import {Decimal} from '../../format/value/decimal.ts';
import {type Integer, integerFromBigInt} from '../../format/value/integer.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Rounded, unrounded} from './arithmetic.ts';
import {Coercibility, Expression, Volatility} from './expression.ts';
import {Constant, coercibilityOf, Parameter} from './leaf.ts';
import {DOUBLE, domainOf, isNumericType} from './type-classes.ts';
import {type Converter, converter} from './value-conversion.ts';

/** A conversion that keeps NULL and otherwise applies one function. */
export class Convert extends Expression {
  readonly operand: Expression;
  readonly #convert: Converter;

  constructor(operand: Expression, type: SqlType, convert: Converter, coercibility?: Coercibility) {
    const nullable = operand.nullable || canFail(operand.type, type);
    const strength = coercibility ?? keptCoercibility(operand, type);
    super(type, nullable, [operand], strength, ownVolatility(operand.type, type));
    this.operand = operand;
    this.#convert = convert;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context);
    return value === null ? null : this.#convert(value, context);
  }

  /** The same conversion of another expression of the same type. */
  withOperand(operand: Expression): Convert {
    return new Convert(operand, this.type, this.#convert, this.coercibility);
  }

  override toString(): string {
    return `cast(${this.operand} as ${typeName(this.type)})`;
  }
}

/** Names of the domains for EXPLAIN. */
export function typeName(type: SqlType): string {
  const domain = domainOf(type);
  if (domain === 'decimal') return `decimal(${type.length},${type.decimals})`;
  if (domain === 'text') return 'char';
  if (domain === 'bytes') return 'binary';
  if (domain === 'integer') return type.unsigned ? 'unsigned' : 'signed';
  if (type.kind === Kind.date) return 'date';
  return domain === 'datetime' && type.decimals > 0 ? `datetime(${type.decimals})` : domain;
}

/** A TIME becomes a moment of the present day. */
function ownVolatility(from: SqlType, to: SqlType): Volatility {
  return domainOf(from) === 'time' && domainOf(to) === 'datetime' ? Volatility.stable : Volatility.constant;
}

function canFail(from: SqlType, to: SqlType): boolean {
  const domain = domainOf(to);
  if (domain !== 'datetime' && domain !== 'time') return false;
  return domainOf(from) !== domain;
}

function keptCoercibility(operand: Expression, type: SqlType): Coercibility {
  const domain = domainOf(type);
  if (domain !== 'text' && domain !== 'bytes') return coercibilityOf(type, Coercibility.literal);
  return operand.coercibility;
}

/** x'..', 0x.., b'..': a binary string that is a number where a number is wanted. */
export class HexConstant extends Constant {
  get number(): Integer {
    return numberOfBytes(this.value as Uint8Array);
  }
}

/** A parameter that stands for such a literal. */
export class HexParameter extends Parameter {}

/** Bytes as a big-endian number; cut to the last eight. */
function numberOfBytes(bytes: Uint8Array): Integer {
  let result = 0n;
  for (const byte of bytes) result = BigInt.asUintN(64, (result << 8n) | BigInt(byte));
  return integerFromBigInt(result);
}

/** The expression as a value of this type's domain. Itself when it is one already; a constant stays a constant. */
export function convertTo(given: Expression, type: SqlType): Expression {
  const e = domainOf(type) === 'double' ? unrounded(given) : given;
  if (e instanceof HexConstant && isNumericType(type)) {
    const value = e.number;
    return convertTo(new Constant(value, UNSIGNED_LITERAL, String(value)), type);
  }
  if (e instanceof HexParameter && isNumericType(type)) {
    return convertTo(new Convert(e, UNSIGNED_LITERAL, value => numberOfBytes(value as Uint8Array)), type);
  }
  if (e.type.kind === Kind.null) return e instanceof Constant || e instanceof Parameter ? nullOf(type) : e;
  const convert = converter(e.type, type);
  if (convert === undefined) return e;
  return (e instanceof Constant ? convertNumber(e, type) : undefined) ?? new Convert(e, type, convert);
}

/** A numeric constant in another numeric domain, at once; undefined for everything else. */
function convertNumber({value, type: from}: Constant, type: SqlType): Constant | undefined {
  if (value === null) return undefined;
  const source = domainOf(from);
  const target = domainOf(type);
  if (source === 'integer' && target === 'decimal')
    return new Constant(Decimal.fromInteger(value as Integer), type, String(value));
  if (source === 'integer' && target === 'double') return new Constant(Number(value), type, String(value));
  if (source === 'decimal' && target === 'double')
    return new Constant((value as Decimal).toNumber(), type, String(value));
  return undefined;
}

/**
 * The expression as a value of exactly this type: like `convertTo`, and decimals have the type's scale. For results whose parts
 * have a common type (CASE, COALESCE, UNION).
 */
export function convertExactly(e: Expression, type: SqlType): Expression {
  const converted = convertTo(domainOf(type) === 'decimal' ? unrounded(e) : e, type);
  if (domainOf(type) !== 'decimal') return converted;
  if (e instanceof Rounded) return new Convert(converted, type, value => (value as Decimal).rescale(type.decimals));
  if (converted instanceof Constant && converted.value instanceof Decimal) {
    return new Constant(converted.value.rescale(type.decimals), type, String(converted), converted.coercibility);
  }
  const source = converted instanceof Convert ? converted.operand.type : converted.type;
  const hasScale = domainOf(source) === 'decimal' && source.decimals === type.decimals;
  if (hasScale || domainOf(converted.type) === 'null') return converted;
  return new Convert(converted, type, value => (value as Decimal).rescale(type.decimals));
}

const UNSIGNED_LITERAL: SqlType = {
  kind: Kind.bigint,
  unsigned: true,
  length: 20,
  decimals: 0,
  collation: 63,
  members: [],
};

/** NULL with a type. */
export function nullOf(type: SqlType): Constant {
  return new Constant(null, type, 'NULL', Coercibility.ignorable);
}

export function toDoubleExpression(e: Expression): Expression {
  return convertTo(e, DOUBLE);
}

/** Exact value of a constant integer or decimal literal; undefined for everything else. */
export function exactConstant(e: Expression): Decimal | undefined {
  if (!(e instanceof Constant) || e.value === null) return undefined;
  if (e.value instanceof Decimal) return e.value;
  const isInteger = domainOf(e.type) === 'integer';
  return isInteger ? Decimal.fromInteger(e.value as number | bigint) : undefined;
}
