// The volume against the trivial model, with operations chosen and shrunk by fast-check: a failure prints the shortest history.

import {test} from 'node:test';
import fc from 'fast-check';
import {TestWorld} from '../testing/test-world.ts';
import {checkVolume} from './check.ts';

const NODES = 2;
const node = fc.integer({min: 0, max: NODES - 1});
const page = fc.integer({min: 0, max: 7});

type Operation =
  | {readonly change: readonly number[]; readonly node: number}
  | {readonly flush: number}
  | {readonly mark: number}
  | {readonly read: number}
  | {readonly storage: 'step' | 'maintain' | 'all'}
  | {readonly crash: boolean};

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {weight: 10, arbitrary: fc.record({change: fc.uniqueArray(page, {minLength: 1, maxLength: 3}), node})},
  {weight: 4, arbitrary: fc.record({flush: node})},
  {weight: 1, arbitrary: fc.record({mark: node})},
  {weight: 3, arbitrary: fc.record({read: page})},
  {weight: 3, arbitrary: fc.record({storage: fc.constantFrom('step', 'maintain', 'all')})},
  {weight: 1, arbitrary: fc.record({crash: fc.boolean()})},
);

function start(world: TestWorld): void {
  for (let n = 0; n < NODES; n++) world.start(n);
}

function apply(world: TestWorld, op: Operation): void {
  if ('change' in op) {
    const writer = world.nodes[op.node];
    if (writer !== undefined && !world.change(writer, op.change)) world.volume.maintain();
  } else if ('flush' in op) {
    const writer = world.nodes[op.flush];
    if (writer !== undefined) world.flush(writer);
  } else if ('mark' in op) {
    const stream = world.nodes[op.mark]?.stream;
    stream?.setCheckpoint(stream.durableLsn);
  } else if ('read' in op) world.verifyPage(op.read, false);
  else if ('crash' in op) {
    world.crash(op.crash);
    world.verifyAll();
    start(world);
  } else if (op.storage === 'step') world.volume.checkpointStep();
  else if (op.storage === 'maintain') world.volume.maintain();
  else world.volume.checkpointAll();
}

test('every history of changes, flushes, reads, checkpoints and crashes gives the pages of the model', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 1e6}), fc.array(operation, {maxLength: 120}), (seed, operations) => {
      const world = new TestWorld(seed);
      start(world);
      for (const op of operations) apply(world, op);
      world.verifyAll();
      const {faults} = checkVolume(world.volume);
      if (faults.length > 0) throw new Error(faults.join('; '));
    }),
    {numRuns: 60},
  );
});
