import assert from 'node:assert/strict';
import {test} from 'node:test';
import {workloadNames} from '../../../tools/isolation/workloads/catalog.ts';
import {SqlRun, sqlFromSeed} from './sql-run.ts';

test('every workload of the isolation tool holds on a cluster that loses primaries', () => {
  for (const [i, workload] of workloadNames.entries()) {
    const run = new SqlRun({...sqlFromSeed({seed: 40 + i}), workload});
    run.run();
    assert.ok(run.counts.ok > 10, `${workload}: ${run.counts.ok} operations succeeded`);
  }
});

test('a level that is not kept is found: snapshot isolation is not SERIALIZABLE', () => {
  const convicted = [1, 2, 3, 4, 5, 6].some(seed => {
    const options = {
      ...sqlFromSeed({seed}),
      workload: 'append',
      reads: 'plain',
      level: 1,
      judgedAs: 'serializable',
    } as const;
    try {
      new SqlRun(options).run();
      return false;
    } catch (error) {
      assert.match(String(error), /serializable: refuted by G2-item/);
      return true;
    }
  });
  assert.ok(convicted);
});
