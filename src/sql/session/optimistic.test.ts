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

/** Everything committed before now can be read on all primaries. */
function settle(c: TestCluster): void {
  for (const primary of c.primaries) primary.optimism?.catchUp();
}

test('what one primary commits the others see, tables too', () => {
  const c = cluster(2);
  const [a, b] = [c.connect(0), c.connect(1)];
  a.ok(...START, "INSERT INTO account VALUES (1, 100, 'a'), (2, 200, 'b')");
  settle(c);
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
  console.log({losses, commits, c0: [...(c.primaries[0].optimism?.counters() ?? [])]});
});

/** Runs scripts of statements side by side until it is enough; a script answers the next statement, given the last answer. */
function runAll(
  c: TestCluster,
  scripts: readonly {client: TestClient; next(last: Answer | undefined): string}[],
  isEnough: () => boolean,
): void {
  for (const {client, next} of scripts) client.start(next(undefined));
  while (!isEnough()) {
    c.until(() => scripts.some(({client}) => client.isDone), 'any statement');
    for (const {client, next} of scripts) {
      if (!client.isDone) continue;
      client.start(next(client.finish()[0]));
    }
  }
  for (const {client} of scripts) client.finish();
}
