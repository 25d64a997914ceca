// A batch: what one flush of one stream brings for one PG. The unit of writing, acknowledging, gossip and gap detection.
//
//   0 u32 magic · 4 u32 crc32 of bytes 8..length · 8 u32 length, a multiple of 8 · 12 u32 incarnation · 16 u32 pg · 20 u16 runs · 22 u16 version
//  24 u48 prev: end of the stream's batch before in this PG (STREAM_START: none) · 30 u48 end: LSN behind the last record
//  36 u48 checkpoint of the stream · 42 u48 VDL when it was sent
//  48 runs, 12 bytes each: u48 lsn · u16 0 · u32 length; then their redo records, one behind the other; zeros to a multiple of 8
//
// A run is records that follow each other in the stream. With one PG every flush is one run; with several, a flush is dealt out by page number,
// and the LSNs of the runs tell recovery how to put the stream together again.
//
// `prev` is the link of K16: a page's chain cannot show that its last record is missing, the stream's chain in the PG can.

import {getU48, setU48} from '../../base/bytes.ts';
import type {Checksum} from '../../env/crypto.ts';
import {Memory} from '../../format/memory.ts';

const MAGIC = 0x5442_4e50;
const VERSION = 1;
export const BATCH_HEADER = 48;
export const RUN_BYTES = 12;

/** Records that follow each other in the stream: `length` bytes at `at` of some memory. */
export interface Run {
  readonly lsn: number;
  readonly at: number;
  readonly length: number;
}

export interface BatchHead {
  readonly incarnation: number;
  readonly pg: number;
  readonly prev: number;
  readonly end: number;
  readonly checkpoint: number;
  readonly vdl: number;
}

/** A batch that has been looked at. */
export interface Batch extends BatchHead {
  /** LSN of its first record. */
  readonly first: number;
  readonly bytes: Uint8Array;
}

export function batchLength(runs: readonly Run[]): number {
  let length = BATCH_HEADER + runs.length * RUN_BYTES;
  for (const run of runs) length += run.length;
  return (length + 7) & ~7;
}

/** Builds a batch from runs of `source`. */
export function encodeBatch(head: BatchHead, runs: readonly Run[], source: Uint8Array, crc32: Checksum): Uint8Array {
  const bytes = new Uint8Array(batchLength(runs));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, head.incarnation, true);
  view.setUint32(16, head.pg, true);
  view.setUint16(20, runs.length, true);
  view.setUint16(22, VERSION, true);
  setU48(view, 24, head.prev);
  setU48(view, 30, head.end);
  setU48(view, 36, head.checkpoint);
  setU48(view, 42, head.vdl);
  let at = BATCH_HEADER + runs.length * RUN_BYTES;
  for (const [i, run] of runs.entries()) {
    setU48(view, BATCH_HEADER + i * RUN_BYTES, run.lsn);
    view.setUint32(BATCH_HEADER + i * RUN_BYTES + 8, run.length, true);
    bytes.set(source.subarray(run.at, run.at + run.length), at);
    at += run.length;
  }
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** Length of the batch that seems to begin at `at`, or 0 when none does. Says nothing about its checksum. */
export function seemingLength(view: DataView, at: number, end: number): number {
  if (end - at < BATCH_HEADER || view.getUint32(at, true) !== MAGIC) return 0;
  const length = view.getUint32(at + 8, true);
  return length >= BATCH_HEADER && length % 8 === 0 ? length : 0;
}

/** Looks at the batch at `at`; undefined when there is no whole one. The result shares the bytes. */
export function readBatch(bytes: Uint8Array, at: number, crc32: Checksum): Batch | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = seemingLength(view, at, bytes.length);
  if (length === 0 || length > bytes.length - at || view.getUint16(at + 22, true) !== VERSION) return undefined;
  if (crc32(bytes.subarray(at + 8, at + length)) >>> 0 !== view.getUint32(at + 4, true)) return undefined;
  return {
    incarnation: view.getUint32(at + 12, true),
    pg: view.getUint32(at + 16, true),
    prev: getU48(view, at + 24),
    end: getU48(view, at + 30),
    checkpoint: getU48(view, at + 36),
    vdl: getU48(view, at + 42),
    first: getU48(view, at + BATCH_HEADER),
    bytes: bytes.subarray(at, at + length),
  };
}

/** All whole batches that stand one behind the other. */
export function readBatches(bytes: Uint8Array, crc32: Checksum): Batch[] {
  const found: Batch[] = [];
  for (let at = 0; at < bytes.length; ) {
    const batch = readBatch(bytes, at, crc32);
    if (batch === undefined) break;
    found.push(batch);
    at += batch.bytes.length;
  }
  return found;
}

/** The runs of a whole batch; `at` is relative to the batch. */
export function runsOf(batch: Uint8Array): Run[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  const count = view.getUint16(20, true);
  const runs: Run[] = [];
  let at = BATCH_HEADER + count * RUN_BYTES;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(BATCH_HEADER + i * RUN_BYTES + 8, true);
    runs.push({lsn: getU48(view, BATCH_HEADER + i * RUN_BYTES), at, length});
    at += length;
  }
  return runs;
}

/** A Memory with the batch's bytes, for code that reads redo records. */
export function memoryOf(batch: Uint8Array): Memory {
  const memory = new Memory(new ArrayBuffer(batch.length));
  memory.bytes.set(batch);
  return memory;
}
