// CREATE, DROP, TRUNCATE, RENAME, ALTER; databases, indexes, views.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(1);
const client = cluster.connect();

test('databases', () => {
  check(client, [
    ['CREATE DATABASE one CHARACTER SET latin1', 'ok 1'],
    ['CREATE DATABASE one', 1007],
    ['CREATE DATABASE IF NOT EXISTS one', 'ok 1'],
    ['SHOW WARNINGS', ["Note|1007|Can't create database 'one'; database exists"]],
    ['USE one', 'ok'],
    ['SELECT DATABASE()', ['one']],
    ['CREATE TABLE t (a VARCHAR(3))', 'ok'],
    ['CREATE VIEW v AS SELECT a FROM t', 'ok'],
    ['SELECT CHARACTER_SET_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() LIMIT 1', ['latin1']],
    ['ALTER DATABASE one COLLATE utf8mb4_bin', 'ok 1'],
    ['DROP DATABASE one', 'ok 2'],
    ['SELECT DATABASE()', ['NULL']],
    ['SELECT * FROM t', 1046],
    ['USE one', 1049],
    ['DROP DATABASE one', 1008],
    ['DROP DATABASE IF EXISTS one', 'ok'],
    ['DROP DATABASE information_schema', 1044],
    ['CREATE TABLE information_schema.x (a INT)', 1044],
    ['USE test', 'ok'],
  ]);
});

test('what CREATE TABLE refuses', () => {
  check(client, [
    ['CREATE TABLE r (a INT, A INT)', 1060],
    ['CREATE TABLE r (a INT, KEY (b))', 1072],
    ['CREATE TABLE r (a INT PRIMARY KEY, b INT PRIMARY KEY)', 1068],
    ['CREATE TABLE r (a INT AUTO_INCREMENT)', 1075],
    ['CREATE TABLE r (a INT AUTO_INCREMENT, b INT AUTO_INCREMENT, KEY (a), KEY (b))', 1075],
    ["CREATE TABLE r (a INT DEFAULT 'x')", 1067],
    ['CREATE TABLE r (a INT NOT NULL DEFAULT NULL)', 1067],
    ["CREATE TABLE r (a TEXT DEFAULT 'x')", 1101],
    ['CREATE TABLE r (a TEXT, KEY (a))', 1170],
    ['CREATE TABLE r (a JSON, KEY (a))', 3152],
    ['CREATE TABLE r (a INT, KEY (a(3)))', 1089],
    ['CREATE TABLE r (a VARCHAR(20000))', 1074],
    ['CREATE TABLE r (a VARCHAR(1000), KEY (a))', 1071],
    ['CREATE TABLE r (a VARCHAR(16000), b VARCHAR(16000))', 1118],
    ['CREATE TABLE r (a DECIMAL(70, 2))', 1426],
    ['CREATE TABLE r (a DECIMAL(5, 6))', 1427],
    ['CREATE TABLE r (a DATETIME(7))', 1426],
    ["CREATE TABLE r (a ENUM('x', 'X'))", 1291],
    ['CREATE TABLE r (a INT NULL PRIMARY KEY)', 1171],
    ['CREATE TABLE r (a INT, KEY k (a), KEY K (a))', 1061],
    ['CREATE TABLE r (a INT) ENGINE = nonsense', 1286],
    ['CREATE TABLE r (a CHAR(3) CHARACTER SET nonsense)', 1115],
    ['CREATE TABLE r (a CHAR(3) CHARACTER SET latin1 COLLATE utf8mb4_bin)', 1253],
    ['CREATE TABLE r (a POINT)', 1235],
    ['CREATE TABLE r (a INT, FULLTEXT (a))', 1235],
    ['CREATE TABLE r (a INT) PARTITION BY HASH (a)', 1235],
    ['CREATE TABLE nowhere.r (a INT)', 1049],
    ['CREATE TABLE `r ` (a INT)', 1103],
    ['SHOW TABLES', []],
  ]);
});

test('every type, as SHOW CREATE TABLE tells it', () => {
  client.ok(`CREATE TABLE types (
    a TINYINT(1) UNSIGNED ZEROFILL, b BOOL, c SMALLINT, d MEDIUMINT, e INTEGER UNSIGNED, f BIGINT DEFAULT -5,
    g DECIMAL, h NUMERIC(8,3) DEFAULT 1.5, i FLOAT, j DOUBLE(10,2), k BIT(9) DEFAULT b'101', l YEAR, m DATE DEFAULT '2020-02-29',
    n TIME(3), o DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, p TIMESTAMP(6) NULL, q CHAR, r VARCHAR(9) COLLATE latin1_bin,
    s TINYTEXT, t TEXT, u MEDIUMTEXT, v LONGTEXT, w BINARY(3), x VARBINARY(4), y BLOB, z ENUM('one','it''s') DEFAULT 'one',
    aa SET('x','y') DEFAULT 'x,y', bb JSON, cc TEXT(70000) COMMENT 'long', dd INT INVISIBLE
  ) COMMENT 'all of them'`);
  const [, text] = client.ok('SHOW CREATE TABLE types').rows[0];
  const lines = (text ?? '').split('\n').map(line => line.trim());
  assert.deepEqual(lines, [
    'CREATE TABLE `types` (',
    '`a` tinyint unsigned DEFAULT NULL,',
    '`b` tinyint(1) DEFAULT NULL,',
    '`c` smallint DEFAULT NULL,',
    '`d` mediumint DEFAULT NULL,',
    '`e` int unsigned DEFAULT NULL,',
    "`f` bigint DEFAULT '-5',",
    '`g` decimal(10,0) DEFAULT NULL,',
    "`h` decimal(8,3) DEFAULT '1.500',",
    '`i` float DEFAULT NULL,',
    '`j` double(10,2) DEFAULT NULL,',
    "`k` bit(9) DEFAULT b'101',",
    '`l` year DEFAULT NULL,',
    "`m` date DEFAULT '2020-02-29',",
    '`n` time(3) DEFAULT NULL,',
    '`o` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,',
    '`p` timestamp(6) NULL DEFAULT NULL,',
    '`q` char(1) DEFAULT NULL,',
    '`r` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,',
    '`s` tinytext,',
    '`t` text,',
    '`u` mediumtext,',
    '`v` longtext,',
    '`w` binary(3) DEFAULT NULL,',
    '`x` varbinary(4) DEFAULT NULL,',
    '`y` blob,',
    "`z` enum('one','it''s') DEFAULT 'one',",
    "`aa` set('x','y') DEFAULT 'x,y',",
    '`bb` json DEFAULT NULL,',
    "`cc` mediumtext COMMENT 'long',",
    '`dd` int DEFAULT NULL /*!80023 INVISIBLE */',
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='all of them'",
  ]);
  client.ok('INSERT INTO types (a) VALUES (1)');
  const row = client.ok('SELECT f, h, BIN(k), m, z, aa, dd FROM types').rows[0];
  assert.deepEqual(row, ['-5', '1.500', '101', '2020-02-29', 'one', 'x,y', null]);
  assert.equal(client.ok('SELECT * FROM types').columns.includes('dd'), false);
  client.ok((text ?? '').replace('`types`', '`types2`'));
  assert.equal(client.rows('SHOW CREATE TABLE types2')[0].replaceAll('types2', 'types'), `types|${text}`);
});

test('LIKE, AS SELECT, IF NOT EXISTS', () => {
  check(client, [
    ['CREATE TABLE src (id INT AUTO_INCREMENT PRIMARY KEY, b VARCHAR(5), UNIQUE (b))', 'ok'],
    ["INSERT INTO src (b) VALUES ('x'), ('y')", 'ok'],
    ['CREATE TABLE cpy LIKE src', 'ok'],
    ["INSERT INTO cpy (b) VALUES ('z')", 'ok'],
    ['SELECT * FROM cpy', ['1|z']],
    ["INSERT INTO cpy (b) VALUES ('z')", 1062],
    ['CREATE TABLE src (a INT)', 1050],
    ['CREATE TABLE IF NOT EXISTS src (a INT)', 'ok'],
    ['SHOW WARNINGS', ["Note|1050|Table 'src' already exists"]],
    ["CREATE TABLE sel (id INT, n INT DEFAULT 3, KEY (c)) SELECT id, CONCAT(b, '!') AS c FROM src", 'ok 2'],
    ['SELECT * FROM sel', ['1|3|x!', '2|3|y!']],
    ['SHOW INDEX FROM sel', ['sel|1|c|1|c|A|2|NULL|NULL|YES|BTREE|||YES|NULL']],
  ]);
});

test('TRUNCATE, RENAME, DROP', () => {
  check(client, [
    ['CREATE TABLE x1 (id INT AUTO_INCREMENT PRIMARY KEY)', 'ok'],
    ['CREATE TABLE x2 (id INT)', 'ok'],
    ['INSERT INTO x1 VALUES (), ()', 'ok 2'],
    ['TRUNCATE x1', 'ok'],
    ['INSERT INTO x1 VALUES ()', 'ok 1'],
    ['SELECT * FROM x1', ['1']],
    ['RENAME TABLE x1 TO tmp, x2 TO x1, tmp TO x2', 'ok'],
    ['SELECT * FROM x2', ['1']],
    ['SELECT * FROM x1', []],
    ['RENAME TABLE x1 TO x2', 1050],
    ['RENAME TABLE gone TO x3', 1146],
    ['DROP TABLE x1, gone', 1051],
    ['SELECT * FROM x1', []],
    ['DROP TABLE IF EXISTS x1, gone', 'ok'],
    ['SHOW WARNINGS', ["Note|1051|Unknown table 'test.gone'"]],
    ['SELECT * FROM x1', 1146],
    ['TRUNCATE gone', 1146],
  ]);
});

test('ALTER TABLE: columns', () => {
  check(client, [
    ['CREATE TABLE al (id INT PRIMARY KEY, a INT, b VARCHAR(10))', 'ok'],
    ["INSERT INTO al VALUES (1, 10, 'x'), (2, NULL, 'yy')", 'ok'],
    [
      'ALTER TABLE al ADD c INT NOT NULL DEFAULT 5 AFTER id, ADD d VARCHAR(3) NOT NULL FIRST, ADD e TIMESTAMP NULL',
      'ok 0: Records: 0  Duplicates: 0  Warnings: 0',
    ],
    ['SELECT * FROM al', ['|1|5|10|x|NULL', '|2|5|NULL|yy|NULL']],
    ['ALTER TABLE al DROP d, DROP e, RENAME COLUMN c TO cc', 'ok'],
    ['ALTER TABLE al MODIFY b VARCHAR(1)', 1406],
    ['ALTER TABLE al MODIFY a INT NOT NULL', 1138],
    ['ALTER TABLE al CHANGE a aa BIGINT, MODIFY b CHAR(5) AFTER id', 'ok 2'],
    ['SELECT * FROM al', ['1|x|5|10', '2|yy|5|NULL']],
    ['ALTER TABLE al ALTER cc SET DEFAULT 9, ALTER b DROP DEFAULT', 'ok 0'],
    ['INSERT INTO al (id, b) VALUES (3, 1)', 'ok'],
    ['SELECT cc FROM al WHERE id = 3', ['9']],
    ['ALTER TABLE al DROP gone', 1091],
    ['ALTER TABLE al ADD cc INT', 1060],
    ['ALTER TABLE al ADD x INT AFTER gone', 1054],
    ['ALTER TABLE al DROP cc, DROP aa, DROP b, DROP id', 1090],
    ['ALTER TABLE al ADD n INT AUTO_INCREMENT UNIQUE', 'ok 3'],
    ['SELECT id, n FROM al ORDER BY id', ['1|1', '2|2', '3|3']],
    ['ALTER TABLE al ADD CONSTRAINT small CHECK (id < 3)', 3819],
    ["ALTER TABLE al ADD CONSTRAINT small CHECK (id < 10), COMMENT 'new'", 'ok'],
    ['INSERT INTO al (id, b) VALUES (30, 1)', 3819],
    ['ALTER TABLE al ALTER CHECK small NOT ENFORCED', 'ok'],
    ['INSERT INTO al (id, b) VALUES (30, 1)', 'ok'],
    ['ALTER TABLE al DROP CHECK small', 'ok'],
    ['CHECK TABLE al', ['test.al|check|status|OK']],
  ]);
});

test('ALTER TABLE: keys, options, rename', () => {
  check(client, [
    ['CREATE TABLE k (a INT, b INT, c TEXT)', 'ok'],
    ["INSERT INTO k VALUES (1, 1, 'x'), (2, 1, REPEAT('y', 9000))", 'ok'],
    ['ALTER TABLE k ADD PRIMARY KEY (a), ADD INDEX kb (b), ADD INDEX kc (c(4))', 'ok 2'],
    ['SELECT a FROM k WHERE b = 1 ORDER BY a', ['1', '2']],
    ["SELECT a FROM k WHERE c LIKE 'yyyy%'", ['2']],
    ['ALTER TABLE k ADD UNIQUE (b)', 1062],
    ['ALTER TABLE k ADD PRIMARY KEY (b)', 1068],
    ['ALTER TABLE k RENAME INDEX kb TO kbb, ALTER INDEX kc INVISIBLE', 'ok 0'],
    ['DROP INDEX kbb ON k', 'ok 0'],
    ['DROP INDEX kbb ON k', 1091],
    ['CREATE INDEX kbb ON k (b DESC, a)', 'ok 0'],
    ['SELECT a FROM k ORDER BY b DESC, a', ['1', '2']],
    ['ALTER TABLE k DROP PRIMARY KEY', 'ok 2'],
    ["INSERT INTO k VALUES (1, 5, 'dup')", 'ok'],
    ['ALTER TABLE k ADD PRIMARY KEY (a)', 1062],
    ['ALTER TABLE k RENAME TO kk, ADD COLUMN z INT, ALGORITHM = COPY', 'ok 3'],
    ['SELECT COUNT(*) FROM kk', ['3']],
    ['SELECT COUNT(*) FROM k', 1146],
    ['ALTER TABLE kk CONVERT TO CHARACTER SET latin1', 'ok 3'],
    ['ALTER TABLE kk ENGINE = InnoDB', 'ok 3'],
    ['ALTER TABLE kk ADD FOREIGN KEY (a) REFERENCES types (e)', 3780],
    ['CHECK TABLE kk', ['test.kk|check|status|OK']],
  ]);
});

test('ALTER TABLE ... AUTO_INCREMENT', () => {
  check(client, [
    ['CREATE TABLE an (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 100', 'ok'],
    ['INSERT INTO an VALUES ()', 'ok'],
    ['ALTER TABLE an AUTO_INCREMENT = 500', 'ok'],
    ['INSERT INTO an VALUES ()', 'ok'],
    ['ALTER TABLE an AUTO_INCREMENT = 5', 'ok'],
    ['INSERT INTO an VALUES ()', 'ok'],
    ['SELECT * FROM an', ['100', '500', '501']],
  ]);
});

test('views', () => {
  check(client, [
    ['CREATE TABLE base (a INT PRIMARY KEY, b INT)', 'ok'],
    ['INSERT INTO base VALUES (1, 10), (2, 20), (3, 30)', 'ok'],
    ['CREATE VIEW w AS SELECT a, b * 2 AS bb FROM base WHERE a > 1', 'ok'],
    ['SELECT * FROM w WHERE bb > 40', ['3|60']],
    ['CREATE VIEW w AS SELECT 1', 1050],
    ['CREATE OR REPLACE VIEW w (x, y) AS WITH c AS (SELECT b FROM base) SELECT b, b + 1 FROM c', 'ok'],
    ['SELECT x + y FROM w ORDER BY 1', ['21', '41', '61']],
    ['CREATE VIEW ww AS SELECT x FROM w', 'ok'],
    ['SELECT COUNT(*) FROM ww', ['3']],
    ['CREATE VIEW bad (x) AS SELECT 1, 2', 1353],
    ['CREATE VIEW bad AS SELECT * FROM gone', 1146],
    ['CREATE VIEW bad AS SELECT 1 AS q, 2 AS Q', 1060],
    ['DROP TABLE w', 1347],
    ['DROP VIEW base', 1347],
    ['INSERT INTO w VALUES (1, 1)', 1471],
    ["SHOW TABLES LIKE 'w%'", ['w', 'ww']],
    ['DROP VIEW w, ww', 'ok'],
    ['SELECT * FROM ww', 1146],
  ]);
});

test('names that JavaScript objects have too', () => {
  check(client, [
    [
      'CREATE TABLE `__proto__` (`constructor` INT PRIMARY KEY, `toString` INT, `__proto__` INT, KEY `hasOwnProperty` (`__proto__`))',
      'ok',
    ],
    ['INSERT INTO `__proto__` VALUES (1, 2, 3)', 'ok'],
    ['UPDATE `__proto__` SET `__proto__` = `constructor` + 9', 'ok 1'],
    ['SELECT `constructor`, `toString`, `__proto__` FROM `__proto__`', ['1|2|10']],
    ['SELECT COUNT(*) FROM `constructor`', 1146],
    ['SET @`__proto__` = 4', 'ok'],
    ['SELECT @`__proto__`, @`constructor`', ['4|NULL']],
    ['DROP TABLE `__proto__`', 'ok'],
  ]);
});

test('long values of dropped, truncated and altered tables are given up', () => {
  check(client, [
    ['CREATE TABLE long_ones (a INT PRIMARY KEY, b LONGTEXT)', 'ok'],
    ["INSERT INTO long_ones VALUES (1, REPEAT('x', 50000)), (2, 'short')", 'ok'],
    ['ALTER TABLE long_ones ADD c INT, FORCE', 'ok 2'],
    ['SELECT a, LENGTH(b) FROM long_ones', ['1|50000', '2|5']],
    ['TRUNCATE long_ones', 'ok'],
    ["INSERT INTO long_ones (a, b) VALUES (3, REPEAT('y', 50000))", 'ok'],
    ['DROP TABLE long_ones', 'ok'],
  ]);
});

test('checks without a name are named after their table, and follow it', () => {
  const names = (table: string): string[] =>
    [...client.rows(`SHOW CREATE TABLE ${table}`)[0].matchAll(/CONSTRAINT `(\w+)` CHECK/g)].map(([, name]) => name);
  client.ok('CREATE TABLE ck (a INT CHECK (a > 0), b INT, CONSTRAINT own CHECK (b < 9), CHECK (b > a))');
  assert.deepEqual(names('ck'), ['ck_chk_1', 'own', 'ck_chk_2']);
  check(client, [['INSERT INTO ck VALUES (-1, 1)', 3819]]);
  assert.match(client.error('INSERT INTO ck VALUES (-1, 1)'), /'ck_chk_1'/);
  client.ok('ALTER TABLE ck DROP CHECK ck_chk_1, ADD c INT CHECK (c > 1)', 'CREATE TABLE ck_like LIKE ck');
  assert.deepEqual(names('ck'), ['own', 'ck_chk_2', 'ck_chk_3']);
  assert.deepEqual(names('ck_like'), ['ck_like_chk_1', 'ck_like_chk_2', 'ck_like_chk_3']);
  client.ok('RENAME TABLE ck TO ck2');
  assert.deepEqual(names('ck2'), ['own', 'ck2_chk_2', 'ck2_chk_3']);
  client.ok('ALTER TABLE ck2 RENAME TO ck3');
  assert.deepEqual(names('ck3'), ['own', 'ck3_chk_2', 'ck3_chk_3']);
});
