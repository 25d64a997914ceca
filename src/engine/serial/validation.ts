// Validation at commit: is everything that a SERIALIZABLE transaction has read still as it read it? (ADR 0006; after Silo, with page locks for its epochs)
//
// All the transaction's changes are in their pages, uncommitted, before the first look. So of two transactions that each changed what the other had read at least one looks after the
// other's change, and sees it: finished above its view, or under way. Either is a CONFLICT. Transactions can therefore be ordered by the moment their validation began.
//
// A leaf of rows whose changes all lie below the view's horizon is passed over as a whole; a leaf of entries is not, for a change of a row leaves its entries as they are. Else
// each record of the range is judged by its writer, the same way a reader does. Rows that vanished are still there: what a view may need is not purged while it is open.

import {RecordFlag} from '../../format/page/layout.ts';
import {copyHighKey, INFINITE, pageMaxStart, slotCount} from '../../format/page/page.ts';
import {copyKey, primaryKeyLength, recordAt, recordFlags} from '../../format/page/records.ts';
import {findSlot} from '../../format/page/search.ts';
import {BLOCKED, CONFLICT, DONE, INTERRUPTED, KEY_BYTES_MAX, ROW} from '../api.ts';
import {descend, lowerSlot, slotIsBeyond} from '../btree/descend.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import type {EngineCore} from '../core.ts';
import {WRITER_ACTIVE, WRITER_SELF} from '../mvcc/version-reader.ts';
import type {Session} from '../session/session.ts';
import {type ReadRange, ReadSet} from './read-set.ts';

/** Records judged in one poll before others get their turn. */
const RECORDS_PER_POLL = 2000;

export class Validation {
  readonly #core: EngineCore;
  readonly #session: Session;
  readonly reads: ReadSet = new ReadSet();
  /** Range under way, and where in it to go on. */
  #next = 0;
  #started = false;
  readonly #from = new KeyBuffer();
  #fromOpen = false;
  #fromInclusive = false;
  readonly #check = new Uint8Array(KEY_BYTES_MAX + 16);
  #left = 0;

  constructor(core: EngineCore, session: Session) {
    this.#core = core;
    this.#session = session;
  }

  /** The transaction is over. */
  reset(): void {
    this.reads.clear();
    this.#next = 0;
    this.#started = false;
  }

  /** ROW: all is as it was read. CONFLICT; BLOCKED; INTERRUPTED. */
  poll(): number {
    this.#left = RECORDS_PER_POLL;
    const {ranges} = this.reads;
    while (this.#next < ranges.length) {
      const result = this.#look(ranges[this.#next]);
      if (result !== DONE) return result;
      this.#next++;
      this.#started = false;
    }
    return ROW;
  }

  /** DONE: the range is as it was. */
  #look(range: ReadRange): number {
    if (!this.#started) this.#begin(range);
    const {table, index} = range;
    const tree = index === 0 ? table.clustered : table.secondaries[index - 1].tree;
    const mem = this.#core.pool.memory;
    for (;;) {
      if (this.#session.task.interrupted) return INTERRUPTED;
      const {bytes, length} = this.#from;
      const base = descend(
        this.#core.pool,
        tree,
        0,
        bytes,
        this.#fromOpen ? 0 : length,
        this.#core.currentMode,
        this.#session.task,
      );
      if (base < 0) return base;
      if (index !== 0 || pageMaxStart(mem, base) >= this.#session.trx.view.low) {
        const looked = this.#lookAtPage(range, base);
        if (looked !== ROW) return looked;
      } else if (this.#endsIn(range, base)) return DONE;
      const high = copyHighKey(mem, base, this.#check, 0);
      if (high === INFINITE || this.#isBeyond(range, high)) return DONE;
      this.#from.set(this.#check, 0, high);
      this.#fromOpen = false;
      this.#fromInclusive = true;
    }
  }

  #begin({low, lowInclusive}: ReadRange): void {
    this.#started = true;
    this.#fromOpen = low === undefined;
    this.#fromInclusive = lowInclusive;
    this.#from.length = 0;
    if (low !== undefined) this.#from.set(low, 0, low.length);
  }

  /** Does the range end before the first key of the page's right neighbour? Looked at by the last record of a page that is passed over. */
  #endsIn(range: ReadRange, base: number): boolean {
    const count = slotCount(this.#core.pool.memory, base);
    return range.high !== undefined && count > 0 && this.#slotIsBeyond(range, base, count - 1);
  }

  #slotIsBeyond({high, highInclusive}: ReadRange, base: number, slot: number): boolean {
    return high !== undefined && slotIsBeyond(this.#core.pool.memory, base, slot, high, high.length, highInclusive);
  }

  /** The page's high key, which stands in #check, is above the range: the next page has nothing of it. */
  #isBeyond({high}: ReadRange, length: number): boolean {
    if (high === undefined) return false;
    const shared = Math.min(length, high.length);
    for (let i = 0; i < shared; i++) if (this.#check[i] !== high[i]) return this.#check[i] > high[i];
    return false;
  }

  /** ROW: nothing in the page stands against it, go on at the next. DONE: the range ended here. */
  #lookAtPage(range: ReadRange, base: number): number {
    const mem = this.#core.pool.memory;
    const count = slotCount(mem, base);
    const first = this.#fromOpen ? 0 : lowerSlot(mem, base, this.#from.bytes, this.#from.length, this.#fromInclusive);
    for (let slot = first; slot < count; slot++) {
      if (this.#slotIsBeyond(range, base, slot)) return DONE;
      if (this.#left-- === 0) {
        this.#session.task.wake();
        return this.#stopAt(base, slot);
      }
      const judged =
        range.index === 0 ? this.#judgeRow(recordAt(mem, base, slot)) : this.#judgeEntry(range, base, slot);
      if (judged === BLOCKED) return this.#stopAt(base, slot);
      if (judged !== ROW) return judged;
    }
    return ROW;
  }

  /** Goes on with this record at the next poll. */
  #stopAt(base: number, slot: number): number {
    this.#from.length = copyKey(this.#core.pool.memory, base, slot, this.#from.bytes, 0);
    this.#fromOpen = false;
    this.#fromInclusive = true;
    return BLOCKED;
  }

  /** ROW when the newest version is the one the view sees, or the transaction's own. */
  #judgeRow(record: number): number {
    const {versions, trx, task, locker} = this.#session;
    const state = versions.writerState(record, trx, task);
    if (state === BLOCKED || state === WRITER_SELF) return state === BLOCKED ? BLOCKED : ROW;
    if (state !== WRITER_ACTIVE && state <= trx.view.cts) return ROW;
    // Somebody who only locked the row has changed nothing yet; if he does, it is after this look.
    const isLock = (recordFlags(this.#core.pool.memory, record) & RecordFlag.lockOnly) !== 0;
    return isLock ? locker.changedBelowLocks(record) : CONFLICT;
  }

  /** A secondary entry, be it marked: its row decides. One without a row was dead before the view. */
  #judgeEntry({table}: ReadRange, base: number, slot: number): number {
    const mem = this.#core.pool.memory;
    const primary = primaryKeyLength(mem, recordAt(mem, base, slot));
    const length = copyKey(mem, base, slot, this.#check, 0);
    const key = this.#check.subarray(length - primary, length);
    const leaf = descend(this.#core.pool, table.clustered, 0, key, primary, this.#core.currentMode, this.#session.task);
    if (leaf < 0) return leaf;
    const at = findSlot(mem, leaf, key, primary);
    return at < 0 ? ROW : this.#judgeRow(recordAt(mem, leaf, at));
  }
}
