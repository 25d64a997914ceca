// A start that cannot be: one clear sentence that names the way out, an exit code that is not 0, and nothing written.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server as NetServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {MAIN, Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';

let directory: string;

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'pando-bad-start-'));
});

after(() => rmSync(directory, {recursive: true, force: true}));

/** Runs `pando` to its end. */
function pando(...args: string[]): Promise<{code: number | null; said: string}> {
  return new Promise(done => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {timeout: 60_000});
    let said = '';
    child.stdout.on('data', bytes => (said += bytes));
    child.stderr.on('data', bytes => (said += bytes));
    child.once('exit', code => done({code, said}));
  });
}

function occupy(): Promise<{port: number; holder: NetServer}> {
  return new Promise(done => {
    const holder = createServer();
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      done({port: typeof address === 'object' && address !== null ? address.port : 0, holder});
    });
  });
}

/** Start arguments with ports that are free with near certainty. */
function startIn(data: string, ...more: string[]): string[] {
  const port = String(20_000 + Math.floor(Math.random() * 20_000));
  return ['start', '--primaries', '1', '--data', data, '--port', port, '--http-port', '0', ...more];
}

/** One sentence, no stack. */
function assertSaid(result: {code: number | null; said: string}, pattern: RegExp): void {
  assert.match(result.said, pattern);
  assert.doesNotMatch(result.said, /^\s+at /m);
  assert.equal(result.code, 1);
}

test('an unknown option, and values that are none', async () => {
  const data = join(directory, 'options');
  assertSaid(await pando(...startIn(data, '--bogus')), /unknown option '--bogus'/);
  assertSaid(await pando(...startIn(data, '--lbp', 'much')), /--lbp much is no size; write it like --lbp 64M/);
  assertSaid(await pando(...startIn(data, '--primaries', '99')), /--primaries 99 is not between 1 and 15/);
  assert.ok(!existsSync(data));
});

test('a port in use', async () => {
  const data = join(directory, 'ports');
  const {port, holder} = await occupy();
  const own = await pando('start', '--primaries', '1', '--data', data, '--port', String(port - 1), '--http-port', '0');
  assertSaid(own, new RegExp(`port ${port} on 127.0.0.1 is in use; choose another with --port`));
  const http = await pando(...startIn(data, '--http-port', String(port)));
  assertSaid(http, new RegExp(`port ${port} on 127.0.0.1 is in use; choose another with --http-port`));
  holder.close();
  assert.ok(!existsSync(data));
});

test('a directory that is in use, then of another version, then something else', async () => {
  const data = join(directory, 'volume');
  const server = await Server.start({primaries: 1, data});
  assertSaid(await pando(...startIn(data)), /in use/);
  await server.end('SIGTERM');
  const header = join(data, 'volume', 'volume.json');
  const text = readFileSync(header, 'utf8');
  writeFileSync(header, text.replace(/"format": \d+/, '"format": 999'));
  const before = readdirSync(join(data, 'volume'), {recursive: true}).sort();
  assertSaid(
    await pando(...startIn(data)),
    /has format version 999, this program reads \d+; use the version that made it/,
  );
  assert.deepEqual(readdirSync(join(data, 'volume'), {recursive: true}).sort(), before);
  writeFileSync(header, text);

  const foreign = join(directory, 'foreign');
  mkdirSync(join(foreign, 'volume'), {recursive: true});
  writeFileSync(join(foreign, 'volume', 'thesis.txt'), 'mine');
  assertSaid(await pando(...startIn(foreign)), /volume/);
  assert.deepEqual(readdirSync(foreign, {recursive: true}).sort(), ['volume', 'volume/thesis.txt']);
});

test('a path that is a file, or below one', async () => {
  const data = join(directory, 'file');
  writeFileSync(data, 'a file');
  assertSaid(await pando(...startIn(data)), /not a directory/i);
  assertSaid(await pando(...startIn(join(data, 'below'))), /not a directory/i);
  assert.equal(readFileSync(data, 'utf8'), 'a file');
});

test('redo that is damaged below its end is named, and nothing is served', async () => {
  const data = join(directory, 'damaged');
  const server = await Server.start({primaries: 1, data});
  const connection = await connect(server.portOf(1));
  await connection.query('CREATE DATABASE d');
  await connection.query('CREATE TABLE d.t (id INT PRIMARY KEY, pad VARCHAR(200))');
  for (let i = 0; i < 300; i++) await connection.query('INSERT INTO d.t VALUES (?, ?)', [i, 'x'.repeat(200)]);
  connection.destroy();
  await server.end('SIGKILL');
  const copy = join(directory, 'damaged-copy');
  cpSync(data, copy, {recursive: true});
  const redo = join(copy, 'volume', 'redo');
  for (const name of readdirSync(redo)) damage(join(redo, name));
  const {code, said} = await pando(...startIn(copy));
  assert.match(said, /damaged data in .*redo/);
  assert.doesNotMatch(said, /^\s+at /m);
  assert.equal(code, 1);
});

/** Flips a bit in the middle of what has been written to a redo file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  if (end < 64 * 1024) return;
  bytes[end >> 1] ^= 1;
  writeFileSync(path, bytes);
}
