// Queries over tables with indexed expressions: they use the index, and find what they find without.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {check, type TestClient, TestCluster} from '../session/test-cluster.test.ts';

/** The key that EXPLAIN names for each table; '-' for none. */
function keysUsed(client: TestClient, sql: string): string {
  return client
    .ok(`EXPLAIN ${sql}`)
    .rows.map(row => row[6] ?? '-')
    .join(' ');
}

function filled(rows = 500): TestClient {
  const client = new TestCluster(1).connect();
  client.ok(
    "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT, c INT, d DATETIME, m DECIMAL(8, 2), doc JSON, ts TIMESTAMP, gc INT AS (b + c), nm VARCHAR(30) AS (doc->>'$.name'), rounded DECIMAL(8, 1) AS (m * 2), whole INT AS (m + 1), nmb VARCHAR(30) COLLATE utf8mb4_bin AS (doc->>'$.name'), blanks CHAR(30) AS (UPPER(a)), later DATETIME AS (d + INTERVAL 1 HOUR) STORED)",
    'CREATE INDEX low ON t ((LOWER(a)))',
    'CREATE UNIQUE INDEX twice ON t ((b * 2))',
    'CREATE INDEX mixed ON t (c, (b + 1))',
    "CREATE INDEX name ON t ((CAST(doc->>'$.name' AS CHAR(30)) COLLATE utf8mb4_bin))",
    "CREATE INDEX zip ON t ((JSON_VALUE(doc, '$.zip' RETURNING UNSIGNED)))",
    'CREATE INDEX day ON t ((DATE(d)))',
    'CREATE INDEX half ON t ((m / 2))',
    'CREATE INDEX hour ON t ((HOUR(ts)))',
    'CREATE INDEX minus ON t ((-c))',
    'CREATE INDEX gc ON t (gc)',
    'CREATE INDEX later ON t (later)',
    'ALTER TABLE t ADD INDEX (nm), ADD INDEX (nmb), ADD INDEX (rounded), ADD INDEX (whole), ADD INDEX (blanks)',
    'CREATE INDEX truth ON t ((c IS NULL), c)',
    `INSERT INTO t (id, a, b, c, d, m, doc, ts) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i, CONCAT('Name', i), i, i % 50, '2024-01-01' + INTERVAL i HOUR, i / 4, JSON_OBJECT('name', CONCAT('n', i), 'zip', i), '2024-01-01' + INTERVAL i HOUR FROM n`,
    'ANALYZE TABLE t',
  );
  return client;
}

test('the index of an expression serves WHERE, ON, GROUP BY and ORDER BY, in queries and in changes', () => {
  const client = filled();
  const used: readonly (readonly [sql: string, keys: string])[] = [
    ["SELECT * FROM t WHERE LOWER(a) = 'name5'", 'low'],
    ["SELECT * FROM t WHERE 'name5' = lcase(test.t.A)", 'low'],
    ["SELECT * FROM t WHERE LOWER(a) IN ('name5', 'name6')", 'low'],
    ["SELECT * FROM t WHERE LOWER(a) LIKE 'name49%'", 'low'],
    ["SELECT * FROM t WHERE LOWER(a) = 'name5' OR b * 2 = 8", 'low,twice'],
    ["SELECT * FROM t WHERE LOWER(a) = LOWER('NAME7')", 'low'],
    ['SELECT * FROM t WHERE b * 2 = 10', 'twice'],
    ['SELECT * FROM t WHERE b * 2 <=> 10', 'twice'],
    ['SELECT * FROM t WHERE b * 2 BETWEEN 10 AND 14', 'twice'],
    ['SELECT * FROM t WHERE b * 2 > 990.5', 'twice'],
    ['SELECT * FROM t WHERE b * 2 IS NULL', 'twice'],
    ['SELECT * FROM t WHERE c = 3 AND b + 1 > 400', 'mixed'],
    ["SELECT * FROM t WHERE CAST(doc->>'$.name' AS CHAR(30)) COLLATE utf8mb4_bin = 'n7'", 'name'],
    [
      "SELECT * FROM t WHERE CAST(JSON_UNQUOTE(JSON_EXTRACT(doc, '$.name')) AS CHAR(30)) COLLATE utf8mb4_bin = 'n7'",
      'name',
    ],
    // Compared by utf8mb4_bin too: where the texts are equal, their first 30 characters are.
    ["SELECT * FROM t IGNORE INDEX (nmb) WHERE doc->>'$.name' = 'n7'", 'name'],
    ["SELECT * FROM t IGNORE INDEX (nmb) WHERE 'n7' = JSON_UNQUOTE(JSON_EXTRACT(doc, '$.name')) AND c > 1", 'name'],
    ["SELECT * FROM t IGNORE INDEX (nmb) WHERE doc->>'$.name' IN ('n7', 'n8')", 'name'],
    ["SELECT * FROM t WHERE JSON_VALUE(doc, '$.zip' RETURNING UNSIGNED) = 77", 'zip'],
    ["SELECT * FROM t WHERE DATE(d) = '2024-01-05'", 'day'],
    ['SELECT * FROM t WHERE m / 2 = 1.25', 'half'],
    ['SELECT * FROM t WHERE -c = -7', 'minus'],
    ['SELECT * FROM t WHERE b + c = 12', 'gc'],
    ["SELECT * FROM t WHERE doc->>'$.name' LIKE 'n49%'", 'nmb'],
    ["SELECT * FROM t WHERE d + INTERVAL 1 HOUR = '2024-01-03 05:00:00'", 'later'],
    ["SELECT * FROM t WHERE DATE_ADD(d, INTERVAL 1 HOUR) < '2024-01-01 05:00:00'", 'later'],
    ['SELECT * FROM t ORDER BY LOWER(a) LIMIT 3', 'low'],
    ['SELECT LOWER(a) AS l FROM t ORDER BY l LIMIT 3', 'low'],
    ['SELECT id, LOWER(a) FROM t ORDER BY 2 DESC LIMIT 3', 'low'],
    ['SELECT id FROM t ORDER BY c IS NULL, c LIMIT 3', 'truth'],
    ['SELECT DATE(d), COUNT(*) FROM t GROUP BY DATE(d)', 'day'],
    ['SELECT DATE(d) AS x, COUNT(*) FROM t GROUP BY x ORDER BY x LIMIT 2', 'day'],
    ["SELECT * FROM (SELECT * FROM t WHERE c > 1) AS s WHERE LOWER(s.a) = 'name7'", 'low'],
    ['SELECT * FROM t x JOIN t y ON LOWER(y.a) = x.a WHERE x.id = 5', 'PRIMARY low'],
    ['SELECT * FROM t x LEFT JOIN t y ON LOWER(y.a) = LOWER(x.a) WHERE x.id = 5', 'PRIMARY low'],
    ['SELECT (SELECT COUNT(*) FROM t y WHERE LOWER(y.a) = x.a) FROM t x WHERE x.id = 5', 'PRIMARY low'],
    ["UPDATE t SET c = 1 WHERE LOWER(a) = 'name9'", 'low'],
    ["DELETE FROM t WHERE LOWER(a) = 'name9'", 'low'],
  ];
  for (const [sql, keys] of used) assert.equal(keysUsed(client, sql), keys, sql);
});

test('it does not where the expression is another one, or would have another value or type', () => {
  const client = filled();
  const unused: readonly string[] = [
    "SELECT * FROM t WHERE REVERSE(a) = '5eman'",
    "SELECT * FROM t WHERE LOWER(CONCAT(a, '')) = 'name5'",
    "SELECT * FROM t WHERE LOWER(a) COLLATE utf8mb4_bin = 'name5'",
    'SELECT * FROM t WHERE 2 * b = 10',
    'SELECT * FROM t WHERE b * 3 = 10',
    'SELECT * FROM t WHERE b * 2.0 = 10',
    "SELECT * FROM t WHERE b * '2' = 10",
    "SELECT * FROM t WHERE CAST(doc->>'$.nam' AS CHAR(30)) COLLATE utf8mb4_bin = 'n7'",
    "SELECT * FROM t WHERE CAST(doc->>'$.name' AS CHAR(31)) COLLATE utf8mb4_bin = 'n7'",
    "SELECT * FROM t WHERE CAST(doc->>'$.name' AS CHAR(30)) = 'n7'",
    // Declared columns whose types do not hold the values: another collation, fewer digits, another kind, blanks cut off.
    "SELECT * FROM t IGNORE INDEX (nmb) WHERE doc->>'$.name' > 'n7'",
    'SELECT * FROM t WHERE m * 2 = 3.1',
    'SELECT * FROM t WHERE m + 1 = 4',
    "SELECT * FROM t WHERE UPPER(a) = 'NAME7'",
    // The time zone of the session decides: what a row has was made under that of its writer.
    'SELECT * FROM t WHERE HOUR(ts) = 3',
  ];
  for (const sql of unused) assert.equal(keysUsed(client, sql), '-', sql);
  client.ok('ALTER TABLE t ALTER INDEX low INVISIBLE');
  assert.equal(keysUsed(client, "SELECT * FROM t WHERE LOWER(a) = 'name5'"), '-');
  assert.equal(keysUsed(client, 'SELECT * FROM t IGNORE INDEX (twice) WHERE b * 2 = 10'), '-');
});

test('a row without a partner has the value of the expression, not of the column', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE l (id INT PRIMARY KEY)',
    'CREATE TABLE r (id INT PRIMARY KEY, a INT, KEY k ((COALESCE(a, -1))))',
    'INSERT INTO l VALUES (1), (2), (3)',
    'INSERT INTO r VALUES (1, 5), (2, NULL)',
  );
  check(client, [
    ['SELECT l.id FROM l LEFT JOIN r USING (id) WHERE COALESCE(r.a, -1) = -1 ORDER BY 1', ['2', '3']],
    [
      'SELECT l.id, r.id FROM l LEFT JOIN r ON COALESCE(r.a, -1) = -1 AND r.id <= l.id ORDER BY 1',
      ['1|NULL', '2|2', '3|2'],
    ],
    [
      'SELECT COALESCE(r.a, -1), COUNT(*) FROM l LEFT JOIN r USING (id) GROUP BY COALESCE(r.a, -1) ORDER BY 1',
      ['-1|2', '5|1'],
    ],
    ['SELECT l.id FROM l LEFT JOIN r USING (id) ORDER BY COALESCE(r.a, -1) DESC, l.id', ['1', '2', '3']],
    ['SELECT l.id FROM r RIGHT JOIN l USING (id) WHERE COALESCE(r.a, -1) = -1 ORDER BY 1', ['2', '3']],
  ]);
});

test('what is selected or grouped may be ordered by expressions of it', () => {
  const client = new TestCluster(1).connect();
  client.ok(
    'CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), KEY low ((LOWER(a))))',
    "INSERT INTO t VALUES (1, 'C'), (2, 'b'), (3, 'C'), (4, 'A')",
  );
  check(client, [
    ['SELECT DISTINCT a FROM t ORDER BY LOWER(a)', ['A', 'b', 'C']],
    ['SELECT a, COUNT(*) FROM t GROUP BY a ORDER BY LOWER(a) DESC', ['C|2', 'b|1', 'A|1']],
    ['SELECT LOWER(a), COUNT(*) FROM t GROUP BY LOWER(a) ORDER BY LOWER(a) DESC', ['c|2', 'b|1', 'a|1']],
    ['SELECT a FROM t GROUP BY LOWER(a)', 1055],
    ['SELECT DISTINCT id FROM t ORDER BY LOWER(a)', 3065],
    [
      'SELECT LOWER(a), GROUPING(LOWER(a)), COUNT(*) FROM t GROUP BY LOWER(a) WITH ROLLUP',
      ['a|0|1', 'b|0|1', 'c|0|2', 'NULL|1|4'],
    ],
  ]);
  assert.equal(
    client.error('SELECT DISTINCT id FROM t ORDER BY LOWER(a)'),
    "3065 Expression #1 of ORDER BY clause is not in SELECT list, references column 'test.t.a' which is not in SELECT list; this is incompatible with DISTINCT",
  );
});

test('texts in documents that are longer than their index holds', () => {
  const client = new TestCluster(1).connect();
  const long = (end: string): string => `${'x'.repeat(30)}${end}`;
  client.ok(
    "CREATE TABLE t (id INT PRIMARY KEY, doc JSON, KEY name ((CAST(doc->>'$.name' AS CHAR(30)) COLLATE utf8mb4_bin)))",
    `INSERT INTO t VALUES (1, '{"name": "${long('a')}"}'), (2, '{"name": "${long('b')}"}'), (3, '{"name": "${long('')}"}'), (4, '{"name": "X"}'), (5, '{"name": null}'), (6, NULL), (7, '{"name": "short"}')`,
  );
  for (let round = 0; round < 2; round++) {
    check(client, [
      [`SELECT id FROM t WHERE doc->>'$.name' = '${long('a')}'`, ['1']],
      [`SELECT id FROM t WHERE doc->>'$.name' = '${long('')}'`, ['3']],
      [`SELECT id FROM t WHERE doc->>'$.name' = '${long('c')}'`, []],
      [`SELECT id FROM t WHERE doc->>'$.name' IN ('${long('b')}', 'X', 'SHORT') ORDER BY id`, ['2', '4']],
      [`SELECT id FROM t WHERE NOT doc->>'$.name' = '${long('b')}' ORDER BY id`, ['1', '3', '4', '5', '7']],
      [`SELECT id FROM t WHERE (doc->>'$.name' = 'x') IS NULL`, ['6']],
      [`SELECT id FROM t WHERE JSON_UNQUOTE(JSON_EXTRACT(doc, '$.name')) = 'short'`, ['7']],
      [`SELECT id FROM t WHERE JSON_UNQUOTE(JSON_EXTRACT(doc, '$.none')) = 'short'`, []],
    ]);
  }
});

test('plans are kept for the very literals of the expression: others get plans of their own', () => {
  const client = filled(60);
  for (let round = 0; round < 3; round++) {
    check(client, [
      ['SELECT id FROM t WHERE b * 2 = 12', ['6']],
      ['SELECT id FROM t WHERE b * 3 = 12', ['4']],
      ['SELECT id FROM t WHERE b * 2 = 20', ['10']],
      ["SELECT id FROM t WHERE CAST(doc->>'$.name' AS CHAR(30)) COLLATE utf8mb4_bin = 'n8'", ['8']],
      ["SELECT id FROM t WHERE CAST(doc->>'$.zip' AS CHAR(30)) COLLATE utf8mb4_bin = '8'", ['8']],
      ["SELECT id FROM t WHERE JSON_VALUE(doc, '$.zip' RETURNING UNSIGNED) = 9", ['9']],
      ['UPDATE t SET c = c + 0 WHERE b * 2 = 14', 'ok 0'],
      ['SELECT id FROM t WHERE b + 1 = 12 AND c = 11', ['11']],
    ]);
    if (round === 1) client.ok('DROP INDEX twice ON t', 'CREATE INDEX twice ON t ((b * 3))');
  }
  client.ok("PREPARE s FROM 'SELECT id FROM t WHERE b * ? = 12'", 'SET @two = 2, @three = 3');
  check(client, [
    ['EXECUTE s USING @three', ['4']],
    ['EXECUTE s USING @two', ['6']],
    ['EXECUTE s USING @three', ['4']],
  ]);
});

test('sessions of other settings read what the column says only where that is the same', () => {
  const client = filled(60);
  check(client, [
    ["SET collation_connection = 'utf8mb4_bin'", 'ok'],
    ["SELECT COUNT(*) FROM t WHERE LOWER(a) = 'NAME5'", ['1']],
    ["SELECT COUNT(*) FROM t WHERE CAST(id AS CHAR(5)) = '5'", ['1']],
    ["SET time_zone = '+05:00'", 'ok'],
    ["SELECT COUNT(*) FROM t WHERE HOUR(ts) = HOUR('2024-01-01 08:00:00')", ['3']],
    ['SELECT COUNT(*) FROM t IGNORE INDEX (hour) WHERE HOUR(ts) = 8', ['3']],
  ]);
});

// --- With and without ----------------------------------------------------------------------------------------------

/** Expressions by what their values are compared with. */
const EXPRESSIONS: readonly (readonly [sql: string, kind: 'number' | 'text' | 'date'])[] = [
  ['LOWER(s)', 'text'],
  ['SUBSTR(s, 1, 2)', 'text'],
  ["CONCAT(s, '-', a)", 'text'],
  ['UPPER(l)', 'text'],
  ["COALESCE(f, 'x')", 'text'],
  ["CAST(doc->>'$.n' AS CHAR(10)) COLLATE utf8mb4_bin", 'text'],
  ["DATE_FORMAT(d, '%Y-%m')", 'text'],
  ['a + 1', 'number'],
  ['a % 3', 'number'],
  ['-a', 'number'],
  ['COALESCE(a, 7)', 'number'],
  ['m * 2', 'number'],
  ['m / 3', 'number'],
  ['a * 0.5e0', 'number'],
  ["JSON_VALUE(doc, '$.n' RETURNING SIGNED)", 'number'],
  ['YEAR(d)', 'number'],
  ['LENGTH(s)', 'number'],
  ['DATE(d)', 'date'],
  ['d + INTERVAL a DAY', 'date'],
  ['CASE WHEN a > 2 THEN d ELSE NULL END', 'date'],
];

/** What queries ask for: document texts too, which have an index over their beginning. */
const ASKED: typeof EXPRESSIONS = [...EXPRESSIONS, ["doc->>'$.n'", 'text']];

const VALUES = {
  number: ['0', '1', '3', '7', '-2', '2.5', '0.3333', '1e0', '2024', "'3'", 'NULL'],
  text: ["'a'", "'AB'", "'ab'", "'ab '", "'é'", "'E'", "'2024-01'", "'x-1'", "''", '1', 'NULL'],
  date: ["'2024-01-01'", "'2024-02-29 12:00:00'", 'DATE "2023-12-31"', "'2024-01-02'", 'NULL'],
} as const;

const rows = fc.array(
  fc.tuple(
    fc.constantFrom('NULL', "'a'", "'Ab'", "'aB '", "'é'", "'x'", "''"),
    fc.constantFrom('NULL', '0', '1', '2', '3', '-2', '6'),
    fc.constantFrom('NULL', '0.5', '1.25', '3', '-1'),
    fc.constantFrom('NULL', "'2024-01-01'", "'2024-01-02 10:00:00'", "'2024-02-29 12:00:00'", "'2023-12-31'"),
    fc.constantFrom('NULL', `'{"n": "ab"}'`, `'{"n": 3}'`, `'{"n": null}'`, "'{}'", `'{"n": "AB"}'`),
  ),
  {minLength: 5, maxLength: 40},
);

const condition: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...ASKED), fc.nat(9), fc.nat(10), fc.nat(10))
  .map(([[sql, kind], form, first, second]) => {
    const values = VALUES[kind];
    const [x, y] = [values[first % values.length], values[second % values.length]];
    const operators = ['=', '<', '<=', '>', '>=', '<=>', '<>'];
    if (form < operators.length) return `${sql} ${operators[form]} ${x}`;
    if (form === 7) return `${sql} BETWEEN ${x} AND ${y}`;
    if (form === 8) return `${sql} IN (${x}, ${y})`;
    return `${sql} IS ${first % 2 === 0 ? 'NOT ' : ''}NULL`;
  });

const query: fc.Arbitrary<string> = fc
  .tuple(condition, condition, fc.nat(9), fc.constantFrom(...EXPRESSIONS.map(([sql]) => sql)))
  .map(([one, other, form, e]) => {
    switch (form) {
      case 0:
        return `SELECT id FROM t WHERE ${one} AND ${other} ORDER BY id`;
      case 1:
        return `SELECT id FROM t WHERE ${one} OR ${other} ORDER BY id`;
      case 2:
        return `SELECT id, ${e} FROM t WHERE ${one} ORDER BY ${e}, id LIMIT 7`;
      case 3:
        return `SELECT id FROM t ORDER BY ${e} DESC, id`;
      case 4:
        return `SELECT COUNT(*), MIN(id) FROM t WHERE NOT (${one}) GROUP BY ${e} ORDER BY 1, 2`;
      case 5:
        return `SELECT x.id, y.id FROM t x LEFT JOIN t y ON y.id > x.id AND (${one.replaceAll(/\b([smdalf]|doc)\b(?=[,) %*/+-]|->)/g, 'y.$1')}) ORDER BY 1, 2`;
      case 6:
        return `SELECT id FROM t WHERE EXISTS (SELECT * FROM t i WHERE i.id = t.id AND ${one.replaceAll(/\b([smdalf]|doc)\b(?=[,) %*/+-]|->)/g, 'i.$1')}) ORDER BY id`;
      case 7:
        return `SELECT DISTINCT s, a FROM t ORDER BY ${e}, 1, 2`;
      case 8:
        return `SELECT s, a, d, MAX(m) FROM t GROUP BY s, a, d ORDER BY ${e}, 1, 2, 3`;
      default:
        return `SELECT id FROM t WHERE ${one} ORDER BY id`;
    }
  });

/** A table of both databases; only one has the indexes. */
function twins(): TestClient {
  const client = new TestCluster(1).connect();
  const columns =
    'id INT PRIMARY KEY, s VARCHAR(10), l VARCHAR(10) CHARACTER SET latin1 AS (s), f CHAR(10) AS (s), a INT, m DECIMAL(6, 2), d DATETIME, doc JSON';
  const keys = EXPRESSIONS.map(([sql], i) => `KEY k${i} ((${sql})${i % 2 === 0 ? '' : ' DESC'})`);
  client.ok(
    'CREATE DATABASE plain',
    `CREATE TABLE plain.t (${columns})`,
    'CREATE DATABASE indexed',
    `CREATE TABLE indexed.t (${columns}, ${keys.join(', ')})`,
  );
  return client;
}

test('random queries answer the same with functional indexes and without', () => {
  const client = twins();
  let used = 0;
  fc.assert(
    fc.property(rows, fc.array(query, {minLength: 10, maxLength: 10}), (given, queries) => {
      const values = given.map(([s, a, m, d, doc], i) => `(${i}, ${s}, ${a}, ${m}, ${d}, ${doc})`);
      for (const database of ['plain', 'indexed']) {
        client.ok(`DELETE FROM ${database}.t`);
        client.ok(`INSERT INTO ${database}.t (id, s, a, m, d, doc) VALUES ${values.join(', ')}`);
      }
      for (const sql of queries) {
        client.ok('USE plain');
        const {rows: expected, error} = client.run(sql);
        client.ok('USE indexed');
        const found = client.run(sql);
        assert.equal(found.error?.message.replace("'indexed.", "'plain."), error?.message, sql);
        assert.deepEqual(found.rows, expected, sql);
        if (error === undefined && /k\d/.test(keysUsed(client, sql))) used++;
      }
      check(client, [['CHECK TABLE indexed.t', ['indexed.t|check|status|OK']]]);
    }),
    {numRuns: 15, seed: 20_261_121},
  );
  assert.ok(used > 40, `only ${used} queries have used an index`);
});

test('random changes by indexed expressions change the same rows', () => {
  const client = twins();
  const change = fc.tuple(
    condition,
    fc.constantFrom('a = a + 1', "s = CONCAT(LEFT(s, 3), 'q')", 'm = m * 2', 'd = d + INTERVAL 1 MONTH', 'DELETE'),
  );
  fc.assert(
    fc.property(rows, fc.array(change, {minLength: 6, maxLength: 6}), (given, changes) => {
      const values = given.map(([s, a, m, d, doc], i) => `(${i}, ${s}, ${a}, ${m}, ${d}, ${doc})`);
      const answers = ['plain', 'indexed'].map(database => {
        client.ok(
          `USE ${database}`,
          'DELETE FROM t',
          `INSERT INTO t (id, s, a, m, d, doc) VALUES ${values.join(', ')}`,
        );
        const affected = changes.map(([where, set]) => {
          const sql =
            set === 'DELETE' ? `DELETE FROM t WHERE ${where} LIMIT 100` : `UPDATE t SET ${set} WHERE ${where}`;
          const {error, reply} = client.run(sql);
          return `${sql}: ${error?.message ?? reply?.affectedRows}`;
        });
        return [...affected, ...client.rows('SELECT * FROM t ORDER BY id')];
      });
      assert.deepEqual(answers[1], answers[0]);
      check(client, [['CHECK TABLE t', ['indexed.t|check|status|OK']]]);
    }),
    {numRuns: 12, seed: 20_261_122},
  );
});
