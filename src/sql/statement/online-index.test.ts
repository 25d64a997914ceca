// CREATE INDEX while sessions on several primaries write: nobody is refused, nothing is missing, and what a builder leaves who dies is cleaned up (ADR 0009).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, type TestClient, TestCluster} from '../session/test-cluster.test.ts';

/** Pages that do not all have room, so that the builder waits for them, and others have their turn. */
const SMALL = {pageSize: 4096, frames: 40, dbpFrames: 24};
const OK = ['test.t|check|status|OK'];

function filled(cluster: TestCluster, rows: number, more = ''): TestClient {
  const client = cluster.connect(0);
  client.ok(`CREATE TABLE t (id INT PRIMARY KEY, k INT, s VARCHAR(100), n INT NOT NULL DEFAULT 0${more})`);
  for (let from = 0; from < rows; from += 500) {
    const values = Array.from(
      {length: Math.min(500, rows - from)},
      (_, i) => `(${from + i}, ${from + i}, 'row ${from + i}')`,
    );
    client.ok(`INSERT INTO t (id, k, s) VALUES ${values.join(', ')}`);
  }
  return client;
}

/** Writers on all primaries change rows until the statement of `builder` has ended; how often they have. */
function writeWhile(
  builder: TestClient,
  writers: readonly TestClient[],
  next: (writer: number, n: number) => string,
): number {
  let count = 0;
  while (!builder.isDone) {
    for (const [w, writer] of writers.entries()) writer.start(next(w, count));
    for (const writer of writers) {
      const [{error}] = writer.finish();
      // A row that two writers want is lost by one of them, as ever.
      assert.ok(error === undefined || error.errno === 1213, `${error?.errno} ${error?.message}`);
    }
    count++;
  }
  return count;
}

/** A change of some row: new ones, deleted ones, keys to and fro, and half of it rolled back. */
function anyChange(writer: number, n: number): string {
  const id = (n * 37 + writer * 11) % 5000;
  switch ((n + writer) % 6) {
    case 0:
      return `UPDATE t SET k = k + 5000, s = CONCAT(s, '+') WHERE id = ${id}`;
    case 1:
      return `DELETE FROM t WHERE id = ${id}`;
    case 2:
      return `INSERT INTO t (id, k, s) VALUES (${10_000 + writer * 100_000 + n}, ${n}, 'new')`;
    case 3:
      return `REPLACE INTO t (id, k, s) VALUES (${id}, ${n}, 'replaced')`;
    case 4:
      return `UPDATE t SET k = k - 1 WHERE id BETWEEN ${id} AND ${id + 3}`;
    default:
      return `UPDATE t SET k = 7 WHERE id = ${id}`;
  }
}

test('an index is built while three primaries write: rows and entries agree', () => {
  const cluster = new TestCluster(3, SMALL);
  const a = filled(cluster, 5000);
  a.start('CREATE INDEX by_k ON t (k, s)');
  const writers = [0, 1, 2, 0, 1, 2].map(node => cluster.connect(node));
  const rounds = writeWhile(a, writers, anyChange);
  assert.ok(rounds > 20, `${rounds} rounds`);
  assert.equal(a.finish()[0].error, undefined);
  check(cluster.connect(1), [
    ['CHECK TABLE t', OK],
    [
      'SELECT COUNT(*) = (SELECT COUNT(*) FROM t USE INDEX (PRIMARY)) FROM t FORCE INDEX (by_k) WHERE k > -100000000',
      ['1'],
    ],
  ]);
  assert.deepEqual(
    cluster.connect(2).rows('SELECT COUNT(*), SUM(k) FROM t FORCE INDEX (by_k) WHERE k BETWEEN 7 AND 900'),
    a.rows('SELECT COUNT(*), SUM(k) FROM t USE INDEX (PRIMARY) WHERE k BETWEEN 7 AND 900'),
  );
});

test('transactions that are open for long, and roll back, do no harm', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 2500);
  const b = cluster.connect(1);
  const c = cluster.connect(1);
  a.start('ALTER TABLE t ADD INDEX (s), ADD INDEX (n, k)');
  cluster.world.time.run(1);
  b.ok('BEGIN', "UPDATE t SET s = 'b', n = 1 WHERE id < 100", 'DELETE FROM t WHERE id BETWEEN 100 AND 200');
  c.ok('BEGIN', "UPDATE t SET s = 'c' WHERE id BETWEEN 2000 AND 2100", 'INSERT INTO t (id, k, s) VALUES (9000, 1, 1)');
  cluster.world.time.run(300);
  // The end needs the table for itself for a moment.
  assert.equal(a.isDone, false);
  b.ok('ROLLBACK');
  c.ok("UPDATE t SET s = 'row 2000' WHERE id = 2000", 'COMMIT');
  assert.equal(a.finish()[0].error, undefined);
  check(b, [
    ['CHECK TABLE t', OK],
    ["SELECT COUNT(*) FROM t FORCE INDEX (s) WHERE s = 'c'", ['100']],
    [
      "SELECT id FROM t FORCE INDEX (s) WHERE s IN ('b', 'row 50', 'row 2000', '1') ORDER BY id",
      ['50', '2000', '9000'],
    ],
  ]);
});

test('readers and writers go on while it is built; those who define something wait', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 3000);
  a.start('CREATE INDEX by_k ON t (k)');
  cluster.world.time.run(2);
  const b = cluster.connect(1);
  assert.equal(b.run('SELECT * FROM t FORCE INDEX (by_k)').error?.errno, 1176);
  b.ok('INSERT INTO t (id, k) VALUES (70000, 1)', 'UPDATE t SET k = 3 WHERE id = 2999');
  assert.deepEqual(b.rows('SELECT k FROM t WHERE id = 2999'), ['3']);
  assert.equal(b.rows('SHOW INDEX FROM t').length, 1);
  assert.equal(a.isDone, false);
  b.start('ALTER TABLE t ADD COLUMN late INT');
  assert.equal(b.finish()[0].error, undefined);
  assert.equal(a.isDone, true);
  check(b, [['CHECK TABLE t', OK]]);
  assert.equal(b.rows('SHOW INDEX FROM t').length, 2);
});

test('a unique index: rows that have the same key fail the statement, and leave nothing', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 1500);
  a.ok('UPDATE t SET k = 77 WHERE id = 1400');
  const before = trees(cluster);
  assert.equal(a.error('CREATE UNIQUE INDEX u ON t (k)'), "1062 Duplicate entry '77' for key 't.u'");
  cluster.world.time.run(2000);
  assert.deepEqual(trees(cluster), before);
  a.ok('UPDATE t SET k = NULL WHERE id IN (77, 1400)', 'CREATE UNIQUE INDEX u ON t (k)');
  assert.equal(a.run('INSERT INTO t (id, k) VALUES (20000, 5)').error?.errno, 1062);
  check(a, [['CHECK TABLE t', OK]]);
});

test('a writer who makes a duplicate is not refused: the statement is', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 3000);
  const b = cluster.connect(1);
  a.start('CREATE UNIQUE INDEX u ON t (s)');
  cluster.world.time.run(4);
  assert.equal(a.isDone, false);
  // The one row is in the index already, the other is not, or the other way round.
  b.ok("UPDATE t SET s = 'row 2999' WHERE id = 0", "INSERT INTO t (id, s) VALUES (50000, 'row 1')");
  const {error} = a.finish()[0];
  assert.equal(error?.errno, 1062);
  check(b, [
    ['CHECK TABLE t', OK],
    ["SELECT COUNT(*) FROM t WHERE s IN ('row 2999', 'row 1')", ['4']],
  ]);
});

test('a duplicate that is gone at the end does not count', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 3000);
  const [b, c] = [cluster.connect(1), cluster.connect(0)];
  a.start('CREATE UNIQUE INDEX u ON t (s)');
  cluster.world.time.run(3);
  b.ok('BEGIN', "INSERT INTO t (id, s) VALUES (50000, 'row 1'), (50001, 'row 2998')");
  c.ok('BEGIN', "UPDATE t SET s = 'row 2' WHERE id = 2500");
  assert.equal(a.isDone, false);
  cluster.world.time.run(3);
  b.ok('ROLLBACK');
  c.ok("UPDATE t SET s = 'another' WHERE id = 2500", 'COMMIT');
  assert.equal(a.finish()[0].error, undefined);
  assert.equal(b.run("INSERT INTO t (id, s) VALUES (50000, 'row 2999')").error?.errno, 1062);
  check(b, [['CHECK TABLE t', OK]]);
});

test('two writers who make the same key at once are noticed', () => {
  for (let after = 1; after <= 8; after++) {
    const cluster = new TestCluster(2, {...SMALL, seed: after});
    const a = filled(cluster, 2000);
    const [b, c] = [cluster.connect(0), cluster.connect(1)];
    a.start('CREATE UNIQUE INDEX u ON t (s)');
    cluster.world.time.run(after);
    if (a.isDone) continue;
    b.start("INSERT INTO t (id, s) VALUES (50000, 'same')");
    c.start("INSERT INTO t (id, s) VALUES (60000, 'same')");
    const own = [b.finish()[0].error, c.finish()[0].error];
    const built = a.finish()[0].error;
    // Who came behind the end of the build is refused by the index.
    const refused = own.filter(error => error?.errno === 1062).length;
    assert.equal(refused + (built?.errno === 1062 ? 1 : 0), 1);
    check(b, [['CHECK TABLE t', OK]]);
  }
});

test('long values: rows that keep too little of them are written anew', () => {
  const cluster = new TestCluster(2, {frames: 40, dbpFrames: 24});
  const a = filled(cluster, 200, ', body TEXT, title VARCHAR(1000), extra TEXT');
  a.ok(
    "UPDATE t SET body = CONCAT(id, '-', REPEAT('x', 9000)), title = REPEAT(CHAR(97 + id % 26), 900) WHERE id < 150",
    "UPDATE t SET extra = CONCAT('e', id, REPEAT('y', 4000))",
    "UPDATE t SET title = REPEAT('é', 990) WHERE id % 3 = 0",
  );
  a.start('ALTER TABLE t ADD INDEX by_body (body(40)), ADD INDEX by_title (title(300)), ADD INDEX by_extra (extra(5))');
  const writers = [cluster.connect(0), cluster.connect(1)];
  const next = (writer: number, n: number): string =>
    n % 2 === 0
      ? `UPDATE t SET body = CONCAT('w', n, REPEAT('z', 8000)), n = n + 1 WHERE id = ${(n * 7 + writer * 13) % 200}`
      : `UPDATE t SET n = n + 1 WHERE id = ${(n * 5 + writer) % 200}`;
  writeWhile(a, writers, next);
  assert.equal(a.finish()[0].error, undefined);
  check(a, [
    ['CHECK TABLE t', OK],
    ["SELECT COUNT(*) FROM t FORCE INDEX (by_extra) WHERE extra LIKE 'e1%'", ['111']],
    ["SELECT COUNT(*) > 0 FROM t FORCE INDEX (by_title) WHERE title LIKE 'ééé%'", ['1']],
  ]);
});

test('a snapshot older than an index does not read without it what it cannot find: 1412', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 300);
  const b = cluster.connect(1);
  a.ok(
    'CREATE TABLE other (id INT PRIMARY KEY)',
    'CREATE TABLE copied (id INT PRIMARY KEY, v INT)',
    'INSERT INTO copied VALUES (1, 1)',
  );
  b.ok('BEGIN', 'SELECT * FROM other');
  a.ok('UPDATE t SET k = -1', 'CREATE INDEX by_k ON t (k)', 'ALTER TABLE copied MODIFY v BIGINT');
  check(b, [
    ['SELECT COUNT(*) FROM t', 1412],
    ['SELECT * FROM copied', 1412],
    ['COMMIT', 'ok'],
    ['SELECT COUNT(*) FROM t WHERE k = -1', ['300']],
    ['SELECT * FROM copied', ['1|1']],
  ]);
  // A transaction that has not read anything yet takes a newer snapshot.
  b.ok('BEGIN');
  check(b, [['SELECT COUNT(*) FROM t WHERE k = -1', ['300']]]);
});

test('a builder whose view is taken away goes on with another', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 1200, ', body TEXT');
  a.ok('UPDATE t SET body = REPEAT(s, 700) WHERE id % 10 = 0');
  a.start('ALTER TABLE t ADD UNIQUE (s), ADD INDEX (body(30))');
  const {views} = cluster.primaries[0].engine.core;
  let taken = 0;
  for (let round = 0; round < 400 && !a.isDone; round++) {
    cluster.world.time.run(0.7);
    views.refresh();
    if (round % 8 === 7) taken += views.cancel(Number.MAX_SAFE_INTEGER, 0);
  }
  assert.ok(taken > 3, `${taken}`);
  assert.equal(a.finish()[0].error, undefined);
  check(a, [
    ['CHECK TABLE t', OK],
    ['SELECT COUNT(*) FROM t FORCE INDEX (s) WHERE s > ""', ['1200']],
  ]);
});

test('KILL QUERY ends it and leaves the old definition', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 3000);
  a.start('CREATE INDEX by_k ON t (k)');
  cluster.world.time.run(3);
  assert.equal(a.isDone, false);
  a.session.kill(true);
  assert.equal(a.finish()[0].error?.errno, 1317);
  const b = cluster.connect(1);
  assert.equal(b.rows('SHOW INDEX FROM t').length, 1);
  b.ok('CREATE INDEX by_k ON t (k)');
  check(a, [['CHECK TABLE t', OK]]);
});

test('a client who goes away in the middle leaves nothing', () => {
  const cluster = new TestCluster(2, SMALL);
  filled(cluster, 3000);
  const before = trees(cluster);
  const builder = cluster.connect(0);
  builder.start('CREATE UNIQUE INDEX by_k ON t (k)');
  cluster.world.time.run(3);
  assert.equal(builder.isDone, false);
  builder.close();
  cluster.world.time.run(3000);
  assert.deepEqual(trees(cluster), before);
});

test('the primary of the builder dies, at any moment: the old definition or the new one, and no page is lost', () => {
  const BUILD = 'CREATE UNIQUE INDEX by_k ON t (k)';
  const ends = new Set<number>();
  for (let moment = 0; moment < 20; moment++) {
    const options = {...SMALL, seed: 100 + moment, nodes: 4};
    const undisturbed = new TestCluster(2, options);
    const length = buildTime(undisturbed, filledOn(undisturbed, 0, 1000), BUILD);
    const cluster = new TestCluster(2, options);
    const b = filledOn(cluster, 1, 1000);
    const before = trees(cluster);
    const a = cluster.connect(0);
    a.start(BUILD);
    // From the first step to some time after the last: the same seed takes about the same time.
    cluster.world.time.run((length * moment) / 16);
    const dead = cluster.primaries[0];
    cluster.world.kill(dead);
    b.start("UPDATE t SET k = k + 10000, s = 'after' WHERE id BETWEEN 990 AND 999");
    cluster.world.recover(dead.incarnation, cluster.primaries[1]);
    assert.equal(b.finish()[0].error, undefined);
    cluster.world.time.run(2500);
    const indexes = b.rows('SHOW INDEX FROM t').length;
    ends.add(indexes);
    if (indexes === 1) assert.deepEqual(trees(cluster), before, `moment ${moment}`);
    check(b, [
      ['CHECK TABLE t', OK],
      ["SELECT COUNT(*) FROM t WHERE s = 'after'", ['10']],
    ]);
    b.run('CREATE INDEX again ON t (k)');
    check(b, [['CHECK TABLE t', OK]]);
  }
  assert.deepEqual([...ends].sort(), [1, 2], 'some deaths come before the end of the build, some after it');
});

test('another primary dies in the middle of its changes: the index is built, and agrees', () => {
  for (let after = 0; after < 10; after++) {
    const cluster = new TestCluster(2, {...SMALL, seed: 300 + after, nodes: 4});
    const a = filled(cluster, 2500);
    const b = cluster.connect(1);
    a.start('CREATE INDEX by_k ON t (k, s)');
    cluster.world.time.run(1);
    b.ok('BEGIN', 'UPDATE t SET k = k + 1 WHERE id BETWEEN 0 AND 20', 'DELETE FROM t WHERE id BETWEEN 2400 AND 2420');
    b.start("UPDATE t SET k = 5, s = 'lost' WHERE id BETWEEN 1000 AND 1400");
    cluster.world.time.run(0.2 + after * 0.4);
    const dead = cluster.primaries[1];
    cluster.world.kill(dead);
    cluster.world.recover(dead.incarnation, cluster.primaries[0]);
    assert.equal(a.finish()[0].error, undefined);
    check(a, [
      ['CHECK TABLE t', OK],
      ["SELECT COUNT(*), SUM(s = 'lost') FROM t FORCE INDEX (by_k) WHERE k >= 0", ['2500|0']],
    ]);
  }
});

test('everything dies while an index is built: it is given up at the next start', () => {
  const cluster = new TestCluster(2, {...SMALL, nodes: 4});
  const a = filled(cluster, 3000);
  const before = trees(cluster);
  a.start('CREATE INDEX by_k ON t (k)');
  cluster.world.time.run(6);
  assert.equal(a.isDone, false);
  cluster.crashAndRestart();
  const b = cluster.connect(0);
  cluster.world.time.run(4000);
  assert.deepEqual(trees(cluster), before);
  assert.equal(b.rows('SHOW INDEX FROM t').length, 1);
  b.ok('CREATE INDEX by_k ON t (k)');
  check(b, [['CHECK TABLE t', OK]]);
});

test('ALGORITHM and LOCK are kept or refused', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 10);
  check(a, [
    ['ALTER TABLE t ADD INDEX i1 (k), ALGORITHM = INSTANT', 1845],
    [
      'ALTER TABLE t ADD INDEX i1 (k), ALGORITHM = INPLACE, LOCK = NONE',
      'ok 0: Records: 0  Duplicates: 0  Warnings: 0',
    ],
    ['CREATE INDEX i2 ON t (k) ALGORITHM = COPY LOCK = NONE', 1846],
    ['CREATE INDEX i2 ON t (k) ALGORITHM = COPY', 'ok 10'],
    ['CREATE INDEX i3 ON t (k) LOCK = EXCLUSIVE', 'ok 10'],
    ['ALTER TABLE t ADD INDEX i4 (k), ALGORITHM = INPLACE, LOCK = SHARED', 'ok 10'],
    ['ALTER TABLE t MODIFY k BIGINT, ALGORITHM = INPLACE', 1845],
    ['ALTER TABLE t MODIFY k BIGINT, ALGORITHM = INPLACE, LOCK = EXCLUSIVE', 1845],
    ['ALTER TABLE t MODIFY n BIGINT, LOCK = SHARED', 'ok 10'],
    ['ALTER TABLE t MODIFY k BIGINT, LOCK = NONE', 1846],
    ['ALTER TABLE t ADD COLUMN c INT, ALGORITHM = INSTANT, LOCK = NONE', 1221],
    ['ALTER TABLE t ADD COLUMN c INT, ALGORITHM = INPLACE, LOCK = NONE', 'ok 0'],
    ['ALTER TABLE t ADD INDEX (k), ALGORITHM = QUICK', 1800],
    ['ALTER TABLE t ADD INDEX (k), LOCK = LOOSE', 1801],
    ['DROP INDEX i3 ON t LOCK = NONE', 'ok 0'],
    ['CHECK TABLE t', OK],
  ]);
});

for (const [lock, waits] of [
  ['NONE', false],
  ['SHARED', true],
  ['EXCLUSIVE', true],
] as const) {
  test(`LOCK = ${lock} ${waits ? 'keeps writers out' : 'lets writers in'}`, () => {
    const cluster = new TestCluster(2, SMALL);
    const a = filled(cluster, 3000);
    const b = cluster.connect(1);
    a.start(`CREATE INDEX by_k ON t (k) LOCK = ${lock}`);
    cluster.world.time.run(3);
    assert.equal(a.isDone, false);
    b.start('UPDATE t SET k = -1 WHERE id = 7');
    cluster.until(() => a.isDone || b.isDone, 'one of the two');
    assert.equal(a.isDone, waits);
    for (const client of [a, b]) assert.equal(client.finish()[0].error, undefined);
    check(b, [['CHECK TABLE t', OK]]);
  });
}

test('with a foreign key, and with other changes beside it', () => {
  const cluster = new TestCluster(2, SMALL);
  const a = filled(cluster, 50);
  a.ok('CREATE TABLE p (id INT PRIMARY KEY)', 'INSERT INTO p SELECT k FROM t');
  check(a, [
    ['ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (k) REFERENCES p (id)', 'ok 0'],
    ['ALTER TABLE t ADD INDEX extra (s, k), ADD COLUMN c INT DEFAULT 3, RENAME INDEX fk TO fk2, RENAME TO t2', 'ok 0'],
    ['SELECT COUNT(*) FROM t2 FORCE INDEX (extra) WHERE c = 3', ['50']],
    ['RENAME TABLE t2 TO t', 'ok'],
    ['CHECK TABLE t', OK],
    ['INSERT INTO t (id, k) VALUES (999, 999)', 1452],
  ]);
});

function filledOn(cluster: TestCluster, node: number, rows: number): TestClient {
  filled(cluster, rows);
  return cluster.connect(node);
}

/** How long `statement` takes when nobody disturbs it, in milliseconds of virtual time. */
function buildTime(cluster: TestCluster, client: TestClient, statement: string): number {
  trees(cluster);
  const {time} = cluster.world;
  const begun = time.now;
  client.ok(statement);
  return time.now - begun;
}

/** The trees of the volume when nothing happens any more. */
function trees(cluster: TestCluster): number[] {
  cluster.world.time.run(1000);
  return cluster.treesInUse();
}
