// Reading records in place.
//
// A record is an integer: its position in the memory, from recordAt(mem, base, slot). It is valid until the page changes or the
// poll ends (S13). The three record kinds share their first three bytes (length, flags) and the rule that the key suffix begins
// right behind its own length, so that tree code handles them alike.

import type {Memory} from '../memory.ts';
import {copyKeyBytes} from './bytes.ts';
import {At, Clustered, Internal, PAGE_HEADER, PageType, Secondary, SLOT_SIZE} from './layout.ts';
import {lowKeyAt, pageType, prefixLength} from './page.ts';

/** Offset of the key suffix inside a record, by page type; 0 for pages without records. The u16 before it is its length. */
const KEY_OFFSET = new Uint8Array(256);
KEY_OFFSET[PageType.clusteredLeaf] = Clustered.header;
KEY_OFFSET[PageType.secondaryLeaf] = Secondary.header;
KEY_OFFSET[PageType.internal] = Internal.header;

/** Offset of the key suffix in the records of this page. */
export function keyOffset(mem: Memory, base: number): number {
  return KEY_OFFSET[mem.bytes[base + At.type]];
}

/** Position in the memory of the record that `slot` names. */
export function recordAt(mem: Memory, base: number, slot: number): number {
  return base + mem.view.getUint16(base + PAGE_HEADER + slot * SLOT_SIZE + 4, true);
}

/** Length of the key of `slot` without the page's prefix. */
export function keySuffixLength(mem: Memory, base: number, slot: number): number {
  return mem.view.getUint16(base + PAGE_HEADER + slot * SLOT_SIZE + 6, true);
}

/** Length of the whole key of `slot`. */
export function keyLength(mem: Memory, base: number, slot: number): number {
  return prefixLength(mem, base) + keySuffixLength(mem, base, slot);
}

/** Copies the whole key of `slot`, prefix included, to `target`; returns its length. */
export function copyKey(mem: Memory, base: number, slot: number, target: Uint8Array, at: number): number {
  const prefix = prefixLength(mem, base);
  const suffix = keySuffixLength(mem, base, slot);
  if (prefix !== 0) copyKeyBytes(target, at, mem.bytes, lowKeyAt(mem, base), prefix);
  copyKeyBytes(target, at + prefix, mem.bytes, recordAt(mem, base, slot) + keyOffset(mem, base), suffix);
  return prefix + suffix;
}

/** Length of the whole record. */
export function recordLength(mem: Memory, record: number): number {
  return mem.view.getUint16(record, true);
}

/** RecordFlag bits of a record of any kind. */
export function recordFlags(mem: Memory, record: number): number {
  return mem.bytes[record + Clustered.flags];
}

/** Clustered: position of the row payload. */
export function payloadAt(mem: Memory, record: number): number {
  return record + Clustered.header + mem.view.getUint16(record + Clustered.keySuffixLength, true);
}

/** Clustered: length of the row payload. */
export function payloadLength(mem: Memory, record: number): number {
  return record + recordLength(mem, record) - payloadAt(mem, record);
}

/** Clustered: incarnation of the last writer (first word of its g_trx_id). */
export function writerIncarnation(mem: Memory, record: number): number {
  return mem.view.getUint32(record + Clustered.incarnation, true);
}

/** Clustered: TIT slot of the last writer. */
export function writerSlot(mem: Memory, record: number): number {
  return mem.view.getUint32(record + Clustered.slot, true);
}

/** Clustered: version of the last writer's TIT slot. */
export function writerVersion(mem: Memory, record: number): number {
  return mem.view.getUint32(record + Clustered.version, true);
}

/** Clustered: true when exactly this transaction wrote the version. */
export function writtenBy(mem: Memory, record: number, incarnation: number, slot: number, version: number): boolean {
  return (
    mem.view.getUint32(record + Clustered.version, true) === version &&
    mem.view.getUint32(record + Clustered.slot, true) === slot &&
    mem.view.getUint32(record + Clustered.incarnation, true) === incarnation
  );
}

/** Clustered: the CTS hint; CSN_INIT when nobody has filled it in. */
export function recordCts(mem: Memory, record: number): number {
  return mem.view.getFloat64(record + Clustered.cts, true);
}

/** Fills in the CTS hint. Not logged, changes no LLSN, makes nothing dirty; only while the header still has the writer meant (S11). */
export function setRecordCts(mem: Memory, record: number, cts: number): void {
  mem.view.setFloat64(record + Clustered.cts, cts, true);
}

/** Clustered: page of the undo record that made this version; 0 = there is none. */
export function rollPage(mem: Memory, record: number): number {
  return mem.view.getUint32(record + Clustered.undoPage, true);
}

/** Clustered: position of that undo record in its page. */
export function rollAt(mem: Memory, record: number): number {
  return mem.view.getUint16(record + Clustered.undoAt, true);
}

/** Secondary: how many bytes at the end of the whole key are the primary key. */
export function primaryKeyLength(mem: Memory, record: number): number {
  return mem.view.getUint16(record + Secondary.primaryKeyLength, true);
}

/** Internal: the child page. */
export function childPage(mem: Memory, record: number): number {
  return mem.view.getUint32(record + Internal.child, true);
}

/** Length that a clustered record takes in a page with this prefix. Its slot takes SLOT_SIZE more. */
export function clusteredLength(prefix: number, wholeKeyLength: number, rowLength: number): number {
  return Clustered.header + wholeKeyLength - prefix + rowLength;
}

/** Length that a secondary record takes in a page with this prefix. */
export function secondaryLength(prefix: number, wholeKeyLength: number): number {
  return Secondary.header + wholeKeyLength - prefix;
}

/** Length that an internal record takes in a page with this prefix. */
export function internalLength(prefix: number, wholeKeyLength: number): number {
  return Internal.header + wholeKeyLength - prefix;
}

/** Length of the fixed part of a record on pages of this type; 0 for pages without records. */
export function recordHeader(type: PageType): number {
  return KEY_OFFSET[type];
}

/** True on pages whose records are rows. */
export function holdsRows(mem: Memory, base: number): boolean {
  return pageType(mem, base) === PageType.clusteredLeaf;
}

/**
 * What a change stamps on a clustered record: flags, writer, roll pointer; and the writer's start stamp for the page's maxStart (K1).
 * One object per session, filled anew for each change.
 */
export class RowStamp {
  /** RecordFlag bits. */
  flags = 0;
  incarnation = 0;
  slot = 0;
  version = 0;
  undoPage = 0;
  undoAt = 0;
  startStamp = 0;
}
