// Named locks: GET_LOCK must exclude the sessions of all servers, not only of one.

import {checkMutex} from '../companions/mutex.ts';
import type {HistoryEvent} from '../history/types.ts';
import {CompanionWorkload, verdict} from './companion-workload.ts';
import {OperationFailure, single} from './outcome.ts';
import {type Script, sleep} from './sql-client.ts';
import type {Workload, WorkloadOperation, WorkloadVerdict} from './workload.ts';

const LOCKS = 2;

export class NamedLockWorkload extends CompanionWorkload implements Workload {
  readonly name = 'named-lock';
  readonly pinned = true;
  readonly #held = new Map<number, string>();

  *setup(): Script<void> {}

  next(client: number): WorkloadOperation {
    const held = this.#held.get(client);
    if (held !== undefined) return {f: 'release', value: held, run: () => this.#release(client, held)};
    const name = `iso_${this.random.below(LOCKS)}`;
    return {f: 'acquire', value: name, run: () => this.#acquire(client, name)};
  }

  *#acquire(client: number, name: string): Script<string> {
    const {rows} = yield* single('SELECT GET_LOCK(?, 1)', name);
    if (Number(rows[0][0]) !== 1) throw new OperationFailure('not granted', true, false);
    this.#held.set(client, name);
    return name;
  }

  *#release(client: number, name: string): Script<string> {
    yield* sleep(this.pause());
    this.#held.delete(client);
    const {rows} = yield* single('SELECT RELEASE_LOCK(?)', name);
    if (Number(rows[0][0]) !== 1) throw new OperationFailure('was not held', false, false);
    return name;
  }

  lost(client: number): void {
    this.#held.delete(client);
  }

  final(): readonly WorkloadOperation[] {
    return [];
  }

  check(events: readonly HistoryEvent[]): WorkloadVerdict {
    return verdict(checkMutex(events));
  }
}
