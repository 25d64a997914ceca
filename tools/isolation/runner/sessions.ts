// What the drivers share: where a server is, and how a session begins.

import {NOTHING, type SqlClient, type SqlResult} from '../workloads/sql-client.ts';

export interface SessionOptions {
  /** One of `isolationNames`; sent with SET SESSION TRANSACTION ISOLATION LEVEL. */
  readonly isolation: string;
  /** Session variables to set, as name=value. */
  readonly variables: readonly string[];
  /** Password when the URL has none. */
  readonly password: string | undefined;
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
export const ENDS_SESSION: ReadonlySet<number> = new Set([1053, 1927, 2006, 2013, 3169, 4031]);

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
}

/** mysql://user:password@host:port/database. @throws Error when the URL or an option is not usable */
export function addressOf(url: string, options: SessionOptions): Address {
  const parsed = new URL(url);
  if (parsed.protocol !== 'mysql:') throw new Error(`${parsed.protocol} is not mysql:`);
  const database = decodeURIComponent(parsed.pathname.slice(1)) || DEFAULT_DATABASE;
  if (!/^\w{1,64}$/.test(database)) throw new Error('the database name must be letters, digits and underscores');
  if (!isolationNames.includes(options.isolation)) throw new Error(`isolation is one of ${isolationNames.join(', ')}`);
  for (const variable of options.variables) {
    if (!/^\w+=[\w.'-]+$/.test(variable)) throw new Error(`${variable} is not name=value`);
  }
  return {
    host: parsed.hostname,
    port: parsed.port === '' ? 3306 : Number(parsed.port),
    user: decodeURIComponent(parsed.username) || 'root',
    password: parsed.password === '' ? options.password : decodeURIComponent(parsed.password),
    database,
  };
}

/** Makes the database if it is missing, and sets the session up. @throws SqlFailure */
export async function beginSession(client: SqlClient, database: string, options: SessionOptions): Promise<void> {
  await client.query(`CREATE DATABASE IF NOT EXISTS ${database}`, []);
  await client.query(`USE ${database}`, []);
  await client.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${options.isolation}`, []);
  for (const variable of options.variables) await client.query(`SET SESSION ${variable}`, []);
}

/** What a driver that gives rows as arrays has answered: rows, or a change and its numbers. */
export function resultOf(result: unknown): SqlResult {
  if (Array.isArray(result)) return {...NOTHING, rows: result as unknown[][]};
  const {affectedRows, insertId} = result as {affectedRows?: number; insertId?: number | bigint | string};
  return {...NOTHING, affectedRows: affectedRows ?? 0, insertId: Number(insertId ?? 0)};
}
