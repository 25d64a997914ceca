// What an operator really did: EXPLAIN ANALYZE puts one of these around each operator of the plan.

import {BLOCKED, DONE, ROW} from '../../engine/api.ts';
import type {ExecContext, RowSource} from './contract.ts';

/** Sums over all times that an operator was opened. Times are wall time inside its calls, with those of its inputs, in microseconds. */
export class Measurement {
  /** How often it was opened. */
  loops = 0;
  rows = 0;
  /** Until its first row, or its end where there was none. */
  firstMicros = 0;
  /** Until its last row, or until it was not asked for more. */
  allMicros = 0;
}

export class MeasuredSource implements RowSource {
  readonly #source: RowSource;
  readonly #measurement: Measurement;
  /** When the present call was first made; it goes on while it answers BLOCKED. -1: there is none. */
  #calledAt = -1;
  /** Time inside calls since the last open. */
  #micros = 0;
  #hasFirst = false;

  constructor(source: RowSource, measurement: Measurement) {
    this.#source = source;
    this.#measurement = measurement;
  }

  open(context: ExecContext): void {
    const start = context.session.nowMicros();
    this.#source.open(context);
    this.#measurement.loops++;
    this.#calledAt = -1;
    this.#micros = 0;
    this.#hasFirst = false;
    this.#spend(context.session.nowMicros() - start);
  }

  next(context: ExecContext): number {
    if (this.#calledAt < 0) this.#calledAt = context.session.nowMicros();
    const result = this.#source.next(context);
    if (result === BLOCKED) return BLOCKED;
    this.#spend(context.session.nowMicros() - this.#calledAt);
    this.#calledAt = -1;
    if (result === ROW) this.#measurement.rows++;
    if (!this.#hasFirst && (result === ROW || result === DONE)) {
      this.#hasFirst = true;
      this.#measurement.firstMicros += this.#micros;
    }
    return result;
  }

  close(context: ExecContext): void {
    this.#source.close(context);
  }

  #spend(micros: number): void {
    this.#micros += micros;
    this.#measurement.allMicros += micros;
  }
}
