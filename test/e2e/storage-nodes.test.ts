// Storage nodes that run by themselves, in processes of their own, and the secret that they share with the primaries.

import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect as connectTcp} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {connectSecret} from '../../src/os/secret-network.ts';
import {encodeMessage} from '../../src/storage/quorum/codec.ts';
import {Server} from '../support/server.ts';
import {connect, value} from '../support/sql.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));
const TIMEOUT = {timeout: 60_000};
const SECRET = 'a secret of this test alone';
const ZONES = 'aabbcc';
const QUIET_MS = 1500;

interface Node {
  readonly zone: string;
  readonly process: ChildProcess;
  readonly address: string;
}

let directory: string;
let secretFile: string;
let nodes: Node[];
let server: Server | undefined;

/** Starts a storage node and waits until it listens; or for its end. */
function startNode(zone: string, name: string, args: readonly string[]): Promise<Node | string> {
  const data = join(directory, name);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'storage', '--zone', zone, '--data', data, ...args],
    {stdio: ['ignore', 'pipe', 'pipe']},
  );
  let output = '';
  return new Promise(done => {
    const hear = (bytes: Buffer): void => {
      output += bytes.toString();
      const match = /storage listens on (\S+)/.exec(output);
      if (match !== null) done({zone, process: child, address: match[1]});
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => done(output));
  });
}

async function mustStart(zone: string, name: string): Promise<Node> {
  const started = await startNode(zone, name, ['--listen', '127.0.0.1:0', '--secret-file', secretFile]);
  if (typeof started === 'string') throw new Error(started);
  return started;
}

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pando-nodes-'));
  secretFile = join(directory, 'secret');
  writeFileSync(secretFile, SECRET);
  nodes = await Promise.all([...ZONES].map((zone, i) => mustStart(zone, `node-${i + 1}`)));
});

after(async () => {
  await server?.end('SIGTERM');
  for (const node of nodes ?? []) node.process.kill('SIGKILL');
  rmSync(directory, {recursive: true, force: true});
});

/** What a node answers to a greeting, in bytes, before it hangs up or falls silent. */
function greet(address: string, secret: string | undefined): Promise<number> {
  const [host, port] = address.split(':');
  const target = {host, port: Number(port)};
  const socket = secret === undefined ? connectTcp(target) : connectSecret(target, Buffer.from(secret));
  let bytes = 0;
  return new Promise(done => {
    const end = (): void => {
      socket.destroy();
      done(bytes);
    };
    socket.on('data', chunk => {
      bytes += chunk.toString('latin1').includes('"here"') ? chunk.length : 0;
      if (bytes > 0) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.once(secret === undefined ? 'connect' : 'secureConnect', () =>
      socket.write(encodeMessage({kind: 'hello', id: 1})),
    );
    setTimeout(end, QUIET_MS);
  });
}

test('a storage node speaks with those who know the secret, and with nobody else', TIMEOUT, async () => {
  const {address} = nodes[0];
  assert.ok((await greet(address, SECRET)) > 0);
  assert.equal(await greet(address, undefined), 0, 'without TLS');
  assert.equal(await greet(address, 'another secret, just as long'), 0);
});

test('without a secret a storage node listens on this machine only', TIMEOUT, async () => {
  const refused = await startNode('a', 'open', ['--listen', '0.0.0.0:0']);
  assert.match(String(refused), /without a secret would serve the volume to everybody/);
});

test('a cluster runs on storage nodes that were there before it; they outlive it', TIMEOUT, async () => {
  const list = nodes.map(({zone, address}) => `${zone}@${address}`);
  const args = ['--storage-nodes', list.join(','), '--secret-file', secretFile];
  server = await Server.start({primaries: 2, data: join(directory, 'primaries'), args});
  const first = await connect(server.portOf(1));
  await first.query('CREATE TABLE test.kept (id INT PRIMARY KEY)');
  await first.query('INSERT INTO test.kept VALUES (1), (2)');
  await server.end('SIGKILL');
  await server.run();
  const second = await connect(server.portOf(2), 'test');
  assert.equal(await value(second, 'SELECT COUNT(*) FROM kept'), 2);
  await second.end();
});

test('one of them is replaced by a seventh; the old one may end', TIMEOUT, async () => {
  const running = server as Server;
  const added = await mustStart('a', 'node-7');
  nodes.push(added);
  const place = encodeURIComponent(`a@${added.address}`);
  const {body} = await running.admin('POST', `/storage/replace/1?with=${place}`);
  assert.deepEqual(body, {ok: true, message: 'storage node 7 takes the place of 1 when it has everything'});
  for (;;) {
    const status = (await running.admin('GET', '/status')).body as {storageNodes: {node: number; health: string}[]};
    const members = status.storageNodes;
    if (members.length === 6 && members.every(({health}) => health === 'whole') && members.some(({node}) => node === 7))
      break;
    await pause(100);
  }
  nodes[0].process.kill('SIGKILL');
  const client = await connect(running.portOf(1), 'test');
  await client.query('INSERT INTO kept VALUES (3)');
  assert.equal(await value(client, 'SELECT COUNT(*) FROM kept'), 3);
  await client.end();
  assert.deepEqual(await running.check(), []);
  await running.end('SIGTERM');
  const list = nodes.slice(1, 6).map(({zone, address}, i) => `${i + 2}=${zone}@${address}`);
  const args = ['--storage-nodes', [...list, `7=a@${added.address}`].join(','), '--secret-file', secretFile];
  server = await Server.start({primaries: 1, data: join(directory, 'others'), args});
  const other = await connect(server.portOf(1), 'test');
  assert.equal(await value(other, 'SELECT COUNT(*) FROM kept'), 3, 'other primaries, the same volume');
  await other.end();
});
