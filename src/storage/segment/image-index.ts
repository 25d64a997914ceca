// The durable mapping: page number -> slot of its image, and the version of that image. A RecordLog in the file `index.log`:
//
//   header        u16 version · u16 0 · u32 page size · 32 bytes volume uuid
//   batch         n x { u32 page · u32 slot · u48 llsn · u16 0 · u32 incarnation }     20 bytes each
//   snapshot end  u32 number of pages
//
// The file begins with a snapshot (header, batches, snapshot end); behind it come the batches of the checkpoints, one entry each, in
// order, later ones replacing earlier ones. When it has grown enough the whole mapping is written into a new file that takes its place by a rename.
//
// Losing the last entry does no harm, because slots and redo that a batch makes superfluous are given away only after the next batch is
// durable (image-store.ts, checkpointer.ts): so one cell per entry suffices.

import {getU48, setU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import {DiskFailure} from '../../env/disk.ts';
import type {ImageStore} from './image-store.ts';
import type {StorageEnv} from './options.ts';
import {leafIndex, NONE, type PageTable} from './page-table.ts';
import {LOG_PAYLOAD_MAX, RecordLog, type RecordLogOptions} from './record-log.ts';
import type {VolumeHeader} from './volume-header.ts';

const Entry = {header: 1, batch: 2, snapshotEnd: 3} as const;
const INDEX_VERSION = 1;
const HEADER_BYTES = 40;
/** Bytes of one mapping. */
export const MAPPING_BYTES = 20;
const MAPPINGS_MAX = Math.floor(LOG_PAYLOAD_MAX / MAPPING_BYTES);
const GROW = 1 << 18;

/** One batch of new images, filled by the checkpoint. */
export class MappingBatch {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.min(capacity, MAPPINGS_MAX) * MAPPING_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count * MAPPING_BYTES === this.#bytes.length;
  }

  clear(): void {
    this.#count = 0;
  }

  add(pageNo: number, slot: number, llsn: number, incarnation: number): void {
    const at = this.#count++ * MAPPING_BYTES;
    this.#view.setUint32(at, pageNo, true);
    this.#view.setUint32(at + 4, slot, true);
    setU48(this.#view, at + 8, llsn);
    this.#view.setUint16(at + 14, 0, true);
    this.#view.setUint32(at + 16, incarnation, true);
  }

  payload(): Uint8Array {
    return this.#bytes.subarray(0, this.#count * MAPPING_BYTES);
  }
}

export class ImageIndex {
  readonly #env: StorageEnv;
  readonly #directory: string;
  readonly #header: VolumeHeader;
  readonly #table: PageTable;
  #log!: RecordLog;
  #snapshotBytes = 0;
  #sawSnapshotEnd = false;
  #pages = 0;

  private constructor(env: StorageEnv, directory: string, header: VolumeHeader, table: PageTable) {
    this.#env = env;
    this.#directory = directory;
    this.#header = header;
    this.#table = table;
  }

  /** Makes the empty index of a new volume. */
  static create(env: StorageEnv, directory: string, header: VolumeHeader, table: PageTable): ImageIndex {
    const index = new ImageIndex(env, directory, header, table);
    index.rewrite();
    return index;
  }

  /** Loads the mapping into `table` and marks the slots in `images`. Throws CorruptionError naming the entry that does not fit. */
  static open(
    env: StorageEnv,
    directory: string,
    header: VolumeHeader,
    table: PageTable,
    images: ImageStore,
  ): ImageIndex {
    const index = new ImageIndex(env, directory, header, table);
    const options = index.#options('');
    index.#log = RecordLog.open(options, (type, payload, sequence) => index.#replay(type, payload, sequence));
    if (!index.#sawSnapshotEnd) throw new CorruptionError(options.path, 'the index ends before its snapshot does');
    table.forEach((pageNo, leaf, i) => {
      if (images.adopt(leaf.slot[i])) return;
      throw new CorruptionError(
        options.path,
        `page ${pageNo} is mapped to slot ${leaf.slot[i]}, which does not exist or belongs to another page`,
      );
    });
    return index;
  }

  /** Reads the file again, every entry. Says what is wrong with it, and has written it anew from memory then; undefined when it is whole. */
  inspect(): string | undefined {
    const fault = RecordLog.inspect(this.#options(''), this.#log.usedBytes);
    if (fault !== undefined && !this.rewrite())
      throw new CorruptionError(this.#options('').path, `${fault}, and the disk is full`);
    return fault;
  }

  #options(suffix: string): RecordLogOptions {
    const path = `${this.#directory}/index.log${suffix}`;
    return {disk: this.#env.disk, crc32: this.#env.crc32, path, growBytes: GROW, cell: 0};
  }

  #replay(type: number, payload: DataView, sequence: number): void {
    const where = `${this.#directory}/index.log entry ${sequence}`;
    if (sequence === 1) this.#checkHeader(type, payload, where);
    else if (type === Entry.batch) this.#replayBatch(payload);
    else if (type !== Entry.snapshotEnd) throw new CorruptionError(where, `unknown type ${type}`);
    else this.#endSnapshot(payload, where);
  }

  #checkHeader(type: number, payload: DataView, where: string): void {
    if (type !== Entry.header || payload.getUint16(0, true) !== INDEX_VERSION)
      throw new CorruptionError(where, 'not an index of this version');
    const uuid = new TextDecoder('latin1').decode(new Uint8Array(payload.buffer, payload.byteOffset + 8, 32));
    if (uuid !== this.#header.uuid) throw new CorruptionError(where, `the index belongs to volume ${uuid}`);
    if (payload.getUint32(4, true) !== this.#header.pageSize)
      throw new CorruptionError(where, 'the index is for another page size');
  }

  #replayBatch(payload: DataView): void {
    for (let at = 0; at < payload.byteLength; at += MAPPING_BYTES) {
      const pageNo = payload.getUint32(at, true);
      const leaf = this.#table.leaf(pageNo);
      const i = leafIndex(pageNo);
      if (leaf.slot[i] === NONE) this.#pages++;
      leaf.slot[i] = payload.getUint32(at + 4, true);
      leaf.llsn[i] = getU48(payload, at + 8);
      leaf.incarnation[i] = payload.getUint32(at + 16, true);
    }
  }

  #endSnapshot(payload: DataView, where: string): void {
    const pages = payload.getUint32(0, true);
    if (pages !== this.#pages)
      throw new CorruptionError(where, `the snapshot names ${this.#pages} pages, it should be ${pages}`);
    this.#sawSnapshotEnd = true;
    this.#snapshotBytes = pages * MAPPING_BYTES;
  }

  /** Makes a batch of mappings durable. DiskFailure ENOSPC: nothing has happened. */
  append(batch: MappingBatch): void {
    this.#log.append(Entry.batch, batch.payload());
    this.#log.sync();
  }

  /** Bytes of the file in use. */
  get usedBytes(): number {
    return this.#log.usedBytes;
  }

  /** Bytes that have come behind the snapshot. */
  get grownBytes(): number {
    return this.#log.usedBytes - this.#snapshotBytes;
  }

  /** True when rewriting pays: `bytes` and half the snapshot have been added. */
  shouldRewrite(bytes: number): boolean {
    return this.grownBytes > Math.max(bytes, this.#snapshotBytes / 2);
  }

  /** Writes the whole mapping into a new file that replaces the old one. False when there is no room: the old one serves on. */
  rewrite(): boolean {
    const {disk} = this.#env;
    const options = this.#options('.new');
    try {
      const log = RecordLog.create(options);
      this.#writeSnapshot(log);
      log.sync();
      log.close();
    } catch (error) {
      if (!(error instanceof DiskFailure) || error.code !== 'ENOSPC') throw error;
      disk.removeSync(options.path);
      return false;
    }
    disk.renameSync(options.path, this.#options('').path);
    disk.syncDirectorySync(this.#directory);
    this.#log?.close();
    this.#log = RecordLog.open(this.#options(''), () => {});
    this.#snapshotBytes = this.#log.usedBytes;
    return true;
  }

  #writeSnapshot(log: RecordLog): void {
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint16(0, INDEX_VERSION, true);
    view.setUint32(4, this.#header.pageSize, true);
    header.set(new TextEncoder().encode(this.#header.uuid), 8);
    log.append(Entry.header, header);
    const batch = new MappingBatch(MAPPINGS_MAX);
    let pages = 0;
    this.#table.forEach((pageNo, leaf, i) => {
      if (leaf.slot[i] === NONE) return;
      pages++;
      batch.add(pageNo, leaf.slot[i], leaf.llsn[i], leaf.incarnation[i]);
      if (!batch.isFull) return;
      log.append(Entry.batch, batch.payload());
      batch.clear();
    });
    if (batch.count > 0) log.append(Entry.batch, batch.payload());
    const end = new Uint8Array(4);
    new DataView(end.buffer).setUint32(0, pages, true);
    log.append(Entry.snapshotEnd, end);
  }

  close(): void {
    this.#log.close();
  }
}
