// Statistics that keep themselves up to date: cardinalities, plans right after a load without ANALYZE, and plans that are kept.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CorruptionError} from '../../base/errors.ts';
import type {Engine} from '../../engine/api.ts';
import {check, type TestClient, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2, {frames: 2048, dbpFrames: 2048});
const client = cluster.connect();
const elsewhere = cluster.connect(1);

function numbers(from: number, count: number, row: (i: number) => string): string {
  return Array.from({length: count}, (_, i) => row(from + i)).join(',');
}

/** The cardinalities of a table's indexes, part by part. */
function cardinalities(who: TestClient, table: string): string[] {
  const {columns, rows} = who.run(`SHOW INDEX FROM ${table}`);
  const [name, value] = [columns.indexOf('Key_name'), columns.indexOf('Cardinality')];
  return rows.map(row => `${row[name]} ${row[value]}`);
}

function wait(ms: number): void {
  const {clock} = cluster.primaries[0];
  const end = clock.now() + ms;
  cluster.until(() => clock.now() >= end, 'the pause');
}

/** Pages that a statement looks at. */
function pagesOf(who: TestClient, sql: string, node = 0): number {
  const hits = (): number => cluster.primaries[node].engine.counters().get('page_hits') ?? 0;
  const before = hits();
  who.ok(sql);
  return hits() - before;
}

test('cardinalities are those of the rows that are there, on every primary, without ANALYZE', () => {
  const columns = 'id INT PRIMARY KEY, a INT, b VARCHAR(9) COLLATE utf8mb4_general_ci, c INT';
  check(client, [
    [`CREATE TABLE card (${columns}, KEY abc (a, b, c), KEY b (b DESC), UNIQUE u (c, id))`, 'ok'],
    ['INSERT INTO card VALUES (1, 1, "x", 1)', 'ok 1'],
  ]);
  const expected = (...counts: number[]): string[] => {
    const [id, a, ab, abc, b, c, cid] = counts;
    return [`PRIMARY ${id}`, `abc ${a}`, `abc ${ab}`, `abc ${abc}`, `b ${b}`, `u ${c}`, `u ${cid}`];
  };
  const sorted = (who: TestClient): string[] => cardinalities(who, 'card').sort();
  assert.deepEqual(sorted(client), expected(1, 1, 1, 1, 1, 1, 1).sort());
  const rows = numbers(2, 199, i => `(${i}, ${i % 4}, ${i % 3 === 0 ? 'NULL' : `'v${i % 10}'`}, ${i % 50})`);
  client.ok(`INSERT INTO card VALUES ${rows}`, 'SELECT 1 FROM card WHERE a = 1 AND id > 1');
  const [exact] = client.rows(
    `SELECT COUNT(*), COUNT(DISTINCT a), COUNT(DISTINCT a, IFNULL(b, '')), COUNT(DISTINCT a, IFNULL(b, ''), c),
       COUNT(DISTINCT IFNULL(b, '')), COUNT(DISTINCT c), COUNT(DISTINCT c, id) FROM card`,
  );
  const counts = exact.split('|').map(Number);
  for (const who of [client, elsewhere]) assert.deepEqual(sorted(who), expected(...counts).sort());
});

test('rows that were deleted do not count', () => {
  check(client, [
    ['CREATE TABLE gone (id INT PRIMARY KEY, k INT, KEY k (k))', 'ok'],
    [`INSERT INTO gone VALUES ${numbers(0, 400, i => `(${i}, ${i % 40})`)}`, 'ok 400'],
    ['DELETE FROM gone WHERE k >= 5', 'ok 350'],
  ]);
  assert.deepEqual(cardinalities(client, 'gone'), ['PRIMARY 50', 'k 5']);
});

test('of a large table the estimate is near: few values, many values, two parts', () => {
  client.ok(
    'CREATE TABLE large (id INT PRIMARY KEY, few INT, many INT, KEY few (few), KEY many (many), KEY both_of (few, many))',
  );
  for (let i = 0; i < 30_000; i += 3000)
    client.ok(
      `INSERT INTO large VALUES ${numbers(i, 3000, n => `(${n}, ${n % 3}, ${Math.floor(((n * 7919) % 30_000) / 3)})`)}`,
    );
  const found = new Map(cardinalities(client, 'large').map(line => line.split(' ') as [string, string]));
  const near = (name: string, exact: number): void => {
    const shown = Number(found.get(name));
    assert.ok(shown > exact * 0.7 && shown < exact * 1.4, `${name}: ${shown} for ${exact}`);
  };
  near('PRIMARY', 30_000);
  near('few', 3);
  near('many', 10_000);
  near('both_of', 30_000);
});

test('a plan made right after a load knows what was loaded', () => {
  check(client, [
    ['CREATE TABLE one (id INT PRIMARY KEY, k INT, flag INT, KEY k (k), KEY flag (flag))', 'ok'],
    ['CREATE TABLE two (id INT PRIMARY KEY, k INT)', 'ok'],
    [`INSERT INTO one VALUES ${numbers(0, 200, i => `(${i}, 1, ${i})`)}`, 'ok 200'],
    [`INSERT INTO two VALUES ${numbers(0, 5, i => `(${i}, ${i})`)}`, 'ok 5'],
  ]);
  const keys = (): string[] => {
    const {columns, rows} = client.ok(
      'EXPLAIN SELECT COUNT(*) FROM one JOIN two ON one.k = two.k AND one.flag = two.k',
    );
    return rows.map(row => `${row[columns.indexOf('table')]} ${row[columns.indexOf('key')]}`);
  };
  assert.deepEqual(keys(), ['two null', 'one flag']);
  client.ok(`INSERT INTO one VALUES ${numbers(200, 4000, i => `(${i}, ${i}, ${i % 2})`)}`);
  assert.deepEqual(keys(), ['two null', 'one k']);
});

for (const node of [0, 1]) {
  test(`a plan that is kept is made anew after a load by primary ${node + 1}`, () => {
    const loader = node === 0 ? client : elsewhere;
    const query = `SELECT COUNT(a.pad) FROM kept${node} a JOIN kept${node} b ON a.k = b.k WHERE b.id < 5`;
    client.ok(
      `CREATE TABLE kept${node} (id INT PRIMARY KEY, k INT, pad CHAR(200), KEY k (k))`,
      `INSERT INTO kept${node} VALUES ${numbers(0, 6, i => `(${i}, 1, "")`)}`,
      query,
      query,
    );
    loader.ok(`INSERT INTO kept${node} VALUES ${numbers(10, 8000, i => `(${i}, ${i}, '${'x'.repeat(200)}')`)}`);
    const slow = pagesOf(client, query);
    wait(25_000);
    pagesOf(client, query);
    const quick = pagesOf(client, query);
    assert.ok(quick * 5 < slow, `${slow} pages by the plan for a small table, ${quick} by the new one`);
  });
}

test('a damaged page costs figures, not statements that do not read it, nor the primary', () => {
  client.ok(
    'CREATE TABLE hurt (id INT PRIMARY KEY, k INT, KEY k (k))',
    `INSERT INTO hurt VALUES ${numbers(0, 50, i => `(${i}, ${i})`)}`,
  );
  const engine: Engine = cluster.primaries[0].engine;
  const {newTreeSample} = engine;
  let asked = 0;
  engine.newTreeSample = () => ({
    levels: [],
    poll: () => {
      asked++;
      throw new CorruptionError('page 7', 'its checksum is wrong');
    },
  });
  try {
    assert.deepEqual(client.rows('SELECT k FROM hurt WHERE id = 3'), ['3']);
    assert.ok(asked > 0);
    asked = 0;
    wait(25_000);
    assert.ok(asked > 0, 'the background has met it too');
    assert.deepEqual(client.rows('SELECT COUNT(*) FROM hurt WHERE k > 3'), ['46']);
  } finally {
    engine.newTreeSample = newTreeSample;
  }
  wait(11_000);
  client.ok('SELECT k FROM hurt WHERE id > 3');
  assert.deepEqual(cardinalities(client, 'hurt'), ['PRIMARY 50', 'k 50']);
});
