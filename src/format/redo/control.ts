// Control records: what a stream says about transactions rather than pages. They have no page, no LLSN, no back link.

import {setU48} from '../../base/bytes.ts';
import type {Memory} from '../memory.ts';
import {finishRedo, putRedoHeader} from './encode.ts';
import {CONTROL_PAGE, REDO_HEADER, RedoType, RestsAt, TrxAt} from './layout.ts';

/** The transaction is committed once this record is durable. Returns the record's length. */
export function encodeCommit(redo: Memory, at: number, slot: number, version: number, startStamp: number): number {
  return putTrx(redo, at, RedoType.commit, slot, version, startStamp);
}

/** The transaction has been rolled back completely. */
export function encodeRollbackEnd(redo: Memory, at: number, slot: number, version: number): number {
  return putTrx(redo, at, RedoType.rollbackEnd, slot, version, 0);
}

/** The CTS of a committed transaction, unforced, for those who read the log (K18). */
export function encodeCts(redo: Memory, at: number, slot: number, version: number, cts: number): number {
  return putTrx(redo, at, RedoType.cts, slot, version, cts);
}

function putTrx(redo: Memory, at: number, type: RedoType, slot: number, version: number, stamp: number): number {
  putRedoHeader(redo, at, type, CONTROL_PAGE, 0, 0, 0);
  redo.view.setUint32(at + TrxAt.slot, slot, true);
  redo.view.setUint32(at + TrxAt.version, version, true);
  if (type === RedoType.rollbackEnd) return finishRedo(redo, at, TrxAt.stamp);
  setU48(redo.view, at + TrxAt.stamp, stamp);
  return finishRedo(redo, at, TrxAt.end);
}

/** Longest `rests` record: one entry for each of `streams` streams. */
export function restsMax(streams: number): number {
  return (RestsAt.first + streams * RestsAt.step + 3) & ~3;
}

/** Says that the frame which ends with this record rests on stream `incarnations[i]` up to `lsns[i]`, for the first `count`. Returns the length. */
export function encodeRests(
  redo: Memory,
  at: number,
  incarnations: ArrayLike<number>,
  lsns: ArrayLike<number>,
  count: number,
): number {
  putRedoHeader(redo, at, RedoType.rests, CONTROL_PAGE, 0, 0, 0);
  redo.view.setUint16(at + RestsAt.count, count, true);
  let entry = at + RestsAt.first;
  for (let i = 0; i < count; i++, entry += RestsAt.step) {
    redo.view.setUint32(entry + RestsAt.incarnation, incarnations[i], true);
    setU48(redo.view, entry + RestsAt.lsn, lsns[i]);
  }
  return finishRedo(redo, at, RestsAt.first + count * RestsAt.step);
}

/** Where the payload of a checkpoint record begins, from the record's beginning. Its contents are engine/recovery's. */
export const CHECKPOINT_PAYLOAD = REDO_HEADER;
/** Longest payload of one checkpoint record. Larger states take several records. */
export const CHECKPOINT_PAYLOAD_MAX = 0xfff0 - REDO_HEADER;

/** Completes a checkpoint record whose payload already stands behind the header; returns its length. */
export function encodeCheckpoint(redo: Memory, at: number, payloadLength: number): number {
  putRedoHeader(redo, at, RedoType.checkpoint, CONTROL_PAGE, 0, 0, 0);
  return finishRedo(redo, at, REDO_HEADER + payloadLength);
}
