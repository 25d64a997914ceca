// Queue: jobs in a table, taken with FOR UPDATE SKIP LOCKED and deleted in the same transaction, as job runners do.

import {checkQueue} from '../companions/queue.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single, transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

export class QueueWorkload extends CompanionWorkload implements Workload {
  readonly name = 'queue';
  #next = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_queue');
    yield* query('CREATE TABLE iso_queue (id INT PRIMARY KEY)');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.55)) {
      const job = this.#next++;
      return {f: 'enqueue', value: job, run: () => this.#enqueue(job)};
    }
    return {f: 'dequeue', value: null, run: () => transaction(() => this.#dequeue())};
  }

  *#enqueue(job: number): Script<number> {
    yield* single('INSERT INTO iso_queue (id) VALUES (?)', job);
    return job;
  }

  *#dequeue(): Script<number | null> {
    const {rows} = yield* query('SELECT id FROM iso_queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED');
    if (rows.length === 0) return null;
    yield* sleep(this.pause());
    const job = Number(rows[0][0]);
    yield* query('DELETE FROM iso_queue WHERE id = ?', job);
    return job;
  }

  *#read(): Script<number[]> {
    const {rows} = yield* single('SELECT id FROM iso_queue');
    return rows.map(row => Number(row[0]));
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => this.#read()}];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkQueue(events));
  }
}
