// Servers reached over the wire with the mariadb driver, which sends statements without waiting for the answers of those before: a transaction costs both sides a fraction of the work.

import {type Connection, createConnection} from 'mariadb';
import {type SqlClient, SqlFailure, type SqlResult, type SqlValue, type Statement} from '../workloads/sql-client.ts';
import type {Server} from './run.ts';
import {type Address, addressOf, beginSession, ENDS_SESSION, resultOf, type SessionOptions} from './sessions.ts';

/** A server from mysql://user:password@host:port/database. @throws Error when the URL or an option is not usable */
export function mariadbServer(url: string, options: SessionOptions): Server {
  const address = addressOf(url, options);
  return {
    name: `${address.host}:${address.port}`,
    connect: async () => {
      const client = new MariadbClient(await open(address, options), options.timeout);
      await beginSession(client, address.database, options);
      return client;
    },
  };
}

async function open({host, port, user, password}: Address, {timeout}: SessionOptions): Promise<Connection> {
  try {
    return await createConnection({
      host,
      port,
      user,
      ...(password === undefined ? {} : {password}),
      connectTimeout: timeout,
      rowsAsArray: true,
      pipelining: true,
    });
  } catch (error) {
    throw new SqlFailure((error as Error).message, 0, true);
  }
}

class MariadbClient implements SqlClient {
  readonly #connection: Connection;
  readonly #timeout: number;
  #lost = false;

  /** `timeout`: milliseconds that answers may take. */
  constructor(connection: Connection, timeout: number) {
    this.#connection = connection;
    this.#timeout = timeout;
    connection.on('error', () => {
      this.#lost = true;
    });
  }

  async query(sql: string, params: readonly SqlValue[]): Promise<SqlResult> {
    return (await this.queryAll([{sql, params}]))[0];
  }

  async queryAll(statements: readonly Statement[]): Promise<readonly SqlResult[]> {
    if (this.#lost) throw new SqlFailure('the session is gone', 0, true);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#lost = true;
      this.#connection.destroy();
      late.reject(new SqlFailure(`no answer within ${this.#timeout} ms`, 0, true));
    }, this.#timeout);
    const asked = statements.map(({sql, params}) => this.#connection.query(sql, [...params]));
    const answers = await Promise.race([Promise.allSettled(asked), late.promise]);
    clearTimeout(timer);
    const failures = answers.filter(answer => answer.status === 'rejected').map(({reason}) => this.#failure(reason));
    if (failures.length > 0) throw failures.find(({lost}) => lost) ?? failures[0];
    return answers.map(answer => resultOf((answer as PromiseFulfilledResult<unknown>).value));
  }

  #failure({
    errno,
    sqlState,
    message,
    fatal,
  }: {
    errno?: number;
    sqlState?: string;
    message: string;
    fatal?: boolean;
  }): SqlFailure {
    // The driver has numbers of its own, from 45000 on, for what it finds out by itself.
    const answered =
      typeof errno === 'number' && errno > 0 && errno < 45_000 && sqlState !== undefined && fatal !== true;
    if (!answered || ENDS_SESSION.has(errno)) this.#lost = true;
    return new SqlFailure(`${answered ? errno : 'lost'} ${message}`, answered ? errno : 0, this.#lost);
  }

  async close(): Promise<void> {
    if (!this.#lost) {
      this.#lost = true;
      await this.#connection.end().catch(() => this.#connection.destroy());
    } else this.#connection.destroy();
  }
}
