// SQL on a simulated primary: its server, its sessions, and statements as steps of a client's script.

import {
  NOTHING,
  type SqlResult,
  type Script as SqlScript,
  type Statement,
} from '../../../tools/isolation/workloads/sql-client.ts';
import {BLOCKED, ROW} from '../../engine/api.ts';
import type {Crypto} from '../../env/crypto.ts';
import type {SqlSession} from '../../sql/session/session.ts';
import {SqlServer} from '../../sql/session/sql-server.ts';
import {NO_CLUSTER} from '../../sql/session/sql-world.ts';
import type {Script, SimClient} from '../client.ts';
import {sleep} from '../script.ts';
import type {SimPrimary, SimWorld} from '../world.ts';
import {SqlAnswers, textOf} from './sql-answers.ts';

function notSimulated(): never {
  throw new Error('hashes and ciphers are not simulated');
}

const NO_CRYPTO: Crypto = {
  aes: notSimulated,
  deflate: notSimulated,
  inflate: notSimulated,
  sha1: notSimulated,
  sha256: notSimulated,
  hashHex: notSimulated,
  equal: notSimulated,
  rsaDecrypt: notSimulated,
  rsaPublicKey: notSimulated,
};

export class SqlNode {
  readonly #primary: SimPrimary;
  readonly #server: SqlServer;
  readonly #waiting: (() => void)[] = [];
  #isReady = false;
  #connections = 0;

  constructor(world: SimWorld, primary: SimPrimary) {
    this.#primary = primary;
    this.#server = new SqlServer({
      engine: primary.engine,
      clock: primary.clock,
      random: {
        u32: () => world.prng.u32(),
        secretBytes: length => Uint8Array.from({length}, () => world.prng.u32() & 255),
      },
      crypto: NO_CRYPTO,
      trace: world.trace,
      pageSize: world.options.pageSize,
      facts: new Map(),
      hooks: NO_CLUSTER,
    });
    primary.clock.soon(() => this.#server.prepare(() => this.#ready()));
  }

  #ready(): void {
    this.#isReady = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until the catalog is there. */
  *ready(client: SimClient): Script<void> {
    this.#waiting.push(() => client.session.waiter.wake());
    yield () => (this.#isReady ? ROW : BLOCKED);
  }

  newSession(): SqlSession {
    const connectionId = ++this.#connections;
    const root = {user: 'root', accountUser: 'root', host: 'localhost', accountHost: 'localhost'};
    const session = this.#server.newSession({connectionId, ...root});
    session.state.database = 'test';
    return session;
  }

  /** Runs one statement; a statement begins in an event of its own, as a packet does. @throws SqlFailure */
  *#statement(client: SimClient, session: SqlSession, sql: string): Script<SqlResult> {
    const answers = new SqlAnswers(session);
    let isDone = false;
    this.#primary.clock.soon(() =>
      session.query(sql, answers, () => {
        isDone = true;
        client.session.waiter.wake();
      }),
    );
    yield () => (isDone ? ROW : BLOCKED);
    if (answers.failure !== undefined) throw answers.failure;
    return answers.result;
  }

  /** Statements that need not wait for each other run one after the other here. @throws SqlFailure */
  *#answer(
    client: SimClient,
    session: SqlSession,
    request: Statement | {several: readonly Statement[]},
  ): Script<SqlResult> {
    if (!('several' in request)) return yield* this.#statement(client, session, textOf(request.sql, request.params));
    const several: SqlResult[] = [];
    for (const {sql, params} of request.several)
      several.push(yield* this.#statement(client, session, textOf(sql, params)));
    return {...NOTHING, several};
  }

  /** Drives a conversation of the isolation tool over a session. @throws what it throws */
  *converse<T>(client: SimClient, session: SqlSession, script: SqlScript<T>): Script<T> {
    let step = script.next(NOTHING);
    while (step.done !== true) {
      const request = step.value;
      if ('sleep' in request) {
        yield* sleep(client, request.sleep);
        step = script.next(NOTHING);
        continue;
      }
      let result: SqlResult | undefined;
      let failure: unknown;
      try {
        result = yield* this.#answer(client, session, request);
      } catch (error) {
        failure = error;
      }
      step = result === undefined ? script.throw(failure) : script.next(result);
    }
    return step.value;
  }
}
