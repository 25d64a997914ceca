// Columns out of rows, one at a time and in any order.
//
// Each reader takes rows of every version: a row that is older than the layout is read through its own layout, and a column it
// does not have through the layout's row of initial values.
//
// A value in overflow pages is not here: ask `isOverflow` first where `hasOverflow` says so, fetch the bytes, and make
// the value with `valueFromBytes`.

import {assert, BugError} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import {Decimal} from '../value/decimal.ts';
import type {Integer} from '../value/integer.ts';
import type {TimeZone} from '../value/temporal.ts';
import {Duration, MICROS_PER_SECOND} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {contentAt} from './copy.ts';
import {Form, LAST_INTEGER, OVERFLOW_MARK} from './layout.ts';
import {initialRow} from './older.ts';
import {variableEnd, variableStart} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';
import {getI24, getI48, getU24, unpackDate, unpackDateTime, unpackTimestamp} from './temporal-form.ts';

/** True when the column is NULL. */
export function isNull(layout: RowLayout, mem: Memory, rowAt: number, column: number): boolean {
  const version = mem.bytes[rowAt];
  if (version !== layout.version) {
    const {layout: older, from} = layout.earlier(version);
    return from[column] < 0 ? isNull(layout, initialRow(layout), 0, column) : isNull(older, mem, rowAt, from[column]);
  }
  const bit = layout.nullBits[column];
  return bit >= 0 && (mem.bytes[rowAt + (bit >> 3)] & (1 << (bit & 7))) !== 0;
}

/**
 * An integer or YEAR column as a number. BIGINT values beyond 2^53 come rounded: where that matters, test the result with
 * Number.isSafeInteger and use `readColumn`. The column must not be NULL (else 0).
 */
export function readInt(layout: RowLayout, mem: Memory, rowAt: number, column: number): number {
  const version = mem.bytes[rowAt];
  if (version !== layout.version) {
    const {layout: older, from} = layout.earlier(version);
    return from[column] < 0 ? readInt(layout, initialRow(layout), 0, column) : readInt(older, mem, rowAt, from[column]);
  }
  return integerAt(mem, rowAt + layout.places[column], layout.forms[column]);
}

function integerAt(mem: Memory, at: number, form: number): number {
  const view = mem.view;
  switch (form) {
    case Form.i8:
      return view.getInt8(at);
    case Form.u8:
      return mem.bytes[at];
    case Form.i16:
      return view.getInt16(at, true);
    case Form.u16:
      return view.getUint16(at, true);
    case Form.i24:
      return getI24(view, at);
    case Form.u24:
      return getU24(view, at);
    case Form.i32:
      return view.getInt32(at, true);
    case Form.u32:
      return view.getUint32(at, true);
    case Form.i64:
      return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case Form.u64:
      return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case Form.year:
      return yearOf(mem.bytes[at]);
    default:
      throw new BugError(`readInt of form ${form}`);
  }
}

/** The year that a stored byte means. */
export function yearOf(stored: number): number {
  return stored === 0 ? 0 : stored + 1900;
}

/** The value of a column. It must not be in overflow pages. `zone` is the one in which TIMESTAMP values are wanted. */
export function readColumn(layout: RowLayout, mem: Memory, rowAt: number, column: number, zone: TimeZone = UTC): Value {
  const version = mem.bytes[rowAt];
  if (version !== layout.version) {
    const {layout: older, from} = layout.earlier(version);
    return from[column] < 0
      ? readColumn(layout, initialRow(layout), 0, column, zone)
      : readColumn(older, mem, rowAt, from[column], zone);
  }
  if (isNull(layout, mem, rowAt, column)) return null;
  const form = layout.forms[column];
  if (form <= LAST_INTEGER) return readInteger(mem, rowAt + layout.places[column], form);
  if (form < Form.text) return readFixed(layout, mem, rowAt + layout.places[column], column, zone);
  const start = variableStart(layout, mem, rowAt, column);
  assert(mem.bytes[start] !== OVERFLOW_MARK, () => `column ${column} is in overflow pages`);
  return readVariable(form, mem, contentAt(mem.bytes, start), variableEnd(layout, mem, rowAt, column));
}

/** The integer in the value domain: a bigint only where a number would be rounded. */
function readInteger(mem: Memory, at: number, form: number): Integer {
  const value = integerAt(mem, at, form);
  if (Number.isSafeInteger(value)) return value;
  return form === Form.u64 ? mem.view.getBigUint64(at, true) : mem.view.getBigInt64(at, true);
}

function readFixed(layout: RowLayout, mem: Memory, at: number, column: number, zone: TimeZone): Value {
  const view = mem.view;
  switch (layout.forms[column]) {
    case Form.f32:
      return view.getFloat32(at, true);
    case Form.f64:
      return view.getFloat64(at, true);
    case Form.year:
      return yearOf(mem.bytes[at]);
    case Form.date:
      return unpackDate(getU24(view, at));
    case Form.time:
      return new Duration(getI24(view, at) * MICROS_PER_SECOND);
    case Form.timeMicros:
      return new Duration(getI48(view, at));
    case Form.datetime:
      return unpackDateTime(getU24(view, at), getU24(view, at + 3), 0);
    case Form.datetimeMicros:
      return unpackDateTime(getU24(view, at), getU24(view, at + 3), getU24(view, at + 6));
    case Form.timestamp:
      return unpackTimestamp(view.getUint32(at, true), 0, zone);
    case Form.timestampMicros:
      return unpackTimestamp(view.getUint32(at, true), getU24(view, at + 4), zone);
    case Form.bit:
      return readBits(mem.bytes, at, layout.widths[column]);
    case Form.enum8:
      return memberName(layout, column, mem.bytes[at]);
    case Form.enum16:
      return memberName(layout, column, view.getUint16(at, true));
    case Form.set:
      return readSet(layout, mem.bytes, at, column);
    default:
      throw new BugError(`form ${layout.forms[column]} is not fixed`);
  }
}

function readBits(bytes: Uint8Array, at: number, width: number): Integer {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i];
  if (Number.isSafeInteger(value)) return value;
  let exact = 0n;
  for (let i = 0; i < width; i++) exact = exact * 256n + BigInt(bytes[at + i]);
  return exact;
}

function memberName(layout: RowLayout, column: number, number: number): string {
  return number === 0 ? '' : layout.types[column].members[number - 1];
}

function readSet(layout: RowLayout, bytes: Uint8Array, at: number, column: number): string {
  return layout.types[column].members.filter((_, i) => (bytes[at + (i >> 3)] & (1 << (i & 7))) !== 0).join(',');
}

function readVariable(form: number, mem: Memory, from: number, to: number): Value {
  if (form === Form.bytes) return mem.bytes.slice(from, to);
  if (form === Form.text) return mem.buffer.toString('utf8', from, to);
  return Decimal.parse(mem.buffer.toString('latin1', from, to)) ?? Decimal.zero;
}

/** The value of a string or binary column from its bytes, fetched from overflow pages. */
export function valueFromBytes(layout: RowLayout, column: number, bytes: Uint8Array): Value {
  const form = layout.forms[column];
  assert(form === Form.text || form === Form.bytes, () => `column ${column} has no overflow form`);
  if (form === Form.bytes) return new Uint8Array(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
