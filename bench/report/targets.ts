// The project's targets as data, and what a result says of each.

import {figure, total} from './ratios.ts';
import type {BenchResult, Cell, GroupResult, Study, Verdict} from './result.ts';

interface RateTarget {
  readonly server: string;
  readonly rival: string;
  readonly workloads: readonly string[];
  readonly ratio: number;
}

const RATES: readonly RateTarget[] = [
  {server: 'pando-2', rival: 'mariadb', workloads: ['point_select'], ratio: 0.9},
  {
    server: 'pando-2',
    rival: 'mariadb',
    workloads: ['read_only', 'read_write', 'write_only', 'update_index', 'update_non_index', 'insert', 'tpcc'],
    ratio: 1,
  },
  {server: 'pando-3', rival: 'galera-3', workloads: ['read_write', 'write_only', 'update_index'], ratio: 2.5},
];
/** Numbers of connections at which the rates count, and the one at which the latency counts. */
const THREADS = [8, 32];
const LATENCY_THREADS = 8;
const LATENCY_RATIO = 1.5;

/** One bound on one column of a study's rows that satisfy `where`. */
interface StudyTarget {
  readonly target: string;
  readonly study: string;
  readonly where: Readonly<Record<string, string | number>>;
  readonly column: string;
  readonly max?: number;
  readonly min?: number;
}

const STUDIES: readonly StudyTarget[] = [
  {
    target: 'processor time per transaction, 8 primaries against 1, 0 % shared',
    study: 'shared-data',
    where: {mix: 'write_only', primaries: 8, 'shared %': 0},
    column: 'cpu / 1 primary',
    max: 1.15,
  },
  {
    target: 'processor time per transaction, 8 primaries against 1, 10 % shared',
    study: 'shared-data',
    where: {mix: 'write_only', primaries: 8, 'shared %': 10},
    column: 'cpu / 1 primary',
    max: 1.5,
  },
  {
    target: 'page transfers through the engine, against the bare hand-over',
    study: 'micro',
    where: {what: 'page transfer, two busy threads'},
    column: 'share of limit',
    min: 0.5,
  },
  {
    target: 'first query after process start, --memory, ms',
    study: 'start',
    where: {server: 'pando-memory-1'},
    column: 'first query ms',
    max: 300,
  },
  {
    target: 'first query after kill -9 with 1 GB, ms',
    study: 'restart',
    where: {server: 'pando-1'},
    column: 'first query ms',
    max: 2000,
  },
  {
    target: 'processor use of an idle cluster of three, %',
    study: 'idle',
    where: {server: 'pando-3'},
    column: 'cpu %',
    max: 1,
  },
  {
    target: 'memory of an idle connection, kB',
    study: 'idle',
    where: {server: 'pando-3'},
    column: 'kB / connection',
    max: 50,
  },
];

/** What the result says of every target; those that were not measured are told too. */
export function judge(result: Pick<BenchResult, 'groups' | 'studies'>): Verdict[] {
  return [
    ...RATES.flatMap(target =>
      target.workloads.flatMap(workload => THREADS.map(threads => judgeRate(result.groups, target, workload, threads))),
    ),
    ...RATES.flatMap(target => target.workloads.map(workload => judgeLatency(result.groups, target, workload))),
    ...judgeErrors(result.groups),
    ...STUDIES.map(target => judgeStudy(result.studies, target)),
  ];
}

function findCell(
  groups: readonly GroupResult[],
  target: RateTarget,
  workload: string,
  threads: number,
): Cell | undefined {
  return groups
    .filter(
      group => group.servers[0]?.name === target.rival && group.servers.some(server => server.name === target.server),
    )
    .flatMap(group => group.cells)
    .find(cell => cell.workload === workload && cell.threads === threads);
}

function judgeRate(groups: readonly GroupResult[], target: RateTarget, workload: string, threads: number): Verdict {
  const ratio = findCell(groups, target, workload, threads)?.ratios[target.server]?.median;
  return verdict(`${target.server} / ${target.rival}: ${workload}, ${threads} connections`, ratio, {
    min: target.ratio,
  });
}

function judgeLatency(groups: readonly GroupResult[], target: RateTarget, workload: string): Verdict {
  const cell = findCell(groups, target, workload, LATENCY_THREADS);
  const own = cell === undefined ? undefined : figure(cell, target.server, run => run.p95Ms)?.median;
  const rival = cell === undefined ? undefined : figure(cell, target.rival, run => run.p95Ms)?.median;
  const ratio = own === undefined || rival === undefined ? undefined : own / rival;
  return verdict(`p95 of ${target.server} / ${target.rival}: ${workload}`, ratio, {max: LATENCY_RATIO});
}

/** Refusals of Pando beyond the deadlocks that it counted itself, over all cells of the comparison with Galera. */
function judgeErrors(groups: readonly GroupResult[]): Verdict[] {
  const cells = groups.filter(group => group.servers[0]?.name.startsWith('galera')).flatMap(group => group.cells);
  const own = cells.filter(cell => cell.runs['pando-3'] !== undefined);
  const beyond = own.map(cell =>
    Math.max(
      0,
      total(cell, 'pando-3', run => run.errors - (run.counters.deadlocks ?? 0)),
    ),
  );
  const sum = own.length === 0 ? undefined : beyond.reduce((all, one) => all + one, 0);
  return [verdict('pando-3: refusals that were no deadlocks', sum, {max: 0})];
}

function judgeStudy(studies: readonly Study[], target: StudyTarget): Verdict {
  const rows = studies.find(study => study.name === target.study)?.rows ?? [];
  const row = rows.find(one => Object.entries(target.where).every(([column, value]) => one[column] === value));
  const value = row?.[target.column];
  return verdict(target.target, typeof value === 'number' ? value : undefined, target);
}

function verdict(target: string, value: number | undefined, bounds: {min?: number; max?: number}): Verdict {
  const {min, max} = bounds;
  const wanted = min === undefined ? `<= ${max}` : `>= ${min}`;
  if (value === undefined || Number.isNaN(value)) return {target, wanted, measured: 'not measured', met: undefined};
  const met = (min === undefined || value >= min) && (max === undefined || value <= max);
  return {target, wanted, measured: value.toFixed(2), met};
}
