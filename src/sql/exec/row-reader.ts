// Columns of a found row into registers, values in overflow pages included.
//
// Row bytes live until the poll ends, so everything that is in the row is taken out at once; then the long values are fetched one
// by one, each of which may block.

import type {RowPlace} from '../../engine/api.ts';
import {ROW} from '../../engine/api.ts';
import type {Memory} from '../../format/memory.ts';
import {readColumn, valueFromBytes} from '../../format/row/decode.ts';
import {hasOverflow, isOverflow, readOverflow} from '../../format/row/overflow.ts';
import type {RowLayout} from '../../format/row/row-layout.ts';
import type {ExecContext} from './contract.ts';

/** A long value that is still to be fetched. */
interface LongValue {
  readonly column: number;
  readonly register: number;
  readonly firstPage: number;
  readonly bytes: Uint8Array;
}

export class RowReader {
  readonly #layout: RowLayout;
  readonly #columns: Int32Array;
  readonly #registers: Int32Array;
  readonly #pending: LongValue[] = [];

  /** Reads `columns` of the layout into `registers`, place by place. */
  constructor(layout: RowLayout, columns: Int32Array, registers: Int32Array) {
    this.#layout = layout;
    this.#columns = columns;
    this.#registers = registers;
  }

  /** True between `read` and the `resume` that answers ROW, when long values are missing. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Takes the row's columns; ROW when all are there, else BLOCKED or an engine result code: go on with `resume`. */
  read(place: RowPlace, context: ExecContext): number {
    const {memory, payloadAt} = place;
    const registers = context.registers;
    const zone = context.session.timeZone;
    const mayOverflow = hasOverflow(memory, payloadAt);
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      if (mayOverflow && isOverflow(this.#layout, memory, payloadAt, column))
        this.#note(place, column, this.#registers[i]);
      else registers[this.#registers[i]] = readColumn(this.#layout, memory, payloadAt, column, zone);
    }
    return this.#pending.length === 0 ? ROW : this.resume(context);
  }

  /** True when a column that is read here is in overflow pages. */
  needsOverflow(memory: Memory, payloadAt: number): boolean {
    if (!hasOverflow(memory, payloadAt)) return false;
    for (let i = 0; i < this.#columns.length; i++) {
      if (isOverflow(this.#layout, memory, payloadAt, this.#columns[i])) return true;
    }
    return false;
  }

  /** Fetches the long values that are missing. */
  resume(context: ExecContext): number {
    for (let next = this.#pending.at(-1); next !== undefined; next = this.#pending.at(-1)) {
      const result = context.engine.readOverflow(next.firstPage, next.bytes.length, next.bytes, 0);
      if (result !== ROW) return result;
      context.registers[next.register] = valueFromBytes(this.#layout, next.column, next.bytes);
      this.#pending.pop();
    }
    return ROW;
  }

  /** Forgets what is missing. */
  reset(): void {
    this.#pending.length = 0;
  }

  #note({memory, payloadAt}: RowPlace, column: number, register: number): void {
    const {firstPage, length} = readOverflow(this.#layout, memory, payloadAt, column);
    this.#pending.push({column, register, firstPage, bytes: new Uint8Array(length)});
  }
}
