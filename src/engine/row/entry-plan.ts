// What one row change does to the secondary indexes: which entries go, which come, and how that is written into the change's undo record.
//
// Entries that do not fit the undo record go into records of type moreEntries, written before it in mini-transactions of their own. The change's record then
// carries the flag HAS_MORE, its predecessor is the last of them, and each of them names the one before it (see txn/undo-entries.ts).

import type {Memory} from '../../format/memory.ts';
import {addUndoEntry, beginUndo, endUndo, type UndoHead, undoEntryLength} from '../../format/undo/encode.ts';
import {EntryOp, UNDO_HEADER, UndoAt, UndoType} from '../../format/undo/layout.ts';
import type {TableHandle} from '../api.ts';
import {KeyBuffer} from '../btree/key-buffer.ts';
import {HAS_MORE} from '../txn/undo-entries.ts';

/** What a change does to one secondary index. */
export class EntryChange {
  readonly oldKey = new KeyBuffer();
  readonly newKey = new KeyBuffer();
  removes = false;
  adds = false;
  /** Length of the index parts of the new key; the rest is the primary key. */
  indexLength = 0;
  /** The new key is checked against other rows. */
  unique = false;
  added = false;
  marked = false;
}

const NO_KEY = new Uint8Array(0);

export class EntryPlan {
  readonly #changes: EntryChange[] = [];
  /** Primary key of the row. */
  readonly #primary: KeyBuffer;
  /** Indexes whose entries are written already into records of type moreEntries. */
  #spilled = 0;
  /** Last of those records; page 0 = none. */
  #morePage = 0;
  #moreAt = 0;

  constructor(primary: KeyBuffer) {
    this.#primary = primary;
  }

  change(i: number): EntryChange {
    return this.#changes[i];
  }

  #reset(i: number): EntryChange {
    while (this.#changes.length <= i) this.#changes.push(new EntryChange());
    const change = this.#changes[i];
    change.removes = false;
    change.adds = false;
    change.unique = false;
    change.added = false;
    change.marked = false;
    return change;
  }

  /** Whole entry key of index `i` for a row: index parts, then the primary key. Length of the index parts, or -1 when it is too long. */
  #entryKey(table: TableHandle, i: number, memory: Memory, rowAt: number, rowLength: number, into: KeyBuffer): number {
    const end = table.secondaries[i].key.extract(memory, rowAt, rowLength, into.bytes, 0);
    const primary = this.#primary;
    if (end < 0 || end + primary.length > into.bytes.length) return -1;
    for (let k = 0; k < primary.length; k++) into.bytes[end + k] = primary.bytes[k];
    into.length = end + primary.length;
    return end;
  }

  /** False: a key is too long. */
  insert(table: TableHandle, memory: Memory, rowAt: number, rowLength: number): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#reset(i);
      change.adds = true;
      change.indexLength = this.#entryKey(table, i, memory, rowAt, rowLength, change.newKey);
      if (change.indexLength < 0) return false;
      const index = table.secondaries[i];
      change.unique = index.unique && !index.key.hasNull;
    }
    return true;
  }

  /** Which indexes an update changes: entries are compared as bytes. */
  update(
    table: TableHandle,
    old: Memory,
    oldAt: number,
    oldLength: number,
    memory: Memory,
    rowAt: number,
    rowLength: number,
  ): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#reset(i);
      if (this.#entryKey(table, i, old, oldAt, oldLength, change.oldKey) < 0) return false;
      change.indexLength = this.#entryKey(table, i, memory, rowAt, rowLength, change.newKey);
      if (change.indexLength < 0) return false;
      if (change.oldKey.equals(change.newKey.bytes, change.newKey.length)) continue;
      change.removes = true;
      change.adds = true;
      const index = table.secondaries[i];
      change.unique = index.unique && !index.key.hasNull;
    }
    return true;
  }

  remove(table: TableHandle, old: Memory, oldAt: number, oldLength: number): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      const change = this.#reset(i);
      if (this.#entryKey(table, i, old, oldAt, oldLength, change.oldKey) < 0) return false;
      change.removes = true;
    }
    return true;
  }

  /** True when some entry comes or goes. */
  changesEntries(table: TableHandle): boolean {
    for (let i = 0; i < table.secondaries.length; i++) {
      if (this.#changes[i].removes || this.#changes[i].adds) return true;
    }
    return false;
  }

  /** Bytes that the entries not spilled take in an undo record. */
  bytes(table: TableHandle): number {
    let bytes = 0;
    for (let i = this.#spilled; i < table.secondaries.length; i++) bytes += this.#bytesOf(i);
    return bytes;
  }

  #bytesOf(i: number): number {
    const change = this.#changes[i];
    let bytes = 0;
    if (change.removes) bytes += undoEntryLength(change.oldKey.length);
    if (change.adds) bytes += undoEntryLength(change.newKey.length);
    return bytes;
  }

  /** Begins anew: nothing is spilled. */
  startSpill(): void {
    this.#spilled = 0;
    this.#morePage = 0;
    this.#moreAt = 0;
  }

  get hasSpilled(): boolean {
    return this.#spilled > 0;
  }

  /** True when the last record spilled stands at this position. */
  isSpilledAt(page: number, at: number): boolean {
    return this.#morePage === page && this.#moreAt === at;
  }

  /** Builds the next moreEntries record in `undo`, of at most `max` bytes; its length. Call `spilledTo` when it has been appended. */
  spill(table: TableHandle, undo: Memory, head: UndoHead, max: number): number {
    let end = beginUndo(undo, 0, UndoType.moreEntries, head, NO_KEY, 0);
    undo.view.setUint32(UndoAt.oldUndoPage, this.#morePage, true);
    undo.view.setUint16(UndoAt.oldUndoAt, this.#moreAt, true);
    while (this.#spilled < table.secondaries.length && end + this.#bytesOf(this.#spilled) <= max) {
      end = this.#put(table, undo, this.#spilled, end);
      this.#spilled++;
    }
    return endUndo(undo, 0, end);
  }

  spilledTo(page: number, at: number): void {
    this.#morePage = page;
    this.#moreAt = at;
  }

  /** Bytes of the next moreEntries record, of at most `max`; 0 when a single index does not fit one. */
  spillBytes(table: TableHandle, max: number): number {
    let bytes = UNDO_HEADER;
    for (let i = this.#spilled; i < table.secondaries.length && bytes + this.#bytesOf(i) <= max; i++)
      bytes += this.#bytesOf(i);
    return bytes === UNDO_HEADER ? 0 : bytes;
  }

  /** Adds the entries that are not spilled to the change's own undo record, which ends at `end`; returns its new end. */
  put(table: TableHandle, undo: Memory, end: number): number {
    if (this.#spilled > 0) undo.bytes[UndoAt.oldFlags] |= HAS_MORE;
    let at = end;
    for (let i = this.#spilled; i < table.secondaries.length; i++) at = this.#put(table, undo, i, at);
    return at;
  }

  #put(table: TableHandle, undo: Memory, i: number, end: number): number {
    const {tree, build} = table.secondaries[i];
    const {treeId, rootPage} = tree;
    const {removes, adds, oldKey, newKey} = this.#changes[i];
    const primary = this.#primary.length;
    let at = end;
    if (removes) {
      const op = build === undefined ? EntryOp.removed : EntryOp.removedUnbuilt;
      at = addUndoEntry(undo, 0, at, op, treeId, rootPage, oldKey.bytes, oldKey.length, primary);
    }
    if (adds) at = addUndoEntry(undo, 0, at, EntryOp.added, treeId, rootPage, newKey.bytes, newKey.length, primary);
    return at;
  }
}
