// `--mode single-writer` as its users meet it: one primary writes, the others are read replicas; the shared port leads to the writer; a crash of the writer costs no acknowledged commit.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, errno, value} from '../support/sql.ts';

let server: Server;
let writer: Connection;
let reader: Connection;

before(async () => {
  server = await Server.start({primaries: 2, args: ['--mode', 'single-writer']});
  writer = await connect(server.port);
  await writer.query('CREATE DATABASE shop');
  await writer.query('CREATE TABLE shop.item (id INT PRIMARY KEY, stock INT NOT NULL)');
  reader = await connect(server.portOf(2), 'shop');
  for (const connection of [writer, reader]) connection.on('error', () => {});
});

after(async () => {
  writer?.destroy();
  reader?.destroy();
  await server?.close();
});

/** What `pando status` shows of each primary. */
async function roles(): Promise<string[]> {
  const {body} = await server.admin('GET', '/status');
  return (body as {primaries: {role: string}[]}).primaries.map(({role}) => role);
}

test('the status shows who writes', async () => {
  assert.deepEqual(await roles(), ['writer', 'replica']);
});

test('the replica says that it only reads, and refuses to write with 1290', async () => {
  assert.equal(await value(writer, 'SELECT @@super_read_only'), 0);
  assert.equal(await value(reader, 'SELECT @@super_read_only'), 1);
  assert.equal(await reader.query('INSERT INTO item VALUES (1, 1)').catch(errno), 1290);
  assert.equal(await reader.query('CREATE TABLE t (id INT)').catch(errno), 1290);
});

test('who asks for it reads on the replica what the writer has answered', async () => {
  await reader.query("SET aurora_replica_read_consistency = 'GLOBAL'");
  for (let id = 1; id <= 50; id++) {
    await writer.query(`INSERT INTO shop.item VALUES (${id}, ${id})`);
    assert.equal(await value(reader, 'SELECT MAX(id) FROM item'), id);
  }
});

test('the writer is killed: the replica writes, with every acknowledged row and none that was not committed; the killed one comes back as a replica', async () => {
  await writer.query('START TRANSACTION');
  await writer.query('UPDATE shop.item SET stock = -1');
  await server.admin('POST', '/primaries/crash/1');
  const until = Date.now() + 10_000;
  let refused = 0;
  while ((await reader.query('INSERT INTO item VALUES (100, 100)').catch(errno)) === 1290) {
    assert.ok(Date.now() < until, `still refused after ${++refused} tries`);
  }
  assert.equal(await value(reader, 'SELECT COUNT(*) FROM item'), 51);
  assert.equal(await value(reader, 'SELECT COUNT(*) FROM item WHERE stock < 0'), 0);
  assert.equal(await value(reader, 'SELECT @@super_read_only'), 0);
  const shared = await connect(server.port, 'shop');
  await shared.query('UPDATE item SET stock = stock + 1');
  let again: Connection | undefined;
  while (again === undefined) {
    assert.ok(Date.now() < until + 10_000, 'the killed primary does not come back');
    again = await connect(server.portOf(1), 'shop').catch(() => undefined);
  }
  assert.equal(await value(again, 'SELECT @@super_read_only'), 1);
  assert.equal(await value(again, 'SELECT SUM(stock - id) FROM item'), '51');
  assert.deepEqual(await roles(), ['replica', 'writer']);
  for (const connection of [shared, again]) await connection.end();
  assert.deepEqual(await server.check(), []);
});
