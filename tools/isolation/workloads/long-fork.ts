// Long fork: every row is inserted once by its own transaction, readers read the group of rows it belongs to in one transaction, in random
// order. Writers and readers of a group should sit on different servers.

import {checkHistory, verdictOf} from '../checker/check.ts';
import {forbiddenBy, type LevelName} from '../checker/levels.ts';
import {checkLongFork} from '../companions/long-fork.ts';
import type {HistoryEvent, Mop} from '../history/types.ts';
import {allowedAt, CompanionWorkload, verdict} from './companion-workload.ts';
import {transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const GROUP = 3;
/** Groups that are read around the one being written. */
const NEAR = 3;

export class LongForkWorkload extends CompanionWorkload implements Workload {
  readonly name = 'long-fork';
  #nextKey = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_fork');
    yield* query('CREATE TABLE iso_fork (id INT PRIMARY KEY, val INT NOT NULL)');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.3)) {
      const mop: Mop = ['w', this.#nextKey++, 1];
      return {f: 'txn', value: [mop], run: () => transaction(() => this.#write(mop))};
    }
    const group = Math.max(0, Math.floor(this.#nextKey / GROUP) - this.random.below(NEAR));
    const keys = Array.from({length: GROUP}, (_, i) => group * GROUP + i);
    const first = this.random.below(GROUP);
    const plan: Mop[] = keys.map((_, i) => ['r', keys[(first + i) % GROUP], null]);
    return {f: 'txn', value: plan, run: () => transaction(() => this.#read(plan))};
  }

  *#write(mop: Mop): Script<Mop[]> {
    yield* query('INSERT INTO iso_fork (id, val) VALUES (?, 1)', mop[1] as number);
    return [mop];
  }

  *#read(plan: readonly Mop[]): Script<Mop[]> {
    const done: Mop[] = [];
    for (const [, key] of plan) {
      if (done.length > 0) yield* sleep(this.pause());
      const {rows} = yield* query('SELECT val FROM iso_fork WHERE id = ?', key as number);
      done.push(['r', key, rows.length === 0 ? null : Number(rows[0][0])]);
    }
    return done;
  }

  final(): readonly WorkloadOperation[] {
    return [];
  }

  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict {
    const forks = verdict(checkLongFork(events));
    const {lines, valid} = forbiddenBy(level).has('fractured-snapshot') ? forks : allowedAt(level, forks);
    const {because} = verdictOf(checkHistory(events), level);
    const more = because.length === 0 ? [] : [`${level}: refuted by ${because.join(', ')}`];
    return {valid: valid && because.length === 0, lines: [...lines, ...more]};
  }
}
