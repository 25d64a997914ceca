// A bulk load: INSERTs of 1,000 rows each into an empty table with one secondary index, each connection its own range of keys.

import {BulkInsert} from '../client/bulk.ts';
import {Connection} from '../client/connection.ts';
import {type Server, withConnection} from '../servers/server.ts';
import {loops, Tally} from './clients.ts';
import type {Sample, Workload} from './workload.ts';

const DATABASE = 'bulk';
const TABLE = `${DATABASE}.rows_loaded`;
const ROWS_PER_STATEMENT = 1000;
/** Keys of one connection lie this far from those of the next. */
const RANGE = 1_000_000_000;
/** Replication gets this long to show everything. */
const LAG_MS_MAX = 10_000;
const C = 'c'.repeat(119);
const PAD = 'p'.repeat(59);

/** Bytes of a row's values, as the table defines them. */
export const ROW_BYTES = 4 + 8 + C.length + PAD.length;

export class BulkLoad implements Workload {
  readonly name = 'bulk_load';
  readonly unit = 'rows/s';
  readonly threads = [1, 8];
  readonly settings = {rowsPerStatement: ROWS_PER_STATEMENT, rowBytes: ROW_BYTES, indexes: 2};

  async prepare(): Promise<void> {}

  async run(server: Server, threads: number, seconds: number): Promise<Sample> {
    await makeTable(server);
    const tally = new Tally();
    const connections = await openAll(server, threads);
    const next = Array.from({length: threads}, (_, i) => i * RANGE);
    const took = await loops(threads, seconds, async loop => {
      const started = performance.now();
      try {
        await insertRows(connections[loop], next[loop]);
        tally.done += ROWS_PER_STATEMENT;
        tally.latencies.add(performance.now() - started);
      } catch (error) {
        tally.survive(error);
      }
      next[loop] += ROWS_PER_STATEMENT;
    });
    await Promise.all(connections.map(connection => connection.close()));
    const missing = await missingRows(server, tally.done);
    const sample = tally.sample(took, {mebibytesPerSecond: (tally.done * ROW_BYTES) / took / 2 ** 20});
    return missing <= 0 ? sample : {...sample, failure: `${missing} rows that were answered are not there`};
  }
}

function openAll(server: Server, count: number): Promise<Connection[]> {
  const {ports} = server;
  return Promise.all(
    Array.from({length: count}, (_, i) => Connection.open({port: ports[i % ports.length], database: DATABASE})),
  );
}

async function makeTable(server: Server): Promise<void> {
  await withConnection(server.ports[0], async connection => {
    await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await connection.query(`CREATE DATABASE ${DATABASE}`);
    await connection.query(
      `CREATE TABLE ${TABLE} (id BIGINT NOT NULL, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, PRIMARY KEY (id), KEY k (k))`,
    );
  });
}

async function insertRows(connection: Connection, first: number): Promise<void> {
  const insert = new BulkInsert(connection, TABLE, ROWS_PER_STATEMENT);
  for (let i = 0; i < ROWS_PER_STATEMENT; i++) {
    await insert.add([first + i, Math.imul(first + i, 2_654_435) & 0x7fff_ffff, C, PAD]);
  }
  await insert.flush();
}

/** Answered rows that the first node does not show, even after a while: nodes that replicate may lag a little. */
function missingRows(server: Server, answered: number): Promise<number> {
  return withConnection(server.ports[0], async connection => {
    let missing = answered;
    for (const end = performance.now() + LAG_MS_MAX; missing > 0 && performance.now() < end; ) {
      const {rows} = await connection.query(`SELECT COUNT(*) FROM ${TABLE}`);
      missing = answered - Number(rows[0][0]);
    }
    return missing;
  });
}
