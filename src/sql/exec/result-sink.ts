// Where the rows of a statement go: to the wire (bytes), to another statement (INSERT ... SELECT), to a test.

import type {Memory} from '../../format/memory.ts';
import type {RowWirePlan} from '../../format/row/wire.ts';
import type {Value} from '../../format/value/types.ts';
import type {ResultColumn} from './result-column.ts';

export interface ResultSink {
  /** The result set's columns, once, before the first row. `cache` lets the wire keep their encoded form with the plan. */
  begin(columns: readonly ResultColumn[], cache: object): void;
  /** One row of values. It is taken in any case. False: the client does not drain; return BLOCKED and go on with the next row when polled again. */
  row(values: readonly Value[], count: number): boolean;
  /** One row straight from row bytes without overflow markers: the fast path. Both wire forms are in the plan; the sink picks. Answers as `row`. */
  rowBytes(plan: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean;
  /** The result set is complete. */
  end(): void;
}

/** The same projection compiled for the text and for the binary protocol. */
export interface RowWirePlans {
  readonly text: RowWirePlan;
  readonly binary: RowWirePlan;
}
