// What the fused executions share: registers, epoch, the beginning and the end of the result set.
//
// A fused execution is one class from index to packet: no operator tree, no registers for the row, nothing allocated per row. It serves the
// commonest shapes of queries (plan/fused.ts recognises them).

import {BLOCKED, DONE} from '../../../engine/api.ts';
import type {ExecContext} from '../contract.ts';
import type {Epoch} from '../epoch.ts';
import type {ResultColumn} from '../result-column.ts';
import type {ResultSink} from '../result-sink.ts';
import type {ReusableExecution} from '../select-execution.ts';

export interface FusedParts {
  readonly columns: readonly ResultColumn[];
  readonly registerCount: number;
  readonly epoch: Epoch;
}

export abstract class FusedExecution implements ReusableExecution {
  readonly #fused: FusedParts;
  #hasBegun = false;
  /** Rows sent. */
  protected rows = 0;

  constructor(parts: FusedParts) {
    this.#fused = parts;
  }

  start(context: ExecContext): void {
    const {registerCount, epoch} = this.#fused;
    while (context.registers.length < registerCount) context.registers.push(null);
    epoch.advance();
    this.#hasBegun = false;
    this.rows = 0;
    this.open(context);
  }

  poll(context: ExecContext, sink: ResultSink): number {
    const result = this.run(context, sink);
    if (result !== DONE) return result;
    this.announce(sink);
    context.session.foundRows = this.rows;
    sink.end();
    return DONE;
  }

  abstract finish(context: ExecContext): void;

  protected abstract open(context: ExecContext): void;

  /** Sends the columns, once, before the first row. */
  protected announce(sink: ResultSink): void {
    if (this.#hasBegun) return;
    sink.begin(this.#fused.columns, this);
    this.#hasBegun = true;
  }

  /** DONE when all rows are sent; BLOCKED or an engine result code otherwise. */
  protected abstract run(context: ExecContext, sink: ResultSink): number;
}

/** What to return when a row has been sent and the client does not drain. */
export const PAUSE: number = BLOCKED;
