// What a window function computes, over one partition at a time.

import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext} from './contract.ts';
import type {MemoryBudget} from './memory-budget.ts';

/** A partition, sorted, as a window function sees it. Rows are numbered from 0. */
export interface WindowPartition {
  readonly count: number;
  readonly budget: MemoryBudget;
  /** The value of an expression in a row. */
  evaluate(expression: Expression, row: number, context: ExecContext): Value;
  /** Makes a row the current one, so that expressions can be evaluated in it. */
  select(row: number, context: ExecContext): void;
  /** Number of a row's peer group; peers are equal in the ORDER BY. */
  peerGroup(row: number): number;
  /** First row of a row's peer group, and the row behind its last. */
  peerStart(row: number): number;
  peerEnd(row: number): number;
  /** First row of a row's frame, and the row behind its last; empty when they are equal. */
  frameStart(row: number): number;
  frameEnd(row: number): number;
  /** True when every frame starts at row 0, so that running totals serve. */
  readonly framesStartAtZero: boolean;
  setResult(row: number, value: Value): void;
}

export interface WindowComputation {
  /** Sets the result of every row. */
  compute(partition: WindowPartition, context: ExecContext): void;
}
