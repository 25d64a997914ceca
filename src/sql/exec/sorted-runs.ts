// A sort that does not fit into memory: sorted runs in scratch files, and their merge. Equal rows keep their order of arrival.

import {SqlError} from '../../base/sql-error.ts';
import type {Scratch} from '../../env/scratch.ts';
import type {Value} from '../../format/value/types.ts';
import {type RowOrder, ScratchMerge, ScratchRows} from './scratch-rows.ts';

/** Runs of one sort. With 64 MiB for each that is 16 GiB of rows. */
const RUNS_MAX = 256;

export class SortedRuns {
  readonly #scratch: Scratch;
  readonly #stride: number;
  readonly #order: RowOrder;
  readonly #runs: ScratchRows[] = [];
  #merge: ScratchMerge | undefined;

  constructor(scratch: Scratch, stride: number, order: RowOrder) {
    this.#scratch = scratch;
    this.#stride = stride;
    this.#order = order;
  }

  get count(): number {
    return this.#runs.length;
  }

  /** Writes a run. `valueAt(row, column)` gives the values of `rows` rows in their order. */
  write(rows: number, valueAt: (row: number, column: number) => Value): void {
    if (this.#runs.length === RUNS_MAX) throw new SqlError('ER_OUT_OF_SORTMEMORY');
    const run = new ScratchRows(this.#scratch, this.#stride);
    this.#runs.push(run);
    for (let row = 0; row < rows; row++) run.add(column => valueAt(row, column));
    run.finish();
  }

  /** The next row of the merge; undefined after the last. */
  next(): readonly Value[] | undefined {
    this.#merge ??= new ScratchMerge(this.#runs, this.#order);
    return this.#merge.next();
  }

  close(): void {
    for (const run of this.#runs) run.close();
    this.#runs.length = 0;
    this.#merge = undefined;
  }
}
