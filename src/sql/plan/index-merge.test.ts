// Index merge: the planner takes it where it pays, and its rows are those of a scan, while others change them.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
a.ok(
  'SET cte_max_recursion_depth = 5000',
  'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c VARCHAR(20), pad VARCHAR(200), KEY (a), KEY (b), KEY (c))',
  `INSERT INTO t WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 2999)
   SELECT n, IF(n % 7 = 0, NULL, n * 7 % 300), n * 11 % 250, CONCAT('c', n * 13 % 400), REPEAT('p', 150) FROM r`,
);

function typeOf(where: string): string | null {
  return a.ok(`EXPLAIN SELECT * FROM t WHERE ${where}`).rows[0][4];
}

/** The rows, by whatever the planner chooses and by the table alone. */
function agrees(where: string): string[] {
  const found = a.rows(`SELECT id, a, b, c FROM t WHERE ${where} ORDER BY id`);
  const plain = a.rows(`SELECT id, a, b, c FROM t USE INDEX () WHERE ${where} ORDER BY id`);
  assert.deepEqual(found, plain, where);
  return found;
}

const UNIONS = [
  'a = 7 OR b = 11',
  "a = 7 OR b = 11 OR c = 'c26'",
  'id = 5 OR a = 70',
  'a IS NULL AND b < 3 OR b = 100',
  'a IN (1, 2, 3) OR b BETWEEN 10 AND 12',
  "(a = 7 OR b = 11) AND c <> 'c1'",
];

test('a union of indexes gives the rows of the OR', () => {
  for (const where of UNIONS) assert.ok(agrees(where).length > 0, where);
  assert.equal(typeOf('a = 7 OR b = 11'), 'index_merge');
  const [row] = a.ok('EXPLAIN SELECT * FROM t WHERE a = 7 OR b = 11').rows;
  assert.equal(row[6], 'a,b');
  assert.match(row[11] ?? '', /Using union\(a,b\)/);
  assert.match(
    a.rows('EXPLAIN FORMAT=TREE SELECT * FROM t WHERE a = 7 OR b = 11')[0],
    /Deduplicate rows sorted by row ID.*\n *-> Index lookup on t using a \(a=7\)/,
  );
});

test('an intersection gives the rows of the AND', () => {
  a.ok(
    'CREATE TABLE i (id INT PRIMARY KEY, x INT, y INT, pad VARCHAR(300), KEY (x), KEY (y))',
    `INSERT INTO i WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 2999)
     SELECT n, n % 30, n DIV 100, REPEAT('p', 250) FROM r`,
  );
  const [row] = a.ok('EXPLAIN SELECT * FROM i WHERE x = 1 AND y = 1').rows;
  assert.equal(row[4], 'index_merge');
  assert.match(row[11] ?? '', /Using intersect\((x,y|y,x)\)/);
  const merged = a.rows('SELECT id FROM i WHERE x = 1 AND y = 1 ORDER BY id');
  assert.deepEqual(merged, a.rows('SELECT id FROM i USE INDEX () WHERE x = 1 AND y = 1 ORDER BY id'));
  assert.equal(merged.length, 3);
});

test('hints and locks do without it', () => {
  assert.notEqual(a.ok('EXPLAIN SELECT * FROM t IGNORE INDEX (a) WHERE a = 7 OR b = 11').rows[0][4], 'index_merge');
  assert.notEqual(a.ok('EXPLAIN SELECT * FROM t WHERE a = 7 OR b = 11 FOR UPDATE').rows[0][4], 'index_merge');
  assert.notEqual(a.ok('EXPLAIN DELETE FROM t WHERE a = 7 OR b = 11').rows[0][4], 'index_merge');
});

test('a snapshot is read whole, whatever others change and purge meanwhile', () => {
  const b = cluster.connect(1);
  const before = UNIONS.map(where => a.rows(`SELECT id, a, b, c FROM t USE INDEX () WHERE ${where} ORDER BY id`));
  a.ok('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  b.ok(
    'UPDATE t SET a = 7 WHERE id % 50 = 3',
    'UPDATE t SET b = 11, a = 8 WHERE id % 40 = 1',
    'DELETE FROM t WHERE id % 45 = 2',
    "INSERT INTO t (id, a, b, c) VALUES (9000, 7, 11, 'c26')",
  );
  cluster.world.time.run(500);
  for (const [i, where] of UNIONS.entries())
    assert.deepEqual(a.rows(`SELECT id, a, b, c FROM t WHERE ${where} ORDER BY id`), before[i], where);
  a.ok('COMMIT');
  for (const where of UNIONS) agrees(where);
});
