// INSERT and REPLACE: takes rows from VALUES or a query and stores them, one after the other.
//
// When another row has a key of the new one:
//   INSERT                      the statement fails (1062); a generated AUTO_INCREMENT value is tried again with the next one
//   INSERT IGNORE               the row is passed over, with a warning
//   ON DUPLICATE KEY UPDATE     the other row is changed
//   REPLACE                     the other row is deleted, and the new one tried again
// A secondary index tells of a duplicate when the row is in already; so a savepoint before each row takes it out again.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, DUPLICATE, LockMode, LockWait, type PointRead, ROW} from '../../engine/api.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {Privilege} from '../catalog/privileges.ts';
import {expectRow, pauseAt, type Steps, until} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PollClock} from '../exec/poll-clock.ts';
import type {Insert, InsertQuery} from '../parse/ast.ts';
import {needColumns, needTable} from './access.ts';
import {Assigner} from './assignments.ts';
import {ColumnTarget} from './column-target.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {ForeignKeys, isForeignKeyError} from './foreign-keys.ts';
import {type InsertPlan, planInsert} from './insert-plan.ts';
import {NewRow} from './new-row.ts';
import {GENERATED_RETRIES_MAX, PlainInsert} from './plain-insert.ts';
import {bindEnvironment, collectRows} from './query.ts';
import {readRow} from './read-row.ts';
import {RowStore} from './row-store.ts';
import {type StatementBody, StepsBody} from './statement-body.ts';
import {StatementCatalog} from './statement-catalog.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {targetTable} from './target-table.ts';
import type {ValueRows} from './value-rows.ts';
import {valuesMayWait, withoutWaits} from './value-subqueries.ts';
import {insertThrough, type ViewCheck} from './view-target.ts';

/** Where rows come from: VALUES, or a query. */
export interface RowSupply {
  /** How many rows there may still be; 1 when unknown. */
  rowsLeft(): number;
  /** Puts the next row into `row`: ROW, DONE, BLOCKED or a result code. */
  next(row: NewRow): number;
}

/** What new rows have to meet, besides what their table says. */
export interface InsertRules {
  readonly foreignKeys: ForeignKeys | undefined;
  /** WITH CHECK OPTION of the view that they go through. */
  readonly check: ViewCheck | undefined;
}

/** Stores rows by a plan. */
export class InsertRun {
  readonly #statement: StatementContext;
  readonly #plan: InsertPlan;
  readonly #ast: Insert;
  readonly #context: ExecContext;
  readonly #target: ColumnTarget;
  readonly #store: RowStore;
  readonly #row: NewRow;
  readonly #clock: PollClock = new PollClock();
  readonly #assigner: Assigner | undefined;
  readonly #foreignKeys: ForeignKeys | undefined;
  readonly #check: ViewCheck | undefined;
  readonly #needsSavepoint: boolean;
  #oldRead: PointRead | undefined;
  #records = 0;
  #duplicates = 0;
  #affected = 0;
  #lastExplicit: Value = null;

  constructor(
    statement: StatementContext,
    plan: InsertPlan,
    ast: Insert,
    isMany: boolean,
    {foreignKeys, check}: InsertRules,
  ) {
    this.#statement = statement;
    this.#foreignKeys = foreignKeys;
    this.#check = check;
    this.#plan = plan;
    this.#ast = ast;
    const {engine, exec, state, world} = statement;
    const registers: Value[] = new Array<Value>(plan.registerCount).fill(null);
    this.#context = {registers, parameters: exec.parameters, engine, session: state};
    this.#target = new ColumnTarget(state);
    this.#target.ignore = ast.ignore;
    this.#store = new RowStore(engine, plan.table, world.pageSize);
    this.#row = new NewRow(plan, statement, this.#context, this.#target, isMany);
    this.#assigner = plan.onDuplicate.length === 0 ? undefined : this.#newAssigner();
    const survivesDuplicates = ast.ignore || ast.replace || this.#assigner !== undefined;
    this.#needsSavepoint =
      (survivesDuplicates && plan.table.indexes.some((index, i) => i > 0 && index.kind === 'unique')) ||
      (ast.ignore && foreignKeys !== undefined);
  }

  #newAssigner(): Assigner {
    const {table, oldRow, onDuplicate, oldExpressions} = this.#plan;
    return new Assigner(table, oldRow, onDuplicate, oldExpressions);
  }

  *run(supply: RowSupply): Steps<Outcome> {
    for (;;) {
      const result = supply.next(this.#row);
      if (result === BLOCKED) yield;
      else if (result === DONE) break;
      else if (result !== ROW) throw engineError(result);
      else {
        const tick = this.#clock.tick(this.#context);
        if (tick !== ROW) yield* pauseAt(tick);
        yield* this.#insertOne(supply.rowsLeft());
        this.#target.row++;
      }
    }
    this.#row.giveBack();
    return this.#outcome();
  }

  #outcome(): Outcome {
    const {state} = this.#statement;
    const generated = this.#row.firstGenerated;
    if (generated > 0) state.lastInsertId = generated;
    const {warningCount} = state.diagnostics;
    const isBulk = this.#records > 1 || this.#plan.rows === undefined;
    const info = isBulk ? `Records: ${this.#records}  Duplicates: ${this.#duplicates}  Warnings: ${warningCount}` : '';
    const explicit =
      typeof this.#lastExplicit === 'number' || typeof this.#lastExplicit === 'bigint' ? this.#lastExplicit : 0;
    return changed(this.#affected, info, generated > 0 ? generated : explicit);
  }

  *#insertOne(rowsLeft: number): Steps<void> {
    const {engine, state} = this.#statement;
    this.#records++;
    for (let tries = 0; ; tries++) {
      const savepoint = this.#needsSavepoint ? engine.savepoint() : -1;
      yield* expectRow(() => this.#row.complete(rowsLeft));
      if (!this.#row.finish() || !this.#isInView(this.#row.values)) return;
      let result: number;
      while ((result = this.#store.insert(this.#row.values, state.timeZone)) === BLOCKED) yield;
      if (result === ROW) {
        if (yield* this.#hasParents(savepoint)) this.#stored();
        return;
      }
      if (result !== DUPLICATE) throw engineError(result);
      if (yield* this.#duplicate(savepoint, tries)) return;
    }
  }

  /** False: IGNORE, and the row is none of the view through which it comes. */
  #isInView(row: readonly Value[]): boolean {
    const fault = this.#check?.faultOf(row, this.#context);
    if (fault === undefined) return true;
    if (!this.#ast.ignore) throw fault;
    this.#target.warning('Warning', fault.errno, fault.message);
    return false;
  }

  /** Foreign keys of the row that is in. False: IGNORE, a parent is missing, and the row is out again. */
  *#hasParents(savepoint: number): Steps<boolean> {
    try {
      yield* this.#foreignKeys?.afterInsert(this.#row.values) ?? [];
      return true;
    } catch (error) {
      yield* this.#passOver(error, savepoint);
      return false;
    }
  }

  /** With IGNORE an error over a foreign key is a warning, and the row is as it was. */
  *#passOver(error: unknown, savepoint: number): Steps<void> {
    if (!this.#ast.ignore || !isForeignKeyError(error)) throw error;
    yield* expectRow(() => this.#statement.engine.rollbackTo(savepoint));
    this.#target.warning('Warning', error.errno, error.message);
  }

  #stored(): void {
    const {autoColumn} = this.#plan;
    this.#affected++;
    this.#row.noteStored();
    if (autoColumn >= 0 && !this.#row.isGenerated) this.#lastExplicit = this.#row.values[autoColumn];
  }

  /** True: the row is dealt with. False: try it again. */
  *#duplicate(savepoint: number, tries: number): Steps<boolean> {
    const {engine} = this.#statement;
    const {conflictIndex, conflictKeyLength} = engine.writer;
    const key = engine.writer.conflictKey.slice(0, conflictKeyLength);
    const error = duplicateEntry(this.#plan.table, conflictIndex, this.#row.values);
    const {ignore, replace} = this.#ast;
    if (!ignore && !replace && this.#assigner === undefined) {
      if (!this.#mayRetryGenerated(conflictIndex, tries)) throw error;
      if (conflictIndex > 0) throw error;
      this.#row.discardGenerated();
      return false;
    }
    if (savepoint >= 0) yield* expectRow(() => engine.rollbackTo(savepoint));
    if (replace) return yield* this.#deleteOther(key);
    if (this.#assigner !== undefined) return yield* this.#updateOther(key, this.#assigner);
    this.#duplicates++;
    this.#target.warning('Warning', error.errno, error.message);
    return true;
  }

  /** A value that was generated is in the table already: somebody has stored it explicitly. */
  #mayRetryGenerated(conflictIndex: number, tries: number): boolean {
    const first = this.#plan.table.indexes[conflictIndex].parts[0].column;
    return this.#row.isGenerated && first === this.#plan.autoColumn && tries < GENERATED_RETRIES_MAX;
  }

  /** REPLACE: the other row goes. */
  *#deleteOther(key: Uint8Array): Steps<boolean> {
    const result = yield* this.#foreignKeys?.remove(this.#store, key, key.length) ??
      until(() => this.#store.remove(key, key.length));
    if (result === ROW) this.#affected++;
    else if (result !== DONE) throw engineError(result);
    this.#duplicates++;
    return false;
  }

  /** ON DUPLICATE KEY UPDATE. */
  *#updateOther(key: Uint8Array, assigner: Assigner): Steps<boolean> {
    const {state} = this.#statement;
    // The row may have gone meanwhile: then the insert is tried again.
    if (!(yield* this.#readOther(key))) return false;
    this.#exposeNewRow();
    this.#duplicates++;
    const idBefore = state.lastInsertId;
    const hasChanged = assigner.assign(this.#context, this.#target);
    if (state.lastInsertId !== idBefore) this.#lastExplicit = state.lastInsertId;
    if (!hasChanged || !assigner.complete(this.#context, this.#target)) return true;
    const savepoint = this.#needsSavepoint ? this.#statement.engine.savepoint() : -1;
    const values = [...this.#old];
    for (const [i, column] of assigner.columns.entries()) values[column] = assigner.values[i];
    if (!this.#isInView(values)) return true;
    yield* this.#changeOther(key, assigner, values);
    try {
      yield* this.#foreignKeys?.afterUpdate(this.#old, values) ?? [];
      this.#affected += 2;
    } catch (error) {
      yield* this.#passOver(error, savepoint);
    }
    return true;
  }

  /** Writes the other row; with another primary key it is deleted and inserted. */
  *#changeOther(key: Uint8Array, assigner: Assigner, values: readonly Value[]): Steps<void> {
    const {table} = this.#plan;
    const {engine, state} = this.#statement;
    const store = this.#store;
    let result: number;
    if (touchesPrimaryKey(table.indexes[0].parts, assigner.columns)) {
      result = yield* until(() => store.remove(key, key.length));
      if (result !== ROW) throw engineError(result);
      result = yield* until(() => store.insert(values, state.timeZone));
    } else {
      const {columns, values: fresh} = assigner;
      result = yield* until(() => store.update(key, key.length, columns, fresh, state.timeZone));
    }
    // The change of the other row has met a third one.
    if (result === DUPLICATE) throw duplicateEntry(table, engine.writer.conflictIndex, values);
    if (result !== ROW && result !== DONE) throw engineError(result);
  }

  /** The other row, by column. */
  #old: readonly Value[] = [];

  /** Locks the row and puts it into the registers of the old row. False: it is gone. */
  *#readOther(key: Uint8Array): Steps<boolean> {
    const {engine} = this.#statement;
    const {table, oldRow} = this.#plan;
    const {rowLayout, handle} = table;
    const read = (this.#oldRead ??= engine.newPointRead());
    let result: number;
    while ((result = read.get(handle, key, key.length, LockMode.exclusive, LockWait.wait)) === BLOCKED) yield;
    if (result === DONE) return false;
    if (result !== ROW) throw engineError(result);
    const old = yield* readRow(this.#statement, rowLayout, read);
    this.#old = old;
    for (const [c, register] of oldRow.registers.entries())
      if (register >= 0) this.#context.registers[register] = old[c];
    return true;
  }

  /** The values of the new row, for VALUES(column) and the row alias. */
  #exposeNewRow(): void {
    const {rowExpressions, aliasRow} = this.#plan;
    const {values} = this.#row;
    for (let c = 0; c < values.length; c++) {
      rowExpressions.set(c, values[c], this.#context);
      const register = aliasRow?.registers[c] ?? -1;
      if (register >= 0) this.#context.registers[register] = values[c];
    }
  }
}

/** True when a changed column is part of the primary key. */
export function touchesPrimaryKey(parts: readonly {readonly column: number}[], columns: readonly number[]): boolean {
  return parts.some(part => columns.includes(part.column));
}

/** The rows of VALUES. */
export class ValuesSupply implements RowSupply {
  readonly #rows: ValueRows;
  #next = 0;

  constructor(rows: ValueRows) {
    this.#rows = rows;
  }

  rowsLeft(): number {
    return this.#rows.count - this.#next + 1;
  }

  next(row: NewRow): number {
    if (this.#next === this.#rows.count) return DONE;
    row.takeBound(this.#rows.at(this.#next++));
    return ROW;
  }
}

/** Rows that have been collected from a query. */
export class CollectedSupply implements RowSupply {
  readonly #rows: readonly (readonly Value[])[];
  readonly #types: readonly SqlType[];
  #next = 0;

  constructor(rows: readonly (readonly Value[])[], types: readonly SqlType[]) {
    this.#rows = rows;
    this.#types = types;
  }

  rowsLeft(): number {
    return this.#rows.length - this.#next + 1;
  }

  next(row: NewRow): number {
    if (this.#next === this.#rows.length) return DONE;
    row.takeValues(this.#rows[this.#next++], this.#types);
    return ROW;
  }
}

/** Plans an INSERT or REPLACE whose tables have been loaded. */
export function planInsertBody(context: StatementContext, catalog: StatementCatalog, given: Insert): StatementBody {
  if (given.partitions.length > 0) throw new SqlError('ER_NOT_SUPPORTED_YET', 'partitioning');
  const through = insertThrough(context, catalog, given);
  const ast = through?.ast ?? given;
  const table = through?.table ?? namedTable(context, catalog, ast);
  const environment = bindEnvironment(context, catalog);
  const rules: InsertRules = {foreignKeys: ForeignKeys.of(context, catalog, table), check: through?.check};
  if (ast.source.kind === 'query')
    return new StepsBody(inner => insertQuery(inner, ast, ast.source as InsertQuery, table, rules));
  if (valuesMayWait(ast)) return new StepsBody(inner => insertComputed(inner, ast, table, rules));
  const plan = planInsert(ast, table, environment, -1);
  const rows = plan.rows as ValueRows;
  const mayMeetOthers = ast.ignore || ast.replace || plan.onDuplicate.length > 0;
  const isPlain = !mayMeetOthers && rules.foreignKeys === undefined && rules.check === undefined;
  if (isPlain) return new PlainInsert(context, plan, rows);
  return new StepsBody(inner => new InsertRun(inner, plan, ast, rows.count > 1, rules).run(new ValuesSupply(rows)));
}

/** The table that the statement names, when the account may do to it what the statement does. */
function namedTable(context: StatementContext, catalog: StatementCatalog, ast: Insert): TableDefinition {
  const table = targetTable(
    context,
    catalog,
    ast.table,
    ast.columns?.map(column => column.name),
  );
  if (ast.replace) needTable(context, Privilege.delete, 'DELETE', table.schema, table.name);
  if (ast.onDuplicate.length > 0) {
    const assigned = ast.onDuplicate.map(({column}) => column.name);
    needColumns(context, Privilege.update, 'UPDATE', table, assigned);
  }
  return table;
}

/** VALUES with what may wait: bound anew each time, when its values are known. */
function* insertComputed(
  outer: StatementContext,
  given: Insert,
  table: TableDefinition,
  rules: InsertRules,
): Steps<Outcome> {
  const {ast, context} = yield* withoutWaits(outer, given);
  const plan = planInsert(ast, table, bindEnvironment(context, new StatementCatalog(context)), -1);
  const rows = plan.rows as ValueRows;
  return yield* new InsertRun(context, plan, ast, rows.count > 1, rules).run(new ValuesSupply(rows));
}

/** All rows are collected first: the query may read the table that is being written. */
function* insertQuery(
  context: StatementContext,
  ast: Insert,
  source: InsertQuery,
  table: TableDefinition,
  rules: InsertRules,
): Steps<Outcome> {
  const {rows, columns} = yield* collectRows(context, source.query);
  const environment = bindEnvironment(context, new StatementCatalog(context));
  const plan = planInsert(ast, table, environment, columns.length);
  const types = columns.map(column => column.type);
  return yield* new InsertRun(context, plan, ast, true, rules).run(new CollectedSupply(rows, types));
}
