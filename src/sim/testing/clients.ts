// Small simulated clusters for tests of the engine: some primaries, a table, clients that run scripts to their end.

import assert from 'node:assert/strict';
import {ROW, type TableHandle} from '../../engine/api.ts';
import type {Session} from '../../engine/session/session.ts';
import {bootstrapSpace} from '../../engine/space/bootstrap.ts';
import {type Script, SimClient} from '../client.ts';
import {createTable, insertOf, type Row} from '../engine-table.ts';
import {must} from '../script.ts';
import {type SimOptions, type SimPrimary, SimWorld} from '../world.ts';

/** Runs a script to its end; time passes for everybody meanwhile. */
export function run(world: SimWorld, client: SimClient, script: () => Script<void>, withinMs = 20_000): void {
  client.start(script());
  const isDone = world.time.runUntil(() => client.idle || client.failure !== undefined, withinMs);
  if (client.failure) throw client.failure;
  assert.ok(isDone, `the script ends: ${client.blockedIn}`);
}

/** Primaries on nodes 0, 1, ... of a world whose space is made. */
export function startPrimaries(
  count: number,
  options: Partial<SimOptions> = {},
): {world: SimWorld; primaries: SimPrimary[]} {
  const world = new SimWorld({nodes: count + 1, ...options});
  const primaries = Array.from({length: count}, (_, node) => world.start(node));
  const client = new SimClient(world, primaries[0]);
  run(world, client, () => must(() => bootstrapSpace(primaries[0].engine.core, (client.session as Session).task)));
  return {world, primaries};
}

/** One transaction of one statement. */
export function* transaction(
  client: SimClient,
  body: () => Script<void>,
  end: 'commit' | 'rollback' = 'commit',
): Script<void> {
  const {session} = client;
  session.begin(false, false);
  session.beginStatement();
  yield* body();
  session.endStatement();
  yield* must(() => session[end]());
}

/** Table 100 with an index on k, and these rows. */
export function tableWith(world: SimWorld, primary: SimPrimary, rows: readonly Row[], unique = false): TableHandle {
  const client = new SimClient(world, primary);
  let table: TableHandle | undefined;
  run(world, client, function* () {
    const made = yield* createTable(client.session, 100, true, unique);
    yield* transaction(client, function* () {
      for (const row of rows) assert.equal(yield insertOf(client, made, row), ROW);
    });
    table = made;
  });
  return table as TableHandle;
}
