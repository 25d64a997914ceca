// The whole engine on six storage nodes: clusters that are short of everything, while primaries, storage nodes and everything die. At the end every node alone has every page.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Mode} from '../cluster/supervisor/modes.ts';
import type {QuorumStorage} from './quorum-storage.ts';
import type {SimRun} from './run.ts';
import {WORKLOADS, type WorkloadName} from './workloads.ts';

/** Faults are made for so long, in milliseconds: enough for some of each. */
const FAULT_MS = 100;

function runSeed(workload: WorkloadName, seed: number, mode: Mode, faultMs = FAULT_MS): {run: SimRun; digest: string} {
  const run = WORKLOADS[workload]({seed, mode, volume: 'quorum', faultMs});
  try {
    return {run, digest: run.run()};
  } catch (error) {
    throw new Error(`${workload} in ${mode} on the quorum volume, seed ${seed}`, {cause: error});
  }
}

const cases: readonly (readonly [WorkloadName, Mode, readonly number[]])[] = [
  ['bank', 'fusion', [6, 8]],
  ['random', 'fusion', [1, 3]],
  ['bank', 'log-replay', [6]],
  ['bank', 'single-writer', [6]],
];

for (const [workload, mode, seeds] of cases) {
  test(`${workload}, ${mode}: storage nodes fail, and what is acknowledged is there on each of them`, () => {
    const runs = seeds.map(seed => runSeed(workload, seed, mode).run);
    const struck = runs.flatMap(({world}) =>
      world.events.filter(event => / storage: (power|kill|wipe|flip|freeze|cut|crash)/.test(event)),
    );
    assert.ok(struck.length >= 1, `storage nodes were struck ${struck.length} times`);
  });
}

test('the same seed is the same run, to the last byte of every node', () => {
  assert.equal(runSeed('bank', 8, 'fusion', 30).digest, runSeed('bank', 8, 'fusion', 30).digest);
});

test('a replica with other bytes is found', () => {
  const {run} = runSeed('random', 1, 'fusion', 30);
  assert.deepEqual(run.world.storage.check(), []);
  const replica = (run.world.storage as QuorumStorage).nodes.storage.get(3)?.node?.replicas.get(0);
  assert.ok(replica !== undefined);
  const read = replica.read.bind(replica);
  replica.read = (pageNo, needs) => {
    const status = read(pageNo, needs);
    if (pageNo === 1) replica.result[30] ^= 4;
    return status;
  };
  assert.match(run.world.storage.check().join(), /page \d+: node 3/);
});
