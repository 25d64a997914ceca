// Chooses the order of joins and the way each one is done, by cost.
//
// Up to eight units every order is tried (dynamic programming over sets of units, linear join trees); beyond that the next unit is
// the one that makes the cheapest plan. Each unit is joined by a nested loop - its conditions on tables before it become index bounds -
// or by a hash join, when there is an equality and the unit can be read by itself.
//
// For each set of units two plans are kept: the cheapest, and the cheapest that delivers a wanted order (the first table is read in
// it, and all joins keep the order of their outer side). What a sort would cost decides between the two at the end.

import {Comparison} from '../bind/comparison.ts';
import type {Expression} from '../bind/expression.ts';
import {isStable} from '../bind/expression.ts';
import {keyedAs} from '../bind/keyed.ts';
import type {Source} from '../bind/source.ts';
import {type Access, accessesOf, orderDirection, type WantedOrder} from './access.ts';
import {tableOf} from './build-scan.ts';
import {hasBlocking, readsAny, readsOnly, sourcesIn} from './dependencies.ts';
import {entryConditions} from './entry-conditions.ts';
import type {Estimator} from './estimate.ts';
import {indexMerges} from './index-merge.ts';
import type {JoinGroup, JoinUnit} from './join-group.ts';
import type {PlanNode} from './physical.ts';
import {factsOf} from './sargable.ts';
import {applied, filtered, type KnownShare, shareOf} from './shape.ts';
import type {SourcePlanner} from './source-plan.ts';
import {Cost} from './statistics.ts';

const UNITS_FOR_ALL_ORDERS = 8;

/** Share of rows that are taken to be left after DISTINCT. */
const DISTINCT_SHARE = 0.5;

/** An order that the query wants, all of it on one table. */
export interface OrderWish {
  readonly source: Source;
  readonly columns: readonly WantedOrder[];
  /** Rows that are wanted at all: LIMIT plus OFFSET, where it is known. */
  readonly limit: number | undefined;
}

/** A plan for a group, and whether its rows come in the wanted order. */
export interface GroupPlan {
  readonly node: PlanNode;
  readonly isOrdered: boolean;
  /** What it costs, with the sort that it leaves to do and without the rows that a LIMIT makes needless. */
  readonly total: number;
}

export class JoinPlanner {
  readonly #group: JoinGroup;
  readonly #local: ReadonlySet<Source>;
  readonly #estimator: Estimator;
  readonly #sources: SourcePlanner;
  readonly #wish: OrderWish | undefined;

  constructor(group: JoinGroup, sources: SourcePlanner, estimator: Estimator, wish?: OrderWish) {
    this.#group = group;
    this.#local = new Set(group.sources);
    this.#sources = sources;
    this.#estimator = estimator;
    this.#wish = wish;
  }

  /** The cheapest plan, a sort that it would still need included in the comparison. */
  plan(): GroupPlan {
    const {units} = this.#group;
    const best = units.length <= UNITS_FOR_ALL_ORDERS && !this.#group.isFixedOrder ? this.#allOrders() : this.#greedy();
    return this.#choose(best);
  }

  #choose({cheapest, ordered}: Best): GroupPlan {
    if (cheapest === undefined) throw new RangeError('no join order satisfies the dependencies');
    if (ordered === undefined)
      return {node: cheapest, isOrdered: false, total: cheapest.cost + this.#sortCost(cheapest)};
    const {limit} = this.#wish as OrderWish;
    const share = limit === undefined || ordered.rows <= limit ? 1 : limit / ordered.rows;
    const sorted = cheapest.cost + this.#sortCost(cheapest);
    return ordered.cost * share <= sorted
      ? {node: ordered, isOrdered: true, total: ordered.cost * share}
      : {node: cheapest, isOrdered: false, total: sorted};
  }

  /** What sorting the rows costs, if an order is wanted. */
  #sortCost({rows}: PlanNode): number {
    return this.#wish === undefined ? 0 : rows * Math.log2(rows + 2) * Cost.sortRow;
  }

  #allOrders(): Best {
    const {units} = this.#group;
    const best: (Best | undefined)[] = [];
    best[0] = {cheapest: undefined, ordered: undefined};
    const full = (1 << units.length) - 1;
    for (let mask = 0; mask < full; mask++) {
      const from = best[mask];
      if (from === undefined) continue;
      for (const [i, unit] of units.entries()) {
        if ((mask & (1 << i)) !== 0 || !this.#isReady(unit, mask)) continue;
        const to = mask | (1 << i);
        best[to] = cheaper(best[to], this.#extend(from, unit, mask));
      }
    }
    return best[full] ?? {cheapest: undefined, ordered: undefined};
  }

  #greedy(): Best {
    const {units, isFixedOrder} = this.#group;
    let best: Best = {cheapest: undefined, ordered: undefined};
    let masked = new Set<number>();
    while (masked.size < units.length) {
      let chosen = -1;
      let next: Best | undefined;
      for (const [i, unit] of units.entries()) {
        if (masked.has(i) || !this.#isReadyAmong(unit, masked)) continue;
        const extended = this.#extendAmong(best, unit, masked);
        if (next === undefined || costOf(extended) < costOf(next)) {
          next = extended;
          chosen = i;
        }
        if (isFixedOrder) break;
      }
      if (next === undefined) throw new RangeError('no join order satisfies the dependencies');
      best = next;
      masked = new Set([...masked, chosen]);
    }
    return best;
  }

  #placed(mask: number): ReadonlySet<number> {
    const placed = new Set<number>();
    for (let i = 0; mask >> i !== 0; i++) if ((mask & (1 << i)) !== 0) placed.add(i);
    return placed;
  }

  #isReady(unit: JoinUnit, mask: number): boolean {
    return this.#isReadyAmong(unit, this.#placed(mask));
  }

  #isReadyAmong(unit: JoinUnit, placed: ReadonlySet<number>): boolean {
    if (unit.kind === 'distinct') return placed.size === 0;
    if (unit.after.size === 0) return true;
    const available = this.#sourcesOf(placed);
    for (const source of unit.after) if (this.#local.has(source) && !available.has(source)) return false;
    return true;
  }

  #sourcesOf(placed: ReadonlySet<number>): Set<Source> {
    const found = new Set<Source>();
    for (const i of placed) for (const source of unitSources(this.#group.units[i])) found.add(source);
    return found;
  }

  #extend(from: Best, unit: JoinUnit, mask: number): Best {
    return this.#extendAmong(from, unit, this.#placed(mask));
  }

  #extendAmong(from: Best, unit: JoinUnit, placed: ReadonlySet<number>): Best {
    const step = this.#stepOf(unit, placed);
    const cheapest = this.#cheapestStep(from.cheapest, step);
    if (this.#wish === undefined) return {cheapest, ordered: undefined};
    if (placed.size === 0) return {cheapest, ordered: this.#orderedFirst(unit, step)};
    return {cheapest, ordered: from.ordered && this.#cheapestStep(from.ordered, step)};
  }

  /** The conditions that can be tested once this unit is there and could not before. */
  #stepOf(unit: JoinUnit, placed: ReadonlySet<number>): Step {
    const before = this.#sourcesOf(placed);
    const after = new Set([...before, ...unitSources(unit)]);
    const first = placed.size === 0;
    const conditions = this.#group.conditions.filter(
      c => readsOnly(c, this.#local, after) && (first || !readsOnly(c, this.#local, before)),
    );
    return {unit, before, conditions, isFirst: first};
  }

  #cheapestStep(outer: PlanNode | undefined, step: Step): PlanNode {
    if (step.unit.kind === 'distinct') return this.#distinctFirst(step.unit, step);
    const candidates = step.unit.kind === 'source' ? this.#joinSource(outer, step) : this.#joinGroup(outer, step);
    return candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  }

  // --- One table ---------------------------------------------------------------------------------------------------

  #joinSource(outer: PlanNode | undefined, step: Step): PlanNode[] {
    const {source} = step.unit as Extract<JoinUnit, {kind: 'source'}>;
    const plain = step.conditions.filter(c => !hasBlocking(c));
    const lifted = step.conditions.filter(hasBlocking);
    const candidates = [applied(this.#loopOver(outer, source, plain), lifted)];
    const hashed = outer === undefined ? undefined : this.#hashOver(outer, source, plain);
    if (hashed !== undefined) candidates.push(applied(hashed, lifted));
    return candidates;
  }

  #loopOver(outer: PlanNode | undefined, source: Source, conditions: readonly Expression[]): PlanNode {
    const inner = this.#readBest(source, conditions);
    return outer === undefined ? inner : loop('inner', outer, inner, [source]);
  }

  #readBest(source: Source, conditions: readonly Expression[]): PlanNode {
    const facts = factsOf(conditions, source);
    const accesses = accessesOf(source, facts, this.#estimator);
    if (accesses.length === 0) return filtered(this.#sources.plan(source), conditions);
    const scans = accesses.map(access => scan(source, access, conditions, this.#estimator));
    const merges = indexMerges(source, facts, this.#estimator).map(node => filtered(node, conditions));
    const plans = [...scans, ...merges];
    return plans.reduce((a, b) => (b.cost < a.cost ? b : a));
  }

  #hashOver(outer: PlanNode, source: Source, conditions: readonly Expression[]): PlanNode | undefined {
    if (this.#sources.isLateral(source)) return undefined;
    const own = new Set([source]);
    const split = splitForHash(conditions, own, this.#local);
    if (split.inner.length === 0) return undefined;
    const inner = this.#readBest(source, split.local);
    return hashJoin('inner', outer, inner, split, [source]);
  }

  /** The first table in the wanted order, by whichever index gives it. */
  #orderedFirst(unit: JoinUnit, step: Step): PlanNode | undefined {
    const wish = this.#wish as OrderWish;
    if (unit.kind !== 'source' || unit.source !== wish.source || wish.source.origin.kind !== 'table') return undefined;
    const {table} = wish.source.origin;
    const plain = step.conditions.filter(c => !hasBlocking(c));
    const lifted = step.conditions.filter(hasBlocking);
    let best: PlanNode | undefined;
    for (const access of accessesOf(unit.source, factsOf(plain, unit.source), this.#estimator)) {
      const direction = orderDirection(access, table, wish.columns);
      if (direction === 0) continue;
      const node = applied(scan(unit.source, {...access, descending: direction < 0}, plain, this.#estimator), lifted);
      if (best === undefined || node.cost < best.cost) best = node;
    }
    return best;
  }

  /** The distinct values of a semi-join's inner side. */
  #distinctFirst(unit: Extract<JoinUnit, {kind: 'distinct'}>, step: Step): PlanNode {
    const child = new JoinPlanner(unit.group, this.#sources, this.#estimator).plan().node;
    const rows = Math.max(1, child.rows * DISTINCT_SHARE);
    const cost = child.cost + child.rows * Cost.hashRow;
    const plain = step.conditions.filter(c => !hasBlocking(c));
    const lifted = step.conditions.filter(hasBlocking);
    return applied(filtered({kind: 'distinct', child, values: unit.keys, rows, cost}, plain), lifted);
  }

  // --- A nested group: outer joins, semi-joins ---------------------------------------------------------------------

  #joinGroup(outer: PlanNode | undefined, step: Step): PlanNode[] {
    const unit = step.unit as Extract<JoinUnit, {kind: 'group'}>;
    const left: PlanNode = outer ?? {kind: 'oneRow', rows: 1, cost: 0};
    const {group, join} = unit;
    const inner = new JoinPlanner(group, this.#sources, this.#estimator).plan().node;
    const candidates = [loop(join, left, inner, group.sources)];
    const hashed = this.#hashGroup(left, unit);
    if (hashed !== undefined) candidates.push(hashed);
    const plain = step.conditions.filter(c => !hasBlocking(c));
    const lifted = step.conditions.filter(hasBlocking);
    return candidates.map(node => applied(filtered(node, plain), lifted));
  }

  #hashGroup(outer: PlanNode, unit: Extract<JoinUnit, {kind: 'group'}>): PlanNode | undefined {
    const {group, join} = unit;
    if (group.conditions.some(hasBlocking)) return undefined;
    const own = new Set(group.sources);
    const needsOuter = group.units.some(u => [...u.after].some(s => !own.has(s)));
    if (needsOuter || group.sources.some(s => this.#sources.isLateral(s))) return undefined;
    const split = splitForHash(group.conditions, own, this.#local);
    if (split.inner.length === 0) return undefined;
    const alone = {...group, conditions: split.local};
    const inner = new JoinPlanner(alone, this.#sources, this.#estimator).plan().node;
    return hashJoin(join, outer, inner, split, group.sources);
  }
}

/** The cheapest plan, and the cheapest one in the wanted order. */
interface Best {
  readonly cheapest: PlanNode | undefined;
  readonly ordered: PlanNode | undefined;
}

/** One unit joined to what is there. */
interface Step {
  readonly unit: JoinUnit;
  readonly before: ReadonlySet<Source>;
  readonly conditions: readonly Expression[];
  readonly isFirst: boolean;
}

function costOf({cheapest}: Best): number {
  return cheapest?.cost ?? Number.POSITIVE_INFINITY;
}

function cheaper(a: Best | undefined, b: Best): Best {
  if (a === undefined) return b;
  const pick = (x: PlanNode | undefined, y: PlanNode | undefined): PlanNode | undefined =>
    x === undefined ? y : y === undefined || x.cost <= y.cost ? x : y;
  return {cheapest: pick(a.cheapest, b.cheapest), ordered: pick(a.ordered, b.ordered)};
}

function unitSources(unit: JoinUnit): readonly Source[] {
  return unit.kind === 'source' ? [unit.source] : unit.group.sources;
}

/** A table scan with the conditions that its ranges do not enforce. */
function scan(source: Source, access: Access, conditions: readonly Expression[], estimator: Estimator): PlanNode {
  const known: KnownShare = condition => {
    const [predicate] = factsOf([condition], source).predicates;
    return predicate === undefined ? undefined : estimator.share(tableOf(source), predicate);
  };
  const rest = conditions.filter(c => !access.enforced.has(c));
  const onEntries = entryConditions(source, access, rest);
  const rows = access.rows * shareOf(onEntries, known);
  const saved = (access.rows - rows) * (Cost.lookupRow - Cost.coveredRow);
  const tested = {...access, entryConditions: onEntries};
  const node: PlanNode = {kind: 'scan', source, access: tested, rows: Math.max(rows, 0.1), cost: access.cost - saved};
  return filtered(
    node,
    rest.filter(c => !onEntries.includes(c)),
    known,
  );
}

function loop(
  join: 'inner' | 'left' | 'semi' | 'anti',
  outer: PlanNode,
  inner: PlanNode,
  innerSources: readonly Source[],
): PlanNode {
  const rows = joinedRows(join, outer.rows, outer.rows * inner.rows);
  const perRow = join === 'semi' || join === 'anti' ? inner.cost / Math.max(inner.rows, 1) : inner.cost;
  const innerCost = outer.rows * Math.max(perRow, Math.min(inner.cost, Cost.descent));
  return {kind: 'loop', join, outer, inner, innerSources, rows, cost: outer.cost + innerCost};
}

function hashJoin(
  join: 'inner' | 'left' | 'semi' | 'anti',
  outer: PlanNode,
  inner: PlanNode,
  split: HashSplit,
  innerSources: readonly Source[],
): PlanNode {
  const rows = joinedRows(join, outer.rows, Math.max(outer.rows, inner.rows));
  return {
    kind: 'hashJoin',
    join,
    outer,
    inner,
    outerKeys: split.outer,
    innerKeys: split.inner,
    residual: split.residual,
    innerSources,
    isCorrelated: split.isCorrelated,
    rows,
    cost: outer.cost + inner.cost + (outer.rows + inner.rows) * Cost.hashRow,
  };
}

function joinedRows(join: 'inner' | 'left' | 'semi' | 'anti', outer: number, pairs: number): number {
  switch (join) {
    case 'inner':
      return pairs;
    case 'left':
      return Math.max(outer, pairs);
    default:
      return outer * 0.5;
  }
}

/** The conditions of a hash join: what is tested on the inner side alone, the equalities, and the rest. */
interface HashSplit {
  readonly local: readonly Expression[];
  readonly outer: readonly Expression[];
  readonly inner: readonly Expression[];
  readonly residual: readonly Expression[];
  /** The local conditions read rows of outer queries. */
  readonly isCorrelated: boolean;
}

/** `own`: the inner side's sources; `siblings`: all of the group around it. */
function splitForHash(
  conditions: readonly Expression[],
  own: ReadonlySet<Source>,
  siblings: ReadonlySet<Source>,
): HashSplit {
  const local: Expression[] = [];
  const outer: Expression[] = [];
  const inner: Expression[] = [];
  const residual: Expression[] = [];
  for (const condition of conditions) {
    if (![...sourcesIn(condition)].some(s => siblings.has(s) && !own.has(s))) {
      local.push(condition);
      continue;
    }
    const sides =
      condition instanceof Comparison && condition.operator === '=' ? equalitySides(condition, own) : undefined;
    if (sides === undefined) residual.push(condition);
    else {
      outer.push(sides.outer);
      inner.push(sides.inner);
    }
  }
  const isCorrelated = [...local, ...inner].some(c => [...sourcesIn(c)].some(s => !own.has(s)));
  return {local, outer, inner, residual, isCorrelated};
}

function equalitySides(
  condition: Comparison,
  own: ReadonlySet<Source>,
): {outer: Expression; inner: Expression} | undefined {
  const {left, right, keyType} = condition;
  const key = (e: Expression): Expression => keyedAs(e, keyType);
  if (isOnlyOf(left, own) && !readsAny(right, own) && !isStable(right)) return {outer: key(right), inner: key(left)};
  if (isOnlyOf(right, own) && !readsAny(left, own) && !isStable(left)) return {outer: key(left), inner: key(right)};
  return undefined;
}

function isOnlyOf(e: Expression, own: ReadonlySet<Source>): boolean {
  const read = sourcesIn(e);
  return read.size > 0 && [...read].every(s => own.has(s));
}
