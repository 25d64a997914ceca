// UPDATE, of one table or several.
//
// A row that changes an index may meet the search again further on ("Halloween"), so changes that touch any index, and all changes of
// joins, are made after the search has ended; others on the way. Assignments see what earlier ones of the same row have stored. A row
// that would not change is matched but not written.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, DUPLICATE, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import type {MergedView, Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {Privilege} from '../catalog/privileges.ts';
import {expectRow, pauseAt, type Steps} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {MemoryBudget} from '../exec/memory-budget.ts';
import {PollClock} from '../exec/poll-clock.ts';
import {sizeOf} from '../exec/registers.ts';
import type {Update} from '../parse/ast.ts';
import {needColumns} from './access.ts';
import {Assigner, type BoundAssignment, bindAssignment} from './assignments.ts';
import {ColumnTarget} from './column-target.ts';
import {duplicateEntry} from './duplicate-key.ts';
import {ForeignKeys, isForeignKeyError} from './foreign-keys.ts';
import {touchesPrimaryKey} from './insert.ts';
import {expressionsOver} from './insert-plan.ts';
import {PointUpdate} from './point-update.ts';
import {bindEnvironment} from './query.ts';
import {RowStore} from './row-store.ts';
import {BoundSearch, type Search, type SearchClauses, TargetKey} from './search.ts';
import {type StatementBody, StepsBody} from './statement-body.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {checkViewRights, ViewCheck} from './view-target.ts';

export function updateClauses(ast: Update): SearchClauses {
  return {with: ast.with, from: ast.tables, where: ast.where, orderBy: ast.orderBy, limit: ast.limit};
}

/** Plans an UPDATE whose tables have been loaded. */
export function planUpdateBody(context: StatementContext, catalog: StatementCatalog, ast: Update): StatementBody {
  const plan = planUpdate(context, catalog, ast);
  const point = pointUpdate(context, plan, ast);
  if (point !== undefined) return point;
  return new StepsBody(inner => {
    const {engine, state, exec} = inner;
    return new UpdateRun(inner, plan, ast.ignore).run({
      registers: [],
      parameters: exec.parameters,
      engine,
      session: state,
    });
  });
}

/** The plan of an UPDATE that finds its row by the whole primary key and leaves that and all unique keys as they are. */
function pointUpdate(context: StatementContext, plan: UpdatePlan, ast: Update): StatementBody | undefined {
  const {root} = plan.search;
  const [target] = plan.targets;
  const {table, assigner, foreignKeys} = target;
  if (plan.targets.length > 1 || ast.tables.length > 1 || ast.tables[0].kind !== 'baseTable') return undefined;
  if (ast.ignore || foreignKeys !== undefined || target.check !== undefined || changesUniqueKey(target))
    return undefined;
  if (root.kind !== 'scan' || root.access.kind !== 'point') return undefined;
  return new PointUpdate(context, {
    table,
    assigner,
    source: root.source,
    values: root.access.pointValues,
    registerCount: plan.search.registerCount,
  });
}

/** One table that an UPDATE changes. */
export interface UpdateTarget {
  readonly table: TableDefinition;
  readonly key: TargetKey;
  readonly assigner: Assigner;
  /** The primary key changes: rows are deleted and inserted. */
  readonly movesRow: boolean;
  /** By column, the registers of the whole row, where it is needed: it moves, or foreign keys look at it. */
  readonly wholeRow: Int32Array | undefined;
  /** Undefined: the assigned columns are part of none. */
  readonly foreignKeys: ForeignKeys | undefined;
  /** What a view through which it is changed demands of the new rows. */
  readonly check: ViewCheck | undefined;
}

export interface UpdatePlan {
  readonly search: Search;
  readonly targets: readonly UpdateTarget[];
  /** Changes wait for the end of the search, and rows may be found more than once. */
  readonly isDeferred: boolean;
}

export function planUpdate(context: StatementContext, catalog: StatementCatalog, ast: Update): UpdatePlan {
  const bound = new BoundSearch(updateClauses(ast), bindEnvironment(context, catalog));
  const bySource = bindBySource(bound, ast);
  checkAccess(context, catalog, bySource, ast);
  const needed: Expression[] = [];
  const targets = [...bySource].map(([source, {assignments, view}]) => {
    const table = bound.target(source, 'UPDATE');
    const expressions = expressionsOver(table, source, bound.scope);
    const assigner = new Assigner(table, source, assignments, expressions);
    const key = new TargetKey(table, source);
    const movesRow = touchesPrimaryKey(table.indexes[0].parts, assigner.columns);
    needed.push(...key.needed, ...assignments.map(assignment => assignment.value));
    const related = ForeignKeys.of(context, catalog, table);
    const foreignKeys = related?.concerns(assigner.columns) === true ? related : undefined;
    const needsRow = movesRow || foreignKeys !== undefined;
    for (const column of columnsToRead(table, assigner, expressions !== undefined || needsRow))
      needed.push(source.ref(column));
    const check = ViewCheck.of(view, source, bound.binder.registers.count);
    needed.push(...(check?.conditions ?? []));
    return {table, key, assigner, movesRow, wholeRow: needsRow ? source.registers : undefined, foreignKeys, check};
  });
  const isDeferred =
    targets.length > 1 ||
    ast.tables.length > 1 ||
    targets.some(target => changesIndex(target)) ||
    ast.tables[0].kind !== 'baseTable';
  return {search: bound.plan(needed, context.statistics.for(context.engine)), targets, isDeferred};
}

/** The changed tables need UPDATE, and everything that is read SELECT. */
function checkAccess(
  context: StatementContext,
  catalog: StatementCatalog,
  bySource: ReadonlyMap<Source, SourceChanges>,
  ast: Update,
): void {
  const isBlind =
    ast.where === null && ast.orderBy.length === 0 && ast.assignments.every(({value}) => !namesColumn(value));
  const unread: Pick<TableDefinition, 'schema' | 'name'>[] = [];
  for (const [{origin}, {assignments, view}] of bySource) {
    if (origin.kind !== 'table') continue;
    if (view !== undefined) {
      checkViewRights(context, catalog, view, origin.table, Privilege.update, 'UPDATE');
      if (isBlind) unread.push(view);
      continue;
    }
    const assigned = assignments.map(({column}) => origin.table.columns[column].name);
    needColumns(context, Privilege.update, 'UPDATE', origin.table, assigned);
    if (isBlind) unread.push(origin.table);
  }
  catalog.checkReads(unread);
}

/** True when a column is named anywhere in an expression. */
function namesColumn(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  return (node as {readonly kind?: unknown}).kind === 'column' || Object.values(node).some(namesColumn);
}

function columnsToRead(table: TableDefinition, assigner: Assigner, all: boolean): readonly number[] {
  return all ? [...table.columns.keys()] : assigner.columns;
}

function changesUniqueKey({table, assigner}: UpdateTarget): boolean {
  return table.indexes.some(index => index.kind !== 'index' && touchesPrimaryKey(index.parts, assigner.columns));
}

function changesIndex({table, assigner}: UpdateTarget): boolean {
  return table.indexes.some(index => touchesPrimaryKey(index.parts, assigner.columns));
}

/** The assignments to the columns of one table. */
interface SourceChanges {
  readonly assignments: BoundAssignment[];
  /** The view that the statement names in the place of the table. */
  readonly view: MergedView | undefined;
}

/** The assignments by the source they change, in the order written. */
function bindBySource(bound: BoundSearch, ast: Update): Map<Source, SourceChanges> {
  const bySource = new Map<Source, SourceChanges>();
  for (const {column: name, value} of ast.assignments) {
    const found = bound.scope.column(name);
    if (found === undefined) throw new SqlError('ER_BAD_FIELD', name.name, 'field list');
    const {ref, view} = bound.assigned(found);
    const {source, column} = ref ?? found;
    const table = bound.target(source, 'UPDATE');
    const assignment = bindAssignment(column, value, table, bound.scope);
    const changes = bySource.get(source) ?? {assignments: [], view};
    changes.assignments.push(assignment);
    bySource.set(source, changes);
  }
  const views = [...bySource.values()].flatMap(({view}) => view ?? []);
  const twice = views.find((view, i) => views.indexOf(view) < i);
  if (twice !== undefined) throw new SqlError('ER_VIEW_MULTIUPDATE', twice.schema, twice.name);
  return bySource;
}

/** A change that waits for the end of the search. */
interface Change {
  readonly target: UpdateTarget;
  readonly key: Uint8Array;
  readonly values: readonly Value[];
  /** The whole row before and after, where it is needed. */
  readonly before: readonly Value[] | undefined;
  readonly after: readonly Value[] | undefined;
}

class UpdateRun {
  readonly #statement: StatementContext;
  readonly #plan: UpdatePlan;
  readonly #target: ColumnTarget;
  readonly #stores: Map<UpdateTarget, RowStore> = new Map();
  readonly #seen: Set<string> = new Set();
  readonly #changes: Change[] = [];
  readonly #budget: MemoryBudget = new MemoryBudget();
  readonly #clock: PollClock = new PollClock();
  #matched = 0;
  #changed = 0;

  constructor(statement: StatementContext, plan: UpdatePlan, ignore: boolean) {
    this.#statement = statement;
    this.#plan = plan;
    this.#target = new ColumnTarget(statement.state);
    this.#target.ignore = ignore;
    for (const target of plan.targets) {
      this.#stores.set(target, new RowStore(statement.engine, target.table, statement.world.pageSize));
    }
  }

  *run(context: ExecContext): Steps<Outcome> {
    const {search} = this.#plan;
    const {state} = this.#statement;
    const idBefore = state.lastInsertId;
    search.open(context);
    try {
      let result: number;
      while ((result = search.next(context)) !== DONE) {
        if (result === BLOCKED) {
          yield;
          continue;
        }
        yield* this.#visit(context);
        const tick = this.#clock.tick(context);
        if (tick !== ROW) yield* pauseAt(tick);
      }
    } finally {
      search.close(context);
    }
    for (const change of this.#changes) {
      const tick = this.#clock.tick(context);
      if (tick !== ROW) yield* pauseAt(tick);
      yield* this.#apply(change);
    }
    const {warningCount} = state.diagnostics;
    const info = `Rows matched: ${this.#matched}  Changed: ${this.#changed}  Warnings: ${warningCount}`;
    const affected = state.countsFoundRows ? this.#matched : this.#changed;
    return changed(affected, info, state.lastInsertId === idBefore ? 0 : state.lastInsertId);
  }

  /** The row in the registers. */
  *#visit(context: ExecContext): Steps<void> {
    for (const [i, target] of this.#plan.targets.entries()) {
      const {key, assigner, wholeRow} = target;
      if (!key.make(context) || !this.#isNew(i, key)) continue;
      this.#matched++;
      this.#target.row = this.#matched;
      const old = wholeRow === undefined ? undefined : Array.from(wholeRow, register => context.registers[register]);
      if (!assigner.assign(context, this.#target) || !assigner.complete(context, this.#target)) continue;
      if (target.check !== undefined && !this.#meets(target.check, context)) continue;
      const after = old && withChanges(old, assigner);
      const change = {target, key: key.copy(), values: [...assigner.values], before: old, after};
      if (this.#plan.isDeferred) this.#defer(change);
      else yield* this.#apply(change);
    }
  }

  /** The new row in the registers is one of the view. With IGNORE one that is not stays as it was, with a warning. */
  #meets(check: ViewCheck, context: ExecContext): boolean {
    const fault = check.fault(context);
    if (fault === undefined) return true;
    if (!this.#target.ignore) throw fault;
    this.#target.warning('Warning', fault.errno, fault.message);
    return false;
  }

  /** A join may find a row several times; it is changed once. */
  #isNew(target: number, key: TargetKey): boolean {
    if (!this.#plan.isDeferred) return true;
    const text = `${target}:${key.text()}`;
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    return true;
  }

  #defer(change: Change): void {
    this.#budget.take(change.values.reduce<number>((bytes, value) => bytes + sizeOf(value), 96 + change.key.length));
    this.#changes.push(change);
  }

  *#apply(change: Change): Steps<void> {
    const {engine} = this.#statement;
    const {ignore} = this.#target;
    const savepoint = ignore ? engine.savepoint() : -1;
    const error = yield* this.#change(change);
    if (error === undefined) return;
    if (!ignore) throw error;
    yield* expectRow(() => engine.rollbackTo(savepoint));
    this.#target.warning('Warning', error.errno, error.message);
  }

  /** Writes a change; answers the error that IGNORE turns into a warning, if there is one. */
  *#change(change: Change): Steps<SqlError | undefined> {
    const result = yield* this.#write(change);
    if (result === DONE) return undefined;
    if (result === DUPLICATE) return this.#duplicate(change);
    if (result !== ROW) throw engineError(result);
    const {before, after, target} = change;
    try {
      if (before !== undefined && after !== undefined) yield* target.foreignKeys?.afterUpdate(before, after) ?? [];
    } catch (error) {
      if (!isForeignKeyError(error)) throw error;
      return error;
    }
    this.#changed++;
    return undefined;
  }

  *#write({target, key, values, after}: Change): Steps<number> {
    const store = this.#stores.get(target) as RowStore;
    const {timeZone} = this.#statement.state;
    let result: number;
    if (after === undefined || !target.movesRow) {
      while ((result = store.update(key, key.length, target.assigner.columns, values, timeZone)) === BLOCKED) yield;
      return result;
    }
    while ((result = store.remove(key, key.length)) === BLOCKED) yield;
    if (result !== ROW) return result;
    while ((result = store.insert(after, timeZone)) === BLOCKED) yield;
    return result;
  }

  #duplicate({target, values, after}: Change): SqlError {
    const {conflictIndex} = this.#statement.engine.writer;
    const row: Value[] = after === undefined ? target.table.columns.map(() => null) : [...after];
    for (const [i, column] of target.assigner.columns.entries()) row[column] = values[i];
    return duplicateEntry(target.table, conflictIndex, row);
  }
}

function withChanges(row: readonly Value[], assigner: Assigner): readonly Value[] {
  const result = [...row];
  for (const [i, column] of assigner.columns.entries()) result[column] = assigner.values[i];
  return result;
}
