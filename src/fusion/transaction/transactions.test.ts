import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FencedError} from '../../base/errors.ts';
import {CSN_MIN} from '../../format/ids.ts';
import {crashAfter, interleave} from '../../testing/atomics-hook.ts';
import {SLOT_ABORTING, SLOT_ACTIVE, SLOT_UNRECOVERED} from '../api.ts';
import {SlotField} from '../memory/layout.ts';
import {type TestNode, World} from '../testing/world.ts';
import {SlotTag, tagOf} from './slot-word.ts';
import {BLOCKED} from './transaction-table.ts';

/** Everybody has seen everything: floors go to the oracle's value. */
function refresh(...nodes: TestNode[]): void {
  for (const node of nodes) node.fusion.transactions.refreshIdleFloors();
}

function stateOf(reader: TestNode, owner: TestNode, slot: number, version: number): number {
  return reader.fusion.transactions.slotState(owner.fusion.incarnation, slot, version);
}

test('a transaction is active, then committed at a fresh CTS, and its slot is reused as visible to all', () => {
  const world = new World({titSlots: 1});
  const [a, b] = world.start(2);
  const slot = a.begin();
  assert.equal(stateOf(b, a, slot, 1), SLOT_ACTIVE);
  const view = b.fusion.transactions.readTso();
  const cts = a.fusion.transactions.commitSlot(slot);
  assert.ok(cts > view);
  assert.equal(stateOf(b, a, slot, 1), cts);
  assert.equal(a.fusion.transactions.commitSlot(slot), cts, 'committing again changes nothing');
  a.fusion.transactions.endSlot(slot);
  refresh(a, b);
  assert.equal(a.begin(), slot);
  assert.equal(stateOf(b, a, slot, 1), CSN_MIN);
  assert.equal(stateOf(b, a, slot, 2), SLOT_ACTIVE);
  world.check();
});

test('a rolled back transaction stays invisible, and its slot waits for views taken after the end', () => {
  const world = new World({titSlots: 1});
  const [a, b] = world.start(2);
  const slot = a.begin();
  a.fusion.transactions.abortSlot(slot);
  assert.equal(stateOf(b, a, slot, 1), SLOT_ABORTING);
  refresh(a, b);
  a.fusion.transactions.endSlot(slot);
  assert.equal(stateOf(b, a, slot, 1), SLOT_ABORTING);
  assert.equal(a.fusion.transactions.openSlot(), -1, 'a reader may hold bytes of a row that was restored since');
  refresh(a, b);
  assert.equal(a.begin(), slot);
  world.check();
});

test('K2: an idle node holds the horizon, and so does a dead one until it is recovered', () => {
  const world = new World({titSlots: 1});
  const [a, b] = world.start(2);
  const view = b.fusion.transactions.readTso(); // taken, and nothing told to anybody
  const cts = a.commit(a.begin());
  refresh(a);
  assert.ok(a.fusion.transactions.viewHorizon() <= view);
  assert.equal(a.fusion.transactions.openSlot(), -1);
  assert.equal(stateOf(b, a, 0, 1), cts, 'the view can still tell');
  world.recovery.fence(b.fusion.incarnation);
  assert.equal(a.fusion.transactions.openSlot(), -1);
  world.recovery.decide(b.fusion.incarnation);
  world.recovery.finish(b.fusion.incarnation);
  assert.equal(a.begin(), 0);
});

test('K2: a floor never falls', () => {
  const world = new World();
  const [a] = world.start(1);
  a.commit(a.begin());
  refresh(a);
  const floor = a.fusion.transactions.viewHorizon();
  a.fusion.transactions.publishViewFloor(1);
  a.fusion.transactions.publishOldestStart(1);
  assert.equal(a.fusion.transactions.viewHorizon(), floor);
  assert.equal(a.fusion.transactions.startHorizon(), floor);
});

test('K15: a reader who is interrupted by the reuse of the slot, anywhere, never sees the new occupant', () => {
  for (let k = 0; ; k++) {
    const world = new World({titSlots: 1});
    const [a, b] = world.start(2);
    const cts = a.commit(a.begin());
    refresh(a, b);
    let seen = 0;
    const more = interleave(
      k,
      () => (seen = stateOf(b, a, 0, 1)),
      () => a.begin(),
    );
    assert.ok(seen === cts || seen === CSN_MIN, `state ${seen} after step ${k}`);
    if (!more) break;
  }
});

test('K15: a reader who comes in the middle of the reuse, anywhere, never sees the new occupant', () => {
  for (let k = 0; ; k++) {
    const world = new World({titSlots: 1});
    const [a, b] = world.start(2);
    const cts = a.commit(a.begin());
    refresh(a, b);
    let seen = 0;
    const more = interleave(
      k,
      () => a.begin(),
      () => (seen = stateOf(b, a, 0, 1)),
    );
    if (!more) break;
    assert.ok(seen === cts || seen === CSN_MIN, `state ${seen} at step ${k}`);
  }
});

test('K15: the same when the whole region goes to another incarnation', () => {
  for (let k = 0; ; k++) {
    const world = new World({titSlots: 1, nodes: 2});
    const [a, b] = world.start(2);
    const cts = a.commit(a.begin());
    const {incarnation} = a.fusion;
    for (let i = 3; world.members.adopt(100 + i); i++); // every other region is taken
    world.recover(a);
    for (let i = 3; i < 17; i++) world.recovery.decide(100 + i);
    for (let i = 3; i < 17; i++) world.recovery.finish(100 + i);
    refresh(b);
    let seen = 0;
    const more = interleave(
      k,
      () => (seen = b.fusion.transactions.slotState(incarnation, 0, 1)),
      () => {
        const next = world.join(0);
        next.begin();
      },
    );
    assert.ok(seen === cts || seen === CSN_MIN, `state ${seen} after step ${k}`);
    if (!more) break;
  }
});

test('S1: whoever meets COMMITTING finishes it; the owner uses what is there', () => {
  for (let stores = 0; ; stores++) {
    const world = new World();
    const [a, b] = world.start(2);
    const slot = a.begin();
    const crashed = crashAfter(stores, () => a.fusion.transactions.commitSlot(slot));
    const seen = stateOf(b, a, slot, 1);
    assert.ok(stores === 0 ? seen === SLOT_ACTIVE : seen > 0, `state ${seen} after ${stores} stores`);
    const cts = a.fusion.transactions.commitSlot(slot);
    if (stores > 0) assert.equal(cts, seen, 'owner and helper agree');
    world.check();
    if (!crashed) break;
  }
});

test('S1: a helper who comes late changes nothing in the next occupant', () => {
  for (let k = 0; ; k++) {
    const world = new World({titSlots: 1});
    const [a, b] = world.start(2);
    const {slots, regions} = a.fusion.attachment;
    const region = regions.find(a.fusion.incarnation);
    a.begin();
    slots.change(region, 0, 1, SlotTag.active, SlotTag.committing);
    let cts = 0;
    let seen = 0;
    const reuse = (): void => {
      cts = a.commit(0);
      refresh(a, b);
      a.begin();
      slots.change(region, 0, 2, SlotTag.active, SlotTag.committing);
    };
    const more = interleave(k, () => (seen = stateOf(b, a, 0, 1)), reuse);
    if (!more) break;
    assert.ok(seen === cts || seen === CSN_MIN, `state ${seen} after step ${k}`);
    assert.equal(tagOf(slots.word(region, 0)), SlotTag.committing, `T2 was published by a helper of T1 at step ${k}`);
  }
});

test('K7: a fenced committer loses, wherever the recoverer comes in between', () => {
  for (let k = 0; ; k++) {
    const world = new World();
    const [a, b] = world.start(2);
    const slot = a.begin();
    let fenced = false;
    let cts = 0;
    const more = interleave(
      k,
      () => {
        try {
          cts = a.fusion.transactions.commitSlot(slot);
        } catch (error) {
          assert.ok(error instanceof FencedError);
          fenced = true;
        }
      },
      () => {
        world.recovery.fence(a.fusion.incarnation);
        world.recovery.makeLoser(a.fusion.incarnation, slot, 1);
      },
    );
    if (!more) break;
    const seen = stateOf(b, a, slot, 1);
    assert.ok(fenced ? seen === SLOT_ABORTING : seen === cts, `fenced ${fenced}, state ${seen} at step ${k}`);
  }
});

test('K7: a fenced primary does not commit even what nobody has decided yet', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const slot = a.begin();
  world.recovery.fence(a.fusion.incarnation);
  assert.throws(() => a.fusion.transactions.commitSlot(slot), FencedError);
  assert.equal(stateOf(b, a, slot, 1), SLOT_UNRECOVERED);
});

test('K8: rows of an incarnation that died in an earlier life wait until its losers are known', () => {
  const world = new World();
  assert.ok(world.members.adopt(77));
  const b = world.join(1);
  const {transactions} = b.fusion;
  assert.equal(transactions.slotState(77, 5, 3), SLOT_UNRECOVERED);
  world.recovery.makeLoser(77, 5, 3);
  assert.equal(transactions.slotState(77, 5, 3), SLOT_ABORTING, 'a loser is known at once');
  assert.equal(transactions.slotState(77, 5, 2), SLOT_UNRECOVERED, 'all others wait');
  world.recovery.decide(77);
  assert.deepEqual(b.poll(), ['recovered']);
  assert.equal(transactions.slotState(77, 5, 2), CSN_MIN);
  assert.equal(transactions.slotState(77, 5, 3), SLOT_ABORTING);
  assert.throws(() => world.recovery.finish(77), /not ended/);
  world.recovery.endLoser(77, 5, 3);
  world.recovery.finish(77);
  assert.equal(transactions.slotState(12345, 1, 1), CSN_MIN, 'an incarnation that nobody knows finished long ago');
  world.check();
});

test('K8: an ACTIVE slot that left nothing in the log is ended', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const slot = a.begin();
  world.recovery.fence(a.fusion.incarnation);
  assert.equal(stateOf(b, a, slot, 1), SLOT_UNRECOVERED);
  assert.throws(() => world.recovery.decide(a.fusion.incarnation), /undecided/);
  assert.equal(world.recovery.endUntraced(a.fusion.incarnation), 1);
  assert.equal(world.recovery.endUntraced(a.fusion.incarnation), 0);
  world.recovery.decide(a.fusion.incarnation);
  assert.equal(stateOf(b, a, slot, 1), SLOT_ABORTING);
});

test('K8: slots are reused first in, first out, and one whose version would wrap is retired', () => {
  const world = new World({titSlots: 3});
  const [a] = world.start(1);
  const order: number[] = [];
  for (let i = 0; i < 6; i++) {
    const slot = a.begin();
    order.push(slot);
    a.commit(slot);
    refresh(a);
  }
  assert.deepEqual(order, [0, 1, 2, 0, 1, 2]);
  const {regions} = a.fusion.attachment;
  const at = regions.slotAt(regions.find(a.fusion.incarnation), 0) + SlotField.version;
  Atomics.store(world.memory.words, at, -2);
  assert.equal(a.begin(), 0);
  assert.equal(a.fusion.transactions.slotVersion(0), 0xffff_ffff);
  a.commit(0);
  refresh(a);
  assert.equal(a.fusion.transactions.slotsInQueue, 2);
});

test('K9, G16: nothing is published above the TSO limit; a drawer waits in COMMITTING until it is raised', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const now = world.supervisor.tso.read();
  Atomics.store(world.memory.words64, 40, BigInt(now + 1));
  const first = a.begin();
  const second = a.begin();
  assert.equal(a.commit(first), now + 1);
  assert.equal(a.fusion.transactions.commitSlot(second), BLOCKED);
  const view = b.fusion.transactions.readTso();
  assert.equal(stateOf(b, a, second, 1), SLOT_UNRECOVERED, 'not decided: the reader must wait, neither yes nor no');
  world.check();
  world.members.raiseTsoLimit(now + 100);
  assert.deepEqual(b.poll(), ['recovered']);
  const cts = a.fusion.transactions.commitSlot(second);
  assert.ok(cts > view && cts <= now + 100);
  world.members.raiseTsoLimit(now + 50);
  assert.equal(world.supervisor.tso.limit(), now + 100, 'a limit is never lowered');
});

test('K9: after the death of everything the oracle goes on above every value ever published', () => {
  const world = new World();
  world.members.resumeTso(1_000_000);
  world.members.raiseTsoLimit(2_000_000);
  const [a] = world.start(1);
  assert.ok(a.commit(a.begin()) > 1_000_000);
});

test('a winner of a dead incarnation is published once, by whoever comes', () => {
  const world = new World();
  const [a, b] = world.start(2);
  const slot = a.begin();
  world.recovery.fence(a.fusion.incarnation);
  const cts = world.recovery.publishWinner(a.fusion.incarnation, slot, 1);
  assert.ok(cts > 0);
  assert.equal(world.recovery.publishWinner(a.fusion.incarnation, slot, 1), cts);
  assert.equal(stateOf(b, a, slot, 1), cts, 'known before the incarnation is decided');
  assert.throws(() => a.fusion.poll(undefined as never), FencedError);
});
