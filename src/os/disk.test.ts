import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import type {DiskFailure} from '../env/disk.ts';
import {NodeDisk} from './disk.ts';

const root = mkdtempSync(join(tmpdir(), 'pando-disk-'));
after(() => rmSync(root, {recursive: true}));
const disk = new NodeDisk();

test('a callback write over reserved space is read back', async () => {
  const file = disk.openSync(join(root, 'a'), {create: true, durableWrites: true});
  file.allocateSync(3_000_000);
  assert.equal(file.sizeSync(), 3_000_000);
  assert.ok(statSync(join(root, 'a')).blocks * 512 >= 3_000_000, 'the space is real, not a hole');
  const bytes = Uint8Array.from({length: 5000}, (_, i) => i & 255);
  const error = await new Promise(resolve => file.write(bytes, 10, 4000, 2_000_001, resolve));
  assert.equal(error, undefined);
  const back = new Uint8Array(4000);
  assert.equal(file.readSync(back, 0, 4000, 2_000_001), 4000);
  assert.deepEqual(back, bytes.subarray(10, 4010));
  assert.equal(file.readSync(back, 0, 4000, 2_999_000), 1000, 'short read at the end');
  file.closeSync();
});

test('failures carry the system code and name the path', () => {
  const missing = join(root, 'missing');
  assert.throws(
    () => disk.openSync(missing, {}),
    (e: DiskFailure) => e.name === 'DiskFailure' && e.code === 'ENOENT' && e.message.includes(missing),
  );
  assert.throws(() => disk.listSync(missing), {code: 'ENOENT'});
});

test('a failed callback write reports instead of throwing', async () => {
  disk.openSync(join(root, 'r'), {create: true}).closeSync();
  const file = disk.openSync(join(root, 'r'), {readOnly: true});
  const error = await new Promise<{code: string} | undefined>(resolve =>
    file.write(new Uint8Array(8), 0, 8, 0, resolve),
  );
  assert.equal(error?.code, 'EBADF');
  file.closeSync();
});

test('a directory has one holder, in this process and in others, until it is released', () => {
  const directory = join(root, 'locked');
  disk.makeDirectorySync(directory);
  const lock = disk.lockDirectorySync(directory);
  assert.ok(lock !== undefined);
  assert.equal(disk.lockDirectorySync(directory), undefined, 'same process');
  const script = `import {lockDirectory} from ${JSON.stringify(new URL('./directory-lock.ts', import.meta.url).href)};
    process.exit(lockDirectory(process.argv[1]) === undefined ? 7 : 0)`;
  const child = () => spawnSync(process.execPath, ['--input-type=module', '-e', script, directory]).status;
  assert.equal(child(), 7, 'another process');
  lock.release();
  assert.equal(child(), 0, 'free again, and freed by the death of its last holder');
  const again = disk.lockDirectorySync(directory);
  assert.ok(again !== undefined);
  again.release();
  assert.deepEqual(readdirSync(directory), ['volume.lock']);
});
