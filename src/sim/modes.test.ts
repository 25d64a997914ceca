// The other coherence modes under the same tests as fusion: clusters that are short of everything, while primaries and machines die.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseMode} from '../cluster/supervisor/modes.ts';
import type {SimRun} from './run.ts';
import {WORKLOADS, type WorkloadName} from './workloads.ts';

const SEEDS = 12;

/** Runs seeds of a workload; returns the runs. */
function runAll(workload: WorkloadName): SimRun[] {
  return Array.from({length: SEEDS}, (_, i) => {
    const run = WORKLOADS[workload]({seed: i + 1, mode: 'log-replay'});
    try {
      run.run();
    } catch (error) {
      throw new Error(`${workload} in log-replay, seed ${i + 1}`, {cause: error});
    }
    return run;
  });
}

function sum(runs: readonly SimRun[], probe: string): number {
  return runs.reduce((total, run) => total + (run.world.allProbes().get(probe) ?? 0), 0);
}

for (const workload of ['bank', 'random'] as const) {
  test(`log-replay: ${workload} while primaries die; changed pages come from storage, never from a buffer pool`, () => {
    const runs = runAll(workload);
    assert.equal(sum(runs, 'dbp_reads'), 0);
    assert.equal(sum(runs, 'dbp_pushes'), 0);
    assert.ok(sum(runs, 'page_transfers') > 1000, 'pages went from node to node');
    assert.ok(sum(runs, 'storage_reads') > sum(runs, 'page_transfers') / 2, 'and were read from storage there');
  });
}

test('a mode that is not built is refused by its name', () => {
  assert.equal(parseMode('log-replay'), 'log-replay');
  assert.throws(() => parseMode('optimistic'), {name: 'OperatingError', message: '--mode optimistic is not built yet'});
  assert.throws(() => parseMode('magic'), {
    message: 'there is no mode magic',
    hint: 'choose from fusion, log-replay, single-writer',
  });
});
