// The `local` volume: one replica of everything in a directory. The embedded default.
//
//   volume.json        what it is (volume-header.ts)
//   incarnations.log   which incarnations there were, and how each ended (incarnation-journal.ts)
//   index.log          page -> image (image-index.ts)
//   images/            page images, never overwritten in place (image-store.ts)
//   redo/              the streams (redo-files.ts, redo-stream.ts)
//
// One thread owns the volume: the storage thread. Primaries write their redo themselves (LocalRedoStream) and read pages through a
// PageReader. Everything here is synchronous.
//
// Life after a crash: open; seal every orphan stream; read the sealed streams (StreamReader); then pages may be read: redo that is in no
// image yet is taken in by the first read.

import {assert} from '../../base/assert.ts';
import {OperatingError} from '../../base/errors.ts';
import {type DirectoryLock, DiskFailure} from '../../env/disk.ts';
import type {Memory} from '../../format/memory.ts';
import {type IncarnationInfo, PAGE_ABSENT, PAGE_DAMAGED, PAGE_FOUND, type StreamReader} from '../api.ts';
import {Applicator, DAMAGED, GAP, NOTHING, type RebuildImage} from '../segment/applicator.ts';
import {Checkpointer} from '../segment/checkpointer.ts';
import {ImageCache} from '../segment/image-cache.ts';
import {ImageIndex} from '../segment/image-index.ts';
import {ImageStore} from '../segment/image-store.ts';
import {
  DEFAULT_LIMITS,
  DEFAULT_SHAPE,
  type StorageEnv,
  type VolumeLimits,
  type VolumeShape,
} from '../segment/options.ts';
import {leafIndex, NONE, PageTable} from '../segment/page-table.ts';
import {RedoArena} from '../segment/redo-arena.ts';
import {RedoFiles} from '../segment/redo-files.ts';
import {RedoFileTable} from '../segment/stream-state.ts';
import type {StreamWords} from '../segment/stream-words.ts';
import {
  beginCreation,
  endCreation,
  inspectDirectory,
  readHeader,
  restoreHeader,
  type VolumeHeader,
} from '../segment/volume-header.ts';
import {IncarnationJournal} from './incarnation-journal.ts';
import {Ingest} from './ingest.ts';
import {rebuildPage} from './rebuild.ts';
import type {RedoStreamDescription} from './redo-stream.ts';
import {LocalStreamReader, type StreamDescription} from './stream-reader.ts';
import {Streams} from './streams.ts';

/** How often a read looks again for a record that its page's chain lacks, when other nodes keep writing. */
const GAP_RETRIES = 8;
/** Above this share of the arena, or of the redo files allowed, the checkpoint works in the background. */
const BUSY_SHARE = 0.5;

export interface OpenVolumeOptions {
  readonly directory: string;
  /** Shape of a volume that is created; an existing one keeps its own. */
  readonly shape?: Partial<VolumeShape>;
  readonly limits?: Partial<VolumeLimits>;
  /** Words of the streams of all nodes, shared with the primaries. */
  readonly words: StreamWords;
}

/** The inner parts, for the checker. */
export interface VolumeParts {
  readonly table: PageTable;
  readonly arena: RedoArena;
  readonly files: RedoFileTable;
  readonly images: ImageStore;
  readonly index: ImageIndex;
  readonly cache: ImageCache;
  readonly applicator: Applicator;
  readonly ingest: Ingest;
  readonly checkpointer: Checkpointer;
  readonly streams: Streams;
  readonly redoFiles: RedoFiles;
  readonly journal: IncarnationJournal;
}

export class LocalVolume {
  readonly header: VolumeHeader;
  readonly parts: VolumeParts;
  readonly #env: StorageEnv;
  readonly #directory: string;
  readonly #limits: VolumeLimits;
  readonly #lock: DirectoryLock;
  #failure: string | undefined;

  private constructor(
    env: StorageEnv,
    options: OpenVolumeOptions,
    header: VolumeHeader,
    lock: DirectoryLock,
    isNew: boolean,
  ) {
    this.#env = env;
    this.#directory = options.directory;
    this.#limits = {...DEFAULT_LIMITS, ...options.limits};
    this.#lock = lock;
    this.header = header;
    this.parts = buildParts(env, options, this.#limits, header, isNew);
    this.parts.streams.load();
  }

  /**
   * Opens the volume in a directory, or makes one when the directory is empty or missing. Throws OperatingError when the directory is in
   * use, unreadable, something else, or of another format version (nothing is changed then), CorruptionError when its own records are damaged.
   */
  static open(env: StorageEnv, options: OpenVolumeOptions): LocalVolume {
    const {directory} = options;
    const lock = takeDirectory(env, directory);
    try {
      const isNew = inspectDirectory(env.disk, directory) === 'empty';
      const shape = {...DEFAULT_SHAPE, ...options.shape};
      const header = isNew ? beginCreation(env, directory, shape) : readHeader(env.disk, directory);
      const volume = new LocalVolume(env, options, header, lock, isNew);
      if (isNew) endCreation(env.disk, directory);
      return volume;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get pageSize(): number {
    return this.header.pageSize;
  }

  /** Why the volume refuses everything; undefined while it works (S15). */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Runs something that writes; a disk failure ends the volume. */
  #attempt<T>(action: () => T): T {
    this.#assertWorks();
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DiskFailure)) throw error;
      this.#failure = error.message;
      this.#env.trace.error('the volume failed', {code: error.code, message: error.message});
      throw this.#refusal();
    }
  }

  #assertWorks(): void {
    if (this.#failure !== undefined) throw this.#refusal();
  }

  #refusal(): OperatingError {
    return new OperatingError(
      `the volume failed: ${this.#failure}`,
      'look after the disk, then restart: what was acknowledged is in the redo',
    );
  }

  /** Opens the next incarnation for a node; what it returns makes the LocalRedoStream in the primary's thread. */
  openIncarnation(node: number): RedoStreamDescription {
    return this.#attempt(() => this.parts.streams.open(node, () => this.checkpointAll()));
  }

  /** Seals the stream of an incarnation whose thread has ended; returns its end D. May be repeated (S18). */
  sealStream(incarnation: number): number {
    return this.#attempt(() => this.parts.streams.seal(incarnation));
  }

  /** The incarnation's losers are rolled back: its stream is not needed for recovery any more. */
  finishIncarnation(incarnation: number): void {
    this.#attempt(() => this.parts.streams.finish(incarnation));
  }

  /** Incarnations that are not forgotten. One that is missing here and below `nextIncarnation` is finished. */
  incarnations(): IncarnationInfo[] {
    return this.parts.journal
      .incarnations()
      .map(({incarnation, node, state, endLsn}) => ({incarnation, node, state, endLsn}));
  }

  /** All numbers below have been given out. */
  get nextIncarnation(): number {
    return this.parts.journal.next;
  }

  /** Description from which any thread makes a LocalStreamReader. The stream must be sealed. */
  describeStream(incarnation: number): StreamDescription {
    return this.parts.streams.describe(incarnation);
  }

  readStream(incarnation: number): StreamReader {
    return new LocalStreamReader(this.#env.disk, this.#env.crc32, this.describeStream(incarnation));
  }

  /** No timestamp above it has been published in any life of the volume (K9). */
  get tsoLimit(): number {
    return this.parts.journal.tsoLimit;
  }

  /** Durable when it returns. */
  raiseTsoLimit(limit: number): void {
    this.#attempt(() => this.parts.journal.raiseTsoLimit(limit));
  }

  /** Takes in all redo that is durable now (K3). Throws CorruptionError when some of it is damaged. */
  ingest(): void {
    this.#attempt(() => this.#ingestAll());
  }

  #ingestAll(): void {
    const {ingest, streams, checkpointer} = this.parts;
    while (!ingest.run(streams.all(), false)) {
      if (checkpointer.step() > 0) continue;
      this.#env.trace.warn('redo waits in memory beyond its limit: pages cannot be written', {
        bytes: this.parts.arena.waitingBytes,
      });
      ingest.run(streams.all(), true);
      return;
    }
  }

  /** True when everything of the stream below `lsn` has been taken in; so for streams that are forgotten. */
  isIngested(incarnation: number, lsn: number): boolean {
    const stream = this.parts.streams.get(incarnation);
    return stream === undefined || stream.ingestedLsn >= lsn;
  }

  /** Whoever writes this stream rings `bell` once, when more of it is durable. */
  watch(incarnation: number, bell: number): void {
    this.parts.streams.watch(incarnation, bell);
  }

  /**
   * Puts the newest durable version of a page at `at` of `target` (its checksum field is not maintained). PAGE_FOUND, PAGE_ABSENT or
   * PAGE_DAMAGED; what is damaged is told to the trace and kept in `damages`. No orphan stream may be left (S18).
   */
  readPage(pageNo: number, target: Memory, at: number): number {
    return this.#attempt(() => this.#readPage(pageNo, target, at));
  }

  #readPage(pageNo: number, target: Memory, at: number): number {
    for (const stream of this.parts.streams.all()) {
      assert(stream.phase !== 'orphan', () => `page ${pageNo} is read before stream ${stream.incarnation} is sealed`);
    }
    this.#ingestAll();
    const {applicator} = this.parts;
    const {gap} = applicator;
    for (let attempt = 0, missing = -1; ; attempt++) {
      const result = applicator.read(pageNo, target, at);
      if (result === NOTHING) return PAGE_ABSENT;
      if (result === DAMAGED) return PAGE_DAMAGED;
      if (result !== GAP) {
        applicator.clearDamage(pageNo);
        return PAGE_FOUND;
      }
      if (gap.llsn === missing) return this.#reportGap();
      if (attempt === GAP_RETRIES && gap.reachedLlsn > 0) return PAGE_FOUND;
      missing = gap.llsn;
      this.#ingestAll();
    }
  }

  /** Everything durable has been taken in, and the record that another one builds on is not among it. */
  #reportGap(): number {
    const {applicator} = this.parts;
    const {pageNo, llsn, needsLlsn, needsIncarnation, reachedLlsn} = applicator.gap;
    const what = `record with LLSN ${llsn} builds on LLSN ${needsLlsn} of incarnation ${needsIncarnation}`;
    applicator.noteDamage(pageNo, `page ${pageNo}: ${what}, but its chain ends at LLSN ${reachedLlsn}`);
    return PAGE_DAMAGED;
  }

  /** Verifies the image of one page (see Scrubber). PAGE_DAMAGED when it cannot be rebuilt either. */
  scrubPage(pageNo: number, scratch: Memory, at: number): number {
    const result = this.#attempt(() => this.parts.applicator.scrub(pageNo, scratch, at));
    return result === DAMAGED ? PAGE_DAMAGED : result === NOTHING ? PAGE_ABSENT : PAGE_FOUND;
  }

  /** Where the image of a page is, for messages; undefined when it has none. */
  whereIs(pageNo: number): string | undefined {
    const slot = this.parts.table.find(pageNo)?.slot[leafIndex(pageNo)] ?? NONE;
    return slot === NONE ? undefined : this.parts.images.where(slot);
  }

  /** Reads volume.json again. Says what is wrong with it, and has written it anew then; undefined when it is whole. */
  inspectHeader(): string | undefined {
    return this.#attempt(() => restoreHeader(this.#env, this.#directory, this.header));
  }

  /** Pages that are damaged, and what is wrong with each. */
  get damages(): ReadonlyMap<number, string> {
    return this.parts.applicator.damages;
  }

  /** A slice of background work: checkpoints of the streams, redo in, files ready, pages out, files back. True when more is to do at once. */
  maintain(): boolean {
    return this.#attempt(() => this.#maintain());
  }

  #maintain(): boolean {
    const {streams, arena, redoFiles, checkpointer, applicator, images} = this.parts;
    images.keepReserve();
    streams.takeCheckpoints();
    this.#ingestAll();
    const preparing = streams.prepareFiles(checkpointer.isOutOfSpace);
    const repairs = applicator.repairs.size > 0;
    const pressed =
      repairs ||
      streams.isStarved ||
      arena.fullness > BUSY_SHARE ||
      streams.filesOfEnded > this.#limits.freeRedoFilesMax ||
      redoFiles.count > this.#limits.redoFilesMax * BUSY_SHARE;
    const written = pressed && (repairs || arena.waiting > 0) ? checkpointer.step() : 0;
    if (streams.giveBack(checkpointer) && written === 0 && checkpointer.settle()) streams.giveBack(checkpointer);
    return preparing || written > 0;
  }

  /** Writes one batch of pages. Returns how many. */
  checkpointStep(): number {
    return this.#attempt(() => this.parts.checkpointer.step());
  }

  /** Writes all pages that have waiting redo, and gives back what redo files can be. */
  checkpointAll(): void {
    this.#attempt(() => {
      this.#ingestAll();
      while (this.parts.checkpointer.step() > 0);
      this.parts.streams.takeCheckpoints();
      if (this.parts.streams.giveBack(this.parts.checkpointer) && this.parts.checkpointer.settle()) {
        this.parts.streams.giveBack(this.parts.checkpointer);
      }
    });
  }

  /** Figures for metrics, by name. */
  counters(): ReadonlyMap<string, number> {
    const {arena, ingest, applicator, checkpointer, images, redoFiles} = this.parts;
    return new Map([
      ['redo_ingested_bytes', ingest.bytes],
      ['redo_waiting_bytes', arena.waitingBytes],
      ['redo_waiting_records', arena.waiting],
      ['redo_files', redoFiles.count],
      ['redo_files_free', redoFiles.freeCount],
      ['redo_applied', applicator.applied],
      ['image_reads', applicator.imageReads],
      ['images_written', checkpointer.pagesWritten],
      ['image_slots', images.slotCount],
      ['image_slots_free', images.freeCount],
      ['pages_damaged', applicator.damages.size],
    ]);
  }

  /** Closes the files and gives the directory back. Nothing needs to be written: the redo is durable. */
  close(): void {
    const {streams, images, index, journal} = this.parts;
    streams.close();
    images.close();
    index.close();
    journal.close();
    this.#lock.release();
  }
}

function takeDirectory(env: StorageEnv, directory: string): DirectoryLock {
  try {
    if (inspectDirectory(env.disk, directory) === 'foreign') {
      throw new OperatingError(
        `${directory} holds files, but no Pando volume`,
        'name an empty directory, or the one of a volume',
      );
    }
    if (env.disk.existsSync(`${directory}/volume.json`)) readHeader(env.disk, directory);
    else env.disk.makeDirectorySync(directory);
    const lock = env.disk.lockDirectorySync(directory);
    if (lock !== undefined) return lock;
  } catch (error) {
    if (error instanceof DiskFailure)
      throw new OperatingError(`cannot use ${directory}: ${error.message}`, 'check the path and its permissions');
    throw error;
  }
  throw new OperatingError(`${directory} is in use by another process`, 'stop that process, or name another directory');
}

function buildParts(
  env: StorageEnv,
  options: OpenVolumeOptions,
  limits: VolumeLimits,
  header: VolumeHeader,
  isNew: boolean,
): VolumeParts {
  const {directory, words} = options;
  const {pageSize, redoFileSize, uuid} = header;
  const table = new PageTable();
  const arena = new RedoArena(limits.pendingBytesMax);
  const files = new RedoFileTable();
  if (isNew) makeDirectories(env, directory);
  syncNames(env, directory);
  const journal = isNew
    ? IncarnationJournal.create(env, directory, uuid)
    : IncarnationJournal.open(env, directory, uuid);
  const images = new ImageStore(env, `${directory}/images`, pageSize, limits.growPages, limits.batchPages);
  const index = isNew
    ? ImageIndex.create(env, directory, header, table)
    : ImageIndex.open(env, directory, header, table, images);
  const cache = new ImageCache(limits.cachedPagesMax, pageSize);
  const redoFiles = new RedoFiles(env, `${directory}/redo`, header);
  const streams = new Streams(env, limits, redoFileSize, journal, redoFiles, files, words);
  const rebuild: RebuildImage = (pageNo, llsn, incarnation, target, at) =>
    rebuildPage(env.disk, env.crc32, streams.describeIngested(), pageNo, llsn, incarnation, target, at, pageSize);
  const applicator = new Applicator(pageSize, env.trace, table, arena, files, images, cache, rebuild);
  const ingest = new Ingest(table, arena, files, words);
  const checkpointer = new Checkpointer(
    {table, arena, files, images, index, applicator, ingest},
    pageSize,
    limits.batchPages,
    limits.indexRewriteBytes,
  );
  return {
    table,
    arena,
    files,
    images,
    index,
    cache,
    applicator,
    ingest,
    checkpointer,
    streams,
    redoFiles,
    journal,
  };
}

/** Renames and creations of a process that died may not be durable yet, though they can be seen (K6 a holds for names too). */
function syncNames(env: StorageEnv, directory: string): void {
  for (const path of [directory, `${directory}/images`, `${directory}/redo`]) env.disk.syncDirectorySync(path);
}

function makeDirectories(env: StorageEnv, directory: string): void {
  env.disk.makeDirectorySync(`${directory}/images`);
  env.disk.makeDirectorySync(`${directory}/redo`);
}
