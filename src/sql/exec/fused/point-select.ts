// SELECT columns FROM t WHERE primary key = values: one descent, one row from page to packet.

import {
  DONE,
  type EngineSession,
  type LockMode,
  type LockWait,
  type PointRead,
  ROW,
  SKIPPED,
  type TableHandle,
} from '../../../engine/api.ts';
import type {ExecContext} from '../contract.ts';
import type {PointKey} from '../point-get.ts';
import type {ResultSink} from '../result-sink.ts';
import {FusedExecution, type FusedParts, PAUSE} from './fused-execution.ts';
import {type RowSender, Sent} from './row-sender.ts';

export interface PointSelectParts extends FusedParts {
  readonly table: TableHandle;
  readonly key: PointKey;
  readonly lock: LockMode;
  readonly wait: LockWait;
  readonly sender: RowSender;
}

export class PointSelect extends FusedExecution {
  readonly #parts: PointSelectParts;
  #engine: EngineSession | undefined;
  #read!: PointRead;
  #isDone = false;

  constructor(parts: PointSelectParts) {
    super(parts);
    this.#parts = parts;
  }

  override finish(): void {
    this.#parts.sender.reset();
  }

  protected override open(context: ExecContext): void {
    if (this.#engine !== context.engine) {
      this.#engine = context.engine;
      this.#read = context.engine.newPointRead();
    }
    this.#parts.sender.reset();
    this.#isDone = !this.#parts.key.make(context);
  }

  protected override run(context: ExecContext, sink: ResultSink): number {
    this.announce(sink);
    const {sender} = this.#parts;
    if (sender.isPending) return this.#sent(sender.resume(context, sink));
    if (this.#isDone) return DONE;
    const {table, key, lock, wait} = this.#parts;
    const result = this.#read.get(table, key.bytes, key.length, lock, wait);
    if (result === ROW) return this.#sent(sender.send(this.#read, context, sink));
    return result === SKIPPED ? DONE : result;
  }

  #sent(sent: Sent): number {
    if (sent === Sent.wait) return this.#parts.sender.result;
    this.#isDone = true;
    if (sent !== Sent.no) this.rows = 1;
    return sent === Sent.pause ? PAUSE : DONE;
  }
}
