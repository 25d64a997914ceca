// Foreign keys: a `read` returns [children, children without a parent]. No read may show an orphan; a child that was added, and after whose invocation nobody deleted children of its
// parent, must be in the final reads; one that failed must not be.

import {HistoryError, type HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numbersOf, type Operation, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when a value is not what it must be */
export function checkOrphans(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const violations = new Violations();
  const reads = operations.filter(op => op.f === 'read' && op.type === 'ok');
  const adds = operations.filter(op => op.f === 'add');
  const leaves = operations.filter(op => op.f === 'leave' && op.type !== 'fail');
  for (const read of reads) {
    const [, orphans] = pairOf(read.value);
    if (orphans.length > 0)
      violations.add(`the read at ${read.completedAt} shows children without a parent: ${orphans.join(', ')}`);
  }
  for (const read of reads.filter(op => op.final)) checkFinal(read, adds, leaves, violations);
  if (reads.length === 0) violations.add('there is no read, so nothing is known');
  const added = adds.filter(op => op.type === 'ok').length;
  return violations.report('foreign keys', [`${added} children`, `${reads.length} reads`]);
}

function checkFinal(
  read: Operation,
  adds: readonly Operation[],
  leaves: readonly Operation[],
  violations: Violations,
): void {
  const children = new Set(pairOf(read.value)[0]);
  for (const add of adds) {
    const [child, parent] = numbersOf(add.asked);
    if (add.type === 'fail' && children.has(child))
      violations.add(`the read at ${read.completedAt} shows child ${child}, which failed`);
    const mayBeGone = leaves.some(leave => leave.asked === parent && leave.completedAt > add.invokedAt);
    if (add.type === 'ok' && !mayBeGone && !children.has(child))
      violations.add(`child ${child} was acknowledged at ${add.completedAt} and is missing from the final read`);
  }
}

function pairOf(value: unknown): [number[], number[]] {
  if (!Array.isArray(value) || value.length !== 2) throw new HistoryError(`${JSON.stringify(value)} is not a pair`);
  return [numbersOf(value[0]), numbersOf(value[1])];
}
