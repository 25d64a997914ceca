// The redo files of all streams: one directory, files of one size, named <incarnation>-<number>.redo, free ones free-<n>.redo.
//
// (One directory rather than one per stream: a file passes from the free list to a stream by a rename, and a rename is one atomic step
// within a directory only.)
//
// A file begins with a sector of its own, so that no frame ever shares it:
//   0 u32 magic 0x4652_4e50 · 4 u32 crc32 of bytes 8..64 · 8 u16 version · 10 u16 0 · 12 u32 incarnation · 16 u32 number · 20 u32 file size
//  24 32 bytes volume uuid · 56 u64 0
//
// A file is made ready ahead of need: taken from the free list, or filled with zeros a slice at a time (a whole file would stop
// the storage thread for a tenth of a second); then its header is written, all of it is made durable, and it gets its name. Only then may the
// stream know of it. A recycled file is full of old frames, which do not fit by incarnation and LSN (K6).

import {CorruptionError} from '../../base/errors.ts';
import {DiskFailure, type File} from '../../env/disk.ts';
import type {StorageEnv} from './options.ts';
import type {VolumeHeader} from './volume-header.ts';

/** Where the first frame of a file stands. */
export const REDO_FILE_HEADER = 512;
const MAGIC = 0x4652_4e50;
const VERSION = 1;
const HEADER_END = 64;
const SLICE = 1 << 20;
const NEW_FILE = 'new.redo';
const STREAM_FILE = /^(\d{10})-(\d{8})\.redo$/;
const FREE_FILE = /^free-(\d{8})\.redo$/;

/** Result of a step that makes a file ready. */
export const PREPARED = 1;
export const PREPARING = 0;
export const NO_SPACE = -1;

/** Name of a stream's file. */
export function redoFileName(incarnation: number, sequence: number): string {
  return `${String(incarnation).padStart(10, '0')}-${String(sequence).padStart(8, '0')}.redo`;
}

function freeName(n: number): string {
  return `free-${String(n).padStart(8, '0')}.redo`;
}

export class RedoFiles {
  readonly directory: string;
  readonly #env: StorageEnv;
  readonly #header: VolumeHeader;
  readonly #free: number[] = [];
  #nextFree = 1;
  /** Files that exist, free ones included. */
  #count = 0;
  #growing: File | undefined;

  constructor(env: StorageEnv, directory: string, header: VolumeHeader) {
    this.directory = directory;
    this.#env = env;
    this.#header = header;
  }

  /** Files that belong to streams or are free. */
  get count(): number {
    return this.#count;
  }

  get freeCount(): number {
    return this.#free.length;
  }

  /** Takes stock. Returns the file numbers of each incarnation, ascending. A half-made file is removed. */
  open(): Map<number, number[]> {
    const streams = new Map<number, number[]>();
    const {disk} = this.#env;
    for (const name of disk.listSync(this.directory)) {
      const stream = STREAM_FILE.exec(name);
      const free = FREE_FILE.exec(name);
      if (stream !== null) append(streams, Number(stream[1]), Number(stream[2]));
      else if (free !== null) this.#addFree(Number(free[1]));
      else if (name === NEW_FILE) disk.removeSync(`${this.directory}/${name}`);
      else continue;
      if (name !== NEW_FILE) this.#count++;
    }
    for (const numbers of streams.values()) numbers.sort((a, b) => a - b);
    return streams;
  }

  #addFree(n: number): void {
    this.#free.push(n);
    this.#nextFree = Math.max(this.#nextFree, n + 1);
  }

  path(incarnation: number, sequence: number): string {
    return `${this.directory}/${redoFileName(incarnation, sequence)}`;
  }

  /** One step towards file `sequence` of the stream. PREPARED: it is durable, named and may be announced. NO_SPACE: try again later. */
  prepareStep(incarnation: number, sequence: number): number {
    try {
      if (this.#growing === undefined && this.#free.length > 0) this.#takeFree();
      else if (!this.#grow()) return PREPARING;
      this.#finish(incarnation, sequence);
      return PREPARED;
    } catch (error) {
      if (!(error instanceof DiskFailure) || error.code !== 'ENOSPC') throw error;
      this.#giveUp();
      return NO_SPACE;
    }
  }

  #takeFree(): void {
    const free = this.#free.pop() ?? 0;
    this.#env.disk.renameSync(`${this.directory}/${freeName(free)}`, `${this.directory}/${NEW_FILE}`);
    this.#growing = this.#env.disk.openSync(`${this.directory}/${NEW_FILE}`, {});
    this.#count--;
  }

  /** Adds a slice of zeros; true when the file has its size. */
  #grow(): boolean {
    this.#growing ??= this.#env.disk.openSync(`${this.directory}/${NEW_FILE}`, {create: true});
    const file = this.#growing;
    const size = Math.min(file.sizeSync() + SLICE, this.#header.redoFileSize);
    file.allocateSync(size);
    return size === this.#header.redoFileSize;
  }

  #finish(incarnation: number, sequence: number): void {
    const file = this.#growing;
    if (file === undefined) return;
    const header = this.#encodeHeader(incarnation, sequence);
    file.writeSync(header, 0, header.length, 0);
    file.syncSync();
    file.closeSync();
    this.#growing = undefined;
    const {disk} = this.#env;
    disk.renameSync(`${this.directory}/${NEW_FILE}`, this.path(incarnation, sequence));
    disk.syncDirectorySync(this.directory);
    this.#count++;
  }

  /** Gives the bytes of a half-made file back: a full disk needs them for the checkpoint that frees redo. */
  #giveUp(): void {
    this.#growing?.closeSync();
    this.#growing = undefined;
    const path = `${this.directory}/${NEW_FILE}`;
    if (this.#env.disk.existsSync(path)) this.#env.disk.removeSync(path);
  }

  #encodeHeader(incarnation: number, sequence: number): Uint8Array {
    const bytes = new Uint8Array(REDO_FILE_HEADER);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint16(8, VERSION, true);
    view.setUint32(12, incarnation, true);
    view.setUint32(16, sequence, true);
    view.setUint32(20, this.#header.redoFileSize, true);
    bytes.set(new TextEncoder().encode(this.#header.uuid), 24);
    view.setUint32(4, this.#env.crc32(bytes.subarray(8, HEADER_END)), true);
    return bytes;
  }

  /** Checks the header of a stream's file. Throws CorruptionError when it is not the file that its name says. */
  verifyHeader(incarnation: number, sequence: number): void {
    const path = this.path(incarnation, sequence);
    const file = this.#env.disk.openSync(path, {readOnly: true});
    const bytes = new Uint8Array(REDO_FILE_HEADER);
    file.readSync(bytes, 0, bytes.length, 0);
    file.closeSync();
    const expected = this.#encodeHeader(incarnation, sequence);
    if (bytes.some((b, i) => b !== expected[i]))
      throw new CorruptionError(path, 'the header of the redo file is damaged or belongs to another file');
  }

  /** The stream needs these files no more: they become free, or go. One durable step for all of them. */
  recycle(incarnation: number, sequences: readonly number[], keep: number): void {
    if (sequences.length === 0) return;
    const {disk} = this.#env;
    for (const sequence of sequences) {
      const from = this.path(incarnation, sequence);
      if (this.#free.length < keep) {
        disk.renameSync(from, `${this.directory}/${freeName(this.#nextFree)}`);
        this.#addFree(this.#nextFree);
      } else {
        disk.removeSync(from);
        this.#count--;
      }
    }
    disk.syncDirectorySync(this.directory);
  }

  close(): void {
    this.#giveUp();
  }
}

function append(streams: Map<number, number[]>, incarnation: number, sequence: number): void {
  const numbers = streams.get(incarnation);
  if (numbers === undefined) streams.set(incarnation, [sequence]);
  else numbers.push(sequence);
}
