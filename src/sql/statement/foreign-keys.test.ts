// Foreign keys: what they keep from happening, what they make happen, and what definitions they allow.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const client = cluster.connect(0);
const other = cluster.connect(1);

test('a child needs its parent, and a parent keeps its place', () => {
  client.ok(
    'CREATE TABLE p (id INT PRIMARY KEY, n INT)',
    'CREATE TABLE c (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES p (id))',
  );
  const words = '(`test`.`c`, CONSTRAINT `c_ibfk_1` FOREIGN KEY (`pid`) REFERENCES `p` (`id`))';
  assert.equal(
    client.error('INSERT INTO c VALUES (1, 1)'),
    `1452 Cannot add or update a child row: a foreign key constraint fails ${words}`,
  );
  check(client, [
    ['INSERT INTO p VALUES (1, 0), (2, 0), (3, 0)', 'ok 3'],
    ['INSERT INTO c VALUES (10, 1), (11, NULL), (12, 2)', 'ok 3'],
    ['INSERT INTO c VALUES (13, 1), (14, 9)', 1452],
    ['SELECT COUNT(*) FROM c', ['3']],
    ['UPDATE c SET pid = 4 WHERE id = 10', 1452],
    ['UPDATE c SET pid = 3 WHERE id = 10', 'ok 1'],
    ['DELETE FROM p WHERE id = 3', 1451],
    ['UPDATE p SET id = 4 WHERE id = 3', 1451],
    ['UPDATE p SET n = 1 WHERE id = 3', 'ok 1'],
    ['UPDATE p SET id = 5 WHERE id = 1', 'ok 1'],
    ['DELETE FROM p WHERE id = 5', 'ok 1'],
    ['INSERT INTO c SELECT 20, 77', 1452],
    ['REPLACE INTO c VALUES (10, 77)', 1452],
    ['SELECT pid FROM c WHERE id = 10', ['3']],
    ['REPLACE INTO p VALUES (3, 5)', 1451],
    ['INSERT INTO c VALUES (10, 0) ON DUPLICATE KEY UPDATE pid = 8', 1452],
    ['INSERT INTO c VALUES (10, 0) ON DUPLICATE KEY UPDATE pid = 2', 'ok 2'],
    ['INSERT INTO p VALUES (2, 0) ON DUPLICATE KEY UPDATE id = 9', 1451],
    ['DELETE p FROM p JOIN c ON c.pid = p.id', 1451],
    ['DELETE FROM p WHERE id = 3', 'ok 1'],
    ['SELECT id FROM p', ['2']],
  ]);
  assert.equal(
    client.error('DELETE FROM p'),
    `1451 Cannot delete or update a parent row: a foreign key constraint fails ${words}`,
  );
});

test('IGNORE passes over rows that a foreign key forbids, with a warning', () => {
  check(client, [
    ['INSERT IGNORE INTO c VALUES (30, 2), (31, 99), (32, NULL)', 'ok 2'],
    ['SHOW COUNT(*) WARNINGS', ['1']],
    ['UPDATE IGNORE c SET pid = id WHERE id IN (30, 32)', 'ok 0'],
    ['INSERT INTO p VALUES (6, 0)', 'ok 1'],
    ['DELETE IGNORE FROM p', 'ok 1'],
    ['SELECT id FROM p', ['2']],
    ['SELECT id, pid FROM c WHERE id >= 30', ['30|2', '32|NULL']],
  ]);
});

test('foreign_key_checks = 0: nothing is looked at', () => {
  check(client, [
    ['SET foreign_key_checks = 0', 'ok'],
    ['INSERT INTO c VALUES (40, 404)', 'ok 1'],
    ['DELETE FROM p', 'ok 1'],
    ['SET foreign_key_checks = 1', 'ok'],
    ['INSERT INTO c VALUES (41, 404)', 1452],
    ['UPDATE c SET id = 42 WHERE id = 40', 'ok 1'],
    ['DROP TABLE p', 3730],
    ['TRUNCATE p', 1701],
    ['DROP TABLE c, p', 'ok'],
  ]);
});

test('CASCADE and SET NULL', () => {
  client.ok(
    'CREATE TABLE a (x INT, y VARCHAR(10), PRIMARY KEY (x, y))',
    `CREATE TABLE b (id INT PRIMARY KEY, x INT, y VARCHAR(10), twice INT AS (x * 2) STORED,
       CONSTRAINT ab FOREIGN KEY (x, y) REFERENCES a (x, y) ON DELETE CASCADE ON UPDATE CASCADE)`,
    'CREATE TABLE d (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES b (id) ON DELETE SET NULL ON UPDATE CASCADE)',
    "INSERT INTO a VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO b (id, x, y) VALUES (10, 1, 'one'), (11, 1, 'one'), (12, 2, 'two'), (13, 1, NULL)",
    'INSERT INTO d VALUES (100, 10), (101, 12), (102, NULL)',
  );
  check(client, [
    ["UPDATE a SET x = 5, y = 'uno' WHERE x = 1", 'ok 1'],
    ['SELECT * FROM b ORDER BY id', ['10|5|uno|10', '11|5|uno|10', '12|2|two|4', '13|1|NULL|2']],
    ['UPDATE b SET id = 19 WHERE id = 10', 'ok 1'],
    ['SELECT * FROM d ORDER BY id', ['100|19', '101|12', '102|NULL']],
    ['DELETE FROM a WHERE x = 5', 'ok 1'],
    ['SELECT id FROM b ORDER BY id', ['12', '13']],
    ['SELECT * FROM d ORDER BY id', ['100|NULL', '101|12', '102|NULL']],
    ["REPLACE INTO a VALUES (2, 'two')", 'ok 2'],
    ['SELECT id FROM b', ['13']],
    ['CHECK TABLE a, b, d', ['test.a|check|status|OK', 'test.b|check|status|OK', 'test.d|check|status|OK']],
    ['DROP TABLE d, b, a', 'ok'],
  ]);
});

test('a table that refers to itself; cascades end at depth 15', () => {
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE)',
    'INSERT INTO t VALUES (1, 1), (2, 1), (3, 2), (4, 3)',
  );
  check(client, [
    ['INSERT INTO t VALUES (9, 8)', 1452],
    ['UPDATE t SET id = 20 WHERE id = 2', 1451],
    ['DELETE FROM t WHERE id = 2', 'ok 1'],
    ['SELECT * FROM t', ['1|1']],
    ['DELETE FROM t', 'ok 1'],
  ]);
  const chain = (length: number): string =>
    `INSERT INTO t VALUES ${Array.from({length}, (_, i) => `(${i}, ${i === 0 ? 'NULL' : i - 1})`).join(', ')}`;
  check(client, [
    [chain(16), 'ok 16'],
    ['DELETE FROM t WHERE id = 0', 'ok 1'],
    ['SELECT COUNT(*) FROM t', ['0']],
    [chain(17), 'ok 17'],
    ['DELETE FROM t WHERE id = 0', 3008],
    ['SELECT COUNT(*) FROM t', ['17']],
    ['DROP TABLE t', 'ok'],
  ]);
});

test('what definitions are refused', () => {
  client.ok('CREATE TABLE p (id INT PRIMARY KEY, u INT UNSIGNED, k INT, s VARCHAR(9), KEY (s))');
  check(client, [
    ['CREATE TABLE c (x INT, FOREIGN KEY (x) REFERENCES nobody (id))', 1824],
    ['CREATE TABLE c (x INT, FOREIGN KEY (x) REFERENCES p (nothing))', 3734],
    ['CREATE TABLE c (x INT, FOREIGN KEY (x) REFERENCES p (k))', 1822],
    ['CREATE TABLE c (x BIGINT, FOREIGN KEY (x) REFERENCES p (id))', 3780],
    ['CREATE TABLE c (x INT UNSIGNED, FOREIGN KEY (x) REFERENCES p (id))', 3780],
    ['CREATE TABLE c (x VARCHAR(3) COLLATE latin1_bin, FOREIGN KEY (x) REFERENCES p (s))', 3780],
    ['CREATE TABLE c (x INT, FOREIGN KEY (x) REFERENCES p (id, k))', 1239],
    ['CREATE TABLE c (x INT, FOREIGN KEY (y) REFERENCES p (id))', 1072],
    ['CREATE TABLE c (x INT NOT NULL, FOREIGN KEY (x) REFERENCES p (id) ON DELETE SET NULL)', 1830],
    [
      'CREATE TABLE c (x INT, CONSTRAINT f FOREIGN KEY (x) REFERENCES p (id), CONSTRAINT F FOREIGN KEY (x) REFERENCES p (id))',
      1826,
    ],
    ['CREATE TABLE c (x CHAR(20), CONSTRAINT cs FOREIGN KEY (x) REFERENCES p (s))', 'ok'],
    ['CREATE TABLE d (x CHAR(20), CONSTRAINT CS FOREIGN KEY (x) REFERENCES p (s))', 1826],
    ['DROP TABLE c', 'ok'],
    ['DROP TABLE p', 'ok'],
  ]);
});

test('ALTER TABLE adds and drops foreign keys, and keeps what they need', () => {
  client.ok(
    'CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(9))',
    'CREATE TABLE c (id INT PRIMARY KEY, pid INT, v INT)',
    'INSERT INTO p VALUES (1, NULL)',
    'INSERT INTO c VALUES (1, 1, 0), (2, 2, 0)',
  );
  check(client, [
    ['ALTER TABLE c ADD CONSTRAINT cp FOREIGN KEY (pid) REFERENCES p (id) ON DELETE CASCADE', 1452],
    ['DELETE FROM p', 'ok 1'],
    ['INSERT INTO p VALUES (1, NULL), (2, NULL)', 'ok 2'],
    ['ALTER TABLE c ADD CONSTRAINT cp FOREIGN KEY (pid) REFERENCES p (id) ON DELETE CASCADE', 'ok'],
    ['INSERT INTO c VALUES (3, 3, 0)', 1452],
    ['ALTER TABLE c DROP INDEX cp', 1553],
    ['ALTER TABLE c DROP COLUMN pid', 1828],
    ['ALTER TABLE c MODIFY pid BIGINT', 1832],
    ['ALTER TABLE p MODIFY id BIGINT', 1833],
    ['ALTER TABLE p DROP COLUMN id, ADD COLUMN z INT', 1829],
    ['ALTER TABLE p DROP PRIMARY KEY', 1553],
    ['ALTER TABLE c DROP FOREIGN KEY nothing', 1091],
    ['ALTER TABLE p ADD UNIQUE (name)', 'ok 0'],
    ['ALTER TABLE c ADD COLUMN pname VARCHAR(9)', 'ok'],
    ['ALTER TABLE c DROP FOREIGN KEY cp, ADD CONSTRAINT cp FOREIGN KEY (pname) REFERENCES p (name)', 'ok 0'],
    ["INSERT INTO c VALUES (3, 3, 0, 'none')", 1452],
    ['ALTER TABLE c DROP FOREIGN KEY cp, DROP COLUMN pname', 'ok 2'],
    ['ALTER TABLE c ADD CONSTRAINT cp FOREIGN KEY (pid) REFERENCES p (id) ON DELETE CASCADE', 'ok'],
    ['ALTER TABLE c ADD COLUMN w INT FIRST, ADD INDEX (v)', 'ok 0'],
    ['INSERT INTO c VALUES (0, 3, 3, 0)', 1452],
    ['ALTER TABLE p CHANGE id ident INT', 'ok'],
    ['INSERT INTO c VALUES (0, 3, 3, 0)', 1452],
    ['RENAME TABLE p TO parent, c TO child', 'ok'],
  ]);
  assert.match(
    client.ok('SHOW CREATE TABLE child').rows[0][1] ?? '',
    /CONSTRAINT `cp` FOREIGN KEY \(`pid`\) REFERENCES `parent` \(`ident`\) ON DELETE CASCADE\n/,
  );
  check(client, [
    ['INSERT INTO child VALUES (0, 3, 3, 0)', 1452],
    ['DELETE FROM parent WHERE ident = 2', 'ok 1'],
    ['SELECT id FROM child', ['1']],
    ['ALTER TABLE child DROP CONSTRAINT cp, RENAME TO c', 'ok'],
    ['INSERT INTO c VALUES (0, 3, 3, 0)', 'ok 1'],
    ['DROP TABLE parent', 'ok'],
    ['DROP TABLE c', 'ok'],
  ]);
});

test('a dump in the order of names: children come before their parents', () => {
  check(client, [
    ['SET foreign_key_checks = 0', 'ok'],
    [
      'CREATE TABLE b_child (id INT PRIMARY KEY, z INT, FOREIGN KEY (z) REFERENCES z_parent (id) ON DELETE CASCADE)',
      'ok',
    ],
    ['INSERT INTO b_child VALUES (1, 1)', 'ok 1'],
  ]);
  // Other sessions have plans that know of no parent.
  const near = cluster.connect(0);
  for (let i = 0; i < 3; i++) {
    for (const session of [near, other])
      assert.equal(session.run('INSERT INTO b_child VALUES (2, 1)').error?.errno, 1452);
  }
  check(client, [
    ['CREATE TABLE z_parent (id BIGINT PRIMARY KEY)', 3780],
    ['CREATE TABLE z_parent (id INT PRIMARY KEY)', 'ok'],
    ['INSERT INTO z_parent VALUES (1)', 'ok 1'],
    ['SET foreign_key_checks = 1', 'ok'],
  ]);
  assert.equal(near.ok('INSERT INTO b_child VALUES (3, 1)').reply?.affectedRows, 1);
  check(other, [
    ['INSERT INTO b_child VALUES (2, 1)', 'ok 1'],
    ['DELETE FROM z_parent', 'ok 1'],
    ['SELECT COUNT(*) FROM b_child', ['0']],
    ['DROP TABLE z_parent', 3730],
    ['SET foreign_key_checks = 0', 'ok'],
    ['DROP TABLE z_parent', 'ok'],
    ['SET foreign_key_checks = 1', 'ok'],
    ['INSERT INTO b_child VALUES (3, 1)', 1452],
    ['CREATE TABLE z_parent (id INT PRIMARY KEY)', 'ok'],
    ['DROP TABLE z_parent', 3730],
    ['DROP TABLE b_child', 'ok'],
    ['DROP TABLE z_parent', 'ok'],
  ]);
});

test('a schema with a parent of another schema stays', () => {
  check(client, [
    ['CREATE DATABASE one', 'ok 1'],
    ['CREATE TABLE one.p (id INT PRIMARY KEY)', 'ok'],
    ['CREATE TABLE one.c (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES p (id))', 'ok'],
    ['CREATE TABLE far (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES one.p (id))', 'ok'],
    ['INSERT INTO far VALUES (1)', 1452],
    ['DROP DATABASE one', 3730],
    ['DROP TABLE far', 'ok'],
    ['DROP DATABASE one', 'ok 2'],
  ]);
});

test('information_schema tells of foreign keys', () => {
  client.ok(
    'CREATE TABLE p (a INT, b INT, UNIQUE KEY both_of (a, b))',
    'CREATE TABLE c (a INT, b INT, CONSTRAINT cc FOREIGN KEY (a, b) REFERENCES p (a, b) ON UPDATE SET NULL)',
  );
  check(client, [
    [
      `SELECT CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE, TABLE_NAME, REFERENCED_TABLE_NAME
       FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = 'test'`,
      ['cc|both_of|SET NULL|NO ACTION|c|p'],
    ],
    [
      `SELECT COLUMN_NAME, ORDINAL_POSITION, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
       FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_NAME = 'c' AND CONSTRAINT_NAME = 'cc'`,
      ['a|1|test|p|a', 'b|2|test|p|b'],
    ],
    [
      "SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_NAME = 'c'",
      ['cc|FOREIGN KEY'],
    ],
    ['DROP TABLE c, p', 'ok'],
  ]);
});

test('the index made for a foreign key goes when one that the user makes can take its place', () => {
  const indexes = (): string[] =>
    client.rows(
      "SELECT CONCAT(INDEX_NAME, ' ', COLUMN_NAME) FROM information_schema.STATISTICS WHERE TABLE_NAME = 'own' AND NON_UNIQUE = 1 ORDER BY 1",
    );
  client.ok(
    'CREATE TABLE far (id INT PRIMARY KEY, b INT, KEY (b, id))',
    'INSERT INTO far VALUES (1, 1), (2, 2)',
    'CREATE TABLE own (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT fa FOREIGN KEY (a) REFERENCES far (id), FOREIGN KEY (b) REFERENCES far (b))',
    'INSERT INTO own VALUES (1, 1, 1), (2, 2, 2)',
  );
  assert.deepEqual(indexes(), ['b b', 'fa a']);
  client.ok('CREATE INDEX mine ON own (a, b)');
  assert.deepEqual(indexes(), ['b b', 'mine a', 'mine b']);
  client.ok('ALTER TABLE own ADD INDEX b (b)');
  assert.deepEqual(indexes(), ['b b', 'mine a', 'mine b']);
  client.ok('ALTER TABLE own ADD INDEX more (b, a)');
  assert.deepEqual(indexes(), ['b b', 'mine a', 'mine b', 'more a', 'more b'], 'b is the own one of the user by now');
  check(client, [
    ['DROP INDEX mine ON own', 1553],
    ['INSERT INTO own VALUES (3, 3, 1)', 1452],
    ['DELETE FROM far WHERE id = 2', 1451],
    ['CHECK TABLE own', ['test.own|check|status|OK']],
    ['ALTER TABLE own DROP FOREIGN KEY fa', 'ok'],
    ['ALTER TABLE own DROP INDEX mine, ADD FOREIGN KEY fb (a) REFERENCES far (id)', 'ok'],
    ['ALTER TABLE own ADD INDEX again (a), DROP INDEX fb', 'ok'],
  ]);
  assert.deepEqual(indexes(), ['again a', 'b b', 'more a', 'more b']);
  check(other, [['CHECK TABLE own', ['test.own|check|status|OK']]]);
});
