// Finds the rows that an UPDATE or DELETE is about: a query over the tables of the statement whose targets are locked, run for the
// registers of its rows instead of for a result set.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, LockMode, LockWait, ROW} from '../../engine/api.ts';
import {encodeKey} from '../../format/key/encode-key.ts';
import {KEY_BYTES_MAX} from '../../format/key/key-layout.ts';
import type {Value} from '../../format/value/types.ts';
import {bindWith} from '../bind/bind-common.ts';
import {bindSelect} from '../bind/bind-select.ts';
import {type BindEnvironment, Binder} from '../bind/binder.ts';
import type {BoundSelect} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import type {ColumnRef} from '../bind/leaf.ts';
import {isNamed, type NamedColumn, Scope} from '../bind/scope.ts';
import type {MergedView, Source} from '../bind/source.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import type {ExecContext, RowSource} from '../exec/contract.ts';
import type {Epoch} from '../exec/epoch.ts';
import {MemoryBudget} from '../exec/memory-budget.ts';
import type {LimitValue, OrderItem, Query, Select, TableReference, WithClause} from '../parse/ast.ts';
import type {Expression as Ast, TableName} from '../parse/ast-expression.ts';
import {OperatorBuilder} from '../plan/build.ts';
import type {PlanNode} from '../plan/physical.ts';
import {QueryPlanner} from '../plan/plan-query.ts';
import type {PlanStatistics} from '../plan/statistics.ts';
import {EMPTY_SELECT} from './evaluate.ts';
import {baseColumn} from './view-target.ts';

/** The clauses of UPDATE and DELETE that say which rows. */
export interface SearchClauses {
  readonly with: WithClause | null;
  readonly from: readonly TableReference[];
  readonly where: Ast | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: LimitValue | null;
}

/** A search whose tables are bound: assignments can be bound in its scope before it is planned. */
export class BoundSearch {
  readonly binder: Binder;
  readonly scope: Scope;
  readonly #select: BoundSelect;

  constructor(clauses: SearchClauses, environment: BindEnvironment) {
    this.binder = new Binder(environment);
    this.scope = new Scope(this.binder, undefined);
    bindWith(clauses.with, this.scope);
    this.#select = bindSelect(selectOf(clauses), queryOf(clauses), this.scope);
  }

  /** The table of a source that is to be changed: its rows will be locked. 1288 when it is no base table. */
  target(source: Source, statement: string): TableDefinition {
    if (source.origin.kind !== 'table') throw new SqlError('ER_NON_UPDATABLE_TABLE', source.alias, statement);
    source.lock = {mode: LockMode.exclusive, wait: LockWait.wait};
    return source.origin.table;
  }

  /** The source whose column an assignment to a name changes, and the view through which it does. 1348 when it is no column of a table. */
  assigned({source, column}: NamedColumn): {
    readonly ref: ColumnRef | undefined;
    readonly view: MergedView | undefined;
  } {
    const view = viewOf(source);
    return {ref: view === undefined ? undefined : baseColumn(source, column), view};
  }

  /** The table that rows of a source are deleted from; 1395 for a view that joins tables. */
  deleted(source: Source): {readonly source: Source; readonly view: MergedView | undefined} {
    const view = viewOf(source);
    if (view === undefined) return {source, view};
    if (view.tables.length > 1) throw new SqlError('ER_VIEW_DELETE_MERGE_VIEW', view.schema, view.name);
    return {source: view.tables[0], view};
  }

  /** The source that a name in the statement means; 1109 when there is none. */
  named(name: TableName, clause: string): Source {
    const found = this.scope.namespace.sources.find(source => isNamed(source, name.schema, name.name));
    if (found === undefined) throw new SqlError('ER_UNKNOWN_TABLE', name.name, clause);
    return found;
  }

  /** Plans the search so that everything these expressions read is in registers. */
  plan(needed: readonly Expression[], statistics: PlanStatistics): Search {
    const {binder} = this;
    const outputs = needed.map(expression => ({name: '', expression, origin: undefined}));
    const bound: BoundSelect = {...this.#select, outputs};
    const planner = new QueryPlanner(statistics, binder.environment.session.collationConnection);
    const {plan} = planner.plan(bound);
    const budget = new MemoryBudget();
    const builder = new OperatorBuilder({planner, budget, epoch: binder.epoch});
    return new Search(builder.build(plan), plan, planner, binder, budget);
  }
}

function viewOf({origin}: Source): MergedView | undefined {
  return origin.kind === 'merged' ? origin.view : undefined;
}

function selectOf(clauses: SearchClauses): Select {
  const one = {kind: 'integer', at: 0, value: 1} as const;
  const item = {kind: 'item', at: 0, expression: one, alias: null, text: '1'} as const;
  return {...EMPTY_SELECT, items: [item], from: clauses.from, where: clauses.where};
}

function queryOf(clauses: SearchClauses): Query {
  return {
    kind: 'query',
    at: 0,
    with: null,
    body: EMPTY_SELECT,
    orderBy: clauses.orderBy,
    limit: clauses.limit === null ? null : {count: clauses.limit, offset: null},
    locking: [],
    into: null,
  };
}

/** A planned search; one execution at a time. */
export class Search {
  /** For EXPLAIN. */
  readonly root: PlanNode;
  readonly planner: QueryPlanner;
  readonly #source: RowSource;
  readonly registerCount: number;
  readonly #epoch: Epoch;
  readonly #budget: MemoryBudget;

  constructor(source: RowSource, root: PlanNode, planner: QueryPlanner, binder: Binder, budget: MemoryBudget) {
    this.#source = source;
    this.root = root;
    this.planner = planner;
    this.registerCount = binder.registers.count;
    this.#epoch = binder.epoch;
    this.#budget = budget;
  }

  open(context: ExecContext): void {
    while (context.registers.length < this.registerCount) context.registers.push(null);
    this.#epoch.advance();
    this.#budget.reset();
    this.#source.open(context);
  }

  /** ROW: the next row is in the registers; DONE; BLOCKED. Throws for the engine's other results. */
  next(context: ExecContext): number {
    const result = this.#source.next(context);
    if (result !== ROW && result !== DONE && result !== BLOCKED) throw engineError(result);
    return result;
  }

  close(context: ExecContext): void {
    this.#source.close(context);
  }
}

/** Makes the primary key of a target's row from its registers. */
export class TargetKey {
  readonly #table: TableDefinition;
  readonly #registers: readonly number[];
  readonly #values: Value[];
  readonly bytes: Uint8Array = new Uint8Array(KEY_BYTES_MAX + 64);
  length = 0;
  /** The key columns: they must be in registers. */
  readonly needed: readonly Expression[];

  constructor(table: TableDefinition, source: Source) {
    this.#table = table;
    const {parts} = table.indexes[0];
    this.needed = parts.map(part => source.ref(part.column));
    this.#registers = parts.map(part => source.registers[part.column]);
    this.#values = parts.map(() => null);
  }

  /** False: there is no row (the inner side of an outer join). */
  make(context: ExecContext): boolean {
    for (let i = 0; i < this.#values.length; i++) {
      const value = context.registers[this.#registers[i]];
      if (value === null) return false;
      this.#values[i] = value;
    }
    const layout = this.#table.indexes[0].keyLayout;
    this.length = encodeKey(layout, this.#values, this.bytes, 0, context.session.timeZone);
    return true;
  }

  /** The key as text, one character per byte: to know rows that have been seen. */
  text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.length).toString('latin1');
  }

  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
