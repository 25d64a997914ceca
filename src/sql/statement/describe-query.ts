// What listings tell of views: the columns, and whether rows can be changed through them.

import {SqlError} from '../../base/sql-error.ts';
import {Binder} from '../bind/binder.ts';
import {ALL_RIGHTS} from '../catalog/rights.ts';
import type {Steps} from '../catalog/steps.ts';
import type {StoredView} from '../catalog/stored-table.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import {parse} from '../parse/statement.ts';
import {bindEnvironment, planQuery} from './query.ts';
import {StatementCatalog} from './statement-catalog.ts';
import type {StatementContext} from './statement-context.ts';
import {viewSource} from './view-target.ts';

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

// biome-ignore lint/correctness/useYield: nothing to wait for
function* never(): Steps<boolean> {
  return false;
}

/** Can rows be changed through the view? Not through one whose query no longer works. */
export function* isUpdatable(context: StatementContext, view: StoredView): Steps<boolean> {
  const inner = {...context, rights: ALL_RIGHTS, describeQuery: noColumns, isUpdatable: never};
  try {
    const query = parse(view.sql);
    const catalog = new StatementCatalog(inner);
    yield* catalog.load(query);
    const {origin} = viewSource(view, new Binder(bindEnvironment(inner, catalog)));
    return origin.kind === 'merged' && origin.view?.tables.some(table => table.origin.kind === 'table') === true;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return false;
  }
}
