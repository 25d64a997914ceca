// What runs when a statement on rows runs: planned once, started again and again. The plan cache keeps bodies; a body belongs to one
// session and runs one execution at a time.

import {BLOCKED, DONE} from '../../engine/api.ts';
import {engineError} from '../catalog/engine-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {ReusableExecution} from '../exec/select-execution.ts';
import {NOTHING_DONE, type Outcome, ROWS_SENT, type StatementContext} from './statement-context.ts';

export interface StatementBody {
  /** Before the first poll of each run. */
  start(context: StatementContext): void;
  /** DONE: finished; BLOCKED; or an engine result code that becomes an error. May throw SqlError. */
  poll(): number;
  /** After the last poll, however it ended. */
  finish(): void;
  /** What the run has done; valid after DONE. */
  readonly outcome: Outcome;
}

/** A query whose rows go to the context's sink. */
export class QueryBody implements StatementBody {
  readonly #execution: ReusableExecution;
  #context: StatementContext | undefined;
  readonly outcome: Outcome = ROWS_SENT;

  constructor(execution: ReusableExecution) {
    this.#execution = execution;
  }

  start(context: StatementContext): void {
    this.#context = context;
    this.#execution.start(context.exec);
  }

  poll(): number {
    const context = this.#context as StatementContext;
    return this.#execution.poll(context.exec, context.sink);
  }

  finish(): void {
    if (this.#context !== undefined) this.#execution.finish(this.#context.exec);
    this.#context = undefined;
  }
}

/** Steps as a body: for statements that are written as a generator over a plan. */
export class StepsBody implements StatementBody {
  readonly #make: (context: StatementContext) => Steps<Outcome>;
  #steps: Steps<Outcome> | undefined;
  outcome: Outcome = NOTHING_DONE;

  constructor(make: (context: StatementContext) => Steps<Outcome>) {
    this.#make = make;
  }

  start(context: StatementContext): void {
    this.#steps = this.#make(context);
  }

  poll(): number {
    const next = (this.#steps as Steps<Outcome>).next();
    if (next.done !== true) return BLOCKED;
    this.outcome = next.value;
    return DONE;
  }

  finish(): void {
    this.#steps?.return(NOTHING_DONE);
    this.#steps = undefined;
  }
}

/** Runs a body to its end. */
export function* runBody(body: StatementBody, context: StatementContext): Steps<Outcome> {
  body.start(context);
  try {
    for (;;) {
      const result = body.poll();
      if (result === DONE) return body.outcome;
      if (result !== BLOCKED) throw engineError(result);
      yield;
    }
  } finally {
    body.finish();
  }
}
