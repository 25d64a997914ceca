// Runs what may block for each row - subqueries, SLEEP, GET_LOCK - before an expression above reads the results from registers.
//
// Expressions never block (bind/expression.ts), so the planner takes such parts out and puts them here as steps. A step under OR, AND, CASE, IF
// has a guard: the condition under which MySQL would have evaluated it at all. A step that has finished is not run again when a later
// one blocks: progress is kept in this operator.

import {ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';

/** Something that takes several polls and leaves its result in registers. */
export interface BlockingStep {
  /** Starts for the current row. */
  start(context: ExecContext): void;
  /** ROW: the result stands in its registers. BLOCKED or an engine result code otherwise. */
  poll(context: ExecContext): number;
  /** Gives up what is open; also called when nothing is. */
  close(context: ExecContext): void;
}

export interface GuardedStep {
  readonly step: BlockingStep;
  /** The step runs when this is 1; undefined: always. */
  readonly guard: Expression | undefined;
}

export class ApplySource implements RowSource {
  readonly #child: RowSource;
  readonly #steps: readonly GuardedStep[];
  #at = -1;
  #isStarted = false;

  constructor(child: RowSource, steps: readonly GuardedStep[]) {
    this.#child = child;
    this.#steps = steps;
  }

  open(context: ExecContext): void {
    this.#at = -1;
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    if (this.#at < 0) {
      const result = this.#child.next(context);
      if (result !== ROW) return result;
      this.#at = 0;
      this.#isStarted = false;
    }
    for (; this.#at < this.#steps.length; this.#at++) {
      const result = this.#run(this.#steps[this.#at], context);
      if (result !== ROW) return result;
      this.#isStarted = false;
    }
    this.#at = -1;
    return ROW;
  }

  close(context: ExecContext): void {
    for (const {step} of this.#steps) step.close(context);
    this.#child.close(context);
  }

  #run({step, guard}: GuardedStep, context: ExecContext): number {
    if (!this.#isStarted) {
      if (guard !== undefined && guard.evaluate(context) !== 1) return ROW;
      this.#isStarted = true;
      step.start(context);
    }
    return step.poll(context);
  }
}
