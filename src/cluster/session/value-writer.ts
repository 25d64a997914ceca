// Values of the generic executor as result rows of the text and the binary protocol. (Rows of the fused plans go from row bytes to packet bytes without this.)

import {toBytes, toText} from '../../format/value/domain.ts';
import type {DateTime, Duration} from '../../format/value/temporal.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {
  lenencSize,
  putBigInt64,
  putInt16,
  putInt32,
  putInt64,
  putLenencBytes,
  putLenencText,
} from '../../protocol/encode.ts';

/** NULL in a text row. */
const TEXT_NULL = 0xfb;

/** One value, ready to be copied: a string, or bytes. */
type Piece = string | Uint8Array | null;

/** A value as text, or as the bytes it is. */
export function textPiece(value: Value, type: SqlType): Piece {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value;
  return type.kind === Kind.bit ? toBytes(value, type) : toText(value, type);
}

/** Bytes that a piece takes at most. */
export function pieceMax(piece: Piece): number {
  if (piece === null) return 1;
  const bytes = typeof piece === 'string' ? piece.length * 3 : piece.length;
  return bytes + lenencSize(bytes);
}

/** Writes a length-encoded string, or the NULL of a text row. */
export function putPiece(target: Buffer, at: number, piece: Piece): number {
  if (piece === null) {
    target[at] = TEXT_NULL;
    return at + 1;
  }
  return typeof piece === 'string' ? putLenencText(target, at, piece) : putLenencBytes(target, at, piece);
}

/** Longest binary form of a value that is no string: DATETIME and TIME with their length byte. */
export const BINARY_FIXED_MAX = 13;

/** True when the binary protocol sends values of this type as length-encoded strings. */
export function isTextInBinary(type: SqlType): boolean {
  switch (type.kind) {
    case Kind.tinyint:
    case Kind.smallint:
    case Kind.mediumint:
    case Kind.int:
    case Kind.bigint:
    case Kind.year:
    case Kind.float:
    case Kind.double:
    case Kind.date:
    case Kind.datetime:
    case Kind.timestamp:
    case Kind.time:
      return false;
    default:
      return true;
  }
}

/** Writes a value of a type that isTextInBinary says no to; returns the end. */
export function putBinaryFixed(
  target: Buffer,
  view: DataView,
  at: number,
  value: NonNullable<Value>,
  type: SqlType,
): number {
  switch (type.kind) {
    case Kind.tinyint:
      target[at] = Number(value);
      return at + 1;
    case Kind.smallint:
    case Kind.year:
      return putInt16(target, at, Number(value));
    case Kind.mediumint:
    case Kind.int:
      return putInt32(target, at, Number(value));
    case Kind.bigint:
      return typeof value === 'bigint' ? putBigInt64(target, at, value) : putInt64(target, at, Number(value));
    case Kind.float:
      view.setFloat32(at, Number(value), true);
      return at + 4;
    case Kind.double:
      view.setFloat64(at, Number(value), true);
      return at + 8;
    case Kind.time:
      return putTime(target, at, value as Duration);
    default:
      return putDateTime(target, at, value as DateTime, type.kind !== Kind.date);
  }
}

function putDateTime(target: Buffer, at: number, value: DateTime, withTime: boolean): number {
  const {year, month, day, hour, minute, second, micros} = value;
  const length = !withTime ? 4 : micros > 0 ? 11 : 7;
  target[at] = length;
  target.writeUInt16LE(year, at + 1);
  target[at + 3] = month;
  target[at + 4] = day;
  if (length > 4) {
    target[at + 5] = hour;
    target[at + 6] = minute;
    target[at + 7] = second;
  }
  if (length === 11) target.writeUInt32LE(micros, at + 8);
  return at + 1 + length;
}

function putTime(target: Buffer, at: number, value: Duration): number {
  const length = value.fraction > 0 ? 12 : 8;
  target[at] = length;
  target[at + 1] = value.negative ? 1 : 0;
  target.writeUInt32LE(Math.floor(value.hours / 24), at + 2);
  target[at + 6] = value.hours % 24;
  target[at + 7] = value.minutes;
  target[at + 8] = value.seconds;
  if (length === 12) target.writeUInt32LE(value.fraction, at + 9);
  return at + 1 + length;
}
