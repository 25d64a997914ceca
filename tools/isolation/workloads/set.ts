// Set: single inserts from every server, whole reads in between and at the end.

import {checkCausalReverse} from '../companions/causal-reverse.ts';
import {checkSet} from '../companions/set.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single} from './outcome.ts';
import {query, type Script} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

export class SetWorkload extends CompanionWorkload implements Workload {
  readonly name = 'set';
  #next = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_set');
    yield* query('CREATE TABLE iso_set (id INT PRIMARY KEY)');
  }

  next(): WorkloadOperation {
    if (this.random.chance(0.02)) return {f: 'read', value: null, run: () => this.#read()};
    const element = this.#next++;
    return {f: 'add', value: element, run: () => this.#add(element)};
  }

  *#add(element: number): Script<number> {
    yield* single('INSERT INTO iso_set (id) VALUES (?)', element);
    return element;
  }

  *#read(): Script<number[]> {
    const {rows} = yield* single('SELECT id FROM iso_set');
    return rows.map(row => Number(row[0]));
  }

  final(): readonly WorkloadOperation[] {
    return [{f: 'read', value: null, final: true, run: () => this.#read()}];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkSet(events), checkCausalReverse(events));
  }
}
