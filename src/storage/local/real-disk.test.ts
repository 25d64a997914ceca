// The volume on the real disk: a process that is killed in the middle of its work, and the directory lock.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {crc32} from 'node:zlib';
import type {OperatingError} from '../../base/errors.ts';
import {Memory} from '../../format/memory.ts';
import {pageLlsn} from '../../format/page/page.ts';
import {NodeDisk} from '../../os/disk.ts';
import {PAGE_FOUND} from '../api.ts';
import {StreamWords, streamWordsBytes} from '../segment/stream-words.ts';
import {checkVolume} from './check.ts';
import {LocalVolume} from './local-volume.ts';

const root = mkdtempSync(join(tmpdir(), 'pando-volume-'));
after(() => rmSync(root, {recursive: true}));
const writer = fileURLToPath(new URL('../testing/writer-process.ts', import.meta.url));

function open(): LocalVolume {
  const words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(1)), 0, 1);
  const trace = {info: () => {}, warn: () => {}, error: () => {}};
  const random = {u32: () => 1, secretBytes: (n: number) => new Uint8Array(n).fill(1)};
  return LocalVolume.open({disk: new NodeDisk(), crc32, trace, random}, {directory: join(root, 'v'), words});
}

test('what a killed process had been told is durable is there; while it lives nobody else gets the directory', async () => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, join(root, 'v')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let refusal: unknown;
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const lines = output.split('\n').length;
    if (lines > 100 && refusal === undefined) {
      try {
        open();
      } catch (error) {
        refusal = error;
      }
    }
    if (lines > 1200) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.match((refusal as OperatingError).message, /in use/);
  const [llsn, lsn] = (output.split('\n').at(-2) ?? '').split(' ').map(Number);
  const volume = open();
  assert.ok(volume.sealStream(1) >= lsn, 'the stream reaches what was acknowledged');
  const page = new Memory(new ArrayBuffer(volume.pageSize));
  for (let k = 0; k < 50; k++) {
    assert.equal(volume.readPage((llsn - k) % 50, page, 0), PAGE_FOUND);
    assert.ok(pageLlsn(page, 0) >= llsn - k);
  }
  assert.deepEqual(checkVolume(volume).faults, []);
  volume.finishIncarnation(1);
  volume.checkpointAll();
  assert.deepEqual(volume.incarnations(), []);
  volume.close();
});
