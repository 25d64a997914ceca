// Write skew: pairs of accounts of 100 each; a withdrawal may take from one as long as the two together have enough. Each pair is used for a
// while by all clients, then the next one is opened.

import {forbiddenBy, type LevelName} from '../checker/levels.ts';
import {checkWriteSkew} from '../companions/write-skew.ts';
import type {HistoryEvent} from '../history/types.ts';
import {allowedAt, CompanionWorkload, verdict} from './companion-workload.ts';
import {Refused, transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import {isLocking, lockClause, type Workload, type WorkloadOperation, type WorkloadVerdict} from './workload.ts';

const EACH = 100;
const USES_PER_PAIR = 12;

export class WriteSkewWorkload extends CompanionWorkload implements Workload {
  readonly name = 'write-skew';
  #uses = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_skew');
    yield* query(
      'CREATE TABLE iso_skew (pair INT NOT NULL, side INT NOT NULL, balance INT NOT NULL, PRIMARY KEY (pair, side))',
    );
  }

  next(): WorkloadOperation {
    const pair = Math.floor(this.#uses / USES_PER_PAIR);
    if (this.#uses++ % USES_PER_PAIR === 0)
      return {f: 'open', value: pair, run: () => transaction(() => this.#open(pair))};
    if (this.random.chance(0.2)) {
      const older = this.random.below(pair + 1);
      return {f: 'read', value: older, run: () => transaction(() => this.#read(older, ''))};
    }
    const amount = 101 + this.random.below(100);
    const side = this.random.below(2);
    return {
      f: 'withdraw',
      value: [pair, amount],
      run: () => transaction(() => this.#withdraw(pair, side, amount)),
    };
  }

  *#open(pair: number): Script<number> {
    yield* query('INSERT INTO iso_skew (pair, side, balance) VALUES (?, 0, ?), (?, 1, ?)', pair, EACH, pair, EACH);
    return pair;
  }

  *#read(pair: number, clause: string): Script<number[]> {
    const {rows} = yield* query(`SELECT balance FROM iso_skew WHERE pair = ? ORDER BY side${clause}`, pair);
    if (rows.length !== 2) throw new Refused('not open yet');
    return [pair, Number(rows[0][0]), Number(rows[1][0])];
  }

  *#withdraw(pair: number, side: number, amount: number): Script<number[]> {
    const [, left, right] = yield* this.#read(pair, lockClause(this.options.reads));
    if (left + right < amount) throw new Refused('no cover');
    yield* sleep(this.pause());
    yield* query('UPDATE iso_skew SET balance = balance - ? WHERE pair = ? AND side = ?', amount, pair, side);
    return [pair, amount];
  }

  final(): readonly WorkloadOperation[] {
    const pairs = Math.ceil(this.#uses / USES_PER_PAIR);
    return Array.from({length: pairs}, (_, pair) => ({
      f: 'read',
      value: pair,
      final: true,
      run: () => transaction(() => this.#read(pair, '')),
    }));
  }

  /** Overdrawn pairs are held only against levels that forbid them, and against reads that lock. */
  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict {
    const judged = verdict(checkWriteSkew(events));
    const demanded = isLocking(this.options.reads) || forbiddenBy(level).has('G2-item');
    return demanded ? judged : allowedAt(level, judged);
  }
}
