// SERIALIZABLE across primaries: what a transaction has read must be unchanged when it commits (ADR 0006).

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {TestCluster} from './test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
const b = cluster.connect(1);
const c = cluster.connect(1);
for (const client of [a, b, c]) client.ok("SET SESSION transaction_isolation = 'SERIALIZABLE'");
a.ok('CREATE TABLE t (id INT PRIMARY KEY, v INT, k INT, KEY (k))');

beforeEach(() => {
  for (const client of [a, b, c]) client.ok('ROLLBACK');
  a.ok('DELETE FROM t', 'INSERT INTO t VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3), (10, 100, 10), (20, 200, 20)');
});

/** The error number that COMMIT answers; undefined when it succeeds. */
function commit(client: typeof a): number | undefined {
  return client.run('COMMIT').error?.errno;
}

/** Each reads what the other writes. The first to look meets the other's change under way and gives way; the other commits. */
function assertOneOfTwo(readA: string, writeA: string, readB: string, writeB: string): void {
  a.ok('BEGIN');
  b.ok('BEGIN');
  a.rows(readA);
  b.rows(readB);
  a.ok(writeA);
  b.ok(writeB);
  assert.deepEqual([commit(a), commit(b)], [1213, undefined]);
}

test('write skew on rows read by their keys', () => {
  assertOneOfTwo(
    'SELECT v FROM t WHERE id = 2',
    'UPDATE t SET v = 0 WHERE id = 1',
    'SELECT v FROM t WHERE id = 1',
    'UPDATE t SET v = 0 WHERE id = 2',
  );
  assert.deepEqual(a.rows('SELECT v FROM t WHERE id IN (1, 2) ORDER BY id'), ['10', '0'], 'the loser has left nothing');
});

test('write skew is what REPEATABLE READ lets through', () => {
  for (const client of [a, b]) client.ok('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'BEGIN');
  a.rows('SELECT v FROM t WHERE id = 2');
  b.rows('SELECT v FROM t WHERE id = 1');
  a.ok('UPDATE t SET v = 0 WHERE id = 1');
  b.ok('UPDATE t SET v = 0 WHERE id = 2');
  assert.deepEqual([commit(a), commit(b)], [undefined, undefined]);
});

test('a row that was not there counts as read', () => {
  assertOneOfTwo(
    'SELECT v FROM t WHERE id = 5',
    'INSERT INTO t VALUES (6, 0, 6)',
    'SELECT v FROM t WHERE id = 6',
    'INSERT INTO t VALUES (5, 0, 5)',
  );
});

test('phantoms: a range counts as read, with its gaps', () => {
  assertOneOfTwo(
    'SELECT COUNT(*) FROM t WHERE id BETWEEN 10 AND 20',
    'INSERT INTO t VALUES (4, 0, 4)',
    'SELECT COUNT(*) FROM t WHERE id < 10',
    'INSERT INTO t VALUES (15, 0, 15)',
  );
});

test('a deleted row has been read by whoever walked over it', () => {
  assertOneOfTwo(
    'SELECT COUNT(*) FROM t WHERE id <= 3',
    'DELETE FROM t WHERE id = 10',
    'SELECT COUNT(*) FROM t WHERE id >= 10',
    'DELETE FROM t WHERE id = 2',
  );
});

test('ranges of a secondary index: rows that come and rows that go', () => {
  assertOneOfTwo(
    'SELECT id FROM t FORCE INDEX (k) WHERE k BETWEEN 2 AND 9',
    'UPDATE t SET k = 12 WHERE id = 20',
    'SELECT id FROM t FORCE INDEX (k) WHERE k BETWEEN 11 AND 15',
    'UPDATE t SET k = 5 WHERE id = 1',
  );
  a.ok('DELETE FROM t', 'INSERT INTO t VALUES (1, 10, 1), (2, 20, 2), (20, 200, 20)');
  assertOneOfTwo(
    'SELECT id FROM t FORCE INDEX (k) WHERE k = 2',
    'UPDATE t SET v = 0 WHERE id = 20',
    'SELECT v FROM t WHERE id = 20',
    'UPDATE t SET k = 7 WHERE id = 2',
  );
});

test('a transaction that only reads sees one order too', () => {
  // Fekete, O'Neil, O'Neil: without the reader the two others are serializable, and with it they are not.
  b.ok('BEGIN');
  b.rows('SELECT v FROM t WHERE id IN (1, 2)');
  a.ok('UPDATE t SET v = v + 20 WHERE id = 2');
  c.ok('BEGIN');
  assert.deepEqual(c.rows('SELECT v FROM t WHERE id IN (1, 2) ORDER BY id'), ['10', '40']);
  b.ok('UPDATE t SET v = v - 11 WHERE id = 1');
  const ends = [commit(b), commit(c)];
  assert.ok(ends.includes(1213), `both committed: ${ends}`);
});

test('what others change elsewhere does not matter', () => {
  a.ok('BEGIN');
  a.rows('SELECT * FROM t WHERE id BETWEEN 2 AND 3');
  a.rows('SELECT * FROM t WHERE id = 7');
  b.ok('UPDATE t SET v = 0 WHERE id = 1', 'INSERT INTO t VALUES (4, 4, 4)', 'DELETE FROM t WHERE id = 20');
  a.ok('UPDATE t SET v = 31 WHERE id = 3');
  assert.equal(commit(a), undefined);
});

test('a walk counts as far as it went', () => {
  a.ok('BEGIN');
  a.rows('SELECT * FROM t ORDER BY id LIMIT 2');
  b.ok('UPDATE t SET v = 0 WHERE id = 3');
  assert.equal(commit(a), undefined);
  a.ok('BEGIN');
  a.rows('SELECT * FROM t ORDER BY id DESC LIMIT 2');
  b.ok('UPDATE t SET v = 1 WHERE id = 3');
  assert.equal(commit(a), undefined);
  a.ok('BEGIN');
  a.rows('SELECT * FROM t ORDER BY id DESC LIMIT 2');
  b.ok('UPDATE t SET v = 1 WHERE id = 10');
  assert.equal(commit(a), 1213);
});

test('a row that another one has only locked is unchanged', () => {
  a.ok('BEGIN');
  a.rows('SELECT * FROM t WHERE id = 1');
  b.ok('BEGIN');
  b.rows('SELECT * FROM t WHERE id = 1 FOR UPDATE');
  assert.equal(commit(a), undefined);
  b.ok('ROLLBACK');
});

test('a change under way counts; one that was undone does not', () => {
  a.ok('BEGIN');
  a.rows('SELECT * FROM t WHERE id = 1');
  b.ok('BEGIN', 'UPDATE t SET v = 0 WHERE id = 1');
  assert.equal(commit(a), 1213);
  a.ok('BEGIN');
  a.rows('SELECT * FROM t WHERE id = 1');
  b.ok('ROLLBACK');
  assert.equal(commit(a), undefined);
});

test('own changes of what was read are no conflict, nor are savepoints', () => {
  a.ok('BEGIN');
  a.rows('SELECT * FROM t');
  a.ok(
    'UPDATE t SET v = 1 WHERE id = 1',
    'SAVEPOINT s',
    'DELETE FROM t WHERE id = 2',
    'INSERT INTO t VALUES (7, 7, 7)',
  );
  a.ok('ROLLBACK TO s', 'UPDATE t SET k = 99 WHERE id = 3');
  assert.equal(commit(a), undefined);
  assert.deepEqual(b.rows('SELECT COUNT(*), SUM(k) FROM t'), ['5|132']);
});

test('many single rows become one range, and still conflict', () => {
  a.ok('CREATE TABLE many (id INT PRIMARY KEY, v INT)');
  a.ok(`INSERT INTO many VALUES ${Array.from({length: 6000}, (_, i) => `(${i}, 0)`).join()}`);
  a.ok('BEGIN');
  const ids = Array.from({length: 5000}, (_, i) => i).join();
  assert.deepEqual(a.rows(`SELECT COUNT(*) FROM many WHERE id IN (${ids})`), ['5000']);
  b.ok('UPDATE many SET v = 1 WHERE id = 4321');
  assert.equal(commit(a), 1213);
});

test('autocommit statements are serializable one by one, and repeat themselves where they can', () => {
  a.ok('UPDATE t SET v = v + 1 WHERE id = 1');
  b.ok('UPDATE t SET v = v + 1 WHERE id = 1');
  assert.deepEqual(a.rows('SELECT v FROM t WHERE id = 1'), ['12']);
});
