// AUTO_INCREMENT: every insert gets an id nobody else gets, and a session's ids grow.

import {checkUniqueIds} from '../companions/unique-ids.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {OperationFailure, single} from './outcome.ts';
import {query, type Script} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

export class AutoIncrementWorkload extends CompanionWorkload implements Workload {
  readonly name = 'auto-increment';
  readonly pinned = true;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_auto');
    yield* query('CREATE TABLE iso_auto (id BIGINT PRIMARY KEY AUTO_INCREMENT, client INT NOT NULL)');
  }

  next(client: number): WorkloadOperation {
    return {f: 'generate', value: null, run: () => this.#generate(client)};
  }

  *#generate(client: number): Script<number> {
    const {insertId} = yield* single('INSERT INTO iso_auto (client) VALUES (?)', client);
    if (insertId <= 0) throw new OperationFailure('the server gave no id', false, false);
    return insertId;
  }

  final(): readonly WorkloadOperation[] {
    return [];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkUniqueIds(events));
  }
}
