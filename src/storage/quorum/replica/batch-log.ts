// The log of one replica: batches of all streams in the order in which they came, in groups.
//
// A group is what came while the group before was being written: one durable write, and then all of it is acknowledged. Files are filled with zeros
// ahead of need (`prepare`) and never used again; every opening begins a new one, so nothing is ever written twice. What a crash leaves of a file that
// was being made ready is zeros: a file without groups.
//
//   file   0 u32 magic · 4 u32 crc32 of bytes 8..24 · 8 u32 pg · 12 u32 number · 16 u48 sequence of its first group · 22 u16 0; groups from 512
//   group  0 u32 magic · 4 u32 crc32 of bytes 8..length · 8 u32 length, a multiple of 8 · 12 u32 0 · 16 u48 sequence · 22 u16 0 · 24 batches
//
// One write is under way at a time. So only the last group can be torn; the next opening goes on with its sequence number. A number that is missing
// was durable, and is damage: the replica has lost something that it may have acknowledged, and says so.

import {getU48, setU48} from '../../../base/bytes.ts';
import type {Checksum} from '../../../env/crypto.ts';
import {type Disk, type DiskError, DiskFailure, type File} from '../../../env/disk.ts';
import type {Batch} from '../batch.ts';
import {readBatches} from '../batch.ts';

const FILE_MAGIC = 0x4c46_4e50;
const GROUP_MAGIC = 0x5047_4e50;
const FILE_HEADER = 512;
const FILE_HEADER_USED = 24;
const GROUP_HEADER = 24;
const FILE_NAME = /^(\d{8})\.log$/;
/** Bytes of zeros written to the next file at a time, between acknowledgements. */
const PREPARE_BYTES = 1 << 20;

export interface BatchLogEnv {
  readonly disk: Disk;
  readonly crc32: Checksum;
}

/** Where a batch stands. */
export interface LogPlace {
  readonly file: number;
  readonly at: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly done: (place: LogPlace) => void;
}

/** The file that comes next. */
interface NextFile {
  readonly file: File;
  /** Bytes of zeros so far. */
  size: number;
  /** They are durable, and so is its name. */
  isReady: boolean;
}

export class BatchLog {
  readonly #env: BatchLogEnv;
  readonly #directory: string;
  readonly #pg: number;
  readonly #fileBytes: number;
  readonly #fail: (reason: string) => void;
  readonly #files: number[] = [];
  #file: File | undefined;
  #next: NextFile | undefined;
  #position = 0;
  #sequence = 1;
  #queue: Waiting[] = [];
  #writing: Waiting[] = [];
  #failed = false;
  /** Something that was durable cannot be read. */
  damaged = false;
  /** Groups and bytes written since the start. */
  groups = 0;
  bytes = 0;

  /** `fail` is told when a write failed: nothing is acknowledged from then on (S15). */
  constructor(env: BatchLogEnv, directory: string, pg: number, fileBytes: number, fail: (reason: string) => void) {
    this.#env = env;
    this.#directory = directory;
    this.#pg = pg;
    this.#fileBytes = fileBytes;
    this.#fail = fail;
  }

  /** Reads everything and begins a new file. `visit` gets every whole batch. */
  open(visit: (batch: Batch, place: LogPlace) => void): void {
    const {disk} = this.#env;
    disk.makeDirectorySync(this.#directory);
    const numbers: number[] = [];
    for (const name of disk.listSync(this.#directory)) {
      const number = FILE_NAME.exec(name);
      if (number !== null) numbers.push(Number(number[1]));
    }
    numbers.sort((a, b) => a - b);
    for (const [i, number] of numbers.entries()) this.#readFile(number, i === 0, visit);
    for (const number of numbers) this.#files.push(number);
    disk.syncDirectorySync(this.#directory);
    this.#file = this.#newFile();
    this.#position = FILE_HEADER;
  }

  #path(number: number): string {
    return `${this.#directory}/${String(number).padStart(8, '0')}.log`;
  }

  #readFile(number: number, isFirst: boolean, visit: (batch: Batch, place: LogPlace) => void): void {
    const file = this.#env.disk.openSync(this.#path(number), {});
    const bytes = new Uint8Array(file.sizeSync());
    file.readSync(bytes, 0, bytes.length, 0);
    const view = new DataView(bytes.buffer);
    const begins = this.#firstSequence(bytes, view, number);
    if (begins < 0) this.damaged ||= bytes.some(byte => byte !== 0);
    else if (isFirst) this.#sequence = begins;
    else if (begins !== this.#sequence) this.#jump(begins);
    let last = {at: 0, length: 0};
    for (let at = FILE_HEADER; at + GROUP_HEADER <= bytes.length; ) {
      const length = this.#groupAt(bytes, view, at);
      if (length === 0) {
        at += 8;
        continue;
      }
      const sequence = getU48(view, at + 16);
      if (sequence !== this.#sequence) this.#jump(sequence);
      this.#sequence = sequence + 1;
      this.#visitGroup(bytes, at, length, number, visit);
      last = {at, length};
      at += length;
    }
    // The last group may be seen and not be durable (K6 a; S15): it is written once more.
    if (last.length > 0) file.writeSync(bytes, last.at, last.length, last.at);
    file.syncSync();
    file.closeSync();
  }

  #jump(sequence: number): void {
    this.damaged = true;
    this.#sequence = sequence;
  }

  #firstSequence(bytes: Uint8Array, view: DataView, number: number): number {
    if (bytes.length < FILE_HEADER || view.getUint32(0, true) !== FILE_MAGIC) return -1;
    if (this.#env.crc32(bytes.subarray(8, FILE_HEADER_USED)) >>> 0 !== view.getUint32(4, true)) return -1;
    return view.getUint32(8, true) === this.#pg && view.getUint32(12, true) === number ? getU48(view, 16) : -1;
  }

  /** Length of the whole group at `at`, 0 when there is none. */
  #groupAt(bytes: Uint8Array, view: DataView, at: number): number {
    if (view.getUint32(at, true) !== GROUP_MAGIC) return 0;
    const length = view.getUint32(at + 8, true);
    if (length < GROUP_HEADER || length % 8 !== 0 || at + length > bytes.length) return 0;
    return this.#env.crc32(bytes.subarray(at + 8, at + length)) >>> 0 === view.getUint32(at + 4, true) ? length : 0;
  }

  #visitGroup(
    bytes: Uint8Array,
    at: number,
    length: number,
    file: number,
    visit: (batch: Batch, place: LogPlace) => void,
  ): void {
    const from = at + GROUP_HEADER;
    for (const batch of readBatches(bytes.subarray(from, at + length), this.#env.crc32)) {
      visit(batch, {file, at: batch.bytes.byteOffset - bytes.byteOffset});
    }
  }

  get #nextNumber(): number {
    return (this.#files.at(-1) ?? 0) + 1;
  }

  /**
   * A slice of making the next file ready, once half of this one is filled. All six replicas of a group come to the end of their files at the same moment: what
   * one did there, everybody's commits would wait for. Throws DiskFailure.
   */
  prepare(): void {
    if (this.#failed || this.#position < this.#fileBytes >> 1) return;
    this.#next ??= {
      file: this.#env.disk.openSync(this.#path(this.#nextNumber), {create: true}),
      size: 0,
      isReady: false,
    };
    const next = this.#next;
    if (next.size === this.#fileBytes) return;
    next.size = Math.min(this.#fileBytes, next.size + PREPARE_BYTES);
    next.file.allocateSync(next.size);
    if (next.size < this.#fileBytes) return;
    next.file.sync(error => {
      next.file.closeSync();
      if (error !== undefined) this.#end(error.message);
      // It may have been needed sooner.
      else if (next === this.#next) this.#attempt(() => this.#endPreparing(next));
    });
  }

  #endPreparing(next: NextFile): void {
    this.#env.disk.syncDirectorySync(this.#directory);
    next.isReady = true;
  }

  #newFile(): File {
    const number = this.#nextNumber;
    const isReady = this.#next?.isReady === true;
    this.#next = undefined;
    const file = this.#env.disk.openSync(this.#path(number), {create: true, durableWrites: true});
    const header = new Uint8Array(FILE_HEADER);
    const view = new DataView(header.buffer);
    view.setUint32(0, FILE_MAGIC, true);
    view.setUint32(8, this.#pg, true);
    view.setUint32(12, number, true);
    setU48(view, 16, this.#sequence);
    view.setUint32(4, this.#env.crc32(header.subarray(8, FILE_HEADER_USED)), true);
    if (!isReady) file.allocateSync(this.#fileBytes);
    file.writeSync(header, 0, header.length, 0);
    if (!isReady) {
      file.syncSync();
      this.#env.disk.syncDirectorySync(this.#directory);
    }
    this.#files.push(number);
    return file;
  }

  /** Number of the file that is being filled. */
  get currentFile(): number {
    return this.#files[this.#files.length - 1];
  }

  /** Ascending; the last one is being filled. */
  get files(): readonly number[] {
    return this.#files;
  }

  /** Adds a batch; `done` when it is durable. */
  append(bytes: Uint8Array, done: (place: LogPlace) => void): void {
    if (this.#failed) return;
    this.#queue.push({bytes, done});
    if (this.#writing.length === 0) this.#write();
  }

  #write(): void {
    if (this.#queue.length > 0 && !this.#failed) this.#attempt(() => this.#writeGroup());
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof DiskFailure)) throw error;
      this.#end(error.message);
    }
  }

  #writeGroup(): void {
    let length = GROUP_HEADER;
    let count = 0;
    for (const {bytes} of this.#queue) {
      if (count > 0 && length + bytes.length > this.#fileBytes >> 1) break;
      length += bytes.length;
      count++;
    }
    if (this.#position + length > this.#fileBytes) {
      this.#file?.closeSync();
      this.#file = this.#newFile();
      this.#position = FILE_HEADER;
    }
    this.#writing = this.#queue.splice(0, count);
    const group = new Uint8Array(length);
    const view = new DataView(group.buffer);
    view.setUint32(0, GROUP_MAGIC, true);
    view.setUint32(8, length, true);
    setU48(view, 16, this.#sequence);
    let at = GROUP_HEADER;
    for (const {bytes} of this.#writing) {
      group.set(bytes, at);
      at += bytes.length;
    }
    view.setUint32(4, this.#env.crc32(group.subarray(8)), true);
    this.#file?.write(group, 0, length, this.#position, error => this.#written(length, error));
  }

  #written(length: number, error: DiskError | undefined): void {
    if (error !== undefined) {
      this.#end(error.message);
      return;
    }
    const file = this.currentFile;
    let at = this.#position + GROUP_HEADER;
    const written = this.#writing;
    this.#writing = [];
    this.#position += length;
    this.#sequence++;
    this.groups++;
    this.bytes += length;
    for (const {bytes, done} of written) {
      done({file, at});
      at += bytes.length;
    }
    this.#write();
  }

  #end(reason: string): void {
    this.#failed = true;
    this.#fail(reason);
  }

  /** Reads a batch again; undefined when it is damaged. */
  read(place: LogPlace, length: number): Batch | undefined {
    const bytes = new Uint8Array(length);
    try {
      const file = this.#env.disk.openSync(this.#path(place.file), {readOnly: true});
      const got = file.readSync(bytes, 0, length, place.at);
      file.closeSync();
      if (got < length) return undefined;
    } catch (error) {
      if (!(error instanceof DiskFailure)) throw error;
      return undefined;
    }
    const [batch] = readBatches(bytes, this.#env.crc32);
    return batch !== undefined && batch.bytes.length === length ? batch : undefined;
  }

  /** Removes files; none of them is the one being filled. */
  remove(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#env.disk.removeSync(this.#path(number));
      this.#files.splice(this.#files.indexOf(number), 1);
    }
    if (numbers.length > 0) this.#env.disk.syncDirectorySync(this.#directory);
  }

  close(): void {
    this.#failed = true;
    this.#file?.closeSync();
    this.#file = undefined;
  }
}
