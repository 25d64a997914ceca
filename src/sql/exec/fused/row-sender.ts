// Sends rows from row bytes to the sink. A row with values in overflow pages takes the slow way: all columns that are needed go into
// registers at once, because its bytes are gone after a wait, and the row is sent as values.

import {BLOCKED, ROW, type RowPlace} from '../../../engine/api.ts';
import {hasOverflow} from '../../../format/row/overflow.ts';
import type {Value} from '../../../format/value/types.ts';
import type {Expression} from '../../bind/expression.ts';
import type {ExecContext} from '../contract.ts';
import {allTrue} from '../filter.ts';
import type {ResultSink, RowWirePlans} from '../result-sink.ts';
import type {RowReader} from '../row-reader.ts';

export interface RowSenderParts {
  readonly plans: RowWirePlans;
  readonly outputs: readonly Expression[];
  /** Columns that the filter reads, into their registers. */
  readonly filterReader: RowReader | undefined;
  readonly filter: readonly Expression[];
  /** Columns that filter and outputs read. */
  readonly wholeReader: RowReader;
}

/** What became of a row. */
export const Sent = {
  /** Go on with the next row. */
  yes: 1,
  /** It did not pass the filter. */
  no: 0,
  /** It was sent, and the client does not drain: return BLOCKED, then go on with the next row. */
  pause: -1,
  /** Not yet: return the sender's `result`, and call `resume` until it is something else. */
  wait: -2,
} as const;
export type Sent = (typeof Sent)[keyof typeof Sent];

export class RowSender {
  readonly #parts: RowSenderParts;
  readonly #row: Value[];
  /** After Sent.wait: BLOCKED or an engine result code. */
  result: number = BLOCKED;

  constructor(parts: RowSenderParts) {
    this.#parts = parts;
    this.#row = parts.outputs.map(() => null);
  }

  /** A row is on its way that waits for long values. */
  get isPending(): boolean {
    return this.#parts.wholeReader.isPending;
  }

  /** Forgets a row on its way. */
  reset(): void {
    this.#parts.wholeReader.reset();
  }

  /** Filters and sends the row at `place`. */
  send(place: RowPlace, context: ExecContext, sink: ResultSink): Sent {
    const {memory, payloadAt, payloadLength} = place;
    const {filterReader, filter, plans, wholeReader} = this.#parts;
    if (hasOverflow(memory, payloadAt)) return this.#finish(wholeReader.read(place, context), context, sink);
    if (filterReader !== undefined) {
      filterReader.read(place, context);
      if (!allTrue(filter, context)) return Sent.no;
    }
    return sink.rowBytes(plans, memory, payloadAt, payloadLength) ? Sent.yes : Sent.pause;
  }

  /** Goes on with a row that waits. */
  resume(context: ExecContext, sink: ResultSink): Sent {
    return this.#finish(this.#parts.wholeReader.resume(context), context, sink);
  }

  #finish(result: number, context: ExecContext, sink: ResultSink): Sent {
    if (result !== ROW) {
      this.result = result;
      return Sent.wait;
    }
    const {outputs, filter} = this.#parts;
    if (!allTrue(filter, context)) return Sent.no;
    for (let i = 0; i < outputs.length; i++) this.#row[i] = outputs[i].evaluate(context);
    return sink.row(this.#row, this.#row.length) ? Sent.yes : Sent.pause;
  }
}
