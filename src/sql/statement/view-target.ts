// Changes of rows through views: which table a view stands for, and what WITH CHECK OPTION demands of the rows.
//
// A view can be changed through when it is merged: its columns are then columns of base tables, and its conditions part of the search. What it cannot be
// changed through is refused: 1288, 1348, 1393, 1394, 1395, 1471. The rights are those of the account on the view, and of its definer on the table.

import {SqlError} from '../../base/sql-error.ts';
import type {Value} from '../../format/value/types.ts';
import {bindViewSource} from '../bind/bind-from.ts';
import {Binder} from '../bind/binder.ts';
import type {Expression} from '../bind/expression.ts';
import {ColumnRef} from '../bind/leaf.ts';
import {Namespace, Scope} from '../bind/scope.ts';
import type {MergedView, Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {canonicalSchema} from '../catalog/names.ts';
import {Privilege} from '../catalog/privileges.ts';
import type {StoredView} from '../catalog/stored-table.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {ColumnAssignment, Insert} from '../parse/ast.ts';
import type {ColumnName} from '../parse/ast-expression.ts';
import {hasBlocking} from '../plan/dependencies.ts';
import {needTable} from './access.ts';
import {bindEnvironment} from './query.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';

/** The conditions that a changed row must meet. */
export class ViewCheck {
  readonly #view: MergedView;
  readonly #source: Source;
  readonly #registers: Value[];

  /** `registerCount`: of the statement in which the view was bound. */
  constructor(view: MergedView, source: Source, registerCount: number) {
    if (view.checks.some(hasBlocking)) throw new SqlError('ER_NOT_SUPPORTED_YET', 'CHECK OPTION with subqueries');
    this.#view = view;
    this.#source = source;
    this.#registers = new Array<Value>(registerCount).fill(null);
  }

  /** Undefined: the view demands nothing. */
  static of(view: MergedView | undefined, source: Source, registerCount: number): ViewCheck | undefined {
    return view === undefined || view.checks.length === 0 ? undefined : new ViewCheck(view, source, registerCount);
  }

  /** What must be in the registers to judge a row there. */
  get conditions(): readonly Expression[] {
    return this.#view.checks;
  }

  /** The error of the row in the registers of the context; undefined when it meets the conditions. */
  fault(context: ExecContext): SqlError | undefined {
    const {checks, schema, name} = this.#view;
    if (checks.every(condition => condition.evaluate(context) === 1)) return undefined;
    return new SqlError('ER_VIEW_CHECK_FAILED', `${schema}.${name}`);
  }

  /** The same for a row by column. */
  faultOf(row: readonly Value[], context: ExecContext): SqlError | undefined {
    for (const [column, register] of this.#source.registers.entries())
      if (register >= 0) this.#registers[register] = row[column];
    return this.fault({...context, registers: this.#registers});
  }
}

/** The column of a base table that a column of a view is: 1348 when it is none. */
export function baseColumn(source: Source, column: number): ColumnRef {
  const expression = source.ref(column);
  if (expression instanceof ColumnRef) return expression;
  throw new SqlError('ER_NONUPDATEABLE_COLUMN', source.columns[column].name);
}

/** Throws unless the account may change rows of the view, and its definer those of the table. */
export function checkViewRights(
  context: StatementContext,
  catalog: StatementCatalog,
  view: MergedView,
  table: TableDefinition,
  privilege: number,
  command: string,
): void {
  needTable(context, privilege, command, view.schema, view.name);
  if ((catalog.definerRights(view.schema, view.name).onTable(table.schema, table.name) & privilege) === privilege)
    return;
  throw new SqlError('ER_VIEW_INVALID', view.schema, view.name);
}

/** An INSERT into a view as one into its table. */
export interface InsertThrough {
  readonly ast: Insert;
  readonly table: TableDefinition;
  readonly check: ViewCheck | undefined;
}

/** Undefined: the name is not that of a view. */
export function insertThrough(
  context: StatementContext,
  catalog: StatementCatalog,
  ast: Insert,
): InsertThrough | undefined {
  const schema = canonicalSchema(ast.table.schema ?? context.state.database);
  const stored = catalog.viewTarget(schema, ast.table.name);
  if (stored === undefined) return undefined;
  const binder = new Binder(bindEnvironment(context, catalog));
  const source = viewSource(stored, binder);
  const view = source.origin.kind === 'merged' ? source.origin.view : undefined;
  const base = view?.tables.at(0);
  if (view === undefined || base?.origin.kind !== 'table') throw notInsertable(stored, 'INSERT');
  if (view.tables.length > 1) throw new SqlError('ER_VIEW_NO_INSERT_FIELD_LIST', schema, stored.name);
  const {table} = base.origin;
  checkViewRights(context, catalog, view, table, Privilege.insert, 'INSERT');
  if (ast.replace) checkViewRights(context, catalog, view, table, Privilege.delete, 'DELETE');
  if (ast.onDuplicate.length > 0) checkViewRights(context, catalog, view, table, Privilege.update, 'UPDATE');
  checkInsertable(stored, source);
  const names = ast.columns ?? source.columns.map(({name}) => columnName(ast.at, name));
  const columns = names.map(name => columnName(ast.at, nameInTable(source, table, name)));
  const onDuplicate = inTable(source, table, ast.onDuplicate);
  const name = {...ast.table, schema: table.schema, name: table.name};
  const check = ViewCheck.of(view, base, binder.registers.count);
  return {ast: {...ast, table: name, columns, onDuplicate}, table, check};
}

/** The view as a source, whatever may be read of it. */
export function viewSource(view: StoredView, binder: Binder): Source {
  const scope = new Scope(binder, undefined);
  const place = {scope, before: Namespace.empty, isNullExtended: false, keepsOrder: false};
  return bindViewSource(view, view.name, place).namespace.sources[0];
}

function notInsertable(view: StoredView, command: string): SqlError {
  return new SqlError('ER_NON_INSERTABLE_TABLE', view.name, command);
}

/** Every column of the view is a column of the table, and none of them twice. */
function checkInsertable(view: StoredView, source: Source): void {
  const seen = new Set<number>();
  for (const column of source.columns.keys()) {
    const expression = source.ref(column);
    if (!(expression instanceof ColumnRef) || seen.has(expression.column)) throw notInsertable(view, 'INSERT');
    seen.add(expression.column);
  }
}

function columnName(at: number, name: string): ColumnName {
  return {kind: 'column', at, schema: null, table: null, name};
}

function nameInTable(source: Source, table: TableDefinition, {name}: ColumnName): string {
  const column = source.find(name);
  if (column < 0) throw new SqlError('ER_BAD_FIELD', name, 'field list');
  return table.columns[baseColumn(source, column).column].name;
}

/** ON DUPLICATE KEY UPDATE in the names of the table; they must be those of the view. */
function inTable(
  source: Source,
  table: TableDefinition,
  given: readonly ColumnAssignment[],
): readonly ColumnAssignment[] {
  const isRenamed = (column: number): boolean =>
    table.columns[baseColumn(source, column).column].name.toLowerCase() !== source.columns[column].name.toLowerCase();
  if (given.length > 0 && [...source.columns.keys()].some(isRenamed))
    throw new SqlError('ER_NOT_SUPPORTED_YET', 'ON DUPLICATE KEY UPDATE through a view with other names of columns');
  return given.map(({column, value}) => ({column: {...column, schema: null, table: null}, value}));
}
