// A run of a cached plan, as the session sees it.

import type {Value} from '../../format/value/types.ts';
import type {Source} from '../parse/source.ts';
import type {CachedPlan} from '../plan-cache/plan-cache.ts';
import type {WatchedSink} from '../statement/watched-sink.ts';
import type {StatementClient} from './client.ts';
import type {PreparedStatement} from './prepared.ts';

/** Where a cached plan comes from: what to run again by steps. */
export interface PlanOrigin {
  readonly text: Source;
  readonly key: string;
  readonly prepared: PreparedStatement | undefined;
}

export interface RunningPlan {
  readonly plan: CachedPlan;
  readonly parameters: readonly Value[];
  readonly client: StatementClient;
  readonly from: PlanOrigin;
  /** Of a locking read: knows whether a row has left, after which it cannot run again. */
  readonly sink: WatchedSink | undefined;
  isStarted: boolean;
  /** How often it was begun again after a lost race. */
  renewals: number;
}
