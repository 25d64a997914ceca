// Reads the fields of one packet's payload, and the values of rows in both protocols.

import {ColumnType} from './constants.ts';

/** A value of a row. DECIMAL, dates and text come as strings; in the text protocol everything does. */
export type Value = number | string | null;

export class PayloadReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;

  /** Points the reader at a payload. */
  reset(bytes: Buffer, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  u8(): number {
    return this.bytes[this.at++];
  }

  u16(): number {
    const value = this.bytes.readUInt16LE(this.at);
    this.at += 2;
    return value;
  }

  u32(): number {
    const value = this.bytes.readUInt32LE(this.at);
    this.at += 4;
    return value;
  }

  /** Length-encoded integer. */
  lenenc(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) {
      const value = this.bytes.readUIntLE(this.at, 3);
      this.at += 3;
      return value;
    }
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** Text of `length` bytes. */
  text(length: number): string {
    const value = this.bytes.toString('latin1', this.at, this.at + length);
    this.at += length;
    return value;
  }

  /** Text up to a zero byte. */
  textToZero(): string {
    const zero = this.bytes.indexOf(0, this.at);
    const value = this.bytes.toString('latin1', this.at, zero);
    this.at = zero + 1;
    return value;
  }

  /** A row of a text result. */
  textRow(columns: number): Value[] {
    const row: Value[] = new Array(columns);
    for (let i = 0; i < columns; i++) {
      if (this.bytes[this.at] === 0xfb) {
        this.at++;
        row[i] = null;
      } else row[i] = this.text(this.lenenc());
    }
    return row;
  }

  /** A row of a binary result whose columns have these types. */
  binaryRow(types: readonly number[]): Value[] {
    const row: Value[] = new Array(types.length);
    const bitmap = this.at + 1;
    this.at = bitmap + ((types.length + 9) >> 3);
    for (let i = 0; i < types.length; i++) {
      const bit = i + 2;
      row[i] = (this.bytes[bitmap + (bit >> 3)] & (1 << (bit & 7))) !== 0 ? null : this.binaryValue(types[i]);
    }
    return row;
  }

  binaryValue(type: number): Value {
    switch (type) {
      case ColumnType.tiny:
        return this.bytes.readInt8(this.at++);
      case ColumnType.short:
      case ColumnType.year:
        return (this.u16() << 16) >> 16;
      case ColumnType.long:
      case ColumnType.int24:
        return this.u32() | 0;
      case ColumnType.longlong: {
        const low = this.u32();
        return (this.u32() | 0) * 2 ** 32 + low;
      }
      case ColumnType.double:
        this.at += 8;
        return this.bytes.readDoubleLE(this.at - 8);
      case ColumnType.float:
        this.at += 4;
        return this.bytes.readFloatLE(this.at - 4);
      case ColumnType.date:
      case ColumnType.datetime:
      case ColumnType.timestamp:
        return this.#dateTime();
      case ColumnType.time:
        return this.text(this.u8());
      default:
        return this.text(this.lenenc());
    }
  }

  #dateTime(): string {
    const length = this.u8();
    const end = this.at + length;
    if (length === 0) return '0000-00-00';
    const date = `${this.u16()}-${two(this.u8())}-${two(this.u8())}`;
    const time = length >= 7 ? ` ${two(this.u8())}:${two(this.u8())}:${two(this.u8())}` : '';
    this.at = end;
    return date + time;
  }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
