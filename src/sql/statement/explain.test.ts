// EXPLAIN ANALYZE runs the query and shows what each operator has done; EXPLAIN in all formats runs nothing.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(1);
const a = cluster.connect();
a.ok(
  'CREATE TABLE t (id INT PRIMARY KEY, k INT)',
  'INSERT INTO t VALUES (1, 10), (2, 10), (3, 20), (4, 30)',
  'CREATE TABLE u (id INT PRIMARY KEY, n INT)',
  'INSERT INTO u VALUES (10, 1), (20, 2)',
);

/** Operations with their real rows and loops, without estimates and times. */
function analyzed(sql: string): string[] {
  const [text] = a.ok(`EXPLAIN ANALYZE ${sql}`).rows[0];
  return (text ?? '')
    .trimEnd()
    .split('\n')
    .map(line =>
      line
        .replace(/ {2}\(cost=\S+ rows=\S+\)/, '')
        .replace(/\(actual time=[\d.e-]+\.\.[\d.e-]+ (rows=\S+ loops=\d+\))/, '($1'),
    );
}

test('rows are those of one loop, on average, and loops are counted', () => {
  assert.deepEqual(analyzed('SELECT k FROM t WHERE id > 1 ORDER BY k DESC LIMIT 2'), [
    '-> Limit: 2 row(s) (rows=2 loops=1)',
    '    -> Sort: t.k DESC, limit input to 2 row(s) (rows=2 loops=1)',
    '        -> Index range scan on t using PRIMARY over 1 < id (rows=3 loops=1)',
  ]);
  assert.deepEqual(analyzed('SELECT * FROM t STRAIGHT_JOIN u ON u.id = t.k'), [
    '-> Inner hash join (t.k = u.id) (rows=3 loops=1)',
    '    -> Table scan on t (rows=4 loops=1)',
    '    -> Table scan on u (rows=2 loops=1)',
  ]);
});

test('what was never opened says so; subqueries are measured too', () => {
  assert.deepEqual(
    analyzed('SELECT * FROM t WHERE id < 0 AND k = (SELECT MAX(n) FROM u WHERE u.id = t.k)').at(-1)?.trim(),
    '-> Single-row index lookup on u using PRIMARY (id=t.k) (never executed)',
  );
  const correlated = analyzed('SELECT (SELECT COUNT(*) FROM u WHERE u.n < t.id) FROM t');
  assert.ok(
    correlated.some(line => /Table scan on u \(rows=2 loops=4\)/.test(line)),
    correlated.join('\n'),
  );
});

test('nothing of the rows is sent, and as JSON it has the same figures', () => {
  const {columns, rows} = a.ok('EXPLAIN ANALYZE FORMAT=JSON SELECT * FROM t');
  assert.deepEqual(columns, ['EXPLAIN']);
  const plan = JSON.parse(rows[0][0] ?? '').query_plan;
  assert.equal(plan.operation, 'Table scan on t');
  assert.deepEqual([plan.actual_rows, plan.actual_loops], [4, 1]);
  assert.ok(plan.actual_last_row_ms >= plan.actual_first_row_ms);
});

test('EXPLAIN runs nothing', () => {
  a.ok('SET @runs = 0', 'EXPLAIN ANALYZE SELECT @runs := @runs + 1 FROM t');
  assert.deepEqual(a.rows('SELECT @runs'), ['4']);
  a.ok('EXPLAIN FORMAT=TREE SELECT @runs := @runs + 1 FROM t', 'EXPLAIN SELECT @runs := @runs + 1 FROM t');
  assert.deepEqual(a.rows('SELECT @runs'), ['4']);
  check(a, [
    ['EXPLAIN ANALYZE FORMAT=TRADITIONAL SELECT 1', 1235],
    ['EXPLAIN ANALYZE DELETE FROM t', 1235],
    ['EXPLAIN ANALYZE FORMAT=PICTURE SELECT 1', 1791],
    ['SELECT COUNT(*) FROM t', ['4']],
  ]);
});
