// How much sharing costs, after the experiment of the PolarDB-MP article: each primary has a group of tables of its own, there is one shared
// group, and X % of the transactions go to the shared one, whole. Every primary has the same number of clients, so the load grows
// with the cluster, as there.
//
// On a small machine the throughput of eight primaries says nothing. What does carry over is what one transaction costs: processor
// time of the server process, page transfers, log forces, bells and waits; and how these grow from 1 primary to 8.

import {Connection} from '../client/connection.ts';
import type {Session} from '../group.ts';
import type {Study, StudyRow} from '../report/result.ts';
import {counted, type Server} from '../servers/server.ts';
import {processorMs} from '../system/process-stats.ts';
import {loops, Tally} from '../workloads/clients.ts';
import {MIXES, type Mix, SharedClient} from './shared-client.ts';
import {createTables, fillGroup, SHARED} from './shared-tables.ts';
import {Notebook} from './study.ts';

export const PRIMARIES = [1, 2, 4, 8];
const SHARES = [0, 10, 50, 100];
export const CLIENTS_PER_PRIMARY = 4;

/** Columns of a row, by the counters of the server that they are made of. Per committed transaction. */
const COSTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['transfers', ['page_transfers']],
  ['log forces', ['log_flushes']],
  ['log bytes', ['log_bytes']],
  ['messages', ['bells_sent', 'peer_bells']],
  ['lock bells wait', ['plock_queued']],
  ['waits', ['lock_waits']],
  ['storage reads', ['storage_reads']],
  ['retries', ['proposals_stale', 'proposals_busy']],
]);

export async function sharedDataStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  const {seconds} = session.options;
  for (const primaries of PRIMARIES) {
    await notebook.withStarted(`pando-${primaries}`, server =>
      measureAll(session, server, MIXES, row => notebook.add(compare(row, notebook.rows))),
    );
  }
  return {
    name: 'shared-data',
    title: 'Shared data: costs per transaction, X % of the transactions on tables that all primaries write',
    settings: {clientsPerPrimary: CLIENTS_PER_PRIMARY, seconds, keys: 'uniform'},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

/** Fills the tables of a started server, and measures every mix with every share on it. */
export async function measureAll(
  session: Session,
  server: Server,
  mixes: readonly Mix[],
  add: (row: StudyRow) => void,
): Promise<void> {
  const {seconds, warmupSeconds} = session.options;
  await fill(server);
  for (const mix of mixes) {
    for (const share of SHARES) {
      await runClients(server, mix, share, warmupSeconds);
      add(await measure(server, mix, share, seconds));
    }
  }
}

/** Tables of one primary only. */
export async function fillForOne(server: Server): Promise<void> {
  await createTables(server.ports[0], [SHARED, 0]);
  await fillGroup(server.ports[0], 0);
}

async function fill(server: Server): Promise<void> {
  await createTables(server.ports[0], [SHARED, ...server.ports.keys()]);
  await fillGroup(server.ports[0], SHARED);
  await Promise.all(server.ports.map((port, primary) => fillGroup(port, primary)));
}

/** Runs the clients and returns what a transaction cost. */
async function measure(server: Server, mix: Mix, share: number, seconds: number): Promise<StudyRow> {
  const before = await server.counters();
  const processorBefore = processorMs(server.pids);
  const {tally, took} = await runClients(server, mix, share, seconds);
  const processor = processorMs(server.pids) - processorBefore;
  const changes = counted(before, await server.counters());
  const sample = tally.sample(took);
  const costs = [...COSTS].map(([column, names]) => [
    column,
    names.reduce((sum, name) => sum + (changes[name] ?? 0), 0) / tally.done,
  ]);
  return {
    mix: mix.name,
    'shared %': share,
    primaries: server.ports.length,
    'tx/s': sample.rate,
    'p95 ms': sample.p95Ms,
    errors: sample.errors,
    aborts: sample.errors / tally.done,
    'cpu ms': processor / tally.done,
    ...Object.fromEntries(costs),
  };
}

/** Adds the growth of the processor time against the same load on one primary. */
function compare(row: StudyRow, rows: readonly StudyRow[]): StudyRow {
  const one =
    rows.find(other => other.mix === row.mix && other['shared %'] === row['shared %'] && other.primaries === 1) ?? row;
  return {...row, 'cpu / 1 primary': Number(row['cpu ms']) / Number(one['cpu ms'])};
}

/** Runs the clients of all primaries for a while. */
export async function runClients(
  server: Server,
  mix: Mix,
  share: number,
  seconds: number,
): Promise<{tally: Tally; took: number}> {
  const count = server.ports.length * CLIENTS_PER_PRIMARY;
  const tally = new Tally();
  const clients = await Promise.all(
    Array.from({length: count}, async (_, i) => {
      const primary = i % server.ports.length;
      const connection = await Connection.open({port: server.ports[primary], database: 'shared_data'});
      return new SharedClient(connection, primary, share, i + 1);
    }),
  );
  const took = await loops(count, seconds, loop => clients[loop].transaction(mix, tally));
  await Promise.all(clients.map(client => client.close()));
  return {tally, took};
}
