// INSERT of many rows: those that were left as text are the same rows, and a mistake in one of them undoes the statement.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(1);
const client = cluster.connect();

const ROWS = 300;
/** VALUES of `ROWS` rows; `special` replaces the text of one of them. */
function values(row: (i: number) => string, special: ReadonlyMap<number, string> = new Map()): string {
  return Array.from({length: ROWS}, (_, i) => special.get(i) ?? row(i)).join(',\n');
}

test('every kind of literal arrives in a row far behind as in the first', () => {
  const row = (i: number): string =>
    `(${i}, -${i}, 1.50, 1e2, 'it''s \\n\\0 \u00e9', 0x00ff, _binary 'a\\0\\'b', NULL, 18446744073709551615)`;
  const columns = 'id INT PRIMARY KEY, a INT, b DECIMAL(5,2), c DOUBLE, d VARCHAR(20), e VARBINARY(9), f BLOB, g INT';
  check(client, [
    [`CREATE TABLE kinds (${columns}, h BIGINT UNSIGNED)`, 'ok'],
    [`INSERT INTO kinds VALUES ${values(row)}`, `ok ${ROWS}: Records: ${ROWS}  Duplicates: 0  Warnings: 0`],
    ['SELECT COUNT(*), SUM(id), SUM(a) FROM kinds', [`${ROWS}|44850|-44850`]],
    ['SELECT COUNT(DISTINCT b, c, d, HEX(e), HEX(f), h), COUNT(g) FROM kinds', ['1|0']],
    [
      "SELECT d = 'it''s \\n\\0 \u00e9', HEX(e), HEX(f), h FROM kinds WHERE id = 299",
      ['1|00FF|61002762|18446744073709551615'],
    ],
  ]);
});

test('a wrong row far behind fails as it would among the first, and leaves nothing', () => {
  const bad = (text: string): string => `INSERT INTO wrong VALUES ${values(i => `(${i}, 1)`, new Map([[250, text]]))}`;
  check(client, [
    ['CREATE TABLE wrong (a INT PRIMARY KEY, b INT)', 'ok'],
    [bad('(250)'), 1136],
    [bad('(250, 1'), 1064],
    [bad('(250, nope)'), 1054],
    [bad("(250, 'x')"), 1366],
    [bad('(3, 1)'), 1062],
    ['SELECT COUNT(*) FROM wrong', ['0']],
    [bad('(250, 40 + 2)'), `ok ${ROWS}`],
    ['SELECT b FROM wrong WHERE a IN (249, 250, 251)', ['1', '42', '1']],
  ]);
});

test('IGNORE, ON DUPLICATE KEY UPDATE and REPLACE see them too', () => {
  const rows = values(i => `(${i % 100}, ${i})`);
  check(client, [
    ['CREATE TABLE again (a INT PRIMARY KEY, b INT)', 'ok'],
    [`INSERT IGNORE INTO again VALUES ${rows}`, `ok 100: Records: ${ROWS}  Duplicates: 200  Warnings: 200`],
    ['SELECT SUM(b) FROM again', ['4950']],
    [`INSERT INTO again VALUES ${rows} ON DUPLICATE KEY UPDATE b = b + VALUES(b)`, 'ok'],
    ['SELECT SUM(b) FROM again', [String(4950 + 44850)]],
    [`REPLACE INTO again VALUES ${rows}`, 'ok'],
    ['SELECT SUM(b) FROM again', ['24950']],
  ]);
});

test('an insert that waits in the middle goes on with the rows that are left', () => {
  const [one, other] = [cluster.connect(), cluster.connect()];
  check(one, [
    ['CREATE TABLE waits (a INT PRIMARY KEY, b INT)', 'ok'],
    ['BEGIN', 'ok'],
    ['INSERT INTO waits VALUES (200, 0)', 'ok 1'],
  ]);
  other.start(`INSERT INTO waits VALUES ${values(i => `(${i}, 1)`)}`);
  assert.equal(other.isDone, false);
  check(one, [['ROLLBACK', 'ok']]);
  other.finish();
  check(one, [['SELECT COUNT(*), SUM(b) FROM waits', [`${ROWS}|${ROWS}`]]]);
});

test('a prepared one has all its rows each time', () => {
  client.ok('CREATE TABLE times (id INT AUTO_INCREMENT PRIMARY KEY, n INT)');
  const rows = values(() => '(NULL, 1)', new Map([[3, '(NULL, ?)']]));
  for (const more of ['', ' ON DUPLICATE KEY UPDATE n = 2']) {
    const {statement} = client.session.prepared.add(`INSERT INTO times VALUES ${rows}${more}`);
    for (const n of [1, 1, 1]) assert.equal(client.execute(statement, [n]).reply?.affectedRows, ROWS);
  }
  assert.deepEqual(client.rows('SELECT COUNT(*), SUM(n) FROM times'), [`${6 * ROWS}|${6 * ROWS}`]);
});
