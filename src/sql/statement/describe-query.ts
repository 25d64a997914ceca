// The columns that a stored query has: for views in listings.

import {ALL_RIGHTS} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import {parse} from '../parse/statement.ts';
import {planQuery} from './query.ts';
import type {StatementContext} from './statement-context.ts';

// biome-ignore lint/correctness/useYield: nothing to wait for
function* noColumns(): Steps<readonly ResultColumn[]> {
  return [];
}

/**
 * Columns of a view's query. Who may look at the view may know them, whatever stands behind it. A view over the listing that asks is shown there
 * without columns: it would ask for itself. Throws what planning the query throws.
 */
export function* describeQuery(context: StatementContext, sql: string): Steps<readonly ResultColumn[]> {
  const query = parse(sql);
  if (query.kind !== 'query') return [];
  const inner = {...context, rights: ALL_RIGHTS, describeQuery: noColumns};
  return (yield* planQuery(inner, query)).columns;
}
