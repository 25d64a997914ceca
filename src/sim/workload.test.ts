// Random statements against a model, on primaries that die, stand still and come back, over disks that fail.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {REGRESSIONS} from './regressions.ts';
import {WORKLOADS} from './workloads.ts';

const SEEDS = 36;
/** Paths that these seeds must come by. Figures of the primaries. */
const PROBES = ['page_splits', 'pages_merged', 'ordered_acquisitions', 'deadlocks', 'undo_seals', 'directory_dropped'];

test(`${SEEDS} random workloads agree with the model, and come by the rare paths`, () => {
  const probes = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = WORKLOADS.random({seed});
    try {
      run.run();
    } catch (error) {
      throw new Error(`random, seed ${seed}`, {cause: error});
    }
    for (const [name, count] of run.world.allProbes()) probes.set(name, (probes.get(name) ?? 0) + count);
  }
  for (const name of PROBES) assert.ok((probes.get(name) ?? 0) > 0, `no seed came by ${name}`);
});

test('the same seed twice is the same run to the last durable byte', () => {
  const digest = (): string => WORKLOADS.random({seed: 5}).run();
  assert.equal(digest(), digest());
});

for (const {workload, seed, faultMs, found} of REGRESSIONS) {
  test(`regression: ${found}`, () => void WORKLOADS[workload]({seed, faultMs}).run());
}
