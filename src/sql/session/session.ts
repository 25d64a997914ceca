// One client's session: runs its commands one after the other, poll by poll.
//
// A command is steps (catalog/steps.ts): `engine.run` polls it for the first time on the way from the packet, the engine's scheduler
// polls it again whenever what it waits for has come. There is no promise. Errors of users end a statement with an ERR packet; bugs go
// up and end the primary.

import {CorruptionError} from '../../base/errors.ts';
import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, type EngineSession} from '../../engine/api.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type {Value} from '../../format/value/types.ts';
import {engineError} from '../catalog/engine-error.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {Rights} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {RoleSet} from '../parse/ast-command.ts';
import {normalize} from '../parse/normalize.ts';
import type {ParseOptions} from '../parse/parser.ts';
import {bytesOf, type Source, sourceOf} from '../parse/source.ts';
import {type Parsed, parseMany, parseOne} from '../parse/statement.ts';

import {FAST_COMMIT_FAILED, FAST_DONE, FAST_STALE, FastRun} from '../plan-cache/fast-run.ts';
import {type TakenLiterals, takenLiterals} from '../plan-cache/literals.ts';
import {
  type CachedPlan,
  cachedPlan,
  isCurrent,
  isRowStatement,
  KEY_CHARACTERS_MAX,
  PlanCache,
} from '../plan-cache/plan-cache.ts';
import {describeQuery, isUpdatable} from '../statement/describe-query.ts';
import type {Outcome, StatementContext} from '../statement/statement-context.ts';
import {WatchedSink} from '../statement/watched-sink.ts';
import {type Reply, SessionStatus, type StatementClient} from './client.ts';
import type {TableLocks} from './lock-tables.ts';
import {keepPlan, type PreparedStatement, PreparedStatements, planFor} from './prepared.ts';
import {runStatement} from './run-statement.ts';
import type {PlanOrigin, RunningPlan} from './running-plan.ts';
import {SessionRights} from './session-rights.ts';
import {type Identity, SqlSessionState} from './session-state.ts';
import type {SqlServer} from './sql-server.ts';
import type {ProcessInfo} from './sql-world.ts';
import {StatementWatch} from './statement-watch.ts';
import {statusRows} from './status-rows.ts';
import {TemporaryTables} from './temporary-tables.ts';
import {hasMore} from './text-end.ts';
import {RENEWALS_MAX, SessionTransaction} from './transaction.ts';

const FINISHED: IteratorResult<void, void> = {done: true, value: undefined};

/** `parseMany` for texts that must hold one statement. */
function* onlyOne(sql: Uint8Array, options: ParseOptions): Generator<Parsed> {
  yield parseOne(sql, options);
}

export class SqlSession {
  readonly server: SqlServer;
  readonly engine: EngineSession;
  readonly state: SqlSessionState;
  readonly transaction: SessionTransaction;
  readonly prepared: PreparedStatements;
  readonly exec: ExecContext;
  readonly temporary: TemporaryTables;
  /** Several statements in one text are allowed (CLIENT_MULTI_STATEMENTS). */
  multiStatements = false;
  readonly #plans: PlanCache = new PlanCache();
  readonly #fast: FastRun;
  /** The fast run under way: what it runs, and for whom. */
  #running: RunningPlan | undefined;
  #isWorking = false;
  #fastContext: StatementContext | undefined;
  #work: Steps<void> | undefined;
  #done: (() => void) | undefined;
  #isClosed = false;
  #isRunning = false;
  #isKilled = false;
  /** Tables locked by LOCK TABLES; then no others may be used. */
  tableLocks: TableLocks | undefined;
  readonly #rights: SessionRights;
  readonly #watch: StatementWatch;
  /** Set by KILL: asks the connection to end. */
  onKill: (() => void) | undefined;

  constructor(server: SqlServer, identity: Identity) {
    this.server = server;
    this.engine = server.world.engine.newSession(() => this.#poll());
    this.state = new SqlSessionState(server.world, server.globals, this.engine, identity);
    this.state.lockHolder = name => server.lockHolder(name, this.engine.waiter);
    this.#rights = new SessionRights(server, this.engine, this.state);
    this.transaction = new SessionTransaction(this.engine, this.state);
    this.prepared = new PreparedStatements(this);
    // Plans of the names that mean other tables now are good no more.
    this.temporary = new TemporaryTables(() => this.state.settingsVersion++);
    this.exec = {registers: [], parameters: [], engine: this.engine, session: this.state};
    this.#fast = new FastRun(this.engine, this.transaction);
    this.#watch = new StatementWatch(server, this.state);
  }

  // --- Commands ------------------------------------------------------------------------------------------------------

  get isBusy(): boolean {
    return this.#isWorking;
  }

  /** Runs a command; `done` is called once, when all of its results have been given to its client. */
  run(info: Source, steps: Steps<void>, done: () => void): void {
    this.#begin(info, done);
    this.#work = steps;
    this.server.world.engine.run(this.engine);
  }

  #begin(info: Source, done: () => void): void {
    this.#isWorking = true;
    this.#watch.begin(info);
    this.#done = done;
  }

  /** Runs the statements of a text. */
  query(sql: Uint8Array | string, client: StatementClient, done: () => void): void {
    const text = sourceOf(sql);
    const normalized =
      sql.length <= KEY_CHARACTERS_MAX && this.tableLocks === undefined ? this.#normalized(sql) : undefined;
    const plan = normalized === undefined ? undefined : this.#plans.get(normalized.key, normalized.values);
    if (plan !== undefined && normalized !== undefined && isCurrent(plan, this.state)) {
      this.#runFast(plan, normalized.values, client, done, {text, key: normalized.key, prepared: undefined});
    } else if (normalized !== undefined) this.run(text, this.#runCacheable(text, normalized, client), done);
    else this.run(text, this.#runText(text, client), done);
  }

  /** Key and literals of a text that may have a plan; undefined when it is none, or no SQL. */
  #normalized(sql: Uint8Array | string): TakenLiterals | undefined {
    const normalized = normalize(sql, this.state.parseModes);
    return normalized === null ? undefined : takenLiterals(normalized);
  }

  /** Runs a prepared statement. */
  execute(statement: PreparedStatement, parameters: readonly Value[], client: StatementClient, done: () => void): void {
    const plan = this.tableLocks === undefined ? planFor(statement, parameters, this.state) : undefined;
    if (plan !== undefined)
      this.#runFast(plan, parameters, client, done, {text: statement.text, key: '', prepared: statement});
    else this.run(statement.text, this.#runPrepared(statement, parameters, client), done);
  }

  /** The client's socket has drained: go on. */
  drained(): void {
    if (this.#isWorking) this.engine.waiter.wake();
  }

  #poll(): void {
    if (this.#isClosed || !this.#isWorking) return;
    this.#isRunning = true;
    if (this.#running !== undefined) this.#pollFast(this.#running);
    const {done: isDone} = this.#work === undefined ? FINISHED : this.#work.next();
    this.#isRunning = false;
    if (this.#isClosed) this.#abandon();
    else if (isDone === true && this.#running === undefined) this.#finish();
  }

  #finish(): void {
    const done = this.#done;
    this.#isWorking = false;
    this.#work = undefined;
    this.#done = undefined;
    this.#watch.finish();
    done?.();
    if (this.#isKilled) this.onKill?.();
  }

  /** The client is gone: gives up the running statement, rolls back, frees everything. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.server.forget(this.state.connectionId);
    // Called by the client's writer in the middle of a poll: the poll ends first.
    if (!this.#isRunning) this.#abandon();
  }

  #abandon(): void {
    if (this.#running !== undefined) this.#fast.abandon();
    this.#running = undefined;
    this.#work?.return();
    this.#work = undefined;
    this.#isWorking = false;
    this.#done = undefined;
    this.tableLocks?.holder.close(() => undefined);
    this.tableLocks = undefined;
    this.temporary.removeAll();
    this.engine.close(() => this.server.freeTables(this.temporary.takeDropped()));
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
    return this.#watch.processInfo();
  }

  /** Without the PROCESS privilege one sees one's own sessions only. */
  *#processes(): Steps<readonly ProcessInfo[]> {
    const all = yield* this.server.processes(this.engine.waiter);
    if ((this.rights.global & Privilege.process) !== 0) return all;
    return all.filter(each => each.user === this.state.user);
  }

  // --- Cached plans --------------------------------------------------------------------------------------------------

  #runFast(
    plan: CachedPlan,
    parameters: readonly Value[],
    client: StatementClient,
    done: () => void,
    from: PlanOrigin,
  ): void {
    this.#begin(from.text, done);
    this.state.beginStatement(false);
    const {status} = this.server;
    status.questions++;
    status.count(plan.kind);
    this.#watch.digest = plan.digest;
    const sink = plan.locks ? new WatchedSink(client) : undefined;
    this.#running = {plan, parameters, client, from, sink, isStarted: false, renewals: 0};
    this.server.world.engine.run(this.engine);
  }

  #pollFast(running: RunningPlan): void {
    const {plan, client} = running;
    if (!running.isStarted) {
      running.isStarted = true;
      this.transaction.ensure();
      if ((plan.writes && this.transaction.isReadOnly) || this.#needsSteps(plan)) {
        this.#running = undefined;
        this.#work = this.#runFrom(running);
        return;
      }
      const context = this.#contextFor(client, running.parameters);
      this.#fast.start(plan, running.sink === undefined ? context : {...context, sink: running.sink});
    }
    const result = this.#fast.poll();
    if (result === BLOCKED) return;
    this.#running = undefined;
    if (result === FAST_DONE) this.answer(plan.body.outcome, client, false, this.state.database);
    else this.#work = this.#afterFast(running, result);
  }

  /** What has to wait for others' commits; and on a read replica what it refuses. */
  #needsSteps(plan: CachedPlan): boolean {
    const {readsRegional, readsNewest} = this.state;
    return readsRegional || (this.server.world.replica?.isReplica === true && (plan.writes || readsNewest));
  }

  /** The context of fast runs: one object per session, as long as the client's object stays the same. */
  #contextFor(client: StatementClient, parameters: readonly Value[]): StatementContext {
    this.exec.parameters = parameters;
    if (this.#fastContext?.sink !== client) this.#fastContext = this.context('', parameters, client);
    return this.#fastContext;
  }

  /** A fast run that did not go well: undoes it, and runs the statement again where that may help: after a lost race as it was, with a new plan if that one was old. */
  *#afterFast(running: RunningPlan, result: number): Steps<void> {
    const {client, plan, sink} = running;
    const mayRepeat = (plan.writes || sink?.hasBegun === false) && running.renewals++ < RENEWALS_MAX;
    try {
      // Nothing has been read yet, and the locks may have been waited for.
      if (result === FAST_STALE) this.engine.renewView();
      else if (result === FAST_COMMIT_FAILED) {
        yield* this.transaction.rollback();
        throw engineError(this.#fast.failureResult);
      } else {
        const error = this.#fast.failure ?? engineError(this.#fast.failureResult);
        if (!(yield* this.transaction.undoFailed(error, mayRepeat))) throw error;
        running.isStarted = false;
        this.#running = running;
        this.engine.waiter.wake();
        return;
      }
    } catch (error) {
      this.fail(error, client);
      return;
    }
    yield* this.#runFrom(running);
  }

  #runFrom({from, parameters, client}: RunningPlan): Steps<void> {
    if (from.prepared !== undefined) return this.#runPrepared(from.prepared, parameters, client);
    this.#plans.delete(from.key, parameters);
    return this.#runCacheable(from.text, {key: from.key, values: parameters}, client);
  }

  /** Plans a text with its literals as parameters, runs it, and keeps the plan. */
  *#runCacheable(text: Source, {key, values}: TakenLiterals, client: StatementClient): Steps<void> {
    let parsed: Parsed;
    try {
      parsed = parseOne(bytesOf(text), {modes: this.state.parseModes, literalsAsParameters: true});
    } catch (error) {
      this.fail(error, client);
      return;
    }
    const keep = (plan: CachedPlan): void => this.#plans.set(key, values, plan);
    yield* this.runParsed(parsed, text, values, client, false, keep);
  }

  *#runPrepared(statement: PreparedStatement, parameters: readonly Value[], client: StatementClient): Steps<void> {
    const keep = (plan: CachedPlan): void => keepPlan(statement, plan);
    yield* this.runParsed(statement.parsed, statement.text, parameters, client, false, keep);
  }

  // --- Rights --------------------------------------------------------------------------------------------------------

  /** Accounts may have changed. */
  forgetRights(): void {
    this.#rights.forget();
  }

  /** Finds out what the account may do. To be called before a statement's context is made. */
  learnRights(): Steps<void> {
    return this.#rights.learn();
  }

  get rights(): Rights {
    return this.#rights.current;
  }

  setRole(context: StatementContext, roles: RoleSet): Steps<Outcome> {
    return this.#rights.setRole(context, roles);
  }

  // --- Statements ----------------------------------------------------------------------------------------------------

  *#runText(text: Source, client: StatementClient): Steps<void> {
    const options = {modes: this.state.parseModes};
    const bytes = bytesOf(text);
    const statements = this.multiStatements ? parseMany(bytes, options) : onlyOne(bytes, options);
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
    keep?: (plan: CachedPlan) => void,
  ): Steps<boolean> {
    const databaseBefore = this.state.database;
    this.server.status.questions++;
    try {
      yield* this.learnRights();
      this.#rights.count(parsed.statement.kind);
      this.#watch.beginNext(this.server.digests.of(databaseBefore, this.#own(parsed, text), this.state.parseModes));
      const context = this.context(text, parameters, client);
      const outcome = yield* runStatement(
        this,
        parsed,
        keep === undefined ? context : {...context, planned: this.#keeper(parsed, parameters, keep)},
      );
      this.answer(outcome, client, more, databaseBefore);
      return true;
    } catch (error) {
      this.fail(error, client);
      return false;
    }
  }

  /** The text of one statement of a text. */
  #own({statement, end}: Parsed, text: Source): Source {
    return this.multiStatements ? text.slice(statement.at, end) : text;
  }

  /** Keeps the plan of a statement, if it is one to keep. */
  #keeper(parsed: Parsed, parameters: readonly Value[], keep: (plan: CachedPlan) => void): StatementContext['planned'] {
    const {statement} = parsed;
    if (!isRowStatement(statement) || this.tableLocks !== undefined || this.#rights.isLimited) return undefined;
    return planned => {
      const plan = cachedPlan(statement, planned, this.state, parameters);
      if (plan === undefined) return;
      plan.digest = this.#watch.digest;
      keep(plan);
    };
  }

  context(text: Source, parameters: readonly Value[], client: StatementClient): StatementContext {
    const {world, catalog, autoIncrement, statistics} = this.server;
    this.exec.parameters = parameters;
    const {state, engine, exec} = this;
    const {server} = this;
    const context: StatementContext = {
      world,
      catalog,
      autoIncrement,
      statistics,
      state,
      engine,
      exec,
      sink: client,
      requestFile: (name, receiver) => client.requestFile?.(name, receiver),
      text,
      tableLocks: this.tableLocks,
      temporary: this.temporary,
      rights: this.rights,
      rightsOf: (user, host) => server.rights.of(engine, user, host),
      describeQuery: sql => describeQuery(context, sql),
      isUpdatable: view => isUpdatable(context, view),
      planned: undefined,
      digests: server.digests,
      processes: () => this.#processes(),
      statusRows: () => statusRows(server, state.identity),
    };
    return context;
  }

  answer(outcome: Outcome, client: StatementClient, more: boolean, databaseBefore: string): void {
    const {state} = this;
    state.rowCount = outcome.hasRows ? -1 : outcome.affectedRows;
    this.#watch.ended(outcome);
    const reply: Reply = {
      affectedRows: outcome.affectedRows,
      lastInsertId: outcome.lastInsertId,
      status: this.status(),
      warnings: state.diagnostics.warningCount,
      info: outcome.info,
      schema: state.database === databaseBefore ? undefined : state.database,
      more,
    };
    // A primary that was declared dead meanwhile may have read old pages: what it found is not told (K7).
    if (!this.server.world.engine.mayAnswer()) client.failed(new SqlError('ER_SERVER_SHUTDOWN'));
    else if (outcome.hasRows) client.rowsEnded(reply);
    else client.ok(reply);
  }

  /** Tells the client of a failed statement. Only what a user or the world can cause; bugs go on. */
  fail(error: unknown, client: StatementClient): void {
    const told = this.#told(error);
    this.state.rowCount = -1;
    this.#watch.failed();
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
