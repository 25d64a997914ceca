// Doorbells between the threads of a process: one word each, waited for with Atomics.waitAsync (hot-path 4).
//
// Two words per bell: "sleeping" and "rung". The ringer stores "rung" and then looks at "sleeping"; the sleeper stores "sleeping" and then looks at "rung".
// One of the two sees the other, so no ring is lost.

import type {Doorbells} from '../env/memory.ts';

/** Words lie in cache lines of their own. */
const STRIDE = 16;
const AWAKE = 0;
const SLEEPING = 1;

export function bellBytes(count: number): number {
  return count * STRIDE * 4;
}

interface AsyncWait {
  readonly async: boolean;
  readonly value: Promise<string> | string;
}

export class AtomicBells implements Doorbells {
  readonly #words: Int32Array;
  readonly #handlers = new Map<number, () => void>();

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  ring(node: number): void {
    const word = node * STRIDE;
    Atomics.store(this.#words, word + 1, 1);
    if (Atomics.load(this.#words, word) !== SLEEPING) return;
    if (Atomics.exchange(this.#words, word, AWAKE) === SLEEPING) Atomics.notify(this.#words, word, 1);
  }

  listen(node: number, handler: () => void): void {
    this.#handlers.set(node, handler);
    this.#arm(node);
  }

  close(node: number): void {
    this.#handlers.delete(node);
    const word = node * STRIDE;
    if (Atomics.exchange(this.#words, word, AWAKE) === SLEEPING) Atomics.notify(this.#words, word, 1);
  }

  /** Sleeps at the bell, unless it was rung since the handler ran last. Never more than one waiter. */
  #arm(node: number): void {
    const word = node * STRIDE;
    for (;;) {
      const handler = this.#handlers.get(node);
      if (handler === undefined) return;
      Atomics.store(this.#words, word, SLEEPING);
      if (Atomics.exchange(this.#words, word + 1, 0) !== 0) {
        Atomics.store(this.#words, word, AWAKE);
        setImmediate(() => this.#answer(node));
        return;
      }
      const wait = (
        Atomics as unknown as {waitAsync(words: Int32Array, at: number, value: number): AsyncWait}
      ).waitAsync(this.#words, word, SLEEPING);
      if (!wait.async) continue;
      void (wait.value as Promise<string>).then(() => this.#answer(node));
      return;
    }
  }

  #answer(node: number): void {
    this.#handlers.get(node)?.();
    this.#arm(node);
  }
}
