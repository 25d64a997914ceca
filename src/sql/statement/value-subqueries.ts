// Subqueries inside VALUES: they are run before the first row goes in, and their values take their places as parameters.

import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import type {Insert} from '../parse/ast.ts';
import type {Expression} from '../parse/ast-expression.ts';
import {evaluateAll} from './evaluate.ts';
import type {StatementContext} from './statement-context.ts';
import {isLeaf} from './table-references.ts';

const SUBQUERIES = new Set<unknown>(['subquery', 'exists', 'inQuery', 'quantified']);

function hasSubquery(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const {kind} = node as {readonly kind?: unknown};
  return !isLeaf(kind) && (SUBQUERIES.has(kind) || Object.values(node).some(hasSubquery));
}

/** True when a value of VALUES contains a subquery. */
export function valuesHaveSubqueries({source}: Insert): boolean {
  return source.kind === 'rows' && hasSubquery(source.rows);
}

export interface PlainValues {
  /** Without subqueries. */
  readonly ast: Insert;
  readonly context: StatementContext;
}

/** Runs the values that contain subqueries, all before the first row is stored. */
export function* withoutSubqueries(context: StatementContext, ast: Insert): Steps<PlainValues> {
  if (ast.source.kind !== 'rows') return {ast, context};
  const {rows} = ast.source;
  const found = rows.flat().filter(hasSubquery);
  const values = yield* evaluateAll(context, found);
  const before = context.exec.parameters.length;
  const parameters: Value[] = [...context.exec.parameters, ...values];
  const replaced = rows.map(row =>
    row.map((value): Expression => {
      const at = found.indexOf(value);
      return at < 0 ? value : {kind: 'parameter', at: value.at, index: before + at, literal: null};
    }),
  );
  return {
    ast: {...ast, source: {kind: 'rows', rows: replaced}},
    context: {...context, exec: {...context.exec, parameters}},
  };
}
