// What accounts with limits have used: statements and logins of the hour, connections that are open. Each primary counts for itself.

import {SqlError} from '../../base/sql-error.ts';
import type {Clock} from '../../env/clock.ts';
import type {AccountId, ResourceLimits} from '../catalog/accounts.ts';

const HOUR_MS = 3_600_000;

class Usage {
  hourSinceMs: number;
  queries = 0;
  updates = 0;
  logins = 0;
  open = 0;

  constructor(nowMs: number) {
    this.hourSinceMs = nowMs;
  }
}

export class ResourceUsage {
  readonly #clock: Clock;
  readonly #accounts: Map<string, Usage> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A login. Throws 1226 when the account has its share of logins or of open connections already. */
  countLogin(account: AccountId, {connectionsPerHour, connections}: ResourceLimits): void {
    if (connectionsPerHour === 0 && connections === 0) return;
    const usage = this.#of(account);
    if (connections > 0 && usage.open >= connections) throw exceeded(account, 'max_user_connections', usage.open);
    if (connectionsPerHour > 0 && ++usage.logins > connectionsPerHour)
      throw exceeded(account, 'max_connections_per_hour', connectionsPerHour);
  }

  /** A statement. Throws 1226 when the account has had its share. */
  countStatement(account: AccountId, {queriesPerHour, updatesPerHour}: ResourceLimits, isUpdate: boolean): void {
    const usage = this.#of(account);
    if (queriesPerHour > 0 && ++usage.queries > queriesPerHour)
      throw exceeded(account, 'max_queries_per_hour', queriesPerHour);
    if (isUpdate && updatesPerHour > 0 && ++usage.updates > updatesPerHour)
      throw exceeded(account, 'max_updates_per_hour', updatesPerHour);
  }

  opened(account: AccountId): void {
    this.#of(account).open++;
  }

  closed(account: AccountId): void {
    const usage = this.#of(account);
    if (--usage.open === 0 && usage.queries + usage.updates + usage.logins === 0) this.#accounts.delete(keyOf(account));
  }

  /** FLUSH USER_RESOURCES: the hour begins anew for everybody. */
  flush(): void {
    for (const usage of this.#accounts.values()) usage.hourSinceMs = Number.NEGATIVE_INFINITY;
  }

  #of(account: AccountId): Usage {
    const key = keyOf(account);
    const now = this.#clock.now();
    let usage = this.#accounts.get(key);
    if (usage === undefined) {
      usage = new Usage(now);
      this.#accounts.set(key, usage);
    }
    if (now - usage.hourSinceMs >= HOUR_MS) {
      usage.hourSinceMs = now;
      usage.queries = usage.updates = usage.logins = 0;
    }
    return usage;
  }
}

function keyOf({user, host}: AccountId): string {
  return `${user}\0${host}`;
}

function exceeded({user}: AccountId, resource: string, value: number): SqlError {
  return new SqlError('ER_USER_LIMIT_REACHED', user, resource, value);
}
