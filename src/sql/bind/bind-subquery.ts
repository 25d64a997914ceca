// Subqueries in expressions: (SELECT ...), EXISTS, IN (SELECT ...), comparisons with ANY and ALL.

import {SqlError} from '../../base/sql-error.ts';
import type {Query} from '../parse/ast.ts';
import type * as ast from '../parse/ast-expression.ts';
import {bindAny} from './bind-expression.ts';
import {bindQuery} from './bind-query.ts';
import type {BoundQuery} from './bound-query.ts';
import {columnsOf, compareExpressions} from './comparison-bind.ts';
import {negate} from './condition.ts';
import type {Expression} from './expression.ts';
import {RowValue, Slot} from './leaf.ts';
import type {Scope} from './scope.ts';
import {ExistsSubquery, QuantifiedSubquery, ScalarSubquery, SubqueryColumn} from './subquery.ts';

function bindInner(query: Query, scope: Scope): BoundQuery {
  if (query.into !== null) throw new SqlError('ER_WRONG_USAGE', 'INTO', 'subquery');
  return scope.binder.nested(() => bindQuery(query, scope));
}

/** (SELECT ...): a value, or a row where it has several columns. */
export function bindScalarSubquery(e: ast.Subquery, scope: Scope): Expression {
  const query = bindInner(e.query, scope);
  const subquery = new ScalarSubquery(query, scope.binder.registers.takeMany(query.outputs.length));
  if (query.outputs.length === 1) return subquery;
  return new RowValue(query.outputs.map((_, i) => new SubqueryColumn(subquery, i)));
}

export function bindExists(e: ast.Exists, scope: Scope): Expression {
  return new ExistsSubquery(bindInner(e.query, scope), scope.binder.registers.take());
}

export function bindInQuery(e: ast.InQuery, scope: Scope): Expression {
  const found = quantified(e.value, '=', 'any', e.query, scope);
  return e.negated ? negate(found) : found;
}

/** Rows can be compared with = ANY (IN) and <> ALL (NOT IN) only. */
export function bindQuantified(e: ast.QuantifiedComparison, scope: Scope): Expression {
  if (e.operator === '<>' && e.quantifier === 'all') return negate(quantified(e.left, '=', 'any', e.query, scope));
  return quantified(e.left, e.operator, e.quantifier, e.query, scope);
}

function quantified(
  value: ast.Expression,
  operator: ast.ComparisonOperator,
  quantifier: 'any' | 'all',
  syntax: Query,
  scope: Scope,
): Expression {
  const left = bindAny(value, scope);
  const query = bindInner(syntax, scope);
  if (query.outputs.length !== columnsOf(left)) throw new SqlError('ER_OPERAND_COLUMNS', columnsOf(left));
  const registers = scope.binder.registers.takeMany(query.outputs.length);
  const slots = query.outputs.map(({expression, name}, i) => {
    return new Slot(registers[i], expression.type, expression.nullable, name, expression.coercibility);
  });
  const right = left instanceof RowValue ? new RowValue(slots) : slots[0];
  const connection = scope.binder.environment.session.collationConnection;
  const condition = compareExpressions(operator, left, right, connection);
  const items = left instanceof RowValue ? left.children : [left];
  return new QuantifiedSubquery(
    query,
    operator,
    quantifier,
    items,
    registers,
    condition,
    scope.binder.registers.take(),
  );
}
