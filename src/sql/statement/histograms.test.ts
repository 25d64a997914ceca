// Histograms: made, shown, dropped, followed by the planner on all primaries.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {BIGINT} from '../bind/type-classes.ts';
import {HistogramBuilder, shareBelow, shareEqual} from '../catalog/histogram.ts';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
a.ok(
  'CREATE TABLE t (id INT PRIMARY KEY, skewed INT, wide INT, s VARCHAR(20), j JSON)',
  `INSERT INTO t WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 999)
   SELECT n, IF(n < 900, 1, IF(n < 990, 2, NULL)), n, CONCAT('s', n % 4), NULL FROM r`,
);

/** Rows of a thousand that the planner expects. */
function share(client: typeof a, where: string): number {
  const all = estimate(client, 'SELECT * FROM t');
  return (estimate(client, `SELECT * FROM t WHERE ${where}`) / all) * 1000;
}

/** Estimated rows of the first line of a plan. */
function estimate(client: typeof a, sql: string): number {
  const [text] = client.ok(`EXPLAIN FORMAT=TREE ${sql}`).rows[0];
  return Number(/rows=([\d.e+]+)\)/.exec(text ?? '')?.[1]);
}

function isNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * 0.1 + 3, `${actual}, not ${expected}`);
}

test('shares of values and ranges are those of the rows', () => {
  for (const buckets of [4, 10, 64, 1024]) {
    const builder = new HistogramBuilder(1000, buckets);
    // 100 values, eight rows each; 200 rows are NULL.
    for (let value = 0; value < 100; value++) builder.add(value, 8);
    const histogram = builder.finish(1, BIGINT, 0);
    assert.equal(histogram.isSingleton, buckets >= 100);
    assert.ok(histogram.buckets.length <= Math.max(buckets, 100));
    assert.equal(histogram.nullShare, 0.2);
    assert.ok(Math.abs(shareEqual(histogram, 50) - 0.008) < 1e-9);
    assert.equal(shareEqual(histogram, 1000), 0);
    for (const value of [0, 13, 50, 99]) {
      assert.ok(Math.abs(shareBelow(histogram, value, false) - value * 0.008) < 0.02, `below ${value} of ${buckets}`);
    }
    assert.ok(Math.abs(shareBelow(histogram, 1000, false) - 0.8) < 1e-9);
    assert.equal(shareBelow(histogram, -1, true), 0);
  }
});

test('the planner follows them, on other primaries too, until they are dropped', () => {
  const b = cluster.connect(1);
  const before = estimate(a, 'SELECT * FROM t WHERE skewed = 1');
  check(a, [
    [
      'ANALYZE TABLE t UPDATE HISTOGRAM ON skewed, wide, s WITH 16 BUCKETS',
      [
        "test.t|histogram|status|Histogram statistics created for column 'skewed'.",
        "test.t|histogram|status|Histogram statistics created for column 'wide'.",
        "test.t|histogram|status|Histogram statistics created for column 's'.",
      ],
    ],
  ]);
  cluster.world.time.run(11_000);
  for (const client of [a, b]) {
    isNear(share(client, 'skewed = 1'), 900);
    isNear(share(client, 'skewed = 2'), 90);
    isNear(share(client, 'skewed IS NULL'), 10);
    isNear(share(client, 'skewed IN (1, 2)'), 990);
    isNear(share(client, 'wide < 250'), 250);
    isNear(share(client, 'wide >= 900'), 100);
    isNear(share(client, "s = 's3'"), 250);
  }
  check(a, [
    [
      'ANALYZE TABLE t DROP HISTOGRAM ON skewed',
      ["test.t|histogram|status|Histogram statistics removed for column 'skewed'."],
    ],
    [
      'ANALYZE TABLE t DROP HISTOGRAM ON skewed',
      ["test.t|histogram|Error|No histogram statistics found for column 'skewed'."],
    ],
  ]);
  assert.equal(estimate(a, 'SELECT * FROM t WHERE skewed = 1'), before);
});

test('they are shown, and go with their columns and tables', () => {
  a.ok('ANALYZE TABLE t UPDATE HISTOGRAM ON s');
  const columns = 'SELECT column_name FROM information_schema.column_statistics ORDER BY 1';
  const [json] = a.rows("SELECT histogram FROM information_schema.column_statistics WHERE column_name = 's'");
  const shown = JSON.parse(json);
  assert.deepEqual(
    shown.buckets.map(([value, upTo]: [string, number]) => [
      Buffer.from(value.split(':')[2], 'base64').toString(),
      upTo,
    ]),
    [
      ['s0', 0.25],
      ['s1', 0.5],
      ['s2', 0.75],
      ['s3', 1],
    ],
  );
  assert.equal(shown['histogram-type'], 'singleton');
  assert.equal(shown['data-type'], 'string');
  check(a, [
    [columns, ['s', 'wide']],
    ['ALTER TABLE t RENAME TO renamed', 'ok'],
    [columns, ['s', 'wide']],
    ['ALTER TABLE renamed MODIFY wide BIGINT', 'ok 1000'],
    [columns, ['s']],
    ['TRUNCATE TABLE renamed', 'ok'],
    [columns, []],
    [
      'ANALYZE TABLE renamed UPDATE HISTOGRAM ON s',
      ["test.renamed|histogram|status|Histogram statistics created for column 's'."],
    ],
    ['DROP TABLE renamed', 'ok'],
    [columns, []],
  ]);
});

test('what there can be none of says why', () => {
  a.ok('CREATE TABLE n (id INT PRIMARY KEY, j JSON, v INT)', 'CREATE VIEW nv AS SELECT * FROM n');
  check(a, [
    [
      'ANALYZE TABLE n UPDATE HISTOGRAM ON id, j, gone',
      [
        "test.n|histogram|Error|The column 'id' is covered by a single-part unique index.",
        "test.n|histogram|Error|The column 'j' has an unsupported data type.",
        "test.n|histogram|Error|The column 'gone' does not exist.",
      ],
    ],
    [
      'ANALYZE TABLE nv UPDATE HISTOGRAM ON v',
      ['test.nv|histogram|Error|Cannot create histogram statistics for a view.'],
    ],
    ['ANALYZE TABLE n UPDATE HISTOGRAM ON v WITH 0 BUCKETS', 1690],
    ['ANALYZE TABLE n UPDATE HISTOGRAM ON v WITH 1025 BUCKETS', 1690],
    ['ANALYZE TABLE n', ['test.n|analyze|status|OK']],
  ]);
});

test('a join by an index knows how many rows a value has', () => {
  a.ok(
    'CREATE TABLE many (id INT PRIMARY KEY, few INT, KEY (few))',
    'CREATE TABLE one (x INT)',
    'INSERT INTO one VALUES (1)',
    `INSERT INTO many WITH RECURSIVE r (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 999) SELECT n, n % 4 FROM r`,
  );
  const [text] = a.rows('EXPLAIN FORMAT=TREE SELECT * FROM one STRAIGHT_JOIN many FORCE INDEX (few) ON few = x');
  assert.equal(Number(/lookup on many using few .* rows=([\d.]+)\)/.exec(text)?.[1]), 250);
});
