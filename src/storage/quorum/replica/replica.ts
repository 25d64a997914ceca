// One segment replica: a log of batches, the chains of the streams that they form, and the pages that are built from them.
//
//   append -> log (one durable write per group) -> acknowledged with SCL
//                 | in order, below VDL
//                 v
//            taken in -> waiting redo -> page, when somebody reads it, or when the log is to be collected
//
// A log file goes when everything in it is in durable images, below its stream's checkpoint and read point, and here with the peers too.
// What a crash leaves: the log up to the last durable group (batch-log.ts), images and index (as in the local volume), the bases.

import {CorruptionError} from '../../../base/errors.ts';
import {Memory} from '../../../format/memory.ts';
import type {StorageEnv} from '../../segment/options.ts';
import type {RedoFileEntry} from '../../segment/stream-state.ts';
import {type Need, STREAM_START, type StreamFence, type StreamPoint} from '../api.ts';
import {type Batch, memoryOf, runsOf} from '../batch.ts';
import {type BatchRef, StreamChain} from '../chain.ts';
import {BatchLog, type LogPlace} from './batch-log.ts';
import {BUILT, DAMAGED, NOTHING, type SegmentLimits, SegmentPages} from './segment-pages.ts';
import {StateFile} from './state-file.ts';

/** What a replica asks its node. */
export interface ReplicaHost {
  now(): number;
  fenceOf(incarnation: number): StreamFence | undefined;
  /** Nobody needs the stream for recovery any more. */
  isFinished(incarnation: number): boolean;
  /** Lowest SCL among the other members, or infinity. */
  peersReached(pg: number, incarnation: number): number;
  /** A write failed: the node must stop. */
  fail(reason: string): void;
  /** Something that may have been acknowledged cannot be read any more. */
  lost(pg: number, what: string): void;
}

export interface ReplicaOptions {
  readonly directory: string;
  readonly pg: number;
  readonly uuid: string;
  readonly pageSize: number;
  readonly limits: SegmentLimits;
}

/** Durable beside the log. */
interface ReplicaState {
  /** Incarnation and base of its chain. */
  readonly bases: readonly (readonly [number, number])[];
  /** The pages are being copied from a peer: nothing may be read yet. */
  readonly copying: boolean;
}

interface FileContent {
  readonly refs: BatchRef[];
  /** By incarnation: end of its last batch here. */
  readonly ends: Map<number, number>;
  readonly entries: Map<number, RedoFileEntry>;
}

export type PageResult = 'found' | 'absent' | 'behind' | 'damaged';

export class Replica {
  readonly pg: number;
  readonly chains = new Map<number, StreamChain>();
  readonly pages: SegmentPages;
  readonly #host: ReplicaHost;
  readonly #options: ReplicaOptions;
  readonly #log: BatchLog;
  readonly #state: StateFile<ReplicaState>;
  readonly #content = new Map<number, FileContent>();
  /** Batches on their way to the disk, by stream and place. */
  readonly #writing = new Set<string>();
  readonly #target: Memory;
  #scrub: BatchRef[] = [];
  copying = false;

  /** Opens a replica, or makes an empty one. Throws CorruptionError when it must be rebuilt from its peers. */
  constructor(env: StorageEnv, options: ReplicaOptions, host: ReplicaHost) {
    this.pg = options.pg;
    this.#host = host;
    this.#options = options;
    env.disk.makeDirectorySync(options.directory);
    const {directory, uuid, pageSize, limits, pg} = options;
    this.#target = new Memory(new ArrayBuffer(pageSize));
    this.#state = new StateFile(env, `${directory}/replica`);
    const state = this.#state.read(() => {
      throw new CorruptionError(`${directory}/replica`, 'both copies of the state are damaged');
    });
    for (const [incarnation, base] of state?.bases ?? []) this.#newChain(incarnation, base);
    this.copying = state?.copying ?? false;
    this.pages = new SegmentPages(env, directory, uuid, pageSize, limits);
    this.#log = new BatchLog(env, `${directory}/log`, pg, limits.logFileBytes, reason => host.fail(reason));
    this.#log.open((batch, place) => this.#found(batch, place));
    for (const chain of this.chains.values()) this.#applyFence(chain);
    if (!this.#log.damaged) return;
    // What is lost may belong to a stream that everybody else has forgotten: only a peer's pages surely have it.
    this.beginCopy([]);
    host.lost(pg, 'the log is damaged');
  }

  #newChain(incarnation: number, base: number): StreamChain {
    const chain = new StreamChain(incarnation, base);
    this.chains.set(incarnation, chain);
    return chain;
  }

  #chain(incarnation: number): StreamChain {
    const known = this.chains.get(incarnation);
    if (known !== undefined) return known;
    const chain = this.#newChain(incarnation, STREAM_START);
    this.#applyFence(chain);
    return chain;
  }

  #applyFence(chain: StreamChain): void {
    const fence = this.#host.fenceOf(chain.incarnation);
    if (fence !== undefined && fence.end > 0) chain.seal(fence.end, fence.tails[String(this.pg)] ?? STREAM_START);
  }

  /** A stream has been sealed. */
  sealed(incarnation: number): void {
    const chain = this.chains.get(incarnation);
    if (chain !== undefined) this.#applyFence(chain);
  }

  #refOf(batch: Batch, {file, at}: LogPlace): BatchRef {
    const {incarnation, prev, end, first, checkpoint, vdl, bytes} = batch;
    const arrived = this.#host.now();
    return {incarnation, prev, end, first, checkpoint, vdl, file, at, length: bytes.length, bytes: undefined, arrived};
  }

  #found(batch: Batch, place: LogPlace): void {
    const ref = this.#refOf(batch, place);
    this.#note(ref);
    this.#chain(batch.incarnation).add(ref);
  }

  #contentOf(file: number): FileContent {
    let content = this.#content.get(file);
    if (content === undefined) {
      content = {refs: [], ends: new Map(), entries: new Map()};
      this.#content.set(file, content);
    }
    return content;
  }

  /** A batch stands in a log file. */
  #note(ref: BatchRef): void {
    const {refs, ends} = this.#contentOf(ref.file);
    refs.push(ref);
    ends.set(ref.incarnation, Math.max(ends.get(ref.incarnation) ?? 0, ref.end));
  }

  /** Accepts a batch. `reply` gets the stream's SCL here, at once when the batch is known, else when it is durable. */
  accept(batch: Batch, reply: (scl: number) => void): void {
    const chain = this.#chain(batch.incarnation);
    if (chain.has(batch.prev, batch.end) || chain.isBeyondEnd(batch.first)) {
      reply(chain.scl);
      return;
    }
    const key = `${batch.incarnation}:${batch.prev}`;
    if (this.#writing.has(key)) return;
    this.#writing.add(key);
    this.#log.append(batch.bytes, place => {
      this.#writing.delete(key);
      const ref = this.#refOf(batch, place);
      ref.bytes = batch.bytes;
      this.#note(ref);
      chain.add(ref);
      reply(chain.scl);
    });
  }

  /** The writer, or a reader, knows that the stream is durable up to `vdl`. */
  noteDurable(incarnation: number, vdl: number, readPoint: number): void {
    const chain = this.#chain(incarnation);
    chain.vdl = Math.max(chain.vdl, vdl);
    chain.readPoint = Math.max(chain.readPoint, readPoint);
  }

  /** The same from an idle writer; a stream that is not here stays unknown. */
  notePoint(incarnation: number, vdl: number, readPoint: number): void {
    if (this.chains.has(incarnation)) this.noteDurable(incarnation, vdl, readPoint);
  }

  /** Takes in what is durable and here without a hole. False when memory for waiting redo is short. */
  takeIn(force = false): boolean {
    for (const chain of this.chains.values()) if (!this.#takeChain(chain, force)) return false;
    return true;
  }

  #takeChain(chain: StreamChain, force: boolean): boolean {
    const limit = chain.end > 0 ? chain.end : chain.vdl;
    while (chain.nextToTake < chain.held.length) {
      const ref = chain.held[chain.nextToTake];
      if (ref.first >= limit) return true;
      if (!this.#takeBatch(chain, ref, chain.taken, limit, force)) return false;
      if (chain.held[chain.nextToTake] !== ref) return true;
      if (ref.end > limit) return true;
      ref.bytes = undefined;
      chain.taken = ref.end;
      chain.nextToTake++;
    }
    return true;
  }

  /** Takes in what a batch has from `from` to `limit`. False when memory is short. A batch that cannot be read becomes a hole. */
  #takeBatch(chain: StreamChain, ref: BatchRef, from: number, limit: number, force: boolean): boolean {
    const bytes = ref.bytes ?? this.#log.read(ref, ref.length)?.bytes;
    if (bytes === undefined) {
      this.#lose(chain, ref);
      return true;
    }
    const memory = memoryOf(bytes);
    const entry = this.#entryOf(ref);
    for (const run of runsOf(bytes)) {
      const begin = Math.max(0, from - run.lsn);
      const stop = Math.min(run.length, limit - run.lsn);
      if (stop <= begin) continue;
      const done = this.pages.take(memory, run.at, begin, stop, entry, force);
      chain.taken = run.lsn + done;
      if (done < stop) return false;
    }
    return true;
  }

  #entryOf(ref: BatchRef): RedoFileEntry {
    const {entries} = this.#contentOf(ref.file);
    let entry = entries.get(ref.incarnation);
    if (entry === undefined) {
      entry = this.pages.files.add(ref.incarnation, ref.file, ref.end, this.pages.batch);
      entries.set(ref.incarnation, entry);
    }
    return entry;
  }

  #lose(chain: StreamChain, ref: BatchRef): void {
    chain.lose(ref);
    this.#host.lost(this.pg, `a batch of stream ${ref.incarnation} that ends at LSN ${ref.end}`);
  }

  /** True when everything that is asked for has arrived. */
  #reaches(needs: readonly Need[]): boolean {
    return needs.every(([incarnation, lsn]) => {
      const chain = this.chains.get(incarnation);
      if (chain !== undefined) return chain.reaches(lsn);
      const fence = this.#host.fenceOf(incarnation);
      return fence !== undefined && fence.end > 0 && fence.tails[String(this.pg)] === undefined;
    });
  }

  /** The newest version of a page, at least as new as `needs`; its bytes are in `result` until the next call. */
  read(pageNo: number, needs: readonly Need[]): PageResult {
    if (this.copying || !this.#reaches(needs)) return 'behind';
    for (const [incarnation, lsn] of needs) if (this.chains.has(incarnation)) this.noteDurable(incarnation, lsn, 0);
    this.#takeAll();
    if (!this.#reaches(needs)) return 'behind';
    const result = this.pages.read(pageNo, this.#target, 0);
    if (result === BUILT) return 'found';
    if (result === NOTHING) return 'absent';
    return result === DAMAGED ? 'damaged' : 'behind';
  }

  /** Bytes of the page that was read last. */
  get result(): Uint8Array {
    return this.#target.bytes;
  }

  #takeAll(): void {
    while (!this.takeIn()) {
      if (this.pages.step() > 0) continue;
      this.takeIn(true);
      return;
    }
  }

  /** A slice of background work. True when there is more to do at once. */
  maintain(): boolean {
    this.#log.prepare();
    if (this.copying) return false;
    this.#takeAll();
    const written = this.pages.fullness > 0.5 || this.#isLogHeldUp() ? this.pages.step() : 0;
    if (this.#collect() && written === 0) {
      this.pages.settle();
      this.#collect();
    }
    return written > 0;
  }

  /**
   * True when the log is long and its older files hold redo that is in no image. What else keeps a file (the stream's checkpoint, a reader, a peer) no image
   * helps against: pages that change all the time would be written again and again.
   */
  #isLogHeldUp(): boolean {
    const {files} = this.#log;
    const excess = files.length - this.#options.limits.logFilesBusy / 2;
    for (let i = 0; i < excess; i++) {
      for (const entry of this.#contentOf(files[i]).entries.values()) if (entry.waiting > 0) return true;
    }
    return false;
  }

  /** Writes all pages and collects what can be. */
  checkpointAll(): void {
    this.#takeAll();
    while (this.pages.step() > 0);
    this.pages.settle();
    this.#collect();
  }

  /** Removes the oldest log files that nobody needs. True when some wait only for another batch of images. Called all the time: it looks at files, not at batches. */
  #collect(): boolean {
    const done: number[] = [];
    let unsettled = false;
    const busy = this.#log.files.length > this.#options.limits.logFilesBusy;
    for (const file of this.#log.files) {
      if (file === this.#log.currentFile || !this.#isDone(this.#contentOf(file), busy)) break;
      const entries = [...this.#contentOf(file).entries.values()];
      unsettled = entries.some(entry => entry.settledBatch >= this.pages.batch);
      if (unsettled) break;
      done.push(file);
    }
    const whole = done.length === 0 ? done : this.#wholePrefix(done);
    if (whole.length > 0) this.#remove(whole);
    return unsettled;
  }

  /** True when all redo of a file is in images, and nobody asks for its batches any more. */
  #isDone({ends, entries}: FileContent, busy: boolean): boolean {
    for (const entry of entries.values()) if (entry.waiting > 0) return false;
    for (const [incarnation, end] of ends) {
      const chain = this.#chain(incarnation);
      // What lies beyond D is not wanted.
      const last = chain.end > 0 ? Math.min(end, chain.tail) : end;
      if (last > this.#doneTo(chain, busy)) return false;
    }
    return true;
  }

  /** Batches of the stream that end up to here may go. */
  #doneTo(chain: StreamChain, busy: boolean): number {
    const {incarnation, end, taken} = chain;
    let lsn = chain.scl;
    if (end === 0 || taken < end) lsn = Math.min(lsn, taken);
    if (!this.#host.isFinished(incarnation)) {
      lsn = Math.min(lsn, chain.checkpoint);
      if (end === 0) lsn = Math.min(lsn, chain.readPoint);
    }
    if (!busy) lsn = Math.min(lsn, this.#host.peersReached(this.pg, incarnation));
    return Math.max(lsn, chain.base);
  }

  /** Files go only together with all that comes before them in their chains: a batch that filled a hole stands in a later file. */
  #wholePrefix(files: readonly number[]): readonly number[] {
    const place = new Map(files.map((file, i) => [file, i]));
    let count = files.length;
    for (const {held} of this.chains.values()) {
      let stays = false;
      for (const ref of held) {
        const at = place.get(ref.file) ?? count;
        if (at >= count) stays = true;
        else if (stays) count = at;
      }
    }
    // A shorter prefix may leave out a batch that one of its own files builds on.
    return count === files.length ? files : this.#wholePrefix(files.slice(0, count));
  }

  #remove(files: readonly number[]): void {
    for (const file of files) {
      const lasts = new Map<StreamChain, number>();
      for (const {incarnation, first, end} of this.#contentOf(file).refs) {
        const chain = this.#chain(incarnation);
        if (end <= chain.scl && !chain.isBeyondEnd(first)) lasts.set(chain, Math.max(lasts.get(chain) ?? 0, end));
      }
      for (const [chain, last] of lasts) chain.collectTo(last);
    }
    this.#saveState();
    for (const file of files) {
      for (const entry of this.#contentOf(file).entries.values()) this.pages.files.remove(entry);
      this.#content.delete(file);
    }
    this.#log.remove(files);
  }

  #saveState(): void {
    const bases = [...this.chains.values()]
      .filter(chain => chain.base > STREAM_START)
      .map(chain => [chain.incarnation, chain.base] as const);
    this.#state.write({bases, copying: this.copying});
  }

  /** The stream is over for everybody, and nothing of it is in the log any more. */
  forget(incarnation: number): boolean {
    const chain = this.chains.get(incarnation);
    if (chain === undefined) return true;
    const inLog = [...this.#content.values()].some(({ends}) => ends.has(incarnation));
    if (inLog || !chain.isWhole) return false;
    this.chains.delete(incarnation);
    this.#saveState();
    return true;
  }

  /** Begins to take over the pages of a peer, whose chains begin at these bases. Durable. */
  beginCopy(bases: readonly (readonly [number, number])[]): void {
    this.copying = true;
    for (const [incarnation, base] of bases) this.#chain(incarnation).restart(base);
    this.#saveState();
  }

  /** The pages are here. Streams that are over for everybody are in them, whatever the log lacks. */
  endCopy(isRetired: (incarnation: number) => boolean): void {
    this.copying = false;
    for (const chain of this.chains.values()) if (isRetired(chain.incarnation)) chain.restart(chain.highest);
    this.#saveState();
  }

  /** Takes over pages that a peer has built. */
  adoptPages(pageNos: readonly number[], bytes: Uint8Array): boolean {
    return this.pages.adopt(pageNos, bytes);
  }

  /** The newest versions of up to `count` pages above `after`; undefined when one of them cannot be built now. */
  copyPages(after: number, count: number): {pageNos: number[]; bytes: Uint8Array} | undefined {
    if (this.copying) return undefined;
    this.#takeAll();
    const {pageSize} = this.#options;
    const found = this.pages.pagesAfter(after, count);
    const bytes = new Uint8Array(found.length * pageSize);
    const pageNos: number[] = [];
    for (const pageNo of found) {
      const result = this.pages.read(pageNo, this.#target, 0);
      if (result === NOTHING) continue;
      if (result !== BUILT) return undefined;
      bytes.set(this.#target.bytes, pageNos.length * pageSize);
      pageNos.push(pageNo);
    }
    return {pageNos, bytes: bytes.subarray(0, pageNos.length * pageSize)};
  }

  points(): StreamPoint[] {
    return [...this.chains.values()].map(({incarnation, base, scl, highest}) => [
      this.pg,
      incarnation,
      base,
      scl,
      highest,
    ]);
  }

  /** Bytes of batches of a stream that reach beyond `lsn`. */
  fetch(
    incarnation: number,
    lsn: number,
    limit: number,
    before: number,
  ): {readonly bytes: Uint8Array[]; readonly more: boolean} {
    const chain = this.chains.get(incarnation);
    if (chain === undefined) return {bytes: [], more: false};
    const {refs, more} = chain.after(lsn, before, limit);
    const bytes: Uint8Array[] = [];
    for (const ref of refs) {
      const found = ref.bytes ?? this.#log.read(ref, ref.length)?.bytes;
      if (found === undefined) this.#lose(chain, ref);
      else bytes.push(found);
    }
    return {bytes, more};
  }

  /** Verifies a few images and a few batches, round and round. Returns the pages that are damaged. */
  scrub(images: number, batches: number): number[] {
    if (this.#scrub.length === 0) this.#scrub = [...this.chains.values()].flatMap(chain => chain.held);
    for (let k = 0; k < batches; k++) {
      const ref = this.#scrub.pop();
      if (ref === undefined) break;
      const chain = this.#chain(ref.incarnation);
      if (ref.end <= chain.base || !chain.held.includes(ref)) continue;
      if (this.#log.read(ref, ref.length) === undefined) this.#lose(chain, ref);
    }
    return this.copying ? [] : this.pages.scrub(images);
  }

  counters(): Record<string, number> {
    return {
      ...this.pages.counters(),
      log_files: this.#log.files.length,
      log_bytes: this.#log.bytes,
      log_groups: this.#log.groups,
    };
  }

  close(): void {
    this.#log.close();
    this.pages.close();
  }
}
