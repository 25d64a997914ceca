// Single-writer mode: the writer's thread is killed under load, again and again. How long until a replica answers a write, and is every acknowledged row there?
//
//   node test/acceptance/promote.ts --rounds 5 --primaries 3 [--volume quorum] [--wanted-ms 1000]

import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, value} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '5'},
    primaries: {type: 'string', default: '3'},
    volume: {type: 'string', default: 'local'},
    'wanted-ms': {type: 'string', default: '1000'},
  },
});
const WRITERS = 4;
const WARM_MS = 1500;
const GIVE_UP_MS = 60_000;

const server = await Server.start({
  primaries: Number(options.primaries),
  args: ['--mode', 'single-writer', '--volume', options.volume],
});
const acknowledged = new Set<number>();
let next = 1;
let stopping = false;
/** When a write was last answered. */
let answeredAt = 0;

/** Inserts through the port that leads to the writer, whoever that is. */
async function write(): Promise<void> {
  let connection: Connection | undefined;
  while (!stopping) {
    try {
      if (connection === undefined) {
        connection = await connect(server.portOf(0), 'promote');
        connection.on('error', () => {});
      }
      const n = next++;
      await connection.query('INSERT INTO entry VALUES (?)', [n]);
      acknowledged.add(n);
      answeredAt = performance.now();
    } catch {
      connection?.destroy();
      connection = undefined;
      await pause(2);
    }
  }
  await connection?.end().catch(() => {});
}

async function writerOf(): Promise<number> {
  const {body} = await server.admin('GET', '/status');
  const {primaries} = body as {primaries: {ordinal: number; role: string; state: string}[]};
  return primaries.find(({role, state}) => role === 'writer' && state === 'ready')?.ordinal ?? 0;
}

/** All primaries serve, and one of them writes. */
async function settled(): Promise<number> {
  for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; await pause(50)) {
    const {status} = await server.admin('GET', '/health?ready');
    const writer = await writerOf();
    if (status === 200 && writer !== 0) return writer;
  }
  throw new Error('the cluster does not become whole');
}

const times: number[] = [];
let failures = 0;
try {
  const setup = await connect(server.portOf(0));
  await setup.query('CREATE DATABASE promote');
  await setup.query('CREATE TABLE promote.entry (n INT PRIMARY KEY)');
  await setup.end();
  const writers = Array.from({length: WRITERS}, () => write());
  for (let round = 1; round <= Number(options.rounds); round++) {
    const victim = await settled();
    await pause(WARM_MS);
    const killedAt = performance.now();
    await server.admin('POST', `/primaries/crash/${victim}`);
    const goneAt = performance.now();
    await pause(5);
    while (answeredAt < goneAt && performance.now() < killedAt + GIVE_UP_MS) await pause(1);
    const took = answeredAt - killedAt;
    times.push(took);
    if (took > Number(options['wanted-ms'])) failures++;
    console.log(`round ${round}: primary ${victim} killed, the next write was answered after ${took.toFixed(0)} ms`);
  }
  stopping = true;
  await Promise.all(writers);
  await settled();
  const reader = await connect(server.portOf(0), 'promote');
  const rows = Number(await value(reader, 'SELECT COUNT(*) FROM entry'));
  for (const n of acknowledged)
    if ((await value(reader, 'SELECT COUNT(*) FROM entry WHERE n = ?', [n])) !== 1) {
      failures++;
      console.error(`acknowledged row ${n} is lost`);
    }
  for (const violation of await server.check()) {
    failures++;
    console.error(violation);
  }
  await reader.end();
  console.log(
    JSON.stringify({
      rounds: times.length,
      maxMs: Math.round(Math.max(...times)),
      acknowledged: acknowledged.size,
      rows,
      failures,
    }),
  );
} finally {
  stopping = true;
  await server.close();
}
if (failures > 0) process.exitCode = 1;
