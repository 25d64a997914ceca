// Runs steps once before its child is opened: uncorrelated subqueries whose values the child's index ranges are made of.

import {ROW} from '../../engine/api.ts';
import type {BlockingStep} from './apply.ts';
import type {ExecContext, RowSource} from './contract.ts';

export class PreludeSource implements RowSource {
  readonly #child: RowSource;
  readonly #steps: readonly BlockingStep[];
  #at = 0;
  #isStarted = false;
  #isOpen = false;

  constructor(child: RowSource, steps: readonly BlockingStep[]) {
    this.#child = child;
    this.#steps = steps;
  }

  open(): void {
    this.#at = 0;
    this.#isStarted = false;
    this.#isOpen = false;
  }

  next(context: ExecContext): number {
    for (; this.#at < this.#steps.length; this.#at++) {
      const step = this.#steps[this.#at];
      if (!this.#isStarted) step.start(context);
      this.#isStarted = true;
      const result = step.poll(context);
      if (result !== ROW) return result;
      this.#isStarted = false;
    }
    if (!this.#isOpen) {
      this.#child.open(context);
      this.#isOpen = true;
    }
    return this.#child.next(context);
  }

  close(context: ExecContext): void {
    for (const step of this.#steps) step.close(context);
    if (this.#isOpen) this.#child.close(context);
    this.#isOpen = false;
  }
}
