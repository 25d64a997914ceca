// What people who run a server look at and do: who is connected anywhere, ending sessions anywhere, accounts that must use TLS or may connect so
// often, slow statements, and no password in any of it.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {type Connection, createConnection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, errno, failure, rows, value} from '../support/sql.ts';

const PASSWORD = 'open sesame 4711';
let server: Server;
let one: Connection;
let two: Connection;

before(async () => {
  server = await Server.start({primaries: 3, args: ['--memory']});
  one = await connect(server.portOf(1));
  two = await connect(server.portOf(2));
});

after(async () => {
  one?.destroy();
  two?.destroy();
  await server?.close();
});

function login(user: string, options: object = {}): Promise<Connection> {
  return createConnection({host: '127.0.0.1', port: server.portOf(2), user, password: PASSWORD, ...options});
}

test('the process list has the sessions of all primaries', async () => {
  const three = await connect(server.portOf(3), 'test');
  const ids = await Promise.all([one, two, three].map(connection => value(connection, 'SELECT CONNECTION_ID()')));
  for (const sql of ['SHOW FULL PROCESSLIST', 'SELECT id AS Id, db FROM information_schema.processlist']) {
    const listed = await rows(two, sql);
    for (const id of ids)
      assert.ok(
        listed.some(row => row['Id'] === id),
        `${sql}: ${id} of ${JSON.stringify(listed)}`,
      );
    assert.equal(listed.find(row => row['Id'] === ids[2])?.['db'], 'test');
  }
  three.destroy();
});

test('KILL ends a statement or a session on another primary; one that is not there is 1094', async () => {
  const victim = await connect(server.portOf(3));
  victim.on('error', () => {});
  const id = await value(victim, 'SELECT CONNECTION_ID()');
  const killed = async (sql: string): Promise<unknown> => {
    const ended = value(victim, sql).catch((error: {readonly errno: number}) => error.errno);
    await until(one, `SELECT COUNT(*) FROM information_schema.processlist WHERE id = ${id} AND info LIKE '${sql}'`);
    await one.query(`KILL QUERY ${id}`);
    return Number(await ended);
  };
  assert.equal(await killed('SELECT t.one FROM (SELECT 1 AS one) t WHERE SLEEP(60)'), 1317);
  assert.equal(await killed('SELECT SLEEP(60)'), 1, 'as in MySQL, the sleep ends and not the statement');
  await one.query(`KILL ${id}`);
  await until(two, `SELECT COUNT(*) = 0 FROM information_schema.processlist WHERE id = ${id}`);
  await assert.rejects(victim.query('SELECT 1'));
  assert.equal(await failure(two, `KILL ${id}`), 1094);
});

/** Waits until a query gives 1. */
async function until(connection: Connection, sql: string): Promise<void> {
  for (let i = 0; i < 500; i++) if (Number(await value(connection, sql)) === 1) return;
  assert.fail(`never: ${sql}`);
}

test('REQUIRE SSL refuses a login without TLS, on all primaries', async () => {
  await one.query(`CREATE USER tess IDENTIFIED BY '${PASSWORD}' REQUIRE SSL`);
  await assert.rejects(login('tess'), {errno: 1045});
  const secure = await login('tess', {ssl: {rejectUnauthorized: false}});
  const [cipher] = await rows(secure, "SHOW STATUS LIKE 'Ssl_cipher'");
  assert.match(String(cipher['Value']), /^TLS_|^ECDHE/);
  assert.equal((await rows(two, "SHOW STATUS LIKE 'Ssl_cipher'"))[0]['Value'], '');
  await one.query('ALTER USER tess REQUIRE NONE');
  await (await login('tess', {ssl: {rejectUnauthorized: false}})).end();
  await secure.end();
});

test('MAX_USER_CONNECTIONS and MAX_CONNECTIONS_PER_HOUR: 1226 at the login', async () => {
  await one.query(`CREATE USER mia IDENTIFIED BY '${PASSWORD}' WITH MAX_USER_CONNECTIONS 1`);
  const tls = {ssl: {rejectUnauthorized: false}};
  const first = await login('mia', tls);
  await assert.rejects(login('mia', tls), {errno: 1226});
  await first.end();
  await until(one, "SELECT COUNT(*) = 0 FROM information_schema.processlist WHERE user = 'mia'");
  await one.query('ALTER USER mia WITH MAX_USER_CONNECTIONS 0 MAX_CONNECTIONS_PER_HOUR 2');
  await (await login('mia', tls)).end();
  await (await login('mia', tls)).end();
  await assert.rejects(login('mia', tls), {errno: 1226});
});

test('every primary knows its own port', async () => {
  assert.equal(await value(one, 'SELECT @@port'), server.portOf(1));
  assert.equal(await value(two, 'SELECT @@port'), server.portOf(2));
});

test('slow statements are logged when that is wanted, and counted; no password is in the log, the digests or the process list', async () => {
  const before = await slowQueries();
  for (const value of ['OFF', 'ON']) await two.query(`SET GLOBAL slow_query_log = ${value}`);
  await until(one, 'SELECT @@slow_query_log');
  await one.query('SET SESSION long_query_time = 0');
  await one.query('SELECT 12345 AS slow_one');
  await one.query(`CREATE USER sam IDENTIFIED BY '${PASSWORD}'`);
  await one.query(`SET PASSWORD FOR sam = '${PASSWORD} too'`);
  await failureOf(`ALTER USER nobody IDENTIFIED BY '${PASSWORD}'`);
  await failureOf(`CREATE USER broken IDENTIFIED BY '${PASSWORD}' NONSENSE`);
  await one.query('SET SESSION long_query_time = 10');
  assert.ok((await slowQueries()) >= before + 4);
  await until(
    one,
    "SELECT COUNT(*) = 1 FROM performance_schema.events_statements_summary_by_digest WHERE digest_text LIKE 'CREATE SYSTEM_USER%' OR digest_text LIKE 'CREATE USER `sam`%'",
  );
  const digests = JSON.stringify(
    await rows(one, 'SELECT * FROM performance_schema.events_statements_summary_by_digest'),
  );
  assert.doesNotMatch(digests, /sesame/);
  assert.match(server.output, /slow query.*SELECT 12345 AS slow_one/);
  assert.match(server.output, /CREATE USER sam/);
  assert.doesNotMatch(server.output, /sesame/);
});

async function slowQueries(): Promise<number> {
  return Number((await rows(one, "SHOW STATUS LIKE 'Slow_queries'"))[0]['Value']);
}

async function failureOf(sql: string): Promise<void> {
  await assert.rejects(one.query(sql), error => errno(error) > 0);
}

test('data_lock_waits tells who waits for whom, on whatever primaries they are', async () => {
  await one.query('CREATE TABLE test.waited (id INT PRIMARY KEY, n INT)');
  await one.query('INSERT INTO test.waited VALUES (1, 1)');
  const three = await connect(server.portOf(3));
  const [holder, waiter] = await Promise.all([one, two].map(connection => value(connection, 'SELECT CONNECTION_ID()')));
  await one.query('START TRANSACTION');
  await one.query('UPDATE test.waited SET n = 2 WHERE id = 1');
  const waiting = two.query('UPDATE test.waited SET n = 3 WHERE id = 1');
  await until(three, 'SELECT COUNT(*) FROM performance_schema.data_lock_waits');
  assert.deepEqual(
    await rows(
      three,
      'SELECT requesting_thread_id AS waiter, blocking_thread_id AS holder FROM performance_schema.data_lock_waits',
    ),
    [{waiter, holder}],
  );
  await one.query('ROLLBACK');
  await waiting;
  assert.equal(Number(await value(three, 'SELECT COUNT(*) FROM performance_schema.data_lock_waits')), 0);
  three.destroy();
});

test('statement digests: how often, how long, how many rows, how many errors', async () => {
  await one.query('CREATE TABLE test.digested (id INT PRIMARY KEY, n INT)');
  await one.query('USE test');
  for (let i = 0; i < 5; i++) await one.query(`INSERT INTO digested VALUES (${i}, ${i})`);
  for (let i = 0; i < 7; i++) await one.query(`SELECT * FROM digested WHERE id < ${i}`);
  await failureOf('INSERT INTO digested VALUES (1, 1)');
  const found = await rows(
    one,
    `SELECT digest_text AS text, count_star AS times, sum_rows_sent AS sent, sum_rows_affected AS affected, sum_errors AS errors,
       sum_timer_wait > 0 AND min_timer_wait <= avg_timer_wait AND avg_timer_wait <= max_timer_wait AS timed,
       quantile_95 > 0 AS quantile
     FROM performance_schema.events_statements_summary_by_digest WHERE schema_name = 'test' AND digest_text LIKE '%digested%' AND count_star > 1
     ORDER BY digest_text`,
  );
  assert.deepEqual(found, [
    {text: 'INSERT INTO `digested` VALUES (...)', times: 6, sent: 0, affected: 5, errors: 1, timed: 1, quantile: 1},
    {
      text: 'SELECT * FROM `digested` WHERE `id` < ?',
      times: 7,
      sent: 20,
      affected: 0,
      errors: 0,
      timed: 1,
      quantile: 1,
    },
  ]);
});
