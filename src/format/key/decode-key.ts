// Values back out of keys: for reads that an index covers, and for printing.
//
// What can be decoded is decoded as bytes: `rowFromKey` turns a key into a row of `KeyLayout.valueLayout`, which all readers of rows
// (readColumn, textColumn, RowWirePlan) then read; `decodeKeyPart` gives one value.
//
// Cannot be decoded: character strings, because weights do not tell which of the equal strings was meant (but for those in
// utf8mb4_0900_bin), and prefix parts, which have only the beginning of the value. `decodableParts` tells in advance.

import {assert} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import {Memory} from '../memory.ts';
import {readColumn} from '../row/decode.ts';
import {RowEncoder} from '../row/encode.ts';
import {FIRST_VARIABLE, Form} from '../row/layout.ts';
import {paddedKeyEnd} from '../value/collation.ts';
import type {TimeZone} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import type {Value} from '../value/types.ts';
import {decimalKeyEnd, decimalKeyText} from './decimal-key.ts';
import type {KeyLayout} from './key-layout.ts';
import {KEY_BYTES_MAX, NULL_MARK} from './key-layout.ts';

const KEY_END = 0;
const ESCAPE = 1;
/** Collations whose keys are the bytes themselves, escaped. */
const BINARY = 63;
const UTF8MB4_0900_BIN = 309;

/** By part: whether its value can be had from the key. */
export function decodableParts(layout: KeyLayout): readonly boolean[] {
  return layout.parts.map((_, part) => isDecodable(layout, part));
}

function isDecodable(layout: KeyLayout, part: number): boolean {
  if (layout.forms[part] < FIRST_VARIABLE || layout.forms[part] === Form.decimal) return true;
  const collation = layout.collations[part].id;
  return layout.prefixes[part] === 0 && (collation === BINARY || collation === UTF8MB4_0900_BIN);
}

/** End of the part that begins at `at` in a key that ends at `end`. A part that goes on behind the key's end is damage. */
export function keyPartEnd(layout: KeyLayout, part: number, key: Uint8Array, at: number, end: number): number {
  const to = cutPartEnd(layout, part, key, at, end);
  if (to > end) throw new CorruptionError('an index key', `part ${part} goes on behind its end`);
  return to;
}

/** The same in a key that may have been cut off, as those above the leaves of a tree are: a part that goes on there ends behind `end`. */
export function cutPartEnd(layout: KeyLayout, part: number, key: Uint8Array, at: number, end: number): number {
  const mask = layout.descending[part] === 1 ? 0xff : 0;
  let to = at;
  if (layout.nullable[part] === 1) {
    if (at < end && (key[at] ^ mask) === NULL_MARK) return at + 1;
    to++;
  }
  const form = layout.forms[part];
  if (form < FIRST_VARIABLE) to += layout.valueLayout.widths[part];
  else if (form === Form.decimal) to = decimalKeyEnd(key, to, end, mask);
  else if (form === Form.text && layout.collations[part].padSpace)
    to = paddedKeyEnd(layout.collations[part], key, to, end, mask);
  else to = stringEnd(key, to, end, mask);
  return to;
}

function stringEnd(key: Uint8Array, at: number, end: number, mask: number): number {
  let to = at;
  while (to < end && (key[to] ^ mask) !== KEY_END) to++;
  return to + 1;
}

const encoder = new RowEncoder();
// One part's bytes as a row stores them.
const stored: Memory = new Memory(new ArrayBuffer(KEY_BYTES_MAX + 8));

/**
 * Writes a row of `layout.valueLayout` with the decodable parts of the key in `key[at, end)`. The others have no value and must not
 * be read (`decodableParts`). Returns the row's length, or ROW_TOO_LONG.
 */
export function rowFromKey(
  layout: KeyLayout,
  key: Uint8Array,
  at: number,
  end: number,
  target: Memory,
  targetAt: number,
): number {
  encoder.begin(layout.valueLayout, target, targetAt, UTC);
  let from = at;
  for (let part = 0; part < layout.partCount; part++) {
    const to = keyPartEnd(layout, part, key, from, end);
    if (!isDecodable(layout, part)) encoder.skip();
    else putPart(layout, part, key, from, to);
    from = to;
  }
  return encoder.finish();
}

function putPart(layout: KeyLayout, part: number, key: Uint8Array, at: number, end: number): void {
  const mask = layout.descending[part] === 1 ? 0xff : 0;
  let from = at;
  if (layout.nullable[part] === 1) {
    if ((key[from++] ^ mask) === NULL_MARK) {
      encoder.putNull();
      return;
    }
  }
  const form = layout.forms[part];
  if (form < FIRST_VARIABLE) {
    takeFixed(form, key, from, end, mask);
    encoder.putStored(stored, 0, end - from);
  } else if (form === Form.decimal) {
    const text = decimalKeyText(key, from, end, mask, layout.parts[part].type.decimals);
    encoder.putBytes(Buffer.from(text, 'latin1'));
  } else {
    encoder.putBytes(stored.bytes, 0, takeBytes(key, from, end - 1, mask));
  }
}

/** A fixed part's bytes into `stored`, as the row has them: the inverse of what encode-key.ts does. */
function takeFixed(form: number, key: Uint8Array, at: number, end: number, mask: number): void {
  const width = end - at;
  const bytes = stored.bytes;
  switch (form) {
    case Form.i8:
    case Form.i16:
    case Form.i24:
    case Form.i32:
    case Form.i64:
    case Form.time:
    case Form.timeMicros:
      takeReversed(key, at, width, mask, 0);
      bytes[width - 1] ^= 0x80;
      return;
    case Form.f32:
    case Form.f64:
      if ((key[at] ^ mask) < 0x80) {
        takeReversed(key, at, width, mask ^ 0xff, 0);
      } else {
        takeReversed(key, at, width, mask, 0);
        bytes[width - 1] ^= 0x80;
      }
      return;
    case Form.datetime:
    case Form.datetimeMicros:
      for (let i = 0; i < width; i += 3) takeReversed(key, at + i, 3, mask, i);
      return;
    case Form.timestampMicros:
      takeReversed(key, at, 4, mask, 0);
      takeReversed(key, at + 4, 3, mask, 4);
      return;
    case Form.bit:
      for (let i = 0; i < width; i++) bytes[i] = key[at + i] ^ mask;
      return;
    default:
      takeReversed(key, at, width, mask, 0);
  }
}

/** Big-endian to little-endian, into `stored` at `to`. */
function takeReversed(key: Uint8Array, at: number, width: number, mask: number, to: number): void {
  for (let i = 0; i < width; i++) stored.bytes[to + i] = key[at + width - 1 - i] ^ mask;
}

/** The bytes of a binary string's key, without their escapes, into `stored`; returns their number. */
function takeBytes(key: Uint8Array, at: number, end: number, mask: number): number {
  let to = 0;
  for (let i = at; i < end; i++) {
    const byte = key[i] ^ mask;
    stored.bytes[to++] = byte === ESCAPE ? (key[++i] ^ mask) - 1 : byte;
  }
  return to;
}

const row: Memory = new Memory(new ArrayBuffer(65536));

/** The value of a part of the key in `key[at, end)`; undefined when it cannot be decoded. `zone` is the one for TIMESTAMP values. */
export function decodeKeyPart(
  layout: KeyLayout,
  part: number,
  key: Uint8Array,
  at: number,
  end: number,
  zone: TimeZone = UTC,
): Value | undefined {
  assert(part < layout.partCount, () => `part ${part} of ${layout.partCount}`);
  if (!decodableParts(layout)[part]) return undefined;
  rowFromKey(layout, key, at, end, row, 0);
  return readColumn(layout.valueLayout, row, 0, part, zone);
}
