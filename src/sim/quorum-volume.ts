// The quorum volume as the supervisor of the simulated cluster sees it: every question is answered before it returns, while only the storage nodes go on.

import type {Memory} from '../format/memory.ts';
import {type IncarnationInfo, IncarnationState, type StreamReader} from '../storage/api.ts';
import type {VolumeView} from '../storage/quorum/api.ts';
import type {QuorumPageReader} from '../storage/quorum/client/page-reader.ts';
import type {QuorumStreamDescription} from '../storage/quorum/client/redo-stream.ts';
import type {StreamBytes} from '../storage/quorum/client/stream-bytes.ts';
import type {QuorumVolume} from '../storage/quorum/client/volume.ts';
import type {SimVolume} from './sim-storage.ts';
import type {StorageTime} from './storage-time.ts';

export class QuorumSimVolume implements SimVolume {
  readonly pageSize: number;
  readonly #volume: QuorumVolume;
  readonly #reader: QuorumPageReader;
  readonly #time: StorageTime;
  readonly #sealed = new Map<number, StreamBytes>();
  readonly #finished = new Set<number>();
  #failure: string | undefined;

  /** `reader` is of the master, for the checkers. */
  constructor(volume: QuorumVolume, reader: QuorumPageReader, time: StorageTime) {
    this.#volume = volume;
    this.#reader = reader;
    this.#time = time;
    this.pageSize = volume.pageSize;
  }

  view(): VolumeView {
    return this.#volume.view();
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  /** Another master has taken the volume. */
  fail(reason: string): void {
    this.#failure ??= reason;
  }

  get tsoLimit(): number {
    return this.#volume.tsoLimit;
  }

  raiseTsoLimit(limit: number): void {
    let isRaised = false;
    this.#volume.raiseTsoLimit(limit, () => (isRaised = true));
    this.#time.wait(() => isRaised, 'the TSO limit is raised');
  }

  openIncarnation(node: number): QuorumStreamDescription {
    let opened: QuorumStreamDescription | undefined;
    this.#volume.openIncarnation(node, description => (opened = description));
    this.#time.wait(() => opened !== undefined, 'an incarnation opens');
    return opened as unknown as QuorumStreamDescription;
  }

  sealStream(incarnation: number): number {
    const known = this.#sealed.get(incarnation);
    if (known !== undefined) return known.endLsn;
    this.#volume.sealStream(incarnation, bytes => this.#sealed.set(incarnation, bytes));
    this.#time.wait(() => this.#sealed.has(incarnation), `stream ${incarnation} is sealed`);
    return this.#sealed.get(incarnation)?.endLsn ?? 0;
  }

  readStream(incarnation: number): StreamReader {
    this.sealStream(incarnation);
    return this.#sealed.get(incarnation) as StreamReader;
  }

  finishIncarnation(incarnation: number): void {
    this.#sealed.delete(incarnation);
    this.#finished.add(incarnation);
    this.#volume.finishIncarnation(incarnation);
  }

  /** What was told to be finished is, though that is not durable yet. */
  incarnations(): IncarnationInfo[] {
    return this.#volume
      .incarnations()
      .map(one => (this.#finished.has(one.incarnation) ? {...one, state: IncarnationState.finished} : one));
  }

  /** Reads name what they need, and nodes work by themselves. */
  ingest(): void {}

  maintain(): boolean {
    return false;
  }

  /** Reads a page as a primary would. */
  readPage(pageNo: number, target: Memory, at: number): number {
    let answer: number | undefined;
    this.#reader.onPage = (_pageNo, status, memory, from) => {
      answer = status;
      target.bytes.set(memory.bytes.subarray(from, from + this.pageSize), at);
    };
    this.#reader.read(pageNo, 0, 0);
    this.#time.wait(() => this.#reader.poll() > 0, `page ${pageNo} is read`);
    return answer as unknown as number;
  }

  /** All members say that they are whole and lack nothing. */
  get isWhole(): boolean {
    return this.#volume.storageNodes().every(({health, lag}) => health === 'whole' && lag === 0);
  }

  counters(): ReadonlyMap<string, number> {
    return this.#volume.counters();
  }

  close(): void {
    this.#volume.close();
  }
}
