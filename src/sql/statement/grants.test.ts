// Accounts and privileges: who may do what, on all primaries, from the moment a GRANT is answered.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DYNAMIC_PRIVILEGES} from '../catalog/privileges.ts';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const root = cluster.connect(0);
root.ok(
  'CREATE TABLE t (id INT PRIMARY KEY, n INT)',
  'CREATE TABLE u (id INT PRIMARY KEY, n INT)',
  'INSERT INTO t VALUES (1, 1), (2, 2)',
  'INSERT INTO u VALUES (1, 1)',
  'CREATE DATABASE shop',
  'CREATE TABLE shop.goods (id INT PRIMARY KEY)',
  "CREATE USER ann, bob@'10.%'",
);
const ann = cluster.connect(1, 'test', 'ann', '%');

test('a new account may do nothing', () => {
  const denied = (command: string, table: string): string =>
    `1142 ${command} command denied to user 'ann'@'localhost' for table '${table}'`;
  assert.equal(ann.error('SELECT * FROM t'), denied('SELECT', 't'));
  assert.equal(ann.error('INSERT INTO t VALUES (3, 3)'), denied('INSERT', 't'));
  assert.equal(ann.error('UPDATE t SET n = 1'), denied('UPDATE', 't'));
  assert.equal(ann.error('DELETE FROM t'), denied('DELETE', 't'));
  assert.equal(ann.error('CREATE TABLE mine (a INT)'), denied('CREATE', 'mine'));
  assert.equal(ann.error('DROP TABLE t'), denied('DROP', 't'));
  assert.equal(ann.error('CREATE DATABASE mine'), "1044 Access denied for user 'ann'@'%' to database 'mine'");
  assert.equal(ann.error('USE shop'), "1044 Access denied for user 'ann'@'%' to database 'shop'");
  check(ann, [
    ['SELECT CURRENT_USER(), USER(), 1 + 1', ['ann@%|ann@localhost|2']],
    ['SHOW DATABASES', ['information_schema', 'performance_schema']],
    ['SELECT COUNT(*) FROM information_schema.TABLES', ['0']],
    ['SHOW CREATE TABLE t', 1142],
    ['SELECT * FROM nothing', 1142],
    ['DELETE FROM nothing', 1142],
    ['SHOW TABLES', 1044],
    ['CREATE USER x', 1227],
    ['SET GLOBAL max_connections = 5', 1227],
    ['FLUSH PRIVILEGES', 1227],
    ['GRANT SELECT ON test.t TO ann', 1142],
    ['GRANT SELECT ON test.* TO ann', 1044],
    ['GRANT SELECT ON *.* TO ann', 1045],
    ['SHOW GRANTS', ['GRANT USAGE ON *.* TO `ann`@`%`']],
    ['SHOW GRANTS FOR root@localhost', 1044],
    ["SET PASSWORD FOR root@localhost = 'x'", 1227],
    ['ALTER USER ann ACCOUNT LOCK', 1227],
    ['LOCK TABLES t READ', 1044],
  ]);
});

test('a grant counts at once on another primary, cached plans and open sessions included; so does a revocation', () => {
  for (let round = 0; round < 3; round++) {
    root.ok('GRANT SELECT ON test.t TO ann');
    for (let i = 0; i < 3; i++) assert.deepEqual(ann.rows('SELECT n FROM t WHERE id = 1'), ['1']);
    root.ok('REVOKE SELECT ON test.t FROM ann');
    assert.equal(ann.run('SELECT n FROM t WHERE id = 1').error?.errno, 1142);
  }
  const near = cluster.connect(0, 'test', 'ann', '%');
  root.ok('GRANT SELECT ON test.t TO ann');
  for (let i = 0; i < 3; i++) assert.deepEqual(near.rows('SELECT n FROM t WHERE id = 1'), ['1']);
  root.ok('REVOKE SELECT ON test.t FROM ann');
  assert.equal(near.run('SELECT n FROM t WHERE id = 1').error?.errno, 1142);
});

test('an open transaction does not hold a GRANT up', () => {
  root.ok('GRANT SELECT ON test.t TO ann');
  ann.ok('BEGIN', 'SELECT * FROM t');
  root.ok('REVOKE SELECT ON test.t FROM ann', 'GRANT SELECT, UPDATE ON test.t TO ann');
  check(ann, [
    ['UPDATE t SET n = 5 WHERE id = 1', 'ok 1'],
    ['ROLLBACK', 'ok'],
  ]);
});

test('what is read needs SELECT, what is changed its own privilege', () => {
  root.ok(
    'REVOKE ALL ON test.t FROM ann',
    'GRANT INSERT, UPDATE, DELETE ON test.t TO ann',
    'GRANT SELECT ON test.u TO ann',
  );
  check(ann, [
    ['INSERT INTO t VALUES (3, 3)', 'ok 1'],
    ['INSERT INTO t SELECT id + 10, n FROM u', 'ok 1'],
    ['INSERT INTO u SELECT * FROM t', 1142],
    ['UPDATE t SET n = 7', 'ok 4'],
    ['UPDATE t SET n = n + 1', 1142],
    ['UPDATE t SET n = 7 WHERE id = 3', 1142],
    ['UPDATE t SET n = (SELECT 5 FROM u)', 'ok 4'],
    ['DELETE FROM t WHERE id = 3', 1142],
    ['REPLACE INTO t VALUES (3, 4)', 'ok 2'],
    ['SELECT * FROM (SELECT 1 AS a FROM t) AS d', 1142],
    ['SELECT * FROM u WHERE EXISTS (SELECT 1 FROM t)', 1142],
    ['WITH t AS (SELECT 5 AS five) SELECT five FROM t, u', ['5']],
    ['SELECT (SELECT COUNT(*) FROM t), five FROM (WITH t AS (SELECT 5 AS five) SELECT * FROM t) AS d', 1142],
    ['EXPLAIN SELECT * FROM t', 1142],
    ['DELETE FROM t', 'ok 4'],
    ['SHOW TABLES', ['t', 'u']],
    ['SHOW COLUMNS FROM t', ['id|int|NO|PRI|NULL|', 'n|int|YES||NULL|']],
    ['ALTER TABLE t ADD x INT', 1142],
    ['CREATE INDEX i ON t (n)', 1142],
    ['TRUNCATE t', 1142],
  ]);
  root.ok('INSERT INTO t VALUES (1, 1), (2, 2)');
});

test('privileges on a schema, patterns, GRANT OPTION, SHOW GRANTS', () => {
  root.ok(
    'GRANT ALL ON `sh_p`.* TO ann',
    'GRANT CREATE VIEW, SHOW VIEW ON test.* TO ann WITH GRANT OPTION',
    'REVOKE ALL ON test.t FROM ann',
  );
  const expected = [
    'GRANT USAGE ON *.* TO `ann`@`%`',
    'GRANT ALL PRIVILEGES ON `sh_p`.* TO `ann`@`%`',
    'GRANT CREATE VIEW, SHOW VIEW ON `test`.* TO `ann`@`%` WITH GRANT OPTION',
    'GRANT SELECT ON `test`.`u` TO `ann`@`%`',
  ];
  check(ann, [
    ['SHOW GRANTS', expected],
    ['SHOW GRANTS FOR CURRENT_USER', expected],
    ['USE shop', 'ok'],
    ['CREATE TABLE more (a INT)', 'ok'],
    ['DROP TABLE more', 'ok'],
    ['USE test', 'ok'],
    ["GRANT SHOW VIEW ON test.* TO bob@'10.%'", 'ok'],
    ["GRANT SELECT ON test.* TO bob@'10.%'", 1044],
    [
      "SELECT PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA = 'test'",
      ['CREATE VIEW|YES', 'SHOW VIEW|YES'],
    ],
    ['SELECT GRANTEE, TABLE_NAME, PRIVILEGE_TYPE FROM information_schema.TABLE_PRIVILEGES', ["'ann'@'%'|u|SELECT"]],
  ]);
  check(root, [
    [
      "SHOW GRANTS FOR bob@'10.%'",
      ['GRANT USAGE ON *.* TO `bob`@`10.%`', 'GRANT SHOW VIEW ON `test`.* TO `bob`@`10.%`'],
    ],
    ['GRANT SELECT ON test.t TO nobody', 1410],
    ['GRANT SELECT ON test.nothing TO ann', 1146],
    ['GRANT RELOAD ON test.* TO ann', 1221],
    ['GRANT EXECUTE ON test.t TO ann', 1144],
    ['GRANT SELECT (nothing) ON test.t TO ann', 1054],
    ['GRANT nonsense ON *.* TO ann', 1149],
    ['REVOKE SELECT ON mysql.* FROM ann', 1141],
    ['REVOKE SELECT ON test.t FROM ann', 1147],
    [
      'SHOW GRANTS',
      [
        'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION',
        `GRANT ${DYNAMIC_PRIVILEGES.join(',')} ON *.* TO \`root\`@\`localhost\` WITH GRANT OPTION`,
      ],
    ],
    ['SHOW GRANTS FOR nobody', 1141],
  ]);
});

test('a view is read with the rights of its definer', () => {
  root.ok('CREATE VIEW v AS SELECT n FROM t', 'GRANT SELECT ON test.v TO ann');
  check(ann, [
    ['SELECT n FROM v', ['1', '2']],
    ['SELECT n FROM t', 1142],
    ['CREATE VIEW w AS SELECT n FROM t', 1142],
    ['CREATE VIEW w AS SELECT n FROM u', 'ok'],
    ['SHOW COLUMNS FROM v', ['n|int|YES||NULL|']],
  ]);
  assert.deepEqual(root.rows('SELECT * FROM w'), ['1']);
  root.ok('REVOKE SELECT ON test.u FROM ann');
  assert.equal(root.run('SELECT * FROM w').error?.errno, 1356);
  root.ok('DROP USER ann');
  assert.equal(root.run('SELECT * FROM w').error?.errno, 1449);
  root.ok('DROP VIEW v, w');
});

test('the rights of a dropped account end, and one of the same name begins with none', () => {
  assert.equal(ann.run('USE shop').error?.errno, 1044);
  root.ok('CREATE USER ann');
  assert.equal(ann.run('USE shop').error?.errno, 1044);
  root.ok('GRANT ALL ON *.* TO ann WITH GRANT OPTION');
  check(ann, [
    ['SELECT COUNT(*) FROM t', ['2']],
    ['CREATE USER carl', 'ok'],
    ['GRANT PROCESS ON *.* TO carl', 'ok'],
    ['RENAME USER carl TO carla', 'ok'],
    ['SHOW GRANTS FOR carla', ['GRANT PROCESS ON *.* TO `carla`@`%`']],
    ['REVOKE ALL PRIVILEGES, GRANT OPTION FROM carla', 'ok'],
    ['SHOW GRANTS FOR carla', ['GRANT USAGE ON *.* TO `carla`@`%`']],
  ]);
});

test("processes: one sees and ends one's own", () => {
  root.ok('CREATE USER dora');
  const dora = cluster.connect(0, '', 'dora', '%');
  const id = root.rows('SELECT CONNECTION_ID()')[0];
  check(dora, [
    ['SELECT USER FROM information_schema.PROCESSLIST', ['dora']],
    [`KILL QUERY ${id}`, 1095],
  ]);
  root.ok('GRANT PROCESS ON *.* TO dora');
  assert.ok(dora.rows('SHOW PROCESSLIST').length > 1);
});

test('prepared statements ask again', () => {
  root.ok('GRANT SELECT ON test.t TO dora');
  const dora = cluster.connect(1, 'test', 'dora', '%');
  dora.ok("PREPARE q FROM 'SELECT COUNT(*) FROM t'");
  for (let i = 0; i < 3; i++) assert.deepEqual(dora.rows('EXECUTE q'), ['2']);
  const {statement} = dora.session.prepared.add('SELECT n FROM t WHERE id = ?');
  for (let i = 0; i < 3; i++) assert.deepEqual(dora.execute(statement, [1]).rows, [['1']]);
  root.ok('REVOKE SELECT ON test.t FROM dora');
  assert.equal(dora.run('EXECUTE q').error?.errno, 1142);
  assert.equal(dora.execute(statement, [1]).error?.errno, 1142);
});
