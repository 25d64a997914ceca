// Monotonic: one counter, increased by transactions and read by single statements, from every server.

import {checkMonotonic} from '../companions/monotonic.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single, transaction} from './outcome.ts';
import {query, type Script} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

export class MonotonicWorkload extends CompanionWorkload implements Workload {
  readonly name = 'monotonic';

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_counter');
    yield* query('CREATE TABLE iso_counter (id INT PRIMARY KEY, n BIGINT NOT NULL)');
    yield* query('INSERT INTO iso_counter (id, n) VALUES (0, 0)');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.7)) return {f: 'read', value: null, run: () => this.#read()};
    return {f: 'increment', value: null, run: () => transaction(() => this.#increment())};
  }

  *#read(): Script<number> {
    const {rows} = yield* single('SELECT n FROM iso_counter WHERE id = 0');
    return Number(rows[0][0]);
  }

  *#increment(): Script<number> {
    yield* query('UPDATE iso_counter SET n = n + 1 WHERE id = 0');
    const {rows} = yield* query('SELECT n FROM iso_counter WHERE id = 0');
    return Number(rows[0][0]);
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => this.#read()}];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkMonotonic(events));
  }
}
