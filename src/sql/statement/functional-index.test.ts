// Functional key parts: how they are defined, shown, refused and kept. That queries find the same rows with them as without is in
// functional-index-use.test.ts.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CorruptionError} from '../../base/errors.ts';
import {Kind, sqlType} from '../../format/value/types.ts';
import {decodeTable, encodeObject, type StoredTable, storedColumn} from '../catalog/stored-table.ts';
import {check, type TestClient, TestCluster} from '../session/test-cluster.test.ts';

const OK = (table: string): readonly string[] => [`test.${table}|check|status|OK`];

/** The lines of SHOW CREATE TABLE that are indexes. */
function keysOf(client: TestClient, table: string): string[] {
  const [text] = client.ok(`SHOW CREATE TABLE ${table}`).rows.map(row => row[1] ?? '');
  return text.split('\n').flatMap(line => (/^ {2}(UNIQUE )?KEY /.test(line) ? [line.trim().replace(/,$/, '')] : []));
}

test('a functional key part is shown as its expression, and its column nowhere', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT, c INT, doc JSON, INDEX low ((LCASE(a))), UNIQUE KEY u ((t.b*2)), INDEX three (a, (b + 1), c DESC))',
    "CREATE INDEX name ON t ((CAST(doc->>'$.name' AS CHAR(30)) COLLATE utf8mb4_bin))",
    'ALTER TABLE t ADD INDEX sub ((SUBSTRING(a FROM 2 FOR 3)) DESC) INVISIBLE',
    `INSERT INTO t VALUES (1, 'Abc', 1, 2, '{"name": "x"}')`,
    "INSERT INTO t (id, a) VALUES (2, 'b')",
  );
  assert.deepEqual(keysOf(client, 't'), [
    'KEY `low` ((lower(`a`)))',
    'UNIQUE KEY `u` (((`b` * 2)))',
    'KEY `three` (`a`,((`b` + 1)),`c` DESC)',
    "KEY `name` (((cast(json_unquote(json_extract(`doc`,_utf8mb4'$.name')) as char(30) charset utf8mb4) collate utf8mb4_bin)))",
    'KEY `sub` ((substr(`a`,2,3)) DESC) /*!80000 INVISIBLE */',
  ]);
  check(client, [
    ['SELECT * FROM t WHERE id = 1', ['1|Abc|1|2|{"name": "x"}']],
    ["SELECT column_name FROM information_schema.columns WHERE table_name = 't'", ['id', 'a', 'b', 'c', 'doc']],
    ["SHOW COLUMNS FROM t LIKE '%hidden%'", []],
    [
      "SHOW INDEX FROM t WHERE Key_name IN ('u', 'three')",
      [
        't|0|u|1|NULL|A|2|NULL|NULL|YES|BTREE|||YES|(`b` * 2)',
        't|1|three|1|a|A|2|NULL|NULL|YES|BTREE|||YES|NULL',
        't|1|three|2|NULL|A|2|NULL|NULL|YES|BTREE|||YES|(`b` + 1)',
        't|1|three|3|c|D|2|NULL|NULL|YES|BTREE|||YES|NULL',
      ],
    ],
    [
      "SELECT column_name, expression FROM information_schema.statistics WHERE table_name = 't' AND index_name = 'low'",
      ['NULL|lower(`a`)'],
    ],
    ["SELECT constraint_name FROM information_schema.key_column_usage WHERE table_name = 't' ORDER BY 1", ['PRIMARY']],
    ['SELECT `!hidden!low!0!0` FROM t', 1054],
    ['INSERT INTO t (`!hidden!low!0!0`) VALUES (1)', 1054],
    ['UPDATE t SET `!hidden!low!0!0` = 1', 1054],
    ['INSERT INTO t VALUES (3, 1, 1, 1, NULL, 1)', 1136],
  ]);
});

test('what SHOW CREATE TABLE tells makes the same table again', () => {
  const client = new TestCluster(1).connect();
  const columns = 'a VARCHAR(20), b INT, d DATETIME, doc JSON';
  const expressions = [
    'a', // an ordinary part among them
    "(CONCAT(a, ' it''s ', b))",
    '(NOT b)',
    '(-b DIV 2 - 1)',
    "(a LIKE 'x\\\\_%' OR b IN (1, 2) AND d IS NOT NULL)",
    "(CASE b WHEN 1 THEN 'one' ELSE TRIM(LEADING 'x' FROM a) END)",
    '(d + INTERVAL 1 DAY_HOUR)',
    '(TIMESTAMPDIFF(MONTH, d, DATE_ADD(d, INTERVAL b DAY)))',
    "(JSON_VALUE(doc, '$.a' RETURNING DECIMAL(10, 2) DEFAULT 1 ON EMPTY))",
    '(CAST(b AS CHAR(3) CHARACTER SET latin1))',
    '(EXTRACT(YEAR_MONTH FROM d))',
    '(MOD(b, 3) BETWEEN 1 AND b)',
  ];
  client.ok(`CREATE TABLE t (${columns}, INDEX all_of_them (${expressions.join(', ')}))`);
  const [, made] = client.ok('SHOW CREATE TABLE t').rows[0];
  client.ok('RENAME TABLE t TO old', made ?? '');
  assert.equal(client.ok('SHOW CREATE TABLE t').rows[0][1], made);
  client.ok("INSERT INTO t VALUES ('xx', 1, NOW(), '{}'), (NULL, NULL, NULL, NULL)", 'INSERT INTO old SELECT * FROM t');
  check(client, [
    ['CHECK TABLE t', OK('t')],
    ['CHECK TABLE old', OK('old')],
  ]);
});

test('names: functional_index and a number where none is given', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE t (a INT, b INT, INDEX ((a * 2)), INDEX (a, (a * 4)), CONSTRAINT two UNIQUE ((a * 6)))',
    'ALTER TABLE t ADD INDEX ((ABS(a))), ADD INDEX ((ABS(b)))',
    'CREATE TABLE copy LIKE t',
    'ALTER TABLE copy RENAME INDEX two TO three, DROP INDEX functional_index_3',
    'CREATE TEMPORARY TABLE tmp (a INT, INDEX ((a + 1)))',
  );
  assert.deepEqual(keysOf(client, 't'), [
    'KEY `functional_index` (((`a` * 2)))',
    'KEY `functional_index_2` (`a`,((`a` * 4)))',
    'UNIQUE KEY `two` (((`a` * 6)))',
    'KEY `functional_index_3` ((abs(`a`)))',
    'KEY `functional_index_4` ((abs(`b`)))',
  ]);
  assert.deepEqual(keysOf(client, 'copy').slice(2), [
    'UNIQUE KEY `three` (((`a` * 6)))',
    'KEY `functional_index_4` ((abs(`b`)))',
  ]);
  assert.deepEqual(keysOf(client, 'tmp'), ['KEY `functional_index` (((`a` + 1)))']);
  check(client, [
    ['ALTER TABLE t ADD INDEX two ((a + 9))', 1061],
    ['INSERT INTO copy VALUES (1, 1)', 'ok 1'],
    ['INSERT INTO copy VALUES (1, 1)', 1062],
    ['INSERT INTO tmp VALUES (5)', 'ok 1'],
    ['SELECT a FROM tmp WHERE a + 1 = 6', ['5']],
  ]);
});

test('what cannot be a functional key part is refused in the words of MySQL', () => {
  const client = new TestCluster(1).connect();
  const disallowed = "3758 Expression of functional index 'k' contains a disallowed function.";
  const lob =
    '3757 Cannot create a functional index on an expression that returns a BLOB or TEXT. Please consider using CAST.';
  const refused: readonly (readonly [table: string, error: string])[] = [
    ['a INT, PRIMARY KEY ((a + 1))', '3756 The primary key cannot be a functional index'],
    ['a INT, PRIMARY KEY (a, (a + 1))', '3756 The primary key cannot be a functional index'],
    [
      'a INT, KEY k ((a))',
      '3762 Functional index on a column is not supported. Consider using a regular index instead.',
    ],
    ['a INT, KEY k ((a + c))', "1054 Unknown column 'c' in 'functional index'"],
    ['a INT, KEY k ((RAND()))', disallowed],
    ['a INT, KEY k ((a + UNIX_TIMESTAMP()))', disallowed],
    ['a INT, KEY k ((NOW() + INTERVAL a DAY))', disallowed],
    ['a INT, KEY k ((CONCAT(a, USER())))', disallowed],
    ['a INT, KEY k ((a + @b))', disallowed],
    ['a INT, KEY k ((a + @@port))', disallowed],
    ['a INT, KEY k (((SELECT 1)))', disallowed],
    ['a INT, KEY k ((VALUES(a)))', disallowed],
    ['a INT, KEY k ((SLEEP(a)))', disallowed],
    ['a INT, KEY k ((SUM(a)))', '1111 Invalid use of group function'],
    ['a INT, KEY k (((a, a)))', "3800 Expression of functional index 'k' cannot refer to a row value."],
    [
      'a JSON, KEY k ((a->"$.b"))',
      '3753 Cannot create a functional index on a function that returns a JSON or GEOMETRY value.',
    ],
    ['a JSON, KEY k ((a->>"$.b"))', lob],
    ['a VARCHAR(600), KEY k ((LOWER(a)))', lob],
    ['a INT, KEY k ((NULL))', "3761 The used storage engine cannot index the expression 'NULL'."],
    ["a INT, KEY k ((CONCAT('')))", "3761 The used storage engine cannot index the expression 'concat(_utf8mb4'')'."],
    [
      'a INT AUTO_INCREMENT PRIMARY KEY, KEY k ((a + 1))',
      "3754 Functional index 'k' cannot refer to an auto-increment column.",
    ],
    ['a TEXT, FULLTEXT KEY k ((LOWER(a)))', '3759 Fulltext functional index is not supported.'],
    ['a TEXT, SPATIAL KEY k ((LOWER(a)))', '3760 Spatial functional index is not supported.'],
    [
      'a JSON, KEY k ((CAST(a->"$.b" AS UNSIGNED ARRAY)))',
      "1235 This version of MySQL doesn't yet support 'multi-valued index'",
    ],
  ];
  for (const [table, error] of refused) assert.equal(client.error(`CREATE TABLE bad (${table})`), error, table);
  check(client, [
    // A prefix, and a foreign key, are for columns: the grammar knows nothing else.
    ['CREATE TABLE bad (a VARCHAR(20), KEY k ((LOWER(a))(10)))', 1064],
    ['CREATE TABLE bad (a INT, FOREIGN KEY ((a + 1)) REFERENCES bad (a))', 1064],
    ['CREATE TABLE t (a INT)', 'ok'],
    ['ALTER TABLE t ADD PRIMARY KEY ((a + 1))', 3756],
    ['CREATE INDEX k ON t ((RAND()))', 3758],
  ]);
});

test('a column that a functional key part reads is neither dropped nor renamed; of another type, the key follows', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10), c INT, KEY k ((a + id), (UPPER(b))))',
    "INSERT INTO t VALUES (1, 5, 'x', 0), (2, 6, 'y', 0)",
  );
  const dependent = "3837 Column 'A' has a functional index dependency and cannot be dropped or renamed.";
  assert.equal(client.error('ALTER TABLE t DROP COLUMN A'), dependent.replaceAll("'A'", "'a'"));
  check(client, [
    ['ALTER TABLE t RENAME COLUMN b TO bb', 3837],
    ['ALTER TABLE t CHANGE b bb VARCHAR(10)', 3837],
    ['ALTER TABLE t RENAME COLUMN c TO cc, DROP COLUMN cc', 'ok'],
    ['ALTER TABLE t MODIFY a BIGINT UNSIGNED', 'ok'],
    ['ALTER TABLE t MODIFY b VARCHAR(40) CHARACTER SET latin1', 'ok'],
    ["INSERT INTO t VALUES (3, 18446744073709551000, REPEAT('z', 40))", 'ok 1'],
    ["SELECT id FROM t FORCE INDEX (k) WHERE a + id = 18446744073709551003 AND UPPER(b) = REPEAT('Z', 40)", ['3']],
    ["SELECT id FROM t FORCE INDEX (k) WHERE a + id = 8 AND UPPER(b) = 'Y'", ['2']],
    ['CHECK TABLE t', OK('t')],
    ['ALTER TABLE t DROP INDEX k, DROP COLUMN a', 'ok'],
    ['SELECT * FROM t WHERE id = 1', ['1|x']],
    ['CHECK TABLE t', OK('t')],
  ]);
  const prefixed = ['ALTER TABLE t MODIFY b VARCHAR(600)', 'ALTER TABLE t ADD INDEX k ((UPPER(b)))'];
  assert.equal(client.run(prefixed[1]).error, undefined);
  assert.equal(client.run(prefixed[0]).error?.errno, 3757);
});

test('a unique functional index: the error names it, and all that meets duplicates meets its own', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, mail VARCHAR(20), n INT DEFAULT 0, UNIQUE KEY one_mail ((LOWER(mail))))',
    "INSERT INTO t (id, mail) VALUES (1, 'Ann'), (2, NULL), (3, NULL), (4, 'bob')",
  );
  assert.equal(
    client.error("INSERT INTO t (id, mail) VALUES (9, 'aNN')"),
    "1062 Duplicate entry 'ann' for key 't.one_mail'",
  );
  check(client, [
    ["UPDATE t SET mail = 'BOB' WHERE id = 1", 1062],
    ["INSERT IGNORE INTO t (id, mail) VALUES (9, 'ANN')", 'ok 0'],
    ["INSERT INTO t (id, mail) VALUES (9, 'ANN') ON DUPLICATE KEY UPDATE mail = 'Zoe', n = n + 1", 'ok 2'],
    ["SELECT id, mail, n FROM t WHERE LOWER(mail) = 'zoe'", ['1|Zoe|1']],
    ["REPLACE INTO t (id, mail) VALUES (10, 'Bob')", 'ok 2'],
    ["SELECT id, mail FROM t WHERE LOWER(mail) = 'bob'", ['10|Bob']],
    ['SELECT COUNT(*) FROM t WHERE LOWER(mail) IS NULL', ['2']],
    ["UPDATE t SET mail = 'bxx' WHERE id = 1", 'ok 1'],
    ['CREATE UNIQUE INDEX first ON t ((LEFT(LOWER(mail), 1)))', 1062],
    ['CHECK TABLE t', OK('t')],
  ]);
});

test('a value that the key part cannot hold is told of the index', () => {
  const client = new TestCluster(1).connect();
  client.ok('CREATE TABLE t (a BIGINT UNSIGNED, b BIGINT UNSIGNED, KEY k ((a - b)))');
  check(client, [
    ['INSERT INTO t VALUES (1, 2)', 1690],
    ["SET sql_mode = 'NO_UNSIGNED_SUBTRACTION,STRICT_TRANS_TABLES'", 'ok'],
  ]);
  assert.equal(
    client.error('INSERT INTO t VALUES (1, 2)'),
    "3752 Value is out of range for functional index 'k' at row 1",
  );
  client.ok("SET sql_mode = 'NO_UNSIGNED_SUBTRACTION'", 'INSERT INTO t VALUES (1, 2)');
  check(client, [
    ['SHOW WARNINGS', ["Warning|1264|Out of range value for column 'k' at row 1"]],
    // A key part that is not what the expression is in this session is not asked.
    ['SELECT COUNT(*) FROM t WHERE a - b = -1', ['1']],
  ]);
});

test('definitions are seen on all primaries, and are there after everything has died', () => {
  const cluster = new TestCluster(2, {nodes: 4});
  const [a, b] = [cluster.connect(0), cluster.connect(1)];
  a.ok('CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(20))', "INSERT INTO t VALUES (1, 'One'), (2, 'TWO')");
  b.ok('BEGIN', 'SELECT * FROM t WHERE id = 1', 'COMMIT');
  a.ok('CREATE UNIQUE INDEX low ON t ((LOWER(s)))');
  assert.equal(b.error("INSERT INTO t VALUES (3, 'oNe')"), "1062 Duplicate entry 'one' for key 't.low'");
  b.ok("INSERT INTO t VALUES (3, 'THREE')");
  check(a, [
    ["SELECT id FROM t WHERE LOWER(s) = 'three'", ['3']],
    [
      "EXPLAIN SELECT id FROM t WHERE LOWER(s) = 'three'",
      ['1|SIMPLE|t|NULL|eq_ref|low|low|83|const|1|100|Fused (range to packet)'],
    ],
  ]);
  cluster.crashAndRestart();
  const c = cluster.connect(0);
  check(c, [
    ['CHECK TABLE t', OK('t')],
    ["SELECT id FROM t WHERE LOWER(s) = 'three'", ['3']],
    ["INSERT INTO t VALUES (4, 'tHREE')", 1062],
    ['ALTER TABLE t DROP INDEX low', 'ok'],
    ["INSERT INTO t VALUES (4, 'tHREE')", 'ok 1'],
    ['CHECK TABLE t', OK('t')],
  ]);
});

test('a server that does not know of functional key parts refuses the table', () => {
  const column = storedColumn(1, '!hidden!k!0!0', sqlType(Kind.int), {
    hidden: true,
    generated: {sql: '(`a` + 1)', stored: false},
  });
  const table = {kind: 'table', columns: [storedColumn(0, 'a', sqlType(Kind.int)), column]} as unknown as StoredTable;
  const text = encodeObject(table);
  assert.match(text, /^\{"format":2,/);
  assert.match(encodeObject(decodeTable(text)), /^\{"format":2,/);
  const {columns, ...rest} = decodeTable(text) as StoredTable;
  assert.match(encodeObject({...rest, columns: columns.slice(0, 1)}), /^\{"format":1,/);
  assert.throws(() => decodeTable(text.replace('"format":2', '"format":3')), CorruptionError);
});

test('cascades and changes through views compute key parts anew', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE p (id INT PRIMARY KEY)',
    'CREATE TABLE c (id INT PRIMARY KEY, p INT, s VARCHAR(10), KEY k ((p * 10)), KEY low ((LOWER(s))), FOREIGN KEY (p) REFERENCES p (id) ON UPDATE CASCADE ON DELETE SET NULL)',
    'INSERT INTO p VALUES (1), (2)',
    "INSERT INTO c VALUES (1, 1, 'A'), (2, 2, 'B'), (3, 2, 'a')",
    "CREATE VIEW v AS SELECT * FROM c WHERE LOWER(s) = 'a' WITH CHECK OPTION",
  );
  check(client, [
    ['UPDATE p SET id = 7 WHERE id = 2', 'ok 1'],
    ['SELECT id FROM c WHERE p * 10 = 70 ORDER BY id', ['2', '3']],
    ['DELETE FROM p WHERE id = 7', 'ok 1'],
    ['SELECT id FROM c WHERE p * 10 IS NULL ORDER BY id', ['2', '3']],
    ['SELECT id FROM v ORDER BY id', ['1', '3']],
    ["UPDATE v SET s = 'x' WHERE id = 3", 1369],
    ["UPDATE v SET s = 'A' WHERE id = 3", 'ok 1'],
    ["INSERT INTO v VALUES (4, 1, 'y')", 1369],
    ["INSERT INTO v VALUES (4, 1, 'A')", 'ok 1'],
    ['SELECT id FROM v ORDER BY id', ['1', '3', '4']],
    ['CHECK TABLE c', OK('c')],
  ]);
});
