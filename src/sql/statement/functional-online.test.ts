// CREATE INDEX over expressions while sessions on several primaries write: the rows get the values of the key parts on the way (ADR 0009).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, type TestClient, TestCluster} from '../session/test-cluster.test.ts';

/** Pages that do not all have room, so that the builder waits for them, and others have their turn. */
const SMALL = {pageSize: 4096, frames: 40, dbpFrames: 24, nodes: 4};
const OK = ['test.t|check|status|OK'];
const INDEX = 'CREATE INDEX f ON t ((LOWER(s)), (k * 2), n)';
const COUNT = 3000;

function filled(cluster: TestCluster, key = 'id INT PRIMARY KEY', rows = COUNT): TestClient {
  const client = cluster.connect(0);
  client.ok(`CREATE TABLE t (${key}, k INT, s VARCHAR(100))`);
  for (let from = 0; from < rows; from += 500) {
    const values = Array.from(
      {length: Math.min(500, rows - from)},
      (_, i) => `(${from + i}, ${from + i}, 'Row ${from + i}')`,
    );
    client.ok(`INSERT INTO t VALUES ${values.join(', ')}`);
  }
  // Rows of an earlier layout.
  client.ok('ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 4');
  return client;
}

function anyChange(writer: number, n: number): string {
  const id = (n * 37 + writer * 11) % COUNT;
  switch ((n + writer) % 6) {
    case 0:
      return `UPDATE t SET k = k + 5000, s = CONCAT(s, '+') WHERE id = ${id}`;
    case 1:
      return `DELETE FROM t WHERE id = ${id}`;
    case 2:
      return `INSERT INTO t (id, k, s) VALUES (${10_000 + writer * 100_000 + n}, ${n}, 'NEW')`;
    case 3:
      return `UPDATE t SET n = n + 1 WHERE id = ${id}`;
    case 4:
      return `UPDATE t SET k = k - 1 WHERE id BETWEEN ${id} AND ${id + 3}`;
    default:
      return `UPDATE t SET s = UPPER(s) WHERE id = ${id}`;
  }
}

/** What the index finds is what the rows say. */
function checkAgrees(client: TestClient): void {
  check(client, [['CHECK TABLE t', OK]]);
  for (const where of [
    "LOWER(s) LIKE 'row 1%'",
    "LOWER(s) = 'new'",
    "LOWER(s) > 'row 5' AND k * 2 > 100",
    'LOWER(s) IS NULL',
  ])
    assert.deepEqual(
      client.rows(`SELECT COUNT(*), SUM(id), SUM(k) FROM t FORCE INDEX (f) WHERE ${where}`),
      client.rows(`SELECT COUNT(*), SUM(id), SUM(k) FROM t IGNORE INDEX (f) WHERE ${where}`),
      where,
    );
}

for (const key of ['id INT PRIMARY KEY', 'id INT, KEY (id)']) {
  test(`three primaries write while it is built (${key})`, () => {
    const cluster = new TestCluster(3, SMALL);
    const a = filled(cluster, key);
    a.start(INDEX);
    const writers = [0, 1, 2, 0, 1, 2].map(node => cluster.connect(node));
    let rounds = 0;
    for (; !a.isDone; rounds++) {
      for (const [w, writer] of writers.entries()) writer.start(anyChange(w, rounds));
      for (const writer of writers) {
        const [{error}] = writer.finish();
        // The builder writes rows too: whoever wants the same one at once may lose it, as to any other writer.
        assert.ok(error === undefined || error.errno === 1213, `${error?.errno} ${error?.message}`);
      }
    }
    assert.ok(rounds > 4, `${rounds} rounds`);
    assert.equal(a.finish()[0].error, undefined);
    checkAgrees(cluster.connect(1));
    const before = a.rows('SELECT COUNT(*), SUM(id), SUM(k), SUM(LENGTH(s)), SUM(n) FROM t');
    check(cluster.connect(2), [
      ['DROP INDEX f ON t LOCK = NONE', 'ok 0'],
      ['SELECT COUNT(*), SUM(id), SUM(k), SUM(LENGTH(s)), SUM(n) FROM t', before],
      ['CHECK TABLE t', OK],
    ]);
  });
}

test('it is built in place, and dropped in no time; a column of the same statement needs a copy', () => {
  const a = filled(new TestCluster(1, SMALL), 'id INT PRIMARY KEY', 50);
  check(a, [
    ['ALTER TABLE t ADD INDEX f ((k + 1)), ALGORITHM = INSTANT', 1845],
    ['ALTER TABLE t ADD INDEX f ((k + 1)), ADD INDEX g ((k + 2), (k + 3)), ALGORITHM = INPLACE, LOCK = NONE', 'ok 0'],
    ['ALTER TABLE t DROP INDEX f, ALGORITHM = INSTANT', 'ok 0'],
    ['ALTER TABLE t DROP INDEX g, ADD INDEX g ((k + 2), (k + 3)), ALGORITHM = INPLACE', 'ok 0'],
    ['ALTER TABLE t ADD COLUMN c INT DEFAULT 7, ADD INDEX h ((k + c)), ALGORITHM = INPLACE', 1845],
    ['ALTER TABLE t ADD COLUMN c INT DEFAULT 7, ADD INDEX h ((k + c))', 'ok 50'],
    ['SELECT id FROM t WHERE k + c = 17', ['10']],
    ['SELECT id FROM t WHERE k + 2 = 17', ['15']],
    ['ALTER TABLE t DROP INDEX g, DROP INDEX h, DROP COLUMN c, ALGORITHM = INSTANT', 'ok 0'],
    ['CHECK TABLE t', OK],
  ]);
});

test('rows with the same key, and rows for which the expression fails, end the statement and leave nothing', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster);
  a.ok("UPDATE t SET s = 'rOW 7' WHERE id = 2500");
  assert.equal(a.error('CREATE UNIQUE INDEX f ON t ((LOWER(s)))'), "1062 Duplicate entry 'row 7' for key 't.f'");
  a.ok("UPDATE t SET s = 'other', k = 9223372 WHERE id = 2500", 'ALTER TABLE t MODIFY k BIGINT');
  assert.equal(a.run('CREATE UNIQUE INDEX f ON t ((k * 2000000000000))').error?.errno, 1690);
  const [, shown] = a.ok('SHOW CREATE TABLE t').rows[0];
  assert.doesNotMatch(shown ?? '', /`f`/);
  a.ok('CREATE UNIQUE INDEX f ON t ((LOWER(s)))');
  const b = cluster.connect(1);
  assert.equal(b.error("INSERT INTO t (id, s) VALUES (9999, 'ROW 5')"), "1062 Duplicate entry 'row 5' for key 't.f'");
  check(b, [['CHECK TABLE t', OK]]);
});

test('a snapshot of the time before the rows had their values does not look for them: 1412', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster);
  const b = cluster.connect(1);
  a.ok('CREATE TABLE other (id INT)');
  a.start(INDEX);
  cluster.world.time.run(3);
  assert.equal(a.isDone, false);
  b.ok('BEGIN', 'SELECT * FROM other');
  assert.equal(a.finish()[0].error, undefined);
  check(b, [
    ["SELECT COUNT(*) FROM t WHERE LOWER(s) = 'row 2900'", 1412],
    ['COMMIT', 'ok'],
    ["SELECT COUNT(*) FROM t WHERE LOWER(s) = 'row 2900'", ['1']],
  ]);
});

test('the builder dies, at any moment: the old definition or the new one, and rows agree with it', () => {
  const ends = new Set<string>();
  for (let moment = 0; moment < 12; moment++) {
    const cluster = new TestCluster(2, {...SMALL, seed: 500 + moment});
    const b = filled(cluster, 'id INT PRIMARY KEY', 1000);
    const survivor = cluster.connect(1);
    const a = cluster.connect(0);
    a.start(INDEX);
    cluster.world.time.run(0.2 + moment * moment * 0.35);
    ends.add(a.isDone ? 'built' : 'dead');
    assert.ok(b.isDone);
    const dead = cluster.primaries[0];
    cluster.world.kill(dead);
    survivor.start("UPDATE t SET k = k + 10000, s = 'AFTER' WHERE id BETWEEN 990 AND 999");
    cluster.world.recover(dead.incarnation, cluster.primaries[1]);
    assert.equal(survivor.finish()[0].error, undefined);
    cluster.world.time.run(2500);
    check(survivor, [
      ['CHECK TABLE t', OK],
      ["SELECT COUNT(*) FROM t WHERE LOWER(s) = 'after'", ['10']],
      ['SELECT COUNT(*), SUM(n) FROM t', ['1000|4000']],
    ]);
    survivor.run(INDEX);
    checkAgrees(survivor);
  }
  assert.deepEqual([...ends].sort(), ['built', 'dead'], 'some deaths come before the end of the build, some after it');
});

test('KILL QUERY takes the columns of the key parts away again', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster);
  a.start(INDEX);
  cluster.world.time.run(3);
  assert.equal(a.isDone, false);
  a.session.kill(true);
  assert.equal(a.finish()[0].error?.errno, 1317);
  const b = cluster.connect(1);
  // No key part stands in the way any more.
  b.ok('ALTER TABLE t RENAME COLUMN s TO text', 'ALTER TABLE t DROP COLUMN k', 'ALTER TABLE t RENAME COLUMN text TO s');
  b.ok('CREATE INDEX f ON t ((LOWER(s)))');
  check(b, [
    ['SELECT COUNT(*) FROM t WHERE LOWER(s) > ""', [String(COUNT)]],
    ['CHECK TABLE t', OK],
  ]);
});
