// Bank: transfers move money between accounts, so every read of all balances must have the same sum, and no balance may be negative.
//
// `transfer` asks {from, to, amount}; `read` returns {account: balance}.

import {HistoryError, type HistoryEvent} from '../history/types.ts';
import {type CompanionReport, operationsOf, Violations} from './operations.ts';

export interface BankOptions {
  /** The sum that never changes. */
  readonly total: number;
  /** Default false. */
  readonly negativeAllowed?: boolean;
}

/** @throws HistoryError when a read is not a map of balances */
export function checkBank(events: Iterable<HistoryEvent>, options: BankOptions): CompanionReport {
  const violations = new Violations();
  let reads = 0;
  let transfers = 0;
  for (const op of operationsOf(events)) {
    if (op.type !== 'ok') continue;
    if (op.f === 'transfer') transfers++;
    if (op.f !== 'read') continue;
    reads++;
    const balances = balancesOf(op.value);
    const sum = balances.reduce((a, [, balance]) => a + balance, 0);
    if (sum !== options.total) violations.add(`the read at ${op.completedAt} sums to ${sum}, not ${options.total}`);
    if (options.negativeAllowed === true) continue;
    for (const [account, balance] of balances) {
      if (balance < 0) violations.add(`the read at ${op.completedAt} shows account ${account} at ${balance}`);
    }
  }
  return violations.report('bank', [`${transfers} transfers`, `${reads} reads`]);
}

function balancesOf(value: unknown): [string, number][] {
  if (typeof value !== 'object' || value === null)
    throw new HistoryError(`${JSON.stringify(value)} is not a map of balances`);
  return Object.entries(value).map(([account, balance]) => {
    if (typeof balance !== 'number') throw new HistoryError(`the balance of account ${account} is not a number`);
    return [account, balance];
  });
}
