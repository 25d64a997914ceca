// Accounts: who may log in, and what they may do then. Records of the system tree, one per (user, host).
//
// `root` of a new volume has no password, comes from the same machine only, and may do everything.

import type {EngineSession} from '../../engine/api.ts';
import {accountRecord, decodeAccount, NO_LIMITS} from './account-text.ts';
import type {Catalog} from './catalog.ts';
import {nameMatches} from './name-pattern.ts';
import {type CatalogRecord, RecordKind} from './record-tree.ts';
import {ALL_GRANTS, type Grants} from './rights.ts';
import type {Steps} from './steps.ts';

export type AuthenticationPlugin = 'caching_sha2_password' | 'mysql_native_password';

/** An account by name; roles are accounts too. */
export interface AccountId {
  readonly user: string;
  readonly host: string;
}

export interface RoleGrant extends AccountId {
  /** WITH ADMIN OPTION. */
  readonly admin: boolean;
}

/** What an account may use; 0 = no limit. Counted on each primary for itself. */
export interface ResourceLimits {
  readonly queriesPerHour: number;
  readonly updatesPerHour: number;
  readonly connectionsPerHour: number;
  readonly connections: number;
}

export interface StoredAccount extends AccountId {
  /** `host`: a name, an address, or a pattern with % and _. */
  readonly plugin: AuthenticationPlugin;
  /** As the plugin keeps it; empty for no password. */
  readonly secret: Uint8Array;
  readonly requireTls: boolean;
  /** Roles are born locked: nobody logs in as one. */
  readonly locked: boolean;
  readonly grants: Grants;
  /** Roles that were granted to it. */
  readonly roles: readonly RoleGrant[];
  /** Roles that are active after login. */
  readonly defaultRoles: readonly AccountId[];
  readonly limits: ResourceLimits;
}

export function isSameAccount(a: AccountId, b: AccountId): boolean {
  return a.user === b.user && a.host === b.host;
}

/** The accounts of a new volume. */
export function initialAccounts(): readonly CatalogRecord[] {
  const root: StoredAccount = {
    user: 'root',
    host: 'localhost',
    plugin: 'caching_sha2_password',
    secret: new Uint8Array(0),
    requireTls: false,
    locked: false,
    grants: ALL_GRANTS,
    roles: [],
    defaultRoles: [],
    limits: NO_LIMITS,
  };
  return [accountRecord(root)];
}

/** All accounts of a user, as committed now. */
export function* accountsOf(catalog: Catalog, engine: EngineSession, user: string): Steps<readonly StoredAccount[]> {
  const records = yield* catalog.readers.read(engine.waiter, reader =>
    catalog.records.list(reader, RecordKind.account, user),
  );
  return records.map(decodeAccount);
}

/** The account that a client logs in to: among those of its user name, or the anonymous ones, the one whose host fits best. */
export function* findAccount(
  catalog: Catalog,
  engine: EngineSession,
  user: string,
  address: string,
): Steps<StoredAccount | undefined> {
  const named = yield* accountsOf(catalog, engine, user);
  const anonymous = user === '' ? [] : yield* accountsOf(catalog, engine, '');
  const fitting = [...named, ...anonymous].filter(account => hostMatches(account.host, address));
  fitting.sort((a, b) => specificity(b) - specificity(a));
  return fitting[0];
}

/** More literal host patterns come first, then named users. */
function specificity(account: StoredAccount): number {
  const wild = account.host.search(/[%_]/);
  const literal = wild < 0 ? 1000 : wild;
  return literal * 2 + (account.user === '' ? 0 : 1);
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost']);

/** Whether a client at `address` may use an account with this host pattern. */
export function hostMatches(pattern: string, address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (pattern === '%') return true;
  if (pattern.toLowerCase() === 'localhost') return LOOPBACK.has(address);
  return nameMatches(pattern, plain);
}
