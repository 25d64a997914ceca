// Makes operators of a physical plan.

import {BugError, unreachable} from '../../base/assert.ts';
import {comparisonType} from '../bind/comparison-bind.ts';
import type {Expression} from '../bind/expression.ts';
import {keyedAs} from '../bind/keyed.ts';
import {Slot} from '../bind/leaf.ts';
import type {Source} from '../bind/source.ts';
import {
  type BlockingExpression,
  ExistsSubquery,
  QuantifiedSubquery,
  ScalarSubquery,
  type SubqueryExpression,
} from '../bind/subquery.ts';
import {OrderedAggregateSource, ScalarAggregateSource} from '../exec/aggregate.ts';
import {ApplySource, type BlockingStep} from '../exec/apply.ts';
import {ComputeSource} from '../exec/compute.ts';
import type {RowSource} from '../exec/contract.ts';
import {DistinctSource} from '../exec/distinct.ts';
import type {Epoch} from '../exec/epoch.ts';
import {FilterSource, GateSource} from '../exec/filter.ts';
import {HashAggregateSource} from '../exec/hash-aggregate.ts';
import {HashJoinSource} from '../exec/hash-join.ts';
import {IndexMergeSource} from '../exec/index-merge.ts';
import {LimitSource} from '../exec/limit.ts';
import {MaterializedStore, type RowStore, StoreScanSource} from '../exec/materialize.ts';
import {MeasuredSource, Measurement} from '../exec/measured.ts';
import type {MemoryBudget} from '../exec/memory-budget.ts';
import {ExistsLoopSource, InnerLoopSource, LeftLoopSource} from '../exec/nested-loop.ts';
import {NoRowSource, OneRowSource} from '../exec/one-row.ts';
import {PollClock} from '../exec/poll-clock.ts';
import {PreludeSource} from '../exec/prelude.ts';
import {RecursionScanSource, RecursiveStore} from '../exec/recursive.ts';
import {RollupSource} from '../exec/rollup.ts';
import {RowListSource, ValuesSource} from '../exec/row-list.ts';
import {type Branch, ConcatSource, CountingSetSource} from '../exec/set-operation.ts';
import {SortSource, TopNSource} from '../exec/sort.ts';
import {ExistsStep, HashedInStep, QuantifiedStep, ScalarSubqueryStep} from '../exec/subquery.ts';
import {WindowSource} from '../exec/window.ts';
import {BlockingCall} from '../functions/blocking-call.ts';
import {mergeParts, scanSource} from './build-scan.ts';
import {producedBy} from './dependencies.ts';
import {type BranchPlan, childrenOf, type LiftedStep, type PlanNode} from './physical.ts';
import type {QueryPlanner} from './plan-query.ts';
import {registersOf} from './produced.ts';
import type {StorePlan} from './store-plan.ts';

/** What all operators of one statement share. */
export interface BuildContext {
  readonly planner: QueryPlanner;
  readonly budget: MemoryBudget;
  /** The statement's. */
  readonly epoch: Epoch;
  /** Filled with what each operator does when it runs: EXPLAIN ANALYZE. */
  readonly measurements?: Measurements | undefined;
}

export type Measurements = Map<PlanNode, Measurement>;

type Of<K extends PlanNode['kind']> = Extract<PlanNode, {kind: K}>;

export class OperatorBuilder {
  readonly #context: BuildContext;
  readonly #stores: Map<StorePlan, RowStore> = new Map();
  readonly #steps: Map<BlockingExpression, BlockingStep> = new Map();
  readonly #clock: PollClock = new PollClock();
  /** The LIMIT that counts for FOUND_ROWS. */
  counter: LimitSource | undefined;

  constructor(context: BuildContext) {
    this.#context = context;
  }

  build(node: PlanNode): RowSource {
    const source = this.#operator(node);
    const {measurements} = this.#context;
    if (measurements === undefined) return source;
    const measurement = new Measurement();
    measurements.set(node, measurement);
    return new MeasuredSource(source, measurement);
  }

  #operator(node: PlanNode): RowSource {
    const {budget} = this.#context;
    switch (node.kind) {
      case 'oneRow':
        return new OneRowSource();
      case 'noRows':
        return new NoRowSource();
      case 'scan':
        return scanSource(node.source, node.access, this.#clock);
      case 'indexMerge':
        return new IndexMergeSource(mergeParts(node, this.#clock), budget);
      case 'store':
        return new StoreScanSource(this.#store(node.store), node.source.registers, this.#clock);
      case 'recursion':
        return new RecursionScanSource(this.#store(node.store) as RecursiveStore, node.source.registers, this.#clock);
      case 'virtual':
      case 'function':
        return rowList(node.source);
      case 'values':
        return new ValuesSource(node.rowsOf, node.targets);
      case 'filter':
        return new FilterSource(this.build(node.child), node.conditions);
      case 'gate':
        return new GateSource(this.build(node.child), node.conditions);
      case 'apply':
        return new ApplySource(
          this.build(node.child),
          node.steps.map(s => ({step: this.#step(s), guard: s.guard})),
        );
      case 'prelude':
        return new PreludeSource(
          this.build(node.child),
          node.steps.map(s => this.#step(s)),
        );
      case 'compute': {
        const targets = Int32Array.from(node.values, v => v.register);
        return new ComputeSource(
          this.build(node.child),
          node.values.map(v => v.expression),
          targets,
        );
      }
      case 'loop':
        return this.#loop(node);
      case 'hashJoin':
        return this.#hashJoin(node);
      case 'aggregate':
        return this.#aggregate(node);
      case 'rollup':
        return new RollupSource({...node, child: this.build(node.child), tasks: node.calls}, budget);
      case 'window':
        return new WindowSource(this.build(node.child), node.calls, node.carried, budget);
      case 'distinct':
        return new DistinctSource(this.build(node.child), node.values, registersOf(node.child), budget);
      case 'sort':
        return new SortSource(this.build(node.child), node.keys, node.carried, budget);
      case 'topN':
        return new TopNSource(this.build(node.child), node.keys, node.carried, node.limit, node.offset, budget);
      case 'limit':
        return this.#limit(node);
      case 'concat':
        return new ConcatSource(
          node.branches.map(b => this.#branch(b)),
          node.targets,
        );
      case 'setOperation':
        return this.#setOperation(node);
      default:
        return unreachable(node);
    }
  }

  #loop(node: Of<'loop'>): RowSource {
    const outer = this.build(node.outer);
    const inner = this.build(node.inner);
    switch (node.join) {
      case 'inner':
        return new InnerLoopSource(outer, inner);
      case 'left':
        return new LeftLoopSource(outer, inner, producedBy(node.innerSources));
      default:
        return new ExistsLoopSource(outer, inner, node.join === 'anti');
    }
  }

  #hashJoin(node: Of<'hashJoin'>): RowSource {
    const isKept = !node.isCorrelated && !readsRecursion(node.inner);
    return new HashJoinSource(
      {
        outer: this.build(node.outer),
        inner: this.build(node.inner),
        outerKeys: node.outerKeys,
        innerKeys: node.innerKeys,
        residual: node.residual,
        innerRegisters: producedBy(node.innerSources),
        outerRegisters: registersOf(node.outer),
        kind: node.join,
        epoch: isKept ? this.#context.epoch : undefined,
      },
      this.#context.budget,
    );
  }

  #aggregate(node: Of<'aggregate'>): RowSource {
    const child = this.build(node.child);
    const {budget} = this.#context;
    switch (node.mode) {
      case 'scalar':
        return new ScalarAggregateSource(child, node.calls, node.carried, budget);
      case 'hash':
        return new HashAggregateSource(
          {child, keys: node.keys, tasks: node.calls, carried: node.carried, produced: registersOf(node.child)},
          budget,
        );
      default:
        return new OrderedAggregateSource(child, node.keys, node.calls, node.carried, node.produced, budget);
    }
  }

  #limit(node: Of<'limit'>): RowSource {
    const limit = new LimitSource(this.build(node.child), node.limit, node.offset, node.countAll);
    if (node.countAll) this.counter = limit;
    return limit;
  }

  #branch({plan, outputs}: BranchPlan): Branch {
    return {source: this.build(plan), outputs};
  }

  #setOperation(node: Of<'setOperation'>): RowSource {
    const operation = {isExcept: node.operator === 'except', isAll: node.all};
    const {budget} = this.#context;
    return new CountingSetSource(
      this.#branch(node.left),
      this.#branch(node.right),
      operation,
      node.targets,
      node.types,
      budget,
    );
  }

  // --- Stores ------------------------------------------------------------------------------------------------------

  #store(plan: StorePlan): RowStore {
    const known = this.#stores.get(plan);
    if (known !== undefined) return known;
    const {fill} = plan;
    if (fill.kind === 'recursion') return this.#recursion(plan, fill);
    if (fill.kind !== 'query') throw new BugError(`store ${plan.name} has no plan`);
    const isKept = !plan.isCorrelated && !readsRecursion(fill.plan);
    const epoch = isKept ? this.#context.epoch : undefined;
    const store = new MaterializedStore(this.build(fill.plan), fill.outputs, epoch, this.#context.budget);
    this.#stores.set(plan, store);
    return store;
  }

  #recursion(plan: StorePlan, fill: Extract<StorePlan['fill'], {kind: 'recursion'}>): RowStore {
    const store: RecursiveStore = new RecursiveStore(plan.width, () => parts, this.#context.budget);
    this.#stores.set(plan, store);
    const parts = {
      seed: {source: this.build(fill.seed), outputs: fill.seedOutputs},
      recursive: {source: this.build(fill.recursive), outputs: fill.recursiveOutputs},
      types: fill.types,
      targets: fill.targets,
      isDistinct: fill.isDistinct,
      epoch: plan.isCorrelated ? undefined : this.#context.epoch,
    };
    return store;
  }

  // --- Steps -------------------------------------------------------------------------------------------------------

  /** The step of a blocking part; one object, wherever the part is needed. */
  #step({part}: LiftedStep): BlockingStep {
    const known = this.#steps.get(part);
    if (known !== undefined) return known;
    const step = part instanceof BlockingCall ? part.newStep() : this.#subquery(part as SubqueryExpression);
    this.#steps.set(part, step);
    return step;
  }

  #subquery(part: SubqueryExpression): BlockingStep {
    const {plan, outputs} = this.#context.planner.plan(part.query);
    const source = this.build(plan);
    const isKept = part.query.outer.size === 0 && !readsRecursion(plan);
    const epoch = isKept ? this.#context.epoch : undefined;
    const {budget} = this.#context;
    if (part instanceof ScalarSubquery) return new ScalarSubqueryStep(source, outputs, part.registers, epoch, budget);
    if (part instanceof ExistsSubquery) return new ExistsStep(source, part.register, epoch);
    if (part instanceof QuantifiedSubquery) return this.#quantified(part, source, outputs, epoch);
    throw new BugError(`no step for ${part}`);
  }

  #quantified(
    part: QuantifiedSubquery,
    source: RowSource,
    outputs: readonly Expression[],
    epoch: Epoch | undefined,
  ): BlockingStep {
    const {outputRegisters, condition, register, operator, quantifier, left} = part;
    const parts = {source, outputs, outputRegisters, condition, target: register};
    if (operator !== '=' || quantifier !== 'any' || epoch === undefined) {
      return new QuantifiedStep(parts, quantifier === 'any' ? 1 : 0);
    }
    const {connection} = this.#context.planner;
    const right = outputs.map((o, i) => new Slot(outputRegisters[i], o.type, o.nullable, String(o), o.coercibility));
    const types = right.map((r, i) => comparisonType(left[i], r, connection, '='));
    const lefts = left.map((l, i) => keyedAs(l, types[i]));
    const rights = right.map((r, i) => keyedAs(r, types[i]));
    return new HashedInStep(parts, lefts, rights, epoch, this.#context.budget);
  }
}

function rowList(source: Source): RowSource {
  const {origin} = source;
  if (origin.kind === 'virtual') return new RowListSource(() => origin.table.rows(), source.registers);
  if (origin.kind !== 'function') throw new BugError(`${source.alias} is no row list`);
  const {rows} = origin;
  return new RowListSource(context => rows.rows(rows.argument.evaluate(context), context), source.registers);
}

/** True when rows of a recursion's present round are read: what is made of them is good for that round only. */
function readsRecursion(node: PlanNode): boolean {
  if (node.kind === 'recursion') return true;
  if (node.kind === 'store' && node.store.fill.kind === 'query') return readsRecursion(node.store.fill.plan);
  return childrenOf(node).some(readsRecursion);
}
