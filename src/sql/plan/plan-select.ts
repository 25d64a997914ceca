// The pipeline of a SELECT, from the bottom up:
//
//   prelude of uncorrelated subqueries > joins and WHERE > grouping > HAVING > window functions > computed items >
//   DISTINCT > ORDER BY > LIMIT
//
// At each step that keeps rows (grouping, sorting, windows) only the registers that something above reads are kept.

import {Kind} from '../../format/value/types.ts';
import type {BoundSelect, Grouping, OrderKey} from '../bind/bound-query.ts';
import {Comparison} from '../bind/comparison.ts';
import {Convert} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {ColumnRef, Constant, Slot} from '../bind/leaf.ts';
import {IsNull} from '../bind/logic.ts';
import type {Source} from '../bind/source.ts';
import {ScalarSubquery} from '../bind/subquery.ts';
import {BIGINT} from '../bind/type-classes.ts';
import type {WindowCall} from '../bind/window-call.ts';
import {hasBlocking, producedBy, registersRead, sourcesIn} from './dependencies.ts';
import {groupOf, type JoinGroup, turnedAround, withSemiJoins} from './join-group.ts';
import {JoinPlanner, type OrderWish} from './join-order.ts';
import type {BranchPlan, LiftedStep, PlanNode} from './physical.ts';
import {constantLimit, limited, type QueryPlanner, sorting} from './plan-query.ts';
import {applied, filtered, lifted} from './shape.ts';
import {Cost} from './statistics.ts';

const ONE: Expression = new Constant(1, BIGINT, '1');

export function planSelect(select: BoundSelect, planner: QueryPlanner): BranchPlan {
  return new SelectPlanner(select, planner).plan();
}

class SelectPlanner {
  readonly #select: BoundSelect;
  readonly #planner: QueryPlanner;
  /** Registers filled so far. */
  readonly #produced: Set<number> = new Set();
  #node: PlanNode = {kind: 'oneRow', rows: 1, cost: 0};
  #isOrdered = false;

  constructor(select: BoundSelect, planner: QueryPlanner) {
    this.#select = select;
    this.#planner = planner;
  }

  plan(): BranchPlan {
    const {grouping, having, windows, limit, offset, calcFoundRows, outputs} = this.#select;
    this.#joins();
    if (grouping !== undefined) this.#group(grouping);
    this.#having(having);
    if (windows.length > 0) this.#windows(windows);
    this.#computed();
    this.#distinct();
    this.#orderBy();
    const values = outputs.map(o => o.expression);
    this.#node = limited(this.#node, limit, offset, calcFoundRows);
    this.#node = lifted(this.#node, values);
    return {plan: this.#node, outputs: values};
  }

  // --- FROM and WHERE ----------------------------------------------------------------------------------------------

  #joins(): void {
    const {from, where, straightJoin} = this.#select;
    if (from === undefined) {
      const plain = where.filter(c => !hasBlocking(c));
      this.#node = applied(filtered(this.#node, plain), where.filter(hasBlocking));
      return;
    }
    const extreme = this.#lonelyExtreme();
    const whole = groupOf(from, extreme === undefined ? where : [...where, ...extreme.conditions], straightJoin);
    for (const register of producedBy(whole.sources)) this.#produced.add(register);
    if (whole.conditions.some(isNever)) {
      this.#node = {kind: 'noRows', why: 'Impossible WHERE', rows: 0, cost: 0};
      return;
    }
    const {steps, group} = hoisted({...whole, conditions: whole.conditions.filter(c => !(c instanceof Constant))});
    const joined = withSemiJoins(group, this.#planner.connection);
    const {estimator, sources} = this.#planner;
    const wish = extreme?.wish ?? this.#wish();
    const plans = [joined, ...turnedAround(joined)].map(g => new JoinPlanner(g, sources, estimator, wish).plan());
    const {node, isOrdered} = plans.reduce((best, next) => (next.total < best.total ? next : best));
    this.#isOrdered = isOrdered;
    const first = extreme !== undefined && isOrdered ? limited(node, ONE, undefined, false) : node;
    this.#node =
      steps.length === 0 ? first : {kind: 'prelude', child: first, steps, rows: first.rows, cost: first.cost};
  }

  /**
   * SELECT MIN(column) or MAX(column) and nothing else, without GROUP BY: the first row in the column's order, if an index has it, is
   * all that is needed.
   */
  #lonelyExtreme(): {readonly wish: OrderWish; readonly conditions: readonly Expression[]} | undefined {
    const {grouping} = this.#select;
    if (grouping === undefined || grouping.keys.length > 0 || grouping.aggregates.length !== 1) return undefined;
    const [call] = grouping.aggregates;
    const {extreme} = call.definition;
    const [arg] = call.children;
    if (extreme === undefined || !(arg instanceof ColumnRef) || arg.source.origin.kind !== 'table') return undefined;
    if (arg.type.kind === Kind.enum || arg.type.kind === Kind.set) return undefined;
    const columns = [{column: arg.column, descending: extreme === 'max'}];
    const conditions = arg.nullable ? [new IsNull(arg, true)] : [];
    return {wish: {source: arg.source, columns, limit: 1}, conditions};
  }

  /** The order that would save a sort, or let groups be formed as they come. */
  #wish(): OrderWish | undefined {
    const {grouping, orderBy, windows, distinct} = this.#select;
    if (windows.length > 0) return undefined;
    if (grouping !== undefined) {
      if (grouping.keys.length === 0 || grouping.rollup !== undefined) return undefined;
      return wishFor(
        grouping.keys.map(expression => ({expression, descending: false})),
        undefined,
      );
    }
    const limit = constantLimit(this.#select.limit);
    const rows = limit === undefined || distinct ? undefined : limit + (constantLimit(this.#select.offset) ?? 0);
    return wishFor(orderBy, rows);
  }

  // --- GROUP BY ----------------------------------------------------------------------------------------------------

  /** Everything that is evaluated above the grouping. */
  #aboveGrouping(): Expression[] {
    const {having, windows, computed, outputs, orderBy} = this.#select;
    return [
      ...having,
      ...windows.flatMap(w => w.children),
      ...computed.map(c => c.expression),
      ...outputs.map(o => o.expression),
      ...orderBy.map(o => o.expression),
    ];
  }

  #group(grouping: Grouping): void {
    const {keys, aggregates, rollup} = grouping;
    const inputs = [...keys, ...aggregates.flatMap(a => a.children)];
    const child = lifted(this.#node, inputs);
    const carried = this.#carried(this.#aboveGrouping(), {aggregated: true, windowed: false});
    const rows = keys.length === 0 ? 1 : Math.max(1, child.rows * 0.1);
    const cost = child.cost + child.rows * Cost.hashRow;
    for (const call of aggregates) this.#produced.add(call.register);
    if (rollup !== undefined) {
      this.#rollup(grouping, child, carried);
      return;
    }
    const mode = keys.length === 0 ? 'scalar' : this.#isOrdered ? 'ordered' : 'hash';
    const produced = mode === 'ordered' ? this.#allProduced() : new Int32Array(0);
    this.#node = {kind: 'aggregate', mode, child, keys, calls: aggregates, carried, produced, rows, cost};
    this.#isOrdered = this.#isOrdered && this.#groupOrderServes(keys);
  }

  /** Groups that come in key order need no sort for an ORDER BY that is a beginning of the keys. */
  #groupOrderServes(keys: readonly Expression[]): boolean {
    const {orderBy} = this.#select;
    return orderBy.every((o, i) => !o.descending && keys[i] !== undefined && String(keys[i]) === String(o.expression));
  }

  #rollup({keys, aggregates, rollup}: Grouping, child: PlanNode, carried: Int32Array): void {
    if (rollup === undefined) return;
    const {keyRegisters, flagRegisters} = rollup;
    const order = keys.map(expression => ({expression, descending: false}));
    const kept = this.#carried([...keys, ...aggregates.flatMap(a => a.children)], {aggregated: false, windowed: false});
    const both = Int32Array.from(new Set([...kept, ...carried]));
    const sorted = sorting(child, order, both, undefined, undefined);
    for (const register of [...keyRegisters, ...flagRegisters]) this.#produced.add(register);
    this.#node = {
      kind: 'rollup',
      child: sorted,
      keys,
      keyRegisters,
      flagRegisters,
      calls: aggregates,
      carried,
      produced: both,
      rows: sorted.rows,
      cost: sorted.cost,
    };
    this.#isOrdered = false;
  }

  #having(conditions: readonly Expression[]): void {
    this.#node = filtered(
      this.#node,
      conditions.filter(c => !hasBlocking(c)),
    );
    this.#node = applied(this.#node, conditions.filter(hasBlocking));
  }

  // --- Windows -----------------------------------------------------------------------------------------------------

  #windows(calls: readonly WindowCall[]): void {
    const groups = new Map<string, WindowCall[]>();
    for (const call of calls) {
      const key = specKey(call);
      groups.set(key, [...(groups.get(key) ?? []), call]);
    }
    for (const group of groups.values()) this.#windowGroup(group);
    this.#isOrdered = false;
  }

  /** One sort by partition and order, then all calls that share them. */
  #windowGroup(calls: readonly WindowCall[]): void {
    const {spec} = calls[0];
    const child = lifted(
      this.#node,
      calls.flatMap(c => c.children),
    );
    const carried = this.#allProduced();
    const keys = [...spec.partitionBy.map(expression => ({expression, descending: false})), ...spec.orderBy];
    const sorted = keys.length === 0 ? child : sorting(child, keys, carried, undefined, undefined);
    const cost = sorted.cost + sorted.rows * Cost.hashRow * calls.length;
    this.#node = {kind: 'window', child: sorted, calls, carried, rows: sorted.rows, cost};
    for (const call of calls) this.#produced.add(call.register);
  }

  // --- DISTINCT, ORDER BY ------------------------------------------------------------------------------------------

  #computed(): void {
    const {computed} = this.#select;
    if (computed.length === 0) return;
    const child = lifted(
      this.#node,
      computed.map(c => c.expression),
    );
    const cost = child.cost + child.rows * Cost.filterRow;
    this.#node = {kind: 'compute', child, values: computed, rows: child.rows, cost};
    for (const {register} of computed) this.#produced.add(register);
  }

  #distinct(): void {
    const {distinct, outputs} = this.#select;
    if (!distinct) return;
    const values = outputs.map(o => o.expression);
    const child = lifted(this.#node, values);
    this.#node = {kind: 'distinct', child, values, rows: child.rows, cost: child.cost + child.rows * Cost.hashRow};
  }

  #orderBy(): void {
    const {orderBy, outputs, limit, offset, calcFoundRows} = this.#select;
    if (orderBy.length === 0 || this.#isOrdered) return;
    const above = outputs.map(o => o.expression);
    const carried = this.#carried(above, {aggregated: true, windowed: true});
    this.#node = sorting(this.#node, orderBy, carried, calcFoundRows ? undefined : limit, offset);
  }

  #carried(
    expressions: readonly Expression[],
    stage: {readonly aggregated: boolean; readonly windowed: boolean},
  ): Int32Array {
    const read = registersRead(expressions, stage);
    return Int32Array.from([...read].filter(r => this.#produced.has(r)));
  }

  #allProduced(): Int32Array {
    return Int32Array.from(this.#produced);
  }
}

/** A condition that no row fulfils. */
function isNever(condition: Expression): boolean {
  return condition instanceof Constant && condition.value !== 1;
}

function specKey({spec}: WindowCall): string {
  return `${spec.partitionBy.join('\0')}\0\0${spec.orderBy.map(o => `${o.expression} ${o.descending}`).join('\0')}`;
}

/** A wish when all keys are plain columns of one table. */
function wishFor(keys: readonly OrderKey[], limit: number | undefined): OrderWish | undefined {
  const [first] = keys;
  if (first === undefined || !(first.expression instanceof ColumnRef)) return undefined;
  const {source} = first.expression;
  const columns = [];
  for (const {expression, descending} of keys) {
    if (!(expression instanceof ColumnRef) || expression.source !== source) return undefined;
    columns.push({column: expression.column, descending});
  }
  return {source, columns, limit};
}

// --- Uncorrelated subqueries in WHERE ------------------------------------------------------------------------------

/**
 * Comparisons with a subquery that reads no row of this block: the subquery is run first, and its value is then like a constant,
 * which can bound an index range.
 */
function hoisted(group: JoinGroup): {readonly steps: readonly LiftedStep[]; readonly group: JoinGroup} {
  const steps: LiftedStep[] = [];
  const local = new Set(group.sources);
  const conditions = group.conditions.map(condition => {
    if (!(condition instanceof Comparison)) return condition;
    const left = hoistSide(condition.left, local, steps);
    const right = hoistSide(condition.right, local, steps);
    if (left === condition.left && right === condition.right) return condition;
    return condition.withSides(condition.operator, left, right);
  });
  return {steps, group: {...group, conditions}};
}

function hoistSide(e: Expression, local: ReadonlySet<Source>, steps: LiftedStep[]): Expression {
  if (e instanceof Convert) {
    const operand = hoistSide(e.operand, local, steps);
    return operand === e.operand ? e : e.withOperand(operand);
  }
  if (!(e instanceof ScalarSubquery) || [...sourcesIn(e)].some(s => local.has(s))) return e;
  if (!steps.some(s => s.part === e)) steps.push({part: e, guard: undefined});
  return new Slot(e.registers[0], e.type, true, String(e), e.coercibility, Volatility.stable);
}
