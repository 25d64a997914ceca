// The timestamp oracle: one 64-bit word, and the durable limit that runs ahead of it (K9).
//
// A view reads the word, a commit adds one. No value above the limit is ever published: after a restart the oracle resumes at the
// limit, so a published value can never be drawn again. A value drawn above the limit is thrown away, never kept for later: what is
// published is always drawn while the limit allows it, so a reader who finds a slot COMMITTING knows that its CTS is not decided yet.
//
// 64-bit words are BigUint64Array with Atomics, and become numbers at once (K15).

import {SUPERVISOR_BELL} from '../api.ts';
import {type Mailbox, Message} from '../mailbox.ts';
import {Header} from '../memory/layout.ts';
import type {PmfsMemory} from '../memory/pmfs-memory.ts';

/** Distance from the limit at which the supervisor is asked to raise it. */
export const LIMIT_MARGIN = 500_000;
/** Inside the margin, every so many values ring again. */
const RING_EVERY = 1024;

export class Tso {
  readonly #words: Int32Array;
  readonly #words64: BigUint64Array;
  readonly #mailbox: Mailbox;

  constructor(memory: PmfsMemory, mailbox: Mailbox) {
    this.#words = memory.words;
    this.#words64 = memory.words64;
    this.#mailbox = mailbox;
  }

  /** The newest value drawn by anybody. */
  read(): number {
    return Number(Atomics.load(this.#words64, Header.tso64));
  }

  /** A fresh value that nobody else gets. May lie above the limit: not to be published as a CTS. */
  draw(): number {
    return Number(Atomics.add(this.#words64, Header.tso64, 1n)) + 1;
  }

  /** A fresh value at or below the limit, or -1 until the limit has been raised; then every node is told (Message.judge). */
  drawPublishable(): number {
    const limit = this.limit();
    if (this.read() < limit) {
      const drawn = this.draw();
      if (drawn <= limit) {
        if (limit - drawn < LIMIT_MARGIN && drawn % RING_EVERY === 0) this.#mailbox.ringOutside(SUPERVISOR_BELL);
        return drawn;
      }
    }
    Atomics.store(this.#words, Header.limitWaiters, 1);
    this.#mailbox.ringOutside(SUPERVISOR_BELL);
    return -1;
  }

  limit(): number {
    return Number(Atomics.load(this.#words64, Header.tsoLimit64));
  }

  /** Allows values up to `limit`, which the caller has made durable. Monotonic. */
  raiseLimit(limit: number): void {
    if (limit <= this.limit()) return;
    Atomics.store(this.#words64, Header.tsoLimit64, BigInt(limit));
    if (Atomics.exchange(this.#words, Header.limitWaiters, 0) !== 0) this.#mailbox.sendToAll(Message.judge);
  }

  /** First start after the death of everything: no value up to `limit` is used again. Before anybody joins. */
  resumeAt(limit: number): void {
    if (limit > this.read()) Atomics.store(this.#words64, Header.tso64, BigInt(limit));
  }
}
