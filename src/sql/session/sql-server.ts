// The SQL side of one primary: what its sessions share.

import {BLOCKED, type EngineSession, Isolation, type Waiter} from '../../engine/api.ts';
import {initialAccounts} from '../catalog/accounts.ts';
import {AutoIncrement} from '../catalog/auto-increment.ts';
import {Catalog} from '../catalog/catalog.ts';
import {IndexBuilds} from '../catalog/index-builds.ts';
import {RightsCache} from '../catalog/rights-cache.ts';
import {SharedSettings} from '../catalog/shared-settings.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StoredSchema, StoredTable} from '../catalog/stored-table.ts';
import {TableStatisticsCache} from '../catalog/table-statistics.ts';
import {dropTrees} from '../statement/table-trees.ts';
import {ResourceUsage} from './resource-usage.ts';
import {SqlSession} from './session.ts';
import type {Identity} from './session-state.ts';
import type {ProcessInfo, SqlWorld} from './sql-world.ts';
import {StatementDigests} from './statement-digests.ts';
import {StatusCounters} from './status-counters.ts';
import {GlobalVariables} from './variables.ts';

/** Schemas of a new volume. `mysql` is empty: it is there because clients name it. */
const FIRST_SCHEMAS: readonly StoredSchema[] = [
  {id: 0, name: 'mysql', collation: 255},
  {id: 0, name: 'test', collation: 255},
];

export class SqlServer {
  readonly world: SqlWorld;
  readonly catalog: Catalog;
  readonly autoIncrement: AutoIncrement = new AutoIncrement();
  readonly statistics: TableStatisticsCache;
  readonly rights: RightsCache;
  readonly globals: GlobalVariables;
  readonly settings: SharedSettings;
  readonly status: StatusCounters = new StatusCounters();
  readonly usage: ResourceUsage;
  readonly digests: StatementDigests;
  readonly #sessions: Map<number, SqlSession> = new Map();
  readonly #startedMs: number;

  constructor(world: SqlWorld) {
    this.world = world;
    this.catalog = new Catalog(world.engine, world.pageSize);
    this.rights = new RightsCache(world.engine, this.catalog, () => this.#forgetRights());
    const run = (make: (engine: EngineSession) => Steps<void>): void => this.runDetached(make, () => undefined);
    this.statistics = new TableStatisticsCache(world.engine, world.clock, this.catalog, run);
    this.globals = new GlobalVariables(world.facts);
    const builds = new IndexBuilds(world.engine, this.catalog, world.clock, run);
    this.catalog.buildAbandoned = builds.look;
    this.settings = new SharedSettings(world.engine, this.catalog, values => this.globals.setAll(values));
    this.usage = new ResourceUsage(world.clock);
    this.digests = new StatementDigests(world.clock);
    this.#startedMs = world.clock.now();
  }

  /**
   * Finds the catalog, or makes it on a new volume. Run once before the first session, on a session of its own; `done` is called when the
   * server may take clients.
   */
  prepare(done: () => void): void {
    const seed = {schemas: FIRST_SCHEMAS, accounts: initialAccounts()};
    this.runDetached(
      engine => this.catalog.prepare(engine, seed),
      () => {
        this.settings.follow(this.world.clock, make => this.runDetached(make, () => undefined));
        this.catalog.buildAbandoned();
        done();
      },
    );
  }

  newSession(identity: Identity): SqlSession {
    const session = new SqlSession(this, identity);
    this.#sessions.set(identity.connectionId, session);
    this.usage.opened({user: identity.accountUser, host: identity.accountHost});
    this.status.mostSessions = Math.max(this.status.mostSessions, this.#sessions.size);
    return session;
  }

  /** The session is closed; its engine part may still be rolling back. */
  forget(connectionId: number): void {
    const identity = this.#sessions.get(connectionId)?.state.identity;
    if (identity === undefined) return;
    this.#sessions.delete(connectionId);
    this.usage.closed({user: identity.accountUser, host: identity.accountHost});
  }

  /** Grants may have changed: every session looks again before its next statement. */
  #forgetRights(): void {
    for (const session of this.#sessions.values()) session.forgetRights();
  }

  findSession(connectionId: number): SqlSession | undefined {
    return this.#sessions.get(connectionId);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.world.clock.now() - this.#startedMs) / 1000);
  }

  /** Sessions of this primary. */
  ownProcesses(): readonly ProcessInfo[] {
    return Array.from(this.#sessions.values(), session => session.processInfo());
  }

  /** The process list of the cluster. `waiter`: of who asks. */
  *processes(waiter: Waiter): Steps<readonly ProcessInfo[]> {
    let others = this.world.hooks.otherProcesses(waiter);
    while (others === undefined) {
      yield;
      others = this.world.hooks.otherProcesses(waiter);
    }
    return [...this.ownProcesses(), ...others].sort((a, b) => a.id - b.id);
  }

  /** The connection that holds a named lock, on any primary; 0: nobody does; BLOCKED: `waiter` is woken when that is known. */
  lockHolder(name: string, waiter: Waiter): number {
    const own = this.ownProcesses().find(({locks}) => locks.includes(name));
    if (own !== undefined) return own.id;
    const others = this.world.hooks.otherProcesses(waiter);
    if (others === undefined) return BLOCKED;
    return others.find(({locks}) => locks.includes(name))?.id ?? 0;
  }

  /** KILL [QUERY]. False: there is no such session on any primary. */
  kill(connectionId: number, queryOnly: boolean): boolean {
    const session = this.#sessions.get(connectionId);
    if (session === undefined) return this.world.hooks.killElsewhere(connectionId, queryOnly);
    session.kill(queryOnly);
    return true;
  }

  /** Frees what a session has left: the trees of its temporary tables. */
  freeTables(tables: readonly StoredTable[]): void {
    if (tables.length === 0) return;
    const {world, autoIncrement} = this;
    const free = function* (engine: EngineSession): Steps<void> {
      engine.isolation = Isolation.readCommitted;
      engine.begin(false, false);
      engine.beginStatement();
      for (const table of tables) yield* dropTrees({engine, world, autoIncrement}, table);
      engine.endStatement();
      yield* expectRow(() => engine.commit());
    };
    this.runDetached(free, () => undefined);
  }

  /** Runs steps that belong to no client on an engine session of their own; `done` is called behind the last. */
  runDetached(make: (engine: EngineSession) => Steps<void>, done: () => void): void {
    let steps: Steps<void> | undefined;
    let isDone = false;
    const engine = this.world.engine.newSession(() => {
      if (isDone || steps?.next().done !== true) return;
      isDone = true;
      engine.close(done);
    });
    steps = make(engine);
    this.world.engine.run(engine);
  }
}
