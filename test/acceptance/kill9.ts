// Kills the whole process under load again and again: every acknowledged commit must be there, nothing half, the check clean, and it must be ready in time.
//
//   node test/acceptance/kill9.ts --rounds 20 --primaries 3 [--mode log-replay|single-writer|optimistic] [--volume quorum]
//   node test/acceptance/kill9.ts --rounds 1000 --drop --one-thread --commits 30 --check-every 20 --ready-ms 60000 --resume FILE
//
// A round is killed after some commits, about `--commits` of them. Each client writes pairs of rows (n, a) and (n, b) in one transaction and notes n once COMMIT was answered. With `--drop` the bytes that were not synced die with the process
// (test/support/page-cache.ts), and one kill in five comes while the server is still recovering from the one before; `--drop --lies` answers syncs without doing them, and must lose commits. All transactions are looked for every
// `--check-every` rounds, with the checks of the volume; in between those of the last rounds. `--one-thread` runs all primaries in one thread, from one file and with small redo files, which starts faster. `--resume` keeps the
// sums in a file after every round and goes on from there, with a new volume, until `--rounds` kills are reached.

import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {Connection} from 'mysql2/promise';
import {bundleOneThread} from '../support/one-thread-bundle.ts';
import {Server} from '../support/server.ts';
import {connect, rows} from '../support/sql.ts';
import {readTally, writeTally} from '../support/tally.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '20'},
    mode: {type: 'string', default: 'fusion'},
    primaries: {type: 'string', default: '3'},
    clients: {type: 'string', default: '9'},
    volume: {type: 'string', default: 'local'},
    'one-thread': {type: 'boolean', default: false},
    drop: {type: 'boolean', default: false},
    lies: {type: 'boolean', default: false},
    port: {type: 'string'},
    commits: {type: 'string', default: '500'},
    'ready-ms': {type: 'string', default: '5000'},
    'check-every': {type: 'string', default: '1'},
    resume: {type: 'string'},
  },
});
const CACHE_MODULE = new URL('../support/page-cache.mjs', import.meta.url).href;
/** Chance that a start is killed too, at any moment of the time that the start before took. */
const KILL_START = 0.2;
/** A round that commits little ends all the same. Milliseconds. */
const ROUND_MS = 10_000;
/** Rounds of which the transactions are looked for every time. */
const RECENT_ROUNDS = 3;
const primaries = Number(options.primaries);
const checkEvery = Number(options['check-every']);
const data = mkdtempSync(join(tmpdir(), 'pando-kill-'));
/** What a machine keeps in memory. */
const cache = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pando-cache-'));
const acknowledged = new Set<number>();
let next = 1;
const tally = readTally(options.resume, {
  proof: 'kill9',
  kills: 0,
  rounds: 0,
  acknowledged: 0,
  failures: 0,
  readyMsMax: 0,
  seconds: 0,
});
/** What the last start took. */
let startMs = 800;
/** The first transaction of each round. */
const firsts: number[] = [];

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
  tally.failures++;
  console.error(text);
}

/** Looks for the transactions from `first` on; for all of them, with all checks, when that is the first there is. */
async function verify(server: Server, first: number): Promise<void> {
  const connection = await connect(server.portOf(1 + Math.floor(Math.random() * primaries)), 'ledger');
  const found = await rows(connection, 'SELECT n, COUNT(*) AS c FROM entry WHERE n >= ? GROUP BY n', [first]);
  const counts = new Map(found.map(row => [Number(row.n), Number(row.c)]));
  for (const [n, count] of counts) if (count !== 2) fail(`transaction ${n} is there by half`);
  for (const n of acknowledged) if (n >= first && !counts.has(n)) fail(`acknowledged transaction ${n} is lost`);
  if (first === 1) await verifyWhole(server, connection, counts.size);
  await connection.end();
}

async function verifyWhole(server: Server, connection: Connection, transactions: number): Promise<void> {
  const [sum] = await rows(connection, 'SELECT SUM(n) AS s FROM total');
  if (Number(sum.s) !== transactions) fail(`the counters say ${sum.s}, the ledger has ${transactions}`);
  for (const violation of await server.check()) fail(violation);
}

/** Kills the server, and with it what it has not synced. */
async function kill(server: Server): Promise<void> {
  tally.kills++;
  await server.end('SIGKILL');
  if (options.drop) rmSync(cache, {recursive: true, force: true});
}

/** Starts the server; some starts are killed on the way. Returns the milliseconds that the last one took. */
async function start(server: Server): Promise<number> {
  while (options.drop && Math.random() < KILL_START) {
    const started = server.run().catch(() => {});
    await pause(Math.random() * startMs);
    await kill(server);
    await started;
  }
  startMs = await server.run();
  return startMs;
}

/** Waits until so many more transactions are acknowledged, and a moment longer: a kill shall not follow an answer. */
async function committed(transactions: number): Promise<void> {
  const wanted = acknowledged.size + transactions;
  for (const end = performance.now() + ROUND_MS; acknowledged.size < wanted && performance.now() < end; )
    await pause(2);
  await pause(Math.random() * 20);
}

const oneThread = options['one-thread'] ? await bundleOneThread() : undefined;
const server = await Server.start({
  primaries,
  data,
  args: ['--mode', options.mode, '--volume', options.volume],
  ...(oneThread === undefined ? {} : {main: oneThread.program}),
  env: options.drop
    ? {
        NODE_OPTIONS: options['one-thread'] ? '' : `--disable-warning=ExperimentalWarning --import ${CACHE_MODULE}`,
        PANDO_TEST_CACHE: cache,
        PANDO_TEST_CACHE_LIES: options.lies ? '/redo/' : '',
      }
    : {},
  ...(options.port === undefined ? {} : {port: Number(options.port)}),
});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE ledger');
  await setup.query('CREATE TABLE ledger.entry (n INT, part INT, word VARCHAR(30), PRIMARY KEY (n, part), KEY (word))');
  await setup.query('CREATE TABLE ledger.total (id INT PRIMARY KEY, n INT NOT NULL)');
  await setup.query(`INSERT INTO ledger.total VALUES ${Array.from({length: 10}, (_, i) => `(${i}, 0)`).join(',')}`);
  await setup.end();
  for (let round = 1; tally.kills < Number(options.rounds); round++) {
    const began = performance.now();
    const [before, times] = [acknowledged.size, [began]];
    const lap = (): void => void times.push(performance.now());
    firsts.push(next);
    const clients = Array.from({length: Number(options.clients)}, (_, i) =>
      client(server.portOf(options.mode === 'single-writer' ? 0 : 1 + (i % primaries))),
    );
    await committed(Math.random() * 2 * Number(options.commits));
    await kill(server);
    await Promise.all(clients);
    lap();
    const took = await start(server);
    lap();
    if (took > Number(options['ready-ms'])) fail(`ready after ${took.toFixed(0)} ms`);
    const isWhole = round % checkEvery === 0 || tally.kills >= Number(options.rounds);
    await verify(server, isWhole ? 1 : firsts[Math.max(0, round - RECENT_ROUNDS)]);
    lap();
    tally.rounds++;
    tally.acknowledged += acknowledged.size - before;
    tally.readyMsMax = Math.max(tally.readyMsMax, Math.round(took));
    tally.seconds += (performance.now() - began) / 1000;
    writeTally(options.resume, tally);
    const [load, starts, look] = times.slice(1).map((time, i) => Math.round(time - times[i]));
    console.log(
      `kill ${tally.kills}: ${tally.acknowledged} acknowledged, ${tally.failures} failures; ms under load ${load}, of starts ${starts}, of checks ${look}`,
    );
  }
} finally {
  await server.end('SIGTERM');
  for (const directory of [data, cache, oneThread?.directory])
    if (directory !== undefined) rmSync(directory, {recursive: true, force: true});
}
console.log(JSON.stringify(tally));
if (tally.failures > 0) process.exitCode = 1;
