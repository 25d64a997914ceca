// A database inside the process of a test, as the README shows it.

import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Pando} from '../../src/host/pando.ts';
import {connect, value} from '../support/sql.ts';

let db: Pando;

before(async () => {
  db = await Pando.start({primaries: 2, dbpBytes: 16 * 1024 * 1024, lbpBytes: 8 * 1024 * 1024});
});

after(() => db?.stop());

test('two primaries of one database, on ports of their own', async () => {
  assert.notEqual(db.portOf(1), db.portOf(2));
  const one = await connect(db.portOf(1));
  const two = await connect(db.portOf(2));
  await one.query('CREATE DATABASE d');
  await one.query('CREATE TABLE d.t (id INT PRIMARY KEY)');
  await one.query('INSERT INTO d.t VALUES (1), (2)');
  assert.equal(await value(two, 'SELECT COUNT(*) FROM d.t'), 2);
  await Promise.all([one.end(), two.end()]);
  assert.deepEqual((await db.check()).violations, []);
});

test('the status has the figures of every primary', async () => {
  const {primaries} = await db.status();
  assert.deepEqual(
    primaries.map(primary => [primary.ordinal, primary.state]),
    [
      [1, 'ready'],
      [2, 'ready'],
    ],
  );
});

test('several databases live side by side, and leave nothing behind', async () => {
  const other = await Pando.start();
  const connection = await connect(other.portOf(1));
  assert.equal(await value(connection, "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'd'"), 0);
  connection.destroy();
  assert.ok(existsSync(other.directory));
  await other.stop();
  assert.ok(!existsSync(other.directory));
});

test('what cannot be started says why', async () => {
  await assert.rejects(Pando.start({primaries: 0}), /0 primaries/);
  await assert.rejects(Pando.start({port: db.portOf(1) - 1}), /in use/);
});
