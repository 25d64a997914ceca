// Bound expressions: what is left of a scalar expression when every name is resolved and every conversion chosen.
//
// An expression is a tree of small immutable objects, one class per operator family and value domain, so that an addition of
// integers never asks what it adds. `evaluate` reads the current row from the registers of the context and never blocks and never
// waits: whatever may block (a subquery, SLEEP, GET_LOCK) is taken out of the tree by the planner, run by an operator of
// its own (exec/apply.ts), and leaves a `Slot` here that reads the register with its result.
//
// Truth values are 1, 0 and null. A condition is an expression whose evaluate answers nothing else (see bind/condition.ts).

import type {Value} from '../../format/value/types.ts';
import {Kind, type SqlType, sqlType} from '../../format/value/types.ts';
import type {ExecContext} from '../exec/contract.ts';

/** How freely an expression may be evaluated. The worst of the parts decides. */
export const Volatility = {
  /** The same value always: folded at bind time. */
  constant: 0,
  /** The same value throughout one execution: parameters, NOW(), variables. */
  stable: 1,
  /** Depends on the row. */
  row: 2,
  /** Another value each time, or a side effect: RAND(), UUID(), @a := 1. Never moved, never dropped, never evaluated twice. */
  volatile: 3,
} as const;
export type Volatility = (typeof Volatility)[keyof typeof Volatility];

/** MySQL's coercibility of strings: the lower side's collation wins. */
export const Coercibility = {
  explicit: 0,
  none: 1,
  implicit: 2,
  system: 3,
  literal: 4,
  numeric: 5,
  ignorable: 6,
} as const;
export type Coercibility = (typeof Coercibility)[keyof typeof Coercibility];

const NO_CHILDREN: readonly Expression[] = [];

/** Type of truth values, as MySQL reports them. */
export const BOOLEAN: SqlType = sqlType(Kind.bigint, {length: 1});

export abstract class Expression {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly children: readonly Expression[];
  readonly coercibility: Coercibility;
  readonly volatility: Volatility;

  constructor(
    type: SqlType,
    nullable: boolean,
    children: readonly Expression[] = NO_CHILDREN,
    coercibility: Coercibility = Coercibility.literal,
    own: Volatility = Volatility.constant,
  ) {
    this.type = type;
    this.nullable = nullable;
    this.children = children;
    this.coercibility = coercibility;
    let worst = own;
    for (const child of children) if (child.volatility > worst) worst = child.volatility;
    this.volatility = worst;
  }

  /** The value for the current row. May throw SqlError (out of range, strict-mode failures); never blocks. */
  abstract evaluate(context: ExecContext): Value;

  /** SQL-like text, equal for equal expressions of one query block: EXPLAIN, and the match with GROUP BY expressions. */
  abstract toString(): string;
}

/** Calls `visit` for the expression and all its parts, parents first. `visit` returns false to skip the parts. */
export function walk(expression: Expression, visit: (e: Expression) => boolean | undefined): void {
  if (visit(expression) === false) return;
  for (const child of expression.children) walk(child, visit);
}

/** True when some part satisfies the test. */
export function some(expression: Expression, test: (e: Expression) => boolean): boolean {
  return test(expression) || expression.children.some(child => some(child, test));
}

/** True when the value does not depend on any row: it may be evaluated once, when an operator opens. */
export function isStable(expression: Expression): boolean {
  return expression.volatility <= Volatility.stable;
}
