// Accounts as the system tree keeps them: one JSON text per account. Privileges stand in it by name, so that their bits are nobody's business.

import type {AccountId, AuthenticationPlugin, ResourceLimits, RoleGrant, StoredAccount} from './accounts.ts';
import {GLOBAL_PRIVILEGES, Privilege, privilegeMask, privilegeNames} from './privileges.ts';
import type {CatalogRecord} from './record-tree.ts';
import {ALL_GRANTS, type DynamicGrant, type Grants} from './rights.ts';
import {loadValue, storeValue} from './stored-value.ts';

/** Privileges by their names, GRANT OPTION among them. */
interface GrantsText {
  readonly global: readonly string[];
  readonly schemas: readonly {readonly schema: string; readonly privileges: readonly string[]}[];
  readonly tables: readonly {readonly schema: string; readonly table: string; readonly privileges: readonly string[]}[];
  /** Not there in older texts, as `dynamic`. */
  readonly columns?: readonly {
    readonly schema: string;
    readonly table: string;
    readonly column: string;
    readonly privileges: readonly string[];
  }[];
  readonly dynamic?: readonly DynamicGrant[];
}

interface AccountText {
  readonly format: number;
  readonly plugin: AuthenticationPlugin;
  readonly secret: {readonly x: string};
  readonly requireTls: boolean;
  readonly locked: boolean;
  /** Not there in texts from before there were privileges: then every account could do everything, and goes on so. */
  readonly grants?: GrantsText;
  /** Not there in texts from before there were roles and limits. */
  readonly roles?: readonly RoleGrant[];
  readonly defaultRoles?: readonly AccountId[];
  readonly limits?: ResourceLimits;
}

const ACCOUNT_FORMAT = 1;
export const NO_LIMITS: ResourceLimits = {queriesPerHour: 0, updatesPerHour: 0, connectionsPerHour: 0, connections: 0};

export function accountRecord(account: StoredAccount): CatalogRecord {
  const {user, host, plugin, secret, requireTls, locked, grants, roles, defaultRoles, limits} = account;
  const text: AccountText = {
    format: ACCOUNT_FORMAT,
    plugin,
    secret: storeValue(secret) as {x: string},
    requireTls,
    locked,
    grants: encodeGrants(grants),
    roles,
    defaultRoles,
    limits,
  };
  return {name1: user, name2: host, text: JSON.stringify(text)};
}

export function decodeAccount(record: CatalogRecord): StoredAccount {
  const {plugin, secret, requireTls, locked, grants, roles, defaultRoles, limits} = JSON.parse(
    record.text,
  ) as AccountText;
  return {
    user: record.name1,
    host: record.name2,
    plugin,
    secret: loadValue(secret) as Uint8Array,
    requireTls,
    locked,
    grants: grants === undefined ? ALL_GRANTS : decodeGrants(grants),
    roles: roles ?? [],
    defaultRoles: defaultRoles ?? [],
    limits: limits ?? NO_LIMITS,
  };
}

function encodeGrants({global, schemas, tables, columns, dynamic}: Grants): GrantsText {
  return {
    global: namesOf(global),
    schemas: schemas.map(({schema, mask}) => ({schema, privileges: namesOf(mask)})),
    tables: tables.map(({schema, table, mask}) => ({schema, table, privileges: namesOf(mask)})),
    columns: columns.map(({schema, table, column, mask}) => ({schema, table, column, privileges: namesOf(mask)})),
    dynamic,
  };
}

function namesOf(mask: number): readonly string[] {
  const names = privilegeNames(mask);
  return (mask & Privilege.grantOption) === 0 ? names : [...names, 'GRANT OPTION'];
}

/** Who had everything before there were dynamic privileges has them too. */
function decodeGrants({global, schemas, tables, columns, dynamic}: GrantsText): Grants {
  const mask = privilegeMask(global);
  const hadAll = (mask & GLOBAL_PRIVILEGES) === GLOBAL_PRIVILEGES;
  return {
    global: mask,
    schemas: schemas.map(({schema, privileges}) => ({schema, mask: privilegeMask(privileges)})),
    tables: tables.map(({schema, table, privileges}) => ({schema, table, mask: privilegeMask(privileges)})),
    columns: (columns ?? []).map(({privileges, ...place}) => ({...place, mask: privilegeMask(privileges)})),
    dynamic: dynamic ?? (hadAll ? ALL_GRANTS.dynamic : []),
  };
}
