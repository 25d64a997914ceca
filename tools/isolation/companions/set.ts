// Set: every acknowledged `add` must be in the final read, nothing that failed may be, and nothing may be there twice.
// A `read` returns the list of elements; the reads marked final count, or the last one when none is marked.

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numberOf, numbersOf, type Operation, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when values are not numbers */
export function checkSet(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const reads = operations.filter(op => op.f === 'read' && op.type === 'ok');
  const finals = reads.some(op => op.final) ? reads.filter(op => op.final) : reads.slice(-1);
  const adds = operations.filter(op => op.f === 'add');
  const violations = new Violations();
  if (finals.length === 0) violations.add('there is no read, so nothing is known');
  for (const read of finals) checkRead(read, adds, violations);
  const counts = ['ok', 'fail', 'info'].map(type => `${adds.filter(op => op.type === type).length} ${type}`);
  return violations.report('set', [`adds: ${counts.join(', ')}`, `${finals.length} final reads`]);
}

function checkRead(read: Operation, adds: readonly Operation[], violations: Violations): void {
  const elements = numbersOf(read.value);
  const present = new Set(elements);
  if (present.size !== elements.length)
    violations.add(`the read at ${read.completedAt} shows ${elements.length - present.size} elements twice`);
  const attempted = new Set<number>();
  for (const add of adds) {
    const element = numberOf(add.asked);
    if (add.type !== 'fail') attempted.add(element);
    if (add.type === 'ok' && add.completedAt < read.invokedAt && !present.has(element)) {
      violations.add(
        `${element} was acknowledged at ${add.completedAt} and is missing from the read at ${read.completedAt}`,
      );
    }
  }
  for (const element of present) {
    if (!attempted.has(element))
      violations.add(`the read at ${read.completedAt} shows ${element}, which failed or was never added`);
  }
}
