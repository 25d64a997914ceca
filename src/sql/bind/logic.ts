// AND, OR, XOR, NOT, IS over conditions: three-valued logic on 1, 0 and null.

import type {Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import {BOOLEAN, Coercibility, Expression} from './expression.ts';

function anyNullable(operands: readonly Expression[]): boolean {
  return operands.some(o => o.nullable);
}

/** False as soon as one operand is; operands are conditions. */
export class And extends Expression {
  constructor(operands: readonly Expression[]) {
    super(BOOLEAN, anyNullable(operands), operands, Coercibility.numeric);
  }

  override evaluate(context: ExecContext): Value {
    const operands = this.children;
    let result: Value = 1;
    for (let i = 0; i < operands.length; i++) {
      const value = operands[i].evaluate(context);
      if (value === 0) return 0;
      if (value === null) result = null;
    }
    return result;
  }

  override toString(): string {
    return `(${this.children.join(' and ')})`;
  }
}

/** True as soon as one operand is. */
export class Or extends Expression {
  constructor(operands: readonly Expression[]) {
    super(BOOLEAN, anyNullable(operands), operands, Coercibility.numeric);
  }

  override evaluate(context: ExecContext): Value {
    const operands = this.children;
    let result: Value = 0;
    for (let i = 0; i < operands.length; i++) {
      const value = operands[i].evaluate(context);
      if (value === 1) return 1;
      if (value === null) result = null;
    }
    return result;
  }

  override toString(): string {
    return `(${this.children.join(' or ')})`;
  }
}

export class Xor extends Expression {
  constructor(operands: readonly Expression[]) {
    super(BOOLEAN, anyNullable(operands), operands, Coercibility.numeric);
  }

  override evaluate(context: ExecContext): Value {
    let result = 0;
    for (const operand of this.children) {
      const value = operand.evaluate(context);
      if (value === null) return null;
      result ^= value as number;
    }
    return result;
  }

  override toString(): string {
    return `(${this.children.join(' xor ')})`;
  }
}

export class Not extends Expression {
  readonly operand: Expression;

  constructor(operand: Expression) {
    super(BOOLEAN, operand.nullable, [operand], Coercibility.numeric);
    this.operand = operand;
  }

  override evaluate(context: ExecContext): Value {
    const value = this.operand.evaluate(context);
    return value === null ? null : value === 0 ? 1 : 0;
  }

  override toString(): string {
    return `(not ${this.operand})`;
  }
}

/** IS [NOT] NULL, on any value. */
export class IsNull extends Expression {
  readonly operand: Expression;
  readonly negated: boolean;

  constructor(operand: Expression, negated: boolean) {
    super(BOOLEAN, false, [operand], Coercibility.numeric);
    this.operand = operand;
    this.negated = negated;
  }

  override evaluate(context: ExecContext): Value {
    return (this.operand.evaluate(context) === null) !== this.negated ? 1 : 0;
  }

  override toString(): string {
    return `(${this.operand} is ${this.negated ? 'not ' : ''}null)`;
  }
}

/** IS [NOT] TRUE, IS [NOT] FALSE, on a condition. */
export class IsTruth extends Expression {
  readonly operand: Expression;
  readonly truth: 0 | 1;
  readonly negated: boolean;

  constructor(operand: Expression, truth: 0 | 1, negated: boolean) {
    super(BOOLEAN, false, [operand], Coercibility.numeric);
    this.operand = operand;
    this.truth = truth;
    this.negated = negated;
  }

  override evaluate(context: ExecContext): Value {
    return (this.operand.evaluate(context) === this.truth) !== this.negated ? 1 : 0;
  }

  override toString(): string {
    return `(${this.operand} is ${this.negated ? 'not ' : ''}${this.truth === 1 ? 'true' : 'false'})`;
  }
}

/** The parts of a conjunction; the condition itself when it is none. */
export function conjuncts(condition: Expression): readonly Expression[] {
  return condition instanceof And ? condition.children.flatMap(conjuncts) : [condition];
}

/** The conjunction of conditions; undefined for none. */
export function conjunction(conditions: readonly Expression[]): Expression | undefined {
  if (conditions.length === 0) return undefined;
  return conditions.length === 1 ? conditions[0] : new And(conditions);
}
