// Reading the header of redo records, and walking a run of them.

import {getU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {pageLlsn} from '../page/page.ts';
import {CONTROL_PAGE, REDO_HEADER, RedoAt, RedoFlag, type RedoType, RestsAt, TrxAt} from './layout.ts';

/** Length of the whole record, padding included. */
export function redoLength(redo: Memory, at: number): number {
  return redo.view.getUint16(at + RedoAt.length, true);
}

export function redoType(redo: Memory, at: number): RedoType {
  return redo.bytes[at + RedoAt.type] as RedoType;
}

/** True when the record is the last of its mini-transaction. */
export function isCpl(redo: Memory, at: number): boolean {
  return (redo.bytes[at + RedoAt.flags] & RedoFlag.cpl) !== 0;
}

/** The page that the record changes; CONTROL_PAGE for control records. */
export function redoPageNo(redo: Memory, at: number): number {
  return redo.view.getUint32(at + RedoAt.pageNo, true);
}

/** True for records that change no page. */
export function isControl(redo: Memory, at: number): boolean {
  return redoPageNo(redo, at) === CONTROL_PAGE;
}

/** LLSN that the record gives its page. */
export function redoLlsn(redo: Memory, at: number): number {
  return getU48(redo.view, at + RedoAt.llsn);
}

/** LLSN of the page version that the record was applied to. */
export function backLlsn(redo: Memory, at: number): number {
  return getU48(redo.view, at + RedoAt.backLlsn);
}

/** Writer of that version. */
export function backIncarnation(redo: Memory, at: number): number {
  return redo.view.getUint32(at + RedoAt.backIncarnation, true);
}

/** commit, rollbackEnd, cts: TIT slot of the transaction. */
export function trxSlot(redo: Memory, at: number): number {
  return redo.view.getUint32(at + TrxAt.slot, true);
}

/** commit, rollbackEnd, cts: version of that slot. */
export function trxVersion(redo: Memory, at: number): number {
  return redo.view.getUint32(at + TrxAt.version, true);
}

/** commit: start stamp; cts: the CTS. */
export function trxStamp(redo: Memory, at: number): number {
  return getU48(redo.view, at + TrxAt.stamp);
}

/** rests: streams and LSNs that its frame rests on. */
export function readRests(redo: Memory, at: number): readonly {readonly incarnation: number; readonly lsn: number}[] {
  const room = Math.floor((redoLength(redo, at) - RestsAt.first) / RestsAt.step);
  const count = Math.min(redo.view.getUint16(at + RestsAt.count, true), room);
  return Array.from({length: count}, (_, i) => {
    const entry = at + RestsAt.first + i * RestsAt.step;
    return {
      incarnation: redo.view.getUint32(entry + RestsAt.incarnation, true),
      lsn: getU48(redo.view, entry + RestsAt.lsn),
    };
  });
}

/** True when the record is news to the page, which must be the record's. */
export function applies(page: Memory, base: number, redo: Memory, at: number): boolean {
  return pageLlsn(page, base) < redoLlsn(redo, at);
}

/** Tells what is wrong with the outer form of the record at `at` of a run that ends at `end`; undefined when it can be walked over. */
export function redoFault(redo: Memory, at: number, end: number): string | undefined {
  if (end - at < REDO_HEADER) return `${end - at} bytes are too few for a redo record`;
  const length = redoLength(redo, at);
  if (length < REDO_HEADER || length % 4 !== 0) return `redo record of impossible length ${length}`;
  if (length > end - at) return `redo record of ${length} bytes, but only ${end - at} are left`;
  return undefined;
}
