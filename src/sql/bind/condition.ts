// Conditions: expressions that answer 1, 0 or null, as WHERE and the logical operators need them.

import {isTrue} from '../../format/value/domain.ts';
import type {Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {Comparison, negated} from './comparison.ts';
import {BOOLEAN, Coercibility, Expression} from './expression.ts';
import {Constant} from './leaf.ts';
import {And, IsNull, IsTruth, Not, Or} from './logic.ts';
import {domainOf} from './type-classes.ts';

/** The truth of a number. */
class NumberTruth extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression) {
    super(BOOLEAN, operand.nullable, [operand], Coercibility.numeric);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context);
    return value === null ? null : value === 0 ? 0 : 1;
  }

  override toString(): string {
    return `(${this.operand} <> 0)`;
  }
}

/** The truth of anything else. */
class ValueTruth extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression) {
    super(BOOLEAN, operand.nullable, [operand], Coercibility.numeric);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context);
    if (value === null) return null;
    return isTrue(value, this.operand.type, context.session) ? 1 : 0;
  }

  override toString(): string {
    return `(${this.operand} <> 0)`;
  }
}

/** The expression as a condition. */
export function asCondition(e: Expression): Expression {
  if (e.type === BOOLEAN) return e;
  if (e instanceof Constant && e.value === null) return new Constant(null, BOOLEAN, 'NULL');
  const domain = domainOf(e.type);
  return domain === 'integer' || domain === 'double' ? new NumberTruth(e) : new ValueTruth(e);
}

/** NOT condition, pushed inward where that keeps three-valued logic, so that indexes can use what is inside. */
export function negate(condition: Expression): Expression {
  if (condition instanceof Comparison) {
    const operator = negated(condition.operator);
    if (operator !== undefined) return condition.withSides(operator, condition.left, condition.right);
  }
  if (condition instanceof And) return new Or(condition.children.map(negate));
  if (condition instanceof Or) return new And(condition.children.map(negate));
  if (condition instanceof Not) return condition.operand;
  if (condition instanceof IsNull) return new IsNull(condition.operand, !condition.negated);
  if (condition instanceof IsTruth) {
    return new IsTruth(condition.operand, condition.truth, !condition.negated);
  }
  return new Not(condition);
}
