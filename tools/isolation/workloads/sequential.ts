// Sequential: a client inserts the parts of a key one after the other, each committed on its own; other clients read the parts backwards, each
// with its own statement.

import {checkSequential} from '../companions/sequential.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {single} from './outcome.ts';
import {query, type Script} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const PARTS = 5;
/** Keys under way that readers look at. */
const RECENT = 16;

export class SequentialWorkload extends CompanionWorkload implements Workload {
  readonly name = 'sequential';
  readonly #writing = new Map<number, {key: number; part: number}>();
  readonly #recent: number[] = [];
  #nextKey = 0;

  *setup(): Script<void> {
    yield* query('DROP TABLE IF EXISTS iso_parts');
    yield* query('CREATE TABLE iso_parts (id VARCHAR(32) PRIMARY KEY)');
  }

  next(client: number): WorkloadOperation {
    if (client % 2 === 1 && this.#recent.length > 0) {
      const key = this.#recent[this.random.below(this.#recent.length)];
      return {f: 'read', value: [key, null], run: () => this.#read(key)};
    }
    let writing = this.#writing.get(client);
    if (writing === undefined || writing.part === PARTS) {
      writing = {key: this.#nextKey++, part: 0};
      this.#writing.set(client, writing);
      this.#recent.push(writing.key);
      if (this.#recent.length > RECENT) this.#recent.shift();
    }
    const {key} = writing;
    const {part} = writing;
    return {f: 'write', value: [key, part], run: () => this.#write(client, key, part)};
  }

  /** A part counts as written only when it was acknowledged: a failed one is tried again, an unknown one ends its key. */
  *#write(client: number, key: number, part: number): Script<number[]> {
    yield* single('INSERT INTO iso_parts (id) VALUES (?)', `${key}_${part}`);
    this.#writing.set(client, {key, part: part + 1});
    return [key, part];
  }

  lost(client: number): void {
    this.#writing.delete(client);
  }

  *#read(key: number): Script<[number, number[]]> {
    const seen = new Array<number>(PARTS).fill(0);
    for (let part = PARTS - 1; part >= 0; part--) {
      const {rows} = yield* single('SELECT id FROM iso_parts WHERE id = ?', `${key}_${part}`);
      seen[part] = rows.length;
    }
    return [key, seen];
  }

  final(): readonly WorkloadOperation[] {
    return this.#recent.map(key => ({
      f: 'read',
      value: [key, null],
      final: true,
      run: () => this.#read(key),
    }));
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkSequential(events));
  }
}
