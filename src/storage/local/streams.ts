// The redo streams of a volume from the storage thread's side: open, make files ready, take in, seal, give files back.
//
// A redo file is given back when all of these hold (S15, K8):
//   - the stream has gone past it, and every record of it is in a durable image, settled by one more batch (image-index.ts);
//   - it ends at or below the stream's durable checkpoint, or the incarnation is finished;
//   - it is not the last file of a stream that is not finished (which tells where the stream stands).
// When all files of a finished incarnation may go, it is retired in the journal first, and then they go in any order.

import {assert, must} from '../../base/assert.ts';
import {CorruptionError, OperatingError} from '../../base/errors.ts';
import {IncarnationState} from '../api.ts';
import type {Checkpointer} from '../segment/checkpointer.ts';
import {FrameScanner} from '../segment/frame-scanner.ts';
import type {StorageEnv, VolumeLimits} from '../segment/options.ts';
import {NO_SPACE, PREPARED, type RedoFiles} from '../segment/redo-files.ts';
import {FIRST_LSN, type RedoFileEntry, type RedoFileTable, type StreamState} from '../segment/stream-state.ts';
import {StreamFlag, type StreamWords} from '../segment/stream-words.ts';
import type {IncarnationJournal, JournalIncarnation} from './incarnation-journal.ts';
import type {RedoStreamDescription} from './redo-stream.ts';
import {cutToWhatHolds, findStreamEnd, type StreamEnd} from './stream-end.ts';
import {LocalStreamReader, type StreamDescription} from './stream-reader.ts';

export class Streams {
  readonly #env: StorageEnv;
  readonly #limits: VolumeLimits;
  readonly #redoFileSize: number;
  readonly #journal: IncarnationJournal;
  readonly #redoFiles: RedoFiles;
  readonly #files: RedoFileTable;
  readonly #words: StreamWords;
  readonly #streams = new Map<number, StreamState>();
  #starved = false;
  /** Ends of the streams that an earlier process left open, once they are known. */
  #ends: Map<number, StreamEnd> | undefined;

  constructor(
    env: StorageEnv,
    limits: VolumeLimits,
    redoFileSize: number,
    journal: IncarnationJournal,
    redoFiles: RedoFiles,
    files: RedoFileTable,
    words: StreamWords,
  ) {
    this.#env = env;
    this.#limits = limits;
    this.#redoFileSize = redoFileSize;
    this.#journal = journal;
    this.#redoFiles = redoFiles;
    this.#files = files;
    this.#words = words;
  }

  all(): Iterable<StreamState> {
    return this.#streams.values();
  }

  get(incarnation: number): StreamState | undefined {
    return this.#streams.get(incarnation);
  }

  /** The storage thread, whose bell this is, wants to hear when more of a stream is durable. Once it has ended nobody will tell: whoever ended it has taken it in. */
  watch(incarnation: number, bell: number): void {
    const stream = this.#streams.get(incarnation);
    if (stream?.phase === 'live') this.#words.addWaiter(stream.node, bell);
  }

  /** Finds the streams that earlier lives of the volume left. Files of retired ones are given back. */
  load(): void {
    const onDisk = this.#redoFiles.open();
    for (const [incarnation, sequences] of onDisk) {
      if (this.#journal.get(incarnation) !== undefined) continue;
      if (incarnation >= this.#journal.next) {
        const what = `redo of incarnation ${incarnation} exists, but the journal has given out only ${this.#journal.next - 1}`;
        throw new CorruptionError(this.#redoFiles.path(incarnation, sequences[0]), what);
      }
      this.#redoFiles.recycle(incarnation, sequences, this.#limits.freeRedoFilesMax);
    }
    for (const entry of this.#journal.incarnations()) this.#loadStream(entry, onDisk.get(entry.incarnation) ?? []);
  }

  #loadStream(entry: JournalIncarnation, sequences: readonly number[]): void {
    const first = sequences[0] ?? 1;
    for (const [i, sequence] of sequences.entries()) {
      if (sequence !== first + i)
        throw new CorruptionError(this.#redoFiles.path(entry.incarnation, first + i), 'the redo file is missing');
      this.#redoFiles.verifyHeader(entry.incarnation, sequence);
    }
    const stream = this.#newState(entry, first, first === 1 ? FIRST_LSN : -1);
    stream.preparedSequence = sequences.at(-1) ?? 0;
    if (first > 1) {
      if (!stream.scanner.load())
        throw new CorruptionError(
          stream.scanner.where,
          `the first frame of incarnation ${entry.incarnation} is damaged`,
        );
      stream.ingestedLsn = stream.scanner.frameLsn;
    }
  }

  #newState(entry: JournalIncarnation, sequence: number, lsn: number): StreamState {
    const {incarnation, node} = entry;
    const range = {
      directory: this.#redoFiles.directory,
      incarnation,
      redoFileSize: this.#redoFileSize,
      sequence,
      lsn,
    };
    const stream: StreamState = {
      incarnation,
      node,
      phase: entry.state === IncarnationState.open ? 'orphan' : 'ended',
      ingestedLsn: FIRST_LSN,
      endLsn: entry.endLsn,
      checkpointLsn: Math.max(entry.checkpointLsn, FIRST_LSN),
      finished: entry.state === IncarnationState.finished,
      scanner: new FrameScanner(this.#env.disk, this.#env.crc32, range),
      files: [],
      preparedSequence: 0,
    };
    this.#streams.set(incarnation, stream);
    return stream;
  }

  /** Opens the next incarnation of a node: durable before this returns. Its first redo file is ready. `makeRoom` is called once when there is no room for that file: it gives back what redo it can. */
  open(node: number, makeRoom: () => void): RedoStreamDescription {
    for (const stream of this.#streams.values()) {
      assert(
        stream.phase !== 'live' || stream.node !== node,
        () => `node ${node} still has the open stream ${stream.incarnation}`,
      );
    }
    const incarnation = this.#journal.open(node);
    const stream = this.#newState(
      must(this.#journal.get(incarnation), () => `incarnation ${incarnation}`),
      1,
      FIRST_LSN,
    );
    stream.phase = 'live';
    this.#words.begin(node, incarnation, FIRST_LSN);
    let hasMadeRoom = false;
    while (stream.preparedSequence === 0) {
      if (this.#prepareNext(stream) !== NO_SPACE) continue;
      if (hasMadeRoom) this.#refuseBirth(incarnation);
      hasMadeRoom = true;
      makeRoom();
    }
    return {
      incarnation,
      node,
      directory: this.#redoFiles.directory,
      redoFileSize: this.#redoFileSize,
      startLsn: FIRST_LSN,
    };
  }

  /** No redo file can be had: the number is used up, but the incarnation never lived. */
  #refuseBirth(incarnation: number): never {
    this.seal(incarnation);
    this.finish(incarnation);
    throw new OperatingError(
      'no space for redo: the primary cannot start',
      `free at least ${this.#redoFileSize} bytes on the volume's disk`,
    );
  }

  /** True when a stream wants a file and the disk, or the limit on redo files, has none for it. */
  get isStarved(): boolean {
    return this.#starved;
  }

  /** Redo files of those who write no more: they only wait for the checkpoint. */
  get filesOfEnded(): number {
    let files = 0;
    for (const stream of this.#streams.values()) if (stream.phase === 'ended') files += stream.files.length;
    return files;
  }

  /** Works on files ahead of the streams. True when there is more to do at once. `imagesFull`: pages could not be written for want of room. */
  prepareFiles(imagesFull = false): boolean {
    this.#starved = false;
    for (const stream of this.#streams.values()) {
      if (stream.phase !== 'live') continue;
      this.#tellSpace(stream, imagesFull);
      if (stream.preparedSequence >= stream.scanner.sequence + this.#limits.redoFilesAhead) continue;
      const allowed = this.#redoFiles.freeCount > 0 || this.#redoFiles.count < this.#limits.redoFilesMax;
      if (allowed && this.#prepareNext(stream) !== NO_SPACE) return true;
      this.#starved = true;
      if (allowed) this.#tellSpace(stream, true);
    }
    return false;
  }

  /** The stream's writer is told why it gets no more room: the disk is full, or storage is only slow. */
  #tellSpace({node}: StreamState, isOutOfSpace: boolean): void {
    if (this.#words.hasFlag(node, StreamFlag.outOfSpace) === isOutOfSpace) return;
    if (isOutOfSpace) this.#words.setFlag(node, StreamFlag.outOfSpace);
    else this.#words.clearFlag(node, StreamFlag.outOfSpace);
  }

  #prepareNext(stream: StreamState): number {
    const result = this.#redoFiles.prepareStep(stream.incarnation, stream.preparedSequence + 1);
    if (result === PREPARED) {
      stream.preparedSequence++;
      this.#words.setPreparedFiles(stream.node, stream.preparedSequence);
    }
    return result;
  }

  /** Makes the checkpoints durable that the primaries have announced. */
  takeCheckpoints(): void {
    for (const stream of this.#streams.values()) if (stream.phase === 'live') this.#takeCheckpoint(stream);
  }

  #takeCheckpoint(stream: StreamState): void {
    const lsn = this.#words.checkpoint(stream.node);
    if (lsn <= stream.checkpointLsn) return;
    if (this.#journal.setCheckpoint(stream.incarnation, lsn)) stream.checkpointLsn = lsn;
  }

  /**
   * Seals a stream whose writer is gone (its thread has ended; K7) and returns its end D. Durable seal first, then D is found and the tail made durable, with all
   * that it rests on, then D is stored. May be repeated at any step.
   */
  seal(incarnation: number): number {
    const stream = must(this.#streams.get(incarnation), () => `stream ${incarnation}`);
    if (stream.phase === 'ended') return stream.endLsn;
    if (stream.phase === 'live') {
      this.#takeCheckpoint(stream);
      this.#words.setFlag(stream.node, StreamFlag.sealed);
    }
    this.#journal.beginSeal(incarnation);
    const endLsn = stream.phase === 'live' ? this.#liveEnd(stream) : this.#orphanEnd(stream);
    this.#journal.seal(incarnation, endLsn);
    stream.endLsn = endLsn;
    stream.phase = 'ended';
    return endLsn;
  }

  /** What the dead primary wrote may rest on what living ones have written: all of that is in the system's hands, and is synced here. */
  #liveEnd(stream: StreamState): number {
    for (const other of this.#streams.values()) if (other.phase === 'live' && other !== stream) this.#sync(other);
    const {lsn, resting} = findStreamEnd(stream, this.#words.synced(stream.node), this.#env.disk, this.#redoFiles);
    this.#words.setSynced(stream.node, lsn);
    for (const {rests} of resting) for (const rest of rests) this.#raise(rest.incarnation, rest.lsn);
    return lsn;
  }

  /** All that the living have written is on disk now, so what the dead one rests on is durable, and is taken in before it. */
  #raise(incarnation: number, lsn: number): void {
    const stream = this.#streams.get(incarnation);
    if (stream?.phase === 'live') this.#words.raiseDurable(stream.node, incarnation, lsn);
  }

  #sync(stream: StreamState): void {
    for (let sequence = stream.scanner.sequence; sequence <= stream.preparedSequence; sequence++) {
      const file = this.#env.disk.openSync(this.#redoFiles.path(stream.incarnation, sequence), {});
      file.syncSync();
      file.closeSync();
    }
  }

  /** After the death of everything: all streams are looked at before the first one is sealed. */
  #orphanEnd(stream: StreamState): number {
    this.#ends ??= this.#findEnds();
    const {lsn} = must(this.#ends.get(stream.incarnation), () => `end of stream ${stream.incarnation}`);
    if (lsn < stream.checkpointLsn)
      throw new CorruptionError(
        stream.scanner.where,
        `stream ${stream.incarnation} rests on redo that is missing, though LSN ${stream.checkpointLsn} was durable`,
      );
    return lsn;
  }

  #findEnds(): Map<number, StreamEnd> {
    const ends = new Map<number, StreamEnd>();
    for (const stream of this.#streams.values()) {
      const end =
        stream.phase === 'orphan'
          ? findStreamEnd(stream, stream.checkpointLsn, this.#env.disk, this.#redoFiles)
          : {lsn: stream.endLsn, resting: []};
      ends.set(stream.incarnation, end);
    }
    cutToWhatHolds(ends);
    return ends;
  }

  /** Nobody needs the stream for recovery any more. */
  finish(incarnation: number): void {
    const stream = must(this.#streams.get(incarnation), () => `stream ${incarnation}`);
    if (stream.finished) return;
    this.#journal.finish(incarnation);
    stream.finished = true;
  }

  /** What a reader in any thread needs for scanning a sealed stream. */
  describe(incarnation: number): StreamDescription {
    const stream = must(this.#streams.get(incarnation), () => `stream ${incarnation}`);
    assert(stream.phase === 'ended', () => `stream ${incarnation} is read before it is sealed`);
    return this.#describe(stream, stream.endLsn);
  }

  /** Reads what has been taken in of a stream once more from its files. Throws CorruptionError that names file and place. */
  verifyIngested(incarnation: number): void {
    const stream = must(this.#streams.get(incarnation), () => `stream ${incarnation}`);
    if (stream.files.length === 0) return;
    const description = this.#describe(stream, stream.ingestedLsn);
    for (const {sequence} of stream.files) this.#redoFiles.verifyHeader(incarnation, sequence);
    new LocalStreamReader(this.#env.disk, this.#env.crc32, description).scanAll(() => {});
  }

  /** All streams, as far as they have been taken in. */
  describeIngested(): StreamDescription[] {
    return [...this.#streams.values()].map(stream => this.#describe(stream, stream.ingestedLsn));
  }

  #describe(stream: StreamState, endLsn: number): StreamDescription {
    return {
      directory: this.#redoFiles.directory,
      incarnation: stream.incarnation,
      redoFileSize: this.#redoFileSize,
      firstSequence: stream.files[0]?.sequence ?? stream.scanner.sequence,
      checkpointLsn: stream.checkpointLsn,
      endLsn,
    };
  }

  /** Gives back the files that nobody needs. Returns true when some wait only for another batch to settle. */
  giveBack(checkpointer: Checkpointer): boolean {
    let unsettled = false;
    for (const stream of this.#streams.values()) {
      const whole = stream.phase === 'ended' && stream.ingestedLsn >= stream.endLsn;
      if (whole) this.#shed(stream);
      const free: RedoFileEntry[] = [];
      for (const file of stream.files) {
        if (!this.#isDone(stream, file, whole)) break;
        if (file.settledBatch >= checkpointer.batch) {
          unsettled = true;
          break;
        }
        free.push(file);
      }
      if (stream.finished && whole && free.length === stream.files.length) this.#retire(stream);
      else this.#recycle(stream, free);
    }
    return unsettled;
  }

  #isDone(stream: StreamState, file: RedoFileEntry, whole: boolean): boolean {
    if (file.waiting > 0) return false;
    if (stream.finished) return whole || file.sequence < stream.scanner.sequence;
    return file.sequence < stream.scanner.sequence && file.endLsn <= stream.checkpointLsn;
  }

  #recycle(stream: StreamState, files: readonly RedoFileEntry[]): void {
    if (files.length === 0) return;
    stream.files = stream.files.slice(files.length);
    for (const file of files) this.#files.remove(file);
    const sequences = files.map(file => file.sequence);
    this.#redoFiles.recycle(stream.incarnation, sequences, this.#limits.freeRedoFilesMax);
  }

  /** Files that were ready for more than an ended stream has come to: nothing of it stands in them. One after the other, the last one first: a file that is missing between others would be damage. */
  #shed(stream: StreamState): void {
    for (; stream.preparedSequence > stream.scanner.sequence; stream.preparedSequence--)
      this.#redoFiles.recycle(stream.incarnation, [stream.preparedSequence], this.#limits.freeRedoFilesMax);
  }

  #retire(stream: StreamState): void {
    this.#journal.retire(stream.incarnation);
    const first = stream.files[0]?.sequence ?? stream.scanner.sequence;
    const sequences: number[] = [];
    for (let s = first; s <= stream.preparedSequence; s++) sequences.push(s);
    for (const file of stream.files) this.#files.remove(file);
    stream.scanner.close();
    this.#streams.delete(stream.incarnation);
    this.#redoFiles.recycle(stream.incarnation, sequences, this.#limits.freeRedoFilesMax);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.scanner.close();
    this.#redoFiles.close();
  }
}
