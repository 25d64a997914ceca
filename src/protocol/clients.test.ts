// Real clients against the production network and cryptography: mysql2 and mariadb from npm, and the mariadb command line
// where the machine has one. The server behind is canned.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import mariadb from 'mariadb';
import mysql from 'mysql2/promise';
import {selfSignedCertificate} from '../os/certificate.ts';
import {generateRsaKey} from '../os/crypto.ts';
import {cachingSha2Secret, nativeSecret} from './auth/passwords.ts';
import {MysqlServer} from './server.ts';
import {CannedServer} from './testing/canned-session.ts';
import {nodeWorld} from './testing/node-world.ts';

const HOST = '127.0.0.1';
let hooks: CannedServer;
let server: MysqlServer;
let port = 0;

before(async () => {
  const world = nodeWorld(await generateRsaKey());
  hooks = new CannedServer();
  hooks.addAccount('native', 'mysql_native_password', nativeSecret(world.crypto, 'pw'));
  hooks.addAccount('sha', 'caching_sha2_password', cachingSha2Secret(world.crypto, world.random, 'secret'));
  hooks.addAccount('rsa', 'caching_sha2_password', cachingSha2Secret(world.crypto, world.random, 'secret'));
  hooks.addAccount('third', 'caching_sha2_password', cachingSha2Secret(world.crypto, world.random, 'secret'));
  hooks.addAccount('empty', 'caching_sha2_password', new Uint8Array(0));
  hooks.addAccount('tls', 'mysql_native_password', nativeSecret(world.crypto, 'pw'), {requireTls: true});
  const names = ['localhost', HOST];
  const tls = selfSignedCertificate({commonName: 'Pando', names, notBefore: new Date(), days: 30});
  server = new MysqlServer(world, hooks, {tls});
  await new Promise<void>((resolve, reject) => {
    const listener = server.listen({host: HOST, port: 0, shared: true}, error => {
      if (error !== undefined) reject(new Error(error.message));
      port = listener.port;
      resolve();
    });
  });
});

after(() => server.close());

function mysql2(user: string, password: string, options: mysql.ConnectionOptions = {}): Promise<mysql.Connection> {
  return mysql.createConnection({host: HOST, port, user, password, ...options});
}

const ANY_CERTIFICATE = {ssl: {rejectUnauthorized: false}};

test('mysql2: native password, text and prepared statements, results in parts', async () => {
  const connection = await mysql2('native', 'pw', {multipleStatements: true});
  assert.deepEqual((await connection.query('select hello'))[0], [{hello: 'hello'}]);
  const [ok] = await connection.query<mysql.ResultSetHeader>('ok');
  assert.deepEqual([ok.affectedRows, ok.insertId, ok.info], [3, 7, 'fine']);
  assert.deepEqual((await connection.query('two'))[0], [[{a: 'first'}], [{a: 'second'}]]);
  await assert.rejects(connection.query('fail'), {errno: 1064, sqlState: '42000', sqlMessage: 'what?'});
  const parameters = [1.5, 'text', null, Buffer.of(0xff, 0), true];
  const [rows] = await connection.execute<mysql.RowDataPacket[]>('echo ? ? ? ? ?', parameters);
  assert.match(rows[0].echo, /^5:1.5 253:'text' \d+:null \d+:xff00 /);
  const [again] = await connection.execute<mysql.RowDataPacket[]>('echo ? ? ? ? ?', [2, 'x', 3, 'y', 4]);
  assert.match(again[0].echo, /^5:2 253:'x' 5:3 253:'y' 5:4$/);
  await connection.ping();
  await connection.end();
});

test('mysql2: a date as a parameter', async () => {
  const connection = await mysql2('native', 'pw', {timezone: 'Z'});
  const [rows] = await connection.execute<mysql.RowDataPacket[]>('echo ?', [
    new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 4)),
  ]);
  const value = {
    kind: 'datetime',
    year: 2024,
    month: 2,
    day: 29,
    hour: 1,
    minute: 2,
    second: 3,
    micros: 4000,
  };
  assert.equal(rows[0].echo, `12:${JSON.stringify(value)}`);
  await connection.end();
});

test('mysql2: caching_sha2 by RSA, then by digest', async () => {
  for (let i = 0; i < 2; i++) {
    const connection = await mysql2('rsa', 'secret');
    assert.deepEqual((await connection.query('select me'))[0], [{me: 'me'}]);
    await connection.end();
  }
  await assert.rejects(mysql2('rsa', 'wrong'), {errno: 1045, sqlState: '28000'});
});

test('mysql2: caching_sha2 over TLS, then by digest', async () => {
  for (let i = 0; i < 2; i++) {
    const connection = await mysql2('sha', 'secret', ANY_CERTIFICATE);
    assert.deepEqual((await connection.query('select me'))[0], [{me: 'me'}]);
    await connection.end();
  }
  assert.ok(hooks.log.includes('session sha db= secure=true'));
});

test('mysql2: accounts without a password, that demand TLS, and that do not exist', async () => {
  await (await mysql2('empty', '')).end();
  await (await mysql2('tls', 'pw', ANY_CERTIFICATE)).end();
  await assert.rejects(mysql2('tls', 'pw'), {errno: 1045});
  await assert.rejects(mysql2('nobody', 'x', ANY_CERTIFICATE), {errno: 1045});
  await assert.rejects(mysql2('native', 'pw', {database: 'missing'}), {errno: 1049});
});

test('mysql2: change of user, to either kind of account, and reset', async () => {
  const connection = await mysql2('native', 'pw', ANY_CERTIFICATE);
  await connection.changeUser({user: 'third', password: 'secret', database: 'shop'});
  assert.ok(hooks.log.includes('change third db=shop'));
  await connection.changeUser({user: 'native', password: 'pw'});
  assert.deepEqual((await connection.query('select still here'))[0], [{'still here': 'still here'}]);
  await connection.reset();
  await connection.end();
});

test('mysql2: results and commands of more than 16 MiB', async () => {
  const connection = await mysql2('native', 'pw', {maxPreparedStatements: 10});
  const size = 17 * 1024 * 1024;
  const [rows] = await connection.query<mysql.RowDataPacket[]>(`rows 2 ${size}`);
  assert.deepEqual(
    rows.map(row => row.bytes.length),
    [size, size],
  );
  assert.deepEqual([rows[0].bytes.at(-1), rows[1].bytes.at(-1)], ['b', 'a']);
  const [echo] = await connection.query<mysql.RowDataPacket[]>(`select ${'y'.repeat(size)}`);
  assert.equal(Object.values(echo[0])[0].length, size);
  await connection.end();
});

test('mysql2: many rows, plain and under TLS, arrive whole', async () => {
  for (const options of [{}, ANY_CERTIFICATE]) {
    const connection = await mysql2('native', 'pw', options);
    const [rows] = await connection.query<mysql.RowDataPacket[]>('rows 3000 4000');
    assert.equal(rows.length, 3000);
    assert.ok(rows.every(row => row.bytes.length === 4000));
    await connection.end();
  }
});

test('mariadb from npm: both plugins, prepared statements, pipelining', async () => {
  const base = {host: HOST, port, metaAsArray: false};
  const connection = await mariadb.createConnection({...base, user: 'native', password: 'pw'});
  assert.deepEqual([...(await connection.query('select hello'))], [{hello: 'hello'}]);
  const many = await Promise.all(Array.from({length: 50}, (_, i) => connection.query(`select n${i}`)));
  assert.deepEqual(
    many.map(rows => Object.values(rows[0])[0]),
    many.map((_, i) => `n${i}`),
  );
  const rows = await connection.execute('echo ? ? ?', [12, 'text', 2n ** 62n]);
  assert.match(rows[0].echo, /'text'|text/);
  await connection.end();
  const secure = {...base, ssl: {rejectUnauthorized: false}};
  const sha = await mariadb.createConnection({...secure, user: 'sha', password: 'secret'});
  assert.deepEqual([...(await sha.query('select secured'))], [{secured: 'secured'}]);
  await sha.end();
});

test('mariadb on the command line: TLS, RSA-free native login, field lists', async t => {
  const run = promisify(execFile);
  const found = await run('mariadb', ['--version']).catch(() => undefined);
  if (found === undefined) {
    t.skip('this machine has no mariadb command line');
    return;
  }
  const common = ['--no-defaults', `-h${HOST}`, `-P${port}`, '-N', '-B'];
  const secure = await run('mariadb', [...common, '--ssl', '-usha', '-psecret', '-e', 'select over tls']);
  assert.equal(secure.stdout, 'over tls\n');
  const plain = await run('mariadb', [...common, '--skip-ssl', '-unative', '-ppw', '-e', 'select plain']);
  assert.equal(plain.stdout, 'plain\n');
  const denied = run('mariadb', [...common, '-usha', '-pwrong', '-e', 'select no']);
  await assert.rejects(
    denied,
    /ERROR 1045 \(28000\): Access denied for user 'sha'@'127.0.0.1' \(using password: YES\)/,
  );
});

test('a client that is killed in a command leaves nothing behind', async () => {
  const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
  const connection = await mysql2('native', 'pw');
  const session = hooks.sessions.at(-1) ?? assert.fail();
  connection.query('block').catch(() => {});
  while (session.finish === undefined) await turn();
  const before = hooks.open;
  connection.destroy();
  while (session.closedCount === 0 || hooks.open >= before) await turn();
  session.finish();
  assert.equal(session.closedCount, 1);
});
