// Sequential: one process writes the parts 0, 1, 2 .. of a key, each in its own transaction after the one before was acknowledged. A reader
// reads the parts in the opposite order. If it sees a part, it must see all earlier parts, because it looked at them later and they were
// written sooner. `write` asks [key, part]; `read` returns [key, seen] with seen[i] 1 or 0 for part i.

import {HistoryError, type HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numbersOf, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when a read is not [key, list] */
export function checkSequential(events: Iterable<HistoryEvent>): CompanionReport {
  const violations = new Violations();
  let partial = 0;
  let reads = 0;
  for (const op of operationsOf(events)) {
    if (op.f !== 'read' || op.type !== 'ok') continue;
    if (!Array.isArray(op.value)) throw new HistoryError(`the read at ${op.completedAt} is not [key, parts]`);
    const seen = numbersOf(op.value[1]);
    reads++;
    const last = seen.lastIndexOf(1);
    if (last >= 0 && last < seen.length - 1) partial++;
    const missing = seen.indexOf(0);
    if (missing !== -1 && missing < last) {
      violations.add(
        `the read at ${op.completedAt} of key ${op.value[0]} saw part ${last} but not part ${missing}, which was written before it`,
      );
    }
  }
  return violations.report('sequential', [`${reads} reads, ${partial} of them in the middle of the writes`]);
}
