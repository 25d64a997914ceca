// What the benchmark needs of a server, whoever made it.

import {setTimeout as pause} from 'node:timers/promises';
import {Connection as Client, type Connection} from '../client/connection.ts';
import type {Scratch} from '../system/scratch.ts';

/** Counters by name, as the server gives them; they only grow. */
export type Counters = Readonly<Record<string, number>>;

/** What a server is given to start. */
export interface Place {
  readonly scratch: Scratch;
  /** Memory for pages, the same for all servers that are compared. MiB. */
  readonly bufferMiB: number;
}

/** One server, or one cluster, under test. Everything listens on loopback. */
export interface Server {
  /** Short name, as on the command line: `mariadb`, `galera-3`, `pando-2`. */
  readonly name: string;
  readonly version: string;
  /** Settings that matter for a comparison, without paths and ports. */
  readonly settings: Readonly<Record<string, string>>;
  /** One per node that takes connections; clients spread over them. */
  readonly ports: readonly number[];
  /** Processes that are the server; empty when it is down. */
  readonly pids: readonly number[];
  /** False: it can be started only once. */
  readonly canRestart: boolean;
  /** Starts it, or starts it again on the data it has. Returns when every port answers queries: milliseconds until the first did. */
  start(): Promise<number>;
  /** Ends it cleanly. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  counters(): Promise<Counters>;
  /** The end of what its processes printed, for error messages. */
  readonly output: string;
}

/** Runs `work` with a connection and closes it. */
export async function withConnection<T>(
  port: number,
  work: (connection: Connection) => Promise<T>,
  database?: string,
): Promise<T> {
  const connection = await Client.open({port, database});
  try {
    const result = await work(connection);
    await connection.close();
    return result;
  } finally {
    connection.destroy();
  }
}

const POLL_MS = 2;
/** A server that does not answer for so long has failed. */
const START_SECONDS_MAX = 60;

/** Waits until a port answers `query`. Throws when `alive` turns false or time is up. Returns the milliseconds since `started`. */
export async function waitForAnswer(
  port: number,
  started: number,
  alive: () => boolean,
  options: {readonly query?: string; readonly secondsMax?: number} = {},
): Promise<number> {
  const end = started + (options.secondsMax ?? START_SECONDS_MAX) * 1000;
  let last: unknown = 'nothing was tried';
  while (performance.now() < end) {
    if (!alive()) throw new Error(`the server on port ${port} ended while it was starting`);
    try {
      await withConnection(port, connection => connection.query(options.query ?? 'SELECT 1'));
      return performance.now() - started;
    } catch (error) {
      last = error;
      await pause(POLL_MS);
    }
  }
  throw new Error(`the server on port ${port} did not answer in time: ${last instanceof Error ? last.message : last}`);
}

/** Differences between two readings. */
export function counted(before: Counters, after: Counters): Record<string, number> {
  const changed: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const difference = value - (before[name] ?? 0);
    if (difference !== 0) changed[name] = difference;
  }
  return changed;
}
