// Monotonic: a counter that only grows. Every `read` and every `increment` returns the value seen. Within a process the values never fall
// (a session does not go back in time); by default they do not fall in real time either: what completed before a read began is visible to it.
// No two increments return the same value.

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numberOf, type Operation, operationsOf, Violations} from './operations.ts';

export interface MonotonicOptions {
  /** Also demand that values never fall between processes. Default true. */
  readonly realtime?: boolean;
}

/** @throws HistoryError when a value is not a number */
export function checkMonotonic(events: Iterable<HistoryEvent>, options: MonotonicOptions = {}): CompanionReport {
  const operations = operationsOf(events).filter(op => op.type === 'ok' && (op.f === 'read' || op.f === 'increment'));
  const violations = new Violations();
  checkSessions(operations, violations);
  checkIncrements(operations, violations);
  if (options.realtime !== false) checkRealtime(operations, violations);
  return violations.report('monotonic', [`${operations.length} reads and increments`]);
}

function checkSessions(operations: readonly Operation[], violations: Violations): void {
  const last = new Map<unknown, Operation>();
  for (const op of operations) {
    const before = last.get(op.process);
    if (before !== undefined && numberOf(op.value) < numberOf(before.value)) {
      violations.add(
        `process ${op.process} saw ${before.value} at ${before.completedAt} and then ${op.value} at ${op.completedAt}`,
      );
    }
    last.set(op.process, op);
  }
}

function checkIncrements(operations: readonly Operation[], violations: Violations): void {
  const seen = new Map<number, Operation>();
  for (const op of operations) {
    if (op.f !== 'increment') continue;
    const value = numberOf(op.value);
    const before = seen.get(value);
    if (before !== undefined)
      violations.add(`the increments at ${before.completedAt} and ${op.completedAt} both made the value ${value}`);
    seen.set(value, op);
  }
}

/** The largest value completed before each invocation is a lower bound. */
function checkRealtime(operations: readonly Operation[], violations: Violations): void {
  const byInvocation = [...operations].sort((a, b) => a.invokedAt - b.invokedAt);
  let highest: Operation | undefined;
  let completed = 0;
  for (const op of byInvocation) {
    for (; completed < operations.length && operations[completed].completedAt < op.invokedAt; completed++) {
      if (highest === undefined || numberOf(operations[completed].value) > numberOf(highest.value))
        highest = operations[completed];
    }
    if (highest !== undefined && numberOf(op.value) < numberOf(highest.value)) {
      violations.add(
        `${highest.value} was seen by ${highest.completedAt}, yet the ${op.f} from ${op.invokedAt} to ${op.completedAt} saw ${op.value}`,
      );
    }
  }
}
