// Accounts: who may log in, and what they may do then. Records of the system tree, one per (user, host).
//
// `root` of a new volume has no password, comes from the same machine only, and may do everything.

import type {EngineSession} from '../../engine/api.ts';
import type {Catalog} from './catalog.ts';
import {nameMatches} from './name-pattern.ts';
import {Privilege, privilegeMask, privilegeNames} from './privileges.ts';
import {type CatalogRecord, RecordKind} from './record-tree.ts';
import {ALL_GRANTS, type Grants} from './rights.ts';
import type {Steps} from './steps.ts';
import {loadValue, storeValue} from './stored-value.ts';

export type AuthenticationPlugin = 'caching_sha2_password' | 'mysql_native_password';

export interface StoredAccount {
  readonly user: string;
  /** A name, an address, or a pattern with % and _. */
  readonly host: string;
  readonly plugin: AuthenticationPlugin;
  /** As the plugin keeps it; empty for no password. */
  readonly secret: Uint8Array;
  readonly requireTls: boolean;
  readonly locked: boolean;
  readonly grants: Grants;
}

/** Privileges by their names, GRANT OPTION among them. */
interface GrantsText {
  readonly global: readonly string[];
  readonly schemas: readonly {readonly schema: string; readonly privileges: readonly string[]}[];
  readonly tables: readonly {readonly schema: string; readonly table: string; readonly privileges: readonly string[]}[];
}

interface AccountText {
  readonly format: number;
  readonly plugin: AuthenticationPlugin;
  readonly secret: {readonly x: string};
  readonly requireTls: boolean;
  readonly locked: boolean;
  /** Not there in texts from before there were privileges: then every account could do everything, and goes on so. */
  readonly grants?: GrantsText;
}

const ACCOUNT_FORMAT = 1;

export function accountRecord(account: StoredAccount): CatalogRecord {
  const {user, host, plugin, secret, requireTls, locked, grants} = account;
  const text: AccountText = {
    format: ACCOUNT_FORMAT,
    plugin,
    secret: storeValue(secret) as {x: string},
    requireTls,
    locked,
    grants: {
      global: namesOf(grants.global),
      schemas: grants.schemas.map(({schema, mask}) => ({schema, privileges: namesOf(mask)})),
      tables: grants.tables.map(({schema, table, mask}) => ({schema, table, privileges: namesOf(mask)})),
    },
  };
  return {name1: user, name2: host, text: JSON.stringify(text)};
}

export function decodeAccount(record: CatalogRecord): StoredAccount {
  const {plugin, secret, requireTls, locked, grants} = JSON.parse(record.text) as AccountText;
  return {
    user: record.name1,
    host: record.name2,
    plugin,
    secret: loadValue(secret) as Uint8Array,
    requireTls,
    locked,
    grants: grants === undefined ? ALL_GRANTS : decodeGrants(grants),
  };
}

function namesOf(mask: number): readonly string[] {
  const names = privilegeNames(mask);
  return (mask & Privilege.grantOption) === 0 ? names : [...names, 'GRANT OPTION'];
}

function decodeGrants({global, schemas, tables}: GrantsText): Grants {
  return {
    global: privilegeMask(global),
    schemas: schemas.map(({schema, privileges}) => ({schema, mask: privilegeMask(privileges)})),
    tables: tables.map(({schema, table, privileges}) => ({schema, table, mask: privilegeMask(privileges)})),
  };
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
