// Row sources over lists of rows: VALUES, virtual tables, table functions.

import {DONE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext, Registers, RowSource} from './contract.ts';

type Rows = readonly (readonly Value[])[];

/** Puts a row's values into registers; -1 = not needed. */
function deliver(row: readonly Value[], registers: Registers, targets: Int32Array): void {
  for (let i = 0; i < targets.length; i++) if (targets[i] >= 0) registers[targets[i]] = row[i];
}

/** VALUES ROW(...), ...: each row is evaluated when it is asked for. */
export class ValuesSource implements RowSource {
  readonly #rows: readonly (readonly Expression[])[];
  readonly #targets: Int32Array;
  #next = 0;

  constructor(rows: readonly (readonly Expression[])[], targets: Int32Array) {
    this.#rows = rows;
    this.#targets = targets;
  }

  open(): void {
    this.#next = 0;
  }

  next(context: ExecContext): number {
    if (this.#next === this.#rows.length) return DONE;
    const row = this.#rows[this.#next++];
    for (let i = 0; i < row.length; i++) context.registers[this.#targets[i]] = row[i].evaluate(context);
    return ROW;
  }

  close(): void {}
}

/** Rows that are made when the source opens: a virtual table's, or a table function's of the current outer row. */
export class RowListSource implements RowSource {
  readonly #make: (context: ExecContext) => Rows;
  readonly #targets: Int32Array;
  #rows: Rows = [];
  #next = 0;

  constructor(make: (context: ExecContext) => Rows, targets: Int32Array) {
    this.#make = make;
    this.#targets = targets;
  }

  open(context: ExecContext): void {
    this.#rows = this.#make(context);
    this.#next = 0;
  }

  next(context: ExecContext): number {
    if (this.#next === this.#rows.length) return DONE;
    deliver(this.#rows[this.#next++], context.registers, this.#targets);
    return ROW;
  }

  close(): void {
    this.#rows = [];
  }
}
