// A process to be killed: opens the volume named on its command line, writes pages as a primary does, and prints every LSN that is
// durable. Runs until it dies.

import {crc32} from 'node:zlib';
import {Memory} from '../../format/memory.ts';
import {PageType} from '../../format/page/layout.ts';
import {INFINITE} from '../../format/page/page.ts';
import {encodeFormat, markCpl} from '../../format/redo/encode.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import {NodeDisk} from '../../os/disk.ts';
import {LocalVolume} from '../local/local-volume.ts';
import {LocalRedoStream} from '../local/redo-stream.ts';
import {StreamWords, streamWordsBytes} from '../segment/stream-words.ts';

const none = new Uint8Array(0);
const disk = new NodeDisk();
const words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(1)), 0, 1);
const trace = {info: () => {}, warn: () => {}, error: () => {}};
const random = {u32: () => 4, secretBytes: (n: number) => new Uint8Array(n).fill(4)};
const shape = {pageSize: 4096, redoFileSize: 1 << 16};
const volume = LocalVolume.open({disk, crc32, trace, random}, {directory: process.argv[2], shape, words});
const stream = new LocalRedoStream(disk, crc32, words, volume.openIncarnation(0), () => {});
const memory = new Memory(new ArrayBuffer(512));

let lsn = stream.startLsn;
let llsn = 0;

/** One page life after the other: page n gets version after version, each a chain root. */
function next(): void {
  while (stream.room() < 400) volume.maintain();
  llsn++;
  const length = encodeFormat(
    memory,
    FRAME_HEADER,
    llsn % 50,
    llsn,
    Math.max(0, llsn - 50),
    1,
    PageType.overflow,
    llsn & 255,
    0,
    0,
    none,
    INFINITE,
    none,
    INFINITE,
  );
  markCpl(memory, FRAME_HEADER);
  stream.write(memory, 0, length, lsn, lsn + length, 0);
  lsn += length;
  stream.sync();
}

stream.onAdvance = error => {
  if (error !== undefined) throw new Error(error);
  process.stdout.write(`${llsn} ${stream.durableLsn}\n`);
  if (llsn % 100 === 0) volume.checkpointStep();
  setImmediate(next);
};

next();
