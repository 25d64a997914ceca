// Purge and what comes back to life while it waits (K20).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FIXED_REDO_MAX} from '../../format/redo/bounds.ts';
import {type Script, SimClient} from '../../sim/client.ts';
import {keyOf, readRow, updateOf} from '../../sim/engine-table.ts';
import {must} from '../../sim/script.ts';
import {run, startPrimaries, tableWith, transaction} from '../../sim/testing/clients.ts';
import {BLOCKED, DONE, LockMode, LockWait, ROW, type TableHandle} from '../api.ts';
import type {Task} from '../schedule/task.ts';
import type {Session} from '../session/session.ts';

/** From now on there is no room in the log for purge on the primary of this client, its only one. Purge comes as far as taking the page and no further, until `open`. */
function closeLogToPurge({primary, session}: SimClient): {isWaiting: () => boolean; open: () => void} {
  const {log} = primary.engine.core;
  const reserve = log.reserve.bind(log);
  let waiting: Task | undefined;
  log.reserve = (bytes, task, reserved) => {
    if (task === (session as Session).task || bytes !== FIXED_REDO_MAX) return reserve(bytes, task, reserved);
    waiting = task;
    return BLOCKED;
  };
  return {
    isWaiting: () => waiting !== undefined,
    open: () => {
      log.reserve = reserve;
      waiting?.wake();
    },
  };
}

/** Ids of the rows that the client's view sees, by the index on k. */
function* idsByIndex(client: SimClient, table: TableHandle): Script<number[]> {
  const found: number[] = [];
  const cursor = client.session.newCursor();
  cursor.open(table, 1, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
  while ((yield () => cursor.next()) !== DONE) found.push(readRow(cursor).id);
  return found;
}

test('K20: an entry that was not needed when purge looked, and is needed when its wait is over, stays', () => {
  const {world, primaries} = startPrimaries(3);
  const table = tableWith(world, primaries[0], [{id: 1, k: 1, text: ''}]);
  const [a, b, reader] = primaries.map(primary => new SimClient(world, primary));
  const setK = (client: SimClient, k: number): void =>
    run(world, client, () => transaction(client, () => must(updateOf(client, table, {id: 1, k, text: ''}))));

  const log = closeLogToPurge(a);
  setK(a, 2);
  assert.ok(
    world.time.runUntil(log.isWaiting, 1000),
    'purge has found the entry (1, 1) marked, and named by no newer version',
  );

  // The row is given its old k back, somebody's view begins, and the row changes again: the entry is marked as before, and needed.
  setK(b, 1);
  run(world, reader, function* () {
    const point = reader.session.newPointRead();
    reader.session.begin(true, true);
    reader.session.beginStatement();
    assert.equal(yield () => point.get(table, keyOf(1), 4, LockMode.none, LockWait.wait), ROW);
    assert.equal(readRow(point).k, 1);
    reader.session.endStatement();
  });
  setK(b, 3);

  log.open();
  world.time.runUntil(() => !primaries[0].engine.core.history.length, 100);
  run(world, reader, function* () {
    reader.session.beginStatement();
    assert.deepEqual(yield* idsByIndex(reader, table), [1]);
    reader.session.endStatement();
    yield* must(() => reader.session.commit());
  });
});
