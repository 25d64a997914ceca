// How soon a primary that died is started again. One death is answered at once. A primary that dies again and again, at its start or soon after, is given longer and
// longer pauses: each life takes an incarnation, and its node id is free only when somebody has recovered it.

/** A life of at least this long is a good one: the count begins anew. Milliseconds. */
const GOOD_LIFE_MS = 10_000;
const FIRST_PAUSE_MS = 200;
const PAUSE_MAX_MS = 10_000;
/** Deaths in a row, without one good life, after which a cluster in which nobody serves gives up. */
export const DEATHS_MAX = 5;

export class Restarts {
  /** Short lives in a row, by primary. */
  readonly #deaths = new Map<number, number>();

  /** A primary died without being asked to, after so many milliseconds. Returns how long to wait before it is started again. */
  died(ordinal: number, livedMs: number): number {
    const deaths = livedMs >= GOOD_LIFE_MS ? 1 : this.deathsOf(ordinal) + 1;
    this.#deaths.set(ordinal, deaths);
    return deaths === 1 ? 0 : Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (deaths - 2));
  }

  /** Short lives of this primary in a row. */
  deathsOf(ordinal: number): number {
    return this.#deaths.get(ordinal) ?? 0;
  }

  /** Somebody asks for the primary: what happened before does not count. */
  forget(ordinal: number): void {
    this.#deaths.delete(ordinal);
  }
}
