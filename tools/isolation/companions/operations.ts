// What the companion checkers share: invocations paired with their completions, and a report.

import {type EventType, HistoryError, type HistoryEvent, type Scalar} from '../history/types.ts';

export interface Operation {
  readonly f: string;
  readonly process: Scalar;
  readonly type: Exclude<EventType, 'invoke'>;
  /** The value of the invocation. */
  readonly asked: unknown;
  /** The value of the completion; equal to `asked` where nothing completed. */
  readonly value: unknown;
  /** Places in the history; `completedAt` is Infinity for info. */
  readonly invokedAt: number;
  readonly completedAt: number;
  readonly final: boolean;
}

/** Operations in order of completion; those that never completed are info and come last. @throws HistoryError */
export function operationsOf(events: Iterable<HistoryEvent>): Operation[] {
  const pending = new Map<Scalar, {event: HistoryEvent; at: number}>();
  const operations: Operation[] = [];
  let at = 0;
  for (const event of events) {
    if (typeof event.process === 'number') {
      const invoked = pending.get(event.process);
      if (event.type === 'invoke') {
        if (invoked !== undefined) throw new HistoryError(`process ${event.process} invokes twice at ${at}`);
        pending.set(event.process, {event, at});
      } else {
        pending.delete(event.process);
        operations.push(operation(invoked?.event ?? event, invoked?.at ?? at, event, at));
      }
    }
    at++;
  }
  for (const {event, at: invokedAt} of pending.values())
    operations.push(operation(event, invokedAt, {...event, type: 'info'}, at));
  return operations;
}

function operation(invoked: HistoryEvent, invokedAt: number, completion: HistoryEvent, at: number): Operation {
  return {
    f: completion.f ?? 'txn',
    process: completion.process,
    type: completion.type as Operation['type'],
    asked: invoked.value,
    value: completion.value ?? invoked.value,
    invokedAt,
    completedAt: completion.type === 'info' ? Number.POSITIVE_INFINITY : at,
    final: completion.final === true || invoked.final === true,
  };
}

export interface CompanionReport {
  readonly name: string;
  readonly valid: boolean;
  /** What was looked at, so that an empty history is not taken for a good one. */
  readonly facts: readonly string[];
  /** The first violations in words. */
  readonly violations: readonly string[];
  readonly violationCount: number;
}

/** Collects violations; keeps the words of the first few. */
export class Violations {
  readonly #max = 10;
  readonly #words: string[] = [];
  #count = 0;

  add(words: string): void {
    if (this.#count++ < this.#max) this.#words.push(words);
  }

  report(name: string, facts: readonly string[]): CompanionReport {
    return {name, valid: this.#count === 0, facts, violations: this.#words, violationCount: this.#count};
  }
}

/** The value as a list of numbers. @throws HistoryError */
export function numbersOf(value: unknown): number[] {
  if (!Array.isArray(value) || value.some(item => typeof item !== 'number')) {
    throw new HistoryError(`${JSON.stringify(value)} is not a list of numbers`);
  }
  return value as number[];
}

/** The value as a number. @throws HistoryError */
export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new HistoryError(`${JSON.stringify(value)} is not a number`);
  return value;
}
