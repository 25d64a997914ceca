// SHOW and information_schema.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DYNAMIC_PRIVILEGES} from '../../catalog/privileges.ts';
import {check, TestCluster} from '../../session/test-cluster.test.ts';

const client = new TestCluster(1).connect();
client.ok(
  "CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT, n VARCHAR(20) NOT NULL DEFAULT 'x' COMMENT 'name', d DECIMAL(10,2), at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3), PRIMARY KEY (id), UNIQUE KEY u (n), KEY part (n(5), d DESC), CONSTRAINT pos CHECK (d > 0))",
  "INSERT INTO t (n, d) VALUES ('a', 1), ('b', 2)",
  'CREATE VIEW v AS SELECT id, n FROM t',
);

test('SHOW of tables, columns and indexes', () => {
  check(client, [
    ['SHOW TABLES', ['t', 'v']],
    ['SHOW FULL TABLES', ['t|BASE TABLE', 'v|VIEW']],
    ["SHOW TABLES WHERE Tables_in_test LIKE 'v%'", ['v']],
    [
      'SHOW COLUMNS FROM t',
      [
        'id|int unsigned|NO|PRI|NULL|auto_increment',
        'n|varchar(20)|NO|UNI|x|',
        'd|decimal(10,2)|YES||NULL|',
        'at|datetime(3)|YES||CURRENT_TIMESTAMP(3)|DEFAULT_GENERATED',
      ],
    ],
    ["DESCRIBE t 'n'", ['n|varchar(20)|NO|UNI|x|']],
    [
      "SHOW FULL COLUMNS FROM t WHERE Field = 'n'",
      ['n|varchar(20)|utf8mb4_0900_ai_ci|NO|UNI|x||select,insert,update,references|name'],
    ],
    ['SHOW COLUMNS FROM v', ['id|int unsigned|NO||NULL|', 'n|varchar(20)|NO||NULL|']],
    [
      "SHOW INDEX FROM t WHERE Key_name = 'part'",
      ['t|1|part|1|n|A|2|5|NULL||BTREE|||YES|NULL', 't|1|part|2|d|D|2|NULL|NULL|YES|BTREE|||YES|NULL'],
    ],
    ['SHOW COLUMNS FROM gone', 1146],
    ['SHOW TABLES FROM gone', 1049],
    ["SHOW DATABASES LIKE 't%'", ['test']],
    [
      'SHOW CREATE DATABASE test',
      [
        "test|CREATE DATABASE `test` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */",
      ],
    ],
  ]);
});

test('a view is shown without the current schema, so that it can be made in another one', () => {
  const shown =
    'v|CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` (`id`,`n`) AS SELECT';
  check(client, [
    ['SHOW CREATE VIEW v', [`${shown} id, n FROM t|utf8mb4|utf8mb4_0900_ai_ci`]],
    ['USE mysql', 'ok'],
    ['SHOW CREATE VIEW test.v', [`${shown} id, n FROM \`test\`.t|utf8mb4|utf8mb4_0900_ai_ci`]],
    ['USE test', 'ok'],
  ]);
});

test('SHOW of the server', () => {
  check(client, [
    ["SHOW CHARACTER SET LIKE 'utf8mb4'", ['utf8mb4|UTF-8 Unicode|utf8mb4_0900_ai_ci|4']],
    [
      "SHOW COLLATION WHERE Charset = 'ascii'",
      ['ascii_bin|ascii|65||Yes|1|PAD SPACE', 'ascii_general_ci|ascii|11|Yes|Yes|1|PAD SPACE'],
    ],
    ["SHOW GLOBAL VARIABLES LIKE 'lower_case_table_names'", ['lower_case_table_names|0']],
    ['SHOW ENGINES', ['InnoDB|DEFAULT|Pando: multi-primary, transactions, row locks|YES|NO|YES']],
    [
      'SHOW GRANTS',
      [
        'GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION',
        `GRANT ${DYNAMIC_PRIVILEGES.join(',')} ON *.* TO \`root\`@\`localhost\` WITH GRANT OPTION`,
      ],
    ],
    ['SHOW TRIGGERS', []],
    ["SHOW PROCEDURE STATUS WHERE Db = 'test'", []],
    ["SHOW STATUS LIKE 'threads_connected'", ['Threads_connected|1']],
  ]);
  const [row] = client.ok('SHOW FULL PROCESSLIST').rows;
  assert.deepEqual([row[1], row[3], row[4], row[7]], ['root', 'test', 'Query', 'SHOW FULL PROCESSLIST']);
});

test('information_schema', () => {
  check(client, [
    [
      "SELECT TABLE_NAME, TABLE_TYPE, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'test' ORDER BY 1",
      ['t|BASE TABLE|2', 'v|VIEW|NULL'],
    ],
    [
      "SELECT COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, COLUMN_KEY FROM INFORMATION_SCHEMA.columns WHERE table_name = 't' ORDER BY 2",
      [
        'id|1|int|NULL|10|0|NULL|PRI',
        'n|2|varchar|20|NULL|NULL|NULL|UNI',
        'd|3|decimal|NULL|10|2|NULL|',
        'at|4|datetime|NULL|NULL|NULL|3|',
      ],
    ],
    [
      "SELECT INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS WHERE TABLE_NAME = 't' ORDER BY 1, 2",
      ['part|1|n|1', 'part|2|d|1', 'PRIMARY|1|id|0', 'u|1|n|0'],
    ],
    [
      "SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_NAME = 't' ORDER BY 1",
      ['pos|CHECK', 'PRIMARY|PRIMARY KEY', 'u|UNIQUE'],
    ],
    [
      "SELECT CONSTRAINT_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_NAME = 't' ORDER BY 1",
      ['PRIMARY|id', 'u|n'],
    ],
    [
      'SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY 1',
      ['information_schema', 'mysql', 'performance_schema', 'sys', 'test'],
    ],
    ["SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_NAME = 'v'", ['SELECT id, n FROM `test`.t']],
    ["SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_NAME = 'pos'", ['(d > 0)']],
    ['SELECT COUNT(*) FROM information_schema.TRIGGERS', ['0']],
    ["SELECT VARIABLE_VALUE FROM performance_schema.session_variables WHERE VARIABLE_NAME = 'autocommit'", ['ON']],
    ['SELECT * FROM information_schema.NOTHING', 1109],
    ['USE information_schema', 'ok'],
    ['SELECT COUNT(*) > 0 FROM SCHEMATA', ['1']],
    ["SHOW TABLES LIKE 'SCHEMATA'", ['SCHEMATA']],
    ['USE test', 'ok'],
  ]);
});

test('EXPLAIN of queries and changes', () => {
  const type = (sql: string): string =>
    client
      .ok(sql)
      .rows.map(row => [row[1], row[2], row[4], row[6]].join('|'))
      .join(' ');
  assert.equal(type('EXPLAIN SELECT * FROM t WHERE id = 1'), 'SIMPLE|t|const|PRIMARY');
  assert.equal(type('EXPLAIN UPDATE t SET d = 3 WHERE id = 1'), 'UPDATE|t|const|PRIMARY');
  assert.equal(type('EXPLAIN DELETE FROM t'), 'DELETE|t|ALL|');
  assert.equal(type('EXPLAIN INSERT INTO t (n) VALUES (1)'), 'INSERT|||');
  assert.match(client.rows('EXPLAIN FORMAT=TREE SELECT * FROM t WHERE id = 1')[0], /^-> .*PRIMARY/s);
  assert.equal(client.run('EXPLAIN FORMAT=nonsense SELECT 1').error?.errno, 1791);
});

test('the next AUTO_INCREMENT value stands in SHOW CREATE TABLE, SHOW TABLE STATUS and information_schema', () => {
  const cluster = new TestCluster(2);
  const one = cluster.connect(0);
  const two = cluster.connect(1);
  one.ok('CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY)', 'CREATE TABLE plain (id INT PRIMARY KEY)');
  assert.doesNotMatch(two.rows('SHOW CREATE TABLE counted')[0], /AUTO_INCREMENT=/);
  one.ok('INSERT INTO counted VALUES (), (), ()');
  assert.match(two.rows('SHOW CREATE TABLE counted')[0], /\) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT/);
  two.ok('INSERT INTO counted VALUES (41)');
  check(one, [
    [
      "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = 'test' ORDER BY 1",
      ['counted|42', 'plain|NULL'],
    ],
  ]);
  assert.match(one.rows('SHOW CREATE TABLE counted')[0], /AUTO_INCREMENT=42/);
  one.ok(
    'CREATE TABLE from_there (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=42',
    'INSERT INTO from_there VALUES ()',
  );
  check(two, [['SELECT id FROM from_there', ['42']]]);
});
