// A whole database in this process: what `pando start` runs, and what a test or a program starts for itself.
//
//   const db = await Pando.start({primaries: 2});        // in memory, on ports that the system chooses
//   ... any MySQL client on db.portOf(1), db.portOf(2) ...
//   await db.stop();                                      // or `await using db = ...`
//
// The supervisor and storage live in the calling thread, each primary in a thread of its own; so the caller must not block its event loop for long.

import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {OperatingError} from '../base/errors.ts';
import {Admin} from '../cluster/admin/admin.ts';
import type {CheckResult, Status} from '../cluster/admin/api.ts';
import type {Mode} from '../cluster/supervisor/modes.ts';
import {BELL_COUNT, type ClusterOptions, PRIMARIES_MAX} from '../cluster/supervisor/options.ts';
import {parsePlaces} from '../cluster/supervisor/places.ts';
import {type PrimaryView, Supervisor} from '../cluster/supervisor/supervisor.ts';
import type {Env} from '../env/env.ts';
import {bellBytes} from '../os/bells.ts';
import {threadEnv} from '../os/env.ts';
import {firstBusyPort} from '../os/ports.ts';
import type {WorkerThreads} from '../os/threads.ts';
import type {TraceForm} from '../os/trace.ts';
import {makeRsaKey, serverKeys} from './keys.ts';
import {ownSecret, readSecret} from './secret.ts';
import {threadsAhead} from './threads.ts';
import {PANDO_VERSION, SERVER_VERSION} from './version.ts';

export interface PandoOptions {
  /** Primaries to start. Default 1, at most 15. */
  readonly primaries?: number;
  /** Where the volume lives. Default: in memory, removed at the end. */
  readonly directory?: string;
  /** What the volume is: `local` (the default) in this process, `quorum` six storage nodes as child processes. */
  readonly volume?: 'local' | 'quorum';
  /** Six storage nodes that run already, like `a@host:port`, with commas between; else they are child processes. */
  readonly storageNodes?: string;
  /** File with the secret that storage nodes and primaries share. Default: one in the volume's directory, made at the first start. */
  readonly secretFile?: string;
  /** Pages of a protection group of a quorum volume that is made now. Default: 10 GB of them. */
  readonly pagesPerGroup?: number;
  /** How pages are kept coherent between primaries. Default: fusion. */
  readonly mode?: Mode;
  /** In the optimistic mode: what two primaries must not both change. Default: row. */
  readonly granularity?: ClusterOptions['granularity'];
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Shared by all primaries; primary k listens on port + k as well. Default 0: each primary gets a port of its own from the system, and none is shared. */
  readonly port?: number;
  /** Bytes of the distributed buffer pool (default 256 MiB) and of each primary's local one (default 64 MiB). */
  readonly dbpBytes?: number;
  readonly lbpBytes?: number;
  /** Connections per primary. Default 1000. */
  readonly maxConnections?: number;
  /** How events are written to standard error. Default: not at all. */
  readonly log?: TraceForm;
  /** Threads that were started ahead. Default: started now. */
  readonly threads?: WorkerThreads;
  /** Further ports that must be free for the start to begin, such as one for an admin interface. */
  readonly otherPorts?: readonly number[];
  /** A primary serves its ports, `milliseconds` after its birth. */
  readonly onReady?: (primary: PrimaryView, milliseconds: number) => void;
  /** The database cannot go on; it has to be stopped. Default: thrown, which ends the process unless it is caught there. */
  readonly onFailure?: (error: Error) => void;
}

const MiB = 1024 * 1024;
/** Redo files are filled with zeros before they are used. A throw-away database should be there at once, and is seldom written so fast that larger ones pay. */
const MEMORY_REDO_FILE = 8 * MiB;
/** Sessions get this long to end their statement at a stop. Milliseconds. */
const GRACE_MS = 10_000;
/** Threads that wait for the next death; the first is started this many milliseconds after everybody serves. */
const SPARES = 1;
const SPARE_AFTER_MS = 1000;

export class Pando {
  readonly supervisor: Supervisor;
  readonly admin: Admin;
  readonly host: string;
  /** The port shared by all primaries; 0 when there is none. */
  readonly port: number;
  readonly directory: string;
  readonly #threads: WorkerThreads;
  readonly #isThrowAway: boolean;
  readonly #options: PandoOptions;
  readonly #wanted: number;
  /** All primaries serve. Fails with what keeps the database from starting; it is given up then. */
  readonly ready: Promise<void>;
  #started: {done: () => void; fail: (error: Error) => void} | undefined;
  #serving = 0;
  #stopped: Promise<void> | undefined;

  /** Starts a database and waits until all its primaries serve. Throws OperatingError when it cannot be had; then nothing was written. */
  static async start(options: PandoOptions = {}): Promise<Pando> {
    const pando = await Pando.open(options);
    await pando.ready;
    return pando;
  }

  /** The same without waiting for the primaries: see `ready`. */
  static async open(options: PandoOptions = {}): Promise<Pando> {
    const cluster = clusterOptions(options);
    const threads = options.threads ?? threadsAhead(cluster.primaries);
    try {
      await refuseBusyPorts(cluster, options.otherPorts ?? []);
      return new Pando(options, cluster, threads);
    } catch (error) {
      threads.close();
      throw error;
    }
  }

  private constructor(options: PandoOptions, cluster: ClusterOptions, threads: WorkerThreads) {
    const bells = new SharedArrayBuffer(bellBytes(BELL_COUNT));
    const env = threadEnv({bells, part: 'supervisor', log: cluster.log});
    this.#options = options;
    this.#wanted = cluster.primaries;
    this.#threads = threads;
    this.#isThrowAway = options.directory === undefined;
    this.directory = options.directory === undefined ? memoryDirectory() : resolve(options.directory);
    this.host = cluster.host;
    this.port = cluster.port;
    try {
      this.supervisor = this.#supervise(env, {...cluster, ...storageOptions(this.directory, cluster, options)}, bells);
    } catch (error) {
      this.#cleanUp();
      throw error;
    }
    this.admin = new Admin(this.supervisor, env.clock, PANDO_VERSION);
    this.ready = new Promise((done, fail) => {
      this.#started = {done, fail};
    });
    // Who does not look at `ready` hears of a failure by `onFailure`.
    this.ready.catch(() => {});
    this.supervisor.start(serverKeys(this.#keys));
  }

  #supervise(env: Env, cluster: ClusterOptions, bells: SharedArrayBuffer): Supervisor {
    return new Supervisor(env, this.#threads, cluster, bells, {
      ready: (view, milliseconds) => {
        this.#options.onReady?.(view, milliseconds);
        if (++this.#serving < this.#wanted) return;
        this.#keepSpare();
        if (this.#serving > this.#wanted) return;
        void makeRsaKey(this.#keys);
        this.#started?.done();
        this.#started = undefined;
      },
      failed: error => this.#failed(error),
    });
  }

  /** One thread more, which has loaded everything and waits for a role: a primary that dies is back without the half second that loading takes. A throw-away database does without. */
  #keepSpare(): void {
    if (this.#isThrowAway) return;
    setTimeout(() => {
      if (this.#stopped === undefined) this.#threads.prepare(SPARES);
    }, SPARE_AFTER_MS).unref();
  }

  #failed(error: Error): void {
    const starting = this.#started;
    this.#started = undefined;
    if (starting !== undefined) {
      this.supervisor.abandon();
      this.#threads.close();
      this.#stopped = Promise.resolve();
      this.#cleanUp();
      starting.fail(error);
    } else if (this.#options.onFailure !== undefined) this.#options.onFailure(error);
    else throw error;
  }

  get #keys(): string {
    return join(this.directory, 'keys');
  }

  /** The port of primary `ordinal`, 1 ..; 0 when it does not serve. */
  portOf(ordinal: number): number {
    const view = this.primaries().find(primary => primary.ordinal === ordinal);
    return view?.ports.find(port => port !== this.port) ?? 0;
  }

  /** All primaries that run or should. */
  primaries(): PrimaryView[] {
    return this.supervisor.primaries();
  }

  /** Sessions, transactions, page transfers and the like of every primary. */
  status(): Promise<Status> {
    return new Promise(done => this.admin.status(done));
  }

  /** Checks every table: trees, rows against indexes. */
  check(): Promise<CheckResult> {
    return new Promise(done => this.supervisor.check(done));
  }

  /** Statements end, everything is made durable. A throw-away database is gone afterwards. */
  stop(): Promise<void> {
    this.#stopped ??= new Promise(done => {
      this.supervisor.stop(GRACE_MS, () => {
        this.#threads.close();
        this.#cleanUp();
        done();
      });
    });
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Removes what a throw-away database leaves; also after a failure, before the process ends. */
  #cleanUp(): void {
    if (this.#isThrowAway) rmSync(this.directory, {recursive: true, force: true});
  }
}

function clusterOptions(options: PandoOptions): ClusterOptions {
  const primaries = options.primaries ?? 1;
  if (!Number.isInteger(primaries) || primaries < 1 || primaries > PRIMARIES_MAX)
    throw new OperatingError(`${primaries} primaries`, `start 1 to ${PRIMARIES_MAX}`);
  return {
    primaries,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    volume: '',
    storage: options.volume ?? 'local',
    mode: options.mode ?? 'fusion',
    ...(options.granularity === undefined ? {} : {granularity: options.granularity}),
    ...(options.pagesPerGroup === undefined ? {} : {pagesPerGroup: options.pagesPerGroup}),
    redoFileSize: options.directory === undefined ? MEMORY_REDO_FILE : undefined,
    dbpBytes: options.dbpBytes ?? 256 * MiB,
    lbpBytes: options.lbpBytes ?? 64 * MiB,
    version: SERVER_VERSION,
    log: options.log ?? 'none',
    maxConnections: options.maxConnections ?? 1000,
  };
}

async function refuseBusyPorts({host, port, primaries}: ClusterOptions, others: readonly number[]): Promise<void> {
  const own = port === 0 ? [] : Array.from({length: primaries + 1}, (_, i) => port + i);
  const busy = (await firstBusyPort(host, own)) ?? (await firstBusyPort('127.0.0.1', others));
  if (busy === undefined) return;
  const isOther = others.includes(busy.port);
  const option = isOther ? '--http-port' : '--port';
  const place = `port ${busy.port} on ${isOther ? '127.0.0.1' : host}`;
  if (busy.code === 'EADDRINUSE')
    throw new OperatingError(`${place} is in use`, `choose another with ${option}, or stop what listens there`);
  if (busy.code === 'EACCES')
    throw new OperatingError(`${place} may not be opened by this user`, `choose one above 1023 with ${option}`);
  throw new OperatingError(`cannot listen on ${place}: ${busy.message}`, `check --host and ${option}`);
}

/** The volume's directory; of a quorum volume also who may use it, and where it is. */
function storageOptions(
  directory: string,
  {storage}: ClusterOptions,
  {storageNodes, secretFile}: PandoOptions,
): Pick<ClusterOptions, 'volume' | 'secret' | 'attached'> {
  const volume = volumeDirectory(directory, storage);
  if (storage !== 'quorum') return {volume};
  const given = secretFile === undefined ? undefined : {file: resolve(secretFile), bytes: readSecret(secretFile)};
  // Nodes that run already, without a secret, are on this machine: elsewhere they refuse to.
  if (storageNodes !== undefined) return {volume, secret: given, attached: parsePlaces(storageNodes)};
  return {volume, secret: given ?? ownSecret(join(volume, 'secret'))};
}

/** The two kinds of volume do not read each other: each has a directory of its own, and the other's is not overlooked. */
function volumeDirectory(directory: string, storage: ClusterOptions['storage']): string {
  const [own, other] = storage === 'quorum' ? ['storage', 'volume'] : ['volume', 'storage'];
  if (existsSync(join(directory, other)) && !existsSync(join(directory, own))) {
    const kind = storage === 'quorum' ? 'local' : 'quorum';
    throw new OperatingError(
      `${directory} holds a ${kind} volume`,
      `start with --volume ${kind}, or name another directory`,
    );
  }
  return join(directory, own);
}

/** A directory in memory where the system has one, else a temporary one. */
function memoryDirectory(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pando-'));
}
