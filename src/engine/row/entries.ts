// Secondary index entries: put in, mark, and the check of unique keys (K12).
//
// An entry is the index key followed by the primary key, with no transaction data: its truth is the clustered row. Writers change the row first and
// its entries after (K20); each entry is one mini-transaction of one page.
//
// Unique keys: write mine first, then look at the others. Two writers of one key cannot both miss the other.

import {RecordFlag} from '../../format/page/layout.ts';
import {copyHighKey, pageRight, prefixLength, slotCount} from '../../format/page/page.ts';
import {
  copyKey,
  payloadAt,
  payloadLength,
  primaryKeyLength,
  recordAt,
  recordFlags,
  secondaryLength,
} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {FIXED_REDO_MAX, insertEntryMax} from '../../format/redo/bounds.ts';
import {
  BLOCKED,
  DUPLICATE,
  KEY_BYTES_MAX,
  LockWait,
  ROW,
  type SecondaryIndex,
  type TableHandle,
  type TreeRef,
} from '../api.ts';
import {descend, lowerSlot} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {type VersionReader, WRITER_ACTIVE} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';
import type {RowLocker} from './row-locker.ts';

export class Entries {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #locker: RowLocker;
  readonly #versions: VersionReader;
  readonly #other = new KeyBuffer();
  readonly #from = new KeyBuffer();
  readonly #check = new Uint8Array(KEY_BYTES_MAX + 16);
  /** Primary key of the row that DUPLICATE is about. */
  readonly conflict = new KeyBuffer();

  constructor(core: EngineCore, session: Session, locker: RowLocker, versions: VersionReader) {
    this.#core = core;
    this.#session = session;
    this.#locker = locker;
    this.#versions = versions;
  }

  /** Makes the entry live: inserts it, or clears its mark. ROW, BLOCKED, NO_SPACE, TOO_BIG. */
  add(tree: TreeRef, key: KeyBuffer, primaryLength: number): number {
    return this.#change(tree, key, primaryLength, 0, false);
  }

  /** Inserts the entry as a live one, unless there is one already, live or marked. */
  put(tree: TreeRef, key: KeyBuffer, primaryLength: number): number {
    return this.#change(tree, key, primaryLength, 0, true);
  }

  /** Delete-marks the entry. */
  mark(tree: TreeRef, key: KeyBuffer, primaryLength: number): number {
    return this.#change(tree, key, primaryLength, RecordFlag.deleted, false);
  }

  #change(tree: TreeRef, key: KeyBuffer, primaryLength: number, flags: number, keeps: boolean): number {
    const {pool, splitter, mtr, log} = this.#core;
    const {task, trx} = this.#session;
    const mem = pool.memory;
    for (;;) {
      const base = splitter.find(tree, 0, key.bytes, key.length, task);
      if (base < 0) return base;
      const slot = findSlot(mem, base, key.bytes, key.length);
      const length = secondaryLength(prefixLength(mem, base), key.length);
      if (splitter.isIncomplete(base) || (slot < 0 && !splitter.fits(base, length))) {
        const made = splitter.split(tree, base, slot < 0 ? ~slot : slot, key.bytes, key.length, length, task);
        if (made !== ROW) return made;
        continue;
      }
      if (slot >= 0 && (keeps || recordFlags(mem, recordAt(mem, base, slot)) === flags)) return ROW;
      const space = log.reserve(slot >= 0 ? FIXED_REDO_MAX : insertEntryMax(key.length), task, flags !== 0);
      if (space !== ROW) return space;
      mtr.begin();
      if (slot >= 0) mtr.markEntry(base, slot, trx.startStamp, flags);
      else mtr.insertEntry(base, ~slot, trx.startStamp, flags, key.bytes, key.length, primaryLength);
      mtr.commit();
      return ROW;
    }
  }

  /**
   * Looks for another row with the same unique key. `key` is the whole entry just written, `indexLength` the length of its index parts.
   * ROW: none. DUPLICATE: `conflict` has its primary key. BLOCKED and the wait results: look again from the start. In an index that is being built nobody
   * is waited for: DUPLICATE means that there may be one.
   */
  checkUnique(table: TableHandle, index: SecondaryIndex, key: KeyBuffer, indexLength: number): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    this.#from.set(key.bytes, 0, indexLength);
    for (;;) {
      const base = descend(
        pool,
        index.tree,
        0,
        this.#from.bytes,
        this.#from.length,
        this.#core.currentMode,
        this.#session.task,
      );
      if (base < 0) return base;
      const count = slotCount(mem, base);
      for (let slot = lowerSlot(mem, base, this.#from.bytes, this.#from.length, true); slot < count; slot++) {
        const length = copyKey(mem, base, slot, this.#other.bytes, 0);
        this.#other.length = length;
        if (!startsWith(this.#other, key, indexLength)) return ROW;
        if (this.#other.equals(key.bytes, key.length)) continue;
        const primary = primaryKeyLength(mem, recordAt(mem, base, slot));
        const result = this.#checkRow(table, index, key, indexLength, primary);
        if (result !== ROW) return result;
      }
      if (pageRight(mem, base) === 0) return ROW;
      this.#from.length = copyHighKey(mem, base, this.#from.bytes, 0);
    }
  }

  /** Is the row behind the entry in `#other` alive with the same key? */
  #checkRow(table: TableHandle, index: SecondaryIndex, key: KeyBuffer, indexLength: number, primary: number): number {
    const {pool} = this.#core;
    const {task, trx} = this.#session;
    const mem = pool.memory;
    this.conflict.set(this.#other.bytes, this.#other.length - primary, primary);
    const leaf = descend(pool, table.clustered, 0, this.conflict.bytes, primary, this.#core.currentMode, task);
    if (leaf < 0) return leaf;
    const slot = findSlot(mem, leaf, this.conflict.bytes, primary);
    if (slot < 0) return ROW;
    const record = recordAt(mem, leaf, slot);
    const state = this.#versions.writerState(record, trx, task);
    if (state === BLOCKED) return BLOCKED;
    if (state === WRITER_ACTIVE) {
      if (index.build !== undefined) return DUPLICATE;
      return this.#locker.waitFor(table, record, this.conflict.bytes, primary, LockWait.wait);
    }
    this.#core.waits.settle(task);
    if ((recordFlags(mem, record) & RecordFlag.deleted) !== 0) return ROW;
    const end = index.key.extract(mem, payloadAt(mem, record), payloadLength(mem, record), this.#check, 0);
    if (end !== indexLength) return ROW;
    for (let i = 0; i < end; i++) if (this.#check[i] !== key.bytes[i]) return ROW;
    return DUPLICATE;
  }
}

function startsWith(key: KeyBuffer, other: KeyBuffer, length: number): boolean {
  if (key.length < length) return false;
  for (let i = 0; i < length; i++) if (key.bytes[i] !== other.bytes[i]) return false;
  return true;
}
