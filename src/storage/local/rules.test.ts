// One test for each rule of protocols.md that the local volume has to keep, each seen failing without the rule.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {Memory} from '../../format/memory.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import {SimCrash} from '../../sim/sim-disk.ts';
import {PAGE_ABSENT, PAGE_FOUND} from '../api.ts';
import {REDO_FILE_HEADER} from '../segment/redo-files.ts';
import {FIRST_LSN} from '../segment/stream-state.ts';
import {PAGE_SIZE, TestWorld} from '../testing/test-world.ts';
import {checkVolume} from './check.ts';
import {LocalRedoStream} from './redo-stream.ts';

const target = new Memory(new ArrayBuffer(PAGE_SIZE));

test('K3: a read sees everything that is durable, of every stream, without anybody having taken it in', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  const b = world.start(1);
  world.change(a, [7]);
  world.flush(a);
  world.change(b, [7]);
  world.flush(b);
  assert.equal(world.volume.readPage(7, target, 0), PAGE_FOUND);
  world.verifyPage(7, true);
  world.change(a, [7]);
  world.flush(a);
  world.verifyPage(7, true);
  assert.ok(world.volume.isIngested(a.stream.incarnation, a.ackedLsn));
  assert.ok(!world.volume.isIngested(a.stream.incarnation, a.ackedLsn + 1));
});

test('K3: what is not durable is not served', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.change(a, [7]);
  world.flush(a);
  world.change(a, [7]);
  world.write(a);
  world.verifyPage(7, false);
});

test('K5, K6: a mini-transaction of two frames counts only when its last one is durable', () => {
  const world = new TestWorld(3);
  const a = world.start(0);
  world.change(a, [1]);
  world.flush(a);
  const end = a.ackedLsn;
  world.change(a, [1, 2]);
  // The same bytes, announced as a frame that ends inside a mini-transaction.
  a.stream.write(a.memory, 0, a.filled, a.frameLsn, 0, 0);
  a.stream.sync();
  world.disk.runCallbacks();
  assert.equal(a.stream.durableLsn, end);
  assert.equal(world.volume.readPage(2, target, 0), PAGE_ABSENT);
  world.crash(true);
  assert.equal(world.volume.incarnations()[0]?.endLsn, end);
  world.verifyAll();
});

test('K5, K6: a frame that ends inside a mini-transaction is taken in up to the end of the one before', () => {
  const world = new TestWorld(3);
  const a = world.start(0);
  world.change(a, [1]);
  const end = a.cplLsn;
  world.change(a, [1, 2]);
  a.stream.write(a.memory, 0, a.filled, a.frameLsn, end, 0);
  a.stream.sync();
  world.disk.runCallbacks();
  assert.equal(world.volume.readPage(2, target, 0), PAGE_ABSENT);
  assert.equal(world.volume.readPage(1, target, 0), PAGE_FOUND);
  assert.ok(world.volume.isIngested(1, end) && !world.volume.isIngested(1, end + 1));
  // The rest of the mini-transaction comes with the next frame.
  const rest = a.lsn;
  world.change(a, [2]);
  a.stream.write(a.memory, rest - a.frameLsn, a.lsn - rest, rest, a.lsn, 0);
  a.stream.sync();
  world.disk.runCallbacks();
  a.ackedLsn = a.lsn;
  a.filled = 0;
  world.verifyAll();
  assert.deepEqual(checkVolume(world.volume).faults, []);
});

test('K6 a: the tail that a dead process wrote is durable before anybody builds on it', () => {
  for (let seed = 0; seed < 12; seed++) {
    const world = new TestWorld(seed);
    const a = world.start(0);
    world.change(a, [1]);
    world.flush(a);
    world.change(a, [1, 2]);
    world.disk.crashAfter(1);
    assert.throws(() => world.flush(a), SimCrash);
    world.crash(false);
    const [sealed] = world.volume.incarnations();
    assert.ok(sealed.endLsn > a.ackedLsn, 'the recoverer read the tail from the system cache');
    const b = world.start(1);
    world.change(b, [1, 2]);
    world.flush(b);
    world.crash(true);
    assert.deepEqual(checkVolume(world.volume).faults, []);
    world.verifyAll();
  }
});

test('K6 c: old frames in a recycled file, with good checksums and the very LSN that is due, stay dead', () => {
  const world = new TestWorld(5, {redoFilesAhead: 1});
  const a = world.start(0);
  for (let i = 0; i < 6; i++) {
    world.change(a, [1]);
    world.flush(a);
  }
  world.crash(true);
  world.volume.checkpointAll();
  assert.equal(world.volume.incarnations().length, 0, 'incarnation 1 is retired, its files are free');
  // The next stream gets the old file. Its first frame is as long as the old first one, so that the old second one stands where its second is due.
  const recycled = world.disk.listSync('v/redo').length;
  const stream = new LocalRedoStream(world.disk, crc32, world.words, world.volume.openIncarnation(1), () => {});
  assert.equal(world.disk.listSync('v/redo').length, recycled);
  const file = world.disk.openSync('v/redo/0000000002-00000001.redo', {});
  const old = new Memory(new ArrayBuffer(1 << 14));
  file.readSync(old.bytes, 0, old.size, 0);
  assert.equal(old.view.getUint32(REDO_FILE_HEADER + 8, true), 1, 'the frames of incarnation 1 are still in it');
  const length = old.view.getUint32(REDO_FILE_HEADER + 12, true);
  stream.write(old, REDO_FILE_HEADER, length, FIRST_LSN, FIRST_LSN + length, 0);
  stream.sync();
  world.disk.runCallbacks();
  assert.equal(stream.durableLsn, FIRST_LSN + length);
  world.disk.crash();
  world.reopen();
  assert.equal(world.volume.incarnations().find(i => i.incarnation === 2)?.endLsn, FIRST_LSN + length);
});

test('K7: what is written after the seal, or synced after it, is not acknowledged', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.change(a, [1]);
  world.write(a);
  const end = a.cplLsn;
  a.stream.sync();
  assert.equal(world.volume.sealStream(a.stream.incarnation), end);
  world.change(a, [2]);
  world.write(a);
  world.disk.runCallbacks();
  assert.equal(a.failure, 'the stream has been sealed');
  assert.equal(a.ackedLsn, FIRST_LSN);
  assert.equal(a.stream.room(), 0);
  world.volume.ingest();
  assert.equal(world.volume.readPage(1, target, 0), PAGE_FOUND);
  assert.equal(world.volume.readPage(2, target, 0), PAGE_ABSENT, 'nothing beyond D exists');
});

test('K8: an incarnation is durable before its first use, and its number is never used again', () => {
  for (let seed = 0; seed < 10; seed++) {
    const world = new TestWorld(seed);
    const used = new Set<number>();
    for (let life = 0; life < 4; life++) {
      const {incarnation} = world.start(0).stream;
      assert.ok(!used.has(incarnation));
      used.add(incarnation);
      world.crash(true);
      world.volume.checkpointAll();
    }
  }
});

test('K8: the stream is kept from its checkpoint on, and recovery reads from there', () => {
  const world = new TestWorld(2);
  const a = world.start(0);
  let checkpoint = 0;
  for (let i = 0; i < 400; i++) {
    world.change(a, [i % 9, 10 + (i % 7)]);
    world.flush(a);
    if (i === 250) {
      checkpoint = a.ackedLsn;
      a.stream.setCheckpoint(checkpoint);
    }
    world.volume.maintain();
    if (i % 40 === 0) world.volume.checkpointAll();
  }
  world.volume.checkpointAll();
  assert.ok(!world.disk.existsSync('v/redo/0000000001-00000001.redo'), 'what lies below the checkpoint is given back');
  world.disk.crash();
  const cut = a.ackedLsn;
  world.reopen();
  // reopen() has scanned from the checkpoint; here once more, by hand, with the LSNs.
  const reader = world.volume.readStream(1);
  assert.equal(reader.checkpointLsn, checkpoint);
  assert.equal(reader.endLsn, cut);
  let first = 0;
  let last = 0;
  reader.scan(checkpoint, (_memory, _at, lsn) => {
    first ||= lsn;
    assert.ok(lsn > last);
    last = lsn;
  });
  assert.equal(first, checkpoint);
  world.verifyAll();
});

test('K6 c: a stream that gets its own old files back is read to its end, and no further', () => {
  for (let rounds = 600; rounds < 1000; rounds += 40) {
    const world = new TestWorld(rounds, {redoFilesAhead: 2, freeRedoFilesMax: 9});
    const a = world.start(0);
    for (let i = 0; i < rounds; i++) {
      assert.ok(world.change(a, [i % 9, 10 + (i % 7)]));
      world.flush(a);
      if (i < rounds - 3) a.stream.setCheckpoint(a.ackedLsn);
      if (i % 20 === 0) world.volume.checkpointAll();
      world.volume.maintain();
    }
    const end = a.ackedLsn;
    world.crash(true);
    const reader = world.volume.readStream(1);
    assert.equal(reader.endLsn, end);
    let seen = 0;
    reader.scan(reader.checkpointLsn, () => seen++);
    assert.equal(seen, 6, 'two records in each of the last three frames');
    world.verifyAll();
  }
});

test('K9: the TSO limit is durable when raiseTsoLimit returns, and never goes back', () => {
  const world = new TestWorld(4);
  for (let limit = 1000; limit < 400_000; limit += 1000) world.volume.raiseTsoLimit(limit);
  world.volume.raiseTsoLimit(5);
  world.crash(true);
  assert.equal(world.volume.tsoLimit, 399_000);
});

test('S14: what room() promises can be written, in frames of any size', () => {
  for (let seed = 0; seed < 40; seed++) {
    const world = new TestWorld(seed, {redoFilesAhead: 3});
    const a = world.start(0);
    while (world.volume.maintain());
    const memory = new Memory(new ArrayBuffer(a.stream.maxPayload + FRAME_HEADER + 8));
    let lsn = a.stream.startLsn;
    const write = (length: number): void => {
      a.stream.write(memory, 0, length, lsn, lsn + length, 0);
      lsn += length;
      assert.equal(a.stream.writtenLsn, lsn, a.failure);
      a.stream.sync();
      world.disk.runCallbacks();
    };
    // The promise is taken at some moment; then all of it is written, in frames chosen to fit badly.
    for (let i = world.prng.below(10); i > 0; i--) write(4 * (1 + world.prng.below(500)));
    const smallest = seed % 2 === 0 ? a.stream.maxPayload - 100 : 1000;
    for (let promised = a.stream.room(); promised >= 4; ) {
      const length = Math.min(promised, smallest + world.prng.below(a.stream.maxPayload - smallest)) & ~3;
      write(length);
      promised -= length;
    }
    assert.ok(lsn > 2 * 8192, `${lsn} bytes were written`);
  }
});

test('S15: a failed redo write ends the stream, at what was durable before', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.change(a, [1]);
  world.flush(a);
  const durable = a.ackedLsn;
  world.change(a, [1]);
  world.disk.failNext('write', '.redo', 'EIO');
  world.flush(a);
  assert.match(a.failure ?? '', /EIO/);
  assert.equal(a.stream.durableLsn, durable);
  assert.equal(a.stream.room(), 0);
  world.change(a, [1]);
  world.disk.runCallbacks();
  assert.equal(a.stream.sync(), false, 'it is never tried again');
  assert.equal(a.stream.durableLsn, durable);
});

test('S15: what a failed redo write left in the system cache is durable before the seal counts it', () => {
  const world = new TestWorld(1);
  const a = world.start(0);
  world.change(a, [1]);
  world.flush(a);
  world.change(a, [1, 2]);
  world.disk.failNext('write', '.redo', 'EIO');
  world.flush(a);
  const end = world.volume.sealStream(1);
  assert.ok(end > a.ackedLsn, 'the frame can be read');
  world.crash(true);
  assert.equal(world.volume.incarnations().length, 1);
  assert.equal(world.volume.readPage(2, target, 0), PAGE_FOUND);
  assert.deepEqual(checkVolume(world.volume).faults, []);
});

test('S15: a failed sync of page images ends the volume, and nothing is lost', () => {
  for (const path of ['images', 'index.log']) {
    const world = new TestWorld(1);
    const a = world.start(0);
    for (let i = 0; i < 20; i++) world.change(a, [i % 6]);
    world.flush(a);
    world.volume.checkpointAll();
    for (let i = 0; i < 20; i++) world.change(a, [i % 6]);
    world.flush(a);
    world.volume.ingest();
    world.disk.failNext('sync', path, 'EIO');
    assert.throws(() => world.volume.checkpointStep(), {name: 'OperatingError'});
    assert.match(world.volume.failure ?? '', /planned failure/);
    assert.throws(() => world.volume.checkpointStep(), {name: 'OperatingError'}, 'it is never tried again');
    assert.throws(() => world.volume.readPage(1, target, 0), {name: 'OperatingError'});
    world.crash(true);
    world.verifyAll();
  }
});

test('S15: no image is written over that the index names, now or if its last entry were lost', () => {
  const world = new TestWorld(8);
  const a = world.start(0);
  const {images, table} = world.volume.parts;
  let before: number[] = [];
  let now: number[] = [];
  let reused = 0;
  for (let i = 0; i < 300; i++) {
    world.change(a, [i % 11]);
    world.flush(a);
    world.volume.ingest();
    const kept = new Map([...before, ...now].map(slot => [slot, imageBytes(world, slot)]));
    if (i % 3 === 0 && world.volume.checkpointStep() > 0) before = now;
    now = [];
    table.forEach((_pageNo, leaf, k) => {
      if (leaf.slot[k] >= 0) now.push(leaf.slot[k]);
    });
    for (const [slot, bytes] of kept)
      assert.deepEqual(imageBytes(world, slot), bytes, `slot ${slot} was written over at step ${i}`);
    if (now.some(slot => !kept.has(slot))) reused++;
  }
  assert.ok(reused > 30 && images.slotCount < 60, `slots go round: ${reused} batches, ${images.slotCount} slots`);
});

function imageBytes(world: TestWorld, slot: number): Uint8Array {
  const bytes = new Uint8Array(PAGE_SIZE);
  world.disk.openSync('v/images/000000.images', {readOnly: true}).readSync(bytes, 0, PAGE_SIZE, slot * PAGE_SIZE);
  return bytes;
}
