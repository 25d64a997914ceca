// The mini-transaction: an atomic group of page changes and their redo.
//
// The engine changes a page in one way only: encode the redo record, apply it to the page with the same applyRedo that storage and recovery use. So
// the page in the pool is what its log says, by construction (I3). The caller has fixed every page in X and reserved log space before `begin`,
// because a mini-transaction is never interrupted (S14). Each record gets the next LLSN of this node, never below the page's (design 9).

import {assert} from '../../base/assert.ts';
import type {Memory} from '../../format/memory.ts';
import type {PageType} from '../../format/page/layout.ts';
import {INFINITE, pageLlsn} from '../../format/page/page.ts';
import type {RowStamp} from '../../format/page/records.ts';
import {applyRedo} from '../../format/redo/apply.ts';
import {encodeCheckpoint, encodeCommit, encodeCts, encodeRollbackEnd} from '../../format/redo/control.ts';
import {
  encodeBytes,
  encodeChild,
  encodeFormat,
  encodeFree,
  encodeHeader,
  encodeImage,
  encodeInsertChild,
  encodeInsertEntry,
  encodeInsertRow,
  encodeLinks,
  encodeMark,
  encodeRemove,
  encodeSplitLeft,
  encodeUndoAppend,
  encodeUpdate,
} from '../../format/redo/encode.ts';
import type {PagePool} from '../pool/page-pool.ts';
import type {RedoLog} from './redo-log.ts';

/** Pages that one mini-transaction may change. */
const PAGES_MAX = 16;

export class MiniTransaction {
  readonly #log: RedoLog;
  readonly #pool: PagePool;
  readonly #incarnation: number;
  readonly #pageSize: number;
  readonly #touched = new Int32Array(PAGES_MAX);
  #touchedCount = 0;
  #open = false;
  /** Highest LLSN this node has given or met. */
  #llsn = 0;

  constructor(log: RedoLog, pool: PagePool, incarnation: number) {
    this.#log = log;
    this.#pool = pool;
    this.#incarnation = incarnation;
    this.#pageSize = pool.pageSize;
  }

  begin(): void {
    assert(!this.#open, () => 'a mini-transaction is already open');
    this.#open = true;
    this.#touchedCount = 0;
  }

  /** Ends the group; returns the LSN behind it. */
  commit(): number {
    assert(this.#open, () => 'no mini-transaction is open');
    this.#open = false;
    const lsn = this.#log.markCpl();
    for (let i = 0; i < this.#touchedCount; i++) this.#pool.markDirty(this.#touched[i], lsn);
    return lsn;
  }

  insertRow(
    base: number,
    slot: number,
    stamp: RowStamp,
    key: Uint8Array,
    keyLength: number,
    payload: Memory,
    payloadAt: number,
    payloadLength: number,
  ): void {
    const llsn = this.#next(base);
    const log = this.#log;
    const pool = this.#pool.memory;
    this.#apply(
      base,
      encodeInsertRow(
        log.memory,
        log.fill,
        pool,
        base,
        llsn,
        slot,
        stamp,
        key,
        keyLength,
        payload,
        payloadAt,
        payloadLength,
      ),
    );
  }

  updateRow(
    base: number,
    slot: number,
    stamp: RowStamp,
    payload: Memory,
    payloadAt: number,
    payloadLength: number,
  ): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeUpdate(log.memory, log.fill, this.#pool.memory, base, llsn, slot, stamp, payload, payloadAt, payloadLength),
    );
  }

  /** Row header only: lock, delete mark, or their rollback. */
  setRowHeader(base: number, slot: number, stamp: RowStamp): void {
    const llsn = this.#next(base);
    this.#apply(base, encodeHeader(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn, slot, stamp));
  }

  insertEntry(
    base: number,
    slot: number,
    startStamp: number,
    flags: number,
    key: Uint8Array,
    keyLength: number,
    primaryKeyLength: number,
  ): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeInsertEntry(
        log.memory,
        log.fill,
        this.#pool.memory,
        base,
        llsn,
        slot,
        startStamp,
        flags,
        key,
        keyLength,
        primaryKeyLength,
      ),
    );
  }

  markEntry(base: number, slot: number, startStamp: number, flags: number): void {
    const llsn = this.#next(base);
    this.#apply(
      base,
      encodeMark(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn, slot, startStamp, flags),
    );
  }

  insertChild(base: number, slot: number, key: Uint8Array, keyLength: number, child: number): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeInsertChild(log.memory, log.fill, this.#pool.memory, base, llsn, slot, key, keyLength, child),
    );
  }

  setChild(base: number, slot: number, child: number): void {
    const llsn = this.#next(base);
    this.#apply(base, encodeChild(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn, slot, child));
  }

  remove(base: number, slot: number): void {
    const llsn = this.#next(base);
    this.#apply(base, encodeRemove(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn, slot));
  }

  splitLeft(base: number, keepSlots: number, right: number, high: Uint8Array, highLength: number): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeSplitLeft(log.memory, log.fill, this.#pool.memory, base, llsn, keepSlots, right, high, highLength),
    );
  }

  setLinks(base: number, flags: number, right: number): void {
    const llsn = this.#next(base);
    this.#apply(base, encodeLinks(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn, flags, right));
  }

  undoAppend(base: number, undo: Memory, undoAt: number, undoLength: number): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(base, encodeUndoAppend(log.memory, log.fill, this.#pool.memory, base, llsn, undo, undoAt, undoLength));
  }

  /** Plain bytes at offset `target` of a page that is no tree page. */
  bytes(base: number, target: number, source: Memory, sourceAt: number, length: number): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeBytes(log.memory, log.fill, this.#pool.memory, base, llsn, target, source, sourceAt, length),
    );
  }

  free(base: number): void {
    const llsn = this.#next(base);
    this.#apply(base, encodeFree(this.#log.memory, this.#log.fill, this.#pool.memory, base, llsn));
  }

  /** Makes an empty page at `base`, whatever was there: the root of a new chain. Key lengths may be INFINITE. */
  format(
    base: number,
    pageNo: number,
    type: PageType,
    level: number,
    treeId: number,
    right: number,
    low: Uint8Array,
    lowLength: number,
    high: Uint8Array,
    highLength: number,
  ): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(
      base,
      encodeFormat(
        log.memory,
        log.fill,
        pageNo,
        llsn,
        0,
        0,
        type,
        level,
        treeId,
        right,
        low,
        lowLength,
        high,
        highLength,
      ),
    );
  }

  /** An empty page without keys: undo, overflow, maps, counters. */
  formatPlain(base: number, pageNo: number, type: PageType, right: number): void {
    this.format(base, pageNo, type, 0, 0, right, NO_KEY, INFINITE, NO_KEY, INFINITE);
  }

  /** The whole page as it stands in `image`: the root of a new chain. */
  image(base: number, pageNo: number, image: Memory, imageBase: number): void {
    const llsn = this.#next(base);
    const log = this.#log;
    this.#apply(base, encodeImage(log.memory, log.fill, pageNo, llsn, 0, 0, image, imageBase, this.#pageSize));
  }

  commitRecord(slot: number, version: number, startStamp: number): void {
    this.#log.advance(encodeCommit(this.#log.memory, this.#log.fill, slot, version, startStamp));
  }

  rollbackEndRecord(slot: number, version: number): void {
    this.#log.advance(encodeRollbackEnd(this.#log.memory, this.#log.fill, slot, version));
  }

  ctsRecord(slot: number, version: number, cts: number): void {
    this.#log.advance(encodeCts(this.#log.memory, this.#log.fill, slot, version, cts));
  }

  /** The payload already stands behind the header at the log's fill position. */
  checkpointRecord(payloadLength: number): void {
    this.#log.advance(encodeCheckpoint(this.#log.memory, this.#log.fill, payloadLength));
  }

  /** The LLSN counter, for checkpoints and tests. */
  get llsn(): number {
    return this.#llsn;
  }

  /** A page with this LLSN has been read for change: later records are above it. */
  #next(base: number): number {
    assert(
      this.#open && this.#pool.isExclusive(base),
      () => `page at ${base} is changed without its lock or outside a mini-transaction`,
    );
    const own = pageLlsn(this.#pool.memory, base);
    this.#llsn = (own > this.#llsn ? own : this.#llsn) + 1;
    return this.#llsn;
  }

  #apply(base: number, length: number): void {
    const log = this.#log;
    applyRedo(this.#pool.memory, base, this.#pageSize, log.memory, log.fill, this.#incarnation);
    log.advance(length);
    for (let i = 0; i < this.#touchedCount; i++) if (this.#touched[i] === base) return;
    assert(this.#touchedCount < PAGES_MAX, () => 'a mini-transaction changes too many pages');
    this.#touched[this.#touchedCount++] = base;
  }
}

const NO_KEY = new Uint8Array(0);
