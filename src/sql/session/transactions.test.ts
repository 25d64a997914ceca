// Transactions: autocommit, savepoints, isolation, conflicts, locks, read only; on one primary and on two.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, type TestClient, TestCluster} from './test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
const b = cluster.connect(1);
const c = cluster.connect(0);

/** Lets the others run for a moment; the statement of this client must still wait. */
function waits(client: TestClient): void {
  cluster.world.time.run(20);
  assert.equal(client.isDone, false, 'the statement does not wait');
}

test('commit and rollback, seen from the other primary', () => {
  check(a, [
    ['CREATE TABLE t (id INT PRIMARY KEY, n INT, KEY (n))', 'ok'],
    ['INSERT INTO t VALUES (1, 1), (2, 2)', 'ok'],
    ['BEGIN', 'ok'],
    ['UPDATE t SET n = 10 WHERE id = 1', 'ok 1'],
  ]);
  assert.deepEqual(b.rows('SELECT n FROM t WHERE id = 1'), ['1']);
  a.ok('ROLLBACK');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['1']);
  check(a, [
    ['START TRANSACTION', 'ok'],
    ['INSERT INTO t VALUES (3, 3)', 'ok'],
    ['COMMIT', 'ok'],
  ]);
  assert.deepEqual(b.rows('SELECT * FROM t'), ['1|1', '2|2', '3|3']);
});

test('autocommit off: statements stay open until COMMIT', () => {
  check(a, [
    ['SET autocommit = 0', 'ok'],
    ['UPDATE t SET n = 20 WHERE id = 2', 'ok 1'],
  ]);
  assert.deepEqual(b.rows('SELECT n FROM t WHERE id = 2'), ['2']);
  a.ok('SET autocommit = 1');
  assert.deepEqual(b.rows('SELECT n FROM t WHERE id = 2'), ['20']);
});

test('savepoints', () => {
  check(a, [
    ['BEGIN', 'ok'],
    ['INSERT INTO t VALUES (10, 1)', 'ok'],
    ['SAVEPOINT one', 'ok'],
    ['INSERT INTO t VALUES (11, 1)', 'ok'],
    ['SAVEPOINT two', 'ok'],
    ['DELETE FROM t', 'ok'],
    ['ROLLBACK TO TWO', 'ok'],
    ['SELECT COUNT(*) FROM t', ['5']],
    ['ROLLBACK TO one', 'ok'],
    ['SELECT COUNT(*) FROM t', ['4']],
    ['ROLLBACK TO two', 1305],
    ['RELEASE SAVEPOINT one', 'ok'],
    ['RELEASE SAVEPOINT one', 1305],
    ['ROLLBACK', 'ok'],
    ['SELECT COUNT(*) FROM t', ['3']],
  ]);
});

test('a failed statement undoes itself and nothing else', () => {
  check(a, [
    ['BEGIN', 'ok'],
    ['INSERT INTO t VALUES (20, 1)', 'ok'],
    ['INSERT INTO t VALUES (21, 1), (1, 1)', 1062],
    ['SELECT id FROM t WHERE id >= 20', ['20']],
    ['COMMIT', 'ok'],
    ['DELETE FROM t WHERE id = 20', 'ok 1'],
  ]);
});

test('repeatable read keeps its snapshot; read committed does not', () => {
  a.ok('BEGIN', 'SELECT * FROM t');
  b.ok('UPDATE t SET n = 100 WHERE id = 1');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['1']);
  a.ok('COMMIT', 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'BEGIN', 'SELECT * FROM t');
  b.ok('UPDATE t SET n = 101 WHERE id = 1');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['101']);
  a.ok('COMMIT', 'BEGIN', 'SELECT * FROM t');
  b.ok('UPDATE t SET n = 1 WHERE id = 1');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['101']);
  a.ok('COMMIT');
});

test('first updater wins: 1213 rolls the transaction back', () => {
  a.ok('BEGIN', 'SELECT * FROM t');
  b.ok('UPDATE t SET n = 7 WHERE id = 1');
  assert.equal(a.run('UPDATE t SET n = n + 1 WHERE id = 1').error?.errno, 1213);
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['7']);
  assert.equal(a.run('SELECT 1').reply?.status, 2);
});

test('a statement that has read nothing before waits and runs again on the newer row', () => {
  a.ok('BEGIN', 'UPDATE t SET n = n + 1 WHERE id = 1');
  b.start('UPDATE t SET n = n + 10 WHERE id = 1');
  waits(b);
  a.ok('COMMIT');
  assert.equal(b.finish()[0].reply?.affectedRows, 1);
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id = 1'), ['18']);
});

test('the same on one primary, by a cached plan', () => {
  for (let i = 0; i < 3; i++) c.ok('UPDATE t SET n = n + 1 WHERE id = 2');
  a.ok('BEGIN', 'UPDATE t SET n = n + 1 WHERE id = 2');
  c.start('UPDATE t SET n = n + 1 WHERE id = 2');
  waits(c);
  a.ok('COMMIT');
  assert.equal(c.finish()[0].reply?.affectedRows, 1);
  assert.deepEqual(b.rows('SELECT n FROM t WHERE id = 2'), ['25']);
});

test('a deadlock ends one of the two', () => {
  a.ok('BEGIN', 'UPDATE t SET n = 1 WHERE id = 1');
  b.ok('BEGIN', 'UPDATE t SET n = 1 WHERE id = 2');
  a.start('UPDATE t SET n = 2 WHERE id = 2');
  waits(a);
  b.start('UPDATE t SET n = 2 WHERE id = 1');
  const errors = [a, b].map(client => client.finish()[0].error?.errno);
  assert.deepEqual(
    errors.filter(errno => errno !== undefined),
    [1213],
  );
  a.ok('ROLLBACK');
  b.ok('ROLLBACK');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id < 3 ORDER BY id'), ['18', '25']);
});

test('lock wait timeout fails the statement only', () => {
  b.ok('SET innodb_lock_wait_timeout = 1');
  a.ok('BEGIN', 'UPDATE t SET n = 1 WHERE id = 1');
  b.ok('BEGIN', 'UPDATE t SET n = 33 WHERE id = 3');
  assert.equal(b.run('UPDATE t SET n = 2 WHERE id = 1').error?.errno, 1205);
  a.ok('ROLLBACK');
  b.ok('COMMIT', 'SET innodb_lock_wait_timeout = DEFAULT');
  assert.deepEqual(a.rows('SELECT n FROM t WHERE id IN (1, 3) ORDER BY id'), ['18', '33']);
});

test('FOR UPDATE waits, NOWAIT does not, SKIP LOCKED passes over', () => {
  a.ok('BEGIN', 'SELECT * FROM t WHERE id = 1 FOR UPDATE');
  assert.equal(b.run('SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT').error?.errno, 3572);
  assert.deepEqual(b.rows('SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED'), ['2', '3']);
  b.start('SELECT id FROM t WHERE id = 1 FOR UPDATE');
  waits(b);
  a.ok('COMMIT');
  assert.deepEqual(b.finish()[0].rows, [['1']]);
});

test('KILL QUERY ends a waiting statement', () => {
  a.ok('BEGIN', 'UPDATE t SET n = 1 WHERE id = 1');
  c.start('UPDATE t SET n = 2 WHERE id = 1');
  waits(c);
  a.ok(`KILL QUERY ${c.session.state.connectionId}`);
  assert.equal(c.finish()[0].error?.errno, 1317);
  a.ok('ROLLBACK');
  assert.equal(c.ok('UPDATE t SET n = n + 1 WHERE id = 1').reply?.affectedRows, 1);
  assert.equal(a.run('KILL 99999').error?.errno, 1094);
});

test('KILL QUERY ends a sleep: a query without tables goes on with 1', () => {
  const killed = (sql: string): number | readonly (readonly (string | null)[])[] => {
    c.start(sql);
    waits(c);
    a.ok(`KILL QUERY ${c.session.state.connectionId}`);
    const [{error, rows}] = c.finish();
    return error?.errno ?? rows;
  };
  assert.deepEqual(killed('SELECT SLEEP(1000), 5'), [['1', '5']]);
  assert.deepEqual(killed('DO SLEEP(1000)'), []);
  assert.equal(killed('SELECT id FROM t WHERE SLEEP(1000)'), 1317);
  assert.equal(killed('SELECT (SELECT SLEEP(1000))'), 1317);
  assert.deepEqual(c.rows('SELECT SLEEP(0), COUNT(*) FROM t'), ['0|3']);
});

test('READ ONLY transactions refuse changes', () => {
  check(a, [
    ['START TRANSACTION READ ONLY', 'ok'],
    ['SELECT COUNT(*) FROM t', ['3']],
    ['UPDATE t SET n = 1', 1792],
    ['COMMIT', 'ok'],
    ['SET SESSION TRANSACTION READ ONLY', 'ok'],
    ['INSERT INTO t VALUES (50, 1)', 1792],
    ['SET SESSION TRANSACTION READ WRITE', 'ok'],
    ['BEGIN', 'ok'],
    ['SET TRANSACTION READ ONLY', 1568],
    ['ROLLBACK', 'ok'],
  ]);
});

test('status bits tell of transaction and autocommit', () => {
  assert.equal(a.run('BEGIN').reply?.status, 3);
  assert.equal(a.run('COMMIT AND CHAIN').reply?.status, 3);
  assert.equal(a.run('ROLLBACK').reply?.status, 2);
  assert.equal(a.run('START TRANSACTION READ ONLY').reply?.status, 0x2003);
  assert.equal(a.run('COMMIT').reply?.status, 2);
  assert.equal(a.run('SET autocommit = 0').reply?.status, 0);
  assert.equal(a.run('SELECT 1 FROM t LIMIT 1').reply?.status, 1);
  assert.equal(a.run('SET autocommit = 1').reply?.status, 2);
});

test('WITH CONSISTENT SNAPSHOT takes the view at once', () => {
  a.ok('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  b.ok('INSERT INTO t VALUES (60, 1)');
  assert.deepEqual(a.rows('SELECT COUNT(*) FROM t'), ['3']);
  a.ok('COMMIT');
  assert.deepEqual(a.rows('SELECT COUNT(*) FROM t'), ['4']);
});

test('a client that goes away leaves nothing behind', () => {
  const gone = cluster.connect(1);
  gone.ok('BEGIN', 'DELETE FROM t');
  a.start('UPDATE t SET n = 5 WHERE id = 60');
  waits(a);
  gone.close();
  assert.equal(a.finish()[0].reply?.affectedRows, 1);
  assert.deepEqual(b.rows('SELECT COUNT(*) FROM t'), ['4']);
});

test('LOCK TABLES keeps the others out, on all primaries', () => {
  a.ok('CREATE TABLE other (x INT)', 'LOCK TABLES t WRITE, other READ');
  check(a, [
    ['UPDATE t SET n = 6 WHERE id = 60', 'ok 1'],
    ['INSERT INTO other VALUES (1)', 1099],
    ['SELECT * FROM information_schema.ENGINES LIMIT 0', []],
  ]);
  b.start('SELECT COUNT(*) FROM t');
  waits(b);
  a.ok('UNLOCK TABLES');
  assert.deepEqual(b.finish()[0].rows, [['4']]);
});

test('LOCK TABLES as a dump uses it: SHOW, CHECK, views and foreign keys under the locks', () => {
  const dump = cluster.connect();
  dump.ok(
    'CREATE TABLE dump_p (id INT PRIMARY KEY)',
    'CREATE TABLE dump_c (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES dump_p (id))',
    'CREATE VIEW dump_v AS SELECT id FROM dump_c',
    'LOCK TABLES dump_v READ, dump_p WRITE',
  );
  check(dump, [
    ['INSERT INTO dump_p VALUES (1)', 'ok 1'],
    ['DELETE FROM dump_p', 'ok 1'],
    ['SELECT * FROM dump_v', []],
    ['WITH some AS (SELECT id FROM dump_p) SELECT * FROM some', []],
    ['SELECT * FROM types', 1146],
    ['CHECK TABLE dump_p', ['test.dump_p|check|status|OK']],
    ['SHOW COLUMNS FROM dump_p', ['id|int|NO|PRI|NULL|']],
  ]);
  assert.equal(dump.ok('SHOW CREATE TABLE dump_c').rows.length, 1);
  assert.equal(dump.ok('SHOW CREATE TABLE dump_v').rows.length, 1);
  dump.ok('UNLOCK TABLES', 'CREATE TABLE dump_other (a INT)', 'LOCK TABLES dump_p READ');
  assert.equal(dump.run('SELECT * FROM dump_other').error?.errno, 1100);
  dump.close();
});

test('named locks: free or not, on every primary', () => {
  check(a, [
    ["SELECT IS_FREE_LOCK('named'), GET_LOCK('named', 1), IS_FREE_LOCK('named')", ['1|1|0']],
    ["SELECT IS_FREE_LOCK('NAMED')", ['0']],
  ]);
  check(b, [["SELECT IS_FREE_LOCK('named'), IS_FREE_LOCK('other')", ['0|1']]]);
  const holder = a.rows('SELECT CONNECTION_ID()')[0];
  for (const client of [a, b])
    check(client, [["SELECT IS_USED_LOCK('NAMED'), IS_USED_LOCK('other')", [`${holder}|NULL`]]]);
  check(a, [
    ["SELECT GET_LOCK('named', 1), RELEASE_LOCK('named')", ['1|1']],
    [`SELECT IS_USED_LOCK('named') = ${holder}`, ['1']],
    ["SELECT RELEASE_LOCK('named')", ['1']],
    [
      `SELECT GET_LOCK('turn', 0), RELEASE_LOCK('turn'), IS_USED_LOCK('turn'), GET_LOCK('turn', 0), IS_USED_LOCK('turn') = CONNECTION_ID()`,
      ['1|1|NULL|1|1'],
    ],
    ["SELECT RELEASE_ALL_LOCKS(), IS_USED_LOCK('turn')", ['1|NULL']],
    ['CREATE TABLE taken (a INT, b INT, c INT)', 'ok'],
    ["INSERT INTO taken VALUES (GET_LOCK('v', 0), RELEASE_LOCK('v'), RELEASE_LOCK('v')), (SLEEP(0), 2, 3)", 'ok 2'],
    ['SELECT * FROM taken', ['1|1|NULL', '0|2|3']],
    ['DROP TABLE taken', 'ok'],
    ["SELECT IS_USED_LOCK('named')", ['NULL']],
    ["SELECT GET_LOCK('x', 0), GET_LOCK('y', 0)", ['1|1']],
    ['SELECT RELEASE_ALL_LOCKS()', ['2']],
    ["SELECT IS_USED_LOCK('x')", ['NULL']],
  ]);
  check(b, [["SELECT IS_FREE_LOCK('named'), GET_LOCK('named', 0), RELEASE_LOCK('named')", ['1|1|1']]]);
});
