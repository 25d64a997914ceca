// What storage knows of each page: where its image is, which version that is, and the list of redo records that wait to be applied.
//
// Typed arrays in leaves of 4096 page numbers: 25 bytes per page that exists, no object per page. Page numbers are handed out densely
// from 0, so leaves fill up. The columns are public: hot code takes a leaf and an index and reads what it needs.

const LEAF_BITS = 12;
export const LEAF_PAGES = 1 << LEAF_BITS;

/** No image, no record. */
export const NONE = -1;

/** 4096 consecutive pages. Index = page number modulo 4096. */
export class PageLeaf {
  readonly firstPage: number;
  /** Slot of the durable image, or NONE. */
  readonly slot = new Int32Array(LEAF_PAGES).fill(NONE);
  /** Version of that image. */
  readonly llsn = new Float64Array(LEAF_PAGES);
  readonly incarnation = new Uint32Array(LEAF_PAGES);
  /** First and last waiting record in the arena, or NONE. */
  readonly head = new Int32Array(LEAF_PAGES).fill(NONE);
  readonly tail = new Int32Array(LEAF_PAGES).fill(NONE);
  /** 1 when the list is not in LLSN order. */
  readonly unsorted = new Uint8Array(LEAF_PAGES);

  constructor(firstPage: number) {
    this.firstPage = firstPage;
  }
}

export class PageTable {
  readonly #leaves = new Map<number, PageLeaf>();
  /** The leaf found last: lookups come in runs. */
  #last: PageLeaf | undefined;
  #lastNumber = -1;

  /** The leaf of a page, made when missing. */
  leaf(pageNo: number): PageLeaf {
    const number = pageNo >>> LEAF_BITS;
    if (number === this.#lastNumber && this.#last !== undefined) return this.#last;
    let leaf = this.#leaves.get(number);
    if (leaf === undefined) {
      leaf = new PageLeaf(number * LEAF_PAGES);
      this.#leaves.set(number, leaf);
    }
    this.#last = leaf;
    this.#lastNumber = number;
    return leaf;
  }

  /** The leaf of a page, or undefined when none of its pages exists: a question about any number costs no memory. */
  find(pageNo: number): PageLeaf | undefined {
    const number = pageNo >>> LEAF_BITS;
    return number === this.#lastNumber ? this.#last : this.#leaves.get(number);
  }

  /** The lowest page number above `pageNo` that has an image or waiting redo, or -1. */
  after(pageNo: number): number {
    const last = Math.max(-1, ...this.#leaves.keys());
    let i = leafIndex(pageNo + 1);
    for (let number = (pageNo + 1) >>> LEAF_BITS; number <= last; number++, i = 0) {
      const leaf = this.#leaves.get(number);
      if (leaf === undefined) continue;
      for (; i < LEAF_PAGES; i++) if (leaf.slot[i] !== NONE || leaf.head[i] !== NONE) return leaf.firstPage + i;
    }
    return -1;
  }

  /** Calls `visit` for every page that has an image or waiting redo, in order of page numbers. */
  forEach(visit: (pageNo: number, leaf: PageLeaf, index: number) => void): void {
    for (const number of [...this.#leaves.keys()].sort((a, b) => a - b)) {
      const leaf = this.#leaves.get(number);
      if (leaf === undefined) continue;
      for (let i = 0; i < LEAF_PAGES; i++) {
        if (leaf.slot[i] !== NONE || leaf.head[i] !== NONE) visit(leaf.firstPage + i, leaf, i);
      }
    }
  }
}

/** Position of a page in its leaf. */
export function leafIndex(pageNo: number): number {
  return pageNo & (LEAF_PAGES - 1);
}
