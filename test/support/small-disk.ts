// A small file system of its own under a data directory, which a test fills and frees.

import {execFile} from 'node:child_process';
import {rmSync, statfsSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

const LARGEST = 4 * 1024 * 1024 * 1024;
/** So much less is asked for when there was not enough. */
const STEP = 1024 * 1024;

export class SmallDisk {
  readonly directory: string;
  readonly #ballast: string;

  /** `directory` is empty and on a small file system of its own, for example: mount -t tmpfs -o size=1500m tmpfs DIR. @throws Error when it is not */
  constructor(directory: string) {
    this.directory = directory;
    this.#ballast = join(directory, 'ballast');
    if (directory === '' || this.free > LARGEST)
      throw new Error('name a directory on a small file system of its own with --directory');
  }

  /** Bytes that are free. */
  get free(): number {
    const {bavail, bsize} = statfsSync(this.directory);
    return bavail * bsize;
  }

  /** Takes all but `leave` bytes of what is free; a little more is left when the server gives some back meanwhile, nothing when it takes some. */
  async fill(leave: number): Promise<void> {
    for (let bytes = this.free - leave; bytes > 0; bytes = Math.min(bytes - STEP, this.free - leave))
      if (await this.#take(bytes)) return;
  }

  /** False: there is not so much. By another process, for a gigabyte takes its time. */
  async #take(bytes: number): Promise<boolean> {
    try {
      await run('fallocate', ['-l', String(Math.floor(bytes)), this.#ballast]);
      return true;
    } catch (error) {
      this.release();
      if (!/No space left/.test((error as {stderr?: string}).stderr ?? '')) throw error;
      return false;
    }
  }

  /** Gives it back. */
  release(): void {
    rmSync(this.#ballast, {force: true});
  }
}
