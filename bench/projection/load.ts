// The shared-data load of the studies (bench/studies/shared-client.ts) as engine calls: groups of tables, one per primary and a shared one; transactions of point reads, a range, updates, a delete and an insert.

import {Prng} from '../../src/base/prng.ts';
import {
  CONFLICT,
  DEADLOCK,
  DONE,
  LOCK_TIMEOUT,
  LockMode,
  LockWait,
  ROW,
  type TableHandle,
} from '../../src/engine/api.ts';
import {type Script, SimClient} from '../../src/sim/client.ts';
import {createTable, insertOf, keyOf, readRow, updateOf} from '../../src/sim/engine-table.ts';
import {must, sleep} from '../../src/sim/script.ts';
import type {ProjectedMachine} from './machine.ts';

export const TABLES_PER_GROUP = 4;
/** Rows of a table; with pages of 4 KiB as many pages as 10,000 rows have with pages of 16 KiB. */
const ROWS = 2000;
const RANGE = 25;
const TEXT = 'c'.repeat(180);
const ROWS_PER_FILL = 200;

export interface ProjectedMix {
  readonly name: string;
  readonly reads: number;
  readonly writes: boolean;
}

export const PROJECTED_MIXES: readonly ProjectedMix[] = [
  {name: 'read_only', reads: 10, writes: false},
  {name: 'read_write', reads: 10, writes: true},
  {name: 'write_only', reads: 0, writes: true},
];

/** Tables by group; group 0 is the shared one, group k + 1 that of primary k. */
export type Groups = readonly (readonly TableHandle[])[];

/** Makes and fills all tables; each primary its own group, the first one the shared group too. */
export function fill(machine: ProjectedMachine): Groups {
  const {primaries} = machine;
  const groups: TableHandle[][] = [[], ...primaries.map(() => [])];
  const clients = groups.map((_, group) => new SimClient(machine.world, primaries[Math.max(0, group - 1)]));
  // One after the other: making tables is not what is measured.
  for (const [group, client] of clients.entries())
    machine.finish([client], [fillGroup(client, group, groups[group])], 600_000);
  return groups;
}

function* fillGroup(client: SimClient, group: number, tables: TableHandle[]): Script<void> {
  for (let table = 0; table < TABLES_PER_GROUP; table++) {
    const handle = yield* createTable(client.session, 1 + group * TABLES_PER_GROUP + table, true);
    tables.push(handle);
    for (let first = 1; first <= ROWS; first += ROWS_PER_FILL) yield* fillSome(client, handle, first);
  }
}

function* fillSome(client: SimClient, table: TableHandle, first: number): Script<void> {
  const {session} = client;
  session.begin(false, false);
  session.beginStatement();
  for (let id = first; id < first + ROWS_PER_FILL; id++) yield* must(insertOf(client, table, {id, k: id, text: TEXT}));
  session.endStatement();
  yield* must(() => session.commit());
}

/** What the clients of one run have done. */
export interface Done {
  transactions: number;
  aborts: number;
  isStopping: boolean;
}

/** One client: transactions one after the other, until it is told to stop. An aborted one is begun again, with the same rows. */
export class ProjectedClient {
  readonly client: SimClient;
  readonly #machine: ProjectedMachine;
  readonly #groups: Groups;
  readonly #prng: Prng;

  constructor(machine: ProjectedMachine, groups: Groups, client: SimClient, seed: number) {
    this.#machine = machine;
    this.#groups = groups;
    this.client = client;
    this.#prng = new Prng(seed);
  }

  *run(mix: ProjectedMix, sharePercent: number, done: Done): Script<void> {
    while (!done.isStopping) {
      const isShared = this.#prng.below(100) < sharePercent;
      const group = isShared ? 0 : this.client.primary.node + 1;
      const table = this.#groups[group][this.#prng.below(TABLES_PER_GROUP)];
      const seed = this.#prng.u32();
      while (!(yield* this.#transaction(mix, table, new Prng(seed))) && !done.isStopping) done.aborts++;
      done.transactions++;
    }
  }

  /** A statement has been done: its processor time, and the way to the client and back. */
  *#answer(processorMs: number): Script<void> {
    const {model} = this.#machine;
    this.#machine.work(this.client.primary.node, processorMs);
    yield* sleep(this.client, model.clientRoundTrip);
  }

  *#transaction(mix: ProjectedMix, table: TableHandle, prng: Prng): Script<boolean> {
    const {session} = this.client;
    const {readStatement, writeStatement, transaction} = this.#machine.model;
    session.begin(false, false);
    for (let i = 0; i < mix.reads; i++) {
      yield* this.#read(table, 1 + prng.below(ROWS));
      yield* this.#answer(readStatement);
    }
    if (mix.reads > 0) {
      yield* this.#range(table, 1 + prng.below(ROWS));
      yield* this.#answer(readStatement);
    }
    if (mix.writes && !(yield* this.#writes(table, prng, writeStatement))) return false;
    yield* must(() => session.commit());
    yield* this.#answer(transaction);
    return true;
  }

  *#read(table: TableHandle, id: number): Script<void> {
    const {session} = this.client;
    session.beginStatement();
    const read = session.newPointRead();
    yield () => read.get(table, keyOf(id), 4, LockMode.none, LockWait.wait);
    session.endStatement();
  }

  *#range(table: TableHandle, id: number): Script<void> {
    const {session} = this.client;
    session.beginStatement();
    const cursor = session.newCursor();
    cursor.open(table, 0, keyOf(id), true, keyOf(id + RANGE - 1), true, false, LockMode.none, LockWait.wait, false);
    while ((yield () => cursor.next()) === ROW) readRow(cursor);
    cursor.close();
    session.endStatement();
  }

  *#writes(table: TableHandle, prng: Prng, cost: number): Script<boolean> {
    const {client} = this;
    const {session} = client;
    const random = (): number => 1 + prng.below(ROWS);
    const ids = [random(), random(), random()];
    const steps = [
      updateOf(client, table, {id: ids[0], k: random(), text: TEXT}),
      updateOf(client, table, {id: ids[1], k: ids[1], text: TEXT}),
      () => session.writer.remove(table, keyOf(ids[2]), 4),
      insertOf(client, table, {id: ids[2], k: random(), text: TEXT}),
    ];
    for (const step of steps) {
      if (!(yield* this.#write(step))) return false;
      yield* this.#answer(cost);
    }
    return true;
  }

  /** False: the transaction has lost and is rolled back. A statement that came before any read is done again with a new view (S9). */
  *#write(step: () => number): Script<boolean> {
    const {session} = this.client;
    session.beginStatement();
    for (;;) {
      const result = yield step;
      if (result === CONFLICT) {
        yield* must(() => session.rollbackStatement());
        if (session.renewView()) continue;
      }
      if (result === CONFLICT || result === DEADLOCK || result === LOCK_TIMEOUT) {
        yield* must(() => session.rollback());
        yield* this.#answer(this.#machine.model.transaction);
        return false;
      }
      // A row that another client has deleted and not put back yet, or has put back already.
      if (result !== ROW && result !== DONE) yield* must(() => session.rollbackStatement());
      session.endStatement();
      return true;
    }
  }
}
