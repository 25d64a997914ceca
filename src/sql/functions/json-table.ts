// JSON_TABLE: the parts of a document as rows.
//
// A path picks the values that become rows; each column has a path of its own from there. NESTED columns make further rows out of one: as
// an outer join with it would, and one NESTED after the other where several stand side by side, the columns of the others NULL.

import {SqlError} from '../../base/sql-error.ts';
import type {ColumnContext} from '../../format/value/conversion-context.ts';
import {coerceForColumn} from '../../format/value/convert.ts';
import {evaluateJsonPath, type JsonPath} from '../../format/value/json-path.ts';
import {type Json, JsonDouble, printJson} from '../../format/value/json-tree.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {BIGINT, BIGINT_UNSIGNED, DOUBLE, textType} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';

/** What a column answers when its path finds nothing, or nothing that fits. */
export type JsonTableResponse =
  | {readonly kind: 'null'}
  | {readonly kind: 'error'}
  | {readonly kind: 'default'; readonly value: Json};

/** A column, with its position in the rows. */
export type JsonTableColumn =
  | {readonly kind: 'ordinality'; readonly position: number}
  | {
      readonly kind: 'exists';
      readonly position: number;
      readonly path: JsonPath;
      readonly type: SqlType;
      readonly name: string;
    }
  | {
      readonly kind: 'path';
      readonly position: number;
      readonly path: JsonPath;
      readonly type: SqlType;
      readonly name: string;
      readonly onEmpty: JsonTableResponse;
      readonly onError: JsonTableResponse;
    }
  | {readonly kind: 'nested'; readonly path: JsonPath; readonly columns: readonly JsonTableColumn[]};

export interface JsonTablePlan {
  readonly path: JsonPath;
  readonly columns: readonly JsonTableColumn[];
  /** Number of columns of a row. */
  readonly width: number;
}

/** utf8mb4_bin: what JSON strings are in. */
const JSON_COLLATION = 46;
const TEXT: SqlType = textType(4294967295, JSON_COLLATION);

/** All rows that a document makes. */
export function jsonTableRows(
  plan: JsonTablePlan,
  document: Json,
  context: ExecContext,
): readonly (readonly Value[])[] {
  const row: Value[] = Array.from({length: plan.width}, () => null);
  return rowsAt(plan.path, plan.columns, document, row, context);
}

/** The rows of the values that a path finds, with the columns of the level and below filled in over `parent`. */
function rowsAt(
  path: JsonPath,
  columns: readonly JsonTableColumn[],
  from: Json,
  parent: readonly Value[],
  context: ExecContext,
): readonly (readonly Value[])[] {
  return evaluateJsonPath(from, path).flatMap((found, i) => {
    const row = [...parent];
    for (const column of columns)
      if (column.kind !== 'nested') row[column.position] = columnValue(column, found, i + 1, context);
    const nested = columns.flatMap(column =>
      column.kind === 'nested' ? rowsAt(column.path, column.columns, found, row, context) : [],
    );
    return nested.length === 0 ? [row] : nested;
  });
}

function columnValue(
  column: Exclude<JsonTableColumn, {kind: 'nested'}>,
  from: Json,
  number: number,
  context: ExecContext,
): Value {
  switch (column.kind) {
    case 'ordinality':
      return number;
    case 'exists': {
      const exists = evaluateJsonPath(from, column.path).length > 0 ? 1 : 0;
      return coerceForColumn(exists, BIGINT, column.type, contextOf(column.name, context));
    }
    default:
      return pathValue(column, from, context);
  }
}

type PathColumn = Extract<JsonTableColumn, {kind: 'path'}>;

function pathValue(column: PathColumn, from: Json, context: ExecContext): Value {
  const found = evaluateJsonPath(from, column.path);
  if (found.length === 0) return respond(column, column.onEmpty, 'ER_MISSING_JSON_TABLE_VALUE', context);
  const isJson = column.type.kind === Kind.json;
  if (found.length > 1) {
    return isJson ? printJson(found) : respond(column, column.onError, 'ER_WRONG_JSON_TABLE_VALUE', context);
  }
  const [value] = found;
  if (isJson) return printJson(value);
  if (Array.isArray(value) || value instanceof Map)
    return respond(column, column.onError, 'ER_WRONG_JSON_TABLE_VALUE', context);
  try {
    return scalar(value, column, context);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return respond(column, column.onError, error, context);
  }
}

/** Does what ON EMPTY or ON ERROR says. */
function respond(
  column: PathColumn,
  response: JsonTableResponse,
  error: SqlError | 'ER_MISSING_JSON_TABLE_VALUE' | 'ER_WRONG_JSON_TABLE_VALUE',
  context: ExecContext,
): Value {
  switch (response.kind) {
    case 'null':
      return null;
    case 'error':
      throw error instanceof SqlError ? error : new SqlError(error, column.name);
    default:
      return scalar(response.value, column, context);
  }
}

/** A scalar as the column's type has it. Throws where it does not fit. */
function scalar(value: Json, {type, name}: PathColumn, context: ExecContext): Value {
  if (value === null) return null;
  const conversion = contextOf(name, context);
  if (typeof value === 'boolean') return coerceForColumn(value ? 1 : 0, BIGINT, type, conversion);
  if (value instanceof JsonDouble) return coerceForColumn(value.value, DOUBLE, type, conversion);
  if (typeof value === 'string') return coerceForColumn(value, TEXT, type, conversion);
  if (typeof value === 'object') return coerceForColumn(printJson(value), TEXT, type, conversion);
  const isBig = typeof value === 'bigint' && value > 0n;
  return coerceForColumn(value, isBig ? BIGINT_UNSIGNED : BIGINT, type, conversion);
}

/** Conversions are strict: what does not fit is an error, which ON ERROR decides about. */
function contextOf(column: string, {session}: ExecContext): ColumnContext {
  const {sqlMode, timeZone, statementMicros} = session;
  return {
    sqlMode: sqlMode | SqlMode.strictAllTables,
    timeZone,
    statementMicros,
    warning: (level, errno, message) => session.warning(level, errno, message),
    column,
    row: 1,
    ignore: false,
  };
}
