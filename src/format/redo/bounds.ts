// Upper bounds of redo record lengths, for reserving log space before a mini-transaction begins (S14). Padding is included.

import {Clustered, Internal, PAGE_HEADER, Secondary} from '../page/layout.ts';
import {BytesAt, FormatAt, ImageAt, InsertAt, SplitLeftAt, TrxAt, UpdateAt} from './layout.ts';

const PADDING = 3;

/** Bound of every record of fixed size: remove, header, mark, links, child, free, commit, rollbackEnd, cts. */
export const FIXED_REDO_MAX = 52;

export function insertRowMax(keyLength: number, payloadLength: number): number {
  return InsertAt.record + Clustered.header + keyLength + payloadLength + PADDING;
}

export function insertEntryMax(keyLength: number): number {
  return InsertAt.record + Secondary.header + keyLength + PADDING;
}

export function insertChildMax(keyLength: number): number {
  return InsertAt.record + Internal.header + keyLength + PADDING;
}

export function updateMax(payloadLength: number): number {
  return UpdateAt.middle + payloadLength + PADDING;
}

export function splitLeftMax(highLength: number): number {
  return SplitLeftAt.high + highLength + PADDING;
}

/** undoAppend and bytes. */
export function bytesMax(length: number): number {
  return BytesAt.bytes + length + PADDING;
}

/** Lengths of infinite keys may be negative. */
export function formatMax(lowLength: number, highLength: number): number {
  return FormatAt.keys + 4 + Math.max(lowLength, 0) + Math.max(highLength, 0) + PADDING;
}

export function imageMax(pageSize: number): number {
  return ImageAt.bytes + pageSize;
}

/** The largest record that can stand in a volume with this page size; also a bound for any one page change. */
export function pageRedoMax(pageSize: number): number {
  return imageMax(pageSize) + PAGE_HEADER;
}

/** commit, rollbackEnd, cts. */
export const TRX_REDO_MAX = TrxAt.end + 2;
