// Kills the whole process under load again and again: every acknowledged commit must be there, nothing half, the check clean, and it must be ready in 5 s.
//
//   node test/acceptance/kill9.ts --rounds 20 --primaries 3 [--mode log-replay|single-writer] [--volume quorum]
//
// Each client writes pairs of rows (n, a) and (n, b) in one transaction and notes n once COMMIT was answered.

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect, rows} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '20'},
    mode: {type: 'string', default: 'fusion'},
    primaries: {type: 'string', default: '3'},
    clients: {type: 'string', default: '9'},
    volume: {type: 'string', default: 'local'},
  },
});
const primaries = Number(options.primaries);
const data = mkdtempSync(join(tmpdir(), 'pando-kill-'));
const acknowledged = new Set<number>();
let next = 1;
let failures = 0;
const startTimes: number[] = [];

async function client(port: number): Promise<void> {
  try {
    const connection = await connect(port, 'ledger');
    connection.on('error', () => {});
    for (;;) {
      const n = next++;
      await connection.query('START TRANSACTION');
      await connection.query('INSERT INTO entry VALUES (?, 0, ?)', [n, `a${n}`]);
      await connection.query('INSERT INTO entry VALUES (?, 1, ?)', [n, `b${n}`]);
      await connection.query('UPDATE total SET n = n + 1 WHERE id = ?', [n % 10]);
      await connection.query('COMMIT');
      acknowledged.add(n);
    }
  } catch {
    // The server was killed, or a deadlock: this client has done its part.
  }
}

function fail(text: string): void {
  failures++;
  console.error(text);
}

async function verify(server: Server): Promise<void> {
  const connection = await connect(server.portOf(1 + Math.floor(Math.random() * primaries)), 'ledger');
  const found = await rows(connection, 'SELECT n, COUNT(*) AS c FROM entry GROUP BY n');
  const counts = new Map(found.map(row => [Number(row.n), Number(row.c)]));
  for (const [n, count] of counts) if (count !== 2) fail(`transaction ${n} is there by half`);
  for (const n of acknowledged) if (!counts.has(n)) fail(`acknowledged transaction ${n} is lost`);
  const [sum] = await rows(connection, 'SELECT SUM(n) AS s FROM total');
  if (Number(sum.s) !== counts.size) fail(`the counters say ${sum.s}, the ledger has ${counts.size}`);
  for (const violation of await server.check()) fail(violation);
  await connection.end();
}

const server = await Server.start({primaries, data, args: ['--mode', options.mode, '--volume', options.volume]});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE ledger');
  await setup.query('CREATE TABLE ledger.entry (n INT, part INT, word VARCHAR(30), PRIMARY KEY (n, part), KEY (word))');
  await setup.query('CREATE TABLE ledger.total (id INT PRIMARY KEY, n INT NOT NULL)');
  await setup.query(`INSERT INTO ledger.total VALUES ${Array.from({length: 10}, (_, i) => `(${i}, 0)`).join(',')}`);
  await setup.end();
  for (let round = 1; round <= Number(options.rounds); round++) {
    const clients = Array.from({length: Number(options.clients)}, (_, i) =>
      client(server.portOf(options.mode === 'single-writer' ? 0 : 1 + (i % primaries))),
    );
    await new Promise(done => setTimeout(done, 500 + Math.random() * 1500));
    await server.end('SIGKILL');
    await Promise.all(clients);
    const took = await server.run();
    startTimes.push(took);
    if (took > 5000) fail(`ready after ${took.toFixed(0)} ms`);
    await verify(server);
    console.log(
      `round ${round}: ${acknowledged.size} acknowledged, ready in ${took.toFixed(0)} ms, ${failures} failures`,
    );
  }
} finally {
  await server.end('SIGTERM');
  rmSync(data, {recursive: true, force: true});
}
startTimes.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    rounds: startTimes.length,
    acknowledged: acknowledged.size,
    failures,
    readyMsMax: Math.round(startTimes.at(-1) ?? 0),
  }),
);
if (failures > 0) process.exitCode = 1;
