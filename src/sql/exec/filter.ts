// Lets through the rows for which a condition is true.

import {ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';

export class FilterSource implements RowSource {
  readonly #child: RowSource;
  readonly #conditions: readonly Expression[];

  /** `conditions` are conditions (1, 0, null), all of which must be 1; tested in order. */
  constructor(child: RowSource, conditions: readonly Expression[]) {
    this.#child = child;
    this.#conditions = conditions;
  }

  open(context: ExecContext): void {
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      const result = this.#child.next(context);
      if (result !== ROW || allTrue(this.#conditions, context)) return result;
    }
  }

  close(context: ExecContext): void {
    this.#child.close(context);
  }
}

/** Filters once, when it opens: the conditions do not depend on the rows of the child, which is not even opened when one fails. */
export class GateSource implements RowSource {
  readonly #child: RowSource;
  readonly #conditions: readonly Expression[];
  #isOpen = false;

  constructor(child: RowSource, conditions: readonly Expression[]) {
    this.#child = child;
    this.#conditions = conditions;
  }

  open(context: ExecContext): void {
    this.#isOpen = allTrue(this.#conditions, context);
    if (this.#isOpen) this.#child.open(context);
  }

  next(context: ExecContext): number {
    return this.#isOpen ? this.#child.next(context) : 0;
  }

  close(context: ExecContext): void {
    if (this.#isOpen) this.#child.close(context);
    this.#isOpen = false;
  }
}

/** True when every condition is 1. */
export function allTrue(conditions: readonly Expression[], context: ExecContext): boolean {
  for (let i = 0; i < conditions.length; i++) if (conditions[i].evaluate(context) !== 1) return false;
  return true;
}
