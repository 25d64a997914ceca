// Writes the history while operations run: one invocation and one completion each, in the order of one observer.

import type {EventType, HistoryEvent} from '../history/types.ts';
import {OperationFailure} from '../workloads/outcome.ts';
import type {WorkloadOperation} from '../workloads/workload.ts';

export class Recorder {
  readonly #events: HistoryEvent[] = [];
  readonly #now: () => number;
  readonly #listener: ((event: HistoryEvent) => void) | undefined;

  /** `now` gives milliseconds since any moment; the listener gets each event at once. */
  constructor(now: () => number, listener?: (event: HistoryEvent) => void) {
    this.#now = now;
    this.#listener = listener;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  invoke(process: number, operation: WorkloadOperation, node: string): void {
    this.#add('invoke', process, operation, operation.value, node);
  }

  ok(process: number, operation: WorkloadOperation, value: unknown, node: string): void {
    this.#add('ok', process, operation, value, node);
  }

  /** Writes the completion that the error calls for and returns its type. @throws the error itself when it is no OperationFailure */
  failed(process: number, operation: WorkloadOperation, error: unknown, node: string): 'fail' | 'info' {
    if (!(error instanceof OperationFailure)) throw error;
    const type = error.certain ? 'fail' : 'info';
    this.#add(type, process, operation, operation.value, node, error.message);
    return type;
  }

  #add(
    type: EventType,
    process: number,
    operation: WorkloadOperation,
    value: unknown,
    node: string,
    error?: string,
  ): void {
    const event: HistoryEvent = {
      index: this.#events.length,
      time: Math.round(this.#now() * 1e6),
      type,
      process,
      f: operation.f,
      value,
      node,
      ...(operation.final === true ? {final: true} : {}),
      ...(error === undefined ? {} : {error}),
    };
    this.#events.push(event);
    this.#listener?.(event);
  }
}
