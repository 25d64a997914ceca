// Roles, privileges on columns, dynamic privileges and limits: what an account may do by them, on all primaries.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {withoutSecrets} from '../session/secrets.ts';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const root = cluster.connect(0);
root.ok(
  'CREATE TABLE t (id INT PRIMARY KEY, open INT, secret INT, twice INT AS (secret * 2) STORED)',
  'INSERT INTO t (id, open, secret) VALUES (1, 10, 100), (2, 20, 200)',
  'CREATE TABLE u (id INT PRIMARY KEY, secret INT)',
  'INSERT INTO u VALUES (1, 7)',
);

test('a role gives what it has to whoever has made it active, on all primaries', () => {
  root.ok(
    'CREATE ROLE reader, writer',
    'CREATE USER ann',
    'GRANT SELECT ON test.t TO reader',
    'GRANT INSERT, DELETE ON test.t TO writer',
  );
  root.ok('GRANT reader, writer TO ann');
  const ann = cluster.connect(1, 'test', 'ann', '%');
  check(ann, [
    ['SELECT CURRENT_ROLE()', ['NONE']],
    ['SELECT id FROM t', 1142],
    ['SET ROLE reader', 'ok'],
    ['SELECT CURRENT_ROLE()', ['`reader`@`%`']],
    ['SELECT id FROM t ORDER BY id', ['1', '2']],
    ['INSERT INTO t (id) VALUES (3)', 1142],
    ['SET ROLE ALL', 'ok'],
    ['SELECT CURRENT_ROLE()', ['`reader`@`%`,`writer`@`%`']],
    ['INSERT INTO t (id) VALUES (3)', 'ok 1'],
    ['DELETE FROM t WHERE id = 3', 'ok 1'],
    ['SET ROLE ALL EXCEPT writer', 'ok'],
    ['INSERT INTO t (id) VALUES (3)', 1142],
    ['SET ROLE nobody', 3530],
    ['SELECT CURRENT_ROLE()', ['`reader`@`%`']],
    ['SET ROLE NONE', 'ok'],
    ['SELECT id FROM t', 1142],
  ]);
  ann.ok('SET ROLE reader');
  for (let i = 0; i < 3; i++) assert.deepEqual(ann.rows('SELECT open FROM t WHERE id = 1'), ['10']);
  root.ok('REVOKE reader FROM ann');
  check(ann, [
    ['SELECT open FROM t WHERE id = 1', 1142],
    ['SELECT CURRENT_ROLE()', ['NONE']],
  ]);
});

test('default roles are active after login; with activate_all_roles_on_login all are', () => {
  root.ok('GRANT reader TO ann', 'SET DEFAULT ROLE reader TO ann');
  check(cluster.connect(1, 'test', 'ann', '%'), [
    ['SELECT CURRENT_ROLE()', ['`reader`@`%`']],
    ['SET ROLE NONE', 'ok'],
    ['SET ROLE DEFAULT', 'ok'],
    ['SELECT CURRENT_ROLE()', ['`reader`@`%`']],
  ]);
  root.ok('SET GLOBAL activate_all_roles_on_login = ON');
  check(cluster.connect(0, 'test', 'ann', '%'), [['SELECT CURRENT_ROLE()', ['`reader`@`%`,`writer`@`%`']]]);
  root.ok('SET GLOBAL activate_all_roles_on_login = OFF', 'CREATE USER eve DEFAULT ROLE reader');
  check(cluster.connect(1, 'test', 'eve', '%'), [['SELECT CURRENT_ROLE()', ['`reader`@`%`']]]);
  check(root, [
    ['SET DEFAULT ROLE writer TO eve', 3530],
    ['SET DEFAULT ROLE writer TO nobody', 3523],
  ]);
});

test('roles have roles; none is its own; only who may gives them on', () => {
  root.ok(
    'CREATE ROLE chief',
    'GRANT reader, writer TO chief',
    'CREATE USER bob',
    'GRANT chief TO bob WITH ADMIN OPTION',
    'SET DEFAULT ROLE ALL TO bob',
  );
  const bob = cluster.connect(1, 'test', 'bob', '%');
  check(bob, [
    ['INSERT INTO t (id) VALUES (9)', 'ok 1'],
    ['DELETE FROM t WHERE id = 9', 'ok 1'],
    ['GRANT chief TO eve', 'ok'],
    ['GRANT reader TO eve', 1227],
    ['CREATE ROLE mine', 1227],
  ]);
  check(root, [
    ['GRANT chief TO reader', 4027],
    ['GRANT reader TO nobody', 3523],
    ['GRANT nobody TO ann', 3523],
    ['CREATE ROLE reader', 1396],
    ['CREATE ROLE IF NOT EXISTS reader', 'ok'],
    ['DROP ROLE nobody', 1396],
  ]);
  root.ok('DROP ROLE chief');
  check(bob, [
    ['INSERT INTO t (id) VALUES (9)', 1142],
    ['SHOW GRANTS', ['GRANT USAGE ON *.* TO `bob`@`%`']],
  ]);
});

test('SHOW GRANTS has the roles, and with USING what they give', () => {
  check(root, [
    ['SHOW GRANTS FOR ann', ['GRANT USAGE ON *.* TO `ann`@`%`', 'GRANT `reader`@`%`,`writer`@`%` TO `ann`@`%`']],
    [
      'SHOW GRANTS FOR ann USING reader, writer',
      [
        'GRANT USAGE ON *.* TO `ann`@`%`',
        'GRANT SELECT, INSERT, DELETE ON `test`.`t` TO `ann`@`%`',
        'GRANT `reader`@`%`,`writer`@`%` TO `ann`@`%`',
      ],
    ],
    ['RENAME USER reader TO looker', 'ok'],
    ['SHOW GRANTS FOR ann', ['GRANT USAGE ON *.* TO `ann`@`%`', 'GRANT `looker`@`%`,`writer`@`%` TO `ann`@`%`']],
    ['RENAME USER looker TO reader', 'ok'],
  ]);
});

test('privileges on columns: what is named must be among them, whatever the clause', () => {
  root.ok('CREATE USER cat', 'GRANT SELECT (id, open), INSERT (id, open), UPDATE (open) ON test.t TO cat');
  const cat = cluster.connect(1, 'test', 'cat', '%');
  check(cat, [
    ['SELECT id, open FROM t WHERE open > 5 ORDER BY id', ['1|10', '2|20']],
    [
      'SELECT secret FROM t',
      ["error 1143: SELECT command denied to user 'cat'@'localhost' for column 'secret' in table 't'"],
    ],
    ['SELECT id FROM t WHERE secret = 100', 1143],
    ['SELECT id FROM t ORDER BY secret', 1143],
    ['SELECT COUNT(*) FROM t GROUP BY secret', 1143],
    ['SELECT (SELECT MAX(secret) FROM t)', 1143],
    ['SELECT a.id FROM t a JOIN t b USING (secret)', 1143],
    ['SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t s WHERE s.secret = t.id)', 1143],
    ['SELECT * FROM t', ["error 1142: SELECT command denied to user 'cat'@'localhost' for table 't'"]],
    ['SELECT t.* FROM t', 1142],
    ['SELECT COUNT(*) FROM t', ['2']],
    ['INSERT INTO t (id, open) VALUES (5, 50)', 'ok 1'],
    ['INSERT INTO t (id, secret) VALUES (6, 60)', 1143],
    ['INSERT INTO t VALUES (6, 60, 600, DEFAULT)', 1142],
    ['INSERT INTO t (id, open) VALUES (5, 1) ON DUPLICATE KEY UPDATE open = 51', 'ok 2'],
    ['INSERT INTO t (id, open) VALUES (5, 1) ON DUPLICATE KEY UPDATE secret = 1', 1143],
    ['UPDATE t SET open = open + 1 WHERE id = 5', 'ok 1'],
    ['UPDATE t SET secret = 1 WHERE id = 5', 1143],
    ['UPDATE t SET open = secret', 1143],
    ['DELETE FROM t WHERE id = 5', 1142],
    ['SELECT id FROM u', 1142],
  ]);
  check(root, [
    [
      'SHOW GRANTS FOR cat',
      [
        'GRANT USAGE ON *.* TO `cat`@`%`',
        'GRANT SELECT (`id`, `open`), INSERT (`id`, `open`), UPDATE (`open`) ON `test`.`t` TO `cat`@`%`',
      ],
    ],
    ['GRANT SELECT (nothing) ON test.t TO cat', 1054],
    ['GRANT DELETE (id) ON test.t TO cat', 1144],
    ['GRANT SELECT (id) ON test.* TO cat', 1221],
    ['REVOKE SELECT (open) ON test.t FROM cat', 'ok'],
    [
      "SELECT column_name, privilege_type FROM information_schema.column_privileges WHERE grantee = '''cat''@''%''' ORDER BY 1, 2",
      ['id|INSERT', 'id|SELECT', 'open|INSERT', 'open|UPDATE'],
    ],
  ]);
  check(cat, [['SELECT open FROM t', 1143]]);
  root.ok('REVOKE SELECT ON test.t FROM cat', 'DELETE FROM t WHERE id = 5');
  check(cat, [['SELECT id FROM t', 1142]]);
});

test('a view shows what its definer may read, whatever columns its reader may', () => {
  root.ok(
    'CREATE VIEW v AS SELECT secret FROM t',
    'CREATE USER dan',
    'GRANT SELECT ON test.v TO dan',
    'GRANT SELECT (id) ON test.t TO dan',
  );
  check(cluster.connect(0, 'test', 'dan', '%'), [
    ['SELECT secret FROM v ORDER BY 1', ['100', '200']],
    ['SELECT secret FROM t', 1143],
  ]);
});

test('dynamic privileges are held on everything, are shown, and open what they are for', () => {
  root.ok(
    'CREATE USER fay',
    'GRANT SYSTEM_VARIABLES_ADMIN, BACKUP_ADMIN ON *.* TO fay',
    'GRANT ROLE_ADMIN ON *.* TO fay WITH GRANT OPTION',
  );
  const fay = cluster.connect(1, 'test', 'fay', '%');
  check(fay, [
    [
      'SHOW GRANTS',
      [
        'GRANT USAGE ON *.* TO `fay`@`%`',
        'GRANT BACKUP_ADMIN,SYSTEM_VARIABLES_ADMIN ON *.* TO `fay`@`%`',
        'GRANT ROLE_ADMIN ON *.* TO `fay`@`%` WITH GRANT OPTION',
      ],
    ],
    ['SET GLOBAL long_query_time = 10', 'ok'],
    ['GRANT writer TO eve', 'ok'],
    ['GRANT ROLE_ADMIN ON *.* TO eve', 'ok'],
    ['GRANT BACKUP_ADMIN ON *.* TO eve', 1227],
    ['KILL 99999', 1095],
  ]);
  check(root, [
    ['GRANT ROLE_ADMIN ON test.* TO fay', 3619],
    ['GRANT NO_SUCH_THING ON *.* TO fay', 1149],
    ['REVOKE SYSTEM_VARIABLES_ADMIN ON *.* FROM fay', 'ok'],
    ['GRANT CONNECTION_ADMIN ON *.* TO fay', 'ok'],
  ]);
  check(fay, [
    ['SET GLOBAL long_query_time = 10', 1227],
    ['KILL 99999', 1094],
  ]);
});

test('MAX_QUERIES_PER_HOUR and MAX_UPDATES_PER_HOUR: the next statement is 1226 until the hour is over', () => {
  root.ok('CREATE USER gus WITH MAX_QUERIES_PER_HOUR 5 MAX_UPDATES_PER_HOUR 1', 'GRANT ALL ON test.u TO gus');
  const gus = cluster.connect(0, 'test', 'gus', '%');
  check(gus, [
    ['UPDATE u SET secret = 8', 'ok 1'],
    [
      'UPDATE u SET secret = 9',
      ["error 1226: User 'gus' has exceeded the 'max_updates_per_hour' resource (current value: 1)"],
    ],
    ['SELECT secret FROM u', ['8']],
    ['SELECT secret FROM u', ['8']],
    ['SELECT secret FROM u', ['8']],
    [
      'SELECT secret FROM u',
      ["error 1226: User 'gus' has exceeded the 'max_queries_per_hour' resource (current value: 5)"],
    ],
  ]);
  root.ok('ALTER USER gus WITH MAX_QUERIES_PER_HOUR 0');
  check(gus, [['SELECT secret FROM u', ['8']]]);
});

test('PROXY and privileges on routines, of which there are none, are refused by name', () => {
  check(root, [
    ['GRANT PROXY ON ann TO bob', ["error 1235: This version of MySQL doesn't yet support 'GRANT PROXY'"]],
    ['GRANT EXECUTE ON PROCEDURE test.p TO bob', 1305],
  ]);
});

test('passwords are in no list of processes', () => {
  const statements = [
    "CREATE USER hal IDENTIFIED BY 'geheim'",
    "ALTER USER hal IDENTIFIED WITH caching_sha2_password BY 'ge''heim' REPLACE \"geheim\"",
    "SET PASSWORD FOR hal = 'geheim",
    'PREPARE p FROM "ALTER USER hal IDENTIFIED BY \'geheim\'"',
    "SELECT SLEEP(0.05), 'geheim' AS password",
  ];
  for (const sql of statements) assert.doesNotMatch(withoutSecrets(sql), /heim/, sql);
  assert.equal(withoutSecrets("SELECT 'text' FROM t"), "SELECT 'text' FROM t");
  const other = cluster.connect(0);
  other.start(statements[4]);
  const shown = root.rows(
    "SELECT info FROM information_schema.processlist WHERE info LIKE '%SLEEP%' AND info LIKE '%0.05%'",
  );
  assert.ok(shown.includes("SELECT SLEEP(0.05), '<secret>' AS password"), shown.join());
  other.finish();
});

test('the tables about accounts in the schema mysql are read by who may', () => {
  root.ok(
    'CREATE USER ivy REQUIRE SSL WITH MAX_USER_CONNECTIONS 3',
    'CREATE ROLE keeper',
    'GRANT keeper TO ivy WITH ADMIN OPTION',
    'SET DEFAULT ROLE keeper TO ivy',
    'GRANT SELECT, INSERT ON shop.* TO ivy',
    'GRANT DELETE, UPDATE (secret) ON test.u TO ivy',
    'GRANT ROLE_ADMIN ON *.* TO ivy',
  );
  check(root, [
    [
      "SELECT host, user, select_priv, ssl_type, max_user_connections, account_locked FROM mysql.user WHERE user IN ('ivy', 'keeper') ORDER BY user",
      ['%|ivy|N|ANY|3|N', '%|keeper|N||0|Y'],
    ],
    ["SELECT db, select_priv, insert_priv, update_priv FROM mysql.db WHERE user = 'ivy'", ['shop|Y|Y|N']],
    [
      "SELECT db, table_name, table_priv, column_priv FROM mysql.tables_priv WHERE user = 'ivy'",
      ['test|u|Delete|Update'],
    ],
    ["SELECT table_name, column_name, column_priv FROM mysql.columns_priv WHERE user = 'ivy'", ['u|secret|Update']],
    ["SELECT from_user, to_user, with_admin_option FROM mysql.role_edges WHERE to_user = 'ivy'", ['keeper|ivy|Y']],
    ["SELECT default_role_user FROM mysql.default_roles WHERE user = 'ivy'", ['keeper']],
    ["SELECT priv FROM mysql.global_grants WHERE user = 'ivy'", ['ROLE_ADMIN']],
    ["SELECT COUNT(*) FROM mysql.user u JOIN mysql.role_edges e ON e.to_user = u.user WHERE u.user = 'ivy'", ['1']],
    ["SHOW TABLES FROM mysql LIKE 'role%'", ['role_edges']],
  ]);
  check(cluster.connect(1, 'test', 'ivy', '%'), [
    ['SELECT user FROM mysql.user', 1142],
    ['SELECT role_name FROM information_schema.enabled_roles', ['keeper']],
    [
      'SELECT grantee, role_name, is_grantable, is_default FROM information_schema.applicable_roles',
      ['ivy|keeper|YES|YES'],
    ],
  ]);
});
