// Unique ids: every acknowledged `generate` returns an id nobody else got (AUTO_INCREMENT). With `monotonic`, ids grow within a process, and
// between processes that do not overlap only uniqueness is demanded, since blocks of ids may be handed to servers ahead of time.

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numberOf, type Operation, operationsOf, Violations} from './operations.ts';

export interface UniqueIdsOptions {
  /** Demand that ids grow within each process. Default true. */
  readonly monotonic?: boolean;
}

/** @throws HistoryError when an id is not a number */
export function checkUniqueIds(events: Iterable<HistoryEvent>, options: UniqueIdsOptions = {}): CompanionReport {
  const violations = new Violations();
  const owners = new Map<number, Operation>();
  const last = new Map<unknown, number>();
  let highest = 0;
  for (const op of operationsOf(events)) {
    if (op.f !== 'generate' || op.type !== 'ok') continue;
    const id = numberOf(op.value);
    const other = owners.get(id);
    if (other !== undefined)
      violations.add(`id ${id} was given to process ${other.process} and to process ${op.process}`);
    const before = last.get(op.process);
    if (options.monotonic !== false && before !== undefined && id < before) {
      violations.add(`process ${op.process} got id ${before} and then ${id}`);
    }
    owners.set(id, op);
    last.set(op.process, id);
    highest = Math.max(highest, id);
  }
  return violations.report('unique ids', [`${owners.size} ids, the highest is ${highest}`]);
}
