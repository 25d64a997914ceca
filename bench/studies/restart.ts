// kill -9 under load, with a lot of data: how long until the first query on that data is answered, and is every acknowledged row there?

import {setTimeout as pause} from 'node:timers/promises';
import {BulkInsert} from '../client/bulk.ts';
import {Connection} from '../client/connection.ts';
import type {Session} from '../group.ts';
import type {Study} from '../report/result.ts';
import {type Server, withConnection} from '../servers/server.ts';
import {Notebook} from './study.ts';

const SERVERS = ['pando-1', 'mariadb'];
const DATABASE = 'restart';
const FILLERS = 4;
const WRITERS = 8;
const LOAD_MS = 3000;
const PAYLOAD = 'x'.repeat(1000);
const ROWS_PER_MIB = 1000;
/** Keys of one writer lie this far from those of the next. */
const RANGE = 1_000_000_000;

export async function restartStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  const {restartMiB} = session.options;
  for (const name of SERVERS) {
    await notebook.withStarted(name, async server => {
      await fill(server, restartMiB * ROWS_PER_MIB);
      const acknowledged = await writeUntilKilled(server);
      const started = performance.now();
      await server.start();
      const rows = await countRows(server, 'id = 1', 'filled');
      const took = performance.now() - started;
      const found = await countRows(server, 'id >= 0', 'written');
      notebook.add({
        server: name,
        'data MiB': restartMiB,
        'first query ms': took,
        acknowledged,
        found,
        'rows lost': Math.max(0, acknowledged - found),
      });
      if (rows !== 1) notebook.note(`${name}: row 1 of the filled table is missing`);
    });
  }
  return {
    name: 'restart',
    title: 'Restart after kill -9 under write load: milliseconds from process start to a row of the filled table',
    settings: {mebibytes: restartMiB, writers: WRITERS, loadMs: LOAD_MS},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

async function fill(server: Server, rows: number): Promise<void> {
  await withConnection(server.ports[0], async connection => {
    await connection.query(`CREATE DATABASE ${DATABASE}`);
    for (const table of ['filled', 'written']) {
      await connection.query(
        `CREATE TABLE ${DATABASE}.${table} (id BIGINT NOT NULL PRIMARY KEY, payload VARCHAR(1000) NOT NULL)`,
      );
    }
  });
  const share = Math.ceil(rows / FILLERS);
  await Promise.all(
    Array.from({length: FILLERS}, (_, i) => fillRange(server, i * share + 1, Math.min(rows, (i + 1) * share))),
  );
}

function fillRange(server: Server, first: number, last: number): Promise<void> {
  const work = async (connection: Connection): Promise<void> => {
    const insert = new BulkInsert(connection, 'filled', 500);
    for (let id = first; id <= last; id++) await insert.add([id, PAYLOAD]);
    await insert.flush();
  };
  return withConnection(server.ports[0], work, DATABASE);
}

/** Inserts rows one by one until the server is killed; returns how many were answered. */
async function writeUntilKilled(server: Server): Promise<number> {
  const connections = await Promise.all(
    Array.from({length: WRITERS}, () => Connection.open({port: server.ports[0], database: DATABASE})),
  );
  const writers = connections.map((connection, i) => writeRows(connection, i * RANGE));
  await pause(LOAD_MS);
  await server.kill();
  const counts = await Promise.all(writers);
  return counts.reduce((sum, count) => sum + count, 0);
}

async function writeRows(connection: Connection, first: number): Promise<number> {
  const statement = await connection.prepare('INSERT INTO written VALUES (?, ?)');
  for (let count = 0; ; count++) {
    try {
      await connection.execute(statement, [first + count, PAYLOAD]);
    } catch {
      return count;
    }
  }
}

function countRows(server: Server, where: string, table: string): Promise<number> {
  return withConnection(
    server.ports[0],
    async connection => {
      const {rows} = await connection.query(`SELECT COUNT(*) FROM ${table} WHERE ${where}`);
      return Number(rows[0][0]);
    },
    DATABASE,
  );
}
