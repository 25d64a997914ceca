// What may wait inside VALUES, subqueries and SLEEP and the named locks: it is run before the first row goes in, and the values take its places as parameters.

import type {Value} from '../../format/value/types.ts';
import type {Steps} from '../catalog/steps.ts';
import {lockingFunctions} from '../functions/locking.ts';
import type {Insert} from '../parse/ast.ts';
import type {Expression} from '../parse/ast-expression.ts';
import {evaluateAll} from './evaluate.ts';
import type {StatementContext} from './statement-context.ts';
import {isLeaf} from './table-references.ts';

const SUBQUERIES = new Set<unknown>(['subquery', 'exists', 'inQuery', 'quantified']);
const WAITING_CALLS = new Set<unknown>(lockingFunctions.map(({name}) => name.toLowerCase()));

function mayWait(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const {kind, name} = node as {readonly kind?: unknown; readonly name?: unknown};
  if (isLeaf(kind)) return false;
  return SUBQUERIES.has(kind) || (kind === 'call' && WAITING_CALLS.has(name)) || Object.values(node).some(mayWait);
}

/** True when a value of VALUES contains a subquery, or a function that may wait. */
export function valuesMayWait({source}: Insert): boolean {
  return source.kind === 'rows' && mayWait(source.rows);
}

export interface PlainValues {
  /** Without anything that may wait. */
  readonly ast: Insert;
  readonly context: StatementContext;
}

/** Runs the values that may wait, all before the first row is stored. */
export function* withoutWaits(context: StatementContext, ast: Insert): Steps<PlainValues> {
  if (ast.source.kind !== 'rows') return {ast, context};
  const {rows, more} = ast.source;
  const found = rows.flat().filter(mayWait);
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
    ast: {...ast, source: {kind: 'rows', rows: replaced, more}},
    context: {...context, exec: {...context.exec, parameters}},
  };
}
