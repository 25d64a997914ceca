// Measures the processor times of the cost model (cost-model.ts), and prints each with what it was made of.
//
//   node bench/projection/measure.ts [--seconds 2] [--rounds 5]
//
// Statements: processor time of the server's process, all threads, per transaction of the shared-data load (prepared statements over loopback) on one primary; what it needs without clients is taken off. Parts: loops
// in this process. Processor time, not elapsed time; and the least of a few rounds, for other programs on the machine only ever add to it (cold caches).

import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {Worker} from 'node:worker_threads';
import {FrameTable} from '../../src/engine/pool/frame-table.ts';
import {Memory} from '../../src/format/memory.ts';
import {redoFault, redoLength, redoPageNo} from '../../src/format/redo/read.ts';
import {AtomicBells, bellBytes} from '../../src/os/bells.ts';
import {NodeDisk} from '../../src/os/disk.ts';
import {Connection} from '../client/connection.ts';
import {nanoseconds} from '../micro/measure.ts';
import {filledPage, redoMicros, writeChange} from '../micro/redo.ts';
import {table} from '../report/table.ts';
import {Pando} from '../servers/pando.ts';
import {counted} from '../servers/server.ts';
import {ALL_MIXES} from '../studies/shared-client.ts';
import {CLIENTS_PER_PRIMARY, fillForOne, runClients} from '../studies/shared-data.ts';
import {endAll} from '../system/children.ts';
import {processorMs} from '../system/process-stats.ts';
import {makeScratch, type Scratch} from '../system/scratch.ts';
import {loops} from '../workloads/clients.ts';
import type {ProcessorTimes} from './cost-model.ts';

const {values: options} = parseArgs({
  options: {seconds: {type: 'string', default: '2'}, rounds: {type: 'string', default: '5'}},
});
const seconds = Number(options.seconds);
const ROUNDS = Number(options.rounds);
const PAGE = 16384;
const SYNCS = 400;
const SYNC_BYTES = 1024;
const RINGS = 5000;
const [READ_ONLY, WRITE_ONLY] = ALL_MIXES;
/** Statements of these mixes without BEGIN and COMMIT. */
const READS = READ_ONLY.pointSelects + 1;
const WRITES = 4;

interface Part {
  readonly name: keyof ProcessorTimes;
  readonly ms: number;
  readonly source: string;
}

/** Processor time of this process for one of `count` things, milliseconds. */
async function own(count: number, run: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await run();
    const {user, system} = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000 / count);
  }
  return least;
}

/** A durable write of a primary: one hop through the thread pool (src/storage/local/redo-stream.ts). */
async function logForce(scratch: Scratch): Promise<Part> {
  const disk = new NodeDisk();
  const file = disk.openSync(`${scratch.make('force')}/log`, {create: true, durableWrites: true});
  file.allocateSync(SYNCS * SYNC_BYTES);
  const bytes = new Uint8Array(SYNC_BYTES);
  const ms = await own(SYNCS, async () => {
    for (let i = 0; i < SYNCS; i++) await new Promise(done => file.write(bytes, 0, SYNC_BYTES, i * SYNC_BYTES, done));
  });
  file.closeSync();
  return {name: 'logForce', ms, source: `${SYNCS} durable writes of ${SYNC_BYTES} bytes, one after the other`};
}

/** A bell from one sleeping thread to another, both ends. */
async function message(): Promise<Part> {
  const memory = new SharedArrayBuffer(bellBytes(2));
  const bells = new AtomicBells(memory);
  const worker = new Worker(new URL('./bell-worker.ts', import.meta.url), {workerData: memory});
  await new Promise(done => worker.once('online', done));
  const rounds = (count: number): Promise<void> =>
    new Promise(done => {
      let left = count;
      bells.listen(0, () => {
        if (--left > 0) bells.ring(1);
        else {
          bells.close(0);
          done();
        }
      });
      bells.ring(1);
    });
  // A thread that waits at a bell only does not keep the process alive.
  const alive = setInterval(() => {}, 1000);
  await rounds(2000);
  const ms = (await own(RINGS, () => rounds(RINGS))) / 2;
  clearInterval(alive);
  await worker.terminate();
  return {name: 'messageProcessor', ms, source: `${RINGS} bells there and back between two sleeping threads, halved`};
}

/** Applying a record, from the micro-benchmark of redo. */
function applyRecord(): Part {
  const [encode, both] = redoMicros();
  return {
    name: 'applyRecord',
    ms: (both.figure - encode.figure) / 1e6 + passOverRecord().ms,
    source: 'micro-benchmark: encode and apply, less encode; and finding the page',
  };
}

/** Looking at a record whose page is not cached: its checks, its page number, a look into the pool's table. */
function passOverRecord(): Part {
  const records = new Memory(new ArrayBuffer(1 << 16));
  const page = filledPage();
  let end = 0;
  for (let i = 0; end + 512 < records.size; i++) end += writeChange(records, end, page, i);
  const pool = new FrameTable(4096);
  for (let pageNo = 100; pageNo < 4000; pageNo++) pool.add(pageNo, pageNo);
  const ns = nanoseconds(count => {
    let found = 0;
    for (let i = 0, at = 0; i < count; i++) {
      if (at >= end) at = 0;
      if (redoFault(records, at, end) === undefined) found += pool.find(redoPageNo(records, at));
      at += redoLength(records, at);
    }
    return found;
  });
  return {name: 'passOverRecord', ms: ns / 1e6, source: 'loop over records of updates: check, page number, look-up'};
}

/** What a primary does with a page that has come from storage, beside two bells: it copies it into a frame. */
function storageRead(bell: Part): Part {
  const from = new Memory(new SharedArrayBuffer(64 * PAGE));
  const to = new Memory(new SharedArrayBuffer(64 * PAGE));
  const ns = nanoseconds(count => {
    for (let i = 0; i < count; i++)
      to.buffer.set(from.buffer.subarray((i & 63) * PAGE, ((i & 63) + 1) * PAGE), (i & 63) * PAGE);
    return to.bytes[0];
  });
  return {
    name: 'storageRead',
    ms: ns / 1e6 + bell.ms,
    source: `copy of a page of ${PAGE} bytes, and a bell at each end`,
  };
}

/** Processor time of the server for one of what `run` counts, and its log forces for one; less what it needs when idle. */
async function served(
  server: Pando,
  idle: number,
  run: () => Promise<number>,
): Promise<{readonly ms: number; readonly forces: number}> {
  let least = {ms: Number.POSITIVE_INFINITY, forces: 0};
  for (let round = 0; round < ROUNDS; round++) {
    const before = await server.counters();
    const [processor, started] = [processorMs(server.pids), performance.now()];
    const done = await run();
    const took = performance.now() - started;
    const ms = (processorMs(server.pids) - processor - idle * took) / done;
    if (ms < least.ms) least = {ms, forces: (counted(before, await server.counters()).log_flushes ?? 0) / done};
  }
  return least;
}

async function emptyTransactions(port: number): Promise<number> {
  let done = 0;
  const clients = await Promise.all(Array.from({length: CLIENTS_PER_PRIMARY}, () => Connection.open({port})));
  await loops(clients.length, seconds, async loop => {
    await clients[loop].query('BEGIN');
    await clients[loop].query('COMMIT');
    done++;
  });
  await Promise.all(clients.map(client => client.close()));
  return done;
}

async function statements(scratch: Scratch, force: Part): Promise<Part[]> {
  const server = await Pando.make('pando-1', {scratch, bufferMiB: 256});
  try {
    await server.start();
    await fillForOne(server);
    const mixed = (mix: typeof READ_ONLY) => async (): Promise<number> =>
      (await runClients(server, mix, 0, seconds)).tally.done;
    await mixed(READ_ONLY)();
    await mixed(WRITE_ONLY)();
    const processor = processorMs(server.pids);
    await pause(3000);
    const idle = (processorMs(server.pids) - processor) / 3000;
    const empty = await served(server, idle, () => emptyTransactions(server.ports[0]));
    const reading = await served(server, idle, mixed(READ_ONLY));
    const writing = await served(server, idle, mixed(WRITE_ONLY));
    const forces = writing.forces * force.ms;
    return [
      {name: 'transaction', ms: empty.ms, source: 'BEGIN and COMMIT with nothing between them'},
      {
        name: 'readStatement',
        ms: (reading.ms - empty.ms) / READS,
        source: `read_only: (${reading.ms.toFixed(3)} ms a transaction, less BEGIN and COMMIT) / ${READS} statements`,
      },
      {
        name: 'writeStatement',
        ms: (writing.ms - empty.ms - forces) / WRITES,
        source: `write_only: (${writing.ms.toFixed(3)} ms a transaction, less BEGIN and COMMIT, less ${writing.forces.toFixed(2)} log forces) / ${WRITES} statements`,
      },
    ];
  } finally {
    await server.stop();
  }
}

const scratch = makeScratch();
try {
  const force = await logForce(scratch);
  const bell = await message();
  const parts = [
    ...(await statements(scratch, force)),
    applyRecord(),
    passOverRecord(),
    storageRead(bell),
    force,
    bell,
  ];
  console.log(
    table([['processor time', 'ms', 'from'], ...parts.map(({name, ms, source}) => [name, ms.toPrecision(2), source])]),
  );
} finally {
  await endAll();
  scratch.remove();
}
