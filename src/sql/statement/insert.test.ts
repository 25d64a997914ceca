// INSERT and REPLACE: values, defaults, AUTO_INCREMENT, duplicates, conversions in strict and lax mode.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(1);
const client = cluster.connect();

test('values, column lists, defaults and SET', () => {
  check(client, [
    ["CREATE TABLE v (a INT PRIMARY KEY, b INT DEFAULT 7, c VARCHAR(5) NOT NULL DEFAULT 'x', d INT NOT NULL)", 'ok 0'],
    ['INSERT INTO v VALUES (1, 2, DEFAULT, 4)', 'ok 1: '],
    ['INSERT INTO v (a, d) VALUES (2, 5), (3, 6)', 'ok 2: Records: 2  Duplicates: 0  Warnings: 0'],
    ["INSERT INTO v SET a = 4, c = 'set', d = a + 1", 'ok 1'],
    ['INSERT INTO v (a, b, d) VALUES (5, NULL, DEFAULT(b))', 'ok 1'],
    ['SELECT * FROM v', ['1|2|x|4', '2|7|x|5', '3|7|x|6', '4|7|set|5', '5|NULL|x|7']],
    ['INSERT INTO v (a) VALUES (9)', 1364],
    ['INSERT INTO v (a, d) VALUES (9)', 1136],
    ['INSERT INTO v (a, a) VALUES (9, 9)', 1110],
    ['INSERT INTO v (a, nope) VALUES (9, 9)', 1054],
    ['INSERT INTO v (a, d) VALUES (9, NULL)', 1048],
    ['INSERT INTO nowhere VALUES (1)', 1146],
    ['INSERT INTO v (a, d) SELECT a + 10, d FROM v WHERE a < 3', 'ok 2: Records: 2  Duplicates: 0  Warnings: 0'],
    ['SELECT a, d FROM v WHERE a > 10', ['11|4', '12|5']],
  ]);
});

test('a query may read the table that it fills', () => {
  check(client, [
    ['CREATE TABLE own (a INT AUTO_INCREMENT PRIMARY KEY, b INT)', 'ok'],
    ['INSERT INTO own (b) VALUES (1), (2)', 'ok 2'],
    ['INSERT INTO own (b) SELECT b + 10 FROM own', 'ok 2'],
    ['SELECT * FROM own', ['1|1', '2|2', '3|11', '4|12']],
  ]);
});

test('AUTO_INCREMENT: generated, explicit, NULL, 0, LAST_INSERT_ID', () => {
  check(client, [
    ['CREATE TABLE ai (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT)', 'ok'],
    ['INSERT INTO ai (n) VALUES (1), (2), (3)', 'ok 3'],
    ['SELECT LAST_INSERT_ID()', ['1']],
    ['INSERT INTO ai VALUES (10, 4), (NULL, 5), (0, 6)', 'ok 3'],
    ['SELECT id, n FROM ai', ['1|1', '2|2', '3|3', '10|4', '11|5', '12|6']],
    ['SELECT LAST_INSERT_ID()', ['11']],
    ["SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", 'ok'],
    ['INSERT INTO ai VALUES (0, 7)', 'ok 1'],
    ['SET sql_mode = DEFAULT', 'ok'],
    ['SELECT id FROM ai WHERE n = 7', ['0']],
    ['INSERT INTO ai VALUES (20, 8)', 'ok 1'],
    ['DELETE FROM ai WHERE id = 20', 'ok 1'],
    ['INSERT INTO ai (n) VALUES (9)', 'ok 1'],
    ['SELECT id FROM ai WHERE n = 9', ['21']],
    ['CREATE TABLE tiny (id TINYINT AUTO_INCREMENT PRIMARY KEY)', 'ok'],
    ['INSERT INTO tiny VALUES (127)', 'ok 1'],
    ['INSERT INTO tiny VALUES (NULL)', 1467],
  ]);
  assert.equal(client.ok('INSERT INTO ai (n) VALUES (30), (31)').reply?.lastInsertId, 22);
  assert.equal(client.ok('INSERT INTO ai VALUES (50, 1)').reply?.lastInsertId, 50);
});

test('a key that is there already', () => {
  check(client, [
    ['CREATE TABLE d (a INT, b INT, c INT, PRIMARY KEY (a), UNIQUE KEY u (b, c))', 'ok'],
    ['INSERT INTO d VALUES (1, 1, 1), (2, 2, NULL), (3, 2, NULL)', 'ok 3'],
  ]);
  assert.equal(client.error('INSERT INTO d VALUES (1, 9, 9)'), "1062 Duplicate entry '1' for key 'd.PRIMARY'");
  assert.equal(client.error('INSERT INTO d VALUES (9, 9, 9), (4, 1, 1)'), "1062 Duplicate entry '1-1' for key 'd.u'");
  check(client, [
    ['SELECT COUNT(*) FROM d', ['3']],
    ['INSERT IGNORE INTO d VALUES (1, 9, 9), (8, 1, 1), (7, 7, 7)', 'ok 1: Records: 3  Duplicates: 2  Warnings: 2'],
    ['SELECT * FROM d ORDER BY a', ['1|1|1', '2|2|NULL', '3|2|NULL', '7|7|7']],
    ['INSERT INTO d VALUES (1, 5, 5) ON DUPLICATE KEY UPDATE b = VALUES(b) + d.a', 'ok 2'],
    ['INSERT INTO d VALUES (1, 5, 5) AS new ON DUPLICATE KEY UPDATE c = new.c * 10, b = new.b', 'ok 2'],
    ['INSERT INTO d VALUES (1, 5, 5) ON DUPLICATE KEY UPDATE b = 5', 'ok 0'],
    ['INSERT INTO d VALUES (99, 5, 50) ON DUPLICATE KEY UPDATE a = a + 100', 'ok 2'],
    ['SELECT * FROM d ORDER BY a', ['2|2|NULL', '3|2|NULL', '7|7|7', '101|5|50']],
    ['REPLACE INTO d VALUES (101, 7, 7)', 'ok 3'],
    ['REPLACE INTO d VALUES (200, 8, 8)', 'ok 1'],
    ['SELECT * FROM d ORDER BY a', ['2|2|NULL', '3|2|NULL', '101|7|7', '200|8|8']],
    ['CHECK TABLE d', ['test.d|check|status|OK']],
  ]);
});

test('values that do not fit: errors in strict mode, warnings without', () => {
  check(client, [
    ['CREATE TABLE s (t TINYINT NOT NULL, v VARCHAR(3), d DATE)', 'ok'],
    ['INSERT INTO s VALUES (300, NULL, NULL)', 1264],
    ["INSERT INTO s VALUES (1, 'abcd', NULL)", 1406],
    ["INSERT INTO s VALUES ('x', NULL, NULL)", 1366],
    ["INSERT INTO s VALUES (1, NULL, '2024-02-30')", 1292],
    ["INSERT IGNORE INTO s VALUES (300, 'abcd', '2024-02-30')", 'ok 1'],
    [
      'SHOW WARNINGS',
      [
        "Warning|1264|Out of range value for column 't' at row 1",
        "Warning|1265|Data truncated for column 'v' at row 1",
        "Warning|1265|Data truncated for column 'd' at row 1",
      ],
    ],
    ["SET sql_mode = ''", 'ok'],
    ["INSERT INTO s VALUES (-300, 'abcd', '2024-02-30')", 'ok 1'],
    ['INSERT INTO s (v) VALUES (1)', 'ok 1'],
    ['SET sql_mode = DEFAULT', 'ok'],
    ['SELECT * FROM s', ['127|abc|0000-00-00', '-128|abc|0000-00-00', '0|1|NULL']],
  ]);
});

test('generated columns, expression defaults and CHECK', () => {
  check(client, [
    [
      "CREATE TABLE g (a INT, b INT DEFAULT (a + 1), c INT AS (a * b) STORED, d VARCHAR(10) AS (CONCAT(a, '!')), CHECK (a <> 13))",
      'ok',
    ],
    ['INSERT INTO g (a) VALUES (2)', 'ok 1'],
    ['INSERT INTO g (a, b) VALUES (3, 5)', 'ok 1'],
    ['INSERT INTO g (a, c) VALUES (3, 5)', 3105],
    ['INSERT INTO g (a, c) VALUES (4, DEFAULT)', 'ok 1'],
    ['INSERT INTO g (a) VALUES (13)', 3819],
    ['INSERT IGNORE INTO g (a) VALUES (13)', 'ok 0'],
    ['SELECT * FROM g', ['2|3|6|2!', '3|5|15|3!', '4|5|20|4!']],
    ['UPDATE g SET a = 10 WHERE a = 2', 'ok 1'],
    ['UPDATE g SET a = 13', 3819],
    ['SELECT * FROM g WHERE a = 10', ['10|3|30|10!']],
  ]);
});

test('long values move to overflow pages and back', () => {
  check(client, [
    ['CREATE TABLE l (a INT PRIMARY KEY, b LONGTEXT, c BLOB, KEY (b(10)))', 'ok'],
    ["INSERT INTO l VALUES (1, REPEAT('ab', 40000), REPEAT('x', 9000)), (2, 'short', 'y')", 'ok 2'],
    ['SELECT a, LENGTH(b), LENGTH(c), RIGHT(b, 2) FROM l', ['1|80000|9000|ab', '2|5|1|rt']],
    ["SELECT a FROM l WHERE b LIKE 'abab%'", ['1']],
    ["UPDATE l SET c = REPEAT('z', 20000) WHERE a = 2", 'ok 1'],
    ['UPDATE l SET a = a + 10', 'ok 2'],
    ['SELECT a, LENGTH(b), LENGTH(c) FROM l', ['11|80000|9000', '12|5|20000']],
    ['DELETE FROM l WHERE a = 11', 'ok 1'],
    ['SELECT a, LENGTH(c) FROM l', ['12|20000']],
    ['CHECK TABLE l', ['test.l|check|status|OK']],
  ]);
});

test('texts beyond ASCII keep their characters, with and without a cached plan', () => {
  client.ok('CREATE TABLE u (a INT PRIMARY KEY, b VARCHAR(20))');
  for (const [i, text] of ['é☃', 'ü', '日本語'].entries()) client.ok(`INSERT INTO u VALUES (${i}, '${text}')`);
  assert.deepEqual(client.rows('SELECT b, CHAR_LENGTH(b) FROM u'), ['é☃|2', 'ü|1', '日本語|3']);
  assert.deepEqual(client.rows("SELECT a FROM u WHERE b = 'é☃'"), ['0']);
  assert.deepEqual(client.rows("SELECT a FROM u WHERE b = '日本語'"), ['2']);
});

test('subqueries inside VALUES are run before the first row goes in', () => {
  client.ok(
    'CREATE TABLE sub (id INT PRIMARY KEY, n INT DEFAULT 9, s VARCHAR(9))',
    "INSERT INTO sub VALUES (1, 1, 'a')",
  );
  check(client, [
    [
      "INSERT INTO sub VALUES ((SELECT MAX(id) FROM sub) + 1, DEFAULT, (SELECT s FROM sub)), (5, (SELECT COUNT(*) FROM sub), 'x')",
      'ok 2',
    ],
    ['SELECT * FROM sub', ['1|1|a', '2|9|a', '5|1|x']],
    ['INSERT INTO sub VALUES (6, (SELECT id FROM sub), NULL)', 1242],
    [
      'INSERT INTO sub SET id = 7, n = EXISTS (SELECT 1 FROM sub WHERE id = 5), s = (SELECT s FROM sub WHERE id = 99)',
      'ok 1',
    ],
    ['INSERT INTO sub (id) VALUES ((SELECT 7)) ON DUPLICATE KEY UPDATE n = VALUES(id) * 10', 'ok 2'],
    ['SELECT * FROM sub WHERE id = 7', ['7|70|NULL']],
  ]);
  const {statement} = client.session.prepared.add(
    'INSERT INTO sub (id, n) VALUES (?, (SELECT MAX(n) FROM sub WHERE id < ?))',
  );
  for (const id of [20, 21]) assert.equal(client.execute(statement, [id, 6]).reply?.affectedRows, 1);
  assert.deepEqual(client.rows('SELECT id, n FROM sub WHERE id >= 20'), ['20|9', '21|9']);
});
