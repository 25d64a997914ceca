// Built pages in memory: a page whose redo is not in its image yet is built once, and carried forward by what comes later.
//
// Only built pages are kept here; a page whose image is up to date is read from its file, where the system's cache already holds it.
// Replacement is by clock. A frame is a small integer; its bytes are one slice of one Memory.

import {Memory} from '../../format/memory.ts';

/** No frame. */
export const NO_FRAME = -1;
const EMPTY = -1;

export class ImageCache {
  readonly memory: Memory;
  readonly #pageSize: number;
  readonly #frames: number;
  readonly #frameOf = new Map<number, number>();
  readonly #pageOf: Float64Array;
  readonly #used: Uint8Array;
  #hand = 0;

  constructor(pagesMax: number, pageSize: number) {
    this.#frames = Math.max(1, pagesMax);
    this.#pageSize = pageSize;
    this.memory = new Memory(new ArrayBuffer(this.#frames * pageSize));
    this.#pageOf = new Float64Array(this.#frames).fill(EMPTY);
    this.#used = new Uint8Array(this.#frames);
  }

  /** Frame of a page, or NO_FRAME. */
  find(pageNo: number): number {
    const frame = this.#frameOf.get(pageNo);
    if (frame === undefined) return NO_FRAME;
    this.#used[frame] = 1;
    return frame;
  }

  /** Offset of a frame's bytes in `memory`. */
  offset(frame: number): number {
    return frame * this.#pageSize;
  }

  /** A frame for a page that has none; its bytes are whatever was there. */
  take(pageNo: number): number {
    while (this.#used[this.#hand] !== 0) {
      this.#used[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.#frames;
    }
    const frame = this.#hand;
    this.#hand = (frame + 1) % this.#frames;
    this.#frameOf.delete(this.#pageOf[frame]);
    this.#frameOf.set(pageNo, frame);
    this.#pageOf[frame] = pageNo;
    this.#used[frame] = 1;
    return frame;
  }

  /** Forgets a page. */
  drop(pageNo: number): void {
    const frame = this.#frameOf.get(pageNo);
    if (frame === undefined) return;
    this.#frameOf.delete(pageNo);
    this.#pageOf[frame] = EMPTY;
    this.#used[frame] = 0;
  }
}
