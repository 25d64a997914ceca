// What a replica keeps on disk: the log of batches and the twin state file, torn at every operation and damaged in every place.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {SimCrash, SimDisk} from '../../../sim/sim-disk.ts';
import {encodeBatch} from '../batch.ts';
import {BatchLog} from './batch-log.ts';
import {StateFile} from './state-file.ts';

const FILE_BYTES = 4096;
const checksum = (bytes: Uint8Array, seed?: number): number => crc32(bytes, seed);

function batch(n: number, payload = 40): Uint8Array {
  const head = {incarnation: 1, pg: 3, prev: n * 100, end: n * 100 + 100, checkpoint: 0, vdl: 0};
  return encodeBatch(head, [{lsn: n * 100, at: 0, length: payload}], new Uint8Array(payload).fill(n), checksum);
}

function open(disk: SimDisk): {log: BatchLog; found: number[]} {
  const found: number[] = [];
  const log = new BatchLog({disk, crc32: checksum}, 'd/log', 3, FILE_BYTES, () => {});
  log.open(one => found.push(one.prev / 100));
  return {log, found};
}

/** Appends one batch after the other, each when the one before is durable; returns those that were acknowledged. */
function fill(disk: SimDisk, log: BatchLog, from: number, count: number): number[] {
  const acked: number[] = [];
  for (let n = from; n < from + count; n++) {
    log.append(batch(n), () => acked.push(n));
    disk.runCallbacks();
    log.prepare();
  }
  return acked;
}

test('a crash at every operation loses nothing that was acknowledged, and is not taken for damage', () => {
  for (let strike = 1; ; strike++) {
    const disk = new SimDisk({seed: strike});
    disk.makeDirectorySync('d');
    disk.syncDirectorySync('d');
    const acked: number[] = [];
    let struck = true;
    try {
      const {log} = open(disk);
      disk.crashAfter(strike);
      for (let n = 1; n <= 60; n++) {
        log.append(batch(n), () => acked.push(n));
        disk.runCallbacks();
        // At times the next file is ready in time, at times half, at times not at all.
        if (n % 7 < strike % 4) log.prepare();
      }
      struck = disk.isDead;
    } catch (error) {
      if (!(error instanceof SimCrash)) throw error;
    }
    disk.crash();
    const {log, found} = open(disk);
    assert.equal(log.damaged, false, `strike ${strike}`);
    assert.deepEqual(
      acked.filter(n => !found.includes(n)),
      [],
      `strike ${strike}`,
    );
    const more = fill(disk, log, 100, 3);
    disk.crash();
    const again = open(disk);
    assert.equal(again.log.damaged, false);
    assert.deepEqual(
      [...acked, ...more].filter(n => !again.found.includes(n)),
      [],
    );
    if (!struck) return;
  }
});

test('a file is filled with zeros before it is needed, not when somebody waits for it', () => {
  const disk = new SimDisk({seed: 1});
  disk.makeDirectorySync('d');
  let waited = false;
  const openSync = disk.openSync.bind(disk);
  disk.openSync = (path, options) => {
    const file = openSync(path, options);
    const allocate = file.allocateSync.bind(file);
    file.allocateSync = size => {
      waited ||= options.durableWrites === true && path !== 'd/log/00000001.log';
      allocate(size);
    };
    return file;
  };
  const {log} = open(disk);
  fill(disk, log, 1, 100);
  assert.ok(log.files.length > 2);
  assert.equal(waited, false);
  assert.equal(open(disk).found.length, 100);
});

test('a flipped bit anywhere in a group is noticed when something durable stands behind it', () => {
  for (let byte = 512; byte < 512 + 112; byte += 3) {
    const disk = new SimDisk({seed: 1});
    disk.makeDirectorySync('d');
    const {log} = open(disk);
    fill(disk, log, 1, 5);
    log.close();
    disk.flip('d/log/00000001.log', byte, byte % 8);
    const {log: damaged, found} = open(disk);
    assert.equal(damaged.damaged, true, `byte ${byte}`);
    assert.deepEqual(found, [2, 3, 4, 5]);
  }
});

test('the state file survives a crash at every operation and damage to either copy', () => {
  for (let strike = 1; ; strike++) {
    const disk = new SimDisk({seed: strike});
    disk.makeDirectorySync('d');
    let acked = 0;
    disk.crashAfter(strike);
    try {
      const file = new StateFile<{n: number}>({disk, crc32: checksum}, 'd/state');
      for (let n = 1; n <= 4; n++) {
        file.write({n});
        acked = n;
      }
    } catch (error) {
      if (!(error instanceof SimCrash)) throw error;
    }
    const struck = disk.isDead;
    disk.crash();
    const state = new StateFile<{n: number}>({disk, crc32: checksum}, 'd/state').read(() => {})?.n ?? 0;
    assert.ok(state === acked || state === acked + 1, `strike ${strike}: ${state}, acknowledged ${acked}`);
    if (!struck) break;
  }
  for (const twin of ['a', 'b']) {
    const disk = new SimDisk({seed: 1});
    disk.makeDirectorySync('d');
    new StateFile<{n: number}>({disk, crc32: checksum}, 'd/state').write({n: 7});
    disk.flip(`d/state.${twin}`, 22, 3);
    assert.equal(new StateFile<{n: number}>({disk, crc32: checksum}, 'd/state').read(() => {})?.n, 7);
  }
});
