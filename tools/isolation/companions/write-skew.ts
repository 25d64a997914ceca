// Write skew: every pair of accounts may be drawn upon while the two together hold enough. Each withdrawal reads both and changes one, so two
// withdrawals that do not see each other overdraw the pair. `withdraw` asks [pair, amount]; `read` returns [pair, left, right].

import type {HistoryEvent} from '../history/types.ts';
import {type CompanionReport, numbersOf, operationsOf, Violations} from './operations.ts';

/** @throws HistoryError when a read is not three numbers */
export function checkWriteSkew(events: Iterable<HistoryEvent>): CompanionReport {
  const violations = new Violations();
  let withdrawals = 0;
  let reads = 0;
  const overdrawn = new Set<number>();
  for (const op of operationsOf(events)) {
    if (op.type !== 'ok') continue;
    if (op.f === 'withdraw') withdrawals++;
    if (op.f !== 'read') continue;
    reads++;
    const [pair, left, right] = numbersOf(op.value);
    if (left + right >= 0 || overdrawn.has(pair)) continue;
    overdrawn.add(pair);
    violations.add(`pair ${pair} holds ${left} and ${right}: two withdrawals each thought the sum would suffice`);
  }
  return violations.report('write skew', [`${withdrawals} withdrawals, ${reads} reads`]);
}
