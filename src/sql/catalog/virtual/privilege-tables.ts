// information_schema: USER_PRIVILEGES, SCHEMA_PRIVILEGES, TABLE_PRIVILEGES. An account sees its own; one that may read the schema mysql, everybody's.

import type {StatementContext} from '../../statement/statement-context.ts';
import {decodeAccount} from '../account-text.ts';
import type {StoredAccount} from '../accounts.ts';
import {GLOBAL_PRIVILEGES, Privilege, privilegeNames} from '../privileges.ts';
import {RecordKind} from '../record-tree.ts';
import type {Steps} from '../steps.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

/** Every account, as committed now. */
export function* allAccounts({catalog, engine}: StatementContext): Steps<readonly StoredAccount[]> {
  const records = yield* catalog.readers.read(engine.waiter, reader =>
    catalog.records.list(reader, RecordKind.account),
  );
  return records.map(decodeAccount);
}

function* visibleAccounts(context: StatementContext): Steps<readonly StoredAccount[]> {
  const {rights, state} = context;
  const {accountUser, accountHost} = state.identity;
  const seesAll = (rights.onSchema('mysql') & Privilege.select) !== 0;
  const accounts = yield* allAccounts(context);
  return accounts.filter(({user, host}) => seesAll || (user === accountUser && host === accountHost));
}

/** One row per privilege; USAGE where there is none. */
function rowsOf({user, host}: StoredAccount, mask: number, place: readonly string[]): readonly Row[] {
  const names = privilegeNames(mask & GLOBAL_PRIVILEGES);
  const grantable = (mask & Privilege.grantOption) === 0 ? 'NO' : 'YES';
  return (names.length === 0 ? ['USAGE'] : names).map(name => [
    `'${user}'@'${host}'`,
    'def',
    ...place,
    name,
    grantable,
  ]);
}

export const userPrivileges: VirtualDefinition = {
  name: 'USER_PRIVILEGES',
  columns: [
    ['GRANTEE', 'text'],
    ['TABLE_CATALOG', 'name'],
    ['PRIVILEGE_TYPE', 'name'],
    ['IS_GRANTABLE', 'name'],
  ],
  *rows(context) {
    const accounts = yield* visibleAccounts(context);
    return accounts.flatMap(account => [
      ...rowsOf(account, account.grants.global, []),
      ...account.grants.dynamic.map(({name, grantable}) => [
        `'${account.user}'@'${account.host}'`,
        'def',
        name,
        grantable ? 'YES' : 'NO',
      ]),
    ]);
  },
};

export const schemaPrivileges: VirtualDefinition = {
  name: 'SCHEMA_PRIVILEGES',
  columns: [
    ['GRANTEE', 'text'],
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['PRIVILEGE_TYPE', 'name'],
    ['IS_GRANTABLE', 'name'],
  ],
  *rows(context) {
    const accounts = yield* visibleAccounts(context);
    return accounts.flatMap(account =>
      account.grants.schemas.flatMap(({schema, mask}) => rowsOf(account, mask, [schema])),
    );
  },
};

export const tablePrivileges: VirtualDefinition = {
  name: 'TABLE_PRIVILEGES',
  columns: [
    ['GRANTEE', 'text'],
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['PRIVILEGE_TYPE', 'name'],
    ['IS_GRANTABLE', 'name'],
  ],
  *rows(context) {
    const accounts = yield* visibleAccounts(context);
    return accounts.flatMap(account =>
      account.grants.tables.flatMap(({schema, table, mask}) => rowsOf(account, mask, [schema, table])),
    );
  },
};

export const columnPrivileges: VirtualDefinition = {
  name: 'COLUMN_PRIVILEGES',
  columns: [
    ['GRANTEE', 'text'],
    ['TABLE_CATALOG', 'name'],
    ['TABLE_SCHEMA', 'name'],
    ['TABLE_NAME', 'name'],
    ['COLUMN_NAME', 'name'],
    ['PRIVILEGE_TYPE', 'name'],
    ['IS_GRANTABLE', 'name'],
  ],
  *rows(context) {
    const accounts = yield* visibleAccounts(context);
    return accounts.flatMap(account =>
      account.grants.columns.flatMap(({schema, table, column, mask}) => rowsOf(account, mask, [schema, table, column])),
    );
  },
};

/** The roles that the session could make active, with those that come by them; and those that are active. */
function* rolesOf(context: StatementContext): Steps<readonly StoredAccount[]> {
  const all = yield* allAccounts(context);
  const {accountUser, accountHost} = context.state.identity;
  const found: StoredAccount[] = [];
  const open = all.filter(({user, host}) => user === accountUser && host === accountHost).flatMap(({roles}) => roles);
  for (let role = open.pop(); role !== undefined; role = open.pop()) {
    const {user, host} = role;
    const account = all.find(each => each.user === user && each.host === host);
    if (account === undefined || found.includes(account)) continue;
    found.push(account);
    open.push(...account.roles);
  }
  return found;
}

export const applicableRoles: VirtualDefinition = {
  name: 'APPLICABLE_ROLES',
  columns: [
    ['USER', 'name'],
    ['HOST', 'name'],
    ['GRANTEE', 'name'],
    ['GRANTEE_HOST', 'name'],
    ['ROLE_NAME', 'name'],
    ['ROLE_HOST', 'name'],
    ['IS_GRANTABLE', 'name'],
    ['IS_DEFAULT', 'name'],
    ['IS_MANDATORY', 'name'],
  ],
  *rows(context) {
    const {accountUser, accountHost} = context.state.identity;
    const own = (yield* allAccounts(context)).filter(({user, host}) => user === accountUser && host === accountHost);
    return [...own, ...(yield* rolesOf(context))].flatMap(account =>
      account.roles.map(role => {
        const isDefault = account.defaultRoles.some(({user, host}) => user === role.user && host === role.host);
        const names = [accountUser, accountHost, account.user, account.host, role.user, role.host];
        return [...names, role.admin ? 'YES' : 'NO', isDefault ? 'YES' : 'NO', 'NO'];
      }),
    );
  },
};

export const enabledRoles: VirtualDefinition = {
  name: 'ENABLED_ROLES',
  columns: [
    ['ROLE_NAME', 'name'],
    ['ROLE_HOST', 'name'],
    ['IS_DEFAULT', 'name'],
    ['IS_MANDATORY', 'name'],
  ],
  *rows({catalog, engine, state}) {
    const {accountUser, accountHost} = state.identity;
    const own = yield* catalog.readers.read(engine.waiter, reader =>
      catalog.records.read(reader, RecordKind.account, accountUser, accountHost),
    );
    const {defaultRoles} = decodeAccount({name1: accountUser, name2: accountHost, text: own ?? '{}'});
    return (state.activeRoles ?? []).map(({user, host}) => {
      const isDefault = defaultRoles.some(role => role.user === user && role.host === host);
      return [user, host, isDefault ? 'YES' : 'NO', 'NO'];
    });
  },
};
