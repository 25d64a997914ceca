// Ended transactions whose undo is still needed: by open views, or by purge. In the order in which they ended on this node.

import type {UndoTail} from './transaction.ts';

/** One ended transaction; or, of a dead incarnation, the undo pages of many (their transactions have no tails left). */
export interface EndedTransaction {
  /** CTS of a commit; for a rollback one more than the TSO value read after its end: a reader may still be on its way into its undo (K14). */
  readonly stamp: number;
  readonly incarnation: number;
  readonly slot: number;
  readonly version: number;
  readonly undoPages: readonly number[];
  /** What purge has to look at; empty when nothing was deleted or moved. */
  readonly tails: readonly UndoTail[];
}

export class History {
  readonly #queue: EndedTransaction[] = [];
  #head = 0;

  add(ended: EndedTransaction): void {
    this.#queue.push(ended);
  }

  /** The oldest one if every view, present and future, is at or above its stamp; else undefined. */
  oldestBelow(horizon: number): EndedTransaction | undefined {
    const ended = this.#queue[this.#head];
    return ended !== undefined && ended.stamp <= horizon ? ended : undefined;
  }

  /** What is still to be purged, oldest first: for checkpoints. */
  *entries(): Generator<EndedTransaction> {
    for (let i = this.#head; i < this.#queue.length; i++) yield this.#queue[i];
  }

  /** Takes the oldest out: it has been purged. */
  shift(): void {
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Length of the history list, for metrics. */
  get length(): number {
    return this.#queue.length - this.#head;
  }
}
