// Small plan nodes around others: filters, lifted steps, with their estimates.

import {Comparison} from '../bind/comparison.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {hasBlocking, sourcesIn} from './dependencies.ts';
import {liftAll} from './lift.ts';
import type {PlanNode} from './physical.ts';
import {Cost, Selectivity} from './statistics.ts';

/** What is known of the share of rows that a condition lets through; undefined: nothing. */
export type KnownShare = (condition: Expression) => number | undefined;

const NOTHING_KNOWN: KnownShare = () => undefined;

/** The node with conditions tested on its rows; those that read no row at all become a gate in front of it. */
export function filtered(
  child: PlanNode,
  conditions: readonly Expression[],
  known: KnownShare = NOTHING_KNOWN,
): PlanNode {
  if (conditions.length === 0) return child;
  const isGate = (c: Expression): boolean =>
    c.volatility <= Volatility.stable && sourcesIn(c).size === 0 && !hasBlocking(c);
  const gates = conditions.filter(isGate);
  const rest = conditions.filter(c => !isGate(c));
  const inner = rest.length === 0 ? child : filter(child, rest, known);
  if (gates.length === 0) return inner;
  return {kind: 'gate', child: inner, conditions: gates, rows: inner.rows, cost: inner.cost};
}

function filter(child: PlanNode, conditions: readonly Expression[], known: KnownShare): PlanNode {
  const rows = Math.max(child.rows * shareOf(conditions, known), Math.min(child.rows, 0.1));
  const cost = child.cost + child.rows * Cost.filterRow * conditions.length;
  return {kind: 'filter', child, conditions, rows, cost};
}

/** Share of rows that conditions let through, taken for independent of each other. */
export function shareOf(conditions: readonly Expression[], known: KnownShare): number {
  return conditions.reduce((share, condition) => share * (known(condition) ?? selectivity(condition)), 1);
}

function selectivity(condition: Expression): number {
  return condition instanceof Comparison && condition.operator === '=' ? 0.1 : Selectivity.other;
}

/** The node with conditions that have subqueries in them: each is run and tested, one after the other. */
export function applied(child: PlanNode, conditions: readonly Expression[]): PlanNode {
  let node = child;
  for (const condition of conditions) node = filter(lifted(node, [condition]), [condition], NOTHING_KNOWN);
  return node;
}

/** The node with everything run that these expressions need run before they can be evaluated. */
export function lifted(child: PlanNode, expressions: readonly Expression[]): PlanNode {
  const steps = liftAll(expressions);
  if (steps.length === 0) return child;
  return {kind: 'apply', child, steps, rows: child.rows, cost: child.cost + child.rows * 10 * steps.length};
}
