// Scratch files in a directory of the system: their names are removed as soon as they are open.

import {closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DiskFailure} from '../env/disk.ts';
import type {Scratch, ScratchFile} from '../env/scratch.ts';

/** The sessions of one thread share it. */
export class NodeScratch implements Scratch {
  readonly #parent: string;

  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  open(): ScratchFile {
    try {
      const directory = mkdtempSync(join(this.#parent, 'pando-scratch-'));
      const file = openSync(join(directory, 'rows'), 'wx+', 0o600);
      rmSync(directory, {recursive: true});
      return new NodeScratchFile(file);
    } catch (error) {
      throw failure(error);
    }
  }
}

class NodeScratchFile implements ScratchFile {
  readonly #file: number;
  #isOpen = true;
  size = 0;

  constructor(file: number) {
    this.#file = file;
  }

  append(bytes: Uint8Array, length: number): void {
    try {
      for (let at = 0; at < length; ) {
        const written = writeSync(this.#file, bytes, at, length - at, this.size);
        if (written === 0) throw new DiskFailure('EIO', 'the system wrote no bytes');
        at += written;
        this.size += written;
      }
    } catch (error) {
      throw failure(error);
    }
  }

  read(target: Uint8Array, length: number, position: number): number {
    try {
      return readSync(this.#file, target, 0, length, position);
    } catch (error) {
      throw failure(error);
    }
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}

function failure(error: unknown): DiskFailure {
  if (error instanceof DiskFailure) return error;
  const {code = 'EUNKNOWN', message} = error as NodeJS.ErrnoException;
  return new DiskFailure(code, `scratch file: ${message}`);
}
