// One new row of an INSERT, column by column: given values, defaults, AUTO_INCREMENT, hidden row id, generated columns.

import {SqlError} from '../../base/sql-error.ts';
import {ROW} from '../../engine/api.ts';
import {Decimal} from '../../format/value/decimal.ts';
import {integerMax} from '../../format/value/integer.ts';
import {isStrict, SqlMode} from '../../format/value/sql-mode.ts';
import {Kind, type SqlType, type Value} from '../../format/value/types.ts';
import {COUNTER_MAX} from '../catalog/auto-increment.ts';
import type {ExecContext} from '../exec/contract.ts';
import type {ColumnTarget} from './column-target.ts';
import type {BoundValue, InsertPlan} from './insert-plan.ts';
import type {StatementContext} from './statement-context.ts';

export class NewRow {
  readonly #plan: InsertPlan;
  readonly #statement: StatementContext;
  readonly #context: ExecContext;
  readonly #target: ColumnTarget;
  /** The row, by column. */
  readonly values: Value[];
  readonly #given: Uint8Array;
  /** Several rows: NULL for a NOT NULL column is a matter of strict mode from the second row on. */
  readonly #isMany: boolean;
  /** AUTO_INCREMENT values taken for this statement and not used yet. */
  #next = 0;
  #limit = 0;
  /** The row's value was generated. */
  isGenerated = false;
  /** The first value that was generated for a row that was stored; 0 = none. */
  firstGenerated = 0;

  constructor(
    plan: InsertPlan,
    statement: StatementContext,
    context: ExecContext,
    target: ColumnTarget,
    isMany: boolean,
  ) {
    this.#plan = plan;
    this.#statement = statement;
    this.#context = context;
    this.#target = target;
    this.values = plan.table.columns.map(() => null);
    this.#given = new Uint8Array(this.values.length);
    this.#isMany = isMany;
  }

  /** A new run of the statement begins. */
  restart(): void {
    this.#next = 0;
    this.#limit = 0;
    this.firstGenerated = 0;
  }

  /** Takes a row of VALUES in. */
  takeBound(row: readonly BoundValue[]): void {
    this.#begin();
    this.#showDefaults();
    const {targets, table} = this.#plan;
    for (let i = 0; i < row.length; i++) {
      const value = row[i];
      const column = targets[i];
      if (value === 'default') this.#putDefault(column);
      else if (table.columns[column].generated !== undefined) this.#refuseGenerated(column);
      else this.#put(column, value.evaluate(this.#context), value.type);
    }
    this.#fillDefaults();
  }

  /** Takes a row of a query in. */
  takeValues(row: readonly Value[], types: readonly SqlType[]): void {
    this.#begin();
    const {targets, table} = this.#plan;
    for (let i = 0; i < row.length; i++) {
      if (table.columns[targets[i]].generated !== undefined) this.#refuseGenerated(targets[i]);
      else this.#put(targets[i], row[i], types[i]);
    }
    this.#fillDefaults();
  }

  /** A value for a generated column. Without strict mode it is left aside: mariadb-dump writes such values, and its dumps are loaded so. */
  #refuseGenerated(column: number): void {
    const {table} = this.#plan;
    const {state} = this.#statement;
    const error = new SqlError('ER_GENERATED_COLUMN_VALUE', table.columns[column].name, table.name);
    if (isStrict(state.sqlMode)) throw error;
    state.warning('Warning', error.errno, error.message);
  }

  #begin(): void {
    this.#given.fill(0);
    this.isGenerated = false;
  }

  /** Values that name columns of their own row see the defaults of those that have no value yet. */
  #showDefaults(): void {
    const {defaults, rowExpressions, table} = this.#plan;
    for (let column = 0; column < this.values.length; column++) {
      const bound = defaults[column];
      if (bound === undefined || rowExpressions.source.registers[column] < 0) continue;
      const value = this.#target.store(bound.evaluate(this.#context), bound.type, table.columns[column], this.#isMany);
      rowExpressions.set(column, value, this.#context);
    }
  }

  #put(column: number, value: Value, from: SqlType): void {
    const definition = this.#plan.table.columns[column];
    // NULL asks an AUTO_INCREMENT column for a value.
    const stored =
      value === null && column === this.#plan.autoColumn
        ? null
        : this.#target.store(value, from, definition, this.#isMany);
    this.#set(column, stored);
  }

  #set(column: number, value: Value): void {
    this.values[column] = value;
    this.#given[column] = 1;
    this.#plan.rowExpressions.set(column, value, this.#context);
  }

  #putDefault(column: number): void {
    const {autoColumn, rowIdColumn, table, defaults} = this.#plan;
    if (column === autoColumn || column === rowIdColumn) this.#set(column, null);
    else if (table.columns[column].generated === undefined) {
      const bound = defaults[column];
      if (bound === undefined) this.#set(column, this.#withoutDefault(column));
      else this.#put(column, bound.evaluate(this.#context), bound.type);
    }
  }

  #withoutDefault(column: number): Value {
    const definition = this.#plan.table.columns[column];
    // An ENUM's first member is its default without being written.
    if (definition.type.kind === Kind.enum) return definition.type.members[0];
    return this.#target.missing(definition);
  }

  #fillDefaults(): void {
    for (let column = 0; column < this.values.length; column++) {
      if (this.#given[column] === 0) this.#putDefault(column);
    }
  }

  // --- Generated values ----------------------------------------------------------------------------------------------

  /** Sees to AUTO_INCREMENT and row id. ROW, BLOCKED, NO_SPACE. `rowsLeft`: how many rows may still come, this one among them. */
  complete(rowsLeft: number): number {
    const {autoColumn, rowIdColumn} = this.#plan;
    if (autoColumn >= 0) {
      const result = this.#completeAuto(autoColumn, rowsLeft);
      if (result !== ROW) return result;
    }
    if (rowIdColumn < 0) return ROW;
    const {autoIncrement, engine} = this.#statement;
    const {id, rowIdPage} = this.#plan.table;
    const result = autoIncrement.take(engine, id, rowIdPage, 1);
    if (result === ROW) this.values[rowIdColumn] = autoIncrement.value;
    return result;
  }

  #completeAuto(column: number, rowsLeft: number): number {
    const value = this.values[column];
    const {autoIncrement, engine, state} = this.#statement;
    const {id, counterPage} = this.#plan.table;
    if (this.isGenerated) return ROW;
    const zeroCounts = (state.sqlMode & SqlMode.noAutoValueOnZero) !== 0;
    if (value !== null && (value !== 0 || zeroCounts)) {
      const number = numberOf(value);
      return number > 0 ? autoIncrement.raise(engine, id, counterPage, number) : ROW;
    }
    return this.#generate(column, rowsLeft);
  }

  #generate(column: number, rowsLeft: number): number {
    const {autoIncrement, engine, state} = this.#statement;
    const {id, counterPage} = this.#plan.table;
    if (state.insertId > 0) {
      const asked = state.insertId;
      const raised = autoIncrement.raise(engine, id, counterPage, asked);
      if (raised !== ROW) return raised;
      state.insertId = 0;
      return this.#useGenerated(column, asked);
    }
    if (this.#next === this.#limit) {
      const result = autoIncrement.take(engine, id, counterPage, rowsLeft);
      if (result !== ROW) return result;
      this.#next = autoIncrement.value;
      this.#limit = this.#next + rowsLeft;
    }
    return this.#useGenerated(column, this.#next++);
  }

  #useGenerated(column: number, value: number): number {
    if (value > COUNTER_MAX || value > integerMax(this.#plan.table.columns[column].type)) {
      throw new SqlError('ER_AUTOINC_READ_FAILED');
    }
    this.isGenerated = true;
    this.#set(column, value);
    return ROW;
  }

  /** The generated value is taken already: the next `complete` makes another one. */
  discardGenerated(): void {
    this.isGenerated = false;
    this.values[this.#plan.autoColumn] = null;
  }

  /** Computes generated columns and tests the CHECKs. False: IGNORE, and a CHECK is false. */
  finish(): boolean {
    const {rowExpressions} = this.#plan;
    if (!rowExpressions.isNeeded) return true;
    rowExpressions.generate(this.values, this.#context, this.#target);
    return rowExpressions.check(this.#context, this.#target.ignore);
  }

  /** The row has been stored. */
  noteStored(): void {
    if (this.isGenerated && this.firstGenerated === 0) {
      this.firstGenerated = this.values[this.#plan.autoColumn] as number;
    }
  }

  /** The statement has ended: values that were taken in advance go back. */
  giveBack(): void {
    const {id, counterPage} = this.#plan.table;
    if (this.#next < this.#limit) this.#statement.autoIncrement.giveBack(id, counterPage, this.#next, this.#limit);
    this.#next = this.#limit;
  }
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Decimal ? value.toNumber() : 0;
}
