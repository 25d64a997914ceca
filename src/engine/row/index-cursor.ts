// Walks an index in key order, in either direction, and answers with rows that the session may see (or has locked).
//
// Between two calls the page may have been split, given away or changed: the cursor keeps (page, LLSN, incarnation, slot, key) and goes on at the slot only if
// nothing of that changed, else it searches the key again (S13). At the end of a page it goes on from the page's high (or low) key.
//
// Secondary entries carry no transaction data. An entry counts if the row version that the view sees has this very key; the clustered row may be left out
// only when the whole page is visible to all and the caller needs nothing but the key (K1).
//
// Locking walks look up the snapshot's version first and then lock the newest one (S9): what the snapshot does not show is passed over, what
// changed since is a CONFLICT. At READ COMMITTED, or without snapshot isolation, they lock and return the newest version. Walks in mode `current`
// return the newest version too, and lock nothing.

import type {Memory} from '../../format/memory.ts';
import {RecordFlag} from '../../format/page/layout.ts';
import {
  copyHighKey,
  copyLowKey,
  INFINITE,
  pageIncarnation,
  pageLlsn,
  pageMaxStart,
  pageNo,
  slotCount,
} from '../../format/page/page.ts';
import {copyKey, primaryKeyLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {compareSlotKey} from '../../format/page/search.ts';
import {PLockMode} from '../../fusion/api.ts';
import {
  BLOCKED,
  type Cursor,
  DONE,
  type EntryFilter,
  INTERRUPTED,
  Isolation,
  KEY_BYTES_MAX,
  LockMode,
  type LockWait,
  ROW,
  SKIPPED,
  type TableHandle,
  type TreeRef,
} from '../api.ts';
import {descend, descendBefore, lowerSlot, slotIsBeyond, upperSlot} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import type {ReadRange} from '../serial/read-set.ts';
import type {Session} from '../session/session.ts';
import {RowReader} from './row-reader.ts';

const NO_TREE: TreeRef = {treeId: 0, rootPage: 0};

export class IndexCursor implements Cursor {
  filter: EntryFilter | undefined = undefined;
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly #rows: RowReader;
  readonly #low = new KeyBuffer();
  readonly #high = new KeyBuffer();
  /** Where to go on: key of the last record seen, or a page boundary. */
  readonly #from = new KeyBuffer();
  readonly #check = new Uint8Array(KEY_BYTES_MAX + 16);
  #table: TableHandle | undefined;
  #tree: TreeRef = NO_TREE;
  #index = 0;
  #hasLow = false;
  #hasHigh = false;
  #lowInclusive = true;
  #highInclusive = true;
  #descending = false;
  #covering = false;
  #lock: LockMode = LockMode.none;
  /** In which the index is walked. */
  #mode: PLockMode = PLockMode.shared;
  #wait: LockWait = 0;
  #started = false;
  /** The walk has come to its end. */
  #ended = false;
  #read: ReadRange | undefined;
  #fromInclusive = false;
  #fromOpen = false;
  #page = 0;
  #llsn = 0;
  #incarnation = 0;
  #slot = 0;
  memory: Memory;
  payloadAt = 0;
  payloadLength = 0;
  readonly key: Uint8Array;
  keyLength = 0;
  readonly primaryKey = new Uint8Array(KEY_BYTES_MAX + 16);
  primaryKeyLength = 0;

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
    this.#rows = new RowReader(core, session);
    this.memory = core.pool.memory;
    this.key = this.#from.bytes;
  }

  open(
    table: TableHandle,
    index: number,
    low: Uint8Array | undefined,
    lowInclusive: boolean,
    high: Uint8Array | undefined,
    highInclusive: boolean,
    descending: boolean,
    lock: LockMode,
    wait: LockWait,
    covering: boolean,
  ): void {
    this.#table = table;
    this.#index = index;
    this.#tree = index === 0 ? table.clustered : table.secondaries[index - 1].tree;
    this.#hasLow = low !== undefined;
    this.#hasHigh = high !== undefined;
    if (low !== undefined) this.#low.set(low, 0, low.length);
    if (high !== undefined) this.#high.set(high, 0, high.length);
    this.#lowInclusive = lowInclusive;
    this.#highInclusive = highInclusive;
    this.#descending = descending;
    this.#lock = lock;
    this.#mode = lock === LockMode.current ? this.#core.currentMode : PLockMode.shared;
    this.#wait = wait;
    this.#covering = covering && lock === LockMode.none;
    this.#started = false;
    this.#page = 0;
  }

  close(): void {
    this.#narrowRead();
    this.#page = 0;
    this.#table = undefined;
  }

  /** Notes what this walk is going to read, for a SERIALIZABLE transaction. */
  #noteRead(): void {
    const {reads} = this.#session;
    if (reads === undefined || this.#lock === LockMode.current) return;
    this.#read = {
      table: this.#table as TableHandle,
      index: this.#index,
      low: this.#hasLow ? this.#low.bytes.slice(0, this.#low.length) : undefined,
      lowInclusive: this.#lowInclusive,
      high: this.#hasHigh ? this.#high.bytes.slice(0, this.#high.length) : undefined,
      highInclusive: this.#highInclusive,
    };
    reads.add(this.#read);
  }

  /** The walk stops before its end: it has read up to its last record. */
  #narrowRead(): void {
    const read = this.#read;
    this.#read = undefined;
    if (read === undefined || this.#ended || this.#fromOpen) return;
    const reached = this.#from.bytes.slice(0, this.#from.length);
    if (this.#descending) {
      read.low = reached;
      read.lowInclusive = true;
    } else {
      read.high = reached;
      read.highInclusive = true;
    }
  }

  next(): number {
    this.#session.locker.write();
    if (!this.#started) {
      this.#start();
      this.#noteRead();
    }
    for (;;) {
      if (this.#session.task.interrupted) return INTERRUPTED;
      const base = this.#locate();
      if (base < 0) return base;
      const count = slotCount(this.#core.pool.memory, base);
      if (this.#slot < 0 || this.#slot >= count) {
        if (!this.#leavePage(base)) return this.#end();
        continue;
      }
      if (this.#isBeyond(base)) return this.#end();
      const result = this.#visit(base);
      if (result === BLOCKED) {
        this.#page = 0;
        return result;
      }
      this.#remember(base);
      if (result !== DONE) return result;
    }
  }

  #end(): number {
    this.#ended = true;
    return DONE;
  }

  #start(): void {
    this.#started = true;
    this.#ended = false;
    const [has, bound, inclusive] = this.#descending
      ? ([this.#hasHigh, this.#high, this.#highInclusive] as const)
      : ([this.#hasLow, this.#low, this.#lowInclusive] as const);
    this.#fromOpen = !has;
    this.#fromInclusive = inclusive;
    this.#from.length = 0;
    if (has) this.#from.setFrom(bound);
    this.#page = 0;
  }

  /** The leaf and slot (#slot) to look at next; BLOCKED. */
  #locate(): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    if (this.#page !== 0) {
      const base = pool.peek(this.#page, this.#mode);
      if (base >= 0 && pageLlsn(mem, base) === this.#llsn && pageIncarnation(mem, base) === this.#incarnation) {
        this.#slot += this.#descending ? -1 : 1;
        return base;
      }
    }
    return this.#search();
  }

  #search(): number {
    const {pool} = this.#core;
    const mem = pool.memory;
    const {task} = this.#session;
    const {bytes, length} = this.#from;
    if (this.#descending) {
      const inclusive = this.#fromInclusive && !this.#fromOpen;
      const base = inclusive
        ? descend(pool, this.#tree, 0, bytes, length, this.#mode, task)
        : descendBefore(pool, this.#tree, 0, bytes, this.#fromOpen ? INFINITE : length, this.#mode, task);
      if (base < 0) return base;
      this.#slot = this.#fromOpen ? slotCount(mem, base) - 1 : upperSlot(mem, base, bytes, length, this.#fromInclusive);
      return base;
    }
    const base = descend(pool, this.#tree, 0, bytes, this.#fromOpen ? 0 : length, this.#mode, task);
    if (base < 0) return base;
    this.#slot = this.#fromOpen ? 0 : lowerSlot(mem, base, bytes, length, this.#fromInclusive);
    return base;
  }

  /** Goes on at the neighbouring page; false at the end of the tree. */
  #leavePage(base: number): boolean {
    const mem = this.#core.pool.memory;
    const length = this.#descending ? copyLowKey(mem, base, this.#check, 0) : copyHighKey(mem, base, this.#check, 0);
    if (length === INFINITE) return false;
    this.#from.set(this.#check, 0, length);
    this.#fromOpen = false;
    this.#fromInclusive = !this.#descending;
    this.#page = 0;
    return true;
  }

  #isBeyond(base: number): boolean {
    const mem = this.#core.pool.memory;
    if (this.#descending) {
      if (!this.#hasLow) return false;
      const order = compareSlotKey(mem, base, this.#slot, this.#low.bytes, this.#low.length);
      return this.#lowInclusive ? order < 0 : order <= 0;
    }
    return (
      this.#hasHigh && slotIsBeyond(mem, base, this.#slot, this.#high.bytes, this.#high.length, this.#highInclusive)
    );
  }

  #remember(base: number): void {
    const mem = this.#core.pool.memory;
    this.#page = pageNo(mem, base);
    this.#llsn = pageLlsn(mem, base);
    this.#incarnation = pageIncarnation(mem, base);
    this.#fromOpen = false;
    this.#fromInclusive = false;
  }

  /** Judges the record in #slot. ROW: it is in place. DONE: not for us, go on. Anything else is the caller's. */
  #visit(base: number): number {
    const mem = this.#core.pool.memory;
    if (this.#index !== 0) return this.#visitEntry(base);
    const session = this.#session;
    const record = recordAt(mem, base, this.#slot);
    if (this.#lock === LockMode.none) {
      if (pageMaxStart(mem, base) < session.trx.view.low || session.isolation === Isolation.readUncommitted) {
        session.versions.takeNewest(record);
      } else {
        const found = session.versions.find(record, session.trx, session.task);
        if (found !== ROW) {
          if (found === DONE) this.#takeKey(base);
          return found;
        }
      }
      this.#takeKey(base);
      return this.#takeVersion();
    }
    this.#keepKey(base);
    const locked = this.#lockRow(this.#primary.bytes, this.#primary.length);
    if (locked === BLOCKED) return locked;
    this.#from.setFrom(this.#primary);
    this.keyLength = this.#primary.length;
    return locked;
  }

  readonly #primary = new KeyBuffer();

  #keepKey(base: number): void {
    this.#primary.length = copyKey(this.#core.pool.memory, base, this.#slot, this.#primary.bytes, 0);
    for (let i = 0; i < this.#primary.length; i++) this.primaryKey[i] = this.#primary.bytes[i];
    this.primaryKeyLength = this.#primary.length;
  }

  /** The record's key becomes the cursor's position (and, in the clustered tree, the primary key). */
  #takeKey(base: number): void {
    const length = copyKey(this.#core.pool.memory, base, this.#slot, this.#from.bytes, 0);
    this.#from.length = length;
    this.keyLength = length;
    if (this.#index !== 0) return;
    const {bytes} = this.#from;
    for (let i = 0; i < length; i++) this.primaryKey[i] = bytes[i];
    this.primaryKeyLength = length;
  }

  #takeVersion(): number {
    const {versions} = this.#session;
    this.memory = versions.memory;
    this.payloadAt = versions.payloadAt;
    this.payloadLength = versions.payloadLength;
    return (versions.flags & RecordFlag.deleted) === 0 ? ROW : DONE;
  }

  #visitEntry(base: number): number {
    const mem = this.#core.pool.memory;
    const session = this.#session;
    const record = recordAt(mem, base, this.#slot);
    const marked = (recordFlags(mem, record) & RecordFlag.deleted) !== 0;
    const visibleToAll = pageMaxStart(mem, base) < session.trx.view.low;
    const primaryLength = primaryKeyLength(mem, record);
    const length = copyKey(mem, base, this.#slot, this.#check, 0);
    if (visibleToAll && marked) return this.#pass(length);
    const keep = this.primaryKey;
    for (let i = 0; i < primaryLength; i++) keep[i] = this.#check[length - primaryLength + i];
    this.primaryKeyLength = primaryLength;
    if (visibleToAll && this.#covering) {
      this.payloadAt = -1;
      this.#pass(length);
      return ROW;
    }
    if (this.filter !== undefined && !this.filter.accepts(this.#check, length)) {
      this.#pass(length);
      return SKIPPED;
    }
    const found =
      this.#lock === LockMode.none
        ? this.#rows.read(this.#table as TableHandle, keep, primaryLength, LockMode.none, this.#wait)
        : this.#lockRow(keep, primaryLength);
    if (found === BLOCKED) return found;
    const matches = found === ROW && this.#hasKey(length - primaryLength);
    this.#pass(length);
    return found === ROW && !matches ? DONE : found;
  }

  /** The entry in #check becomes the cursor's position. */
  #pass(length: number): number {
    this.#from.set(this.#check, 0, length);
    this.keyLength = length;
    return DONE;
  }

  /** Does the row version found have the index key of the entry in #check? */
  #hasKey(indexLength: number): boolean {
    const table = this.#table as TableHandle;
    const {key} = table.secondaries[this.#index - 1];
    if (this.#lock === LockMode.none) this.#fromRows();
    const end = key.extract(this.memory, this.payloadAt, this.payloadLength, this.#extracted, 0);
    if (end !== indexLength) return false;
    for (let i = 0; i < end; i++) if (this.#extracted[i] !== this.#check[i]) return false;
    return true;
  }

  readonly #extracted = new Uint8Array(KEY_BYTES_MAX + 16);

  #fromRows(): void {
    this.memory = this.#rows.memory;
    this.payloadAt = this.#rows.payloadAt;
    this.payloadLength = this.#rows.payloadLength;
  }

  /** Locks the row with this primary key, if the snapshot (or, without one, anybody) shows it; it is then in place. */
  #lockRow(key: Uint8Array, keyLength: number): number {
    const session = this.#session;
    const table = this.#table as TableHandle;
    if (session.firstUpdaterWins && this.#lock !== LockMode.current) {
      const seen = this.#rows.read(table, key, keyLength, LockMode.none, this.#wait);
      if (seen !== ROW) return seen;
      this.#fromRows();
      if (this.#index !== 0 && !this.#matchesEntry(keyLength)) return DONE;
    }
    const locked = this.#rows.read(table, key, keyLength, this.#lock, this.#wait);
    if (locked === ROW) this.#fromRows();
    return locked;
  }

  #matchesEntry(primaryLength: number): boolean {
    const table = this.#table as TableHandle;
    const {key} = table.secondaries[this.#index - 1];
    const end = key.extract(this.memory, this.payloadAt, this.payloadLength, this.#extracted, 0);
    for (let i = 0; i < end; i++) if (this.#extracted[i] !== this.#check[i]) return false;
    return end >= 0 && this.primaryKeyLength === primaryLength;
  }
}
