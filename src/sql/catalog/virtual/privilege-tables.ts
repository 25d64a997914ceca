// information_schema: USER_PRIVILEGES, SCHEMA_PRIVILEGES, TABLE_PRIVILEGES. An account sees its own; one that may read the schema mysql, everybody's.

import type {StatementContext} from '../../statement/statement-context.ts';
import {decodeAccount, type StoredAccount} from '../accounts.ts';
import {GLOBAL_PRIVILEGES, Privilege, privilegeNames} from '../privileges.ts';
import {RecordKind} from '../record-tree.ts';
import type {Steps} from '../steps.ts';
import type {Row, VirtualDefinition} from './virtual-table.ts';

function* visibleAccounts({catalog, engine, rights, state}: StatementContext): Steps<readonly StoredAccount[]> {
  const records = yield* catalog.readers.read(engine.waiter, reader =>
    catalog.records.list(reader, RecordKind.account),
  );
  const {accountUser, accountHost} = state.identity;
  const seesAll = (rights.onSchema('mysql') & Privilege.select) !== 0;
  return records.map(decodeAccount).filter(({user, host}) => seesAll || (user === accountUser && host === accountHost));
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
    return accounts.flatMap(account => rowsOf(account, account.grants.global, []));
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
