// Large things with small pools: a table of a gigabyte with --lbp 32M --dbp 64M; a transaction of a million rows, committed and rolled back; a row of 16 MB.
// `pando check` after each, and at the end kill -9: the first query is answered in less than two seconds after the start, however much there is.
//
//   node test/acceptance/big.ts [--megabytes 1024] [--rows 1000000]

import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect, value} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {megabytes: {type: 'string', default: '1024'}, rows: {type: 'string', default: '1000000'}},
});

let failed = false;
function expect(what: string, got: unknown, want: unknown): void {
  const same = String(got) === String(want);
  console.log(`${same ? 'ok' : 'WRONG'}  ${what}: ${got}${same ? '' : `, expected ${want}`}`);
  if (!same) failed = true;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`    ${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

async function check(): Promise<void> {
  const violations = await timed('check', () => server.check());
  expect('violations', violations.length, 0);
  for (const violation of violations.slice(0, 10)) console.error(violation);
}

/** Kills the process, starts it again, and reads a row of each table; the limit is on the first answer. */
async function restart(): Promise<void> {
  await server.end('SIGKILL');
  const started = performance.now();
  await server.run();
  const connection = await connect(server.portOf(2), 'big');
  const pad = await value(connection, 'SELECT LENGTH(pad) FROM heap WHERE id = 777');
  const took = performance.now() - started;
  console.log(`    first query after kill -9: ${took.toFixed(0)} ms`);
  expect('first query in time', took < 2000, true);
  expect('a row of the large table', pad, 960);
  expect('rows of the large transaction', await value(connection, 'SELECT COUNT(*) FROM million'), options.rows);
  expect('the long row', await value(connection, 'SELECT LENGTH(b) FROM blobs WHERE id = 1'), LONG);
  await connection.end();
}

const LONG = 16 * 1024 * 1024 - 1024;
const server = await Server.start({primaries: 2, args: ['--lbp', '32M', '--dbp', '64M']});
try {
  const one = await connect(server.portOf(1));
  const two = await connect(server.portOf(2));
  await one.query('CREATE DATABASE big');
  await one.query('USE big');
  await two.query('USE big');

  await one.query('CREATE TABLE heap (id INT PRIMARY KEY, k INT, pad VARCHAR(1000), KEY (k))');
  const perInsert = 500;
  const inserts = Math.ceil((Number(options.megabytes) * 1024 * 1024) / (perInsert * 1000));
  await timed(`${options.megabytes} MB inserted`, async () => {
    const pad = 'x'.repeat(960);
    for (let i = 0; i < inserts; i++) {
      const list = Array.from(
        {length: perInsert},
        (_, j) => `(${i * perInsert + j}, ${(i * 7919 + j * 31) % 100003}, '${pad}')`,
      );
      await one.query(`INSERT INTO heap VALUES ${list.join(',')}`);
    }
  });
  expect(
    'rows counted on the other primary',
    await timed('full scan', () => value(two, 'SELECT COUNT(*) FROM heap WHERE LENGTH(pad) = 960')),
    inserts * perInsert,
  );
  await check();

  await one.query('CREATE TABLE million (id INT PRIMARY KEY, v INT)');
  const fill = async (): Promise<void> => {
    for (let from = 0; from < Number(options.rows); from += 10_000) {
      const list = Array.from({length: 10_000}, (_, j) => `(${from + j}, ${j})`);
      await one.query(`INSERT INTO million VALUES ${list.join(',')}`);
    }
  };
  await one.query('START TRANSACTION');
  await timed(`${options.rows} rows in one transaction`, fill);
  await timed('rolled back', () => one.query('ROLLBACK'));
  expect('rows after rollback', await value(two, 'SELECT COUNT(*) FROM million'), 0);
  await check();
  await one.query('START TRANSACTION');
  await timed(`${options.rows} rows again`, fill);
  await timed('committed', () => one.query('COMMIT'));
  expect('rows after commit', await value(two, 'SELECT COUNT(*) FROM million'), options.rows);
  await check();

  await one.query('CREATE TABLE blobs (id INT PRIMARY KEY, b LONGBLOB)');
  const blob = Buffer.alloc(LONG, 'pando');
  await timed('16 MB row inserted', () => one.query('INSERT INTO blobs VALUES (1, ?)', [blob]));
  const back = (await timed('16 MB row read', () => value(two, 'SELECT b FROM blobs WHERE id = 1'))) as Buffer;
  expect('16 MB row equal', Buffer.compare(back, blob), 0);

  await check();

  one.destroy();
  two.destroy();
  await restart();
  await check();
} catch (error) {
  console.error(server.output);
  throw error;
} finally {
  await server.close();
}
if (failed) process.exitCode = 1;
