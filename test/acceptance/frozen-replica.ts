// What a frozen storage node costs the writers of a quorum volume: throughput with six nodes and with five, in turns, each time another one; then the medians.
//
//   node test/acceptance/frozen-replica.ts --rounds 6 --seconds 5 --clients 8
//
// The exit code is 1 when the median with a frozen node is less than nine tenths of the one without.

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';
import {signalNodes} from '../support/storage-nodes.ts';

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '6'},
    seconds: {type: 'string', default: '5'},
    clients: {type: 'string', default: '8'},
    primaries: {type: 'string', default: '2'},
  },
});
const primaries = Number(options.primaries);
const data = mkdtempSync(join(tmpdir(), 'pando-frozen-'));
const server = await Server.start({primaries, data, args: ['--volume', 'quorum']});
let going = true;
let done = 0;

async function client(port: number): Promise<void> {
  const connection = await connect(port, 't');
  while (going) {
    await connection.query("INSERT INTO a (v) VALUES (REPEAT('x', 150))");
    done++;
  }
  await connection.end();
}

/** Transactions per second in one window. */
async function rate(): Promise<number> {
  const [before, begun] = [done, performance.now()];
  await new Promise(next => setTimeout(next, Number(options.seconds) * 1000));
  return ((done - before) * 1000) / (performance.now() - begun);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE t');
  await setup.query('CREATE TABLE t.a (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(200))');
  await setup.end();
  const clients = Array.from({length: Number(options.clients)}, (_, i) => client(server.portOf(1 + (i % primaries))));
  await rate();
  const healthy: number[] = [];
  const frozen: number[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    healthy.push(await rate());
    const node = 1 + (round % 6);
    signalNodes(data, [node], 'SIGSTOP');
    frozen.push(await rate());
    signalNodes(data, [node], 'SIGCONT');
    console.log(
      `round ${round + 1}: ${healthy.at(-1)?.toFixed(0)}/s with six, ${frozen.at(-1)?.toFixed(0)}/s without node ${node}`,
    );
  }
  going = false;
  await Promise.all(clients);
  const share = median(frozen) / median(healthy);
  console.log(
    JSON.stringify({
      healthy: Math.round(median(healthy)),
      frozen: Math.round(median(frozen)),
      share: Number(share.toFixed(2)),
    }),
  );
  process.exitCode = share < 0.9 ? 1 : 0;
} finally {
  await server.close();
  rmSync(data, {recursive: true, force: true});
}
