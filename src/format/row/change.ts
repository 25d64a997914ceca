// A new row from an old one: the columns that change are encoded, all others are copied as bytes and never decoded.

import type {Memory} from '../memory.ts';
import type {TimeZone} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import {RowEncoder} from './encode.ts';
import {FIRST_VARIABLE} from './layout.ts';
import {putColumn, upgradedRow} from './older.ts';
import type {RowValue} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';

const encoder = new RowEncoder();

/**
 * Writes the row at `oldAt` again with other values in `changedColumns` (ascending; `values` beside them). The result has
 * the layout's own version, whatever the old row had. Returns its length, or ROW_TOO_LONG. Old row and target must not
 * overlap. `zone` is the one TIMESTAMP values are in.
 */
export function encodeChanged(
  layout: RowLayout,
  oldMem: Memory,
  oldAt: number,
  changedColumns: readonly number[],
  values: readonly RowValue[],
  target: Memory,
  at: number,
  zone: TimeZone = UTC,
): number {
  if (oldMem.bytes[oldAt] !== layout.version) {
    const current = upgradedRow(layout, oldMem, oldAt);
    return encodeChanged(layout, current, 0, changedColumns, values, target, at, zone);
  }
  if (allFixed(layout, changedColumns)) {
    encoder.beginCopy(layout, oldMem, oldAt, target, at, zone);
    for (let i = 0; i < changedColumns.length; i++) encoder.replaceFixed(changedColumns[i], values[i]);
    return encoder.finish();
  }
  encoder.begin(layout, target, at, zone);
  let next = 0;
  for (let c = 0; c < layout.columnCount; c++) {
    if (next < changedColumns.length && changedColumns[next] === c) encoder.putValue(values[next++]);
    else putColumn(encoder, layout, oldMem, oldAt, c);
  }
  return encoder.finish();
}

function allFixed(layout: RowLayout, columns: readonly number[]): boolean {
  for (let i = 0; i < columns.length; i++) if (layout.forms[columns[i]] >= FIRST_VARIABLE) return false;
  return true;
}
