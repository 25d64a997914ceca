// The sys schema, data_locks, VIEWS and SHOW ENGINE INNODB STATUS: figures that are true.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const client = cluster.connect();
client.ok(
  'CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT, KEY (n, id))',
  'INSERT INTO t (n) VALUES (1), (2), (3)',
);

test('sys is a schema that can be used and is not written to', () => {
  check(client, [
    ["SHOW DATABASES LIKE 'sys'", ['sys']],
    ['CREATE DATABASE sys', 1007],
    ['CREATE DATABASE IF NOT EXISTS sys', 'ok'],
    ['SHOW WARNINGS', ["Note|1007|Can't create database 'sys'; database exists"]],
    ['DROP DATABASE sys', 1044],
    ['CREATE TABLE sys.x (a INT)', 1044],
    ["SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'sys'", ['0']],
    ['SELECT sys_version FROM sys.version', ['2.1.3']],
    ["SHOW TABLES FROM sys LIKE 'statement\\_%'", ['statement_analysis']],
    ['SELECT * FROM sys.schema_unused_indexes', 1109],
  ]);
  const [count] = client.rows('SELECT COUNT(*) FROM sys.metrics');
  assert.equal(count, String(client.run('SHOW GLOBAL STATUS').rows.length));
});

test('sys is for accounts that have a privilege on it', () => {
  client.ok("CREATE USER dan IDENTIFIED BY ''");
  const dan = cluster.connect(1, 'test', 'dan', '%');
  const refused: (readonly [string, number | string[]])[] = [
    ['SELECT * FROM sys.version', 1142],
    ['USE sys', 1044],
    ['SHOW TABLES FROM sys', 1044],
    ['SHOW COLUMNS FROM sys.version', 1142],
    ['SHOW DATABASES', ['information_schema', 'performance_schema']],
  ];
  check(dan, refused);
  client.ok('GRANT SELECT ON sys.* TO dan');
  check(dan, [
    ['SELECT COUNT(*) FROM sys.version', ['1']],
    ['SHOW COLUMNS FROM sys.version', ['sys_version|varchar(64)|YES||NULL|', 'mysql_version|varchar(64)|YES||NULL|']],
    ['SHOW DATABASES', ['information_schema', 'performance_schema', 'sys']],
    ['USE sys', 'ok'],
    ['USE test', 1044],
  ]);
  client.ok('REVOKE SELECT ON sys.* FROM dan');
  check(dan, refused);
  client.ok('DROP USER dan');
});

test('sessions of all primaries', () => {
  const other = cluster.connect(1, 'test', 'sam', '%');
  const shown = client.rows('SELECT conn_id, user, db, command FROM sys.session ORDER BY 1');
  assert.ok(shown.includes(`${other.session.state.connectionId}|sam@localhost|test|Sleep`), shown.join('\n'));
  assert.deepEqual(shown, client.rows('SELECT conn_id, user, db, command FROM sys.`x$processlist` ORDER BY 1'));
});

test('statements, their times and their errors', () => {
  for (let i = 0; i < 5; i++) client.ok(`SELECT n, 'counted' FROM t WHERE id > ${i}`);
  for (let i = 0; i < 2; i++) client.run('SELECT nowhere FROM t');
  check(client, [
    [
      "SELECT exec_count, err_count, rows_sent, rows_sent_avg, db FROM sys.statement_analysis WHERE query LIKE 'SELECT `n`%'",
      ['5|0|6|1|test'],
    ],
    [
      "SELECT exec_count, errors, warnings FROM sys.statements_with_errors_or_warnings WHERE query LIKE '%nowhere%'",
      ['2|2|0'],
    ],
    [
      `SELECT a.exec_count = d.COUNT_STAR, a.total_latency = d.SUM_TIMER_WAIT, a.digest = d.DIGEST FROM sys.\`x$statement_analysis\` a
         JOIN performance_schema.events_statements_summary_by_digest d ON d.DIGEST_TEXT = a.query WHERE a.query LIKE 'SELECT \`n\`%'`,
      ['1|1|1'],
    ],
  ]);
});

test('AUTO_INCREMENT columns and objects by kind', () => {
  check(client, [
    [
      'SELECT table_name, column_name, data_type, column_type, is_unsigned, max_value, auto_increment FROM sys.schema_auto_increment_columns',
      ['t|id|int|int unsigned|1|4294967295|4'],
    ],
    [
      "SELECT object_type, count FROM sys.schema_object_overview WHERE db = 'test'",
      ['BASE TABLE|1', 'INDEX (BTREE)|3'],
    ],
  ]);
});

test('who waits for whom: locks, waits and what to kill', () => {
  const [holder, waiter] = [cluster.connect(1), cluster.connect(0)];
  check(client, [['SELECT COUNT(*) FROM performance_schema.data_locks', ['0']]]);
  holder.ok('BEGIN', 'UPDATE t SET n = 9 WHERE id = 1');
  waiter.start('UPDATE t SET n = 8 WHERE id = 1');
  const [h, w] = [holder, waiter].map(each => each.session.state.connectionId);
  const waits = (): string[] =>
    client.rows('SELECT waiting_pid, blocking_pid, waiting_query FROM sys.innodb_lock_waits');
  cluster.until(() => waits().length === 1, 'the wait');
  check(client, [
    [
      'SELECT waiting_pid, blocking_pid, waiting_query, sql_kill_blocking_connection FROM sys.innodb_lock_waits',
      [`${w}|${h}|UPDATE t SET n = 8 WHERE id = 1|KILL ${h}`],
    ],
    [
      'SELECT THREAD_ID, LOCK_TYPE, LOCK_STATUS FROM performance_schema.data_locks ORDER BY LOCK_STATUS',
      [`${h}|RECORD|GRANTED`, `${w}|RECORD|WAITING`],
    ],
    [
      `SELECT r.LOCK_STATUS, b.LOCK_STATUS FROM performance_schema.data_lock_waits v JOIN performance_schema.data_locks r ON r.ENGINE_LOCK_ID = v.REQUESTING_ENGINE_LOCK_ID
         JOIN performance_schema.data_locks b ON b.ENGINE_LOCK_ID = v.BLOCKING_ENGINE_LOCK_ID`,
      ['WAITING|GRANTED'],
    ],
  ]);
  const [status] = client.rows('SHOW ENGINE INNODB STATUS');
  assert.match(
    status,
    new RegExp(`thread id ${w} .*\\nUPDATE t SET n = 8 WHERE id = 1\\nwaits for a row of transaction \\d+`),
  );
  holder.ok('COMMIT');
  waiter.finish();
  assert.deepEqual(waits(), []);
});

test('SHOW ENGINE INNODB STATUS has the sections and the counters', () => {
  const [row] = client.run('SHOW ENGINE INNODB STATUS').rows;
  assert.deepEqual(row.slice(0, 2), ['InnoDB', '']);
  for (const section of ['TRANSACTIONS', 'FILE I/O', 'LOG', 'BUFFER POOL AND MEMORY', 'ROW OPERATIONS'])
    assert.match(row[2] ?? '', new RegExp(`\\n-+\\n${section}\\n-+\\n`));
  const misses = Number(/of them not in the local pool (\d+)/.exec(row[2] ?? '')?.[1]);
  assert.equal(misses, cluster.primaries[0].engine.counters().get('page_misses'));
  check(client, [
    ['SHOW ENGINE InnoDB MUTEX', []],
    ['SHOW ENGINE nothing STATUS', 1286],
  ]);
});

test('VIEWS tells of CHECK OPTION, and of what can be changed through a view', () => {
  client.ok(
    'CREATE VIEW plain AS SELECT id, n + 1 AS m FROM t',
    'CREATE VIEW checked AS SELECT * FROM t WHERE n < 5 WITH CHECK OPTION',
    'CREATE VIEW nearby AS SELECT * FROM checked WHERE n > 1 WITH LOCAL CHECK OPTION',
    'CREATE VIEW joined AS SELECT a.id, b.n FROM t a JOIN t b ON a.id = b.id',
    'CREATE VIEW grouped AS SELECT n, COUNT(*) AS c FROM t GROUP BY n',
    'CREATE ALGORITHM = TEMPTABLE VIEW kept AS SELECT id FROM t',
    'CREATE VIEW over_grouped AS SELECT * FROM grouped',
    'CREATE VIEW no_table AS SELECT 1 AS one',
    'CREATE VIEW listing AS SELECT TABLE_NAME FROM information_schema.VIEWS',
    'CREATE TABLE gone (a INT)',
    'CREATE VIEW broken AS SELECT a FROM gone',
    'DROP TABLE gone',
  );
  const shown = client.rows(
    "SELECT TABLE_NAME, CHECK_OPTION, IS_UPDATABLE FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'test' ORDER BY 1",
  );
  assert.deepEqual(shown, [
    'broken|NONE|NO',
    'checked|CASCADED|YES',
    'grouped|NONE|NO',
    'joined|NONE|YES',
    'kept|NONE|NO',
    'listing|NONE|NO',
    'nearby|LOCAL|YES',
    'no_table|NONE|NO',
    'over_grouped|NONE|NO',
    'plain|NONE|YES',
  ]);
});
