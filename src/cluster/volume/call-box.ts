// A question from one thread to another that waits for the answer. For what is rare and must be known before anything goes on: the births, deaths and
// recoveries that the supervisor decides. The asker sleeps; the answerer must not need it.
//
// The answer comes through shared memory in pieces of the box's size: JSON and bytes.
//
//   word 0   0 = idle, 1 = a piece is there, 2 = the last piece is there      word 1   length of the piece      word 2   length of the JSON in the whole answer

import {concatBytes} from '../../base/bytes.ts';
import {OperatingError} from '../../base/errors.ts';

const PIECE = 1 << 18;
const HEAD = 16;
const IDLE = 0;
const MORE = 1;
const LAST = 2;

export const CALL_BOX_BYTES = HEAD + PIECE;

export interface Answer {
  readonly value: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class CallBox {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, HEAD / 4);
    this.#bytes = new Uint8Array(memory, HEAD, PIECE);
  }

  /** Asks, and sleeps until the answer is there. Throws OperatingError after `patienceMs` without one. */
  call(ask: () => void, patienceMs: number): Answer {
    Atomics.store(this.#words, 0, IDLE);
    ask();
    const pieces: Uint8Array[] = [];
    for (;;) {
      if (Atomics.wait(this.#words, 0, IDLE, patienceMs) === 'timed-out') {
        throw new OperatingError(
          'the storage nodes do not answer',
          'four of six must be up; see the log, then start again',
        );
      }
      const last = Atomics.load(this.#words, 0) === LAST;
      const json = Atomics.load(this.#words, 2);
      pieces.push(this.#bytes.slice(0, Atomics.load(this.#words, 1)));
      Atomics.store(this.#words, 0, IDLE);
      Atomics.notify(this.#words, 0);
      if (!last) continue;
      const whole = concatBytes(pieces);
      return {value: JSON.parse(new TextDecoder().decode(whole.subarray(0, json))), bytes: whole.slice(json)};
    }
  }

  /** The other side: gives the answer. */
  answer(value: unknown, bytes: Uint8Array): void {
    const json = new TextEncoder().encode(JSON.stringify(value ?? null));
    const whole = concatBytes([json, bytes]);
    for (let at = 0; at === 0 || at < whole.length; at += PIECE) {
      const piece = whole.subarray(at, at + PIECE);
      this.#bytes.set(piece);
      Atomics.store(this.#words, 1, piece.length);
      Atomics.store(this.#words, 2, json.length);
      const state = at + PIECE >= whole.length ? LAST : MORE;
      Atomics.store(this.#words, 0, state);
      Atomics.notify(this.#words, 0);
      if (state === MORE) Atomics.wait(this.#words, 0, MORE);
    }
  }
}
