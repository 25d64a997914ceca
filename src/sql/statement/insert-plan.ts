// INSERT and REPLACE, bound: where each column of a new row comes from.
//
// The binder of an INSERT knows two sources over the same table: the new row (VALUES, defaults, generated columns, VALUES(column) and the
// row alias read it) and, for ON DUPLICATE KEY UPDATE, the row that is there already.

import {SqlError} from '../../base/sql-error.ts';
import {bindScalar} from '../bind/bind-expression.ts';
import {tableSource} from '../bind/bind-from.ts';
import {type BindEnvironment, Binder} from '../bind/binder.ts';
import type {Expression} from '../bind/expression.ts';
import {Namespace, Scope} from '../bind/scope.ts';
import type {Source} from '../bind/source.ts';
import {isRowId, type TableDefinition} from '../catalog/definition.ts';
import type {Insert, InsertRows, RowAlias} from '../parse/ast.ts';
import type {Expression as Ast, ColumnName} from '../parse/ast-expression.ts';
import {hasBlocking} from '../plan/dependencies.ts';
import {type BoundAssignment, bindAssignments} from './assignments.ts';
import {bindColumnDefault, RowExpressions} from './row-expressions.ts';
import {ValueRows} from './value-rows.ts';

/** A value of VALUES: an expression, or DEFAULT. */
export type BoundValue = Expression | 'default';

export interface InsertPlan {
  readonly table: TableDefinition;
  /** Columns that get the values, in the order of the values. */
  readonly targets: readonly number[];
  /** Rows of VALUES; undefined for INSERT ... SELECT. */
  readonly rows: ValueRows | undefined;
  /** By column: the default; undefined when it has none. */
  readonly defaults: readonly (Expression | undefined)[];
  readonly rowExpressions: RowExpressions;
  /** Position of the AUTO_INCREMENT column and of the hidden row id; -1 = none. */
  readonly autoColumn: number;
  readonly rowIdColumn: number;
  readonly onDuplicate: readonly BoundAssignment[];
  /** The row that is there already, for ON DUPLICATE KEY UPDATE, and the table's expressions over it. */
  readonly oldRow: Source;
  readonly oldExpressions: RowExpressions | undefined;
  /** The new row under the names of the row alias; the same registers as `rowExpressions.source` unless there is an alias. */
  readonly aliasRow: Source | undefined;
  readonly registerCount: number;
}

/** Binds an INSERT. `valueCount`: how many columns the query of INSERT ... SELECT has; -1 for VALUES. */
export function planInsert(
  ast: Insert,
  table: TableDefinition,
  environment: BindEnvironment,
  valueCount: number,
): InsertPlan {
  const binder = new Binder(environment);
  const scope = new Scope(binder, undefined);
  const newRow = tableSource(table, table.name, [], scope);
  scope.namespace = Namespace.of(newRow);
  const targets = targetColumns(table, ast.columns);
  const rows = ast.source.kind === 'rows' ? bindRows(ast.source, targets, scope) : undefined;
  if (valueCount >= 0 && valueCount !== targets.length) throw new SqlError('ER_WRONG_VALUE_COUNT_ON_ROW', 1);
  const defaults = table.columns.map(column =>
    column.generated === undefined && !column.hidden ? bindColumnDefault(column, scope) : undefined,
  );
  const rowExpressions = new RowExpressions(table, newRow, scope);
  const oldRow = tableSource(table, table.name, [], scope);
  const aliasRow = ast.rowAlias === null ? undefined : aliasSource(ast.rowAlias, table, targets, scope);
  const onDuplicate = bindOnDuplicate(ast, table, scope, oldRow, newRow, aliasRow);
  const oldExpressions = onDuplicate.length === 0 ? undefined : expressionsOver(table, oldRow, scope);
  return {
    table,
    targets,
    rows,
    defaults,
    rowExpressions,
    autoColumn: table.columns.findIndex(column => column.autoIncrement),
    rowIdColumn: table.columns.findIndex(isRowId),
    onDuplicate,
    oldRow,
    oldExpressions,
    aliasRow,
    registerCount: binder.registers.count,
  };
}

/** The table's expressions, bound over a source; undefined when it has none. */
export function expressionsOver(table: TableDefinition, source: Source, scope: Scope): RowExpressions | undefined {
  const inner = new Scope(scope.binder, undefined);
  inner.isInternal = true;
  inner.namespace = Namespace.of(source);
  const expressions = new RowExpressions(table, source, inner);
  return expressions.isNeeded ? expressions : undefined;
}

/** The columns of the list, or all visible ones. Throws 1054, 1110, 3105. */
function targetColumns(table: TableDefinition, names: readonly ColumnName[] | null): readonly number[] {
  if (names === null) {
    return [...table.columns.keys()].filter(c => !table.columns[c].hidden && !table.columns[c].invisible);
  }
  const seen = new Set<number>();
  return names.map(name => {
    const column = findColumn(table, name.name, 'field list');
    if (seen.has(column)) throw new SqlError('ER_FIELD_SPECIFIED_TWICE', name.name);
    seen.add(column);
    return column;
  });
}

/** Position of a column by name; 1054 when there is none. */
export function findColumn(table: TableDefinition, name: string, clause: string): number {
  const lower = name.toLowerCase();
  const at = table.columns.findIndex(column => !column.hidden && column.name.toLowerCase() === lower);
  if (at < 0) throw new SqlError('ER_BAD_FIELD', name, clause);
  return at;
}

function bindRows({rows, more}: InsertRows, targets: readonly number[], scope: Scope): ValueRows {
  const bind = (row: readonly Ast[]): BoundValue[] => row.map(value => bindValue(value, scope));
  const first = rows.map((row, i) => {
    // VALUES () is a row of defaults. Rows left as text have as many values as the first one.
    if (row.length !== targets.length && row.length !== 0) throw new SqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
    return bind(row);
  });
  return new ValueRows(first, more, bind);
}

function bindValue(value: Ast, scope: Scope): BoundValue {
  if (value.kind === 'default' && value.column === null) return 'default';
  const bound = bindScalar(value, scope);
  if (hasBlocking(bound)) throw new SqlError('ER_NOT_SUPPORTED_YET', 'functions that wait in VALUES');
  return bound;
}

/** `AS new(a, b)`: the new row's target columns, renamed. */
function aliasSource(alias: RowAlias, table: TableDefinition, targets: readonly number[], scope: Scope): Source {
  if (alias.columns.length > 0 && alias.columns.length !== targets.length) throw new SqlError('ER_VIEW_WRONG_LIST');
  const columns = table.columns.map((column, c) => {
    const at = targets.indexOf(c);
    const name = alias.columns.length > 0 && at >= 0 ? alias.columns[at] : column.name;
    return {name, type: column.type, nullable: column.nullable, invisible: false, hidden: column.hidden || at < 0};
  });
  return scope.binder.newSource('', alias.name, columns, {kind: 'table', table, hints: []});
}

function bindOnDuplicate(
  ast: Insert,
  table: TableDefinition,
  scope: Scope,
  oldRow: Source,
  newRow: Source,
  aliasRow: Source | undefined,
): readonly BoundAssignment[] {
  if (ast.onDuplicate.length === 0) return [];
  scope.binder.insertedValue = name => newRow.ref(findColumn(table, name, 'field list'));
  const old = Namespace.of(oldRow);
  // Plain names mean the row that is there; the new one is reached by its alias only.
  scope.namespace =
    aliasRow === undefined ? old : new Namespace([oldRow, aliasRow], [...old.columns, ...aliasOnly(aliasRow, old)]);
  return bindAssignments(ast.onDuplicate, table, scope);
}

/** Columns of the alias whose names the table does not have. */
function aliasOnly(aliasRow: Source, old: Namespace): Namespace['columns'] {
  return Namespace.of(aliasRow).columns.filter(column => !old.columns.some(other => other.lower === column.lower));
}
