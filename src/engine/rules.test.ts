// Rules of the protocol that random runs come by too seldom, or whose breach they would not notice: each in the smallest scene that shows it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageLlsn} from '../format/page/page.ts';
import {PLockMode} from '../fusion/api.ts';
import {type Script, SimClient} from '../sim/client.ts';
import {insertOf, keyOf, readRow, updateOf} from '../sim/engine-table.ts';
import {must, sleep} from '../sim/script.ts';
import {run, startPrimaries, tableWith, transaction} from '../sim/testing/clients.ts';
import {CONFLICT, DONE, Isolation, LockMode, LockWait, ROW, type TableHandle} from './api.ts';
import type {Session} from './session/session.ts';

const row = (id: number, k = 0, text = ''): {id: number; k: number; text: string} => ({id, k, text});

/** Adds one to k of a row, in a transaction of one statement, like UPDATE t SET k = k + 1. */
function* addOne(client: SimClient, table: TableHandle, id: number): Script<number> {
  const {session} = client;
  const point = session.newPointRead();
  session.begin(false, false);
  session.beginStatement();
  let result = yield () => point.get(table, keyOf(id), 4, LockMode.exclusive, LockWait.wait);
  if (result === CONFLICT && session.renewView())
    result = yield () => point.get(table, keyOf(id), 4, LockMode.exclusive, LockWait.wait);
  if (result === ROW) result = yield updateOf(client, table, row(id, readRow(point).k + 1));
  session.endStatement();
  yield* must(() => (result === ROW ? session.commit() : session.rollback()));
  return result;
}

test('S8: a session of another primary gets a hot row in its turn, however fast the sessions beside the row are', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1)]);
  const near = Array.from({length: 4}, () => new SimClient(world, primaries[0]));
  const far = new SimClient(world, primaries[1]);
  let isOver = false;
  let nearDone = 0;
  for (const client of near) {
    client.session.isolation = Isolation.readCommitted;
    client.start(
      (function* () {
        while (!isOver) if ((yield* addOne(client, table, 1)) === ROW) nearDone++;
      })(),
    );
  }
  far.session.isolation = Isolation.readCommitted;
  far.session.lockWaitTimeoutMs = 5000;
  let most = 0;
  run(world, far, function* () {
    for (let i = 0; i < 10; i++) {
      const before = nearDone;
      assert.equal(yield* addOne(far, table, 1), ROW);
      most = Math.max(most, nearDone - before);
    }
    isOver = true;
  });
  assert.ok(most <= 4 * near.length, `${most} of the others went first`);
});

test('S9: statements that read nothing before add up on a hot row without a conflict', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1)]);
  const clients = [0, 1, 0, 1].map(node => new SimClient(world, primaries[node]));
  for (const client of clients) {
    client.start(
      (function* () {
        for (let i = 0; i < 10; i++) assert.equal(yield* addOne(client, table, 1), ROW);
      })(),
    );
  }
  assert.ok(world.time.runUntil(() => clients.every(client => client.idle), 20_000));
  for (const {failure} of clients) if (failure) throw failure;
});

test('S9: once a transaction has read, a row changed since is a conflict, also for a lock', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1), row(2)]);
  const [a, b] = primaries.map(primary => new SimClient(world, primary));
  run(world, a, function* () {
    const {session} = a;
    const point = session.newPointRead();
    session.begin(false, false);
    session.beginStatement();
    assert.equal(yield () => point.get(table, keyOf(2), 4, LockMode.none, LockWait.wait), ROW);
    session.endStatement();
  });
  run(world, b, () => transaction(b, () => must(updateOf(b, table, row(1, 5)))));
  run(world, a, function* () {
    const {session} = a;
    const point = session.newPointRead();
    session.beginStatement();
    assert.equal(yield () => point.get(table, keyOf(1), 4, LockMode.exclusive, LockWait.wait), CONFLICT);
    assert.ok(!session.renewView());
    yield* must(() => session.rollback());
  });
});

test('S10: a row that was only locked is no change: its readers see what they saw, its lockers meet no conflict', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1, 7)]);
  const [a, b] = primaries.map(primary => new SimClient(world, primary));
  run(world, a, function* () {
    a.session.begin(false, true);
    a.session.beginStatement();
    const point = a.session.newPointRead();
    assert.equal(yield () => point.get(table, keyOf(1), 4, LockMode.none, LockWait.wait), ROW);
    a.session.endStatement();
  });
  run(world, b, () =>
    transaction(b, () => {
      const point = b.session.newPointRead();
      return must(() => point.get(table, keyOf(1), 4, LockMode.exclusive, LockWait.wait));
    }),
  );
  run(world, a, function* () {
    a.session.beginStatement();
    const point = a.session.newPointRead();
    assert.equal(yield () => point.get(table, keyOf(1), 4, LockMode.none, LockWait.wait), ROW);
    assert.equal(readRow(point).k, 7);
    assert.equal(yield updateOf(a, table, row(1, 8)), ROW);
    a.session.endStatement();
    yield* must(() => a.session.commit());
  });
});

test('G5: who waits for a row goes on when a savepoint gives it back, not at the end of the transaction', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1)]);
  const [a, b] = primaries.map(primary => new SimClient(world, primary));
  let savepoint = 0;
  run(world, a, function* () {
    a.session.begin(false, false);
    a.session.beginStatement();
    yield* must(insertOf(a, table, row(2)));
    a.session.endStatement();
    savepoint = a.session.savepoint();
    a.session.beginStatement();
    yield* must(updateOf(a, table, row(1, 1)));
    a.session.endStatement();
  });
  b.session.isolation = Isolation.readCommitted;
  b.start(transaction(b, () => must(updateOf(b, table, row(1, 2)))));
  world.time.run(20);
  assert.ok(!b.idle, 'it waits');
  run(world, a, () => must(() => a.session.rollbackTo(savepoint)));
  assert.ok(
    world.time.runUntil(() => b.idle, 50),
    'the wait ends with the rollback to the savepoint',
  );
  if (b.failure) throw b.failure;
  run(world, a, () => must(() => a.session.commit()));
});

test('S17: numbers of a counter are not given again after the death of everything, also when no row bears them', () => {
  const {world, primaries} = startPrimaries(1);
  const client = new SimClient(world, primaries[0]);
  let counter = 0;
  let last = 0;
  run(world, client, function* () {
    yield* must(() => client.session.createCounter(1));
    counter = client.session.newCounter;
    yield* must(() => client.session.takeCounter(counter, 5));
    last = client.session.counterValue + 4;
    // What follows in the log and is acknowledged makes what precedes it durable: so it is with the rows of a statement.
    yield* must(() => client.session.takeId());
    yield* sleep(client, 50);
  });
  world.crashEverything(true);
  const next = new SimClient(world, world.start(0));
  run(world, next, function* () {
    yield* must(() => next.session.takeCounter(counter, 1));
    assert.ok(next.session.counterValue > last, `${next.session.counterValue} was given before`);
    yield* must(() => next.session.raiseCounter(counter, 100));
    yield* must(() => next.session.takeCounter(counter, 1));
    assert.equal(next.session.counterValue, 101);
  });
});

test('G12: a change gives a page a larger LLSN than it had, also on a primary that has logged less', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1)]);
  const [a, b] = primaries.map(primary => new SimClient(world, primary));
  run(world, a, function* () {
    for (let i = 0; i < 50; i++) yield* transaction(a, () => must(updateOf(a, table, row(1, i))));
  });
  const newest = (): number => {
    const {pool} = primaries[0].engine.core;
    let llsn = 0;
    run(world, a, function* () {
      const base = yield () => pool.fix(table.clustered.rootPage, PLockMode.shared, (a.session as Session).task);
      llsn = pageLlsn(pool.memory, base);
    });
    return llsn;
  };
  const before = newest();
  b.session.isolation = Isolation.readCommitted;
  run(world, b, () => transaction(b, () => must(updateOf(b, table, row(1, 99)))));
  assert.ok(newest() > before);
});

test('G9: an entry that is marked still leads an older view to its row', () => {
  const {world, primaries} = startPrimaries(2);
  const table = tableWith(world, primaries[0], [row(1, 10), row(2, 20)]);
  const [a, b] = primaries.map(primary => new SimClient(world, primary));
  const ids = function* (client: SimClient): Script<number[]> {
    const found: number[] = [];
    const cursor = client.session.newCursor();
    cursor.open(table, 1, undefined, true, undefined, true, false, LockMode.none, LockWait.wait, false);
    while ((yield () => cursor.next()) !== DONE) found.push(readRow(cursor).id);
    return found;
  };
  run(world, a, function* () {
    a.session.begin(true, true);
    yield () => ROW;
  });
  run(world, b, () =>
    transaction(b, function* () {
      yield* must(() => b.session.writer.remove(table, keyOf(1), 4));
      yield* must(updateOf(b, table, row(2, 25)));
    }),
  );
  run(world, a, function* () {
    a.session.beginStatement();
    assert.deepEqual(yield* ids(a), [1, 2]);
    a.session.endStatement();
    yield* must(() => a.session.commit());
  });
});

test('K13: a dead transaction that is rolled back once more does not touch what others have made of its rows since', () => {
  const {world, primaries} = startPrimaries(3);
  const table = tableWith(world, primaries[0], [row(1, 1), row(2, 2)]);
  const [a, b, c] = primaries.map(primary => new SimClient(world, primary));
  // A snapshot keeps the undo, as a recoverer finds it who comes next.
  run(world, c, function* () {
    c.session.begin(true, true);
    yield () => ROW;
  });
  run(world, a, function* () {
    a.session.begin(false, false);
    a.session.beginStatement();
    yield* must(updateOf(a, table, row(1, 5)));
    a.session.endStatement();
  });
  // Another commit of the same primary makes it durable.
  const beside = new SimClient(world, primaries[0]);
  run(world, beside, () => transaction(beside, () => must(updateOf(beside, table, row(2, 6)))));
  world.kill(primaries[0]);
  for (const step of world.decisionSteps(primaries[0].incarnation)) step();
  const analysis = world.unfinished.get(primaries[0].incarnation)?.analysis;
  assert.equal(analysis?.losers.length, 1);
  world.assign(primaries[1]);
  b.session.isolation = Isolation.readCommitted;
  run(world, b, () => transaction(b, () => must(updateOf(b, table, row(1, 9)))));
  let isAgainDone = false;
  primaries[2].engine.recover(analysis as NonNullable<typeof analysis>, {
    loserEnded: () => {},
    finished: () => (isAgainDone = true),
  });
  assert.ok(world.time.runUntil(() => isAgainDone, 1000));
  run(world, b, () =>
    transaction(b, function* () {
      const point = b.session.newPointRead();
      assert.equal(yield () => point.get(table, keyOf(1), 4, LockMode.none, LockWait.wait), ROW);
      assert.equal(readRow(point).k, 9);
    }),
  );
});
