// Writes the rows of a table into a new one of another definition: ALTER TABLE where rows or indexes change their form.
//
// The exclusive metadata lock is held, so nobody else reads or writes the table.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, type Cursor, DUPLICATE, ROW} from '../../engine/api.ts';
import {isStrict} from '../../format/value/sql-mode.ts';
import type {Value} from '../../format/value/types.ts';
import {tableSource} from '../bind/bind-from.ts';
import {Binder} from '../bind/binder.ts';
import type {Expression} from '../bind/expression.ts';
import {Namespace, Scope} from '../bind/scope.ts';
import {isRowId, type TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import type {StoredTable} from '../catalog/stored-table.ts';
import type {ExecContext} from '../exec/contract.ts';
import {ColumnTarget, implicitDefault} from './column-target.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {bindEnvironment} from './query.ts';
import {readRow} from './read-row.ts';
import {bindColumnDefault, RowExpressions} from './row-expressions.ts';
import {RowStore} from './row-store.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';
import {walkRows} from './walk-rows.ts';

/** A table in both of its forms. */
export interface CopyTable {
  readonly stored: StoredTable;
  readonly definition: TableDefinition;
}

/** Copies all rows; the number of them. Throws 1062, 1138, 1265 ... where rows do not fit the new definition. */
export function* copyRows(context: StatementContext, from: CopyTable, to: CopyTable): Steps<number> {
  const copier = new RowCopier(context, from, to);
  return yield* walkRows(context, from.definition, (cursor, row) => copier.copy(cursor, row));
}

class RowCopier {
  readonly #context: StatementContext;
  readonly #exec: ExecContext;
  readonly #from: TableDefinition;
  readonly #to: TableDefinition;
  readonly #target: ColumnTarget;
  readonly #store: RowStore;
  readonly #expressions: RowExpressions;
  /** By new column: its position in the old table, -1 when it is new. */
  readonly #sources: readonly number[];
  /** By new column: the default of one that is new. */
  readonly #defaults: readonly (Expression | undefined)[];
  #old: readonly Value[] = [];
  readonly #new: Value[];

  constructor(context: StatementContext, from: CopyTable, to: CopyTable) {
    const {engine, state, world} = context;
    this.#context = context;
    this.#from = from.definition;
    this.#to = to.definition;
    this.#target = new ColumnTarget(state);
    this.#store = new RowStore(engine, to.definition, world.pageSize);
    const binder = new Binder(bindEnvironment(context, new StatementCatalog(context)));
    const scope = new Scope(binder, undefined);
    const source = tableSource(to.definition, to.definition.name, [], scope);
    scope.namespace = Namespace.of(source);
    this.#expressions = new RowExpressions(to.definition, source, scope);
    const oldIds = from.stored.columns.map(column => column.id);
    this.#sources = to.stored.columns.map(column => oldIds.indexOf(column.id));
    this.#defaults = to.definition.columns.map((column, c) =>
      this.#sources[c] >= 0 || column.hidden || column.generated !== undefined
        ? undefined
        : bindColumnDefault(column, scope),
    );
    const registers = new Array<Value>(binder.registers.count).fill(null);
    this.#exec = {registers, parameters: [], engine, session: state};
    this.#new = to.definition.columns.map(() => null);
  }

  *copy(cursor: Cursor, row: number): Steps<void> {
    this.#target.row = row;
    this.#old = yield* readRow(this.#context, this.#from.rowLayout, cursor);
    for (let column = 0; column < this.#new.length; column++) {
      this.#new[column] = this.#valueOf(column);
      this.#expressions.set(column, this.#new[column], this.#exec);
    }
    yield* this.#generateNumbers();
    this.#expressions.generate(this.#new, this.#exec, this.#target);
    this.#expressions.check(this.#exec, false);
    let result: number;
    while ((result = this.#store.insert(this.#new, this.#context.state.timeZone)) === BLOCKED) yield;
    if (result === DUPLICATE) throw duplicateEntry(this.#to, this.#context.engine.writer.conflictIndex, this.#new);
    if (result !== ROW) throw engineError(result);
  }

  #valueOf(column: number): Value {
    const to = this.#to.columns[column];
    const source = this.#sources[column];
    if (source < 0) return this.#defaultOf(column);
    const from = this.#from.columns[source];
    const value = this.#old[source];
    if (value === null && !to.nullable && !to.autoIncrement && to.generated === undefined) return this.#nullOf(column);
    if (from.type === to.type || value === null) return value;
    return this.#target.store(value, from.type, to, true);
  }

  #nullOf(column: number): Value {
    const to = this.#to.columns[column];
    if (isStrict(this.#context.state.sqlMode)) throw new SqlError('ER_INVALID_USE_OF_NULL');
    this.#target.warning('Warning', 1265, `Data truncated for column '${to.name}' at row ${this.#target.row}`);
    return implicitDefault(to.type);
  }

  #defaultOf(column: number): Value {
    const to = this.#to.columns[column];
    if (to.hidden || to.autoIncrement || to.generated !== undefined) return null;
    const bound = this.#defaults[column];
    if (bound === undefined) return implicitDefault(to.type);
    const value = bound.evaluate(this.#exec);
    return value === null ? null : this.#target.store(value, bound.type, to, true);
  }

  /** Values of an AUTO_INCREMENT column or a hidden row id that is new. */
  *#generateNumbers(): Steps<void> {
    const {engine, autoIncrement} = this.#context;
    const {id, counterPage, rowIdPage, columns} = this.#to;
    for (let c = 0; c < columns.length; c++) {
      const isAuto = columns[c].autoIncrement;
      if ((!isAuto && !isRowId(columns[c])) || this.#new[c] !== null) continue;
      yield* expectRow(() => autoIncrement.take(engine, id, isAuto ? counterPage : rowIdPage, 1));
      this.#new[c] = autoIncrement.value;
    }
  }
}
