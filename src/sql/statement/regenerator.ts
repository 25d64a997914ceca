// Computes the generated columns of rows that change without a statement of their own: by a cascade.

import type {Value} from '../../format/value/types.ts';
import {tableSource} from '../bind/bind-from.ts';
import {Binder} from '../bind/binder.ts';
import {Namespace, Scope} from '../bind/scope.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import {ColumnTarget} from './column-target.ts';
import {bindEnvironment} from './query.ts';
import {RowExpressions} from './row-expressions.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';

export class Regenerator {
  readonly #expressions: RowExpressions;
  readonly #exec: ExecContext;
  readonly #target: ColumnTarget;

  private constructor(context: StatementContext, table: TableDefinition) {
    const {engine, state} = context;
    const binder = new Binder(bindEnvironment(context, new StatementCatalog(context)));
    const scope = new Scope(binder, undefined);
    const source = tableSource(table, table.name, [], scope);
    scope.namespace = Namespace.of(source);
    this.#expressions = new RowExpressions(table, source, scope);
    const registers = new Array<Value>(binder.registers.count).fill(null);
    this.#exec = {registers, parameters: [], engine, session: state};
    this.#target = new ColumnTarget(state);
  }

  /** Undefined: the table has no generated columns. */
  static of(context: StatementContext, table: TableDefinition): Regenerator | undefined {
    return table.columns.some(column => column.generated !== undefined) ? new Regenerator(context, table) : undefined;
  }

  /** Computes the generated columns of `row` in place; answers which they are. */
  compute(row: Value[]): readonly number[] {
    for (let column = 0; column < row.length; column++) this.#expressions.set(column, row[column], this.#exec);
    this.#expressions.generate(row, this.#exec, this.#target);
    return this.#expressions.generatedColumns;
  }
}
