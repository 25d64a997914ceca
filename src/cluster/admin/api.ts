// The admin interface: plain JSON over HTTP on loopback, and the actions behind `pando status`, `crash`, `start-primary`, `stop-primary`, `check`.

export interface StatusPrimary {
  readonly ordinal: number;
  readonly state: string;
  readonly incarnation: number;
  readonly ports: readonly number[];
  /** `writer` or `replica` in the single-writer mode; empty where every primary writes. */
  readonly role: string;
  readonly sessions: number;
  readonly transactionsPerSecond: number;
  readonly pageTransfers: number;
  readonly dbpHitRate: number;
  readonly lockWaits: number;
  readonly logForces: number;
  readonly historyLength: number;
}

/** How far the replica of a protection group on one storage node has a stream. */
export interface StatusReplica {
  readonly pg: number;
  /** The stream: the primary's incarnation that writes it. */
  readonly incarnation: number;
  /** Its segment-complete LSN. */
  readonly scl: number;
  /** Bytes of redo that another replica of the group has and this one lacks. */
  readonly lag: number;
}

/** One storage node of a quorum volume. */
export interface StatusStorageNode {
  readonly node: number;
  readonly zone: string;
  readonly address: string;
  /** whole, rebuilding, failed, away, or leaving (it is being replaced). */
  readonly health: string;
  /** Bytes of redo that it lacks, over all streams and protection groups. */
  readonly lag: number;
  /** By protection group and stream, in that order. */
  readonly replicas: readonly StatusReplica[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface Status {
  readonly version: string;
  readonly primaries: readonly StatusPrimary[];
  readonly unfinishedRecoveries: number;
  readonly storage: Readonly<Record<string, number>>;
  /** Empty for a local volume. */
  readonly storageNodes: readonly StatusStorageNode[];
}

export interface CheckResult {
  readonly tables: number;
  readonly rows: number;
  /** What was damaged in the volume and has been made good. */
  readonly repaired: readonly string[];
  readonly violations: readonly string[];
}

/** Answer of an action. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}
