// How cold statements wait: DDL, catalog reads, account changes.
//
// D1 wants functions that return BLOCKED and can be called again. Statements that run per row keep their progress in cursor objects by hand.
// A DDL statement has dozens of places where it may wait and runs once a day, so it is written as a generator: a `yield` is a BLOCKED,
// `next()` is the poll. There is no promise, and nothing of this is on a path that runs per row.

import {BLOCKED, ROW} from '../../engine/api.ts';
import {engineError} from './engine-error.ts';

/** Work in steps: each `yield` means BLOCKED, with a waiter registered; the return value is the result. */
export type Steps<T> = Generator<void, T, void>;

/** Repeats an engine call until it is not BLOCKED; answers its result code. */
export function* until(attempt: () => number): Steps<number> {
  for (;;) {
    const result = attempt();
    if (result !== BLOCKED) return result;
    yield;
  }
}

/** Repeats an engine call until it has worked; any result but ROW becomes the SqlError of its code. */
export function* expectRow(attempt: () => number): Steps<void> {
  const result = yield* until(attempt);
  if (result !== ROW) throw engineError(result);
}

/** Gives way to others when the poll has been long enough. `tick` is what a poll clock answered: BLOCKED is one pause, not a repetition. */
export function* pauseAt(tick: number): Steps<void> {
  if (tick === ROW) return;
  if (tick !== BLOCKED) throw engineError(tick);
  yield;
}
