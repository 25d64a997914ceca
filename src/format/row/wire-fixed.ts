// One fixed column from row bytes to the bytes of the text or binary protocol, without a JavaScript value in between.
//
// The two big switches over the storage form are the whole file. They are called with the column's absolute offset in a row of the
// layout's own version, for a column that is not NULL; which column that is matters only where the type has more to say
// than the form (members, fraction digits, BIT width).

import {BugError} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import {formatDouble, formatFixed, formatFloat} from '../value/number-text.ts';
import type {TimeZone} from '../value/temporal.ts';
import {MICROS_PER_SECOND} from '../value/temporal.ts';
import type {SqlType} from '../value/types.ts';
import {Kind} from '../value/types.ts';
import {writeLength} from './copy.ts';
import {yearOf} from './decode.ts';
import {writeI32, writeI64, writePadded, writeU32, writeU64} from './digits.ts';
import {Form} from './layout.ts';
import type {RowLayout} from './row-layout.ts';
import {getI24, getI48, getU24} from './temporal-form.ts';
import {binaryDateTime, binaryTime, localClock, localDate, textDate, textDateTime, textTime} from './wire-temporal.ts';

/** `decimals` of a FLOAT or DOUBLE without a fixed number of fraction digits. */
const NOT_FIXED = 31;

/** Text protocol: a length-encoded string. Returns the end. */
export function textFixed(
  layout: RowLayout,
  column: number,
  mem: Memory,
  at: number,
  out: Uint8Array,
  outAt: number,
  zone: TimeZone,
): number {
  const view = mem.view;
  const to = outAt + 1;
  let end: number;
  switch (layout.forms[column]) {
    case Form.i8:
      end = writeI32(out, to, view.getInt8(at));
      break;
    case Form.u8:
      end = writeU32(out, to, mem.bytes[at]);
      break;
    case Form.i16:
      end = writeI32(out, to, view.getInt16(at, true));
      break;
    case Form.u16:
      end = writeU32(out, to, view.getUint16(at, true));
      break;
    case Form.i24:
      end = writeI32(out, to, getI24(view, at));
      break;
    case Form.u24:
      end = writeU32(out, to, getU24(view, at));
      break;
    case Form.i32:
      end = writeI32(out, to, view.getInt32(at, true));
      break;
    case Form.u32:
      end = writeU32(out, to, view.getUint32(at, true));
      break;
    case Form.i64:
      end = writeI64(out, to, view.getUint32(at + 4, true), view.getUint32(at, true));
      break;
    case Form.u64:
      end = writeU64(out, to, view.getUint32(at + 4, true), view.getUint32(at, true));
      break;
    case Form.f32:
    case Form.f64:
      return writeAscii(out, outAt, floatText(layout.types[column], mem, at));
    case Form.year:
      end = writePadded(out, to, yearOf(mem.bytes[at]), 4);
      break;
    case Form.bit:
    case Form.enum8:
    case Form.enum16:
    case Form.set:
      return wireBytes(layout, column, mem, at, out, outAt);
    default:
      end = textTemporal(layout, column, mem, at, out, to, zone);
  }
  out[outAt] = end - to;
  return end;
}

function textTemporal(
  layout: RowLayout,
  column: number,
  mem: Memory,
  at: number,
  out: Uint8Array,
  to: number,
  zone: TimeZone,
): number {
  const view = mem.view;
  const fsp = layout.types[column].decimals;
  switch (layout.forms[column]) {
    case Form.date:
      return textDate(out, to, getU24(view, at));
    case Form.time: {
      const seconds = getI24(view, at);
      return textTime(out, to, seconds < 0, Math.abs(seconds), 0, 0);
    }
    case Form.timeMicros: {
      const micros = getI48(view, at);
      const seconds = Math.floor(Math.abs(micros) / MICROS_PER_SECOND);
      return textTime(out, to, micros < 0, seconds, Math.abs(micros) - seconds * MICROS_PER_SECOND, fsp);
    }
    case Form.datetime:
      return textDateTime(out, to, getU24(view, at), getU24(view, at + 3), 0, 0);
    case Form.datetimeMicros:
      return textDateTime(out, to, getU24(view, at), getU24(view, at + 3), getU24(view, at + 6), fsp);
    case Form.timestamp:
    case Form.timestampMicros: {
      const seconds = view.getUint32(at, true);
      const micros = fsp === 0 ? 0 : getU24(view, at + 4);
      return textDateTime(out, to, localDate(seconds, zone), localClock(seconds, zone), micros, fsp);
    }
    default:
      throw new BugError(`form ${layout.forms[column]} is not fixed`);
  }
}

/** The one place where a value is made: MySQL's number of digits is no affair of rows. */
function floatText(type: SqlType, mem: Memory, at: number): string {
  const single = type.kind === Kind.float;
  const value = single ? mem.view.getFloat32(at, true) : mem.view.getFloat64(at, true);
  if (type.decimals < NOT_FIXED) return formatFixed(value, type.decimals);
  return single ? formatFloat(value) : formatDouble(value);
}

/** Binary protocol. Returns the end. */
export function binaryFixed(
  layout: RowLayout,
  column: number,
  mem: Memory,
  at: number,
  out: Uint8Array,
  outView: DataView,
  outAt: number,
  zone: TimeZone,
): number {
  const view = mem.view;
  switch (layout.forms[column]) {
    case Form.i8:
    case Form.u8:
      out[outAt] = mem.bytes[at];
      return outAt + 1;
    case Form.i16:
    case Form.u16:
      outView.setUint16(outAt, view.getUint16(at, true), true);
      return outAt + 2;
    case Form.i24:
      outView.setInt32(outAt, getI24(view, at), true);
      return outAt + 4;
    case Form.u24:
      outView.setInt32(outAt, getU24(view, at), true);
      return outAt + 4;
    case Form.i32:
    case Form.u32:
    case Form.f32:
      outView.setInt32(outAt, view.getInt32(at, true), true);
      return outAt + 4;
    case Form.i64:
    case Form.u64:
    case Form.f64:
      outView.setInt32(outAt, view.getInt32(at, true), true);
      outView.setInt32(outAt + 4, view.getInt32(at + 4, true), true);
      return outAt + 8;
    case Form.year:
      outView.setUint16(outAt, yearOf(mem.bytes[at]), true);
      return outAt + 2;
    case Form.bit:
    case Form.enum8:
    case Form.enum16:
    case Form.set:
      return wireBytes(layout, column, mem, at, out, outAt);
    default:
      return binaryTemporal(layout, column, mem, at, out, outView, outAt, zone);
  }
}

function binaryTemporal(
  layout: RowLayout,
  column: number,
  mem: Memory,
  at: number,
  out: Uint8Array,
  outView: DataView,
  outAt: number,
  zone: TimeZone,
): number {
  const view = mem.view;
  switch (layout.forms[column]) {
    case Form.date:
      return binaryDateTime(out, outView, outAt, getU24(view, at), 0, 0);
    case Form.time:
      return binaryTime(out, outView, outAt, getI24(view, at) * MICROS_PER_SECOND);
    case Form.timeMicros:
      return binaryTime(out, outView, outAt, getI48(view, at));
    case Form.datetime:
      return binaryDateTime(out, outView, outAt, getU24(view, at), getU24(view, at + 3), 0);
    case Form.datetimeMicros:
      return binaryDateTime(out, outView, outAt, getU24(view, at), getU24(view, at + 3), getU24(view, at + 6));
    case Form.timestamp:
    case Form.timestampMicros: {
      const seconds = view.getUint32(at, true);
      const micros = layout.forms[column] === Form.timestamp ? 0 : getU24(view, at + 4);
      return binaryDateTime(out, outView, outAt, localDate(seconds, zone), localClock(seconds, zone), micros);
    }
    default:
      throw new BugError(`form ${layout.forms[column]} is not fixed`);
  }
}

/** BIT, ENUM and SET: the same length-encoded string in both protocols. */
function wireBytes(layout: RowLayout, column: number, mem: Memory, at: number, out: Uint8Array, outAt: number): number {
  switch (layout.forms[column]) {
    case Form.enum8:
      return writeBytes(out, outAt, layout.memberTexts[column][mem.bytes[at]]);
    case Form.enum16:
      return writeBytes(out, outAt, layout.memberTexts[column][mem.view.getUint16(at, true)]);
    case Form.set:
      return writeSet(layout, column, mem.bytes, at, out, outAt);
    default: {
      const width = layout.widths[column];
      out[outAt] = width;
      for (let i = 0; i < width; i++) out[outAt + 1 + i] = mem.bytes[at + i];
      return outAt + 1 + width;
    }
  }
}

function writeBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  out.set(bytes, at);
  return at + bytes.length;
}

/** A length-encoded string of ASCII characters. */
function writeAscii(out: Uint8Array, at: number, text: string): number {
  const length = text.length;
  const to = writeLength(out, at, length);
  for (let i = 0; i < length; i++) out[to + i] = text.charCodeAt(i);
  return to + length;
}

/** Member names of a SET with commas between. */
function writeSet(
  layout: RowLayout,
  column: number,
  bytes: Uint8Array,
  at: number,
  out: Uint8Array,
  outAt: number,
): number {
  const members = layout.memberTexts[column];
  let length = -1;
  for (let i = 0; i < members.length; i++) {
    if (hasMember(bytes, at, i)) length += 1 + nameBytes(members[i]);
  }
  let to = writeLength(out, outAt, Math.max(length, 0));
  const start = to;
  for (let i = 0; i < members.length; i++) {
    if (!hasMember(bytes, at, i)) continue;
    if (to > start) out[to++] = 44;
    const name = members[i];
    const from = name.length - nameBytes(name);
    for (let k = from; k < name.length; k++) out[to++] = name[k];
  }
  return to;
}

function hasMember(bytes: Uint8Array, at: number, member: number): boolean {
  return (bytes[at + (member >> 3)] & (1 << (member & 7))) !== 0;
}

/** Bytes of a member's name without its length prefix. */
function nameBytes(member: Uint8Array): number {
  return member[0] < 251 ? member.length - 1 : member.length - 3;
}
