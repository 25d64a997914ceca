// The OLTP tests of sysbench 1.0.20: 4 tables of 25,000 rows, prepared statements, sysbench's own distribution of keys.
//
// sysbench takes a list of ports and gives each connection the next one in turn; the runner counts the connections on each port during
// every run, so that the results show whether they were spread. Errors 1213, 1205 and 1020 are ignored, that is, the
// transaction is begun again and counted; any other error ends the run and is reported.
//
// `insert` makes its tables grow, so they are filled anew before each of its cells, and before whatever comes after it.

import {execFileSync} from 'node:child_process';
import {type Server, withConnection} from '../servers/server.ts';
import {mustRun, run} from '../system/children.ts';
import {parseSysbench} from './sysbench-output.ts';
import type {Sample, Workload} from './workload.ts';

const PROGRAM = 'sysbench';
const DATABASE = 'sbtest';
/** A server that has not answered all clients this long after the end of a run has hung. */
const OVERTIME_SECONDS = 15;

export interface SysbenchOptions {
  readonly tables: number;
  readonly rows: number;
  /** sysbench's --rand-type. */
  readonly distribution: string;
}

/** sysbench's tests by the names used here. */
const TESTS: ReadonlyMap<string, string> = new Map([
  ['point_select', 'oltp_point_select'],
  ['read_only', 'oltp_read_only'],
  ['read_write', 'oltp_read_write'],
  ['write_only', 'oltp_write_only'],
  ['update_index', 'oltp_update_index'],
  ['update_non_index', 'oltp_update_non_index'],
  ['insert', 'oltp_insert'],
]);

export const SYSBENCH_NAMES: readonly string[] = [...TESTS.keys()];

/** Its version, or undefined when it is not installed. */
export function sysbenchVersion(): string | undefined {
  try {
    return execFileSync(PROGRAM, ['--version'], {encoding: 'utf8'}).trim();
  } catch {
    return undefined;
  }
}

/** Tables as they were filled, by server name: `fresh`, or `grown` since. Shared by all tests, which use the same tables. */
type Fills = Map<string, 'fresh' | 'grown'>;

export function sysbenchWorkloads(options: SysbenchOptions): Workload[] {
  const fills: Fills = new Map();
  return SYSBENCH_NAMES.map(name => new Sysbench(name, options, fills));
}

class Sysbench implements Workload {
  readonly name: string;
  readonly unit = 'tx/s';
  readonly settings: Readonly<Record<string, string | number>>;
  readonly #options: SysbenchOptions;
  readonly #fills: Fills;

  constructor(name: string, options: SysbenchOptions, fills: Fills) {
    this.name = name;
    this.#options = options;
    this.#fills = fills;
    this.settings = {test: TESTS.get(name) as string, ...options};
  }

  async prepare(server: Server): Promise<void> {
    if (this.#fills.get(server.name) === 'fresh') return;
    await withConnection(server.ports[0], async connection => {
      await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
      await connection.query(`CREATE DATABASE ${DATABASE}`);
    });
    await mustRun(PROGRAM, [...this.#arguments([server.ports[0]], this.#options.tables), 'prepare']);
    this.#fills.set(server.name, 'fresh');
  }

  async run(server: Server, threads: number, seconds: number): Promise<Sample> {
    if (this.name === 'insert') this.#fills.set(server.name, 'grown');
    const {output} = await run(PROGRAM, [...this.#arguments(server.ports, threads), `--time=${seconds}`, 'run']);
    return parseSysbench(output);
  }

  #arguments(ports: readonly number[], threads: number): string[] {
    const {tables, rows, distribution} = this.#options;
    return [
      TESTS.get(this.name) as string,
      '--db-driver=mysql',
      '--mysql-host=127.0.0.1',
      `--mysql-port=${ports.join(',')}`,
      '--mysql-user=root',
      `--mysql-db=${DATABASE}`,
      `--tables=${tables}`,
      `--table-size=${rows}`,
      `--rand-type=${distribution}`,
      '--percentile=95',
      `--forced-shutdown=${OVERTIME_SECONDS}`,
      `--threads=${threads}`,
    ];
  }
}
