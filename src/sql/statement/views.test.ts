// Changing rows through views: what is possible, what WITH CHECK OPTION demands, and what is refused.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
a.ok(
  'CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(20) DEFAULT "d", KEY (n))',
  'CREATE TABLE u (id INT PRIMARY KEY, tid INT)',
  'CREATE VIEW all_t AS SELECT id, n, s FROM t',
  'CREATE VIEW renamed (key_, number_, twice) AS SELECT x.id, x.n, x.n * 2 FROM t x WHERE x.n < 100',
  'CREATE VIEW low AS SELECT id, n FROM t WHERE n < 100 WITH CHECK OPTION',
  'CREATE VIEW lower_ AS SELECT id, n FROM low WHERE n < 10 WITH LOCAL CHECK OPTION',
  'CREATE VIEW unchecked AS SELECT id, n FROM t WHERE n < 50',
  'CREATE VIEW local_ AS SELECT id, n FROM unchecked WHERE n > 0 WITH LOCAL CHECK OPTION',
  'CREATE VIEW cascaded AS SELECT id, n FROM unchecked WHERE n > 0 WITH CASCADED CHECK OPTION',
  'CREATE VIEW joined AS SELECT t.id, t.n, u.id AS uid, u.tid FROM t JOIN u ON u.tid = t.id',
  'CREATE VIEW grouped AS SELECT n, COUNT(*) AS c FROM t GROUP BY n',
  'CREATE VIEW made AS SELECT id, n + 1 AS more FROM t',
  'CREATE ALGORITHM = TEMPTABLE VIEW copied AS SELECT id, n FROM t',
);

test('rows come, change and go through a view of one table', () => {
  check(a, [
    ['INSERT INTO all_t VALUES (1, 1, "one"), (2, 2, "two")', 'ok 2'],
    ['INSERT INTO all_t (id, n) SELECT id + 10, n FROM t', 'ok 2'],
    ['INSERT INTO all_t SET id = 20, n = 20', 'ok 1'],
    ['INSERT INTO all_t (id, n) VALUES (1, 5) ON DUPLICATE KEY UPDATE n = VALUES(n) + 1', 'ok 2'],
    ['REPLACE INTO all_t VALUES (2, 3, "again")', 'ok 2'],
    ['SELECT * FROM t ORDER BY id', ['1|6|one', '2|3|again', '11|1|d', '12|2|d', '20|20|d']],
    ['UPDATE all_t SET n = n + 1, s = CONCAT(s, id) WHERE id < 10', 'ok 2: Rows matched: 2  Changed: 2  Warnings: 0'],
    ['UPDATE renamed r SET number_ = 300 WHERE twice = 40', 'ok 1'],
    ['UPDATE renamed SET number_ = 1', 'ok 3: Rows matched: 4  Changed: 3  Warnings: 0'],
    ['SELECT id, n FROM t ORDER BY id', ['1|1', '2|1', '11|1', '12|1', '20|300']],
    ['DELETE FROM renamed WHERE key_ > 10', 'ok 2'],
    ['DELETE FROM renamed', 'ok 2'],
    ['SELECT id FROM t', ['20']],
    ['DELETE all_t FROM all_t JOIN (SELECT 20 AS x) d ON d.x = all_t.id', 'ok 1'],
    ['CHECK TABLE t', ['test.t|check|status|OK']],
  ]);
});

test('by its primary key, prepared, and from another primary', () => {
  a.ok('INSERT INTO renamed (key_, number_) VALUES (1, 1)'.replace('renamed (key_, number_)', 'all_t (id, n)'));
  const b = cluster.connect(1);
  b.ok("PREPARE p FROM 'UPDATE renamed SET number_ = number_ + ? WHERE key_ = ?'", 'SET @by = 7, @id = 1');
  check(b, [
    ['EXECUTE p USING @by, @id', 'ok 1'],
    ['EXECUTE p USING @by, @id', 'ok 1'],
    ['SELECT n FROM t', ['15']],
    ['DELETE FROM renamed WHERE key_ = 1', 'ok 1'],
  ]);
});

test('CHECK OPTION: local, cascaded, of the views below', () => {
  check(a, [
    ['INSERT INTO low VALUES (1, 99)', 'ok 1'],
    ['INSERT INTO low VALUES (2, 100)', 1369],
    ['INSERT INTO low VALUES (2, NULL)', 1369],
    ['UPDATE low SET n = n + 1', 1369],
    ['UPDATE IGNORE low SET n = n + 1', 'ok 0: Rows matched: 1  Changed: 0  Warnings: 1'],
    ['SHOW WARNINGS', ["Warning|1369|CHECK OPTION failed 'test.low'"]],
    ['INSERT IGNORE INTO low VALUES (2, 2), (3, 300)', 'ok 1'],
    ['INSERT INTO low VALUES (2, 2) ON DUPLICATE KEY UPDATE n = 200', 1369],
    ['REPLACE INTO low VALUES (2, 200)', 1369],
    ['INSERT INTO lower_ VALUES (4, 20)', 1369],
    ['INSERT INTO lower_ VALUES (4, 4)', 'ok 1'],
    ['UPDATE lower_ SET n = 11 WHERE id = 4', 1369],
    ['INSERT INTO unchecked VALUES (5, 500)', 'ok 1'],
    ['INSERT INTO local_ VALUES (6, 600)', 'ok 1'],
    ['INSERT INTO local_ VALUES (7, -7)', 1369],
    ['INSERT INTO cascaded VALUES (7, 700)', 1369],
    ['UPDATE cascaded SET n = 60 WHERE id = 2', 1369],
    ['SELECT id, n FROM t ORDER BY id', ['1|99', '2|2', '4|4', '5|500', '6|600']],
    ['DELETE FROM t', 'ok 5'],
  ]);
  assert.equal(a.error('INSERT INTO cascaded VALUES (7, 700)'), "1369 CHECK OPTION failed 'test.cascaded'");
  assert.match(a.rows('SHOW CREATE VIEW local_')[0], / WITH LOCAL CHECK OPTION/);
});

test('what is no part of one table is refused', () => {
  a.ok('INSERT INTO t (id, n) VALUES (1, 1)', 'INSERT INTO u VALUES (5, 1)');
  check(a, [
    ['UPDATE grouped SET n = 1', 1288],
    ['DELETE FROM grouped', 1288],
    ['INSERT INTO grouped VALUES (1, 1)', 1471],
    ['UPDATE copied SET n = 1', 1288],
    ['UPDATE made SET more = 1', 1348],
    ['UPDATE made SET id = 2 WHERE more = 2', 'ok 1'],
    ['INSERT INTO made VALUES (1, 1)', 1471],
    ['INSERT INTO all_t (none) VALUES (1)', 1054],
    ['UPDATE u SET tid = 2', 'ok 1'],
    ['UPDATE joined SET n = 9', 'ok 1'],
    ['UPDATE joined SET n = 8, tid = 2', 1393],
    ['DELETE FROM joined', 1395],
    ['INSERT INTO joined (id, n) VALUES (7, 7)', 1394],
    ['UPDATE (SELECT id, n FROM t) d SET n = 1', 1288],
    ['CREATE VIEW bad AS SELECT DISTINCT n FROM t WITH CHECK OPTION', 1368],
    ['SELECT id, n FROM t', ['2|9']],
  ]);
});

test('foreign keys of the table hold through its views', () => {
  a.ok(
    'CREATE TABLE c (id INT PRIMARY KEY, tid INT, FOREIGN KEY (tid) REFERENCES t (id))',
    'CREATE VIEW cv AS SELECT id, tid FROM c',
  );
  check(a, [
    ['INSERT INTO cv VALUES (1, 99)', 1452],
    ['INSERT INTO cv VALUES (1, 2)', 'ok 1'],
    ['UPDATE cv SET tid = 99', 1452],
    ['DELETE FROM all_t', 1451],
    ['DELETE FROM cv', 'ok 1'],
    ['DELETE FROM all_t', 'ok 1'],
  ]);
});

test('the account needs the right on the view, its definer that on the table', () => {
  a.ok(
    "CREATE USER w@'%'",
    "CREATE USER maker@'%'",
    "GRANT INSERT, UPDATE, DELETE, SELECT ON test.all_t TO w@'%'",
    "GRANT SELECT ON test.t TO maker@'%'",
    "GRANT CREATE VIEW, SELECT ON test.* TO maker@'%'",
    "GRANT ALL ON test.of_maker TO w@'%'",
  );
  const maker = cluster.connect(1, 'test', 'maker', '%');
  maker.ok('CREATE VIEW of_maker AS SELECT id, n FROM t');
  const w = cluster.connect(0, 'test', 'w', '%');
  check(w, [
    ['INSERT INTO t VALUES (1, 1, "")', 1142],
    ['INSERT INTO all_t VALUES (1, 1, "")', 'ok 1'],
    ['UPDATE all_t SET n = 2', 'ok 1'],
    ['UPDATE unchecked SET n = 2', 1142],
    ['INSERT INTO of_maker VALUES (2, 2)', 1356],
    ['UPDATE of_maker SET n = 2', 1356],
    ['DELETE FROM of_maker', 1356],
    ['DELETE FROM all_t', 'ok 1'],
  ]);
});
