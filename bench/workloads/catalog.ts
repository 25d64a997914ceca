// The workloads that a run was asked for, in the order of their list.

import type {Options} from '../options.ts';
import {BulkLoad} from './bulk-load.ts';
import {Churn} from './churn.ts';
import {SYSBENCH_NAMES, sysbenchVersion, sysbenchWorkloads} from './sysbench.ts';
import {Tpcc} from './tpcc.ts';
import type {Workload} from './workload.ts';

/** Those of sysbench are left out, with a word, where it is not installed. */
export function makeWorkloads(options: Options, say: (line: string) => void): Workload[] {
  const {tables, rows, distribution, warehouses, tpccShare: share, affinity} = options;
  const hasSysbench = sysbenchVersion() !== undefined;
  const wantsSysbench = options.workloads.some(name => SYSBENCH_NAMES.includes(name));
  if (wantsSysbench && !hasSysbench) say('! sysbench is not installed: its workloads are left out');
  const all: Workload[] = [
    ...(hasSysbench ? sysbenchWorkloads({tables, rows, distribution}) : []),
    new BulkLoad(),
    new Churn(),
    new Tpcc({warehouses, share, affinity}),
  ];
  return options.workloads.flatMap(name => all.filter(workload => workload.name === name));
}
