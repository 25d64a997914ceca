// The form of a result file. A reader of old files can rely on `format`.

import type {Counters} from '../servers/server.ts';
import type {Machine} from '../system/machine.ts';
import type {Sample} from '../workloads/workload.ts';
import type {Spread} from './statistics.ts';

export const RESULT_FORMAT = 1;

/** A run is disturbed when others on the machine used this much of a core. The kernel's own work, writing back and networking, is below it. */
export const DISTURBED = 0.2;

/** One run, with what it cost the server. */
export interface Run extends Sample {
  /** Processor time of the server's processes for each unit done. Milliseconds. */
  readonly processorMs: number;
  /** Cores that processes beside server and clients used meanwhile, on average. */
  readonly others: number;
  /** What the server's own counters grew by. */
  readonly counters: Counters;
  /** Connections on each port in the middle of the run. */
  readonly connections: Readonly<Record<string, number>>;
}

/** One workload at one number of connections, on all servers of a group. */
export interface Cell {
  readonly workload: string;
  readonly unit: string;
  readonly threads: number;
  /** Rounds by server; round i of one was run next to round i of the others. */
  readonly runs: Readonly<Record<string, readonly Run[]>>;
  /** Rate against the group's first server, round by round. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly startMs: number;
}

/** Servers that were compared with each other. */
export interface GroupResult {
  readonly name: string;
  readonly servers: readonly ServerInfo[];
  readonly cells: readonly Cell[];
  /** What did not work, or was left out, in words. */
  readonly notes: readonly string[];
}

/** Figures of one question that is not a comparison of rates. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly rows: readonly StudyRow[];
  readonly notes: readonly string[];
}

export type StudyRow = Readonly<Record<string, string | number>>;

/** A target of the project and what was measured. */
export interface Verdict {
  readonly target: string;
  readonly wanted: string;
  readonly measured: string;
  /** Undefined: not measured. */
  readonly met: boolean | undefined;
}

export interface BenchResult {
  readonly format: typeof RESULT_FORMAT;
  readonly startedAt: string;
  readonly seconds: number;
  readonly profile: string;
  readonly machine: Machine;
  readonly tools: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly workloads: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  readonly groups: readonly GroupResult[];
  readonly studies: readonly Study[];
  readonly verdicts: readonly Verdict[];
}
