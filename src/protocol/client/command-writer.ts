// Builds the packets of a client in one buffer per connection, which grows to the largest command sent.

import {ColumnType, MAX_PACKET_PAYLOAD, PACKET_HEADER} from '../constants.ts';
import type {Value} from './row-reader.ts';

export class CommandWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #at = PACKET_HEADER;

  /** Starts a payload. */
  begin(): void {
    this.#at = PACKET_HEADER;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at);
  }

  /** Text without length, UTF-8. */
  text(value: string): void {
    this.#room(value.length * 3);
    this.#at += this.#bytes.write(value, this.#at);
  }

  /** Text and a zero byte. */
  zeroText(value: string): void {
    this.text(value);
    this.u8(0);
  }

  copy(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  zeros(count: number): void {
    this.#room(count);
    this.#bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  /** Parameters of COM_STMT_EXECUTE: integers as BIGINT, other numbers as DOUBLE, text as text. Types are sent each time. */
  parameters(values: readonly Value[]): void {
    if (values.length === 0) return;
    const bitmap = this.#at;
    this.zeros((values.length + 7) >> 3);
    this.u8(1);
    for (let i = 0; i < values.length; i++) {
      if (values[i] === null) this.#bytes[bitmap + (i >> 3)] |= 1 << (i & 7);
      this.u8(typeOf(values[i]));
      this.u8(0);
    }
    for (const value of values) this.#parameter(value);
  }

  /** The packet with its header (several for 16 MiB and more); valid until the next `begin`. */
  finish(sequence: number): Buffer {
    const length = this.#at - PACKET_HEADER;
    if (length >= MAX_PACKET_PAYLOAD) return this.#pieces(sequence);
    this.#bytes.writeUIntLE(length, 0, 3);
    this.#bytes[3] = sequence;
    return this.#bytes.subarray(0, this.#at);
  }

  #pieces(sequence: number): Buffer {
    const pieces: Buffer[] = [];
    for (let at = PACKET_HEADER, n = sequence; ; at += MAX_PACKET_PAYLOAD, n++) {
      const piece = this.#bytes.subarray(at, Math.min(at + MAX_PACKET_PAYLOAD, this.#at));
      const header = Buffer.alloc(PACKET_HEADER);
      header.writeUIntLE(piece.length, 0, 3);
      header[3] = n & 0xff;
      pieces.push(header, piece);
      if (piece.length < MAX_PACKET_PAYLOAD) return Buffer.concat(pieces);
    }
  }

  #parameter(value: Value): void {
    if (value === null) return;
    if (typeof value === 'number') {
      this.#room(8);
      if (!Number.isInteger(value)) this.#at = this.#bytes.writeDoubleLE(value, this.#at);
      else {
        this.#at = this.#bytes.writeInt32LE(value | 0, this.#at);
        this.#at = this.#bytes.writeInt32LE(Math.floor(value / 2 ** 32), this.#at);
      }
      return;
    }
    const length = Buffer.byteLength(value);
    this.#room(length + 4);
    if (length < 0xfb) this.u8(length);
    else {
      this.u8(0xfd);
      this.#at = this.#bytes.writeUIntLE(length, this.#at, 3);
    }
    this.#at += this.#bytes.write(value, this.#at);
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function typeOf(value: Value): number {
  if (typeof value !== 'number') return ColumnType.varString;
  return Number.isInteger(value) ? ColumnType.longlong : ColumnType.double;
}
