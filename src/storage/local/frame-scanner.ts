// Reads the frames of one stream in order, across its files.
//
// Where the next frame is follows from the last one: behind it, or, when nothing valid stands there, at the beginning of the next
// file - if that begins with exactly the LSN that is due. A recycled file is full of old frames; they fit neither the incarnation nor the LSN.
// Reading is by blocks; a block may have been read before the newest frames were written, so a miss in it is checked against the file once.

import type {Checksum} from '../../env/crypto.ts';
import type {Disk, File} from '../../env/disk.ts';
import {Memory} from '../../format/memory.ts';
import {FRAME_HEADER, FRAME_MAGIC} from '../../format/redo/layout.ts';
import {FRAME_CUT, frameCplLsn, frameLength, framePayloadLength, frameStartLsn, inspectFrame, NO_FRAME} from './frame.ts';
import {framePayloadMax} from './options.ts';
import {REDO_FILE_HEADER, redoFileName} from './redo-files.ts';

/** Where and what to scan; plain data. */
export interface ScanRange {
  readonly directory: string;
  readonly incarnation: number;
  readonly redoFileSize: number;
  /** File to begin with, at its first frame. */
  readonly sequence: number;
  /** LSN that is due there; -1: whatever it begins with. */
  readonly lsn: number;
}

const ANY_LSN = -1;

export class FrameScanner {
  readonly #disk: Disk;
  readonly #crc32: Checksum;
  readonly #range: ScanRange;
  readonly #payloadMax: number;
  readonly #block: Memory;
  #file: File | undefined;
  #sequence: number;
  #position = REDO_FILE_HEADER;
  #lsn: number;
  #blockFrom = 0;
  #blockFilled = 0;
  /** Offset of the loaded frame in the block, -1 when none is loaded. */
  #frameAt = -1;

  constructor(disk: Disk, crc32: Checksum, range: ScanRange) {
    this.#disk = disk;
    this.#crc32 = crc32;
    this.#range = range;
    this.#payloadMax = framePayloadMax({pageSize: 0, redoFileSize: range.redoFileSize});
    this.#block = new Memory(new ArrayBuffer(2 * frameLength(this.#payloadMax)));
    this.#sequence = range.sequence;
    this.#lsn = range.lsn;
  }

  /** File of the loaded frame, or of the last one. */
  get sequence(): number {
    return this.#sequence;
  }

  /** LSN of the frame that is loaded or due; -1 when not known yet. */
  get lsn(): number {
    return this.#lsn;
  }

  /** Bytes of the loaded frame. */
  get memory(): Memory {
    return this.#block;
  }

  get payloadAt(): number {
    return this.#frameAt + FRAME_HEADER;
  }

  get payloadLength(): number {
    return framePayloadLength(this.#block, this.#frameAt);
  }

  get cplLsn(): number {
    return frameCplLsn(this.#block, this.#frameAt);
  }

  /** Where the scan stands, for messages. */
  get where(): string {
    return `${this.#path(this.#sequence)} at byte ${this.#position}`;
  }

  #path(sequence: number): string {
    return `${this.#range.directory}/${redoFileName(this.#range.incarnation, sequence)}`;
  }

  /** Loads the frame that is due. False when it does not stand where it should: the stream ends here, for now or for good. */
  load(): boolean {
    if (this.#frameAt >= 0) return true;
    if (!this.#openFile()) return false;
    if (this.#loadAt(this.#position)) return true;
    return this.#loadFromNextFile();
  }

  #openFile(): boolean {
    if (this.#file !== undefined) return true;
    const path = this.#path(this.#sequence);
    if (!this.#disk.existsSync(path)) return false;
    this.#file = this.#disk.openSync(path, {readOnly: true});
    this.#blockFilled = 0;
    return true;
  }

  #loadAt(position: number): boolean {
    const at = position - this.#blockFrom;
    if (at >= 0 && at < this.#blockFilled && this.#inspect(at) > 0) {
      this.#frameAt = at;
      return true;
    }
    this.#fill(position);
    if (this.#inspect(0) <= 0) return false;
    this.#frameAt = 0;
    return true;
  }

  #inspect(at: number): number {
    return inspectFrame(this.#block, at, this.#blockFilled - at, this.#range.incarnation, this.#lsn, this.#payloadMax, this.#crc32);
  }

  #fill(position: number): void {
    const length = Math.max(0, Math.min(this.#block.size, this.#range.redoFileSize - position));
    this.#blockFrom = position;
    this.#blockFilled = this.#file?.readSync(this.#block.bytes, 0, length, position) ?? 0;
  }

  #loadFromNextFile(): boolean {
    if (this.#lsn === ANY_LSN || !this.#disk.existsSync(this.#path(this.#sequence + 1))) return false;
    const [file, position] = [this.#file, this.#position];
    this.#file = this.#disk.openSync(this.#path(this.#sequence + 1), {readOnly: true});
    if (this.#loadAt(REDO_FILE_HEADER)) {
      file?.closeSync();
      this.#sequence++;
      this.#position = REDO_FILE_HEADER;
      return true;
    }
    this.#file.closeSync();
    this.#file = file;
    this.#position = position;
    this.#blockFilled = 0;
    return false;
  }

  /** Goes behind the loaded frame. */
  advance(): void {
    const payload = this.payloadLength;
    this.#lsn = frameStartLsn(this.#block, this.#frameAt) + payload;
    this.#position += frameLength(payload);
    this.#frameAt = -1;
  }

  /** LSN at which the loaded frame begins. */
  get frameLsn(): number {
    return frameStartLsn(this.#block, this.#frameAt);
  }

  /**
   * The frame that is due is not there: does a later one of this stream exist? Then the missing one was durable once, and has been
   * damaged. Returns its LSN, or -1. Reads the rest of all files; the scan can go on afterwards.
   */
  findLaterFrame(): number {
    for (let sequence = this.#sequence; ; sequence++) {
      const path = this.#path(sequence);
      if (!this.#disk.existsSync(path)) return -1;
      const file = this.#disk.openSync(path, {readOnly: true});
      const found = this.#searchFile(file, sequence === this.#sequence ? this.#position : REDO_FILE_HEADER);
      file.closeSync();
      this.#blockFilled = 0;
      if (found >= 0) return found;
    }
  }

  #searchFile(file: File, from: number): number {
    const {bytes, view, size} = this.#block;
    const step = frameLength(this.#payloadMax);
    for (let position = from; position < this.#range.redoFileSize; position += step) {
      const filled = file.readSync(bytes, 0, Math.min(size, this.#range.redoFileSize - position), position);
      for (let at = 0; at + FRAME_HEADER <= filled && at < step; at += 8) {
        if (view.getUint32(at, true) !== FRAME_MAGIC) continue;
        const result = inspectFrame(this.#block, at, filled - at, this.#range.incarnation, -1, this.#payloadMax, this.#crc32);
        if (result !== NO_FRAME && result !== FRAME_CUT && frameStartLsn(this.#block, at) > this.#lsn) return frameStartLsn(this.#block, at);
      }
    }
    return -1;
  }

  close(): void {
    this.#file?.closeSync();
    this.#file = undefined;
    this.#frameAt = -1;
    this.#blockFilled = 0;
  }
}
