// Makes redo that changes a page at random, for the worlds of the volumes' tests.

import type {Prng} from '../../base/prng.ts';
import {Memory} from '../../format/memory.ts';
import {PAGE_HEADER, PageType} from '../../format/page/layout.ts';
import {INFINITE} from '../../format/page/page.ts';
import {encodeBytes, encodeFormat} from '../../format/redo/encode.ts';

/** Longest run of bytes that one record changes. */
const RUN_MAX = 60;
const NO_KEY = new Uint8Array(0);

export class RandomRedo {
  readonly #prng: Prng;
  readonly #pageSize: number;
  readonly #source = new Memory(new ArrayBuffer(64));

  constructor(prng: Prng, pageSize: number) {
    this.#prng = prng;
    this.#pageSize = pageSize;
  }

  /**
   * Encodes at `at` of `redo` a record that gives the page this LLSN: other bytes somewhere, or, for a page without a `newest` version and at times besides, a
   * new beginning of its chain. Returns its length.
   */
  encode(
    redo: Memory,
    at: number,
    pageNo: number,
    llsn: number,
    page: Memory,
    newest: {readonly llsn: number; readonly incarnation: number} | undefined,
  ): number {
    if (newest === undefined || this.#prng.chance(0.05)) return formatted(redo, at, pageNo, llsn, newest);
    const length = 1 + this.#prng.below(RUN_MAX);
    for (let i = 0; i < length; i++) this.#source.bytes[i] = this.#prng.u32();
    const target = PAGE_HEADER + this.#prng.below(this.#pageSize - PAGE_HEADER - 8 - length);
    return encodeBytes(redo, at, page, 0, llsn, target, this.#source, 0, length);
  }
}

function formatted(
  redo: Memory,
  at: number,
  pageNo: number,
  llsn: number,
  newest: {readonly llsn: number; readonly incarnation: number} | undefined,
): number {
  const {llsn: back, incarnation} = newest ?? {llsn: 0, incarnation: 0};
  const type = PageType.overflow;
  return encodeFormat(redo, at, pageNo, llsn, back, incarnation, type, 0, 0, 0, NO_KEY, INFINITE, NO_KEY, INFINITE);
}
