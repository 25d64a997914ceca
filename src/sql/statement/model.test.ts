// Random changes through two primaries against a simple model: rows, unique keys and indexes must agree at the end, and each answer on the way.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {type TestClient, TestCluster} from '../session/test-cluster.test.ts';

/** A row of the model: id is the primary key, u is unique when it is not null, k is indexed. */
interface Row {
  readonly id: number;
  readonly u: number | null;
  readonly k: number;
  readonly s: number;
}

class Model {
  readonly rows: Map<number, Row> = new Map();

  /** The row in the way of another one. */
  conflict({id, u}: Row): Row | undefined {
    return this.rows.get(id) ?? (u === null ? undefined : [...this.rows.values()].find(row => row.u === u));
  }

  sorted(): string[] {
    return [...this.rows.values()].sort((a, b) => a.id - b.id).map(({id, u, k, s}) => `${id}|${u ?? 'NULL'}|${k}|${s}`);
  }
}

type Change = (client: TestClient, model: Model) => void;

const key = fc.integer({min: 1, max: 12});
const row: fc.Arbitrary<Row> = fc.record({
  id: key,
  u: fc.option(fc.integer({min: 1, max: 8})),
  k: fc.integer({min: 0, max: 3}),
  s: fc.constantFrom(3, 40, 9000),
});

function valuesOf({id, u, k, s}: Row): string {
  return `(${id}, ${u ?? 'NULL'}, ${k}, REPEAT('x', ${s}))`;
}

/** Error number or affected rows. */
function outcome(client: TestClient, sql: string): number | undefined {
  const {error, reply} = client.run(sql);
  return error === undefined ? reply?.affectedRows : -error.errno;
}

const insert: fc.Arbitrary<Change> = row.map(fresh => (client, model) => {
  const isFree = model.conflict(fresh) === undefined;
  assert.equal(outcome(client, `INSERT INTO m VALUES ${valuesOf(fresh)}`), isFree ? 1 : -1062);
  if (isFree) model.rows.set(fresh.id, fresh);
});

const insertIgnore: fc.Arbitrary<Change> = fc.array(row, {minLength: 1, maxLength: 4}).map(rows => (client, model) => {
  let count = 0;
  for (const fresh of rows) {
    if (model.conflict(fresh) !== undefined) continue;
    model.rows.set(fresh.id, fresh);
    count++;
  }
  assert.equal(outcome(client, `INSERT IGNORE INTO m VALUES ${rows.map(valuesOf).join(', ')}`), count);
});

const replace: fc.Arbitrary<Change> = row.map(fresh => (client, model) => {
  let count = 1;
  for (let other = model.conflict(fresh); other !== undefined; other = model.conflict(fresh)) {
    model.rows.delete(other.id);
    count++;
  }
  model.rows.set(fresh.id, fresh);
  assert.equal(outcome(client, `REPLACE INTO m VALUES ${valuesOf(fresh)}`), count);
});

const upsert: fc.Arbitrary<Change> = row.map(fresh => (client, model) => {
  const other = model.conflict(fresh);
  model.rows.set((other ?? fresh).id, other === undefined ? fresh : {...other, k: other.k + 1});
  const affected = outcome(client, `INSERT INTO m VALUES ${valuesOf(fresh)} ON DUPLICATE KEY UPDATE k = m.k + 1`);
  assert.equal(affected, other === undefined ? 1 : 2);
});

const updateOne: fc.Arbitrary<Change> = fc
  .tuple(key, fc.constantFrom(3, 50, 8000))
  .map(([id, s]) => (client, model) => {
    const old = model.rows.get(id);
    if (old !== undefined) model.rows.set(id, {...old, s});
    const changes = old !== undefined && old.s !== s;
    assert.equal(outcome(client, `UPDATE m SET s = REPEAT('x', ${s}) WHERE id = ${id}`), changes ? 1 : 0);
  });

const updateIndexed: fc.Arbitrary<Change> = fc.integer({min: 0, max: 4}).map(k => (client, model) => {
  const found = [...model.rows.values()].filter(old => old.k === k);
  for (const old of found) model.rows.set(old.id, {...old, k: (old.k + 1) % 4});
  assert.equal(outcome(client, `UPDATE m SET k = (k + 1) % 4 WHERE k = ${k}`), found.length);
});

const updateKey: fc.Arbitrary<Change> = fc.tuple(key, key).map(([from, to]) => (client, model) => {
  const old = model.rows.get(from);
  const isTaken = from !== to && model.rows.has(to);
  const affected = outcome(client, `UPDATE m SET id = ${to} WHERE id = ${from}`);
  if (old === undefined || from === to) assert.equal(affected, 0);
  else if (isTaken) assert.equal(affected, -1062);
  else {
    assert.equal(affected, 1);
    model.rows.delete(from);
    model.rows.set(to, {...old, id: to});
  }
});

const remove: fc.Arbitrary<Change> = key.map(id => (client, model) => {
  assert.equal(outcome(client, `DELETE FROM m WHERE id = ${id}`), model.rows.delete(id) ? 1 : 0);
});

const removeSome: fc.Arbitrary<Change> = fc.integer({min: 0, max: 4}).map(k => (client, model) => {
  const found = [...model.rows.values()].filter(old => old.k === k);
  for (const {id} of found) model.rows.delete(id);
  assert.equal(outcome(client, `DELETE FROM m WHERE k = ${k}`), found.length);
});

const change = fc.oneof(insert, insertIgnore, replace, upsert, updateOne, updateIndexed, updateKey, remove, removeSome);
/** A change, which of the two clients makes it, and whether it is rolled back. */
const step = fc.tuple(change, fc.integer({min: 0, max: 1}), fc.integer({min: 0, max: 5}));

test('random changes through two primaries', () => {
  const cluster = new TestCluster(2);
  const clients = [cluster.connect(0), cluster.connect(1)];
  clients[0].ok('CREATE TABLE m (id INT PRIMARY KEY, u INT, k INT, s LONGTEXT, UNIQUE (u), KEY (k))');
  fc.assert(
    fc.property(fc.array(step, {minLength: 5, maxLength: 25}), steps => {
      clients[0].ok('DELETE FROM m');
      const model = new Model();
      for (const [run, who, undo] of steps) {
        const client = clients[who];
        if (undo > 0) run(client, model);
        else {
          const trial = new Model();
          for (const [id, old] of model.rows) trial.rows.set(id, old);
          client.ok('BEGIN');
          run(client, trial);
          client.ok('ROLLBACK');
        }
      }
      for (const client of clients) {
        assert.deepEqual(
          client.rows('SELECT id, u, k, LENGTH(s) FROM m FORCE INDEX (PRIMARY) ORDER BY id'),
          model.sorted(),
        );
      }
      assert.deepEqual(clients[1].rows('CHECK TABLE m'), ['test.m|check|status|OK']);
    }),
    {numRuns: 30},
  );
});
