// The promises of the quorum volume, in a deterministic world: the same nodes, streams, readers and master as in production, over simulated disks and messages.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Chaos} from './testing/chaos.ts';
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

/** Acknowledged writes in so much virtual time. */
function rate(world: QuorumWorld, steps: number): number {
  const before = world.acknowledged;
  work(world, steps);
  return world.acknowledged - before;
}

test('what is written is durable at four, and every replica ends up with every page', () => {
  const world = start(1);
  work(world, 600);
  world.verifyAll();
  world.awaitWhole();
  world.verifyReplicas();
  assert.ok(world.acknowledged > 50);
});

test('messages are lost, repeated and overtake each other: nothing is lost', () => {
  const world = start(2);
  Object.assign(world.network.faults, {lost: 0.1, twice: 0.2, delay: 2});
  work(world, 800);
  world.verifyAll();
  Object.assign(world.network.faults, {lost: 0, twice: 0, delay: 0.3});
  world.awaitWhole();
  world.verifyReplicas();
});

test('a zone is lost: writing goes on; then one more: reading goes on; two are wiped and rebuilt', () => {
  const world = start(3);
  work(world, 300);
  for (const node of [3, 4]) world.network.cut.add(node);
  assert.ok(rate(world, 300) > 20, 'four of six are a write quorum');
  world.settle();
  world.network.cut.add(5);
  world.verifyAll();
  for (const primary of world.primaries) world.change(primary, [1]);
  for (const primary of world.primaries) world.flush(primary);
  const before = world.acknowledged;
  world.time.run(1000);
  assert.equal(world.acknowledged, before, 'three of six are not');
  world.network.cut.delete(5);
  world.settle();
  for (const node of [3, 4]) {
    world.stopStorage(node, 'wipe');
    world.network.cut.delete(node);
    world.startStorage(node);
  }
  work(world, 200);
  world.awaitWhole();
  world.verifyAll();
  world.verifyReplicas();
});

test('a frozen replica costs the writers nothing, and gets what it missed', () => {
  const healthy = rate(start(4), 1000);
  const world = start(4);
  world.network.frozen.add(2);
  const frozen = rate(world, 1000);
  assert.ok(frozen > healthy * 0.9, `${frozen} with a frozen replica, ${healthy} without`);
  world.network.thaw(2);
  world.awaitWhole();
  world.settle();
  world.verifyReplicas();
});

test('a stream is sealed at least at what was acknowledged; its writer is refused from then on, wherever its messages were', () => {
  const world = start(5);
  work(world, 300);
  const [zombie] = world.primaries;
  // It lives on behind a slow network while the others think it is dead.
  world.primaries.splice(0, 1);
  const acked = zombie.stream.durableLsn;
  world.seal(zombie.stream.incarnation, zombie);
  while (!world.change(zombie, [1000])) world.time.run(1);
  world.flush(zombie);
  world.time.run(2000);
  assert.match(zombie.failure ?? '', /sealed/);
  assert.ok(zombie.stream.durableLsn >= acked);
  world.pages.delete(1000);
  world.startPrimary();
  work(world, 100);
  world.verifyAll();
});

test('what recovery finds on a single replica is on four when it ends', () => {
  const world = start(10, 1);
  work(world, 200);
  world.settle();
  world.awaitWhole();
  const [primary] = world.primaries;
  world.change(primary, [1, 2]);
  for (const node of [2, 3, 4, 5, 6]) world.network.cut.add(node);
  world.flush(primary);
  world.time.run(5);
  const endLsn = primary.lsn;
  world.primaries.length = 0;
  primary.port.close();
  world.network.cut.clear();
  let end = -1;
  world.volume?.sealStream(primary.stream.incarnation, reader => {
    end = reader.endLsn;
  });
  world.runUntil(() => end >= 0, 'the stream is sealed');
  assert.equal(end, endLsn, 'the only copy was found');
  for (const node of [1, 2]) world.stopStorage(node, 'wipe');
  world.volume?.finishIncarnation(primary.stream.incarnation);
  world.verifyAll();
});

/** A world in which the newest acknowledged write is on nodes 1 to 4 only, and 1 and 2 lose their disks. */
function amnesia(): {world: QuorumWorld; incarnation: number; acked: number} {
  const world = start(11, 1);
  work(world, 100);
  world.settle();
  world.awaitWhole();
  const [primary] = world.primaries;
  for (const node of [5, 6]) world.network.cut.add(node);
  world.change(primary, [1, 2]);
  world.settle();
  const acked = primary.stream.durableLsn;
  assert.equal(acked, primary.lsn);
  world.primaries.length = 0;
  primary.port.close();
  for (const node of [3, 4]) world.network.cut.add(node);
  for (const node of [1, 2]) world.stopStorage(node, 'wipe');
  for (const node of [5, 6]) world.network.cut.delete(node);
  for (const node of [1, 2]) world.startStorage(node);
  return {world, incarnation: primary.stream.incarnation, acked};
}

test('nodes that have lost what they acknowledged do not count in recovery: it waits for one that has not', () => {
  const {world, incarnation, acked} = amnesia();
  let end = -1;
  world.volume?.sealStream(incarnation, reader => {
    end = reader.endLsn;
  });
  world.time.run(3000);
  assert.equal(end, -1, 'two whole nodes are no read quorum');
  world.network.cut.delete(3);
  world.runUntil(() => end >= 0, 'the stream is sealed');
  assert.equal(end, acked);
});

test('a node is whole only when it has what a read quorum of its peers knew to exist', () => {
  const {world} = amnesia();
  world.network.cut.delete(3);
  const phase = (): string | undefined => world.storage.get(1)?.node?.rebuildPhase;
  world.runUntil(() => phase() !== undefined && phase() !== 'asking', 'peers have told what exists');
  // Node 3 has told, and is gone before it can give it.
  world.network.cut.add(3);
  world.time.run(8000);
  assert.equal(world.storage.get(1)?.node?.isWhole, false);
  world.network.cut.delete(3);
  world.runUntil(() => world.storage.get(1)?.node?.isWhole === true, 'node 1 is whole');
});

test('a zone and one more are wiped at once, when some writes have only one copy left: nothing is lost', () => {
  const world = start(14);
  work(world, 200);
  for (const node of [5, 6]) world.network.cut.add(node);
  work(world, 100);
  world.settle();
  for (const node of [1, 2, 3]) world.stopStorage(node, 'wipe');
  for (const node of [5, 6]) world.network.cut.delete(node);
  for (const node of [1, 2, 3]) world.startStorage(node);
  work(world, 100);
  world.awaitWhole();
  world.verifyAll();
  world.verifyReplicas();
});

test('PGMRPL: a primary tells the nodes its VDL, and not more than what its read replicas have come to', () => {
  const world = start(21, 1);
  const [{port, stream}] = world.primaries;
  let told: {vdl: number; readPoint: number}[] = [];
  const send = port.send.bind(port);
  port.send = (node, message) => {
    if (message.kind === 'append' || message.kind === 'point') told.push(message);
    send(node, message);
  };
  work(world, 100);
  assert.ok(told.length > 50 && told.every(({vdl, readPoint}) => readPoint === vdl), 'nobody is behind');
  told = [];
  const cut = stream.durableLsn;
  stream.setReadPoint(cut);
  work(world, 100);
  assert.ok(stream.durableLsn > cut);
  assert.ok(told.every(({readPoint}) => readPoint === cut));
});

test('back-pressure: what lies beyond VDL is taken from the room that is promised', () => {
  const world = start(12, 1);
  const [primary] = world.primaries;
  const room = primary.stream.room();
  for (const node of [1, 2, 3]) world.network.cut.add(node);
  world.change(primary, [1]);
  const {filled} = primary;
  world.flush(primary);
  world.time.run(500);
  assert.equal(primary.stream.room(), room - filled);
  world.network.cut.clear();
  world.settle();
  assert.equal(primary.stream.room(), room);
});

test('a read does not wait for a replica that has stopped: another one is asked', () => {
  const world = start(13, 1);
  work(world, 200);
  world.settle();
  const [primary] = world.primaries;
  world.awaitWhole();
  // One of the three zones has the replica that is asked first.
  for (const zone of [
    [1, 2],
    [3, 4],
    [5, 6],
  ]) {
    for (const node of zone) world.network.frozen.add(node);
    const before = world.time.now();
    const {reads} = primary.reader;
    primary.reader.read(1, 0, 0);
    world.runUntil(() => primary.reader.reads > reads, 'the page is read');
    assert.ok(world.time.now() - before < 50, `nodes ${zone} frozen: ${world.time.now() - before} ms`);
    for (const node of zone) world.network.thaw(node);
  }
  assert.ok(primary.reader.hedges > 0);
});

test('a new master takes over: the old one is refused', () => {
  const world = start(6);
  work(world, 100);
  const old = world.volume;
  assert.ok(old !== undefined);
  world.startOpening();
  world.runUntil(() => world.volume !== undefined && world.volume !== old, 'the new master opens');
  let raised = false;
  old.raiseTsoLimit(99, () => {
    raised = true;
  });
  world.time.run(1000);
  assert.equal(raised, false);
  assert.ok(world.notes.some(note => note.includes('deposed')));
});

test('nodes that come up late, when the volume is being opened already, are found', () => {
  const world = start(22, 1);
  work(world, 100);
  world.settle();
  world.killMaster();
  for (const node of [1, 2, 3, 4]) world.silent.add(node);
  world.startOpening();
  world.time.run(10_000);
  assert.equal(world.volume, undefined, 'two of six');
  world.silent.clear();
  world.runUntil(() => world.volume !== undefined, 'the volume opens');
  world.recoverAll();
  world.verifyAll();
});

test('crash of the master at every message of recovery: the next one finds everything that was acknowledged', () => {
  for (let strike = 1; ; strike += 4) {
    const world = start(7);
    work(world, 120);
    const acked = world.primaries.map(({stream}) => [stream.incarnation, stream.durableLsn] as const);
    world.killMaster();
    world.openVolume();
    let left = strike;
    world.network.onSend = kind => {
      if (
        ['fence', 'fenced', 'fetch', 'batches', 'append', 'ack', 'ledger', 'ledgerKept', 'seal', 'sealed'].includes(
          kind,
        )
      )
        left--;
    };
    let sealed = 0;
    for (const [incarnation] of acked) world.volume?.sealStream(incarnation, () => sealed++);
    world.runUntil(() => left <= 0 || sealed === acked.length, 'the crash or the end');
    const ended = sealed === acked.length;
    world.network.onSend = () => {};
    world.killMaster();
    world.openVolume();
    for (const [incarnation, lsn] of acked) {
      let end = -1;
      world.volume?.sealStream(incarnation, reader => {
        end = reader.endLsn;
      });
      world.runUntil(() => end >= 0, `stream ${incarnation} is sealed after a crash at message ${strike}`);
      assert.ok(end >= lsn, `stream ${incarnation} ends at ${end}, acknowledged was ${lsn}`);
      world.cut(incarnation, end);
      world.volume?.finishIncarnation(incarnation);
    }
    world.verifyAll();
    if (ended) return;
  }
});

test('a member is replaced while writes go on; taken back half way; and the master dies at every step of it', () => {
  const world = start(8);
  work(world, 200);
  world.addStorage(7, 'b');
  world.volume?.replaceNode(3, 7, {zone: 'b', address: 'node:7'});
  work(world, 30);
  assert.equal(world.volume?.revertReplacement(), true);
  work(world, 100);
  assert.deepEqual(world.volume?.ledger.membership.sets, [[1, 2, 3, 4, 5, 6]]);
  world.addStorage(8, 'b');
  world.volume?.replaceNode(3, 8, {zone: 'b', address: 'node:8'});
  for (let k = 0; k < 400 && world.volume?.ledger.membership.sets[0].includes(3); k++) work(world, 10);
  assert.deepEqual(world.volume?.ledger.membership.sets, [[1, 2, 8, 4, 5, 6]]);
  world.stopStorage(3, 'wipe');
  work(world, 100);
  for (let strike = 3; strike < 60; strike += 8) {
    const number = 100 + strike;
    world.addStorage(number, 'a');
    let left = strike;
    world.network.onSend = kind => {
      if (['ledger', 'ledgerKept', 'adopt', 'describe', 'described', 'copy', 'pages', 'here'].includes(kind)) left--;
    };
    const [set] = world.volume?.ledger.membership.sets ?? [[]];
    world.volume?.replaceNode(set[0], number, {zone: 'a', address: `node:${number}`});
    world.runUntil(
      () => left <= 0 || world.volume?.ledger.membership.sets[0].includes(number) === true,
      'the crash or the end',
    );
    world.network.onSend = () => {};
    world.killMaster();
    world.openVolume();
    world.recoverAll();
    world.startPrimary();
    work(world, 20);
    world.runUntil(() => world.volume?.ledger.membership.sets.length === 1, 'the change ends');
  }
  world.verifyAll();
  world.awaitWhole();
  world.verifyReplicas();
});

test('crash of a node at every operation of its rebuild: it begins anew, and is whole in the end', () => {
  for (let strike = 1; strike < 200; strike += 18) {
    const world = start(9, 1);
    work(world, 150);
    world.stopStorage(6, 'wipe');
    world.storage.get(6)?.disk.crashAfter(strike);
    world.startStorage(6);
    world.time.run(600);
    const struck = world.storage.get(6)?.node === undefined;
    if (struck) world.startStorage(6);
    world.storage.get(6)?.disk.crashAfter(Number.POSITIVE_INFINITY);
    work(world, 30);
    world.settle();
    world.awaitWhole();
    world.verifyReplicas();
  }
});

test('everything at once, many seeds', () => {
  for (let seed = 1; seed <= 5; seed++)
    new Chaos({seed, steps: 120, pages: PAGES, pagesPerGroup: seed % 2 === 0 ? 1000 : 16}).run();
});
