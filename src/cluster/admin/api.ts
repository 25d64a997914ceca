// The admin interface: plain JSON over HTTP on loopback, and the actions behind `pando status`, `crash`, `start-primary`, `stop-primary`, `check`.

export interface StatusPrimary {
  readonly ordinal: number;
  readonly state: string;
  readonly incarnation: number;
  readonly ports: readonly number[];
  readonly sessions: number;
  readonly transactionsPerSecond: number;
  readonly pageTransfers: number;
  readonly dbpHitRate: number;
  readonly lockWaits: number;
  readonly logForces: number;
  readonly historyLength: number;
}

export interface Status {
  readonly version: string;
  readonly primaries: readonly StatusPrimary[];
  readonly unfinishedRecoveries: number;
  readonly storage: Readonly<Record<string, number>>;
}

export interface CheckResult {
  readonly tables: number;
  readonly rows: number;
  readonly violations: readonly string[];
}

/** Answer of an action. */
export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
}
