// Subqueries as expressions: they read the registers that a step of exec/subquery.ts has filled.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {ComparisonOperator} from '../parse/ast-expression.ts';
import type {BoundQuery} from './bound-query.ts';
import {BOOLEAN, Coercibility, Expression, Volatility} from './expression.ts';
import {coercibilityOf} from './leaf.ts';

/** Something inside an expression that may block: the planner runs it before the expression is evaluated. */
export abstract class BlockingExpression extends Expression {}

/** A subquery in an expression. */
export abstract class SubqueryExpression extends BlockingExpression {
  readonly query: BoundQuery;

  constructor(
    query: BoundQuery,
    type: SqlType,
    nullable: boolean,
    left: readonly Expression[],
    coercibility: Coercibility,
  ) {
    super(type, nullable, [...left, ...query.outer], coercibility, Volatility.stable);
    this.query = query;
  }
}

/** (SELECT ...) as a value, or as a row: one register per column. */
export class ScalarSubquery extends SubqueryExpression {
  readonly registers: Int32Array;

  constructor(query: BoundQuery, registers: Int32Array) {
    const {type} = query.outputs[0].expression;
    super(query, type, true, [], coercibilityOf(type, Coercibility.implicit));
    this.registers = registers;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.registers[0]];
  }

  override toString(): string {
    return `(select #${this.registers[0]})`;
  }
}

/** A further column of a row subquery. */
export class SubqueryColumn extends Expression {
  readonly subquery: ScalarSubquery;
  readonly index: number;

  constructor(subquery: ScalarSubquery, index: number) {
    const {type} = subquery.query.outputs[index].expression;
    super(type, true, [subquery], coercibilityOf(type, Coercibility.implicit));
    this.subquery = subquery;
    this.index = index;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.subquery.registers[this.index]];
  }

  override toString(): string {
    return `${this.subquery}.${this.index + 1}`;
  }
}

export class ExistsSubquery extends SubqueryExpression {
  readonly register: number;

  constructor(query: BoundQuery, register: number) {
    super(query, BOOLEAN, false, [], Coercibility.numeric);
    this.register = register;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return `exists(select #${this.register})`;
  }
}

/** `left op ANY|ALL (SELECT ...)`; IN is = ANY. */
export class QuantifiedSubquery extends SubqueryExpression {
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly left: readonly Expression[];
  /** Where the outputs stand while `condition` is tested. */
  readonly outputRegisters: Int32Array;
  /** The comparison of `left` with the output registers. */
  readonly condition: Expression;
  readonly register: number;

  constructor(
    query: BoundQuery,
    operator: ComparisonOperator,
    quantifier: 'any' | 'all',
    left: readonly Expression[],
    outputRegisters: Int32Array,
    condition: Expression,
    register: number,
  ) {
    super(query, BOOLEAN, true, left, Coercibility.numeric);
    this.operator = operator;
    this.quantifier = quantifier;
    this.left = left;
    this.outputRegisters = outputRegisters;
    this.condition = condition;
    this.register = register;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return `(${this.left.join(', ')} ${this.operator} ${this.quantifier} (select #${this.register}))`;
  }
}
