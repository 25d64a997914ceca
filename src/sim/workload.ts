// A random workload against a model: inserts, updates, deletes, reads and scans over tables with a secondary or a unique index, savepoints, statement
// rollbacks, long snapshots, long values, tables that come and go, counters, named locks - on several primaries, while they die.
//
// Every answer of the engine is compared with the model at the moment it comes (model.ts): what a read shows with the view's CTS, what a change meets with the newest
// committed rows. Tables are rows of a catalog table, which is a table like any other, so their creation and their end are checked by the same rules.

import {Prng} from '../base/prng.ts';
import type {TableHandle} from '../engine/api.ts';
import {ROW} from '../engine/api.ts';
import {checkSpace} from './check-space.ts';
import type {Script, SimClient} from './client.ts';
import {createTable, type Row, rowsOf, tableCheck, tableOf} from './engine-table.ts';
import {expect} from './expect.ts';
import {Model, transactionName} from './model.ts';
import {type RunClient, type RunOptions, type RunRequest, SimRun, shortOfEverything} from './run.ts';
import {must} from './script.ts';
import {WorkloadClient} from './workload-client.ts';
import type {SimPrimary} from './world.ts';

export const CATALOG = 100;
/** Two tables that stay: one with an index, one with a unique index. */
export const LASTING = [101, 102];

export function workloadFromSeed(request: RunRequest): RunOptions {
  return {...shortOfEverything({...request, seed: request.seed + 500_000}), seed: request.seed};
}

export class Workload extends SimRun {
  readonly model: Model;
  /** Tables by id; what is in the catalog and not here has been made by a client that died. */
  readonly tables = new Map<number, TableHandle>();
  /** Page of the counter that gives row ids of its own. */
  counter = 0;
  /** Who holds the named lock. */
  lockHolder: WorkloadClient | undefined;
  readonly counts = {
    commits: 0,
    rollbacks: 0,
    statements: 0,
    conflicts: 0,
    deadlocks: 0,
    duplicates: 0,
    created: 0,
    dropped: 0,
  };
  readonly #clientsPerPrimary: number;

  constructor(options: RunOptions) {
    super(options);
    this.#clientsPerPrimary = 2 + (options.seed % 4);
    this.model = new Model(name => this.#publishedCts(name));
    this.world.observer = {
      decided: (incarnation, winners) => this.#decided(incarnation, winners),
      crashing: () => this.model.settle(),
    };
  }

  /** CTS of a transaction in doubt, 0 = not published (or not known here any more). */
  #publishedCts(name: string): number {
    const [incarnation, slot, version] = name.split('.').map(Number);
    const state = this.world.supervisor.slots.state(incarnation, slot, version);
    return state > 1 ? state : 0;
  }

  #decided(incarnation: number, winners: readonly {slot: number; version: number; cts: number}[]): void {
    const won = new Map(winners.map(({slot, version, cts}) => [transactionName(incarnation, slot, version), cts]));
    for (const name of this.model.namesInDoubt(`${incarnation}.`)) this.model.decide(name, won.get(name));
  }

  protected *open(client: SimClient): Script<void> {
    const {session} = client;
    // The tables' commits make the counter durable too.
    yield* must(() => session.createCounter(1_000_000));
    this.counter = session.newCounter;
    this.tables.set(CATALOG, yield* createTable(session, CATALOG, false));
    for (const id of LASTING) this.tables.set(id, yield* createTable(session, id, true, id === LASTING[1]));
    for (let i = 0; i < 200; i++) yield* must(() => session.takeId());
  }

  protected load(primary: SimPrimary): void {
    for (let i = 0; i < this.#clientsPerPrimary; i++) {
      this.addClient(primary, self =>
        this.#loop(self, new WorkloadClient(this, self.client, new Prng(this.prng.u32()))),
      );
    }
  }

  *#loop(self: RunClient, worker: WorkloadClient): Script<void> {
    while (!this.stopping) {
      yield* worker.transaction();
      self.done++;
      yield* this.think(self.client, this.prng.chance(0.3) ? 1.5 : 0);
    }
  }

  /** The handle of a table as its catalog row describes it. */
  tableFrom(row: Row): TableHandle {
    const known = this.tables.get(row.id);
    if (known !== undefined) return known;
    const [clusteredId, clusteredRoot, indexId, indexRoot] = row.text.split(' ').map(Number);
    const table = tableOf(
      row.id,
      {treeId: clusteredId, rootPage: clusteredRoot},
      {treeId: indexId, rootPage: indexRoot},
      row.k === 1,
    );
    this.tables.set(row.id, table);
    return table;
  }

  /** Ids of all tables that exist for everybody, the catalog aside. */
  tableIds(): number[] {
    const made = this.model.rows(CATALOG, Number.POSITIVE_INFINITY, new Map()).map(row => row.id);
    return [...LASTING, ...made];
  }

  protected *check(client: SimClient): Script<void> {
    client.session.begin(true, true);
    client.session.beginStatement();
    const catalog = yield* rowsOf(client, this.tables.get(CATALOG) as TableHandle);
    expect.deepEqual(catalog, this.model.rows(CATALOG, Number.POSITIVE_INFINITY, new Map()), 'the catalog');
    const tables: TableHandle[] = [this.tables.get(CATALOG) as TableHandle];
    for (const id of LASTING) tables.push(this.tables.get(id) as TableHandle);
    for (const row of catalog) tables.push(this.tableFrom(row));
    const rows = new Map<number, Row[]>();
    for (const table of tables) rows.set(table.tableId, yield* rowsOf(client, table));
    client.session.endStatement();
    yield* must(() => client.session.commit());
    for (const [id, found] of rows) {
      expect.deepEqual(found, this.model.rows(id, Number.POSITIVE_INFINITY, new Map()), `rows of table ${id}`);
    }
    for (const table of tables) yield* tableCheck(client, table, rows.get(table.tableId)?.length ?? 0);
    const named = yield () => client.session.lockNamed('one', 1000);
    expect.equal(named, ROW, 'the named lock is free');
    client.session.unlockNamed('one');
    const values = [...rows.values()].flat().filter(row => row.text.startsWith('@'));
    const firstPages = values.map(row => Number(row.text.slice(1).split('.')[0]));
    expect.deepEqual(checkSpace(this.world, tables, firstPages, [this.counter]), [], 'space');
  }
}
