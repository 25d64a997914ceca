// How virtual tables are written down: a name, columns, and steps that collect the rows when a statement names the table.

import {Kind, type SqlType, sqlType, type Value} from '../../../format/value/types.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {VirtualTable} from '../definition.ts';
import type {Steps} from '../steps.ts';

/** utf8mb3_general_ci: names compare without case, as in MySQL's dictionary. */
const NAMES_COLLATION = 33;

/** Types of columns by the letter that stands for them in definitions. */
const TYPES = {
  /** A name. */
  name: sqlType(Kind.varchar, {length: 64, collation: NAMES_COLLATION}),
  text: sqlType(Kind.varchar, {length: 1024, collation: NAMES_COLLATION}),
  long: sqlType(Kind.text, {length: 4294967295, collation: NAMES_COLLATION}),
  int: sqlType(Kind.bigint, {length: 20}),
  uint: sqlType(Kind.bigint, {length: 20, unsigned: true}),
  datetime: sqlType(Kind.datetime),
} as const satisfies Record<string, SqlType>;

export type ColumnKind = keyof typeof TYPES;

/** A column: its name and kind. */
export type VirtualColumn = readonly [name: string, kind: ColumnKind];

export type Row = readonly Value[];

export interface VirtualDefinition {
  readonly name: string;
  readonly columns: readonly VirtualColumn[];
  rows(context: StatementContext): Steps<readonly Row[]>;
}

export function columnTypeOf(kind: ColumnKind): SqlType {
  return TYPES[kind];
}

/** A table that is always empty: clients ask for it, and there is nothing of the kind. */
export function emptyTable(name: string, columns: readonly VirtualColumn[]): VirtualDefinition {
  return {
    name,
    columns,
    // biome-ignore lint/correctness/useYield: nothing to wait for
    *rows() {
      return [];
    },
  };
}

/** The table with these rows, for one statement. */
export function materialized(schema: string, {name, columns}: VirtualDefinition, rows: readonly Row[]): VirtualTable {
  return {
    schema,
    name,
    columns: columns.map(([column, kind]) => ({name: column, type: TYPES[kind]})),
    rows: () => rows,
  };
}
