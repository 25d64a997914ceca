// Unique keys: all clients insert the same values of a secondary unique key at about the same time; at most one insert per value may win.

import {checkClaims} from '../companions/claims.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, numberRows, verdict} from './companion-workload.ts';
import {single, transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

/** Attempts on each value before the next one is opened. */
const ATTEMPTS = 6;

export class UniqueKeysWorkload extends CompanionWorkload implements Workload {
  readonly name = 'unique-keys';
  #attempts = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_unique');
    yield* query('CREATE TABLE iso_unique (id INT PRIMARY KEY, val INT NOT NULL, UNIQUE KEY val (val))');
  }

  next(): WorkloadOperation {
    const owner = this.#attempts++;
    const value = Math.floor(owner / ATTEMPTS);
    return {f: 'claim', value: [value, owner], run: () => transaction(() => this.#claim(value, owner))};
  }

  *#claim(value: number, owner: number): Script<number[]> {
    yield* query('INSERT INTO iso_unique (id, val) VALUES (?, ?)', owner, value);
    yield* sleep(this.pause());
    return [value, owner];
  }

  *#read(): Script<number[][]> {
    const {rows} = yield* single('SELECT val, id FROM iso_unique');
    return numberRows(rows);
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => this.#read()}];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkClaims(events));
  }
}
