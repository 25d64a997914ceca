// Primaries without page locks (optimistic): the first proposal of a page wins, others are rebased or lose; what was committed is one database all the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Answer, type TestClient, TestCluster} from './test-cluster.test.ts';

const START = ['CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL, note VARCHAR(200), KEY (balance))'];

function cluster(count: number, granularity: 'row' | 'page' = 'row', frames = 128, pageSize = 16384): TestCluster {
  return new TestCluster(count, {optimistic: granularity, frames, pageSize, dbpFrames: 0, titSlots: 8192, seed: 5});
}

function counter(c: TestCluster, node: number, name: string): number {
  return new Map(c.primaries[node].optimism?.counters()).get(name) ?? 0;
}

/** Repeats a statement that loses, as clients of this mode do. */
function again(client: TestClient, sql: string): void {
  for (let tries = 0; tries < 100; tries++) {
    const {error} = client.run(sql);
    if (error === undefined) return;
    assert.equal(error.errno, 1213);
  }
  assert.fail(`${sql} always loses`);
}

/** Everything committed before now can be read on all primaries. */
function settle(c: TestCluster): void {
  for (const primary of c.world.alive()) primary.optimism?.catchUp();
}

test('what one primary commits the others see, tables too', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b')");
  assert.deepEqual(b.rows('SELECT * FROM account ORDER BY id'), ['1|100|a', '2|200|b']);
  b.ok('UPDATE account SET balance = 150 WHERE id = 1', "INSERT INTO account VALUES (3, 300, 'c')");
  assert.deepEqual(b.rows('SELECT balance FROM account ORDER BY id'), ['150', '200', '300'], 'its own at once');
  settle(c);
  assert.deepEqual(a.rows('SELECT id FROM account WHERE balance >= 150 ORDER BY id'), ['1', '2', '3']);
  a.ok('ALTER TABLE account ADD COLUMN more INT NOT NULL DEFAULT 7');
  assert.deepEqual(b.rows('SELECT id, more FROM account ORDER BY id'), ['1|7', '2|7', '3|7']);
  b.ok('DROP TABLE account');
  assert.match(a.error('SELECT * FROM account'), /^1146 /);
});

test('no primary can read half a transaction, whatever the others write meanwhile; nothing is lost', () => {
  const c = cluster(3, 'row', 24, 4096);
  const setup = c.connect(0);
  const {prng} = c.world;
  const count = 300;
  setup.ok(...START);
  const values = Array.from({length: count}, (_, id) => `(${id}, 100, '${'x'.repeat(60)}')`);
  for (let at = 0; at < count; at += 100)
    setup.ok(`INSERT INTO account VALUES ${values.slice(at, at + 100).join(',')}`);
  settle(c);
  let commits = 0;
  let losses = 0;
  const writers = Array.from({length: 6}, (_, i) => {
    let step = 0;
    return {
      client: c.connect(i % 3),
      next: (last: Answer | undefined): string => {
        const isLost = last?.error !== undefined;
        if (isLost) assert.equal(last.error?.errno, 1213);
        if (isLost) losses++;
        if (step === 0 && last !== undefined && !isLost) commits++;
        step = isLost ? 1 : (step + 1) % 4;
        if (step === 1) return 'START TRANSACTION';
        if (step === 0) return 'COMMIT';
        return `UPDATE account SET balance = balance ${step === 2 ? '-' : '+'} 3, note = '${'n'.repeat(prng.below(120))}' WHERE id = ${prng.below(count)}`;
      },
    };
  });
  let sums = 0;
  const readers = Array.from({length: 6}, (_, i) => ({
    client: c.connect(i % 3),
    next: (last: Answer | undefined): string => {
      if (last !== undefined && last.error?.errno !== 1317) {
        assert.equal(last.error, undefined);
        assert.equal(last.rows[0][0], `${count * 100}`, `sum ${++sums}`);
      }
      return `SELECT SUM(balance) FROM account ${prng.chance(0.5) ? '' : 'FORCE INDEX (balance)'}`;
    },
  }));
  runAll(c, [...writers, ...readers], () => sums >= 30 && commits >= 60);
  settle(c);
  for (let node = 0; node < 3; node++)
    assert.deepEqual(c.connect(node).rows('SELECT SUM(balance), COUNT(*) FROM account'), [`${count * 100}|${count}`]);
  assert.ok(losses < commits, `${losses} transactions lost, ${commits} won`);
  assert.ok(counter(c, 0, 'rebases') > 0, 'what was refused for a neighbour row has been done again');
});

test('two primaries change the same row: the second loses at once, and may come again; neighbours do not disturb each other', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b'), (3, 300, 'c')");
  settle(c);
  a.ok('START TRANSACTION', 'UPDATE account SET balance = balance + 1 WHERE id = 1');
  b.ok('START TRANSACTION', 'UPDATE account SET balance = balance + 10 WHERE id = 2');
  assert.match(b.error('UPDATE account SET balance = balance + 10 WHERE id = 1'), /^1213 /);
  a.ok('UPDATE account SET balance = balance + 1 WHERE id = 2', 'COMMIT');
  b.ok('UPDATE account SET balance = balance + 10 WHERE id = 1');
  settle(c);
  assert.deepEqual(a.rows('SELECT balance FROM account ORDER BY id'), ['111', '201', '300']);
  assert.ok(counter(c, 1, 'row_conflicts') > 0);
  assert.ok(counter(c, 1, 'rebases') > 0, 'the change of row 2 was done on the page that row 1 had changed in');
});

test('a snapshot stays what it is, and does not overwrite what came after it', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a')");
  settle(c);
  b.ok('START TRANSACTION');
  assert.deepEqual(b.rows('SELECT balance FROM account'), ['100']);
  a.ok('UPDATE account SET balance = 50 WHERE id = 1');
  settle(c);
  assert.deepEqual(b.rows('SELECT balance FROM account'), ['100']);
  assert.match(b.error('UPDATE account SET balance = balance + 1 WHERE id = 1'), /^1213 /);
  b.ok('UPDATE account SET balance = balance + 1 WHERE id = 1');
  assert.deepEqual(b.rows('SELECT balance FROM account'), ['51']);
});

test('an update of a row that was just changed elsewhere is made on the new version, without an error', () => {
  const c = cluster(2);
  const clients = [c.connect(0), c.connect(1)];
  clients[0].ok(...START, "INSERT INTO account VALUES (1, 0, '')");
  settle(c);
  for (let i = 0; i < 40; i++) clients[i % 2].ok('UPDATE account SET balance = balance + 1 WHERE id = 1');
  settle(c);
  assert.deepEqual(clients[0].rows('SELECT balance FROM account'), ['40']);
});

test('FOR UPDATE, NOWAIT, SKIP LOCKED and GET_LOCK hold across primaries', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b')");
  settle(c);
  a.ok('START TRANSACTION');
  a.rows('SELECT * FROM account WHERE id = 1 FOR UPDATE');
  assert.match(b.error('UPDATE account SET balance = 0 WHERE id = 1'), /^1213 /);
  assert.match(b.error('SELECT * FROM account WHERE id = 1 FOR UPDATE NOWAIT'), /^3572 /);
  assert.deepEqual(b.rows('SELECT id FROM account FOR UPDATE SKIP LOCKED'), ['2']);
  a.ok('COMMIT');
  b.ok('UPDATE account SET balance = 0 WHERE id = 1');
  assert.deepEqual(a.rows("SELECT GET_LOCK('x', 0)"), ['1']);
  assert.deepEqual(b.rows("SELECT GET_LOCK('x', 0)"), ['0']);
  b.ok("INSERT INTO account VALUES (3, 1, 'before')");
  b.start("SELECT GET_LOCK('x', 10)");
  a.ok('UPDATE account SET balance = 77 WHERE id = 2', "DO RELEASE_LOCK('x')");
  assert.equal(b.finish()[0].rows[0][0], '1');
  assert.deepEqual(b.rows('SELECT balance FROM account WHERE id = 2'), ['77'], 'what the one before did is there');
});

test('unique keys hold across primaries, though each writes a page of its own', () => {
  const c = cluster(2, 'row', 128, 4096);
  const [a, b, old] = [c.connect(0), c.connect(1), c.connect(0)];
  a.ok('CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(250), filler VARCHAR(300), UNIQUE KEY (name))');
  for (let id = 1; id < 20; id++)
    a.ok(`INSERT INTO person VALUES (${id * 1000 + 500}, 'x${id}', '${'p'.repeat(280)}')`);
  // Entries of deleted rows stay while somebody may see them: those of one name fill several leaves.
  old.ok('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  let both = 0;
  for (let round = 0; round < 12; round++) {
    const name = `${'n'.repeat(240)}${round}`;
    for (let id = 0; id < 40; id++)
      a.ok(`INSERT INTO person VALUES (${5000 + id}, '${name}', '')`, `DELETE FROM person WHERE id = ${5000 + id}`);
    settle(c);
    assert.deepEqual(b.rows(`SELECT id FROM person FORCE INDEX (name) WHERE name = '${name}'`), []);
    a.start(`INSERT INTO person VALUES (${round + 1}, '${name}', '')`);
    b.start(`INSERT INTO person VALUES (${19_000 + round}, '${name}', '')`);
    const errors = [a.finish()[0].error, b.finish()[0].error].filter(error => error !== undefined);
    for (const error of errors) assert.ok(error.errno === 1062 || error.errno === 1213, `${error.errno}`);
    if (errors.length === 0) both++;
  }
  assert.equal(both, 0, 'never both');
  settle(c);
  assert.deepEqual(a.rows('SELECT name FROM person GROUP BY name HAVING COUNT(*) > 1'), []);
});

test('foreign keys hold across primaries: no child without its parent', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(
    'CREATE TABLE parent (id INT PRIMARY KEY)',
    'CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id))',
  );
  settle(c);
  for (let round = 0; round < 25; round++) {
    a.ok(`INSERT INTO parent VALUES (${round})`);
    settle(c);
    a.start(`INSERT INTO child VALUES (${round}, ${round})`);
    b.start(`DELETE FROM parent WHERE id = ${round}`);
    const errors = [a.finish()[0].error, b.finish()[0].error].map(error => error?.errno);
    for (const errno of errors) assert.ok([undefined, 1451, 1452, 1213].includes(errno), `${errno}`);
    assert.ok(errors[0] !== undefined || errors[1] !== undefined, `round ${round}: both`);
  }
  settle(c);
  assert.deepEqual(
    b.rows('SELECT child.id FROM child LEFT JOIN parent ON parent = parent.id WHERE parent.id IS NULL'),
    [],
  );
});

test('REGIONAL_RAW sees what was committed before its statement, at once; INSTANCE_RAW a moment later', () => {
  const c = cluster(2);
  const [writer, regional, local] = [c.connect(0), c.connect(1), c.connect(1)];
  writer.ok(...START, "INSERT INTO account VALUES (1, 0, '')");
  settle(c);
  assert.deepEqual(local.rows('SELECT @@aurora_mm_session_consistency_level'), ['INSTANCE_RAW']);
  regional.ok("SET aurora_mm_session_consistency_level = 'REGIONAL_RAW'");
  let behind = 0;
  for (let i = 1; i <= 30; i++) {
    writer.ok(`UPDATE account SET balance = ${i} WHERE id = 1`);
    if (local.rows('SELECT balance FROM account WHERE id = 1')[0] !== `${i}`) behind++;
    assert.deepEqual(regional.rows('SELECT balance FROM account WHERE id = 1'), [`${i}`]);
  }
  assert.ok(behind > 10, `without asking it was behind only ${behind} times`);
});

test('granularity page, the original: neighbours on one page conflict', () => {
  const c = cluster(2, 'page');
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b')");
  settle(c);
  again(a, 'UPDATE account SET balance = balance + 0 WHERE id = 1');
  a.ok('START TRANSACTION', 'UPDATE account SET balance = balance + 1 WHERE id = 1');
  assert.match(
    b.error('UPDATE account SET balance = balance + 10 WHERE id = 2'),
    /^1213 /,
    'the change of A is not here',
  );
  a.ok('COMMIT');
  settle(c);
  again(b, 'UPDATE account SET balance = balance + 10 WHERE id = 2');
  settle(c);
  assert.deepEqual(a.rows('SELECT balance FROM account ORDER BY id'), ['101', '210']);
  assert.ok(counter(c, 1, 'page_conflicts') > 0);
});

test('a primary dies: what it acknowledged stays, what it had only proposed never was, its rows can be changed', () => {
  const c = cluster(3, 'row', 64, 4096);
  const {world} = c;
  const [a, b, other] = [c.connect(0), c.connect(1), c.connect(2)];
  a.ok(...START);
  for (let id = 0; id < 100; id++) a.ok(`INSERT INTO account VALUES (${id}, 100, '${'x'.repeat(100)}')`);
  settle(c);
  assert.deepEqual(b.rows('SELECT COUNT(*) FROM account'), ['100']);
  const open = c.connect(0);
  open.ok('START TRANSACTION', "UPDATE account SET balance = 0, note = 'lost' WHERE id < 50");
  a.ok('UPDATE account SET balance = 101 WHERE id = 70');
  // What it changes now is in its memory only.
  open.ok("UPDATE account SET balance = 0, note = 'never' WHERE id >= 50 AND id < 60");
  world.kill(c.primaries[0]);
  for (const step of world.decisionSteps(c.primaries[0].incarnation)) step();
  world.assign(c.primaries[1]);
  b.ok('UPDATE account SET balance = balance + 1 WHERE id >= 50 AND id < 60');
  other.ok('UPDATE account SET balance = balance + 1 WHERE id < 60');
  settle(c);
  for (const client of [b, other]) {
    assert.deepEqual(client.rows('SELECT COUNT(*), SUM(balance) FROM account'), ['100|10071']);
    assert.deepEqual(client.rows("SELECT COUNT(*) FROM account WHERE note IN ('lost', 'never')"), ['0']);
  }
});

test('a primary that stood still until the rings had come round begins anew, and its open snapshot stays what it was', () => {
  const c = cluster(2);
  const [writer, reader, fresh] = [c.connect(0), c.connect(1), c.connect(1)];
  writer.ok(...START);
  for (let id = 0; id < 100; id++) writer.ok(`INSERT INTO account VALUES (${id}, 100, '${'y'.repeat(150)}')`);
  settle(c);
  reader.ok('START TRANSACTION');
  const before = reader.rows('SELECT SUM(balance) FROM account');
  c.world.pause(c.primaries[1]);
  for (let i = 1; i <= 90; i++) writer.ok(`UPDATE account SET balance = ${i}, note = '${'z'.repeat(100 + i)}'`);
  c.world.resume(1);
  c.until(() => counter(c, 1, 'peer_restarts') === 1, 'the new beginning');
  assert.deepEqual(reader.rows('SELECT SUM(balance) FROM account'), before);
  assert.deepEqual(fresh.rows('SELECT SUM(balance) FROM account'), ['9000']);
  fresh.ok('UPDATE account SET balance = 1 WHERE id = 5');
  settle(c);
  assert.deepEqual(writer.rows('SELECT SUM(balance) FROM account'), ['8911']);
});

/** Runs scripts of statements side by side until it is enough; a script answers the next statement, given the last answer. */
function runAll(
  c: TestCluster,
  scripts: readonly {client: TestClient; next(last: Answer | undefined): string}[],
  isEnough: () => boolean,
): void {
  for (const {client, next} of scripts) client.start(next(undefined));
  while (!isEnough()) {
    // Statements that find everything cached take no time in this world: others must get on too.
    const soon = c.world.time.now + 0.1;
    c.until(() => c.world.time.now >= soon && scripts.some(({client}) => client.isDone), 'any statement');
    for (const {client, next} of scripts) {
      if (!client.isDone) continue;
      client.start(next(client.finish()[0]));
    }
  }
  for (const {client} of scripts) client.finish();
}
