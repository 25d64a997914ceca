// Small pieces of which the scripts of simulated clients are made.

import {type EngineSession, ROW} from '../engine/api.ts';
import type {Script, SimClient} from './client.ts';

/** A call that has to answer ROW. */
export function* must(step: () => number): Script<void> {
  const result = yield step;
  if (result !== ROW) throw new Error(`engine call answered ${result}: ${step}`);
}

/** Lets time pass for this client alone. */
export function* sleep(client: SimClient, ms: number): Script<void> {
  let isOver = false;
  client.primary.clock.after(ms, () => {
    isOver = true;
    client.session.waiter.wake();
  });
  yield () => (isOver ? ROW : -1);
}

/** Undoes everything and ends the transaction. */
export function* rollBack(session: EngineSession): Script<void> {
  yield* must(() => session.rollback());
}
