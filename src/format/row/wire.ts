// From row bytes to the bytes of a result row in MySQL's text or binary protocol.
//
// `textColumn` and `binaryColumn` write one column; `RowWirePlan` writes a projection of the row, compiled once. No JavaScript value is made
// on the way, except for FLOAT and DOUBLE in text. Strings are stored as the protocol sends them, so that they are one
// copy; neighbours in the row that are neighbours in the result are one copy together.
//
//   text row:    per column a length-encoded string, 0xFB for NULL
//   binary row:  u8 0, NULL bitmap of (columns + 9) / 8 bytes with bit i + 2 for column i, then the columns that are not NULL
//
// Where the room runs out is the caller's business: `maxBytes` says how much a row can take. Strings go out in UTF-8;
// converting to another character set of the connection is not done here.

import {must} from '../../base/assert.ts';
import type {Memory} from '../memory.ts';
import type {TimeZone} from '../value/temporal.ts';
import {UTC} from '../value/time-zone.ts';
import type {SqlType} from '../value/types.ts';
import {Kind} from '../value/types.ts';
import {copyOut, writeLength} from './copy.ts';
import {isNull} from './decode.ts';
import {FIRST_VARIABLE, Form, OVERFLOW_MARK} from './layout.ts';
import {initialRow, upgradedRow} from './older.ts';
import {hasOverflow, isOverflow, variableEnd, variableStart} from './overflow.ts';
import type {RowLayout} from './row-layout.ts';
import {binaryFixed, textFixed} from './wire-fixed.ts';

/** NULL in the text protocol. */
const TEXT_NULL = 0xfb;

/** Longest FLOAT or DOUBLE in text: DOUBLE(255,30). */
const FLOAT_TEXT_MAX = 320;
/** Longest fixed column of any other kind, with its length byte: DATETIME(6) has 27 bytes. */
const FIXED_TEXT_MAX = 28;

/** Bytes of values fetched from overflow pages, by column; undefined for columns that are in the row. */
export type FetchedBytes = readonly (Uint8Array | undefined)[];
const NOTHING_FETCHED: FetchedBytes = [];
const NO_COLUMNS: readonly number[] = [];

/** Writes one column in the text protocol; returns the end. The column must not be in overflow pages. Rows of any version. */
export function textColumn(
  layout: RowLayout,
  column: number,
  mem: Memory,
  rowAt: number,
  out: Uint8Array,
  outView: DataView,
  outAt: number,
  zone: TimeZone = UTC,
): number {
  const version = mem.bytes[rowAt];
  if (version !== layout.version) {
    const {layout: older, from} = layout.earlier(version);
    return from[column] < 0
      ? textColumn(layout, column, initialRow(layout), 0, out, outView, outAt, zone)
      : textColumn(older, from[column], mem, rowAt, out, outView, outAt, zone);
  }
  if (isNull(layout, mem, rowAt, column)) {
    out[outAt] = TEXT_NULL;
    return outAt + 1;
  }
  if (layout.forms[column] >= FIRST_VARIABLE) return copyVariable(layout, column, mem, rowAt, out, outView, outAt);
  return textFixed(layout, column, mem, rowAt + layout.places[column], out, outAt, zone);
}

/** Writes one column that is not NULL in the binary protocol; returns the end. It must not be in overflow pages. Rows of any version. */
export function binaryColumn(
  layout: RowLayout,
  column: number,
  mem: Memory,
  rowAt: number,
  out: Uint8Array,
  outView: DataView,
  outAt: number,
  zone: TimeZone = UTC,
): number {
  const version = mem.bytes[rowAt];
  if (version !== layout.version) {
    const {layout: older, from} = layout.earlier(version);
    return from[column] < 0
      ? binaryColumn(layout, column, initialRow(layout), 0, out, outView, outAt, zone)
      : binaryColumn(older, from[column], mem, rowAt, out, outView, outAt, zone);
  }
  if (layout.forms[column] >= FIRST_VARIABLE) return copyVariable(layout, column, mem, rowAt, out, outView, outAt);
  return binaryFixed(layout, column, mem, rowAt + layout.places[column], out, outView, outAt, zone);
}

function copyVariable(
  layout: RowLayout,
  column: number,
  mem: Memory,
  rowAt: number,
  out: Uint8Array,
  outView: DataView,
  outAt: number,
): number {
  const start = variableStart(layout, mem, rowAt, column);
  return copyOut(mem, start, variableEnd(layout, mem, rowAt, column) - start, out, outView, outAt);
}

// A program is a run of steps of STEP integers:
//   [COPY, first column, last column]   variable columns that lie side by side, in this order
//   [FIXED, column, offset]
const STEP = 3;
const COPY = 0;
const FIXED = 1;

/** Writes one projection of rows of one layout. Immutable; serves any number of sessions. */
export class RowWirePlan {
  readonly layout: RowLayout;
  /** The projection: columns of the layout in result order; a column may occur more than once. */
  readonly columns: readonly number[];
  readonly binary: boolean;
  readonly #program: Int32Array;
  /** First two bytes of a row as little-endian u16 when it has the current version, no NULL and no overflow. */
  readonly #plainHeader: number;
  readonly #bitmapBytes: number;
  readonly #fixedMax: number;
  readonly #copies: number;

  constructor(layout: RowLayout, columns: readonly number[], binary: boolean) {
    this.layout = layout;
    this.columns = columns;
    this.binary = binary;
    this.#program = compile(layout, columns);
    this.#plainHeader = layout.version;
    this.#bitmapBytes = (columns.length + 9) >> 3;
    const initialBytes = layout.hasEarlier ? initialRow(layout).size : 0;
    this.#copies = maxOccurrences(layout, columns);
    this.#fixedMax = 1 + this.#bitmapBytes + sum(columns, c => wireMax(layout, c)) + this.#copies * initialBytes;
  }

  /** Upper bound of what `write` writes for a row of this length; `fetchedBytes`: sum of the fetched values' lengths. */
  maxBytes(payloadLength: number, fetchedBytes: number = 0): number {
    return this.#fixedMax + this.#copies * (payloadLength + fetchedBytes);
  }

  /**
   * Writes the row at `rowAt`, of any version; returns the end in `out`. `fetched` must have the bytes of every projected column
   * that is in overflow pages (`movedColumns`). `zone` is the session's.
   */
  write(
    mem: Memory,
    rowAt: number,
    out: Uint8Array,
    outView: DataView,
    outAt: number,
    zone: TimeZone = UTC,
    fetched: FetchedBytes = NOTHING_FETCHED,
  ): number {
    if (mem.view.getUint16(rowAt, true) === this.#plainHeader) {
      return this.binary
        ? this.#writePlainBinary(mem, rowAt, out, outView, outAt, zone)
        : this.#writePlainText(mem, rowAt, out, outView, outAt, zone);
    }
    if (mem.bytes[rowAt] !== this.layout.version) {
      return this.write(upgradedRow(this.layout, mem, rowAt), 0, out, outView, outAt, zone, fetched);
    }
    return this.binary
      ? this.#writeBinary(mem, rowAt, out, outView, outAt, zone, fetched)
      : this.#writeText(mem, rowAt, out, outView, outAt, zone, fetched);
  }

  /** The projected columns whose bytes must be fetched before `write`, ascending; rows of any version. */
  movedColumns(mem: Memory, rowAt: number): readonly number[] {
    if (!hasOverflow(mem, rowAt)) return NO_COLUMNS;
    const moved = this.columns.filter(column => isOverflow(this.layout, mem, rowAt, column));
    return [...new Set(moved)].sort((a, b) => a - b);
  }

  #writePlainText(
    mem: Memory,
    rowAt: number,
    out: Uint8Array,
    outView: DataView,
    outAt: number,
    zone: TimeZone,
  ): number {
    const program = this.#program;
    const layout = this.layout;
    let to = outAt;
    for (let pc = 0; pc < program.length; pc += STEP) {
      if (program[pc] === COPY) {
        const start = variableStart(layout, mem, rowAt, program[pc + 1]);
        const length = variableEnd(layout, mem, rowAt, program[pc + 2]) - start;
        to = copyOut(mem, start, length, out, outView, to);
      } else {
        to = textFixed(layout, program[pc + 1], mem, rowAt + program[pc + 2], out, to, zone);
      }
    }
    return to;
  }

  #writePlainBinary(
    mem: Memory,
    rowAt: number,
    out: Uint8Array,
    outView: DataView,
    outAt: number,
    zone: TimeZone,
  ): number {
    const program = this.#program;
    const layout = this.layout;
    let to = this.#beginBinary(out, outAt);
    for (let pc = 0; pc < program.length; pc += STEP) {
      if (program[pc] === COPY) {
        const start = variableStart(layout, mem, rowAt, program[pc + 1]);
        const length = variableEnd(layout, mem, rowAt, program[pc + 2]) - start;
        to = copyOut(mem, start, length, out, outView, to);
      } else {
        to = binaryFixed(layout, program[pc + 1], mem, rowAt + program[pc + 2], out, outView, to, zone);
      }
    }
    return to;
  }

  #beginBinary(out: Uint8Array, outAt: number): number {
    const end = outAt + 1 + this.#bitmapBytes;
    for (let i = outAt; i < end; i++) out[i] = 0;
    return end;
  }

  #writeText(
    mem: Memory,
    rowAt: number,
    out: Uint8Array,
    outView: DataView,
    outAt: number,
    zone: TimeZone,
    fetched: FetchedBytes,
  ): number {
    const {layout, columns} = this;
    let to = outAt;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      to = isMoved(layout, mem, rowAt, column)
        ? writeFetched(fetched, column, out, to)
        : textColumn(layout, column, mem, rowAt, out, outView, to, zone);
    }
    return to;
  }

  #writeBinary(
    mem: Memory,
    rowAt: number,
    out: Uint8Array,
    outView: DataView,
    outAt: number,
    zone: TimeZone,
    fetched: FetchedBytes,
  ): number {
    const {layout, columns} = this;
    let to = this.#beginBinary(out, outAt);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      if (isNull(layout, mem, rowAt, column)) out[outAt + 1 + ((i + 2) >> 3)] |= 1 << ((i + 2) & 7);
      else if (isMoved(layout, mem, rowAt, column)) to = writeFetched(fetched, column, out, to);
      else to = binaryColumn(layout, column, mem, rowAt, out, outView, to, zone);
    }
    return to;
  }
}

/** True when a column of a row of the layout's own version is in overflow pages. */
function isMoved(layout: RowLayout, mem: Memory, rowAt: number, column: number): boolean {
  if (layout.forms[column] < FIRST_VARIABLE) return false;
  const start = variableStart(layout, mem, rowAt, column);
  return mem.bytes[start] === OVERFLOW_MARK && start < variableEnd(layout, mem, rowAt, column);
}

function writeFetched(fetched: FetchedBytes, column: number, out: Uint8Array, at: number): number {
  const bytes = must(fetched[column], () => `bytes of column ${column}, which is in overflow pages`);
  const to = writeLength(out, at, bytes.length);
  out.set(bytes, to);
  return to + bytes.length;
}

function compile(layout: RowLayout, columns: readonly number[]): Int32Array {
  const program: number[] = [];
  for (const column of columns) {
    const last = program.length - STEP;
    if (layout.forms[column] < FIRST_VARIABLE) program.push(FIXED, column, layout.places[column]);
    else if (last >= 0 && program[last] === COPY && layout.places[program[last + 2]] + 2 === layout.places[column])
      program[last + 2] = column;
    else program.push(COPY, column, column);
  }
  return Int32Array.from(program);
}

function sum(columns: readonly number[], of: (column: number) => number): number {
  return columns.reduce((total, column) => total + of(column), 0);
}

/** How often the most frequent variable column occurs: how many times a row's variable bytes can be written. */
function maxOccurrences(layout: RowLayout, columns: readonly number[]): number {
  const counts = new Uint32Array(layout.columnCount);
  for (const column of columns) if (layout.forms[column] >= FIRST_VARIABLE) counts[column]++;
  return counts.reduce((a, b) => Math.max(a, b), 0);
}

/** Most bytes of one column in either protocol; for variable columns, of a NULL. */
function wireMax(layout: RowLayout, column: number): number {
  const form = layout.forms[column];
  const members = layout.memberTexts[column];
  if (form >= FIRST_VARIABLE) return 1;
  if (form === Form.set) return 9 + members.reduce((total, member) => total + member.length, 0);
  if (form === Form.enum8 || form === Form.enum16) return members.reduce((a, b) => Math.max(a, b.length), 0);
  return isFloat(layout.types[column]) ? FLOAT_TEXT_MAX + 1 : FIXED_TEXT_MAX;
}

function isFloat(type: SqlType): boolean {
  return type.kind === Kind.float || type.kind === Kind.double;
}
