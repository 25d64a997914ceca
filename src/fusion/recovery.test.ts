import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FencedError} from '../base/errors.ts';
import {crashAfter, interleave} from '../testing/atomics-hook.ts';
import {GRANTED, WAITING} from './api.ts';
import {Recovery} from './recovery.ts';
import {makePage, NONE, S, type TestNode, World, X} from './testing/world.ts';

/** Something that a node may die in, and the scene it needs. */
interface Scene {
  readonly name: string;
  /** Prepares pages and transactions of the others; returns what node 0 does then. */
  readonly act: (nodes: TestNode[]) => () => void;
}

const SCENES: readonly Scene[] = [
  {
    name: 'acquire a new page',
    act:
      ([a]) =>
      () =>
        a.fusion.pages.acquire(7, X),
  },
  {
    name: 'acquire a page with S holders',
    act: ([a, b]) => {
      b.hold(7, S);
      return () => a.fusion.pages.acquire(7, S);
    },
  },
  {
    name: 'queue behind a holder',
    act: ([a, b]) => {
      b.hold(7, X);
      return () => a.fusion.pages.acquire(7, X);
    },
  },
  {
    name: 'release to a writer',
    act: ([a, b]) => {
      const entry = a.hold(7, X);
      b.fusion.pages.acquire(7, X);
      return () => a.fusion.pages.release(entry, NONE);
    },
  },
  {
    name: 'release to two readers',
    act: ([a, b, c]) => {
      const entry = a.hold(7, X);
      b.fusion.pages.acquire(7, S);
      c.fusion.pages.acquire(7, S);
      return () => a.fusion.pages.release(entry, NONE);
    },
  },
  {
    name: 'downgrade',
    act: ([a, b]) => {
      const entry = a.hold(7, X);
      b.fusion.pages.acquire(7, S);
      return () => a.fusion.pages.release(entry, S);
    },
  },
  {
    name: 'upgrade',
    act: ([a, b]) => {
      a.hold(7, S);
      b.hold(7, S);
      b.fusion.pages.release(b.fusion.pages.entry, NONE);
      return () => a.fusion.pages.acquire(7, X);
    },
  },
  {
    name: 'cancel before readers',
    act: ([a, b, c]) => {
      b.hold(7, S);
      a.fusion.pages.acquire(7, X);
      c.fusion.pages.acquire(7, S);
      return () => a.fusion.pages.cancel(7);
    },
  },
  {
    name: 'push',
    act: ([a]) => {
      const entry = a.hold(7, X);
      a.fusion.pages.push(entry, makePage(7, 1, 1, 1), 0, 1);
      return () => a.fusion.pages.push(entry, makePage(7, 2, 1, 1), 0, 2);
    },
  },
  {
    name: 'push into the frame of another page',
    act: ([a, b]) => {
      for (let page = 20; page < 24; page++) b.fusion.pages.push(b.hold(page, X), makePage(page, 1, 2, 1), 0, 1);
      const entry = a.hold(7, X);
      return () => a.fusion.pages.push(entry, makePage(7, 2, 1, 1), 0, 2);
    },
  },
  {
    name: 'offer',
    act: ([a]) => {
      const entry = a.hold(7, S);
      return () => a.fusion.pages.offer(entry, makePage(7, 2, 9, 1), 0);
    },
  },
  {
    name: 'drive another entry out',
    act: ([a, b]) => {
      for (let page = 20; page < 36; page++) {
        const entry = b.hold(page, X);
        b.fusion.pages.push(entry, makePage(page, 1, 2, 1), 0, 1);
        if (page < 23) b.fusion.pages.release(entry, NONE);
      }
      b.fusion.confirm(1);
      return () => a.fusion.pages.acquire(7, X);
    },
  },
  {
    name: 'commit with waiters',
    act: ([a, b]) => {
      const slot = a.begin();
      b.fusion.locks.registerWait(b.begin(), a.fusion.incarnation, slot, 1, 5, 1);
      return () => a.commit(slot);
    },
  },
  {
    name: 'wait for a row',
    act: ([a, b, c]) => {
      const slot = b.begin();
      c.fusion.locks.registerWait(c.begin(), b.fusion.incarnation, slot, 1, 5, 1);
      a.begin();
      return () => a.fusion.locks.registerWait(0, b.fusion.incarnation, slot, 1, 5, 1);
    },
  },
  {
    name: 'close a cycle',
    act: ([a, b]) => {
      const mine = a.begin();
      const other = b.begin();
      b.fusion.locks.registerWait(other, a.fusion.incarnation, mine, 1, 5, 1);
      return () => a.fusion.locks.registerWait(mine, b.fusion.incarnation, other, 1, 6, 9);
    },
  },
];

/** What the recoverer does between fence and finish when everything left open is a loser without a trace, or was committing. */
function recoverAll(recovery: Recovery, incarnation: number): void {
  recovery.fence(incarnation);
  recovery.publishWinner(incarnation, 0, 1);
  recovery.endUntraced(incarnation);
  recovery.decide(incarnation);
  recovery.releaseRetained(incarnation, 0);
  recovery.finish(incarnation);
}

/** After the recovery everybody else must get on: waits that nobody blocks are over, and page 7 can be had. */
function assertOthersGoOn(world: World): void {
  world.check();
  for (const node of world.nodes.slice(1)) {
    const {directory} = node.fusion.attachment;
    node.poll();
    const entry = directory.find(directory.bucketOf(7), 7);
    if (entry >= 0 && node.fusion.pages.heldMode(entry) !== NONE) node.fusion.pages.release(entry, NONE);
  }
  for (const node of world.nodes.slice(1)) node.fusion.pages.release(node.hold(7, X), NONE);
  world.check();
}

for (const scene of SCENES) {
  test(`crash after each step: ${scene.name}`, () => {
    for (let stores = 0; ; stores++) {
      const world = new World({directoryEntries: 16});
      const nodes = world.start(3);
      const act = scene.act(nodes);
      const crashed = crashAfter(stores, act);
      if (scene.name === 'commit with waiters') world.recovery.fence(1);
      recoverAll(world.recovery, 1);
      if (scene.name === 'drive another entry out') world.check();
      else assertOthersGoOn(world);
      assert.ok(world.members.join(0, 99), 'the node id is free again');
      if (!crashed) break;
    }
  });
}

test('a waiter whose holder dies anywhere in its commit is woken', () => {
  for (let stores = 0; ; stores++) {
    const world = new World();
    const [a, b] = world.start(2);
    const slot = a.begin();
    const id = b.fusion.locks.registerWait(b.begin(), 1, slot, 1, 5, 1);
    const crashed = crashAfter(stores, () => a.commit(slot));
    recoverAll(world.recovery, 1);
    assert.ok(b.poll().includes(`woken ${id}`), `lost after ${stores} stores`);
    if (!crashed) break;
  }
});

test('a page request that was granted by a node that died before ringing is noticed', () => {
  for (let stores = 0; ; stores++) {
    const world = new World();
    const [a, b, c] = world.start(3);
    const entry = a.hold(7, X);
    b.fusion.pages.acquire(7, X);
    c.fusion.pages.acquire(7, X);
    const crashed = crashAfter(stores, () => a.fusion.pages.release(entry, NONE));
    recoverAll(world.recovery, 1);
    assert.ok(b.poll().includes('granted 7'), `lost after ${stores} stores`);
    assert.ok(
      b.events.some(event => event.startsWith('recalled 7')),
      'c still wants it',
    );
    if (!crashed) break;
  }
});

test('S18: a recoverer may die after any store; the next one repeats everything', () => {
  for (let stores = 0; ; stores++) {
    const world = new World();
    const [a, b, c] = world.start(3);
    const [winner, loser, untraced] = [a.begin(), a.begin(), a.begin()];
    const x = a.hold(1, X);
    a.fusion.pages.push(x, makePage(1, 5, 1, 1), 0, 50);
    a.hold(2, S);
    b.hold(2, S);
    assert.equal(c.fusion.pages.acquire(1, S), WAITING);
    assert.equal(c.fusion.pages.acquire(2, X), WAITING);
    const id = c.fusion.locks.registerWait(c.begin(), 1, loser, 1, 5, 1);
    const steps = (recovery: Recovery): void => {
      recovery.fence(1);
      recovery.publishWinner(1, winner, 1);
      recovery.makeLoser(1, loser, 1);
      recovery.endUntraced(1);
      recovery.decide(1);
      recovery.releaseRetained(1, 70);
      recovery.endLoser(1, loser, 1);
      recovery.finish(1);
    };
    const crashed = crashAfter(stores, () => steps(new Recovery(b.fusion.attachment)));
    if (crashed) {
      world.recovery.fence(2);
      steps(world.recovery);
      world.recovery.decide(2);
      world.recovery.releaseRetained(2, 0);
      world.recovery.finish(2);
    } else {
      b.fusion.pages.release(b.hold(2, S), NONE);
    }
    world.check();
    const {transactions, pages} = c.fusion;
    assert.ok(transactions.slotState(1, winner, 1) > 0, 'the winner has a CTS');
    assert.ok(transactions.slotState(1, loser, 1) < 0 && transactions.slotState(1, untraced, 1) < 0);
    const events = c.poll();
    for (const event of ['granted 1', 'granted 2', `woken ${id}`, 'recovered'])
      assert.ok(events.includes(event), event);
    c.hold(1, S);
    assert.deepEqual(
      [pages.newestIncarnation(pages.entry), pages.needStream(pages.entry)],
      [0, 1],
      'storage serves page 1',
    );
    assert.equal(pages.needLsn(pages.entry), 70);
    if (!crashed) break;
  }
});

test('S16, K7: no lock of a dead node is given away before its losers are decided, and its id is not reused before the end', () => {
  const world = new World();
  const [a, b] = world.start(2);
  a.hold(7, X);
  b.fusion.pages.acquire(7, X);
  assert.throws(() => world.recovery.releaseRetained(1, 0), /comes after/);
  world.recovery.fence(1);
  assert.ok(a.fusion.isFenced());
  assert.throws(() => world.recovery.releaseRetained(1, 0), /comes after/);
  assert.ok(!b.poll().includes('granted 7'));
  assert.ok(!world.members.join(0, 50));
  world.recovery.decide(1);
  assert.deepEqual(world.recovery.retainedPages(1, X), [7]);
  assert.deepEqual(world.recovery.retainedPages(1, S), []);
  world.recovery.releaseRetained(1, 0);
  assert.ok(b.poll().includes('granted 7'));
  world.recovery.finish(1);
  assert.ok(world.members.join(0, 50));
});

test('K19: a metadata lock that a loser needs passes to the node that rolls back, before anybody who waits', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  const table = 0xf000_0001;
  const entry = a.hold(table, S);
  assert.equal(b.fusion.pages.acquire(table, X), WAITING, 'DROP TABLE');
  world.recovery.fence(1);
  const recovery = new Recovery(c.fusion.attachment);
  assert.ok(recovery.handOver(1, table, c.node));
  assert.ok(recovery.handOver(1, table, c.node), 'repeatable');
  world.recovery.decide(1);
  world.recovery.releaseRetained(1, 0);
  assert.equal(c.fusion.pages.heldMode(entry), S);
  assert.equal(b.fusion.pages.heldMode(entry), NONE);
  assert.ok(
    c.poll().some(event => event.startsWith(`recalled ${table}`)),
    'it is told who waits',
  );
  c.fusion.pages.release(entry, NONE);
  assert.ok(b.poll().includes(`granted ${table}`));
  assert.ok(!recovery.handOver(1, 77, c.node));
  world.check();
});

test('K7: a zombie changes nothing', () => {
  const world = new World();
  const [a] = world.start(2);
  const entry = a.hold(7, X);
  world.recovery.fence(1);
  const {pages} = a.fusion;
  const page = makePage(7, 2, 1, 1);
  const verbs = [
    () => pages.acquire(8, S),
    () => pages.push(entry, page, 0, 1),
    () => pages.setNewest(entry, 2, 1, 1),
    () => pages.offer(entry, page, 0),
    () => pages.release(entry, NONE),
    () => pages.cancel(8),
    () => pages.setObjectVersion(entry, 1),
    () => a.poll(),
  ];
  for (const verb of verbs) assert.throws(verb, FencedError);
  assert.equal(pages.heldMode(entry), X);
  assert.equal(pages.newestLlsn(entry), 0);
});

test('two nodes die together', () => {
  const world = new World();
  const [a, b, c] = world.start(3);
  a.hold(1, X);
  b.fusion.pages.acquire(1, X);
  b.hold(2, X);
  a.fusion.pages.acquire(2, X);
  c.fusion.pages.acquire(1, X);
  world.recovery.fence(1);
  world.recovery.fence(2);
  world.recover(a);
  world.recover(b);
  assert.ok(c.poll().includes('granted 1'));
  c.hold(2, X);
  world.check();
});

test('K1, K8: an incarnation that died in an earlier life holds the start horizon down until it is finished', () => {
  const world = new World();
  world.members.resumeTso(5000);
  assert.ok(world.members.adopt(1));
  world.recovery.fence(1);
  world.recovery.makeLoser(1, 3, 1);
  world.recovery.decide(1);
  world.join(0, 2);
  const {transactions} = world.nodes[0].fusion;
  assert.ok(transactions.readTso() >= 5000);
  // Rows of the loser bear stamps below 5000: a page with them must not be taken as visible to all.
  assert.equal(transactions.startHorizon(), 0);
  world.recovery.endLoser(1, 3, 1);
  world.recovery.finish(1);
  transactions.refreshIdleFloors();
  assert.ok(transactions.startHorizon() >= 5000);
});

test('a page that is released while a dead node is in its queue is not left with the dead one', () => {
  for (let k = 0; ; k++) {
    const world = new World();
    const [a, b, c] = world.start(3);
    const entry = b.hold(7, X);
    assert.equal(a.fusion.pages.acquire(7, S), WAITING);
    const {directory} = world.supervisor;
    const latch = world.memory.layout.buckets + 2 * directory.bucketOf(7);
    world.recovery.fence(1);
    world.recovery.decide(1);
    let isReleased = false;
    const release = (): void => {
      // A latch that the recoverer holds is waited for; in one thread that would be for ever.
      if (Atomics.load(world.memory.words, latch) !== 0) return;
      isReleased = true;
      b.fusion.pages.release(entry, NONE);
    };
    const more = interleave(k, () => world.recovery.releaseRetained(1, 0), release);
    if (!isReleased) b.fusion.pages.release(entry, NONE);
    world.recovery.finish(1);
    assert.equal(c.fusion.pages.acquire(7, X), GRANTED, `held by the dead one, released before operation ${k}`);
    world.check();
    if (!more) break;
  }
});

test('S7: grants of a dead node that found a full ring arrive when the supervisor rings again', () => {
  const world = new World({ringCapacity: 2, directoryEntries: 64});
  const [a, b] = world.start(2);
  for (let page = 0; page < 10; page++) a.hold(page, X);
  for (let page = 0; page < 10; page++) assert.equal(b.fusion.pages.acquire(page, X), WAITING);
  const {incarnation} = a.fusion;
  world.recovery.fence(incarnation);
  world.recovery.endUntraced(incarnation);
  world.recovery.decide(incarnation);
  b.poll();
  // The dead one is not finished before its losers are rolled back, and whoever does that may wait for one of these pages.
  world.recovery.releaseRetained(incarnation, 0);
  const granted = new Set<string>();
  for (let i = 0; i < 10; i++) {
    for (const event of b.poll()) if (event.startsWith('granted')) granted.add(event);
    world.recovery.ringAgain();
  }
  assert.equal(granted.size, 10);
});
