// How much memory one statement may hold in sorts, hash tables and materialised rows. Past the limit the
// statement ends with error 1038, and the primary lives on. Sorts go to scratch files long before (sort.ts).

import {SqlError} from '../../base/sql-error.ts';

/** Estimated heap bytes that one statement may keep. */
export const STATEMENT_MEMORY_MAX: number = 512 * 1024 * 1024;

export class MemoryBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number = STATEMENT_MEMORY_MAX) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Counts `bytes` in; throws 1038 past the limit. */
  take(bytes: number): void {
    this.#used += bytes;
    if (this.#used > this.#limit) throw new SqlError('ER_OUT_OF_SORTMEMORY');
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }

  /** At the start of an execution: whatever an aborted one had taken is free again. */
  reset(): void {
    this.#used = 0;
  }
}
