// The command line. A profile gives the defaults, options change single ones.

import {parseArgs} from 'node:util';
import {isServerName} from './servers/catalog.ts';

/** Servers that are compared with each other; the first is what the others are measured against. */
export interface GroupPlan {
  readonly name: string;
  readonly servers: readonly string[];
}

export interface Options {
  readonly profile: 'full' | 'quick' | 'custom';
  readonly groups: readonly GroupPlan[];
  readonly workloads: readonly string[];
  readonly threads: readonly number[];
  readonly studies: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** No cell begins that would end after this. Seconds from the start; Infinity for none. */
  readonly deadlineSeconds: number;
  readonly tables: number;
  readonly rows: number;
  readonly distribution: string;
  readonly warehouses: number;
  readonly tpccShare: number;
  readonly affinity: boolean;
  readonly bufferMiB: number;
  readonly galeraFlush: string;
  /** Value given to innodb_snapshot_isolation on servers that know it; `default` leaves each server its own. */
  readonly snapshotIsolation: string;
  readonly restartMiB: number;
  readonly scratch: string | undefined;
  readonly out: string;
}

/** Reads come before writes, and what makes tables grow comes last. */
export const WORKLOADS = [
  'point_select',
  'read_only',
  'update_index',
  'update_non_index',
  'write_only',
  'read_write',
  'insert',
  'bulk_load',
  'churn',
  'tpcc',
] as const;

export const STUDIES = [
  'micro',
  'start',
  'idle',
  'restart',
  'shared-data',
  'modes',
  'projection',
  'write-amplification',
] as const;
/** They compare modes with each other and take long: they are asked for by name. */
const BY_NAME: readonly string[] = ['modes', 'projection', 'write-amplification'];

const FULL_GROUPS: readonly GroupPlan[] = [
  {name: 'one-server', servers: ['mariadb', 'pando-1', 'pando-2']},
  {name: 'multi-primary', servers: ['galera-3', 'pando-3']},
];

interface Profile {
  readonly groups: readonly GroupPlan[];
  readonly workloads: readonly string[];
  readonly threads: string;
  readonly studies: readonly string[];
  readonly rounds: string;
  readonly seconds: string;
  readonly warmup: string;
  readonly deadline: number;
  readonly warehouses: string;
  readonly share: string;
  readonly restartMiB: string;
}

const FULL: Profile = {
  groups: FULL_GROUPS,
  workloads: WORKLOADS,
  threads: '1,8,32',
  studies: STUDIES.filter(name => !BY_NAME.includes(name)),
  rounds: '3',
  seconds: '10',
  warmup: '10',
  deadline: Number.POSITIVE_INFINITY,
  warehouses: '4',
  share: '1',
  restartMiB: '1024',
};

/** A first answer within two minutes. */
const QUICK: Profile = {
  groups: [{name: 'one-server', servers: ['mariadb', 'pando-2']}],
  workloads: ['point_select', 'read_only', 'update_index', 'write_only', 'read_write', 'insert', 'tpcc'],
  threads: '8',
  studies: ['start'],
  rounds: '2',
  seconds: '2',
  warmup: '1',
  deadline: 100,
  warehouses: '2',
  share: '0.05',
  restartMiB: '64',
};

export const HELP = `node bench/main.ts [options]

  --quick                  a first answer within two minutes
  --servers A,B[;C,D]      groups of servers; within a group the first is the one the others are measured against
                           mariadb, galera-N, pando-N                  (default mariadb,pando-1,pando-2;galera-3,pando-3)
  --workloads A,B|none     ${WORKLOADS.join(', ')}
  --threads 1,8,32         numbers of connections
  --studies A,B|none       ${STUDIES.join(', ')}
  --rounds N, --seconds N, --warmup N
  --tables N, --rows N     sysbench tables and rows in each            (4, 25000)
  --rand-type NAME         sysbench's distribution of keys             (special)
  --warehouses N           TPC-C warehouses
  --tpcc-share X           size of the TPC-C tables, 1 = the standard
  --tpcc-affinity          a warehouse's terminals all use one port
  --buffer-mib N           memory for pages, each server               (1024)
  --galera-flush 0|1|2     innodb_flush_log_at_trx_commit of Galera's nodes (1)
  --snapshot-isolation on|off|default
                           innodb_snapshot_isolation on every server that knows it (off, as the rivals ship)
  --restart-mib N          data in the restart study
  --scratch DIR            where the servers' data goes; must be on a disk
  --out DIR                where results go                            (bench/results)`;

/** Reads the command line; undefined when help was asked for. Throws with words for the user when something is wrong. */
export function readOptions(args: readonly string[], out: string): Options | undefined {
  const {values} = parseArgs({args: [...args], options: FLAGS});
  if (values.help === true) return undefined;
  const profile = values.quick === true ? QUICK : FULL;
  const isChanged = values.servers !== undefined || values.workloads !== undefined || values.studies !== undefined;
  return {
    profile: isChanged ? 'custom' : values.quick === true ? 'quick' : 'full',
    groups: values.servers === undefined ? profile.groups : readGroups(values.servers),
    workloads: choose(values.workloads, profile.workloads, WORKLOADS, '--workloads'),
    threads: (values.threads ?? profile.threads).split(',').map(one => number(one, '--threads', 1, 4000)),
    studies: choose(values.studies, profile.studies, STUDIES, '--studies'),
    rounds: number(values.rounds ?? profile.rounds, '--rounds', 1, 100),
    seconds: number(values.seconds ?? profile.seconds, '--seconds', 1, 3600),
    warmupSeconds: number(values.warmup ?? profile.warmup, '--warmup', 0, 600),
    deadlineSeconds: isChanged ? Number.POSITIVE_INFINITY : profile.deadline,
    tables: number(values.tables ?? '4', '--tables', 1, 1000),
    rows: number(values.rows ?? '25000', '--rows', 100, 100_000_000),
    distribution: oneOf(values['rand-type'] ?? 'special', ['special', 'uniform', 'gaussian', 'pareto'], '--rand-type'),
    warehouses: number(values.warehouses ?? profile.warehouses, '--warehouses', 1, 10_000),
    tpccShare: number(values['tpcc-share'] ?? profile.share, '--tpcc-share', 0.001, 1),
    affinity: values['tpcc-affinity'] === true,
    bufferMiB: number(values['buffer-mib'] ?? '1024', '--buffer-mib', 64, 1_000_000),
    galeraFlush: oneOf(values['galera-flush'] ?? '1', ['0', '1', '2'], '--galera-flush'),
    snapshotIsolation: oneOf(values['snapshot-isolation'] ?? 'off', ['on', 'off', 'default'], '--snapshot-isolation'),
    restartMiB: number(values['restart-mib'] ?? profile.restartMiB, '--restart-mib', 1, 1_000_000),
    scratch: values.scratch,
    out: values.out ?? out,
  };
}

const text = {type: 'string'} as const;
const flag = {type: 'boolean'} as const;
const FLAGS = {
  help: flag,
  quick: flag,
  servers: text,
  workloads: text,
  threads: text,
  studies: text,
  rounds: text,
  seconds: text,
  warmup: text,
  tables: text,
  rows: text,
  'rand-type': text,
  warehouses: text,
  'tpcc-share': text,
  'tpcc-affinity': flag,
  'buffer-mib': text,
  'galera-flush': text,
  'snapshot-isolation': text,
  'restart-mib': text,
  scratch: text,
  out: text,
} as const;

function readGroups(value: string): GroupPlan[] {
  return value.split(';').map((group, i) => {
    const servers = group.split(',').map(name => name.trim());
    const unknown = servers.find(name => !isServerName(name));
    if (unknown !== undefined) throw new Error(`--servers: there is no server "${unknown}"; see --help`);
    return {name: `group-${i + 1}`, servers};
  });
}

function choose(
  value: string | undefined,
  usual: readonly string[],
  known: readonly string[],
  option: string,
): readonly string[] {
  if (value === undefined) return usual;
  if (value === 'none') return [];
  if (value === 'all') return known;
  return value.split(',').map(one => oneOf(one, known, option));
}

function oneOf(value: string, known: readonly string[], option: string): string {
  if (known.includes(value)) return value;
  throw new Error(`${option}: "${value}" is none of ${known.join(', ')}`);
}

function number(value: string, option: string, min: number, max: number): number {
  const result = Number(value);
  if (value.trim() !== '' && result >= min && result <= max) return result;
  throw new Error(`${option}: "${value}" is no number from ${min} to ${max}`);
}
