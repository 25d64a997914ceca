// A growable list of 32-bit integers: histories are held in columns, because objects per operation would not fit the memory goal.

export class IntList {
  #items = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length++] = value;
  }

  at(index: number): number {
    return this.#items[index];
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** A view of the items so far; later pushes may or may not show in it. */
  view(): Int32Array {
    return this.#items.subarray(0, this.#length);
  }
}
