// Which primary of a simulated cluster writes, in the single-writer mode; the rules of src/cluster/supervisor/writers.ts.

import type {SimPrimary, SimWorld} from './world.ts';

/** Whether a primary may change anything; all may but where there is one writer. */
export function mayWrite({replica}: SimPrimary): boolean {
  return replica?.isReplica !== true;
}

export class SimWriters {
  readonly #world: SimWorld;
  /** Who writes, or is to. */
  #writer: SimPrimary | undefined;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** There is one, and it writes. */
  get isServing(): boolean {
    return this.#writer !== undefined && mayWrite(this.#writer);
  }

  /** A primary is born, as the writer where there is none. */
  started(primary: SimPrimary): void {
    if (!mayWrite(primary)) return;
    this.#writer = primary;
    this.#world.isOrphaned = false;
  }

  died(primary: SimPrimary): void {
    this.#world.feed?.setCut(primary.node, 0, 0);
    if (primary === this.#writer) this.#writer = undefined;
  }

  /** After every death has been decided: a replica takes the place of the writer that died, once it has applied all that was left. Answers it when that is so; without one whoever is born next is the writer. */
  look(): SimPrimary | undefined {
    if (this.isServing) return undefined;
    this.#writer ??= this.#world
      .alive()
      .find(({node, failure}) => failure === undefined && !this.#world.time.isHeld(node + 1));
    this.#world.isOrphaned = this.#writer === undefined;
    return this.#writer !== undefined && this.#world.promote(this.#writer) ? this.#writer : undefined;
  }
}
