// Whole-volume tests against the model: random work, crashes at every disk operation, recovery.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SimCrash} from '../../sim/sim-disk.ts';
import {TestWorld} from '../testing/test-world.ts';
import {checkVolume} from './check.ts';

function run(world: TestWorld, steps: number, pages: number): void {
  for (let i = 0; i < steps; i++) world.step(pages);
}

/** Works until the planned crash strikes. */
function runIntoCrash(world: TestWorld, steps: number, pages: number): void {
  try {
    run(world, steps, pages);
  } catch (error) {
    if (!(error instanceof SimCrash)) throw error;
  }
}

function assertSound(world: TestWorld): void {
  world.verifyAll();
  assert.deepEqual(checkVolume(world.volume).faults, []);
}

test('pages equal the model while nodes write, flush and hand pages over', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const world = new TestWorld(seed);
    for (let node = 0; node < 3; node++) world.start(node);
    run(world, 1200, 40);
    assertSound(world);
    world.volume.checkpointAll();
    assertSound(world);
  }
});

test('a crash at any operation loses nothing acknowledged and shows nothing beyond the end', () => {
  const struck = new Map<string, number>();
  for (let k = 1; k <= 240; k++) {
    const world = new TestWorld(k);
    world.start(0);
    world.start(1);
    run(world, (k % 5) * 100, 12);
    world.disk.crashAfter(1 + Math.floor(k * 1.5));
    runIntoCrash(world, 800, 12);
    const where = world.disk.crashedIn.replace(/\d{6,}/g, 'N');
    struck.set(where, (struck.get(where) ?? 0) + 1);
    // After a rename the process dies but the machine does not, so that the next life sees names that are not durable.
    world.crash(k % 3 !== 0 && !where.startsWith('rename'));
    assertSound(world);
    world.start(2);
    run(world, 40, 12);
    world.crash(true);
    assertSound(world);
  }
  // Each kind of step must have been struck, else the loop above shows nothing about it.
  for (const step of [
    'write v/redo/N-N.redo',
    'rename v/redo/new.redo',
    'sync v/redo',
    'write v/incarnations.log',
    'sync v/incarnations.log',
    'write v/images/N.images',
    'sync v/images/N.images',
    'write v/index.log',
    'sync v/index.log',
    'write v/index.log.new',
    'rename v/index.log.new',
  ]) {
    assert.ok(struck.has(step), `no crash in: ${step}; struck: ${[...struck.keys()].join(', ')}`);
  }
});

test('a crash at any operation of opening and recovery is survived by the next opening', () => {
  let struck = 0;
  for (let k = 1; k <= 60; k++) {
    const world = new TestWorld(k);
    world.start(0);
    world.start(1);
    run(world, 150, 12);
    world.disk.crash();
    world.disk.crashAfter(k % 20);
    try {
      world.reopen();
    } catch (error) {
      if (!(error instanceof SimCrash)) throw error;
      struck++;
    }
    world.crash(k % 2 === 0);
    assertSound(world);
  }
  assert.ok(struck > 40, `only ${struck} crashes struck`);
});
