import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {SimDisk} from '../../sim/sim-disk.ts';
import {RecordLog, type RecordLogOptions} from './record-log.ts';

function setup(cell: number, seed = 1): {disk: SimDisk; options: RecordLogOptions} {
  const disk = new SimDisk({seed});
  disk.makeDirectorySync('d');
  return {disk, options: {disk, crc32, path: 'd/log', growBytes: 8192, cell}};
}

function write(options: RecordLogOptions, count: number): RecordLog {
  const log = RecordLog.create(options);
  options.disk.syncDirectorySync('d');
  for (let i = 1; i <= count; i++) {
    log.append(i, Uint8Array.from([i, i, i]));
    log.sync();
  }
  return log;
}

function read(options: RecordLogOptions): number[] {
  const found: number[] = [];
  RecordLog.open(options, (type, payload) => {
    assert.equal(payload.byteLength, 3);
    assert.equal(payload.getUint8(2), type);
    found.push(type);
  });
  return found;
}

for (const cell of [0, 512]) {
  test(`entries come back in order, and appending goes on after reopening (cell ${cell})`, () => {
    const {options} = setup(cell);
    write(options, 40);
    const log = RecordLog.open(options, () => {});
    log.append(41, Uint8Array.from([41, 41, 41]));
    log.sync();
    assert.deepEqual(
      read(options),
      Array.from({length: 41}, (_, i) => i + 1),
    );
  });

  test(`a damaged entry with a good one behind it is named (cell ${cell})`, () => {
    const {disk, options} = setup(cell);
    write(options, 5);
    const size = cell === 0 ? 32 : 1024;
    disk.flip('d/log', 2 * size + 25, 3);
    if (cell > 0) disk.flip('d/log', 2 * size + cell + 25, 3);
    assert.throws(() => read(options), {name: 'CorruptionError', where: `d/log at byte ${2 * size}`});
  });

  test(`an unsynced entry may be lost in a crash, synced ones never (cell ${cell})`, () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const {disk, options} = setup(cell, seed);
      const log = write(options, 6);
      log.append(7, Uint8Array.from([7, 7, 7]));
      disk.crash();
      lengths.add(read(options).length);
    }
    assert.deepEqual([...lengths].sort(), [6, 7]);
  });
}

test('one damaged twin is noticed and the other one serves, also for the last entry', () => {
  for (const twin of [0, 512]) {
    const {disk, options} = setup(512);
    write(options, 5);
    disk.flip('d/log', 4 * 1024 + twin + 25, 0);
    const log = RecordLog.open(options, () => {});
    assert.equal(log.damagedTwins, 1);
    assert.equal(read(options).length, 5);
  }
});

test('after a failed sync nothing more can be appended (S15)', () => {
  const {disk, options} = setup(0);
  const log = write(options, 2);
  log.append(3, Uint8Array.from([3, 3, 3]));
  disk.failNext('sync', 'log', 'EIO');
  assert.throws(() => log.sync(), {code: 'EIO'});
  assert.throws(() => log.sync(), {name: 'OperatingError'});
  assert.throws(() => log.append(4, new Uint8Array(3)), {name: 'OperatingError'});
});

test('what a dead process wrote is made durable before it is believed (K6 a)', () => {
  let believed = 0;
  for (let seed = 0; seed < 20; seed++) {
    const {disk, options} = setup(0, seed);
    const log = write(options, 3);
    log.append(4, Uint8Array.from([4, 4, 4]));
    disk.kill();
    const first = read(options).length;
    disk.crash();
    assert.equal(read(options).length, first, 'a second, harder crash must not take back what was read');
    believed += first;
  }
  assert.equal(believed, 80);
});

test('a full disk leaves the log usable', () => {
  const {disk, options} = setup(0);
  const log = write(options, 3);
  disk.capacity = disk.usedBytes();
  for (let i = 4; i <= 256; i++) log.append(i, Uint8Array.from([i, i, i]));
  assert.throws(() => log.append(257, new Uint8Array(3)), {code: 'ENOSPC'});
  disk.capacity = 1e9;
  log.append(257, new Uint8Array([1, 1, 1]));
  log.sync();
  let count = 0;
  RecordLog.open(options, () => count++);
  assert.equal(count, 257);
});
