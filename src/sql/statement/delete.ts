// DELETE, from one table or several.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {pauseAt, type Steps} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PollClock} from '../exec/poll-clock.ts';
import type {Delete} from '../parse/ast.ts';
import {PointDelete} from './point-delete.ts';
import {bindEnvironment} from './query.ts';
import {RowStore} from './row-store.ts';
import {BoundSearch, type Search, type SearchClauses, TargetKey} from './search.ts';
import {type StatementBody, StepsBody} from './statement-body.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';

export function deleteClauses(ast: Delete): SearchClauses {
  const {from, where, orderBy, limit} = ast;
  return {with: ast.with, from, where, orderBy, limit};
}

interface DeleteTarget {
  readonly table: TableDefinition;
  readonly key: TargetKey;
}

interface DeletePlan {
  readonly search: Search;
  readonly targets: readonly DeleteTarget[];
}

export function planDelete(context: StatementContext, catalog: StatementCatalog, ast: Delete): DeletePlan {
  const bound = new BoundSearch(deleteClauses(ast), bindEnvironment(context, catalog));
  const sources =
    ast.targets.length === 0
      ? bound.scope.namespace.sources.slice(0, 1)
      : ast.targets.map(target => bound.named(target, 'MULTI DELETE'));
  if (new Set(sources).size < sources.length) throw new SqlError('ER_NONUNIQ_TABLE', ast.targets[0].name);
  const targets = sources.map(source => {
    const table = bound.target(source, 'DELETE');
    return {table, key: new TargetKey(table, source)};
  });
  const needed: Expression[] = targets.flatMap(target => target.key.needed);
  return {search: bound.plan(needed, context.statistics.for(context.engine)), targets};
}

/** Plans a DELETE whose tables have been loaded. */
export function planDeleteBody(context: StatementContext, catalog: StatementCatalog, ast: Delete): StatementBody {
  const plan = planDelete(context, catalog, ast);
  const {root} = plan.search;
  if (ast.targets.length === 0 && root.kind === 'scan' && root.access.kind === 'point') {
    return new PointDelete(context, plan.targets[0].table, root.access.pointValues, plan.search.registerCount);
  }
  return new StepsBody(inner => deleteRows(inner, plan, ast.targets.length === 0));
}

/** Rows of one table are deleted as they are found; those of several after the search, each once. */
function* deleteRows(context: StatementContext, {search, targets}: DeletePlan, isSimple: boolean): Steps<Outcome> {
  const {exec, engine, state, world} = context;
  const inner: ExecContext = {registers: [], parameters: exec.parameters, engine, session: state};
  const stores = targets.map(target => new RowStore(engine, target.table, world.pageSize));
  const deferred: Map<string, Uint8Array>[] = targets.map(() => new Map());
  const clock = new PollClock();
  let count = 0;
  search.open(inner);
  try {
    let result: number;
    while ((result = search.next(inner)) !== DONE) {
      if (result === BLOCKED) {
        yield;
        continue;
      }
      const tick = clock.tick(inner);
      if (tick !== ROW) yield* pauseAt(tick);
      for (const [i, {key}] of targets.entries()) {
        if (!key.make(inner)) continue;
        if (isSimple) count += yield* removeRow(stores[i], key.bytes, key.length);
        else deferred[i].set(key.text(), key.copy());
      }
    }
  } finally {
    search.close(inner);
  }
  for (const [i, keys] of deferred.entries()) {
    for (const key of keys.values()) {
      const tick = clock.tick(inner);
      if (tick !== ROW) yield* pauseAt(tick);
      count += yield* removeRow(stores[i], key, key.length);
    }
  }
  return changed(count);
}

/** 1 when the row was there. */
function* removeRow(store: RowStore, key: Uint8Array, length: number): Steps<number> {
  let result: number;
  while ((result = store.remove(key, length)) === BLOCKED) yield;
  if (result === ROW) return 1;
  if (result === DONE) return 0;
  throw engineError(result);
}
