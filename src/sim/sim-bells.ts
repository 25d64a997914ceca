// Bells of the simulated machine: a ring runs the handler a little later, sometimes much later, twice, or not at all. What a bell announces stands in shared memory, so
// none of this may do harm: whoever was rung looks there anyway, at the latest when its timer comes.

import type {Prng} from '../base/prng.ts';
import type {Doorbells} from '../env/memory.ts';
import type {SimTime} from './sim-clock.ts';

/** How badly the bells work. */
export interface BellFaults {
  /** Probability that a ring is not heard. */
  readonly lost: number;
  /** Probability that it is heard twice. */
  readonly doubled: number;
  /** Probability that it takes up to LATE_MS. */
  readonly late: number;
}

export const GOOD_BELLS: BellFaults = {lost: 0, doubled: 0, late: 0};

const LATE_MS = 8;

export class SimBells implements Doorbells {
  readonly #time: SimTime;
  readonly #prng: Prng;
  readonly #handlers = new Map<number, () => void>();
  faults: BellFaults = GOOD_BELLS;
  rings = 0;
  lost = 0;

  constructor(time: SimTime, prng: Prng) {
    this.#time = time;
    this.#prng = prng;
  }

  ring(node: number): void {
    const {lost, doubled, late} = this.faults;
    this.rings++;
    if (lost > 0 && this.#prng.chance(lost)) {
      this.lost++;
      return;
    }
    this.#plan(node, late > 0 && this.#prng.chance(late) ? LATE_MS : 0.1);
    if (doubled > 0 && this.#prng.chance(doubled)) this.#plan(node, 1);
  }

  #plan(node: number, withinMs: number): void {
    this.#time.schedule(0.005 + this.#prng.float() * withinMs, node + 1, () => this.#handlers.get(node)?.());
  }

  listen(node: number, handler: () => void): void {
    this.#handlers.set(node, handler);
  }

  close(node: number): void {
    this.#handlers.delete(node);
  }
}
