import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {interleave} from '../../testing/atomics-hook.ts';
import {WAIT_DEADLOCK, WAIT_ENDED, WAIT_FULL, WaitKind} from '../api.ts';
import {type TestNode, World} from '../testing/world.ts';

/** `waiter`'s transaction waits for `holder`'s, on a row of this key hash. */
function wait(
  waiter: TestNode,
  slot: number,
  holder: TestNode,
  holderSlot: number,
  resource: number,
  weight = 1,
): number {
  const {incarnation, transactions} = holder.fusion;
  const version = transactions.slotVersion(holderSlot);
  return waiter.fusion.locks.registerWait(slot, incarnation, holderSlot, version, resource, weight);
}

test('a waiter is woken when the holder ends, committed or rolled back', () => {
  const world = new World();
  const [a, b] = world.start(2);
  for (const end of ['commit', 'abort']) {
    const holder = a.begin();
    const waiter = b.begin();
    const id = wait(b, waiter, a, holder, 42);
    assert.ok(id > 0);
    world.check();
    if (end === 'abort') a.fusion.transactions.abortSlot(holder);
    else a.fusion.transactions.commitSlot(holder);
    assert.deepEqual(b.poll(), [], 'not before the end');
    a.fusion.transactions.endSlot(holder);
    assert.deepEqual(b.poll(), [`woken ${id}`]);
    b.fusion.locks.cancelWait(id);
    b.commit(waiter);
    world.check();
  }
});

test('S2: a holder that ends anywhere in the middle of the registration is noticed', () => {
  for (let k = 0; ; k++) {
    const world = new World();
    const [a, b] = world.start(2);
    const holder = a.begin();
    const waiter = b.begin();
    let id = 0;
    let isSkipped = false;
    const more = interleave(
      k,
      () => (id = wait(b, waiter, a, holder, 42)),
      () => {
        a.fusion.transactions.commitSlot(holder);
        isSkipped = Atomics.load(world.memory.words, 16) !== 0; // the waiter holds the latch: the holder would wait for it
        if (!isSkipped) a.fusion.transactions.endSlot(holder);
      },
    );
    if (!more) break;
    if (isSkipped) a.fusion.transactions.endSlot(holder);
    const events = b.poll();
    assert.ok(id === WAIT_ENDED || events.includes(`woken ${id}`), `the wake-up was lost at step ${k}`);
  }
});

test('S2: waiting for a transaction that has ended, or whose slot has a new occupant, ends at once', () => {
  const world = new World({titSlots: 1});
  const [a, b] = world.start(2);
  const holder = a.begin();
  a.commit(holder);
  const waiter = b.begin();
  assert.equal(wait(b, waiter, a, holder, 42), WAIT_ENDED);
  a.fusion.transactions.refreshIdleFloors();
  b.fusion.transactions.refreshIdleFloors();
  a.begin();
  assert.equal(b.fusion.locks.registerWait(waiter, a.fusion.incarnation, holder, 1, 42, 1), WAIT_ENDED);
  assert.equal(b.fusion.locks.registerWait(waiter, 999, 0, 1, 42, 1), WAIT_ENDED);
  assert.ok(!b.fusion.locks.hasWaiters(42));
  world.check();
});

test('S8: a hot row passes first in, first out, and newcomers queue behind the woken', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const holder = a.begin();
  const first = wait(b, b.begin(), a, holder, 42);
  const second = wait(c, c.begin(), a, holder, 42);
  a.commit(holder);
  assert.deepEqual([b.poll(), c.poll()], [[`woken ${first}`], []]);
  const newcomer = a.begin();
  assert.ok(a.fusion.locks.hasWaiters(42), 'the row is free, but not for a newcomer');
  const third = a.fusion.locks.registerWait(newcomer, a.fusion.incarnation, holder, 1, 42, 1);
  assert.ok(third > 0, 'it queues, though the holder it names has ended');
  assert.ok(!a.fusion.locks.hasWaiters(43));
  world.check();
  b.fusion.locks.cancelWait(first); // b has the row now
  assert.deepEqual([c.poll(), a.poll()], [[`woken ${second}`], []]);
  const again = wait(c, 0, b, 0, 42);
  assert.ok(again > 0, 'c finds the row held by b and waits again');
  world.check();
  b.commit(0);
  assert.deepEqual([c.poll(), a.poll()], [[`woken ${again}`], []], 'c has kept its place before the newcomer');
  c.fusion.locks.cancelWait(again);
  assert.deepEqual(a.poll(), [`woken ${third}`]);
  a.fusion.locks.cancelWait(third);
  assert.ok(!a.fusion.locks.hasWaiters(42));
  world.check();
});

test('S8: a reservation that nobody takes lapses', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const holder = a.begin();
  const first = wait(b, b.begin(), a, holder, 42);
  const second = wait(c, c.begin(), a, holder, 42);
  a.commit(holder);
  a.fusion.tick();
  assert.deepEqual(c.poll(), []);
  for (const node of [b, c, a]) node.fusion.tick();
  assert.deepEqual(c.poll(), [`woken ${second}`]);
  assert.deepEqual(b.poll(), [`woken ${first}`], 'the slow one hears of it all the same');
  b.fusion.locks.cancelWait(first);
  world.check();
});

test('a row given back by a savepoint rollback wakes its first waiter though the holder runs on', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const id = wait(b, b.begin(), a, a.begin(), 42);
  a.fusion.locks.wakeResource(41);
  assert.deepEqual(b.poll(), []);
  a.fusion.locks.wakeResource(42);
  assert.deepEqual(b.poll(), [`woken ${id}`]);
});

test('a cycle is found at once, and the lightest gives way', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const ta = a.begin();
  const tb = b.begin();
  const first = wait(a, ta, b, tb, 1, 10);
  assert.equal(wait(b, tb, a, ta, 2, 5), WAIT_DEADLOCK, 'the caller is the lighter one');
  world.check();
  const second = wait(b, tb, a, ta, 2, 20);
  assert.ok(second > 0);
  assert.deepEqual(a.poll(), [`victim ${first}`]);
  world.check();
  assert.equal(b.fusion.counters().get('deadlocks'), 2);
});

test('S12: a victim that has gone is not killed, and its edge is none', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const ta = a.begin();
  const tb = b.begin();
  const first = wait(a, ta, b, tb, 1, 1);
  wait(b, tb, a, ta, 2, 20);
  a.fusion.locks.cancelWait(first); // timed out while the bell was under way
  assert.deepEqual(a.poll(), []);
  assert.ok(wait(a, ta, b, tb, 3, 1) < 0, 'a new wait of the same transaction closes a cycle of its own');
  world.check();
});

test('S12: a wait that names an earlier occupant of a slot is no edge to the present one', () => {
  const world = new World({titSlots: 1});
  const [a, b, c] = world.start(3);
  const holder = a.begin();
  wait(b, b.begin(), a, holder, 42);
  const second = wait(c, c.begin(), a, holder, 42);
  a.commit(holder);
  for (const node of [a, b, c]) node.fusion.transactions.refreshIdleFloors();
  assert.equal(a.begin(), holder, 'the slot has a new occupant');
  assert.ok(wait(a, holder, c, 0, 43) > 0, 'it waits for c, whose wait names the old one');
  assert.deepEqual(c.poll(), [], `wait ${second} is in no cycle`);
});

test('S12: rows, metadata locks and queued requests are one graph', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const [t1, t2, t3] = [a.begin(), b.begin(), c.begin()];
  const table = 0xf000_0001;
  a.fusion.locks.registerObjectUse(t1, table);
  const pendingX = b.fusion.locks.registerObjectWait(t2, WaitKind.metadata, table, 1);
  const behind = c.fusion.locks.registerObjectWait(t3, WaitKind.metadata, table, 5);
  assert.ok(pendingX > 0 && behind > 0);
  const row = wait(a, t1, c, t3, 9, 7);
  assert.ok(row > 0, 't1 waits for a row of t3, which waits behind t2, which waits for t1');
  assert.deepEqual([a.poll(), b.poll(), c.poll()], [[], [], [`victim ${behind}`]]);
  world.check();
});

test('S8, S12: who waits in a queue waits for those before him, though the holder he named has ended', () => {
  const world = new World();
  const [a, b, c, d] = world.start(4);
  const holder = a.begin();
  const [tb, tc, td] = [b.begin(), c.begin(), d.begin()];
  const first = wait(b, tb, a, holder, 42, 9);
  wait(c, tc, a, holder, 42, 9);
  const third = wait(d, td, a, holder, 42, 5);
  a.commit(holder);
  b.fusion.locks.cancelWait(first); // b has the row
  wait(c, tc, b, tb, 42, 9); // c, woken, finds it held and waits on; d still names the first holder
  assert.ok(wait(b, tb, d, td, 43, 9) > 0);
  assert.deepEqual(d.poll(), [`victim ${third}`]);
  world.check();
});

test('S12: a use that is registered after the waits closes a cycle too', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const [t1, t2] = [a.begin(), b.begin()];
  const id = b.fusion.locks.registerObjectWait(t2, WaitKind.named, 0xf000_0002, 1);
  wait(a, t1, b, t2, 9, 7);
  a.fusion.locks.registerObjectUse(t1, 0xf000_0002);
  assert.deepEqual(b.poll(), [`victim ${id}`]);
  a.fusion.locks.unregisterObjectUse(t1, 0xf000_0002);
  world.check();
});

test('a full table says so, and a transaction that ends leaves no wait behind', () => {
  const world = new World({waitEntries: 2});
  const [a, b] = world.start(2);
  const holder = a.begin();
  const slots = [b.begin(), b.begin(), b.begin()];
  assert.ok(wait(b, slots[0], a, holder, 1) > 0);
  assert.ok(wait(b, slots[1], a, holder, 2) > 0);
  assert.equal(wait(b, slots[2], a, holder, 3), WAIT_FULL);
  b.commit(slots[0]);
  assert.ok(wait(b, slots[2], a, holder, 3) > 0);
  world.check();
});

test('no cycle and no forgotten waiter in any run of waits, commits and timeouts', () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(2), fc.nat(3)), {maxLength: 40});
  fc.assert(
    fc.property(steps, run => {
      const world = new World();
      const nodes = world.start(4);
      const open = nodes.map(node => node.begin());
      const ids = [0, 0, 0, 0];
      for (const [me, other, resource, action] of run) {
        const node = nodes[me];
        if (action === 0) {
          if (ids[me] > 0) node.fusion.locks.cancelWait(ids[me]);
          node.commit(open[me]);
          for (const each of nodes) each.fusion.transactions.refreshIdleFloors();
          open[me] = node.begin();
        } else if (action === 1) {
          if (ids[me] > 0) node.fusion.locks.cancelWait(ids[me]);
        } else if (me !== other) {
          ids[me] = wait(node, open[me], nodes[other], open[other], resource, me);
        }
        world.check();
      }
    }),
    {numRuns: 200},
  );
});
