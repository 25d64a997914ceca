// `pando crash 2` under load, several times: how long the others stand still, and when the primary answers again.
//
//   node test/acceptance/crash.ts --rounds 4 [--mode log-replay|optimistic] [--volume quorum]

import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, errno} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '4'},
    mode: {type: 'string', default: 'fusion'},
    volume: {type: 'string', default: 'local'},
  },
});
const VICTIM = 2;
const CLIENTS = [1, 1, VICTIM, VICTIM, 3, 3];
const WARM_MS = 4000;
const AFTER_MS = 1500;

const server = await Server.start({primaries: 3, args: ['--mode', options.mode, '--volume', options.volume]});
const load = {stopping: false, transactions: 0, longestMs: 0};

/** Connects, again and again until the primary answers. */
async function connectAgain(primary: number): Promise<Connection> {
  for (;;) {
    try {
      const connection = await connect(server.portOf(primary), 'crash');
      connection.on('error', () => {});
      return connection;
    } catch {
      await pause(5);
    }
  }
}

/** Inserts and updates through one primary; notes the longest time that a client of the others has waited. */
async function client(primary: number): Promise<void> {
  let connection = await connectAgain(primary);
  while (!load.stopping) {
    const from = performance.now();
    try {
      await connection.query('INSERT INTO t (n) VALUES (1)');
      await connection.query('UPDATE t SET n = n + 1 WHERE id = ?', [1 + Math.floor(Math.random() * 500)]);
      load.transactions++;
    } catch (error) {
      if (errno(error) !== 1213 && primary !== VICTIM) throw error;
      if (errno(error) !== 1213) connection = await connectAgain(primary);
    }
    if (primary !== VICTIM) load.longestMs = Math.max(load.longestMs, performance.now() - from);
  }
  await connection.end().catch(() => {});
}

async function crashOnce(): Promise<{stallMs: number; backMs: number}> {
  load.longestMs = 0;
  const from = performance.now();
  await server.admin('POST', `/primaries/crash/${VICTIM}`);
  const connection = await connectAgain(VICTIM);
  await connection.query('SELECT COUNT(*) FROM t');
  const backMs = Math.round(performance.now() - from);
  await connection.end();
  await pause(AFTER_MS);
  return {stallMs: Math.round(load.longestMs), backMs};
}

const first = await connect(server.portOf(1), '');
await first.query('CREATE DATABASE crash');
await first.query('CREATE TABLE crash.t (id INT AUTO_INCREMENT PRIMARY KEY, n INT)');
await first.end();
const clients = CLIENTS.map(client);
await pause(WARM_MS);
for (let round = 1; round <= Number(options.rounds); round++) {
  const {stallMs, backMs} = await crashOnce();
  console.log(
    `round ${round}: others waited ${stallMs} ms at most (wanted < 1000), back after ${backMs} ms (wanted < 1000)`,
  );
  if (stallMs >= 1000 || backMs >= 1000) process.exitCode = 1;
}
load.stopping = true;
await Promise.all(clients);
await server.close();
console.log(JSON.stringify({transactions: load.transactions}));
