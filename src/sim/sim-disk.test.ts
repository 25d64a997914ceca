import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SimCrash, SimDisk} from './sim-disk.ts';

function disk(seed: number): SimDisk {
  const made = new SimDisk({seed});
  made.makeDirectorySync('d');
  return made;
}

function bytes(on: SimDisk, path: string): Uint8Array {
  const file = on.openSync(path, {});
  const found = new Uint8Array(file.sizeSync());
  file.readSync(found, 0, found.length, 0);
  return found;
}

function durableFile(on: SimDisk, length: number): ReturnType<SimDisk['openSync']> {
  const file = on.openSync('d/f', {create: true});
  file.allocateSync(length);
  file.syncSync();
  on.syncDirectorySync('d');
  return file;
}

test('a crash keeps all that was synced, and any subset of the sectors that were not', () => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const on = disk(seed);
    const file = durableFile(on, 2048);
    file.writeSync(new Uint8Array(512).fill(1), 0, 512, 0);
    file.syncSync();
    file.writeSync(new Uint8Array(1536).fill(2), 0, 1536, 512);
    on.crash();
    const found = bytes(on, 'd/f');
    assert.equal(found[0], 1, 'synced');
    outcomes.add([found[600], found[1100], found[1600]].join());
  }
  assert.equal(outcomes.size, 8, 'torn in every way');
});

test('names that were not synced survive up to some point in their order; a rename never loses the file', () => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const on = disk(seed);
    durableFile(on, 10);
    on.renameSync('d/f', 'd/g');
    on.openSync('d/h', {create: true});
    on.removeSync('d/g');
    on.crash();
    outcomes.add(on.listSync('d').join());
  }
  assert.deepEqual([...outcomes].sort(), ['f', 'g', 'g,h', 'h']);
});

test('the death of the process alone keeps what was written, and closes its files', () => {
  const on = disk(1);
  const file = durableFile(on, 512);
  file.writeSync(Uint8Array.of(9), 0, 1, 0);
  on.kill();
  assert.equal(bytes(on, 'd/f')[0], 9);
  assert.throws(() => file.sizeSync() + file.readSync(new Uint8Array(1), 0, 1, 0), SimCrash);
});

test('a failed sync loses the bytes for good, although reads still show them and the next sync succeeds', () => {
  const on = disk(2);
  const file = durableFile(on, 512);
  file.writeSync(Uint8Array.of(7), 0, 1, 0);
  on.failNext('sync', 'd/f', 'EIO');
  assert.throws(() => file.syncSync(), {code: 'EIO'});
  file.syncSync();
  assert.equal(bytes(on, 'd/f')[0], 7);
  on.crash();
  assert.equal(bytes(on, 'd/f')[0], 0);
});

test('a failed write can be seen, and is gone after a crash whatever is synced, unless it is written again', () => {
  for (const again of [false, true]) {
    const on = disk(2);
    const file = durableFile(on, 512);
    on.failNext('write', 'd/f', 'EIO');
    assert.throws(() => file.writeSync(Uint8Array.of(7), 0, 1, 0), {code: 'EIO'});
    assert.equal(bytes(on, 'd/f')[0], 7);
    if (again) file.writeSync(Uint8Array.of(7), 0, 1, 0);
    file.syncSync();
    on.crash();
    assert.equal(bytes(on, 'd/f')[0], again ? 7 : 0);
  }
});

test('a planned crash strikes the n-th operation half done, and everything after it', () => {
  const on = disk(3);
  const file = durableFile(on, 512);
  on.crashAfter(2);
  file.writeSync(Uint8Array.of(1), 0, 1, 0);
  assert.throws(() => file.writeSync(Uint8Array.of(2), 0, 1, 1), SimCrash);
  assert.throws(() => file.syncSync(), SimCrash);
  assert.ok(on.isDead);
  assert.equal(on.crashedIn, 'write d/f');
});

test('a full disk refuses growth and takes it again when bytes are given back', () => {
  const on = disk(4);
  const file = durableFile(on, 1000);
  on.capacity = 1500;
  assert.throws(() => file.allocateSync(2000), {code: 'ENOSPC'});
  assert.equal(file.sizeSync(), 1000);
  file.truncateSync(100);
  file.allocateSync(1500);
});

test('callbacks run when they are told to, and never after a crash', () => {
  const on = disk(5);
  const file = durableFile(on, 512);
  const done: string[] = [];
  file.write(Uint8Array.of(1), 0, 1, 0, () => done.push('a'));
  assert.equal(done.length, 0);
  on.runCallbacks();
  file.write(Uint8Array.of(2), 0, 1, 0, () => done.push('b'));
  on.crash();
  on.runCallbacks();
  assert.deepEqual(done, ['a']);
});

test('the same seed gives the same disk', () => {
  const run = (): string => {
    const on = disk(77);
    const file = durableFile(on, 8192);
    file.writeSync(new Uint8Array(8192).fill(3), 0, 8192, 0);
    on.crash();
    return bytes(on, 'd/f').join();
  };
  assert.equal(run(), run());
});
