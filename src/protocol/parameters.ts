// Decodes the parameters of prepared statements (binary protocol), and reads over query attributes, which have the
// same form.
//
//     [count lenenc]  NULL bitmap  types-follow 0|1  [type 2, [name lenenc]] ...  value ...
//
// The count stands there only when the client speaks query attributes; it then covers statement parameters first and
// attributes after them. Types are sent with the first execution and whenever they change; else the last ones hold. A
// parameter that came by COM_STMT_SEND_LONG_DATA has no value here. All lengths are checked by the reader; a
// payload that does not add up is refused as a whole.

import type {WireDateTime, WireParameter, WireTime} from './api.ts';
import {ColumnType} from './constants.ts';
import type {PayloadReader} from './payload-reader.ts';
import type {StatementParameters} from './prepared-statements.ts';

/** Parameters of one statement, attributes included, at most: the protocol's own bound. */
const PARAMETERS_MAX = 0xffff;

/**
 * Decodes the parameters of one execution into `statement.values`, with `statement.types` beside them. The reader stands
 * behind the count. `total`: parameters and attributes; `named`: the client speaks query attributes.
 * False: malformed; then the values mean nothing.
 */
export function decodeParameters(
  reader: PayloadReader,
  statement: StatementParameters,
  total: number,
  named: boolean,
): boolean {
  if (reader.failed || total < statement.count || total > PARAMETERS_MAX) return false;
  if (total === 0) return true;
  const bitmap = reader.take((total + 7) >> 3);
  const typesFollow = reader.u8();
  if (reader.failed || typesFollow > 1) return false;
  if (typesFollow === 1 && !decodeTypes(reader, statement, total, named)) return false;
  if (statement.types.length !== total) return false;
  return decodeValues(reader, statement, total, bitmap);
}

function decodeTypes(reader: PayloadReader, statement: StatementParameters, total: number, named: boolean): boolean {
  if (reader.left < total * 2) return false;
  if (statement.types.length !== total) statement.types = new Uint16Array(total);
  for (let i = 0; i < total; i++) {
    statement.types[i] = reader.u16();
    if (named) reader.take(reader.lenenc());
  }
  return !reader.failed;
}

function decodeValues(reader: PayloadReader, statement: StatementParameters, total: number, bitmap: number): boolean {
  const {values, types, count} = statement;
  for (let i = 0; i < total; i++) {
    const isNull = (reader.bytes[bitmap + (i >> 3)] & (1 << (i & 7))) !== 0;
    const type = types[i] & 0xff;
    let value: WireParameter = null;
    if (i < count && statement.hasLongData(i)) value = longValue(statement.longData(i), type);
    else if (!isNull) value = decodeValue(reader, type, types[i] > 0xff);
    if (i < count) values[i] = value;
  }
  return !reader.failed;
}

function decodeValue(reader: PayloadReader, type: number, unsigned: boolean): WireParameter {
  switch (type) {
    case ColumnType.long:
    case ColumnType.int24:
      return unsigned ? reader.u32() : reader.i32();
    case ColumnType.longlong:
      return reader.int64(unsigned);
    case ColumnType.tiny:
    case ColumnType.bool:
      return unsigned ? reader.u8() : (reader.u8() << 24) >> 24;
    case ColumnType.short:
    case ColumnType.year:
      return unsigned ? reader.u16() : (reader.u16() << 16) >> 16;
    case ColumnType.float:
      return reader.float();
    case ColumnType.double:
      return reader.double();
    case ColumnType.null:
      return null;
    case ColumnType.date:
      return decodeDateTime(reader, 'date');
    case ColumnType.datetime:
    case ColumnType.timestamp:
      return decodeDateTime(reader, 'datetime');
    case ColumnType.time:
      return decodeTime(reader);
    default:
      return decodeCounted(reader, type);
  }
}

/** The types that are sent with their length before them. */
function decodeCounted(reader: PayloadReader, type: number): WireParameter {
  switch (type) {
    case ColumnType.varchar:
    case ColumnType.varString:
    case ColumnType.string:
    case ColumnType.json:
    case ColumnType.enum:
    case ColumnType.set:
      return textOrBytes(reader, reader.lenenc());
    case ColumnType.decimal:
    case ColumnType.newdecimal:
      return {kind: 'decimal', text: reader.text(reader.lenenc())};
    case ColumnType.tinyBlob:
    case ColumnType.mediumBlob:
    case ColumnType.longBlob:
    case ColumnType.blob:
    case ColumnType.bit:
    case ColumnType.geometry:
      return reader.copy(reader.lenenc());
    default:
      reader.failed = true;
      return null;
  }
}

/** A character value: some clients send bytes for a BLOB under a character type, and must not lose them. */
function textOrBytes(reader: PayloadReader, length: number): string | Uint8Array {
  const start = reader.take(length);
  return start < 0 ? '' : textOrCopy(reader.bytes, start, start + length);
}

function textOrCopy(bytes: Buffer, at: number, end: number): string | Uint8Array {
  const text = bytes.toString('utf8', at, end);
  if (!text.includes('\ufffd')) return text;
  const source = bytes.subarray(at, end);
  return Buffer.from(text).equals(source) ? text : new Uint8Array(source);
}

function longValue(data: Buffer, type: number): WireParameter {
  switch (type) {
    case ColumnType.varchar:
    case ColumnType.varString:
    case ColumnType.string:
    case ColumnType.json:
      return textOrCopy(data, 0, data.length);
    default:
      return new Uint8Array(data);
  }
}

function decodeDateTime(reader: PayloadReader, kind: 'date' | 'datetime'): WireDateTime {
  const length = reader.u8();
  if (length !== 0 && length !== 4 && length !== 7 && length !== 11) reader.failed = true;
  const dated = length >= 4;
  const timed = length >= 7;
  const value = {
    kind,
    year: dated ? reader.u16() : 0,
    month: dated ? reader.u8() : 0,
    day: dated ? reader.u8() : 0,
    hour: timed ? reader.u8() : 0,
    minute: timed ? reader.u8() : 0,
    second: timed ? reader.u8() : 0,
    micros: length === 11 ? reader.u32() : 0,
  };
  if (value.year > 9999 || value.month > 12 || value.day > 31 || value.hour > 23) reader.failed = true;
  if (value.minute > 59 || value.second > 59 || value.micros > 999_999) reader.failed = true;
  return value;
}

function decodeTime(reader: PayloadReader): WireTime {
  const length = reader.u8();
  if (length !== 0 && length !== 8 && length !== 12) reader.failed = true;
  const timed = length >= 8;
  const value: WireTime = {
    kind: 'time',
    negative: timed ? reader.u8() !== 0 : false,
    days: timed ? reader.u32() : 0,
    hours: timed ? reader.u8() : 0,
    minutes: timed ? reader.u8() : 0,
    seconds: timed ? reader.u8() : 0,
    micros: length === 12 ? reader.u32() : 0,
  };
  if (value.hours > 23 || value.minutes > 59 || value.seconds > 59) reader.failed = true;
  if (value.days > 0xffff || value.micros > 999_999) reader.failed = true;
  return value;
}
