// The way in for statements that read: bind, plan, and make an execution that can run again and again.
//
// A plan is one graph of operators and serves one execution at a time. A cache that serves several sessions keeps several plans of
// one text, and plans anew when all are busy. It must also plan anew when anything that binding looked at has changed: sql_mode, the
// current database, collation_connection, time_zone, the types of parameters and user variables, versions of tables.

import {bindQuery} from '../bind/bind-query.ts';
import {type BindEnvironment, Binder} from '../bind/binder.ts';
import type {BoundQuery} from '../bind/bound-query.ts';
import {Scope} from '../bind/scope.ts';
import {MemoryBudget} from '../exec/memory-budget.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import {type ReusableExecution, SelectExecution} from '../exec/select-execution.ts';
import type {Query} from '../parse/ast.ts';
import {type Measurements, OperatorBuilder} from './build.ts';
import {fusedExecution} from './fused.ts';
import type {PlanNode} from './physical.ts';
import {QueryPlanner} from './plan-query.ts';
import {NO_STATISTICS, type PlanStatistics} from './statistics.ts';

/** A planned query. */
export interface SelectPlan {
  readonly columns: readonly ResultColumn[];
  readonly execution: ReusableExecution;
  /** For EXPLAIN. */
  readonly root: PlanNode;
  /** The execution is a fused one: its name, for EXPLAIN and metrics. */
  readonly fused: string | undefined;
  /** Plans subqueries for EXPLAIN. */
  readonly planner: QueryPlanner;
  /** Of a plan for EXPLAIN ANALYZE: what its operators have done. */
  readonly measurements: Measurements | undefined;
}

/** Binds and plans a query. Throws SqlError. */
export function prepareSelect(
  query: Query,
  environment: BindEnvironment,
  statistics: PlanStatistics = NO_STATISTICS,
  measurements?: Measurements,
): SelectPlan {
  const binder = new Binder(environment);
  const bound = bindQuery(query, undefined, binder);
  return planBound(bound, binder, statistics, measurements);
}

/** Plans a query that has been bound. `measurements`: what runs is the plan's operators, each measured, and nothing fused. */
export function planBound(
  bound: BoundQuery,
  binder: Binder,
  statistics: PlanStatistics,
  measurements?: Measurements,
): SelectPlan {
  const columns = bound.outputs.map(resultColumn);
  const {session, parameters} = binder.environment;
  const planner = new QueryPlanner(statistics, session.collationConnection, {session, parameters});
  const {plan, outputs} = planner.plan(bound);
  const generic = (): ReusableExecution => {
    const budget = new MemoryBudget();
    const builder = new OperatorBuilder({planner, budget, epoch: binder.epoch, measurements});
    const source = builder.build(plan);
    const {counter} = builder;
    const registerCount = binder.registers.count;
    return new SelectExecution({source, outputs, columns, registerCount, epoch: binder.epoch, budget, counter});
  };
  const registerCount = binder.registers.count;
  const fused =
    measurements === undefined
      ? fusedExecution({bound, root: plan, columns, registerCount, epoch: binder.epoch, generic})
      : undefined;
  const execution = fused?.execution ?? generic();
  return {columns, execution, root: plan, fused: fused?.name, planner, measurements};
}

/** A scope for expressions that stand outside of any query: SET, DO, VALUES of an INSERT. */
export function freeScope(binder: Binder): Scope {
  return new Scope(binder, undefined);
}

function resultColumn({name, expression, origin}: BoundQuery['outputs'][number]): ResultColumn {
  return {
    name,
    type: expression.type,
    nullable: expression.nullable,
    schema: origin?.schema ?? '',
    table: origin?.table ?? '',
    orgTable: origin?.orgTable ?? '',
    orgName: origin?.orgName ?? '',
    flags: origin?.flags ?? 0,
  };
}
