import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {DIRECTORY_FULL, GRANTED, WAITING} from '../api.ts';
import {Message} from '../mailbox.ts';
import {EntryField} from '../memory/layout.ts';
import {NONE, S, type TestNode, World, X} from '../testing/world.ts';
import {holdersOf} from './entries.ts';

test('a page lock is kept until it is recalled, and passes first in, first out', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const entry = a.hold(7, X);
  assert.equal(b.fusion.pages.acquire(7, X), WAITING);
  assert.equal(c.fusion.pages.acquire(7, S), WAITING);
  assert.deepEqual(a.poll(), ['recalled 7 #1', 'recalled 7 #1']);
  assert.ok(a.fusion.pages.isWanted(entry));
  a.fusion.pages.release(entry, NONE);
  assert.deepEqual(c.poll(), [], 'c asked after b');
  assert.deepEqual(b.poll(), ['granted 7', 'recalled 7 #2']);
  b.fusion.pages.release(b.hold(7, X), NONE);
  assert.deepEqual(c.poll(), ['granted 7']);
  world.check();
});

test('adjacent S waiters are granted together, and an S behind a queued X waits', () => {
  const world = new World();
  const [a, b, c, d] = world.start(4);
  const entry = a.hold(7, S);
  assert.equal(b.fusion.pages.acquire(7, X), WAITING);
  assert.equal(c.fusion.pages.acquire(7, S), WAITING, 'else a stream of readers starves the writer');
  assert.equal(d.fusion.pages.acquire(7, S), WAITING);
  a.fusion.pages.release(entry, NONE);
  assert.deepEqual(b.poll(), ['granted 7', 'recalled 7 #2']);
  b.fusion.pages.release(b.hold(7, X), NONE);
  assert.deepEqual(c.poll(), ['granted 7']);
  assert.deepEqual(d.poll(), ['granted 7']);
  world.check();
});

test('X is given down to S: the readers come in, the writer keeps S', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const entry = a.hold(7, X);
  b.fusion.pages.acquire(7, S);
  c.fusion.pages.acquire(7, X);
  a.fusion.pages.release(entry, S);
  assert.equal(a.fusion.pages.heldMode(entry), S);
  assert.deepEqual(b.poll(), ['granted 7', 'recalled 7 #2']);
  assert.deepEqual(c.poll(), []);
  a.fusion.pages.release(entry, NONE);
  b.fusion.pages.release(entry, NONE);
  assert.deepEqual(c.poll(), ['granted 7']);
  world.check();
});

test('S6: two nodes that hold S and both want X do not deadlock', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = a.hold(7, S);
  b.hold(7, S);
  assert.equal(a.fusion.pages.acquire(7, X), WAITING);
  assert.equal(b.fusion.pages.acquire(7, X), WAITING);
  assert.deepEqual(b.poll(), ['recalled 7 #2']);
  b.fusion.pages.release(entry, NONE);
  assert.deepEqual(
    a.poll().filter(event => event.startsWith('granted')),
    ['granted 7'],
  );
  assert.equal(a.fusion.pages.heldMode(entry), X);
  a.fusion.pages.release(entry, NONE);
  assert.deepEqual(b.poll(), ['granted 7']);
  assert.equal(b.fusion.pages.heldMode(entry), X);
  world.check();
});

test('S6: bells that name another grant are ignored, repeated ones do no harm', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = a.hold(7, X);
  b.fusion.pages.acquire(7, X);
  a.fusion.pages.release(entry, NONE);
  a.fusion.pages.acquire(7, X);
  assert.deepEqual(a.poll(), [], 'the recall of grant 1 came too late');
  b.poll();
  b.fusion.pages.release(entry, NONE);
  b.fusion.pages.acquire(7, S);
  const {mailbox} = b.fusion.attachment;
  mailbox.send(a.node, Message.recall, 7, 1);
  mailbox.send(a.node, Message.recall, 7, 2);
  mailbox.send(a.node, Message.grant, 7, 1);
  assert.deepEqual(a.poll(), ['granted 7', 'recalled 7 #3', 'recalled 7 #3'], 'only bells of grant 3 count');
  world.check();
});

test('S6: a lost bell is made good by asking again', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = a.hold(7, X);
  b.fusion.pages.acquire(7, S);
  a.fusion.attachment.mailbox.receive(); // lost
  assert.deepEqual(a.poll(), []);
  b.fusion.pages.acquire(7, S);
  assert.deepEqual(a.poll(), ['recalled 7 #1']);
  a.fusion.pages.release(entry, NONE);
  b.fusion.attachment.mailbox.receive(); // lost
  assert.equal(b.fusion.pages.acquire(7, S), GRANTED, 'the grant is in the memory');
});

test('a withdrawn request lets those behind it in', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  a.hold(7, S);
  b.fusion.pages.acquire(7, X);
  c.fusion.pages.acquire(7, S);
  b.fusion.pages.cancel(7);
  assert.deepEqual(c.poll(), ['granted 7']);
  b.fusion.pages.cancel(7);
  b.fusion.pages.cancel(8);
  world.check();
});

test('S7: a full ring blocks nobody, and the bells arrive later', () => {
  const world = new World({ringCapacity: 2, directoryEntries: 64});
  const [a, b] = world.start(2);
  for (let page = 0; page < 10; page++) a.hold(page, X);
  for (let page = 0; page < 10; page++) assert.equal(b.fusion.pages.acquire(page, X), WAITING);
  for (let page = 0; page < 10; page++) assert.equal(b.fusion.pages.acquire(page, X), WAITING);
  assert.ok(b.fusion.hasMail(), 'bells wait to be sent: the node must be polled');
  const recalled = new Set<string>();
  for (let i = 0; i < 10; i++) {
    for (const event of a.poll()) recalled.add(event);
    b.poll();
  }
  assert.equal(recalled.size, 10);
  assert.ok(!b.fusion.hasMail());
  assert.ok((b.fusion.counters().get('bells_delayed') ?? 0) > 0);
});

test('S3: a page stays wanted until the waiter is served or gone, for every look', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const entry = a.hold(7, X);
  assert.ok(!a.fusion.pages.isWanted(entry));
  b.fusion.pages.acquire(7, S);
  assert.ok(a.fusion.pages.isWanted(entry));
  a.poll();
  assert.ok(a.fusion.pages.isWanted(entry), 'the bell was heard, the truth is unchanged');
  assert.equal(b.fusion.counters().get('plock_queued'), 1);
  b.fusion.pages.acquire(7, S);
  assert.equal(b.fusion.counters().get('plock_queued'), 1, 'asking again is no second request');
  b.fusion.pages.cancel(7);
  assert.ok(!a.fusion.pages.isWanted(entry));
  assert.equal(a.fusion.counters().get('plock_handovers'), 0);
});

test('a full directory makes room from pages that nobody needs, else says so', () => {
  const world = new World({directoryEntries: 4});
  const [a] = world.start(1);
  for (let page = 0; page < 4; page++) a.hold(page, S);
  assert.equal(a.fusion.pages.acquire(9, S), DIRECTORY_FULL);
  a.fusion.pages.release(a.hold(2, S), NONE);
  a.hold(9, S);
  assert.equal(a.fusion.counters().get('directory_dropped'), 1);
  world.check();
});

test('K3: an entry whose LSN storage has not confirmed is not dropped', () => {
  const world = new World({directoryEntries: 1});
  const [a] = world.start(1);
  const entry = a.hold(1, X);
  a.fusion.pages.setNewest(entry, 500, 1, 80);
  a.fusion.pages.release(entry, NONE);
  assert.equal(a.fusion.pages.acquire(2, S), DIRECTORY_FULL);
  a.fusion.confirm(79);
  assert.equal(a.fusion.pages.acquire(2, S), DIRECTORY_FULL);
  assert.equal(a.fusion.pages.newestLlsn(entry), 500);
  assert.deepEqual([a.fusion.pages.needStream(entry), a.fusion.pages.needLsn(entry)], [1, 80]);
  a.fusion.confirm(80);
  a.hold(2, S);
});

test('an object version never comes back with another meaning', () => {
  const world = new World({directoryEntries: 1});
  const [a, b] = world.start(2);
  const entry = a.hold(0xf000_0001, X);
  a.fusion.pages.setObjectVersion(entry, 7);
  a.fusion.pages.release(entry, NONE);
  b.fusion.pages.release(b.hold(5, S), NONE); // drives the entry out
  const again = b.hold(0xf000_0001, X);
  assert.ok(b.fusion.pages.objectVersion(again) >= 7);
});

test('tickets and grant numbers may wrap', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const entry = a.hold(7, X);
  const {entries} = a.fusion.attachment.directory;
  entries.set(entry, EntryField.ticketCounter, 0x7fff_fff8);
  entries.set(entry, EntryField.grantCounter, 0x7fff_ffff);
  b.fusion.pages.acquire(7, X);
  c.fusion.pages.acquire(7, X);
  a.fusion.pages.release(entry, NONE);
  assert.equal(b.fusion.pages.heldMode(entry), X);
  world.check();
});

/** One random step of a node on one of three pages. */
function step(node: TestNode, page: number, action: number): void {
  const {pages} = node.fusion;
  const {directory} = node.fusion.attachment;
  const entry = directory.find(directory.bucketOf(page), page);
  const held = entry < 0 ? NONE : pages.heldMode(entry);
  if (action === 0) pages.acquire(page, S);
  else if (action === 1) pages.acquire(page, X);
  else if (action === 2) pages.cancel(page);
  else if (action === 3 && held !== NONE) pages.release(entry, NONE);
  else if (action === 4 && held === X) pages.release(entry, S);
  else node.poll();
}

test('I1 and the queues hold after every step of any run, and everybody is served in the end', () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.nat(5)), {maxLength: 60});
  fc.assert(
    fc.property(steps, run => {
      const world = new World();
      const nodes = world.start(4);
      for (const [node, page, action] of run) {
        step(nodes[node], page, action);
        world.check();
      }
      for (let i = 0; i < 12; i++) {
        for (const node of nodes) for (let page = 0; page < 3; page++) step(node, page, 3);
      }
      const {directory} = world.supervisor;
      for (let page = 0; page < 3; page++) {
        const entry = directory.find(directory.bucketOf(page), page);
        if (entry >= 0) assert.equal(holdersOf(directory.entries.lock(entry)), 0, 'all were served and let go');
      }
    }),
    {numRuns: 200},
  );
});
