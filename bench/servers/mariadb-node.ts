// One mariadbd process with a data directory of its own.

import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {Child, mustRun} from '../system/children.ts';
import {isRoot, type Scratch, userExists} from '../system/scratch.ts';
import {asOptions} from './mariadb-settings.ts';
import {type Counters, waitForAnswer, withConnection} from './server.ts';

const PROGRAM = 'mariadbd';
/** Debian installs servers where the path of ordinary users does not look. */
const PATHS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: [process.env.PATH ?? '', ...PATHS].join(':'),
};

/** The user that the servers run as: `mysql` when this process may choose, for state transfers refuse to write as root. */
export function serverUser(): string | undefined {
  if (!isRoot()) return undefined;
  return userExists('mysql') ? 'mysql' : 'root';
}

/** The server's version, or undefined when it is not installed. */
export function mariadbVersion(): string | undefined {
  try {
    const text = execFileSync(PROGRAM, ['--version'], {
      encoding: 'utf8',
      env: {...process.env, ...SERVER_ENVIRONMENT},
    });
    return /Ver (\S+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** Status variables that say what a run cost and why it waited. */
const COUNTERS: ReadonlySet<string> = new Set([
  'innodb_log_writes',
  'innodb_os_log_written',
  'innodb_row_lock_waits',
  'innodb_row_lock_time',
  'innodb_deadlocks',
  'innodb_pages_written',
  'innodb_data_fsyncs',
  'innodb_data_written',
  'binlog_commits',
  'binlog_group_commits',
  'com_commit',
  'com_rollback',
  'aborted_clients',
  'wsrep_local_cert_failures',
  'wsrep_local_bf_aborts',
  'wsrep_local_replays',
  'wsrep_local_commits',
  'wsrep_flow_control_sent',
  'wsrep_flow_control_paused_ns',
]);

export class MariadbNode {
  readonly port: number;
  readonly #name: string;
  readonly #directory: string;
  readonly #scratch: Scratch;
  readonly #settings: Readonly<Record<string, string>>;
  #child: Child | undefined;

  constructor(name: string, port: number, scratch: Scratch, settings: Readonly<Record<string, string>>) {
    this.#name = name;
    this.port = port;
    this.#scratch = scratch;
    this.#directory = scratch.make(name, serverUser());
    scratch.make(join(name, 'data'), serverUser());
    this.#settings = settings;
  }

  /** Fills the empty data directory with the system tables; root may log in without a password. */
  async install(): Promise<void> {
    await mustRun(
      'mariadb-install-db',
      [
        '--no-defaults',
        `--datadir=${this.#data}`,
        '--skip-test-db',
        '--auth-root-authentication-method=normal',
        ...this.#userOption,
      ],
      {environment: SERVER_ENVIRONMENT},
    );
  }

  /** Starts the process; `more` are options of this start only. Returns at once. */
  async spawn(more: readonly string[] = []): Promise<void> {
    const paths = {
      datadir: this.#data,
      tmpdir: this.#scratch.make('tmp', serverUser()),
      socket: join(this.#directory, 'socket'),
      'pid-file': join(this.#directory, 'pid'),
      bind_address: '127.0.0.1',
      port: String(this.port),
    };
    this.#child = await Child.start(
      this.#name,
      PROGRAM,
      ['--no-defaults', ...this.#userOption, ...asOptions({...paths, ...this.#settings}), ...more],
      {environment: SERVER_ENVIRONMENT},
    );
  }

  /** Waits until it answers; milliseconds since `started`. */
  answers(started: number): Promise<number> {
    const child = this.#child;
    return waitForAnswer(this.port, started, () => child !== undefined && !child.isOver);
  }

  get pids(): readonly number[] {
    return this.#child === undefined || this.#child.isOver ? [] : [this.#child.pid];
  }

  get output(): string {
    return this.#child?.output ?? '';
  }

  async stop(): Promise<void> {
    await this.#child?.end();
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  async counters(): Promise<Counters> {
    return Object.fromEntries(
      (await this.status()).filter(([name]) => COUNTERS.has(name)).map(([name, value]) => [name, Number(value)]),
    );
  }

  /** SHOW GLOBAL STATUS, names in lower case. */
  async status(): Promise<[string, string][]> {
    const {rows} = await withConnection(this.port, connection => connection.query('SHOW GLOBAL STATUS'));
    return rows.map(([name, value]) => [String(name).toLowerCase(), String(value)]);
  }

  get #data(): string {
    return join(this.#directory, 'data');
  }

  get #userOption(): string[] {
    const user = serverUser();
    return user === undefined ? [] : [`--user=${user}`];
  }
}
