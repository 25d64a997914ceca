// sysbench through all primaries at the same time: prepare, then every workload; no error but 1213, and a clean check after.
//
//   node test/acceptance/sysbench.ts --primaries 2 --seconds 10 --threads 8 [--mode log-replay|single-writer|optimistic] [--volume quorum]

import {spawn} from 'node:child_process';
import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';

const WORKLOADS = [
  'point_select',
  'read_only',
  'read_write',
  'write_only',
  'update_index',
  'update_non_index',
  'insert',
  'delete',
];

const {values: options} = parseArgs({
  options: {
    mode: {type: 'string', default: 'fusion'},
    volume: {type: 'string', default: 'local'},
    primaries: {type: 'string', default: '2'},
    seconds: {type: 'string', default: '10'},
    threads: {type: 'string', default: '8'},
    tables: {type: 'string', default: '4'},
    size: {type: 'string', default: '25000'},
    only: {type: 'string'},
  },
});
const primaries = Number(options.primaries);
/** What a read replica answers too. */
const READS = ['point_select', 'read_only'];

/** Port for the n-th of the runs side by side; in single-writer mode what writes goes where the writer is. */
function portFor(server: Server, workload: string, run: number): number {
  return server.portOf(options.mode === 'single-writer' && !READS.includes(workload) ? 0 : run);
}

function sysbench(
  workload: string,
  command: string,
  port: number,
  threads: number,
): Promise<{code: number | null; output: string}> {
  const args = [
    `oltp_${workload}`,
    '--db-driver=mysql',
    '--mysql-host=127.0.0.1',
    `--mysql-port=${port}`,
    '--mysql-user=root',
    '--mysql-db=sbtest',
    `--tables=${options.tables}`,
    `--table-size=${options.size}`,
    `--threads=${threads}`,
    `--time=${options.seconds}`,
    '--mysql-ignore-errors=1213',
    command,
  ];
  return new Promise(done => {
    const child = spawn('sysbench', args, {stdio: ['ignore', 'pipe', 'pipe']});
    let output = '';
    child.stdout.on('data', bytes => (output += bytes));
    child.stderr.on('data', bytes => (output += bytes));
    child.once('exit', code => done({code, output}));
  });
}

function figure(output: string, pattern: RegExp): string {
  return pattern.exec(output)?.[1] ?? '?';
}

const server = await Server.start({primaries, args: ['--mode', options.mode, '--volume', options.volume]});
let failed = false;
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE sbtest');
  await setup.end();
  const prepared = await sysbench('read_write', 'prepare', server.portOf(1), 1);
  if (prepared.code !== 0) throw new Error(`prepare failed:\n${prepared.output}`);
  console.log('prepared');
  for (const workload of options.only === undefined ? WORKLOADS : options.only.split(',')) {
    const threads = Math.max(1, Math.floor(Number(options.threads) / primaries));
    const runs = await Promise.all(
      Array.from({length: primaries}, (_, i) => sysbench(workload, 'run', portFor(server, workload, i + 1), threads)),
    );
    for (const [i, {code, output}] of runs.entries()) {
      const tps = figure(output, /transactions:\s+\d+\s+\(([\d.]+) per sec/);
      const ignored = figure(output, /ignored errors:\s+(\d+)/);
      const p95 = figure(output, /95th percentile:\s+([\d.]+)/);
      console.log(`${workload.padEnd(18)} primary ${i + 1}: ${tps} tps, p95 ${p95} ms, 1213: ${ignored}`);
      if (code !== 0) {
        failed = true;
        console.error(output);
      }
    }
  }
  for (const violation of await server.check()) {
    failed = true;
    console.error(violation);
  }
} finally {
  await server.close();
}
console.log(failed ? 'FAILED' : 'clean');
if (failed) process.exitCode = 1;
