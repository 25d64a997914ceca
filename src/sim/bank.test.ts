// The bank on two and more primaries while they die: nothing acknowledged is lost, nothing is there by half, every snapshot shows the same total.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {WORKLOADS} from './workloads.ts';

const SEEDS = 16;

test(`${SEEDS} banks on clusters that are short of everything, while primaries die`, () => {
  let faults = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = WORKLOADS.bank({seed});
    try {
      run.run();
    } catch (error) {
      throw new Error(`bank, seed ${seed}`, {cause: error});
    }
    for (const count of Object.values(run.faults)) faults += count;
  }
  assert.ok(faults > SEEDS, `only ${faults} faults were made`);
});

test('the same seed twice is the same run to the last durable byte, another seed is not', () => {
  const digest = (seed: number): string => WORKLOADS.bank({seed}).run();
  const first = digest(3);
  assert.equal(digest(3), first);
  assert.notEqual(digest(4), first);
});
