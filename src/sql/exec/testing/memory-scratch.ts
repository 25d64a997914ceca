// Scratch files in memory, for tests: counted, and able to fail.

import {DiskFailure} from '../../../env/disk.ts';
import type {Scratch, ScratchFile} from '../../../env/scratch.ts';

export class MemoryScratch implements Scratch {
  opened = 0;
  closed = 0;
  /** Bytes that may be written in all. */
  room: number = Number.POSITIVE_INFINITY;

  open(): ScratchFile {
    this.opened++;
    let bytes: Buffer = Buffer.alloc(0);
    const take = (length: number): void => {
      this.room -= length;
      if (this.room < 0) throw new DiskFailure('ENOSPC', 'no space left');
    };
    const close = (): void => {
      this.closed++;
    };
    return {
      get size(): number {
        return bytes.length;
      },
      append(source, length): void {
        take(length);
        bytes = Buffer.concat([bytes, source.subarray(0, length)]);
      },
      read(target, length, position): number {
        return bytes.copy(target, 0, position, position + length);
      },
      close,
    };
  }
}
