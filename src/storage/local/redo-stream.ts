// The primary's end of its redo stream in a local volume: one frame at a time into preallocated files, by callback, O_DSYNC.
//
// The primary writes from its own thread; no hop to the storage thread lies between a commit and the disk. The two meet in the
// stream words: storage announces files that are ready, the primary announces how far it is durable.
//
// Room. A frame never straddles two files. So a file whose rest is smaller than the largest frame may have to be left early, and
// that much of each file is not promised; neither is what a few frame headers take. What is left is certain: every sequence of frames
// that together carry no more than `room()` bytes of payload finds its place (S14).
//
// End. A write that fails ends the stream for good: the disk may have kept any part of it (S15). A write that ends after
// storage has sealed the stream is not acknowledged, for D was fixed without regard to it (K7: force first, then test the seal).

import {assert} from '../../base/assert.ts';
import type {Checksum} from '../../env/crypto.ts';
import type {Disk, DiskError, File} from '../../env/disk.ts';
import type {Memory} from '../../format/memory.ts';
import {frameLength, sealFrame} from '../../format/redo/frame.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import type {RedoStream} from '../api.ts';
import {framePayloadMax} from './options.ts';
import {REDO_FILE_HEADER, redoFileName} from './redo-files.ts';
import {StreamFlag, type StreamWords} from './stream-words.ts';

/** Frame headers and padding that are never promised as room: those of all frames that can be under way or gathered at one time. */
const HEADERS_KEPT = 16 * (FRAME_HEADER + 8);

/** Everything a thread needs to write a stream; plain data, fit for a message between threads. */
export interface RedoStreamDescription {
  readonly incarnation: number;
  /** Slot in the stream words. */
  readonly node: number;
  readonly directory: string;
  readonly redoFileSize: number;
  readonly startLsn: number;
}

export class LocalRedoStream implements RedoStream {
  readonly incarnation: number;
  readonly startLsn: number;
  readonly maxPayload: number;
  readonly #disk: Disk;
  readonly #crc32: Checksum;
  readonly #words: StreamWords;
  readonly #description: RedoStreamDescription;
  #file: File | undefined;
  #sequence = 0;
  #position: number;
  #nextLsn: number;
  #durableLsn: number;
  #cplLsn: number;
  /** Set while a write is under way. */
  #done: ((error?: string) => void) | undefined;
  #failure: string | undefined;
  readonly #onWritten = (error?: DiskError): void => this.#written(error);

  constructor(disk: Disk, crc32: Checksum, words: StreamWords, description: RedoStreamDescription) {
    this.#disk = disk;
    this.#crc32 = crc32;
    this.#words = words;
    this.#description = description;
    this.incarnation = description.incarnation;
    this.startLsn = description.startLsn;
    this.maxPayload = framePayloadMax({pageSize: 0, redoFileSize: description.redoFileSize});
    this.#nextLsn = description.startLsn;
    this.#durableLsn = description.startLsn;
    this.#cplLsn = description.startLsn;
    this.#position = description.redoFileSize;
    const owner = words.incarnation(description.node);
    assert(
      owner === this.incarnation,
      () => `words of node ${description.node} belong to stream ${owner}, not ${this.incarnation}`,
    );
  }

  get durableLsn(): number {
    return this.#durableLsn;
  }

  write(
    memory: Memory,
    at: number,
    payloadLength: number,
    startLsn: number,
    cplLsn: number,
    done: (error?: string) => void,
  ): void {
    assert(this.#done === undefined, () => 'one redo write at a time');
    assert(startLsn === this.#nextLsn, () => `redo write at LSN ${startLsn}, the stream is at ${this.#nextLsn}`);
    assert(payloadLength > 0 && payloadLength <= this.maxPayload, () => `redo frame of ${payloadLength} bytes`);
    assert(cplLsn <= startLsn + payloadLength, () => `CPL ${cplLsn} beyond the frame's end`);
    if (this.#failure === undefined) this.#write(memory, at, payloadLength, startLsn, cplLsn, done);
    else done(this.#failure);
  }

  #write(
    memory: Memory,
    at: number,
    payloadLength: number,
    startLsn: number,
    cplLsn: number,
    done: (error?: string) => void,
  ): void {
    const length = frameLength(payloadLength);
    if (this.#position + length > this.#description.redoFileSize) this.#nextFile();
    const file = this.#file;
    if (file === undefined) {
      done(this.#failure);
      return;
    }
    this.#cplLsn = Math.max(this.#cplLsn, cplLsn);
    sealFrame(
      memory,
      at,
      this.incarnation,
      payloadLength,
      startLsn,
      this.#cplLsn > this.startLsn ? this.#cplLsn : 0,
      this.#crc32,
    );
    this.#done = done;
    this.#nextLsn = startLsn + payloadLength;
    const position = this.#position;
    this.#position += length;
    file.write(memory.bytes, at, length, position, this.#onWritten);
  }

  #nextFile(): void {
    const prepared = this.#words.preparedFiles(this.#description.node);
    assert(
      this.#sequence < prepared,
      () => `redo written beyond the room that was promised (file ${this.#sequence + 1})`,
    );
    this.#file?.closeSync();
    this.#sequence++;
    this.#position = REDO_FILE_HEADER;
    const path = `${this.#description.directory}/${redoFileName(this.incarnation, this.#sequence)}`;
    try {
      this.#file = this.#disk.openSync(path, {durableWrites: true});
    } catch (error) {
      this.#file = undefined;
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #written(error: DiskError | undefined): void {
    const done = this.#done;
    this.#done = undefined;
    if (error !== undefined) this.#end(`${error.code}: ${error.message}`);
    else if (this.#words.hasFlag(this.#description.node, StreamFlag.sealed)) this.#end('the stream has been sealed');
    else {
      this.#durableLsn = this.#cplLsn;
      this.#words.setDurable(this.#description.node, this.#cplLsn);
    }
    done?.(this.#failure);
  }

  #end(reason: string): void {
    this.#failure = reason;
    this.#words.setFlag(this.#description.node, StreamFlag.failed);
  }

  room(): number {
    if (this.#failure !== undefined) return 0;
    const {node, redoFileSize} = this.#description;
    const waste = frameLength(this.maxPayload);
    const ready = this.#words.preparedFiles(node) - this.#sequence;
    const here = Math.max(0, redoFileSize - this.#position - waste);
    return Math.max(0, here + ready * (redoFileSize - REDO_FILE_HEADER - waste) - HEADERS_KEPT);
  }

  setCheckpoint(lsn: number): void {
    assert(lsn <= this.#durableLsn, () => `checkpoint at ${lsn} is not durable yet (${this.#durableLsn})`);
    this.#words.setCheckpoint(this.#description.node, lsn);
  }

  close(): void {
    assert(this.#done === undefined, () => 'the stream is closed while a write is under way');
    this.#file?.closeSync();
    this.#file = undefined;
    this.#failure ??= 'the stream is closed';
    this.#words.setFlag(this.#description.node, StreamFlag.closed);
  }
}
