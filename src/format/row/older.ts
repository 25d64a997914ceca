// Rows of earlier layouts: how a row becomes one of the current layout without being decoded.
//
// Whole-row work (packets, keys, changed rows) first brings an old row up to date in a scratch buffer; readers of one column
// go to the earlier layout instead (decode.ts), so that a read costs the same in rows of any age.

import {assert} from '../../base/assert.ts';
import {Memory} from '../memory.ts';
import {UTC} from '../value/time-zone.ts';
import {RowEncoder} from './encode.ts';
import {FIRST_VARIABLE} from './layout.ts';
import {variableEnd, variableStart} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';

/** Room for the longest row. */
const SCRATCH_BYTES = 65536;

const encoder = new RowEncoder();

/** Puts a column of a row of `source`'s own version into the row under construction, as bytes. */
export function putColumn(to: RowEncoder, source: RowLayout, mem: Memory, rowAt: number, column: number): void {
  const bit = source.nullBits[column];
  if (bit >= 0 && (mem.bytes[rowAt + (bit >> 3)] & (1 << (bit & 7))) !== 0) {
    to.putNull();
    return;
  }
  if (source.forms[column] < FIRST_VARIABLE) {
    to.putStored(mem, rowAt + source.places[column], source.widths[column]);
    return;
  }
  const start = variableStart(source, mem, rowAt, column);
  to.putStored(mem, start, variableEnd(source, mem, rowAt, column) - start);
}

/** A row of this layout, at offset 0, in which every column has its initial value. Only columns that some row may lack have one. */
export function initialRow(layout: RowLayout): Memory {
  if (layout.initialRow !== undefined) return layout.initialRow;
  const room = new Memory(new ArrayBuffer(SCRATCH_BYTES));
  const maker = new RowEncoder();
  maker.begin(layout, room, 0, UTC);
  for (const column of layout.columns) {
    if (column.initial === null && !column.nullable) maker.skip();
    else maker.putValue(column.initial);
  }
  const length = maker.finish();
  assert(length >= 0, () => 'the initial values make a row that is too long');
  layout.initialRow = new Memory(room.bytes.slice(0, (length + 7) & ~7).buffer);
  return layout.initialRow;
}

/**
 * Writes a row of an earlier layout as one of the current layout. Returns its length, or ROW_TOO_LONG. Source and target
 * must not overlap.
 */
export function upgradeRow(layout: RowLayout, mem: Memory, rowAt: number, target: Memory, at: number): number {
  const {layout: source, from} = layout.earlier(mem.bytes[rowAt]);
  encoder.begin(layout, target, at, UTC);
  for (let c = 0; c < layout.columnCount; c++) {
    if (from[c] >= 0) putColumn(encoder, source, mem, rowAt, from[c]);
    else putColumn(encoder, layout, initialRow(layout), 0, c);
  }
  return encoder.finish();
}

let scratch: Memory | undefined;

/**
 * An old row as one of the current layout, at offset 0 of a buffer that the next call reuses. Its length is bounded by
 * ROW_BYTES_MAX: ALTER TABLE must not add initial values that make a row longer than that.
 */
export function upgradedRow(layout: RowLayout, mem: Memory, rowAt: number): Memory {
  scratch ??= new Memory(new ArrayBuffer(SCRATCH_BYTES));
  const length = upgradeRow(layout, mem, rowAt, scratch, 0);
  assert(length >= 0, () => 'an upgraded row is too long');
  return scratch;
}
