// The pages of one replica: images, the redo that waits to be built into them, and the applicator. The same parts as the local volume's.

import {assert} from '../../../base/assert.ts';
import {CorruptionError} from '../../../base/errors.ts';
import {Memory} from '../../../format/memory.ts';
import {isControl, redoFault, redoLength, redoLlsn, redoPageNo} from '../../../format/redo/read.ts';
import {Applicator, BUILT, DAMAGED, NOTHING} from '../../segment/applicator.ts';
import {Checkpointer} from '../../segment/checkpointer.ts';
import {ImageCache} from '../../segment/image-cache.ts';
import {ImageIndex} from '../../segment/image-index.ts';
import {ImageStore} from '../../segment/image-store.ts';
import type {StorageEnv} from '../../segment/options.ts';
import {leafIndex, NONE, PageTable} from '../../segment/page-table.ts';
import {ARENA_FULL, RedoArena} from '../../segment/redo-arena.ts';
import {type RedoFileEntry, RedoFileTable} from '../../segment/stream-state.ts';
import {VOLUME_FORMAT} from '../../segment/volume-header.ts';

export interface SegmentLimits {
  /** Redo that waits in memory. */
  readonly pendingBytesMax: number;
  readonly cachedPagesMax: number;
  readonly batchPages: number;
  readonly growPages: number;
  readonly indexRewriteBytes: number;
  /** Bytes of one log file. */
  readonly logFileBytes: number;
  /** Above this many log files the checkpoint works in the background, and peers that lag are not waited for. */
  readonly logFilesBusy: number;
}

export const SEGMENT_LIMITS: SegmentLimits = {
  pendingBytesMax: 64 << 20,
  cachedPagesMax: 256,
  batchPages: 64,
  growPages: 256,
  indexRewriteBytes: 8 << 20,
  logFileBytes: 8 << 20,
  logFilesBusy: 8,
};

export class SegmentPages {
  readonly files = new RedoFileTable();
  readonly #pageSize: number;
  readonly #table = new PageTable();
  readonly #arena: RedoArena;
  readonly #images: ImageStore;
  readonly #index: ImageIndex;
  readonly #applicator: Applicator;
  readonly #checkpointer: Checkpointer;
  /** Number of the last durable batch of images. */
  readonly #progress = {batch: 0};
  readonly #scratch: Memory;
  /** The page that was verified last; -1: a round begins. */
  #scrubbed = -1;

  /** Opens the pages in a directory. Throws CorruptionError when they cannot be had: the replica must be rebuilt. */
  constructor(env: StorageEnv, directory: string, uuid: string, pageSize: number, limits: SegmentLimits) {
    this.#pageSize = pageSize;
    const {disk} = env;
    disk.makeDirectorySync(`${directory}/images`);
    disk.syncDirectorySync(directory);
    disk.syncDirectorySync(`${directory}/images`);
    const header = {format: VOLUME_FORMAT, uuid, pageSize, redoFileSize: limits.logFileBytes};
    this.#arena = new RedoArena(limits.pendingBytesMax);
    this.#images = new ImageStore(env, `${directory}/images`, pageSize, limits.growPages, limits.batchPages);
    this.#index = disk.existsSync(`${directory}/index.log`)
      ? ImageIndex.open(env, directory, header, this.#table, this.#images)
      : ImageIndex.create(env, directory, header, this.#table);
    const cache = new ImageCache(limits.cachedPagesMax, pageSize);
    const noRebuild = (): boolean => false;
    const parts = {table: this.#table, arena: this.#arena, files: this.files, images: this.#images};
    this.#applicator = new Applicator(
      pageSize,
      env.trace,
      this.#table,
      this.#arena,
      this.files,
      this.#images,
      cache,
      noRebuild,
    );
    this.#checkpointer = new Checkpointer(
      {...parts, index: this.#index, applicator: this.#applicator, ingest: this.#progress},
      pageSize,
      limits.batchPages,
      limits.indexRewriteBytes,
    );
    this.#scratch = new Memory(new ArrayBuffer(pageSize));
  }

  /** Number of the last batch of images that is durable. */
  get batch(): number {
    return this.#checkpointer.batch;
  }

  get waitingBytes(): number {
    return this.#arena.waitingBytes;
  }

  get fullness(): number {
    return this.#arena.fullness;
  }

  get damages(): ReadonlyMap<number, string> {
    return this.#applicator.damages;
  }

  counters(): Record<string, number> {
    return {
      pages: this.#images.slotCount - this.#images.freeCount,
      pages_written: this.#checkpointer.pagesWritten,
      pages_damaged: this.#applicator.damages.size,
      redo_applied: this.#applicator.applied,
      redo_waiting_bytes: this.#arena.waitingBytes,
    };
  }

  /**
   * Takes in the records of a run that stand below `stop` bytes of it, from `from` on. Returns how many bytes of the run have been taken in; less than `stop`
   * when the arena is full (build pages, then call again; or `force`).
   */
  take(memory: Memory, at: number, from: number, stop: number, entry: RedoFileEntry, force: boolean): number {
    let done = from;
    while (done < stop) {
      const fault = redoFault(memory, at + done, at + stop);
      if (fault !== undefined) throw new CorruptionError(`a batch of stream ${entry.incarnation}`, fault);
      if (!this.#takeRecord(memory, at + done, entry, force)) break;
      done += redoLength(memory, at + done);
    }
    return done;
  }

  #takeRecord(memory: Memory, at: number, entry: RedoFileEntry, force: boolean): boolean {
    if (isControl(memory, at)) return true;
    const pageNo = redoPageNo(memory, at);
    const leaf = this.#table.leaf(pageNo);
    const i = leafIndex(pageNo);
    if (leaf.slot[i] !== NONE && redoLlsn(memory, at) <= leaf.llsn[i]) {
      entry.settledBatch = this.#progress.batch;
      return true;
    }
    if (this.#arena.add(leaf, memory, at, entry.id, force) === ARENA_FULL) return false;
    entry.waiting++;
    return true;
  }

  /** Builds the newest version of a page (applicator.ts). */
  read(pageNo: number, target: Memory, at: number): number {
    const result = this.#applicator.read(pageNo, target, at);
    if (result === BUILT) this.#applicator.clearDamage(pageNo);
    return result;
  }

  /** Writes a batch of pages. Returns how many. */
  step(): number {
    return this.#checkpointer.step();
  }

  /** An empty batch: what the last one made superfluous may go. */
  settle(): void {
    this.#checkpointer.settle();
  }

  /** Takes over pages that a peer has built. False when the disk is full. */
  adopt(pageNos: readonly number[], bytes: Uint8Array): boolean {
    assert(bytes.length === pageNos.length * this.#pageSize, () => `${pageNos.length} pages in ${bytes.length} bytes`);
    return this.#checkpointer.adopt(pageNos, bytes);
  }

  /** Up to `count` page numbers above `after`, ascending. */
  pagesAfter(after: number, count: number): number[] {
    const found: number[] = [];
    for (let next = this.#table.after(after); next >= 0 && found.length < count; next = this.#table.after(next))
      found.push(next);
    return found;
  }

  /** Verifies the next few images, round and round. Returns the pages that are damaged. */
  scrub(count: number): number[] {
    const damaged: number[] = [];
    for (let k = 0; k < count; k++) {
      const pageNo = this.#table.after(this.#scrubbed);
      this.#scrubbed = pageNo;
      if (pageNo < 0) break;
      if (this.#applicator.scrub(pageNo, this.#scratch, 0) === DAMAGED) damaged.push(pageNo);
    }
    return damaged;
  }

  close(): void {
    this.#images.close();
    this.#index.close();
  }
}

export {BUILT, DAMAGED, NOTHING};
