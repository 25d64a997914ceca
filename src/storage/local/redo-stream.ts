// The primary's end of its redo stream in a local volume: frames into preallocated files, written at once, synced together.
//
// The primary writes from its own thread; no hop to the storage thread lies between a commit and the disk. The two meet in the
// stream words: storage announces files that are ready, the primary announces how far it is durable.
//
//   written   handed to the system: survives this primary, not the machine. A frame is written by a call that returns; it costs a few microseconds
//   synced    on disk. One fdatasync at a time, by callback; frames written meanwhile belong to the next one
//   durable   synced, and so is all of other streams that it rests on (stream-rests.ts)
//
// Room. A frame never straddles two files. So a file whose rest is smaller than the largest frame may have to be left early, and
// that much of each file is not promised; neither is what a few frame headers take. What is left is certain: every sequence of frames
// that together carry no more than `room()` bytes of payload finds its place (S14).
//
// End. A write or sync that fails ends the stream for good: the disk may have kept any part of it (S15). What is synced after
// storage has sealed the stream is not acknowledged, for D was fixed without regard to it (K7: force first, then test the seal).

import {assert} from '../../base/assert.ts';
import type {Checksum} from '../../env/crypto.ts';
import {type Disk, DiskFailure, type File} from '../../env/disk.ts';
import type {Memory} from '../../format/memory.ts';
import {frameLength, sealFrame} from '../../format/redo/frame.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import type {RedoStream} from '../api.ts';
import {framePayloadMax} from '../segment/options.ts';
import {REDO_FILE_HEADER, redoFileName} from '../segment/redo-files.ts';
import {StreamFlag, type StreamWords} from '../segment/stream-words.ts';
import {StreamRests} from './stream-rests.ts';

/** Frame headers and padding that are never promised as room: those of all frames that can be under way or gathered at one time. */
const HEADERS_KEPT = 16 * (FRAME_HEADER + 8);

const SEALED = 'the stream has been sealed';

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
  onAdvance: (error?: string) => void = () => {};
  readonly #disk: Disk;
  readonly #crc32: Checksum;
  readonly #words: StreamWords;
  readonly #rests: StreamRests;
  readonly #ring: (node: number) => void;
  readonly #description: RedoStreamDescription;
  #file: File | undefined;
  /** Files that have been left and are to be synced once more before they are closed. */
  readonly #left: File[] = [];
  #sequence = 0;
  #position: number;
  #writtenLsn: number;
  #syncedLsn: number;
  #durableLsn: number;
  #cplLsn: number;
  /** What will be synced when the sync under way ends; -1 = none is under way. */
  #syncing = -1;
  #failure: string | undefined;

  /** `ring` rings a bell: of the primary of a node, which then calls `look`, or the storage thread's. */
  constructor(
    disk: Disk,
    crc32: Checksum,
    words: StreamWords,
    description: RedoStreamDescription,
    ring: (node: number) => void,
  ) {
    this.#disk = disk;
    this.#crc32 = crc32;
    this.#words = words;
    this.#rests = new StreamRests(words, description.node);
    this.#ring = ring;
    this.#description = description;
    this.incarnation = description.incarnation;
    this.startLsn = description.startLsn;
    this.maxPayload = framePayloadMax({pageSize: 0, redoFileSize: description.redoFileSize});
    this.#writtenLsn = description.startLsn;
    this.#syncedLsn = description.startLsn;
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

  get writtenLsn(): number {
    return this.#writtenLsn;
  }

  restOn(incarnation: number, lsn: number, fromLsn: number): void {
    this.#rests.add(incarnation, lsn, fromLsn);
  }

  encodeRests(memory: Memory, at: number, frameLsn: number): number {
    return this.#rests.encode(memory, at, frameLsn);
  }

  write(
    memory: Memory,
    at: number,
    payloadLength: number,
    startLsn: number,
    cplLsn: number,
    restsLength: number,
  ): void {
    assert(startLsn === this.#writtenLsn, () => `redo write at LSN ${startLsn}, the stream is at ${this.#writtenLsn}`);
    assert(payloadLength > 0 && payloadLength <= this.maxPayload, () => `redo frame of ${payloadLength} bytes`);
    assert(cplLsn <= startLsn + payloadLength, () => `CPL ${cplLsn} beyond the frame's end`);
    if (this.#failure !== undefined) return;
    if (this.#isSealed()) {
      this.#fail(SEALED);
      return;
    }
    const length = frameLength(payloadLength);
    this.#cplLsn = Math.max(this.#cplLsn, cplLsn);
    const cpl = this.#cplLsn > this.startLsn ? this.#cplLsn : 0;
    sealFrame(memory, at, this.incarnation, payloadLength, startLsn, cpl, restsLength, this.#syncedLsn, this.#crc32);
    try {
      if (this.#position + length > this.#description.redoFileSize) this.#nextFile();
      this.#file?.writeSync(memory.bytes, at, length, this.#position);
    } catch (error) {
      if (!(error instanceof DiskFailure)) throw error;
      this.#fail(`${error.code}: ${error.message}`);
      return;
    }
    this.#position += length;
    this.#writtenLsn = startLsn + payloadLength;
  }

  #nextFile(): void {
    const prepared = this.#words.preparedFiles(this.#description.node);
    assert(
      this.#sequence < prepared,
      () => `redo written beyond the room that was promised (file ${this.#sequence + 1})`,
    );
    if (this.#file !== undefined) this.#left.push(this.#file);
    this.#file = undefined;
    this.#sequence++;
    this.#position = REDO_FILE_HEADER;
    const path = `${this.#description.directory}/${redoFileName(this.incarnation, this.#sequence)}`;
    this.#file = this.#disk.openSync(path, {});
  }

  sync(): boolean {
    if (this.#syncing >= 0) return true;
    if (this.#failure !== undefined || this.#cplLsn <= this.#syncedLsn) return false;
    this.#syncing = this.#cplLsn;
    this.#syncNext();
    return true;
  }

  /** Files that were left come first, also those that are left meanwhile. */
  #syncNext(): void {
    const [left] = this.#left;
    const file = left ?? (this.#file as File);
    file.sync(error => {
      if (error !== undefined) {
        this.#syncing = -1;
        this.#fail(`${error.code}: ${error.message}`);
      } else if (left === undefined) this.#synced();
      else {
        this.#left.shift();
        left.closeSync();
        this.#syncNext();
      }
    });
  }

  #synced(): void {
    const lsn = this.#syncing;
    this.#syncing = -1;
    if (this.#failure !== undefined) return;
    if (this.#isSealed()) {
      this.#fail(SEALED);
      return;
    }
    this.#syncedLsn = lsn;
    this.#words.setSynced(this.#description.node, lsn);
    this.#advance();
    this.#ringWaiters();
    this.onAdvance();
  }

  /** Somebody has taken this primary for dead. What it writes from now on counts for nothing, and its files may be others' soon. */
  #isSealed(): boolean {
    const {node} = this.#description;
    return this.#words.incarnation(node) !== this.incarnation || this.#words.hasFlag(node, StreamFlag.sealed);
  }

  look(): void {
    if (this.#durableLsn >= this.#syncedLsn || !this.#advance()) return;
    this.#ringWaiters();
    this.onAdvance();
  }

  /** Others wait for what is synced here, storage for what is durable. Who was rung too early asks again. */
  #ringWaiters(): void {
    for (let rest = this.#words.takeWaiters(this.#description.node); rest !== 0; rest &= rest - 1)
      this.#ring(31 - Math.clz32(rest & -rest));
  }

  #advance(): boolean {
    const lsn = this.#failure === undefined ? this.#rests.durable(this.#syncedLsn) : this.#durableLsn;
    if (lsn <= this.#durableLsn) return false;
    this.#durableLsn = lsn;
    this.#words.raiseDurable(this.#description.node, this.incarnation, lsn);
    return true;
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#words.setFlag(this.#description.node, StreamFlag.failed);
    this.onAdvance(reason);
  }

  room(): number {
    if (this.#failure !== undefined) return 0;
    const {node, redoFileSize} = this.#description;
    const waste = frameLength(this.maxPayload);
    const ready = this.#words.preparedFiles(node) - this.#sequence;
    const here = Math.max(0, redoFileSize - this.#position - waste);
    return Math.max(0, here + ready * (redoFileSize - REDO_FILE_HEADER - waste) - HEADERS_KEPT);
  }

  isOutOfSpace(): boolean {
    return this.#words.hasFlag(this.#description.node, StreamFlag.outOfSpace);
  }

  /** A local volume serves the newest version of a page only, and keeps no log for older ones. */
  setReadPoint(): void {}

  setCheckpoint(lsn: number): void {
    assert(lsn <= this.#durableLsn, () => `checkpoint at ${lsn} is not durable yet (${this.#durableLsn})`);
    this.#words.setCheckpoint(this.#description.node, lsn);
  }

  close(): void {
    assert(this.#syncing < 0, () => 'the stream is closed while a sync is under way');
    for (const file of this.#left.splice(0)) file.closeSync();
    this.#file?.closeSync();
    this.#file = undefined;
    this.#failure ??= 'the stream is closed';
    this.#words.setFlag(this.#description.node, StreamFlag.closed);
  }
}
