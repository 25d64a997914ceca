// Connections for tests: mysql2 with promises, one per call, root on loopback.

import {type Connection, createConnection, type RowDataPacket} from 'mysql2/promise';

export type Row = Record<string, unknown>;

/** Opens a connection to a port on loopback. */
export function connect(port: number, database?: string): Promise<Connection> {
  return createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    ...(database === undefined ? {} : {database}),
    supportBigNumbers: true,
    multipleStatements: false,
  });
}

/** Rows of a query. */
export async function rows(connection: Connection, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const [result] = await connection.query<RowDataPacket[]>(sql, [...values]);
  return result;
}

/** First column of the first row. */
export async function value(connection: Connection, sql: string, values: readonly unknown[] = []): Promise<unknown> {
  const [first] = await rows(connection, sql, values);
  return first === undefined ? undefined : Object.values(first)[0];
}

/** MySQL error number of a failure, or 0. */
export function errno(error: unknown): number {
  return (error as {errno?: number}).errno ?? 0;
}

/** Runs a query that must fail, and returns its error number. */
export async function failure(connection: Connection, sql: string): Promise<number> {
  try {
    await connection.query(sql);
  } catch (error) {
    return errno(error);
  }
  return 0;
}
