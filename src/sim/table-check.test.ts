// CHECK TABLE finds what it is there to find: rows without their entry, entries without their row.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DONE, ROW, type TableHandle} from '../engine/api.ts';
import type {Session} from '../engine/session/session.ts';
import {bootstrapSpace} from '../engine/space/bootstrap.ts';
import {type Script, SimClient} from './client.ts';
import {createTable, insertOf, keyOf, tableCheck, tableOf} from './engine-table.ts';
import {must} from './script.ts';
import {SimWorld} from './world.ts';

const ROWS = 300;

/** Runs a script on a fresh world with a table of `ROWS` rows and an index. */
function withTable(script: (client: SimClient, table: TableHandle) => Script<void>): void {
  const world = new SimWorld({nodes: 2});
  const client = new SimClient(world, world.start(0));
  client.start(
    (function* (): Script<void> {
      const {task} = client.session as Session;
      yield* must(() => bootstrapSpace(client.primary.engine.core, task));
      const table = yield* createTable(client.session, 100, true);
      yield* inTransaction(client, function* () {
        for (let id = 0; id < ROWS; id++)
          assert.equal(yield insertOf(client, table, {id, k: (id * 7919) % 1000, text: `row ${id}`}), ROW);
      });
      yield* script(client, table);
    })(),
  );
  const done = world.time.runUntil(() => client.idle, 20_000);
  if (client.failure) throw client.failure;
  assert.ok(done);
}

function* inTransaction(client: SimClient, body: () => Script<void>): Script<void> {
  client.session.begin(false, false);
  client.session.beginStatement();
  yield* body();
  client.session.endStatement();
  yield* must(() => client.session.commit());
}

function* violationsOf(client: SimClient, table: TableHandle): Script<string[]> {
  const job = client.primary.engine.newTableCheck(client.session, table);
  while ((yield () => job.poll()) !== DONE);
  return job.violations.map(text => text.replace(/page \d+ slot \d+/, 'P').replace(/tree \d+/, 'T'));
}

test('a table in order has no violations', () => {
  withTable((client, table) => tableCheck(client, table, ROWS));
});

test('a row without its entry is named', () => {
  withTable(function* (client, table) {
    const unindexed = tableOf(100, table.clustered, undefined);
    yield* inTransaction(client, function* () {
      assert.equal(yield insertOf(client, unindexed, {id: 5000, k: 1, text: 'no entry'}), ROW);
    });
    assert.deepEqual(yield* violationsOf(client, table), [
      `index 1 of table 100 has ${ROWS} live entries for ${ROWS + 1} rows`,
      'row in P has no entry in T',
    ]);
  });
});

test('an entry without its row is named', () => {
  withTable(function* (client, table) {
    const unindexed = tableOf(100, table.clustered, undefined);
    yield* inTransaction(client, function* () {
      assert.equal(yield () => client.session.writer.remove(unindexed, keyOf(77), 4), ROW);
    });
    assert.deepEqual(yield* violationsOf(client, table), [
      `index 1 of table 100 has ${ROWS} live entries for ${ROWS - 1} rows`,
      'entry in P of T has no row',
    ]);
  });
});
