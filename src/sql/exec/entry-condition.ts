// Conditions on columns of a secondary index, tested on its entries before the rows behind them are looked up ("index condition pushdown").
//
// The columns go into the registers where they will be once the row has been read, because the conditions read them there. An entry that is turned down leaves its
// values there, as a row does that a filter turns down.

import type {EntryFilter, RowPlace} from '../../engine/api.ts';
import {rowFromKey} from '../../format/key/decode-key.ts';
import type {KeyLayout} from '../../format/key/key-layout.ts';
import {Memory} from '../../format/memory.ts';
import type {Expression} from '../bind/expression.ts';
import type {ExecContext} from './contract.ts';
import {RowReader} from './row-reader.ts';

/** Room for the row that a key makes. */
export const KEY_ROW_BYTES = 8192;

export class EntryCondition implements EntryFilter {
  readonly #layout: KeyLayout;
  readonly #reader: RowReader;
  readonly #conditions: readonly Expression[];
  readonly #row: RowPlace = {memory: new Memory(new ArrayBuffer(KEY_ROW_BYTES)), payloadAt: 0, payloadLength: 0};
  #context: ExecContext | undefined;

  /** `layout`: of whole keys; `parts`: those that the conditions read, into `registers`, place by place. */
  constructor(layout: KeyLayout, parts: Int32Array, registers: Int32Array, conditions: readonly Expression[]) {
    this.#layout = layout;
    this.#reader = new RowReader(layout.valueLayout, parts, registers);
    this.#conditions = conditions;
  }

  /** A walk begins. */
  open(context: ExecContext): void {
    this.#context = context;
  }

  accepts(key: Uint8Array, length: number): boolean {
    const context = this.#context as ExecContext;
    this.#row.payloadLength = rowFromKey(this.#layout, key, 0, length, this.#row.memory, 0);
    this.#reader.read(this.#row, context);
    for (let i = 0; i < this.#conditions.length; i++) if (this.#conditions[i].evaluate(context) !== 1) return false;
    return true;
  }
}
