// Write amplification, the first claim of Aurora: bytes and flushes for each transaction, at the primary and in all of storage, under the same load of write_only transactions.
//
//   pando-1          one process: primary, and its volume in a directory
//   pando-quorum-1   primary, and six storage nodes
//   mariadb-replica  doublewrite, binary log, one replica, all durable
//
// Bytes are what the kernel says a process has written (/proc/<pid>/io). Of Pando it is what was handed to the system, for files and sockets: log, images, what a primary sends to its storage nodes, and the answers to
// clients, some tens of bytes each. MariaDB's pages go past the page cache by native aio, which only the count of written memory knows. Flushes are counted by the servers themselves.

import {setTimeout as pause} from 'node:timers/promises';
import type {Session} from '../group.ts';
import type {Study} from '../report/result.ts';
import {counted, type Server} from '../servers/server.ts';
import {type WriteCount, writtenBytes} from '../system/process-stats.ts';
import {MIXES} from './shared-client.ts';
import {CLIENTS_PER_PRIMARY, fillForOne, runClients} from './shared-data.ts';
import {Notebook} from './study.ts';

const SERVERS = ['pando-1', 'pando-quorum-1', 'mariadb-replica'];
/** Background writing goes on for a while after a load, and belongs to it: until nothing has been written for so long, but not for ever. Milliseconds. */
const QUIET_MS = 1500;
const REST_MS = 60_000;
const WRITE_ONLY = MIXES[0];

export async function writeAmplificationStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  const {seconds, warmupSeconds} = session.options;
  for (const name of SERVERS) {
    await notebook.withStarted(name, async server => {
      await fillForOne(server);
      await runClients(server, WRITE_ONLY, 0, warmupSeconds);
      await rest(server);
      notebook.add({server: name, ...(await measure(server, seconds))});
    });
  }
  return {
    name: 'write-amplification',
    title: 'Write amplification: per write_only transaction, primary and all of storage',
    settings: {clients: CLIENTS_PER_PRIMARY, seconds},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

function countOf({name}: Server): WriteCount {
  return name.startsWith('mariadb') ? 'write_bytes' : 'wchar';
}

/** Storage nodes never rest: they gossip, a few hundred bytes a second. */
async function rest(server: Server): Promise<void> {
  const isRestless = countOf(server) === 'wchar';
  const end = performance.now() + (isRestless ? QUIET_MS : REST_MS);
  const written = (): number => writtenBytes(server.pids, countOf(server));
  for (let last = -1; last !== written() && performance.now() < end; ) {
    last = written();
    await pause(QUIET_MS);
  }
}

async function measure(server: Server, seconds: number): Promise<Record<string, number>> {
  const [primary, ...others] = server.pids;
  const count = countOf(server);
  const before = await server.counters();
  const bytes = [writtenBytes([primary], count), writtenBytes(others, count)];
  const {tally, took} = await runClients(server, WRITE_ONLY, 0, seconds);
  await rest(server);
  const changes = counted(before, await server.counters());
  const per = (value: number): number => value / tally.done;
  const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (changes[name] ?? 0), 0);
  return {
    'tx/s': tally.sample(took).rate,
    'log bytes': per(sum(['log_bytes', 'innodb_os_log_written'])),
    'bytes, primary': per(writtenBytes([primary], count) - bytes[0]),
    'bytes, others': per(writtenBytes(others, count) - bytes[1]),
    'flushes, primary': per(sum(['log_flushes', 'innodb_data_fsyncs', 'binlog_group_commits'])),
    'flushes, storage': per(sum(['storage_log_groups', 'replica_fsyncs'])),
  };
}
