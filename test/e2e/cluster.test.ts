// The first promise: every node is a primary, and all of them are one database. Real processes, real clients.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, errno, failure, rows, value} from '../support/sql.ts';

let server: Server;
let one: Connection;
let two: Connection;

before(async () => {
  server = await Server.start({primaries: 2});
  one = await connect(server.portOf(1));
  two = await connect(server.portOf(2));
  await one.query('CREATE DATABASE shop');
  await one.query('USE shop');
  await two.query('USE shop');
});

after(async () => {
  one?.destroy();
  two?.destroy();
  await server?.close();
});

test('a row written through one primary is read through the other at once', async () => {
  await one.query('CREATE TABLE greeting (id INT PRIMARY KEY, word VARCHAR(20), KEY by_word (word))');
  await one.query("INSERT INTO greeting VALUES (1, 'hello'), (2, 'world')");
  assert.deepEqual(await rows(two, 'SELECT * FROM greeting ORDER BY id'), [
    {id: 1, word: 'hello'},
    {id: 2, word: 'world'},
  ]);
  await two.query("UPDATE greeting SET word = 'moon' WHERE id = 2");
  assert.equal(await value(one, "SELECT id FROM greeting WHERE word = 'moon'"), 2);
});

test('the shared port answers too', async () => {
  const any = await connect(server.port, 'shop');
  assert.equal(await value(any, 'SELECT 1 + 1'), 2);
  await any.end();
});

test('a transaction is seen by nobody before it commits, by all after', async () => {
  await one.query('CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)');
  await one.query('INSERT INTO account VALUES (1, 100), (2, 100)');
  await one.query('START TRANSACTION');
  await one.query('UPDATE account SET balance = 50 WHERE id = 1');
  assert.equal(await value(two, 'SELECT SUM(balance) FROM account'), '200');
  await one.query('COMMIT');
  assert.equal(await value(two, 'SELECT SUM(balance) FROM account'), '150');
});

test('a deadlock across two primaries ends in 100 ms: one gets 1213, the other goes on', async () => {
  await one.query('START TRANSACTION');
  await two.query('START TRANSACTION');
  await one.query('UPDATE account SET balance = balance + 1 WHERE id = 1');
  await two.query('UPDATE account SET balance = balance + 1 WHERE id = 2');
  const started = performance.now();
  const results = await Promise.allSettled(
    [
      one.query('UPDATE account SET balance = balance + 1 WHERE id = 2'),
      two.query('UPDATE account SET balance = balance + 1 WHERE id = 1'),
    ].map(async (query, i) => {
      try {
        await query;
        return 0;
      } catch (error) {
        await (i === 0 ? one : two).query('ROLLBACK');
        return errno(error);
      }
    }),
  );
  const codes = results.map(result => (result.status === 'fulfilled' ? result.value : -1)).sort((a, b) => a - b);
  const took = performance.now() - started;
  await Promise.all([one.query('ROLLBACK'), two.query('ROLLBACK')]);
  assert.deepEqual(codes, [0, 1213]);
  assert.ok(took < 1000, `took ${took.toFixed(0)} ms`);
});

test('a lock wait that is too long gives 1205', async () => {
  await two.query('SET innodb_lock_wait_timeout = 1');
  await one.query('START TRANSACTION');
  await one.query('UPDATE account SET balance = balance + 1 WHERE id = 1');
  assert.equal(await failure(two, 'UPDATE account SET balance = balance + 1 WHERE id = 1'), 1205);
  await one.query('ROLLBACK');
});

test('names like __proto__ and constructor are names', async () => {
  await one.query('CREATE TABLE `__proto__` (`constructor` INT PRIMARY KEY, `toString` INT)');
  await one.query('INSERT INTO `__proto__` VALUES (1, 2)');
  assert.equal(await value(two, 'SELECT `toString` FROM `__proto__` WHERE `constructor` = 1'), 2);
});

test('everything is clean afterwards', async () => {
  assert.deepEqual(await server.check(), []);
});
