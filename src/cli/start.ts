// `pando start`: a database in this process, its admin interface, and its end by a signal. The primaries' threads load their modules while this one does.

import pc from 'picocolors';
import {OperatingError} from '../base/errors.ts';
import {parseGranularity, parseMode} from '../cluster/supervisor/modes.ts';
import type {PrimaryView} from '../cluster/supervisor/supervisor.ts';
import type {Pando} from '../host/pando.ts';
import {PANDO_VERSION} from '../host/version.ts';
import type {HttpHandler} from '../os/http-server.ts';
import type {WorkerThreads} from '../os/threads.ts';
import {parseCount, parseSize} from './sizes.ts';

/** See PRIMARIES_MAX of the cluster, which is not loaded yet when this is asked for. */
const PRIMARIES_MAX = 15;

/** Options as the command line gives them. */
export interface StartArguments {
  readonly primaries: string;
  readonly host: string;
  readonly port: string;
  readonly data: string;
  readonly dbp: string;
  readonly lbp: string;
  readonly httpPort: string;
  readonly memory?: boolean;
  readonly volume: string;
  readonly storageNodes?: string;
  readonly secretFile?: string;
  readonly mode: string;
  readonly optimisticGranularity?: string;
  readonly maxConnections: string;
  readonly logJson?: boolean;
}

/** Runs until SIGTERM or SIGINT, on `threads` that were started ahead. Throws OperatingError when it cannot start. */
export async function start(args: StartArguments, threads: WorkerThreads): Promise<void> {
  const primaries = parseCount(args.primaries, '--primaries', 1, PRIMARIES_MAX);
  const httpPort = parseCount(args.httpPort, '--http-port', 0, 65_535);
  const port = parseCount(args.port, '--port', 1, 65_535 - primaries);
  threads.prepare(primaries);
  const host = await import('../host/pando.ts');
  const pando = await host.Pando.open({
    threads,
    primaries,
    host: args.host,
    port,
    ...(args.memory === true ? {} : {directory: args.data}),
    volume: args.storageNodes === undefined ? parseVolume(args.volume) : 'quorum',
    ...(args.storageNodes === undefined ? {} : {storageNodes: args.storageNodes}),
    ...(args.secretFile === undefined ? {} : {secretFile: args.secretFile}),
    mode: parseMode(args.mode),
    granularity: parseGranularity(args.optimisticGranularity ?? 'row'),
    dbpBytes: parseSize(args.dbp, '--dbp'),
    lbpBytes: parseSize(args.lbp, '--lbp'),
    maxConnections: parseCount(args.maxConnections, '--max-connections', 1, 100_000),
    log: args.logJson === true ? 'json' : 'text',
    otherPorts: [httpPort],
    onReady: announce,
    onFailure: fail,
  });
  stopOnSignals(pando);
  await serveAdmin(pando, httpPort);
  await pando.ready;
  announceAll(pando, primaries, httpPort);
}

function parseVolume(kind: string): 'local' | 'quorum' {
  if (kind === 'local' || kind === 'quorum') return kind;
  throw new OperatingError(`--volume ${kind}`, 'choose local or quorum');
}

/** HTTP is loaded here, while the primaries load their own modules. */
async function serveAdmin(pando: Pando, httpPort: number): Promise<void> {
  const {serveHttp} = await import('../os/http-server.ts');
  const handler: HttpHandler = (method, path, query, reply) => {
    if (path === '/metrics') {
      void import('./metrics.ts').then(({scrape}) =>
        scrape(pando.supervisor, body => reply({status: 200, type: 'text/plain; version=0.0.4', body})),
      );
    } else pando.admin.handle(method, path, query, reply);
  };
  serveHttp('127.0.0.1', httpPort, handler, (_port, error) => {
    if (error === undefined) return;
    const message = `the admin port ${httpPort} cannot be opened: ${error.message}`;
    fail(new OperatingError(message, 'choose another with --http-port'));
  });
}

function announce(view: PrimaryView, milliseconds: number): void {
  console.log(
    `${pc.green('ready')}  primary ${view.ordinal}  ports ${[...view.ports].sort((a, b) => a - b).join(', ')}  ${pc.dim(`(${milliseconds.toFixed(0)} ms)`)}`,
  );
}

function announceAll({host, port}: Pando, primaries: number, httpPort: number): void {
  console.log(`
Pando ${PANDO_VERSION}: ${primaries} primaries, one database.
  any primary   mysql -h ${host} -P ${port} -u root
  primary k     port ${port} + k
  status        npm run pando -- status   (admin on 127.0.0.1:${httpPort})
  root has no password and may log in from this machine only. Set one before you open the server to others.`);
}

/** The database cannot go on: says why, and ends the process. What was acknowledged is in the redo. */
function fail(error: Error): void {
  if (error instanceof OperatingError) console.error(`${pc.red('pando:')} ${error.message}; ${error.hint}.`);
  else console.error(error);
  process.exit(1);
}

/** The first signal stops cleanly, a second one at once. */
function stopOnSignals(pando: Pando): void {
  let asked = 0;
  const stop = (): void => {
    if (++asked > 1) process.exit(1);
    console.log('stopping: statements end, everything is made durable ...');
    void pando.stop().then(() => {
      console.log('stopped.');
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
