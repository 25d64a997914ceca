// Bank transfers through all primaries, with auditors whose snapshot sums must always be right.
//
//   node test/acceptance/bank.ts --seconds 60 --primaries 3 [--crash] [--mode log-replay|single-writer|optimistic [--granularity page]] [--volume quorum]     (--crash kills a primary every few seconds)

import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import type {Connection} from 'mysql2/promise';
import {Server} from '../support/server.ts';
import {connect, errno, value} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {
    seconds: {type: 'string', default: '60'},
    mode: {type: 'string', default: 'fusion'},
    volume: {type: 'string', default: 'local'},
    granularity: {type: 'string', default: 'row'},
    primaries: {type: 'string', default: '3'},
    accounts: {type: 'string', default: '50'},
    clients: {type: 'string', default: '12'},
    crash: {type: 'boolean', default: false},
  },
});
const seconds = Number(options.seconds);
const primaries = Number(options.primaries);
const accounts = Number(options.accounts);
const EACH = 1000;

const figures = {transfers: 0, deadlocks: 0, reconnects: 0, audits: 0, wrong: 0};

/** Runs `step` again and again on one primary, reconnecting when it dies. */
async function loop(
  server: Server,
  primary: number,
  until: number,
  step: (connection: Connection) => Promise<void>,
): Promise<void> {
  let connection: Connection | undefined;
  while (Date.now() < until) {
    try {
      if (connection === undefined) {
        connection = await connect(server.portOf(primary), 'bank');
        connection.on('error', () => {});
      }
      await step(connection);
    } catch (error) {
      if (errno(error) === 1213) {
        figures.deadlocks++;
        await connection?.query('ROLLBACK').catch(() => {});
        continue;
      }
      connection?.destroy();
      connection = undefined;
      figures.reconnects++;
      if (!options.crash) throw error;
      await pause(50);
    }
  }
  await connection?.end().catch(() => {});
}

async function transfer(connection: Connection, locking: boolean): Promise<void> {
  const from = 1 + Math.floor(Math.random() * accounts);
  const to = 1 + ((from + Math.floor(Math.random() * (accounts - 1))) % accounts);
  const amount = 1 + Math.floor(Math.random() * 20);
  await connection.query('START TRANSACTION');
  const balance = Number(
    await value(connection, `SELECT balance FROM account WHERE id = ?${locking ? ' FOR UPDATE' : ''}`, [from]),
  );
  if (balance >= amount) {
    await connection.query('UPDATE account SET balance = balance - ? WHERE id = ?', [amount, from]);
    await connection.query('UPDATE account SET balance = balance + ? WHERE id = ?', [amount, to]);
  }
  await connection.query('COMMIT');
  figures.transfers++;
}

async function audit(connection: Connection): Promise<void> {
  const sum = Number(await value(connection, 'SELECT SUM(balance) FROM account'));
  figures.audits++;
  if (sum === accounts * EACH) return;
  figures.wrong++;
  console.error(`WRONG: the sum is ${sum}, not ${accounts * EACH}`);
}

const server = await Server.start({
  primaries,
  args: ['--mode', options.mode, '--optimistic-granularity', options.granularity, '--volume', options.volume],
});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE bank');
  await setup.query('CREATE TABLE bank.account (id INT PRIMARY KEY, balance INT NOT NULL)');
  const list = Array.from({length: accounts}, (_, i) => `(${i + 1}, ${EACH})`).join(', ');
  await setup.query(`INSERT INTO bank.account VALUES ${list}`);
  const until = Date.now() + seconds * 1000;
  const jobs: Promise<void>[] = [];
  for (let client = 0; client < Number(options.clients); client++) {
    // Port 0 is shared by all who write: in single-writer mode by one.
    const place = options.mode === 'single-writer' ? 0 : 1 + (client % primaries);
    jobs.push(loop(server, place, until, connection => transfer(connection, client % 2 === 0)));
  }
  for (let primary = 1; primary <= primaries; primary++) jobs.push(loop(server, primary, until, audit));
  if (options.crash) jobs.push(crashes(server, until));
  // Statements of the last moment may take their time; more than half a minute is a hang.
  const hung = setTimeout(
    () => {
      console.error(`HANGS:\n${server.output}`);
      process.exit(1);
    },
    seconds * 1000 + 30_000,
  );
  await Promise.all(jobs);
  clearTimeout(hung);
  const violations = await server.check();
  for (const violation of violations) console.error(violation);
  console.log(JSON.stringify({...figures, seconds, primaries, violations: violations.length}));
  if (figures.wrong > 0 || violations.length > 0) process.exitCode = 1;
} finally {
  await server.close();
}

async function crashes(server: Server, until: number): Promise<void> {
  while (Date.now() < until - 3000) {
    await pause(3000);
    await server.admin('POST', `/primaries/crash/${1 + Math.floor(Math.random() * primaries)}`).catch(() => {});
  }
}
