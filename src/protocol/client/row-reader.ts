// Reads what a server sends: the rows of both protocols, besides the fields that every packet is made of.

import {ColumnType, Header} from '../constants.ts';
import {PayloadReader} from '../payload-reader.ts';

/** A value of a row. DECIMAL, dates and text come as strings; in the text protocol everything does. */
export type Value = number | string | null;

export class RowReader extends PayloadReader {
  /** The bytes of a length-encoded string, not copied; null for NULL. */
  lenencBytes(): Buffer | null {
    if (this.bytes[this.at] === Header.nullValue) {
      this.at++;
      return null;
    }
    const length = this.lenenc();
    const start = this.take(length);
    return start < 0 ? null : this.bytes.subarray(start, start + length);
  }

  /** A length-encoded string in UTF-8; null for NULL. */
  lenencText(): string | null {
    if (this.bytes[this.at] === Header.nullValue) {
      this.at++;
      return null;
    }
    return this.text(this.lenenc());
  }

  /** Passes over a length-encoded string. */
  skipLenenc(): void {
    this.take(this.lenenc());
  }

  /** A row of a text result; bytes become characters one by one (latin1), which costs least. */
  textRow(columns: number): Value[] {
    const row: Value[] = new Array(columns);
    for (let i = 0; i < columns; i++) {
      if (this.bytes[this.at] === Header.nullValue) {
        this.at++;
        row[i] = null;
      } else row[i] = this.#characters(this.lenenc());
    }
    return row;
  }

  /** A row of a binary result whose columns have these types; its text as in `textRow`, integers as the nearest number. */
  binaryRow(types: readonly number[]): Value[] {
    const row: Value[] = new Array(types.length);
    const bitmap = this.binaryRowBegin(types.length);
    for (let i = 0; i < types.length; i++) row[i] = this.isNull(bitmap, i) ? null : this.binaryValue(types[i]);
    return row;
  }

  /** Passes over a binary row's head; returns where its NULL bitmap lies. */
  binaryRowBegin(columns: number): number {
    const bitmap = this.at + 1;
    this.at = bitmap + ((columns + 9) >> 3);
    return bitmap;
  }

  /** Whether a column of a binary row is NULL. */
  isNull(bitmap: number, column: number): boolean {
    const bit = column + 2;
    return (this.bytes[bitmap + (bit >> 3)] & (1 << (bit & 7))) !== 0;
  }

  /** A value of a binary row. */
  binaryValue(type: number): Value {
    switch (type) {
      case ColumnType.tiny:
        return (this.u8() << 24) >> 24;
      case ColumnType.short:
      case ColumnType.year:
        return (this.u16() << 16) >> 16;
      case ColumnType.long:
      case ColumnType.int24:
        return this.i32();
      case ColumnType.longlong: {
        const low = this.u32();
        return this.i32() * 2 ** 32 + low;
      }
      case ColumnType.double:
        return this.double();
      case ColumnType.float:
        return this.float();
      case ColumnType.date:
      case ColumnType.datetime:
      case ColumnType.timestamp:
        return this.dateTime(0);
      case ColumnType.time:
        return this.time(0);
      default:
        return this.#characters(this.lenenc());
    }
  }

  /** A date, with its time when it has one or `decimals` ask for it. */
  dateTime(decimals: number, isDate = true): string {
    const length = this.u8();
    const end = this.at + length;
    const date =
      length === 0 ? '0000-00-00' : `${digits(this.u16(), 4)}-${digits(this.u8(), 2)}-${digits(this.u8(), 2)}`;
    const hasTime = length >= 7;
    const time = hasTime ? `${digits(this.u8(), 2)}:${digits(this.u8(), 2)}:${digits(this.u8(), 2)}` : '00:00:00';
    const micros = length >= 11 ? this.u32() : 0;
    this.at = end;
    if (!hasTime && isDate) return date;
    return `${date} ${time}${fraction(micros, decimals)}`;
  }

  /** A TIME with so many decimals. */
  time(decimals: number): string {
    const length = this.u8();
    const end = this.at + length;
    const sign = length > 0 && this.u8() === 1 ? '-' : '';
    const hours = length > 0 ? this.u32() * 24 + this.u8() : 0;
    const rest = length > 0 ? `${digits(this.u8(), 2)}:${digits(this.u8(), 2)}` : '00:00';
    const micros = length >= 12 ? this.u32() : 0;
    this.at = end;
    return `${sign}${digits(hours, 2)}:${rest}${fraction(micros, decimals)}`;
  }

  #characters(length: number): string {
    const start = this.take(length);
    return start < 0 ? '' : this.bytes.toString('latin1', start, start + length);
  }
}

function digits(value: number, count: number): string {
  return count === 2 && value >= 10 ? String(value) : String(value).padStart(count, '0');
}

function fraction(micros: number, decimals: number): string {
  return decimals === 0 ? '' : `.${digits(micros, 6).slice(0, decimals)}`;
}
