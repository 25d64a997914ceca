// Long fork: rows are written once, each by its own transaction; readers read groups of rows. Any two reads of the same rows must be
// comparable: one saw all that the other saw. Two reads that each miss what the other saw mean that commits became visible in different orders.
//
// Operations are `txn` with mops: ["w", key, 1] alone, or several ["r", key, value or null].

import {HistoryError, type HistoryEvent, type Scalar} from '../history/types.ts';
import {type CompanionReport, operationsOf, Violations} from './operations.ts';

interface Read {
  readonly at: number;
  readonly seen: readonly Scalar[];
}

/** @throws HistoryError when a value is not a list of mops */
export function checkLongFork(events: Iterable<HistoryEvent>): CompanionReport {
  const groups = new Map<string, Read[]>();
  let reads = 0;
  for (const op of operationsOf(events)) {
    if (op.type !== 'ok') continue;
    if (!Array.isArray(op.value)) throw new HistoryError(`the value at ${op.completedAt} is not a list of operations`);
    const mops = (op.value as [string, Scalar, Scalar | null][]).filter(mop => mop[0] === 'r');
    if (mops.length < 2) continue;
    reads++;
    const name = JSON.stringify(mops.map(mop => mop[1]).sort());
    const read = {at: op.completedAt, seen: mops.filter(mop => mop[2] !== null).map(mop => mop[1])};
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [read]);
    else group.push(read);
  }
  const violations = new Violations();
  for (const group of groups.values()) checkGroup(group, violations);
  return violations.report('long fork', [`${reads} reads of ${groups.size} groups`]);
}

/** Reads sorted by how much they saw must each contain the one before: if neighbours are comparable, all are. */
function checkGroup(group: readonly Read[], violations: Violations): void {
  const sorted = [...group].sort((a, b) => a.seen.length - b.seen.length);
  for (let i = 1; i < sorted.length; i++) {
    const larger = new Set(sorted[i].seen);
    if (sorted[i - 1].seen.every(key => larger.has(key))) continue;
    violations.add(
      `the reads at ${sorted[i - 1].at} and ${sorted[i].at} saw {${sorted[i - 1].seen}} and {${sorted[i].seen}}: each missed what the other saw`,
    );
  }
}
