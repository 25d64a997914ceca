// Reads a sealed stream from a record boundary to its end D: what recovery decides by (K6, K8). Works from the files alone, so any thread can
// do it with the description that storage gives it.

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Checksum} from '../../env/crypto.ts';
import type {Disk} from '../../env/disk.ts';
import type {Memory} from '../../format/memory.ts';
import {redoFault, redoLength} from '../../format/redo/read.ts';
import type {StreamReader} from '../api.ts';
import {FrameScanner} from '../segment/frame-scanner.ts';
import {FIRST_LSN} from '../segment/stream-state.ts';

/** A sealed stream; plain data, fit for a message between threads. */
export interface StreamDescription {
  readonly directory: string;
  readonly incarnation: number;
  readonly redoFileSize: number;
  /** First file that still exists. */
  readonly firstSequence: number;
  readonly checkpointLsn: number;
  readonly endLsn: number;
}

/** What is read of a file to see where it begins; a longer first frame is read whole. */
const HEAD_BYTES = 4096;

export class LocalStreamReader implements StreamReader {
  readonly incarnation: number;
  readonly checkpointLsn: number;
  readonly endLsn: number;
  readonly #disk: Disk;
  readonly #crc32: Checksum;
  readonly #description: StreamDescription;

  constructor(disk: Disk, crc32: Checksum, description: StreamDescription) {
    this.#disk = disk;
    this.#crc32 = crc32;
    this.#description = description;
    this.incarnation = description.incarnation;
    this.checkpointLsn = description.checkpointLsn;
    this.endLsn = description.endLsn;
  }

  scan(fromLsn: number, visit: (memory: Memory, at: number, lsn: number) => void): void {
    assert(
      fromLsn >= FIRST_LSN && fromLsn <= this.endLsn,
      () => `scan of stream ${this.incarnation} from LSN ${fromLsn}`,
    );
    this.#scan(fromLsn, visit);
  }

  /** Visits every record that the files still hold, up to the end. */
  scanAll(visit: (memory: Memory, at: number, lsn: number, length: number) => void): void {
    this.#scan(-1, visit);
  }

  #scan(fromLsn: number, visit: (memory: Memory, at: number, lsn: number, length: number) => void): void {
    const scanner = this.#scannerAt(fromLsn < 0 ? this.#description.firstSequence : this.#fileOf(fromLsn));
    try {
      let reached = Math.max(fromLsn, FIRST_LSN);
      while (reached < this.endLsn) {
        if (!scanner.load() || (fromLsn >= 0 && scanner.frameLsn > reached)) throw this.#missing(scanner, reached);
        reached = this.#scanFrame(scanner, Math.max(reached, fromLsn), visit);
        scanner.advance();
      }
    } finally {
      scanner.close();
    }
  }

  #scannerAt(sequence: number): FrameScanner {
    const {directory, incarnation, redoFileSize} = this.#description;
    const lsn = sequence === 1 ? FIRST_LSN : -1;
    return new FrameScanner(this.#disk, this.#crc32, {directory, incarnation, redoFileSize, sequence, lsn});
  }

  /**
   * The last file that begins at or below `lsn`: what lies before the checkpoint need not be read. A file that is ready and not used
   * yet may begin with an old frame of this very stream, at an LSN below that of the file before it.
   */
  #fileOf(lsn: number): number {
    let sequence = this.#description.firstSequence;
    for (let begins = this.#beginOf(sequence); ; sequence++) {
      const next = this.#beginOf(sequence + 1);
      if (next <= begins || next > lsn) return sequence;
      begins = next;
    }
  }

  /** LSN of a file's first frame, -1 when there is none. */
  #beginOf(sequence: number): number {
    const scanner = this.#scannerAt(sequence);
    const begins = scanner.load(HEAD_BYTES) ? scanner.frameLsn : -1;
    scanner.close();
    return begins;
  }

  #missing(scanner: FrameScanner, lsn: number): CorruptionError {
    return new CorruptionError(
      scanner.where,
      `stream ${this.incarnation} cannot be read at LSN ${lsn}; its end is ${this.endLsn}`,
    );
  }

  /** Visits the records of the loaded frame in [from, D); returns where it came to. */
  #scanFrame(
    scanner: FrameScanner,
    from: number,
    visit: (memory: Memory, at: number, lsn: number, length: number) => void,
  ): number {
    const start = scanner.frameLsn;
    const length = scanner.payloadLength;
    const stop = Math.min(length, this.endLsn - start);
    let done = 0;
    while (done < stop) {
      const at = scanner.payloadAt + done;
      const fault = redoFault(scanner.memory, at, scanner.payloadAt + length);
      if (fault !== undefined) throw new CorruptionError(`${scanner.where}, LSN ${start + done}`, fault);
      const size = redoLength(scanner.memory, at);
      if (start + done >= from) visit(scanner.memory, at, start + done, size);
      done += size;
    }
    return Math.max(from, start + done);
  }
}
