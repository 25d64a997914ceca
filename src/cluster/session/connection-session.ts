// One connection's commands: from the wire protocol to the SQL session and back. A command runs by Engine.run inside the packet's callback; when it is BLOCKED,
// the engine polls the session again and the answer is written then. There is no promise on the way.

import {SqlError} from '../../base/sql-error.ts';
import type {Value} from '../../format/value/types.ts';
import type {
  Account,
  ClientInfo,
  PreparedInfo,
  ResultWriter,
  SessionHandler,
  WireParameter,
} from '../../protocol/api.ts';
import type {Steps} from '../../sql/catalog/steps.ts';
import type {ResultColumn} from '../../sql/exec/result-column.ts';
import {sourceOf} from '../../sql/parse/source.ts';
import {parseOne} from '../../sql/parse/statement.ts';
import {killOther, runUse} from '../../sql/session/commands.ts';
import {inTransaction} from '../../sql/session/run-statement.ts';
import type {SqlSession} from '../../sql/session/session.ts';
import type {SqlServer as SqlCore} from '../../sql/session/sql-server.ts';
import {planQuery} from '../../sql/statement/query.ts';
import {NOTHING_DONE} from '../../sql/statement/statement-context.ts';
import {columnDefinition} from './column-definitions.ts';
import {valueOfParameter} from './wire-parameters.ts';
import {WireSink} from './wire-sink.ts';

/** CLIENT_FOUND_ROWS, CLIENT_INTERACTIVE and CLIENT_MULTI_STATEMENTS of the capabilities. */
const FOUND_ROWS = 1 << 1;
const INTERACTIVE = 1 << 10;
const MULTI_STATEMENTS = 1 << 16;

export class ConnectionSession implements SessionHandler {
  readonly #core: SqlCore;
  readonly #sink = new WireSink();
  readonly #disconnect: () => void;
  #session: SqlSession;

  constructor(core: SqlCore, client: ClientInfo, account: Account, disconnect: () => void) {
    this.#core = core;
    this.#disconnect = disconnect;
    this.#session = this.#open(client, account);
  }

  #open(client: ClientInfo, account: Account): SqlSession {
    const session = this.#core.newSession({
      connectionId: client.connectionId,
      user: client.user,
      host: client.host,
      accountUser: account.user,
      accountHost: account.host,
      tls: client.tls,
    });
    session.onKill = this.#disconnect;
    session.multiStatements = (client.capabilities & MULTI_STATEMENTS) !== 0;
    session.state.countsFoundRows = (client.capabilities & FOUND_ROWS) !== 0;
    session.state.isInteractive = (client.capabilities & INTERACTIVE) !== 0;
    session.state.setConnectionCollation(client.collation);
    return session;
  }

  #begin(out: ResultWriter): WireSink {
    this.#sink.start(out);
    this.#sink.zone = this.#session.state.timeZone;
    this.#sink.status = this.#session.status();
    return this.#sink;
  }

  query(sql: Uint8Array, at: number, end: number, out: ResultWriter, done: () => void): void {
    this.#session.query(sql.slice(at, end), this.#begin(out), done);
  }

  prepare(sql: string, reply: (info: PreparedInfo | {errno: number; sqlState: string; message: string}) => void): void {
    const session = this.#session;
    let added: ReturnType<SqlSession['prepared']['add']>;
    try {
      added = session.prepared.add(sql);
    } catch (error) {
      reply(sqlErrorOf(error));
      return;
    }
    const {id, statement} = added;
    let columns: readonly ResultColumn[] = [];
    let failure: SqlError | undefined;
    const describe = function* (self: ConnectionSession): Steps<void> {
      try {
        columns = yield* self.#describe(statement.parsed.statement, statement.parsed.parameterCount, sql);
      } catch (error) {
        failure = sqlErrorOf(error);
      }
    };
    session.run(sql, describe(this), () => {
      if (failure === undefined) {
        reply({
          statementId: id,
          parameters: statement.parsed.parameterCount,
          columns: columns.map(columnDefinition),
          warnings: 0,
        });
        return;
      }
      session.prepared.close(id);
      reply(failure);
    });
  }

  /** Columns of a prepared query, planned once with NULL for every parameter; other statements have none. */
  *#describe(
    statement: ReturnType<typeof parseOne>['statement'],
    parameters: number,
    sql: string,
  ): Steps<readonly ResultColumn[]> {
    if (statement.kind !== 'query' || statement.into !== null) return [];
    const session = this.#session;
    const values: Value[] = new Array<Value>(parameters).fill(null);
    let columns: readonly ResultColumn[] = [];
    yield* session.learnRights();
    const context = session.context(sourceOf(sql), values, this.#sink);
    yield* inTransaction(session, context, function* (inner) {
      columns = (yield* planQuery(inner, statement)).columns;
      return NOTHING_DONE;
    });
    return columns;
  }

  execute(
    statementId: number,
    parameters: readonly WireParameter[],
    _types: Uint16Array,
    out: ResultWriter,
    done: () => void,
  ): void {
    const session = this.#session;
    session.execute(session.prepared.get(statementId), parameters.map(valueOfParameter), this.#begin(out), done);
  }

  closeStatement(statementId: number): void {
    this.#session.prepared.close(statementId);
  }

  resetStatement(_statementId: number): void {
    // Long data is the protocol's; there are no cursors.
  }

  initDb(database: string, out: ResultWriter, done: () => void): void {
    const session = this.#session;
    const sink = this.#begin(out);
    const before = session.state.database;
    const use = function* (): Steps<void> {
      try {
        const context = session.context(sourceOf(''), [], sink);
        const outcome = yield* inTransaction(session, context, () => runUse(session, database));
        session.answer(outcome, sink, false, before);
      } catch (error) {
        session.fail(error, sink);
      }
    };
    session.run('Init DB', use(), done);
  }

  fieldList(table: string, _wildcard: string, out: ResultWriter, done: () => void): void {
    const session = this.#session;
    const sink = this.#begin(out);
    const sql = `SELECT * FROM \`${table.replaceAll('`', '``')}\` LIMIT 0`;
    const list = (self: ConnectionSession): Steps<void> =>
      (function* (): Steps<void> {
        try {
          const {statement} = parseOne(sql);
          const columns = yield* self.#describe(statement, 0, sql);
          for (const column of columns) void column;
          out.columns(columns.map(columnDefinition), session.status());
          out.end({status: session.status()});
        } catch (error) {
          session.fail(error, sink);
        }
      })();
    session.run('Field List', list(this), done);
  }

  reset(out: ResultWriter, done: () => void): void {
    const {identity, database} = this.#session.state;
    const multi = this.#session.multiStatements;
    this.#session.close();
    this.#session = this.#core.newSession(identity);
    this.#session.onKill = this.#disconnect;
    this.#session.multiStatements = multi;
    this.#session.state.database = database;
    out.ok({status: this.#session.status()});
    done();
  }

  changeUser(client: ClientInfo, account: Account, out: ResultWriter, done: () => void): void {
    this.#session.close();
    this.#session = this.#open(client, account);
    if (client.database !== '') {
      this.initDb(client.database, out, done);
      return;
    }
    out.ok({status: this.#session.status()});
    done();
  }

  statistics(): string {
    const {status, uptimeSeconds, sessionCount} = this.#core;
    return `Uptime: ${uptimeSeconds}  Threads: ${sessionCount}  Questions: ${status.questions}  Slow queries: ${status.slowQueries}`;
  }

  setMultiStatements(on: boolean): void {
    this.#session.multiStatements = on;
  }

  kill(connectionId: number, out: ResultWriter, done: () => void): void {
    const session = this.#session;
    const kill = function* (): Steps<void> {
      try {
        yield* session.learnRights();
        yield* killOther(session, connectionId, false);
        out.ok({status: session.status()});
      } catch (error) {
        const {errno, sqlState, message} = sqlErrorOf(error);
        out.error(errno, sqlState, message);
      }
    };
    session.run('Kill', kill(), done);
  }

  status(): number {
    return this.#session.status();
  }

  waitTimeoutSeconds(): number {
    return this.#session.state.idleTimeoutSeconds;
  }

  closed(): void {
    this.#session.close();
  }

  drained(): void {
    this.#session.drained();
  }

  /** Selects the database of the login; `reply` gets the error when there is none. */
  use(database: string, reply: (error: SqlError | undefined) => void): void {
    const session = this.#session;
    let failure: SqlError | undefined;
    const use = function* (): Steps<void> {
      try {
        const context = session.context(sourceOf(''), [], NO_SINK);
        yield* inTransaction(session, context, () => runUse(session, database));
      } catch (error) {
        failure = sqlErrorOf(error);
      }
    };
    session.run('Connect', use(), () => reply(failure));
  }
}

const NO_SINK = new WireSink();

/** What a client is told; anything else is a bug and goes on. */
function sqlErrorOf(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  throw error;
}
