// Operands of hash keys: both sides of an equality must be keyed by the type in which they are compared, which for text means its
// collation.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {convertTo} from './convert.ts';
import {Expression} from './expression.ts';
import {domainOf} from './type-classes.ts';

class Retyped extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression, type: SqlType) {
    super(type, operand.nullable, [operand], operand.coercibility);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    return this.operand.evaluate(context);
  }

  override toString(): string {
    return String(this.operand);
  }
}

/** The expression as a key of this type: converted, and known by its collation. */
export function keyedAs(e: Expression, type: SqlType): Expression {
  const converted = convertTo(e, type);
  const isText =
    domainOf(type) === 'text' && (converted.type.collation !== type.collation || converted.type.kind !== type.kind);
  return isText ? new Retyped(converted, type) : converted;
}
