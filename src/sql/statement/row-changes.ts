// Which changes of a definition leave the rows of the table as they are (ADR 0007), and what is then noted of them.
//
// A row names the version of the layout it was written in. A new column gets an initial value, which older rows have without holding it; a
// dropped one is not seen any more; the order of columns, and whether one may be NULL, are matters of the layout alone.

import {FIRST_VARIABLE, Form, formOf, VERSION_MAX, widthOf} from '../../format/row/layout.ts';
import {UTC} from '../../format/value/time-zone.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {keepBytes} from '../catalog/build-table.ts';
import {isFunctional, isRowId} from '../catalog/definition.ts';
import {nextLayout, type StoredColumn, type StoredTable} from '../catalog/stored-table.ts';
import {bindNow} from '../functions/temporal-now.ts';
import {ColumnTarget, implicitDefault} from './column-target.ts';
import type {StatementContext} from './statement-context.ts';
import type {FinishedDraft} from './table-draft.ts';

/** Initial values add to the length of older rows when those are written again; more than this is written at once. Bytes. */
const INITIAL_BYTES_MAX = 8192;

/** Columns, layout version and earlier layouts of a table whose rows stay; undefined: they must be written anew. */
export type KeptRows = Pick<StoredTable, 'columns' | 'rowVersion' | 'earlierRows'>;

/** `filled`: new columns that an index build is going to fill in all rows. */
export function keepRows(
  context: StatementContext,
  old: StoredTable,
  draft: FinishedDraft,
  filled: readonly StoredColumn[] = [],
): KeptRows | undefined {
  const columns: StoredColumn[] = [];
  for (const column of draft.columns) {
    const before = filled.includes(column) ? column : counterpart(old.columns, column);
    const kept = before === undefined ? addedColumn(context, column) : changedColumn(old, before, column);
    if (kept === undefined) return undefined;
    columns.push(kept);
  }
  const dropped = old.columns.filter(column => counterpart(columns, column) === undefined);
  if (dropped.some(mayBeLong) || !keepsEnough(old, columns, draft) || initialBytes(columns) > INITIAL_BYTES_MAX)
    return undefined;
  if (isSameLayout(old.columns, columns)) return {columns, rowVersion: old.rowVersion, earlierRows: old.earlierRows};
  if (old.rowVersion === VERSION_MAX) return undefined;
  return nextLayout(old, columns);
}

/** The hidden row id is made anew by each draft: it is the same whatever its id. */
function counterpart(columns: readonly StoredColumn[], wanted: StoredColumn): StoredColumn | undefined {
  return columns.find(column => (isRowId(wanted) ? isRowId(column) : column.id === wanted.id && !isRowId(column)));
}

function isSameLayout(a: readonly StoredColumn[], b: readonly StoredColumn[]): boolean {
  return a.length === b.length && a.every((column, c) => column.id === b[c].id && column.nullable === b[c].nullable);
}

/** Keys on columns with long values find their first bytes in the row: not more of them than so far. */
function keepsEnough(old: StoredTable, columns: readonly StoredColumn[], {indexes}: FinishedDraft): boolean {
  const before = keepBytes(old.columns, [...old.indexes, ...old.building]);
  const bytesOf = new Map(old.columns.map(({id}, c) => [id, before[c]]));
  return keepBytes(columns, indexes).every((bytes, c) => bytes <= (bytesOf.get(columns[c].id) ?? 0));
}

/** A dropped value in overflow pages would be lost track of. Functional key parts have none there: their index wants them whole. */
function mayBeLong(column: StoredColumn): boolean {
  const form = formOf(column.type);
  return form >= FIRST_VARIABLE && form !== Form.decimal && !isFunctional(column);
}

function initialBytes(columns: readonly StoredColumn[]): number {
  return columns.reduce((sum, {initial}) => {
    const isLong = typeof initial === 'string' || initial instanceof Uint8Array;
    return sum + (isLong ? Buffer.byteLength(initial) : 16);
  }, 0);
}

// --- Columns -------------------------------------------------------------------------------------------------------

/** A new column whose value is the same in all rows that are there. */
function addedColumn(context: StatementContext, column: StoredColumn): StoredColumn | undefined {
  if (column.hidden || column.autoIncrement || column.generated !== undefined) return undefined;
  const {default: given} = column;
  if (given.kind === 'expression') return undefined;
  const initial = initialValue(context, column);
  // Rows hold moments of TIMESTAMP columns in UTC; a default is in the zone of the session.
  if (column.type.kind === Kind.timestamp && initial !== null && context.state.timeZone !== UTC) return undefined;
  return {...column, initial};
}

function initialValue(context: StatementContext, column: StoredColumn): Value {
  const {default: given, nullable, type} = column;
  if (given.kind === 'value') return given.value;
  if (given.kind === 'now') {
    const {engine, state} = context;
    const now = bindNow(given.decimals).evaluate({registers: [], parameters: [], engine, session: state});
    return new ColumnTarget(state).store(now, bindNow(given.decimals).type, column, true);
  }
  return nullable ? null : implicitDefault(type);
}

/** A column that rows have already, under its new definition; undefined when its bytes would differ. */
function changedColumn(old: StoredTable, before: StoredColumn, column: StoredColumn): StoredColumn | undefined {
  if (isRowId(before)) return before;
  const isKept =
    isWider(before.type, column.type) &&
    before.autoIncrement === column.autoIncrement &&
    before.generated?.sql === column.generated?.sql;
  if (!isKept) return undefined;
  const {initial} = before;
  if (before.nullable === column.nullable) return {...column, initial};
  // Index keys say of a column that may be NULL whether it is.
  const at = old.columns.indexOf(before);
  const isIndexed = old.indexes.some(({parts}) => parts.some(part => part.column === at));
  return column.nullable && !isIndexed ? {...column, initial} : undefined;
}

/** Types whose length says what may be stored and not how: more may be stored later. */
const STRETCHING = new Set<Kind>([Kind.varchar, Kind.varbinary, Kind.char, Kind.text, Kind.blob]);
/** Types whose length is for show, or follows from the members. */
const SHOWN = new Set<Kind>([Kind.tinyint, Kind.smallint, Kind.mediumint, Kind.int, Kind.bigint, Kind.enum, Kind.set]);

/** Every value of type `a` has the same bytes under type `b`, in rows and in keys. */
function isWider(a: SqlType, b: SqlType): boolean {
  return (
    a.kind === b.kind &&
    a.unsigned === b.unsigned &&
    a.decimals === b.decimals &&
    a.collation === b.collation &&
    formOf(a) === formOf(b) &&
    widthOf(a) === widthOf(b) &&
    a.members.every((member, i) => member === b.members[i]) &&
    (a.length === b.length || SHOWN.has(a.kind) || (STRETCHING.has(a.kind) && a.length < b.length))
  );
}
