// What a table's definition makes of a row: values of columns that were not given, generated columns, CHECK conditions.
//
// All of these expressions read the new row, column by column, from the registers of one source.

import {SqlError} from '../../base/sql-error.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {defaultExpression} from '../bind/bind-default.ts';
import {bindCondition, bindScalar} from '../bind/bind-expression.ts';
import type {Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import type {Source} from '../bind/source.ts';
import {type ColumnDefinition, isFunctional, type TableDefinition} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import {parseExpressionText} from '../parse/statement.ts';
import {hasBlocking} from '../plan/dependencies.ts';
import type {ColumnTarget} from './column-target.ts';

/** Binds the default of a column; undefined when it has none and may not be NULL. */
export function bindColumnDefault(column: ColumnDefinition, scope: Scope): Expression | undefined {
  const {default: given} = column;
  if (given.kind === 'expression') return bindStored(given.sql, scope);
  if (given.kind === 'none' && !column.nullable) return undefined;
  return defaultExpression(column);
}

function bindStored(sql: string, scope: Scope): Expression {
  const bound = bindScalar(parseExpressionText(sql), scope);
  if (hasBlocking(bound)) throw new SqlError('ER_NOT_SUPPORTED_YET', 'subqueries in table definitions');
  return bound;
}

interface GeneratedColumn {
  readonly column: number;
  readonly expression: Expression;
  /** Where values go. Nobody knows the column behind a functional key part: there it is called like the index. */
  readonly definition: ColumnDefinition;
}

interface BoundCheck {
  readonly name: string;
  readonly condition: Expression;
}

/** The generated columns and checks of a table, bound over a source that stands for the new row. */
export class RowExpressions {
  readonly table: TableDefinition;
  readonly source: Source;
  readonly #generated: readonly GeneratedColumn[];
  readonly #checks: readonly BoundCheck[];

  constructor(table: TableDefinition, source: Source, scope: Scope) {
    this.table = table;
    this.source = source;
    this.#generated = table.columns.flatMap((column, c) => {
      if (column.generated === undefined) return [];
      const definition = isFunctional(column) ? {...column, name: indexOver(table, c)} : column;
      return [{column: c, expression: bindStored(column.generated.sql, scope), definition}];
    });
    this.#checks = table.checks
      .filter(check => check.enforced)
      .map(check => ({name: check.name, condition: bindCondition(parseExpressionText(check.sql), scope)}));
  }

  /** True when a row must be in the registers before it is stored. */
  get isNeeded(): boolean {
    return this.#generated.length > 0 || this.#checks.length > 0;
  }

  /** Columns that are computed from others. */
  get generatedColumns(): readonly number[] {
    return this.#generated.map(generated => generated.column);
  }

  /** Puts a value of the new row where expressions read it. */
  set(column: number, value: Value, context: ExecContext): void {
    const register = this.source.registers[column];
    if (register >= 0) context.registers[register] = value;
  }

  /** Computes the generated columns into `values`, in column order (later ones may read earlier ones). */
  generate(values: Value[], context: ExecContext, target: ColumnTarget): void {
    for (const {column, expression, definition} of this.#generated) {
      const value = expression.evaluate(context);
      values[column] = definition.hidden
        ? storeKeyPart(value, expression.type, definition, target)
        : target.store(value, expression.type, definition, true);
      this.set(column, values[column], context);
    }
  }

  /** Throws 3819 when a CHECK is false; with IGNORE it is a warning, and the row is passed over (false). */
  check(context: ExecContext, ignore: boolean): boolean {
    for (const {name, condition} of this.#checks) {
      if (condition.evaluate(context) !== 0) continue;
      const error = new SqlError('ER_CHECK_CONSTRAINT_VIOLATED', name);
      if (!ignore) throw error;
      context.session.warning('Warning', error.errno, error.message);
      return false;
    }
    return true;
  }
}

/** The name of the index that has a column; of one that is being built it is not known here. */
function indexOver({indexes}: TableDefinition, column: number): string {
  return indexes.find(({parts}) => parts.some(part => part.column === column))?.name ?? '';
}

function storeKeyPart(value: Value, from: SqlType, definition: ColumnDefinition, target: ColumnTarget): Value {
  try {
    return target.store(value, from, definition, true);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (error.code === 'ER_DATA_TOO_LONG') throw new SqlError('ER_FUNCTIONAL_INDEX_DATA_IS_TOO_LONG', definition.name);
    if (error.code !== 'ER_DATA_OUT_OF_RANGE_WARN') throw error;
    throw new SqlError('ER_WARN_DATA_OUT_OF_RANGE_FUNCTIONAL_INDEX', definition.name, target.row);
  }
}
