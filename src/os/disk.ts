// The production Disk: node:fs, without promises (their hop costs more than the write, hot-path 8).
//
// A callback write takes one hop through the thread pool of the process; a file opened with `durableWrites` carries O_DSYNC, so that
// a finished write is a durable write and no second hop for fdatasync is needed. Node has no fallocate: space is reserved by writing
// zeros, which also spares the file system the conversion of unwritten extents at the first durable write.

import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import {type DirectoryLock, type Disk, type DiskError, DiskFailure, type File, type OpenOptions} from '../env/disk.ts';
import {lockDirectory} from './directory-lock.ts';

/** Zeros are written in runs of this many bytes when space is reserved. */
const ZERO_RUN = 1 << 20;
const zeros = new Uint8Array(ZERO_RUN);

/** A write that takes no byte and reports no error; treated as a failure rather than repeated for ever. */
const NOTHING_WRITTEN: DiskError = {code: 'EIO', message: 'the system wrote no bytes'};

function describe(error: unknown, path: string): DiskError {
  if (error instanceof Error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';
    return {code, message: `${path}: ${error.message}`};
  }
  return {code: 'EUNKNOWN', message: `${path}: ${String(error)}`};
}

/** Runs a system call and turns what it throws into a DiskFailure that names the path. */
function attempt<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const {code, message} = describe(error, path);
    throw new DiskFailure(code, message);
  }
}

class NodeFile implements File {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  readSync(target: Uint8Array, targetAt: number, length: number, position: number): number {
    return attempt(this.path, () => {
      let total = 0;
      while (total < length) {
        const n = readSync(this.#fd, target, targetAt + total, length - total, position + total);
        if (n === 0) break;
        total += n;
      }
      return total;
    });
  }

  writeSync(source: Uint8Array, sourceAt: number, length: number, position: number): void {
    attempt(this.path, () => {
      let total = 0;
      while (total < length) {
        const n = writeSync(this.#fd, source, sourceAt + total, length - total, position + total);
        if (n === 0) throw new Error(NOTHING_WRITTEN.message);
        total += n;
      }
    });
  }

  write(
    source: Uint8Array,
    sourceAt: number,
    length: number,
    position: number,
    done: (error?: DiskError) => void,
  ): void {
    write(this.#fd, source, sourceAt, length, position, (error, written) => {
      if (error !== null) done(describe(error, this.path));
      else if (written === length) done();
      else if (written === 0) done(NOTHING_WRITTEN);
      else this.write(source, sourceAt + written, length - written, position + written, done);
    });
  }

  sync(done: (error?: DiskError) => void): void {
    fdatasync(this.#fd, error => {
      if (error === null) done();
      else done(describe(error, this.path));
    });
  }

  syncSync(): void {
    attempt(this.path, () => fdatasyncSync(this.#fd));
  }

  sizeSync(): number {
    return attempt(this.path, () => fstatSync(this.#fd).size);
  }

  /** On failure the file keeps its old size, so that a full disk gets its bytes back. */
  allocateSync(size: number): void {
    const before = this.sizeSync();
    try {
      for (let at = before; at < size; at += ZERO_RUN) {
        this.writeSync(zeros, 0, Math.min(ZERO_RUN, size - at), at);
      }
    } catch (error) {
      this.truncateSync(before);
      throw error;
    }
  }

  truncateSync(size: number): void {
    attempt(this.path, () => ftruncateSync(this.#fd, size));
  }

  closeSync(): void {
    attempt(this.path, () => closeSync(this.#fd));
  }
}

/** Files of the operating system. Stateless: each thread makes its own. */
export class NodeDisk implements Disk {
  openSync(path: string, options: OpenOptions): File {
    let flags = options.readOnly === true ? constants.O_RDONLY : constants.O_RDWR;
    if (options.create === true) flags |= constants.O_CREAT;
    if (options.durableWrites === true) flags |= constants.O_DSYNC;
    return attempt(path, () => new NodeFile(path, openSync(path, flags, 0o640)));
  }

  existsSync(path: string): boolean {
    return existsSync(path);
  }

  listSync(directory: string): string[] {
    return attempt(directory, () => readdirSync(directory).sort());
  }

  makeDirectorySync(path: string): void {
    attempt(path, () => mkdirSync(path, {recursive: true, mode: 0o750}));
  }

  removeSync(path: string): void {
    attempt(path, () => rmSync(path));
  }

  renameSync(from: string, to: string): void {
    attempt(from, () => renameSync(from, to));
  }

  syncDirectorySync(path: string): void {
    attempt(path, () => {
      const fd = openSync(path, constants.O_RDONLY);
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  }

  lockDirectorySync(path: string): DirectoryLock | undefined {
    return attempt(path, () => lockDirectory(path));
  }
}
