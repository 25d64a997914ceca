// Servers reached over the wire with mysql2.

import {type Connection, createConnection, type QueryResult} from 'mysql2/promise';
import {type SqlClient, SqlFailure, type SqlResult, type SqlValue} from '../workloads/sql-client.ts';
import type {Server} from './run.ts';

export interface MysqlOptions {
  /** One of `isolationNames`; sent with SET SESSION TRANSACTION ISOLATION LEVEL. */
  readonly isolation: string;
  /** Session variables to set, as name=value. */
  readonly variables: readonly string[];
  /** Password when the URL has none. */
  readonly password: string | undefined;
  /** Use prepared statements. */
  readonly prepared: boolean;
  /** Milliseconds to wait for an answer before the session is given up. */
  readonly timeout: number;
}

export const isolationNames: readonly string[] = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
];
const DEFAULT_DATABASE = 'isolation';

/** Errors after which a session is over, though the server sent them. */
const ENDS_SESSION: ReadonlySet<number> = new Set([1053, 1927, 2006, 2013, 3169, 4031]);

/** A server from mysql://user:password@host:port/database. @throws Error when the URL or an option is not usable */
export function mysqlServer(url: string, options: MysqlOptions): Server {
  const parsed = new URL(url);
  if (parsed.protocol !== 'mysql:') throw new Error(`${parsed.protocol} is not mysql:`);
  const database = decodeURIComponent(parsed.pathname.slice(1)) || DEFAULT_DATABASE;
  if (!/^\w{1,64}$/.test(database)) throw new Error('the database name must be letters, digits and underscores');
  if (!isolationNames.includes(options.isolation)) throw new Error(`isolation is one of ${isolationNames.join(', ')}`);
  for (const variable of options.variables) {
    if (!/^\w+=[\w.'-]+$/.test(variable)) throw new Error(`${variable} is not name=value`);
  }
  const port = parsed.port === '' ? 3306 : Number(parsed.port);
  return {
    name: `${parsed.hostname}:${port}`,
    connect: async () => {
      const connection = await open(parsed, port, options);
      const client = new MysqlClient(connection, options);
      await prepare(client, database, options);
      return client;
    },
  };
}

async function open(url: URL, port: number, options: MysqlOptions): Promise<Connection> {
  try {
    const password = url.password === '' ? options.password : decodeURIComponent(url.password);
    return await createConnection({
      host: url.hostname,
      port,
      user: decodeURIComponent(url.username) || 'root',
      ...(password === undefined ? {} : {password}),
      connectTimeout: options.timeout,
      rowsAsArray: true,
      supportBigNumbers: true,
    });
  } catch (error) {
    throw new SqlFailure((error as Error).message, 0, true);
  }
}

async function prepare(client: MysqlClient, database: string, options: MysqlOptions): Promise<void> {
  await client.query(`CREATE DATABASE IF NOT EXISTS ${database}`, []);
  await client.use(database);
  await client.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${options.isolation}`, []);
  for (const variable of options.variables) await client.query(`SET SESSION ${variable}`, []);
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

  async use(database: string): Promise<void> {
    await this.#connection.changeUser({database});
  }

  async query(sql: string, params: readonly SqlValue[]): Promise<SqlResult> {
    if (this.#lost) throw new SqlFailure('the session is gone', 0, true);
    const asked =
      this.#options.prepared && params.length > 0
        ? this.#connection.execute<QueryResult>(sql, [...params])
        : this.#connection.query<QueryResult>(sql, [...params]);
    try {
      const [result] = await this.#answer(asked);
      return resultOf(result);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** The answer, or an error when it takes too long; then the session is destroyed. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#lost = true;
      this.#connection.destroy();
      late.reject(new Error(`no answer within ${this.#options.timeout} ms`));
    }, this.#options.timeout);
    asked.catch(() => {});
    try {
      return await Promise.race([asked, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(error: unknown): SqlFailure {
    const {errno, sqlState, message} = error as {errno?: number; sqlState?: string; message: string};
    const answered = typeof errno === 'number' && errno > 0 && sqlState !== undefined;
    if (!answered || ENDS_SESSION.has(errno)) this.#lost = true;
    return new SqlFailure(`${answered ? errno : 'lost'} ${message}`, answered ? errno : 0, this.#lost);
  }

  async close(): Promise<void> {
    if (this.#lost) {
      this.#connection.destroy();
      return;
    }
    this.#lost = true;
    await this.#connection.end().catch(() => this.#connection.destroy());
  }
}

function resultOf(result: unknown): SqlResult {
  if (Array.isArray(result)) return {rows: result as unknown[][], affectedRows: 0, insertId: 0};
  const {affectedRows, insertId} = result as {affectedRows?: number; insertId?: number | string};
  return {rows: [], affectedRows: affectedRows ?? 0, insertId: Number(insertId ?? 0)};
}
