// Takes redo in: from the files of all streams into the lists of waiting records, never beyond a stream's durable LSN or its end D.
//
// Frames of several streams are taken in order of their first LLSN. LLSN is a Lamport clock - a record's is above that of the
// record it builds on, whoever wrote that - so predecessors come first, and a record rarely waits for one that is still in a file.
// (Rarely, not never: the streams' durable LSNs are read one after the other. The builder looks again before it calls a gap damage.)
//
// Records that the page's image already holds (LLSN not above the image's) are passed over: that is how a volume reopens after a crash.

import {CorruptionError} from '../../base/errors.ts';
import {VIRTUAL_PAGE_FIRST} from '../../format/ids.ts';
import {isControl, redoFault, redoLength, redoLlsn, redoPageNo} from '../../format/redo/read.ts';
import {leafIndex, NONE, type PageTable} from '../segment/page-table.ts';
import {ARENA_FULL, type RedoArena} from '../segment/redo-arena.ts';
import type {RedoFileEntry, RedoFileTable, StreamState} from '../segment/stream-state.ts';
import type {StreamWords} from '../segment/stream-words.ts';

/** File bytes that redo of `payload` bytes is likely to take, headers included: so little is read when little is new. */
function expectedBytes(payload: number): number {
  return 4096 + payload + (payload >> 2);
}

export class Ingest {
  readonly #table: PageTable;
  readonly #arena: RedoArena;
  readonly #files: RedoFileTable;
  readonly #words: StreamWords;
  /** The number of the last checkpoint batch. */
  batch = 0;
  /** Bytes of redo taken in since the start. */
  bytes = 0;

  constructor(table: PageTable, arena: RedoArena, files: RedoFileTable, words: StreamWords) {
    this.#table = table;
    this.#arena = arena;
    this.#files = files;
    this.#words = words;
  }

  /** How far a stream may be taken in now. */
  limitOf(stream: StreamState): number {
    if (stream.phase === 'live') return this.#words.durable(stream.node);
    return stream.phase === 'ended' ? stream.endLsn : stream.ingestedLsn;
  }

  /**
   * Takes in everything that is durable now. False when the arena is full: build pages and call again; with `force` it grows instead.
   * Throws CorruptionError when a frame or record below a durable LSN is damaged.
   */
  run(streams: Iterable<StreamState>, force: boolean): boolean {
    const behind: StreamState[] = [];
    const limits: number[] = [];
    for (const stream of streams) {
      const limit = this.limitOf(stream);
      if (limit <= stream.ingestedLsn) continue;
      behind.push(stream);
      limits.push(limit);
    }
    while (behind.length > 0) {
      const next = behind.length === 1 ? 0 : this.#lowest(behind, limits);
      if (!this.#takeFrame(behind[next], limits[next], force)) return false;
      if (behind[next].ingestedLsn < limits[next]) continue;
      behind.splice(next, 1);
      limits.splice(next, 1);
    }
    return true;
  }

  /** The stream whose next frame begins with the lowest LLSN. */
  #lowest(streams: readonly StreamState[], limits: readonly number[]): number {
    let lowest = 0;
    let lowestLlsn = Number.POSITIVE_INFINITY;
    for (let i = 0; i < streams.length; i++) {
      this.#mustLoad(streams[i], limits[i]);
      const {scanner} = streams[i];
      const llsn = redoLlsn(scanner.memory, scanner.payloadAt);
      if (llsn >= lowestLlsn) continue;
      lowest = i;
      lowestLlsn = llsn;
    }
    return lowest;
  }

  #mustLoad(stream: StreamState, limit: number): void {
    if (stream.scanner.load(expectedBytes(limit - stream.ingestedLsn))) return;
    throw new CorruptionError(
      stream.scanner.where,
      `stream ${stream.incarnation} has no valid frame at LSN ${stream.scanner.lsn}, though it is durable up to ${limit}`,
    );
  }

  /** Takes in the frame that is due, up to `limit`. False when the arena is full; what was taken in stays. */
  #takeFrame(stream: StreamState, limit: number, force: boolean): boolean {
    this.#mustLoad(stream, limit);
    const {scanner} = stream;
    const file = this.#fileEntry(stream, scanner.sequence);
    const start = scanner.frameLsn;
    const length = scanner.payloadLength;
    const stop = Math.min(length, limit - start);
    let done = Math.max(0, stream.ingestedLsn - start);
    while (done < stop) {
      const at = scanner.payloadAt + done;
      const fault = redoFault(scanner.memory, at, scanner.payloadAt + length);
      if (fault !== undefined) throw new CorruptionError(`${scanner.where}, LSN ${start + done}`, fault);
      if (!this.#takeRecord(stream, file, at, force)) break;
      done += redoLength(scanner.memory, at);
    }
    this.bytes += start + done - stream.ingestedLsn;
    stream.ingestedLsn = start + done;
    file.endLsn = stream.ingestedLsn;
    if (stream.phase === 'live') this.#words.setIngested(stream.node, stream.ingestedLsn);
    if (done === length) scanner.advance();
    return done >= stop;
  }

  #takeRecord(stream: StreamState, file: RedoFileEntry, at: number, force: boolean): boolean {
    const {memory} = stream.scanner;
    if (isControl(memory, at)) return true;
    const pageNo = redoPageNo(memory, at);
    if (pageNo >= VIRTUAL_PAGE_FIRST)
      throw new CorruptionError(stream.scanner.where, `redo for page ${pageNo}, which cannot exist`);
    const leaf = this.#table.leaf(pageNo);
    const i = leafIndex(pageNo);
    if (leaf.slot[i] !== NONE && redoLlsn(memory, at) <= leaf.llsn[i]) {
      file.settledBatch = this.batch;
      return true;
    }
    if (this.#arena.add(leaf, memory, at, file.id, force) === ARENA_FULL) return false;
    file.waiting++;
    return true;
  }

  /** The entry of the stream's file, made when the scan enters it. */
  #fileEntry(stream: StreamState, sequence: number): RedoFileEntry {
    const last = stream.files.at(-1);
    if (last !== undefined && last.sequence === sequence) return last;
    const entry = this.#files.add(stream.incarnation, sequence, stream.ingestedLsn, this.batch);
    stream.files.push(entry);
    return entry;
  }
}
