// Bank: money moves between ten accounts; every reader sees the same total. Withdrawals read the balance first and refuse to overdraw;
// balances change relatively, so a lost update can overdraw an account but never change the total.

import {forbiddenBy, type LevelName} from '../checker/levels.ts';
import {checkBank} from '../companions/bank.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, numberRows, valuesOf, verdict} from './companion-workload.ts';
import {Refused, transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import {isLocking, lockClause, type Workload, type WorkloadOperation, type WorkloadVerdict} from './workload.ts';

const ACCOUNTS = 10;
const EACH = 100;

export class BankWorkload extends CompanionWorkload implements Workload {
  readonly name = 'bank';

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_bank');
    yield* query('CREATE TABLE iso_bank (id INT PRIMARY KEY, balance INT NOT NULL)');
    const {marks, params} = valuesOf(Array.from({length: ACCOUNTS}, (_, id) => [id, EACH]));
    yield* query(`INSERT INTO iso_bank (id, balance) VALUES ${marks}`, ...params);
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.4)) return {f: 'read', value: null, run: () => transaction(() => this.#read())};
    const from = this.random.below(ACCOUNTS);
    const to = (from + 1 + this.random.below(ACCOUNTS - 1)) % ACCOUNTS;
    const amount = 1 + this.random.below(10);
    return {
      f: 'transfer',
      value: {from, to, amount},
      run: () => transaction(() => this.#transfer(from, to, amount)),
    };
  }

  *#read(): Script<Record<string, number>> {
    const {rows} = yield* query('SELECT id, balance FROM iso_bank');
    return Object.fromEntries(numberRows(rows));
  }

  *#transfer(from: number, to: number, amount: number): Script<object> {
    const {rows} = yield* query(`SELECT balance FROM iso_bank WHERE id = ?${lockClause(this.options.reads)}`, from);
    if (Number(rows[0][0]) < amount) throw new Refused('no cover');
    yield* sleep(this.pause());
    yield* query('UPDATE iso_bank SET balance = balance - ? WHERE id = ?', amount, from);
    yield* sleep(this.pause());
    yield* query('UPDATE iso_bank SET balance = balance + ? WHERE id = ?', amount, to);
    return {from, to, amount};
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => transaction(() => this.#read())}];
  }

  /** Balances below zero are lost updates: held against levels that forbid those, and against reads that lock. */
  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict {
    const negativeAllowed = !isLocking(this.options.reads) && !forbiddenBy(level).has('lost-update');
    return verdict(checkBank(events, {total: ACCOUNTS * EACH, negativeAllowed}));
  }
}
