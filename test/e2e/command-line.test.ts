// The commands that talk to a running database: `pando sql`, `status`, `check`, `stop-primary`, `start-primary`.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {after, before, test} from 'node:test';
import {MAIN, Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';

let server: Server;

before(async () => {
  server = await Server.start({primaries: 2});
});

after(() => server?.close());

/** Runs `pando`, with `input` on its standard input. */
function pando(args: readonly string[], input = ''): Promise<{code: number | null; out: string; err: string}> {
  return new Promise(done => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env: {...process.env, NO_COLOR: '1'},
      timeout: 60_000,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', bytes => (out += bytes));
    child.stderr.on('data', bytes => (err += bytes));
    child.once('close', code => done({code, out, err}));
    child.stdin.end(input);
  });
}

function sql(port: number, ...args: string[]): string[] {
  return ['sql', '--port', String(port), ...args];
}

test('sql -e: results as tables, written through one primary and read through the other', async () => {
  const made = await pando(
    sql(
      server.portOf(1),
      '-e',
      "CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, word TEXT); INSERT INTO d.t VALUES (1, 'a;b'), (20, NULL)",
    ),
  );
  assert.equal(made.code, 0, made.err);
  assert.equal(made.out, 'OK, 1 row changed\nOK, 0 rows changed\nOK, 2 rows changed\n');
  const read = await pando(sql(server.portOf(2), '--database', 'd', '-e', 'SELECT * FROM t ORDER BY id'));
  assert.equal(
    read.out,
    '+----+------+\n| id | word |\n+----+------+\n|  1 | a;b  |\n| 20 | NULL |\n+----+------+\n2 rows\n',
  );
});

test('sql from standard input stops at the first error, and says so', async () => {
  const {code, out, err} = await pando(sql(server.port), 'SELECT 1;\nSELECT nothing;\nSELECT 2;\n');
  assert.match(out, /\| 1 \|/);
  assert.doesNotMatch(out, /\| 2 \|/);
  assert.match(err, /ERROR 1054 \(42S22\): Unknown column 'nothing' in 'field list'/);
  assert.equal(code, 1);
});

test('sql logs in with a password, over TLS and, once the server knows the password, without', async () => {
  await pando(sql(server.port, '-e', "CREATE USER u@'%' IDENTIFIED BY 'secret'"));
  const login = (password: string, ...more: string[]): ReturnType<typeof pando> =>
    pando(sql(server.portOf(1), '--user', 'u', '--password', password, '-e', 'SELECT CURRENT_USER()', ...more));
  assert.match((await login('wrong')).err, /ERROR 1045 \(28000\): Access denied for user 'u'/);
  assert.match((await login('secret')).out, /u@%/);
  assert.match((await login('secret', '--no-tls')).out, /u@%/);
});

test('sql carries values of more than 16 MiB', async () => {
  const connection = await connect(server.portOf(1), 'd');
  await connection.query('CREATE TABLE large (id INT PRIMARY KEY, b LONGTEXT)');
  await connection.end();
  const length = 17 * 1024 * 1024;
  const put = await pando(
    sql(server.portOf(1), '--database', 'd'),
    `INSERT INTO large VALUES (1, '${'x'.repeat(length)}');`,
  );
  assert.equal(put.code, 0, put.err);
  const {out} = await pando(sql(server.portOf(2), '--database', 'd', '-e', 'SELECT LENGTH(b), b FROM large'));
  assert.match(out, new RegExp(`\\| +${length} \\|`));
});

test('status shows every primary; stop-primary and start-primary change them', async () => {
  const http = ['--http-port', String(server.httpPort)];
  const status = await pando(['status', ...http]);
  const title =
    'primary | state | ports +| sessions | trx/s | page transfers | dbp hits | lock waits | log forces | history';
  assert.match(status.out, new RegExp(title.replaceAll('|', '\\|')));
  assert.match(status.out, /\| +1 \| ready/);
  assert.match(status.out, /\| +2 \| ready/);
  assert.equal((await pando(['stop-primary', '2', ...http])).code, 0);
  assert.equal((await pando(['start-primary', '2', ...http])).code, 0);
  const none = await pando(['crash', '9', ...http]);
  assert.match(none.err, /there is no primary 9/);
  assert.equal(none.code, 1);
  const check = await pando(['check', ...http]);
  assert.match(check.out, /tables, \d+ rows: clean/);
});

test('nobody there: one sentence', async () => {
  const {code, err} = await pando(['status', '--http-port', '1']);
  assert.match(
    err,
    /no cluster answers on 127.0.0.1:1 .*; start one with `npm start`, or name its port with --http-port/,
  );
  assert.equal(code, 1);
});
