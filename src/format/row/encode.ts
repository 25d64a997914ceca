// Values into rows.
//
// `RowEncoder` writes a row front to back, column by column; a plan that knows its columns calls `putInt` and `putText`
// itself, everything else goes through `encodeRow`. Making a new row from an old one is in change.ts.
//
// Values must already have been converted to their column's type (format/value/convert.ts): a value that does not fit
// its column is a BugError. What a user can cause, a row that is too long, is a result.

import {assert} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import {Decimal} from '../value/decimal.ts';
import type {TimeZone} from '../value/temporal.ts';
import {DateTime, Duration} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import {Kind} from '../value/types.ts';
import {copyOut, prefixBytes, writeLength} from './copy.ts';
import {
  FIRST_VARIABLE,
  Form,
  LAST_INTEGER,
  OVERFLOW_HEADER,
  OVERFLOW_MARK,
  OverflowAt,
  ROW_BYTES_MAX,
  ROW_HEADER,
  RowFlag,
} from './layout.ts';
import type {RowValue} from './overflow.ts';
import {Overflow, rowLength} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';
import {clear, mismatch, storeDateTime, storeDuration, storeInteger, storeMembers, storeNumber} from './store.ts';

/** The row would be longer than ROW_BYTES_MAX, or than the room in the target. */
export const ROW_TOO_LONG = -1;

/** Texts up to this length are written by a loop, longer ones by the platform. */
const TEXT_LOOP_MAX = 16;
/** The same for bytes. */
const BYTE_LOOP_MAX = 32;

/** Writes one row after another; one object serves all. Columns are put in order, each exactly once. */
export class RowEncoder {
  #layout!: RowLayout;
  #target!: Memory;
  #zone: TimeZone = UTC;
  #at = 0;
  /** Where the next variable byte goes; absolute. */
  #end = 0;
  /** No byte may be written from here on; absolute. */
  #limit = 0;
  #column = 0;
  #flags = 0;
  #tooLong = false;

  /** Starts a row at `at`. `zone` is the one TIMESTAMP values are in. */
  begin(layout: RowLayout, target: Memory, at: number, zone: TimeZone): void {
    this.#layout = layout;
    this.#target = target;
    this.#zone = zone;
    this.#at = at;
    this.#end = at + layout.variableAt;
    this.#limit = Math.min(at + ROW_BYTES_MAX, target.size);
    this.#column = 0;
    this.#flags = 0;
    this.#tooLong = this.#end > this.#limit;
    if (this.#tooLong) return;
    const bytes = target.bytes;
    bytes[at] = layout.version;
    for (let i = at + 1; i < at + layout.bitmapEnd; i++) bytes[i] = 0;
  }

  /** Starts as a copy of a whole row of the layout's own version; go on with `replaceFixed`. */
  beginCopy(layout: RowLayout, source: Memory, rowAt: number, target: Memory, at: number, zone: TimeZone): void {
    this.begin(layout, target, at, zone);
    this.#column = layout.columnCount;
    const length = rowLength(layout, source, rowAt);
    this.#end = at + length;
    if (this.#end > this.#limit) this.#tooLong = true;
    else copyOut(source, rowAt, length, target.bytes, target.view, at);
    this.#flags = source.bytes[rowAt + 1];
  }

  /** Replaces a fixed column of a row begun by `beginCopy`. */
  replaceFixed(column: number, value: RowValue): void {
    const layout = this.#layout;
    const bit = layout.nullBits[column];
    if (this.#tooLong) return;
    if (bit >= 0) this.#target.bytes[this.#at + (bit >> 3)] &= ~(1 << (bit & 7));
    this.#column = column;
    this.putValue(value);
    this.#column = layout.columnCount;
    this.#flags = (this.#flags & ~RowFlag.hasNull) | this.#nullFlag();
  }

  #nullFlag(): number {
    const bitmapEnd = this.#at + this.#layout.bitmapEnd;
    for (let i = this.#at + ROW_HEADER; i < bitmapEnd; i++) {
      if (this.#target.bytes[i] !== 0) return RowFlag.hasNull;
    }
    return 0;
  }

  /** Ends the row: its length, or ROW_TOO_LONG. */
  finish(): number {
    assert(this.#column === this.#layout.columnCount, () => `row of ${this.#column} columns`);
    if (this.#tooLong) return ROW_TOO_LONG;
    this.#target.bytes[this.#at + 1] = this.#flags;
    return this.#end - this.#at;
  }

  putNull(): void {
    const column = this.#column++;
    const layout = this.#layout;
    const bit = layout.nullBits[column];
    assert(bit >= 0, () => `NULL in column ${column}, which is NOT NULL`);
    if (this.#tooLong) return;
    this.#flags |= RowFlag.hasNull;
    this.#target.bytes[this.#at + (bit >> 3)] |= 1 << (bit & 7);
    if (layout.forms[column] >= FIRST_VARIABLE) this.#endVariable(column);
    else clear(this.#target, this.#at + layout.places[column], layout.widths[column]);
  }

  /** An integer column (not YEAR, BIT, ENUM, SET); `value` must be in the type's range. */
  putInt(value: number): void {
    const column = this.#column++;
    if (this.#tooLong) return;
    storeInteger(this.#target, this.#at + this.#layout.places[column], this.#layout.forms[column], value);
  }

  /** A character or JSON column. CHAR loses its trailing spaces. */
  putText(value: string): void {
    const column = this.#column++;
    const type = this.#layout.types[column];
    assert(this.#layout.forms[column] === Form.text, () => `text in column ${column}`);
    if (this.#tooLong) return;
    this.#writeText(type.kind === Kind.char ? withoutPad(value) : value);
    this.#endVariable(column);
  }

  /** A binary column, or a character column whose UTF-8 bytes are at hand (CHAR: without trailing spaces): `value[from, to)`. */
  putBytes(value: Uint8Array, from: number = 0, to: number = value.length): void {
    const column = this.#column++;
    assert(this.#layout.forms[column] >= FIRST_VARIABLE, () => `bytes in column ${column}`);
    const length = to - from;
    const start = this.#reserve(prefixBytes(length) + length);
    if (start < 0) return;
    const bytes = this.#target.bytes;
    const at = writeLength(bytes, start, length);
    if (length > BYTE_LOOP_MAX) bytes.set(value.subarray(from, to), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = value[from + i];
    this.#endVariable(column);
  }

  /** A value that is in overflow pages already. */
  putOverflow(value: Overflow): void {
    const column = this.#column++;
    const form = this.#layout.forms[column];
    assert(form === Form.text || form === Form.bytes, () => `overflow in column ${column}`);
    const start = this.#reserve(OVERFLOW_HEADER + value.kept.length);
    if (start < 0) return;
    const {bytes, view} = this.#target;
    bytes[start] = OVERFLOW_MARK;
    view.setUint32(start + OverflowAt.firstPage, value.firstPage, true);
    view.setUint32(start + OverflowAt.length, value.length, true);
    bytes.set(value.kept, start + OVERFLOW_HEADER);
    this.#flags |= RowFlag.hasOverflow;
    this.#endVariable(column);
  }

  /** A column as another row has it: `length` stored bytes from `from`; 0 bytes of a variable column are NULL. */
  putStored(source: Memory, from: number, length: number): void {
    const column = this.#column++;
    const layout = this.#layout;
    const {bytes, view} = this.#target;
    if (layout.forms[column] < FIRST_VARIABLE) {
      if (!this.#tooLong) copyOut(source, from, length, bytes, view, this.#at + layout.places[column]);
      return;
    }
    const start = this.#reserve(length);
    if (start < 0) return;
    if (source.bytes[from] === OVERFLOW_MARK) this.#flags |= RowFlag.hasOverflow;
    copyOut(source, from, length, bytes, view, start);
    this.#endVariable(column);
  }

  /** Leaves a column without a value. Such a column must never be read. */
  skip(): void {
    const column = this.#column++;
    if (this.#layout.forms[column] >= FIRST_VARIABLE) this.#endVariable(column);
    else if (!this.#tooLong) clear(this.#target, this.#at + this.#layout.places[column], this.#layout.widths[column]);
  }

  /** Any column, any value of its type. */
  putValue(value: RowValue): void {
    if (value === null) {
      this.putNull();
      return;
    }
    const form = this.#layout.forms[this.#column];
    if (form <= LAST_INTEGER && typeof value === 'number') this.putInt(value);
    else if (form === Form.text && typeof value === 'string') this.putText(value);
    else if (value instanceof Overflow) this.putOverflow(value);
    else if (form === Form.decimal) this.#putDecimal(value);
    else if (form >= FIRST_VARIABLE && value instanceof Uint8Array) this.putBytes(value);
    else this.#putFixed(form, value);
  }

  #putDecimal(value: Exclude<RowValue, null>): void {
    const column = this.#column++;
    if (!(value instanceof Decimal)) throw mismatch(column);
    const scale = this.#layout.types[column].decimals;
    if (this.#tooLong) return;
    this.#writeText((value.scale < scale ? value.rescale(scale) : value).toString());
    this.#endVariable(column);
  }

  #putFixed(form: number, value: Exclude<RowValue, null>): void {
    const column = this.#column++;
    assert(form < FIRST_VARIABLE, () => `value of another type in column ${column}`);
    if (this.#tooLong) return;
    const at = this.#at + this.#layout.places[column];
    if (value instanceof DateTime) storeDateTime(this.#target, at, form, value, this.#zone, column);
    else if (value instanceof Duration) storeDuration(this.#target, at, form, value, column);
    else if (typeof value === 'string') storeMembers(this.#layout, this.#target, at, form, value, column);
    else storeNumber(this.#target, at, form, value, this.#layout.widths[column], column);
  }

  #endVariable(column: number): void {
    if (this.#tooLong) return;
    this.#target.view.setUint16(this.#at + this.#layout.places[column], this.#end - this.#at, true);
  }

  /** Room for `length` variable bytes: their offset, or -1. */
  #reserve(length: number): number {
    const start = this.#end;
    if (this.#tooLong || start + length > this.#limit) {
      this.#tooLong = true;
      return -1;
    }
    this.#end = start + length;
    return start;
  }

  /** Writes prefix and UTF-8 bytes. The prefix is guessed from the number of UTF-16 units, and widened if that was too few. */
  #writeText(value: string): void {
    const units = value.length;
    const start = this.#end;
    if (start + 3 * units + 9 > this.#limit && start + textBytes(value) > this.#limit) {
      this.#tooLong = true;
      return;
    }
    const bytes = this.#target.bytes;
    let prefix = prefixBytes(units);
    const length = writeUtf8(this.#target, start + prefix, value);
    const wanted = prefixBytes(length);
    if (wanted !== prefix) {
      bytes.copyWithin(start + wanted, start + prefix, start + prefix + length);
      prefix = wanted;
    }
    writeLength(bytes, start, length);
    this.#end = start + prefix + length;
  }
}

/** A CHAR value without the trailing spaces it is not stored with. */
export function withoutPad(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 32) end--;
  return end === value.length ? value : value.slice(0, end);
}

/** Bytes of a text with its length prefix. */
function textBytes(value: string): number {
  const length = Buffer.byteLength(value, 'utf8');
  return prefixBytes(length) + length;
}

/** Writes UTF-8; returns the number of bytes. */
function writeUtf8(target: Memory, at: number, value: string): number {
  const units = value.length;
  if (units > TEXT_LOOP_MAX) return target.buffer.write(value, at);
  const bytes = target.bytes;
  for (let i = 0; i < units; i++) {
    const code = value.charCodeAt(i);
    if (code > 127) return target.buffer.write(value, at);
    bytes[at + i] = code;
  }
  return units;
}

const encoder = new RowEncoder();

/**
 * Encodes one row: `values` by column. Returns its length, or ROW_TOO_LONG when it is longer than ROW_BYTES_MAX or does
 * not fit between `at` and the end of `target` (whose bytes behind `at` may then have changed). `zone` is the one
 * TIMESTAMP values are in.
 */
export function encodeRow(
  layout: RowLayout,
  values: readonly RowValue[],
  target: Memory,
  at: number,
  zone: TimeZone = UTC,
): number {
  assert(values.length === layout.columnCount, () => `${values.length} values for ${layout.columnCount} columns`);
  encoder.begin(layout, target, at, zone);
  for (let c = 0; c < values.length; c++) encoder.putValue(values[c]);
  return encoder.finish();
}
