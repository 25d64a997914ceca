// What a workload is.

import type {LevelName} from '../checker/levels.ts';
import type {HistoryEvent} from '../history/types.ts';
import type {Script} from './sql-client.ts';

/** One operation: what goes into the history at its invocation, and the script that performs it. */
export interface WorkloadOperation {
  readonly f: string;
  readonly value: unknown;
  readonly final?: boolean;
  /** Ends in the value of the completion. @throws OperationFailure */
  run(): Script<unknown>;
}

export interface WorkloadVerdict {
  readonly valid: boolean;
  readonly lines: readonly string[];
}

export interface Workload {
  readonly name: string;
  /** Operations of one client belong to one session and must not move between servers. */
  readonly pinned?: boolean;
  /** Makes the tables anew; run once, before any operation. */
  setup(): Script<void>;
  /** The next operation of client 0, 1, .. ; called when the client is idle. */
  next(client: number): WorkloadOperation;
  /** The session of a client is gone, and with it what it held. */
  lost?(client: number): void;
  /** Operations to run on every server when all is over and healed. */
  final(): readonly WorkloadOperation[];
  /** Judges a history of this workload. `level` matters only to workloads of transactions. */
  check(events: readonly HistoryEvent[], level: LevelName): WorkloadVerdict;
}

/** How reads lock, for workloads that leave the choice. `index` reads through a secondary index. */
export const readModes = ['plain', 'share', 'update', 'index'] as const;
export type ReadMode = (typeof readModes)[number];

export interface WorkloadOptions {
  readonly seed: number;
  readonly reads: ReadMode;
  /** Longest pause between statements of a transaction, in milliseconds. */
  readonly pause: number;
  /** Keys in use at a time, for workloads that have such. */
  readonly keys: number;
  /** All keys in use are as likely as each other; else half of all operations go to one of them, a quarter to the next, and so on. */
  readonly even: boolean;
  /** A transaction of `append` or `register` stays within so many neighbouring keys, so that two which meet at all are likely to meet twice, and a circle shows; 0: any keys. */
  readonly group: number;
  /** Bytes that every row carries for nothing, so that keys lie on pages of their own. */
  readonly filler: number;
  readonly writesPerKey: number;
  readonly opsMax: number;
  /** `append` and `register` send all statements of a transaction without waiting for answers, then COMMIT; for sessions with `autocommit=0`. Else a statement waits for the answer of the one before. */
  readonly atOnce: boolean;
}

export const defaultOptions: WorkloadOptions = {
  seed: 1,
  reads: 'plain',
  pause: 5,
  keys: 10,
  even: false,
  group: 0,
  filler: 0,
  writesPerKey: 256,
  opsMax: 4,
  atOnce: false,
};

/** Whether reads of the mode lock the rows they read. */
export function isLocking(mode: ReadMode): boolean {
  return mode === 'share' || mode === 'update';
}

/** The locking clause of a read. */
export function lockClause(mode: ReadMode): string {
  if (mode === 'update') return ' FOR UPDATE';
  return mode === 'share' ? ' LOCK IN SHARE MODE' : '';
}
