// ONLY_FULL_GROUP_BY: in a grouped query, a column outside of aggregates must be the same for all rows of its group (1055, 1140).
//
// It is when it is a group key, or when a key of its table is: the primary key or a unique index without NULLs, all of whose columns
// are group keys or equal to constants, determines the other columns. Columns that WHERE equates with one of these count too.

import {SqlError} from '../../base/sql-error.ts';
import {AggregateCall} from './aggregate-call.ts';
import type {BoundSelect} from './bound-query.ts';
import {sourcesOf} from './bound-query.ts';
import {Comparison} from './comparison.ts';
import {type Expression, isStable} from './expression.ts';
import {AnyValue} from './group-expressions.ts';
import {ColumnRef} from './leaf.ts';
import type {Source} from './source.ts';
import {WindowCall} from './window-call.ts';

/** Throws 1055 or 1140 for the first select item or ORDER BY item that has a loose column. */
export function checkGrouping(select: BoundSelect): void {
  const {grouping} = select;
  if (grouping === undefined) return;
  const fixed = new FixedColumns(select);
  for (const [i, {expression}] of select.outputs.entries()) {
    check(computedExpression(expression, select), i + 1, 'SELECT list', fixed);
  }
  for (const [i, {expression}] of select.orderBy.entries()) {
    check(computedExpression(expression, select), i + 1, 'ORDER BY', fixed);
  }
  for (const condition of select.having) {
    const loose = fixed.looseColumn(condition);
    if (loose !== undefined) throw new SqlError('ER_NON_GROUPING_FIELD_USED', loose.name, 'HAVING');
  }
}

/** SELECT DISTINCT: ORDER BY must not read columns that are not selected (3065). */
export function checkDistinctOrder(select: BoundSelect): void {
  if (!select.distinct) return;
  const selected = new Set(select.outputs.map(o => String(computedExpression(o.expression, select))));
  for (const [i, {expression}] of select.orderBy.entries()) {
    const loose = unselectedColumn(computedExpression(expression, select), selected);
    if (loose === undefined) continue;
    throw new SqlError('ER_FIELD_IN_ORDER_NOT_SELECT', i + 1, columnText(loose), 'DISTINCT');
  }
}

function unselectedColumn(e: Expression, selected: ReadonlySet<string>): ColumnRef | undefined {
  if (selected.has(String(e))) return undefined;
  if (e instanceof ColumnRef) return e;
  for (const child of e.children) {
    const found = unselectedColumn(child, selected);
    if (found !== undefined) return found;
  }
  return undefined;
}

function columnText({source, name}: ColumnRef): string {
  return `${source.schema === '' ? '' : `${source.schema}.`}${source.alias}.${name}`;
}

function computedExpression(e: Expression, select: BoundSelect): Expression {
  const text = String(e);
  return select.computed.find(c => String(c.expression) === text)?.expression ?? e;
}

function check(e: Expression, number: number, list: string, fixed: FixedColumns): void {
  const loose = fixed.looseColumn(e);
  if (loose === undefined) return;
  const column = columnText(loose);
  if (fixed.hasKeys) throw new SqlError('ER_WRONG_FIELD_WITH_GROUP_V2', number, list, column);
  throw new SqlError('ER_MIX_OF_GROUP_FUNC_AND_FIELDS', number, column);
}

/** Which columns have one value per group. */
class FixedColumns {
  readonly hasKeys: boolean;
  readonly #keyTexts: ReadonlySet<string>;
  readonly #local: ReadonlySet<Source>;
  readonly #fixed: Map<Source, Set<number>> = new Map();

  constructor(select: BoundSelect) {
    const keys = select.grouping?.keys ?? [];
    this.hasKeys = keys.length > 0;
    this.#keyTexts = new Set(keys.map(String));
    this.#local = new Set(sourcesOf(select.from));
    for (const key of keys) if (key instanceof ColumnRef) this.#fix(key);
    this.#spread(select.where);
  }

  /** The first column that is not fixed, outside of aggregates and group keys. */
  looseColumn(e: Expression): ColumnRef | undefined {
    if (e instanceof AggregateCall || e instanceof AnyValue || this.#keyTexts.has(String(e))) return undefined;
    if (e instanceof ColumnRef) return this.#isFixed(e) ? undefined : e;
    if (e instanceof WindowCall && e.children.length === 0) return undefined;
    for (const child of e.children) {
      const found = this.looseColumn(child);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #isFixed(ref: ColumnRef): boolean {
    if (!this.#local.has(ref.source)) return true;
    return this.#fixed.get(ref.source)?.has(ref.column) === true || this.#isDetermined(ref.source);
  }

  #fix(ref: ColumnRef): boolean {
    const columns = this.#fixed.get(ref.source) ?? new Set();
    if (columns.has(ref.column)) return false;
    columns.add(ref.column);
    this.#fixed.set(ref.source, columns);
    return true;
  }

  /** Some unique key of the table has only fixed columns. */
  #isDetermined(source: Source): boolean {
    const {origin} = source;
    const fixed = this.#fixed.get(source);
    if (origin.kind !== 'table' || fixed === undefined) return false;
    return origin.table.indexes.some(
      index =>
        index.kind !== 'index' &&
        index.parts.every(p => p.length === 0 && fixed.has(p.column) && !origin.table.columns[p.column].nullable),
    );
  }

  /** Follows equalities of WHERE until nothing new is fixed. */
  #spread(where: readonly Expression[]): void {
    for (let again = true; again; ) {
      again = false;
      for (const condition of where) {
        if (!(condition instanceof Comparison) || condition.operator !== '=') continue;
        if (this.#spreadTo(condition.left, condition.right)) again = true;
        if (this.#spreadTo(condition.right, condition.left)) again = true;
      }
    }
  }

  #spreadTo(column: Expression, other: Expression): boolean {
    if (!(column instanceof ColumnRef) || !this.#local.has(column.source)) return false;
    const known = isStable(other) || (other instanceof ColumnRef && this.#isFixed(other));
    return known && this.#fix(column);
  }
}
