// Queries: WITH, set operations, VALUES, TABLE, and the ORDER BY and LIMIT around them. A plain SELECT is bind-select.ts.

import {SqlError} from '../../base/sql-error.ts';
import type * as ast from '../parse/ast.ts';
import {bindWith} from './bind-common.ts';
import {bindAny, bindScalar} from './bind-expression.ts';
import {bindSelect} from './bind-select.ts';
import type {BoundQuery, BoundSetOperation, BoundValues, OrderKey, Output} from './bound-query.ts';
import {convertExactly, convertTo} from './convert.ts';
import type {Expression} from './expression.ts';
import {Parameter, Slot} from './leaf.ts';
import {Scope} from './scope.ts';
import {BIGINT} from './type-classes.ts';
import {unifyTypes} from './unify.ts';

/** Binds a query; `parent` is the scope around it, undefined at the top of a statement. */
export function bindQuery(query: ast.Query, parent: Scope | undefined, binder = parent?.binder): BoundQuery {
  if (binder === undefined) throw new SqlError('ER_UNKNOWN_ERROR', 'a query without a binder');
  const scope = new Scope(binder, parent);
  bindWith(query.with, scope);
  return bindBody(query.body, query, scope);
}

function bindBody(body: ast.QueryBody, query: ast.Query, scope: Scope): BoundQuery {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, query, scope);
    case 'table':
      return bindSelect(selectStar(body), query, scope);
    case 'values':
      return around(bindValues(body, scope), query, scope);
    case 'query':
      return parenthesised(body, query, scope);
    default:
      return around(bindSetOperation(body, scope), query, scope);
  }
}

/** TABLE t is SELECT * FROM t. */
function selectStar(body: ast.TableBody): ast.Select {
  const table: ast.BaseTable = {
    kind: 'baseTable',
    at: body.at,
    table: body.table,
    alias: null,
    partitions: [],
    indexHints: [],
  };
  return {
    kind: 'select',
    at: body.at,
    hints: null,
    distinct: false,
    modifiers: [],
    items: [{kind: 'wildcard', at: body.at, schema: null, table: null}],
    from: [table],
    where: null,
    groupBy: [],
    rollup: false,
    having: null,
    windows: [],
  };
}

/** (query) ORDER BY ... LIMIT ...: nothing more when there is nothing around the parentheses. */
function parenthesised(inner: ast.Query, query: ast.Query, scope: Scope): BoundQuery {
  const bound = bindBranch(inner, scope);
  if (query.orderBy.length === 0 && query.limit === null) return bound;
  return around(setOf('union', true, [bound], scope), query, scope);
}

/** ORDER BY and LIMIT over the columns of a set operation or VALUES. */
function around<T extends BoundSetOperation | BoundValues>(bound: T, query: ast.Query, scope: Scope): T {
  scope.fallback = name => outputNamed(bound.outputs, name);
  scope.within('order clause', () => {
    bound.orderBy = query.orderBy.map(item => bindOutputOrder(item, bound.outputs, scope));
  });
  bound.limit = bindLimit(query.limit?.count ?? null, scope);
  bound.offset = bindLimit(query.limit?.offset ?? null, scope);
  return bound;
}

function outputNamed(outputs: readonly Output[], name: string): Expression | undefined {
  const lower = name.toLowerCase();
  return outputs.find(o => o.name.toLowerCase() === lower)?.expression;
}

function bindOutputOrder(item: ast.OrderItem, outputs: readonly Output[], scope: Scope): OrderKey {
  const {expression, descending} = item;
  if (expression.kind === 'column' && expression.table !== null) {
    throw new SqlError('ER_TABLENAME_NOT_ALLOWED_HERE', expression.table, 'global ORDER clause');
  }
  if (expression.kind !== 'integer') return {expression: bindScalar(expression, scope), descending};
  const output = outputs[Number(expression.value) - 1];
  if (output === undefined) throw new SqlError('ER_BAD_FIELD', String(expression.value), 'order clause');
  return {expression: output.expression, descending};
}

/** A LIMIT or OFFSET: a whole number, or a parameter that is one. */
export function bindLimit(value: ast.LimitValue | null, scope: Scope): Expression | undefined {
  if (value === null) return undefined;
  const bound = bindScalar(value, scope);
  return bound instanceof Parameter ? convertTo(bound, BIGINT) : bound;
}

// --- Set operations ------------------------------------------------------------------------------------------------

/** A branch is a query of its own: it sees the WITH clause, and no columns of its siblings. */
function bindBranch(body: ast.QueryBody, scope: Scope): BoundQuery {
  const query: ast.Query =
    body.kind === 'query'
      ? body
      : {kind: 'query', at: body.at, with: null, body, orderBy: [], limit: null, locking: [], into: null};
  const inner = branchScope(scope);
  const bound = scope.binder.nested(() => bindQuery(query, inner));
  for (const outer of inner.outer) scope.noteOuter(outer);
  return bound;
}

function branchScope(scope: Scope): Scope {
  const inner = new Scope(scope.binder, scope.parent);
  for (const [name, common] of scope.commons) inner.commons.set(name, common);
  return inner;
}

/** Operands are applied from left to right; a UNION takes all of its own at once. */
function bindSetOperation(body: ast.SetOperation, scope: Scope): BoundSetOperation {
  const {operator, all} = body;
  if (operator === 'union') {
    const branches = body.operands.flatMap(operand => unionOperands(operand, all));
    return setOf(
      operator,
      all,
      branches.map(branch => bindBranch(branch, scope)),
      scope,
    );
  }
  const [first, second, ...rest] = body.operands.map(operand => bindBranch(operand, scope));
  return rest.reduce<BoundSetOperation>(
    (left, right) => setOf(operator, all, [left, right], scope),
    setOf(operator, all, [first, second], scope),
  );
}

/** A UNION DISTINCT takes in whatever UNION its operands are. */
function unionOperands(body: ast.QueryBody, all: boolean): readonly ast.QueryBody[] {
  if (all || body.kind !== 'setOperation' || body.operator !== 'union') return [body];
  return body.operands.flatMap(operand => unionOperands(operand, all));
}

function setOf(
  operator: ast.SetOperation['operator'],
  all: boolean,
  branches: readonly BoundQuery[],
  scope: Scope,
): BoundSetOperation {
  const [first] = branches;
  for (const branch of branches) {
    if (branch.outputs.length !== first.outputs.length) throw new SqlError('ER_WRONG_NUMBER_OF_COLUMNS');
  }
  const connection = scope.binder.environment.session.collationConnection;
  const types = first.outputs.map((_, i) =>
    unifyTypes(
      branches.map(b => b.outputs[i].expression),
      connection,
      operator.toUpperCase(),
    ),
  );
  const targets = scope.binder.registers.takeMany(types.length);
  return {
    kind: 'set',
    operator,
    all,
    branches,
    branchOutputs: branches.map(b => b.outputs.map((o, i) => convertExactly(o.expression, types[i]))),
    targets,
    types,
    outputs: first.outputs.map(({name}, i) => {
      const nullable = branches.some(b => b.outputs[i].expression.nullable);
      return {name, expression: new Slot(targets[i], types[i], nullable, name), origin: undefined};
    }),
    orderBy: [],
    limit: undefined,
    offset: undefined,
    outer: scope.outer,
  };
}

// --- VALUES --------------------------------------------------------------------------------------------------------

function bindValues(body: ast.ValuesBody, scope: Scope): BoundValues {
  const rows = body.rows.map(row => row.map(value => bindAny(value, scope)));
  const width = rows[0].length;
  for (const [i, row] of rows.entries()) {
    if (row.length !== width) throw new SqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
  }
  const connection = scope.binder.environment.session.collationConnection;
  const types = rows[0].map((_, i) =>
    unifyTypes(
      rows.map(row => row[i]),
      connection,
      'VALUES',
    ),
  );
  const targets = scope.binder.registers.takeMany(width);
  return {
    kind: 'values',
    rows: rows.map(row => row.map((value, i) => convertExactly(value, types[i]))),
    targets,
    outputs: types.map((type, i) => {
      const name = `column_${i}`;
      const nullable = rows.some(row => row[i].nullable);
      return {name, expression: new Slot(targets[i], type, nullable, name), origin: undefined};
    }),
    orderBy: [],
    limit: undefined,
    offset: undefined,
    outer: scope.outer,
  };
}
