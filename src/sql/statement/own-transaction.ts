// Work beside the client's transaction: what is to hold whatever becomes of that.

import {Isolation} from '../../engine/api.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StatementContext} from './statement-context.ts';

/** Runs `body` in a transaction of its own and commits it. The client's session waits, and its transaction stays as it is. */
export function* inOwnTransaction<T>(
  context: StatementContext,
  body: (context: StatementContext) => Steps<T>,
): Steps<T> {
  const {world, engine: client} = context;
  const engine = world.engine.newSession(() => client.waiter.wake());
  engine.isolation = Isolation.readCommitted;
  engine.lockWaitTimeoutMs = client.lockWaitTimeoutMs;
  try {
    engine.begin(false, false);
    engine.beginStatement();
    const result = yield* body({...context, engine});
    engine.endStatement();
    yield* expectRow(() => engine.commit());
    return result;
  } finally {
    engine.close(() => undefined);
  }
}
