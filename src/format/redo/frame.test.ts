// Frames: the reader stops where the stream stops, whatever stands behind.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../memory.ts';
import {encodeCommit} from './control.ts';
import {
  FrameState,
  findFrame,
  frameCplLsn,
  frameFault,
  frameLength,
  framePayloadLength,
  sealFrame,
  walkRedo,
} from './frame.ts';
import {FRAME_HEADER} from './layout.ts';
import {trxSlot} from './read.ts';

const INCARNATION = 7;

/** Writes a frame with `count` commit records at `at`; returns its payload length. */
function writeFrame(file: Memory, at: number, startLsn: number, count: number, incarnation = INCARNATION): number {
  let end = at + FRAME_HEADER;
  for (let i = 0; i < count; i++) end += encodeCommit(file, end, 100 * startLsn + i, 1, 5);
  const payload = end - at - FRAME_HEADER;
  assert.equal(
    sealFrame(file, at, incarnation, payload, startLsn, startLsn + payload, 0, startLsn, crc32),
    frameLength(payload),
  );
  return payload;
}

/** Reads frames from 0 as a stream that began at LSN 0; returns the transactions seen and how it ended. */
function readStream(file: Memory): {slots: number[]; end: FrameState; lsn: number} {
  const slots: number[] = [];
  let at = 0;
  let lsn = 0;
  for (;;) {
    const end = findFrame(file, at, file.size, INCARNATION, lsn, crc32);
    if (end !== FrameState.whole) return {slots, end, lsn};
    const payload = framePayloadLength(file, at);
    const first = at + FRAME_HEADER;
    walkRedo(file, first, first + payload, lsn, (mem, record) => slots.push(trxSlot(mem, record)));
    lsn += payload;
    at += frameLength(payload);
  }
}

function threeFrames(): Memory {
  const file = new Memory(new ArrayBuffer(4096));
  const first = writeFrame(file, 0, 0, 1);
  const second = writeFrame(file, frameLength(first), first, 3);
  writeFrame(file, frameLength(first) + frameLength(second), first + second, 2);
  return file;
}

test('frames follow each other by LSN', () => {
  const file = threeFrames();
  const {slots, end, lsn} = readStream(file);
  assert.deepEqual(slots, [0, 4000, 4001, 4002, 16000, 16001]);
  assert.equal(end, FrameState.none);
  assert.equal(lsn, 6 * 40);
  assert.equal(frameCplLsn(file, 0), 40);
});

test('frames of another life, or of another place in this one, end the stream', () => {
  const old = threeFrames();
  writeFrame(old, frameLength(40), 40, 3, INCARNATION - 1);
  assert.deepEqual(readStream(old).slots, [0]);
  assert.equal(readStream(old).end, FrameState.none);
  const elsewhere = threeFrames();
  writeFrame(elsewhere, frameLength(40), 80, 3);
  assert.deepEqual(readStream(elsewhere).slots, [0]);
  assert.equal(readStream(elsewhere).end, FrameState.none);
  assert.equal(frameFault(elsewhere, frameLength(40), elsewhere.size, crc32), undefined);
});

test('any changed byte of a frame ends the stream before it', () => {
  const start = frameLength(40);
  const length = FRAME_HEADER + 3 * 40;
  for (let i = 0; i < length; i++) {
    const file = threeFrames();
    file.bytes[start + i] ^= 1 << (i % 8);
    const {slots, end} = readStream(file);
    assert.deepEqual(slots, [0], `byte ${i}`);
    assert.notEqual(end, FrameState.whole);
    assert.notEqual(frameFault(file, start, file.size, crc32), undefined);
  }
});

test('a frame that is cut off is torn', () => {
  const file = threeFrames();
  const end = frameLength(40) + 100;
  assert.equal(findFrame(file, frameLength(40), end, INCARNATION, 40, crc32), FrameState.torn);
  assert.equal(findFrame(file, frameLength(40), frameLength(40) + 31, INCARNATION, 40, crc32), FrameState.none);
});

test('a run with a record of impossible length is damaged data', () => {
  const file = threeFrames();
  file.view.setUint16(FRAME_HEADER, 41, true);
  const walk = (): void => walkRedo(file, FRAME_HEADER, FRAME_HEADER + 40, 0, () => {});
  assert.throws(walk, CorruptionError);
});
