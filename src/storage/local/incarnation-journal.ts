// The durable memory of the cluster: which incarnations there were and how each ended (K8), where each stream's checkpoint stands,
// and how far timestamps may have been given out (K9). A RecordLog with twin cells, for its last entry must not be lost.
//
//   (next number) -- open --> open -- sealing --> open, sealing -- sealed(D) --> sealed -- finished --> finished -- retired --> forgotten
//
//   open      durable before the incarnation's first use; its number is never given out again
//   sealing   nobody may add to the stream any more; D is being looked for
//   sealed    D is fixed: nothing beyond it exists (K6)
//   finished  its losers are rolled back: nobody needs its redo for recovery
//   retired   all its records are in synced images: its redo files may be anywhere, or gone
//
// Every change is durable when its method returns. When three quarters of the file are used it is rewritten with the present state.

import {assert, must} from '../../base/assert.ts';
import {getU48, setU48} from '../../base/bytes.ts';
import {CorruptionError} from '../../base/errors.ts';
import {DiskFailure} from '../../env/disk.ts';
import {type IncarnationInfo, IncarnationState} from '../api.ts';
import type {StorageEnv} from '../segment/options.ts';
import {RecordLog, type RecordLogOptions} from '../segment/record-log.ts';

const CELL = 512;
const RESERVED = 1 << 18;
const REWRITE_AT = (RESERVED / 4) * 3;
const JOURNAL_VERSION = 1;

/** Entry types. Payloads: see docs/format/volume.md. */
const Entry = {
  header: 1,
  open: 2,
  sealing: 3,
  sealed: 4,
  finished: 5,
  retired: 6,
  checkpoint: 7,
  tsoLimit: 8,
  next: 9,
} as const;

/** One incarnation as the journal knows it. */
export interface JournalIncarnation extends IncarnationInfo {
  readonly incarnation: number;
  readonly node: number;
  state: IncarnationState;
  /** The seal is durable, D is not yet. */
  sealing: boolean;
  endLsn: number;
  checkpointLsn: number;
}

export class IncarnationJournal {
  readonly #env: StorageEnv;
  readonly #directory: string;
  readonly #uuid: string;
  readonly #incarnations = new Map<number, JournalIncarnation>();
  #log!: RecordLog;
  #next = 1;
  #tsoLimit = 0;
  readonly #payload = new Uint8Array(16);
  readonly #view = new DataView(this.#payload.buffer);

  private constructor(env: StorageEnv, directory: string, uuid: string) {
    this.#env = env;
    this.#directory = directory;
    this.#uuid = uuid;
  }

  /** Makes the journal of a new volume. */
  static create(env: StorageEnv, directory: string, uuid: string): IncarnationJournal {
    const journal = new IncarnationJournal(env, directory, uuid);
    journal.#rewrite();
    return journal;
  }

  /** Reads the journal. Throws CorruptionError when it is damaged or belongs to another volume. */
  static open(env: StorageEnv, directory: string, uuid: string): IncarnationJournal {
    const journal = new IncarnationJournal(env, directory, uuid);
    journal.#log = RecordLog.open(journal.#options(''), (type, payload, sequence) =>
      journal.#replay(type, payload, sequence),
    );
    if (journal.#log.usedBytes === 0) throw new CorruptionError(journal.#log.path, 'the journal is empty');
    if (journal.#log.damagedTwins > 0) {
      env.trace.warn('journal entries were damaged and have been repaired from their twins', {
        path: journal.#log.path,
        count: journal.#log.damagedTwins,
      });
      journal.#log.close();
      journal.#rewrite();
    }
    return journal;
  }

  /** Reads the file again, every entry and its twin. Says what is wrong with it, and has written it anew from memory then; undefined when it is whole. */
  inspect(): string | undefined {
    const fault = RecordLog.inspect(this.#options(''), this.#log.usedBytes);
    if (fault !== undefined && !this.#rewriteIfRoom())
      throw new CorruptionError(this.#options('').path, `${fault}, and the disk is full`);
    return fault;
  }

  #options(suffix: string): RecordLogOptions {
    const path = `${this.#directory}/incarnations.log${suffix}`;
    return {disk: this.#env.disk, crc32: this.#env.crc32, path, growBytes: RESERVED, cell: CELL};
  }

  #replay(type: number, payload: DataView, sequence: number): void {
    const where = `${this.#directory}/incarnations.log entry ${sequence}`;
    if (sequence === 1) this.#checkHeader(type, payload, where);
    else if (type === Entry.tsoLimit) this.#tsoLimit = getU48(payload, 0);
    else if (type === Entry.next) this.#next = payload.getUint32(0, true);
    else if (type === Entry.open) this.#noteOpen(payload.getUint32(0, true), payload.getUint32(4, true));
    else this.#replayChange(type, payload, where);
  }

  #checkHeader(type: number, payload: DataView, where: string): void {
    const uuid = new TextDecoder('latin1').decode(new Uint8Array(payload.buffer, payload.byteOffset + 4, 32));
    if (type !== Entry.header || payload.getUint16(0, true) !== JOURNAL_VERSION)
      throw new CorruptionError(where, 'not a journal of this version');
    if (uuid !== this.#uuid)
      throw new CorruptionError(where, `the journal belongs to volume ${uuid}, not to ${this.#uuid}`);
  }

  #replayChange(type: number, payload: DataView, where: string): void {
    const number = payload.getUint32(0, true);
    const entry = this.#incarnations.get(number);
    if (entry === undefined) throw new CorruptionError(where, `incarnation ${number} was never opened`);
    if (type === Entry.sealing) entry.sealing = true;
    else if (type === Entry.sealed) noteSealed(entry, getU48(payload, 4));
    else if (type === Entry.finished) entry.state = IncarnationState.finished;
    else if (type === Entry.checkpoint) entry.checkpointLsn = getU48(payload, 4);
    else if (type === Entry.retired) this.#incarnations.delete(number);
    else throw new CorruptionError(where, `unknown type ${type}`);
  }

  #noteOpen(incarnation: number, node: number): void {
    const state = IncarnationState.open;
    this.#incarnations.set(incarnation, {
      incarnation,
      node,
      state,
      sealing: false,
      endLsn: 0,
      checkpointLsn: 0,
    });
    this.#next = Math.max(this.#next, incarnation + 1);
  }

  /** Incarnations that are not retired, in order of their numbers. */
  incarnations(): JournalIncarnation[] {
    return [...this.#incarnations.values()].sort((a, b) => a.incarnation - b.incarnation);
  }

  get(incarnation: number): JournalIncarnation | undefined {
    return this.#incarnations.get(incarnation);
  }

  /** The number that the next incarnation gets; all lower ones have been used. */
  get next(): number {
    return this.#next;
  }

  /** No timestamp above it has ever been published. */
  get tsoLimit(): number {
    return this.#tsoLimit;
  }

  /** Opens the next incarnation for a node and returns its number. */
  open(node: number): number {
    const incarnation = this.#next;
    this.#view.setUint32(0, incarnation, true);
    this.#view.setUint32(4, node, true);
    this.#append(Entry.open, 8);
    this.#noteOpen(incarnation, node);
    return incarnation;
  }

  /** Nobody may add to the stream from here on. */
  beginSeal(incarnation: number): void {
    const entry = this.#mustGet(incarnation, IncarnationState.open);
    if (entry.sealing) return;
    this.#view.setUint32(0, incarnation, true);
    this.#append(Entry.sealing, 4);
    entry.sealing = true;
  }

  /** Fixes the stream's end D. */
  seal(incarnation: number, endLsn: number): void {
    const entry = this.#mustGet(incarnation, IncarnationState.open);
    assert(entry.sealing, () => `incarnation ${incarnation} gets its end before its seal`);
    this.#appendLsn(Entry.sealed, incarnation, endLsn);
    noteSealed(entry, endLsn);
  }

  finish(incarnation: number): void {
    const entry = this.#mustGet(incarnation, IncarnationState.sealed);
    this.#view.setUint32(0, incarnation, true);
    this.#append(Entry.finished, 4);
    entry.state = IncarnationState.finished;
  }

  retire(incarnation: number): void {
    this.#mustGet(incarnation, IncarnationState.finished);
    this.#view.setUint32(0, incarnation, true);
    this.#append(Entry.retired, 4);
    this.#incarnations.delete(incarnation);
  }

  /** False when the disk is full: what is left of the file is kept for the ends of incarnations, and the old checkpoint stands. */
  setCheckpoint(incarnation: number, lsn: number): boolean {
    const entry = must(this.#incarnations.get(incarnation), () => `incarnation ${incarnation}`);
    assert(
      lsn >= entry.checkpointLsn,
      () => `checkpoint of ${incarnation} goes back from ${entry.checkpointLsn} to ${lsn}`,
    );
    if (this.#log.usedBytes >= REWRITE_AT && !this.#rewriteIfRoom()) return false;
    this.#appendLsn(Entry.checkpoint, incarnation, lsn);
    entry.checkpointLsn = lsn;
    return true;
  }

  /** Raises the limit; a lower value changes nothing. */
  raiseTsoLimit(limit: number): void {
    if (limit <= this.#tsoLimit) return;
    setU48(this.#view, 0, limit);
    this.#append(Entry.tsoLimit, 6);
    this.#tsoLimit = limit;
  }

  #mustGet(incarnation: number, state: IncarnationState): JournalIncarnation {
    const entry = must(this.#incarnations.get(incarnation), () => `incarnation ${incarnation}`);
    assert(entry.state === state, () => `incarnation ${incarnation} is in state ${entry.state}, not ${state}`);
    return entry;
  }

  #appendLsn(type: number, incarnation: number, lsn: number): void {
    this.#view.setUint32(0, incarnation, true);
    setU48(this.#view, 4, lsn);
    this.#append(type, 10);
  }

  #append(type: number, length: number): void {
    const payload = this.#payload.slice(0, length);
    if (this.#log.usedBytes >= REWRITE_AT) this.#rewriteIfRoom();
    this.#log.append(type, payload);
    this.#log.sync();
  }

  /** False when there is no room for the new file; the old one serves on, up to its end. */
  #rewriteIfRoom(): boolean {
    const old = this.#log;
    try {
      this.#rewrite();
      old.close();
      return true;
    } catch (error) {
      if (!(error instanceof DiskFailure) || error.code !== 'ENOSPC') throw error;
      this.#env.disk.removeSync(this.#options('.new').path);
      return false;
    }
  }

  /** Writes the present state into a new file that takes the old one's place in one step. */
  #rewrite(): void {
    const {disk} = this.#env;
    const log = RecordLog.create(this.#options('.new'));
    for (const [type, payload] of this.#state()) log.append(type, payload);
    log.sync();
    log.close();
    disk.renameSync(this.#options('.new').path, this.#options('').path);
    disk.syncDirectorySync(this.#directory);
    this.#log = RecordLog.open(this.#options(''), () => {});
  }

  *#state(): Generator<[number, Uint8Array]> {
    const header = new Uint8Array(36);
    new DataView(header.buffer).setUint16(0, JOURNAL_VERSION, true);
    header.set(new TextEncoder().encode(this.#uuid), 4);
    yield [Entry.header, header];
    for (const entry of this.incarnations()) {
      yield [Entry.open, encode(entry.incarnation, entry.node)];
      if (entry.checkpointLsn > 0) yield [Entry.checkpoint, encodeLsn(entry.incarnation, entry.checkpointLsn)];
      if (entry.sealing) yield [Entry.sealing, encode(entry.incarnation, 0)];
      if (entry.state !== IncarnationState.open) yield [Entry.sealed, encodeLsn(entry.incarnation, entry.endLsn)];
      if (entry.state === IncarnationState.finished) yield [Entry.finished, encode(entry.incarnation, 0)];
    }
    yield [Entry.next, encode(this.#next, 0)];
    yield [Entry.tsoLimit, encodeLsn(0, this.#tsoLimit).subarray(4)];
  }

  close(): void {
    this.#log.close();
  }
}

function noteSealed(entry: JournalIncarnation, endLsn: number): void {
  entry.state = IncarnationState.sealed;
  entry.endLsn = endLsn;
}

function encode(a: number, b: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, a, true);
  view.setUint32(4, b, true);
  return bytes;
}

function encodeLsn(incarnation: number, lsn: number): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, incarnation, true);
  setU48(view, 4, lsn);
  return bytes;
}
