// Reading undo records in place. A record is an integer: its position in the memory (page base + roll pointer's offset).
//
// Whoever followed a roll pointer calls undoAt first: the pointer may be old, and its page may have been freed and filled anew (K14).
// What undoAt has accepted can be read without further checks.

import {getU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../memory.ts';
import {copyMemory} from '../page/bytes.ts';
import {PAGE_HEADER, PageType} from '../page/layout.ts';
import {heapTop, pageType} from '../page/page.ts';
import {ENTRY_HEADER, EntryAt, UNDO_HEADER, UndoAt, UndoType} from './layout.ts';

/** undoAt: there is no such record. */
export const NO_UNDO = -1;

/**
 * Position of the undo record at `offset` of the undo page at `base`, if a sound record written by exactly this transaction stands there;
 * else NO_UNDO.
 */
export function undoAt(
  mem: Memory,
  base: number,
  offset: number,
  incarnation: number,
  slot: number,
  version: number,
): number {
  if (pageType(mem, base) !== PageType.undo || offset < PAGE_HEADER) return NO_UNDO;
  const at = base + offset;
  if (undoFault(mem, at, base + heapTop(mem, base)) !== undefined) return NO_UNDO;
  const {view} = mem;
  const same =
    view.getUint32(at + UndoAt.version, true) === version &&
    view.getUint32(at + UndoAt.slot, true) === slot &&
    view.getUint32(at + UndoAt.incarnation, true) === incarnation;
  return same ? at : NO_UNDO;
}

/** Tells what is wrong with the form of the record at `at` of a page filled up to `end`; undefined when it is sound. */
export function undoFault(mem: Memory, at: number, end: number): string | undefined {
  if (end - at < UNDO_HEADER) return `${end - at} bytes are too few for an undo record`;
  const length = undoLength(mem, at);
  if (length < UNDO_HEADER || length > end - at) return `undo record of ${length} bytes, ${end - at} are there`;
  const type = undoType(mem, at);
  if (type < UndoType.insert || type > UndoType.dropPages) return `undo type ${type}`;
  const same = samePrefix(mem, at) + sameSuffix(mem, at);
  if (same > oldPayloadLength(mem, at)) return `keeps ${same} of ${oldPayloadLength(mem, at)} payload bytes`;
  const middle = oldPayloadLength(mem, at) - same;
  const stop = entriesEnd(mem, at, at + length);
  if (stop !== at + length - middle) return 'parts do not add up to the length';
  return undefined;
}

/** Position behind the entries, or -1 when they run over `end`. */
function entriesEnd(mem: Memory, at: number, end: number): number {
  let position = undoKeyAt(at) + undoKeyLength(mem, at);
  const count = undoEntryCount(mem, at);
  if (undoType(mem, at) === UndoType.pages) return position + 4 * count;
  for (let i = 0; i < count; i++) {
    if (position + ENTRY_HEADER > end) return -1;
    position += ENTRY_HEADER + mem.view.getUint16(position + EntryAt.keyLength, true);
  }
  return position;
}

/** Length of the whole record. */
export function undoLength(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.length, true);
}

export function undoType(mem: Memory, at: number): UndoType {
  return mem.bytes[at + UndoAt.type] as UndoType;
}

/** Writer of the undo record: incarnation of its g_trx_id. */
export function undoIncarnation(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.incarnation, true);
}

export function undoSlot(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.slot, true);
}

export function undoVersion(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.version, true);
}

/** Page of the undo record before this one of the same transaction; 0 = this is the first. */
export function previousPage(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.previousPage, true);
}

export function previousAt(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.previousAt, true);
}

/** Clustered tree of the row. */
export function undoTreeId(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.treeId, true);
}

export function undoRootPage(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.rootPage, true);
}

export function undoTableId(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.tableId, true);
}

/** RecordFlag bits of the row version before. */
export function oldFlags(mem: Memory, at: number): number {
  return mem.bytes[at + UndoAt.oldFlags];
}

/** Writer of the row version before. */
export function oldIncarnation(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.oldIncarnation, true);
}

export function oldSlot(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.oldSlot, true);
}

export function oldVersion(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.oldVersion, true);
}

/** Roll pointer of the row version before: page, 0 = none. */
export function oldRollPage(mem: Memory, at: number): number {
  return mem.view.getUint32(at + UndoAt.oldUndoPage, true);
}

export function oldRollAt(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.oldUndoAt, true);
}

/** CTS of the row version before, CSN_INIT when it was not known. */
export function oldCts(mem: Memory, at: number): number {
  return getU48(mem.view, at + UndoAt.oldCts);
}

/** Position of the row's whole primary key. */
export function undoKeyAt(at: number): number {
  return at + UNDO_HEADER;
}

export function undoKeyLength(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.keyLength, true);
}

/** True when the record is about the row with this key. */
export function undoKeyIs(mem: Memory, at: number, key: Uint8Array, keyLength: number): boolean {
  if (undoKeyLength(mem, at) !== keyLength) return false;
  const keyAt = undoKeyAt(at);
  for (let i = 0; i < keyLength; i++) if (mem.bytes[keyAt + i] !== key[i]) return false;
  return true;
}

/** Secondary entries of the record; for type pages the number of pages. */
export function undoEntryCount(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.entryCount, true);
}

/** Type pages: the page number at `index`, below undoEntryCount. */
export function undoPageNumber(mem: Memory, at: number, index: number): number {
  return mem.view.getUint32(undoKeyAt(at) + undoKeyLength(mem, at) + 4 * index, true);
}

export function oldPayloadLength(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.oldPayloadLength, true);
}

export function samePrefix(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.samePrefix, true);
}

export function sameSuffix(mem: Memory, at: number): number {
  return mem.view.getUint16(at + UndoAt.sameSuffix, true);
}

/**
 * Builds the payload of the version before out of the payload of the version that this undo record belongs to. Returns its length. `target` must have
 * room for oldPayloadLength bytes and must not overlap the newer payload. Throws CorruptionError when the newer payload cannot be the one meant.
 */
export function reconstructPayload(
  mem: Memory,
  at: number,
  newer: Memory,
  newerAt: number,
  newerLength: number,
  target: Memory,
  targetAt: number,
): number {
  const length = oldPayloadLength(mem, at);
  const prefix = samePrefix(mem, at);
  const suffix = sameSuffix(mem, at);
  if (prefix + suffix > newerLength || prefix + suffix > length) wrongVersion(mem, at, newerLength);
  const middle = length - prefix - suffix;
  copyMemory(target, targetAt, newer, newerAt, prefix);
  copyMemory(target, targetAt + prefix, mem, at + undoLength(mem, at) - middle, middle);
  copyMemory(target, targetAt + length - suffix, newer, newerAt + newerLength - suffix, suffix);
  return length;
}

function wrongVersion(mem: Memory, at: number, newerLength: number): never {
  throw new CorruptionError(
    `undo of tree ${undoTreeId(mem, at)}`,
    `keeps ${samePrefix(mem, at)}+${sameSuffix(mem, at)} bytes of a payload of ${newerLength}`,
  );
}

/**
 * Walks the secondary entries of a record without allocating. The record must be sound (undoAt) and must not move meanwhile.
 *
 *   for (cursor.open(mem, at); cursor.next(); ) use(cursor.op, cursor.keyAt, cursor.keyLength)
 */
export class EntryCursor {
  /** EntryOp. */
  op = 0;
  treeId = 0;
  rootPage = 0;
  /** Position of the whole secondary key in the record's memory. */
  keyAt = 0;
  keyLength = 0;
  /** How many of the key's last bytes are the primary key. */
  primaryKeyLength = 0;
  #mem: Memory | undefined;
  #position = 0;
  #left = 0;

  open(mem: Memory, at: number): void {
    this.#mem = mem;
    this.#position = undoKeyAt(at) + undoKeyLength(mem, at);
    this.#left = undoType(mem, at) === UndoType.pages ? 0 : undoEntryCount(mem, at);
  }

  /** Moves to the next entry; false when there is none. */
  next(): boolean {
    const mem = this.#mem;
    if (mem === undefined || this.#left === 0) return false;
    const {view} = mem;
    const at = this.#position;
    this.op = mem.bytes[at + EntryAt.op];
    this.treeId = view.getUint32(at + EntryAt.treeId, true);
    this.rootPage = view.getUint32(at + EntryAt.rootPage, true);
    this.keyAt = at + ENTRY_HEADER;
    this.keyLength = view.getUint16(at + EntryAt.keyLength, true);
    this.primaryKeyLength = view.getUint16(at + EntryAt.primaryKeyLength, true);
    this.#position = this.keyAt + this.keyLength;
    this.#left--;
    return true;
  }
}
