// Expressions outside of rows: SET, DO, KILL, CALL arguments. They may have subqueries, so they run as a query without FROM.

import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Query, Select, SelectItem} from '../parse/ast.ts';
import type {Expression} from '../parse/ast-expression.ts';
import {collectRows} from './query.ts';
import type {StatementContext} from './statement-context.ts';

/** SELECT items, without FROM. */
export function selectOf(expressions: readonly Expression[]): Query {
  const items: readonly SelectItem[] = expressions.map(expression => ({
    kind: 'item',
    at: expression.at,
    expression,
    alias: null,
    text: '',
  }));
  return queryOf({...EMPTY_SELECT, items});
}

export const EMPTY_SELECT: Select = {
  kind: 'select',
  at: 0,
  hints: null,
  distinct: false,
  modifiers: [],
  items: [],
  from: [],
  where: null,
  groupBy: [],
  rollup: false,
  having: null,
  windows: [],
};

/** A query of just this SELECT. */
export function queryOf(body: Select): Query {
  return {kind: 'query', at: body.at, with: null, body, orderBy: [], limit: null, locking: [], into: null};
}

/** The values of expressions. */
export function* evaluateAll(context: StatementContext, expressions: readonly Expression[]): Steps<readonly Value[]> {
  const {rows} = yield* collectRows(context, selectOf(expressions), 1);
  return rows[0];
}

export function* evaluateOne(context: StatementContext, expression: Expression): Steps<Value> {
  const [value] = yield* evaluateAll(context, [expression]);
  return value;
}
