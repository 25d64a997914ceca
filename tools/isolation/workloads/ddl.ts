// DDL during load: inserts into a table whose columns and indexes come and go. What was acknowledged must be there at the end, by the table and by every index that is there then.

import {checkSet} from '../companions/set.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single} from './outcome.ts';
import {query, type Script} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const CHANGES = [
  'ALTER TABLE iso_ddl ADD COLUMN extra INT NOT NULL DEFAULT 7',
  'ALTER TABLE iso_ddl DROP COLUMN extra',
  'CREATE INDEX word ON iso_ddl (word)',
  'DROP INDEX word ON iso_ddl',
  'ALTER TABLE iso_ddl MODIFY word VARCHAR(40) NOT NULL',
  'CREATE TABLE IF NOT EXISTS iso_ddl_copy (id INT PRIMARY KEY)',
  'DROP TABLE IF EXISTS iso_ddl_copy',
];

export class DdlWorkload extends CompanionWorkload implements Workload {
  readonly name = 'ddl';
  #next = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_ddl');
    yield* query('DROP TABLE IF EXISTS iso_ddl_copy');
    yield* query('CREATE TABLE iso_ddl (id INT PRIMARY KEY, word VARCHAR(30) NOT NULL)');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.02)) return {f: 'read', value: null, run: () => this.#read('')};
    if (this.random.chance(0.05)) {
      const change = CHANGES[this.random.below(CHANGES.length)];
      return {f: 'change', value: change, run: () => this.#change(change)};
    }
    const element = this.#next++;
    return {f: 'add', value: element, run: () => this.#add(element)};
  }

  *#change(change: string): Script<string> {
    yield* single(change);
    return change;
  }

  *#add(element: number): Script<number> {
    yield* single('INSERT INTO iso_ddl (id, word) VALUES (?, ?)', element, `word ${element % 10}`);
    return element;
  }

  *#read(order: string): Script<number[]> {
    const {rows} = yield* single(`SELECT id FROM iso_ddl${order}`);
    return rows.map(row => Number(row[0]));
  }

  final(): readonly WorkloadOperation[] {
    return ['', ' ORDER BY word'].map(order => ({f: 'read', value: null, final: true, run: () => this.#read(order)}));
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkSet(events));
  }
}
