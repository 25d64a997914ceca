// Conditions tested on index entries before the rows are looked up: shown by EXPLAIN, saving lookups, and giving the same rows whatever else happens to them.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2, {frames: 2048, dbpFrames: 2048});
const a = cluster.connect(0);
const other = cluster.connect(1);
a.ok(
  'SET cte_max_recursion_depth = 5000',
  `CREATE TABLE t (id INT PRIMARY KEY, k INT, name VARCHAR(20) COLLATE utf8mb4_general_ci, v INT, d DATE, pad CHAR(200),
     KEY kv (k, name, v), KEY dk (d DESC, k))`,
  `INSERT INTO t WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 3999)
   SELECT n, n DIV 100, IF(n % 5 = 0, NULL, CONCAT('n', n % 9)), IF(n % 101 = 0, NULL, n % 50), '2024-01-01' + INTERVAL n % 300 DAY, 'p' FROM r`,
);

/** How many rows are looked up by a statement that walks over `entries` of an index: each entry is one page access, each row behind one is two more. */
function lookupsOf(sql: string, entries: number): number {
  const hits = (): number => cluster.primaries[0].engine.counters().get('page_hits') ?? 0;
  const before = hits();
  a.ok(sql);
  return (hits() - before - entries) / 2;
}

const CASES: readonly (readonly [where: string, condition: RegExp])[] = [
  ['k BETWEEN 3 AND 20 AND v = 7', /kv over .*with index condition: \(t\.v = 7\)/],
  ['k = 5 AND (v < 3 OR v IS NULL OR id = 533)', /kv \(k=5\), with index condition: .*v < 3.*id = 533/],
  ['k > 30 AND v NOT IN (1, 2, 3) AND v <> 9', /with index condition: .* and /],
  ["d < '2024-02-01' AND k = 3", /dk over .*with index condition: \(t\.k = 3\)/],
];

for (const [where, condition] of CASES) {
  test(`rows and plan of ${where}`, () => {
    const index = where.startsWith('d') ? 'dk' : 'kv';
    const query = `SELECT id, pad FROM t FORCE INDEX (${index}) WHERE ${where}`;
    const found = a.rows(`${query} ORDER BY id`);
    assert.ok(found.length > 0);
    assert.deepEqual(found, a.rows(`SELECT id, pad FROM t USE INDEX () WHERE ${where} ORDER BY id`));
    assert.match(a.rows(`EXPLAIN FORMAT=TREE ${query}`)[0], condition);
    const {columns, rows} = a.ok(`EXPLAIN ${query}`);
    assert.match(rows[0][columns.indexOf('Extra')] ?? '', /^Using index condition/);
  });
}

test('what cannot be told from the entry, or could fail on a row that nobody sees, is tested on rows only', () => {
  const treeOf = (where: string): string =>
    a.rows(`EXPLAIN FORMAT=TREE SELECT pad FROM t FORCE INDEX (kv) WHERE k = 5 AND ${where}`)[0];
  for (const where of ["name = 'n1' OR v = 1", 'v / 2 > 3', 'v > RAND()', "pad = 'p'", "CONCAT(v) = '1'"])
    assert.doesNotMatch(treeOf(where), /index condition/, where);
  assert.match(treeOf("v = 1 AND pad = 'p'"), /Filter: \(t\.pad = 'p'\).*\n.*with index condition: \(t\.v = 1\)/);
});

test('rows behind entries that are turned down are not looked up', () => {
  const of = (where: string): number =>
    lookupsOf(`SELECT COUNT(pad) FROM t FORCE INDEX (kv) WHERE k BETWEEN 3 AND 20 AND ${where}`, 1800);
  of('v = 7');
  const [pushed, looked] = [of('v = 7'), of('v + 0 = 7')];
  assert.deepEqual(a.rows('SELECT COUNT(pad) FROM t FORCE INDEX (kv) WHERE k BETWEEN 3 AND 20 AND v = 7'), ['35']);
  assert.ok(pushed < 60 && looked >= 1800, `${pushed} and ${looked} rows looked up`);
});

test('a snapshot keeps its rows, whatever the entries have become', () => {
  const query = 'SELECT id, v FROM t FORCE INDEX (kv) WHERE k = 9 AND v = 7 AND pad = "p" ORDER BY id';
  a.ok('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  const before = a.rows(query);
  other.ok(
    'UPDATE t SET v = 7 WHERE k = 9 AND v = 8',
    'UPDATE t SET v = 70 WHERE id = 907',
    'DELETE FROM t WHERE id = 957',
  );
  assert.deepEqual(before, ['907|7', '957|7']);
  assert.deepEqual(a.rows(query), before);
  a.ok('COMMIT');
  assert.deepEqual(a.rows(query), ['908|7', '958|7']);
});

test('changes go to the same rows, and rows that are turned down are not locked', () => {
  a.ok('BEGIN');
  assert.equal(a.rows('SELECT id FROM t FORCE INDEX (kv) WHERE k = 12 AND v = 3 FOR UPDATE').length, 2);
  other.ok('SET innodb_lock_wait_timeout = 1', 'UPDATE t SET pad = "q" WHERE id = 1204');
  assert.equal(other.run('UPDATE t SET pad = "q" WHERE id = 1203').error?.errno, 1205);
  a.ok(
    'ROLLBACK',
    'UPDATE t FORCE INDEX (kv) SET pad = "u" WHERE k = 13 AND v >= 40',
    'DELETE FROM t WHERE k = 14 AND v < 45',
  );
  assert.deepEqual(a.rows("SELECT COUNT(*) FROM t WHERE pad = 'u'"), ['20']);
  assert.deepEqual(
    a.rows('SELECT COUNT(*) FROM t WHERE k = 14'),
    a.rows('SELECT COUNT(*) FROM t USE INDEX () WHERE k = 14'),
  );
});

test('joins, groups and subqueries give the same rows', () => {
  a.ok('CREATE TABLE o (x INT PRIMARY KEY)', 'INSERT INTO o VALUES (3), (40), (5), (99)');
  const joined = (hint: string): string[] =>
    a.rows(`SELECT x, id, v, pad FROM o LEFT JOIN t ${hint} ON t.k = o.x AND t.v > o.x AND t.v < 44 ORDER BY x, id`);
  assert.deepEqual(joined('FORCE INDEX (kv)'), joined('USE INDEX ()'));
  const grouped = (hint: string): string[] =>
    a.rows(
      `SELECT k, MAX(pad), COUNT(*) FROM t ${hint} WHERE k < 20 AND v BETWEEN 10 AND 12 GROUP BY k ORDER BY k DESC`,
    );
  assert.deepEqual(grouped('FORCE INDEX (kv)'), grouped('USE INDEX ()'));
  const exists = (hint: string): string[] =>
    a.rows(`SELECT x, (SELECT MAX(pad) FROM t ${hint} WHERE k = x AND v = 9) FROM o ORDER BY x`);
  assert.deepEqual(exists('FORCE INDEX (kv)'), exists('USE INDEX ()'));
});

test('an index covers columns that stand behind a string of a PAD SPACE collation, whatever the string', () => {
  a.ok(
    'CREATE TABLE pads (id INT PRIMARY KEY, g VARCHAR(30) COLLATE utf8mb4_general_ci, u VARCHAR(30) COLLATE utf8mb4_unicode_ci, n INT, pad CHAR(50), KEY gn (g DESC, n), KEY un (u, n))',
    `INSERT INTO pads WITH RECURSIVE r (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 999)
     SELECT i, ELT(1 + i % 8, 'a', 'a  ', 'a b', 'é\u00df\u4e2d', '', CONCAT('x\\t', i), '\u{1f600}', NULL), ELT(1 + i % 8, 'a', 'a  ', 'a b', 'é\u00df\u4e2d', '', CONCAT('x\\t', i), '\u{1f600}', NULL), IF(i % 13 = 0, NULL, i), '' FROM r`,
  );
  for (const index of ['gn', 'un']) {
    const read = (hint: string): string[] => a.rows(`SELECT n, id FROM pads ${hint} ORDER BY id`);
    const [plan] = a.rows(`EXPLAIN FORMAT=TREE SELECT n, id FROM pads FORCE INDEX (${index})`);
    assert.match(plan, new RegExp(`Covering index scan on pads using ${index}`));
    assert.deepEqual(read(`FORCE INDEX (${index})`), read('USE INDEX ()'));
    assert.equal(read(`FORCE INDEX (${index})`).length, 1000);
  }
});
