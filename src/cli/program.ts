// The command line: `pando start | status | sql | crash | start-primary | stop-primary | check | sim | dump`. What a command needs is loaded when it is asked for.

import {availableParallelism} from 'node:os';
import type {Command} from 'commander';
import {OperatingError} from '../base/errors.ts';
import {threadsAhead} from '../host/threads.ts';
import {PANDO_VERSION} from '../host/version.ts';
import type {WorkerThreads} from '../os/threads.ts';
import type {SimArguments} from './sim/command.ts';
import type {SqlArguments} from './sql/command.ts';
import type {StartArguments} from './start.ts';
import type {StorageArguments} from './storage.ts';

const HTTP_PORT = '8306';

/** The cores, at least 2 and at most 4. */
function defaultPrimaries(): number {
  return Math.min(4, Math.max(2, availableParallelism()));
}

async function program(ahead: WorkerThreads | undefined): Promise<Command> {
  const commander = await import('commander');
  const pando = new commander.Command('pando')
    .description('A MySQL-compatible database in which every node is a primary and all of them are one database.')
    .version(PANDO_VERSION)
    .showHelpAfterError('(see --help)');
  pando
    .command('start')
    .description('run a cluster of primaries in this process')
    .option(
      '--primaries <n>',
      'primaries to start; by default one per core of this machine, 2 to 4',
      `${defaultPrimaries()}`,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port shared by all primaries; primary k listens on port + k as well', '3306')
    .option('--data <directory>', 'where the volume lives', 'pando-data')
    .option('--memory', 'a throw-away database in memory', false)
    .option('--volume <kind>', 'local: in this process; quorum: on six storage nodes, child processes', 'local')
    .option(
      '--storage-nodes <list>',
      'six storage nodes that run already: a@host:port,a@host:port,b@... (a quorum volume)',
    )
    .option('--secret-file <file>', 'secret of the cluster, the same that the storage nodes were given')
    .option(
      '--mode <mode>',
      'how pages are kept coherent: fusion, log-replay, single-writer, optimistic (see docs/modes.md)',
      'fusion',
    )
    .option(
      '--optimistic-granularity <what>',
      'mode optimistic: two primaries conflict when they change the same row, or the same page',
      'row',
    )
    .option('--dbp <size>', 'distributed buffer pool, shared by all primaries', '256M')
    .option('--lbp <size>', 'local buffer pool of each primary', '64M')
    .option('--http-port <port>', 'admin interface on 127.0.0.1', HTTP_PORT)
    .option('--max-connections <n>', 'connections per primary', '1000')
    .option('--log-json', 'write events as lines of JSON', false)
    .action(async (options: StartArguments) => {
      await (await import('./start.ts')).start(options, ahead ?? threadsAhead(0));
    });
  storageNode(pando);
  pando
    .command('sql')
    .description('run SQL statements: from -e, from standard input, or one by one at a prompt')
    .option('-e, --execute <statements>', 'run these statements')
    .option('--host <address>', 'where the server listens', '127.0.0.1')
    .option('--port <port>', 'any primary: the shared port; primary k: port + k', '3306')
    .option('--user <name>', 'account', 'root')
    .option('--password <password>', 'its password', '')
    .option('--database <name>', 'default database', '')
    .option('--no-tls', 'never use TLS, even where the server offers it')
    .action(async (options: SqlArguments) => (await import('./sql/command.ts')).sql(options));
  admins(pando);
  simulator(pando);
  dumps(pando.command('dump').description('look at the bytes of a volume that is not running'));
  return pando;
}

function storageNode(pando: Command): void {
  pando
    .command('storage')
    .description('run one storage node of a quorum volume')
    .requiredOption('--zone <name>', 'zone it stands in; a volume has two nodes in each of three')
    .requiredOption('--data <directory>', 'where its replicas live')
    .requiredOption('--listen <address>', 'host:port; port 0 is chosen by the system')
    .option('--secret-file <file>', 'secret of the cluster: who knows it may connect; needed beyond this machine')
    .option('--child', 'end with the process that started it', false)
    .option('--log-json', 'write events as lines of JSON', false)
    .action(async (options: StorageArguments) => (await import('./storage.ts')).storage(options));
}

function simulator(pando: Command): void {
  pando
    .command('sim')
    .description('run clusters in simulated worlds while everything goes wrong; the same seed is the same run')
    .option('--seed <n>', 'first seed', '1')
    .option('--seeds <n>', 'how many seeds', '1')
    .option('--for <duration>', 'how long faults are made, in simulated time, like 60s; by default drawn from the seed')
    .option('--primaries <n>', 'primaries; by default drawn from the seed')
    .option('--workload <name>', 'bank, random, skew, sql, or all', 'all')
    .option(
      '--mode <mode>',
      'how pages are kept coherent: fusion, log-replay, single-writer (bank only), optimistic',
      'fusion',
    )
    .option('--volume <kind>', 'what the volume is: local, or quorum (six storage nodes, which fail too)', 'local')
    .option('--threads <n>', 'threads; by default one per core')
    .option('--keep-going', 'go on after a seed has failed', false)
    .option('--twice', 'run every seed twice and compare the end states', false)
    .option('--probes', 'show which faults were made and which paths were come by', false)
    .action(async (options: SimArguments) => (await import('./sim/command.ts')).sim(options));
}

function admins(pando: Command): void {
  const load = (): Promise<typeof import('./admin-commands.ts')> => import('./admin-commands.ts');
  const admin = (name: string, description: string): Command =>
    pando
      .command(name)
      .description(description)
      .option('--http-port <port>', 'admin interface of the running cluster', HTTP_PORT);
  admin('status', 'show primaries, sessions and figures').action(async options =>
    (await load()).status(options.httpPort),
  );
  admin('check', 'check every table: trees, rows against indexes').action(async options =>
    (await load()).check(options.httpPort),
  );
  admin('crash <primary>', 'kill a primary where it stands').action(async (primary, options) =>
    (await load()).primaryAction('crash', primary, options.httpPort),
  );
  admin('stop-primary <primary>', 'drain and stop a primary').action(async (primary, options) =>
    (await load()).primaryAction('stop', primary, options.httpPort),
  );
  admin('start-primary [primary]', 'add a primary, or start a stopped one').action(async (primary, options) =>
    (await load()).primaryAction('start', primary ?? '0', options.httpPort),
  );
  admin('storage-replace <node>', 'replace a storage node of a quorum volume by a new one')
    .option('--with <place>', 'the new one runs already, like a@host:port; by default it is started here')
    .action(async (node, options) => (await load()).storageAction('replace', node, options.httpPort, options.with));
  admin('storage-revert', 'take a running replacement back: the old storage node stays').action(async options =>
    (await load()).storageAction('revert', '0', options.httpPort),
  );
}

function dumps(dump: Command): void {
  const load = (): Promise<typeof import('./dump.ts')> => import('./dump.ts');
  const data = (command: Command): Command =>
    command.option('--data <directory>', 'where the volume lives', 'pando-data');
  data(dump.command('page <number>').description('one page, one line per record')).action(async (page, options) =>
    (await load()).dumpPage(page, options.data),
  );
  data(dump.command('undo <number>').description('one undo page, one line per record')).action(async (page, options) =>
    (await load()).dumpPage(page, options.data),
  );
  data(dump.command('redo [incarnation]').description('redo records of all streams that are kept, or of one'))
    .option('--page <number>', 'only the records of this page')
    .action(async (incarnation, options) => (await load()).dumpRedo(incarnation, options.data, options.page));
}

/** Runs the command line. What the world refuses is told in one sentence, and the exit code says so. */
export async function runProgram(): Promise<void> {
  // The first thread begins before the rest of the command line is read: nothing else takes as long.
  const ahead = process.argv[2] === 'start' ? threadsAhead(1) : undefined;
  try {
    await (await program(ahead)).parseAsync();
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const {default: pc} = await import('picocolors');
    console.error(`${pc.red('pando:')} ${error.message}; ${error.hint}.`);
    process.exit(1);
  }
}
