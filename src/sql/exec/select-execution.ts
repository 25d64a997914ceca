// Runs a plan to its end: rows from the operators, values from the output expressions, into the sink.

import {BLOCKED, DONE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, Execution, RowSource} from './contract.ts';
import type {Epoch} from './epoch.ts';
import type {LimitSource} from './limit.ts';
import type {MemoryBudget} from './memory-budget.ts';
import type {ResultColumn} from './result-column.ts';
import type {ResultSink} from './result-sink.ts';

/** An execution that can be used again: what a cached plan keeps. */
export interface ReusableExecution extends Execution {
  /** Before the first poll of each run. */
  start(context: ExecContext): void;
  /** After the last poll, whatever its result, and when the statement is given up in between. */
  finish(context: ExecContext): void;
}

export interface SelectParts {
  readonly source: RowSource;
  readonly outputs: readonly Expression[];
  readonly columns: readonly ResultColumn[];
  readonly registerCount: number;
  readonly epoch: Epoch;
  readonly budget: MemoryBudget;
  /** SQL_CALC_FOUND_ROWS: the LIMIT that counts on. */
  readonly counter: LimitSource | undefined;
}

export class SelectExecution implements ReusableExecution {
  readonly #parts: SelectParts;
  readonly #row: Value[];
  #hasBegun = false;
  #isOpen = false;
  #rows = 0;

  constructor(parts: SelectParts) {
    this.#parts = parts;
    this.#row = parts.outputs.map(() => null);
  }

  start(context: ExecContext): void {
    const {registerCount, epoch, budget, source} = this.#parts;
    while (context.registers.length < registerCount) context.registers.push(null);
    epoch.advance();
    budget.reset();
    this.#rows = 0;
    this.#hasBegun = false;
    source.open(context);
    this.#isOpen = true;
  }

  poll(context: ExecContext, sink: ResultSink): number {
    const {source, columns, counter} = this.#parts;
    if (!this.#hasBegun) {
      sink.begin(columns, this);
      this.#hasBegun = true;
    }
    for (;;) {
      const result = source.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      this.#evaluate(context);
      this.#rows++;
      if (!sink.row(this.#row, this.#row.length)) return BLOCKED;
    }
    context.session.foundRows = counter === undefined ? this.#rows : counter.seen;
    sink.end();
    return DONE;
  }

  finish(context: ExecContext): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.source.close(context);
  }

  #evaluate(context: ExecContext): void {
    const {outputs} = this.#parts;
    for (let i = 0; i < outputs.length; i++) this.#row[i] = outputs[i].evaluate(context);
  }
}
