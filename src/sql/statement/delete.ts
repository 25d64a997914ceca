// DELETE, from one table or several.

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, DONE, type EngineSession, ROW} from '../../engine/api.ts';
import type {Expression} from '../bind/expression.ts';
import type {TableDefinition} from '../catalog/definition.ts';
import {engineError} from '../catalog/engine-error.ts';
import {Privilege} from '../catalog/privileges.ts';
import {expectRow, pauseAt, type Steps, until} from '../catalog/steps.ts';
import type {ExecContext} from '../exec/contract.ts';
import {PollClock} from '../exec/poll-clock.ts';
import type {Delete} from '../parse/ast.ts';
import {needTable} from './access.ts';
import {ForeignKeys, isForeignKeyError} from './foreign-keys.ts';
import {PointDelete} from './point-delete.ts';
import {bindEnvironment} from './query.ts';
import {RowStore} from './row-store.ts';
import {BoundSearch, type Search, type SearchClauses, TargetKey} from './search.ts';
import {type StatementBody, StepsBody} from './statement-body.ts';
import type {StatementCatalog} from './statement-catalog.ts';
import {changed, type Outcome, type StatementContext} from './statement-context.ts';
import {checkViewRights} from './view-target.ts';

export function deleteClauses(ast: Delete): SearchClauses {
  const {from, where, orderBy, limit} = ast;
  return {with: ast.with, from, where, orderBy, limit};
}

interface DeleteTarget {
  readonly table: TableDefinition;
  readonly key: TargetKey;
  /** Undefined: no row of another table can depend on a row of this one. */
  readonly foreignKeys: ForeignKeys | undefined;
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
  const unread: {readonly schema: string; readonly name: string}[] = [];
  const targets = sources.map(named => {
    const {source, view} = bound.deleted(named);
    const table = bound.target(source, 'DELETE');
    if (view === undefined) needTable(context, Privilege.delete, 'DELETE', table.schema, table.name);
    else checkViewRights(context, catalog, view, table, Privilege.delete, 'DELETE');
    unread.push(view ?? table);
    const foreignKeys = ForeignKeys.of(context, catalog, table);
    return {
      table,
      key: new TargetKey(table, source),
      foreignKeys: foreignKeys?.hasChildren === true ? foreignKeys : undefined,
    };
  });
  const isBlind = ast.where === null && ast.orderBy.length === 0 && ast.targets.length === 0;
  catalog.checkReads(isBlind ? unread : []);
  const needed: Expression[] = targets.flatMap(target => target.key.needed);
  return {search: bound.plan(needed, context.statistics.for(context.engine)), targets};
}

/** Plans a DELETE whose tables have been loaded. */
export function planDeleteBody(context: StatementContext, catalog: StatementCatalog, ast: Delete): StatementBody {
  const plan = planDelete(context, catalog, ast);
  const {root} = plan.search;
  const isSimple = ast.targets.length === 0;
  const [{table, foreignKeys}] = plan.targets;
  if (isSimple && foreignKeys === undefined && root.kind === 'scan' && root.access.kind === 'point') {
    return new PointDelete(context, table, root.access.pointValues, plan.search.registerCount);
  }
  return new StepsBody(inner => deleteRows(inner, plan, ast));
}

/** Rows of one table are deleted as they are found; those of several after the search, each once. */
function* deleteRows(context: StatementContext, {search, targets}: DeletePlan, ast: Delete): Steps<Outcome> {
  const {exec, engine, state} = context;
  const isSimple = ast.targets.length === 0;
  const inner: ExecContext = {registers: [], parameters: exec.parameters, engine, session: state};
  const removers = targets.map(target => new Remover(context, target, ast.ignore));
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
        if (isSimple) count += yield* removers[i].remove(key.bytes, key.length);
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
      count += yield* removers[i].remove(key, key.length);
    }
  }
  return changed(count);
}

/** Takes rows out of one table. */
class Remover {
  readonly #engine: EngineSession;
  readonly #state: StatementContext['state'];
  readonly #store: RowStore;
  readonly #foreignKeys: ForeignKeys | undefined;
  readonly #ignore: boolean;

  constructor({engine, state, world}: StatementContext, {table, foreignKeys}: DeleteTarget, ignore: boolean) {
    this.#engine = engine;
    this.#state = state;
    this.#store = new RowStore(engine, table, world.pageSize);
    this.#foreignKeys = foreignKeys;
    this.#ignore = ignore;
  }

  /** 1 when the row was there. With IGNORE a row that others refer to stays, with a warning. */
  *remove(key: Uint8Array, length: number): Steps<number> {
    const store = this.#store;
    if (this.#foreignKeys === undefined) return countOf(yield* until(() => store.remove(key, length)));
    const savepoint = this.#ignore ? this.#engine.savepoint() : -1;
    try {
      return countOf(yield* this.#foreignKeys.remove(store, key, length));
    } catch (error) {
      if (!this.#ignore || !isForeignKeyError(error)) throw error;
      yield* expectRow(() => this.#engine.rollbackTo(savepoint));
      this.#state.warning('Warning', error.errno, error.message);
      return 0;
    }
  }
}

function countOf(removed: number): number {
  if (removed === ROW) return 1;
  if (removed === DONE) return 0;
  throw engineError(removed);
}
