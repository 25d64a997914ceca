// Puts rows into a table and takes them out, long values included.
//
// A row must stay below a third of a page, so that every leaf holds a few. When it is longer, its longest string values move to overflow
// pages first (each a change of the transaction of its own), and the row keeps a marker. When a row is replaced or deleted, the
// overflow values that it alone had are given up.
//
// All methods are polls: BLOCKED means call again with the same arguments.

import {BLOCKED, DONE, type EngineSession, LockMode, LockWait, type PointRead, ROW, TOO_BIG} from '../../engine/api.ts';
import {Memory} from '../../format/memory.ts';
import {encodeChanged} from '../../format/row/change.ts';
import {readColumn} from '../../format/row/decode.ts';
import {encodeRow, ROW_TOO_LONG} from '../../format/row/encode.ts';
import {FIRST_VARIABLE} from '../../format/row/layout.ts';
import {chooseOverflow, measureValues} from '../../format/row/measure.ts';
import {hasOverflow, isOverflow, Overflow, type RowValue, readOverflow} from '../../format/row/overflow.ts';
import type {TimeZone} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import type {TableDefinition} from '../catalog/definition.ts';

/** Room for the longest row; shared by all sessions of the thread, for nothing in it outlives a call. */
export const rowScratch: Memory = new Memory(new ArrayBuffer(65544));

export class RowStore {
  readonly #engine: EngineSession;
  readonly #table: TableDefinition;
  readonly #limit: number;
  readonly #read: PointRead;
  /** The row under way with its long values moved out; undefined as long as none had to. */
  #moved: RowValue[] | undefined;
  /** Positions in `#moved` that are still to be moved out, and the column of each position. */
  #toMove: number[] = [];
  #columnAt: (position: number) => number = position => position;
  /** An update under way moves long values of columns that it does not change: all columns; `#moved` is the whole row then. */
  #whole: readonly number[] | undefined;
  #movingBytes: Uint8Array | undefined;
  /** First pages of overflow values that the row under way gives up. */
  #dropping: number[] = [];
  #step = 0;

  constructor(engine: EngineSession, table: TableDefinition, pageSize: number) {
    this.#engine = engine;
    this.#table = table;
    this.#limit = Math.floor(pageSize / 3);
    this.#read = engine.newPointRead();
  }

  /** Inserts a row; `values` by column. ROW, BLOCKED, DUPLICATE (see the engine's writer), TOO_BIG or a lock result. */
  insert(values: readonly Value[], zone: TimeZone): number {
    for (;;) {
      if (this.#engine.writer.isUnderWay) return this.#ended(this.#engine.writer.resume(this.#table.handle));
      const moved = this.#moveNext();
      if (moved !== ROW) return this.#ended(moved);
      const {rowLayout, handle} = this.#table;
      const length = encodeRow(rowLayout, this.#moved ?? values, rowScratch, 0, zone);
      if (length !== ROW_TOO_LONG && length <= this.#limit) {
        return this.#ended(this.#engine.writer.insert(handle, rowScratch, 0, length));
      }
      if (!this.#planMoves(this.#moved ?? values)) return this.#ended(TOO_BIG);
    }
  }

  /**
   * Changes columns of the row with this primary key, which must not change; ascending `columns`, `values` beside them. ROW: changed; DONE:
   * it has these values already, or is gone.
   */
  update(
    key: Uint8Array,
    keyLength: number,
    columns: readonly number[],
    values: readonly Value[],
    zone: TimeZone,
  ): number {
    for (;;) {
      if (this.#step === 2) return this.#dropNext();
      // The row itself is not looked at again: of two pages that others want as well, one might always be away.
      if (this.#engine.writer.isUnderWay) {
        const resumed = this.#engine.writer.resume(this.#table.handle);
        if (resumed !== ROW) return this.#ended(resumed);
        this.#step = 2;
        continue;
      }
      const moved = this.#moveNext();
      if (moved !== ROW) return this.#ended(moved);
      const found = this.#read.get(this.#table.handle, key, keyLength, LockMode.exclusive, LockWait.wait);
      if (found !== ROW) return this.#ended(found);
      const {memory, payloadAt, payloadLength} = this.#read;
      const {rowLayout, handle} = this.#table;
      const written = this.#whole ?? columns;
      const length = encodeChanged(rowLayout, memory, payloadAt, written, this.#moved ?? values, rowScratch, 0, zone);
      if (length === ROW_TOO_LONG || length > this.#limit) {
        if (!this.#planChangedMoves(written, this.#moved ?? values) && !this.#takeWhole(columns, values, zone))
          return this.#ended(TOO_BIG);
        continue;
      }
      if (this.#step === 0) {
        if (this.#moved === undefined && isSame(memory, payloadAt, payloadLength, length)) return this.#ended(DONE);
        this.#noteDrops(columns);
        this.#step = 1;
      }
      const updated = this.#engine.writer.update(handle, key, keyLength, rowScratch, 0, length);
      if (updated !== ROW) return this.#ended(updated);
      this.#step = 2;
    }
  }

  /** Removes the row with this primary key. ROW; DONE: there is none. */
  remove(key: Uint8Array, keyLength: number): number {
    if (this.#step === 0) {
      if (this.#table.rowLayout.variables.length > 0) {
        const found = this.#read.get(this.#table.handle, key, keyLength, LockMode.exclusive, LockWait.wait);
        if (found !== ROW) return this.#ended(found);
        this.#noteDrops(undefined);
      }
      this.#step = 1;
    }
    if (this.#step === 1) {
      const removed = this.#engine.writer.remove(this.#table.handle, key, keyLength);
      if (removed !== ROW) return this.#ended(removed);
      this.#step = 2;
    }
    return this.#dropNext();
  }

  /** Gives up the row under way: the statement is rolled back. */
  reset(): void {
    this.#moved = undefined;
    this.#whole = undefined;
    this.#toMove = [];
    this.#movingBytes = undefined;
    this.#dropping = [];
    this.#step = 0;
  }

  #ended(result: number): number {
    if (result !== BLOCKED) this.reset();
    return result;
  }

  // --- Long values ---------------------------------------------------------------------------------------------------

  /** Chooses the values of a new row that move out. False: no choice makes the row short enough. */
  #planMoves(values: readonly RowValue[]): boolean {
    const {rowLayout} = this.#table;
    const chosen = chooseOverflow(rowLayout, measureValues(rowLayout, values), this.#limit);
    if (chosen === undefined || chosen.length === 0) return false;
    this.#moved = [...values];
    this.#toMove = [...chosen];
    this.#columnAt = column => column;
    return true;
  }

  /** The same for the changed columns of an old row: the longest of them that is a string and not moved yet. */
  #planChangedMoves(columns: readonly number[], values: readonly RowValue[]): boolean {
    const {rowLayout} = this.#table;
    let best = -1;
    let bestLength = 0;
    for (let i = 0; i < columns.length; i++) {
      const value = values[i];
      if (rowLayout.forms[columns[i]] < FIRST_VARIABLE) continue;
      const length = typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
      if (length > bestLength && length > rowLayout.columns[columns[i]].keepBytes) {
        best = i;
        bestLength = length;
      }
    }
    if (best < 0) return false;
    this.#moved = [...values];
    this.#toMove = [best];
    this.#columnAt = position => columns[position];
    return true;
  }

  /**
   * The row has grown by columns that are newer than it: what it had before must make room too. From here on the update writes all columns. False: it
   * does already.
   */
  #takeWhole(columns: readonly number[], values: readonly RowValue[], zone: TimeZone): boolean {
    if (this.#whole !== undefined) return false;
    const {rowLayout} = this.#table;
    const {memory, payloadAt} = this.#read;
    this.#moved = Array.from({length: rowLayout.columnCount}, (_, column): RowValue => {
      const changed = columns.indexOf(column);
      if (changed >= 0) return (this.#moved ?? values)[changed];
      return isOverflow(rowLayout, memory, payloadAt, column)
        ? readOverflow(rowLayout, memory, payloadAt, column)
        : readColumn(rowLayout, memory, payloadAt, column, zone);
    });
    this.#whole = [...rowLayout.columns.keys()];
    return true;
  }

  /** Writes the values that are to move, one after the other; positions are those of `#moved`. */
  #moveNext(): number {
    for (let at = this.#toMove.at(-1); at !== undefined; at = this.#toMove.at(-1)) {
      const moved = this.#moved as RowValue[];
      const bytes = (this.#movingBytes ??= bytesOf(moved[at] as string | Uint8Array));
      const result = this.#engine.writeOverflow(bytes, 0, bytes.length);
      if (result !== ROW) return result;
      const {keepBytes} = this.#table.rowLayout.columns[this.#columnAt(at)];
      moved[at] = new Overflow(
        this.#engine.overflowPage,
        bytes.length,
        bytes.slice(0, Math.min(keepBytes, bytes.length)),
      );
      this.#movingBytes = undefined;
      this.#toMove.pop();
    }
    return ROW;
  }

  /** Notes the overflow values of the row in place that go with it; `columns` undefined: all. */
  #noteDrops(columns: readonly number[] | undefined): void {
    const {memory, payloadAt} = this.#read;
    if (!hasOverflow(memory, payloadAt)) return;
    const {rowLayout} = this.#table;
    for (const column of columns ?? rowLayout.variables) {
      if (!isOverflow(rowLayout, memory, payloadAt, column)) continue;
      this.#dropping.push(readOverflow(rowLayout, memory, payloadAt, column).firstPage);
    }
  }

  #dropNext(): number {
    for (let page = this.#dropping.at(-1); page !== undefined; page = this.#dropping.at(-1)) {
      const result = this.#engine.dropOverflow(page);
      if (result !== ROW) return this.#ended(result);
      this.#dropping.pop();
    }
    return this.#ended(ROW);
  }
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

/** True when the row in `rowScratch` is byte for byte the old one. */
function isSame(memory: Memory, at: number, oldLength: number, length: number): boolean {
  if (oldLength !== length) return false;
  const {bytes} = memory;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== rowScratch.bytes[i]) return false;
  return true;
}
