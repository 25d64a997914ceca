// One database behind two primaries: definitions, cached plans, counters and rows agree.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from './test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
const b = cluster.connect(1);

test('a definition that changes on one primary is new on the other, cached plans included', () => {
  a.ok('CREATE TABLE t (id INT PRIMARY KEY, n INT)', 'INSERT INTO t VALUES (1, 10)');
  for (let i = 0; i < 3; i++) assert.deepEqual(b.rows('SELECT * FROM t WHERE id = 1'), ['1|10']);
  a.ok('ALTER TABLE t ADD COLUMN m INT NOT NULL DEFAULT 5');
  assert.deepEqual(b.rows('SELECT * FROM t WHERE id = 1'), ['1|10|5']);
  b.ok('ALTER TABLE t DROP COLUMN n');
  assert.deepEqual(a.rows('SELECT * FROM t WHERE id = 1'), ['1|5']);
  b.ok('RENAME TABLE t TO tt');
  assert.equal(a.run('SELECT * FROM t WHERE id = 1').error?.errno, 1146);
  a.ok('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
  assert.deepEqual(b.rows('SELECT * FROM t WHERE id = 1'), ['1']);
  b.ok('DROP TABLE t');
  assert.equal(a.run('SELECT * FROM t WHERE id = 1').error?.errno, 1146);
});

test('a locking read whose plan is kept runs again on the newest version, as long as none of its rows has left', () => {
  const lock = 'SELECT n FROM lr WHERE id = 1 FOR UPDATE';
  a.ok('CREATE TABLE lr (id INT PRIMARY KEY, n INT)', 'INSERT INTO lr VALUES (1, 1), (2, 1)');
  for (let i = 0; i < 2; i++) assert.deepEqual(b.rows(lock), ['1']);
  a.ok('BEGIN', 'UPDATE lr SET n = 2');
  b.start(lock);
  cluster.world.time.run(20);
  assert.equal(b.isDone, false);
  a.ok('COMMIT');
  assert.deepEqual(b.finish()[0].rows.map(String), ['2']);

  const all = 'SELECT n FROM lr ORDER BY id FOR UPDATE';
  for (let i = 0; i < 2; i++) assert.deepEqual(b.rows(all), ['2', '2']);
  a.ok('BEGIN', 'UPDATE lr SET n = 3 WHERE id = 2');
  b.start(all);
  cluster.world.time.run(20);
  a.ok('COMMIT');
  const [answer] = b.finish();
  assert.ok(answer.error?.errno === 1213 || String(answer.rows) === '2,3', 'never the row that was');
});

test('a transaction keeps the definition it has seen: the change waits', () => {
  a.ok('CREATE TABLE w (id INT PRIMARY KEY)', 'INSERT INTO w VALUES (1)', 'BEGIN', 'SELECT * FROM w');
  b.start('ALTER TABLE w ADD COLUMN x INT');
  cluster.world.time.run(50);
  assert.equal(b.isDone, false);
  assert.deepEqual(a.rows('SELECT * FROM w'), ['1']);
  a.ok('COMMIT');
  assert.equal(b.finish()[0].error, undefined);
  assert.deepEqual(a.rows('SELECT * FROM w'), ['1|NULL']);
});

test('both create the same table: one is told', () => {
  a.start('CREATE TABLE same (a INT)');
  b.start('CREATE TABLE same (b INT)');
  const errors = [a, b].map(client => client.finish()[0].error?.errno);
  assert.deepEqual(
    errors.filter(errno => errno !== undefined),
    [1050],
  );
});

test('AUTO_INCREMENT: no value twice, each statement consecutive, ranges grow', () => {
  a.ok('CREATE TABLE ai (id INT AUTO_INCREMENT PRIMARY KEY, who INT)');
  for (let round = 0; round < 40; round++) {
    for (const [who, client] of [a, b].entries()) {
      const first = Number(client.ok(`INSERT INTO ai (who) VALUES (${who}), (${who}), (${who})`).reply?.lastInsertId);
      const ids = client.rows(`SELECT id FROM ai WHERE id BETWEEN ${first} AND ${first + 2} AND who = ${who}`);
      assert.deepEqual(ids, [first, first + 1, first + 2].map(String));
    }
  }
  assert.deepEqual(a.rows('SELECT COUNT(*), COUNT(DISTINCT id) FROM ai'), ['240|240']);
  // An explicit value inside the other's range does not make its next value fail.
  const next = Number(b.ok('INSERT INTO ai (who) VALUES (1)').reply?.lastInsertId) + 1;
  a.ok(`INSERT INTO ai VALUES (${next}, 0), (${next + 1}, 0)`);
  assert.ok(Number(b.ok('INSERT INTO ai (who) VALUES (1)').reply?.lastInsertId) > next + 1);
});

test('rows of both primaries in one table, and its indexes agree', () => {
  a.ok('CREATE TABLE r (id INT PRIMARY KEY, k INT, s VARCHAR(40), KEY (k), UNIQUE (s))');
  for (let i = 0; i < 60; i++) {
    const client = i % 2 === 0 ? a : b;
    client.ok(`INSERT INTO r VALUES (${i}, ${i % 7}, 'row ${i}')`);
    if (i > 10) client.ok(`UPDATE r SET k = k + 1 WHERE id = ${i - 9}`);
    if (i % 9 === 8) client.ok(`DELETE FROM r WHERE id = ${i - 5}`);
  }
  assert.equal(b.run("INSERT INTO r VALUES (1000, 1, 'row 59')").error?.errno, 1062);
  check(a, [
    ['SELECT COUNT(*) FROM r', ['54']],
    ['CHECK TABLE r', ['test.r|check|status|OK']],
  ]);
  assert.deepEqual(
    b.rows('SELECT COUNT(*), SUM(k) FROM r'),
    a.rows('SELECT COUNT(*), SUM(k) FROM r FORCE INDEX (PRIMARY)'),
  );
});

test('databases and accounts are everywhere', () => {
  b.ok('CREATE DATABASE there');
  check(a, [
    ['CREATE TABLE there.x (a INT)', 'ok'],
    ['SHOW TABLES FROM there', ['x']],
    ['DROP DATABASE there', 'ok 1'],
  ]);
  assert.equal(b.run('USE there').error?.errno, 1049);
});

test('SET GLOBAL reaches sessions that begin later on every primary, within an open transaction too', () => {
  const timeout = '@@GLOBAL.innodb_lock_wait_timeout, @@SESSION.innodb_lock_wait_timeout';
  a.ok('BEGIN', 'SET GLOBAL innodb_lock_wait_timeout = 7', 'SET PERSIST max_error_count = 99', 'ROLLBACK');
  assert.deepEqual(a.rows(`SELECT ${timeout}`), ['7|50']);
  cluster.world.time.run(50);
  assert.deepEqual(b.rows(`SELECT ${timeout}, @@GLOBAL.max_error_count`), ['7|50|99']);
  const later = cluster.connect(1);
  assert.deepEqual(later.rows(`SELECT ${timeout}`), ['7|7']);
  b.ok('SET GLOBAL innodb_lock_wait_timeout = DEFAULT', 'SET GLOBAL TRANSACTION ISOLATION LEVEL READ COMMITTED');
  cluster.world.time.run(50);
  assert.deepEqual(a.rows('SELECT @@GLOBAL.innodb_lock_wait_timeout, @@GLOBAL.max_error_count'), ['50|99']);
  assert.deepEqual(cluster.connect(0).rows('SELECT @@transaction_isolation'), ['READ-COMMITTED']);
  a.ok('SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'SET GLOBAL max_error_count = DEFAULT');
});

test('a transaction that began after a change here does not keep readers elsewhere waiting', () => {
  a.ok(
    'CREATE TABLE after_change (id INT PRIMARY KEY)',
    'ALTER TABLE after_change ADD n INT',
    'BEGIN',
    'INSERT INTO after_change VALUES (1, 1)',
  );
  b.start('INSERT INTO after_change VALUES (2, 2)');
  cluster.world.time.run(50);
  assert.equal(b.isDone, true);
  assert.equal(b.finish()[0].error, undefined);
  // One who wants to change it waits for the transaction, as ever.
  b.start('ALTER TABLE after_change DROP n');
  cluster.world.time.run(50);
  assert.equal(b.isDone, false);
  a.ok('COMMIT');
  assert.equal(b.finish()[0].error, undefined);
  assert.deepEqual(a.rows('SELECT * FROM after_change'), ['1', '2']);
});

test('a snapshot that was asked for is kept, for tables too that this primary has not opened yet', () => {
  a.ok('CREATE TABLE unseen (id INT PRIMARY KEY, n INT)', 'INSERT INTO unseen VALUES (1, 1)');
  b.ok('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  a.ok('UPDATE unseen SET n = 2', 'CREATE TABLE later (id INT PRIMARY KEY)');
  assert.deepEqual(b.rows('SELECT n FROM unseen'), ['1']);
  assert.equal(b.run('SELECT * FROM later').error?.errno, 1412);
  b.ok('COMMIT');
  assert.deepEqual(b.rows('SELECT n FROM unseen'), ['2']);
});
