// Where streams end whose writers are gone: D, the last mini-transaction end with no hole before it (K6), and not beyond what other streams still hold (K5).

import {CorruptionError} from '../../base/errors.ts';
import type {Disk} from '../../env/disk.ts';
import {frameLength} from '../../format/redo/frame.ts';
import {readRests} from '../../format/redo/read.ts';
import type {RedoFiles} from '../segment/redo-files.ts';
import {FIRST_LSN, type StreamState} from '../segment/stream-state.ts';

/** A frame that says what it rests on. */
interface RestingFrame {
  /** The last mini-transaction end before it. */
  readonly cplBefore: number;
  readonly rests: readonly {readonly incarnation: number; readonly lsn: number}[];
}

/** A whole frame that may not be on disk yet. */
interface FramePlace {
  readonly lsn: number;
  readonly sequence: number;
  readonly position: number;
  readonly length: number;
}

/** How far the files of a stream go. */
export interface StreamEnd {
  lsn: number;
  /** In order. */
  readonly resting: readonly RestingFrame[];
}

/**
 * Finds the end of the stream's frames and makes the tail durable. `known` is what was durable for certain: if the frames end before, one has been
 * damaged (CorruptionError). Other streams are not looked at.
 */
export function findStreamEnd(stream: StreamState, known: number, disk: Disk, files: RedoFiles): StreamEnd {
  const probe = stream.scanner.clone();
  let end = stream.phase === 'live' ? stream.ingestedLsn : FIRST_LSN;
  let synced = known;
  let unsure: FramePlace[] = [];
  const resting: RestingFrame[] = [];
  while (probe.load()) {
    if (probe.restsAt >= 0) resting.push({cplBefore: end, rests: readRests(probe.memory, probe.restsAt)});
    if (probe.syncedLsn > synced) {
      synced = probe.syncedLsn;
      unsure = unsure.filter(place => place.lsn >= synced);
    }
    unsure.push({
      lsn: probe.frameLsn,
      sequence: probe.sequence,
      position: probe.position,
      length: frameLength(probe.payloadLength),
    });
    end = Math.max(end, probe.cplLsn);
    probe.advance();
  }
  const proof = probe.findProofOfLoss();
  probe.close();
  const fault = `stream ${stream.incarnation}: the frame at LSN ${probe.lsn} is damaged`;
  if (proof >= 0)
    throw new CorruptionError(probe.where, `${fault}, for the one at LSN ${proof} says that it was there`);
  if (end < known) throw new CorruptionError(probe.where, `${fault}, for LSN ${known} was durable`);
  secure(stream, unsure, disk, files);
  return {lsn: end, resting};
}

/**
 * Makes the last frames durable. The dead process may have left them in the system's cache (K6 a); and if a sync had failed, the system may
 * show bytes that it will never write by itself (S15). So they are written once more, byte for byte, and synced.
 */
function secure(stream: StreamState, places: readonly FramePlace[], disk: Disk, files: RedoFiles): void {
  const bySequence = Map.groupBy(places, place => place.sequence);
  for (const [sequence, inFile] of bySequence) {
    const first = inFile[0];
    const last = inFile[inFile.length - 1];
    const bytes = new Uint8Array(last.position + last.length - first.position);
    const file = disk.openSync(files.path(stream.incarnation, sequence), {});
    file.readSync(bytes, 0, bytes.length, first.position);
    file.writeSync(bytes, 0, bytes.length, first.position);
    file.syncSync();
    file.closeSync();
  }
}

/**
 * Cuts streams where they rest on something that does not exist, until nothing does: what was acknowledged rests on nothing that could be lost. `ends` are those of all
 * streams that still have files; whoever is not among them was whole when it was retired.
 */
export function cutToWhatHolds(ends: ReadonlyMap<number, StreamEnd>): void {
  for (let isCut = true; isCut; ) {
    isCut = false;
    for (const end of ends.values()) {
      const loose = end.resting.find(
        ({cplBefore, rests}) => cplBefore < end.lsn && rests.some(rest => isGone(rest, ends)),
      );
      if (loose === undefined) continue;
      end.lsn = loose.cplBefore;
      isCut = true;
    }
  }
}

function isGone({incarnation, lsn}: {incarnation: number; lsn: number}, ends: ReadonlyMap<number, StreamEnd>): boolean {
  const end = ends.get(incarnation);
  return end !== undefined && end.lsn < lsn;
}
