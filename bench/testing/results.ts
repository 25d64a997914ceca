// Small results for the tests of the reports.

import {ratiosOf} from '../report/ratios.ts';
import type {Cell, GroupResult, Run} from '../report/result.ts';

/** A run with this rate; everything else may be changed. */
export function runOf(rate: number, change: Partial<Run> = {}): Run {
  return {
    rate,
    p95Ms: 1,
    done: rate,
    errors: 0,
    reconnects: 0,
    processorMs: 0.1,
    others: 0,
    counters: {},
    connections: {},
    ...change,
  };
}

export function cellOf(workload: string, threads: number, runs: Record<string, Run[]>): Cell {
  const baseline = Object.keys(runs)[0] as string;
  return {workload, unit: 'tx/s', threads, runs, ratios: ratiosOf(runs, baseline)};
}

export function groupOf(servers: readonly string[], cells: readonly Cell[]): GroupResult {
  const infos = servers.map(name => ({name, version: '1', settings: {}, startMs: 1}));
  return {name: 'group', servers: infos, cells, notes: []};
}
