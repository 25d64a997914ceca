// The redo log of one incarnation: an append buffer, group commit, and the waits for durability.
//
// The buffer is a ring of equal chunks. A mini-transaction reserves its upper bound before its first change (S14), writes its records one
// behind the other, and ends with the CPL mark; it never crosses a chunk. What has been appended since the last flush is one log
// frame: the FRAME_HEADER in front of it is left free while appending, so that a flush writes one contiguous run without copying.
//
//   chunk  [ hdr | records of group 1 |pad][ hdr | records of group 2 ...            free            ]
//            ^frameAt                    written              ^frameAt     ^fill
//
// Group commit: one sync is under way; what is appended meanwhile is the next frame. `kick` closes the open frame, writes it and has it synced
// when nothing is under way. Sessions wait for the LSN of the end of their last mini-transaction, never for one record (K5).
//
// A page that goes to another node needs its redo written, not synced: `mayLeave` does that at once. In return the other node's redo rests on ours, and ours on
// theirs when their pages come here: `restOn`. What is durable includes all that it rests on.
//
// A failed write or sync ends the primary: what was acknowledged is durable, the rest is unknown (S15).

import {assert} from '../../base/assert.ts';
import type {Clock} from '../../env/clock.ts';
import {Memory} from '../../format/memory.ts';
import {restsMax} from '../../format/redo/control.ts';
import {FRAME_HEADER, RedoAt, RedoFlag} from '../../format/redo/layout.ts';
import {MAX_NODES} from '../../fusion/api.ts';
import type {RedoStream} from '../../storage/api.ts';
import {BLOCKED, NO_SPACE, ROW} from '../api.ts';
import type {Task} from '../schedule/task.ts';
import {WaitList} from '../schedule/wait-list.ts';

const FRAME_PAD = 16;
/** Room kept in every frame for the record that says what it rests on. */
const RESTS_MAX = restsMax(MAX_NODES);
/** Shortage of room on disk is an error (1021) only when it lasts this long. Milliseconds. */
const PATIENCE_MS = 1000;
const ROOM_RETRY_MS = 5;

/** A frame that has been written and is not durable yet. */
interface WrittenFrame {
  readonly chunk: number;
  readonly endLsn: number;
}

export interface RedoLogOptions {
  /** Bytes of one chunk: the longest mini-transaction, twice. */
  readonly chunkBytes: number;
  readonly chunks: number;
}

export const REDO_LOG_DEFAULTS: RedoLogOptions = {chunkBytes: 1 << 20, chunks: 16};

export class RedoLog {
  readonly #stream: RedoStream;
  readonly #clock: Clock;
  readonly #memories: Memory[] = [];
  readonly #options: RedoLogOptions;
  readonly #free: number[] = [];
  readonly #framesInChunk: number[] = [];
  readonly #written: WrittenFrame[] = [];
  readonly #fail: (reason: string) => void;
  readonly #spaceWaiters = new WaitList();
  /** Tasks that wait for durability, each for its `durableAt`. */
  readonly #durableTasks: Task[] = [];
  /** When a reservation first found no room on disk, milliseconds; -1 = there is room. */
  #fullSince = -1;
  #onDurable: (() => void) | undefined;
  #chunk = 0;
  #frameAt = 0;
  #fill = FRAME_HEADER;
  #frameLsn: number;
  #cplLsn = 0;
  #lastRecordAt = -1;
  #syncing = false;
  #failed = false;
  /** Chunk that is being appended to. */
  memory: Memory;
  /** LSN behind the last appended byte. */
  endLsn: number;
  /** Syncs asked for, and bytes written, for metrics. */
  flushes = 0;
  flushedBytes = 0;

  /** `fail` is called once when a write failed: the primary must stop. */
  constructor(stream: RedoStream, options: RedoLogOptions, clock: Clock, fail: (reason: string) => void) {
    this.#stream = stream;
    this.#clock = clock;
    this.#options = options;
    this.#fail = fail;
    for (let i = 0; i < options.chunks; i++) {
      this.#memories.push(new Memory(new ArrayBuffer(options.chunkBytes)));
      this.#framesInChunk.push(0);
      if (i > 0) this.#free.push(i);
    }
    this.memory = this.#memories[0];
    this.endLsn = stream.startLsn;
    this.#frameLsn = stream.startLsn;
    stream.onAdvance = error => this.#advanced(error);
  }

  /** Everything below is durable. */
  get durableLsn(): number {
    return this.#stream.durableLsn;
  }

  /** A page whose last mini-transaction ends at or below may go to other nodes. */
  get writtenLsn(): number {
    return this.#stream.writtenLsn;
  }

  /** Called after each advance of durableLsn, before the waiters are woken. Who sets it asks for the next sync, for what has been appended meanwhile. */
  set onDurable(fn: () => void) {
    this.#onDurable = fn;
  }

  /**
   * Makes sure that `bytes` of redo can be appended without interruption. ROW: yes. BLOCKED: `task` is woken when it is worth asking again. NO_SPACE: the disk
   * has had no room for a while. `reserved` may use the last chunk's worth of room, which is kept so that what was begun can be ended.
   */
  reserve(bytes: number, task: Task, reserved: boolean): number {
    assert(bytes <= this.maxReserve, () => `mini-transaction of up to ${bytes} bytes is too long for the log buffer`);
    const room = this.#stream.room() - (this.endLsn - this.writtenLsn) - RESTS_MAX;
    if (room < bytes + (reserved ? 0 : this.#options.chunkBytes)) return this.#noRoom(task);
    this.#fullSince = -1;
    if (this.#fill + bytes + FRAME_PAD + RESTS_MAX <= this.#options.chunkBytes) return ROW;
    if (this.#free.length === 0) {
      this.#spaceWaiters.add(task);
      this.kick();
      return BLOCKED;
    }
    this.write();
    this.kick();
    this.#nextChunk();
    return ROW;
  }

  /** Longest reservation: the redo of one mini-transaction. */
  get maxReserve(): number {
    return this.#options.chunkBytes >> 1;
  }

  /** Storage makes room in the background: a shortage is a pause, however long, as long as storage is only slow; an error when the disk has been full for a while. */
  #noRoom(task: Task): number {
    const now = this.#clock.now();
    if (this.#fullSince < 0) this.#fullSince = now;
    if (!this.#stream.isOutOfSpace()) this.#fullSince = now;
    if (now - this.#fullSince >= PATIENCE_MS) return NO_SPACE;
    this.kick();
    this.#clock.after(ROOM_RETRY_MS, () => task.wake());
    return BLOCKED;
  }

  /** Offset in `memory` at which the next record is to be encoded. */
  get fill(): number {
    return this.#fill;
  }

  /** The record encoded at `fill` is `length` bytes long and belongs to the log now. */
  advance(length: number): void {
    this.#lastRecordAt = this.#fill;
    this.#fill += length;
    this.endLsn += length;
  }

  /** Marks the end of a mini-transaction on the last record; returns the LSN behind it. */
  markCpl(): number {
    const at = this.#lastRecordAt + RedoAt.flags;
    this.memory.bytes[at] |= RedoFlag.cpl;
    this.#cplLsn = this.endLsn;
    return this.endLsn;
  }

  /** True when everything below `lsn` is durable; else `task` is woken when it is. A flush must have been asked for. */
  isDurable(lsn: number, task: Task): boolean {
    if (this.durableLsn >= lsn) return true;
    if (task.durableAt === 0) this.#durableTasks.push(task);
    if (lsn > task.durableAt) task.durableAt = lsn;
    return false;
  }

  /** Writes what has been appended and has it synced, unless a sync is under way: then it is time to ask again when that one has ended (`onDurable`). */
  kick(): void {
    if (this.#syncing || this.#failed) return;
    this.write();
    if (this.writtenLsn === this.durableLsn) return;
    this.#syncing = this.#stream.sync();
    if (this.#syncing) this.flushes++;
  }

  /** May a page that was last changed below `lsn` leave this node? Writes what is missing for it, and has it synced soon. Not inside a mini-transaction. */
  mayLeave(lsn: number): boolean {
    if (lsn <= this.writtenLsn) return true;
    this.write();
    this.kick();
    return lsn <= this.writtenLsn;
  }

  /** Writes what has been appended, without waiting for the sync that is under way. Not inside a mini-transaction. */
  write(): void {
    if (this.#fill === this.#frameAt + FRAME_HEADER || this.#failed) return;
    assert(this.#cplLsn === this.endLsn, () => 'a log frame is closed inside a mini-transaction');
    const rests = this.#stream.encodeRests(this.memory, this.#fill, this.#frameLsn);
    if (rests > 0) {
      this.advance(rests);
      this.markCpl();
    }
    const payload = this.#fill - this.#frameAt - FRAME_HEADER;
    this.flushedBytes += payload;
    this.#stream.write(this.memory, this.#frameAt, payload, this.#frameLsn, this.#cplLsn, rests);
    this.#written.push({chunk: this.#chunk, endLsn: this.endLsn});
    this.#framesInChunk[this.#chunk]++;
    this.#frameAt = (this.#fill + 7) & ~7;
    this.#fill = this.#frameAt + FRAME_HEADER;
    this.#frameLsn = this.endLsn;
    if (this.#fill + FRAME_PAD + RESTS_MAX >= this.#options.chunkBytes) this.#nextChunkIfFree();
  }

  /** A page has come here whose newest version is in another stream: what is appended from now on rests on it (K5). */
  restOn(incarnation: number, lsn: number): void {
    this.#stream.restOn(incarnation, lsn, this.#frameLsn);
  }

  /** In each turn: streams that ours rests on may have got further. */
  look(): void {
    if (this.writtenLsn !== this.durableLsn) this.#stream.look();
  }

  #nextChunkIfFree(): void {
    if (this.#free.length > 0) this.#nextChunk();
  }

  #nextChunk(): void {
    if (this.#framesInChunk[this.#chunk] === 0) this.#free.push(this.#chunk);
    this.#chunk = this.#free.shift() as number;
    this.memory = this.#memories[this.#chunk];
    this.#frameAt = 0;
    this.#fill = FRAME_HEADER;
  }

  #advanced(error: string | undefined): void {
    this.#syncing = false;
    if (error !== undefined) {
      this.#failed = true;
      this.#fail(error);
      return;
    }
    this.#freeChunks();
    this.#onDurable?.();
    this.#wakeDurable();
  }

  #freeChunks(): void {
    const {durableLsn} = this;
    const written = this.#written;
    let done = 0;
    while (done < written.length && written[done].endLsn <= durableLsn) {
      const {chunk} = written[done++];
      if (--this.#framesInChunk[chunk] > 0 || chunk === this.#chunk) continue;
      this.#free.push(chunk);
      this.#spaceWaiters.wakeAll();
    }
    written.splice(0, done);
  }

  #wakeDurable(): void {
    const durable = this.durableLsn;
    const tasks = this.#durableTasks;
    let kept = 0;
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i];
      if (task.durableAt > durable) {
        tasks[kept++] = task;
        continue;
      }
      task.durableAt = 0;
      task.wake();
    }
    tasks.length = kept;
  }
}
