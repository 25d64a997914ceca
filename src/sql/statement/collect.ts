// Result rows for the server itself: INSERT ... SELECT, SELECT ... INTO, SET, SHOW.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE} from '../../engine/api.ts';
import type {Memory} from '../../format/memory.ts';
import {readColumn} from '../../format/row/decode.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {engineError} from '../catalog/engine-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {MemoryBudget} from '../exec/memory-budget.ts';
import {sizeOf} from '../exec/registers.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {ResultSink, RowWirePlans} from '../exec/result-sink.ts';
import type {ReusableExecution} from '../exec/select-execution.ts';

/** Keeps the rows it gets; takes at most `rowsMax` (then 1172). */
export class CollectingSink implements ResultSink {
  readonly rows: Value[][] = [];
  readonly #zone: TimeZone;
  readonly #rowsMax: number;
  readonly #budget: MemoryBudget = new MemoryBudget();
  columns: readonly ResultColumn[] = [];

  constructor(zone: TimeZone, rowsMax: number = Number.MAX_SAFE_INTEGER) {
    this.#zone = zone;
    this.#rowsMax = rowsMax;
  }

  begin(columns: readonly ResultColumn[]): void {
    this.columns = columns;
  }

  row(values: readonly Value[], count: number): boolean {
    return this.#add(values.slice(0, count));
  }

  rowBytes({text}: RowWirePlans, memory: Memory, payloadAt: number): boolean {
    return this.#add(text.columns.map(column => readColumn(text.layout, memory, payloadAt, column, this.#zone)));
  }

  end(): void {}

  #add(row: Value[]): boolean {
    if (this.rows.length >= this.#rowsMax) throw new SqlError('ER_TOO_MANY_ROWS');
    this.#budget.take(row.reduce<number>((bytes, value) => bytes + sizeOf(value), 48));
    this.rows.push(row);
    return true;
  }
}

/** Runs an execution into a sink, to its end. */
export function* execute(execution: ReusableExecution, context: ExecContext, sink: ResultSink): Steps<void> {
  execution.start(context);
  try {
    for (;;) {
      const result = execution.poll(context, sink);
      if (result === DONE) return;
      if (result !== BLOCKED) throw engineError(result);
      yield;
    }
  } finally {
    execution.finish(context);
  }
}
