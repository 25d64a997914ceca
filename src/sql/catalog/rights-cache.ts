// The rights of accounts, on this primary, as they are now on all of them.
//
// One metadata lock stands for all accounts. Whoever changes one takes it exclusively, which takes it from every primary that has it; and a primary
// keeps what it has read for just as long as it has the lock. So a GRANT has been noticed everywhere before it is answered, and no statement
// asks for anything: sessions are told when rights may have changed, and look again.

import type {Engine, EngineSession} from '../../engine/api.ts';
import {decodeAccount} from './accounts.ts';
import type {Catalog} from './catalog.ts';
import {RecordKind} from './record-tree.ts';
import {Rights} from './rights.ts';
import {expectRow, type Steps} from './steps.ts';

/** The id of the lock: the last one below those of named locks, which no table or schema will ever have. */
const ACCOUNTS_ID = 0x07ff_ffff;

export class RightsCache {
  readonly #catalog: Catalog;
  readonly #known: Map<string, Rights | undefined> = new Map();

  /** `changed` is called when what sessions know of their rights may be out of date. */
  constructor(engine: Engine, catalog: Catalog, changed: () => void) {
    this.#catalog = catalog;
    engine.watchMetadata(ACCOUNTS_ID, () => {
      this.#known.clear();
      changed();
    });
  }

  /** The rights of an account, to be kept until the next `changed`; undefined when there is no such account. `owner` is who waits. */
  *of(owner: EngineSession, user: string, host: string): Steps<Rights | undefined> {
    const key = `${user}\0${host}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const known = this.#known;
    const {records, readers} = this.#catalog;
    return yield* readers.read(owner.waiter, function* (reader) {
      yield* expectRow(() => reader.lockMetadata(ACCOUNTS_ID, false));
      // The lock may have been waited for: what was committed meanwhile must be seen.
      reader.endStatement();
      reader.beginStatement();
      const text = yield* records.read(reader, RecordKind.account, user, host);
      const rights =
        text === undefined ? undefined : new Rights(decodeAccount({name1: user, name2: host, text}).grants);
      known.set(key, rights);
      return rights;
    });
  }
}

/** Before a statement changes accounts: nobody reads them until it has committed, and every primary looks again then. */
export function* lockAccounts(engine: EngineSession): Steps<void> {
  yield* expectRow(() => engine.lockMetadata(ACCOUNTS_ID, true));
  engine.bumpMetadata(ACCOUNTS_ID);
}
