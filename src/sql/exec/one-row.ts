// The row source of a SELECT without tables: one row without columns; or none, when a condition is known to be false.

import {DONE, ROW} from '../../engine/api.ts';
import type {RowSource} from './contract.ts';

export class OneRowSource implements RowSource {
  #left = 0;

  open(): void {
    this.#left = 1;
  }

  next(): number {
    if (this.#left === 0) return DONE;
    this.#left = 0;
    return ROW;
  }

  close(): void {
    this.#left = 0;
  }
}

export class NoRowSource implements RowSource {
  open(): void {}

  next(): number {
    return DONE;
  }

  close(): void {}
}
