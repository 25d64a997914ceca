// The promises of the quorum volume, in a deterministic world: the same nodes, streams, readers and master as in production, over simulated disks and messages.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {QuorumWorld} from './testing/quorum-world.ts';

const PAGES = 40;

function start(seed: number, primaries = 2): QuorumWorld {
  const world = new QuorumWorld(seed);
  world.openVolume();
  for (let k = 0; k < primaries; k++) world.startPrimary();
  return world;
}

function work(world: QuorumWorld, steps: number): void {
  for (let k = 0; k < steps; k++) {
    world.work(PAGES);
    world.time.run(0.3);
  }
}

test('what is written is durable at four, and every replica ends up with every page', () => {
  const world = start(1);
  work(world, 600);
  world.verifyAll();
  world.awaitWhole();
  world.verifyReplicas();
  assert.ok(world.acknowledged > 50);
});
