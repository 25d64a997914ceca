// The workloads that a seed can run, by name.

import {Bank, bankFromSeed} from './bank.ts';
import type {RunRequest, SimRun} from './run.ts';
import {SqlRun, sqlFromSeed} from './sql/sql-run.ts';
import {Workload, workloadFromSeed} from './workload.ts';
import {WriteSkew, writeSkewFromSeed} from './write-skew.ts';

export const WORKLOADS = {
  /** Transfers between accounts, with audits. */
  bank: (request: RunRequest): SimRun => new Bank(bankFromSeed(request)),
  /** Random statements against a model. */
  random: (request: RunRequest): SimRun => new Workload(workloadFromSeed(request)),
  /** SERIALIZABLE transactions that must not leave a ward without a doctor. */
  skew: (request: RunRequest): SimRun => new WriteSkew(writeSkewFromSeed(request)),
  /** The workloads of the isolation tool, through SQL. */
  sql: (request: RunRequest): SimRun => new SqlRun(sqlFromSeed(request)),
} as const;
export type WorkloadName = keyof typeof WORKLOADS;

export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as WorkloadName[];
