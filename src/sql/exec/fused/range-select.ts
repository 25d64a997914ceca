// SELECT columns FROM t WHERE range [AND conditions] [LIMIT]: from index to packet, in index order.

import {DONE, ROW} from '../../../engine/api.ts';
import type {Expression} from '../../bind/expression.ts';
import type {ExecContext} from '../contract.ts';
import {limitValue} from '../limit.ts';
import {RangeCursor, type ScanParts} from '../range-cursor.ts';
import type {ResultSink} from '../result-sink.ts';
import {FusedExecution, type FusedParts, PAUSE} from './fused-execution.ts';
import {type RowSender, Sent} from './row-sender.ts';

export interface RangeSelectParts extends FusedParts {
  readonly scan: ScanParts;
  readonly sender: RowSender;
  readonly limit: Expression | undefined;
}

export class RangeSelect extends FusedExecution {
  readonly #cursor: RangeCursor;
  readonly #sender: RowSender;
  readonly #limit: Expression | undefined;
  #left = 0;

  constructor(parts: RangeSelectParts) {
    super(parts);
    this.#cursor = new RangeCursor(parts.scan);
    this.#sender = parts.sender;
    this.#limit = parts.limit;
  }

  override finish(): void {
    this.#sender.reset();
    this.#cursor.close();
  }

  protected override open(context: ExecContext): void {
    this.#left = limitValue(this.#limit, context, Number.POSITIVE_INFINITY);
    this.#sender.reset();
    this.#cursor.open(context);
  }

  protected override run(context: ExecContext, sink: ResultSink): number {
    this.announce(sink);
    const sender = this.#sender;
    const cursor = this.#cursor;
    while (this.#left > 0) {
      let sent: Sent;
      if (sender.isPending) sent = sender.resume(context, sink);
      else {
        const result = cursor.next(context);
        if (result !== ROW) return result;
        sent = sender.send(cursor.place, context, sink);
      }
      if (sent === Sent.wait) return sender.result;
      if (sent === Sent.no) continue;
      this.rows++;
      this.#left--;
      if (sent === Sent.pause) return PAUSE;
    }
    return DONE;
  }
}
