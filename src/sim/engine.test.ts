// The engine over a simulated cluster: rows, indexes, transactions, versions, on one and two primaries, against a simple model.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Cursor, DONE, DUPLICATE, Isolation, LockMode, LockWait, ROW, type TableHandle} from '../engine/api.ts';
import type {Session} from '../engine/session/session.ts';
import {bootstrapSpace} from '../engine/space/bootstrap.ts';
import {checkFusion} from '../fusion/check-fusion.ts';
import {type Script, SimClient} from './client.ts';
import {createTable, keyOf, type Row, RowBytes, readRow} from './engine-table.ts';
import {must} from './script.ts';
import {type SimOptions, type SimPrimary, SimWorld} from './world.ts';

function worldWith(count: number, options: Partial<SimOptions> = {}): {world: SimWorld; primaries: SimPrimary[]} {
  const world = new SimWorld({nodes: Math.max(2, count), ...options});
  const primaries = Array.from({length: count}, (_, node) => world.start(node));
  const client = new SimClient(world, primaries[0]);
  run(world, client, function* () {
    const {task} = client.session as Session;
    yield* must(() => bootstrapSpace(primaries[0].engine.core, task));
  });
  return {world, primaries};
}

/** Runs a script to its end. */
function run(world: SimWorld, client: SimClient, script: () => Script<void>): void {
  client.start(script());
  const done = world.time.runUntil(() => client.idle, 20_000);
  if (client.failure) throw client.failure;
  assert.ok(done, `script does not end; events: ${world.events.slice(-5).join('\n')}`);
}

function* transaction(client: SimClient, body: () => Script<void>): Script<void> {
  const {session} = client;
  session.begin(false, false);
  session.beginStatement();
  yield* body();
  session.endStatement();
  yield* must(() => session.commit());
}

function* insert(client: SimClient, table: TableHandle, row: Row): Script<number> {
  const bytes = new RowBytes().set(row);
  return yield () => client.session.writer.insert(table, bytes.memory, 0, bytes.length);
}

function* scan(cursor: Cursor, table: TableHandle, index: number, descending = false): Script<Row[]> {
  const rows: Row[] = [];
  cursor.open(table, index, undefined, true, undefined, true, descending, LockMode.none, LockWait.wait, false);
  for (;;) {
    const result = yield () => cursor.next();
    if (result === DONE) return rows;
    assert.equal(result, ROW);
    rows.push(readRow(cursor));
  }
}

function makeTable(world: SimWorld, client: SimClient, unique = false): TableHandle {
  let table: TableHandle | undefined;
  run(world, client, function* () {
    table = yield* createTable(client.session, 100, true, unique);
  });
  return table as TableHandle;
}

function check(world: SimWorld, client: SimClient, table: TableHandle, rows: number): void {
  const job = client.primary.engine.newTableCheck(client.session, table);
  run(world, client, function* () {
    while ((yield () => job.poll()) !== DONE);
  });
  assert.deepEqual(job.violations, []);
  assert.equal(job.rows, rows);
  assert.deepEqual(checkFusion(world.supervisor), []);
}

test('rows inserted on one primary are read on the other, by key and by index', () => {
  const {world, primaries} = worldWith(2);
  const a = new SimClient(world, primaries[0]);
  const b = new SimClient(world, primaries[1]);
  const table = makeTable(world, a);
  run(world, a, () =>
    transaction(a, function* () {
      for (let i = 0; i < 200; i++) {
        const id = (i * 37) % 200;
        assert.equal(yield* insert(a, table, {id, k: 1000 - id, text: `row ${id}`}), ROW);
      }
    }),
  );
  run(world, b, () =>
    transaction(b, function* () {
      const point = b.session.newPointRead();
      assert.equal(yield () => point.get(table, keyOf(77), 4, LockMode.none, LockWait.wait), ROW);
      assert.deepEqual(readRow(point), {id: 77, k: 923, text: 'row 77'});
      assert.equal(yield () => point.get(table, keyOf(777), 4, LockMode.none, LockWait.wait), DONE);
      const cursor = b.session.newCursor();
      const byId = yield* scan(cursor, table, 0);
      assert.deepEqual(
        byId.map(row => row.id),
        Array.from({length: 200}, (_, i) => i),
      );
      const byK = yield* scan(cursor, table, 1);
      assert.deepEqual(
        byK.map(row => row.id),
        Array.from({length: 200}, (_, i) => 199 - i),
      );
      const down = yield* scan(cursor, table, 0, true);
      assert.deepEqual(
        down.map(row => row.id),
        Array.from({length: 200}, (_, i) => 199 - i),
      );
    }),
  );
  check(world, b, table, 200);
});

test('a rolled-back transaction leaves nothing, and its keys can be used again', () => {
  const {world, primaries} = worldWith(2);
  const a = new SimClient(world, primaries[0]);
  const b = new SimClient(world, primaries[1]);
  const table = makeTable(world, a);
  run(world, a, function* () {
    a.session.begin(false, false);
    a.session.beginStatement();
    for (let id = 0; id < 60; id++) assert.equal(yield* insert(a, table, {id, k: id, text: 'x'.repeat(40)}), ROW);
    a.session.endStatement();
    yield* must(() => a.session.rollback());
  });
  run(world, b, () =>
    transaction(b, function* () {
      assert.deepEqual(yield* scan(b.session.newCursor(), table, 0), []);
      for (let id = 0; id < 10; id++) assert.equal(yield* insert(b, table, {id, k: id + 5, text: 'b'}), ROW);
    }),
  );
  check(world, a, table, 10);
});

test('a snapshot keeps its rows while another primary updates and deletes them', () => {
  const {world, primaries} = worldWith(2);
  const a = new SimClient(world, primaries[0]);
  const b = new SimClient(world, primaries[1]);
  const table = makeTable(world, a);
  run(world, a, () =>
    transaction(a, function* () {
      for (let id = 0; id < 30; id++) assert.equal(yield* insert(a, table, {id, k: id, text: 'old'}), ROW);
    }),
  );
  let before: Row[] = [];
  run(world, b, function* () {
    b.session.begin(false, true);
    b.session.beginStatement();
    before = yield* scan(b.session.newCursor(), table, 1);
    b.session.endStatement();
  });
  for (let round = 0; round < 3; round++) {
    run(world, a, () =>
      transaction(a, function* () {
        for (let id = 0; id < 30; id++) {
          const bytes = new RowBytes().set({id, k: 100 + round * 50 - id, text: `new ${round}`});
          if (id % 7 === 3 && round === 2) {
            assert.equal(yield () => a.session.writer.remove(table, keyOf(id), 4), ROW);
          } else {
            assert.equal(yield () => a.session.writer.update(table, keyOf(id), 4, bytes.memory, 0, bytes.length), ROW);
          }
        }
      }),
    );
  }
  world.time.run(200);
  run(world, b, function* () {
    b.session.beginStatement();
    assert.deepEqual(yield* scan(b.session.newCursor(), table, 1), before);
    assert.deepEqual(yield* scan(b.session.newCursor(), table, 0), before);
    b.session.endStatement();
    yield* must(() => b.session.commit());
  });
  world.time.run(500);
  assert.equal(primaries[0].engine.core.history.length, 0, 'purge has caught up');
  check(world, b, table, 26);
});

test('a primary key and a unique key refuse a second row', () => {
  const {world, primaries} = worldWith(2);
  const a = new SimClient(world, primaries[0]);
  const b = new SimClient(world, primaries[1]);
  const table = makeTable(world, a, true);
  run(world, a, () =>
    transaction(a, function* () {
      assert.equal(yield* insert(a, table, {id: 1, k: 10, text: ''}), ROW);
      assert.equal(yield* insert(a, table, {id: 1, k: 11, text: ''}), DUPLICATE);
      assert.equal(a.session.writer.conflictIndex, 0);
    }),
  );
  run(world, b, function* () {
    b.session.begin(false, false);
    b.session.beginStatement();
    assert.equal(yield* insert(b, table, {id: 2, k: 10, text: ''}), DUPLICATE);
    assert.equal(b.session.writer.conflictIndex, 1);
    yield* must(() => b.session.rollbackStatement());
    b.session.endStatement();
    yield* must(() => b.session.commit());
  });
  check(world, b, table, 1);
});

test('two primaries that add to one counter lose nothing', () => {
  const {world, primaries} = worldWith(2);
  const a = new SimClient(world, primaries[0]);
  const table = makeTable(world, a);
  run(world, a, () =>
    transaction(a, function* () {
      assert.equal(yield* insert(a, table, {id: 5, k: 0, text: ''}), ROW);
    }),
  );
  const clients = [0, 1, 0, 1].map(node => new SimClient(world, primaries[node]));
  for (const client of clients) {
    client.session.isolation = Isolation.readCommitted;
    client.start(
      (function* () {
        const point = client.session.newPointRead();
        for (let i = 0; i < 25; i++) {
          yield* transaction(client, function* () {
            assert.equal(yield () => point.get(table, keyOf(5), 4, LockMode.exclusive, LockWait.wait), ROW);
            const bytes = new RowBytes().set({id: 5, k: readRow(point).k + 1, text: ''});
            assert.equal(
              yield () => client.session.writer.update(table, keyOf(5), 4, bytes.memory, 0, bytes.length),
              ROW,
            );
          });
        }
      })(),
    );
  }
  const done = world.time.runUntil(() => clients.every(client => client.idle), 60_000);
  for (const client of clients) if (client.failure) throw client.failure;
  assert.ok(done, 'all clients end');
  run(world, a, () =>
    transaction(a, function* () {
      assert.deepEqual(yield* scan(a.session.newCursor(), table, 0), [{id: 5, k: 100, text: ''}]);
    }),
  );
  world.time.run(300);
  check(world, a, table, 1);
});
