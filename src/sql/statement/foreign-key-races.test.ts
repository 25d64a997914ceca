// Foreign keys between primaries: a child that comes while its parent goes (protocols K12).

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TestCluster} from '../session/test-cluster.test.ts';

const cluster = new TestCluster(2);
const a = cluster.connect(0);
const b = cluster.connect(1);

/** Lets time pass; true while the statement still waits. */
function waits(client: {readonly isDone: boolean}): boolean {
  cluster.world.time.run(50);
  return !client.isDone;
}

a.ok(
  'CREATE TABLE p (id INT PRIMARY KEY, n INT)',
  'CREATE TABLE c (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES p (id))',
  'CREATE TABLE gone (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES p (id) ON DELETE CASCADE)',
);

test('the child comes first: the end of the parent waits, and fails', () => {
  a.ok('INSERT INTO p VALUES (1, 0)', 'BEGIN', 'INSERT INTO c VALUES (1, 1)');
  b.start('DELETE FROM p WHERE id = 1');
  assert.ok(waits(b));
  a.ok('COMMIT');
  assert.equal(b.finish()[0].error?.errno, 1451);
  assert.deepEqual(b.rows('SELECT id FROM p'), ['1']);
});

test('the child comes first and is rolled back: the parent goes', () => {
  a.ok('INSERT INTO p VALUES (2, 0)', 'BEGIN', 'INSERT INTO c VALUES (2, 2)');
  b.start('DELETE FROM p WHERE id = 2');
  assert.ok(waits(b));
  a.ok('ROLLBACK');
  assert.equal(b.finish()[0].error, undefined);
});

test('the parent goes first: the child waits, and is refused; or gets in when the parent stays', () => {
  a.ok('INSERT INTO p VALUES (3, 0)');
  for (const [end, errno] of [
    ['ROLLBACK', undefined],
    ['COMMIT', 1452],
  ] as const) {
    a.ok('DELETE FROM c', 'BEGIN', 'DELETE FROM p WHERE id = 3');
    b.start('INSERT INTO c VALUES (3, 3)');
    assert.ok(waits(b));
    a.ok(end);
    assert.equal(b.finish()[0].error?.errno, errno, end);
    b.ok('DELETE FROM c');
  }
});

test('children of one parent do not wait for each other, nor for changes of its other columns once they are committed', () => {
  a.ok('INSERT INTO p VALUES (4, 0)', 'BEGIN', 'INSERT INTO c VALUES (40, 4)');
  b.start('INSERT INTO c VALUES (41, 4)');
  assert.ok(!waits(b));
  assert.equal(b.finish()[0].error, undefined);
  b.start('UPDATE p SET n = n + 1 WHERE id = 4');
  assert.ok(!waits(b));
  a.ok('COMMIT');
});

test('the newest rows count, not those of the snapshot', () => {
  a.ok('BEGIN', 'SELECT COUNT(*) FROM p, c, gone');
  b.ok(
    'INSERT INTO p VALUES (5, 0), (6, 0)',
    'INSERT INTO gone VALUES (50, 6)',
    'DELETE FROM c',
    'DELETE FROM p WHERE id = 4',
  );
  assert.equal(a.run('INSERT INTO c VALUES (4, 4)').error?.errno, 1452);
  a.ok('INSERT INTO c VALUES (5, 5)', 'COMMIT');
  // A child that the snapshot does not show goes with its parent.
  a.ok('BEGIN', 'SELECT COUNT(*) FROM p, c, gone');
  b.ok('INSERT INTO gone VALUES (51, 6)');
  a.ok('DELETE FROM p WHERE id = 6', 'COMMIT');
  assert.deepEqual(b.rows('SELECT COUNT(*) FROM gone'), ['0']);
});

test('a child that moves away, or goes, counts until that is committed', () => {
  a.ok('DELETE FROM c', 'INSERT INTO p VALUES (7, 0), (8, 0)', 'INSERT INTO c VALUES (7, 7)');
  for (const leave of ['UPDATE c SET pid = 8 WHERE id = 7', 'DELETE FROM c WHERE id = 7']) {
    a.ok('BEGIN', leave);
    b.start('DELETE FROM p WHERE id = 7');
    assert.ok(waits(b), leave);
    a.ok('ROLLBACK');
    assert.equal(b.finish()[0].error?.errno, 1451, leave);
  }
});

test('each sees the other: a deadlock, and no orphan', () => {
  a.ok('INSERT INTO p VALUES (20, 0), (21, 0)', 'BEGIN', 'INSERT INTO c VALUES (20, 20)');
  b.ok('BEGIN', 'DELETE FROM p WHERE id = 21');
  a.start('INSERT INTO c VALUES (21, 21)');
  assert.ok(waits(a));
  b.start('DELETE FROM p WHERE id = 20');
  const errors = [a.finish()[0].error?.errno, b.finish()[0].error?.errno];
  a.ok('COMMIT');
  b.ok('COMMIT');
  assert.ok(errors.includes(1213), String(errors));
  assert.deepEqual(a.rows('SELECT c.id FROM c LEFT JOIN p ON p.id = c.pid WHERE p.id IS NULL'), []);
});

test('many at once: never a child without its parent', () => {
  a.ok('DELETE FROM c');
  const clients = [0, 1, 0, 1].map(node => cluster.connect(node));
  const answers = new Map<number | undefined, number>();
  for (let round = 0; round < 60; round++) {
    const id = 100 + (round % 7);
    clients[0].start(`INSERT IGNORE INTO p VALUES (${id}, 0)`);
    clients[1].start(`INSERT INTO c VALUES (${1000 + round}, ${id})`);
    clients[2].start(`INSERT INTO c VALUES (${2000 + round}, ${id})`);
    clients[3].start(`DELETE FROM p WHERE id = ${id}`);
    for (const client of clients) {
      const errno = client.finish()[0].error?.errno;
      answers.set(errno, (answers.get(errno) ?? 0) + 1);
    }
    clients[round % 4].ok(`DELETE FROM c WHERE pid = ${id - 1}`);
  }
  assert.deepEqual(a.rows('SELECT c.id FROM c LEFT JOIN p ON p.id = c.pid WHERE p.id IS NULL'), []);
  for (const errno of [undefined, 1451, 1452]) assert.ok(answers.has(errno), `no answer ${errno}`);
  for (const errno of answers.keys()) assert.ok([undefined, 1451, 1452, 1213].includes(errno), `error ${errno}`);
});
