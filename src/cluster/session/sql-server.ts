// The SQL server of one primary, as its node needs it: accounts and sessions for the wire protocol, the catalog of a new volume, checks.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED} from '../../engine/api.ts';
import type {PrimaryEngine} from '../../engine/engine.ts';
import type {Session} from '../../engine/session/session.ts';
import {bootstrapSpace} from '../../engine/space/bootstrap.ts';
import type {Env} from '../../env/env.ts';
import type {Account, ClientInfo, ConnectionControl, SessionHandler} from '../../protocol/api.ts';
import {cachingSha2Secret} from '../../protocol/auth/passwords.ts';
import {findAccount, type StoredAccount} from '../../sql/catalog/accounts.ts';
import {SqlServer as SqlCore} from '../../sql/session/sql-server.ts';
import type {ProcessInfo} from '../../sql/session/sql-world.ts';
import type {PrimarySqlServer, SqlServerOptions} from './api.ts';
import {type CheckReport, checkTables} from './check-tables.ts';
import {ConnectionSession} from './connection-session.ts';
import {ProcessLists} from './process-lists.ts';

/** Connection ids carry the primary's number in their lowest digits. */
const ORDINALS = 16;

export class SqlServer implements PrimarySqlServer {
  readonly serverVersion: string;
  readonly #engine: PrimaryEngine;
  readonly #core: SqlCore;
  readonly #options: SqlServerOptions;
  readonly #facts: Map<string, string | number>;
  readonly #processLists: ProcessLists;
  #lastConnection = 0;
  #connections = 0;

  constructor(env: Env, engine: PrimaryEngine, options: SqlServerOptions) {
    this.serverVersion = options.version;
    this.#engine = engine;
    this.#options = options;
    this.#processLists = new ProcessLists(env.clock, options.askProcesses);
    const readOnly = options.replica === undefined ? 0 : 1;
    this.#facts = new Map<string, string | number>([
      ['version', options.version],
      ['version_comment', 'Pando: every node is a primary'],
      ['server_id', options.ordinal],
      ['max_connections', options.maxConnections],
      ['read_only', readOnly],
      ['super_read_only', readOnly],
    ]);
    this.#core = new SqlCore({
      engine,
      clock: env.clock,
      random: env.random,
      crypto: env.crypto,
      trace: env.trace,
      scratch: env.scratch,
      pageSize: engine.core.options.pageSize,
      replica: options.replica,
      peers: options.peers,
      facts: this.#facts,
      hooks: {
        otherProcesses: waiter => this.#processLists.others(waiter),
        cachingSha2Secret: password => cachingSha2Secret(env.crypto, env.random, password),
        killElsewhere: (connectionId, queryOnly) => {
          options.killElsewhere(connectionId, queryOnly);
          return true;
        },
      },
    });
  }

  bootstrap(done: () => void): void {
    let finished = false;
    const session = this.#engine.newSession(() => {
      if (finished) return;
      const result = bootstrapSpace(this.#engine.core, (session as Session).task);
      if (result === BLOCKED) return;
      finished = true;
      session.close(() => this.#core.prepare(done));
    });
    this.#engine.run(session);
  }

  listensOn(port: number): void {
    this.#facts.set('port', port);
  }

  promoted(): void {
    this.#facts.set('read_only', 0);
    this.#facts.set('super_read_only', 0);
  }

  connect(): number {
    if (this.#connections >= this.#options.maxConnections) return -1;
    this.#connections++;
    this.#lastConnection++;
    this.#core.status.connections++;
    return this.#lastConnection * ORDINALS + this.#options.ordinal;
  }

  disconnect(_connectionId: number): void {
    this.#connections--;
  }

  account(user: string, host: string, reply: (account: Account | undefined) => void): void {
    const catalog = this.#core.catalog;
    let found: StoredAccount | undefined;
    this.#core.runDetached(
      engine =>
        (function* () {
          found = yield* findAccount(catalog, engine, user, host);
        })(),
      () => reply(found),
    );
  }

  session(
    client: ClientInfo,
    account: Account,
    reply: (handler: SessionHandler | {errno: number; sqlState: string; message: string}) => void,
    connection: ConnectionControl,
  ): void {
    try {
      this.#core.usage.countLogin(account, (account as StoredAccount).limits);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      reply(error);
      return;
    }
    const handler = new ConnectionSession(this.#core, client, account, () => connection.disconnect());
    if (client.database === '') {
      reply(handler);
      return;
    }
    handler.use(client.database, error => {
      if (error === undefined) reply(handler);
      else {
        handler.closed();
        reply(error);
      }
    });
  }

  loginFailed(_user: string, _host: string): void {
    this.#core.status.abortedConnects++;
  }

  kill(connectionId: number, queryOnly: boolean): void {
    this.#core.findSession(connectionId)?.kill(queryOnly);
  }

  ownProcesses(): readonly ProcessInfo[] {
    return this.#core.ownProcesses();
  }

  processesAsked(question: number, count: number): void {
    this.#processLists.asked(question, count);
  }

  processesAnswered(question: number, processes: readonly ProcessInfo[]): void {
    this.#processLists.answered(question, processes);
  }

  check(done: (result: {tables: number; rows: number; violations: readonly string[]}) => void): void {
    const report: CheckReport = {tables: 0, rows: 0, violations: []};
    this.#core.runDetached(
      session => checkTables(this.#engine, session, this.#core.catalog, report),
      () => done(report),
    );
  }

  get sessions(): number {
    return this.#core.sessionCount;
  }
}
