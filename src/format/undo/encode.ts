// Writing undo records.
//
// A record is built in a scratch memory, in this order, and then appended to an undo page by redo type undoAppend:
//
//   end = beginUndo(..)            header and key
//   setOldRow(..)                  the row version before, taken from its record in the page
//   end = addUndoEntry(.., end)    once per secondary entry added or removed
//   length = endUndo(.., end)      or endUndoWithRow: the old payload as a difference against the new one
//
// `end` is the position behind what is written so far. Nothing allocates; room is the caller's affair (undoLengthMax).

import {setU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {copyKeyBytes, copyMemory, samePrefixLength, sameSuffixLength} from '../page/bytes.ts';
import {PAGE_HEADER, PAGE_TRAILER, PageFlag} from '../page/layout.ts';
import {heapTop, pageFlags} from '../page/page.ts';
import {
  recordCts,
  recordFlags,
  rollAt,
  rollPage,
  writerIncarnation,
  writerSlot,
  writerVersion,
} from '../page/records.ts';
import {ENTRY_HEADER, EntryAt, UNDO_HEADER, UndoAt, UndoType} from './layout.ts';

/** Who writes the record, and where its row lives. One object per session, kept up to date. */
export class UndoHead {
  /** g_trx_id of the transaction. */
  incarnation = 0;
  slot = 0;
  version = 0;
  /** Undo record before this one of the same transaction; page 0 = this is the first. */
  previousPage = 0;
  previousAt = 0;
  /** Clustered tree of the row. */
  treeId = 0;
  rootPage = 0;
  tableId = 0;
}

/** Begins a record: header, and the row's whole primary key. Old version, entries and payload are zero until set. */
export function beginUndo(
  undo: Memory,
  at: number,
  type: UndoType,
  head: UndoHead,
  key: Uint8Array,
  keyLength: number,
): number {
  const {view} = undo;
  undo.bytes.fill(0, at, at + UNDO_HEADER);
  undo.bytes[at + UndoAt.type] = type;
  view.setUint32(at + UndoAt.incarnation, head.incarnation, true);
  view.setUint32(at + UndoAt.slot, head.slot, true);
  view.setUint32(at + UndoAt.version, head.version, true);
  view.setUint32(at + UndoAt.previousPage, head.previousPage, true);
  view.setUint16(at + UndoAt.previousAt, head.previousAt, true);
  view.setUint32(at + UndoAt.treeId, head.treeId, true);
  view.setUint32(at + UndoAt.rootPage, head.rootPage, true);
  view.setUint32(at + UndoAt.tableId, head.tableId, true);
  view.setUint16(at + UndoAt.keyLength, keyLength, true);
  copyKeyBytes(undo.bytes, at + UNDO_HEADER, key, 0, keyLength);
  return at + UNDO_HEADER + keyLength;
}

/** Notes header and roll pointer of the row version that is being replaced, from its clustered record in `page`. */
export function setOldRow(undo: Memory, at: number, page: Memory, record: number): void {
  const {view} = undo;
  undo.bytes[at + UndoAt.oldFlags] = recordFlags(page, record);
  view.setUint32(at + UndoAt.oldIncarnation, writerIncarnation(page, record), true);
  view.setUint32(at + UndoAt.oldSlot, writerSlot(page, record), true);
  view.setUint32(at + UndoAt.oldVersion, writerVersion(page, record), true);
  view.setUint32(at + UndoAt.oldUndoPage, rollPage(page, record), true);
  view.setUint16(at + UndoAt.oldUndoAt, rollAt(page, record), true);
  setU48(view, at + UndoAt.oldCts, recordCts(page, record));
}

/** Adds a secondary entry that the change added or removed (EntryOp). `key` is whole and ends with the primary key. Returns the new end. */
export function addUndoEntry(
  undo: Memory,
  at: number,
  end: number,
  op: number,
  treeId: number,
  rootPage: number,
  key: Uint8Array,
  keyLength: number,
  primaryKeyLength: number,
): number {
  const {view} = undo;
  view.setUint16(end, op, true);
  view.setUint32(end + EntryAt.treeId, treeId, true);
  view.setUint32(end + EntryAt.rootPage, rootPage, true);
  view.setUint16(end + EntryAt.keyLength, keyLength, true);
  view.setUint16(end + EntryAt.primaryKeyLength, primaryKeyLength, true);
  copyKeyBytes(undo.bytes, end + ENTRY_HEADER, key, 0, keyLength);
  const count = view.getUint16(at + UndoAt.entryCount, true);
  view.setUint16(at + UndoAt.entryCount, count + 1, true);
  return end + ENTRY_HEADER + keyLength;
}

/** Completes a record without a payload (insert, moreEntries); returns its length. */
export function endUndo(undo: Memory, at: number, end: number): number {
  undo.view.setUint16(at + UndoAt.length, end - at, true);
  return end - at;
}

/**
 * Completes a record with the old payload as a difference against the newer version's; returns its length. For deleteMark and lock, which
 * leave the payload alone, old and newer are the same bytes, and nothing but lengths is written.
 */
export function endUndoWithRow(
  undo: Memory,
  at: number,
  end: number,
  old: Memory,
  oldAt: number,
  oldLength: number,
  newer: Memory,
  newerAt: number,
  newerLength: number,
): number {
  const limit = Math.min(oldLength, newerLength);
  const prefix = samePrefixLength(old, oldAt, newer, newerAt, limit);
  const suffix = sameSuffixLength(old, oldAt + oldLength, newer, newerAt + newerLength, limit - prefix);
  undo.view.setUint16(at + UndoAt.oldPayloadLength, oldLength, true);
  undo.view.setUint16(at + UndoAt.samePrefix, prefix, true);
  undo.view.setUint16(at + UndoAt.sameSuffix, suffix, true);
  const middle = oldLength - prefix - suffix;
  copyMemory(undo, end, old, oldAt + prefix, middle);
  return endUndo(undo, at, end + middle);
}

/** A record of type `pages`: the overflow pages that the transaction allocated before it wrote the row that names them. Returns its length. */
export function writeUndoPages(undo: Memory, at: number, head: UndoHead, pages: readonly number[]): number {
  let end = beginUndo(undo, at, UndoType.pages, head, EMPTY, 0);
  for (const page of pages) {
    undo.view.setUint32(end, page, true);
    end += 4;
  }
  undo.view.setUint16(at + UndoAt.entryCount, pages.length, true);
  return endUndo(undo, at, end);
}

const EMPTY = new Uint8Array(0);

/** Upper bound of a record's length. `entryBytes` is the sum of undoEntryLength over its entries. */
export function undoLengthMax(keyLength: number, entryBytes: number, oldPayloadLength: number): number {
  return UNDO_HEADER + keyLength + entryBytes + oldPayloadLength;
}

/** Bytes that a secondary entry with this key takes. */
export function undoEntryLength(keyLength: number): number {
  return ENTRY_HEADER + keyLength;
}

/** The longest undo record that a page of this size can hold. */
export function undoRecordMax(pageSize: number): number {
  return pageSize - PAGE_HEADER - PAGE_TRAILER;
}

/** True when the undo page is open and has room for a record of this length. The record will stand at heapTop(mem, base), the fill mark. */
export function undoFits(mem: Memory, base: number, pageSize: number, length: number): boolean {
  if ((pageFlags(mem, base) & PageFlag.sealed) !== 0) return false;
  return heapTop(mem, base) + length <= pageSize - PAGE_TRAILER;
}
