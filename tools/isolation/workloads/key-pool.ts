// Which keys transactions touch: a few active keys, the next always twice as likely as the one before (or all alike), each retired after a number of writes
// and replaced by a new one. So some keys are fought over, lists stay short, and a run never ends.

import type {Prng} from '../../../src/base/prng.ts';

export class KeyPool {
  readonly #random: Prng;
  readonly #active: {key: number; writes: number; limit: number}[] = [];
  readonly #limit: number;
  readonly #isEven: boolean;
  readonly #group: number;
  /** The first place of the group in use. */
  #first = 0;
  #next = 0;

  /** `isEven`: all active keys are as likely as each other. `group`: keys that one turn stays within; 0: all of them. */
  constructor(random: Prng, keys: number, writesPerKey: number, isEven: boolean, group = 0) {
    this.#random = random;
    this.#isEven = isEven;
    this.#limit = writesPerKey;
    this.#group = group === 0 ? keys : Math.min(group, keys);
    for (let i = 0; i < keys; i++) this.#active.push(this.#fresh());
  }

  /** The next keys are of one group, drawn now. */
  turn(): void {
    if (this.#group < this.#active.length)
      this.#first = this.#group * this.#random.below(Math.floor(this.#active.length / this.#group));
  }

  #fresh(): {key: number; writes: number; limit: number} {
    const limit = Math.max(1, Math.floor(this.#limit ** this.#random.float()));
    return {key: this.#next++, writes: 0, limit};
  }

  #place(): number {
    const n = this.#group;
    if (this.#isEven) return this.#first + this.#random.below(n);
    const drawn = Math.floor(Math.log2(1 + this.#random.float() * (2 ** Math.min(n, 30) - 1)));
    return this.#first + Math.min(drawn, n - 1);
  }

  /** A key to read. */
  read(): number {
    return this.#active[this.#place()].key;
  }

  /** A key to write, with a value never used for it. */
  write(): {key: number; value: number} {
    const place = this.#place();
    const entry = this.#active[place];
    entry.writes++;
    if (entry.writes >= entry.limit) this.#active[place] = this.#fresh();
    return {key: entry.key, value: entry.writes};
  }

  /** Keys 0 .. used-1 have been in use. */
  get used(): number {
    return this.#next;
  }
}
