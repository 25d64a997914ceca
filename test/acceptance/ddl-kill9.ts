// Kills the whole process in the middle of definitions, again and again: every table is as it was before the statement or as it is after it, with all of
// its rows, its indexes agree, and foreign keys point both ways or not at all.
//
//   node test/acceptance/ddl-kill9.ts --rounds 10 --rows 20000

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect, rows, value} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {rounds: {type: 'string', default: '10'}, rows: {type: 'string', default: '20000'}},
});
const ROWS = Number(options.rows);
const BATCH = 1000;
const data = mkdtempSync(join(tmpdir(), 'pando-ddl-'));
let failures = 0;
let answered = 0;

/** Definitions, each with the way back. */
const CHANGES: readonly (readonly [there: string, back: string])[] = [
  ['ALTER TABLE t ADD INDEX by_s (s)', 'ALTER TABLE t DROP INDEX by_s'],
  ['ALTER TABLE t ADD COLUMN x INT NOT NULL DEFAULT 3', 'ALTER TABLE t DROP COLUMN x'],
  ['ALTER TABLE t MODIFY n BIGINT', 'ALTER TABLE t MODIFY n INT'],
  ['ALTER TABLE c ADD CONSTRAINT ct FOREIGN KEY (tid) REFERENCES t (id)', 'ALTER TABLE c DROP FOREIGN KEY ct'],
  ['RENAME TABLE t TO tt, c TO cc', 'RENAME TABLE tt TO t, cc TO c'],
  ['CREATE TABLE made AS SELECT id, s FROM t', 'DROP TABLE made'],
];

/** Goes through the definitions until the server is gone. The last one begun. */
async function define(port: number): Promise<string> {
  let last = '';
  try {
    const connection = await connect(port, 'kill');
    connection.on('error', () => {});
    for (;;) {
      for (const change of CHANGES) {
        for (const sql of change) {
          last = sql;
          await connection.query(sql);
          answered++;
        }
      }
    }
  } catch (error) {
    if ((error as {errno?: number}).errno !== undefined) fail(`${last}: ${String(error)}`);
    return last;
  }
}

function fail(text: string): void {
  failures++;
  console.error(text);
}

/** Whatever was there is put back to where the definitions begin, and every row is counted. */
async function verify(server: Server): Promise<void> {
  for (const violation of await server.check()) fail(violation);
  const connection = await connect(server.portOf(1), 'kill');
  const names = (await rows(connection, 'SHOW TABLES')).map(row => String(Object.values(row)[0]));
  if (names.includes('made')) await connection.query('DROP TABLE made');
  if (names.includes('tt') !== names.includes('cc')) fail(`renamed by half: ${names.join(', ')}`);
  if (names.includes('tt')) await connection.query('RENAME TABLE tt TO t, cc TO c');
  const sum = await rows(connection, 'SELECT COUNT(*) AS n, SUM(n) AS s FROM t');
  if (Number(sum[0].n) !== ROWS || Number(sum[0].s) !== (ROWS * (ROWS - 1)) / 2) fail(`rows: ${JSON.stringify(sum)}`);
  if (Number(await value(connection, 'SELECT COUNT(*) FROM c')) !== BATCH) fail('rows of c');
  const child = String(Object.values((await rows(connection, 'SHOW CREATE TABLE c'))[0])[1]);
  const isBound = child.includes('CONSTRAINT `ct`');
  const [orphan] = await Promise.allSettled([connection.query('INSERT INTO c VALUES (-1, -1)')]);
  if (isBound !== (orphan.status === 'rejected'))
    fail(`foreign key in the definition: ${isBound}, kept: ${orphan.status}`);
  await connection.query('DELETE FROM c WHERE id = -1');
  if (isBound) await connection.query('ALTER TABLE c DROP FOREIGN KEY ct');
  const text = String(Object.values((await rows(connection, 'SHOW CREATE TABLE t'))[0])[1]);
  if (text.includes('by_s')) await connection.query('ALTER TABLE t DROP INDEX by_s');
  if (text.includes('`x`')) await connection.query('ALTER TABLE t DROP COLUMN x');
  if (text.includes('bigint')) await connection.query('ALTER TABLE t MODIFY n INT');
  await connection.end();
}

const server = await Server.start({primaries: 2, data});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE `kill`');
  await setup.query('USE `kill`');
  await setup.query('CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(40), KEY (n))');
  await setup.query('CREATE TABLE c (id INT PRIMARY KEY, tid INT)');
  for (let from = 0; from < ROWS; from += BATCH) {
    const batch = Array.from({length: BATCH}, (_, i) => `(${from + i}, ${from + i}, 'row ${from + i}')`);
    await setup.query(`INSERT INTO t VALUES ${batch.join(',')}`);
  }
  await setup.query(`INSERT INTO c VALUES ${Array.from({length: BATCH}, (_, i) => `(${i}, ${i})`).join(',')}`);
  await setup.end();
  for (let round = 1; round <= Number(options.rounds); round++) {
    const defining = define(server.portOf(1 + (round % 2)));
    await pause(100 + Math.random() * 2500);
    await server.end('SIGKILL');
    const last = await defining;
    const took = await server.run();
    await verify(server);
    console.log(`round ${round}: ended in ${last}; ready in ${took.toFixed(0)} ms, ${failures} failures`);
  }
} finally {
  await server.end('SIGTERM');
  rmSync(data, {recursive: true, force: true});
}
console.log(JSON.stringify({rounds: Number(options.rounds), answered, failures}));
process.exitCode = failures === 0 ? 0 : 1;
