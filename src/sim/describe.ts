// What a cluster that does not go on looks like, for the reader of a failing seed: page locks and waits of each primary, and what happened last.

import {WaitField} from '../fusion/memory/layout.ts';
import {WaitState} from '../fusion/wait/wait-table.ts';
import type {SimPrimary, SimWorld} from './world.ts';

/** Events shown. */
const LAST_EVENTS = 25;

/** Several lines. */
export function describeWorld(world: SimWorld): string {
  const lines = [`at ${world.time.now.toFixed(3)} ms, after ${world.time.steps} steps`];
  for (const primary of world.alive()) lines.push(...describePrimary(primary));
  lines.push(...describeWaits(world), 'last events:', ...world.events.slice(-LAST_EVENTS).map(event => `  ${event}`));
  return lines.join('\n');
}

function describePrimary({node, incarnation, engine, failure}: SimPrimary): string[] {
  const {log, pool, history, waits, views} = engine.core;
  const redo = `redo durable to ${log.durableLsn} of ${log.endLsn}`;
  const work = `history ${history.length}, waits ${waits.count}, views ${views.openCount}`;
  const head = `node ${node} (incarnation ${incarnation}): ${redo}, ${work}${failure === undefined ? '' : `, failed: ${failure}`}`;
  return [head, ...pool.describe().map(line => `  ${line}`)];
}

/** The cluster's wait table. */
function describeWaits({supervisor}: SimWorld): string[] {
  const {table} = supervisor.waits;
  const lines: string[] = [];
  for (let index = 0; index < table.high; index++) {
    if (table.state(index) === WaitState.free) continue;
    const [waiter, slot, holder, holderSlot, kind, resource] = [
      WaitField.incarnation,
      WaitField.slot,
      WaitField.holderIncarnation,
      WaitField.holderSlot,
      WaitField.kind,
      WaitField.resource,
    ].map(field => table.get(index, field));
    lines.push(
      `wait ${index}: state ${table.state(index)} kind ${kind} resource ${resource} of ${waiter}.${slot} for ${holder}.${holderSlot}`,
    );
  }
  return lines;
}
