// One peer's redo on its way into this node's pages (optimistic mode): where it is, and what has been copied out of the ring.

import {Memory} from '../../format/memory.ts';
import {redoFault, redoLength} from '../../format/redo/read.ts';
import type {RedoFeed} from '../../storage/api.ts';

/** Redo copied out of the ring at once; longer than any record. */
const BUFFER_BYTES = 1 << 18;

export class PeerStream {
  readonly node: number;
  readonly #feed: RedoFeed;
  #buffer: Memory | undefined;
  #at = 0;
  #filled = 0;
  /** Incarnation that is followed; 0 = none yet. */
  incarnation = 0;
  /** All redo below has been applied. */
  cutLsn = 0;
  /** It was read to its end, when last looked at: whoever comes after it on its node is followed from his beginning. */
  wasAtEnd = false;
  /** To be reached by the running round. */
  targetLsn = 0;

  constructor(feed: RedoFeed, node: number) {
    this.#feed = feed;
    this.node = node;
  }

  /** From now on this incarnation is followed, from `lsn` on. */
  follow(incarnation: number, lsn: number): void {
    this.incarnation = incarnation;
    this.cutLsn = lsn;
    this.targetLsn = lsn;
    this.wasAtEnd = false;
    this.#at = 0;
    this.#filled = 0;
  }

  /** The stream has ended, and all of it has been applied. */
  get isAtEnd(): boolean {
    const end = this.#feed.endLsn(this.node);
    return this.incarnation === 0 || (end !== 0 && this.cutLsn >= end);
  }

  get memory(): Memory {
    this.#buffer ??= new Memory(new ArrayBuffer(Math.min(BUFFER_BYTES, this.#feed.ringBytes)));
    return this.#buffer;
  }

  /** Offset of the next record in `memory`. -1: nothing is left below the target. -2: the ring has come round. */
  next(): number {
    if (this.cutLsn >= this.targetLsn) return NOTHING_LEFT;
    const {memory} = this;
    if (this.#at < this.#filled && redoFault(memory, this.#at, this.#filled) === undefined) return this.#at;
    const length = Math.min(this.targetLsn - this.cutLsn, memory.size);
    if (!this.#feed.copy(this.node, this.cutLsn, length, memory)) return RING_CAME_ROUND;
    this.#at = 0;
    this.#filled = length;
    return 0;
  }

  /** The next record has been taken. */
  advance(): void {
    const length = redoLength(this.memory, this.#at);
    this.#at += length;
    this.cutLsn += length;
  }
}

export const NOTHING_LEFT = -1;
export const RING_CAME_ROUND = -2;
