// The other coherence modes under the same tests as fusion: clusters that are short of everything, while primaries and machines die.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Mode, parseMode} from '../cluster/supervisor/modes.ts';
import type {SimRun} from './run.ts';
import {WORKLOADS, type WorkloadName} from './workloads.ts';

const SEEDS = 12;

/** Runs seeds of a workload; returns the runs. */
function runAll(workload: WorkloadName, mode: Mode): SimRun[] {
  return Array.from({length: SEEDS}, (_, i) => {
    const run = WORKLOADS[workload]({seed: i + 1, mode});
    try {
      run.run();
    } catch (error) {
      throw new Error(`${workload} in ${mode}, seed ${i + 1}`, {cause: error});
    }
    return run;
  });
}

function sum(runs: readonly SimRun[], probe: string): number {
  return runs.reduce((total, run) => total + (run.world.allProbes().get(probe) ?? 0), 0);
}

for (const workload of ['bank', 'random'] as const) {
  test(`log-replay: ${workload} while primaries die; changed pages come from storage, never from a buffer pool`, () => {
    const runs = runAll(workload, 'log-replay');
    assert.equal(sum(runs, 'dbp_reads'), 0);
    assert.equal(sum(runs, 'dbp_pushes'), 0);
    assert.ok(sum(runs, 'page_transfers') > 1000, 'pages went from node to node');
    assert.ok(sum(runs, 'storage_reads') > sum(runs, 'page_transfers') / 2, 'and were read from storage there');
  });
}

for (const workload of ['bank', 'random'] as const) {
  test(`optimistic: ${workload} while primaries die; the model's answers hold, what was refused is done again`, () => {
    const runs = runAll(workload, 'optimistic');
    assert.equal(sum(runs, 'page_transfers'), 0);
    assert.ok(sum(runs, 'proposals_stale') > 100, 'pages were proposed in versions that were not the newest');
    assert.ok(sum(runs, 'rebases') > 100, 'and again in the newest');
    assert.ok(sum(runs, 'peer_records_applied') > 1000, 'redo of others was applied to cached pages');
  });
}

test('single-writer: the bank while writers die; replicas take their places, and show whole moments of the past', () => {
  const runs = runAll('bank', 'single-writer');
  const promoted = runs.flatMap(run => run.world.events.filter(event => / promoted /.test(event)));
  assert.ok(promoted.length >= 5, `${promoted.length} promotions`);
  assert.ok(sum(runs, 'replica_records_applied') > 1000, 'redo was applied to cached pages');
});

test('modes go by their names', () => {
  for (const mode of ['fusion', 'log-replay', 'single-writer', 'optimistic']) assert.equal(parseMode(mode), mode);
  assert.throws(() => parseMode('magic'), {
    message: 'there is no mode magic',
    hint: 'choose from fusion, log-replay, single-writer, optimistic',
  });
});
