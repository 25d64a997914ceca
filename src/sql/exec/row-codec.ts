// Rows of values as bytes, for scratch files: a tag per value, then what it needs. The bytes live as long as one statement and are read by
// the process that wrote them, so that there is no version and no checksum.
//
//   null 0 · number 1 f64 · bigint 2 text · text 3 utf16 · text of small characters 4 latin1 · bytes 5 · decimal 6 scale, text
//   date 7, datetime 8: seven f64 · time 9 f64                               lengths are u32

import {BugError} from '../../base/assert.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';

const SMALL = /^[\0-\xff]*$/;
/** Most bytes of a value besides its text. */
const VALUE_BYTES = 64;

/** Writes rows one behind the other into one buffer. */
export class RowEncoder {
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16);
  #end = 0;

  get length(): number {
    return this.#end;
  }

  clear(): void {
    this.#end = 0;
  }

  put(value: Value): void {
    if (value === null) this.#tag(0);
    else if (typeof value === 'number') this.#numbers(1, value);
    else if (typeof value === 'bigint') this.#text(2, value.toString(), 'latin1', 1);
    else if (typeof value === 'string') this.#string(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof Decimal) {
      this.#numbers(6, value.scale);
      this.#text(2, value.unscaled.toString(), 'latin1', 1);
    } else if (value instanceof Duration) this.#numbers(9, value.micros);
    else {
      const {year, month, day, hour, minute, second, micros} = value;
      this.#numbers(value.kind === 'date' ? 7 : 8, year, month, day, hour, minute, second, micros);
    }
  }

  #string(value: string): void {
    if (SMALL.test(value)) this.#text(4, value, 'latin1', 1);
    else this.#text(3, value, 'utf16le', 2);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.#end + bytes));
    this.bytes.copy(larger, 0, 0, this.#end);
    this.bytes = larger;
  }

  #tag(tag: number): void {
    this.#reserve(VALUE_BYTES);
    this.bytes[this.#end++] = tag;
  }

  #numbers(tag: number, ...numbers: readonly number[]): void {
    this.#tag(tag);
    for (const number of numbers) this.#end = this.bytes.writeDoubleLE(number, this.#end);
  }

  #text(tag: number, text: string, encoding: 'latin1' | 'utf16le', width: number): void {
    const length = text.length * width;
    this.#reserve(VALUE_BYTES + length);
    this.bytes[this.#end++] = tag;
    this.#end = this.bytes.writeUInt32LE(length, this.#end);
    this.#end += this.bytes.write(text, this.#end, encoding);
  }

  #bytes(value: Uint8Array): void {
    this.#reserve(VALUE_BYTES + value.length);
    this.bytes[this.#end++] = 5;
    this.#end = this.bytes.writeUInt32LE(value.length, this.#end);
    this.bytes.set(value, this.#end);
    this.#end += value.length;
  }
}

/** Reads what `RowEncoder` wrote from `at` on. */
export class RowDecoder {
  bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(): Value {
    const tag = this.bytes[this.at++];
    switch (tag) {
      case 0:
        return null;
      case 1:
        return this.#number();
      case 2:
        return BigInt(this.#text('latin1'));
      case 3:
        return this.#text('utf16le');
      case 4:
        return this.#text('latin1');
      case 5:
        return Uint8Array.from(this.#slice());
      case 6:
        return this.#decimal();
      case 7:
      case 8:
        return this.#dateTime(tag === 7);
      case 9:
        return new Duration(this.#number());
      default:
        throw new BugError(`a scratch row has a value of kind ${tag}`);
    }
  }

  #number(): number {
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  #slice(): Buffer {
    const length = this.bytes.readUInt32LE(this.at);
    this.at += 4 + length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  #text(encoding: 'latin1' | 'utf16le'): string {
    return this.#slice().toString(encoding);
  }

  #decimal(): Decimal {
    const scale = this.#number();
    this.at++;
    return new Decimal(BigInt(this.#text('latin1')), scale);
  }

  #dateTime(isDate: boolean): DateTime {
    const fields = Array.from({length: 7}, () => this.#number());
    const [year, month, day, hour, minute, second, micros] = fields;
    return isDate ? DateTime.date(year, month, day) : DateTime.of(year, month, day, hour, minute, second, micros);
  }
}
