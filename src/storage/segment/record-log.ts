// An append-only file of checksummed entries: the form of the index and of the incarnation journal.
//
// Entry:
//   0 u32 magic 0x4c44_4e50 · 4 u32 crc32 of bytes 8 .. 24+length · 8 u32 length of the payload · 12 u16 type · 14 u16 0
//  16 u48 sequence, one more than that of the entry before · 22 u16 0 · 24 payload, zero padded to a multiple of 8
//
// One entry is written and made durable before the next one is begun. So only the last entry can be torn, and when a bad entry is
// followed by a good one of a higher sequence, the bad one was damaged later: that is reported, never skipped (CorruptionError).
// A damaged *last* entry cannot be told from a torn one. Two ways out, chosen by the owner:
//   - `cell` = 0: entries of any length, once. The owner makes sure that losing the last entry does no harm (the index does).
//   - `cell` > 0: each entry is written twice, into two cells of that size (a sector or more each), so that damage to one leaves the other.
// Room is reserved ahead in real bytes, so that appending does not change the file's size.

import {assert} from '../../base/assert.ts';
import {getU48, setU48} from '../../base/bytes.ts';
import {CorruptionError, OperatingError} from '../../base/errors.ts';
import type {Checksum} from '../../env/crypto.ts';
import type {Disk, File} from '../../env/disk.ts';

const MAGIC = 0x4c44_4e50;
const HEADER = 24;
/** Longest payload; bounds what a damaged length can make a reader believe. */
export const LOG_PAYLOAD_MAX = 1 << 16;
const WINDOW = 1 << 18;
const PAD = 8;

/** What a log needs from its owner. */
export interface RecordLogOptions {
  readonly disk: Disk;
  readonly crc32: Checksum;
  readonly path: string;
  /** Bytes by which the file grows. */
  readonly growBytes: number;
  /** Size of the twin cells, or 0 for single entries of any length. */
  readonly cell: number;
}

/** Receives one entry; the bytes are valid only during the call. */
export type VisitEntry = (type: number, payload: DataView, sequence: number) => void;

function pad(length: number): number {
  return (length + PAD - 1) & ~(PAD - 1);
}

/** A window on the file that follows the reader. */
class Window {
  readonly bytes = new Uint8Array(WINDOW + LOG_PAYLOAD_MAX);
  readonly view = new DataView(this.bytes.buffer);
  readonly #file: File;
  readonly #size: number;
  #from = 0;
  #filled = 0;

  constructor(file: File, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Offset in `bytes` of the file's `position`, with `length` bytes behind it, or -1 when the file ends before. */
  at(position: number, length: number): number {
    if (position + length > this.#size) return -1;
    if (position < this.#from || position + length > this.#from + this.#filled) {
      this.#from = position;
      this.#filled = this.#file.readSync(this.bytes, 0, this.bytes.length, position);
      if (this.#filled < length) return -1;
    }
    return position - this.#from;
  }
}

export class RecordLog {
  readonly #options: RecordLogOptions;
  readonly #file: File;
  /** Entries found damaged in one of their two cells when the log was opened. */
  damagedTwins = 0;
  #position = 0;
  #sequence = 1;
  #size: number;
  #broken = false;
  readonly #scratch = new Uint8Array(pad(HEADER + LOG_PAYLOAD_MAX));
  readonly #scratchView = new DataView(this.#scratch.buffer);

  private constructor(options: RecordLogOptions, file: File) {
    this.#options = options;
    this.#file = file;
    this.#size = file.sizeSync();
  }

  /** Starts an empty log in a new file, replacing what is there. Nothing is durable before `sync`. */
  static create(options: RecordLogOptions): RecordLog {
    if (options.disk.existsSync(options.path)) options.disk.removeSync(options.path);
    return new RecordLog(options, options.disk.openSync(options.path, {create: true}));
  }

  /**
   * Opens a log and calls `visit` for each entry in order. What is read is made durable first, for the process that wrote it may
   * have died before its sync (K6). Throws CorruptionError when a damaged entry is followed by a good one.
   */
  static open(options: RecordLogOptions, visit: VisitEntry): RecordLog {
    const log = new RecordLog(options, options.disk.openSync(options.path, {}));
    log.#file.syncSync();
    log.#read(visit);
    return log;
  }

  /** Reads a log that somebody has open and has used `usedBytes` of. What is wrong with it; undefined when every entry is there. */
  static inspect(options: RecordLogOptions, usedBytes: number): string | undefined {
    let log: RecordLog | undefined;
    try {
      log = RecordLog.open(options, () => {});
      if (log.damagedTwins > 0)
        return `${options.path}: ${log.damagedTwins} entries are damaged in one of their two places`;
      return log.usedBytes === usedBytes
        ? undefined
        : `${options.path} at byte ${log.usedBytes}: the last entry is not readable`;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      return error.message;
    } finally {
      log?.close();
    }
  }

  /** Bytes used so far. */
  get usedBytes(): number {
    return this.#position;
  }

  get path(): string {
    return this.#options.path;
  }

  #read(visit: VisitEntry): void {
    const window = new Window(this.#file, this.#size);
    for (;;) {
      let at = this.#find(window, this.#position, this.#sequence);
      if (at < 0 && this.#options.cell > 0) {
        at = this.#find(window, this.#position + this.#options.cell, this.#sequence);
        if (at >= 0) this.damagedTwins++;
      } else if (at >= 0 && !this.#twinIsGood(window)) {
        this.damagedTwins++;
        at = this.#find(window, this.#position, this.#sequence);
      }
      if (at < 0) break;
      const length = window.view.getUint32(at + 8, true);
      visit(
        window.view.getUint16(at + 12, true),
        new DataView(window.bytes.buffer, at + HEADER, length),
        this.#sequence,
      );
      this.#position += this.#footprint(length);
      this.#sequence++;
    }
    this.#assertNothingBehind(window);
  }

  #twinIsGood(window: Window): boolean {
    const {cell} = this.#options;
    return cell === 0 || this.#find(window, this.#position + cell, this.#sequence) >= 0;
  }

  /** Offset in the window of a good entry at `position` whose sequence is `sequence` (0 = any), or -1. */
  #find(window: Window, position: number, sequence: number): number {
    let at = window.at(position, HEADER);
    if (at < 0 || window.view.getUint32(at, true) !== MAGIC) return -1;
    const length = window.view.getUint32(at + 8, true);
    if (length > LOG_PAYLOAD_MAX) return -1;
    if (sequence !== 0 && getU48(window.view, at + 16) !== sequence) return -1;
    at = window.at(position, HEADER + length);
    if (at < 0) return -1;
    const crc = this.#options.crc32(window.bytes.subarray(at + 8, at + HEADER + length));
    return crc === window.view.getUint32(at + 4, true) ? at : -1;
  }

  /** The log ended here: a good later entry shows that it did not. */
  #assertNothingBehind(window: Window): void {
    const step = this.#options.cell === 0 ? PAD : this.#options.cell;
    for (let position = this.#position + step; position + HEADER <= this.#size; position += step) {
      const at = window.at(position, HEADER);
      if (at < 0 || window.view.getUint32(at, true) !== MAGIC) continue;
      if (this.#find(window, position, 0) < 0 || getU48(window.view, at + 16) <= this.#sequence) continue;
      throw new CorruptionError(
        `${this.#options.path} at byte ${this.#position}`,
        `entry ${this.#sequence} is not readable, though entry ${getU48(window.view, at + 16)} behind it is`,
      );
    }
  }

  #footprint(payloadLength: number): number {
    return this.#options.cell === 0 ? pad(HEADER + payloadLength) : 2 * this.#options.cell;
  }

  /** Writes an entry; durable after `sync`. A DiskFailure (no space) leaves the log as it was. */
  append(type: number, payload: Uint8Array): void {
    this.#assertUsable();
    assert(payload.length <= LOG_PAYLOAD_MAX, () => `log entry of ${payload.length} bytes`);
    const {cell} = this.#options;
    assert(
      cell === 0 || HEADER + payload.length <= cell,
      () => `log entry of ${payload.length} bytes does not fit its cell`,
    );
    const footprint = this.#footprint(payload.length);
    if (this.#position + footprint > this.#size) {
      this.#file.allocateSync(this.#size + Math.max(this.#options.growBytes, footprint));
      this.#size = this.#file.sizeSync();
    }
    const length = this.#encode(type, payload);
    this.#file.writeSync(this.#scratch, 0, length, this.#position);
    if (cell > 0) this.#file.writeSync(this.#scratch, 0, length, this.#position + cell);
    this.#position += footprint;
    this.#sequence++;
  }

  #encode(type: number, payload: Uint8Array): number {
    const view = this.#scratchView;
    const length = pad(HEADER + payload.length);
    this.#scratch.fill(0, 0, HEADER);
    this.#scratch.set(payload, HEADER);
    this.#scratch.fill(0, HEADER + payload.length, length);
    view.setUint32(0, MAGIC, true);
    view.setUint32(8, payload.length, true);
    view.setUint16(12, type, true);
    setU48(view, 16, this.#sequence);
    view.setUint32(4, this.#options.crc32(this.#scratch.subarray(8, HEADER + payload.length)), true);
    return length;
  }

  /** Makes everything appended durable. A failure is final (S15): nothing can be appended any more. */
  sync(): void {
    this.#assertUsable();
    try {
      this.#file.syncSync();
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  #assertUsable(): void {
    if (!this.#broken) return;
    throw new OperatingError(
      `${this.#options.path} could not be made durable earlier`,
      'restart; see the log for the disk error',
    );
  }

  close(): void {
    this.#file.closeSync();
  }
}
