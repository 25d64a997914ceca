// Keys from rows and from values.
//
// `keyFromRow` is the one way to make a key: straight from the stored bytes, without a JavaScript value. `encodeKey` puts its
// values into a scratch row and takes the key from there, so that both cannot differ.
//
// Bytes of the target behind a key's end are undefined after each call, up to the end of the target: text is written before
// it is known whether it fits.

import {assert, BugError} from '../../base/assert.ts';
import {Memory} from '../memory.ts';
import {contentAt} from '../row/copy.ts';
import {isNull} from '../row/decode.ts';
import {RowEncoder, withoutPad} from '../row/encode.ts';
import {
  FIRST_VARIABLE,
  Form,
  OVERFLOW_HEADER,
  OVERFLOW_MARK,
  OverflowAt,
  ROW_BYTES_MAX,
  RowFlag,
} from '../row/layout.ts';
import {upgradedRow} from '../row/older.ts';
import {variableEnd, variableStart} from '../row/overflow.ts';
import type {RowLayout} from '../row/row-layout.ts';
import {utf8PrefixEnd} from '../value/charset.ts';
import {writeWeights} from '../value/collation.ts';
import type {TimeZone} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {Kind} from '../value/types.ts';
import {writeDecimalKey} from './decimal-key.ts';
import type {KeyLayout} from './key-layout.ts';
import {KEY_BYTES_MAX, KEY_TOO_LONG, NULL_MARK, VALUE_MARK} from './key-layout.ts';

/** Writes the key of a row, of any version; returns its end, or KEY_TOO_LONG. */
export function keyFromRow(
  layout: KeyLayout,
  rowLayout: RowLayout,
  mem: Memory,
  rowAt: number,
  target: Uint8Array,
  at: number,
): number {
  if (mem.bytes[rowAt] !== rowLayout.version) {
    return keyFromRow(layout, rowLayout, upgradedRow(rowLayout, mem, rowAt), 0, target, at);
  }
  const columns = layout.columns;
  let to = at;
  for (let part = 0; part < columns.length; part++) {
    to = writePart(layout, part, rowLayout, columns[part], mem, rowAt, target, to);
    if (to - at > KEY_BYTES_MAX || to > target.length) return KEY_TOO_LONG;
  }
  return to;
}

/** True when some part of the row's key is NULL: a UNIQUE index does not compare it. Rows of any version. */
export function rowHasNullPart(layout: KeyLayout, rowLayout: RowLayout, mem: Memory, rowAt: number): boolean {
  const flags = mem.bytes[rowAt + 1];
  if (mem.bytes[rowAt] === rowLayout.version && (flags & RowFlag.hasNull) === 0) return false;
  for (let part = 0; part < layout.partCount; part++) {
    if (isNull(rowLayout, mem, rowAt, layout.columns[part])) return true;
  }
  return false;
}

const scratch: Memory = new Memory(new ArrayBuffer((ROW_BYTES_MAX + 8) & ~7));
const encoder = new RowEncoder();

/**
 * Writes the key, or with fewer values than parts the beginning of the key, of values that have been converted to the parts'
 * types; a DECIMAL may have any precision and scale, a string any length. Returns its end, or KEY_TOO_LONG: no row can
 * have this key. `zone` is the one TIMESTAMP values are in.
 */
export function encodeKey(
  layout: KeyLayout,
  values: readonly Value[],
  target: Uint8Array,
  at: number,
  zone: TimeZone = UTC,
): number {
  assert(values.length <= layout.partCount, () => `${values.length} values for ${layout.partCount} parts`);
  const rowLayout = layout.valueLayout;
  encoder.begin(rowLayout, scratch, 0, zone);
  for (let part = 0; part < layout.partCount; part++) {
    if (part < values.length) encoder.putValue(partValue(layout, part, values[part]));
    else encoder.skip();
  }
  if (encoder.finish() < 0) return KEY_TOO_LONG;
  let to = at;
  for (let part = 0; part < values.length; part++) {
    to = writePart(layout, part, rowLayout, part, scratch, 0, target, to);
    if (to - at > KEY_BYTES_MAX || to > target.length) return KEY_TOO_LONG;
  }
  return to;
}

/** The value as its row would have it, cut to at least what the part needs: a search value may be longer than any row. */
function partValue(layout: KeyLayout, part: number, value: Value): Value {
  const prefix = layout.prefixes[part];
  if (typeof value === 'string') {
    const stored = layout.parts[part].type.kind === Kind.char ? withoutPad(value) : value;
    return prefix === 0 ? stored : stored.slice(0, 2 * prefix);
  }
  return value instanceof Uint8Array && prefix !== 0 ? value.subarray(0, prefix) : value;
}

/** Writes one part from a column of a row of the layout's own version; returns its end, which may lie behind the target's. */
function writePart(
  layout: KeyLayout,
  part: number,
  rowLayout: RowLayout,
  column: number,
  mem: Memory,
  rowAt: number,
  target: Uint8Array,
  at: number,
): number {
  const nullPart = isNull(rowLayout, mem, rowAt, column);
  let to = at;
  if (layout.nullable[part] === 1) target[to++] = nullPart ? NULL_MARK : VALUE_MARK;
  else assert(!nullPart, () => `NULL in key part ${part}, which is NOT NULL`);
  if (!nullPart) {
    const form = rowLayout.forms[column];
    to =
      form < FIRST_VARIABLE
        ? writeFixed(form, mem, rowAt + rowLayout.places[column], rowLayout.widths[column], target, to)
        : writeVariable(layout, part, rowLayout, column, mem, rowAt, target, to);
  }
  if (layout.descending[part] === 1) for (let i = at; i < to; i++) target[i] ^= 0xff;
  return to;
}

function writeFixed(form: number, mem: Memory, at: number, width: number, target: Uint8Array, to: number): number {
  const bytes = mem.bytes;
  switch (form) {
    case Form.i8:
    case Form.i16:
    case Form.i24:
    case Form.i32:
    case Form.i64:
    case Form.time:
    case Form.timeMicros:
      writeReversed(bytes, at, width, target, to);
      target[to] ^= 0x80;
      return to + width;
    case Form.f32:
    case Form.f64:
      return writeFloat(form, mem, at, width, target, to);
    case Form.datetime:
    case Form.datetimeMicros:
      for (let i = 0; i < width; i += 3) writeReversed(bytes, at + i, 3, target, to + i);
      return to + width;
    case Form.timestampMicros:
      writeReversed(bytes, at, 4, target, to);
      writeReversed(bytes, at + 4, 3, target, to + 4);
      return to + width;
    case Form.bit:
      for (let i = 0; i < width; i++) target[to + i] = bytes[at + i];
      return to + width;
    default:
      writeReversed(bytes, at, width, target, to);
      return to + width;
  }
}

/** Little-endian to big-endian. */
function writeReversed(bytes: Uint8Array, at: number, width: number, target: Uint8Array, to: number): void {
  for (let i = 0; i < width; i++) target[to + i] = bytes[at + width - 1 - i];
}

function writeFloat(form: number, mem: Memory, at: number, width: number, target: Uint8Array, to: number): number {
  writeReversed(mem.bytes, at, width, target, to);
  const value = form === Form.f32 ? mem.view.getFloat32(at, true) : mem.view.getFloat64(at, true);
  if (value < 0) for (let i = 0; i < width; i++) target[to + i] ^= 0xff;
  else target[to] |= 0x80;
  return to + width;
}

function writeVariable(
  layout: KeyLayout,
  part: number,
  rowLayout: RowLayout,
  column: number,
  mem: Memory,
  rowAt: number,
  target: Uint8Array,
  to: number,
): number {
  const bytes = mem.bytes;
  const start = variableStart(rowLayout, mem, rowAt, column);
  let end = variableEnd(rowLayout, mem, rowAt, column);
  let from: number;
  const prefix = layout.prefixes[part];
  if (bytes[start] === OVERFLOW_MARK) {
    from = start + OVERFLOW_HEADER;
    if (!isKept(layout, part, mem, start, end - from)) end = from;
  } else {
    from = contentAt(bytes, start);
  }
  switch (rowLayout.forms[column]) {
    case Form.decimal:
      return writeDecimalKey(bytes, from, end, target, to);
    case Form.text:
      if (prefix !== 0) end = utf8PrefixEnd(bytes, from, end, prefix);
      return writeWeights(layout.collations[part], bytes, from, end, target, to);
    case Form.bytes:
      if (prefix !== 0 && end - from > prefix) end = from + prefix;
      return writeWeights(layout.collations[part], bytes, from, end, target, to);
    default:
      throw new BugError(`key of form ${rowLayout.forms[column]}`);
  }
}

/** Are the kept bytes of an overflow marker enough for the part? They must be, unless the index is being built. */
function isKept(layout: KeyLayout, part: number, mem: Memory, at: number, kept: number): boolean {
  const length = mem.view.getUint32(at + OverflowAt.length, true);
  const prefix = layout.prefixes[part];
  const needed = layout.forms[part] === Form.text ? 4 * prefix : prefix;
  const isEnough = kept === length || (prefix > 0 && kept >= needed);
  assert(isEnough || layout.mayBeShort, () => `key part ${part}: its value is in overflow pages`);
  return isEnough;
}
