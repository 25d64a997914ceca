// Log frames: what one flush writes, and how a reader tells where a stream ends.
//
//   | header 40 | payload: redo records | zeros to a multiple of 8 |
//
// LSNs count payload bytes, so frames can be cut anywhere between records without moving an LSN. A frame is never rewritten. It belongs to a stream
// only if its incarnation and its startLsn are the expected ones (K6): recycled files are full of old frames with good checksums. So
// a reader that follows startLsn stops by itself at the first frame that is old, torn or missing.

import {getU48, setU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../memory.ts';
import {FRAME_HEADER, FRAME_MAGIC, FrameAt, REDO_VERSION} from './layout.ts';
import {redoFault, redoLength} from './read.ts';

/** CRC-32 of the bytes. */
export type FrameChecksum = (bytes: Uint8Array) => number;

/** What stands where a frame of the stream is looked for. */
export const FrameState = {
  /** The next frame of the stream. */
  whole: 0,
  /** Nothing, or a frame of another life: the stream ends here. */
  none: 1,
  /** The beginning of the next frame, but cut off or damaged: the last write was torn. */
  torn: 2,
} as const;
export type FrameState = (typeof FrameState)[keyof typeof FrameState];

/** Bytes that a frame with this payload takes on disk. */
export function frameLength(payloadLength: number): number {
  return (FRAME_HEADER + payloadLength + 7) & ~7;
}

/**
 * Fills in the frame header at `at` for the payload that stands behind it, and pads. Returns the length of the frame. `cplLsn` is
 * the end of the last mini-transaction at or before the frame's end, 0 = none yet; `restsLength` the length of the `rests` record that
 * ends the payload; `syncedLsn` how far the stream is on disk for certain.
 */
export function sealFrame(
  mem: Memory,
  at: number,
  incarnation: number,
  payloadLength: number,
  startLsn: number,
  cplLsn: number,
  restsLength: number,
  syncedLsn: number,
  crc32: FrameChecksum,
): number {
  const {view} = mem;
  const end = at + FRAME_HEADER + payloadLength;
  const length = frameLength(payloadLength);
  view.setUint32(at + FrameAt.magic, FRAME_MAGIC, true);
  view.setUint32(at + FrameAt.incarnation, incarnation, true);
  view.setUint32(at + FrameAt.payloadLength, payloadLength, true);
  setU48(view, at + FrameAt.startLsn, startLsn);
  view.setUint16(at + FrameAt.version, REDO_VERSION, true);
  setU48(view, at + FrameAt.cplLsn, cplLsn);
  view.setUint16(at + FrameAt.restsLength, restsLength, true);
  setU48(view, at + FrameAt.syncedLsn, syncedLsn);
  view.setUint16(at + FrameAt.syncedLsn + 6, 0, true);
  mem.bytes.fill(0, end, at + length);
  view.setUint32(at + FrameAt.checksum, crc32(mem.bytes.subarray(at + FrameAt.incarnation, end)) >>> 0, true);
  return length;
}

/** Looks for the frame of `incarnation` that begins at `startLsn`, at `at` of a memory that is valid up to `end`. */
export function findFrame(
  mem: Memory,
  at: number,
  end: number,
  incarnation: number,
  startLsn: number,
  crc32: FrameChecksum,
): FrameState {
  if (end - at < FRAME_HEADER || mem.view.getUint32(at + FrameAt.magic, true) !== FRAME_MAGIC) {
    return FrameState.none;
  }
  if (frameIncarnation(mem, at) !== incarnation || frameStartLsn(mem, at) !== startLsn) return FrameState.none;
  return frameFault(mem, at, end, crc32) === undefined ? FrameState.whole : FrameState.torn;
}

/** Tells what is wrong with the frame at `at`, whosever it is; undefined when it is whole. */
export function frameFault(mem: Memory, at: number, end: number, crc32: FrameChecksum): string | undefined {
  if (end - at < FRAME_HEADER) return 'no room for a frame header';
  if (mem.view.getUint32(at + FrameAt.magic, true) !== FRAME_MAGIC) return 'no frame: wrong magic';
  const version = mem.view.getUint16(at + FrameAt.version, true);
  if (version !== REDO_VERSION) return `unknown version ${version}`;
  const payload = framePayloadLength(mem, at);
  if (payload > end - at - FRAME_HEADER) return `payload of ${payload} bytes is cut off`;
  const sum = crc32(mem.bytes.subarray(at + FrameAt.incarnation, at + FRAME_HEADER + payload)) >>> 0;
  return sum === mem.view.getUint32(at + FrameAt.checksum, true) ? undefined : 'checksum does not fit';
}

export function frameIncarnation(mem: Memory, at: number): number {
  return mem.view.getUint32(at + FrameAt.incarnation, true);
}

/** Payload bytes, without the padding. */
export function framePayloadLength(mem: Memory, at: number): number {
  return mem.view.getUint32(at + FrameAt.payloadLength, true);
}

/** LSN of the first payload byte. */
export function frameStartLsn(mem: Memory, at: number): number {
  return getU48(mem.view, at + FrameAt.startLsn);
}

/** End of the last mini-transaction at or before the frame's end; 0 = none. */
export function frameCplLsn(mem: Memory, at: number): number {
  return getU48(mem.view, at + FrameAt.cplLsn);
}

/** How far the stream was on disk for certain when the frame was written. */
export function frameSyncedLsn(mem: Memory, at: number): number {
  return getU48(mem.view, at + FrameAt.syncedLsn);
}

/** Offset of the `rests` record that ends the frame; -1 when it has none. */
export function frameRestsAt(mem: Memory, at: number): number {
  const length = mem.view.getUint16(at + FrameAt.restsLength, true);
  return length === 0 ? -1 : at + FRAME_HEADER + framePayloadLength(mem, at) - length;
}

/**
 * Calls `visit` for each redo record of the run [at, end), whose first byte has the LSN given. Throws CorruptionError at a record that cannot be
 * walked over.
 */
export function walkRedo(
  mem: Memory,
  at: number,
  end: number,
  lsn: number,
  visit: (mem: Memory, at: number, lsn: number) => void,
): void {
  let position = at;
  while (position < end) {
    const fault = redoFault(mem, position, end);
    if (fault !== undefined) throw new CorruptionError(`redo at LSN ${lsn + position - at}`, fault);
    visit(mem, position, lsn + position - at);
    position += redoLength(mem, position);
  }
}
