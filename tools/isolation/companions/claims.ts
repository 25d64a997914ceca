// Claims: many processes insert the same value of a unique key; for every value at most one insert may be acknowledged. `claim` asks
// [value, owner]; a final `read` returns the list of [value, owner] pairs in the table.

import {HistoryError, type HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numbersOf, type Operation, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when values do not have the form above */
export function checkClaims(events: Iterable<HistoryEvent>): CompanionReport {
  const operations = operationsOf(events);
  const violations = new Violations();
  const owners = new Map<number, number>();
  const contenders = new Set<number>();
  for (const op of operations) {
    if (op.f !== 'claim') continue;
    const [value, owner] = numbersOf(op.asked);
    contenders.add(value);
    if (op.type !== 'ok') continue;
    const other = owners.get(value);
    if (other !== undefined) violations.add(`unique value ${value} was given to owner ${other} and to owner ${owner}`);
    owners.set(value, owner);
  }
  for (const read of operations.filter(op => op.f === 'read' && op.final && op.type === 'ok'))
    checkTable(read, owners, violations);
  return violations.report('unique keys', [`${contenders.size} values fought over, ${owners.size} given`]);
}

function checkTable(read: Operation, owners: ReadonlyMap<number, number>, violations: Violations): void {
  if (!Array.isArray(read.value)) throw new HistoryError(`the read at ${read.completedAt} is not a list of pairs`);
  const table = new Map<number, number>();
  for (const pair of read.value) {
    const [value, owner] = numbersOf(pair);
    if (table.has(value)) violations.add(`unique value ${value} is in the table twice`);
    table.set(value, owner);
  }
  for (const [value, owner] of owners) {
    const found = table.get(value);
    if (found !== owner)
      violations.add(`unique value ${value} was given to owner ${owner}, but the table shows ${found ?? 'nobody'}`);
  }
}
