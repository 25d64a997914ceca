// Reads the frames of one stream in order, across its files.
//
// Where the next frame is follows from the last one: behind it, or, when nothing valid stands there, at the beginning of the next
// file - if that begins with exactly the LSN that is due. A recycled file is full of old frames; they fit neither the incarnation nor the LSN.
// Reading is by blocks; a block may have been read before the newest frames were written, so a miss in it is checked against the file once.

import type {Checksum} from '../../env/crypto.ts';
import type {Disk, File} from '../../env/disk.ts';
import {Memory} from '../../format/memory.ts';
import {
  FrameState,
  findFrame,
  frameCplLsn,
  frameFault,
  frameIncarnation,
  frameLength,
  framePayloadLength,
  frameRestsAt,
  frameStartLsn,
  frameSyncedLsn,
} from '../../format/redo/frame.ts';
import {FRAME_HEADER, FRAME_MAGIC} from '../../format/redo/layout.ts';
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
const WHOLE_BLOCK = Number.POSITIVE_INFINITY;
/** As the magic number stands in a file. */
const MAGIC_BYTES = Buffer.from(Uint32Array.of(FRAME_MAGIC).buffer);

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

  /** Byte of the file at which the loaded frame begins, or the next one is due. */
  get position(): number {
    return this.#position;
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

  /** How far the stream was on disk for certain when the loaded frame was written. */
  get syncedLsn(): number {
    return frameSyncedLsn(this.#block, this.#frameAt);
  }

  /** Offset in `memory` of the loaded frame's `rests` record, -1 when it has none. */
  get restsAt(): number {
    return frameRestsAt(this.#block, this.#frameAt);
  }

  /** Where the scan stands, for messages. */
  get where(): string {
    return `${this.#path(this.#sequence)} at byte ${this.#position}`;
  }

  #path(sequence: number): string {
    return `${this.#range.directory}/${redoFileName(this.#range.incarnation, sequence)}`;
  }

  /**
   * Loads the frame that is due. False when it does not stand where it should: the stream ends here, for now or for good. `expected`
   * is how many bytes of the file are likely to be of interest: less is read then, and more if the frame needs it.
   */
  load(expected = WHOLE_BLOCK): boolean {
    if (this.#frameAt >= 0) return true;
    if (!this.#openFile()) return false;
    if (this.#loadAt(this.#position, expected)) return true;
    return this.#loadFromNextFile(expected);
  }

  #openFile(): boolean {
    if (this.#file !== undefined) return true;
    const path = this.#path(this.#sequence);
    if (!this.#disk.existsSync(path)) return false;
    this.#file = this.#disk.openSync(path, {readOnly: true});
    this.#blockFilled = 0;
    return true;
  }

  #loadAt(position: number, expected: number): boolean {
    const at = position - this.#blockFrom;
    if (at >= 0 && at < this.#blockFilled && this.#isDue(at)) {
      this.#frameAt = at;
      return true;
    }
    const whole = Math.min(this.#block.size, this.#range.redoFileSize - position);
    const first = Math.min(whole, expected);
    this.#fill(position, first);
    if (!this.#isDue(0) && first < whole) this.#fill(position, whole);
    this.#frameAt = this.#isDue(0) ? 0 : -1;
    return this.#frameAt === 0;
  }

  #isDue(at: number): boolean {
    if (this.#lsn === ANY_LSN) return this.#isWhole(at);
    const {incarnation} = this.#range;
    return findFrame(this.#block, at, this.#blockFilled, incarnation, this.#lsn, this.#crc32) === FrameState.whole;
  }

  #isWhole(at: number): boolean {
    if (frameFault(this.#block, at, this.#blockFilled, this.#crc32) !== undefined) return false;
    return frameIncarnation(this.#block, at) === this.#range.incarnation;
  }

  #fill(position: number, length: number): void {
    this.#blockFrom = position;
    this.#blockFilled =
      length > 0 && this.#file !== undefined ? this.#file.readSync(this.#block.bytes, 0, length, position) : 0;
  }

  #loadFromNextFile(expected: number): boolean {
    if (this.#lsn === ANY_LSN || !this.#disk.existsSync(this.#path(this.#sequence + 1))) return false;
    const [file, position] = [this.#file, this.#position];
    this.#file = this.#disk.openSync(this.#path(this.#sequence + 1), {readOnly: true});
    this.#blockFilled = 0;
    if (this.#loadAt(REDO_FILE_HEADER, expected)) {
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

  /** A second scanner that stands where this one does. */
  clone(): FrameScanner {
    const copy = new FrameScanner(this.#disk, this.#crc32, {
      ...this.#range,
      sequence: this.#sequence,
      lsn: this.#lsn,
    });
    copy.#position = this.#position;
    return copy;
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
   * The frame that is due is not there: does a later one of this stream say that it was on disk once? Then it has been damaged. Returns the LSN of
   * such a frame, or -1. (Frames that were written and not synced may be missing anywhere.) Reads the rest of all files; the scan can go on afterwards.
   */
  findProofOfLoss(): number {
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
    const {redoFileSize} = this.#range;
    const step = frameLength(this.#payloadMax);
    let position = from;
    while (position + FRAME_HEADER <= redoFileSize) {
      this.#blockFilled = file.readSync(this.#block.bytes, 0, Math.min(step, redoFileSize - position), position);
      const at = this.#nextCandidate();
      if (at < 0) {
        position += step - FRAME_HEADER;
        continue;
      }
      position += at;
      const length = Math.min(this.#block.size, redoFileSize - position);
      this.#blockFilled = file.readSync(this.#block.bytes, 0, length, position);
      if (this.#isWhole(0) && frameSyncedLsn(this.#block, 0) > this.#lsn) return frameStartLsn(this.#block, 0);
      position += 8;
    }
    return -1;
  }

  /** Offset of the first thing in the block that looks like a later frame of this stream, or -1. Found by the system's own search: whole files are looked through while somebody waits. */
  #nextCandidate(): number {
    const block = this.#block;
    const end = this.#blockFilled - FRAME_HEADER;
    const text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, this.#blockFilled);
    for (let at = text.indexOf(MAGIC_BYTES); at >= 0 && at <= end; at = text.indexOf(MAGIC_BYTES, at + 1)) {
      const isOurs = (at & 7) === 0 && frameIncarnation(block, at) === this.#range.incarnation;
      if (isOurs && frameStartLsn(block, at) > this.#lsn) return at;
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
