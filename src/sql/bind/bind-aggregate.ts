// Aggregate function calls. Equal calls in one query block share one register.

import {SqlError} from '../../base/sql-error.ts';
import {Kind} from '../../format/value/types.ts';
import {defineAggregate} from '../functions/aggregate.ts';
import type {Aggregate} from '../parse/ast-function.ts';
import {AggregateCall} from './aggregate-call.ts';
import {Rounded} from './arithmetic.ts';
import {bindScalar} from './bind-expression.ts';
import type {Expression} from './expression.ts';
import type {Scope} from './scope.ts';

/** What an aggregate works on, after binding: its call without the place where it stands. */
export interface AggregateInput {
  readonly name: Aggregate['name'];
  readonly distinct: boolean;
  readonly args: readonly Expression[];
  readonly orderBy: readonly {readonly expression: Expression; readonly descending: boolean}[];
  readonly separator: string | null;
}

/** Binds an aggregate where the clause allows one; 1111 elsewhere and inside another. */
export function bindAggregate(e: Aggregate, scope: Scope): Expression {
  if (scope.aggregateRule !== 'allowed') throw new SqlError('ER_INVALID_GROUP_FUNC_USE');
  const input = bindAggregateInput(e, scope);
  const text = aggregateText(input);
  const known = scope.aggregates.get(text);
  if (known !== undefined) return shownAs(known);
  const definition = defineAggregate(input, scope);
  const all = [...input.args, ...input.orderBy.map(o => o.expression)];
  const call = new AggregateCall(scope.binder.registers.take(), definition, all, text);
  scope.aggregates.set(text, call);
  return shownAs(call);
}

/** An AVG of exact numbers, and a SUM of quotients, have more digits inside than they show. */
export function shownAs(call: Expression): Expression {
  if (call.type.kind !== Kind.decimal) return call;
  const text = String(call);
  const isWideSum = text.startsWith('sum(') && call.children.some(arg => arg instanceof Rounded);
  return isWideSum || text.startsWith('avg(') ? new Rounded(call) : call;
}

/** Binds the arguments: no aggregates inside, no group keys of ROLLUP. Columns of preferred aliases are not seen. */
export function bindAggregateInput(e: Aggregate, scope: Scope): AggregateInput {
  const {preferred, fallback, windowsAllowed, aggregateRule} = scope;
  scope.aggregateRule = aggregateRule === 'allowed' && e.over !== null ? 'allowed' : 'inside';
  scope.preferred = undefined;
  scope.fallback = undefined;
  scope.windowsAllowed = false;
  try {
    return {
      name: e.name,
      distinct: e.distinct,
      args: e.args.map(arg => bindScalar(arg, scope)),
      orderBy: e.orderBy.map(o => ({expression: bindScalar(o.expression, scope), descending: o.descending})),
      separator: e.separator,
    };
  } finally {
    scope.aggregateRule = aggregateRule;
    scope.preferred = preferred;
    scope.fallback = fallback;
    scope.windowsAllowed = windowsAllowed;
  }
}

/** The call as text, equal for equal calls. */
export function aggregateText({name, distinct, args, orderBy, separator}: AggregateInput): string {
  const order = orderBy.map(o => `${o.expression}${o.descending ? ' desc' : ''}`).join(', ');
  const list = args.length === 0 && name === 'count' ? '*' : args.join(', ');
  const tail = `${order === '' ? '' : ` order by ${order}`}${separator === null ? '' : ` separator '${separator}'`}`;
  return `${name}(${distinct ? 'distinct ' : ''}${list}${tail})`;
}
