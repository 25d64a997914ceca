// One writer and its read replicas (single-writer): what a replica sees is a moment of the writer's past, whole; and when the writer dies a replica goes on where it ended.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Memory} from '../../format/memory.ts';
import {RedoType} from '../../format/redo/layout.ts';
import {redoLength, redoType, trxSlot, trxStamp, trxVersion} from '../../format/redo/read.ts';
import {type Answer, type TestClient, TestCluster} from './test-cluster.test.ts';

const START = ['CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL, note VARCHAR(200), KEY (balance))'];

/** Lets time pass until the replica has seen what the cluster has committed. */
function catchUp(cluster: TestCluster, node: number): void {
  const {replica} = cluster.primaries[node];
  assert.ok(replica !== undefined, `primary ${node} is a replica`);
  const newest = replica.newest;
  cluster.until(() => replica.viewPoint >= newest, 'the way of the redo to the replica');
}

function cluster(count: number, frames = 128, pageSize = 16384): TestCluster {
  return new TestCluster(count, {singleWriter: true, frames, pageSize, dbpFrames: 0, titSlots: 8192, seed: 5});
}

test('a replica sees what the writer has committed, and what tables have become', () => {
  const c = cluster(2);
  const [writer, reader] = [c.connect(0), c.connect(1)];
  writer.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b')");
  catchUp(c, 1);
  assert.deepEqual(reader.rows('SELECT * FROM account ORDER BY id'), ['1|100|a', '2|200|b']);
  writer.ok('UPDATE account SET balance = 150 WHERE id = 1');
  catchUp(c, 1);
  assert.deepEqual(reader.rows('SELECT id FROM account WHERE balance = 150'), ['1']);
  writer.ok('ALTER TABLE account ADD COLUMN more INT NOT NULL DEFAULT 7');
  assert.deepEqual(reader.rows('SELECT id, more FROM account ORDER BY id'), ['1|7', '2|7']);
  writer.ok('DROP TABLE account');
  assert.match(reader.error('SELECT * FROM account'), /^1146 /);
});

test('every snapshot of a replica shows the same total, while pages split, merge and are evicted', () => {
  const c = cluster(3, 24);
  const writer = c.connect(0);
  writer.ok(...START);
  const values = Array.from({length: 3000}, (_, id) => `(${id}, 100, '${'x'.repeat(150)}')`);
  for (let at = 0; at < values.length; at += 500)
    writer.ok(`INSERT INTO account VALUES ${values.slice(at, at + 500).join(',')}`);
  catchUp(c, 1);
  catchUp(c, 2);
  const readers = [c.connect(1), c.connect(2), c.connect(1)];
  const {prng} = c.world;
  for (let round = 0; round < 60; round++) {
    const [from, to] = [prng.below(3000), prng.below(3000)];
    const query =
      round % 2 === 0 ? 'SELECT SUM(balance) FROM account' : 'SELECT SUM(balance) FROM account FORCE INDEX (balance)';
    for (const reader of readers) reader.start(query);
    writer.ok(
      'START TRANSACTION',
      `UPDATE account SET balance = balance - 7 WHERE id = ${from}`,
      `UPDATE account SET balance = balance + 7 WHERE id = ${to}`,
    );
    writer.ok(prng.chance(0.2) ? 'ROLLBACK' : 'COMMIT');
    if (round % 10 === 9)
      writer.ok(`DELETE FROM account WHERE id = ${from}`, `INSERT INTO account VALUES (${from}, 0, '')`);
    if (round % 10 === 9)
      writer.ok(
        `UPDATE account SET balance = 300000 - (SELECT s FROM (SELECT SUM(balance) s FROM account WHERE id <> ${from}) t) WHERE id = ${from}`,
      );
    for (const reader of readers) {
      const total = reader.finish()[0].rows[0][0];
      if (round % 10 !== 9) assert.equal(total, '300000', `round ${round}`);
    }
    if (round % 10 === 9) for (const node of [1, 2]) catchUp(c, node);
  }
  const {replica} = c.primaries[1];
  const counters = new Map(replica?.counters());
  assert.ok((counters.get('replica_records_applied') ?? 0) > 100, 'redo has been applied to cached pages');
  assert.ok((c.primaries[1].engine.counters().get('evictions') ?? 0) > 0, 'the pool is smaller than the table');
});

/** Runs scripts of statements side by side until it is enough; a script answers the next statement, given the last answer. */
function runAll(
  c: TestCluster,
  scripts: readonly {client: TestClient; next(last: Answer | undefined): string}[],
  isEnough: () => boolean,
): void {
  for (const {client, next} of scripts) client.start(next(undefined));
  while (!isEnough()) {
    c.until(() => scripts.some(({client}) => client.isDone), 'any statement');
    for (const {client, next} of scripts) {
      if (!client.isDone) continue;
      client.start(next(client.finish()[0]));
    }
  }
  for (const {client} of scripts) client.finish();
}

test('many writers at once, small pools: no snapshot of a replica has half a transaction', () => {
  const c = cluster(3, 24, 4096);
  const setup = c.connect(0);
  const {prng} = c.world;
  const count = 300;
  setup.ok(...START);
  const values = Array.from({length: count}, (_, id) => `(${id}, 100, '${'x'.repeat(60)}')`);
  for (let at = 0; at < count; at += 100)
    setup.ok(`INSERT INTO account VALUES ${values.slice(at, at + 100).join(',')}`);
  catchUp(c, 1);
  catchUp(c, 2);
  const writers = Array.from({length: 4}, () => {
    let step = 0;
    return {
      client: c.connect(0),
      next: (last: Answer | undefined): string => {
        if (last?.error !== undefined) step = 3;
        step = (step + 1) % 4;
        const id = prng.below(count);
        if (step === 1) return 'START TRANSACTION';
        if (step === 0) return last?.error === undefined ? 'COMMIT' : 'ROLLBACK';
        return `UPDATE account SET balance = balance ${step === 2 ? '-' : '+'} 3, note = '${'n'.repeat(prng.below(120))}' WHERE id = ${id}`;
      },
    };
  });
  let sums = 0;
  const readers = Array.from({length: 6}, (_, i) => ({
    client: c.connect(1 + (i % 2)),
    next: (last: Answer | undefined): string => {
      // A snapshot that has used up everybody's slots is cancelled; that is no half transaction.
      if (last !== undefined && last.error?.errno !== 1317) {
        assert.equal(last.error, undefined);
        assert.equal(last.rows[0][0], `${count * 100}`, `sum ${++sums}`);
      }
      return `SELECT SUM(balance) FROM account ${prng.chance(0.5) ? '' : 'FORCE INDEX (balance)'}`;
    },
  }));
  runAll(c, [...writers, ...readers], () => sums >= 20);
});

test('the writer dies: a replica is promoted in its place, nothing acknowledged is lost, nothing unfinished stays, the other replica follows on', () => {
  const c = cluster(3);
  const {world} = c;
  const writer = c.connect(0);
  writer.ok(...START);
  for (let id = 0; id < 200; id++) writer.ok(`INSERT INTO account VALUES (${id}, 100, 'x')`);
  catchUp(c, 1);
  catchUp(c, 2);
  const [second, third] = [c.connect(1), c.connect(2)];
  assert.deepEqual(second.rows('SELECT COUNT(*) FROM account'), ['200']);
  const open = c.connect(0);
  open.ok('START TRANSACTION', "UPDATE account SET balance = 0, note = 'lost' WHERE id < 100");
  second.ok('START TRANSACTION', 'SELECT COUNT(*) FROM account');
  writer.ok("INSERT INTO account VALUES (500, 1, 'last')", 'UPDATE account SET balance = 101 WHERE id = 150');
  world.kill(c.primaries[0]);
  for (const step of world.decisionSteps(c.primaries[0].incarnation)) step();
  c.until(() => world.promote(c.primaries[1]), 'the promotion');
  world.assign(c.primaries[1]);
  assert.deepEqual(second.rows('SELECT COUNT(*), SUM(balance) FROM account'), ['200|20000'], 'its snapshot stays');
  second.ok('COMMIT');
  assert.deepEqual(second.rows('SELECT COUNT(*), SUM(balance) FROM account'), ['201|20002']);
  second.ok('UPDATE account SET balance = balance + 1 WHERE id < 100', "INSERT INTO account VALUES (501, 0, 'new')");
  catchUp(c, 2);
  assert.deepEqual(third.rows('SELECT COUNT(*), SUM(balance) FROM account'), ['202|20102']);
  assert.deepEqual(third.rows("SELECT COUNT(*) FROM account WHERE note = 'lost'"), ['0']);
  second.ok('CREATE TABLE more (id INT PRIMARY KEY)', 'INSERT INTO more VALUES (1)');
  catchUp(c, 2);
  assert.deepEqual(third.rows('SELECT * FROM more'), ['1']);
  assert.equal(new Map(c.primaries[2].replica?.counters()).get('replica_restarts'), 1, 'it has kept its pages');
});

test('a replica that stood still until the ring had come round begins anew, and its open snapshot stays what it was', () => {
  const c = cluster(2);
  const [writer, reader, fresh] = [c.connect(0), c.connect(1), c.connect(1)];
  writer.ok(...START);
  for (let id = 0; id < 100; id++) writer.ok(`INSERT INTO account VALUES (${id}, 100, '${'y'.repeat(150)}')`);
  catchUp(c, 1);
  reader.ok('START TRANSACTION');
  const before = reader.rows('SELECT SUM(balance) FROM account');
  c.world.pause(c.primaries[1]);
  for (let i = 1; i <= 90; i++) writer.ok(`UPDATE account SET balance = ${i}, note = '${'z'.repeat(100 + i)}'`);
  c.world.resume(1);
  catchUp(c, 1);
  assert.equal(new Map(c.primaries[1].replica?.counters()).get('replica_restarts'), 2);
  assert.deepEqual(reader.rows('SELECT SUM(balance) FROM account'), before);
  assert.deepEqual(fresh.rows('SELECT SUM(balance) FROM account'), ['9000']);
});

test('tables change again and again while replicas read them: nobody waits for ever, every reader knows the newest definition', () => {
  const c = cluster(3);
  const writer = c.connect(0);
  writer.ok(...START, "INSERT INTO account VALUES (1, 100, 'a')");
  const readers = [1, 2, 1, 2].map(node => c.connect(node));
  for (let round = 0; round < 25; round++) {
    for (const reader of readers) reader.start('SELECT * FROM account');
    writer.ok(`ALTER TABLE account ADD COLUMN c${round} INT NOT NULL DEFAULT ${round}`);
    for (const reader of readers) assert.ok(reader.finish()[0].rows[0].length >= 3 + round);
    for (const reader of readers) assert.deepEqual(reader.rows(`SELECT c${round} FROM account`), [`${round}`]);
  }
});

test('a replica refuses with 1290 what writes, before it does anything; after the promotion it does not', () => {
  const c = cluster(2);
  const [writer, reader] = [c.connect(0), c.connect(1)];
  writer.ok(...START, "INSERT INTO account VALUES (1, 100, 'a')");
  catchUp(c, 1);
  const refused =
    '1290 The MySQL server is running with the --super-read-only option so it cannot execute this statement';
  const writes = [
    "INSERT INTO account VALUES (2, 1, '')",
    'UPDATE account SET balance = 1',
    'DELETE FROM account',
    'REPLACE INTO account VALUES (1, 1, NULL)',
    'CREATE TABLE t (id INT)',
    'DROP TABLE account',
    'TRUNCATE TABLE account',
    'CREATE USER someone',
    'SELECT * FROM account WHERE id = 1 FOR UPDATE',
    'SELECT * FROM account FOR SHARE',
    'CREATE TEMPORARY TABLE mine (id INT)',
  ];
  for (const round of [1, 2]) for (const sql of writes) assert.equal(reader.error(sql), refused, `${sql}, ${round}`);
  assert.deepEqual(reader.rows('SELECT * FROM account'), ['1|100|a']);
  assert.equal(
    c.primaries[1].engine.core.log.endLsn,
    c.primaries[1].engine.core.stream.startLsn,
    'it has written nothing',
  );
  c.world.kill(c.primaries[0]);
  for (const step of c.world.decisionSteps(c.primaries[0].incarnation)) step();
  c.until(() => c.world.promote(c.primaries[1]), 'the promotion');
  c.world.assign(c.primaries[1]);
  reader.ok(
    "INSERT INTO account VALUES (2, 1, '')",
    'SELECT * FROM account WHERE id = 1 FOR UPDATE',
    'CREATE TABLE t (id INT)',
  );
});

test('behind each commit the redo says which timestamp it got (K18), beside the view points', () => {
  const c = cluster(2);
  const writer = c.connect(0);
  writer.ok(...START);
  const {incarnation} = c.primaries[0];
  const countOf = (): {commits: number; timestamps: Map<string, number>} => {
    const {feed} = c.world;
    assert.ok(feed !== undefined);
    const node = feed.writer;
    const from = feed.startLsn(node);
    const redo = new Memory(new ArrayBuffer(feed.ringBytes));
    const length = feed.written(node) - from;
    assert.equal(feed.incarnation(node), incarnation);
    assert.ok(feed.copy(node, from, length, redo));
    let commits = 0;
    const timestamps = new Map<string, number>();
    for (let at = 0; at < length; at += redoLength(redo, at)) {
      if (redoType(redo, at) === RedoType.commit) commits++;
      if (redoType(redo, at) !== RedoType.cts || trxVersion(redo, at) === 0) continue;
      timestamps.set(`${trxSlot(redo, at)}.${trxVersion(redo, at)}`, trxStamp(redo, at));
    }
    return {commits, timestamps};
  };
  for (let id = 0; id < 20; id++) writer.ok(`INSERT INTO account VALUES (${id}, 1, '')`);
  catchUp(c, 1);
  const {commits, timestamps} = countOf();
  assert.ok(timestamps.size >= 20 && timestamps.size >= commits - 1, `${timestamps.size} of ${commits}`);
  const inOrder = [...timestamps.values()];
  assert.deepEqual(
    inOrder,
    [...inOrder].sort((a, b) => a - b),
  );
});

test('a session that asks for it sees on a replica what was committed before its statement, at once', () => {
  const c = cluster(2);
  const [writer, reader] = [c.connect(0), c.connect(1)];
  writer.ok(...START, "INSERT INTO account VALUES (1, 0, '')");
  let behind = 0;
  const other = c.connect(1);
  reader.ok("SET aurora_replica_read_consistency = 'GLOBAL'");
  for (let i = 1; i <= 30; i++) {
    writer.ok(`UPDATE account SET balance = ${i} WHERE id = 1`);
    if (other.rows('SELECT balance FROM account WHERE id = 1')[0] !== `${i}`) behind++;
    assert.deepEqual(reader.rows('SELECT balance FROM account WHERE id = 1'), [`${i}`]);
  }
  assert.ok(behind > 10, `without asking it was behind only ${behind} times`);
});
