// Rows in a scratch file: written one after the other, then read in the same order, as often as wanted; and the merge of several such files.

import {SqlError} from '../../base/sql-error.ts';
import {DiskFailure} from '../../env/disk.ts';
import type {Scratch, ScratchFile} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import {RowDecoder, RowEncoder} from './row-codec.ts';

/** Bytes that are written at once, and read ahead. */
const BLOCK_BYTES = 1 << 18;
const LENGTH_BYTES = 4;
const NOTHING: Buffer = Buffer.alloc(0);

/** Shared by all files of the thread: nothing in it outlives a call. */
const encoder = new RowEncoder();

export class ScratchRows {
  readonly #file: ScratchFile;
  readonly #stride: number;
  #block: Buffer = NOTHING;
  /** Bytes of `#block` that are still to be written, or place in it of the next row to be read. */
  #at = 0;
  #position = 0;
  #count = 0;
  #isClosed = false;
  /** The row that was read last. */
  row: readonly Value[] = [];

  /** Rows of `stride` values. Throws 1038 when the disk has no room, here and in `add`. */
  constructor(scratch: Scratch, stride: number) {
    this.#stride = stride;
    try {
      this.#file = scratch.open();
    } catch (error) {
      throw outOfRoom(error);
    }
  }

  get count(): number {
    return this.#count;
  }

  /** Appends a row. Not any more once it has been rewound. */
  add(valueAt: (column: number) => Value): void {
    encoder.clear();
    for (let column = 0; column < this.#stride; column++) encoder.put(valueAt(column));
    this.#append(encoder.bytes, encoder.length);
    this.#count++;
  }

  #append(bytes: Buffer, length: number): void {
    if (this.#block.length === 0) this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    if (this.#at + LENGTH_BYTES + length > BLOCK_BYTES) this.#flush();
    if (LENGTH_BYTES + length > BLOCK_BYTES) {
      const head = Buffer.alloc(LENGTH_BYTES);
      head.writeUInt32LE(length);
      this.#write(head, LENGTH_BYTES);
      this.#write(bytes, length);
      return;
    }
    this.#at = this.#block.writeUInt32LE(length, this.#at);
    bytes.copy(this.#block, this.#at, 0, length);
    this.#at += length;
  }

  #flush(): void {
    if (this.#at > 0) this.#write(this.#block, this.#at);
    this.#at = 0;
  }

  #write(bytes: Buffer, length: number): void {
    try {
      this.#file.append(bytes, length);
    } catch (error) {
      throw outOfRoom(error);
    }
  }

  /** All rows have been added: from here on they are read. */
  finish(): void {
    this.#flush();
    this.rewind();
  }

  /** Reads from the first row again. */
  rewind(): void {
    this.#block = NOTHING;
    this.#at = 0;
    this.#position = 0;
  }

  /** Reads the next row into `row`; false after the last. */
  advance(): boolean {
    if (this.#at === this.#block.length && this.#position === this.#file.size) return false;
    this.#need(LENGTH_BYTES);
    const length = this.#block.readUInt32LE(this.#at);
    this.#need(LENGTH_BYTES + length);
    const decoder = new RowDecoder(this.#block);
    decoder.at = this.#at + LENGTH_BYTES;
    this.row = Array.from({length: this.#stride}, () => decoder.take());
    this.#at += LENGTH_BYTES + length;
    return true;
  }

  /** Makes the next `bytes` bytes present in the block. */
  #need(bytes: number): void {
    const left = this.#block.length - this.#at;
    if (left >= bytes) return;
    const wanted = Math.min(Math.max(BLOCK_BYTES, bytes), left + this.#file.size - this.#position);
    const block = Buffer.allocUnsafeSlow(wanted);
    this.#block.copy(block, 0, this.#at);
    const read = this.#file.read(block.subarray(left), wanted - left, this.#position);
    this.#position += read;
    this.#block = block.subarray(0, left + read);
    this.#at = 0;
    if (this.#block.length < bytes) throw new SqlError('ER_OUT_OF_SORTMEMORY');
  }

  /** Gives the file up; once more does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
    this.#block = NOTHING;
  }
}

/** Negative, zero or positive between two rows. */
export type RowOrder = (a: readonly Value[], b: readonly Value[]) => number;

/** Rows of several files, each in order, as one sequence in order; of equal rows that of the earlier file first. */
export class ScratchMerge {
  readonly #files: readonly ScratchRows[];
  readonly #order: RowOrder;
  /** Numbers of the files that have a row left, that with the least first row at the top. */
  readonly #heap: number[] = [];

  /** The files have been rewound. */
  constructor(files: readonly ScratchRows[], order: RowOrder) {
    this.#files = files;
    this.#order = order;
    for (const [i, file] of files.entries()) if (file.advance()) this.#heap.push(i);
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The next row; undefined after the last. */
  next(): readonly Value[] | undefined {
    const heap = this.#heap;
    if (heap.length === 0) return undefined;
    const file = this.#files[heap[0]];
    const {row} = file;
    if (!file.advance()) {
      const last = heap.pop() as number;
      if (heap.length === 0) return row;
      heap[0] = last;
    }
    this.#sink(0);
    return row;
  }

  #isBefore(a: number, b: number): boolean {
    const order = this.#order(this.#files[a].row, this.#files[b].row);
    return order === 0 ? a < b : order < 0;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let least = 2 * at + 1;
      if (least >= heap.length) return;
      if (least + 1 < heap.length && this.#isBefore(heap[least + 1], heap[least])) least++;
      if (!this.#isBefore(heap[least], heap[at])) return;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }
}

/** A full disk is the statement's error, not the server's end. */
function outOfRoom(error: unknown): unknown {
  return error instanceof DiskFailure ? new SqlError('ER_OUT_OF_SORTMEMORY') : error;
}
