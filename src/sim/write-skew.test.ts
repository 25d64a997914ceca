// SERIALIZABLE on several primaries, while they die: no write skew.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {WORKLOADS} from './workloads.ts';

const SEEDS = 10;

test(`${SEEDS} clusters of SERIALIZABLE transactions never leave a ward without a doctor`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = WORKLOADS.skew({seed});
    try {
      run.run();
    } catch (error) {
      throw new Error(`skew, seed ${seed}`, {cause: error});
    }
    assert.ok(run.world.time.steps > 0);
  }
});
