// A page cache that dies with the process: bytes that were not synced are lost by kill -9, as a power failure would lose them.
//
//   NODE_OPTIONS="--import <this file>" PANDO_TEST_CACHE=<directory> pando start ...
//
// Loaded before everything else, in every thread. It takes the place of NodeDisk's files: what is written goes to a copy of the file in the cache directory, which all
// threads share (so redo that one thread has written is read by the others, ADR 0005), and the ranges written go to a list beside it. A sync carries those ranges to the real file. Whoever
// kills the process empties the cache directory before he starts it again. As with a real cache some bytes reach the disk unasked: each write has a chance to be carried over at once,
// whole or by single sectors. Names of files (creation, removal, renaming) are not held back; the simulator does that.
//
// PANDO_TEST_CACHE_LIES=/redo/ answers syncs of such files without doing them: whoever looks for lost commits must find some then.

import {randomBytes} from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import type {DiskError, File, OpenOptions} from '../../src/env/disk.ts';
import {NodeDisk} from '../../src/os/disk.ts';

const CACHE = process.env.PANDO_TEST_CACHE;
/** Syncs of files with this in their path are answered and not done. */
const LIES = process.env.PANDO_TEST_CACHE_LIES ?? '';
const SECTOR = 512;
/** Chance that a write is carried over unasked, and that only some of its sectors are. */
const WHOLE = 0.15;
const TORN = 0.15;
/** A sync takes up to this long, so that there is always something not synced. Milliseconds. */
const SYNC_MS = 3;
/** In the list: the file has grown to `position`. */
const GROWN = -1;
const ENTRY = 16;
const BLOCK = 1 << 18;

function cached(path: string): string {
  return join(CACHE as string, resolve(path));
}

function listOf(path: string): string {
  return `${cached(path)}.ranges`;
}

/** Copies the real file into the cache unless it is there; of two threads one is first. */
function bringIn(path: string): void {
  const target = cached(path);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), {recursive: true});
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  copySparse(path, draft);
  try {
    linkSync(draft, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  rmSync(draft);
}

/** Copies a file and leaves holes where it has only zeros: redo files are mostly that. */
function copySparse(from: string, to: string): void {
  const [source, target] = [openSync(from, constants.O_RDONLY), openSync(to, constants.O_RDWR | constants.O_CREAT)];
  const {size} = fstatSync(source);
  ftruncateSync(target, size);
  const block = Buffer.alloc(BLOCK);
  const zeros = Buffer.alloc(BLOCK);
  for (let at = 0; at < size; at += BLOCK) {
    const n = readAll(source, block, 0, BLOCK, at);
    if (block.compare(zeros, 0, n, 0, n) !== 0) writeAll(target, block, 0, n, at);
  }
  for (const fd of [source, target]) closeSync(fd);
}

function writeAll(fd: number, source: Uint8Array, at: number, length: number, position: number): void {
  for (let done = 0; done < length; ) done += writeSync(fd, source, at + done, length - done, position + done);
}

function readAll(fd: number, target: Uint8Array, at: number, length: number, position: number): number {
  let total = 0;
  while (total < length) {
    const n = readSync(fd, target, at + total, length - total, position + total);
    if (n === 0) break;
    total += n;
  }
  return total;
}

class CachedFile implements File {
  readonly path: string;
  readonly #real: number;
  readonly #cache: number;
  readonly #list: number;
  readonly #isDurable: boolean;
  readonly #lies: boolean;
  /** The list is carried over up to here. */
  #carried = 0;

  constructor(path: string, {durableWrites, create, readOnly}: OpenOptions) {
    this.path = path;
    const flags =
      (readOnly === true ? constants.O_RDONLY : constants.O_RDWR) | (create === true ? constants.O_CREAT : 0);
    this.#real = openSync(path, flags, 0o640);
    bringIn(path);
    this.#cache = openSync(cached(path), constants.O_RDWR);
    this.#list = openSync(listOf(path), constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
    this.#isDurable = durableWrites === true;
    this.#lies = LIES !== '' && path.includes(LIES);
  }

  readSync(target: Uint8Array, targetAt: number, length: number, position: number): number {
    return readAll(this.#cache, target, targetAt, length, position);
  }

  writeSync(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    writeAll(this.#cache, source, sourceAt, length, position);
    if (this.#isDurable && !this.#lies) writeAll(this.#real, source, sourceAt, length, position);
    else this.#hold(source, sourceAt, length, position);
  }

  #hold(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    this.#note(position, length);
    const chance = Math.random();
    if (chance < WHOLE) writeAll(this.#real, source, sourceAt, length, position);
    else if (chance < WHOLE + TORN) this.#tear(source, sourceAt, length, position);
  }

  /** Some sectors of a write reach the disk. */
  #tear(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    for (let at = 0; at < length; ) {
      const n = Math.min(length - at, SECTOR - ((position + at) % SECTOR));
      if (Math.random() < 0.5) writeAll(this.#real, source, sourceAt + at, n, position + at);
      at += n;
    }
  }

  #note(position: number, length: number): void {
    const entry = Buffer.alloc(ENTRY);
    entry.writeDoubleLE(position, 0);
    entry.writeDoubleLE(length, 8);
    writeSync(this.#list, entry, 0, ENTRY, null);
  }

  write(source: Uint8Array, sourceAt: number, length: number, position: number, done: (e?: DiskError) => void): void {
    this.writeSync(source, sourceAt, length, position);
    setTimeout(done, this.#isDurable ? Math.random() * SYNC_MS : 0);
  }

  sync(done: (error?: DiskError) => void): void {
    setTimeout(() => {
      this.syncSync();
      done();
    }, Math.random() * SYNC_MS);
  }

  /** Carries over what any thread has written since this file was last synced here. */
  syncSync(): void {
    if (this.#lies) return;
    const end = fstatSync(this.#list).size;
    const entries = Buffer.alloc(end - this.#carried);
    readAll(this.#list, entries, 0, entries.length, this.#carried);
    for (let at = 0; at + ENTRY <= entries.length; at += ENTRY) {
      this.#carry(entries.readDoubleLE(at), entries.readDoubleLE(at + 8));
    }
    this.#carried = end;
  }

  #carry(position: number, length: number): void {
    if (length === GROWN) {
      if (fstatSync(this.#real).size < position) ftruncateSync(this.#real, position);
      return;
    }
    const bytes = Buffer.allocUnsafe(length);
    const n = readAll(this.#cache, bytes, 0, length, position);
    writeAll(this.#real, bytes, 0, n, position);
  }

  sizeSync(): number {
    return fstatSync(this.#cache).size;
  }

  allocateSync(size: number): void {
    if (this.sizeSync() >= size) return;
    ftruncateSync(this.#cache, size);
    this.#note(size, GROWN);
  }

  truncateSync(size: number): void {
    ftruncateSync(this.#cache, size);
    ftruncateSync(this.#real, size);
  }

  closeSync(): void {
    for (const fd of [this.#real, this.#cache, this.#list]) closeSync(fd);
  }
}

if (CACHE !== undefined) {
  const {prototype} = NodeDisk;
  const {removeSync: remove, renameSync: rename, openSync: plainOpen} = prototype;
  prototype.openSync = function (path: string, options: OpenOptions): File {
    // A failure to open is told in the words of the real disk.
    plainOpen.call(this, path, options).closeSync();
    return new CachedFile(path, options);
  };
  prototype.removeSync = function (path: string): void {
    remove.call(this, path);
    for (const copy of [cached(path), listOf(path)]) rmSync(copy, {force: true});
  };
  prototype.renameSync = function (from: string, to: string): void {
    rename.call(this, from, to);
    for (const copy of [cached(to), listOf(to)]) rmSync(copy, {force: true});
    if (existsSync(cached(from))) renameSync(cached(from), cached(to));
    if (existsSync(listOf(from))) renameSync(listOf(from), listOf(to));
  };
}
