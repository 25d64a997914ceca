// Causal reverse: rows are inserted one by one and whole sets are read. If one insert was acknowledged before another began, a read that shows
// the second must show the first. Serializable stores may break this, strictly serializable ones may not.
// `add` asks an element; `read` returns the list of elements.

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numberOf, numbersOf, type Operation, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when values are not numbers */
export function checkCausalReverse(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const adds = new Map<number, Operation>();
  for (const op of operations) if (op.f === 'add' && op.type !== 'fail') adds.set(numberOf(op.asked), op);
  const violations = new Violations();
  let reads = 0;
  for (const op of operations) {
    if (op.f !== 'read' || op.type !== 'ok') continue;
    reads++;
    checkRead(op, adds, violations);
  }
  return violations.report('causal reverse', [`${adds.size} adds, ${reads} reads`]);
}

/** Compares the missing element acknowledged first with the shown element invoked last. */
function checkRead(read: Operation, adds: ReadonlyMap<number, Operation>, violations: Violations): void {
  const shown = new Set(numbersOf(read.value));
  let missing: Operation | undefined;
  let latest: Operation | undefined;
  for (const [element, add] of adds) {
    if (shown.has(element)) {
      if (latest === undefined || add.invokedAt > latest.invokedAt) latest = add;
    } else if (missing === undefined || add.completedAt < missing.completedAt) missing = add;
  }
  if (missing === undefined || latest === undefined || missing.completedAt >= latest.invokedAt) return;
  violations.add(
    `the read at ${read.completedAt} shows ${latest.asked} but not ${missing.asked}, which was acknowledged before the other began`,
  );
}
