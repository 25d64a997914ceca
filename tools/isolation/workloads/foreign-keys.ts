// Foreign keys: children come and go, and so do their parents; nobody may ever see a child without its parent, and no acknowledged child may be gone unless somebody deleted it.

import {checkOrphans} from '../companions/orphans.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single, transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const PARENTS = 8;

export class ForeignKeysWorkload extends CompanionWorkload implements Workload {
  readonly name = 'foreign-keys';
  #next = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_child');
    yield* query('DROP TABLE IF EXISTS iso_parent');
    yield* query('CREATE TABLE iso_parent (id INT PRIMARY KEY)');
    yield* query(
      'CREATE TABLE iso_child (id INT PRIMARY KEY, parent INT NOT NULL, KEY parent (parent), CONSTRAINT iso_of FOREIGN KEY (parent) REFERENCES iso_parent (id))',
    );
  }

  next(): WorkloadOperation {
    const parent = this.random.below(PARENTS);
    const kind = this.random.below(10);
    if (kind < 3) return this.#change('bear', parent, 'INSERT INTO iso_parent (id) VALUES (?)', [parent]);
    if (kind < 5) return this.#change('bury', parent, 'DELETE FROM iso_parent WHERE id = ?', [parent]);
    if (kind === 5) return {f: 'read', value: null, run: () => this.#read()};
    if (kind === 6) return this.#change('leave', parent, 'DELETE FROM iso_child WHERE parent = ?', [parent]);
    const child = this.#next++;
    return this.#change('add', [child, parent], 'INSERT INTO iso_child (id, parent) VALUES (?, ?)', [child, parent]);
  }

  #change(f: string, value: unknown, sql: string, params: readonly number[]): WorkloadOperation {
    return {f, value, run: () => transaction(() => this.#perform(value, sql, params))};
  }

  *#perform(value: unknown, sql: string, params: readonly number[]): Script<unknown> {
    yield* query(sql, ...params);
    yield* sleep(this.pause());
    return value;
  }

  /** Ids of all children, and of those without a parent, in one statement and so in one snapshot. */
  *#read(): Script<number[][]> {
    const {rows} = yield* single(
      'SELECT iso_child.id, iso_parent.id FROM iso_child LEFT JOIN iso_parent ON iso_parent.id = iso_child.parent',
    );
    return [rows.map(row => Number(row[0])), rows.filter(row => row[1] === null).map(row => Number(row[0]))];
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => this.#read()}];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkOrphans(events));
  }
}
