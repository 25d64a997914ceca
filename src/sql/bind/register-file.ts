// Hands out the registers of one statement.

export class RegisterFile {
  #count = 0;

  /** A register that nobody else has. */
  take(): number {
    return this.#count++;
  }

  takeMany(count: number): Int32Array {
    return Int32Array.from({length: count}, () => this.take());
  }

  /** How many there are: the length that the execution's register array needs. */
  get count(): number {
    return this.#count;
  }
}
