// The quorum volume's promises about damage and about crashes in the middle of repairs, with real processes: two nodes with flipped bits, torn logs, wiped disks; a crash of everything during recovery, during a rebuild and
// during a change of members.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {Ledger, until} from '../support/ledger.ts';
import {Server} from '../support/server.ts';
import {flipBits, isAlive, storagePids, tearLog, wipeNode} from '../support/storage-nodes.ts';

/** A test that hangs is ended. Milliseconds. */
const TIMEOUT = {timeout: 120_000};
const LOAD = 4;
let data: string;
let server: Server;
let ledger: Ledger;

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'pando-faults-'));
  server = await Server.start({primaries: 2, data, args: ['--volume', 'quorum', '--dbp', '2M', '--lbp', '1M']});
  ledger = await Ledger.open(server);
});

after(async () => {
  await server.end('SIGTERM');
  rmSync(data, {recursive: true, force: true});
});

/** Everything dies where it stands, and starts again. */
async function dieAndStart(): Promise<void> {
  const pids = [...storagePids(data).values()];
  await server.end('SIGKILL');
  await until(() => pids.every(pid => !isAlive(pid)), 'the storage nodes end');
  await server.run();
}

async function rebuilds(): Promise<number> {
  const {storageNodes} = await ledger.status();
  return storageNodes.reduce((sum, node) => sum + (node.counters.rebuilds ?? 0), 0);
}

test(
  'two nodes with flipped bits in images and logs, while writes go on: found, repaired, nothing lost',
  TIMEOUT,
  async () => {
    const clients = ledger.startClients(LOAD);
    await ledger.progress(400, 'writing');
    assert.ok(flipBits(data, 2, /images|[/]log[/]/, 20_000) > 0);
    await ledger.progress(100, 'writing with five');
    assert.ok(flipBits(data, 5, /images|[/]log[/]/, 20_000) > 0);
    await ledger.progress(300, 'writing');
    await clients.stop();
    await ledger.allWhole();
    await ledger.verify();
  },
);

test('two nodes whose last writes were torn, and then two that are wiped at once', TIMEOUT, async () => {
  const clients = ledger.startClients(LOAD);
  await ledger.progress(200, 'writing');
  for (const node of [1, 4]) tearLog(data, node, 37);
  await ledger.progress(200, 'writing with torn logs');
  await ledger.allWhole();
  for (const node of [3, 6]) wipeNode(data, node);
  await ledger.progress(200, 'writing while two are rebuilt');
  await clients.stop();
  await ledger.allWhole();
  assert.ok((await rebuilds()) >= 2);
  await ledger.verify();
});

test('everything dies in the middle of the recovery of a primary, again and again', TIMEOUT, async () => {
  for (const afterMs of [0, 15, 60]) {
    const clients = ledger.startClients(LOAD);
    await ledger.progress(100, 'writing');
    await server.admin('POST', '/primaries/crash/1');
    await pause(afterMs);
    await dieAndStart();
    await clients.stop();
    await until(async () => (await ledger.status()).unfinishedRecoveries === 0, 'recovery ends');
    await ledger.verify();
  }
});

test('everything dies in the middle of a rebuild', TIMEOUT, async () => {
  const clients = ledger.startClients(LOAD);
  await ledger.progress(100, 'writing');
  wipeNode(data, 2);
  await until(async () => (await ledger.status()).storageNodes[1].health !== 'whole', 'node 2 is not whole');
  await dieAndStart();
  await clients.stop();
  await ledger.allWhole();
  await ledger.verify();
});

test('everything dies in the middle of a change of members: it goes on, or was never begun', TIMEOUT, async () => {
  const clients = ledger.startClients(LOAD);
  await ledger.progress(100, 'writing');
  assert.equal((await server.admin('POST', '/storage/replace/5')).status, 200);
  await until(() => storagePids(data).has(7), 'node 7 starts');
  await dieAndStart();
  await clients.stop();
  await until(async () => {
    const {storageNodes} = await ledger.status();
    const members = storageNodes.filter(({health}) => health === 'whole').map(({node}) => node);
    return members.length === 6 && storageNodes.length === 6;
  }, 'six members are whole');
  await ledger.verify();
});
