// The lines of LOAD DATA: takes bytes as they come and gives the fields of one line after the other.
//
// Of what has come only the line that is not complete yet is kept. A field is cut out of the bytes and decoded later, for what its bytes mean
// depends on its column.

import {SqlError} from '../../base/sql-error.ts';
import type {FileFormat} from '../parse/ast.ts';

/** A longer line is refused. Bytes. */
const LINE_BYTES_MAX = 64 << 20;

/** FIELDS and LINES as bytes, with MySQL's defaults. */
class Marks {
  readonly terminator: Uint8Array;
  readonly lineEnd: Uint8Array;
  readonly lineStart: Uint8Array;
  /** -1: none. */
  readonly enclosing: number;
  /** -1: none. */
  readonly escape: number;

  constructor(format: FileFormat) {
    this.terminator = Buffer.from(format.fieldsTerminatedBy ?? '\t');
    this.lineEnd = Buffer.from(format.linesTerminatedBy ?? '\n');
    this.lineStart = Buffer.from(format.linesStartingBy ?? '');
    this.enclosing = oneByte(format.enclosedBy ?? '');
    this.escape = oneByte(format.escapedBy ?? '\\');
    if (this.terminator.length === 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'LOAD DATA with fields of fixed size');
    if (this.lineEnd.length === 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'LOAD DATA without line ends');
  }
}

function oneByte(text: string): number {
  const bytes = Buffer.from(text);
  if (bytes.length > 1) throw new SqlError('ER_WRONG_FIELD_TERMINATORS');
  return bytes.length === 0 ? -1 : bytes[0];
}

/** What an escaped byte stands for, where it is not the byte itself. */
const ESCAPED: ReadonlyMap<number, number> = new Map([
  [0x30, 0],
  [0x62, 8],
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
  [0x5a, 26],
]);

const NULL_ESCAPE = 0x4e;
const NULL_WORD = Buffer.from('NULL');

export class LoadLines {
  readonly #marks: Marks;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where the next line begins in `#bytes`. */
  #at = 0;
  #isEnded = false;
  /** The field being read, its escapes undone. */
  #field = new Uint8Array(256);
  #fieldLength = 0;
  /** Fields of the line that was read last; null is NULL. */
  readonly fields: (Uint8Array | null)[] = [];

  constructor(format: FileFormat) {
    this.#marks = new Marks(format);
  }

  add(bytes: Uint8Array): void {
    const left = this.#bytes.subarray(this.#at);
    if (left.length > LINE_BYTES_MAX) throw new SqlError('ER_NET_PACKET_TOO_LARGE');
    this.#bytes = left.length === 0 ? bytes : Buffer.concat([left, bytes]);
    this.#at = 0;
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
  }

  /** Reads the next line into `fields`. False: it is not there yet, or (after `end`) there is none. */
  next(): boolean {
    const start = this.#startOfLine();
    if (start < 0 || (this.#isEnded && start >= this.#bytes.length)) return false;
    this.fields.length = 0;
    for (let at = start; ; ) {
      const end = this.#readField(at);
      if (end < 0) return false;
      if (!this.#isAt(this.#marks.terminator, end)) {
        this.#at = Math.min(end + this.#marks.lineEnd.length, this.#bytes.length);
        return true;
      }
      at = end + this.#marks.terminator.length;
    }
  }

  /** Passes over a line as its bytes are, for IGNORE n LINES. */
  skip(): boolean {
    const end = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length).indexOf(
      this.#marks.lineEnd,
      this.#at,
    );
    if (end < 0 && !this.#isEnded) return false;
    const isThere = this.#at < this.#bytes.length;
    this.#at = end < 0 ? this.#bytes.length : end + this.#marks.lineEnd.length;
    return isThere;
  }

  /** Behind LINES STARTING BY; -1: it has not come yet. */
  #startOfLine(): number {
    const {lineStart} = this.#marks;
    if (lineStart.length === 0) return this.#at;
    const found = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length).indexOf(
      lineStart,
      this.#at,
    );
    if (found < 0) return this.#isEnded ? this.#bytes.length : -1;
    return found + lineStart.length;
  }

  #isAt(mark: Uint8Array, at: number): boolean {
    const bytes = this.#bytes;
    if (at + mark.length > bytes.length) return false;
    for (let i = 0; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false;
    return true;
  }

  /** Could the bytes that have come end inside the mark? Then it is not known yet whether it stands here. */
  #mayBeAt(mark: Uint8Array, at: number): boolean {
    return !this.#isEnded && at + mark.length > this.#bytes.length;
  }

  /** Reads a field, and answers where the mark behind it stands (or the end of everything); -1: not everything of it has come. */
  #readField(from: number): number {
    const {enclosing} = this.#marks;
    this.#fieldLength = 0;
    if (from >= this.#bytes.length && !this.#isEnded) return -1;
    if (enclosing >= 0 && this.#bytes[from] === enclosing) return this.#readEnclosed(from + 1);
    return this.#readPlain(from);
  }

  #readPlain(from: number): number {
    const {terminator, lineEnd, escape, enclosing} = this.#marks;
    const bytes = this.#bytes;
    let isNull = false;
    let at = from;
    for (; ; at++) {
      if (this.#mayBeAt(terminator, at) || this.#mayBeAt(lineEnd, at)) return -1;
      if (at >= bytes.length || this.#isAt(terminator, at) || this.#isAt(lineEnd, at)) break;
      if (bytes[at] === escape && at + 1 < bytes.length) {
        at++;
        if (bytes[at] === NULL_ESCAPE && at === from + 1) isNull = true;
        else this.#put(ESCAPED.get(bytes[at]) ?? bytes[at]);
      } else this.#put(bytes[at]);
    }
    const isWord = (enclosing >= 0 || escape < 0) && Buffer.compare(bytes.subarray(from, at), NULL_WORD) === 0;
    const isNullMark = isNull && this.#fieldLength === 0;
    this.fields.push(isWord || isNullMark ? null : this.#field.slice(0, this.#fieldLength));
    return at;
  }

  /** Ends at an enclosing byte with a mark behind it; two of them stand for one, and any other is part of the field. */
  #readEnclosed(from: number): number {
    const {terminator, lineEnd, escape, enclosing} = this.#marks;
    const bytes = this.#bytes;
    for (let at = from; ; at++) {
      if (at >= bytes.length) {
        if (!this.#isEnded) return -1;
        break;
      }
      const byte = bytes[at];
      if (byte === escape && escape !== enclosing && at + 1 < bytes.length) {
        at++;
        this.#put(ESCAPED.get(bytes[at]) ?? bytes[at]);
      } else if (byte === enclosing) {
        const behind = at + 1;
        if (bytes[behind] === enclosing) at++;
        else if (this.#mayBeAt(terminator, behind) || this.#mayBeAt(lineEnd, behind)) return -1;
        else if (behind >= bytes.length || this.#isAt(terminator, behind) || this.#isAt(lineEnd, behind)) {
          this.fields.push(this.#field.slice(0, this.#fieldLength));
          return behind;
        }
        this.#put(enclosing);
      } else this.#put(byte);
    }
    this.fields.push(this.#field.slice(0, this.#fieldLength));
    return bytes.length;
  }

  #put(byte: number): void {
    if (this.#fieldLength === this.#field.length) {
      const larger = new Uint8Array(this.#field.length * 2);
      larger.set(this.#field);
      this.#field = larger;
    }
    this.#field[this.#fieldLength++] = byte;
  }
}
