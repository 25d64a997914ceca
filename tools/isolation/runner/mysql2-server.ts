// Servers reached over the wire with mysql2: a statement waits for the answer of the one before.

import {type Connection, createConnection, type QueryError} from 'mysql2';
import {type SqlClient, SqlFailure, type SqlResult, type SqlValue, type Statement} from '../workloads/sql-client.ts';
import type {Server} from './run.ts';
import {type Address, addressOf, beginSession, ENDS_SESSION, resultOf, type SessionOptions} from './sessions.ts';

export interface MysqlOptions extends SessionOptions {
  /** Use prepared statements. */
  readonly prepared: boolean;
}

/** A server from mysql://user:password@host:port/database. @throws Error when the URL or an option is not usable */
export function mysqlServer(url: string, options: MysqlOptions): Server {
  const address = addressOf(url, options);
  return {
    name: `${address.host}:${address.port}`,
    connect: async () => {
      const client = new MysqlClient(await open(address, options), options);
      await beginSession(client, address.database, options);
      return client;
    },
  };
}

function open({host, port, user, password}: Address, options: MysqlOptions): Promise<Connection> {
  const connection = createConnection({
    host,
    port,
    user,
    ...(password === undefined ? {} : {password}),
    connectTimeout: options.timeout,
    rowsAsArray: true,
    supportBigNumbers: true,
  });
  return new Promise((resolve, reject) => {
    connection.once('error', error => reject(new SqlFailure(error.message, 0, true)));
    connection.once('connect', () => resolve(connection));
  });
}

class MysqlClient implements SqlClient {
  readonly #connection: Connection;
  readonly #options: MysqlOptions;
  #lost = false;

  constructor(connection: Connection, options: MysqlOptions) {
    this.#connection = connection;
    this.#options = options;
    connection.on('error', () => {
      this.#lost = true;
    });
  }

  /** Gives the session up when the answer takes too long. */
  query(sql: string, params: readonly SqlValue[]): Promise<SqlResult> {
    if (this.#lost) return Promise.reject(new SqlFailure('the session is gone', 0, true));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#lost = true;
        this.#connection.destroy();
        reject(new SqlFailure(`no answer within ${this.#options.timeout} ms`, 0, true));
      }, this.#options.timeout);
      const answer = (error: QueryError | null, result: unknown): void => {
        clearTimeout(timer);
        if (error === null) resolve(resultOf(result));
        else reject(this.#failure(error));
      };
      if (this.#options.prepared && params.length > 0) this.#connection.execute(sql, [...params], answer);
      else this.#connection.query(sql, [...params], answer);
    });
  }

  async queryAll(statements: readonly Statement[]): Promise<readonly SqlResult[]> {
    const results: SqlResult[] = [];
    for (const {sql, params} of statements) results.push(await this.query(sql, params));
    return results;
  }

  #failure({errno, sqlState, message}: QueryError): SqlFailure {
    const answered = typeof errno === 'number' && errno > 0 && sqlState !== undefined;
    if (!answered || ENDS_SESSION.has(errno)) this.#lost = true;
    return new SqlFailure(`${answered ? errno : 'lost'} ${message}`, answered ? errno : 0, this.#lost);
  }

  close(): Promise<void> {
    if (this.#lost) {
      this.#connection.destroy();
      return Promise.resolve();
    }
    this.#lost = true;
    return new Promise(done =>
      this.#connection.end(error => {
        if (error) this.#connection.destroy();
        done();
      }),
    );
  }
}
