// The command line: `pando start | status | crash | start-primary | stop-primary | check`.

import {Command} from 'commander';
import pc from 'picocolors';
import {OperatingError} from '../base/errors.ts';
import {check, primaryAction, status} from './admin-commands.ts';
import {dumpPage, dumpRedo} from './dump.ts';
import {defaultPrimaries, type StartArguments, start} from './start.ts';
import {PANDO_VERSION} from './version.ts';

const HTTP_PORT = '8306';

function program(): Command {
  const pando = new Command('pando')
    .description('A MySQL-compatible database in which every node is a primary and all of them are one database.')
    .version(PANDO_VERSION)
    .showHelpAfterError('(see --help)');
  pando
    .command('start')
    .description('run a cluster of primaries in this process')
    .option('--primaries <n>', `primaries to start (default: ${defaultPrimaries()} on this machine)`)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port shared by all primaries; primary k listens on port + k as well', '3306')
    .option('--data <directory>', 'where the volume lives', 'pando-data')
    .option('--memory', 'a throw-away database in memory', false)
    .option('--dbp <size>', 'distributed buffer pool, shared by all primaries', '256M')
    .option('--lbp <size>', 'local buffer pool of each primary', '64M')
    .option('--http-port <port>', 'admin interface on 127.0.0.1', HTTP_PORT)
    .option('--max-connections <n>', 'connections per primary', '1000')
    .option('--log-json', 'write events as lines of JSON', false)
    .action((options: StartArguments) => start(options));
  const admin = (name: string, description: string): Command =>
    pando
      .command(name)
      .description(description)
      .option('--http-port <port>', 'admin interface of the running cluster', HTTP_PORT);
  admin('status', 'show primaries, sessions and figures').action(options => status(options.httpPort));
  admin('check', 'check every table: trees, rows against indexes').action(options => check(options.httpPort));
  admin('crash <primary>', 'kill a primary where it stands').action((primary, options) =>
    primaryAction('crash', primary, options.httpPort),
  );
  admin('stop-primary <primary>', 'drain and stop a primary').action((primary, options) =>
    primaryAction('stop', primary, options.httpPort),
  );
  admin('start-primary [primary]', 'add a primary, or start a stopped one').action((primary, options) =>
    primaryAction('start', primary ?? '0', options.httpPort),
  );
  dumps(pando.command('dump').description('look at the bytes of a volume that is not running'));
  return pando;
}

function dumps(dump: Command): void {
  const data = (command: Command): Command =>
    command.option('--data <directory>', 'where the volume lives', 'pando-data');
  data(dump.command('page <number>').description('one page, one line per record')).action((page, options) =>
    dumpPage(page, options.data),
  );
  data(dump.command('undo <number>').description('one undo page, one line per record')).action((page, options) =>
    dumpPage(page, options.data),
  );
  data(dump.command('redo [incarnation]').description('redo records of all streams that are kept, or of one'))
    .option('--page <number>', 'only the records of this page')
    .action((incarnation, options) => dumpRedo(incarnation, options.data, options.page));
}

function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return;
  console.error(`pando needs Node 24 or newer; this is ${process.versions.node}. \`npm start\` brings its own.`);
  process.exit(1);
}

requireNode24();
try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof OperatingError)) throw error;
  console.error(`${pc.red('pando:')} ${error.message}; ${error.hint}.`);
  process.exitCode = 1;
}
