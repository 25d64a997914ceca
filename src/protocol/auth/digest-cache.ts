// Digests of passwords that were proved by a full login, so that the next login of the account is one round trip. An
// entry belongs to the stored secret it was proved against and counts only as long as the account still has that very
// secret: ALTER USER anywhere in the cluster makes it useless, without a message. In memory only, bounded, oldest out first.

import {compareBytes} from '../../base/bytes.ts';
import type {Account} from '../api.ts';

interface Entry {
  readonly secret: Uint8Array;
  readonly digest: Uint8Array;
}

/** Accounts remembered at most. */
const ENTRIES_MAX = 10_000;

export class DigestCache {
  readonly #entries = new Map<string, Entry>();

  /** The digest of the account's password, if it was proved against the account's present secret. */
  find(account: Account): Uint8Array | undefined {
    const entry = this.#entries.get(key(account));
    if (entry === undefined) return undefined;
    const {secret} = account;
    return compareBytes(secret, 0, secret.length, entry.secret, 0, entry.secret.length) === 0
      ? entry.digest
      : undefined;
  }

  add(account: Account, digest: Uint8Array): void {
    const name = key(account);
    this.#entries.delete(name);
    if (this.#entries.size >= ENTRIES_MAX) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(name, {secret: new Uint8Array(account.secret), digest});
  }
}

function key(account: Account): string {
  return `${account.user}\0${account.host}`;
}
