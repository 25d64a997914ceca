// Index against table: rows change their indexed column, come and go; readers compare the table with a secondary index in one transaction.
// Both reads are of one snapshot only at REPEATABLE READ and above.

import {forbiddenBy, type LevelName} from '../checker/levels.ts';
import {checkAgreement} from '../companions/agreement.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, numberRows, verdict} from './companion-workload.ts';
import {transaction} from './outcome.ts';
import {query, type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const ROWS = 50;
const VALUES = 20;

export class IndexAgreementWorkload extends CompanionWorkload implements Workload {
  readonly name = 'index';

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_index');
    yield* query('CREATE TABLE iso_index (id INT PRIMARY KEY, k INT NOT NULL, KEY k (k))');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.2)) return {f: 'compare', value: null, run: () => transaction(() => this.#compare())};
    const changes = Array.from({length: 1 + this.random.below(3)}, () => [
      this.random.below(ROWS),
      this.random.below(VALUES + 5),
    ]);
    return {f: 'change', value: changes, run: () => transaction(() => this.#change(changes))};
  }

  *#change(changes: readonly number[][]): Script<readonly number[][]> {
    for (const [id, k] of changes) {
      if (k >= VALUES) yield* query('DELETE FROM iso_index WHERE id = ?', id);
      else yield* query('INSERT INTO iso_index (id, k) VALUES (?, ?) ON DUPLICATE KEY UPDATE k = ?', id, k, k);
      yield* sleep(this.pause());
    }
    return changes;
  }

  *#compare(): Script<[number[][], number[][]]> {
    const table = yield* query('SELECT id, k FROM iso_index FORCE INDEX (PRIMARY) ORDER BY id');
    const index = yield* query('SELECT id, k FROM iso_index FORCE INDEX (k) WHERE k >= 0 ORDER BY k, id');
    return [numberRows(table.rows), numberRows(index.rows)];
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'compare', value: null, final: true, run: () => transaction(() => this.#compare())}];
  }

  /** Where a level does not give transactions one snapshot, only the final comparison counts. */
  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict {
    const oneSnapshot = forbiddenBy(level).has('fractured-snapshot');
    return verdict(checkAgreement(oneSnapshot ? events : events.filter(event => event.final === true)));
  }
}
