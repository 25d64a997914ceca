// What a frozen storage node (SIGSTOP) costs the writers of a quorum volume: windows with six nodes and with five, by turns, each time another one is frozen.
//
//   node test/acceptance/frozen-storage.ts [--rounds 4] [--seconds 20] [--clients 8] [--primaries 2] [--shared] [--plain]
//
// Each frozen window is compared with the windows before and after it, so that a machine that gets slower or faster meanwhile does not count; and what is compared is the rate for each
// processor that other programs left, so that these count less. The exit code is 1 when the median of the ratios is below 0.9. Beside the rates: processor time per transaction of the
// primaries' process and of the storage nodes together, and how many processors the others kept busy.
// `--shared`: all clients write one table. `--plain`: storage nodes that run by themselves without a secret; else they are the server's children, and every connection is encrypted.

import {mkdtempSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {machineMs, ownMs, processorMs} from '../../bench/system/process-stats.ts';
import type {Status} from '../../src/cluster/admin/api.ts';
import {Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';
import {signalNodes, startPlainNodes, storagePids} from '../support/storage-nodes.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '4'},
    seconds: {type: 'string', default: '20'},
    clients: {type: 'string', default: '8'},
    primaries: {type: 'string', default: '2'},
    port: {type: 'string'},
    shared: {type: 'boolean', default: false},
    plain: {type: 'boolean', default: false},
  },
});
const WANTED = 0.9;
const WARM_MS = 3000;
/** A node that has been thawed gets so long for what it missed. */
const CATCH_UP_MS = 60_000;
const primaries = Number(options.primaries);
const data = mkdtempSync(join(tmpdir(), 'pando-frozen-'));
const serverData = join(data, 'server');
/** Below it lie the directories of the storage nodes. */
const nodesData = options.plain ? data : serverData;

interface Window {
  readonly rate: number;
  /** Processor time per transaction, milliseconds: of the primaries, of all storage nodes. */
  readonly primary: number;
  readonly storage: number;
  /** Processors that other programs kept busy. */
  readonly others: number;
  /** Transactions per second for each processor that was left. */
  readonly share: number;
}

let going = true;
let done = 0;

async function client(port: number, table: string): Promise<void> {
  const connection = await connect(port, 't');
  while (going) {
    await connection.query(`INSERT INTO ${table} (v) VALUES (REPEAT('x', 150))`);
    done++;
  }
  await connection.end();
}

async function measure(pid: number): Promise<Window> {
  const nodes = [...storagePids(nodesData).values()];
  const read = (): number[] => [done, performance.now(), processorMs([pid]), processorMs(nodes), ownMs(), machineMs()];
  const before = read();
  await pause(Number(options.seconds) * 1000);
  const [count, ms, primary, storage, own, machine] = read().map((value, i) => value - before[i]);
  const others = (machine - primary - storage - own) / ms;
  const rate = (count * 1000) / ms;
  const share = rate / Math.max(0.1, availableParallelism() - others);
  return {rate, primary: primary / count, storage: storage / count, others, share};
}

/** Milliseconds until no node lags by more than what is under way. */
async function caughtUp(server: Server): Promise<number> {
  const begun = performance.now();
  for (;;) {
    await pause(200);
    const {body} = await server.admin('GET', '/status');
    const nodes = (body as Status).storageNodes;
    if (nodes.every(({health, lag}) => health === 'whole' && lag < 1 << 20)) return performance.now() - begun;
    if (performance.now() - begun > CATCH_UP_MS) throw new Error(`still behind: ${JSON.stringify(nodes)}`);
  }
}

function show({rate, primary, storage, others}: Window): string {
  return `${rate.toFixed(0).padStart(5)}/s, processor ms per transaction ${primary.toFixed(2)} + ${storage.toFixed(2)} storage, others ${others.toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function compare(server: Server): Promise<void> {
  const healthy = [await measure(server.pid)];
  console.log(`         six nodes     ${show(healthy[0])}`);
  const ratios: number[] = [];
  for (let round = 1; round <= Number(options.rounds); round++) {
    const node = 1 + ((round - 1) % 6);
    signalNodes(nodesData, [node], 'SIGSTOP');
    const frozen = await measure(server.pid);
    signalNodes(nodesData, [node], 'SIGCONT');
    const catchUp = await caughtUp(server);
    healthy.push(await measure(server.pid));
    ratios.push((2 * frozen.share) / (healthy[round - 1].share + healthy[round].share));
    console.log(
      `round ${round}: node ${node} frozen ${show(frozen)}; caught up ${(catchUp / 1000).toFixed(1)} s after`,
    );
    console.log(`         six nodes     ${show(healthy[round])}; ratio ${ratios[round - 1].toFixed(2)}`);
  }
  const ratio = Number(median(ratios).toFixed(3));
  console.log(JSON.stringify({healthy: Math.round(median(healthy.map(({rate}) => rate))), ratio, wanted: WANTED}));
  process.exitCode = ratio < WANTED ? 1 : 0;
}

const nodes = options.plain ? await startPlainNodes(data) : undefined;
const server = await Server.start({
  primaries,
  data: serverData,
  ...(options.port === undefined ? {} : {port: Number(options.port)}),
  args: ['--volume', 'quorum', ...(nodes === undefined ? [] : ['--storage-nodes', nodes.places])],
});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE t');
  const tables = Array.from({length: Number(options.clients)}, (_, i) => (options.shared ? 'a0' : `a${i}`));
  for (const table of new Set(tables))
    await setup.query(`CREATE TABLE t.${table} (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(200))`);
  await setup.end();
  const clients = tables.map((table, i) => client(server.portOf(1 + (i % primaries)), table));
  await pause(WARM_MS);
  await compare(server);
  going = false;
  await Promise.all(clients);
} finally {
  await server.close();
  nodes?.end();
  rmSync(data, {recursive: true, force: true});
}
