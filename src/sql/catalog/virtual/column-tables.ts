// information_schema.COLUMNS.

import {SqlError} from '../../../base/sql-error.ts';
import {collationOf} from '../../../format/value/collation.ts';
import {toText} from '../../../format/value/domain.ts';
import {Kind, type SqlType, type Value} from '../../../format/value/types.ts';
import type {ResultColumn} from '../../exec/result-column.ts';
import type {StatementContext} from '../../statement/statement-context.ts';
import type {ColumnDefinition} from '../definition.ts';
import type {Steps} from '../steps.ts';
import {type StoredTable, type StoredView, storedColumn} from '../stored-table.ts';
import {charsetName, collationName, columnTypeText, dataTypeName, isCharacterType} from '../type-text.ts';
import {visibleObjects} from './schema-tables.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** Visible columns of a table, with their positions. */
export function namedColumns(table: StoredTable): readonly (readonly [position: number, column: ColumnDefinition])[] {
  return table.columns.flatMap((column, c) => (column.hidden ? [] : [[c, column] as const]));
}

/** PRI, UNI, MUL or nothing: how a column is indexed. */
export function keyText(table: StoredTable, position: number): string {
  let best = '';
  for (const index of table.indexes) {
    const at = index.parts.findIndex(part => part.column === position);
    if (at < 0) continue;
    if (index.kind === 'primary') return 'PRI';
    if (at > 0) continue;
    if (index.kind === 'unique' && index.parts.length === 1) best = 'UNI';
    else if (best === '') best = 'MUL';
  }
  return best;
}

/** The default as information_schema shows it: the value's text, without quotes; null for none. */
export function defaultText({default: given, type}: ColumnDefinition): Value {
  switch (given.kind) {
    case 'value':
      return given.value === null ? null : toText(given.value, type);
    case 'now':
      return nowText(given.decimals);
    case 'expression':
      return given.sql;
    default:
      return null;
  }
}

export function nowText(decimals: number): string {
  return decimals > 0 ? `CURRENT_TIMESTAMP(${decimals})` : 'CURRENT_TIMESTAMP';
}

/** auto_increment, DEFAULT_GENERATED, on update ..., STORED GENERATED, INVISIBLE. */
export function extraText(column: ColumnDefinition): string {
  const words: string[] = [];
  if (column.autoIncrement) words.push('auto_increment');
  if (column.default.kind === 'now' || column.default.kind === 'expression') words.push('DEFAULT_GENERATED');
  if (column.onUpdateNow) words.push(`on update ${nowText(column.type.decimals)}`);
  if (column.generated !== undefined) words.push(column.generated.stored ? 'STORED GENERATED' : 'VIRTUAL GENERATED');
  if (column.invisible) words.push('INVISIBLE');
  return words.join(' ');
}

interface Measures {
  readonly characters: Value;
  readonly octets: Value;
  readonly precision: Value;
  readonly scale: Value;
  readonly fraction: Value;
}

const NO_MEASURES: Measures = {characters: null, octets: null, precision: null, scale: null, fraction: null};

/** Digits of the integer types, signed and unsigned. */
const INTEGER_PRECISION: readonly (readonly [signed: number, unsigned: number])[] = [
  [0, 0],
  [3, 3],
  [5, 5],
  [7, 7],
  [10, 10],
  [19, 20],
];

function measures(type: SqlType): Measures {
  const {kind, length, decimals, unsigned} = type;
  switch (kind) {
    case Kind.tinyint:
    case Kind.smallint:
    case Kind.mediumint:
    case Kind.int:
    case Kind.bigint:
      return {...NO_MEASURES, precision: INTEGER_PRECISION[kind][unsigned ? 1 : 0], scale: 0};
    case Kind.decimal:
      return {...NO_MEASURES, precision: length, scale: decimals};
    case Kind.float:
    case Kind.double:
      return {...NO_MEASURES, precision: length, scale: decimals < 31 ? decimals : null};
    case Kind.bit:
      return {...NO_MEASURES, precision: length};
    case Kind.time:
    case Kind.datetime:
    case Kind.timestamp:
      return {...NO_MEASURES, fraction: decimals};
    case Kind.year:
    case Kind.date:
    case Kind.json:
    case Kind.null:
      return NO_MEASURES;
    default:
      return stringMeasures(type);
  }
}

/** TEXT and BLOB are declared in bytes, the others in characters. */
function stringMeasures(type: SqlType): Measures {
  const {maxBytes} = collationOf(type.collation).charset;
  const isLong = type.kind === Kind.text || type.kind === Kind.blob;
  return {...NO_MEASURES, characters: type.length, octets: isLong ? type.length : type.length * maxBytes};
}

/** `position`: of the column in the table, -1 for a view's. */
function columnRow(table: StoredTable | StoredView, position: number, ordinal: number, column: ColumnDefinition): Row {
  const {type} = column;
  const {characters, octets, precision, scale, fraction} = measures(type);
  const isText = isCharacterType(type);
  return [
    'def',
    table.schema,
    table.name,
    column.name,
    ordinal,
    defaultText(column),
    column.nullable ? 'YES' : 'NO',
    dataTypeName(type),
    characters,
    octets,
    precision,
    scale,
    fraction,
    isText ? charsetName(type) : null,
    isText ? collationName(type) : null,
    columnTypeText(type),
    table.kind === 'view' ? '' : keyText(table, position),
    extraText(column),
    'select,insert,update,references',
    column.comment,
    column.generated?.sql ?? '',
    null,
  ];
}

/** A view whose query no longer works has no columns to show, and the listing says so. */
function* viewRows(context: StatementContext, view: StoredView): Steps<readonly Row[]> {
  let found: readonly ResultColumn[];
  try {
    found = yield* context.describeQuery(view.sql);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const {errno, message} = new SqlError('ER_VIEW_INVALID', view.schema, view.name);
    context.state.warning('Warning', errno, message);
    return [];
  }
  return found.map(({name, type, nullable}, i) =>
    columnRow(view, -1, i + 1, resultColumn(view.columns[i] ?? name, type, nullable)),
  );
}

/** A column of a view in the form of a table's. */
function resultColumn(name: string, type: SqlType, nullable: boolean): ColumnDefinition {
  return storedColumn(0, name, type, {nullable});
}

export const columns: VirtualDefinition = {
  name: 'COLUMNS',
  columns: [
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['COLUMN_NAME', 'name'],
    ['ORDINAL_POSITION', 'uint'],
    ['COLUMN_DEFAULT', 'long'],
    ['IS_NULLABLE', 'name'],
    ['DATA_TYPE', 'long'],
    ['CHARACTER_MAXIMUM_LENGTH', 'int'],
    ['CHARACTER_OCTET_LENGTH', 'int'],
    ['NUMERIC_PRECISION', 'uint'],
    ['NUMERIC_SCALE', 'uint'],
    ['DATETIME_PRECISION', 'uint'],
    ['CHARACTER_SET_NAME', 'name'],
    ['COLLATION_NAME', 'name'],
    ['COLUMN_TYPE', 'long'],
    ['COLUMN_KEY', 'name'],
    ['EXTRA', 'text'],
    ['PRIVILEGES', 'text'],
    ['COLUMN_COMMENT', 'long'],
    ['GENERATION_EXPRESSION', 'long'],
    ['SRS_ID', 'uint'],
  ],
  *rows(context) {
    const rows: Row[] = [];
    for (const table of yield* visibleObjects(context)) {
      if (table.kind === 'view') {
        rows.push(...(yield* viewRows(context, table)));
        continue;
      }
      for (const [i, [position, column]] of namedColumns(table).entries())
        rows.push(columnRow(table, position, i + 1, column));
    }
    return rows;
  },
};
