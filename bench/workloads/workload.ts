// A workload: what clients do to a server for some seconds.

import type {Server} from '../servers/server.ts';

/** What one run gave. */
export interface Sample {
  /** Units (transactions, rows, connections) per second. */
  readonly rate: number;
  readonly p95Ms: number;
  /** Units done. */
  readonly done: number;
  /** Transactions that the server refused and the client began again. */
  readonly errors: number;
  /** The same by error number, where the client knows it. */
  readonly errorsByCode?: Readonly<Record<string, number>>;
  readonly reconnects: number;
  /** The run ended early, or did not begin: then the rate means nothing. */
  readonly failure?: string;
  /** Further figures of this workload. */
  readonly more?: Readonly<Record<string, number>>;
}

export interface Workload {
  readonly name: string;
  /** What `rate` counts. */
  readonly unit: string;
  /** Numbers of connections to run with; undefined: those of the command line. */
  readonly threads?: readonly number[];
  /** What the result has to be read with. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Brings the server's data into the state that every run of a cell starts from. Called before each cell, may find everything done. */
  prepare(server: Server): Promise<void>;
  run(server: Server, threads: number, seconds: number): Promise<Sample>;
  /** After the last run: violations of what must hold in the data. */
  check?(server: Server): Promise<readonly string[]>;
}

/** A sample that says only why there is none. */
export function failed(failure: string): Sample {
  return {rate: Number.NaN, p95Ms: Number.NaN, done: 0, errors: 0, reconnects: 0, failure};
}
