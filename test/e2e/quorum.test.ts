// The promises of the quorum volume with real processes: storage nodes that are frozen, killed and wiped under load, and the death of everything.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import type {Connection} from 'mysql2/promise';
import type {Status} from '../../src/cluster/admin/api.ts';
import {Server} from '../support/server.ts';
import {connect, rows, value} from '../support/sql.ts';
import {isAlive, signalNodes, storagePids, wipeNode} from '../support/storage-nodes.ts';

const PRIMARIES = 2;
/** A test that hangs is ended. Milliseconds. */
const TIMEOUT = {timeout: 60_000};
let data: string;
let server: Server;
const acknowledged = new Set<number>();
let next = 1;

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'pando-quorum-'));
  // Small caches, so that reads go to the storage nodes.
  server = await Server.start({primaries: PRIMARIES, data, args: ['--volume', 'quorum', '--dbp', '2M', '--lbp', '1M']});
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE ledger');
  await setup.query('CREATE TABLE ledger.entry (n INT PRIMARY KEY, word VARCHAR(200), KEY (word))');
  await setup.end();
});

after(async () => {
  await server.end('SIGTERM');
  rmSync(data, {recursive: true, force: true});
});

/** Writes until `stop`; every acknowledged number is noted. */
function startClients(count: number): {stop: () => Promise<void>} {
  let going = true;
  const run = async (port: number): Promise<void> => {
    let connection: Connection | undefined;
    try {
      connection = await connect(port, 'ledger');
      connection.on('error', () => {});
      while (going) {
        const n = next++;
        await connection.query('INSERT INTO entry VALUES (?, ?)', [n, `word ${n % 97} ${'x'.repeat(100)}`]);
        acknowledged.add(n);
      }
      await connection.end();
    } catch {
      // The server was killed: this client has done its part.
      connection?.destroy();
    }
  };
  const clients = Array.from({length: count}, (_, i) => run(server.portOf(1 + (i % PRIMARIES))));
  return {
    stop: async () => {
      going = false;
      await Promise.all(clients);
    },
  };
}

/** Waits until so many more transactions have been acknowledged. */
async function progress(count: number, what: string): Promise<void> {
  const goal = acknowledged.size + count;
  await until(() => acknowledged.size >= goal, what);
}

async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `${what}: not within ${seconds} s`);
    await new Promise(done => setTimeout(done, 20));
  }
}

async function status(): Promise<Status> {
  return (await server.admin('GET', '/status')).body as Status;
}

/** All members are whole and lack nothing. */
function allWhole(): Promise<void> {
  return until(async () => {
    const {storageNodes} = await status();
    return storageNodes.length === 6 && storageNodes.every(node => node.health === 'whole' && node.lag === 0);
  }, 'all storage nodes are whole');
}

async function verify(): Promise<void> {
  const connection = await connect(server.portOf(2), 'ledger');
  const found = new Set((await rows(connection, 'SELECT n FROM entry')).map(row => Number(row.n)));
  assert.deepEqual(
    [...acknowledged].filter(n => !found.has(n)),
    [],
    'acknowledged and lost',
  );
  assert.deepEqual(await server.check(), []);
  await connection.end();
}

test('six storage nodes, two in each zone, all whole', TIMEOUT, async () => {
  await allWhole();
  const {storageNodes} = await status();
  assert.deepEqual(
    storageNodes.map(node => node.zone),
    ['a', 'a', 'b', 'b', 'c', 'c'],
  );
});

test('a whole zone is lost: writing goes on; what it missed it gets', TIMEOUT, async () => {
  const clients = startClients(4);
  await progress(200, 'writing with six');
  signalNodes(data, [3, 4], 'SIGSTOP');
  await progress(500, 'writing with four');
  signalNodes(data, [3, 4], 'SIGCONT');
  await progress(100, 'writing with six again');
  await clients.stop();
  await allWhole();
  await verify();
});

test(
  'a zone and one more node are lost: reading goes on, writing waits and ends when one is back; a wiped one is rebuilt',
  TIMEOUT,
  async () => {
    signalNodes(data, [1, 2, 3], 'SIGSTOP');
    for (const primary of [1, 2]) {
      const reader = await connect(server.portOf(primary), 'ledger');
      assert.equal(
        Number(await value(reader, 'SELECT COUNT(*) FROM entry WHERE word LIKE ?', ['word%'])),
        acknowledged.size,
      );
      await reader.end();
    }
    const clients = startClients(4);
    const before = acknowledged.size;
    await new Promise(done => setTimeout(done, 500));
    assert.equal(acknowledged.size, before, 'three of six are no write quorum');
    wipeNode(data, 3);
    signalNodes(data, [1], 'SIGCONT');
    await progress(200, 'writing with four');
    signalNodes(data, [2], 'SIGCONT');
    await progress(100, 'writing');
    await clients.stop();
    await allWhole();
    const {storageNodes} = await status();
    assert.ok((storageNodes[2].counters.rebuilds ?? 0) >= 1);
    await verify();
  },
);

test('a primary dies: its stream is recovered from the storage nodes while others write', TIMEOUT, async () => {
  const clients = startClients(4);
  await progress(100, 'writing');
  await server.admin('POST', '/primaries/crash/1');
  await until(
    async () => (await status()).primaries.every(primary => primary.state === 'ready'),
    'the primary is back',
  );
  await clients.stop();
  await until(async () => (await status()).unfinishedRecoveries === 0, 'recovery ends');
  await verify();
});

test('a storage node is replaced while writes go on', TIMEOUT, async () => {
  const clients = startClients(4);
  const {status: code} = await server.admin('POST', '/storage/replace/5');
  assert.equal(code, 200);
  await until(
    async () => (await status()).storageNodes.some(node => node.node === 7 && node.health === 'whole'),
    'node 7 is whole',
  );
  await until(async () => !(await status()).storageNodes.some(node => node.node === 5), 'node 5 is out');
  await progress(100, 'writing');
  await clients.stop();
  await allWhole();
  await verify();
});

test(
  'everything is killed: the storage nodes end with it, and every acknowledged commit is there afterwards',
  TIMEOUT,
  async () => {
    const pids = [...storagePids(data).values()];
    assert.equal(pids.length, 6);
    const clients = startClients(4);
    await progress(200, 'writing');
    await server.end('SIGKILL');
    await clients.stop();
    await until(() => pids.every(pid => !isAlive(pid)), 'the storage nodes end');
    const took = await server.run();
    assert.ok(took < 15_000, `ready after ${took.toFixed(0)} ms`);
    await verify();
    await allWhole();
  },
);
