// A fingerprint of a set of byte strings that does not depend on their order: how many there are, and the sums of two hashes of each. Two sets that agree in all three
// are the same, but for a chance of one in 2^64.

const SEED_A = 0x811c9dc5;
const SEED_B = 0x9747b28c;
const PRIME_A = 0x01000193;
const PRIME_B = 0x5bd1e995;

export class Fingerprint {
  count = 0;
  #a = 0;
  #b = 0;

  /** Adds the string bytes[0, length). */
  add(bytes: Uint8Array, length: number): void {
    let a = SEED_A;
    let b = SEED_B;
    for (let i = 0; i < length; i++) {
      a = Math.imul(a ^ bytes[i], PRIME_A);
      b = Math.imul(b ^ bytes[i] ^ (b >>> 15), PRIME_B);
    }
    this.count++;
    this.#a = (this.#a + (a ^ (a >>> 13))) | 0;
    this.#b = (this.#b + (b ^ (b >>> 13))) | 0;
  }

  equals(other: Fingerprint): boolean {
    return this.count === other.count && this.#a === other.#a && this.#b === other.#b;
  }
}
