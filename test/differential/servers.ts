// The two servers of a differential run: MariaDB with a data directory of its own under the system's temporary directory, and Pando with
// a throw-away database in memory. Both listen on loopback only, and both end with the run.

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const PANDO_MAIN = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));
const MARIADBD_PLACES = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'];
const START_MS_MAX = 30_000;

/** A server of this run, or one that was there before it. */
export interface RunningServer {
  readonly port: number;
  /** A port per primary. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Path of the MariaDB server, or undefined where it is not installed. */
export function findMariadbd(): string | undefined {
  return MARIADBD_PLACES.find(place => existsSync(place));
}

/** A server that somebody else started and will stop. */
export function existingServer(port: number): RunningServer {
  return {port, ports: [port], stop: async () => {}};
}

/** Starts MariaDB with MySQL 8.4's defaults where the two have the same setting. */
export async function startMariadb(program: string, port: number): Promise<RunningServer> {
  const base = mkdtempSync(join(tmpdir(), 'pando-oracle-'));
  const data = join(base, 'data');
  const installed = spawnSync('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    `--user=${process.env['USER'] ?? 'root'}`,
  ]);
  if (installed.status !== 0) throw new Error(`mariadb-install-db failed: ${installed.stderr}`);
  const child = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(base, 'socket')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_general_ci',
      '--lower-case-table-names=0',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-log-bin',
      '--performance-schema=OFF',
      `--user=${process.env['USER'] ?? 'root'}`,
    ],
    {stdio: ['ignore', 'ignore', 'pipe']},
  );
  await listening(child, /ready for connections/);
  return {
    port,
    ports: [port],
    stop: async () => {
      await end(child);
      rmSync(base, {recursive: true, force: true});
    },
  };
}

/** Starts Pando, all in memory. It takes two ports more than it has primaries, from `port` on. */
export async function startPando(port: number, primaries = 1): Promise<RunningServer> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      PANDO_MAIN,
      'start',
      '--memory',
      '--primaries',
      String(primaries),
      '--port',
      String(port),
      '--http-port',
      String(port + primaries + 1),
    ],
    {stdio: ['ignore', 'pipe', 'pipe']},
  );
  await listening(child, /\d+ primar(y|ies), one database/);
  const ports = Array.from({length: primaries}, (_, i) => port + 1 + i);
  return {port, ports, stop: () => end(child)};
}

/** Waits until the server has printed that it serves. */
function listening(child: ChildProcess, sign: RegExp): Promise<void> {
  return new Promise((done, fail) => {
    let output = '';
    const late = setTimeout(() => fail(new Error(`no server after ${START_MS_MAX} ms:\n${output}`)), START_MS_MAX);
    const hear = (bytes: Buffer): void => {
      if (output.length < 100_000) output += bytes.toString();
      if (!sign.test(output)) return;
      clearTimeout(late);
      done();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', code => {
      clearTimeout(late);
      fail(new Error(`the server ended with ${code}:\n${output}`));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>(done => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await ended;
}

/** The first of `count` consecutive ports that are free now, looked for from `from` on. */
export async function freePorts(count: number, from: number): Promise<number> {
  for (let first = from; first < from + 200; first += count) {
    const free = await Promise.all(Array.from({length: count}, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports after ${from}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise(done => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
