// Rows for people: what `pando dump` and failing tests show.
//
//   v1 78 bytes: 1, 'text', NULL, x'00ff', <12345 bytes in overflow pages from 77>

import type {Memory} from '../memory.ts';
import type {Value} from '../value/types.ts';
import {isNull, readColumn} from './decode.ts';
import {isOverflow, readOverflow} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';

const SHOWN_MAX = 64;

/** One line for a row of any version. TIMESTAMPs are in UTC. */
export function printRow(layout: RowLayout, mem: Memory, rowAt: number, length: number): string {
  const columns = Array.from({length: layout.columnCount}, (_, c) => printColumn(layout, mem, rowAt, c));
  return `v${mem.bytes[rowAt]} ${length} bytes: ${columns.join(', ')}`;
}

/** One column of a row of any version. */
export function printColumn(layout: RowLayout, mem: Memory, rowAt: number, column: number): string {
  if (isNull(layout, mem, rowAt, column)) return 'NULL';
  if (isOverflow(layout, mem, rowAt, column)) {
    const {firstPage, length} = readOverflow(layout, mem, rowAt, column);
    return `<${length} bytes in overflow pages from ${firstPage}>`;
  }
  return printValue(readColumn(layout, mem, rowAt, column));
}

/** A value, cut when it is long. */
export function printValue(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${shortened(JSON.stringify(value).slice(1, -1))}'`;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, SHOWN_MAX)).toString('hex');
    return value.length > SHOWN_MAX ? `x'${hex}...' (${value.length} bytes)` : `x'${hex}'`;
  }
  return String(value);
}

function shortened(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}... (${text.length} characters)` : text;
}
