// The row layout of a table, compiled once: where each column stands in a row, as flat arrays that the codec indexes by column.
//
// A table has one current layout and the layouts it had before. ADD COLUMN and DROP COLUMN make a new layout and rewrite
// nothing: a row names the version it was written in, and reading it through the current layout
//   - finds a column that both have by its id (ids are never reused in a table),
//   - gives a column that the row does not have its `initial` value,
//   - does not see a column that was dropped.
// The change is allowed only while the column keeps its storage form and width; else the table is rewritten. When version
// 255 is used up, the table is rewritten too.

import {assert, must} from '../../base/assert.ts';
import {CorruptionError} from '../../base/errors.ts';
import type {Memory} from '../memory.ts';
import type {SqlType, Value} from '../value/types.ts';
import {COLUMNS_MAX, FIRST_VARIABLE, Form, formOf, ROW_HEADER, VERSION_MAX, widthOf} from './layout.ts';

/** One column as the row format needs it. */
export interface RowColumn {
  /** Stable in the table: kept through renames and moves, never given to another column. */
  readonly id: number;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value in rows that are older than the column. */
  readonly initial: Value;
  /** Leading bytes of the value that stay in the row when it moves to overflow pages: what prefix keys on it need. */
  readonly keepBytes: number;
}

/** Builds a column; `initial` defaults to NULL, `keepBytes` to 0. */
export function rowColumn(
  id: number,
  type: SqlType,
  nullable: boolean,
  options: {readonly initial?: Value; readonly keepBytes?: number} = {},
): RowColumn {
  return {id, type, nullable, initial: options.initial ?? null, keepBytes: options.keepBytes ?? 0};
}

/** An earlier layout, and where its rows have the columns of the layout that knows it. */
export interface EarlierLayout {
  readonly layout: RowLayout;
  /** By column of the newer layout: the column in the earlier one, -1 = not there. */
  readonly from: Int16Array;
}

export class RowLayout {
  readonly version: number;
  readonly columns: readonly RowColumn[];
  readonly columnCount: number;
  readonly types: readonly SqlType[];
  /** By column: Form. */
  readonly forms: Uint8Array;
  /** By column: offset in the row; of the value for fixed columns, of the u16 end offset for variable ones. */
  readonly places: Uint16Array;
  /** By column: bytes of a fixed column, 0 for variable ones. */
  readonly widths: Uint8Array;
  /** By column: number of its NULL bit, counted from the start of the row; -1 for NOT NULL columns. */
  readonly nullBits: Int32Array;
  /** Bytes 2 up to here are the null bitmap. */
  readonly bitmapEnd: number;
  /** Offset of the first end offset. */
  readonly endsAt: number;
  /** Offset of the first variable byte: the length of a row without variable bytes. */
  readonly variableAt: number;
  /** Columns with variable form, in order. */
  readonly variables: Uint16Array;
  /** By column: member names as length-encoded bytes, [0] being the empty error value; empty for all but ENUM and SET. */
  readonly memberTexts: readonly (readonly Uint8Array[])[];
  /** By column: member name to number (ENUM: 1-based; SET: bit); undefined for all others. */
  readonly memberNumbers: readonly (ReadonlyMap<string, number> | undefined)[];
  /** A row of this layout with every column at its initial value. Made by older.ts when first needed. */
  initialRow: Memory | undefined = undefined;
  readonly #earlier: (EarlierLayout | undefined)[] = [];

  /** `earlier`: every layout that rows of the table may still have. */
  constructor(version: number, columns: readonly RowColumn[], earlier: readonly RowLayout[] = []) {
    const n = columns.length;
    assert(version >= 1 && version <= VERSION_MAX, () => `row layout version ${version}`);
    assert(n >= 1 && n <= COLUMNS_MAX, () => `row layout of ${n} columns`);
    this.version = version;
    this.columns = columns;
    this.columnCount = n;
    this.types = columns.map(c => c.type);
    this.forms = Uint8Array.from(this.types, formOf);
    this.widths = Uint8Array.from(this.types, widthOf);
    this.variables = Uint16Array.from([...columns.keys()].filter(c => this.forms[c] >= FIRST_VARIABLE));
    this.nullBits = placeNullBits(columns);
    this.bitmapEnd = ROW_HEADER + ((columns.filter(c => c.nullable).length + 7) >> 3);
    this.endsAt = this.bitmapEnd + this.widths.reduce((a, b) => a + b, 0);
    this.variableAt = this.endsAt + 2 * this.variables.length;
    this.places = placeColumns(this.forms, this.widths, this.bitmapEnd, this.endsAt);
    this.memberTexts = this.types.map((type, c) => memberTexts(type, this.forms[c]));
    this.memberNumbers = this.types.map((type, c) => memberNumbers(type, this.forms[c]));
    for (const layout of earlier) {
      assert(layout.version < version, () => `layout ${layout.version} is not earlier than ${version}`);
      this.#earlier[layout.version] = {layout, from: mapColumns(this, layout)};
    }
  }

  /** True when rows of other versions may exist. */
  get hasEarlier(): boolean {
    return this.#earlier.length > 0;
  }

  /** The layout with this version, if it was declared as an earlier one. */
  findEarlier(version: number): RowLayout | undefined {
    return this.#earlier[version]?.layout;
  }

  /** The layout of rows with this version byte. A version nobody declared is damage. */
  earlier(version: number): EarlierLayout {
    const found = this.#earlier[version];
    if (found === undefined) throw new CorruptionError('a row', `unknown row version ${version}`);
    return found;
  }

  /** The column with this id. */
  columnOf(id: number): number {
    const column = this.columns.findIndex(c => c.id === id);
    assert(column >= 0, () => `no column with id ${id}`);
    return column;
  }
}

/** A first layout, version 1, of columns whose ids are their positions. */
export function firstLayout(types: readonly SqlType[], nullable: readonly boolean[]): RowLayout {
  return new RowLayout(
    1,
    types.map((type, c) => rowColumn(c, type, nullable[c])),
  );
}

function placeNullBits(columns: readonly RowColumn[]): Int32Array {
  let next = ROW_HEADER * 8;
  return Int32Array.from(columns, c => (c.nullable ? next++ : -1));
}

function placeColumns(forms: Uint8Array, widths: Uint8Array, fixedAt: number, endsAt: number): Uint16Array {
  let fixed = fixedAt;
  let end = endsAt;
  const places = new Uint16Array(forms.length);
  for (let c = 0; c < forms.length; c++) {
    if (forms[c] >= FIRST_VARIABLE) {
      places[c] = end;
      end += 2;
    } else {
      places[c] = fixed;
      fixed += widths[c];
    }
  }
  return places;
}

function mapColumns(newer: RowLayout, older: RowLayout): Int16Array {
  const byId = new Map(older.columns.map((column, c) => [column.id, c]));
  return Int16Array.from(newer.columns, (column, c) => {
    const from = byId.get(column.id);
    if (from === undefined) return -1;
    const same =
      older.forms[from] === newer.forms[c] &&
      older.widths[from] === newer.widths[c] &&
      older.types[from].decimals === newer.types[c].decimals;
    assert(same, () => `column ${column.id} changed its storage form: the table must be rewritten`);
    assert(column.nullable || !older.columns[from].nullable, () => `column ${column.id} became NOT NULL in place`);
    return from;
  });
}

function memberTexts(type: SqlType, form: number): readonly Uint8Array[] {
  if (form !== Form.enum8 && form !== Form.enum16 && form !== Form.set) return [];
  const members = form === Form.set ? type.members : ['', ...type.members];
  return members.map(member => {
    const text = Buffer.from(member, 'utf8');
    assert(text.length < 65536, () => 'member name too long');
    const prefix = text.length < 251 ? [text.length] : [0xfc, text.length & 255, text.length >> 8];
    return Uint8Array.from([...prefix, ...text]);
  });
}

function memberNumbers(type: SqlType, form: number): ReadonlyMap<string, number> | undefined {
  if (form === Form.set) return new Map(type.members.map((member, i) => [member, i]));
  if (form !== Form.enum8 && form !== Form.enum16) return undefined;
  const numbers = new Map([['', 0]]);
  for (const [i, member] of type.members.entries()) numbers.set(member, i + 1);
  return numbers;
}

/** Number of an ENUM or SET member; a name that is no member is a bug of the caller, who has converted the value. */
export function memberNumber(layout: RowLayout, column: number, name: string): number {
  const numbers = must(layout.memberNumbers[column], () => `members of column ${column}`);
  return must(numbers.get(name), () => `a member of column ${column}`);
}
