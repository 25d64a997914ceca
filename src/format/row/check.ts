// Whether bytes are a row at all: for `pando check`, the simulator, and whoever reads pages it does not trust.

import type {Memory} from '../memory.ts';
import {contentAt} from './copy.ts';
import {FIRST_VARIABLE, Form, OVERFLOW_HEADER, OVERFLOW_MARK, RowFlag} from './layout.ts';
import type {RowLayout} from './row-layout.ts';

/** What is wrong with the `length` bytes at `rowAt` as a row of this table; '' when nothing is. Never reads behind them. */
export function checkRow(layout: RowLayout, mem: Memory, rowAt: number, length: number): string {
  if (length < 1 || rowAt + length > mem.size) return `row of ${length} bytes at ${rowAt}`;
  const version = mem.bytes[rowAt];
  const written = version === layout.version ? layout : layout.findEarlier(version);
  if (written === undefined) return `unknown row version ${version}`;
  if (length < written.variableAt) return `row of ${length} bytes, at least ${written.variableAt} expected`;
  return (
    checkFlags(written, mem, rowAt) || checkMembers(written, mem, rowAt) || checkVariables(written, mem, rowAt, length)
  );
}

function checkFlags(layout: RowLayout, mem: Memory, rowAt: number): string {
  const nullable = layout.columns.filter(c => c.nullable).length;
  let nulls = 0;
  for (let i = 2; i < layout.bitmapEnd; i++) nulls |= mem.bytes[rowAt + i];
  const flags = mem.bytes[rowAt + 1];
  if ((flags & ~(RowFlag.hasNull | RowFlag.hasOverflow)) !== 0) return `unknown row flags ${flags}`;
  if ((nulls !== 0) !== ((flags & RowFlag.hasNull) !== 0)) return 'the NULL flag contradicts the bitmap';
  const spare = nullable & 7;
  if (spare !== 0 && mem.bytes[rowAt + layout.bitmapEnd - 1] >> spare !== 0) return 'bits behind the NULL bitmap';
  return '';
}

function checkMembers(layout: RowLayout, mem: Memory, rowAt: number): string {
  for (let c = 0; c < layout.columnCount; c++) {
    const at = rowAt + layout.places[c];
    const members = layout.memberTexts[c].length;
    const form = layout.forms[c];
    const number = form === Form.enum8 ? mem.bytes[at] : form === Form.enum16 ? mem.view.getUint16(at, true) : 0;
    if (number > 0 && number >= members) return `column ${c}: ENUM member ${number} of ${members - 1}`;
  }
  return '';
}

function checkVariables(layout: RowLayout, mem: Memory, rowAt: number, length: number): string {
  let start = layout.variableAt;
  let moved = false;
  for (const c of layout.variables) {
    const end = mem.view.getUint16(rowAt + layout.places[c], true);
    if (end < start || end > length) return `column ${c}: ends at ${end}, between ${start} and ${length} expected`;
    const bit = layout.nullBits[c];
    const isNull = bit >= 0 && (mem.bytes[rowAt + (bit >> 3)] & (1 << (bit & 7))) !== 0;
    if (isNull !== (end === start)) return `column ${c}: ${end - start} bytes contradict the NULL bitmap`;
    if (!isNull) {
      const problem = checkStored(mem, rowAt + start, end - start, layout.forms[c]);
      if (problem !== '') return `column ${c}: ${problem}`;
      moved ||= mem.bytes[rowAt + start] === OVERFLOW_MARK;
    }
    start = end;
  }
  if (start !== length) return `${length - start} bytes behind the last column`;
  const flagged = (mem.bytes[rowAt + 1] & RowFlag.hasOverflow) !== 0;
  return flagged === moved ? '' : 'the overflow flag contradicts the columns';
}

/** A stored string: its prefix must say its length. */
function checkStored(mem: Memory, at: number, length: number, form: number): string {
  const first = mem.bytes[at];
  if (first === OVERFLOW_MARK) {
    return length >= OVERFLOW_HEADER && form !== Form.decimal && form >= FIRST_VARIABLE ? '' : 'bad overflow marker';
  }
  if (first === 0xfb || first === 0xfd || first === 0xfe) return `bad length prefix ${first}`;
  const prefix = contentAt(mem.bytes, at) - at;
  if (length < prefix) return 'cut in its length prefix';
  const content = prefix === 1 ? first : mem.view.getUint16(at + 1, true);
  return content === length - prefix ? '' : `${length - prefix} bytes, its prefix says ${content}`;
}
