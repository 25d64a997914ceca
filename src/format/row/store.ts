// Values into the fixed columns of a row. Callers have converted the value to the column's type: what does not fit it is
// a BugError.

import {assert, BugError} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import {fitsBigInt} from '../value/integer.ts';
import type {DateTime, Duration, TimeZone} from '../value/temporal.ts';
import {Form, LAST_INTEGER} from './layout.ts';
import type {RowLayout} from './row-layout.ts';
import {memberNumber} from './row-layout.ts';
import {packClock, packDate, packSeconds, packTimestamp, setI48, setU24} from './temporal-form.ts';

const INTEGER_MIN: readonly number[] = [-128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9007199254740991, 0];
const INTEGER_MAX: readonly number[] = [
  127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9007199254740991, 9007199254740991,
];

/** A value in a column of another type: what the caller must not let happen. */
export function mismatch(column: number): BugError {
  return new BugError(`value of another type in column ${column}`);
}

/** Zeroes bytes. */
export function clear(target: Memory, at: number, length: number): void {
  for (let i = 0; i < length; i++) target.bytes[at + i] = 0;
}

/** Writes an integer that is a safe number. */
export function storeInteger(target: Memory, at: number, form: number, value: number): void {
  assert(
    form <= LAST_INTEGER && value >= INTEGER_MIN[form] && value <= INTEGER_MAX[form],
    () => `integer ${value} out of range`,
  );
  const view = target.view;
  switch (form) {
    case Form.i8:
    case Form.u8:
      target.bytes[at] = value;
      return;
    case Form.i16:
    case Form.u16:
      view.setUint16(at, value, true);
      return;
    case Form.i24:
    case Form.u24:
      setU24(view, at, value);
      return;
    case Form.i32:
    case Form.u32:
      view.setInt32(at, value | 0, true);
      return;
    default:
      view.setUint32(at, value >>> 0, true);
      view.setInt32(at + 4, Math.floor(value / 4294967296) | 0, true);
  }
}

/** Numbers in columns that are not plain integers, and the integers that are no safe numbers. */
export function storeNumber(
  target: Memory,
  at: number,
  form: number,
  value: unknown,
  width: number,
  column: number,
): void {
  const {bytes, view} = target;
  if (typeof value === 'bigint') {
    if (form === Form.bit) storeBits(bytes, at, width, Number(value >> 32n), Number(value & 0xffff_ffffn));
    else if (form !== Form.i64 && form !== Form.u64) throw mismatch(column);
    else storeBigInt(view, at, value, form === Form.u64);
    return;
  }
  if (typeof value !== 'number') throw mismatch(column);
  if (form === Form.f64) view.setFloat64(at, value, true);
  else if (form === Form.f32) view.setFloat32(at, value, true);
  else if (form === Form.year) storeYear(bytes, at, value);
  else if (form === Form.bit) storeBits(bytes, at, width, Math.floor(value / 4294967296), value >>> 0);
  else throw mismatch(column);
}

function storeBigInt(view: DataView, at: number, value: bigint, unsigned: boolean): void {
  assert(fitsBigInt(value, unsigned), () => `integer ${value} out of range`);
  if (unsigned) view.setBigUint64(at, value, true);
  else view.setBigInt64(at, value, true);
}

function storeYear(bytes: Uint8Array, at: number, value: number): void {
  assert(value === 0 || (value > 1900 && value <= 2155), () => `year ${value} out of range`);
  bytes[at] = value === 0 ? 0 : value - 1900;
}

function storeBits(bytes: Uint8Array, at: number, width: number, high: number, low: number): void {
  // Half by half: the whole can be beyond 2^53, where a sum would be rounded.
  const fits = width > 4 ? high < 2 ** (8 * width - 32) : high === 0 && low < 2 ** (8 * width);
  assert(high >= 0 && fits, () => 'BIT value out of range');
  for (let i = 0; i < width; i++) {
    const shift = 8 * (width - 1 - i);
    bytes[at + i] = shift >= 32 ? high >>> (shift - 32) : low >>> shift;
  }
}

/** Writes a DATE, DATETIME or TIMESTAMP; `zone` is the one a TIMESTAMP is given in. */
export function storeDateTime(
  target: Memory,
  at: number,
  form: number,
  value: DateTime,
  zone: TimeZone,
  column: number,
): void {
  const view = target.view;
  if (form === Form.timestamp || form === Form.timestampMicros) {
    view.setUint32(at, packTimestamp(value, zone), true);
    if (form === Form.timestampMicros) setU24(view, at + 4, value.micros);
    return;
  }
  if (form !== Form.date && form !== Form.datetime && form !== Form.datetimeMicros) throw mismatch(column);
  setU24(view, at, packDate(value));
  if (form === Form.date) return;
  setU24(view, at + 3, packClock(value));
  if (form === Form.datetimeMicros) setU24(view, at + 6, value.micros);
}

/** Writes a TIME. */
export function storeDuration(target: Memory, at: number, form: number, value: Duration, column: number): void {
  if (form === Form.time) setU24(target.view, at, packSeconds(value.micros));
  else if (form === Form.timeMicros) setI48(target.view, at, value.micros);
  else throw mismatch(column);
}

/** Writes an ENUM or a SET. */
export function storeMembers(
  layout: RowLayout,
  target: Memory,
  at: number,
  form: number,
  value: string,
  column: number,
): void {
  if (form === Form.enum8) target.bytes[at] = memberNumber(layout, column, value);
  else if (form === Form.enum16) target.view.setUint16(at, memberNumber(layout, column, value), true);
  else if (form === Form.set) storeSet(layout, target, at, value, column);
  else throw mismatch(column);
}

function storeSet(layout: RowLayout, target: Memory, at: number, value: string, column: number): void {
  clear(target, at, layout.widths[column]);
  if (value === '') return;
  for (const name of value.split(',')) {
    const bit = memberNumber(layout, column, name);
    target.bytes[at + (bit >> 3)] |= 1 << (bit & 7);
  }
}
