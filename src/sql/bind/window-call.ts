// A window function call: an expression that reads its result from a register, and what the window operator needs to fill it.

import type {SqlType, Value} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {WindowComputation} from '../exec/window-function.ts';
import type {OrderKey} from './bound-query.ts';
import {Coercibility, Expression, Volatility} from './expression.ts';
import {coercibilityOf} from './leaf.ts';

/** One end of a frame. */
export type FrameEnd =
  | {readonly kind: 'unboundedPreceding' | 'currentRow' | 'unboundedFollowing'}
  /** ROWS and GROUPS: a number of rows or peer groups. */
  | {readonly kind: 'preceding' | 'following'; readonly distance: Expression}
  /** RANGE: up to the rows whose `key` has reached `boundary`, a value made from the current row. Both have one type. */
  | {readonly kind: 'value'; readonly boundary: Expression; readonly key: Expression; readonly descending: boolean};

export interface Frame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameEnd;
  readonly end: FrameEnd;
}

/** PARTITION BY, ORDER BY and frame. Calls with equal partition and order share one sort. */
export interface WindowSpec {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderKey[];
  /** Undefined: from the partition's start to the current row's last peer, or to the end without ORDER BY. */
  readonly frame: Frame | undefined;
}

export class WindowCall extends Expression {
  readonly register: number;
  readonly spec: WindowSpec;
  readonly computation: WindowComputation;
  readonly #text: string;

  constructor(
    register: number,
    spec: WindowSpec,
    computation: WindowComputation,
    args: readonly Expression[],
    result: {readonly type: SqlType; readonly nullable: boolean},
    text: string,
  ) {
    const inputs = [...args, ...spec.partitionBy, ...spec.orderBy.map(o => o.expression)];
    const coercibility = coercibilityOf(result.type, Coercibility.implicit);
    super(result.type, result.nullable, inputs, coercibility, Volatility.row);
    this.register = register;
    this.spec = spec;
    this.computation = computation;
    this.#text = text;
  }

  override evaluate(context: ExecContext): Value {
    return context.registers[this.register];
  }

  override toString(): string {
    return this.#text;
  }
}
