// How long a row will be, before it is encoded, and which of its values must move to overflow pages.
//
// Used only when a row may not fit: its caller tries to encode first, and comes here when the result is too long.

import type {Memory} from '../memory.ts';
import type {Value} from '../value/types.ts';
import {contentAt, prefixBytes} from './copy.ts';
import {FIRST_VARIABLE, Form, OVERFLOW_HEADER, OVERFLOW_MARK} from './layout.ts';
import type {RowValue} from './overflow.ts';
import {Overflow, variableEnd, variableStart} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';

/** Lengths of a row that exists or is to be made. */
export interface RowMeasure {
  /** Bytes of the row. May be more than a row can have. */
  total: number;
  /** By column: bytes of a value that could move to overflow pages; -1 when it cannot (fixed, NULL, moved already). */
  readonly contents: Float64Array;
}

/** Bytes of a string or byte value, without any prefix. */
export function valueBytes(value: string | Uint8Array): number {
  return typeof value === 'string' ? Buffer.byteLength(value, 'utf8') : value.length;
}

/** Measures the row that `encodeRow` would make of these values. */
export function measureValues(layout: RowLayout, values: readonly RowValue[]): RowMeasure {
  const measure: RowMeasure = {
    total: layout.variableAt,
    contents: new Float64Array(layout.columnCount).fill(-1),
  };
  for (const column of layout.variables) measureValue(layout, measure, column, values[column]);
  return measure;
}

/** Measures the row that `encodeChanged` would make. The old row must have the layout's own version. */
export function measureChanged(
  layout: RowLayout,
  mem: Memory,
  rowAt: number,
  changedColumns: readonly number[],
  values: readonly RowValue[],
): RowMeasure {
  const measure: RowMeasure = {
    total: layout.variableAt,
    contents: new Float64Array(layout.columnCount).fill(-1),
  };
  for (const column of layout.variables) {
    const changed = changedColumns.indexOf(column);
    if (changed >= 0) measureValue(layout, measure, column, values[changed]);
    else measureStored(layout, measure, column, mem, rowAt);
  }
  return measure;
}

function measureValue(layout: RowLayout, measure: RowMeasure, column: number, value: RowValue): void {
  if (value === null) return;
  if (value instanceof Overflow) {
    measure.total += OVERFLOW_HEADER + value.kept.length;
    return;
  }
  if (layout.forms[column] === Form.decimal) {
    measure.total += 1 + decimalBytes(value, layout.types[column].decimals);
    return;
  }
  const bytes = valueBytes(value as string | Uint8Array);
  measure.contents[column] = bytes;
  measure.total += prefixBytes(bytes) + bytes;
}

function decimalBytes(value: Value, scale: number): number {
  // A scale that is widened to the column's adds at most the point and the zeros.
  return String(value).length + 1 + scale;
}

function measureStored(layout: RowLayout, measure: RowMeasure, column: number, mem: Memory, rowAt: number): void {
  const at = variableStart(layout, mem, rowAt, column);
  const end = variableEnd(layout, mem, rowAt, column);
  measure.total += end - at;
  if (at === end || mem.bytes[at] === OVERFLOW_MARK || layout.forms[column] === Form.decimal) return;
  measure.contents[column] = end - contentAt(mem.bytes, at);
}

/**
 * Picks the columns that must move to overflow pages so that the row becomes at most `limit` bytes, the longest values
 * first; ascending. Empty when the row is short enough; undefined when no choice suffices.
 */
export function chooseOverflow(layout: RowLayout, measure: RowMeasure, limit: number): readonly number[] | undefined {
  const gains = Array.from(layout.variables, column => ({
    column,
    gain: overflowGain(layout, measure, column),
  }));
  gains.sort((a, b) => b.gain - a.gain);
  const chosen: number[] = [];
  let rest = measure.total;
  for (const {column, gain} of gains) {
    if (rest <= limit || gain <= 0) break;
    chosen.push(column);
    rest -= gain;
  }
  return rest <= limit ? chosen.sort((a, b) => a - b) : undefined;
}

/** Bytes the row gets shorter by when the column moves out; not positive when it cannot or need not. */
function overflowGain(layout: RowLayout, measure: RowMeasure, column: number): number {
  const bytes = measure.contents[column];
  if (bytes < 0 || layout.forms[column] < FIRST_VARIABLE) return 0;
  const kept = Math.min(bytes, layout.columns[column].keepBytes);
  return prefixBytes(bytes) + bytes - OVERFLOW_HEADER - kept;
}
