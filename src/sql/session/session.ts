// One client's session: runs its commands one after the other, poll by poll.
//
// A command is steps (catalog/steps.ts): `engine.run` polls it for the first time on the way from the packet, the engine's scheduler
// polls it again whenever what it waits for has come. There is no promise. Errors of users end a statement with an ERR packet; bugs go
// up and end the primary.

import {CorruptionError} from '../../base/errors.ts';
import {SqlError} from '../../base/sql-error.ts';
import type {EngineSession} from '../../engine/api.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {type Parsed, parseMany, parseOne} from '../parse/statement.ts';
import {type Source, sourceOf, textOf} from '../parse/source.ts';

import type {Outcome, StatementContext} from '../statement/statement-context.ts';
import {type Reply, SessionStatus, type StatementClient} from './client.ts';
import {hasMore} from './text-end.ts';
import type {TableLocks} from './lock-tables.ts';
import {PreparedStatements} from './prepared.ts';
import {runStatement} from './run-statement.ts';
import {type Identity, SqlSessionState} from './session-state.ts';
import type {SqlServer} from './sql-server.ts';
import type {ProcessInfo} from './sql-world.ts';
import {SessionTransaction} from './transaction.ts';

/** A statement's text is shown up to here in the process list. */
const INFO_CHARACTERS_MAX = 1024;

export class SqlSession {
  readonly server: SqlServer;
  readonly engine: EngineSession;
  readonly state: SqlSessionState;
  readonly transaction: SessionTransaction;
  readonly prepared: PreparedStatements;
  readonly exec: ExecContext;
  /** Several statements in one text are allowed (CLIENT_MULTI_STATEMENTS). */
  multiStatements = false;
  #work: Steps<void> | undefined;
  #done: (() => void) | undefined;
  #isClosed = false;
  #isRunning = false;
  #isKilled = false;
  #info = '';
  #sinceMs: number;
  /** Tables locked by LOCK TABLES; then no others may be used. */
  tableLocks: TableLocks | undefined;
  /** Set by KILL: asks the connection to end. */
  onKill: (() => void) | undefined;

  constructor(server: SqlServer, identity: Identity) {
    this.server = server;
    this.engine = server.world.engine.newSession(() => this.#poll());
    this.state = new SqlSessionState(server.world, server.globals, this.engine, identity);
    this.transaction = new SessionTransaction(this.engine, this.state);
    this.prepared = new PreparedStatements(this);
    this.exec = {registers: [], parameters: [], engine: this.engine, session: this.state};
    this.#sinceMs = server.world.clock.now();
  }

  // --- Commands ------------------------------------------------------------------------------------------------------

  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  /** Runs a command; `done` is called once, when all of its results have been given to its client. */
  run(info: string, steps: Steps<void>, done: () => void): void {
    this.#info = info;
    this.#sinceMs = this.server.world.clock.now();
    this.#work = steps;
    this.#done = done;
    this.server.world.engine.run(this.engine);
  }

  /** Runs the statements of a text. */
  query(sql: Uint8Array | string, client: StatementClient, done: () => void): void {
    const text = sourceOf(sql);
    this.run(text.slice(0, INFO_CHARACTERS_MAX), this.#runText(text, client), done);
  }

  /** The client's socket has drained: go on. */
  drained(): void {
    if (this.#work !== undefined) this.engine.waiter.wake();
  }

  #poll(): void {
    const work = this.#work;
    if (work === undefined || this.#isClosed) return;
    this.#isRunning = true;
    const isDone = work.next().done === true;
    this.#isRunning = false;
    if (this.#isClosed) this.#abandon(work);
    else if (isDone) this.#finish();
  }

  #finish(): void {
    const done = this.#done;
    this.#work = undefined;
    this.#done = undefined;
    this.#info = '';
    this.#sinceMs = this.server.world.clock.now();
    done?.();
    if (this.#isKilled) this.onKill?.();
  }

  /** The client is gone: gives up the running statement, rolls back, frees everything. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.server.forget(this.state.connectionId);
    // Called by the client's writer in the middle of a poll: the poll ends first.
    if (!this.#isRunning) this.#abandon(this.#work);
  }

  #abandon(work: Steps<void> | undefined): void {
    work?.return();
    this.#work = undefined;
    this.#done = undefined;
    this.tableLocks?.holder.close(() => undefined);
    this.tableLocks = undefined;
    this.engine.close(() => undefined);
  }

  /** KILL of this session, from itself or another one. */
  kill(queryOnly: boolean): void {
    if (!queryOnly) {
      this.#isKilled = true;
      if (!this.isBusy) this.onKill?.();
    }
    if (this.isBusy) this.state.interrupt();
  }

  processInfo(): ProcessInfo {
    const {connectionId, user, host, database} = this.state;
    return {
      id: connectionId,
      user,
      host,
      database,
      command: this.isBusy ? 'Query' : 'Sleep',
      seconds: Math.floor((this.server.world.clock.now() - this.#sinceMs) / 1000),
      state: this.isBusy ? 'executing' : '',
      info: textOf(this.#info),
    };
  }

  // --- Statements ----------------------------------------------------------------------------------------------------

  *#runText(text: Source, client: StatementClient): Steps<void> {
    const options = {modes: this.state.parseModes};
    const statements = this.multiStatements ? parseMany(text, options) : [parseOne(text, options)].values();
    for (;;) {
      let parsed: Parsed | undefined;
      try {
        const next = statements.next();
        if (next.done === true) return;
        parsed = next.value;
      } catch (error) {
        this.fail(error, client);
        return;
      }
      const more = this.multiStatements && hasMore(text, parsed.end);
      if (!(yield* this.runParsed(parsed, text, [], client, more))) return;
    }
  }

  /** Runs one statement and answers its client. False: it failed, and what follows it in the text is not run. */
  *runParsed(
    parsed: Parsed,
    text: Source,
    parameters: readonly Value[],
    client: StatementClient,
    more: boolean,
  ): Steps<boolean> {
    const databaseBefore = this.state.database;
    this.server.status.questions++;
    try {
      const outcome = yield* runStatement(this, parsed, this.context(text, parameters, client));
      this.answer(outcome, client, more, databaseBefore);
      return true;
    } catch (error) {
      this.fail(error, client);
      return false;
    }
  }

  context(text: Source, parameters: readonly Value[], client: StatementClient): StatementContext {
    const {world, catalog, autoIncrement, statistics} = this.server;
    this.exec.parameters = parameters;
    const {state, engine, exec} = this;
    const {server} = this;
    return {
      world,
      catalog,
      autoIncrement,
      statistics,
      state,
      engine,
      exec,
      sink: client,
      text,
      tableLocks: this.tableLocks,
      processes: () => server.processes(),
      statusRows: () => server.statusRows(),
    };
  }

  answer(outcome: Outcome, client: StatementClient, more: boolean, databaseBefore: string): void {
    const {state} = this;
    state.rowCount = outcome.hasRows ? -1 : outcome.affectedRows;
    const reply: Reply = {
      affectedRows: outcome.affectedRows,
      lastInsertId: outcome.lastInsertId,
      status: this.status(),
      warnings: state.diagnostics.warningCount,
      info: outcome.info,
      schema: state.database === databaseBefore ? undefined : state.database,
      more,
    };
    if (outcome.hasRows) client.rowsEnded(reply);
    else client.ok(reply);
  }

  /** Tells the client of a failed statement. Only what a user or the world can cause; bugs go on. */
  fail(error: unknown, client: StatementClient): void {
    const told = this.#told(error);
    this.state.rowCount = -1;
    this.state.diagnostics.add('Error', told.errno, told.message);
    client.failed(told);
  }

  #told(error: unknown): SqlError {
    if (error instanceof SqlError) return error;
    if (!(error instanceof CorruptionError)) throw error;
    this.server.world.trace.error('damaged data', {where: error.where, message: error.message});
    return new SqlError('ER_UNKNOWN_ERROR', error.message);
  }

  /** SERVER_STATUS_* bits. */
  status(): number {
    const {state, transaction} = this;
    let status = 0;
    if (transaction.isOpen) status |= SessionStatus.inTransaction;
    if (transaction.isOpen && transaction.isReadOnly) status |= SessionStatus.inReadOnlyTransaction;
    if (state.autocommit) status |= SessionStatus.autocommit;
    if ((state.sqlMode & SqlMode.noBackslashEscapes) !== 0) status |= SessionStatus.noBackslashEscapes;
    return status;
  }
}
