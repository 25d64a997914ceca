// `pando start`: a cluster in this process. The one production place where the real world meets the cluster.

import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import pc from 'picocolors';
import {OperatingError} from '../base/errors.ts';
import {Admin} from '../cluster/admin/admin.ts';
import {BELL_COUNT, type ClusterOptions} from '../cluster/supervisor/options.ts';
import {type PrimaryView, Supervisor} from '../cluster/supervisor/supervisor.ts';
import {bellBytes} from '../os/bells.ts';
import {threadEnv} from '../os/env.ts';
import {type HttpHandler, serveHttp} from '../os/http-server.ts';
import {WorkerThreads} from '../os/threads.ts';
import {serverKeys} from './keys.ts';
import {scrape} from './metrics.ts';
import {parseCount, parseSize} from './sizes.ts';
import {PANDO_VERSION, SERVER_VERSION} from './version.ts';

/** Options as the command line gives them. */
export interface StartArguments {
  readonly primaries?: string;
  readonly host: string;
  readonly port: string;
  readonly data: string;
  readonly dbp: string;
  readonly lbp: string;
  readonly httpPort: string;
  readonly memory?: boolean;
  readonly maxConnections: string;
  readonly logJson?: boolean;
}

/** Sessions get this long to end their statement when the server stops. Milliseconds. */
const GRACE_MS = 10_000;

/** The cores, at least 2 and at most 4. */
export function defaultPrimaries(): number {
  return Math.min(4, Math.max(2, availableParallelism()));
}

/** Runs until SIGTERM or SIGINT. Throws OperatingError when it cannot start. */
export async function start(args: StartArguments): Promise<void> {
  const options = await readOptions(args);
  const bells = new SharedArrayBuffer(bellBytes(BELL_COUNT));
  const env = threadEnv({bells, part: 'supervisor', jsonLog: options.cluster.jsonLog});
  const threads = new WorkerThreads(new URL('./thread-main.ts', import.meta.url));
  const cleanUp = (): void => {
    if (args.memory === true) rmSync(options.directory, {recursive: true, force: true});
  };
  let announced = 0;
  let supervisor: Supervisor;
  try {
    supervisor = new Supervisor(env, threads, options.cluster, bells, {
      ready: (view, milliseconds) => {
        announce(view, milliseconds);
        announced++;
        if (announced === options.cluster.primaries) announceAll(options.cluster, options.httpPort);
      },
      failed: error => {
        report(error);
        cleanUp();
        process.exit(1);
      },
    });
  } catch (error) {
    cleanUp();
    throw error;
  }
  const admin = new Admin(supervisor, env.clock, PANDO_VERSION);
  serveAdmin(admin, supervisor, options.httpPort);
  stopOnSignals(supervisor, cleanUp);
  supervisor.start();
}

function serveAdmin(admin: Admin, supervisor: Supervisor, httpPort: number): void {
  const handler: HttpHandler = (method, path, query, reply) => {
    if (path === '/metrics') scrape(supervisor, body => reply({status: 200, type: 'text/plain; version=0.0.4', body}));
    else admin.handle(method, path, query, reply);
  };
  serveHttp('127.0.0.1', httpPort, handler, (_port, error) => {
    if (error === undefined) return;
    report(
      new OperatingError(
        `the admin port ${httpPort} cannot be opened: ${error.message}`,
        'choose another with --http-port',
      ),
    );
    process.exit(1);
  });
}

async function readOptions(
  args: StartArguments,
): Promise<{cluster: ClusterOptions; directory: string; httpPort: number}> {
  const primaries =
    args.primaries === undefined ? defaultPrimaries() : parseCount(args.primaries, '--primaries', 1, 15);
  const port = parseCount(args.port, '--port', 1, 65_535 - primaries);
  const httpPort = parseCount(args.httpPort, '--http-port', 0, 65_535);
  const maxConnections = parseCount(args.maxConnections, '--max-connections', 1, 100_000);
  const dbpBytes = parseSize(args.dbp, '--dbp');
  const lbpBytes = parseSize(args.lbp, '--lbp');
  const directory = args.memory === true ? memoryDirectory() : resolve(args.data);
  const keys = await serverKeys(join(directory, 'keys'));
  const cluster: ClusterOptions = {
    primaries,
    host: args.host,
    port,
    volume: join(directory, 'volume'),
    dbpBytes,
    lbpBytes,
    version: SERVER_VERSION,
    jsonLog: args.logJson === true,
    maxConnections,
    certificate: keys.tls,
    rsaKey: keys.rsaKey,
  };
  return {cluster, directory, httpPort};
}

/** A directory in memory where the system has one, else a temporary one; removed at the end. */
function memoryDirectory(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pando-'));
}

function announce(view: PrimaryView, milliseconds: number): void {
  console.log(
    `${pc.green('ready')}  primary ${view.ordinal}  ports ${[...view.ports].sort((a, b) => a - b).join(', ')}  ${pc.dim(`(${milliseconds.toFixed(0)} ms)`)}`,
  );
}

function announceAll(cluster: ClusterOptions, httpPort: number): void {
  const {host, port} = cluster;
  console.log(`
Pando ${PANDO_VERSION}: ${cluster.primaries} primaries, one database.
  any primary   mysql -h ${host} -P ${port} -u root
  primary k     port ${port} + k
  status        npm run pando -- status   (admin on 127.0.0.1:${httpPort})
  root has no password and may log in from this machine only. Set one before you open the server to others.`);
}

function report(error: Error): void {
  if (error instanceof OperatingError) console.error(`${pc.red('pando:')} ${error.message}; ${error.hint}.`);
  else console.error(error);
}

function stopOnSignals(supervisor: Supervisor, cleanUp: () => void): void {
  let asked = 0;
  const stop = (): void => {
    if (++asked > 1) process.exit(1);
    console.log('stopping: statements end, everything is made durable ...');
    supervisor.stop(GRACE_MS, () => {
      cleanUp();
      console.log('stopped.');
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
