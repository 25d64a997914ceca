// A sort that does not fit into memory: sorted runs in scratch files, and their merge.
//
// Each run is a list of rows, each with its length in front. Merging keeps one block of every run in memory and takes the least of their
// first rows; of equal rows that of the earlier run, so that equal rows keep their order of arrival.

import {SqlError} from '../../base/sql-error.ts';
import {DiskFailure} from '../../env/disk.ts';
import type {Scratch, ScratchFile} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import {RowDecoder, RowEncoder} from './row-codec.ts';

/** Bytes that are written at once, and read ahead of each run. */
const BLOCK_BYTES = 1 << 18;
/** Runs of one sort. With 64 MiB for each that is 16 GiB of rows. */
const RUNS_MAX = 256;
const LENGTH_BYTES = 4;

/** Negative, zero or positive between two rows. */
export type RowOrder = (a: readonly Value[], b: readonly Value[]) => number;

export class SortedRuns {
  readonly #scratch: Scratch;
  readonly #stride: number;
  readonly #order: RowOrder;
  readonly #runs: RunReader[] = [];
  readonly #encoder: RowEncoder = new RowEncoder();
  readonly #block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #filled = 0;
  /** Runs that have a row left, the least first row at the top. */
  #heap: RunReader[] | undefined;

  constructor(scratch: Scratch, stride: number, order: RowOrder) {
    this.#scratch = scratch;
    this.#stride = stride;
    this.#order = order;
  }

  get count(): number {
    return this.#runs.length;
  }

  /** Writes a run. `valueAt(row, column)` gives the values of `rows` rows in their order. */
  write(rows: number, valueAt: (row: number, column: number) => Value): void {
    if (this.#runs.length === RUNS_MAX) throw new SqlError('ER_OUT_OF_SORTMEMORY');
    const run = this.#open();
    this.#runs.push(run);
    for (let row = 0; row < rows; row++) {
      this.#encoder.clear();
      for (let column = 0; column < this.#stride; column++) this.#encoder.put(valueAt(row, column));
      this.#append(run.file, this.#encoder.bytes, this.#encoder.length);
    }
    this.#flush(run.file);
  }

  /** The next row of the merge; undefined after the last. Valid until the next call. */
  next(): readonly Value[] | undefined {
    this.#heap ??= this.#startMerge();
    const heap = this.#heap;
    if (heap.length === 0) return undefined;
    const top = heap[0];
    const row = top.row;
    if (top.advance()) this.#sink(0);
    else {
      const last = heap.pop() as RunReader;
      if (heap.length > 0) {
        heap[0] = last;
        this.#sink(0);
      }
    }
    return row;
  }

  close(): void {
    for (const run of this.#runs) run.file.close();
    this.#runs.length = 0;
    this.#heap = undefined;
  }

  #open(): RunReader {
    try {
      return new RunReader(this.#scratch.open(), this.#stride, this.#runs.length);
    } catch (error) {
      throw outOfRoom(error);
    }
  }

  #append(file: ScratchFile, bytes: Buffer, length: number): void {
    if (this.#filled + LENGTH_BYTES + length > BLOCK_BYTES) this.#flush(file);
    if (LENGTH_BYTES + length > BLOCK_BYTES) {
      const head = Buffer.alloc(LENGTH_BYTES);
      head.writeUInt32LE(length);
      write(file, head, LENGTH_BYTES);
      write(file, bytes, length);
      return;
    }
    this.#filled = this.#block.writeUInt32LE(length, this.#filled);
    bytes.copy(this.#block, this.#filled, 0, length);
    this.#filled += length;
  }

  #flush(file: ScratchFile): void {
    if (this.#filled > 0) write(file, this.#block, this.#filled);
    this.#filled = 0;
  }

  #startMerge(): RunReader[] {
    const heap = this.#runs.filter(run => run.advance());
    this.#heap = heap;
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
    return heap;
  }

  #isBefore(a: RunReader, b: RunReader): boolean {
    const order = this.#order(a.row, b.row);
    return order === 0 ? a.index < b.index : order < 0;
  }

  #sink(from: number): void {
    const heap = this.#heap as RunReader[];
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

/** One run while it is merged. */
class RunReader {
  readonly file: ScratchFile;
  readonly index: number;
  readonly #stride: number;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #position = 0;
  row: readonly Value[] = [];

  constructor(file: ScratchFile, stride: number, index: number) {
    this.file = file;
    this.#stride = stride;
    this.index = index;
  }

  /** Reads the next row; false after the last. */
  advance(): boolean {
    if (this.#at === this.#block.length && this.#position === this.file.size) return false;
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
    const wanted = Math.min(Math.max(BLOCK_BYTES, bytes), left + this.file.size - this.#position);
    const block = Buffer.allocUnsafeSlow(wanted);
    this.#block.copy(block, 0, this.#at);
    const read = this.file.read(block.subarray(left), wanted - left, this.#position);
    this.#position += read;
    this.#block = block.subarray(0, left + read);
    this.#at = 0;
    if (this.#block.length < bytes) throw new SqlError('ER_OUT_OF_SORTMEMORY');
  }
}

function write(file: ScratchFile, bytes: Buffer, length: number): void {
  try {
    file.append(bytes, length);
  } catch (error) {
    throw outOfRoom(error);
  }
}

/** A full disk is the statement's error, not the server's end. */
function outOfRoom(error: unknown): unknown {
  return error instanceof DiskFailure ? new SqlError('ER_OUT_OF_SORTMEMORY') : error;
}
