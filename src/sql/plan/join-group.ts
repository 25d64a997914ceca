// A FROM clause as the join planner sees it: units that can be joined in any order that their dependencies allow, and conditions that
// are tested as soon as all they read is there.
//
// Inner joins dissolve: their conditions become conditions of the group. The inner side of an outer join is a unit with a group of its
// own. An outer join whose inner side cannot be NULL in the result - a condition of the group would reject it - becomes an inner
// join. EXISTS and IN subqueries among the conditions become semi-join units, NOT EXISTS an anti-join.

import {BinaryArithmetic} from '../bind/arithmetic.ts';
import type {BoundQuery, BoundSelect, JoinTree} from '../bind/bound-query.ts';
import {sourcesOf} from '../bind/bound-query.ts';
import {Comparison} from '../bind/comparison.ts';
import {compareExpressions} from '../bind/comparison-bind.ts';
import {Convert} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {InList} from '../bind/in-list.ts';
import {keyedAs} from '../bind/keyed.ts';
import {ColumnRef} from '../bind/leaf.ts';
import {Like} from '../bind/like.ts';
import {conjunction, conjuncts, IsNull, Not, Or} from '../bind/logic.ts';
import type {Source} from '../bind/source.ts';
import {ExistsSubquery, QuantifiedSubquery} from '../bind/subquery.ts';
import type {JoinKind} from '../exec/nested-loop.ts';
import {hasBlocking, sourcesIn} from './dependencies.ts';

export type JoinUnit =
  | {readonly kind: 'source'; readonly source: Source; readonly after: ReadonlySet<Source>}
  | {
      readonly kind: 'group';
      readonly join: Exclude<JoinKind, 'inner'>;
      readonly group: JoinGroup;
      /** Sources of the surrounding group that must come first. */
      readonly after: ReadonlySet<Source>;
    }
  /** The other way to do a semi-join: the distinct rows of the inner side come first, and the rest is joined to them. */
  | {
      readonly kind: 'distinct';
      readonly group: JoinGroup;
      /** What makes two rows the same: the inner sides of the equalities. */
      readonly keys: readonly Expression[];
      readonly after: ReadonlySet<Source>;
    };

export interface JoinGroup {
  readonly units: readonly JoinUnit[];
  readonly conditions: readonly Expression[];
  /** All sources in it, those of nested groups too. */
  readonly sources: readonly Source[];
  /** Units are joined in the order in which they stand here. */
  readonly isFixedOrder: boolean;
}

class GroupBuilder {
  readonly units: JoinUnit[] = [];
  readonly conditions: Expression[] = [];
  readonly sources: Source[] = [];
  isFixedOrder = false;

  add(tree: JoinTree): void {
    switch (tree.kind) {
      case 'source':
        this.sources.push(tree.source);
        this.units.push({kind: 'source', source: tree.source, after: lateralNeeds(tree.source)});
        return;
      case 'filtered':
        this.add(tree.tree);
        this.conditions.push(...tree.conditions);
        return;
      default:
        this.#addJoin(tree);
    }
  }

  #addJoin(tree: Extract<JoinTree, {kind: 'join'}>): void {
    this.add(tree.left);
    if (tree.type === 'left') {
      const left = new Set(sourcesOf(tree.left));
      this.#addOuter(tree.right, tree.on, left);
      return;
    }
    const before = new Set(this.sources);
    const first = this.units.length;
    this.add(tree.right);
    if (tree.type === 'straight') {
      for (let i = first; i < this.units.length; i++) this.units[i] = later(this.units[i], before);
    }
    this.conditions.push(...tree.on);
  }

  #addOuter(right: JoinTree, on: readonly Expression[], left: ReadonlySet<Source>): void {
    const inner = groupOf(right, on, false);
    const own = new Set(inner.sources);
    const after = new Set<Source>();
    for (const condition of inner.conditions) {
      for (const source of sourcesIn(condition)) if (!own.has(source) && left.has(source)) after.add(source);
    }
    for (const unit of inner.units) for (const source of unit.after) if (!own.has(source)) after.add(source);
    this.sources.push(...inner.sources);
    this.units.push({kind: 'group', join: 'left', group: inner, after});
  }
}

function later(unit: JoinUnit, before: ReadonlySet<Source>): JoinUnit {
  return {...unit, after: new Set([...unit.after, ...before])};
}

/** What a LATERAL table or a table function reads of its siblings. */
function lateralNeeds(source: Source): ReadonlySet<Source> {
  const {origin} = source;
  if (origin.kind === 'function') return sourcesIn(origin.rows.argument);
  if (origin.kind !== 'derived') return new Set();
  const needs = new Set<Source>();
  for (const e of origin.query.outer) for (const s of sourcesIn(e)) needs.add(s);
  return needs;
}

/** The group of a join tree with the conditions that hold for it. */
export function groupOf(tree: JoinTree, conditions: readonly Expression[], isFixedOrder: boolean): JoinGroup {
  const builder = new GroupBuilder();
  builder.add(tree);
  builder.conditions.push(...conditions);
  builder.isFixedOrder = isFixedOrder;
  return simplified(builder);
}

// --- Outer joins that are inner joins ------------------------------------------------------------------------------

function simplified(builder: GroupBuilder): JoinGroup {
  let {units} = builder;
  const conditions = [...builder.conditions];
  for (let again = true; again; ) {
    again = false;
    const next: JoinUnit[] = [];
    for (const unit of units) {
      if (unit.kind !== 'group' || unit.join !== 'left' || !conditions.some(c => rejects(c, unit.group))) {
        next.push(unit);
        continue;
      }
      for (const source of unit.group.sources) source.unmarkNullExtended();
      next.push(...unit.group.units);
      conditions.push(...unit.group.conditions);
      again = true;
    }
    units = next;
  }
  const flat = conditions.flatMap(conjuncts).flatMap(factored);
  return {units, conditions: flat, sources: builder.sources, isFixedOrder: builder.isFixedOrder};
}

/**
 * (a AND x) OR (a AND y) as a AND (x OR y): what all branches demand can join tables and bound indexes. Holds for NULL too. What has side effects
 * or subqueries stays where it is.
 */
function factored(condition: Expression): readonly Expression[] {
  if (!(condition instanceof Or) || condition.volatility > Volatility.row || hasBlocking(condition)) return [condition];
  const branches = condition.children.map(conjuncts);
  const texts = branches.map(branch => new Set(branch.map(String)));
  const common = branches[0].filter(c => texts.every(branch => branch.has(String(c))));
  if (common.length === 0) return [condition];
  const known = new Set(common.map(String));
  const rests = branches.map(branch => conjunction(branch.filter(c => !known.has(String(c)))));
  if (rests.some(rest => rest === undefined)) return common;
  return [...common, new Or(rests as readonly Expression[])];
}

/** True when the condition cannot hold in a row where all columns of the group are NULL. */
function rejects(condition: Expression, group: JoinGroup): boolean {
  const own = new Set(group.sources);
  return rejectsNull(condition, own);
}

function rejectsNull(condition: Expression, own: ReadonlySet<Source>): boolean {
  if (condition instanceof Or) return condition.children.every(c => rejectsNull(c, own));
  if (condition instanceof Comparison) {
    if (condition.operator === '<=>') return false;
    return isNullWith(condition.left, own) || isNullWith(condition.right, own);
  }
  if (condition instanceof IsNull) return condition.negated && isNullWith(condition.operand, own);
  if (condition instanceof InList) return isNullWith(condition.value, own);
  if (condition instanceof Like) return isNullWith(condition.value, own);
  return conjuncts(condition).length > 1 && conjuncts(condition).some(c => rejectsNull(c, own));
}

/** True when the expression is surely NULL if the sources' columns are: a plain column, or one under arithmetic or a conversion. */
function isNullWith(e: Expression, own: ReadonlySet<Source>): boolean {
  if (e instanceof ColumnRef) return own.has(e.source);
  if (e instanceof Convert) return isNullWith(e.operand, own);
  return e instanceof BinaryArithmetic && (isNullWith(e.left, own) || isNullWith(e.right, own));
}

// --- Semi-joins ----------------------------------------------------------------------------------------------------

/** The group with EXISTS and IN subqueries among its conditions turned into semi- and anti-join units. */
export function withSemiJoins(group: JoinGroup, connection: number): JoinGroup {
  const units = [...group.units];
  const conditions: Expression[] = [];
  const sources = [...group.sources];
  for (const condition of group.conditions) {
    const unit = semiJoinUnit(condition, new Set(group.sources), connection);
    if (unit === undefined) conditions.push(condition);
    else {
      units.push(unit);
      if (unit.kind === 'group') sources.push(...unit.group.sources);
    }
  }
  return {...group, units, conditions, sources};
}

function semiJoinUnit(condition: Expression, local: ReadonlySet<Source>, connection: number): JoinUnit | undefined {
  const isAnti = condition instanceof Not;
  const subquery = isAnti ? condition.operand : condition;
  const inner = subqueryGroup(subquery, isAnti, connection);
  if (inner === undefined) return undefined;
  const own = new Set(inner.sources);
  const after = new Set<Source>();
  for (const c of inner.conditions) for (const s of sourcesIn(c)) if (!own.has(s) && local.has(s)) after.add(s);
  for (const unit of inner.units) for (const s of unit.after) if (!own.has(s)) after.add(s);
  return {kind: 'group', join: isAnti ? 'anti' : 'semi', group: inner, after};
}

function subqueryGroup(subquery: Expression, isAnti: boolean, connection: number): JoinGroup | undefined {
  if (subquery instanceof ExistsSubquery) {
    const {query} = subquery;
    return isPlain(query) ? groupOf(query.from as JoinTree, query.where, query.straightJoin) : undefined;
  }
  if (!(subquery instanceof QuantifiedSubquery)) return undefined;
  const {query, operator, quantifier, left} = subquery;
  if (operator !== '=' || quantifier !== 'any' || !isPlain(query)) return undefined;
  const pairs = query.outputs.map((o, i) => [left[i], o.expression] as const);
  if (pairs.some(([l, o]) => hasBlocking(o) || hasBlocking(l) || o.volatility === Volatility.volatile))
    return undefined;
  // NOT IN is no anti-join when a NULL can be met: it is then unknown, not true.
  if (isAnti && pairs.some(([l, o]) => l.nullable || o.nullable)) return undefined;
  const equalities = pairs.map(([l, o]) => compareExpressions('=', l, o, connection));
  return groupOf(query.from as JoinTree, [...query.where, ...equalities], query.straightJoin);
}

/** A subquery that only filters and joins. */
function isPlain(query: BoundQuery): query is BoundSelect {
  if (query.kind !== 'select' || query.from === undefined) return false;
  if (query.grouping !== undefined || query.having.length > 0 || query.windows.length > 0) return false;
  return query.limit === undefined && query.offset === undefined;
}

// --- Semi-joins the other way round --------------------------------------------------------------------------------

/**
 * The groups in which one semi-join is turned around: the distinct values of its inner side drive the join. Possible where the
 * inner side meets the rest in equalities only.
 */
export function turnedAround(group: JoinGroup): readonly JoinGroup[] {
  return group.units.flatMap((unit, i) => {
    if (unit.kind !== 'group' || unit.join !== 'semi') return [];
    const split = equalitiesOf(unit.group, new Set(group.sources));
    if (split === undefined) return [];
    const inner = {...unit.group, conditions: split.local};
    const turned: JoinUnit = {kind: 'distinct', group: inner, keys: split.keys, after: new Set()};
    const units = group.units.map((u, k) => (k === i ? turned : u));
    return [{...group, units, conditions: [...group.conditions, ...split.equalities]}];
  });
}

interface EqualitySplit {
  readonly local: readonly Expression[];
  readonly equalities: readonly Expression[];
  readonly keys: readonly Expression[];
}

function equalitiesOf(inner: JoinGroup, siblings: ReadonlySet<Source>): EqualitySplit | undefined {
  const own = new Set(inner.sources);
  const local: Expression[] = [];
  const equalities: Expression[] = [];
  const keys: Expression[] = [];
  const reads = (e: Expression): boolean => [...sourcesIn(e)].some(s => own.has(s));
  const readsSiblings = (e: Expression): boolean => [...sourcesIn(e)].some(s => siblings.has(s) && !own.has(s));
  for (const condition of inner.conditions) {
    if (hasBlocking(condition)) return undefined;
    if (!readsSiblings(condition)) {
      local.push(condition);
      continue;
    }
    if (!(condition instanceof Comparison) || condition.operator !== '=') return undefined;
    const {left, right, keyType} = condition;
    const side = reads(left) && !readsSiblings(left) && !reads(right) ? left : right;
    if (side === right && (readsSiblings(right) || reads(left))) return undefined;
    equalities.push(condition);
    keys.push(keyedAs(side, keyType));
  }
  const needsSiblings = inner.units.some(u => [...u.after].some(s => !own.has(s)));
  return keys.length === 0 || needsSiblings ? undefined : {local, equalities, keys};
}
