// Conditions that an index can serve ("sargable"): a column of one source compared with something that is known before the
// source is read. Found once per condition, independent of any index.
//
// A conversion around the column is looked through when it keeps the order (an integer read as DECIMAL or DOUBLE, a DATE as DATETIME): the
// other side then becomes a bound that the column's type can hold when the scan opens (exec/column-bound.ts).

import {Kind, type SqlType} from '../../format/value/types.ts';
import {CompareTexts, Comparison, mirrored} from '../bind/comparison.ts';
import {Convert} from '../bind/convert.ts';
import {type Expression, Volatility} from '../bind/expression.ts';
import {InList} from '../bind/in-list.ts';
import {ColumnRef} from '../bind/leaf.ts';
import {Like} from '../bind/like.ts';
import {And, conjuncts, IsNull, Or} from '../bind/logic.ts';
import type {Source} from '../bind/source.ts';
import {domainOf, isStringType} from '../bind/type-classes.ts';
import {readsAny} from './dependencies.ts';

export type RangeOperator = '=' | '<=>' | '<' | '<=' | '>' | '>=';

/** One thing that is known about a column. */
export type ColumnPredicate =
  | {
      readonly kind: 'compare';
      readonly column: number;
      readonly operator: RangeOperator;
      readonly value: Expression;
      readonly condition: Expression;
      /** The index range says exactly what the condition says, so that the condition need not be tested again. */
      readonly exact: boolean;
    }
  | {
      readonly kind: 'in';
      readonly column: number;
      readonly values: readonly Expression[];
      readonly condition: Expression;
      readonly exact: boolean;
    }
  | {readonly kind: 'isNull'; readonly column: number; readonly condition: Expression}
  | {readonly kind: 'notNull'; readonly column: number; readonly condition: Expression}
  | {
      readonly kind: 'like';
      readonly column: number;
      readonly pattern: Expression;
      readonly escape: string | undefined;
      readonly condition: Expression;
    };

/** A condition as an index sees it: facts that all hold, and alternatives of which one holds. */
export interface Facts {
  readonly predicates: readonly ColumnPredicate[];
  /** Each OR: its branches. */
  readonly alternatives: readonly (readonly Facts[])[];
}

/** What conjuncts say about the columns of a source. Conditions that say nothing are passed over. */
export function factsOf(conditions: readonly Expression[], source: Source): Facts {
  const predicates: ColumnPredicate[] = [];
  const alternatives: (readonly Facts[])[] = [];
  for (const condition of conditions.flatMap(conjuncts)) {
    if (condition instanceof Or) {
      const branches = condition.children.map(branch => factsOf(conjuncts(branch), source));
      if (branches.every(saysSomething)) alternatives.push(branches);
      continue;
    }
    const found = predicateOf(condition, source);
    if (found !== undefined) predicates.push(found);
  }
  return {predicates, alternatives};
}

function saysSomething({predicates, alternatives}: Facts): boolean {
  return predicates.length > 0 || alternatives.length > 0;
}

function predicateOf(condition: Expression, source: Source): ColumnPredicate | undefined {
  if (condition instanceof Comparison) return comparisonPredicate(condition, source);
  if (condition instanceof InList) return inPredicate(condition, source);
  if (condition instanceof IsNull) return nullPredicate(condition, source);
  if (condition instanceof Like) return likePredicate(condition, source);
  return undefined;
}

/** The column behind conversions that keep the order; undefined when there is none. */
function columnBehind(e: Expression, source: Source): ColumnRef | undefined {
  if (e instanceof ColumnRef) return e.source === source ? e : undefined;
  if (!(e instanceof Convert) || !(e.operand instanceof ColumnRef) || e.operand.source !== source) return undefined;
  return keepsOrder(e.operand.type, e.type) ? e.operand : undefined;
}

/** True when different values stay different, in the same order. CAST(moment AS DATE) loses the time: it does not. */
function keepsOrder(from: SqlType, to: SqlType): boolean {
  const source = domainOf(from);
  const target = domainOf(to);
  if (source === 'integer') return target === 'decimal' || target === 'double';
  if (source !== 'datetime' || target !== 'datetime') return false;
  return from.kind === Kind.date || (to.kind !== Kind.date && to.decimals >= from.decimals);
}

/** True when the other side can be had before the source is read. */
function isKnown(e: Expression, source: Source): boolean {
  return e.volatility < Volatility.volatile && !readsAny(e, new Set([source]));
}

function comparisonPredicate(condition: Comparison, source: Source): ColumnPredicate | undefined {
  if (condition.operator === '<>') return undefined;
  const left = columnBehind(condition.left, source);
  if (left !== undefined && isKnown(condition.right, source)) {
    return compare(left, condition.operator, condition.left, condition.right, condition);
  }
  const right = columnBehind(condition.right, source);
  if (right !== undefined && isKnown(condition.left, source)) {
    return compare(right, mirrored(condition.operator) as RangeOperator, condition.right, condition.left, condition);
  }
  return undefined;
}

function compare(
  column: ColumnRef,
  operator: RangeOperator,
  side: Expression,
  value: Expression,
  condition: Comparison,
): ColumnPredicate | undefined {
  const collation = condition instanceof CompareTexts ? condition.collation.id : undefined;
  if (!comparesAsIndexed(column, collation)) return undefined;
  const isEquality = operator === '=' || operator === '<=>';
  if (isMember(column.type) && !(isEquality && column.type.kind === Kind.enum)) return undefined;
  const exact = side === column && isExactType(column.type) && (isEquality || !isStringType(column.type));
  return {kind: 'compare', column: column.column, operator, value, condition, exact};
}

/** ENUM and SET are ordered by number in an index, by text in a comparison. */
function isMember(type: SqlType): boolean {
  return type.kind === Kind.enum || type.kind === Kind.set;
}

/** The index orders text by the column's own collation; JSON is in no index. */
function comparesAsIndexed(column: ColumnRef, collation: number | undefined): boolean {
  if (domainOf(column.type) === 'text') return collation === column.type.collation;
  return column.type.kind !== Kind.json;
}

/** Types for which every bound can be expressed in a key. */
function isExactType(type: SqlType): boolean {
  return type.kind !== Kind.timestamp && type.kind !== Kind.float && type.kind !== Kind.enum;
}

function inPredicate(condition: InList, source: Source): ColumnPredicate | undefined {
  const column = columnBehind(condition.value, source);
  if (column === undefined || !condition.items.every(item => isKnown(item, source))) return undefined;
  const collation = domainOf(condition.comparedAs) === 'text' ? condition.comparedAs.collation : undefined;
  if (!comparesAsIndexed(column, collation) || column.type.kind === Kind.set) return undefined;
  const exact = condition.value === column && isExactType(column.type);
  return {kind: 'in', column: column.column, values: condition.items, condition, exact};
}

function nullPredicate(condition: IsNull, source: Source): ColumnPredicate | undefined {
  const {operand} = condition;
  if (!(operand instanceof ColumnRef) || operand.source !== source) return undefined;
  return {kind: condition.negated ? 'notNull' : 'isNull', column: operand.column, condition};
}

function likePredicate(condition: Like, source: Source): ColumnPredicate | undefined {
  const {value, pattern} = condition;
  if (!(value instanceof ColumnRef) || value.source !== source || !isKnown(pattern, source)) return undefined;
  if (isMember(value.type) || domainOf(pattern.type) !== domainOf(value.type)) return undefined;
  if (condition.collation.id !== value.type.collation) return undefined;
  return {kind: 'like', column: value.column, pattern, escape: condition.escape, condition};
}

/** Conjunctions inside conjuncts, flattened. */
export function flattened(conditions: readonly Expression[]): readonly Expression[] {
  return conditions.flatMap(c => (c instanceof And ? conjuncts(c) : [c]));
}
