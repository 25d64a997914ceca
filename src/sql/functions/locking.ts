// SLEEP and the named locks. They may block, so they are steps of their own (blocking-call.ts).

import {SqlError} from '../../base/sql-error.ts';
import {BLOCKED, INTERRUPTED, LOCK_TIMEOUT, ROW} from '../../engine/api.ts';
import type {Value} from '../../format/value/types.ts';
import type {Expression} from '../bind/expression.ts';
import {INT} from '../bind/type-classes.ts';
import type {ExecContext} from '../exec/contract.ts';
import {BlockingCall, type BlockingFunction} from './blocking-call.ts';
import {type CallSite, define, doubleArg, type FunctionDefinition, textArg} from './definition.ts';

const MICROS_PER_SECOND = 1_000_000;
const LOCK_NAME_MAX = 64;
/** A negative timeout waits for a year: as good as for ever. */
const FOREVER_MS = 365 * 86_400_000;

class Sleep implements BlockingFunction {
  result = 0;
  readonly #isAlone: boolean;
  #deadline = 0;

  /** `isAlone`: of a query without tables. KILL QUERY ends the sleep there, and not the statement. */
  constructor(isAlone: boolean) {
    this.#isAlone = isAlone;
  }

  start([seconds]: readonly Value[], {session}: ExecContext): void {
    const duration = seconds as number | null;
    if (duration === null || duration < 0) throw new SqlError('ER_WRONG_ARGUMENTS', 'sleep.');
    this.#deadline = session.nowMicros() + Math.round(duration * MICROS_PER_SECOND);
    this.result = 0;
  }

  poll({session}: ExecContext): number {
    const result = session.sleepUntil(this.#deadline);
    if (result !== INTERRUPTED || !this.#isAlone) return result;
    this.result = 1;
    return ROW;
  }
}

/** A lock's name: 1 to 64 characters, case ignored (3057). */
function lockName(value: Value): string {
  const name = value === null ? '' : String(value).toLowerCase();
  if (name === '' || name.length > LOCK_NAME_MAX)
    throw new SqlError('ER_USER_LOCK_WRONG_NAME', value === null ? 'NULL' : name);
  return name;
}

class GetLock implements BlockingFunction {
  #name = '';
  #timeoutMs = 0;
  #result = 0;

  get result(): Value {
    return this.#result;
  }

  start([name, seconds]: readonly Value[]): void {
    this.#name = lockName(name);
    const timeout = seconds === null ? 0 : (seconds as number);
    this.#timeoutMs = timeout < 0 ? FOREVER_MS : Math.round(timeout * 1000);
  }

  poll({engine, session}: ExecContext): number {
    const result = engine.lockNamed(this.#name, this.#timeoutMs);
    if (result !== ROW && result !== LOCK_TIMEOUT) return result;
    if (result === ROW) session.namedLocks.add(this.#name);
    this.#result = result === ROW ? 1 : 0;
    return ROW;
  }
}

/** Nobody can be asked who has a lock; so it is tried, and given back at once. */
class IsFreeLock implements BlockingFunction {
  #name = '';
  #result = 0;

  get result(): Value {
    return this.#result;
  }

  start([name]: readonly Value[]): void {
    this.#name = lockName(name);
  }

  poll({engine}: ExecContext): number {
    this.#result = 0;
    if (engine.holdsNamed(this.#name)) return ROW;
    const result = engine.lockNamed(this.#name, 0);
    if (result === LOCK_TIMEOUT) return ROW;
    if (result !== ROW) return result;
    engine.unlockNamed(this.#name);
    this.#result = 1;
    return ROW;
  }
}

/** Asks all sessions of the cluster. */
class IsUsedLock implements BlockingFunction {
  #name = '';
  #result: number | null = null;

  get result(): Value {
    return this.#result;
  }

  start([name]: readonly Value[]): void {
    this.#name = lockName(name);
  }

  poll({session}: ExecContext): number {
    const holder = session.lockHolder(this.#name);
    if (holder === BLOCKED) return BLOCKED;
    this.#result = holder === 0 ? null : holder;
    return ROW;
  }
}

/** It waits for nobody, but has to take its turn among those that may. */
class ReleaseLock implements BlockingFunction {
  #name = '';
  result: Value = null;

  start([name]: readonly Value[]): void {
    this.#name = lockName(name);
  }

  poll({engine, session}: ExecContext): number {
    const isReleased = engine.unlockNamed(this.#name);
    if (isReleased && !engine.holdsNamed(this.#name)) session.namedLocks.delete(this.#name);
    this.result = isReleased ? 1 : null;
    return ROW;
  }
}

class ReleaseAllLocks implements BlockingFunction {
  result: Value = 0;

  start(): void {}

  poll({engine, session}: ExecContext): number {
    session.namedLocks.clear();
    this.result = engine.unlockAllNamed();
    return ROW;
  }
}

/** Is the call in a query of its own, without tables? */
function isAlone({scope}: CallSite): boolean {
  return scope.parent === undefined && scope.namespace.sources.length === 0;
}

function blocking(
  name: string,
  args: readonly Expression[],
  {scope}: CallSite,
  make: () => BlockingFunction,
): Expression {
  return new BlockingCall(name, INT, args, scope.binder.registers.take(), make);
}

export const lockingFunctions: readonly FunctionDefinition[] = [
  define('SLEEP', 'locking', 1, 'Waits for so many seconds; 0, or 1 when interrupted', ([n], site) =>
    blocking('sleep', [doubleArg(n)], site, () => new Sleep(isAlone(site))),
  ),
  define(
    'GET_LOCK',
    'locking',
    2,
    'Takes a named lock of the whole cluster within so many seconds: 1 or 0',
    ([name, n], site) => blocking('get_lock', [textArg(name, site), doubleArg(n)], site, () => new GetLock()),
  ),
  define('IS_FREE_LOCK', 'locking', 1, 'Is a named lock free: 1 or 0', ([name], site) =>
    blocking('is_free_lock', [textArg(name, site)], site, () => new IsFreeLock()),
  ),
  define(
    'IS_USED_LOCK',
    'locking',
    1,
    'The connection that holds a named lock; NULL when nobody does',
    ([name], site) => blocking('is_used_lock', [textArg(name, site)], site, () => new IsUsedLock()),
  ),
  define(
    'RELEASE_LOCK',
    'locking',
    1,
    'Gives up a named lock: 1, or NULL when the session does not hold it',
    ([name], site) => blocking('release_lock', [textArg(name, site)], site, () => new ReleaseLock()),
  ),
  define('RELEASE_ALL_LOCKS', 'locking', 0, 'Gives up all named locks of the session; their number', (_, site) =>
    blocking('release_all_locks', [], site, () => new ReleaseAllLocks()),
  ),
];
