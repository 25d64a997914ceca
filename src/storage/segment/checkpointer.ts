// The checkpoint: turns the oldest waiting redo into durable page images, a batch at a time, so that memory and redo files can be
// used again. Nothing waits for it but space.
//
//   1  build the pages with the oldest waiting redo          (memory only)
//   2  write their images into free slots, fdatasync         crash: the slots are unmapped, the redo is still there
//   3  append the batch of mappings to the index, fdatasync  crash: as after 2, or as after 3
//   4  the new images are the pages' images; their records no longer wait; the old slots rest
//   5  what rested since the batch before is free: slots, and redo files that are wholly in images (streams.ts)
//
// A failure of a write or sync ends the volume (S15): the system may have dropped the bytes and forgotten, so it is never tried again.
// A full disk does not: the step does nothing, and the redo stays where it is until there is room.

import {DiskFailure} from '../../env/disk.ts';
import {Memory} from '../../format/memory.ts';
import {pageIncarnation, pageLlsn} from '../../format/page/page.ts';
import {type Applicator, BUILT, DAMAGED, GAP} from './applicator.ts';
import {type ImageIndex, MappingBatch} from './image-index.ts';
import type {ImageStore} from './image-store.ts';
import {leafIndex, NONE, type PageLeaf, type PageTable} from './page-table.ts';
import type {RedoArena} from './redo-arena.ts';
import type {RedoFileTable} from './stream-state.ts';

/** The parts of the volume that a checkpoint works on. */
export interface CheckpointParts {
  readonly table: PageTable;
  readonly arena: RedoArena;
  readonly files: RedoFileTable;
  readonly images: ImageStore;
  readonly index: ImageIndex;
  readonly applicator: Applicator;
  /** Is told the number of the last durable batch. */
  readonly ingest: {batch: number};
}

export class Checkpointer {
  readonly #parts: CheckpointParts;
  readonly #pageSize: number;
  readonly #batchPages: number;
  readonly #rewriteBytes: number;
  readonly #memory: Memory;
  readonly #mappings: MappingBatch;
  readonly #pages: number[] = [];
  readonly #slots: number[] = [];
  /** Batches made durable since the volume was opened. Batch 1 is always empty: it gives the last one of the life before its successor. */
  #batch = 0;
  /** Pages written since the start. */
  pagesWritten = 0;
  /** The last batch found no room on the disk, not even for one page. */
  isOutOfSpace = false;

  constructor(parts: CheckpointParts, pageSize: number, batchPages: number, rewriteBytes: number) {
    this.#parts = parts;
    this.#pageSize = pageSize;
    this.#batchPages = batchPages;
    this.#rewriteBytes = rewriteBytes;
    this.#memory = new Memory(new ArrayBuffer(batchPages * pageSize));
    this.#mappings = new MappingBatch(batchPages);
  }

  /** Number of the last durable batch. Redo files settled in an earlier one may go. */
  get batch(): number {
    return this.#batch;
  }

  /** Writes one batch. Returns how many pages; 0 when nothing waits, or the disk is full. */
  step(): number {
    this.isOutOfSpace = false;
    if (this.#batch === 0 && !this.#commit()) return 0;
    this.#begin();
    this.#gather();
    if (this.#pages.length === 0 && !this.#gatherAgain()) return 0;
    if (!this.#finish()) return 0;
    this.isOutOfSpace = false;
    return this.#pages.length;
  }

  /** No slot was free; an empty batch frees those that rest. */
  #gatherAgain(): boolean {
    if (!this.isOutOfSpace || this.#parts.images.restingCount === 0 || !this.#commit()) return false;
    this.isOutOfSpace = false;
    this.#gather();
    return this.#pages.length > 0;
  }

  #begin(): void {
    this.#pages.length = 0;
    this.#slots.length = 0;
    this.#mappings.clear();
  }

  /** Steps 2 to 5. False when the disk is full: nothing has happened. */
  #finish(): boolean {
    this.#writeImages();
    if (!this.#commit()) return this.#giveUp();
    for (let k = 0; k < this.#pages.length; k++) this.#install(k);
    this.pagesWritten += this.#pages.length;
    if (this.#parts.index.shouldRewrite(this.#rewriteBytes)) this.#parts.index.rewrite();
    return true;
  }

  #giveUp(): false {
    for (const slot of this.#slots) this.#parts.images.giveBack(slot);
    return false;
  }

  /**
   * Takes over finished pages that stand one behind the other in `source` (a replica that copies from a peer). False when the disk is full: nothing is
   * taken. Pages that are here in the same version or a newer one are passed over.
   */
  adopt(pageNos: readonly number[], source: Uint8Array): boolean {
    if (this.#batch === 0 && !this.#commit()) return false;
    for (let from = 0; from < pageNos.length; from += this.#batchPages) {
      const part = pageNos.slice(from, from + this.#batchPages);
      this.#begin();
      for (const [k, pageNo] of part.entries()) {
        const begin = (from + k) * this.#pageSize;
        if (!this.#take(pageNo, source.subarray(begin, begin + this.#pageSize))) return this.#giveUp();
      }
      if (this.#pages.length > 0 && !this.#finish()) return false;
    }
    return true;
  }

  /** Puts one page of `adopt` into the batch. False when there is no slot for it. */
  #take(pageNo: number, bytes: Uint8Array): boolean {
    const at = this.#pages.length * this.#pageSize;
    this.#memory.bytes.set(bytes, at);
    const {table, images, applicator} = this.#parts;
    const leaf = table.leaf(pageNo);
    const i = leafIndex(pageNo);
    // An older version than the index names cannot stand in for a damaged image: the redo between them is gone.
    const lacks = pageLlsn(this.#memory, at) - (leaf.slot[i] === NONE ? -1 : leaf.llsn[i]);
    if (lacks < 0 || (lacks === 0 && !applicator.damages.has(pageNo))) return true;
    const slot = this.#allocate();
    if (slot === NONE) return false;
    images.seal(this.#memory, at);
    this.#mappings.add(pageNo, slot, pageLlsn(this.#memory, at), pageIncarnation(this.#memory, at));
    this.#pages.push(pageNo);
    this.#slots.push(slot);
    applicator.forget(pageNo);
    return true;
  }

  /** An empty batch, so that what the last one made superfluous can be given away although nothing else is to do. */
  settle(): boolean {
    this.#mappings.clear();
    return this.#commit();
  }

  #gather(): void {
    const {arena, table, applicator} = this.#parts;
    const seen = new Set<number>();
    for (const pageNo of applicator.repairs) {
      seen.add(pageNo);
      if (!this.#addPage(pageNo, table.leaf(pageNo)) || this.#pages.length === this.#batchPages) return;
    }
    arena.forOldestPages(pageNo => {
      const leaf = table.leaf(pageNo);
      if (leaf.head[leafIndex(pageNo)] === NONE || seen.has(pageNo) || applicator.damages.has(pageNo)) return true;
      seen.add(pageNo);
      return this.#addPage(pageNo, leaf) && this.#pages.length < this.#batchPages;
    });
  }

  /** Builds a page into the batch. False when there is no slot for it. */
  #addPage(pageNo: number, leaf: PageLeaf): boolean {
    const at = this.#pages.length * this.#pageSize;
    const result = this.#parts.applicator.build(pageNo, this.#memory, at);
    if (result === DAMAGED) return true;
    if (result === GAP && !this.#isProgress(leaf, leafIndex(pageNo))) return true;
    if (result !== BUILT && result !== GAP) return true;
    const slot = this.#allocate();
    if (slot === NONE) return false;
    this.#parts.images.seal(this.#memory, at);
    this.#mappings.add(pageNo, slot, pageLlsn(this.#memory, at), pageIncarnation(this.#memory, at));
    this.#pages.push(pageNo);
    this.#slots.push(slot);
    return true;
  }

  /** NONE: the disk is full. */
  #allocate(): number {
    const slot = this.#parts.images.allocate();
    if (slot === NONE) this.isOutOfSpace = true;
    return slot;
  }

  /** A page that stopped at a gap is worth writing when it got further than its image. */
  #isProgress(leaf: PageLeaf, i: number): boolean {
    const {reachedLlsn} = this.#parts.applicator.gap;
    return reachedLlsn > (leaf.slot[i] === NONE ? 0 : leaf.llsn[i]);
  }

  /** Writes runs of pages whose slots follow each other in one go. */
  #writeImages(): void {
    const {images} = this.#parts;
    for (let from = 0, to = 1; from < this.#slots.length; from = to++) {
      while (to < this.#slots.length && images.areAdjacent(this.#slots[to - 1], this.#slots[to])) to++;
      images.write(this.#memory, from * this.#pageSize, this.#slots[from], to - from);
    }
    images.sync();
  }

  #commit(): boolean {
    const {images, index, ingest} = this.#parts;
    const resting = images.restingCount;
    try {
      index.append(this.#mappings);
    } catch (error) {
      if (!(error instanceof DiskFailure) || error.code !== 'ENOSPC') throw error;
      this.isOutOfSpace = true;
      return false;
    }
    this.#batch++;
    ingest.batch = this.#batch;
    images.endRest(resting);
    return true;
  }

  #install(k: number): void {
    const {table, arena, images, files} = this.#parts;
    const pageNo = this.#pages[k];
    const at = k * this.#pageSize;
    const leaf = table.leaf(pageNo);
    const i = leafIndex(pageNo);
    if (leaf.slot[i] !== NONE) images.retire(leaf.slot[i]);
    leaf.slot[i] = this.#slots[k];
    this.#parts.applicator.repairs.delete(pageNo);
    leaf.llsn[i] = pageLlsn(this.#memory, at);
    leaf.incarnation[i] = pageIncarnation(this.#memory, at);
    while (leaf.head[i] !== NONE && arena.llsn(leaf.head[i]) <= leaf.llsn[i]) {
      const file = files.get(arena.fileOf(leaf.head[i]));
      file.waiting--;
      file.settledBatch = this.#batch;
      arena.releaseHead(leaf, i);
    }
  }
}
