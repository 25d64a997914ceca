// Statements on a read replica (single-writer mode): what it refuses, and how a session reads its own writes there.

import {SqlError} from '../../base/sql-error.ts';
import type {Steps} from '../catalog/steps.ts';
import type {SqlSession} from './session.ts';

/** True while this primary only reads. */
export function isOnReplica(session: SqlSession): boolean {
  return session.server.world.replica?.isReplica === true;
}

/** Error 1290 on a read replica: statements that write belong on the writer. What gets past here the engine refuses with the same words. */
export function refuseOnReplica(session: SqlSession): void {
  if (isOnReplica(session)) throw new SqlError('ER_OPTION_PREVENTS_STATEMENT', '--super-read-only');
}

/**
 * With aurora_replica_read_consistency other than EVENTUAL: waits until everything that was committed before now can be seen here. In the optimistic mode that takes no time: with REGIONAL_RAW for every statement, else for those
 * that have to be planned, so that a table made on another primary is known.
 */
export function* waitForWriter(session: SqlSession): Steps<void> {
  const {replica, peers} = session.server.world;
  peers?.catchUp();
  if (replica === undefined || !session.state.readsNewest) return;
  const target = replica.newest;
  while (replica.isReplica && replica.viewPoint < target) {
    replica.whenMoved(session.engine.waiter);
    yield;
  }
}
