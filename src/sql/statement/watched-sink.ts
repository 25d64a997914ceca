// A sink that knows whether anything has been sent: a statement may run again from its beginning only before that. So the column
// definitions wait for the first row.

import type {Memory} from '../../format/memory.ts';
import type {Value} from '../../format/value/types.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {ResultSink, RowWirePlans} from '../exec/result-sink.ts';

export class WatchedSink implements ResultSink {
  readonly #sink: ResultSink;
  #columns: readonly ResultColumn[] = [];
  #cache: object = {};
  #isBegun = false;

  constructor(sink: ResultSink) {
    this.#sink = sink;
  }

  /** A row, or the end of a result set, has gone out. */
  get hasBegun(): boolean {
    return this.#isBegun;
  }

  begin(columns: readonly ResultColumn[], cache: object): void {
    this.#columns = columns;
    this.#cache = cache;
  }

  #send(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#sink.begin(this.#columns, this.#cache);
  }

  row(values: readonly Value[], count: number): boolean {
    this.#send();
    return this.#sink.row(values, count);
  }

  rowBytes(plan: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    this.#send();
    return this.#sink.rowBytes(plan, memory, payloadAt, payloadLength);
  }

  end(): void {
    this.#send();
    this.#sink.end();
  }
}
