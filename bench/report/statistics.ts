// The few statistics that the reports use.

/** Value at `share` (0 .. 1) of an ascending list, interpolated; NaN for an empty one. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = (ascending.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, ascending.length - 1);
  return ascending[low] + (ascending[high] - ascending[low]) * (at - low);
}

/** Minimum, median and maximum of a few rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Spread of the values that are numbers; undefined when there is none. */
export function spread(values: readonly number[]): Spread | undefined {
  const ascending = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (ascending.length === 0) return undefined;
  return {min: ascending[0], median: quantile(ascending, 0.5), max: ascending[ascending.length - 1]};
}

/** Latencies of one run, in milliseconds; keeps all of them up to a bound, then every second one, and so on. */
export class Latencies {
  #values = new Float64Array(1 << 16);
  #count = 0;
  #stride = 1;
  #skip = 0;

  add(milliseconds: number): void {
    if (++this.#skip < this.#stride) return;
    this.#skip = 0;
    if (this.#count === this.#values.length) this.#thin();
    this.#values[this.#count++] = milliseconds;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  quantile(share: number): number {
    return quantile(this.#values.slice(0, this.#count).sort(), share);
  }

  #thin(): void {
    for (let i = 0; i < this.#count; i += 2) this.#values[i >> 1] = this.#values[i];
    this.#count >>= 1;
    this.#stride *= 2;
  }
}
