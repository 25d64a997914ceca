// A bounded queue of small messages in shared memory, one producer, one consumer (hot-path 4).
// A message is MESSAGE_WORDS int32 words. It is only a bell: the truth it speaks of lies in the shared memory.

export const MESSAGE_WORDS = 8;
const HEAD = 0;
const TAIL = 16;
const BODY = 32;

/** Bytes of shared memory that a ring of `capacity` messages (a power of two) needs. */
export function ringBytes(capacity: number): number {
  return (BODY + capacity * MESSAGE_WORDS) * 4;
}

export class Ring {
  readonly #words: Int32Array;
  readonly #mask: number;

  /** `offset` is in bytes, a multiple of 4; the memory must be zero at first. */
  constructor(memory: SharedArrayBuffer, offset: number, capacity: number) {
    this.#words = new Int32Array(memory, offset, BODY + capacity * MESSAGE_WORDS);
    this.#mask = capacity - 1;
  }

  isEmpty(): boolean {
    return Atomics.load(this.#words, HEAD) === Atomics.load(this.#words, TAIL);
  }

  /** Producer side. False: the ring is full, try again later. */
  push(w0: number, w1: number, w2: number, w3: number, w4: number, w5: number): boolean {
    const words = this.#words;
    const tail = Atomics.load(words, TAIL);
    if (((tail - Atomics.load(words, HEAD)) | 0) > this.#mask) return false;
    const at = BODY + (tail & this.#mask) * MESSAGE_WORDS;
    words[at] = w0;
    words[at + 1] = w1;
    words[at + 2] = w2;
    words[at + 3] = w3;
    words[at + 4] = w4;
    words[at + 5] = w5;
    Atomics.store(words, TAIL, (tail + 1) | 0);
    return true;
  }

  /** Consumer side: copies the oldest message into `out` (MESSAGE_WORDS long). False when there is none. */
  pop(out: Int32Array): boolean {
    const words = this.#words;
    const head = Atomics.load(words, HEAD);
    if (head === Atomics.load(words, TAIL)) return false;
    const at = BODY + (head & this.#mask) * MESSAGE_WORDS;
    for (let i = 0; i < MESSAGE_WORDS; i++) out[i] = words[at + i];
    Atomics.store(words, HEAD, (head + 1) | 0);
    return true;
  }
}
