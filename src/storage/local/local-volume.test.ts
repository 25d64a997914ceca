import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SimCrash} from '../../sim/sim-disk.ts';
import {TestWorld} from './test-world.ts';

function run(world: TestWorld, steps: number, pages: number): void {
  for (let i = 0; i < steps; i++) world.step(pages);
}

test('pages equal the model while nodes write, flush and hand pages over', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const world = new TestWorld(seed);
    for (let node = 0; node < 3; node++) world.start(node);
    run(world, 1500, 40);
    world.verifyAll();
    assert.deepEqual([...world.volume.damages], []);
  }
});

test('a crash at every operation loses nothing acknowledged and shows nothing beyond the end', () => {
  for (let k = 3; k < 400; k += 3) {
    const world = new TestWorld(k);
    try {
      world.start(0);
      world.start(1);
      run(world, 60, 12);
      world.disk.crashAfter(k);
      run(world, 400, 12);
    } catch (error) {
      if (!(error instanceof SimCrash)) throw error;
    }
    world.crash(k % 4 !== 0);
    world.verifyAll();
    world.start(2);
    run(world, 50, 12);
    world.crash(true);
    world.verifyAll();
  }
});
