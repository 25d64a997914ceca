// Redo that waits to be built into pages: the bytes of the records, and one list per page.
//
// Why the bytes and not positions in the redo files: a build reads the records of one page, which lie scattered over the files; read again
// one by one they cost a system call each, from memory 0.1 us. And why bounded: see VolumeLimits.pendingBytesMax; at the bound the
// oldest chunk's pages are written as images and the chunk is used again.
//
//   chunk  a run of records, copied one behind the other in order of arrival; freed when none of them waits any more
//   record a small integer; its columns: place in the arena (in units of 4 bytes), next record of the same page, redo file it came from
//
// Lists are in order of arrival and marked when that is not LLSN order (records of several streams for one page); they are
// sorted when somebody needs them.

import {Memory} from '../../format/memory.ts';
import {redoLength, redoLlsn, redoPageNo} from '../../format/redo/read.ts';
import {leafIndex, NONE, type PageLeaf} from './page-table.ts';

/** Chunks are of 1 MiB; of 64 KiB, which holds the longest record, when the arena is small. */
const CHUNK_BITS = 20;
const CHUNK_BITS_SMALL = 16;
const SMALL_ARENA = 8 << CHUNK_BITS;
/** The arena is full: records must be built into pages first. */
export const ARENA_FULL = -1;

interface Chunk {
  readonly memory: Memory;
  readonly index: number;
  filled: number;
  /** Records in it that still wait. */
  waiting: number;
}

export class RedoArena {
  readonly #chunkBits: number;
  readonly #chunkBytes: number;
  readonly #chunksMax: number;
  readonly #chunks: Chunk[] = [];
  /** Chunks in use, oldest first; the last one is being filled. */
  #used: Chunk[] = [];
  readonly #idle: Chunk[] = [];
  #place = new Int32Array(1024);
  #next = new Int32Array(1024);
  #file = new Int32Array(1024);
  #freeRecord = NONE;
  #recordCount = 0;
  #waiting = 0;
  #waitingBytes = 0;

  /** `bytesMax` is rounded up to whole chunks, at least two. */
  constructor(bytesMax: number) {
    this.#chunkBits = bytesMax < SMALL_ARENA ? CHUNK_BITS_SMALL : CHUNK_BITS;
    this.#chunkBytes = 1 << this.#chunkBits;
    this.#chunksMax = Math.max(2, Math.ceil(bytesMax / this.#chunkBytes));
  }

  /** Records that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Bytes of the records that wait. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Share of the arena in use, 0 to 1. */
  get fullness(): number {
    return this.#used.length / this.#chunksMax;
  }

  /** Copies a record to the end of its page's list. Returns the record, or ARENA_FULL when there is no chunk (unless `force`). */
  add(leaf: PageLeaf, source: Memory, at: number, file: number, force: boolean): number {
    const length = redoLength(source, at);
    const chunk = this.#chunkFor(length, force);
    if (chunk === undefined) return ARENA_FULL;
    chunk.memory.bytes.set(source.bytes.subarray(at, at + length), chunk.filled);
    const record = this.#newRecord();
    this.#place[record] = (chunk.index << (this.#chunkBits - 2)) + (chunk.filled >> 2);
    this.#file[record] = file;
    this.#next[record] = NONE;
    chunk.filled += length;
    chunk.waiting++;
    this.#waiting++;
    this.#waitingBytes += length;
    this.#link(leaf, leafIndex(redoPageNo(source, at)), record);
    return record;
  }

  #link(leaf: PageLeaf, i: number, record: number): void {
    const tail = leaf.tail[i];
    if (tail === NONE) {
      leaf.head[i] = record;
      leaf.unsorted[i] = 0;
    } else {
      this.#next[tail] = record;
      if (this.llsn(record) <= this.llsn(tail)) leaf.unsorted[i] = 1;
    }
    leaf.tail[i] = record;
  }

  #chunkFor(length: number, force: boolean): Chunk | undefined {
    const current = this.#used.at(-1);
    if (current !== undefined && current.filled + length <= this.#chunkBytes) return current;
    let chunk = this.#idle.pop();
    if (chunk === undefined) {
      if (this.#chunks.length >= this.#chunksMax && !force) return undefined;
      chunk = {
        memory: new Memory(new ArrayBuffer(this.#chunkBytes)),
        index: this.#chunks.length,
        filled: 0,
        waiting: 0,
      };
      this.#chunks.push(chunk);
    }
    this.#used.push(chunk);
    this.#dropEmpty();
    return chunk;
  }

  #newRecord(): number {
    const free = this.#freeRecord;
    if (free !== NONE) {
      this.#freeRecord = this.#next[free];
      return free;
    }
    if (this.#recordCount === this.#place.length) this.#growColumns();
    return this.#recordCount++;
  }

  #growColumns(): void {
    const size = this.#place.length * 2;
    const grown = (column: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size);
      next.set(column);
      return next;
    };
    this.#place = grown(this.#place);
    this.#next = grown(this.#next);
    this.#file = grown(this.#file);
  }

  memoryOf(record: number): Memory {
    return this.#chunks[this.#place[record] >>> (this.#chunkBits - 2)].memory;
  }

  /** Where the record stands in `memoryOf(record)`. */
  offsetOf(record: number): number {
    return (this.#place[record] << 2) & (this.#chunkBytes - 1);
  }

  /** The next record of the same page, or NONE. */
  next(record: number): number {
    return this.#next[record];
  }

  /** Id of the redo file that the record came from. */
  fileOf(record: number): number {
    return this.#file[record];
  }

  llsn(record: number): number {
    return redoLlsn(this.memoryOf(record), this.offsetOf(record));
  }

  /** Takes the first record off a page's list. The caller has read what it needs of it. */
  releaseHead(leaf: PageLeaf, i: number): void {
    const record = leaf.head[i];
    leaf.head[i] = this.#next[record];
    if (leaf.head[i] === NONE) leaf.tail[i] = NONE;
    const chunk = this.#chunks[this.#place[record] >>> (this.#chunkBits - 2)];
    chunk.waiting--;
    this.#waiting--;
    this.#waitingBytes -= redoLength(chunk.memory, this.offsetOf(record));
    this.#next[record] = this.#freeRecord;
    this.#freeRecord = record;
    if (chunk.waiting === 0) this.#dropEmpty();
  }

  /** Chunks without waiting records become idle, the one being filled excepted. */
  #dropEmpty(): void {
    const last = this.#used.at(-1);
    const keep: Chunk[] = [];
    for (const chunk of this.#used) {
      if (chunk.waiting > 0 || chunk === last) keep.push(chunk);
      else {
        chunk.filled = 0;
        this.#idle.push(chunk);
      }
    }
    this.#used = keep;
  }

  /** Puts a page's list into LLSN order: a merge sort of the links, in place. Records of equal LLSN keep their order. */
  sort(leaf: PageLeaf, i: number): void {
    if (leaf.unsorted[i] === 0) return;
    leaf.head[i] = this.#sortList(leaf.head[i]);
    let tail = leaf.head[i];
    while (this.#next[tail] !== NONE) tail = this.#next[tail];
    leaf.tail[i] = tail;
    leaf.unsorted[i] = 0;
  }

  #sortList(head: number): number {
    if (head === NONE || this.#next[head] === NONE) return head;
    let slow = head;
    for (let fast = this.#next[head]; fast !== NONE && this.#next[fast] !== NONE; fast = this.#next[this.#next[fast]])
      slow = this.#next[slow];
    const second = this.#next[slow];
    this.#next[slow] = NONE;
    return this.#merge(this.#sortList(head), this.#sortList(second));
  }

  #merge(left: number, right: number): number {
    let [a, b] = [left, right];
    let head = NONE;
    let tail = NONE;
    while (a !== NONE || b !== NONE) {
      const takeLeft = b === NONE || (a !== NONE && this.llsn(a) <= this.llsn(b));
      const record = takeLeft ? a : b;
      if (takeLeft) a = this.#next[a];
      else b = this.#next[b];
      if (tail === NONE) head = record;
      else this.#next[tail] = record;
      tail = record;
    }
    this.#next[tail] = NONE;
    return head;
  }

  /**
   * Calls `visit` with the page numbers of the records that came first, oldest chunk first, until it returns false. A page may be
   * named many times, and pages whose records do not wait any more are named too.
   */
  forOldestPages(visit: (pageNo: number) => boolean): void {
    for (const chunk of this.#used) {
      for (let at = 0; at < chunk.filled; at += redoLength(chunk.memory, at)) {
        if (!visit(redoPageNo(chunk.memory, at))) return;
      }
    }
  }
}
