// LOCK TABLES and UNLOCK TABLES.
//
// The locks are exclusive metadata locks, held across the client's transactions by an engine session of their own; while they are held,
// statements of other sessions on these tables wait, on all primaries. READ locks are taken like WRITE locks: to let readers in but no
// writers needs a third mode, which metadata locks do not have. As in MySQL the session itself may use only what it has locked.

import {SqlError} from '../../base/sql-error.ts';
import type {EngineSession} from '../../engine/api.ts';
import type {Catalog, OpenObject} from '../catalog/catalog.ts';
import {canonicalSchema} from '../catalog/names.ts';
import {expectRow, type Steps} from '../catalog/steps.ts';
import {isVirtualName} from '../catalog/virtual-tables.ts';
import type {LockTables} from '../parse/ast-command.ts';
import {parse} from '../parse/statement.ts';
import {NOTHING_DONE, type Outcome} from '../statement/statement-context.ts';
import {tablesIn} from '../statement/table-references.ts';
import type {SqlSession} from './session.ts';

/** What a session has locked by LOCK TABLES. */
export class TableLocks {
  readonly #holder: EngineSession;
  readonly #objects: Map<string, OpenObject> = new Map();
  readonly #writable: Set<string> = new Set();

  constructor(holder: EngineSession) {
    this.#holder = holder;
  }

  get holder(): EngineSession {
    return this.#holder;
  }

  add(key: string, object: OpenObject, mayWrite: boolean): void {
    this.#objects.set(key, object);
    if (mayWrite) this.#writable.add(key);
  }

  /** The object as it was locked, if it was. */
  peek(schema: string, name: string): OpenObject | undefined {
    return this.#objects.get(`${schema}\0${name}`);
  }

  /** Throws 1099 for a table under a READ lock. */
  checkWritable(schema: string, name: string): void {
    if (!this.#writable.has(`${schema}\0${name}`)) throw new SqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', name);
  }
}

/** Commits what is open, gives up earlier locks, and takes all of these; in the order of their names, so that two sessions do not block each other. */
export function* lockTables(session: SqlSession, ast: LockTables): Steps<Outcome> {
  yield* session.transaction.commit();
  yield* unlockTables(session);
  const {state, server} = session;
  const {waiter} = session.engine;
  const holder = server.world.engine.newSession(() => waiter.wake());
  holder.lockWaitTimeoutMs = session.engine.lockWaitTimeoutMs;
  holder.begin(true, false);
  holder.beginStatement();
  const locks = new TableLocks(holder);
  try {
    const wanted = ast.locks.map(({table, mode}) => ({
      schema: canonicalSchema(table.schema ?? state.database),
      name: table.name,
      mayWrite: mode === 'write',
    }));
    yield* lockAll(server.catalog, locks, wanted);
  } catch (error) {
    holder.close(() => undefined);
    throw error;
  }
  session.tableLocks = locks;
  return NOTHING_DONE;
}

interface WantedLock {
  readonly schema: string;
  readonly name: string;
  readonly mayWrite: boolean;
}

/** Views bring the tables that they read. */
function* lockAll(catalog: Catalog, locks: TableLocks, wanted: readonly WantedLock[]): Steps<void> {
  const inOrder = [...wanted].sort((a, b) => (a.name < b.name ? -1 : 1));
  const below: WantedLock[] = [];
  for (const {schema, name, mayWrite} of inOrder) {
    if (schema === '') throw new SqlError('ER_NO_DB');
    if (isVirtualName(schema, name)) continue;
    const opened = yield* catalog.open(locks.holder, schema, name, true);
    if (opened === undefined) throw new SqlError('ER_NO_SUCH_TABLE', schema, name);
    locks.add(`${schema}\0${name}`, opened, mayWrite);
    if (opened.kind === 'table') continue;
    for (const table of tablesIn(parse(opened.view.sql))) {
      const inSchema = canonicalSchema(table.schema ?? schema);
      const isThere = locks.peek(inSchema, table.name) !== undefined;
      if (!isThere && (yield* catalog.exists(locks.holder, inSchema, table.name)))
        below.push({schema: inSchema, name: table.name, mayWrite: false});
    }
  }
  if (below.length > 0) yield* lockAll(catalog, locks, below);
}

/** Gives up the session's table locks, if it has any; what is open is committed then, as in MySQL. */
export function* unlockTables(session: SqlSession): Steps<Outcome> {
  const locks = session.tableLocks;
  if (locks === undefined) return NOTHING_DONE;
  yield* session.transaction.commit();
  session.tableLocks = undefined;
  locks.holder.endStatement();
  yield* expectRow(() => locks.holder.commit());
  locks.holder.close(() => undefined);
  return NOTHING_DONE;
}
