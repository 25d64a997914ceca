// From syntax to bound expressions. This file is the switch over the kinds of nodes; operators with rules of their own are in
// bind-operator.ts, subqueries in bind-subquery.ts, aggregates and windows in bind-aggregate.ts and bind-window.ts, functions in
// sql/functions.

import {SqlError} from '../../base/sql-error.ts';
import {findCollation} from '../../format/value/collation.ts';
import {bindCall, bindSpecial} from '../functions/bind-function.ts';
import type * as ast from '../parse/ast-expression.ts';
import type {Aggregate, Call, WindowFunction} from '../parse/ast-function.ts';
import {bindArithmetic, bindNegation} from './arithmetic-bind.ts';
import {bindAggregate} from './bind-aggregate.ts';
import {bindDefault} from './bind-default.ts';
import {
  bindBetween,
  bindBitOperation,
  bindCase,
  bindComparison,
  bindInList,
  bindIs,
  bindLike,
  bindLogical,
  bindRegexp,
} from './bind-operator.ts';
import {bindExists, bindInQuery, bindQuantified, bindScalarSubquery} from './bind-subquery.ts';
import {bindWindowFunction} from './bind-window.ts';
import {Collated} from './collated.ts';
import {asCondition, negate} from './condition.ts';
import {convertTo, HexParameter} from './convert.ts';
import type {Expression} from './expression.ts';
import {fold} from './fold.ts';
import {indexedExpression, mayBeIndexed} from './indexed-expression.ts';
import {Parameter, RowValue} from './leaf.ts';
import {bindLiteral, literalType} from './literal.ts';
import type {Scope} from './scope.ts';
import {bytesType, displayLength, textType} from './type-classes.ts';
import {SystemVariableRef, typeOfValue, UserVariableAssignment, UserVariableRef} from './variables.ts';

/** Binds any expression, a row too. */
export function bindAny(e: ast.Expression, scope: Scope): Expression {
  const indexed = mayBeIndexed(scope) ? indexedExpression(e, scope) : undefined;
  const bound = indexed ?? fold(bindNode(e, scope), scope.binder.environment.session);
  if (scope.replaced.size === 0 || scope.aggregateRule === 'inside') return bound;
  return scope.replaced.get(String(bound)) ?? bound;
}

/** Binds an expression of one column; a row is error 1241. */
export function bindScalar(e: ast.Expression, scope: Scope): Expression {
  const bound = bindAny(e, scope);
  if (bound instanceof RowValue) throw new SqlError('ER_OPERAND_COLUMNS', 1);
  return bound;
}

/** Binds a condition: WHERE, ON, HAVING, operands of AND. */
export function bindCondition(e: ast.Expression, scope: Scope): Expression {
  return fold(asCondition(bindScalar(e, scope)), scope.binder.environment.session);
}

function bindNode(e: ast.Expression, scope: Scope): Expression {
  const {session} = scope.binder.environment;
  switch (e.kind) {
    case 'parameter':
      return bindParameter(e, scope);
    case 'column':
      return scope.resolve(e);
    case 'userVariable':
      return new UserVariableRef(
        e.name,
        typeOfValue(session.userVariable(e.name), session.collationConnection),
        session.collationConnection,
      );
    case 'assignment':
      return new UserVariableAssignment(e.name, bindScalar(e.value, scope));
    case 'systemVariable':
      return new SystemVariableRef(systemName(e), e.scope === 'global' ? 'global' : 'session', session);
    case 'default':
      return bindDefault(e, scope);
    case 'insertedValue':
      return bindInsertedValue(e, scope);
    case 'unary':
      return bindUnary(e, scope);
    case 'arithmetic':
      return bindArithmeticNode(e, scope);
    case 'comparison':
      return bindComparison(e, scope);
    case 'quantified':
      return bindQuantified(e, scope);
    case 'logical':
      return bindLogical(e, scope);
    case 'is':
      return bindIs(e, scope);
    case 'between':
      return bindBetween(e, scope);
    case 'inList':
      return bindInList(e, scope);
    case 'inQuery':
      return bindInQuery(e, scope);
    case 'like':
      return bindLike(e, scope);
    case 'regexp':
      return bindRegexp(e, scope);
    case 'collate':
      return bindCollate(e, scope);
    case 'case':
      return bindCase(e, scope);
    case 'row':
      return new RowValue(e.items.map(item => bindScalar(item, scope)));
    case 'subquery':
      return bindScalarSubquery(e, scope);
    case 'exists':
      return bindExists(e, scope);
    case 'call':
      return bindCallNode(e, scope);
    case 'aggregate':
      return bindAggregateNode(e, scope);
    case 'window':
      return bindWindowNode(e, scope);
    case 'null':
    case 'boolean':
    case 'integer':
    case 'decimal':
    case 'double':
    case 'string':
    case 'bytes':
    case 'temporal':
      return bindLiteral(e, session.collationConnection, session.sqlMode);
    default:
      return bindSpecial(e, scope);
  }
}

function bindParameter(e: ast.Parameter, scope: Scope): Expression {
  const {parameterTypes, session} = scope.binder.environment;
  if (e.literal !== null) {
    const type = literalType(e.literal, session.collationConnection);
    return e.literal.kind === 'bytes' ? new HexParameter(e.index, type) : new Parameter(e.index, type);
  }
  return new Parameter(e.index, parameterTypes[e.index] ?? typeOfValue(null, session.collationConnection));
}

function systemName(e: ast.SystemVariable): string {
  return (e.component === null ? e.name : `${e.component}.${e.name}`).toLowerCase();
}

function bindInsertedValue(e: ast.InsertedValue, scope: Scope): Expression {
  const {insertedValue} = scope.binder;
  return insertedValue === undefined ? bindLiteral({kind: 'null', at: e.at}, 63, 0) : insertedValue(e.column.name);
}

function bindUnary(e: ast.Unary, scope: Scope): Expression {
  switch (e.operator) {
    case '-':
      return bindNegation(bindScalar(e.operand, scope));
    case 'not':
      return negate(bindCondition(e.operand, scope));
    case '~':
      return bindBitOperation('~', [bindScalar(e.operand, scope)]);
    default: {
      const operand = bindScalar(e.operand, scope);
      return convertTo(operand, bytesType(displayLength(operand.type) * 4));
    }
  }
}

function bindArithmeticNode(e: ast.Arithmetic, scope: Scope): Expression {
  const left = bindScalar(e.left, scope);
  const right = bindScalar(e.right, scope);
  switch (e.operator) {
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      return bindBitOperation(e.operator, [left, right]);
    default:
      return bindArithmetic(e.operator, left, right, scope.binder);
  }
}

function bindCollate(e: ast.Collate, scope: Scope): Expression {
  const operand = bindScalar(e.value, scope);
  const collation = findCollation(e.collation);
  if (collation === undefined) throw new SqlError('ER_UNKNOWN_COLLATION', e.collation);
  return new Collated(convertTo(operand, textType(displayLength(operand.type), collation.id)), collation);
}

function bindCallNode(e: Call, scope: Scope): Expression {
  return bindCall(e, scope);
}

function bindAggregateNode(e: Aggregate, scope: Scope): Expression {
  return e.over === null ? bindAggregate(e, scope) : bindWindowFunction(e, scope);
}

function bindWindowNode(e: WindowFunction, scope: Scope): Expression {
  return bindWindowFunction(e, scope);
}
