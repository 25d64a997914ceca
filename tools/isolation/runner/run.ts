// Runs a workload with many clients at once against one or several servers, and gives back the history.
//
// Client i starts on server i modulo their number. After an unknown outcome its process id is retired and it goes on under a new one; after a
// lost session it connects anew. At the end every server is asked for the final reads over a fresh session.

import {Prng} from '../../../src/base/prng.ts';
import type {HistoryEvent} from '../history/types.ts';
import type {OperationFailure} from '../workloads/outcome.ts';
import {drive, type SqlClient} from '../workloads/sql-client.ts';
import type {Workload, WorkloadOperation} from '../workloads/workload.ts';
import {Recorder} from './recorder.ts';

/** A server to test. */
export interface Server {
  /** How it is called in the history. */
  readonly name: string;
  connect(): Promise<SqlClient>;
}

/** Time, so that a simulator can bring its own. */
export interface Time {
  /** Milliseconds since any moment. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface RunOptions {
  readonly clients: number;
  /** Milliseconds that operations are started for. */
  readonly duration: number;
  /** Chance that a client moves to another server before an operation; ignored for pinned workloads. */
  readonly hop: number;
  readonly seed: number;
  /** How long to try to reach a server for the final reads, in milliseconds. */
  readonly patience: number;
  /** Gets every event as it happens. */
  readonly onEvent?: (event: HistoryEvent) => void;
  /** The tables are made and the clients are about to begin: trouble may begin. */
  readonly begun?: () => void;
  /** Ends the trouble, and resolves when all servers can answer again; called before the final reads. */
  readonly calm?: () => Promise<void>;
}

const RECONNECT_PAUSE = 100;
/** Attempts at a final read that fails for certain, for example as the victim of a deadlock. */
const FINAL_ATTEMPTS = 20;

/** Runs setup, clients and final reads. @throws SqlFailure when setup fails or a server cannot be reached at the end */
export async function runWorkload(
  workload: Workload,
  servers: readonly Server[],
  time: Time,
  options: RunOptions,
): Promise<readonly HistoryEvent[]> {
  const first = await servers[0].connect();
  await drive(first, workload.setup(), ms => time.sleep(ms));
  await first.close();
  options.begun?.();
  const recorder = new Recorder(() => time.now(), options.onEvent);
  const end = time.now() + options.duration;
  const clients = Array.from(
    {length: options.clients},
    (_, i) => new Client(i, workload, servers, time, options, recorder),
  );
  await Promise.all(clients.map(client => client.runUntil(end)));
  await options.calm?.();
  let process = Math.max(...clients.map(client => client.process)) + options.clients;
  for (const server of servers) process = await finalReads(workload, server, time, options, recorder, process);
  return recorder.events;
}

class Client {
  readonly #id: number;
  readonly #workload: Workload;
  readonly #servers: readonly Server[];
  readonly #time: Time;
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #random: Prng;
  readonly #sessions = new Map<number, SqlClient>();
  #server: number;
  process: number;

  constructor(
    id: number,
    workload: Workload,
    servers: readonly Server[],
    time: Time,
    options: RunOptions,
    recorder: Recorder,
  ) {
    this.#id = id;
    this.process = id;
    this.#workload = workload;
    this.#servers = servers;
    this.#time = time;
    this.#options = options;
    this.#recorder = recorder;
    this.#random = new Prng(options.seed * 1000 + id);
    this.#server = id % servers.length;
  }

  async runUntil(end: number): Promise<void> {
    while (this.#time.now() < end) {
      if (this.#workload.pinned !== true && this.#random.chance(this.#options.hop))
        this.#server = this.#random.below(this.#servers.length);
      const session = await this.#session();
      if (session === undefined) {
        this.#server = (this.#server + 1) % this.#servers.length;
        await this.#time.sleep(RECONNECT_PAUSE);
        continue;
      }
      await this.#operation(session);
    }
    await Promise.all([...this.#sessions.values()].map(session => session.close()));
  }

  async #session(): Promise<SqlClient | undefined> {
    const open = this.#sessions.get(this.#server);
    if (open !== undefined) return open;
    try {
      const session = await this.#servers[this.#server].connect();
      this.#sessions.set(this.#server, session);
      return session;
    } catch {
      return undefined;
    }
  }

  async #operation(session: SqlClient): Promise<void> {
    const operation = this.#workload.next(this.#id);
    const node = this.#servers[this.#server].name;
    this.#recorder.invoke(this.process, operation, node);
    try {
      const value = await drive(session, operation.run(), ms => this.#time.sleep(ms));
      this.#recorder.ok(this.process, operation, value, node);
    } catch (error) {
      if (this.#recorder.failed(this.process, operation, error, node) === 'fail' && !(error as OperationFailure).lost)
        return;
      await this.#abandon(session, error as OperationFailure);
    }
  }

  /** After an unknown outcome the session is closed too: it may still be inside the transaction. */
  async #abandon(session: SqlClient, failure: OperationFailure): Promise<void> {
    if (!failure.certain) this.process += this.#options.clients;
    this.#sessions.delete(this.#server);
    this.#workload.lost?.(this.#id);
    await session.close();
  }
}

/** Runs the final operations on one server and returns the next free process id. @throws OperationFailure, SqlFailure */
async function finalReads(
  workload: Workload,
  server: Server,
  time: Time,
  options: RunOptions,
  recorder: Recorder,
  process: number,
): Promise<number> {
  const session = await connectPatiently(server, time, options.patience);
  let next = process;
  for (const operation of workload.final()) next = await finalRead(session, operation, server, time, recorder, next);
  await session.close();
  return next + 1;
}

async function finalRead(
  session: SqlClient,
  operation: WorkloadOperation,
  server: Server,
  time: Time,
  recorder: Recorder,
  process: number,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    recorder.invoke(process, operation, server.name);
    try {
      const value = await drive(session, operation.run(), ms => time.sleep(ms));
      recorder.ok(process, operation, value, server.name);
      return process;
    } catch (error) {
      const type = recorder.failed(process, operation, error, server.name);
      if (type === 'info') process++;
      if ((error as OperationFailure).refused) return process;
      if ((error as OperationFailure).lost || attempt === FINAL_ATTEMPTS) throw error;
      await time.sleep(RECONNECT_PAUSE);
    }
  }
}

async function connectPatiently(server: Server, time: Time, patience: number): Promise<SqlClient> {
  const end = time.now() + patience;
  for (;;) {
    try {
      return await server.connect();
    } catch (error) {
      if (time.now() >= end) throw error;
      await time.sleep(RECONNECT_PAUSE);
    }
  }
}
