// What a session is doing, for the process list; and how long its statements take, for the digests and the slow query log.

import type {Source} from '../parse/source.ts';
import {textOf} from '../parse/source.ts';
import type {Outcome} from '../statement/statement-context.ts';
import {withoutSecrets} from './secrets.ts';
import type {SqlSessionState} from './session-state.ts';
import type {SqlServer} from './sql-server.ts';
import type {ProcessInfo} from './sql-world.ts';
import type {DigestStatistics} from './statement-digests.ts';
import {variableNamed} from './variables.ts';

/** A statement's text is shown up to here. Characters. */
const INFO_CHARACTERS_MAX = 1024;

export class StatementWatch {
  readonly #server: SqlServer;
  readonly #state: SqlSessionState;
  #isBusy = false;
  #text: Source = '';
  #sinceMs: number;
  /** Under which the running statement counts; undefined: under nothing. */
  digest: DigestStatistics | undefined;

  constructor(server: SqlServer, state: SqlSessionState) {
    this.#server = server;
    this.#state = state;
    this.#sinceMs = server.world.clock.now();
  }

  begin(text: Source): void {
    this.#isBusy = true;
    this.#text = text;
    this.digest = undefined;
    this.#sinceMs = this.#server.world.clock.now();
  }

  /** One of several statements of a text begins; the time of the one before is counted. */
  beginNext(digest: DigestStatistics): void {
    if (this.digest !== undefined) {
      const now = this.#server.world.clock.now();
      this.digest.add(now - this.#sinceMs, now);
      this.#sinceMs = now;
    }
    this.digest = digest;
  }

  finish(): void {
    const now = this.#server.world.clock.now();
    const ms = now - this.#sinceMs;
    this.digest?.add(ms, now);
    if (ms >= this.#state.longQueryMs) this.#noteSlow(ms);
    this.#isBusy = false;
    this.#text = '';
    this.#sinceMs = now;
  }

  /** The running statement has been answered. */
  ended({hasRows, affectedRows}: Outcome): void {
    const {digest} = this;
    if (digest === undefined) return;
    if (hasRows) digest.rowsSent += this.#state.foundRows;
    else digest.rowsAffected += affectedRows;
    digest.warnings += this.#state.diagnostics.warningCount;
  }

  failed(): void {
    if (this.digest !== undefined) this.digest.errors++;
  }

  #noteSlow(ms: number): void {
    const {status, world} = this.#server;
    status.slowQueries++;
    if (this.#server.globals.get(variableNamed('slow_query_log')) !== 1) return;
    const {user, host, connectionId, database} = this.#state;
    world.trace.info('slow query', {
      seconds: ms / 1000,
      account: `${user}@${host}`,
      connection: connectionId,
      database,
      statement: this.#shown(),
    });
  }

  #shown(): string {
    return withoutSecrets(textOf(this.#text.slice(0, INFO_CHARACTERS_MAX)));
  }

  processInfo(): ProcessInfo {
    const {connectionId, user, host, database} = this.#state;
    return {
      id: connectionId,
      user,
      host,
      database,
      command: this.#isBusy ? 'Query' : 'Sleep',
      seconds: Math.floor((this.#server.world.clock.now() - this.#sinceMs) / 1000),
      state: this.#isBusy ? 'executing' : '',
      info: this.#shown(),
      transaction: this.#state.engine.transactionId,
      locks: [...this.#state.namedLocks],
    };
  }
}
