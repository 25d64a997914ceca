// A table as the catalog stores it: plain data, one JSON text per table. What statements work with (TableDefinition, with compiled
// layouts and key extractors) is made from it in build-table.ts.
//
// The text begins with the format's number. Fields are only added, with a default for older texts; a reader that meets a newer format
// refuses it. Names stand in values and never as keys of objects.

import {CorruptionError} from '../../base/errors.ts';
import type {TreeRef} from '../../engine/api.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {
  type CheckDefinition,
  type ColumnDefault,
  type ColumnDefinition,
  type ForeignKeyDefinition,
  type IndexPart,
  isFunctional,
  type ViewDefinition,
} from './definition.ts';
import {loadValue, type StoredValue, storeValue} from './stored-value.ts';

/** Format number of the texts that this code writes. */
export const CATALOG_FORMAT = 1;
/** That of tables with functional key parts: a server that does not know of those takes their columns for row ids, and must refuse the table. */
const FUNCTIONAL_FORMAT = 2;

/** utf8mb4_0900_ai_ci: what views were made under before it was written down. */
const EARLIER_VIEWS_COLLATION = 255;

export interface StoredColumn extends ColumnDefinition {
  /** Id in row layouts: stable in the table, never reused. */
  readonly id: number;
  /** The value in rows that are older than the column. */
  readonly initial: Value;
}

/** The columns of rows of an earlier layout version. */
export interface StoredLayout {
  readonly version: number;
  readonly columns: readonly Pick<StoredColumn, 'id' | 'type' | 'nullable'>[];
}

export interface StoredIndex {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'index';
  readonly parts: readonly IndexPart[];
  readonly tree: TreeRef;
  readonly comment: string;
  readonly invisible: boolean;
  /** Made for a foreign key that had none. */
  readonly implicit?: boolean | undefined;
}

/** An index that is being built while others write (ADR 0009). */
export interface BuildingIndex extends StoredIndex {
  /** Entries whose unique key may be there twice. */
  readonly notes: TreeRef;
}

/** A table by name. */
export interface TableReference {
  readonly schema: string;
  readonly name: string;
}

export interface StoredTable {
  readonly kind: 'table';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Rises with every change of the definition. */
  readonly version: number;
  readonly columns: readonly StoredColumn[];
  /** Version of the layout in which rows are written, from 1; and the layouts that older rows may have. */
  readonly rowVersion: number;
  readonly earlierRows: readonly StoredLayout[];
  /** indexes[0] is the clustered one; with kind 'index' and a hidden column when there is no primary key. */
  readonly indexes: readonly StoredIndex[];
  /** Indexes that one statement is building: changes of rows maintain them, nobody else sees them. */
  readonly building: readonly BuildingIndex[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
  /** Tables with foreign keys that refer to this one. */
  readonly referencedBy: readonly TableReference[];
  readonly checks: readonly CheckDefinition[];
  /** Page of the AUTO_INCREMENT counter; 0 = none. */
  readonly counterPage: number;
  /** Page of the counter of hidden row ids; 0 = the table has a primary key. */
  readonly rowIdPage: number;
  readonly collation: number;
  readonly comment: string;
  /** Microseconds since 1970 UTC. */
  readonly createdMicros: number;
}

/** A view: its query with every table name qualified. Shares ids and names with tables. */
export interface StoredView extends ViewDefinition {
  readonly kind: 'view';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly definer: string;
  /** collation_connection of the session that made it. */
  readonly connectionCollation: number;
}

export interface StoredSchema {
  readonly id: number;
  readonly name: string;
  readonly collation: number;
}

/** The JSON of a default differs from the object in its value only. */
type StoredDefault = Exclude<ColumnDefault, {kind: 'value'}> | {readonly kind: 'value'; readonly value: StoredValue};

function storeDefault(given: ColumnDefault): StoredDefault {
  return given.kind === 'value' ? {kind: 'value', value: storeValue(given.value)} : given;
}

function loadDefault(stored: StoredDefault): ColumnDefault {
  return stored.kind === 'value' ? {kind: 'value', value: loadValue(stored.value)} : stored;
}

/** The text of any catalog object. */
export function encodeObject(object: StoredTable | StoredView | StoredSchema): string {
  if (!('kind' in object) || object.kind !== 'table') return JSON.stringify({format: CATALOG_FORMAT, ...object});
  const columns = object.columns.map(({generated, ...column}) => ({
    ...column,
    default: storeDefault(column.default),
    initial: storeValue(column.initial),
    generated: generated ?? null,
  }));
  const format = object.columns.some(isFunctional) ? FUNCTIONAL_FORMAT : CATALOG_FORMAT;
  return JSON.stringify({format, ...object, columns});
}

interface ParsedColumn extends Omit<StoredColumn, 'default' | 'initial' | 'generated'> {
  readonly initial?: StoredValue;
  readonly default: StoredDefault;
  readonly generated: {readonly sql: string; readonly stored: boolean} | null;
}

interface ParsedTable
  extends Omit<StoredTable, 'columns' | 'rowVersion' | 'earlierRows' | 'referencedBy' | 'building'> {
  readonly rowVersion?: number;
  readonly earlierRows?: readonly StoredLayout[];
  readonly referencedBy?: readonly TableReference[];
  readonly building?: readonly BuildingIndex[];
  readonly columns: readonly ParsedColumn[];
}

interface ParsedView extends Omit<StoredView, 'connectionCollation'> {
  readonly connectionCollation?: number;
}

/** The table or view of a text that `encodeObject` made. */
export function decodeTable(text: string): StoredTable | StoredView {
  const parsed = parse(text) as ParsedTable | ParsedView;
  if (parsed.kind === 'view')
    return {...parsed, connectionCollation: parsed.connectionCollation ?? EARLIER_VIEWS_COLLATION};
  const columns = parsed.columns.map(column => ({
    ...column,
    default: loadDefault(column.default),
    initial: column.initial === undefined ? null : loadValue(column.initial),
    generated: column.generated ?? undefined,
  }));
  const {rowVersion = 1, earlierRows = [], referencedBy = [], building = []} = parsed;
  return {...parsed, columns, rowVersion, earlierRows, referencedBy, building};
}

export function decodeSchema(text: string): StoredSchema {
  return parse(text) as StoredSchema;
}

function parse(text: string): unknown {
  const {format, ...object} = JSON.parse(text) as {readonly format: number};
  if (format > FUNCTIONAL_FORMAT) {
    throw new CorruptionError('the catalog', `an object of format ${format}, newer than this server`);
  }
  return object;
}

/** The next layout of a table's rows, of these columns; its rows so far stay as they are. Only below version VERSION_MAX. */
export function nextLayout(
  {columns: before, rowVersion, earlierRows}: StoredTable,
  columns: readonly StoredColumn[],
): Pick<StoredTable, 'columns' | 'rowVersion' | 'earlierRows'> {
  const layout = {version: rowVersion, columns: before.map(({id, type, nullable}) => ({id, type, nullable}))};
  return {columns, rowVersion: rowVersion + 1, earlierRows: [...earlierRows, layout]};
}

/** An ordinary column with MySQL's defaults for all that is not given. */
export function storedColumn(
  id: number,
  name: string,
  type: SqlType,
  options: Partial<Omit<StoredColumn, 'id' | 'name' | 'type'>> = {},
): StoredColumn {
  return {
    id,
    name,
    type,
    nullable: options.nullable ?? false,
    default: options.default ?? {kind: 'none'},
    autoIncrement: options.autoIncrement ?? false,
    onUpdateNow: options.onUpdateNow ?? false,
    invisible: options.invisible ?? false,
    comment: options.comment ?? '',
    generated: options.generated,
    hidden: options.hidden ?? false,
    initial: options.initial ?? null,
  };
}

/** A column default that is a value. */
export function valueDefault(value: Value): ColumnDefault {
  return {kind: 'value', value};
}
