// LIMIT and OFFSET. With SQL_CALC_FOUND_ROWS it goes on reading past the limit to count.

import {DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, RowSource} from './contract.ts';

/** Value of a LIMIT or OFFSET: a whole number that is not negative; anything else was refused before. */
export function limitValue(expression: Expression | undefined, context: ExecContext, absent: number): number {
  if (expression === undefined) return absent;
  const value = expression.evaluate(context);
  return value === null ? 0 : Number(value);
}

export class LimitSource implements RowSource {
  readonly #child: RowSource;
  readonly #limit: Expression | undefined;
  readonly #offset: Expression | undefined;
  readonly #countAll: boolean;
  #skip = 0;
  #left = 0;
  #seen = 0;

  constructor(child: RowSource, limit: Expression | undefined, offset: Expression | undefined, countAll: boolean) {
    this.#child = child;
    this.#limit = limit;
    this.#offset = offset;
    this.#countAll = countAll;
  }

  /** Rows of the child so far: FOUND_ROWS() under SQL_CALC_FOUND_ROWS. */
  get seen(): number {
    return this.#seen;
  }

  open(context: ExecContext): void {
    this.#skip = limitValue(this.#offset, context, 0);
    this.#left = limitValue(this.#limit, context, Number.POSITIVE_INFINITY);
    this.#seen = 0;
    this.#child.open(context);
  }

  next(context: ExecContext): number {
    for (;;) {
      if (this.#left === 0 && !this.#countAll) return DONE;
      const result = this.#child.next(context);
      if (result !== ROW) return result;
      this.#seen++;
      if (this.#skip > 0) this.#skip--;
      else if (this.#left > 0) {
        this.#left--;
        return ROW;
      }
    }
  }

  close(context: ExecContext): void {
    this.#child.close(context);
  }
}
