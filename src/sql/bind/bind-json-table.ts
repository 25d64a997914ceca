// JSON_TABLE in a FROM clause: a source whose rows are made of a value, which may be a column of a table before it.

import {SqlError} from '../../base/sql-error.ts';
import {parseJson} from '../../format/value/json.ts';
import {parseJsonPath} from '../../format/value/json-path.ts';
import {
  type JsonTableColumn,
  type JsonTablePlan,
  type JsonTableResponse,
  jsonTableRows,
} from '../functions/json-table.ts';
import {documentReader} from '../functions/json-value.ts';
import type {JsonTableColumn as ColumnSyntax, JsonTable} from '../parse/ast.ts';
import type {JsonResponse} from '../parse/ast-function.ts';
import {columnType} from '../statement/column-type.ts';
import {bindScalar} from './bind-expression.ts';
import {lateralScope, type Place, sourceColumn} from './bind-from.ts';
import {constantValue} from './fold.ts';
import type {Scope} from './scope.ts';
import type {Source, SourceColumn} from './source.ts';
import {INT} from './type-classes.ts';

/** A source over the rows that JSON_TABLE makes. */
export function bindJsonTable(table: JsonTable, place: Place): Source {
  const scope = lateralScope(place);
  const argument = bindScalar(table.document, scope);
  for (const outer of scope.outer) place.scope.noteOuter(outer);
  const read = documentReader(argument, 1, 'json_table');
  const sourceColumns: SourceColumn[] = [];
  const columns = bindColumns(table.columns, sourceColumns, scope);
  const plan: JsonTablePlan = {path: parseJsonPath(table.path), columns, width: sourceColumns.length};
  const rows = {
    argument,
    text: `json_table(${argument})`,
    rows: (value: Parameters<typeof read>[0], context: Parameters<typeof jsonTableRows>[2]) =>
      value === null ? [] : jsonTableRows(plan, read(value), context),
  };
  return place.scope.binder.newSource('', table.alias, sourceColumns, {kind: 'function', rows});
}

/** Columns in the order in which they are written, nested ones in their place. */
function bindColumns(columns: readonly ColumnSyntax[], into: SourceColumn[], scope: Scope): readonly JsonTableColumn[] {
  return columns.map(column => bindColumn(column, into, scope));
}

function bindColumn(column: ColumnSyntax, into: SourceColumn[], scope: Scope): JsonTableColumn {
  const {collationConnection} = scope.binder.environment.session;
  const add = (name: string, type: SourceColumn['type']): number => into.push(sourceColumn(name, type, true)) - 1;
  switch (column.kind) {
    case 'ordinality':
      return {kind: 'ordinality', position: add(column.name, INT)};
    case 'exists': {
      const type = columnType(column.name, column.type, collationConnection);
      return {
        kind: 'exists',
        position: add(column.name, type),
        path: parseJsonPath(column.path),
        type,
        name: column.name,
      };
    }
    case 'nested':
      return {kind: 'nested', path: parseJsonPath(column.path), columns: bindColumns(column.columns, into, scope)};
    default: {
      const type = columnType(column.name, column.type, collationConnection);
      return {
        kind: 'path',
        position: add(column.name, type),
        path: parseJsonPath(column.path),
        type,
        name: column.name,
        onEmpty: bindResponse(column.onEmpty, scope),
        onError: bindResponse(column.onError, scope),
      };
    }
  }
}

/** DEFAULT takes a JSON text; NULL is what happens when nothing is said. */
function bindResponse(response: JsonResponse | null, scope: Scope): JsonTableResponse {
  if (response === null || response.action === 'null') return {kind: 'null'};
  if (response.action === 'error' || response.value === null) return {kind: 'error'};
  const given = constantValue(bindScalar(response.value, scope), scope.binder.environment.session);
  const {value, fault} = parseJson(String(given ?? 'null'));
  if (fault !== undefined) throw new SqlError('ER_INVALID_DEFAULT', 'json_table');
  return {kind: 'default', value};
}
