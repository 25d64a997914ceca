// Rows that are deleted and not purged yet: they are gone for everybody who comes later, whatever he tries with them, and purge finds them in the end.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {slotCount} from '../../format/page/page.ts';
import {type Script, SimClient} from '../../sim/client.ts';
import {createTable, insertOf, keyOf, rowsOf, updateOf} from '../../sim/engine-table.ts';
import {must} from '../../sim/script.ts';
import {SimWorld} from '../../sim/world.ts';
import {DONE, type EngineSession, ROW, type TableHandle} from '../api.ts';
import type {Session} from '../session/session.ts';
import {bootstrapSpace} from '../space/bootstrap.ts';

function run(world: SimWorld, client: SimClient, script: () => Script<void>): void {
  client.start(script());
  const isDone = world.time.runUntil(() => client.idle, 20_000);
  if (client.failure) throw client.failure;
  assert.ok(isDone, `the script ends: ${client.blockedIn}`);
}

function* transaction(
  session: EngineSession,
  body: () => Script<void>,
  end: 'commit' | 'rollback' = 'commit',
): Script<void> {
  session.begin(false, false);
  session.beginStatement();
  yield* body();
  session.endStatement();
  yield* must(() => session[end]());
}

const row = (id: number, text = ''): {id: number; k: number; text: string} => ({id, k: id, text});

/** A table with rows 1 to 3 of which 2 is deleted, and a snapshot that keeps purge from it. */
function withDeletedRow(text = ''): {world: SimWorld; client: SimClient; reader: SimClient; table: TableHandle} {
  const world = new SimWorld({nodes: 2, pageSize: 512});
  const primary = world.start(0);
  const [client, reader] = [new SimClient(world, primary), new SimClient(world, primary)];
  run(world, client, () => must(() => bootstrapSpace(primary.engine.core, (client.session as Session).task)));
  let table: TableHandle | undefined;
  run(world, client, function* () {
    table = yield* createTable(client.session, 100, false);
    yield* transaction(client.session, function* () {
      for (const id of [1, 2, 3]) yield* must(insertOf(client, table as TableHandle, row(id, id === 2 ? '' : text)));
    });
  });
  run(world, reader, function* () {
    reader.session.begin(true, true);
    yield () => ROW;
  });
  run(world, client, () =>
    transaction(client.session, function* () {
      yield* must(() => client.session.writer.remove(table as TableHandle, keyOf(2), 4));
    }),
  );
  return {world, client, reader, table: table as TableHandle};
}

function idsOf(world: SimWorld, client: SimClient, table: TableHandle): number[] {
  let ids: number[] = [];
  run(world, client, () =>
    transaction(client.session, function* () {
      ids = (yield* rowsOf(client, table)).map(({id}) => id);
    }),
  );
  return ids;
}

/** Records in the table's only leaf, deleted ones too. */
function recordsIn(world: SimWorld, table: TableHandle): number {
  const page = new Memory(new ArrayBuffer(world.options.pageSize));
  world.volume.readPage(table.clustered.rootPage, page, 0);
  return slotCount(page, 0);
}

test('an update or a delete of a deleted row finds nothing, and leaves it deleted', () => {
  const {world, client, table} = withDeletedRow();
  run(world, client, () =>
    transaction(client.session, function* () {
      assert.equal(yield updateOf(client, table, row(2, 'x')), DONE);
      assert.equal(yield () => client.session.writer.remove(table, keyOf(2), 4), DONE);
    }),
  );
  assert.deepEqual(idsOf(world, client, table), [1, 3]);
});

test('an insert over a deleted row that has to split the page first is no duplicate of it', () => {
  const {world, client, table} = withDeletedRow('x'.repeat(120));
  run(world, client, () =>
    transaction(client.session, function* () {
      assert.equal(yield insertOf(client, table, row(2, 'y'.repeat(150))), ROW);
    }),
  );
  assert.deepEqual(idsOf(world, client, table), [1, 2, 3]);
});

test('a deleted row that purge passed over, because it was being inserted again, goes when the insert is rolled back', () => {
  const {world, client, reader, table} = withDeletedRow();
  const {history} = client.primary.engine.core;
  run(world, client, function* () {
    client.session.begin(false, false);
    client.session.beginStatement();
    yield* must(insertOf(client, table, row(2, 'again')));
    client.session.endStatement();
  });
  run(world, reader, () => must(() => reader.session.commit()));
  assert.ok(
    world.time.runUntil(() => history.length === 0, 1000),
    'the deletion has been purged',
  );
  assert.equal(recordsIn(world, table), 3);
  run(world, client, () => must(() => client.session.rollback()));
  assert.ok(world.time.runUntil(() => history.length === 0, 1000));
  world.time.run(50);
  assert.deepEqual(idsOf(world, client, table), [1, 3]);
  assert.equal(recordsIn(world, table), 2, 'the record is gone, not only marked');
});
