// Mutex: from the acknowledgement of `acquire` to the invocation of `release` a process certainly holds the lock (GET_LOCK). Two processes
// must never certainly hold it at once. A process whose release or whose connection has an unknown outcome holds nothing from then on, since
// the server frees the locks of a lost session. Values are the names of locks.

import type {HistoryEvent, Scalar} from '../history/types.ts';
import {type CompanionReport, type Operation, operationsOf, Violations} from './operations.ts';

interface Hold {
  readonly process: Scalar;
  readonly from: number;
  to: number;
}

export function checkMutex(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const holdsOf = new Map<unknown, Hold[]>();
  const held = new Map<Scalar, Hold>();
  let acquired = 0;
  for (const op of operations) {
    if (op.f === 'acquire' && op.type === 'ok') {
      acquired++;
      const hold = {process: op.process, from: op.completedAt, to: op.completedAt};
      held.set(op.process, hold);
      addTo(holdsOf, op.asked, hold);
    } else if (op.f === 'release') endHold(held, op);
  }
  const violations = new Violations();
  for (const [name, holds] of holdsOf) checkOverlap(name, holds, violations);
  return violations.report('mutex', [`${acquired} times held, ${holdsOf.size} locks`]);
}

function endHold(held: Map<Scalar, Hold>, release: Operation): void {
  const hold = held.get(release.process);
  if (hold !== undefined) hold.to = release.invokedAt;
  held.delete(release.process);
}

function addTo(holdsOf: Map<unknown, Hold[]>, name: unknown, hold: Hold): void {
  const holds = holdsOf.get(name);
  if (holds === undefined) holdsOf.set(name, [hold]);
  else holds.push(hold);
}

function checkOverlap(name: unknown, holds: readonly Hold[], violations: Violations): void {
  const sorted = [...holds].sort((a, b) => a.from - b.from);
  let longest = sorted[0];
  for (const hold of sorted.slice(1)) {
    if (hold.from < longest.to) {
      violations.add(
        `lock ${name} was held by process ${longest.process} until ${longest.to}, and given to process ${hold.process} at ${hold.from}`,
      );
    }
    if (hold.to > longest.to) longest = hold;
  }
}
