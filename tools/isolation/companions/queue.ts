// Queue: jobs are enqueued once and dequeued with FOR UPDATE SKIP LOCKED. No job is handed out twice, none is handed out that was not put in,
// and at the end every acknowledged job has been handed out or is still in the queue. `enqueue` and `dequeue` have the job as value (null: the
// queue was empty), a final `read` returns the list of jobs left.

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numberOf, numbersOf, type Operation, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when a job is not a number */
export function checkQueue(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const violations = new Violations();
  const enqueued = new Map<number, Operation>();
  const taken = new Map<number, Operation>();
  let unknownTakes = 0;
  for (const op of operations) {
    if (op.f === 'enqueue' && op.type !== 'fail') enqueued.set(numberOf(op.asked), op);
    if (op.f === 'dequeue' && op.type === 'info') unknownTakes++;
    if (op.f !== 'dequeue' || op.type !== 'ok' || op.value === null) continue;
    const job = numberOf(op.value);
    const other = taken.get(job);
    if (other !== undefined)
      violations.add(`job ${job} was handed out at ${other.completedAt} and again at ${op.completedAt}`);
    taken.set(job, op);
  }
  for (const job of taken.keys()) if (!enqueued.has(job)) violations.add(`job ${job} was handed out but never put in`);
  for (const read of operations.filter(op => op.f === 'read' && op.final && op.type === 'ok')) {
    checkLeft(read, enqueued, taken, unknownTakes, violations);
  }
  return violations.report('queue', [
    `${enqueued.size} jobs put in, ${taken.size} handed out, ${unknownTakes} dequeues with unknown outcome`,
  ]);
}

/** A dequeue whose outcome is unknown may have taken one job, so that many may be missing. */
function checkLeft(
  read: Operation,
  enqueued: ReadonlyMap<number, Operation>,
  taken: ReadonlyMap<number, Operation>,
  unknownTakes: number,
  violations: Violations,
): void {
  const left = new Set(numbersOf(read.value));
  for (const job of left) if (taken.has(job)) violations.add(`job ${job} was handed out and is still in the queue`);
  const lost = [...enqueued]
    .filter(([job, op]) => op.type === 'ok' && !taken.has(job) && !left.has(job))
    .map(([job]) => job);
  if (lost.length > unknownTakes) {
    violations.add(
      `${lost.length} jobs are lost (${lost.slice(0, 8)}), and only ${unknownTakes} dequeues have an unknown outcome`,
    );
  }
}
