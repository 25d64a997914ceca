// A disk that is full: statements fail with MySQL's error, nothing acknowledged is lost, reads go on, and when there is room again the service resumes, without a restart.
//
//   node test/acceptance/disk-full.ts --directory DIR
//
// DIR is an empty directory on a small file system of its own, for example: mount -t tmpfs -o size=1500m tmpfs DIR

import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {SmallDisk} from '../support/small-disk.ts';
import {connect, errno, value} from '../support/sql.ts';

const {values: options} = parseArgs({options: {directory: {type: 'string', default: ''}}});
const disk = new SmallDisk(options.directory);

let failed = false;
function expect(what: string, isRight: boolean, detail: unknown): void {
  console.log(`${isRight ? 'ok' : 'WRONG'}  ${what}: ${String(detail)}`);
  if (!isRight) failed = true;
}

let next = 0;
const acknowledged = new Set<number>();
const PAD = 'x'.repeat(50_000);

/** Inserts until a statement fails; returns its error. */
async function insertUntilRefused(connection: Connection, atMost: number): Promise<{errno: number; message: string}> {
  for (let i = 0; i < atMost; i++) {
    const n = next++;
    try {
      await connection.query('INSERT INTO full.t VALUES (?, ?)', [n, PAD]);
      acknowledged.add(n);
    } catch (error) {
      return {errno: errno(error), message: (error as Error).message};
    }
  }
  return {errno: 0, message: `${atMost} rows went in`};
}

async function count(connection: Connection): Promise<number> {
  return Number(await value(connection, 'SELECT COUNT(*) FROM full.t'));
}

const server = await Server.start({
  primaries: 2,
  data: join(options.directory, 'data'),
  args: ['--lbp', '8M', '--dbp', '16M'],
});
try {
  const one = await connect(server.portOf(1));
  const two = await connect(server.portOf(2));
  await one.query('CREATE DATABASE full');
  await one.query('CREATE TABLE full.t (id INT PRIMARY KEY, pad LONGTEXT)');
  for (let round = 1; round <= 3; round++) {
    await disk.fill(4 * 1024 * 1024);
    const first = await insertUntilRefused(one, 20_000);
    expect(
      `round ${round}: a statement is refused`,
      [1021, 1114].includes(first.errno),
      `${first.errno} ${first.message}`,
    );
    const second = await insertUntilRefused(two, 20_000);
    expect('the other primary refuses too', [1021, 1114].includes(second.errno), `${second.errno} ${second.message}`);
    expect(
      'reads go on, with every row that was acknowledged',
      (await count(two)) === acknowledged.size,
      acknowledged.size,
    );
    disk.release();
    await pause(1000);
    const again = await insertUntilRefused(one, 50);
    expect('there is room again', again.errno === 0, again.message);
    await one.query('DELETE FROM full.t');
    acknowledged.clear();
  }
  const again = await insertUntilRefused(two, 50);
  expect('the other primary writes as well', again.errno === 0, again.message);
  expect('check', (await server.check()).length === 0, 'clean');
  await disk.fill(0);
  await insertUntilRefused(two, 20_000);
  one.destroy();
  two.destroy();
  await server.end('SIGKILL');
  disk.release();
  await server.run();
  const after = await connect(server.portOf(1));
  expect(
    'after kill -9 on a full disk every row is there',
    (await count(after)) === acknowledged.size,
    acknowledged.size,
  );
  await after.end();
  expect('check', (await server.check()).length === 0, 'clean');
} catch (error) {
  console.error(server.output);
  throw error;
} finally {
  await server.close();
}
if (failed) process.exitCode = 1;
