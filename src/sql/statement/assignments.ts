// `column = value` in UPDATE and ON DUPLICATE KEY UPDATE, and the columns that change by themselves: ON UPDATE CURRENT_TIMESTAMP and
// generated ones.
//
// Assignments are carried out from left to right, and a later one sees what an earlier one has stored (as in MySQL): each value goes
// into the column's register at once.

import {SqlError} from '../../base/sql-error.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {DateTime, Duration} from '../../format/value/temporal.ts';
import type {Value} from '../../format/value/types.ts';
import {bindScalar} from '../bind/bind-expression.ts';
import type {Expression} from '../bind/expression.ts';
import type {Scope} from '../bind/scope.ts';
import type {Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import type {ExecContext} from '../exec/contract.ts';
import {bindNow} from '../functions/temporal-now.ts';
import type {ColumnAssignment} from '../parse/ast.ts';
import type {ColumnTarget} from './column-target.ts';
import {bindColumnDefault, type RowExpressions} from './row-expressions.ts';

export interface BoundAssignment {
  readonly column: number;
  readonly value: Expression;
}

/** Binds assignments to columns of one table. Throws 1054, 3105 and what binding throws. */
export function bindAssignments(
  assignments: readonly ColumnAssignment[],
  table: TableDefinition,
  scope: Scope,
): readonly BoundAssignment[] {
  return assignments.map(({column: name, value}) => {
    const found = scope.column(name);
    if (found === undefined) throw new SqlError('ER_BAD_FIELD', name.name, 'field list');
    return bindAssignment(found.column, value, table, scope);
  });
}

export function bindAssignment(
  column: number,
  value: ColumnAssignment['value'],
  table: TableDefinition,
  scope: Scope,
): BoundAssignment {
  const definition = table.columns[column];
  const isDefault = value.kind === 'default' && value.column === null;
  if (definition.generated !== undefined && !isDefault) {
    throw new SqlError('ER_GENERATED_COLUMN_VALUE', definition.name, table.name);
  }
  if (!isDefault) return {column, value: bindScalar(value, scope)};
  const bound = bindColumnDefault(definition, scope);
  if (bound === undefined) throw new SqlError('ER_NO_DEFAULT_FOR_FIELD', definition.name);
  return {column, value: bound};
}

/** The assignments with those that the table adds for columns that nobody assigns: ON UPDATE CURRENT_TIMESTAMP. */
export function automaticAssignments(
  table: TableDefinition,
  given: readonly BoundAssignment[],
): readonly BoundAssignment[] {
  return table.columns.flatMap((column, c) =>
    column.onUpdateNow && !given.some(assignment => assignment.column === c)
      ? [{column: c, value: bindNow(column.type.decimals)}]
      : [],
  );
}

/** Exactly the same value: texts by their characters, numbers by their digits. */
export function isSameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Decimal) return b instanceof Decimal && a.equals(b);
  if (a instanceof DateTime) return b instanceof DateTime && a.compare(b) === 0;
  return b instanceof Duration && a instanceof Duration && a.micros === b.micros;
}

/** Carries assignments out on the registers of a row and gathers what changes, in column order. */
export class Assigner {
  readonly #table: TableDefinition;
  readonly #source: Source;
  readonly #assignments: readonly BoundAssignment[];
  readonly #automatic: readonly BoundAssignment[];
  readonly #expressions: RowExpressions | undefined;
  /** Columns that are assigned or computed, ascending, and the values for the row at hand. */
  readonly columns: readonly number[];
  readonly values: Value[];
  readonly #placeOf: Int32Array;

  /** `expressions`: the table's, bound over `source`; undefined when it has none. */
  constructor(
    table: TableDefinition,
    source: Source,
    assignments: readonly BoundAssignment[],
    expressions: RowExpressions | undefined,
  ) {
    this.#table = table;
    this.#source = source;
    this.#assignments = assignments;
    this.#automatic = automaticAssignments(table, assignments);
    this.#expressions = expressions;
    const all = [...assignments, ...this.#automatic].map(assignment => assignment.column);
    this.columns = [...new Set([...all, ...(expressions?.generatedColumns ?? [])])].sort((a, b) => a - b);
    this.values = this.columns.map(() => null);
    this.#placeOf = new Int32Array(table.columns.length).fill(-1);
    for (const [i, column] of this.columns.entries()) this.#placeOf[column] = i;
    // The old values are needed to see whether anything changes.
    for (const {column} of assignments) source.ref(column);
  }

  /** Evaluates the assignments for the row in the registers. False: the row has these values already. */
  assign(context: ExecContext, target: ColumnTarget): boolean {
    let hasChanged = false;
    for (const {column, value} of this.#assignments) {
      if (this.#put(column, value, context, target)) hasChanged = true;
    }
    return hasChanged;
  }

  /**
   * For a row that changes: sets the automatic columns, computes generated ones and tests the CHECKs. False: IGNORE, and a CHECK is
   * false.
   */
  complete(context: ExecContext, target: ColumnTarget): boolean {
    for (const {column, value} of this.#automatic) this.#put(column, value, context, target);
    const expressions = this.#expressions;
    if (expressions === undefined) return true;
    const computed: Value[] = [];
    expressions.generate(computed, context, target);
    for (const column of expressions.generatedColumns) this.values[this.#placeOf[column]] = computed[column];
    return expressions.check(context, target.ignore);
  }

  /** True when the value is another one than the row has. */
  #put(column: number, value: Expression, context: ExecContext, target: ColumnTarget): boolean {
    const stored = target.store(value.evaluate(context), value.type, this.#table.columns[column], true);
    this.values[this.#placeOf[column]] = stored;
    const register = this.#source.registers[column];
    if (register < 0) return true;
    const old = context.registers[register];
    context.registers[register] = stored;
    return !isSameValue(old, stored);
  }
}
