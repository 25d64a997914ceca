// Metadata and named locks, within a node and between nodes.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {EntryField} from '../../fusion/memory/layout.ts';
import {type Script, SimClient} from '../../sim/client.ts';
import {must} from '../../sim/script.ts';
import {SimWorld} from '../../sim/world.ts';
import {LOCK_TIMEOUT, ROW} from '../api.ts';

function run(world: SimWorld, client: SimClient, script: () => Script<void>): void {
  client.start(script());
  const isDone = world.time.runUntil(() => client.idle, 20_000);
  if (client.failure) throw client.failure;
  assert.ok(isDone, 'the script ends');
}

/** A world of so many primaries, with one client on each. */
function worldOf(primaries: number, seed = 1): {world: SimWorld; clients: SimClient[]} {
  const world = new SimWorld({nodes: primaries, seed, frames: 16, dbpFrames: 4});
  const clients = Array.from({length: primaries}, (_, node) => new SimClient(world, world.start(node)));
  return {world, clients};
}

function* withMetadata(client: SimClient, object: number, exclusive: boolean, body: () => Script<void>): Script<void> {
  const {session} = client;
  session.begin(false, false);
  session.beginStatement();
  yield* must(() => session.lockMetadata(object, exclusive));
  yield* body();
  session.endStatement();
  yield* must(() => session.commit());
}

function* nothing(): Script<void> {}

test('a lock that is taken while the directory is full of idle ones excludes others of the node all the same', () => {
  const {world, clients} = worldOf(1);
  const [first] = clients;
  const second = new SimClient(world, first.primary);
  const {entries} = world.supervisor.directory;
  const areFree = (): boolean => {
    for (let entry = 0; entry < entries.count; entry++) if (entries.get(entry, EntryField.home) <= 0) return true;
    return false;
  };
  // Idle metadata locks are kept until there is no room.
  for (let object = 1; areFree(); object++) run(world, first, () => withMetadata(first, object, false, nothing));
  run(world, first, () => must(() => first.session.lockNamed('one', 1000)));
  let answer = ROW as number;
  run(world, second, function* () {
    second.session.begin(false, false);
    answer = yield () => second.session.lockNamed('one', 1);
    yield* must(() => second.session.rollback());
  });
  assert.equal(answer, LOCK_TIMEOUT);
  assert.ok(first.session.unlockNamed('one'));
  run(world, second, () => must(() => second.session.lockNamed('one', 1)));
});

test('S3: sessions of three primaries that want one object in X get it one after the other, each grant is used', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const {world, clients} = worldOf(3, seed);
    const all = clients.flatMap(client => [client, new SimClient(world, client.primary)]);
    let holders = 0;
    for (const client of all) {
      client.start(
        (function* () {
          for (let i = 0; i < 5; i++) {
            yield* withMetadata(client, 7, true, function* () {
              assert.equal(++holders, 1, 'one at a time');
              yield () => ROW;
              holders--;
            });
          }
        })(),
      );
    }
    const areDone = world.time.runUntil(() => all.every(client => client.idle), 200);
    for (const {failure} of all) if (failure) throw failure;
    assert.ok(areDone, `30 turns take more than 200 ms: ${all.filter(client => !client.idle).length} clients wait`);
  }
});

test('a session that gives up its wait leaves the queue: those behind it go on', () => {
  const {world, clients} = worldOf(1);
  const [holder] = clients;
  const [waiter, next] = [1, 2].map(() => new SimClient(world, holder.primary));
  run(world, holder, function* () {
    holder.session.begin(false, false);
    yield* must(() => holder.session.lockMetadata(9, true));
  });
  waiter.start(withMetadata(waiter, 9, true, nothing));
  assert.equal(waiter.idle, false);
  // The client is gone: the session rolls back without asking again.
  let isClosed = false;
  waiter.session.close(() => (isClosed = true));
  assert.ok(world.time.runUntil(() => isClosed, 100));
  run(world, holder, () => must(() => holder.session.commit()));
  run(world, next, () => withMetadata(next, 9, true, nothing));
});
