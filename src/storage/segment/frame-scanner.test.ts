import assert from 'node:assert/strict';
import {test} from 'node:test';
import {crc32} from 'node:zlib';
import {Memory} from '../../format/memory.ts';
import {frameLength, sealFrame} from '../../format/redo/frame.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import {SimDisk} from '../../sim/sim-disk.ts';
import {FrameScanner} from './frame-scanner.ts';
import {framePayloadMax} from './options.ts';
import {REDO_FILE_HEADER, redoFileName} from './redo-files.ts';

const FILE_SIZE = 64 << 10;
const STREAM = 7;
const DUE = 1000;
const PAYLOAD = 500;
/** How far apart the searched pieces of a file lie. */
const STEP = frameLength(framePayloadMax({pageSize: 0, redoFileSize: FILE_SIZE}));

interface Frame {
  readonly sequence: number;
  readonly position: number;
  readonly incarnation: number;
  readonly lsn: number;
  readonly syncedLsn: number;
  readonly payload: number;
}

const PROOF: Frame = {
  sequence: 1,
  position: REDO_FILE_HEADER + 800,
  incarnation: STREAM,
  lsn: DUE + 200,
  syncedLsn: DUE + 1,
  payload: PAYLOAD,
};

/** Two files of zeros, but for these frames. The frame at DUE, at the beginning of the first, is not there. */
function proofAmong(frames: readonly Frame[], spoil = false): number {
  const disk = new SimDisk({seed: 1});
  disk.makeDirectorySync('d');
  for (const sequence of [1, 2]) {
    const bytes = new Uint8Array(FILE_SIZE);
    for (const frame of frames) {
      if (frame.sequence !== sequence) continue;
      const {position, incarnation, payload, lsn, syncedLsn} = frame;
      bytes.fill(0xab, position + FRAME_HEADER, position + FRAME_HEADER + payload);
      sealFrame(new Memory(bytes.buffer), position, incarnation, payload, lsn, lsn, 0, syncedLsn, crc32);
      if (spoil) bytes[position + FRAME_HEADER + payload - 1] ^= 1;
    }
    const file = disk.openSync(`d/${redoFileName(STREAM, sequence)}`, {create: true});
    file.writeSync(bytes, 0, FILE_SIZE, 0);
    file.closeSync();
  }
  const range = {directory: 'd', incarnation: STREAM, redoFileSize: FILE_SIZE, sequence: 1, lsn: DUE};
  return new FrameScanner(disk, crc32, range).findProofOfLoss();
}

test('a later frame proves that the one that is due was on disk, wherever in the files it stands', () => {
  const long = framePayloadMax({pageSize: 0, redoFileSize: FILE_SIZE});
  const positions = [REDO_FILE_HEADER, FILE_SIZE - frameLength(PAYLOAD)];
  for (let position = STEP - 80; position <= STEP + REDO_FILE_HEADER + 80; position += 8) positions.push(position);
  for (const position of positions) {
    for (const sequence of [1, 2]) {
      for (const payload of position + frameLength(long) > FILE_SIZE ? [PAYLOAD] : [PAYLOAD, long]) {
        const found = proofAmong([{...PROOF, sequence, position, payload}]);
        assert.equal(found, PROOF.lsn, `file ${sequence}, byte ${position}, payload of ${payload}`);
      }
    }
  }
});

test('nothing else proves it', () => {
  const others: readonly [string, Partial<Frame>][] = [
    ['a frame of another stream', {incarnation: STREAM + 1}],
    ['a frame that was written when the one that is due was not on disk', {syncedLsn: DUE}],
    ['the frame that is due itself', {lsn: DUE}],
    ['an earlier one', {lsn: DUE - 100}],
  ];
  for (const [what, change] of others) assert.equal(proofAmong([{...PROOF, ...change}]), -1, what);
  assert.equal(proofAmong([PROOF], true), -1, 'a damaged frame');
  assert.equal(proofAmong([]), -1, 'nothing');
});

test('what proves nothing does not hide what does', () => {
  const old = {...PROOF, incarnation: STREAM - 1, lsn: DUE + 900};
  const unsynced = {...PROOF, position: PROOF.position + 2000, syncedLsn: DUE};
  const proof = {...PROOF, position: PROOF.position + 4000, lsn: DUE + 400};
  assert.equal(proofAmong([old, unsynced, proof]), proof.lsn);
});
