// Writing redo records.
//
// Each function writes one record at `at` of `redo` and returns its length, a multiple of 4. Records of changes to a page take number and
// back link from that page, which must be in the state the record will be applied to; the engine applies it at once with applyRedo.
// Room is the caller's affair: reserve by the bounds in bounds.ts. Nothing allocates.
//
// The last record of a mini-transaction is marked with markCpl when it is known to be the last.

import {BugError} from '../../base/assert.ts';
import {setU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {copyKeyBytes, copyMemory, samePrefixLength, sameSuffixLength} from '../page/bytes.ts';
import {Clustered, Internal, PAGE_HEADER, PAGE_TRAILER, type PageType, Secondary, SLOT_SIZE} from '../page/layout.ts';
import {
  heapTop,
  INFINITE,
  isTreeType,
  pageIncarnation,
  pageLlsn,
  pageNo,
  pageType,
  prefixLength,
  slotCount,
} from '../page/page.ts';
import {holdsRows, payloadAt, payloadLength, type RowStamp, recordAt, setRecordCts} from '../page/records.ts';
import {
  BytesAt,
  ChildAt,
  FormatAt,
  ImageAt,
  InsertAt,
  KEY_INFINITE,
  LinksAt,
  MarkAt,
  REDO_HEADER,
  RedoAt,
  RedoFlag,
  RedoType,
  RemoveAt,
  SplitLeftAt,
  StampAt,
  UpdateAt,
} from './layout.ts';

/** Writes a header with the given back link; flags are zero, the length is set by finish. */
export function putRedoHeader(
  redo: Memory,
  at: number,
  type: RedoType,
  number: number,
  llsn: number,
  backLlsn: number,
  backIncarnation: number,
): void {
  const {view} = redo;
  view.setUint32(at, type << 16, true);
  view.setUint32(at + RedoAt.pageNo, number, true);
  setU48(view, at + RedoAt.llsn, llsn);
  setU48(view, at + RedoAt.backLlsn, backLlsn);
  view.setUint32(at + RedoAt.backIncarnation, backIncarnation, true);
}

/** Header of a change to a page: number and back link are the page's. */
function putPageHeader(redo: Memory, at: number, type: RedoType, page: Memory, base: number, llsn: number): void {
  putRedoHeader(redo, at, type, pageNo(page, base), llsn, pageLlsn(page, base), pageIncarnation(page, base));
}

/** Pads the record of `length` bytes with zeros to a multiple of 4, writes its length and returns it. */
export function finishRedo(redo: Memory, at: number, length: number): number {
  const padded = (length + 3) & ~3;
  for (let i = length; i < padded; i++) redo.bytes[at + i] = 0;
  redo.view.setUint16(at + RedoAt.length, padded, true);
  return padded;
}

/** Marks the record at `at` as the last of its mini-transaction. */
export function markCpl(redo: Memory, at: number): void {
  redo.bytes[at + RedoAt.flags] |= RedoFlag.cpl;
}

/** Insert of a row into a clustered leaf. The key is whole; the page's prefix is stripped here. */
export function encodeInsertRow(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  stamp: RowStamp,
  key: Uint8Array,
  keyLength: number,
  payload: Memory,
  payloadFrom: number,
  rowLength: number,
): number {
  const prefix = prefixLength(page, base);
  const suffix = keyLength - prefix;
  const length = Clustered.header + suffix + rowLength;
  putInsert(redo, at, page, base, llsn, slot, suffix, stamp.startStamp);
  const {view} = redo;
  const record = at + InsertAt.record;
  view.setUint16(record, length, true);
  view.setUint16(record + Clustered.flags, stamp.flags, true);
  view.setUint32(record + Clustered.incarnation, stamp.incarnation, true);
  view.setUint32(record + Clustered.slot, stamp.slot, true);
  view.setUint32(record + Clustered.version, stamp.version, true);
  view.setFloat64(record + Clustered.cts, 0, true);
  view.setUint32(record + Clustered.undoPage, stamp.undoPage, true);
  view.setUint16(record + Clustered.undoAt, stamp.undoAt, true);
  view.setUint16(record + Clustered.keySuffixLength, suffix, true);
  copyKeyBytes(redo.bytes, record + Clustered.header, key, prefix, suffix);
  copyMemory(redo, record + Clustered.header + suffix, payload, payloadFrom, rowLength);
  return finishRedo(redo, at, InsertAt.record + length);
}

/** Insert of an entry into a secondary leaf. `key` is whole and ends with the primary key. */
export function encodeInsertEntry(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  startStamp: number,
  flags: number,
  key: Uint8Array,
  keyLength: number,
  primaryKeyLength: number,
): number {
  const prefix = prefixLength(page, base);
  const suffix = keyLength - prefix;
  putInsert(redo, at, page, base, llsn, slot, suffix, startStamp);
  const {view} = redo;
  const record = at + InsertAt.record;
  view.setUint16(record, Secondary.header + suffix, true);
  view.setUint16(record + Secondary.flags, flags, true);
  view.setUint16(record + Secondary.primaryKeyLength, primaryKeyLength, true);
  view.setUint16(record + Secondary.keySuffixLength, suffix, true);
  copyKeyBytes(redo.bytes, record + Secondary.header, key, prefix, suffix);
  return finishRedo(redo, at, InsertAt.record + Secondary.header + suffix);
}

/** Insert of a downlink into an internal page. */
export function encodeInsertChild(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  key: Uint8Array,
  keyLength: number,
  child: number,
): number {
  const prefix = prefixLength(page, base);
  const suffix = keyLength - prefix;
  putInsert(redo, at, page, base, llsn, slot, suffix, 0);
  const {view} = redo;
  const record = at + InsertAt.record;
  view.setUint32(record, Internal.header + suffix, true);
  view.setUint32(record + Internal.child, child, true);
  view.setUint16(record + Internal.keySuffixLength, suffix, true);
  copyKeyBytes(redo.bytes, record + Internal.header, key, prefix, suffix);
  return finishRedo(redo, at, InsertAt.record + Internal.header + suffix);
}

function putInsert(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  suffix: number,
  startStamp: number,
): void {
  if (suffix < 0) throw new BugError('the key does not begin with the prefix of its page');
  putPageHeader(redo, at, RedoType.insert, page, base, llsn);
  redo.view.setUint16(at + InsertAt.slot, slot, true);
  redo.view.setUint16(at + InsertAt.keySuffixLength, suffix, true);
  setU48(redo.view, at + InsertAt.startStamp, startStamp);
}

/** Removal of a record of any kind, for good. */
export function encodeRemove(redo: Memory, at: number, page: Memory, base: number, llsn: number, slot: number): number {
  putPageHeader(redo, at, RedoType.remove, page, base, llsn);
  redo.view.setUint16(at + RemoveAt.slot, slot, true);
  return finishRedo(redo, at, RemoveAt.end);
}

/** New header and payload for the row of `slot`; only what differs from the present payload is written. */
export function encodeUpdate(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  stamp: RowStamp,
  payload: Memory,
  payloadFrom: number,
  rowLength: number,
): number {
  const record = recordAt(page, base, slot);
  const oldAt = payloadAt(page, record);
  const oldLength = payloadLength(page, record);
  const shorter = Math.min(oldLength, rowLength);
  const prefix = samePrefixLength(page, oldAt, payload, payloadFrom, shorter);
  const suffix = sameSuffixLength(page, oldAt + oldLength, payload, payloadFrom + rowLength, shorter - prefix);
  putStamp(redo, at, RedoType.update, page, base, llsn, slot, stamp);
  redo.view.setUint16(at + UpdateAt.newPayloadLength, rowLength, true);
  redo.view.setUint16(at + UpdateAt.samePrefix, prefix, true);
  redo.view.setUint16(at + UpdateAt.sameSuffix, suffix, true);
  copyMemory(redo, at + UpdateAt.middle, payload, payloadFrom + prefix, rowLength - prefix - suffix);
  return finishRedo(redo, at, UpdateAt.middle + rowLength - prefix - suffix);
}

/** New header for the row of `slot`: lock, delete mark, or the rollback of these. */
export function encodeHeader(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  stamp: RowStamp,
): number {
  putStamp(redo, at, RedoType.header, page, base, llsn, slot, stamp);
  return finishRedo(redo, at, StampAt.end);
}

function putStamp(
  redo: Memory,
  at: number,
  type: RedoType,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  stamp: RowStamp,
): void {
  putPageHeader(redo, at, type, page, base, llsn);
  const {view} = redo;
  view.setUint16(at + StampAt.slot, slot, true);
  setU48(view, at + StampAt.startStamp, stamp.startStamp);
  view.setUint16(at + StampAt.flags, stamp.flags, true);
  view.setUint32(at + StampAt.incarnation, stamp.incarnation, true);
  view.setUint32(at + StampAt.trxSlot, stamp.slot, true);
  view.setUint32(at + StampAt.version, stamp.version, true);
  view.setUint32(at + StampAt.undoPage, stamp.undoPage, true);
  view.setUint16(at + StampAt.undoAt, stamp.undoAt, true);
}

/** New flags for a secondary entry. */
export function encodeMark(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  startStamp: number,
  flags: number,
): number {
  putPageHeader(redo, at, RedoType.mark, page, base, llsn);
  redo.view.setUint16(at + MarkAt.slot, slot, true);
  setU48(redo.view, at + MarkAt.startStamp, startStamp);
  redo.bytes[at + MarkAt.flags] = flags;
  return finishRedo(redo, at, MarkAt.end);
}

/** Left half of a split: the page keeps its first `keepSlots` records, `high` becomes its high key, `right` its right sibling. */
export function encodeSplitLeft(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  keepSlots: number,
  right: number,
  high: Uint8Array,
  highLength: number,
): number {
  putPageHeader(redo, at, RedoType.splitLeft, page, base, llsn);
  redo.view.setUint16(at + SplitLeftAt.keepSlots, keepSlots, true);
  redo.view.setUint32(at + SplitLeftAt.right, right, true);
  redo.view.setUint16(at + SplitLeftAt.highLength, highLength, true);
  copyKeyBytes(redo.bytes, at + SplitLeftAt.high, high, 0, highLength);
  return finishRedo(redo, at, SplitLeftAt.high + highLength);
}

/** New flags (PageFlag) and right link. */
export function encodeLinks(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  flags: number,
  right: number,
): number {
  putPageHeader(redo, at, RedoType.links, page, base, llsn);
  redo.view.setUint16(at + LinksAt.flags, flags, true);
  redo.view.setUint32(at + LinksAt.right, right, true);
  return finishRedo(redo, at, LinksAt.end);
}

/** Appends an undo record to an undo page, at its fill mark. */
export function encodeUndoAppend(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  undo: Memory,
  undoAt: number,
  undoLength: number,
): number {
  putPageHeader(redo, at, RedoType.undoAppend, page, base, llsn);
  return putBytes(redo, at, heapTop(page, base), undo, undoAt, undoLength);
}

/** Plain bytes at offset `target` (behind the header) of a page that is no tree page. */
export function encodeBytes(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  target: number,
  source: Memory,
  sourceAt: number,
  length: number,
): number {
  putPageHeader(redo, at, RedoType.bytes, page, base, llsn);
  return putBytes(redo, at, target, source, sourceAt, length);
}

function putBytes(redo: Memory, at: number, target: number, source: Memory, sourceAt: number, length: number): number {
  redo.view.setUint16(at + BytesAt.at, target, true);
  redo.view.setUint16(at + BytesAt.length, length, true);
  copyMemory(redo, at + BytesAt.bytes, source, sourceAt, length);
  return finishRedo(redo, at, BytesAt.bytes + length);
}

/** New child for the internal record of `slot`. */
export function encodeChild(
  redo: Memory,
  at: number,
  page: Memory,
  base: number,
  llsn: number,
  slot: number,
  child: number,
): number {
  putPageHeader(redo, at, RedoType.child, page, base, llsn);
  redo.view.setUint16(at + ChildAt.slot, slot, true);
  redo.view.setUint32(at + ChildAt.child, child, true);
  return finishRedo(redo, at, ChildAt.end);
}

/** The page becomes free. */
export function encodeFree(redo: Memory, at: number, page: Memory, base: number, llsn: number): number {
  putPageHeader(redo, at, RedoType.free, page, base, llsn);
  return finishRedo(redo, at, REDO_HEADER);
}

/**
 * An empty page. A chain root: applied whatever is there. The back link names the page's last version if it had a life before (K11), else 0, 0;
 * `llsn` must be above it. Key lengths may be INFINITE.
 */
export function encodeFormat(
  redo: Memory,
  at: number,
  number: number,
  llsn: number,
  backLlsn: number,
  backIncarnation: number,
  type: PageType,
  level: number,
  treeId: number,
  right: number,
  low: Uint8Array,
  lowLength: number,
  high: Uint8Array,
  highLength: number,
): number {
  putRedoHeader(redo, at, RedoType.format, number, llsn, backLlsn, backIncarnation);
  redo.view.setUint16(at + FormatAt.type, type, true);
  redo.view.setUint16(at + FormatAt.level, level, true);
  redo.view.setUint32(at + FormatAt.treeId, treeId, true);
  redo.view.setUint32(at + FormatAt.right, right, true);
  const highAt = putKey(redo, at + FormatAt.keys, low, lowLength);
  const end = putKey(redo, highAt, high, highLength);
  return finishRedo(redo, at, end - at);
}

/** Writes length and bytes of a boundary key; returns the position behind. */
function putKey(redo: Memory, at: number, key: Uint8Array, length: number): number {
  redo.view.setUint16(at, length === INFINITE ? KEY_INFINITE : length, true);
  if (length === INFINITE) return at + 2;
  copyKeyBytes(redo.bytes, at + 2, key, 0, length);
  return at + 2 + length;
}

/**
 * A whole page, as it stands in `image` (see page/image.ts), under the number given. A chain root like format. CTS hints are cleared on the way:
 * they are never logged (S11).
 */
export function encodeImage(
  redo: Memory,
  at: number,
  number: number,
  llsn: number,
  backLlsn: number,
  backIncarnation: number,
  image: Memory,
  imageBase: number,
  pageSize: number,
): number {
  putRedoHeader(redo, at, RedoType.image, number, llsn, backLlsn, backIncarnation);
  const tree = isTreeType(pageType(image, imageBase));
  const top = heapTop(image, imageBase);
  const headLength = tree ? PAGE_HEADER + slotCount(image, imageBase) * SLOT_SIZE : top;
  const heapLength = tree ? pageSize - PAGE_TRAILER - top : 0;
  redo.view.setUint16(at + ImageAt.headLength, headLength, true);
  redo.view.setUint16(at + ImageAt.heapLength, heapLength, true);
  copyMemory(redo, at + ImageAt.bytes, image, imageBase, headLength);
  const heapAt = at + ImageAt.bytes + headLength;
  copyMemory(redo, heapAt, image, imageBase + top, heapLength);
  if (holdsRows(image, imageBase)) clearHints(redo, heapAt - top, image, imageBase);
  return finishRedo(redo, at, ImageAt.bytes + headLength + heapLength);
}

/** Clears the CTS of the rows of `image` in a copy of its heap, whose offsets count from `pageAt` of `redo`. */
function clearHints(redo: Memory, pageAt: number, image: Memory, imageBase: number): void {
  const count = slotCount(image, imageBase);
  for (let slot = 0; slot < count; slot++) {
    setRecordCts(redo, pageAt + recordAt(image, imageBase, slot) - imageBase, 0);
  }
}
