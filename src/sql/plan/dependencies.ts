// What an expression reads: which sources, which registers. The planner's questions about order all come down to these.

import {AggregateCall} from '../bind/aggregate-call.ts';
import {type Expression, some, walk} from '../bind/expression.ts';
import {ColumnRef, Slot} from '../bind/leaf.ts';
import type {Source} from '../bind/source.ts';
import {BlockingExpression, ExistsSubquery, QuantifiedSubquery, ScalarSubquery} from '../bind/subquery.ts';
import {WindowCall} from '../bind/window-call.ts';

/** The sources whose rows an expression reads. */
export function sourcesIn(e: Expression): ReadonlySet<Source> {
  const found = new Set<Source>();
  walk(e, part => {
    if (part instanceof ColumnRef) found.add(part.source);
    return undefined;
  });
  return found;
}

/** True when the expression reads a row of one of these sources. */
export function readsAny(e: Expression, sources: ReadonlySet<Source>): boolean {
  return some(e, part => part instanceof ColumnRef && sources.has(part.source));
}

/** True when every row the expression reads, among `local` sources, is of one of `available`. */
export function readsOnly(e: Expression, local: ReadonlySet<Source>, available: ReadonlySet<Source>): boolean {
  for (const source of sourcesIn(e)) if (local.has(source) && !available.has(source)) return false;
  return true;
}

export function hasBlocking(e: Expression): boolean {
  return some(e, part => part instanceof BlockingExpression);
}

/** Where an expression is evaluated: results of later stages are registers there, their inputs are not needed any more. */
export interface Stage {
  /** Aggregates have been computed. */
  readonly aggregated: boolean;
  /** Window functions have been computed. */
  readonly windowed: boolean;
}

/** The registers that evaluating these expressions at a stage reads. */
export function registersRead(expressions: Iterable<Expression>, stage: Stage): Set<number> {
  const found = new Set<number>();
  for (const e of expressions) walk(e, part => note(part, stage, found));
  return found;
}

function note(part: Expression, stage: Stage, found: Set<number>): boolean | undefined {
  if (part instanceof ColumnRef || part instanceof Slot) found.add(part.register);
  else if (part instanceof AggregateCall && stage.aggregated) {
    found.add(part.register);
    return false;
  } else if (part instanceof WindowCall && stage.windowed) {
    found.add(part.register);
    return false;
  }
  return undefined;
}

/** The registers that blocking parts fill, besides those of outside. */
export function resultRegisters(part: BlockingExpression): Int32Array {
  if (part instanceof ScalarSubquery) return part.registers;
  if (part instanceof ExistsSubquery || part instanceof QuantifiedSubquery) return Int32Array.of(part.register);
  return new Int32Array(0);
}

/** The registers that a source fills. */
export function producedBy(sources: Iterable<Source>): Int32Array {
  const found: number[] = [];
  for (const source of sources) for (const register of source.registers) if (register >= 0) found.push(register);
  return Int32Array.from(found);
}
