// Byte layout of a row: the payload that stands behind the key in a clustered record.
//
//   0  u8  version          of the table's row layout, 1..255: an instant ADD or DROP COLUMN makes a new one, old rows stay
//   1  u8  flags            RowFlag
//   2  null bitmap          one bit per nullable column, in column order, lowest bit first; 1 = NULL
//   .. fixed columns        in column order, each at an offset known to the layout; zero bytes when NULL
//   .. u16 end offset       per variable column, from the start of the row
//   .. variable columns     in column order, without gaps; nothing when NULL
//
// Integers are little-endian. A variable column holds its bytes as MySQL's length-encoded string, prefix included, so that
// it goes into a text or binary packet with one copy. The prefix byte 0xFF, which no length-encoded string begins with,
// marks a value whose bytes are in overflow pages:
//
//   0  u8  0xFF
//   1  u32 firstPage
//   5  u32 length           of the whole value in bytes, without any prefix
//   9  the first bytes of the value, as many as the keys on the column need (RowColumn.keepBytes)
//
// How each kind is stored ("wire" = how much work a packet costs):
//
//   TINYINT .. BIGINT       little-endian, 1 2 3 4 8 bytes
//   FLOAT, DOUBLE           IEEE, 4 or 8 bytes
//   DECIMAL                 variable: canonical text with all digits of the scale. Exact, and both protocols send just this.
//   BIT(n)                  (n+7)/8 bytes, big-endian, as both protocols send it
//   YEAR                    u8: 0 = 0000, else year - 1900
//   DATE                    u24: year << 9 | month << 5 | day
//   TIME, TIME(1..6)        i24 seconds; i48 microseconds
//   DATETIME                u24 as DATE, u24 hour << 12 | minute << 6 | second; with a fraction u24 microseconds more
//   TIMESTAMP               u32 seconds since 1970 UTC, 0 = zero date; with a fraction u24 microseconds more
//   ENUM                    u8, or u16 from 256 members on: 1-based member number, 0 = the empty error value
//   SET                     1, 2, 3, 4 or 8 bytes: bit i = member i
//   CHAR                    variable, without trailing spaces
//   all other strings, JSON variable
//
// Every row is at most ROW_BYTES_MAX long: end offsets are u16. How much of that fits a page is the engine's affair.

import {assert, BugError} from '../../base/assert.ts';
import type {SqlType} from '../value/types.ts';
import {Kind} from '../value/types.ts';

export const ROW_HEADER = 2;
/** The longest row that the format can express. */
export const ROW_BYTES_MAX = 65535;
export const COLUMNS_MAX = 4096;
export const VERSION_MAX = 255;

export const RowFlag = {
  /** Some column is NULL. */
  hasNull: 1,
  /** Some column is an overflow marker. */
  hasOverflow: 2,
} as const;

/** First byte of an overflow marker. */
export const OVERFLOW_MARK = 0xff;
/** Length of an overflow marker without the value's first bytes. */
export const OVERFLOW_HEADER = 9;
/** Fields of an overflow marker. */
export const OverflowAt = {firstPage: 1, length: 5, kept: 9} as const;

/** How a column is stored. Forms from `text` on are variable. In memory only: never written. */
export const Form = {
  i8: 0,
  u8: 1,
  i16: 2,
  u16: 3,
  i24: 4,
  u24: 5,
  i32: 6,
  u32: 7,
  i64: 8,
  u64: 9,
  f32: 10,
  f64: 11,
  year: 12,
  date: 13,
  time: 14,
  timeMicros: 15,
  datetime: 16,
  datetimeMicros: 17,
  timestamp: 18,
  timestampMicros: 19,
  bit: 20,
  enum8: 21,
  enum16: 22,
  set: 23,
  text: 24,
  bytes: 25,
  decimal: 26,
} as const;
export type Form = (typeof Form)[keyof typeof Form];

/** Forms at or above this one are variable columns. */
export const FIRST_VARIABLE: number = Form.text;
/** Forms at or below this one are plain integers. */
export const LAST_INTEGER: number = Form.u64;

/** The storage form of a column of this type. `Kind.null` cannot be stored. */
export function formOf(type: SqlType): Form {
  const fraction = type.decimals > 0;
  switch (type.kind) {
    case Kind.tinyint:
      return type.unsigned ? Form.u8 : Form.i8;
    case Kind.smallint:
      return type.unsigned ? Form.u16 : Form.i16;
    case Kind.mediumint:
      return type.unsigned ? Form.u24 : Form.i24;
    case Kind.int:
      return type.unsigned ? Form.u32 : Form.i32;
    case Kind.bigint:
      return type.unsigned ? Form.u64 : Form.i64;
    case Kind.float:
      return Form.f32;
    case Kind.double:
      return Form.f64;
    case Kind.decimal:
      return Form.decimal;
    case Kind.bit:
      return Form.bit;
    case Kind.year:
      return Form.year;
    case Kind.date:
      return Form.date;
    case Kind.time:
      return fraction ? Form.timeMicros : Form.time;
    case Kind.datetime:
      return fraction ? Form.datetimeMicros : Form.datetime;
    case Kind.timestamp:
      return fraction ? Form.timestampMicros : Form.timestamp;
    case Kind.enum:
      return type.members.length < 256 ? Form.enum8 : Form.enum16;
    case Kind.set:
      return Form.set;
    case Kind.char:
    case Kind.varchar:
    case Kind.text:
    case Kind.json:
      return Form.text;
    case Kind.binary:
    case Kind.varbinary:
    case Kind.blob:
      return Form.bytes;
    default:
      throw new BugError(`kind ${type.kind} cannot be stored in a row`);
  }
}

const WIDTHS: readonly number[] = [1, 1, 2, 2, 3, 3, 4, 4, 8, 8, 4, 8, 1, 3, 3, 6, 6, 9, 4, 7, 0, 1, 2, 0, 0, 0, 0];

/** Bytes of a fixed column; 0 for variable ones. */
export function widthOf(type: SqlType): number {
  const form = formOf(type);
  if (form === Form.bit) return bitWidth(type.length);
  if (form === Form.set) return setWidth(type.members.length);
  return WIDTHS[form];
}

function bitWidth(bits: number): number {
  assert(bits >= 1 && bits <= 64, () => `BIT(${bits})`);
  return (bits + 7) >> 3;
}

function setWidth(members: number): number {
  assert(members >= 1 && members <= 64, () => `SET of ${members} members`);
  const bytes = (members + 7) >> 3;
  return bytes > 4 ? 8 : bytes;
}
