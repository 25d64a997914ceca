// Log frames: what one flush writes (bytes: format/redo/layout.ts).

import {getU48, setU48} from '../../base/bytes.ts';
import type {Checksum} from '../../env/crypto.ts';
import {FRAME_HEADER, FRAME_MAGIC, REDO_VERSION} from '../../format/redo/layout.ts';
import type {Memory} from '../../format/memory.ts';

const PAD = 8;

/** Bytes that a frame of this payload takes in the file. */
export function frameLength(payloadLength: number): number {
  return FRAME_HEADER + ((payloadLength + PAD - 1) & ~(PAD - 1));
}

/** Writes the frame header at `at`, before a payload that stands behind it, and zeros the padding. */
export function encodeFrame(
  memory: Memory,
  at: number,
  incarnation: number,
  payloadLength: number,
  startLsn: number,
  cplLsn: number,
  crc32: Checksum,
): void {
  const {view, bytes} = memory;
  view.setUint32(at, FRAME_MAGIC, true);
  view.setUint32(at + 8, incarnation, true);
  view.setUint32(at + 12, payloadLength, true);
  setU48(view, at + 16, startLsn);
  view.setUint16(at + 22, REDO_VERSION, true);
  setU48(view, at + 24, cplLsn);
  view.setUint16(at + 30, 0, true);
  const end = at + FRAME_HEADER + payloadLength;
  bytes.fill(0, end, at + frameLength(payloadLength));
  view.setUint32(at + 4, crc32(bytes.subarray(at + 8, end)), true);
}

export function framePayloadLength(memory: Memory, at: number): number {
  return memory.view.getUint32(at + 12, true);
}

export function frameStartLsn(memory: Memory, at: number): number {
  return getU48(memory.view, at + 16);
}

/** Last mini-transaction end at or before the frame's end; 0 = none in the stream yet. */
export function frameCplLsn(memory: Memory, at: number): number {
  return getU48(memory.view, at + 24);
}

/** Result of `inspectFrame`: no frame of this stream stands here. */
export const NO_FRAME = 0;
/** It may be one, but the bytes at hand end before it does. */
export const FRAME_CUT = -1;

/**
 * Length of the frame of `incarnation` at `at`, of which `available` bytes are at hand; NO_FRAME or FRAME_CUT. The checksum is verified.
 * `startLsn` -1 accepts any.
 */
export function inspectFrame(
  memory: Memory,
  at: number,
  available: number,
  incarnation: number,
  startLsn: number,
  payloadMax: number,
  crc32: Checksum,
): number {
  if (available < FRAME_HEADER) return FRAME_CUT;
  const {view, bytes} = memory;
  if (view.getUint32(at, true) !== FRAME_MAGIC || view.getUint32(at + 8, true) !== incarnation) return NO_FRAME;
  const payload = view.getUint32(at + 12, true);
  if (payload === 0 || payload > payloadMax || view.getUint16(at + 22, true) !== REDO_VERSION) return NO_FRAME;
  if (startLsn >= 0 && getU48(view, at + 16) !== startLsn) return NO_FRAME;
  const length = frameLength(payload);
  if (available < length) return FRAME_CUT;
  const crc = crc32(bytes.subarray(at + 8, at + FRAME_HEADER + payload));
  return crc === view.getUint32(at + 4, true) ? length : NO_FRAME;
}
