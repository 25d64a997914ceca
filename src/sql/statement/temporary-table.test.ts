// TEMPORARY tables: one session's own, hiding others of their names, outside of its transactions.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const client = cluster.connect(0);
const other = cluster.connect(0);

test('rows, indexes, AUTO_INCREMENT; nobody else sees it', () => {
  check(client, [
    ['CREATE TEMPORARY TABLE tt (id INT AUTO_INCREMENT PRIMARY KEY, n INT, s TEXT, KEY (n))', 'ok'],
    ['CREATE TEMPORARY TABLE tt (id INT)', 1050],
    ['CREATE TEMPORARY TABLE IF NOT EXISTS tt (id INT)', 'ok'],
    ["INSERT INTO tt (n, s) VALUES (1, 'a'), (2, REPEAT('b', 20000))", 'ok 2'],
    ['UPDATE tt SET n = n + 1', 'ok 2'],
    ['SELECT id, n, LENGTH(s) FROM tt WHERE n > 1 ORDER BY n', ['1|2|1', '2|3|20000']],
    ['DELETE FROM tt WHERE id = 1', 'ok 1'],
    ['SHOW TABLES', []],
    ['SHOW COLUMNS FROM tt', ['id|int|NO|PRI|NULL|auto_increment', 'n|int|YES|MUL|NULL|', 's|text|YES||NULL|']],
    ['CHECK TABLE tt', ['test.tt|check|status|OK']],
    ['ALTER TABLE tt ADD x INT', 1235],
  ]);
  assert.match(client.rows('SHOW CREATE TABLE tt')[0], /^tt\|CREATE TEMPORARY TABLE `tt` \(/);
  assert.equal(other.run('SELECT * FROM tt').error?.errno, 1146);
  check(client, [
    ['TRUNCATE tt', 'ok'],
    ['INSERT INTO tt (n) VALUES (7)', 'ok 1'],
    ['SELECT id, n FROM tt', ['1|7']],
    ['DROP TEMPORARY TABLE tt', 'ok'],
    ['SELECT * FROM tt', 1146],
    ['DROP TEMPORARY TABLE tt', 1051],
    ['DROP TEMPORARY TABLE IF EXISTS tt', 'ok'],
  ]);
});

test('it hides a table of its name, from cached plans too, until it is dropped', () => {
  client.ok('CREATE TABLE base (id INT PRIMARY KEY, n INT)', 'INSERT INTO base VALUES (1, 10)');
  for (let i = 0; i < 3; i++) assert.deepEqual(client.rows('SELECT n FROM base WHERE id = 1'), ['10']);
  client.ok('CREATE TEMPORARY TABLE base LIKE base', 'INSERT INTO base VALUES (1, 20)');
  for (let i = 0; i < 3; i++) assert.deepEqual(client.rows('SELECT n FROM base WHERE id = 1'), ['20']);
  assert.deepEqual(other.rows('SELECT n FROM base WHERE id = 1'), ['10']);
  client.ok('DROP TABLE base');
  for (let i = 0; i < 3; i++) assert.deepEqual(client.rows('SELECT n FROM base WHERE id = 1'), ['10']);
  check(client, [
    ['CREATE TEMPORARY TABLE copied (KEY (n)) AS SELECT id, n * 2 AS n FROM base', 'ok 1'],
    ['SELECT b.n, c.n FROM base AS b JOIN copied AS c USING (id)', ['10|20']],
    ['INSERT INTO base SELECT id + 1, n FROM copied', 'ok 1'],
    ['DROP TABLE copied, base', 'ok'],
  ]);
});

test('making and dropping leaves the open transaction alone; its rows are part of it', () => {
  client.ok('CREATE TABLE t (id INT PRIMARY KEY)');
  check(client, [
    ['BEGIN', 'ok'],
    ['INSERT INTO t VALUES (1)', 'ok 1'],
    ['CREATE TEMPORARY TABLE tmp (id INT PRIMARY KEY)', 'ok'],
    ['INSERT INTO tmp SELECT id FROM t', 'ok 1'],
    ['ROLLBACK', 'ok'],
    ['SELECT * FROM t', []],
    ['SELECT * FROM tmp', []],
    ['BEGIN', 'ok'],
    ['INSERT INTO t VALUES (2)', 'ok 1'],
    ['INSERT INTO tmp VALUES (2)', 'ok 1'],
    ['DROP TEMPORARY TABLE tmp', 'ok'],
    ['CREATE TEMPORARY TABLE tmp (other INT)', 'ok'],
    ['ROLLBACK', 'ok'],
    ['SELECT * FROM t', []],
    ['SELECT * FROM tmp', []],
    ['DROP TABLE t, tmp', 'ok'],
  ]);
});

test('the tables of a session that ends give their pages back', () => {
  const gone = cluster.connect(1);
  gone.ok(
    'CREATE TEMPORARY TABLE left_behind (id INT PRIMARY KEY)',
    'INSERT INTO left_behind VALUES (1)',
    'BEGIN',
    'DELETE FROM left_behind',
  );
  const dropped: number[] = [];
  const [, server] = cluster.servers;
  const free = server.freeTables.bind(server);
  server.freeTables = tables => {
    dropped.push(...tables.map(table => table.id));
    free(tables);
  };
  gone.close();
  cluster.until(() => dropped.length > 0, 'the end of the session');
  cluster.world.time.run(100);
  assert.equal(dropped.length, 1);
  assert.equal(cluster.connect(1).run('SELECT * FROM left_behind').error?.errno, 1146);
});
