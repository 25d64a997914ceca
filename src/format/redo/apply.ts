// applyRedo: the one function that changes pages. The engine on its own copy, the log applicator, recovery and `pando dump` all call it.
//
// The rule of the chain (I4): a record is applied to exactly the page version it was made for, named by its back link (LLSN, incarnation).
// Chain roots (format, image) replace the whole page and ask only that its LLSN does not go backwards.
//
// Total: everything that could fail is checked before the first byte changes. A record that does not fit - wrong page, wrong version,
// wrong page type, slot out of range, no room, lengths that contradict each other - throws CorruptionError and leaves the page as it was.
//
// Page-local: no record reads a second page (G13). CTS hints are never read (S11): insert, update and header leave CSN_INIT behind,
// everything else moves the hint along with its record.

import {getU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../memory.ts';
import {copyMemory, keyHead} from '../page/bytes.ts';
import {
  bytesAfterRebuild,
  cutRight,
  fitsInsert,
  fitsPage,
  fitsReplace,
  insertRecord,
  removeRecord,
  replacePayload,
} from '../page/edit.ts';
import {
  At,
  Clustered,
  Internal,
  PAGE_HEADER,
  PAGE_MAGIC,
  PAGE_TRAILER,
  PAGE_VERSION,
  PageFlag,
  PageType,
  Secondary,
  SLOT_SIZE,
} from '../page/layout.ts';
import {
  formatPage,
  heapTop,
  INFINITE,
  isTreeType,
  lowKeyAt,
  lowKeyLength,
  pageIncarnation,
  pageLlsn,
  pageNo,
  pageType,
  raiseMaxStart,
  setIdentity,
  slotCount,
  usableBytes,
} from '../page/page.ts';
import {keyOffset, payloadLength, recordAt, setRecordCts} from '../page/records.ts';
import {compareSlotKey} from '../page/search.ts';
import {
  BytesAt,
  ChildAt,
  FormatAt,
  ImageAt,
  InsertAt,
  KEY_INFINITE,
  LinksAt,
  MarkAt,
  RedoType,
  RemoveAt,
  SplitLeftAt,
  StampAt,
  UpdateAt,
} from './layout.ts';
import {backIncarnation, backLlsn, redoFault, redoLength, redoLlsn, redoPageNo, redoType} from './read.ts';

/**
 * Applies the redo record at `at` of `redo` to the page at `base`. `incarnation` is the writer: that of the record's stream.
 * The record's bytes must not lie inside the page. Throws CorruptionError, with the page unchanged, when the record does not fit it.
 */
export function applyRedo(
  page: Memory,
  base: number,
  pageSize: number,
  redo: Memory,
  at: number,
  incarnation: number,
): void {
  const type = redoType(redo, at);
  if (redo.size - at < redoLength(redo, at)) refuse(redo, at, 'record is cut off');
  if (type === RedoType.format || type === RedoType.image) checkRoot(page, base, redo, at);
  else checkLink(page, base, redo, at);
  applyChange(page, base, pageSize, redo, at, type);
  setIdentity(page, base, pageSize, redoLlsn(redo, at), incarnation);
}

/** The page must be the version that the record was made for. */
function checkLink(page: Memory, base: number, redo: Memory, at: number): void {
  const llsn = pageLlsn(page, base);
  if (
    pageNo(page, base) !== redoPageNo(redo, at) ||
    llsn !== backLlsn(redo, at) ||
    pageIncarnation(page, base) !== backIncarnation(redo, at) ||
    llsn >= redoLlsn(redo, at) ||
    page.view.getUint16(base + At.magic, true) !== PAGE_MAGIC
  ) {
    refuseLink(page, base, redo, at);
  }
}

/** The place may hold anything but a newer version of the same page. */
function checkRoot(page: Memory, base: number, redo: Memory, at: number): void {
  const same = page.view.getUint16(base + At.magic, true) === PAGE_MAGIC && pageNo(page, base) === redoPageNo(redo, at);
  if (same && pageLlsn(page, base) >= redoLlsn(redo, at)) refuseLink(page, base, redo, at);
}

function applyChange(page: Memory, base: number, pageSize: number, redo: Memory, at: number, type: RedoType): void {
  switch (type) {
    case RedoType.insert:
      applyInsert(page, base, pageSize, redo, at);
      break;
    case RedoType.update:
      applyUpdate(page, base, pageSize, redo, at);
      break;
    case RedoType.undoAppend:
      applyUndoAppend(page, base, pageSize, redo, at);
      break;
    case RedoType.header:
      applyHeader(page, base, redo, at);
      break;
    case RedoType.mark:
      applyMark(page, base, redo, at);
      break;
    case RedoType.remove:
      applyRemove(page, base, redo, at);
      break;
    case RedoType.splitLeft:
      applySplitLeft(page, base, pageSize, redo, at);
      break;
    case RedoType.links:
      applyLinks(page, base, redo, at);
      break;
    case RedoType.bytes:
      applyBytes(page, base, pageSize, redo, at);
      break;
    case RedoType.child:
      applyChild(page, base, redo, at);
      break;
    case RedoType.free:
      applyFree(page, base);
      break;
    case RedoType.format:
      applyFormat(page, base, pageSize, redo, at);
      break;
    case RedoType.image:
      applyImage(page, base, pageSize, redo, at);
      break;
    default:
      refuse(redo, at, `type ${type} is no page change`);
  }
}

function applyInsert(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  const {view} = redo;
  const slot = view.getUint16(at + InsertAt.slot, true);
  const suffix = view.getUint16(at + InsertAt.keySuffixLength, true);
  const record = at + InsertAt.record;
  const offset = keyOffset(page, base);
  if (offset === 0) refuse(redo, at, 'the page holds no records');
  needLength(redo, at, InsertAt.record + offset);
  const length = view.getUint16(record, true);
  needLength(redo, at, InsertAt.record + length);
  if (length < offset + suffix || view.getUint16(record + offset - 2, true) !== suffix) {
    refuse(redo, at, `key of ${suffix} bytes in a record of ${length}`);
  }
  const count = slotCount(page, base);
  if (slot > count) refuse(redo, at, `slot ${slot} of ${count}`);
  if (!headFits(page, base, slot, count, keyHead(redo.bytes, record + offset, suffix))) {
    refuse(redo, at, `key out of order at slot ${slot}`);
  }
  if (!fitsInsert(page, base, length)) refuse(redo, at, `no room for ${length} bytes`);
  insertRecord(page, base, pageSize, slot, redo, record, length, suffix);
  if (offset === Clustered.header) setRecordCts(page, recordAt(page, base, slot), 0);
  raiseMaxStart(page, base, getU48(view, at + InsertAt.startStamp));
}

/** True when a key with this head may stand at `slot`: a cheap look at the neighbours; checkPage compares whole keys. */
function headFits(page: Memory, base: number, slot: number, count: number, head: number): boolean {
  const at = ((base + PAGE_HEADER) >>> 2) + (slot << 1);
  if (slot > 0 && page.ints[at - 2] > head) return false;
  return slot === count || page.ints[at] >= head;
}

function applyRemove(page: Memory, base: number, redo: Memory, at: number): void {
  needLength(redo, at, RemoveAt.end);
  const slot = redo.view.getUint16(at + RemoveAt.slot, true);
  needSlot(page, base, redo, at, slot);
  removeRecord(page, base, slot);
}

function applyUpdate(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  needLength(redo, at, UpdateAt.middle);
  const {view} = redo;
  const slot = view.getUint16(at + StampAt.slot, true);
  needRow(page, base, redo, at, slot);
  const length = view.getUint16(at + UpdateAt.newPayloadLength, true);
  const prefix = view.getUint16(at + UpdateAt.samePrefix, true);
  const suffix = view.getUint16(at + UpdateAt.sameSuffix, true);
  const oldLength = payloadLength(page, recordAt(page, base, slot));
  if (prefix + suffix > length || prefix + suffix > oldLength) {
    refuse(redo, at, `payload of ${length} bytes keeps ${prefix}+${suffix} of ${oldLength}`);
  }
  needLength(redo, at, UpdateAt.middle + length - prefix - suffix);
  if (!fitsReplace(page, base, slot, length)) refuse(redo, at, `no room for a payload of ${length} bytes`);
  replacePayload(page, base, pageSize, slot, length, prefix, suffix, redo, at + UpdateAt.middle);
  stampRow(page, base, redo, at, slot);
}

function applyHeader(page: Memory, base: number, redo: Memory, at: number): void {
  needLength(redo, at, StampAt.end);
  const slot = redo.view.getUint16(at + StampAt.slot, true);
  needRow(page, base, redo, at, slot);
  stampRow(page, base, redo, at, slot);
}

/** Gives the row its new header; the CTS of the new writer is not known. */
function stampRow(page: Memory, base: number, redo: Memory, at: number, slot: number): void {
  const from = redo.view;
  const to = page.view;
  const record = recordAt(page, base, slot);
  page.bytes[record + Clustered.flags] = redo.bytes[at + StampAt.flags];
  to.setUint32(record + Clustered.incarnation, from.getUint32(at + StampAt.incarnation, true), true);
  to.setUint32(record + Clustered.slot, from.getUint32(at + StampAt.trxSlot, true), true);
  to.setUint32(record + Clustered.version, from.getUint32(at + StampAt.version, true), true);
  to.setFloat64(record + Clustered.cts, 0, true);
  to.setUint32(record + Clustered.undoPage, from.getUint32(at + StampAt.undoPage, true), true);
  to.setUint16(record + Clustered.undoAt, from.getUint16(at + StampAt.undoAt, true), true);
  raiseMaxStart(page, base, getU48(from, at + StampAt.startStamp));
}

function applyMark(page: Memory, base: number, redo: Memory, at: number): void {
  needLength(redo, at, MarkAt.end);
  const slot = redo.view.getUint16(at + MarkAt.slot, true);
  if (pageType(page, base) !== PageType.secondaryLeaf) refuse(redo, at, 'the page holds no secondary entries');
  needSlot(page, base, redo, at, slot);
  page.bytes[recordAt(page, base, slot) + Secondary.flags] = redo.bytes[at + MarkAt.flags];
  raiseMaxStart(page, base, getU48(redo.view, at + MarkAt.startStamp));
}

function applyChild(page: Memory, base: number, redo: Memory, at: number): void {
  needLength(redo, at, ChildAt.end);
  const slot = redo.view.getUint16(at + ChildAt.slot, true);
  if (pageType(page, base) !== PageType.internal) refuse(redo, at, 'the page has no children');
  needSlot(page, base, redo, at, slot);
  const child = redo.view.getUint32(at + ChildAt.child, true);
  page.view.setUint32(recordAt(page, base, slot) + Internal.child, child, true);
}

function applySplitLeft(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  needLength(redo, at, SplitLeftAt.high);
  const keep = redo.view.getUint16(at + SplitLeftAt.keepSlots, true);
  const highLength = redo.view.getUint16(at + SplitLeftAt.highLength, true);
  const highAt = at + SplitLeftAt.high;
  needLength(redo, at, SplitLeftAt.high + highLength);
  if (!isTreeType(pageType(page, base))) refuse(redo, at, 'only tree pages are split');
  if (keep > slotCount(page, base)) refuse(redo, at, `keeps ${keep} slots of ${slotCount(page, base)}`);
  const high = redo.bytes.subarray(highAt, highAt + highLength);
  if (keep > 0 && compareSlotKey(page, base, keep - 1, high, highLength) >= 0) {
    refuse(redo, at, 'keeps keys that are not below the new high key');
  }
  const bytes = bytesAfterRebuild(
    page,
    base,
    0,
    keep,
    page.bytes,
    lowKeyAt(page, base),
    lowKeyLength(page, base),
    high,
    0,
    highLength,
  );
  if (!fitsPage(bytes, pageSize)) refuse(redo, at, `left half needs ${bytes} bytes`);
  cutRight(page, base, pageSize, keep, high, highLength);
  page.view.setUint32(base + At.right, redo.view.getUint32(at + SplitLeftAt.right, true), true);
  const flags = page.view.getUint16(base + At.flags, true) | PageFlag.incompleteSplit;
  page.view.setUint16(base + At.flags, flags, true);
}

function applyLinks(page: Memory, base: number, redo: Memory, at: number): void {
  needLength(redo, at, LinksAt.end);
  page.view.setUint16(base + At.flags, redo.view.getUint16(at + LinksAt.flags, true), true);
  page.view.setUint32(base + At.right, redo.view.getUint32(at + LinksAt.right, true), true);
}

function applyUndoAppend(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  if (pageType(page, base) !== PageType.undo) refuse(redo, at, 'the page takes no undo');
  if (redo.view.getUint16(at + BytesAt.at, true) !== heapTop(page, base)) {
    refuse(redo, at, `not at the fill mark ${heapTop(page, base)}`);
  }
  applyBytes(page, base, pageSize, redo, at);
}

function applyBytes(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  needLength(redo, at, BytesAt.bytes);
  const target = redo.view.getUint16(at + BytesAt.at, true);
  const length = redo.view.getUint16(at + BytesAt.length, true);
  needLength(redo, at, BytesAt.bytes + length);
  if (isTreeType(pageType(page, base))) refuse(redo, at, 'plain bytes for a tree page');
  if (target < PAGE_HEADER || target + length > pageSize - PAGE_TRAILER) {
    refuse(redo, at, `bytes ${target}..${target + length} lie outside the page's body`);
  }
  copyMemory(page, base + target, redo, at + BytesAt.bytes, length);
  if (target + length > heapTop(page, base)) page.view.setUint16(base + At.heapTop, target + length, true);
}

function applyFree(page: Memory, base: number): void {
  page.bytes[base + At.type] = PageType.free;
  page.bytes.fill(0, base + At.flags, base + At.maxStart);
  page.view.setUint16(base + At.heapTop, PAGE_HEADER, true);
}

function applyFormat(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  const {view} = redo;
  const lowAt = at + FormatAt.keys + 2;
  needLength(redo, at, FormatAt.keys + 4);
  const low = readKeyLength(view.getUint16(lowAt - 2, true));
  const highAt = lowAt + Math.max(low, 0) + 2;
  needLength(redo, at, highAt - at);
  const high = readKeyLength(view.getUint16(highAt - 2, true));
  needLength(redo, at, highAt - at + Math.max(high, 0));
  const keys = Math.max(low, 0) + Math.max(high, 0);
  if (keys > usableBytes(pageSize)) refuse(redo, at, `boundary keys of ${keys} bytes`);
  const type = redo.bytes[at + FormatAt.type] as PageType;
  if (type === PageType.free || type > PageType.counter) refuse(redo, at, `page type ${type}`);
  formatPage(
    page,
    base,
    pageSize,
    redoPageNo(redo, at),
    type,
    view.getUint16(at + FormatAt.level, true),
    view.getUint32(at + FormatAt.treeId, true),
    view.getUint32(at + FormatAt.right, true),
    redo.bytes,
    lowAt,
    low,
    redo.bytes,
    highAt,
    high,
  );
}

function readKeyLength(length: number): number {
  return length === KEY_INFINITE ? INFINITE : length;
}

function applyImage(page: Memory, base: number, pageSize: number, redo: Memory, at: number): void {
  needLength(redo, at, ImageAt.bytes + PAGE_HEADER);
  const headLength = redo.view.getUint16(at + ImageAt.headLength, true);
  const heapLength = redo.view.getUint16(at + ImageAt.heapLength, true);
  const image = at + ImageAt.bytes;
  needLength(redo, at, ImageAt.bytes + headLength + heapLength);
  if (redo.bytes[image + At.version] !== PAGE_VERSION) refuse(redo, at, 'image of another page version');
  const tree = isTreeType(redo.bytes[image + At.type]);
  const top = redo.view.getUint16(image + At.heapTop, true);
  const slotsEnd = PAGE_HEADER + redo.view.getUint16(image + At.slotCount, true) * SLOT_SIZE;
  const headFits = headLength === (tree ? slotsEnd : top) && headLength >= PAGE_HEADER;
  const heapFits = tree ? top === pageSize - PAGE_TRAILER - heapLength : heapLength === 0;
  if (!headFits || !heapFits || headLength + heapLength > pageSize - PAGE_TRAILER) {
    refuse(redo, at, `image of ${headLength}+${heapLength} bytes in a page of ${pageSize}`);
  }
  const heapAt = pageSize - PAGE_TRAILER - heapLength;
  copyMemory(page, base, redo, image, headLength);
  page.bytes.fill(0, base + headLength, base + heapAt);
  copyMemory(page, base + heapAt, redo, image + headLength, heapLength);
  page.view.setUint32(base + At.checksum, 0, true);
  page.view.setUint16(base + At.magic, PAGE_MAGIC, true);
  page.view.setUint32(base + At.pageNo, redoPageNo(redo, at), true);
}

/** The record must be at least this long. */
function needLength(redo: Memory, at: number, length: number): void {
  if (redoLength(redo, at) < length) refuse(redo, at, `needs ${length} bytes, has ${redoLength(redo, at)}`);
}

function needSlot(page: Memory, base: number, redo: Memory, at: number, slot: number): void {
  if (!isTreeType(pageType(page, base))) refuse(redo, at, 'the page holds no records');
  if (slot >= slotCount(page, base)) refuse(redo, at, `slot ${slot} of ${slotCount(page, base)}`);
}

function needRow(page: Memory, base: number, redo: Memory, at: number, slot: number): void {
  if (pageType(page, base) !== PageType.clusteredLeaf) refuse(redo, at, 'the page holds no rows');
  if (slot >= slotCount(page, base)) refuse(redo, at, `slot ${slot} of ${slotCount(page, base)}`);
}

function refuse(redo: Memory, at: number, what: string): never {
  const where = `redo of page ${redoPageNo(redo, at)} to LLSN ${redoLlsn(redo, at)}`;
  throw new CorruptionError(where, redoFault(redo, at, redo.size) ?? `type ${redoType(redo, at)}: ${what}`);
}

function refuseLink(page: Memory, base: number, redo: Memory, at: number): never {
  const has = `page ${pageNo(page, base)} at LLSN ${pageLlsn(page, base)} of ${pageIncarnation(page, base)}`;
  const wants = `page ${redoPageNo(redo, at)} from LLSN ${backLlsn(redo, at)} of ${backIncarnation(redo, at)}`;
  throw new CorruptionError(`the chain of ${has}`, `redo leads ${wants} to LLSN ${redoLlsn(redo, at)}`);
}
