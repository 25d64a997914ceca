// SELECT SUM(column), COUNT(*) ... FROM t WHERE range: whole numbers added up from row bytes.
//
// A sum is kept as a number while it is exact, then as a bigint. A value beyond 2^53 is read again exactly.

import {DONE, ROW, type RowPlace} from '../../../engine/api.ts';
import {isNull, readColumn, readInt} from '../../../format/row/decode.ts';
import type {RowLayout} from '../../../format/row/row-layout.ts';
import {Decimal} from '../../../format/value/decimal.ts';
import type {Value} from '../../../format/value/types.ts';
import type {ExecContext} from '../contract.ts';
import {RangeCursor, type ScanParts} from '../range-cursor.ts';
import type {ResultSink} from '../result-sink.ts';
import {FusedExecution, type FusedParts, PAUSE} from './fused-execution.ts';

/** `count`: rows, or rows whose column is not NULL; `sum`: of an integer column. */
export interface AggregateStep {
  readonly kind: 'countRows' | 'count' | 'sum';
  /** Column of the scan's layout; -1 for `countRows`. */
  readonly column: number;
}

export interface RangeAggregateParts extends FusedParts {
  readonly scan: ScanParts;
  readonly layout: RowLayout;
  readonly steps: readonly AggregateStep[];
}

/** The state of one aggregate. */
class Total {
  readonly #layout: RowLayout;
  readonly #step: AggregateStep;
  #count = 0;
  #sum = 0;
  /** What did not fit into `#sum`. */
  #exact = 0n;

  constructor(layout: RowLayout, step: AggregateStep) {
    this.#layout = layout;
    this.#step = step;
  }

  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#exact = 0n;
  }

  add({memory, payloadAt}: RowPlace): void {
    const {kind, column} = this.#step;
    if (kind === 'countRows') {
      this.#count++;
      return;
    }
    if (isNull(this.#layout, memory, payloadAt, column)) return;
    this.#count++;
    if (kind === 'count') return;
    const value = readInt(this.#layout, memory, payloadAt, column);
    const sum = this.#sum + value;
    if (Number.isSafeInteger(value) && Number.isSafeInteger(sum)) this.#sum = sum;
    else this.#exact += BigInt(readColumn(this.#layout, memory, payloadAt, column) as number | bigint);
  }

  value(): Value {
    if (this.#step.kind !== 'sum') return this.#count;
    return this.#count === 0 ? null : new Decimal(this.#exact + BigInt(this.#sum), 0);
  }
}

export class RangeAggregate extends FusedExecution {
  readonly #cursor: RangeCursor;
  readonly #totals: readonly Total[];
  #isSent = false;

  constructor(parts: RangeAggregateParts) {
    super(parts);
    this.#cursor = new RangeCursor(parts.scan);
    this.#totals = parts.steps.map(step => new Total(parts.layout, step));
  }

  override finish(): void {
    this.#cursor.close();
  }

  protected override open(context: ExecContext): void {
    for (const total of this.#totals) total.reset();
    this.#isSent = false;
    this.#cursor.open(context);
  }

  protected override run(context: ExecContext, sink: ResultSink): number {
    this.announce(sink);
    if (this.#isSent) return DONE;
    const totals = this.#totals;
    for (;;) {
      const result = this.#cursor.next(context);
      if (result === DONE) break;
      if (result !== ROW) return result;
      for (let i = 0; i < totals.length; i++) totals[i].add(this.#cursor.place);
    }
    this.#isSent = true;
    this.rows = 1;
    const row = totals.map(total => total.value());
    return sink.row(row, row.length) ? DONE : PAUSE;
  }
}
