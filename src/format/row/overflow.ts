// Values whose bytes are in overflow pages: what a row holds of them, and which columns to move there.
//
// The row codec never reads or writes an overflow page. Its callers do: they store the raw bytes of a value (UTF-8 text,
// or the bytes as they are; no length prefix, the kept first bytes included), give the codec an `Overflow` in the
// value's place, and fetch the bytes before they ask for the value.

import {assert} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import type {Value} from '../value/types.ts';
import {FIRST_VARIABLE, OVERFLOW_HEADER, OVERFLOW_MARK, OverflowAt, RowFlag} from './layout.ts';
import type {RowLayout} from './row-layout.ts';

/** Stands for a value in overflow pages. */
export class Overflow {
  readonly firstPage: number;
  /** Bytes of the whole value. */
  readonly length: number;
  /** Its first bytes: at least min(length, RowColumn.keepBytes). */
  readonly kept: Uint8Array;

  constructor(firstPage: number, length: number, kept: Uint8Array) {
    this.firstPage = firstPage;
    this.length = length;
    this.kept = kept;
  }
}

/** What a row is made of. */
export type RowValue = Value | Overflow;

/** True when the row, of any version, has a value in overflow pages. */
export function hasOverflow(mem: Memory, rowAt: number): boolean {
  return (mem.bytes[rowAt + 1] & RowFlag.hasOverflow) !== 0;
}

/** Offset of a variable column's first byte. The row must have the layout's own version. */
export function variableStart(layout: RowLayout, mem: Memory, rowAt: number, column: number): number {
  const place = layout.places[column];
  return rowAt + (place === layout.endsAt ? layout.variableAt : mem.view.getUint16(rowAt + place - 2, true));
}

/** Offset behind a variable column's last byte. The row must have the layout's own version. */
export function variableEnd(layout: RowLayout, mem: Memory, rowAt: number, column: number): number {
  return rowAt + mem.view.getUint16(rowAt + layout.places[column], true);
}

/** Length of a row of the layout's own version. */
export function rowLength(layout: RowLayout, mem: Memory, rowAt: number): number {
  return layout.variables.length === 0 ? layout.variableAt : mem.view.getUint16(rowAt + layout.variableAt - 2, true);
}

/** True when this column's value is in overflow pages. Rows of any version. */
export function isOverflow(layout: RowLayout, mem: Memory, rowAt: number, column: number): boolean {
  if (!hasOverflow(mem, rowAt)) return false;
  if (mem.bytes[rowAt] !== layout.version) {
    const earlier = layout.earlier(mem.bytes[rowAt]);
    const from = earlier.from[column];
    return from >= 0 && isOverflow(earlier.layout, mem, rowAt, from);
  }
  if (layout.forms[column] < FIRST_VARIABLE) return false;
  const at = variableStart(layout, mem, rowAt, column);
  return at < variableEnd(layout, mem, rowAt, column) && mem.bytes[at] === OVERFLOW_MARK;
}

/** The marker of a column for which `isOverflow` holds. */
export function readOverflow(layout: RowLayout, mem: Memory, rowAt: number, column: number): Overflow {
  assert(isOverflow(layout, mem, rowAt, column), () => `column ${column} is not in overflow pages`);
  if (mem.bytes[rowAt] !== layout.version) {
    const earlier = layout.earlier(mem.bytes[rowAt]);
    return readOverflow(earlier.layout, mem, rowAt, earlier.from[column]);
  }
  const at = variableStart(layout, mem, rowAt, column);
  return new Overflow(
    mem.view.getUint32(at + OverflowAt.firstPage, true),
    mem.view.getUint32(at + OverflowAt.length, true),
    mem.bytes.slice(at + OVERFLOW_HEADER, variableEnd(layout, mem, rowAt, column)),
  );
}
