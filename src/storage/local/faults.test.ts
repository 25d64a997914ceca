// Damage and refusal: bit flips in every kind of file, a full disk, and directories that must not be opened.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {CorruptionError, OperatingError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {frameLength, framePayloadLength} from '../../format/redo/frame.ts';
import {SimDisk} from '../../sim/sim-disk.ts';
import {PAGE_DAMAGED, PAGE_FOUND} from '../api.ts';
import {NONE} from '../segment/page-table.ts';
import {REDO_FILE_HEADER} from '../segment/redo-files.ts';
import {StreamWords, streamWordsBytes} from '../segment/stream-words.ts';
import {NODES, PAGE_SIZE, SHAPE, TestWorld} from '../testing/test-world.ts';
import {checkVolume, Scrubber} from './check.ts';
import {LocalVolume} from './local-volume.ts';

const target = new Memory(new ArrayBuffer(PAGE_SIZE));
const IMAGES = 'v/images/000000.images';

/** A volume whose pages 0..5 are in images; `keepRedo`: the redo that made them is still there. */
function withImages(keepRedo: boolean): TestWorld {
  const world = new TestWorld(6);
  const a = world.start(0);
  for (let i = 0; i < 60; i++) world.change(a, [i % 6]);
  world.flush(a);
  world.volume.checkpointAll();
  if (keepRedo) return world;
  world.crash(true);
  world.volume.checkpointAll();
  assert.equal(world.volume.incarnations().length, 0);
  return world;
}

function slotOf(world: TestWorld, pageNo: number): number {
  return world.volume.parts.table.leaf(pageNo).slot[pageNo];
}

test('a flipped bit in an image is named and never served, and other pages are', () => {
  for (const byte of [0, 5, 9, 17, 100, PAGE_SIZE - 3]) {
    const world = withImages(false);
    const slot = slotOf(world, 3);
    world.disk.flip(IMAGES, slot * PAGE_SIZE + byte, byte % 8);
    assert.equal(world.volume.readPage(3, target, 0), PAGE_DAMAGED);
    assert.match(world.volume.damages.get(3) ?? '', new RegExp(`${IMAGES} slot ${slot}, page 3: `));
    assert.equal(checkVolume(world.volume).faults.length, 1);
    for (const pageNo of [0, 1, 2, 4, 5]) world.verifyPage(pageNo, true);
  }
});

test('an image of the wrong page or version is damage too: a lost or misdirected write', () => {
  const world = withImages(false);
  const file = world.disk.openSync(IMAGES, {});
  const bytes = new Uint8Array(PAGE_SIZE);
  file.readSync(bytes, 0, PAGE_SIZE, slotOf(world, 2) * PAGE_SIZE);
  file.writeSync(bytes, 0, PAGE_SIZE, slotOf(world, 3) * PAGE_SIZE);
  assert.equal(world.volume.readPage(3, target, 0), PAGE_DAMAGED);
  assert.match(world.volume.damages.get(3) ?? '', /is page 2, not 3/);
});

test('a damaged image is rebuilt while the redo is there, and written anew', () => {
  const world = withImages(true);
  world.disk.flip(IMAGES, slotOf(world, 3) * PAGE_SIZE + 80, 2);
  world.verifyPage(3, true);
  assert.equal(world.volume.damages.size, 0);
  assert.match(world.warnings.join(), /rebuilt from redo/);
  const old = slotOf(world, 3);
  world.volume.maintain();
  assert.notEqual(slotOf(world, 3), old);
  world.crash(true);
  world.verifyAll();
  assert.deepEqual(checkVolume(world.volume).faults, []);
});

test('the scrubber finds damage that nobody reads', () => {
  const world = withImages(false);
  const scrubber = new Scrubber(world.volume);
  let damaged = 0;
  while (scrubber.rounds === 0) damaged += scrubber.step(2);
  assert.equal(damaged, 0);
  world.disk.flip(IMAGES, slotOf(world, 5) * PAGE_SIZE + 200, 0);
  while (scrubber.rounds === 1) damaged += scrubber.step(2);
  assert.equal(damaged, 1);
  assert.deepEqual([...world.volume.damages.keys()], [5]);
});

/** Opens the world's volume again; returns what it throws. */
function reopenError(world: TestWorld): unknown {
  try {
    world.disk.kill();
    world.reopen();
    world.volume.ingest();
  } catch (error) {
    return error;
  }
  return undefined;
}

function assertNamed(error: unknown, where: RegExp): void {
  assert.ok(error instanceof CorruptionError, `expected damage in ${where}, got ${String(error)}`);
  assert.match(error.where, where);
}

test('a flipped bit in the index is named, or only undoes the last batch', () => {
  let named = 0;
  const used = withImages(false).volume.parts.index.usedBytes;
  for (let byte = 0; byte < used; byte += 13) {
    const world = withImages(false);
    world.disk.flip('v/index.log', byte, byte % 8);
    const error = reopenError(world);
    if (error !== undefined) {
      assertNamed(error, /index\.log/);
      named++;
      continue;
    }
    // The damaged entry was the last one: the empty batch that settles the one before it, or padding.
    world.verifyAll();
    assert.deepEqual(checkVolume(world.volume).faults, []);
  }
  assert.ok(named > 10, `${named} were named`);
});

test('the loss of the last index entry is made good from the redo', () => {
  const world = new TestWorld(6);
  const a = world.start(0);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) world.change(a, [i]);
    world.flush(a);
    a.stream.setCheckpoint(a.ackedLsn);
    world.volume.ingest();
    assert.equal(world.volume.checkpointStep(), 5);
    world.volume.parts.streams.takeCheckpoints();
    world.volume.parts.streams.giveBack(world.volume.parts.checkpointer);
  }
  world.disk.flip('v/index.log', world.volume.parts.index.usedBytes - 30, 1);
  world.crash(false);
  world.verifyAll();
  assert.deepEqual(checkVolume(world.volume).faults, []);
});

test('a flipped bit in one twin of the journal is repaired, in both it is named', () => {
  for (let byte = 0; byte < 40; byte += 3) {
    const world = withImages(true);
    world.disk.flip('v/incarnations.log', 1024 + byte, 1);
    world.crash(true);
    world.verifyAll();
    if (byte < 32) assert.match(world.warnings.join(), /repaired from their twins/);
  }
  const world = withImages(true);
  world.disk.flip('v/incarnations.log', 1024 + 9, 1);
  world.disk.flip('v/incarnations.log', 1024 + 512 + 9, 1);
  assertNamed(reopenError(world), /incarnations\.log at byte 1024/);
});

/** Where the third frame of the first redo file stands. */
function thirdFrame(world: TestWorld): number {
  const memory = new Memory(new ArrayBuffer(1 << 14));
  world.disk.openSync('v/redo/0000000001-00000001.redo', {readOnly: true}).readSync(memory.bytes, 0, memory.size, 0);
  const second = REDO_FILE_HEADER + frameLength(framePayloadLength(memory, REDO_FILE_HEADER));
  return second + frameLength(framePayloadLength(memory, second));
}

test('a flipped bit in redo below a durable end is named with file and LSN', () => {
  for (const byte of [0, 4, 9, 14, 20, 26, 40, 55]) {
    const world = new TestWorld(6);
    const a = world.start(0);
    for (let i = 0; i < 20; i++) {
      world.change(a, [i % 6]);
      world.flush(a);
    }
    // The stream lives: its durable LSN is known, and the third frame is hit before anybody has read it.
    world.disk.flip('v/redo/0000000001-00000001.redo', thirdFrame(world) + byte, byte % 8);
    assert.throws(
      () => world.volume.readPage(1, target, 0),
      (e: CorruptionError) =>
        e.name === 'CorruptionError' &&
        /0000000001-00000001\.redo at byte \d+/.test(e.where) &&
        /durable up to/.test(e.message),
    );
    // The process died: a good later frame shows that it is no torn tail.
    assertNamed(reopenError(world), /0000000001-00000001\.redo/);
  }
});

test('a redo file that is missing, or whose header is damaged, is named', () => {
  const world = new TestWorld(6);
  const a = world.start(0);
  for (let i = 0; i < 300; i++) {
    world.change(a, [i % 60]);
    world.flush(a);
    world.volume.maintain();
  }
  world.disk.flip('v/redo/0000000001-00000001.redo', 13, 1);
  assertNamed(reopenError(world), /0000000001-00000001\.redo/);
  world.disk.flip('v/redo/0000000001-00000001.redo', 13, 1);
  world.disk.removeSync('v/redo/0000000001-00000002.redo');
  assertNamed(reopenError(world), /0000000001-00000002\.redo/);
});

test('a full disk loses nothing: room shrinks to nothing, and service resumes when there is space', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const world = new TestWorld(seed);
    const a = world.start(0);
    const b = world.start(1);
    const work = (steps: number): number => {
      let refused = 0;
      for (let i = 0; i < steps; i++) {
        const node = i % 2 === 0 ? a : b;
        if (!world.change(node, [world.prng.below(200)])) refused++;
        if (i % 3 === 0) world.flush(node);
        if (i % 5 === 0) node.stream.setCheckpoint(node.stream.durableLsn);
        world.volume.maintain();
      }
      return refused;
    };
    work(100);
    world.disk.capacity = world.disk.usedBytes() + 3000;
    assert.ok(work(2500) > 500, 'the disk was full');
    assert.ok(a.stream.room() < 2000 || b.stream.room() < 2000);
    assert.ok(a.stream.isOutOfSpace() || b.stream.isOutOfSpace(), 'and who has no room knows why');
    world.verifyAll();
    if (seed % 2 === 0) {
      world.crash(true);
      world.verifyAll();
      continue;
    }
    world.disk.capacity = Number.POSITIVE_INFINITY;
    assert.ok(work(300) < 20, 'service has resumed');
    assert.ok(!a.stream.isOutOfSpace() && !b.stream.isOutOfSpace());
    world.verifyAll();
    assert.deepEqual(checkVolume(world.volume).faults, []);
  }
});

test('a primary that cannot get its first redo file is refused, and can be born when there is space', () => {
  const world = new TestWorld(1);
  world.disk.capacity = world.disk.usedBytes() + 1000;
  assert.throws(
    () => world.start(0),
    (e: OperatingError) => e instanceof OperatingError && /no space for redo/.test(e.message),
  );
  world.disk.capacity = Number.POSITIVE_INFINITY;
  const a = world.start(0);
  assert.equal(a.stream.incarnation, 2);
  world.change(a, [1]);
  world.flush(a);
  world.verifyAll();
  world.volume.checkpointAll();
  assert.deepEqual(
    world.volume.incarnations().map(i => i.incarnation),
    [2],
  );
});

test('a primary is born on a disk that is full of redo which nobody needs any more', () => {
  const world = new TestWorld(1);
  world.volume.checkpointAll();
  const a = world.start(0);
  for (let i = 0; i < 60; i++) world.change(a, [i % 6]);
  world.flush(a);
  world.crash(true);
  assert.equal(world.volume.incarnations().length, 1);
  world.disk.capacity = world.disk.usedBytes() + 8 * PAGE_SIZE;
  world.start(0);
  assert.deepEqual(
    world.volume.incarnations().map(i => i.incarnation),
    [2],
  );
  world.verifyAll();
});

test('what was ready for a primary that has died is given back at once, though its redo waits', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.start(1);
  for (let i = 0; i < 10; i++) world.change(a, [i]);
  world.flush(a);
  while (world.volume.maintain());
  const files = (): string[] => world.disk.listSync('v/redo').filter(name => name.startsWith('0000000001-'));
  assert.equal(files().length, 3);
  world.die(a);
  while (world.volume.maintain());
  assert.equal(files().length, 1);
  assert.ok((world.volume.counters().get('redo_waiting_records') ?? 0) > 0);
  world.verifyAll();
  world.crash(false);
  world.verifyAll();
});

test('primaries die and are born on a small disk as often as they like', () => {
  const world = new TestWorld(2, {redoFilesMax: 1000});
  let a = world.start(0);
  while (world.volume.maintain());
  world.disk.capacity = world.disk.usedBytes() + 40 * SHAPE.redoFileSize;
  for (let life = 0; life < 60; life++) {
    for (let i = 0; i < 12; i++) world.change(a, [world.prng.below(40)]);
    world.flush(a);
    if (life % 3 === 0) world.die(a);
    else world.crash(life % 3 === 1);
    a = world.start(0);
    for (let i = 0; i < 5; i++) world.volume.maintain();
  }
  world.verifyAll();
});

test('redo files come back from a disk that is full to the last byte', () => {
  const world = new TestWorld(3, {growPages: 1});
  const a = world.start(0);
  for (let i = 0; i < 60; i++) world.change(a, [world.prng.below(30)]);
  world.flush(a);
  world.volume.checkpointAll();
  while (world.volume.maintain());
  world.disk.capacity = world.disk.usedBytes();
  let changed = 0;
  for (let i = 0; i < 2000; i++) {
    if (world.change(a, [world.prng.below(30)])) changed++;
    world.flush(a);
    if (i % 20 === 0) a.stream.setCheckpoint(a.stream.durableLsn);
    world.volume.maintain();
  }
  assert.ok(changed > 1500, `${changed} of 2000 changes found room`);
  world.verifyAll();
});

function open(disk: SimDisk, directory: string): LocalVolume {
  const world = new StreamWords(new SharedArrayBuffer(streamWordsBytes(NODES)), 0, NODES);
  const trace = {info: () => {}, warn: () => {}, error: () => {}};
  const random = {u32: () => 1, secretBytes: (n: number) => new Uint8Array(n).fill(7)};
  return LocalVolume.open({disk, crc32, trace, random}, {directory, shape: SHAPE, words: world});
}

test('a directory is opened once, and again after it was closed', () => {
  const disk = new SimDisk({seed: 1});
  const first = open(disk, 'v');
  const operations = disk.operations;
  assert.throws(
    () => open(disk, 'v'),
    (e: OperatingError) => e instanceof OperatingError && /in use/.test(e.message),
  );
  assert.equal(disk.operations - operations, 1, 'it only looked at the header');
  first.close();
  const second = open(disk, 'v');
  assert.equal(second.header.uuid, first.header.uuid);
});

test('foreign, damaged and newer directories are refused, and nothing is written', () => {
  const disk = new SimDisk({seed: 1});
  const put = (path: string, text: string): void => {
    disk.makeDirectorySync(path.slice(0, path.lastIndexOf('/')));
    const file = disk.openSync(path, {create: true});
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(text), 0, text.length, 0);
  };
  const refused = (directory: string, words: RegExp): void => {
    const before = JSON.stringify([disk.listSync(directory), disk.usedBytes()]);
    assert.throws(
      () => open(disk, directory),
      (e: OperatingError) => e instanceof OperatingError && words.test(e.message) && e.hint !== '',
    );
    assert.equal(JSON.stringify([disk.listSync(directory), disk.usedBytes()]), before);
  };
  put('photos/cat.jpg', 'meow');
  refused('photos', /no Pando volume/);
  put('text/volume.json', 'hello');
  refused('text', /not a volume header/);
  const header = {format: 1, uuid: 'ab'.repeat(16), pageSize: 16384, redoFileSize: 1 << 20};
  put('newer/volume.json', JSON.stringify({...header, format: 2}));
  refused('newer', /format version 2, this program reads 1/);
  put('size/volume.json', JSON.stringify({...header, pageSize: 777}));
  refused('size', /pageSize/);
  put('uuid/volume.json', JSON.stringify({...header, uuid: '../../etc'}));
  refused('uuid', /uuid/);
});

test('creation that was interrupted at any operation starts over', () => {
  for (let k = 1; k < 30; k++) {
    const disk = new SimDisk({seed: k});
    disk.crashAfter(k);
    try {
      open(disk, 'v').close();
    } catch {
      // SimCrash, or nothing when creation needs fewer operations.
    }
    disk.crash();
    const volume = open(disk, 'v');
    assert.equal(volume.readPage(1, target, 0), 0);
    assert.equal(volume.parts.table.leaf(1).slot[1], NONE);
    volume.close();
  }
});

test('a page that is read before the orphan streams are sealed is a bug, not a stale page', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.change(a, [1]);
  world.flush(a);
  world.volume.close();
  const volume = open(world.disk, 'v');
  assert.throws(() => volume.readPage(1, target, 0), {name: 'BugError'});
  volume.sealStream(1);
  assert.equal(volume.readPage(1, target, 0), PAGE_FOUND);
});
