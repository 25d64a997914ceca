// A redo stream that also feeds the read replicas: what is written goes into the ring first, and replicas are rung when more of it counts.

import type {Memory} from '../../format/memory.ts';
import {FRAME_HEADER} from '../../format/redo/layout.ts';
import type {RedoStream} from '../api.ts';
import type {SharedRedoFeed} from './redo-feed.ts';

export class FedRedoStream implements RedoStream {
  readonly #inner: RedoStream;
  readonly #feed: SharedRedoFeed;
  readonly #node: number;
  readonly #ringAll: () => void;
  onAdvance: (error?: string) => void = () => {};

  /** `ringAll` rings every replica. The feed of `node` has begun, or will before the first write. */
  constructor(inner: RedoStream, feed: SharedRedoFeed, node: number, ringAll: () => void) {
    this.#inner = inner;
    this.#feed = feed;
    this.#node = node;
    this.#ringAll = ringAll;
    inner.onAdvance = error => this.#advanced(error);
  }

  #advanced(error: string | undefined): void {
    if (error === undefined) {
      const {incarnation, durableLsn} = this.#inner;
      this.#feed.setDurable(this.#node, durableLsn);
      this.#inner.setReadPoint(this.#feed.lowestCut(incarnation, durableLsn));
      this.#ringAll();
    }
    this.onAdvance(error);
  }

  get incarnation(): number {
    return this.#inner.incarnation;
  }

  get startLsn(): number {
    return this.#inner.startLsn;
  }

  get durableLsn(): number {
    return this.#inner.durableLsn;
  }

  get writtenLsn(): number {
    return this.#inner.writtenLsn;
  }

  get maxPayload(): number {
    return this.#inner.maxPayload;
  }

  write(memory: Memory, at: number, length: number, startLsn: number, cplLsn: number, restsLength: number): void {
    this.#feed.put(this.#node, startLsn, memory, at + FRAME_HEADER, length);
    this.#inner.write(memory, at, length, startLsn, cplLsn, restsLength);
  }

  sync(): boolean {
    return this.#inner.sync();
  }

  restOn(incarnation: number, lsn: number, fromLsn: number): void {
    this.#inner.restOn(incarnation, lsn, fromLsn);
  }

  encodeRests(memory: Memory, at: number, frameLsn: number): number {
    return this.#inner.encodeRests(memory, at, frameLsn);
  }

  look(): void {
    this.#inner.look();
  }

  room(): number {
    return this.#inner.room();
  }

  isOutOfSpace(): boolean {
    return this.#inner.isOutOfSpace();
  }

  /** What replicas may still read is known here. */
  setReadPoint(lsn: number): void {
    this.#inner.setReadPoint(Math.min(lsn, this.#feed.lowestCut(this.incarnation, lsn)));
  }

  setCheckpoint(lsn: number): void {
    this.#inner.setCheckpoint(lsn);
  }

  close(): void {
    this.#inner.close();
  }
}
