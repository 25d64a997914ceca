// The promises of the quorum volume with real processes: storage nodes that are frozen, killed and wiped under load, and the death of everything.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {Ledger, until} from '../support/ledger.ts';
import {Server} from '../support/server.ts';
import {connect, value} from '../support/sql.ts';
import {isAlive, signalNodes, storagePids, wipeNode} from '../support/storage-nodes.ts';

const PRIMARIES = 2;
/** A test that hangs is ended. Milliseconds. */
const TIMEOUT = {timeout: 60_000};
let data: string;
let server: Server;
let ledger: Ledger;

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'pando-quorum-'));
  // Small caches, so that reads go to the storage nodes.
  server = await Server.start({primaries: PRIMARIES, data, args: ['--volume', 'quorum', '--dbp', '2M', '--lbp', '1M']});
  ledger = await Ledger.open(server);
});

after(async () => {
  await server.end('SIGTERM');
  rmSync(data, {recursive: true, force: true});
});

test('six storage nodes, two in each zone, all whole', TIMEOUT, async () => {
  await ledger.allWhole();
  const {storageNodes} = await ledger.status();
  assert.deepEqual(
    storageNodes.map(node => node.zone),
    ['a', 'a', 'b', 'b', 'c', 'c'],
  );
  const [{replicas: streams}] = storageNodes;
  assert.ok(streams.length > 0, 'the streams of those who have written');
  for (const {node, replicas} of storageNodes) {
    assert.deepEqual(
      replicas.map(({pg, incarnation}) => [pg, incarnation]),
      streams.map(({pg, incarnation}) => [pg, incarnation]),
    );
    for (const {incarnation, scl} of replicas) assert.ok(scl > 0, `node ${node} has nothing of stream ${incarnation}`);
  }
});

test('a whole zone is lost: writing goes on; what it missed it gets', TIMEOUT, async () => {
  const clients = ledger.startClients(4);
  await ledger.progress(200, 'writing with six');
  signalNodes(data, [3, 4], 'SIGSTOP');
  await ledger.progress(500, 'writing with four');
  signalNodes(data, [3, 4], 'SIGCONT');
  await ledger.progress(100, 'writing with six again');
  await clients.stop();
  await ledger.allWhole();
  await ledger.verify();
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
        ledger.acknowledged.size,
      );
      await reader.end();
    }
    const clients = ledger.startClients(4);
    const before = ledger.acknowledged.size;
    await pause(500);
    assert.equal(ledger.acknowledged.size, before, 'three of six are no write quorum');
    wipeNode(data, 3);
    signalNodes(data, [1], 'SIGCONT');
    await ledger.progress(200, 'writing with four');
    signalNodes(data, [2], 'SIGCONT');
    await ledger.progress(100, 'writing');
    await clients.stop();
    await ledger.allWhole();
    const {storageNodes} = await ledger.status();
    assert.ok((storageNodes[2].counters.rebuilds ?? 0) >= 1);
    await ledger.verify();
  },
);

test('a primary dies: its stream is recovered from the storage nodes while others write', TIMEOUT, async () => {
  const clients = ledger.startClients(4);
  await ledger.progress(100, 'writing');
  await server.admin('POST', '/primaries/crash/1');
  await until(
    async () => (await ledger.status()).primaries.every(primary => primary.state === 'ready'),
    'the primary is back',
  );
  await clients.stop();
  await until(async () => (await ledger.status()).unfinishedRecoveries === 0, 'recovery ends');
  await ledger.verify();
});

test('a storage node is replaced while writes go on', TIMEOUT, async () => {
  const clients = ledger.startClients(4);
  const {status: code} = await server.admin('POST', '/storage/replace/5');
  assert.equal(code, 200);
  await until(
    async () => (await ledger.status()).storageNodes.some(node => node.node === 7 && node.health === 'whole'),
    'node 7 is whole',
  );
  await until(async () => !(await ledger.status()).storageNodes.some(node => node.node === 5), 'node 5 is out');
  await ledger.progress(100, 'writing');
  await clients.stop();
  await ledger.allWhole();
  await ledger.verify();
});

test(
  'everything is killed: the storage nodes end with it, and every acknowledged commit is there afterwards',
  TIMEOUT,
  async () => {
    const pids = [...storagePids(data).values()];
    assert.equal(pids.length, 6);
    const clients = ledger.startClients(4);
    await ledger.progress(200, 'writing');
    await server.end('SIGKILL');
    await clients.stop();
    await until(() => pids.every(pid => !isAlive(pid)), 'the storage nodes end');
    const took = await server.run();
    assert.ok(took < 15_000, `ready after ${took.toFixed(0)} ms`);
    await ledger.verify();
    await ledger.allWhole();
  },
);
