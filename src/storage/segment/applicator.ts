// The log applicator: makes the newest version of a page from its image and the redo that waits for it (D5).
//
//   base     the cached build, else - if the list holds a chain root - nothing, else the image
//   then     every waiting record whose back link is the version at hand, in LLSN order (I4)
//
// It stops at the first record that does not fit: its predecessor has not been taken in yet (a GAP), or never will be (damage). Only
// the volume can tell the two apart, by taking in once more.

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Trace} from '../../env/trace.ts';
import type {Memory} from '../../format/memory.ts';
import {PAGE_HEADER} from '../../format/page/layout.ts';
import {pageIncarnation, pageLlsn} from '../../format/page/page.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {RedoType} from '../../format/redo/layout.ts';
import {backIncarnation, backLlsn, redoType} from '../../format/redo/read.ts';
import {type ImageCache, NO_FRAME} from './image-cache.ts';
import type {ImageStore} from './image-store.ts';
import {leafIndex, NONE, type PageLeaf, type PageTable} from './page-table.ts';
import type {RedoArena} from './redo-arena.ts';
import type {RedoFileTable} from './stream-state.ts';

/** Results of a build. */
export const BUILT = 1;
export const NOTHING = 0;
/** Some records could not be applied yet; the page is a whole older version, if `gap.base` says so. */
export const GAP = 2;
export const DAMAGED = -1;

/** Named damages are kept for `pando check` and metrics, up to this many. */
const DAMAGE_MAX = 1000;

/** Where the last build stopped. */
export interface Gap {
  pageNo: number;
  /** LLSN of the record that did not fit, and the version it asks for. */
  llsn: number;
  needsLlsn: number;
  needsIncarnation: number;
  /** Version that was reached; 0 = the page does not exist without the missing record. */
  reachedLlsn: number;
}

/** Makes a damaged image's version again from the redo files (rebuild.ts); false when they do not reach back far enough. */
export type RebuildImage = (pageNo: number, llsn: number, incarnation: number, target: Memory, at: number) => boolean;

export class Applicator {
  readonly #pageSize: number;
  readonly #trace: Trace;
  readonly #table: PageTable;
  readonly #arena: RedoArena;
  readonly #files: RedoFileTable;
  readonly #images: ImageStore;
  readonly #cache: ImageCache;
  readonly #rebuild: RebuildImage;
  /** Where the last build that returned GAP stopped. */
  readonly gap: Gap = {pageNo: 0, llsn: 0, needsLlsn: 0, needsIncarnation: 0, reachedLlsn: 0};
  /** What is damaged: page number to words. */
  readonly damages = new Map<number, string>();
  /** Pages whose damaged images have been rebuilt in memory and shall be written anew. */
  readonly repairs = new Set<number>();
  /** Records applied and images read since the start. */
  applied = 0;
  imageReads = 0;

  constructor(
    pageSize: number,
    trace: Trace,
    table: PageTable,
    arena: RedoArena,
    files: RedoFileTable,
    images: ImageStore,
    cache: ImageCache,
    rebuild: RebuildImage,
  ) {
    this.#rebuild = rebuild;
    this.#pageSize = pageSize;
    this.#trace = trace;
    this.#table = table;
    this.#arena = arena;
    this.#files = files;
    this.#images = images;
    this.#cache = cache;
  }

  /** Builds the newest version that has been taken in into `target` at `at`, keeping it in the cache if there was redo to apply. */
  read(pageNo: number, target: Memory, at: number): number {
    const leaf = this.#table.find(pageNo);
    const i = leafIndex(pageNo);
    if (leaf === undefined || (leaf.slot[i] === NONE && leaf.head[i] === NONE)) return NOTHING;
    let frame = this.#cache.find(pageNo);
    if (frame === NO_FRAME && leaf.head[i] === NONE) return this.#readImage(pageNo, leaf, i, target, at);
    const cache = this.#cache.memory;
    if (frame === NO_FRAME) {
      frame = this.#cache.take(pageNo);
      const based = this.#loadBase(pageNo, leaf, i, cache, this.#cache.offset(frame));
      if (based !== BUILT) {
        this.#cache.drop(pageNo);
        return based;
      }
    }
    const from = this.#cache.offset(frame);
    assert(
      leaf.slot[i] === NONE || pageLlsn(cache, from) >= leaf.llsn[i] || leaf.head[i] !== NONE,
      () => `cached page ${pageNo} is older than its image`,
    );
    const result = this.#applyWaiting(pageNo, leaf, i, cache, from);
    if (result === DAMAGED) this.#cache.drop(pageNo);
    else target.bytes.set(cache.bytes.subarray(from, from + this.#pageSize), at);
    return result;
  }

  /**
   * The same for the checkpoint, which builds most pages for the last time: a cached page is carried forward in the cache (or it would be
   * older than its image afterwards), any other one is built in place in `target`.
   */
  build(pageNo: number, target: Memory, at: number): number {
    if (this.#cache.find(pageNo) !== NO_FRAME) return this.read(pageNo, target, at);
    const leaf = this.#table.leaf(pageNo);
    const i = leafIndex(pageNo);
    const based = this.#loadBase(pageNo, leaf, i, target, at);
    return based === BUILT ? this.#applyWaiting(pageNo, leaf, i, target, at) : based;
  }

  #readImage(pageNo: number, leaf: PageLeaf, i: number, target: Memory, at: number): number {
    this.imageReads++;
    const slot = leaf.slot[i];
    const fault = this.verifyImage(pageNo, leaf, i, target, at);
    if (fault === undefined) return BUILT;
    if (this.#rebuild(pageNo, leaf.llsn[i], leaf.incarnation[i], target, at)) {
      this.repairs.add(pageNo);
      this.#trace.warn('a damaged page image has been rebuilt from redo', {
        page: pageNo,
        where: this.#images.where(slot),
        fault,
      });
      return BUILT;
    }
    this.noteDamage(pageNo, `${this.#images.where(slot)}, page ${pageNo}: ${fault}`);
    return DAMAGED;
  }

  /** Reads the page's image into `target` and tells what is wrong with it; undefined when it is whole and the version that the index names. */
  verifyImage(pageNo: number, leaf: PageLeaf, i: number, target: Memory, at: number): string | undefined {
    return this.#images.read(leaf.slot[i], pageNo, target, at) ?? this.#versionFault(leaf, i, target, at);
  }

  /** Verifies the page's image, and rebuilds it for repair if it is damaged. */
  scrub(pageNo: number, target: Memory, at: number): number {
    const leaf = this.#table.find(pageNo);
    const i = leafIndex(pageNo);
    return leaf === undefined || leaf.slot[i] === NONE ? NOTHING : this.#readImage(pageNo, leaf, i, target, at);
  }

  /** A good image of another version than the index names: a write that was lost or went to the wrong place. */
  #versionFault(leaf: PageLeaf, i: number, target: Memory, at: number): string | undefined {
    const [llsn, incarnation] = [pageLlsn(target, at), pageIncarnation(target, at)];
    if (llsn === leaf.llsn[i] && incarnation === leaf.incarnation[i]) return undefined;
    return `is version ${llsn} of incarnation ${incarnation}, the index says ${leaf.llsn[i]} of ${leaf.incarnation[i]}`;
  }

  /** Puts what the waiting records build on into `target`. GAP: there is nothing they could build on. */
  #loadBase(pageNo: number, leaf: PageLeaf, i: number, target: Memory, at: number): number {
    if (this.#hasRoot(leaf, i)) {
      target.bytes.fill(0, at, at + PAGE_HEADER);
      return BUILT;
    }
    if (leaf.slot[i] !== NONE) return this.#readImage(pageNo, leaf, i, target, at);
    if (leaf.head[i] === NONE) return NOTHING;
    this.#arena.sort(leaf, i);
    this.#noteGap(pageNo, leaf.head[i], 0);
    return GAP;
  }

  #isRoot(record: number): boolean {
    const type = redoType(this.#arena.memoryOf(record), this.#arena.offsetOf(record));
    return type === RedoType.format || type === RedoType.image;
  }

  #hasRoot(leaf: PageLeaf, i: number): boolean {
    for (let record = leaf.head[i]; record !== NONE; record = this.#arena.next(record)) {
      if (this.#isRoot(record)) return true;
    }
    return false;
  }

  /** The last chain root that is news to a page at `llsn`, else the first record. */
  #start(leaf: PageLeaf, i: number, llsn: number): number {
    let start = leaf.head[i];
    for (let record = start; record !== NONE; record = this.#arena.next(record)) {
      if (this.#arena.llsn(record) > llsn && this.#isRoot(record)) start = record;
    }
    return start;
  }

  #applyWaiting(pageNo: number, leaf: PageLeaf, i: number, target: Memory, at: number): number {
    const arena = this.#arena;
    arena.sort(leaf, i);
    let llsn = pageLlsn(target, at);
    for (let record = this.#start(leaf, i, llsn); record !== NONE; record = arena.next(record)) {
      const memory = arena.memoryOf(record);
      const offset = arena.offsetOf(record);
      const next = arena.llsn(record);
      if (next < llsn) continue;
      const root = this.#isRoot(record);
      if (next === llsn && this.#isApplied(record, target, at)) continue;
      if (
        !root &&
        (backLlsn(memory, offset) !== llsn || backIncarnation(memory, offset) !== pageIncarnation(target, at))
      ) {
        this.#noteGap(pageNo, record, llsn);
        return GAP;
      }
      if (!this.#apply(pageNo, record, target, at)) return DAMAGED;
      llsn = next;
    }
    return BUILT;
  }

  /** The record is the one that made the version at hand; another one with its LLSN is a fork of the chain. */
  #isApplied(record: number, target: Memory, at: number): boolean {
    return this.#files.get(this.#arena.fileOf(record)).incarnation === pageIncarnation(target, at);
  }

  #apply(pageNo: number, record: number, target: Memory, at: number): boolean {
    const {incarnation} = this.#files.get(this.#arena.fileOf(record));
    this.applied++;
    try {
      applyRedo(target, at, this.#pageSize, this.#arena.memoryOf(record), this.#arena.offsetOf(record), incarnation);
      return true;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      this.noteDamage(
        pageNo,
        `page ${pageNo}, redo of incarnation ${incarnation} with LLSN ${this.#arena.llsn(record)}: ${error.message}`,
      );
      return false;
    }
  }

  #noteGap(pageNo: number, record: number, reachedLlsn: number): void {
    const memory = this.#arena.memoryOf(record);
    const at = this.#arena.offsetOf(record);
    this.gap.pageNo = pageNo;
    this.gap.llsn = this.#arena.llsn(record);
    this.gap.needsLlsn = backLlsn(memory, at);
    this.gap.needsIncarnation = backIncarnation(memory, at);
    this.gap.reachedLlsn = reachedLlsn;
  }

  /** The page has been read whole: what was wrong with it (a file that could not be read, say) is over. */
  clearDamage(pageNo: number): void {
    if (this.damages.size > 0) this.damages.delete(pageNo);
  }

  /** The page comes from elsewhere, whole: what is cached of it, and what was wrong with it, is over. */
  forget(pageNo: number): void {
    this.#cache.drop(pageNo);
    this.damages.delete(pageNo);
  }

  /** Records damage once per page and tells the operator. */
  noteDamage(pageNo: number, words: string): void {
    if (this.damages.has(pageNo) || this.damages.size >= DAMAGE_MAX) return;
    this.damages.set(pageNo, words);
    this.#trace.error('damaged data', {page: pageNo, what: words});
  }
}
