// The rights of accounts, on this primary, as they are now on all of them.
//
// One metadata lock stands for all accounts. Whoever changes one takes it exclusively, which takes it from every primary that has it; and a primary
// keeps what it has read for just as long as it has the lock. So a GRANT has been noticed everywhere before it is answered, and no statement
// asks for anything: sessions are told when rights may have changed, and look again.

import type {Engine, EngineSession} from '../../engine/api.ts';
import {decodeAccount} from './account-text.ts';
import {type AccountId, isSameAccount, type StoredAccount} from './accounts.ts';
import type {Catalog} from './catalog.ts';
import {RecordKind} from './record-tree.ts';
import {joinedGrants, Rights} from './rights.ts';
import {expectRow, type Steps} from './steps.ts';

/** The id of the lock: the last one below those of named locks, which no table or schema will ever have. */
const ACCOUNTS_ID = 0x07ff_ffff;

export class RightsCache {
  readonly #catalog: Catalog;
  readonly #accounts: Map<string, StoredAccount | undefined> = new Map();
  /** By account and active roles. */
  readonly #known: Map<string, Rights> = new Map();

  /** `changed` is called when what sessions know of their rights may be out of date. */
  constructor(engine: Engine, catalog: Catalog, changed: () => void) {
    this.#catalog = catalog;
    engine.watchMetadata(ACCOUNTS_ID, () => {
      this.#accounts.clear();
      this.#known.clear();
      changed();
    });
  }

  /** An account, to be kept until the next `changed`; undefined when there is none. `owner` is who waits. */
  *account(owner: EngineSession, user: string, host: string): Steps<StoredAccount | undefined> {
    const key = `${user}\0${host}`;
    if (this.#accounts.has(key)) return this.#accounts.get(key);
    const known = this.#accounts;
    const {records, readers} = this.#catalog;
    return yield* readers.read(owner.waiter, function* (reader) {
      yield* expectRow(() => reader.lockMetadata(ACCOUNTS_ID, false));
      // The lock may have been waited for: what was committed meanwhile must be seen.
      reader.endStatement();
      reader.beginStatement();
      const text = yield* records.read(reader, RecordKind.account, user, host);
      const account = text === undefined ? undefined : decodeAccount({name1: user, name2: host, text});
      known.set(key, account);
      return account;
    });
  }

  /** The rights of an account under these roles, to be kept until the next `changed`; undefined when there is no such account. */
  *of(owner: EngineSession, user: string, host: string, roles: readonly AccountId[] = []): Steps<Rights | undefined> {
    const account = yield* this.account(owner, user, host);
    if (account === undefined) return undefined;
    const key = JSON.stringify([user, host, ...roles.flatMap(role => [role.user, role.host])]);
    const had = this.#known.get(key);
    if (had !== undefined) return had;
    const all = [account, ...(yield* this.#withTheirRoles(owner, roles))];
    const rights = new Rights(joinedGrants(all.map(each => each.grants)));
    this.#known.set(key, rights);
    return rights;
  }

  /** The roles, and all that were granted to them. */
  *#withTheirRoles(owner: EngineSession, roles: readonly AccountId[]): Steps<readonly StoredAccount[]> {
    const found: StoredAccount[] = [];
    const open = [...roles];
    for (let role = open.pop(); role !== undefined; role = open.pop()) {
      const {user, host} = role;
      if (found.some(each => isSameAccount(each, {user, host}))) continue;
      const account = yield* this.account(owner, user, host);
      if (account === undefined) continue;
      found.push(account);
      open.push(...account.roles);
    }
    return found;
  }
}

/** Before a statement changes accounts: nobody reads them until it has committed, and every primary looks again then. */
export function* lockAccounts(engine: EngineSession): Steps<void> {
  yield* expectRow(() => engine.lockMetadata(ACCOUNTS_ID, true));
  engine.bumpMetadata(ACCOUNTS_ID);
}
