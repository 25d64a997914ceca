// SELECT. Clauses are bound in the order in which they mean something: FROM, WHERE, GROUP BY, the select list, HAVING, ORDER BY.
//
// Who sees aliases of the select list: GROUP BY and HAVING after the columns of FROM, ORDER BY before them when the whole item is one name,
// after them inside an expression; WHERE not at all.

import {SqlError} from '../../base/sql-error.ts';
import {LockMode, LockWait} from '../../engine/api.ts';
import {SqlMode} from '../../format/value/sql-mode.ts';
import type * as ast from '../parse/ast.ts';
import type * as astExpression from '../parse/ast-expression.ts';
import {AggregateCall} from './aggregate-call.ts';
import {bindCondition, bindScalar} from './bind-expression.ts';
import {bindFrom} from './bind-from.ts';
import {bindGroupBy} from './bind-group.ts';
import {bindLimit} from './bind-query.ts';
import {bindNamedWindows} from './bind-window.ts';
import type {BoundSelect, Computed, Grouping, OrderKey, Output} from './bound-query.ts';
import {type Expression, Volatility} from './expression.ts';
import {checkDistinctOrder, checkGrouping} from './group-check.ts';
import {IndexedExpression, indexedExpression, mayBeIndexed} from './indexed-expression.ts';
import {ColumnRef, Constant, Slot} from './leaf.ts';
import {conjuncts} from './logic.ts';
import {originOf} from './output-origin.ts';
import {isNamed, type NamedColumn, type Scope} from './scope.ts';

/** Binds a SELECT with the ORDER BY, LIMIT and locking clauses of the query it is the body of. */
export function bindSelect(select: ast.Select, query: ast.Query, scope: Scope): BoundSelect {
  const keepsOrder = query.orderBy.length === 0 && !select.distinct && select.groupBy.length === 0;
  const from = bindFrom(select.from, scope, keepsOrder);
  applyLocking(query.locking, scope);
  bindNamedWindows(select.windows, scope);
  const where = bindWhere(select.where, scope);
  const items = expandItems(select, scope);
  const keys = bindGroupBy(select, items, scope);
  const outputs = bindItems(items, scope);
  const having = bindHaving(select.having, outputs, keys?.keys ?? [], scope);
  const computed: Computed[] = [];
  // What is grouped or made distinct is ordered by what is left of it.
  scope.keepsExpressions = select.distinct || keys !== undefined || scope.aggregates.size > 0;
  const orderBy = bindOrderBy(query.orderBy, items, outputs, computed, scope);
  scope.keepsExpressions = false;
  const grouping = groupingOf(keys, scope);
  const bound: BoundSelect = {
    kind: 'select',
    from,
    where,
    grouping,
    having,
    windows: [...scope.windows.values()],
    distinct: select.distinct,
    computed,
    calcFoundRows: select.modifiers.includes('sql_calc_found_rows'),
    straightJoin: select.modifiers.includes('straight_join'),
    outputs,
    orderBy: isOneRow(grouping) ? [] : orderBy,
    limit: bindLimit(query.limit?.count ?? null, scope),
    offset: bindLimit(query.limit?.offset ?? null, scope),
    outer: scope.outer,
  };
  const {sqlMode} = scope.binder.environment.session;
  if ((sqlMode & SqlMode.onlyFullGroupBy) !== 0) {
    checkGrouping(bound);
    checkDistinctOrder(bound);
  }
  return bound;
}

function isOneRow(grouping: Grouping | undefined): boolean {
  return grouping !== undefined && grouping.keys.length === 0;
}

function bindWhere(where: ast.Select['where'], scope: Scope): readonly Expression[] {
  if (where === null) return [];
  return scope.within('where clause', () => conjuncts(bindCondition(where, scope)));
}

/** Aggregates were found while the clauses were bound; with neither them nor keys there is no grouping. */
function groupingOf(keys: Omit<Grouping, 'aggregates'> | undefined, scope: Scope): Grouping | undefined {
  const aggregates = [...scope.aggregates.values()];
  if (keys === undefined && aggregates.length === 0) return undefined;
  return {keys: keys?.keys ?? [], rollup: keys?.rollup, aggregates};
}

// --- Locking -------------------------------------------------------------------------------------------------------

function applyLocking(clauses: readonly ast.LockingClause[], scope: Scope): void {
  for (const {strength, of, wait} of clauses) {
    const mode = strength === 'update' ? LockMode.exclusive : LockMode.share;
    const how = wait === 'wait' ? LockWait.wait : wait === 'nowait' ? LockWait.nowait : LockWait.skip;
    const named = of.map(({schema, name}) => {
      const source = scope.namespace.sources.find(s => isNamed(s, schema, name));
      if (source === undefined) throw new SqlError('ER_UNRESOLVED_TABLE_LOCK', name);
      return source;
    });
    for (const source of of.length === 0 ? scope.namespace.sources : named) source.lock = {mode, wait: how};
  }
}

// --- Select list ---------------------------------------------------------------------------------------------------

/** A select item before binding: an expression, or a column that `*` stands for. */
export type Item =
  | {readonly kind: 'item'; readonly name: string; readonly item: ast.SelectExpression}
  | {readonly kind: 'column'; readonly name: string; readonly column: NamedColumn};

function expandItems(select: ast.Select, scope: Scope): readonly Item[] {
  return select.items.flatMap(item => {
    if (item.kind === 'wildcard') return expandWildcard(item, select.from.length > 0, scope);
    return [{kind: 'item' as const, name: nameOf(item), item}];
  });
}

function nameOf({alias, expression, text}: ast.SelectExpression): string {
  if (alias !== null) return alias;
  if (expression.kind === 'string') return Buffer.from(expression.value).toString().trimStart();
  return expression.kind === 'column' ? expression.name : text;
}

function expandWildcard(item: ast.Wildcard, hasTables: boolean, scope: Scope): readonly Item[] {
  if (!hasTables) throw new SqlError('ER_NO_TABLES_USED');
  const {table, schema} = item;
  const asItem = (column: NamedColumn): Item => ({kind: 'column', name: column.name, column});
  const visible = (c: NamedColumn): boolean => !c.source.columns[c.column].invisible;
  if (table === null) {
    for (const each of scope.namespace.sources) each.checkAllReadable();
    return scope.namespace.columns.filter(visible).map(asItem);
  }
  const source = scope.namespace.sources.find(s => isNamed(s, schema, table));
  if (source === undefined) throw new SqlError('ER_BAD_TABLE', table);
  source.checkAllReadable();
  return source.columns.flatMap((c, column) => {
    const named = {lower: c.name.toLowerCase(), name: c.name, source, column};
    return visible(named) ? [asItem(named)] : [];
  });
}

function bindItems(items: readonly Item[], scope: Scope): Output[] {
  scope.aggregateRule = 'allowed';
  scope.windowsAllowed = true;
  const outputs = items.map(item => bindItem(item, scope));
  scope.aggregateRule = 'forbidden';
  scope.windowsAllowed = false;
  return outputs;
}

function bindItem(item: Item, scope: Scope): Output {
  if (item.kind === 'column') {
    const {source, column} = item.column;
    const expression = replacedBy(source.ref(column), scope);
    return {name: item.name, expression, origin: originOf(source, column)};
  }
  const {expression} = item.item;
  const bound = bindScalar(expression, scope);
  const named = expression.kind === 'column' ? scope.column(expression) : undefined;
  return {name: item.name, expression: bound, origin: named && originOf(named.source, named.column)};
}

function replacedBy(e: Expression, scope: Scope): Expression {
  return scope.replaced.get(String(e)) ?? e;
}

// --- HAVING, ORDER BY ----------------------------------------------------------------------------------------------

function outputNamed(outputs: readonly Output[], name: string): Output | undefined {
  const lower = name.toLowerCase();
  return outputs.find(o => o.name.toLowerCase() === lower);
}

/** HAVING sees aliases, and prefers them to columns unless the name is a group key. */
function bindHaving(
  having: ast.Select['having'],
  outputs: readonly Output[],
  keys: readonly Expression[],
  scope: Scope,
): readonly Expression[] {
  if (having === null) return [];
  scope.aggregateRule = 'allowed';
  scope.preferred = name => {
    const lower = name.toLowerCase();
    const isKey = keys.some(key => key instanceof ColumnRef && key.name.toLowerCase() === lower);
    return isKey ? undefined : outputNamed(outputs, name)?.expression;
  };
  const bound = scope.within('having clause', () => conjuncts(bindCondition(having, scope)));
  scope.preferred = undefined;
  scope.aggregateRule = 'forbidden';
  return bound;
}

function bindOrderBy(
  order: readonly ast.OrderItem[],
  items: readonly Item[],
  outputs: readonly Output[],
  computed: Computed[],
  scope: Scope,
): readonly OrderKey[] {
  scope.aggregateRule = 'allowed';
  scope.windowsAllowed = true;
  scope.fallback = name => {
    const output = outputNamed(outputs, name);
    return output === undefined ? undefined : computedOnce(output, computed, scope);
  };
  const keys = scope.within('order clause', () =>
    order.map(({expression, descending}) => ({
      expression: bindOrderItem(expression, items, outputs, computed, scope),
      descending,
    })),
  );
  scope.fallback = undefined;
  scope.aggregateRule = 'forbidden';
  scope.windowsAllowed = false;
  return keys.filter(key => key.expression.volatility > Volatility.stable);
}

function bindOrderItem(
  e: astExpression.Expression,
  items: readonly Item[],
  outputs: readonly Output[],
  computed: Computed[],
  scope: Scope,
): Expression {
  const position = positionOf(e);
  if (position !== undefined) {
    const output = outputs[position - 1];
    if (output === undefined) throw new SqlError('ER_BAD_FIELD', String(position), 'order clause');
    return indexedItem(items[position - 1], scope) ?? computedOnce(output, computed, scope);
  }
  const alias = e.kind === 'column' && e.table === null ? outputNamed(outputs, e.name) : undefined;
  if (alias !== undefined)
    return indexedItem(items[outputs.indexOf(alias)], scope) ?? computedOnce(alias, computed, scope);
  const bound = bindScalar(e, scope);
  return bound instanceof IndexedExpression ? bound : sameOutput(bound, outputs, computed, scope);
}

/** The column that stands for a select item in the order; undefined where there is none. */
function indexedItem(item: Item, scope: Scope): Expression | undefined {
  if (item.kind === 'column' || scope.replaced.size > 0 || !mayBeIndexed(scope)) return undefined;
  return indexedExpression(item.item.expression, scope);
}

/** The number of a select item that ORDER BY or GROUP BY means. */
export function positionOf(e: astExpression.Expression): number | undefined {
  return e.kind === 'integer' ? Number(e.value) : undefined;
}

/** An ORDER BY expression that is a select item too is evaluated once. */
function sameOutput(e: Expression, outputs: readonly Output[], computed: Computed[], scope: Scope): Expression {
  const text = String(e);
  const output = outputs.find(o => String(o.expression) === text);
  return output === undefined ? e : computedOnce(output, computed, scope);
}

/** Makes a select item a register that is filled before the rows are sorted; plain columns and results are registers already. */
function computedOnce(output: Output, computed: Computed[], scope: Scope): Expression {
  const {expression} = output;
  const isRegister =
    expression instanceof ColumnRef || expression instanceof Slot || expression instanceof AggregateCall;
  if (isRegister || expression instanceof Constant) return expression;
  const register = scope.binder.registers.take();
  computed.push({expression, register});
  const {type, nullable, coercibility} = expression;
  output.expression = new Slot(register, type, nullable, String(expression), coercibility);
  return output.expression;
}
