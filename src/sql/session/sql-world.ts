// What one primary hands to all its SQL sessions.

import {SqlError} from '../../base/sql-error.ts';
import type {Engine, Waiter} from '../../engine/api.ts';
import type {Clock} from '../../env/clock.ts';
import type {Crypto} from '../../env/crypto.ts';
import type {Random} from '../../env/random.ts';
import type {Scratch} from '../../env/scratch.ts';
import type {Trace} from '../../env/trace.ts';
import type {ServerFacts} from './variables.ts';

/** A session as the process list shows it. */
export interface ProcessInfo {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly database: string;
  readonly command: string;
  /** Seconds in the present state. */
  readonly seconds: number;
  readonly state: string;
  /** Text of the running statement; '' when idle. */
  readonly info: string;
  /** The engine's name of its transaction; 0: it has changed and locked nothing. */
  readonly transaction: number;
  /** Named locks that it holds. */
  readonly locks: readonly string[];
}

/** What SQL asks of the cluster around this primary. Answers may come later: `wake` is called then, and the call is made again. */
export interface ClusterHooks {
  /** Sessions of other primaries; this primary's own are added by the caller. Undefined: not yet, the waiter is woken. */
  otherProcesses(waiter: Waiter): readonly ProcessInfo[] | undefined;
  /** KILL of a session that is not on this primary. False: no such session. */
  killElsewhere(connectionId: number, queryOnly: boolean): boolean;
  /** The secret of a caching_sha2_password account, as the protocol's login wants it stored. */
  cachingSha2Secret(password: string): Uint8Array;
}

export const NO_CLUSTER: ClusterHooks = {
  otherProcesses: () => [],
  killElsewhere: () => false,
  cachingSha2Secret: () => {
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'passwords without a cluster');
  },
};

/** A read replica of another primary, which is the writer (single-writer mode). Timestamps are CTS. */
export interface ReplicaView {
  /** False once this primary has become the writer. */
  readonly isReplica: boolean;
  /** What new snapshots read at. */
  readonly viewPoint: number;
  /** The newest commit of the cluster. */
  readonly newest: number;
  /** Wakes the waiter once, when `viewPoint` has moved. */
  whenMoved(waiter: Waiter): void;
}

/** Primaries that follow each other's redo (optimistic mode). */
export interface PeersView {
  /** Everything committed before now can be read by statements that begin from now on. */
  catchUp(): void;
}

export interface SqlWorld {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  readonly trace: Trace;
  readonly scratch?: Scratch | undefined;
  /** Bytes of a page: rows are kept below a third of it. */
  readonly pageSize: number;
  readonly facts: ServerFacts;
  readonly hooks: ClusterHooks;
  /** Undefined on primaries that were born to write. */
  readonly replica?: ReplicaView | undefined;
  /** Undefined where a commit is seen everywhere at once. */
  readonly peers?: PeersView | undefined;
}
