// Plans of sources that are no base tables: derived tables, common tables, recursion, virtual tables, table functions. Each store is planned
// once, however many sources read it.

import type {CommonTable, Recursion} from '../bind/bound-query.ts';
import type {Source} from '../bind/source.ts';
import type {PlanNode} from './physical.ts';
import type {QueryPlanner} from './plan-query.ts';
import {Cost} from './statistics.ts';
import type {StorePlan} from './store-plan.ts';

/** Rows assumed for a virtual table, and for one value's worth of a table function. */
const VIRTUAL_ROWS = 100;
const FUNCTION_ROWS = 10;
/** How much a recursion is assumed to grow beyond its seed. */
const RECURSION_GROWTH = 10;

export class SourcePlanner {
  readonly #queries: QueryPlanner;
  readonly #derived: Map<Source, StorePlan> = new Map();
  readonly #common: Map<CommonTable, StorePlan> = new Map();

  constructor(queries: QueryPlanner) {
    this.#queries = queries;
  }

  /** True when the rows depend on rows of siblings: the source cannot be read by itself. */
  isLateral({origin}: Source): boolean {
    return origin.kind === 'function' || (origin.kind === 'derived' && origin.lateral);
  }

  plan(source: Source): PlanNode {
    const {origin} = source;
    switch (origin.kind) {
      case 'derived':
        return scanOf('store', source, this.#derivedStore(source, origin.query));
      case 'common':
        return scanOf('store', source, this.#commonStore(origin.common));
      case 'recursion':
        return scanOf('recursion', source, this.#commonStore(origin.common));
      case 'virtual':
        return {kind: 'virtual', source, rows: VIRTUAL_ROWS, cost: VIRTUAL_ROWS * Cost.storedRow};
      default:
        return {kind: 'function', source, rows: FUNCTION_ROWS, cost: FUNCTION_ROWS * Cost.storedRow};
    }
  }

  #derivedStore(source: Source, query: Parameters<QueryPlanner['plan']>[0]): StorePlan {
    const known = this.#derived.get(source);
    if (known !== undefined) return known;
    const store = this.#queryStore(source.alias, query);
    this.#derived.set(source, store);
    return store;
  }

  #queryStore(name: string, query: Parameters<QueryPlanner['plan']>[0]): StorePlan {
    const {plan, outputs} = this.#queries.plan(query);
    return {
      name,
      width: outputs.length,
      isCorrelated: query.outer.size > 0,
      rows: plan.rows,
      cost: plan.cost,
      fill: {kind: 'query', plan, outputs},
    };
  }

  #commonStore(common: CommonTable): StorePlan {
    const known = this.#common.get(common);
    if (known !== undefined) return known;
    if (common.recursion !== undefined) return this.#recursionStore(common, common.recursion);
    if (common.query === undefined) throw new RangeError(`common table ${common.name} is being bound`);
    const store = this.#queryStore(common.name, common.query);
    this.#common.set(common, store);
    return store;
  }

  #recursionStore(common: CommonTable, recursion: Recursion): StorePlan {
    const {seed, seedOutputs, recursive, recursiveOutputs, targets, types, isDistinct} = recursion;
    const {plan: seedPlan} = this.#queries.plan(seed);
    const store: StorePlan = {
      name: common.name,
      width: types.length,
      isCorrelated: seed.outer.size > 0 || recursive.outer.size > 0,
      rows: seedPlan.rows * RECURSION_GROWTH,
      cost: seedPlan.cost * RECURSION_GROWTH,
      fill: {kind: 'pending'},
    };
    this.#common.set(common, store);
    const {plan: recursivePlan} = this.#queries.plan(recursive);
    store.fill = {
      kind: 'recursion',
      seed: seedPlan,
      seedOutputs,
      recursive: recursivePlan,
      recursiveOutputs,
      types,
      targets,
      isDistinct,
    };
    return store;
  }
}

function scanOf(kind: 'store' | 'recursion', source: Source, store: StorePlan): PlanNode {
  return {kind, source, store, rows: store.rows, cost: store.cost + store.rows * Cost.storedRow};
}
