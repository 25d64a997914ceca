// From bound queries to physical plans.

import type {BoundQuery, BoundSetOperation, BoundValues, OrderKey} from '../bind/bound-query.ts';
import type {Expression} from '../bind/expression.ts';
import {Constant} from '../bind/leaf.ts';
import {registersRead} from './dependencies.ts';
import {Estimator, type KnownValues} from './estimate.ts';
import type {BranchPlan, PlanNode} from './physical.ts';
import {planSelect} from './plan-select.ts';
import {lifted} from './shape.ts';
import {SourcePlanner} from './source-plan.ts';
import {Cost, type PlanStatistics} from './statistics.ts';

/** Plans the queries of one statement. */
export class QueryPlanner {
  readonly estimator: Estimator;
  /** collation_connection, for comparisons that the planner makes. */
  readonly connection: number;
  readonly sources: SourcePlanner;
  readonly #plans: Map<BoundQuery, BranchPlan> = new Map();

  /** `known`: what estimates may look at. */
  constructor(statistics: PlanStatistics, connection: number, known?: KnownValues) {
    this.estimator = new Estimator(statistics, known);
    this.connection = connection;
    this.sources = new SourcePlanner(this);
  }

  /** The plan of a query and the expressions of its output columns; the same one whenever it is asked for. */
  plan(query: BoundQuery): BranchPlan {
    let made = this.#plans.get(query);
    if (made === undefined) {
      made = this.#make(query);
      this.#plans.set(query, made);
    }
    return made;
  }

  #make(query: BoundQuery): BranchPlan {
    const outputs = query.outputs.map(o => o.expression);
    switch (query.kind) {
      case 'select':
        return planSelect(query, this);
      case 'set':
        return {plan: orderedAndLimited(this.#setOperation(query), query, query.targets), outputs};
      default:
        return {plan: orderedAndLimited(values(query), query, query.targets), outputs};
    }
  }

  #setOperation(query: BoundSetOperation): PlanNode {
    const branches = query.branches.map((branch, i) => this.#branch(branch, query.branchOutputs[i]));
    if (query.operator === 'union') return union(branches, query);
    const [left, right] = branches;
    return {
      kind: 'setOperation',
      operator: query.operator,
      all: query.all,
      left,
      right,
      targets: query.targets,
      types: query.types,
      rows: left.plan.rows / 2,
      cost: left.plan.cost + right.plan.cost + (left.plan.rows + right.plan.rows) * Cost.hashRow,
    };
  }

  #branch(query: BoundQuery, outputs: readonly Expression[]): BranchPlan {
    return {plan: this.plan(query).plan, outputs};
  }
}

function union(branches: readonly BranchPlan[], query: BoundSetOperation): PlanNode {
  const rows = branches.reduce((n, b) => n + b.plan.rows, 0);
  const cost = branches.reduce((n, b) => n + b.plan.cost, 0);
  const concat: PlanNode = {kind: 'concat', branches, targets: query.targets, rows, cost};
  if (query.all || branches.length === 1) return concat;
  const outputs = query.outputs.map(o => o.expression);
  return {kind: 'distinct', child: concat, values: outputs, rows, cost: cost + rows * Cost.hashRow};
}

function values(query: BoundValues): PlanNode {
  return {
    kind: 'values',
    rowsOf: query.rows,
    targets: query.targets,
    rows: query.rows.length,
    cost: query.rows.length * Cost.storedRow,
  };
}

function orderedAndLimited(node: PlanNode, query: BoundSetOperation | BoundValues, carried: Int32Array): PlanNode {
  const sorted = query.orderBy.length === 0 ? node : sorting(node, query.orderBy, carried, query.limit, query.offset);
  return limited(sorted, query.limit, query.offset, false);
}

/** A sort, or a heap of the first rows when there is a LIMIT. */
export function sorting(
  child: PlanNode,
  keys: readonly OrderKey[],
  carried: Int32Array,
  limit: Expression | undefined,
  offset: Expression | undefined,
): PlanNode {
  const input = lifted(
    child,
    keys.map(k => k.expression),
  );
  const {rows} = child;
  const cost = input.cost + rows * Math.log2(rows + 2) * Cost.sortRow;
  if (limit === undefined || (constantLimit(limit) ?? 0) + (constantLimit(offset) ?? 0) > TOP_N_MAX) {
    return {kind: 'sort', child: input, keys, carried, rows, cost};
  }
  return {kind: 'topN', child: input, keys, carried, limit, offset, rows, cost: input.cost + rows * Cost.sortRow};
}

/** A heap of more rows than this is slower than a sort. */
const TOP_N_MAX = 100_000;

/** The value of a LIMIT that is known. */
export function constantLimit(e: Expression | undefined): number | undefined {
  return e instanceof Constant ? Number(e.value) : undefined;
}

export function limited(
  child: PlanNode,
  limit: Expression | undefined,
  offset: Expression | undefined,
  countAll: boolean,
): PlanNode {
  if (limit === undefined && offset === undefined) return child;
  const rows = Math.min(child.rows, constantLimit(limit) ?? child.rows);
  return {kind: 'limit', child, limit, offset, countAll, rows, cost: child.cost};
}

/** The registers among `produced` that these expressions read. */
export function carriedFor(
  expressions: Iterable<Expression>,
  stage: {readonly aggregated: boolean; readonly windowed: boolean},
  produced: ReadonlySet<number>,
): Int32Array {
  const read = registersRead(expressions, stage);
  return Int32Array.from([...read].filter(r => produced.has(r)));
}
