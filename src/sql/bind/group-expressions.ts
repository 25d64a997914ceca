// Expressions that only make sense over groups: ANY_VALUE and GROUPING.

import type {Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Coercibility, Expression} from './expression.ts';
import {BIGINT} from './type-classes.ts';

/** ANY_VALUE(e): e itself, of some row of the group; the check of ONLY_FULL_GROUP_BY does not look inside. */
export class AnyValue extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression) {
    super(operand.type, operand.nullable, [operand], operand.coercibility);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    return this.operand.evaluate(context);
  }

  override toString(): string {
    return `any_value(${this.operand})`;
  }
}

/** GROUPING(a, b, ...): the flags of the keys as one number, the last key in the lowest bit. */
export class GroupingBits extends Expression {
  constructor(flags: readonly Expression[]) {
    super(BIGINT, false, flags, Coercibility.numeric);
  }

  override evaluate(context: ExecContext): Value {
    let bits = 0;
    for (const flag of this.children) bits = bits * 2 + ((flag.evaluate(context) as number | null) ?? 0);
    return bits;
  }

  override toString(): string {
    return `grouping(${this.children.join(', ')})`;
  }
}
