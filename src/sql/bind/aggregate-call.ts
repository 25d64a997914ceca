// A call of an aggregate function: an expression that reads its result from a register, and a task for the grouping operator.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {Accumulator, AggregateTask} from '../exec/aggregate.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {MemoryBudget} from '../exec/memory-budget.ts';
import {Coercibility, Expression, Volatility} from './expression.ts';
import {type ColumnRef, coercibilityOf} from './leaf.ts';

/** What the function registry makes of a call. */
export interface AggregateDefinition {
  readonly type: SqlType;
  readonly nullable: boolean;
  newAccumulator(budget: MemoryBudget): Accumulator;
  /** What it is, where a fused plan can compute it from row bytes: rows, non-NULL values of a column, the sum of an integer column. */
  readonly simple: SimpleAggregate | undefined;
  /** MIN or MAX: the first row in the right order is enough. */
  readonly extreme: 'min' | 'max' | undefined;
}

export interface SimpleAggregate {
  readonly kind: 'countRows' | 'count' | 'sum';
  /** Undefined for `countRows`. */
  readonly column: ColumnRef | undefined;
}

export class AggregateCall extends Expression implements AggregateTask {
  readonly register: number;
  readonly definition: AggregateDefinition;
  readonly #text: string;

  /** `args`: everything evaluated per row, so that the planner knows what the grouping operator reads. */
  constructor(register: number, definition: AggregateDefinition, args: readonly Expression[], text: string) {
    const coercibility = coercibilityOf(definition.type, Coercibility.implicit);
    super(definition.type, definition.nullable, args, coercibility, Volatility.row);
    this.register = register;
    this.definition = definition;
    this.#text = text;
  }

  newAccumulator(budget: MemoryBudget): Accumulator {
    return this.definition.newAccumulator(budget);
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return this.#text;
  }
}
